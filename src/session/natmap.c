/* natmap.c - the NAT map: which address inside is which one outside, and what shows it. STUN tells it directly; a SIP
 * agent that does not know of its NAT tells it by what it writes into Via and Contact. */
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "util/hostport.h"
#include "util/str.h"

#define SIP_PORT 5060 /* RFC 3261 18.1.1: where sent-by has none */

struct vq_natmap {
    struct vq_nat_mapping *m;
    uint32_t n, room;
    uint64_t not_kept;
    struct vq_table by_pair;  /* both ends */
    struct vq_table by_hosts; /* both hosts, their first mapping */
    struct vq_table by_inside; /* the host inside, its first mapping */
};

struct vq_natmap *vq_natmap_new(void)
{
    struct vq_natmap *map = calloc(1, sizeof *map);
    if (map && (vq_table_init(&map->by_pair) || vq_table_init(&map->by_hosts) || vq_table_init(&map->by_inside))) {
        vq_natmap_free(map);
        return NULL;
    }
    return map;
}

void vq_natmap_free(struct vq_natmap *map)
{
    if (!map)
        return;
    vq_table_done(&map->by_pair);
    vq_table_done(&map->by_hosts);
    vq_table_done(&map->by_inside);
    free(map->m);
    free(map);
}

size_t vq_natmap_ceiling(void)
{
    return sizeof(struct vq_natmap) + VQ_NAT_MAPPINGS * (sizeof(struct vq_nat_mapping) + 12 * sizeof(struct vq_table_slot));
}

const struct vq_nat_mapping *vq_natmap_all(const struct vq_engine *e, size_t *n, uint64_t *not_kept)
{
    *n = e->natmap->n;
    *not_kept = e->natmap->not_kept;
    return e->natmap->m;
}

/* ---- mappings ---------------------------------------------------------------------------------------------------- */

static bool pair_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_natmap *map = arg;
    return memcmp(&map->m[handle - 1].inside, key, 2 * sizeof(struct vq_endpoint)) == 0;
}
_Static_assert(offsetof(struct vq_nat_mapping, outside) == sizeof(struct vq_endpoint), "both ends are one key");

static bool hosts_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_natmap *map = arg;
    const struct vq_endpoint *hosts = key;
    return vq_endpoint_same_host(&map->m[handle - 1].inside, &hosts[0]) &&
           vq_endpoint_same_host(&map->m[handle - 1].outside, &hosts[1]);
}

static bool inside_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_natmap *map = arg;
    return vq_endpoint_same_host(&map->m[handle - 1].inside, key);
}

static uint64_t host_hash(const struct vq_engine *e, const struct vq_endpoint *host)
{
    return vq_hash(e, host->ip, sizeof host->ip, 12);
}

static bool make_room(struct vq_natmap *map)
{
    if (map->n < map->room)
        return true;
    uint32_t room = map->room ? 2 * map->room : 64;
    struct vq_nat_mapping *m = realloc(map->m, room * sizeof *m);
    if (!m)
        return false;
    map->m = m;
    map->room = room;
    return true;
}

static uint64_t hosts_hash(const struct vq_engine *e, const struct vq_endpoint *inside, const struct vq_endpoint *outside)
{
    return host_hash(e, inside) * 31 + host_hash(e, outside);
}

/* A new mapping; false without memory. */
static bool enter(const struct vq_engine *e, struct vq_natmap *map, const struct vq_endpoint key[2], uint64_t hash)
{
    uint32_t h = map->n + 1;
    bool new_hosts = !vq_natmap_knows(e, &key[0], &key[1]), new_inside = !vq_natmap_inside(e, &key[0]);
    if (!make_room(map) || vq_table_add(&map->by_pair, hash, h))
        return false;
    map->m[map->n++] = (struct vq_nat_mapping){.inside = key[0], .outside = key[1]};
    /* Without these two the mapping is still in the list. */
    if (new_hosts)
        (void)vq_table_add(&map->by_hosts, hosts_hash(e, &key[0], &key[1]), h);
    if (new_inside)
        (void)vq_table_add(&map->by_inside, host_hash(e, &key[0]), h);
    return true;
}

static struct vq_nat_mapping *get(const struct vq_engine *e, const struct vq_endpoint key[2])
{
    struct vq_natmap *map = e->natmap;
    uint64_t hash = vq_hash(e, key, 2 * sizeof *key, 11);
    uint32_t h = vq_table_find(&map->by_pair, hash, pair_eq, key, map);
    if (h)
        return &map->m[h - 1];
    if (map->n == VQ_NAT_MAPPINGS) {
        map->not_kept++;
        return NULL;
    }
    if (!enter(e, map, key, hash)) {
        map->not_kept++;
        return NULL;
    }
    return &map->m[map->n - 1];
}

void vq_natmap_add(const struct vq_engine *e, const struct vq_endpoint *inside, const struct vq_endpoint *outside,
                   enum vq_nat_evidence by, uint64_t frame)
{
    if (!inside->family || inside->family != outside->family || vq_endpoint_same_host(inside, outside))
        return;
    /* A client that knows of its NAT writes its outer address, and sends from its own: that maps nothing the other way. */
    if (by != VQ_NAT_BY_STUN && vq_natmap_knows(e, outside, inside))
        return;
    const struct vq_endpoint key[2] = {*inside, *outside};
    struct vq_nat_mapping *m = get(e, key);
    if (m && !m->frames[by])
        m->frames[by] = frame;
}

