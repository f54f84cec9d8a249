/* pinged.c - peers that are asked by OPTIONS whether they live, and whether they answered. */
#include "session/session.h"

#include <string.h>

static struct vq_pinged *peer_of(struct vq_pinged_list *p, const struct vq_sip_dialog *d)
{
    for (unsigned i = 0; i < p->n; i++)
        if (vq_endpoint_same_host(&p->peer[i].host, &d->d.server))
            return &p->peer[i];
    if (p->n == VQ_PINGED)
        return NULL; /* who asks that many is a scanner */
    p->peer[p->n] = (struct vq_pinged){.host = d->d.server};
    return &p->peer[p->n++];
}

void vq_pinged_gather(const struct vq_engine *e, struct vq_pinged_list *out)
{
    const char *options = vq_sip_method_name(VQ_SIP_OPTIONS);
    out->n = 0;
    for (uint32_t h = vq_dialog_next(e, 0); h; h = vq_dialog_next(e, h)) {
        const struct vq_sip_dialog *d = VQ_AT(e->talks[VQ_TALK_DIALOG].pool, struct vq_sip_dialog, h);
        if (!d->asked || !d->d.method || strcmp(d->d.method, options))
            continue;
        struct vq_pinged *p = peer_of(out, d);
        if (!p)
            continue;
        /* Twice again, 1.5 s later (Timer E), is no answer yet, but enough to say so. */
        bool pending = d->open && e->now - d->asked_ts < VQ_TIMEOUT && d->talk.retransmissions < 2;
        p->asked += d->asked - pending;
        p->answered += d->answered;
        for (const struct vq_note *n = d->talk.first; n && d->open && p->n_frames < 4; n = n->next)
            if (!n->status)
                p->frames[p->n_frames++] = n->frame;
    }
}
