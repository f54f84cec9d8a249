/* hops.c - the way that a call's INVITE took, from host to host, and how long each took to pass it on. */
#include "session/session.h"

#include <string.h>

static bool same_way(const struct vq_hop *h, const struct vq_message *m)
{
    return h->leg == m->leg && vq_endpoint_eq(&h->src, &m->src) && vq_endpoint_eq(&h->dst, &m->dst);
}

/* The hop that brought it to who sends it on: in the same leg if possible (a proxy), else in another (a B2BUA). */
static unsigned hop_before(const struct vq_hop *h, size_t n, const struct vq_hop *next)
{
    unsigned found = VQ_NO_HOP;
    for (size_t i = 0; i < n; i++)
        if (&h[i] != next && h[i].ts <= next->ts && vq_endpoint_same_host(&h[i].dst, &next->src) &&
            (found == VQ_NO_HOP || h[i].leg == next->leg || h[found].leg != next->leg))
            found = (unsigned)i;
    return found;
}

static void request(struct vq_hop *out, size_t *n, size_t max, const struct vq_message *m)
{
    size_t i = 0;
    while (i < *n && !same_way(&out[i], m))
        i++;
    if (i == max || (i < *n && m->cseq <= out[i].cseq))
        return; /* no room, or a copy of what passed already */
    out[i] = (struct vq_hop){.src = m->src, .dst = m->dst, .leg = m->leg, .cseq = m->cseq, .frame = m->frame, .ts = m->ts,
                             .reply = VQ_NONE, .latency = VQ_NONE};
    *n += i == *n;
    out[i].after = hop_before(out, *n, &out[i]);
    if (out[i].after != VQ_NO_HOP)
        out[i].latency = m->ts - out[out[i].after].ts;
}

static void response(struct vq_hop *out, size_t n, const struct vq_message *m)
{
    for (size_t i = 0; i < n; i++) {
        struct vq_hop *h = &out[i];
        if (h->leg != m->leg || h->cseq != m->cseq || !vq_endpoint_eq(&h->src, &m->dst) ||
            !vq_endpoint_eq(&h->dst, &m->src))
            continue;
        if (h->reply == VQ_NONE)
            h->reply = m->ts - h->ts;
        if (h->status < 200)
            h->status = m->status;
    }
}

size_t vq_call_hops(const struct vq_engine *e, uint32_t call, struct vq_hop *out, size_t max)
{
    struct vq_reader r;
    struct vq_message m;
    uint64_t answered = 0; /* legs, from bit 0 on: later INVITEs are re-INVITEs */
    size_t n = 0;
    vq_reader_init_call(&r, e, call);
    while (vq_reader_next(&r, &m)) {
        uint64_t leg = UINT64_C(1) << (m.leg - 1);
        if (!m.cseq_method || strcmp(m.cseq_method, "INVITE") || m.retransmission)
            continue;
        if (m.method && m.from_caller && !(answered & leg))
            request(out, &n, max, &m);
        else if (!m.method)
            response(out, n, &m);
        if (m.status >= 200 && m.status < 300)
            answered |= leg;
    }
    return n;
}
