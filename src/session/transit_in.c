/* transit_in.c - the arrivals that streams noted, on their way into figures. */
#include "session/session.h"

#include <string.h>

/* Packets of 20 ms stand in for a packet time that is not known yet: it only limits how fast the adaptive buffer
 * shrinks. */
static int32_t frame_us(const struct vq_rtp_stream *s)
{
    return s->ptime_votes && s->ptime_ticks < s->clock_hz ? (int32_t)(s->ptime_ticks * s->ms_per_tick * 1000) : 20000;
}

static int64_t age_us(const struct vq_rtp_stream *s)
{
    return (s->last_ts - s->start) / 1000;
}

#define AGES (UINT16_MAX / VQ_ARRIVAL_FREE + 1u) /* seconds that can be told apart: more than two hours */

/* When the interval of an arrival began. */
static int64_t slot_of(const struct vq_rtp_stream *s, const struct vq_arrival *a)
{
    uint64_t now = vq_slot_second(s), second = now - (now - a->flags / VQ_ARRIVAL_FREE) % AGES;
    return s->series.start + (int64_t)second * VQ_S;
}

/* A bit each of the arrivals: into the intervals that they came in. */
static void note_late(struct vq_rtp_stream *s, uint64_t late)
{
    const struct vq_slot one = {.late = 1};
    for (; late; late &= late - 1) {
        int64_t began = slot_of(s, &s->arrivals[__builtin_ctzll(late)]);
        if (began >= s->slot_end - s->series.width)
            s->slot.late++;
        else
            vq_series_add(&s->series, began, &one);
    }
}

void vq_stream_fold(struct vq_engine *e, struct vq_rtp_stream *s)
{
    const unsigned n = s->n_arrivals, keep = VQ_ARRIVALS_KEEP;
    if (!s->transit && (s->transit = vq_pool_take(&e->transits)))
        vq_transit_init(vq_transit_at(e, s->transit));
    if (s->transit)
        note_late(s, vq_transit_fold(vq_transit_at(e, s->transit), &e->sizes, s->arrivals, n, keep, age_us(s), frame_us(s)));
    else
        e->no_memory = true; /* the figures miss these packets */
    memmove(s->arrivals, s->arrivals + n - keep, keep * sizeof *s->arrivals);
    s->n_arrivals = (uint8_t)keep;
}

/* With the arrivals in sending order, and which of them are discarded. */
static uint64_t transit(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_transit *out,
                        struct vq_arrival a[VQ_ARRIVALS])
{
    if (s->transit)
        *out = *vq_transit_at(e, s->transit);
    else
        vq_transit_init(out);
    memcpy(a, s->arrivals, s->n_arrivals * sizeof *a);
    return s->n_arrivals ? vq_transit_fold(out, &e->sizes, a, s->n_arrivals, 0, age_us(s), frame_us(s)) : 0;
}

void vq_stream_transit(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_transit *out)
{
    struct vq_arrival a[VQ_ARRIVALS];
    transit(e, s, out, a);
}

/* The noted arrivals lie so close together that none of them can be late. */
static bool calm(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_transit *t = s->transit ? vq_transit_at(e, s->transit) : NULL;
    int32_t min = INT32_MAX, max = INT32_MIN;
    for (unsigned i = 0; t && i < t->n_blocks; i++)
        min = t->block_min[i] < min ? t->block_min[i] : min;
    for (unsigned i = 0; i < s->n_arrivals; i++) {
        int32_t us = s->arrivals[i].us;
        min = us < min ? us : min;
        max = us > max ? us : max;
    }
    return (int64_t)max - min <= e->sizes.us[e->sizes.scored];
}

bool vq_stream_discards(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_transit *out)
{
    if (!(s->transit && vq_transit_at(e, s->transit)->jbuf.fixed[e->sizes.scored].late) && calm(e, s))
        return false;
    vq_stream_transit(e, s, out);
    return out->jbuf.fixed[e->sizes.scored].late > 0;
}

uint32_t vq_stream_late(const struct vq_engine *e, const struct vq_rtp_stream *s, int64_t from, int64_t to)
{
    struct vq_transit t;
    struct vq_arrival a[VQ_ARRIVALS];
    uint32_t n = 0;
    if (!s->n_arrivals || to <= slot_of(s, &s->arrivals[0]) || calm(e, s))
        return 0;
    for (uint64_t late = transit(e, s, &t, a); late; late &= late - 1) {
        int64_t began = slot_of(s, &a[__builtin_ctzll(late)]);
        n += began >= from && began < to;
    }
    return n;
}