bool vq_natmap_is_empty(const struct vq_engine *e)
{
    return !e->natmap->n;
}

const struct vq_nat_mapping *vq_natmap_inside(const struct vq_engine *e, const struct vq_endpoint *host)
{
    const struct vq_natmap *map = e->natmap;
    uint32_t h = map->n ? vq_table_find(&map->by_inside, host_hash(e, host), inside_eq, host, map) : 0;
    return h ? &map->m[h - 1] : NULL;
}

const struct vq_nat_mapping *vq_natmap_sip_inside(const struct vq_engine *e, const struct vq_endpoint *host)
{
    const struct vq_natmap *map = e->natmap;
    for (uint32_t i = vq_natmap_inside(e, host) ? 0 : map->n; i < map->n; i++)
        if (vq_endpoint_same_host(&map->m[i].inside, host) &&
            (map->m[i].frames[VQ_NAT_BY_VIA] || map->m[i].frames[VQ_NAT_BY_CONTACT]))
            return &map->m[i];
    return NULL;
}

bool vq_natmap_knows(const struct vq_engine *e, const struct vq_endpoint *inside, const struct vq_endpoint *outside)
{
    const struct vq_natmap *map = e->natmap;
    const struct vq_endpoint key[2] = {*inside, *outside};
    return map->n && vq_table_find(&map->by_hosts, hosts_hash(e, inside, outside), hosts_eq, key, map);
}

/* ---- what SIP shows ---------------------------------------------------------------------------------------------- */

/* Loopback, link-local and unspecified addresses: configuration mistakes, or one machine talking to itself. */
static bool is_nowhere(const struct vq_endpoint *ep)
{
    static const uint8_t zero[15];
    if (ep->family == 4)
        return ep->ip[0] == 127 || ep->ip[0] == 0 || (ep->ip[0] == 169 && ep->ip[1] == 254);
    return (ep->ip[0] == 0xfe && (ep->ip[1] & 0xc0) == 0x80) || !memcmp(ep->ip, zero, sizeof zero);
}

/* An address that an agent takes for its own but that cannot be reached from elsewhere: only then a difference means a
 * NAT and not a host with several addresses. */
bool vq_natmap_may_be_inside(const struct vq_endpoint *ep)
{
    return vq_endpoint_is_private(ep) && !is_nowhere(ep);
}

static void compare(struct vq_engine *e, const struct vq_endpoint *inside, const struct vq_endpoint *outside,
                    enum vq_nat_evidence by, uint64_t frame)
{
    if (vq_natmap_may_be_inside(inside) && !is_nowhere(outside))
        vq_natmap_add(e, inside, outside, by, frame);
}

/* RFC 3581 4: the receiver of a request writes into its topmost Via where it came from. */
static void by_received(struct vq_engine *e, struct vq_slice sent_by, struct vq_slice received, struct vq_slice rport,
                        const struct vq_dgram *d)
{
    struct vq_endpoint inside, outside;
    uint32_t port;
    if (!received.n || !vq_hostport_read(sent_by, SIP_PORT, &inside) || !vq_host_read(received, &outside))
        return;
    if (d->carrier == VQ_CARRIER_UDP && vq_str_u32(rport, &port) && port <= UINT16_MAX)
        outside.port = (uint16_t)port;
    compare(e, &inside, &outside, VQ_NAT_BY_VIA, d->frame);
}

static void by_source(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_endpoint via, contact, source = d->src;
    if (d->carrier != VQ_CARRIER_UDP)
        source.port = 0; /* a connection's, and not where it listens */
    bool named = vq_hostport_read(m->sent_by, SIP_PORT, &via);
    if (named)
        compare(e, &via, &source, VQ_NAT_BY_VIA, d->frame);
    /* Contact is the sender's own only where no proxy is between; a phone may also register another one. */
    if (m->vias == 1 && named && vq_hostport_read(m->contact.host, SIP_PORT, &contact) &&
        vq_endpoint_same_host(&contact, &via))
        compare(e, &contact, &source, VQ_NAT_BY_CONTACT, d->frame);
}

/* The same request was here before, as its branch shows (RFC 3261 8.1.1.7), but its sender had another address then: a
 * proxy would have added a Via of its own, and a NAT alone leaves SIP as it is. */
static void by_branch(struct vq_engine *e, struct vq_talk *t, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_endpoint via;
    if (!m->branch.n || !vq_hostport_read(m->sent_by, SIP_PORT, &via) || is_nowhere(&via))
        return;
    uint32_t branch = (uint32_t)vq_hash(e, m->branch.p, m->branch.n, 6) | 1, host = (uint32_t)host_hash(e, &via) | 1;
    if (t->first_branch != branch) {
        if (!t->first_branch && m->request) {
            t->first_branch = branch;
            t->first_sent_by = host;
        }
        return;
    }
    if (host == t->first_sent_by || t->alg)
        return;
    t->alg = vq_arena_alloc(&t->arena, sizeof *t->alg);
    if (t->alg)
        *t->alg = (struct vq_alg){.frame = d->frame, .sent_by = via};
}

void vq_natmap_sip(struct vq_engine *e, struct vq_talk *t, const struct vq_sip *m, const struct vq_dgram *d)
{
    if (m->request)
        by_source(e, m, d);
    else
        by_received(e, m->sent_by, m->received, m->rport, d);
    if (m->vias > 1)
        by_received(e, m->origin.sent_by, m->origin.received, m->origin.rport, d);
    by_branch(e, t, m, d);
}
