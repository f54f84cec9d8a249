/* sdp_agree.h - what the reader of plain descriptions accepts, the reader of all must read the same. */
#ifndef VQ_TESTS_SDP_AGREE_H
#define VQ_TESTS_SDP_AGREE_H

#include "proto/sdp.h"
#include "util/str.h"

static inline bool sdp_agree_media(const struct vq_sdp_media *a, const struct vq_sdp_media *b)
{
    bool same = a->media == b->media && !memcmp(&a->rtp, &b->rtp, sizeof a->rtp) && !memcmp(&a->rtcp, &b->rtcp, sizeof a->rtcp) &&
                a->rtcp_named == b->rtcp_named && a->rtcp_mux == b->rtcp_mux && a->encrypted == b->encrypted &&
                a->dir == b->dir && a->hold_addr == b->hold_addr && a->ptime_ms == b->ptime_ms &&
                a->maxptime_ms == b->maxptime_ms && a->n_formats == b->n_formats && a->n_candidates == b->n_candidates;
    for (unsigned i = 0; same && i < a->n_formats; i++) {
        const struct vq_sdp_format *f = &a->formats[i], *g = &b->formats[i];
        same = f->pt == g->pt && f->codec == g->codec && f->clock_hz == g->clock_hz && !f->name.p == !g->name.p &&
               vq_str_eq(f->name, g->name);
    }
    for (unsigned i = 0; same && i < a->n_candidates; i++)
        same = vq_str_eq(a->candidates[i], b->candidates[i]);
    return same;
}

/* Whether the two readers come to the same, as far as the first of them accepts `body`; `*plain` tells whether it does. */
static inline bool sdp_agree(struct vq_slice body, bool *plain)
{
    struct vq_sdp a, b;
    *plain = vq_sdp_plain(body, &a);
    if (!*plain)
        return true;
    bool same = vq_sdp_any(body, &b) && a.n_media == b.n_media && a.defect == b.defect;
    for (unsigned i = 0; same && i < a.n_media; i++)
        same = sdp_agree_media(&a.media[i], &b.media[i]);
    return same;
}

#endif
