/* rtcp_in.c - RTCP finds its streams by SSRC and hosts: ports and SDP need not have been seen. */
#include "session/session.h"

#include <math.h>

#include "proto/rtcp.h"
#include "proto/rtcp_xr.h"

const struct vq_stream_rtcp *vq_stream_rtcp(const struct vq_stream_cold *c)
{
    static const struct vq_stream_rtcp nothing = {.reported_lost = VQ_NONE};
    return c->rtcp ? c->rtcp : &nothing;
}

static struct vq_rtp_stream *stream_of(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                                       const struct vq_endpoint *dst)
{
    uint32_t h = vq_stream_by_ssrc(e, ssrc, src, dst);
    return h ? vq_rtp_stream_at(e, h) : NULL;
}

/* Where to write down what is said of the stream; NULL when there is no such stream, or no room. */
static struct vq_stream_rtcp *rtcp_at(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    struct vq_stream_cold *c = s ? vq_cold_at(e, s->cold) : NULL;
    if (c && !c->rtcp) {
        c->rtcp = vq_arena_alloc(&c->arena, sizeof *c->rtcp);
        if (c->rtcp)
            c->rtcp->reported_lost = VQ_NONE;
    }
    return c ? c->rtcp : NULL;
}

static struct vq_stream_rtcp *rtcp_of(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                                      const struct vq_endpoint *dst)
{
    return rtcp_at(e, stream_of(e, ssrc, src, dst));
}

/* The same for XR, which few streams have. */
static struct vq_stream_xr *xr_of(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                                  const struct vq_endpoint *dst)
{
    struct vq_rtp_stream *s = stream_of(e, ssrc, src, dst);
    struct vq_stream_rtcp *c = rtcp_at(e, s);
    if (c && !c->xr)
        c->xr = vq_arena_alloc(&vq_cold_at(e, s->cold)->arena, sizeof *c->xr);
    return c ? c->xr : NULL;
}

static void sender_report(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    struct vq_stream_rtcp *c = rtcp_of(e, p->ssrc, &d->src, &d->dst);
    struct vq_rtcp_sr sr;
    if (!c || !vq_rtcp_sr(p, &sr))
        return;
    c->sr++;
    vq_rtt_sr(&c->rtt, sr.ntp, d->ts);
}

static void compare(struct vq_peer *p, const struct vq_rtp_stream *s, const struct vq_rtcp_block *b, int64_t ts)
{
    bool clock = s->ms_per_tick > 0;
    vq_peer_add(p, &(struct vq_peer_report){
                       .ts = ts,
                       .lost = b->lost,
                       .ext_seq = b->ext_seq,
                       .jitter_ms = clock ? b->jitter * s->ms_per_tick : NAN,
                       .here_packets = (uint32_t)s->packets,
                       .here_lost = vq_seq_lost(&s->seq),
                       .here_duplicates = s->seq.duplicates,
                       .here_seq = (uint16_t)s->seq.max,
                       .here_jitter_ms = clock && s->jitter.n ? s->jitter.last : NAN,
                   });
}

/* A report block speaks of a stream that runs the other way: to the host the report comes from. */
static void report_blocks(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    struct vq_rtcp_block b;
    for (unsigned i = 0; i < p->count && vq_rtcp_block(p, i, &b); i++) {
        const struct vq_rtp_stream *s = stream_of(e, b.ssrc, &d->dst, &d->src);
        struct vq_stream_rtcp *c = rtcp_at(e, s);
        if (!c)
            continue;
        compare(&c->peer, s, &b, d->ts);
        c->rr++;
        c->reported_lost = b.lost;
        c->reported_fraction = b.fraction;
        if (b.fraction > c->reported_fraction_max)
            c->reported_fraction_max = b.fraction;
        c->reported_jitter = b.jitter;
        vq_rtt_block(&c->rtt, b.lsr, b.dlsr, d->ts);
    }
}

static void source_description(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    uint32_t ssrc;
    struct vq_slice cname;
    for (unsigned i = 0; i < p->count && vq_rtcp_sdes(p, i, &ssrc, &cname); i++) {
        struct vq_rtp_stream *s = stream_of(e, ssrc, &d->src, &d->dst);
        struct vq_stream_rtcp *c = rtcp_at(e, s);
        if (c && !c->cname && cname.n)
            c->cname = vq_arena_text(&vq_cold_at(e, s->cold)->arena, cname);
    }
}

static void goodbye(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    uint32_t ssrc;
    for (unsigned i = 0; i < p->count && vq_rtcp_bye(p, i, &ssrc); i++) {
        struct vq_stream_rtcp *c = rtcp_of(e, ssrc, &d->src, &d->dst);
        if (c)
            c->bye = true;
    }
}

