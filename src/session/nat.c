/* nat.c - what STUN says about NATs: which public address a client's own address is mapped to; and who uses STUN for
 * what: to learn that address, for ICE's connectivity checks, to be relayed by TURN. */
#include "session/session.h"

#include <string.h>

#include "proto/stun.h"

/* RFC 8489 6.2.1: the first retransmission; a request younger than that may still be answered. */
#define RTO (500 * (VQ_S / 1000))

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

static struct vq_nat *find(const struct vq_engine *e, const struct vq_endpoint key[2])
{
    uint32_t h = vq_table_find(&e->nat_by_pair, vq_hash(e, key, 2 * sizeof *key, 4), client_eq, key, e);
    return h ? &e->nats[h - 1] : NULL;
}

struct vq_nat *vq_nat_between(const struct vq_engine *e, const struct vq_endpoint *client, const struct vq_endpoint *server)
{
    const struct vq_endpoint key[2] = {*client, *server};
    return find(e, key);
}

/* By client and server; made on the first message between them. NULL without room or memory. */
static struct vq_nat *get(struct vq_engine *e, const struct vq_endpoint *client, const struct vq_endpoint *server,
                          const struct vq_dgram *d)
{
    struct vq_endpoint key[2] = {*client, *server};
    struct vq_nat *n = find(e, key);
    if (n)
        return n;
    if (e->n_nats == VQ_NAT_MAX) {
        e->stats.stun_not_kept++; /* the first thousand tell what kind of NATs there are */
        return NULL;
    }
    uint32_t h = (uint32_t)e->n_nats + 1;
    if (vq_table_add(&e->nat_by_pair, vq_hash(e, key, sizeof key, 4), h)) {
        e->no_memory = true;
        return NULL;
    }
    n = &e->nats[e->n_nats++];
    *n = (struct vq_nat){.s = {.client = *client, .server = *server, .ts = d->ts, .frame = d->frame}};
    return n;
}

/* ---- transactions ------------------------------------------------------------------------------------------------ */

static uint64_t id_hash(const struct vq_engine *e, const struct vq_stun_msg *m)
{
    return vq_hash(e, m->id, 16, 10) | 1;
}

/* Remembers a request until it is answered; false when it was sent before. One that is pushed out had its time. */
static bool ask(struct vq_nat *n, uint64_t id, int64_t ts)
{
    struct vq_stun_open *oldest = &n->open[0];
    for (size_t i = 0; i < VQ_STUN_OPEN; i++) {
        if (n->open[i].id == id)
            return false;
        if (!n->open[i].id || (oldest->id && n->open[i].ts < oldest->ts))
            oldest = &n->open[i];
    }
    n->s.unanswered += oldest->id != 0;
    *oldest = (struct vq_stun_open){.id = id, .ts = ts};
    return true;
}

static void answer(struct vq_nat *n, uint64_t id)
{
    for (size_t i = 0; i < VQ_STUN_OPEN; i++)
        if (n->open[i].id == id)
            n->open[i] = (struct vq_stun_open){0};
}

