/* series.h - a stream's course over time in fixed room: one-second slots that double in width when they run out. */
#ifndef VQ_METRICS_SERIES_H
#define VQ_METRICS_SERIES_H

#include <stdint.h>

#define VQ_SERIES_SLOTS 1024u
#define VQ_SERIES_WIDTH INT64_C(1000000000) /* ns, of a slot at first */

struct vq_slot {
    uint32_t packets;
    int32_t lost;       /* a late packet gives back in its own slot what was lost in an earlier one: may be negative */
    float jitter_ms;    /* at the slot's last packet; < 0: none */
    float gap_sum_ms;   /* interarrival */
    float gap_max_ms;
    uint32_t gaps;
    uint32_t late;      /* packets too late for the assumed de-jitter buffer */
};

struct vq_series {
    struct vq_slot *slots;
    uint32_t n, room;
    int64_t start, width;
};

/* Adds what a later slot holds to an earlier one. */
void vq_slot_merge(struct vq_slot *a, const struct vq_slot *b);

void vq_series_init(struct vq_series *s, int64_t start);
void vq_series_done(struct vq_series *s);

/* Makes the slots wide enough for `ts`: afterwards its slot's number is below VQ_SERIES_SLOTS. Returns that slot's end. */
int64_t vq_series_reach(struct vq_series *s, int64_t ts);

/* Adds `v` to the slot of time `ts` (times before the start count in the first). Without memory the slots get wider
 * instead; only a series without any slot loses the value. Returns the end of that slot. */
int64_t vq_series_add(struct vq_series *s, int64_t ts, const struct vq_slot *v);

#endif
