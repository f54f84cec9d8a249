/* defrag.c - IP fragments put together, see defrag.h. A packet is a sorted list of pieces: what arrived, as it
 * arrived. */
#include "net/defrag.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "util/hash.h"
#include "util/list.h"
#include "util/pool.h"
#include "util/table.h"

/* Bytes offset .. offset + wire of the packet, of which the first n were captured. */
struct piece {
    struct piece *next;
    uint32_t offset, n, wire;
    uint8_t data[];
};

#define HEAP_HEAD 16u /* what the allocator itself needs for a piece, charged with it */

/* Hashed and compared as one piece of memory: no hole between the members. */
struct key {
    uint8_t src[16], dst[16];
    uint32_t id;
    uint8_t family;
    uint8_t proto; /* 0 for IPv6 */
    uint8_t zero[2];
};

enum state { HELD, WHOLE, POISONED };

struct packet {
    struct vq_list in_age;
    struct piece *pieces;   /* by offset; in IPv4 they may overlap */
    uint64_t hash;
    struct key key;
    uint64_t frame;
    int64_t first, last;    /* first fragment; last one, after which the state is final */
    size_t bytes;           /* charged for the pieces */
    uint32_t handle;
    uint32_t total;         /* 0: the last fragment has not come */
    uint32_t end;           /* of the furthest piece */
    uint32_t frames;        /* not yet accounted for */
    uint16_t n_pieces;
    uint8_t state;
    uint8_t proto, ttl, dscp;
};

struct vq_defrag {
    struct vq_table by_key;
    struct vq_pool packets;
    struct vq_list held, closed; /* oldest first */
    size_t bytes, max_bytes;
    uint64_t seed, held_frames, lost;
    struct vq_defrag_stats stats;
    uint8_t out[VQ_DEFRAG_MAX];
};

int vq_defrag_new(struct vq_defrag **out, size_t max_bytes, uint32_t max_packets, uint64_t seed)
{
    struct vq_defrag *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    if (vq_table_init(&d->by_key)) {
        free(d);
        return -ENOMEM;
    }
    vq_pool_init(&d->packets, sizeof(struct packet), max_packets);
    vq_list_init(&d->held);
    vq_list_init(&d->closed);
    d->max_bytes = max_bytes;
    d->seed = seed;
    *out = d;
    return 0;
}

static struct packet *packet_at(const struct vq_defrag *d, uint32_t handle)
{
    return vq_pool_at(&d->packets, handle);
}