static void copy_text(char *to, size_t room, struct vq_slice s)
{
    size_t n = 0;
    for (; n < s.n && n + 1 < room && s.p[n]; n++) /* classic STUN pads with zeros that belong to the value */
        to[n] = (char)s.p[n];
    to[n] = 0;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void use(struct vq_nat *n, const struct vq_stun_msg *m)
{
    enum vq_stun_use u = VQ_STUN_BINDING_USE;
    if (m->has_priority || m->controlling || m->controlled)
        u = VQ_STUN_ICE_USE;
    else if (m->method >= VQ_STUN_ALLOCATE && m->method <= VQ_STUN_CHANNEL_BIND)
        u = VQ_STUN_TURN_USE;
    if (u > n->s.use)
        n->s.use = u;
}

static void request(struct vq_engine *e, const struct vq_stun_msg *m, const struct vq_dgram *d)
{
    struct vq_nat *n = get(e, &d->src, &d->dst, d);
    if (!n)
        return;
    use(n, m);
    if (m->class == VQ_STUN_INDICATION) {
        n->s.indications++;
        if (m->method == VQ_STUN_BINDING)
            vq_keep_alive(e, VQ_KEEP_STUN, d);
        return;
    }
    if (ask(n, id_hash(e, m), d->ts))
        n->s.requests++;
    else
        n->s.retransmissions++;
    if (n->s.use == VQ_STUN_ICE_USE && m->username.n && !*n->s.username)
        copy_text(n->s.username, sizeof n->s.username, m->username);
    n->s.controlling |= m->controlling;
    if (m->use_candidate && !n->s.nominated_frame)
        n->s.nominated_frame = d->frame;
    if (m->method == VQ_STUN_CHANNEL_BIND && m->peer.family)
        vq_turn_bind(n, m->channel, &m->peer);
}

static void mapped(struct vq_engine *e, struct vq_nat *n, const struct vq_endpoint *to, uint64_t frame)
{
    struct vq_stun *s = &n->s;
    if (!s->mapped.family) {
        uint64_t local = vq_hash(e, &s->client, sizeof s->client, 5);
        if (vq_table_add(&e->nat_by_client, local, (uint32_t)(n - e->nats) + 1)) {
            e->no_memory = true;
            return;
        }
    } else if (vq_endpoint_eq(&s->mapped, to)) {
        return;
    } else {
        s->remapped++;
    }
    s->mapped = *to;
    s->mapped_frame = frame;
    vq_natmap_add(e, &s->client, to, VQ_NAT_BY_STUN, frame);
}

static void response(struct vq_engine *e, const struct vq_stun_msg *m, const struct vq_dgram *d)
{
    struct vq_nat *n = get(e, &d->dst, &d->src, d);
    if (!n)
        return;
    use(n, m);
    answer(n, id_hash(e, m));
    if (m->software.n && !*n->s.software)
        copy_text(n->s.software, sizeof n->s.software, m->software);
    if (m->class == VQ_STUN_ERROR) {
        n->s.errors++;
        n->s.error = m->error;
        return;
    }
    if (m->other.family)
        n->s.other = m->other;
    if (m->relayed.family)
        n->s.relayed = m->relayed;
    if (m->method != VQ_STUN_BINDING && m->method != VQ_STUN_ALLOCATE)
        return;
    n->s.transactions += m->method == VQ_STUN_ALLOCATE || m->mapped.family;
    if (m->mapped.family)
        mapped(e, n, &m->mapped, d->frame);
}

bool vq_nat_packet(struct vq_engine *e, const struct vq_dgram *d)
{
    struct vq_stun_msg m;
    if (!vq_stun_parse(d->payload, &m))
        return false;
    e->stats.stun_messages++;
    if (m.class == VQ_STUN_SUCCESS || m.class == VQ_STUN_ERROR)
        response(e, &m, d);
    else
        request(e, &m, d);
    return true;
}

const struct vq_endpoint *vq_nat_mapped(const struct vq_engine *e, const struct vq_endpoint *local)
{
    uint32_t h = vq_table_find(&e->nat_by_client, vq_hash(e, local, sizeof *local, 5), local_eq, local, e);
    if (!h || vq_endpoint_eq(&e->nats[h - 1].s.mapped, local))
        return NULL;
    return &e->nats[h - 1].s.mapped;
}

/* ---- view -------------------------------------------------------------------------------------------------------- */

size_t vq_stun_count(const struct vq_engine *e)
{
    return e->n_nats;
}

bool vq_stun_get(const struct vq_engine *e, size_t i, struct vq_stun *out)
{
    if (i >= e->n_nats)
        return false;
    const struct vq_nat *n = &e->nats[i];
    *out = n->s;
    for (size_t k = 0; k < VQ_STUN_OPEN; k++)
        out->unanswered += n->open[k].id && e->now - n->open[k].ts >= RTO;
    return true;
}
