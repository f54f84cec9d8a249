/* hidden.c - addresses that a party announces but that others cannot reach, because they are inside of its NAT. */
#include "session/session.h"

static bool went(const struct vq_path *p, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    return vq_endpoint_same_host(&p->src, src) && vq_endpoint_same_host(&p->dst, dst);
}

/* Whether SIP of the call went from one host to another. */
static bool any_went(const struct vq_talk *t, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    bool any = went(&t->there, src, dst) || went(&t->back, src, dst);
    for (const struct vq_path *p = t->others; p && !any; p = p->next)
        any = went(p, src, dst);
    return any;
}

/* Whether somebody hears the inner address itself who does not hear the outer one: it stands on the same side of the NAT,
 * and what is announced to it is right. */
static bool has_neighbour(const struct vq_talk *t, const struct vq_endpoint *inside, const struct vq_endpoint *outside)
{
    const struct vq_path *ends[] = {&t->there, &t->back};
    for (size_t i = 0; i < 2; i++)
        if (vq_endpoint_same_host(&ends[i]->src, inside) && !any_went(t, outside, &ends[i]->dst))
            return true;
    for (const struct vq_path *p = t->others; p; p = p->next)
        if (vq_endpoint_same_host(&p->src, inside) && !any_went(t, outside, &p->dst))
            return true;
    return false;
}

bool vq_call_offers_ice(const struct vq_sip_call *c, bool by_caller)
{
    for (const struct vq_candidate *x = c->first_candidate; x; x = x->next)
        if (x->by_caller == by_caller)
            return true;
    return false;
}

/* From where the party's SDP came, where that was not the announced host itself; a public one is preferred. */
static const struct vq_endpoint *signalled_from(const struct vq_engine *e, const struct vq_sip_call *c, bool by_caller)
{
    const struct vq_endpoint *from = NULL;
    for (const struct vq_list *l = c->promises.next; l != &c->promises; l = l->next) {
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_call);
        if (!p->signalling || p->by_caller != by_caller)
            continue;
        const struct vq_endpoint *ep = &vq_port_at(e, p->port)->ep;
        if (!from || !vq_endpoint_is_private(ep))
            from = ep;
    }
    return from;
}

/* What lies outside of an announced address; NULL when nothing says that it is inside of a NAT. */
static const struct vq_endpoint *outside_of(const struct vq_engine *e, const struct vq_endpoint *announced,
                                            const struct vq_endpoint *from)
{
    if (!vq_natmap_may_be_inside(announced))
        return NULL;
    const struct vq_nat_mapping *m = vq_natmap_sip_inside(e, announced);
    if (m)
        return &m->outside;
    return from && !vq_endpoint_is_private(from) ? from : NULL;
}

/* Whether media of the call goes to this party: to another address than the hidden one, or to that one within its own
 * network, where its SIP was seen to come from there as well. */
static bool is_reached(const struct vq_engine *e, const struct vq_sip_call *c, bool by_caller, const struct vq_endpoint *hidden,
                       bool seen_outside)
{
    enum vq_direction to = by_caller ? VQ_DIR_CALLEE_TO_CALLER : VQ_DIR_CALLER_TO_CALLEE;
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        if (s->direction == to && !(seen_outside && vq_endpoint_same_host(&vq_flow_at(e, s->flow)->dst, hidden)))
            return true;
    }
    return false;
}

bool vq_call_hidden(const struct vq_engine *e, const struct vq_sip_call *c, bool by_caller, struct vq_hidden *out)
{
    /* Without a NAT anywhere, and with all SDP from the hosts that it names, there is nothing outside of anything. */
    if (!c->sdp_from_others && vq_natmap_is_empty(e))
        return false;
    if (vq_call_offers_ice(c, by_caller))
        return false; /* it names others, and tries them out */
    const struct vq_endpoint *from = signalled_from(e, c, by_caller);
    for (const struct vq_list *l = c->promises.next; l != &c->promises; l = l->next) {
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_call);
        if (p->signalling || p->by_caller != by_caller)
            continue;
        const struct vq_endpoint *announced = &vq_port_at(e, p->port)->ep;
        const struct vq_endpoint *outside = outside_of(e, announced, from);
        if (!outside || (from && has_neighbour(&c->talk, announced, outside)))
            continue;
        out->announced = announced;
        out->outside = outside;
        out->seen_outside = from && !vq_endpoint_same_host(from, announced);
        out->reached = is_reached(e, c, by_caller, announced, out->seen_outside);
        return true;
    }
    return false;
}

const struct vq_endpoint *vq_stream_astray(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    struct vq_hidden h;
    const struct vq_endpoint *dst = &vq_flow_at(e, s->flow)->dst;
    if (!s->call || s->direction == VQ_DIR_UNKNOWN || !vq_endpoint_is_private(dst))
        return NULL;
    const struct vq_sip_call *c = vq_sip_call_at(e, s->call);
    bool to_caller = s->direction == VQ_DIR_CALLEE_TO_CALLER;
    if (!vq_call_hidden(e, c, to_caller, &h) || !h.seen_outside || !vq_endpoint_same_host(h.announced, dst))
        return NULL;
    /* A capture on both sides of the NAT shows the way in as well; and whoever sends from there is here. */
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        const struct vq_rtp_stream *x = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        if (vq_endpoint_same_host(&vq_flow_at(e, x->flow)->src, dst))
            return NULL;
    }
    return h.outside;
}

const struct vq_endpoint *vq_registration_hidden(const struct vq_sip_registration *r)
{
    bool hidden = vq_natmap_may_be_inside(&r->contact_at) && r->seen_at.family &&
                  !vq_endpoint_same_host(&r->contact_at, &r->seen_at);
    return hidden ? &r->seen_at : NULL;
}
