/* keepalive.c - UDP datagrams that say nothing but keep a NAT's mapping open, by who sends them to whom. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAPS 15 /* of which the median is taken */

struct pair {
    struct vq_endpoint src, dst;
    enum vq_keep_alive_kind kind;
    uint64_t count, frame;
    int64_t start, end;
    float gaps_s[GAPS]; /* the latest, one over the other */
};

struct vq_keep_alives {
    struct pair *p;
    uint32_t n, room;
    uint64_t not_kept;
    struct vq_table by_pair;
};

struct key {
    const struct vq_dgram *d;
    enum vq_keep_alive_kind kind;
};

struct vq_keep_alives *vq_keep_alives_new(void)
{
    struct vq_keep_alives *k = calloc(1, sizeof *k);
    if (k && vq_table_init(&k->by_pair)) {
        free(k);
        return NULL;
    }
    return k;
}

void vq_keep_alives_free(struct vq_keep_alives *k)
{
    if (!k)
        return;
    vq_table_done(&k->by_pair);
    free(k->p);
    free(k);
}

size_t vq_keep_alives_ceiling(void)
{
    return sizeof(struct vq_keep_alives) + VQ_KEEP_ALIVE_PAIRS * (sizeof(struct pair) + 4 * sizeof(struct vq_table_slot));
}

static bool pair_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_keep_alives *all = arg;
    const struct pair *p = &all->p[handle - 1];
    const struct key *k = key;
    return p->kind == k->kind && vq_endpoint_eq(&p->src, &k->d->src) && vq_endpoint_eq(&p->dst, &k->d->dst);
}

static struct pair *get(struct vq_engine *e, const struct key *k)
{
    struct vq_keep_alives *all = e->keep_alives;
    uint64_t hash = vq_hash(e, &k->d->src, 2 * sizeof k->d->src, 13 + k->kind);
    uint32_t h = vq_table_find(&all->by_pair, hash, pair_eq, k, all);
    if (h)
        return &all->p[h - 1];
    if (all->n == VQ_KEEP_ALIVE_PAIRS) {
        all->not_kept++;
        return NULL;
    }
    if (all->n == all->room) {
        uint32_t room = all->room ? 2 * all->room : 16;
        struct pair *p = realloc(all->p, room * sizeof *p);
        if (!p)
            goto fail;
        all->p = p;
        all->room = room;
    }
    if (vq_table_add(&all->by_pair, hash, all->n + 1))
        goto fail;
    all->p[all->n++] = (struct pair){.src = k->d->src, .dst = k->d->dst, .kind = k->kind, .frame = k->d->frame,
                                     .start = k->d->ts, .end = k->d->ts};
    return &all->p[all->n - 1];
fail:
    e->no_memory = true;
    return NULL;
}

void vq_keep_alive(struct vq_engine *e, enum vq_keep_alive_kind kind, const struct vq_dgram *d)
{
    struct pair *p = get(e, &(struct key){d, kind});
    if (!p)
        return;
    if (p->count && d->ts >= p->end) /* a clock that was set back measures nothing */
        p->gaps_s[(p->count - 1) % GAPS] = (float)((double)(d->ts - p->end) / 1e9);
    p->count++;
    if (d->ts > p->end)
        p->end = d->ts;
}

enum vq_keep_alive_kind vq_keep_alive_kind(struct vq_slice payload)
{
    if (!payload.n)
        return VQ_KEEP_EMPTY;
    for (size_t i = 0; i < payload.n; i++)
        if (payload.p[i])
            return VQ_KEEP_CRLF;
    return VQ_KEEP_ZERO;
}

static int by_length(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median(const struct pair *p)
{
    float gaps[GAPS];
    size_t n = p->count < 2 ? 0 : p->count - 1 < GAPS ? (size_t)p->count - 1 : GAPS;
    if (!n)
        return (double)NAN;
    memcpy(gaps, p->gaps_s, n * sizeof *gaps);
    qsort(gaps, n, sizeof *gaps, by_length);
    return n % 2 ? (double)gaps[n / 2] : ((double)gaps[n / 2 - 1] + (double)gaps[n / 2]) / 2;
}

size_t vq_keep_alive_count(const struct vq_engine *e, uint64_t *not_kept)
{
    *not_kept = e->keep_alives->not_kept;
    return e->keep_alives->n;
}

void vq_keep_alive_get(const struct vq_engine *e, size_t i, struct vq_keep_alive *out)
{
    const struct pair *p = &e->keep_alives->p[i];
    *out = (struct vq_keep_alive){.src = p->src, .dst = p->dst, .kind = p->kind, .count = p->count, .frame = p->frame,
                                  .start = p->start, .end = p->end, .interval_s = median(p)};
}
