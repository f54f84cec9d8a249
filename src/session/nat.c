/* nat.c - what STUN says about NATs: which public address a client's own address is mapped to. */
#include "session/session.h"

#include <string.h>

#include "proto/stun.h"

#define BINDING_SUCCESS 0x0101 /* RFC 5389 18.1 */

static bool client_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_engine *e = arg;
    return memcmp(&e->nats[handle - 1].s.client, key, 2 * sizeof(struct vq_endpoint)) == 0;
}

static bool local_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_engine *e = arg;
    return vq_endpoint_eq(&e->nats[handle - 1].s.client, key);
}

_Static_assert(offsetof(struct vq_stun, server) == sizeof(struct vq_endpoint), "client and server are one key");

/* By client and server; made on the first binding response. */
static struct vq_nat *get_nat(struct vq_engine *e, const struct vq_dgram *response)
{
    struct vq_endpoint key[2] = {response->dst, response->src};
    uint64_t hash = vq_hash(e, key, sizeof key, 4);
    uint32_t h = vq_table_find(&e->nat_by_pair, hash, client_eq, key, e);
    if (h)
        return &e->nats[h - 1];
    if (e->n_nats == VQ_NAT_MAX)
        return NULL; /* the first thousand mappings tell what kind of NATs there are */
    h = (uint32_t)e->n_nats + 1;
    struct vq_nat *n = &e->nats[h - 1];
    *n = (struct vq_nat){.s = {.client = key[0], .server = key[1], .ts = response->ts, .frame = response->frame}};
    uint64_t local = vq_hash(e, &key[0], sizeof key[0], 5);
    if (vq_table_add(&e->nat_by_pair, hash, h))
        return NULL;
    if (vq_table_add(&e->nat_by_client, local, h)) {
        vq_table_remove(&e->nat_by_pair, hash, h);
        return NULL;
    }
    e->n_nats++;
    return n;
}

bool vq_nat_packet(struct vq_engine *e, const struct vq_dgram *d)
{
    struct vq_stun_msg m;
    if (!vq_stun_parse(d->payload, &m))
        return false;
    e->stats.stun_messages++;
    if (m.type != BINDING_SUCCESS || !m.mapped.family)
        return true;
    struct vq_nat *n = get_nat(e, d);
    if (!n) {
        e->no_memory = e->n_nats < VQ_NAT_MAX;
        return true;
    }
    n->s.mapped = m.mapped;
    n->s.transactions++;
    return true;
}

const struct vq_endpoint *vq_nat_mapped(const struct vq_engine *e, const struct vq_endpoint *local)
{
    uint32_t h = vq_table_find(&e->nat_by_client, vq_hash(e, local, sizeof *local, 5), local_eq, local, e);
    if (!h || vq_endpoint_eq(&e->nats[h - 1].s.mapped, local))
        return NULL;
    return &e->nats[h - 1].s.mapped;
}
