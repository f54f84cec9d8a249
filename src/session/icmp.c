/* icmp.c - ICMP errors, gathered by who complains about what; and whether a call was talking there. */
#include "session/session.h"

#include "net/icmp.h"

static struct vq_icmp *get(struct vq_engine *e, const struct vq_icmp_error *m, const struct vq_endpoint *reporter)
{
    for (size_t i = 0; i < e->n_icmps; i++) {
        struct vq_icmp *c = &e->icmps[i];
        if (c->kind == m->kind && vq_endpoint_same_host(&c->reporter, reporter) && vq_endpoint_eq(&c->about_src, &m->src) &&
            vq_endpoint_eq(&c->about_dst, &m->dst))
            return c;
    }
    if (e->n_icmps == VQ_ICMP_MAX) {
        e->stats.icmp_not_kept++;
        return NULL;
    }
    struct vq_icmp *c = &e->icmps[e->n_icmps++];
    *c = (struct vq_icmp){.kind = m->kind, .reporter = *reporter, .about_src = m->src, .about_dst = m->dst};
    return c;
}

void vq_icmp_packet(struct vq_engine *e, const struct vq_dgram *d)
{
    struct vq_icmp_error m;
    if (!vq_icmp_parse(d, &m))
        return;
    struct vq_icmp *c = get(e, &m, &d->src);
    if (!c)
        return;
    if (!c->count++)
        c->first_ts = d->ts;
    c->last_ts = d->ts;
    if (c->n_frames < sizeof c->frames / sizeof *c->frames)
        c->frames[c->n_frames++] = d->frame;
    uint32_t f = vq_flow_find(e, &m.src, &m.dst), call = f ? vq_flow_at(e, f)->call : 0;
    if (!call)
        return;
    c->call = call;
    c->call_id = vq_sip_call_at(e, call)->talk.id;
    c->while_talking += vq_sip_call_at(e, call)->c.state == VQ_CALL_IN_CALL;
}

size_t vq_icmp_count(const struct vq_engine *e)
{
    return e->n_icmps;
}

bool vq_icmp_get(const struct vq_engine *e, size_t i, struct vq_icmp *out)
{
    if (i >= e->n_icmps)
        return false;
    *out = e->icmps[i];
    if (out->call && (!vq_alive(&e->talks[VQ_TALK_CALL].pool, out->call) ||
                      vq_sip_call_at(e, out->call)->talk.id != out->call_id))
        out->call = 0; /* it had to go, and its place may have another one */
    return true;
}
