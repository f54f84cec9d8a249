/* view_kin.c - streams beside each other: two senders with one SSRC, and ports that an earlier call used. */
#include "session/session.h"

#define STREAMS_LOOKED_AT 64

/* Sources that only follow each other on one SSRC overlap by what was under way; these speak at the same time. */
#define TOGETHER VQ_S

static bool at_once(const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    int64_t from = a->start > b->start ? a->start : b->start, to = a->last_ts < b->last_ts ? a->last_ts : b->last_ts;
    return to - from > TOGETHER;
}

/* Numbers begin at random (RFC 3550 5.1): numberings that begin or stand together are one, captured in two places or sent
 * back. */
static bool same_numbering(const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    const unsigned near = 64;
    return (uint16_t)(a->seq.base - b->seq.base + near) <= 2 * near || (uint16_t)(a->seq.max - b->seq.max + near) <= 2 * near;
}

/* RFC 3550 8.2: to one receiver from two sources, or between two parties in both directions. */
static bool collide(const struct vq_engine *e, const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    if (a->ssrc != b->ssrc)
        return false;
    const struct vq_flow *f = vq_flow_at(e, a->flow), *g = vq_flow_at(e, b->flow);
    bool one_receiver = f != g && vq_endpoint_eq(&f->dst, &g->dst);
    bool both_ways = vq_endpoint_eq(&f->src, &g->dst) && vq_endpoint_eq(&f->dst, &g->src);
    return (one_receiver || both_ways) && b->confirmed && at_once(a, b) && !same_numbering(a, b);
}

uint32_t vq_stream_collision(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    if (!s->call)
        return 0;
    const struct vq_list *all = &vq_sip_call_at(e, s->call)->streams;
    int n = 0;
    for (const struct vq_list *l = all->next; l != all && n < STREAMS_LOOKED_AT; l = l->next, n++) {
        const struct vq_rtp_stream *o = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        if (o != s && collide(e, s, o))
            return o->handle;
    }
    return 0;
}

static uint32_t whole_call(const struct vq_engine *e, uint32_t call)
{
    const struct vq_joint *j = vq_joint_of(e, call);
    return j ? j->first : call;
}

uint32_t vq_stream_ports_before(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    if (!s->call)
        return 0;
    const struct vq_list *all = &vq_flow_at(e, s->flow)->streams;
    const struct vq_rtp_stream *last = NULL;
    int n = 0;
    for (const struct vq_list *l = all->prev; l != all && n < STREAMS_LOOKED_AT; l = l->prev, n++) {
        const struct vq_rtp_stream *o = VQ_CONTAINER(l, struct vq_rtp_stream, in_flow);
        if (o != s && o->confirmed && o->call && o->start < s->start && whole_call(e, o->call) != whole_call(e, s->call) &&
            (!last || o->last_ts > last->last_ts))
            last = o;
    }
    return last ? last->handle : 0;
}