/* ---- XR, RFC 3611 -------------------------------------------------------------------------------------------------- */

static void loss_rle(const struct vq_engine *e, const struct vq_xr_block *b, const struct vq_dgram *d)
{
    struct vq_xr_loss l;
    if (!vq_xr_loss(b, NULL, &l))
        return;
    struct vq_stream_xr *x = xr_of(e, l.ssrc, &d->dst, &d->src);
    if (!x || !vq_xr_loss(b, x->has_loss ? &x->loss_told : NULL, &l))
        return;
    x->has_loss = true;
    x->loss_told = l.end;
    x->loss_thinning = l.thinning;
    x->loss_received += l.received;
    x->loss_lost += l.lost;
    if (l.longest > x->loss_longest)
        x->loss_longest = l.longest;
}

static void statistics(const struct vq_engine *e, const struct vq_xr_block *b, const struct vq_dgram *d)
{
    struct vq_xr_statistics v;
    struct vq_stream_xr *x = vq_xr_statistics(b, &v) ? xr_of(e, v.ssrc, &d->dst, &d->src) : NULL;
    if (x) {
        x->has_statistics = true;
        x->statistics = v;
    }
}

static void voip_metrics(const struct vq_engine *e, const struct vq_xr_block *b, const struct vq_dgram *d)
{
    struct vq_xr_voip v;
    struct vq_stream_xr *x = vq_xr_voip(b, &v) ? xr_of(e, v.ssrc, &d->dst, &d->src) : NULL;
    if (x) {
        x->has_voip = true;
        x->voip = v;
    }
}

/* Who only listens sends no SR that could be answered: it sends its time in XR, and the sender of the stream answers with a
 * DLRR block (4.4, 4.5). `about`: a stream that it listens to. */
static void reference_time(const struct vq_engine *e, const struct vq_xr_block *b, const struct vq_dgram *d, uint32_t about)
{
    uint64_t ntp;
    struct vq_stream_rtcp *c = vq_xr_reference_time(b, &ntp) ? rtcp_of(e, about, &d->dst, &d->src) : NULL;
    if (c)
        vq_rtt_sr(&c->rtt_back, ntp, d->ts);
}

static void dlrr(const struct vq_engine *e, const struct vq_xr_block *b, const struct vq_dgram *d, uint32_t sender)
{
    struct vq_stream_rtcp *c = rtcp_of(e, sender, &d->src, &d->dst);
    struct vq_xr_dlrr v;
    for (unsigned i = 0; c && vq_xr_dlrr(b, i, &v); i++)
        vq_rtt_block(&c->rtt_back, v.lrr, v.dlrr, d->ts);
}

/* `about`: the stream that the compound's first report block is about, 0: there was none. */
static void extended_report(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d, uint32_t about)
{
    struct vq_stream_rtcp *c = rtcp_of(e, p->ssrc, &d->src, &d->dst);
    struct vq_rd r = vq_xr_blocks(p);
    struct vq_xr_block b;
    if (c)
        c->n_xr++;
    while (vq_xr_next(&r, &b)) {
        switch (b.type) {
        case VQ_XR_LOSS_RLE:
            loss_rle(e, &b, d);
            break;
        case VQ_XR_REFERENCE_TIME:
            reference_time(e, &b, d, about);
            break;
        case VQ_XR_DLRR:
            dlrr(e, &b, d, p->ssrc);
            break;
        case VQ_XR_STATISTICS:
            statistics(e, &b, d);
            break;
        case VQ_XR_VOIP:
            voip_metrics(e, &b, d);
            break;
        default:
            break;
        }
    }
}

bool vq_rtcp_packet(struct vq_engine *e, const struct vq_dgram *d)
{
    struct vq_rd r = vq_rd(d->payload.p, d->payload.n);
    struct vq_rtcp p;
    struct vq_rtcp_block first;
    uint32_t about = 0;
    unsigned packets = 0;
    while (vq_rtcp_next(&r, &p)) {
        packets++;
        if (!about && vq_rtcp_block(&p, 0, &first))
            about = first.ssrc;
        switch (p.type) {
        case VQ_RTCP_SR:
            sender_report(e, &p, d);
            report_blocks(e, &p, d);
            break;
        case VQ_RTCP_RR:
            report_blocks(e, &p, d);
            break;
        case VQ_RTCP_SDES:
            source_description(e, &p, d);
            break;
        case VQ_RTCP_BYE:
            goodbye(e, &p, d);
            break;
        case VQ_RTCP_XR:
            extended_report(e, &p, d, about);
            break;
        default:
            break;
        }
    }
    e->stats.rtcp_packets += packets;
    return packets > 0;
}
