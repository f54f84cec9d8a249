/* flow.c - flows (one direction between two UDP endpoints, once RTP is suspected) and media ports (where flows and promises meet). */
#include "session/session.h"

#include <assert.h>
#include <string.h>

_Static_assert(offsetof(struct vq_flow, dst) == offsetof(struct vq_flow, src) + sizeof(struct vq_endpoint),
               "a flow's key is hashed and compared as one piece of memory");
_Static_assert(offsetof(struct vq_dgram, dst) == offsetof(struct vq_dgram, src) + sizeof(struct vq_endpoint),
               "and so is a datagram's");

#define KEY_SIZE (2 * sizeof(struct vq_endpoint))

/* IPv4 address and port in one number. */
static uint64_t packed(const struct vq_endpoint *ep)
{
    uint32_t ip;
    memcpy(&ip, ep->ip, sizeof ip);
    return (uint64_t)ip << 16 | ep->port;
}

/* An IPv4 pair hashed without its zeros, from registers, costs a third. */
static uint64_t pair_hash(const struct vq_engine *e, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    if (src->family != 4) {
        struct vq_endpoint key[2] = {*src, *dst};
        return vq_hash(e, key, KEY_SIZE, 0);
    }
    const uint64_t key[2] = {packed(src), packed(dst)};
    return vq_hash(e, key, sizeof key, 0);
}

uint64_t vq_flow_hash(const struct vq_engine *e, const struct vq_dgram *d)
{
    return pair_hash(e, &d->src, &d->dst);
}

/* Whether the words at `at` differ, in any bit. */
static inline uint64_t differ(const struct vq_endpoint *a, const struct vq_endpoint *b, size_t at)
{
    uint64_t x, y;
    memcpy(&x, (const char *)a + at, sizeof x);
    memcpy(&y, (const char *)b + at, sizeof y);
    return x ^ y;
}

/* Of two ends and two others, each pair as one piece of memory. Written out, for compilers that would loop. */
static bool same_ends(const struct vq_endpoint *a, const struct vq_endpoint *b)
{
    _Static_assert(KEY_SIZE == 5 * sizeof(uint64_t), "in whole words");
    return !(differ(a, b, 0) | differ(a, b, 8) | differ(a, b, 16) | differ(a, b, 24) | differ(a, b, 32));
}

static bool flow_eq(uint32_t handle, const void *key, const void *arg)
{
    return same_ends(&vq_flow_at(arg, handle)->src, key);
}

uint32_t vq_flow_find(const struct vq_engine *e, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    struct vq_endpoint key[2] = {*src, *dst};
    return vq_table_find(&e->flow_by_key, pair_hash(e, src, dst), flow_eq, key, e);
}

void vq_flow_drop(struct vq_engine *e, struct vq_flow *f)
{
    while (!vq_list_empty(&f->streams))
        vq_stream_evict(e, VQ_CONTAINER(f->streams.next, struct vq_rtp_stream, in_flow));
    vq_flow_unbind(e, f);
    vq_place_leave(&e->flow_places, &f->place);
    vq_chain_remove(&f->at_src);
    vq_chain_remove(&f->at_dst);
    if (f->port_src)
        vq_port_release(e, f->port_src);
    if (f->port_dst && f->port_dst != f->port_src)
        vq_port_release(e, f->port_dst);
    vq_table_remove(&e->flow_by_key, f->hash, f->handle);
    vq_pool_give(&e->flows, f->handle);
}

/* A flow is worth what its best stream is. */
static enum vq_worth weigh(struct vq_place *o, void *arg)
{
    struct vq_flow *f = VQ_CONTAINER(o, struct vq_flow, place);
    enum vq_worth best = VQ_WORTH_UNPROVEN;
    for (const struct vq_list *l = f->streams.next; l != &f->streams; l = l->next) {
        bool used;
        enum vq_worth w = vq_stream_weigh(arg, VQ_CONTAINER(l, struct vq_rtp_stream, in_flow), &used);
        best = w > best ? w : best;
    }
    o->touched = f->touched; /* the mark is kept in the line that packets read anyway */
    f->touched = false;
    return best;
}

static void evict_flow(struct vq_engine *e)
{
    vq_flow_drop(e, VQ_CONTAINER(vq_places_victim(&e->flow_places, weigh, e), struct vq_flow, place));
    e->stats.evicted_flows++;
}

static uint32_t new_flow(struct vq_engine *e, const struct vq_dgram *d, uint64_t hash)
{
    if (e->flows.used == e->opt.max_flows)
        evict_flow(e);
    uint32_t h = vq_pool_take(&e->flows);
    if (!h)
        return 0;
    struct vq_flow *f = vq_flow_at(e, h);
    f->handle = h;
    f->hash = hash;
    f->src = d->src;
    f->dst = d->dst;
    vq_list_init(&f->streams);
    if (vq_table_add(&e->flow_by_key, hash, h)) {
        vq_pool_give(&e->flows, h);
        return 0;
    }
    vq_place_enter(&e->flow_places, &f->place);
    return h;
}

