/* series.c - see series.h. */
#include "metrics/series.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 8u

void vq_series_init(struct vq_series *s, int64_t start)
{
    *s = (struct vq_series){.start = start, .width = VQ_SERIES_WIDTH};
}

void vq_series_done(struct vq_series *s)
{
    free(s->slots);
    *s = (struct vq_series){0};
}

void vq_slot_merge(struct vq_slot *a, const struct vq_slot *b)
{
    a->packets += b->packets;
    a->lost += b->lost;
    a->gap_sum_ms += b->gap_sum_ms;
    a->gaps += b->gaps;
    a->late += b->late;
    if (b->gap_max_ms > a->gap_max_ms)
        a->gap_max_ms = b->gap_max_ms;
    if (b->packets)
        a->jitter_ms = b->jitter_ms;
}

static void widen(struct vq_series *s)
{
    for (uint32_t i = 0; i < s->n; i += 2) {
        struct vq_slot v = s->slots[i];
        if (i + 1 < s->n)
            vq_slot_merge(&v, &s->slots[i + 1]);
        s->slots[i / 2] = v;
    }
    s->n = (s->n + 1) / 2;
    s->width *= 2;
}

/* Makes room for slot number i; false when there is none to be had. */
static int reserve(struct vq_series *s, uint64_t i)
{
    if (i < s->room)
        return 1;
    if (i >= VQ_SERIES_SLOTS)
        return 0;
    uint32_t room = s->room ? s->room : FIRST_ROOM;
    while (room <= i)
        room *= 2;
    struct vq_slot *p = realloc(s->slots, room * sizeof *p);
    if (!p)
        return 0;
    s->slots = p;
    s->room = room;
    return 1;
}

static uint64_t age_of(const struct vq_series *s, int64_t ts)
{
    return ts > s->start ? (uint64_t)ts - (uint64_t)s->start : 0;
}

int64_t vq_series_reach(struct vq_series *s, int64_t ts)
{
    uint64_t age = age_of(s, ts);
    while (age / (uint64_t)s->width >= VQ_SERIES_SLOTS)
        widen(s);
    return s->start + ((int64_t)(age / (uint64_t)s->width) + 1) * s->width;
}

int64_t vq_series_add(struct vq_series *s, int64_t ts, const struct vq_slot *v)
{
    uint64_t age = age_of(s, ts);
    if (!s->slots && !reserve(s, 0))
        return s->start + s->width;
    while (!reserve(s, age / (uint64_t)s->width))
        widen(s);
    uint32_t i = (uint32_t)(age / (uint64_t)s->width);
    for (; s->n <= i; s->n++)
        s->slots[s->n] = (struct vq_slot){.jitter_ms = -1};
    vq_slot_merge(&s->slots[i], v);
    return s->start + ((int64_t)i + 1) * s->width;
}