static uint64_t apart(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* ---- beginning and ending of packets ---- */

static void free_pieces(struct vq_defrag *d, struct packet *p)
{
    for (struct piece *q = p->pieces, *next; q; q = next) {
        next = q->next;
        free(q);
    }
    p->pieces = NULL;
    d->bytes -= p->bytes;
    p->bytes = 0;
}

static void lose_frames(struct vq_defrag *d, struct packet *p)
{
    d->held_frames -= p->frames;
    d->lost += p->frames;
    d->stats.lost_frames += p->frames;
    p->frames = 0;
}

/* `why` counts a packet that was incomplete. */
static void drop(struct vq_defrag *d, struct packet *p, uint64_t *why)
{
    if (p->state == HELD)
        ++*why;
    lose_frames(d, p);
    free_pieces(d, p);
    vq_list_remove(&p->in_age);
    vq_table_remove(&d->by_key, p->hash, p->handle);
    vq_pool_give(&d->packets, p->handle);
}

void vq_defrag_free(struct vq_defrag *d)
{
    if (!d)
        return;
    vq_defrag_expire(d, INT64_MAX);
    vq_pool_done(&d->packets);
    vq_table_done(&d->by_key);
    free(d);
}

static void close_packet(struct vq_defrag *d, struct packet *p, enum state state, int64_t ts)
{
    p->state = (uint8_t)state;
    p->last = ts;
    vq_list_touch(&d->closed, &p->in_age);
}

static bool stale(const struct packet *p, int64_t now)
{
    if (p->state == WHOLE)
        return apart(p->last, now) > VQ_DEFRAG_LINGER;
    if (p->state == POISONED && p->key.family == 4)
        return apart(p->last, now) > VQ_DEFRAG_REUSE;
    return apart(p->first, now) > VQ_DEFRAG_TIMEOUT;
}

static void sweep(struct vq_defrag *d, struct vq_list *list, int64_t now)
{
    while (!vq_list_empty(list)) {
        struct packet *p = VQ_CONTAINER(list->next, struct packet, in_age);
        if (!stale(p, now) && now != INT64_MAX)
            return;
        drop(d, p, &d->stats.expired);
    }
}

uint64_t vq_defrag_expire(struct vq_defrag *d, int64_t now)
{
    sweep(d, &d->closed, now);
    sweep(d, &d->held, now);
    uint64_t lost = d->lost;
    d->lost = 0;
    return lost;
}

/* The packet that is missed least, but not `keep`. False: there is no other. */
static bool evict(struct vq_defrag *d, const struct packet *keep)
{
    struct vq_list *l = vq_list_empty(&d->closed) ? d->held.next : d->closed.next;
    if (keep && l == &keep->in_age)
        l = l->next;
    if (l == &d->held)
        return false;
    drop(d, VQ_CONTAINER(l, struct packet, in_age), &d->stats.evicted);
    return true;
}

static struct packet *begin(struct vq_defrag *d, const struct vq_fragment *f, const struct key *key, uint64_t hash)
{
    if (d->packets.used == d->packets.cap)
        evict(d, NULL);
    uint32_t handle = vq_pool_take(&d->packets);
    if (!handle)
        return NULL;
    if (vq_table_add(&d->by_key, hash, handle)) {
        vq_pool_give(&d->packets, handle);
        return NULL;
    }
    struct packet *p = packet_at(d, handle);
    p->handle = handle;
    p->hash = hash;
    p->key = *key;
    p->first = f->ts;
    p->frame = f->frame;
    vq_list_append(&d->held, &p->in_age);
    return p;
}

/* ---- pieces ---- */

enum relation { NEW, COPY, OVERLAP, CONTRADICTS };

/* Do a fragment and a piece of which both have a part agree as far as both were captured? */
static bool agree(const struct piece *q, const struct vq_fragment *f)
{
    uint32_t from = q->offset > f->offset ? q->offset : f->offset;
    uint32_t q_end = q->offset + q->n, f_end = f->offset + (uint32_t)f->data.n;
    uint32_t to = q_end < f_end ? q_end : f_end;
    return from >= to || memcmp(q->data + (from - q->offset), f->data.p + (from - f->offset), to - from) == 0;
}

static enum relation relate(const struct packet *p, const struct vq_fragment *f)
{
    uint32_t end = f->offset + f->wire;
    bool ends_fit = f->more ? !p->total || end < p->total : p->total ? end == p->total : end > p->end;
    if (!ends_fit)
        return CONTRADICTS;
    enum relation r = NEW;
    for (const struct piece *q = p->pieces; q && q->offset < end; q = q->next) {
        if (q->offset + q->wire <= f->offset)
            continue;
        if (!agree(q, f))
            return CONTRADICTS;
        if (q->offset == f->offset && q->wire == f->wire)
            r = COPY;
        else if (r == NEW)
            r = OVERLAP;
    }
    if (r == OVERLAP && p->key.family == 6)
        return CONTRADICTS;
    return r != COPY && p->n_pieces == VQ_DEFRAG_PIECES ? CONTRADICTS : r;
}

/* Copies the fragment into the packet, after the pieces that begin where it does or before. */
static bool store(struct vq_defrag *d, struct packet *p, const struct vq_fragment *f)
{
    size_t charge = sizeof(struct piece) + f->data.n + HEAP_HEAD;
    if (charge > d->max_bytes || p->bytes > d->max_bytes - charge)
        return false;
    while (d->bytes > d->max_bytes - charge)
        if (!evict(d, p))
            return false;
    struct piece *q = malloc(sizeof *q + f->data.n);
    if (!q)
        return false;
    *q = (struct piece){.offset = f->offset, .n = (uint32_t)f->data.n, .wire = f->wire};
    if (f->data.n)
        memcpy(q->data, f->data.p, f->data.n);
    struct piece **at = &p->pieces;
    while (*at && (*at)->offset <= f->offset)
        at = &(*at)->next;
    if (f->offset == 0 && at == &p->pieces) {
        p->proto = f->proto;
        p->ttl = f->ttl;
        p->dscp = f->dscp;
    }
    q->next = *at;
    *at = q;
    p->n_pieces++;
    p->bytes += charge;
    d->bytes += charge;
    uint32_t end = f->offset + f->wire;
    if (end > p->end)
        p->end = end;
    if (!f->more)
        p->total = end;
    return true;
}

static bool complete(const struct packet *p)
{
    uint32_t reach = 0;
    for (const struct piece *q = p->pieces; q && q->offset <= reach; q = q->next)
        if (q->offset + q->wire > reach)
            reach = q->offset + q->wire;
    return p->total && reach == p->total;
}

/* The bytes up to the first that no piece has. */
static struct vq_slice assemble(struct vq_defrag *d, const struct packet *p)
{
    uint32_t known = 0;
    for (const struct piece *q = p->pieces; q && q->offset <= known; q = q->next) {
        uint32_t end = q->offset + q->n;
        if (end <= known)
            continue;
        memcpy(d->out + known, q->data + (known - q->offset), end - known);
        known = end;
    }
    return vq_slice(d->out, known);
}

/* ---- fragments ---- */

static bool key_eq(uint32_t handle, const void *key, const void *arg)
{
    return memcmp(&packet_at(arg, handle)->key, key, sizeof(struct key)) == 0;
}

static struct key key_of(const struct vq_fragment *f)
{
    struct key k = {.id = f->id, .family = f->src.family, .proto = f->src.family == 4 ? f->proto : 0};
    memcpy(k.src, f->src.ip, 16);
    memcpy(k.dst, f->dst.ip, 16);
    return k;
}

static bool well_formed(const struct vq_fragment *f)
{
    return f->wire && f->offset % 8 == 0 && (!f->more || f->wire % 8 == 0) && f->wire <= VQ_DEFRAG_MAX &&
           f->offset <= VQ_DEFRAG_MAX - f->wire;
}

static enum vq_defrag_verdict bad_fragment(struct vq_defrag *d)
{
    d->stats.bad_fragments++;
    return VQ_DEFRAG_BAD;
}

static enum vq_defrag_verdict whole_by_itself(struct vq_defrag *d, const struct vq_fragment *f, struct vq_whole *out)
{
    if (f->wire > VQ_DEFRAG_MAX)
        return bad_fragment(d);
    d->stats.whole++;
    *out = (struct vq_whole){.data = f->data, .wire = f->wire, .frames = 1, .frame = f->frame, .ts = f->ts,
                             .proto = f->proto, .ttl = f->ttl, .dscp = f->dscp};
    return VQ_DEFRAG_WHOLE;
}

static enum vq_defrag_verdict hold(struct vq_defrag *d, struct packet *p, const struct vq_fragment *f)
{
    d->held_frames++;
    p->frames++;
    p->last = f->ts;
    return VQ_DEFRAG_HELD;
}

static enum vq_defrag_verdict hand_out(struct vq_defrag *d, struct packet *p, int64_t ts, struct vq_whole *out)
{
    d->stats.whole++;
    d->held_frames -= p->frames;
    *out = (struct vq_whole){.data = assemble(d, p), .wire = p->total, .frames = p->frames, .frame = p->frame,
                             .ts = p->first, .proto = p->proto, .ttl = p->ttl, .dscp = p->dscp};
    p->frames = 0;
    close_packet(d, p, WHOLE, ts);
    return VQ_DEFRAG_WHOLE;
}

static enum vq_defrag_verdict poison(struct vq_defrag *d, struct packet *p, int64_t ts)
{
    d->stats.contradictory++;
    lose_frames(d, p);
    free_pieces(d, p);
    close_packet(d, p, POISONED, ts);
    return VQ_DEFRAG_BAD;
}

static enum vq_defrag_verdict add_to(struct vq_defrag *d, struct packet *p, const struct vq_fragment *f,
                                     struct vq_whole *out)
{
    if (!store(d, p, f)) {
        d->stats.no_memory++;
        return VQ_DEFRAG_FULL;
    }
    hold(d, p, f);
    return complete(p) ? hand_out(d, p, f->ts, out) : VQ_DEFRAG_HELD;
}

static enum vq_defrag_verdict add_new(struct vq_defrag *d, const struct vq_fragment *f, const struct key *key,
                                      uint64_t hash, struct vq_whole *out)
{
    struct packet *p = begin(d, f, key, hash);
    if (!p) {
        d->stats.no_memory++;
        return VQ_DEFRAG_FULL;
    }
    enum vq_defrag_verdict v = add_to(d, p, f, out);
    if (!p->pieces) {
        p->state = POISONED; /* an empty packet is no packet given up */
        drop(d, p, NULL);
    }
    return v;
}

enum vq_defrag_verdict vq_defrag_add(struct vq_defrag *d, const struct vq_fragment *f, struct vq_whole *out)
{
    assert(f->data.n <= f->wire && f->src.family == f->dst.family);
    if (f->offset == 0 && !f->more)
        return whole_by_itself(d, f, out);
    if (!well_formed(f))
        return bad_fragment(d);
    struct key key = key_of(f);
    uint64_t hash = vq_hash64(&key, sizeof key, d->seed);
    uint32_t handle = vq_table_find(&d->by_key, hash, key_eq, &key, d);
    if (!handle)
        return add_new(d, f, &key, hash, out);
    struct packet *p = packet_at(d, handle);
    if (stale(p, f->ts)) {
        drop(d, p, &d->stats.expired);
        return add_new(d, f, &key, hash, out);
    }
    if (p->state == POISONED)
        return VQ_DEFRAG_BAD;
    enum relation r = relate(p, f);
    if (r == COPY) {
        d->stats.duplicates++;
        return p->state == WHOLE ? VQ_DEFRAG_COPY : hold(d, p, f);
    }
    bool came_round = key.family == 4 && apart(p->last, f->ts) > VQ_DEFRAG_REUSE && r != NEW;
    if (p->state == WHOLE || came_round) {
        drop(d, p, &d->stats.reused);
        return add_new(d, f, &key, hash, out);
    }
    if (r == CONTRADICTS)
        return poison(d, p, f->ts);
    d->stats.overlaps += r == OVERLAP;
    return add_to(d, p, f, out);
}

uint64_t vq_defrag_held(const struct vq_defrag *d)
{
    return d->held_frames;
}

size_t vq_defrag_bytes(const struct vq_defrag *d)
{
    return d->bytes;
}

uint32_t vq_defrag_packets(const struct vq_defrag *d)
{
    return d->packets.used;
}

const struct vq_defrag_stats *vq_defrag_stats(const struct vq_defrag *d)
{
    return &d->stats;
}