uint32_t vq_flow_lookup(const struct vq_engine *e, const struct vq_dgram *d, uint64_t hash, uint32_t likely)
{
    if (likely && vq_alive(&e->flows, likely) && same_ends(&vq_flow_at(e, likely)->src, &d->src))
        return likely;
    return vq_table_find(&e->flow_by_key, hash, flow_eq, &d->src, e);
}

uint32_t vq_flow_get(struct vq_engine *e, const struct vq_dgram *d, uint64_t hash)
{
    uint32_t h = vq_flow_lookup(e, d, hash, 0);
    return h ? h : new_flow(e, d, hash);
}

/* ---- ports ---- */

static bool port_eq(uint32_t handle, const void *key, const void *arg)
{
    return memcmp(&vq_port_at(arg, handle)->ep, key, sizeof(struct vq_endpoint)) == 0;
}

static uint64_t port_hash(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    if (ep->family != 4)
        return vq_hash(e, ep, sizeof *ep, 1);
    const uint64_t key = packed(ep);
    return vq_hash(e, &key, sizeof key, 1);
}

uint32_t vq_port_find(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    return vq_table_find(&e->port_by_ep, port_hash(e, ep), port_eq, ep, e);
}

void vq_port_prefetch(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    vq_table_prefetch(&e->port_by_ep, port_hash(e, ep));
}

/* ---- what the first packet of a flow is going to need ---- */

void vq_fresh_find(const struct vq_engine *e, const struct vq_dgram *d, struct vq_fresh *out)
{
    *out = (struct vq_fresh){.reverse = pair_hash(e, &d->dst, &d->src),
                             .hashes = {port_hash(e, &d->src), port_hash(e, &d->dst)}};
    vq_table_prefetch(&e->flow_by_key, out->reverse);
    for (int i = 0; i < 2; i++)
        vq_table_prefetch(&e->port_by_ep, out->hashes[i]);
}

void vq_fresh_prefetch(const struct vq_engine *e, struct vq_fresh *a, enum vq_ahead step)
{
    uint32_t f = step == VQ_AHEAD_PORTS ? vq_table_peek(&e->flow_by_key, a->reverse) : 0;
    if (f)
        __builtin_prefetch(vq_flow_at(e, f), 1);
    for (int i = 0; i < 2; i++) {
        if (step == VQ_AHEAD_PORTS)
            a->ports[i] = vq_table_peek(&e->port_by_ep, a->hashes[i]);
        if (!a->ports[i])
            continue;
        const struct vq_port *p = vq_port_at(e, a->ports[i]);
        if (step == VQ_AHEAD_PORTS) {
            __builtin_prefetch(p, 1);
        } else if (!vq_list_empty(&p->promises)) {
            const struct vq_promise *newest = VQ_CONTAINER(p->promises.prev, struct vq_promise, in_port);
            if (step == VQ_AHEAD_PROMISES) {
                __builtin_prefetch(newest, 1);
                continue;
            }
            const struct vq_sip_call *c = vq_sip_call_at(e, newest->call);
            __builtin_prefetch(&c->c.state);
            __builtin_prefetch(&c->flows, 1);
            __builtin_prefetch(newest->formats);
        }
    }
}

_Static_assert(sizeof(struct vq_port) <= 64 && sizeof(struct vq_promise) <= 64, "the prefetches above fetch one cache line of each");

uint32_t vq_port_get(struct vq_engine *e, const struct vq_endpoint *ep)
{
    uint32_t h = vq_port_find(e, ep);
    if (h)
        return h;
    h = vq_pool_take(&e->ports);
    if (!h)
        return 0;
    struct vq_port *p = vq_port_at(e, h);
    p->handle = h;
    p->ep = *ep;
    p->hash = port_hash(e, ep);
    vq_list_init(&p->promises);
    if (vq_table_add(&e->port_by_ep, p->hash, h)) {
        vq_pool_give(&e->ports, h);
        return 0;
    }
    return h;
}

void vq_port_release(struct vq_engine *e, uint32_t port)
{
    struct vq_port *p = vq_port_at(e, port);
    if (!vq_list_empty(&p->promises) || p->from.first || p->to.first)
        return;
    vq_table_remove(&e->port_by_ep, p->hash, port);
    vq_pool_give(&e->ports, port);
}

bool vq_flow_at_ports(struct vq_engine *e, struct vq_flow *f)
{
    if (f->port_dst)
        return true;
    vq_table_prefetch(&e->port_by_ep, port_hash(e, &f->dst));
    uint32_t src = vq_port_get(e, &f->src);
    if (!src)
        return false;
    /* Hung in at once: the second look-up must not find the first port unused. */
    vq_chain_push(&vq_port_at(e, src)->from, &f->at_src);
    f->port_src = src;
    uint32_t dst = vq_port_get(e, &f->dst);
    if (!dst) {
        vq_chain_remove(&f->at_src);
        f->port_src = 0;
        vq_port_release(e, src);
        return false;
    }
    vq_chain_push(&vq_port_at(e, dst)->to, &f->at_dst);
    f->port_dst = dst;
    return true;
}
