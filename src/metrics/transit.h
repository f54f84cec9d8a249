/* transit.h - what transit times tell: delay variation (RFC 5481), clock drift, and what de-jitter buffers would do.
 *
 * A transit time is arrival less RTP timestamp, known up to a constant. The packet path only notes it, in a few bytes of
 * its stream; when the room is full the older ones are put into sending order and folded into figures of fixed size. So a
 * packet costs one store when it comes, and the arithmetic runs over many packets at once. */
#ifndef VQ_METRICS_TRANSIT_H
#define VQ_METRICS_TRANSIT_H

#include "metrics/drift.h"
#include "metrics/jbuf.h"
#include "metrics/spread.h"

#include <stdbool.h>

struct vq_arrival {
    int32_t us;   /* transit time, relative to the stream's first packet */
    uint16_t seq;
    uint16_t flags;
};

enum {
    VQ_ARRIVAL_BLIND = 1,   /* telephone event or comfort noise: counts as received, its transit time is not looked at */
    VQ_ARRIVAL_RESYNC = 2,  /* timestamps jumped: what was learned of transit times no longer holds */
    VQ_ARRIVAL_RESTART = 4, /* so did the numbers: nothing is missing before it */
    VQ_ARRIVAL_FREE = 8,    /* this bit and those above it are whoever notes arrivals' own */
};

#define VQ_ARRIVALS 64u     /* noted at most, a bit each ... */
#define VQ_ARRIVALS_KEEP 16u /* ... of which so many wait for late ones when the others are folded */
#define VQ_TRANSIT_BLOCKS 8u /* folds whose least transit time is remembered: some 8 s of speech */

struct vq_transit {
    struct vq_spread pdv, ipdv; /* above the least of the last 8 s; |difference| of packets sent one after the other */
    struct vq_jbuf jbuf;
    struct vq_drift drift;
    uint32_t position;          /* of the last packet, from 1, lost ones counted */
    int32_t last_us;
    uint16_t last_seq;
    bool known;                 /* last_us holds */
    uint8_t n_blocks, block;
    int32_t block_min[VQ_TRANSIT_BLOCKS];
    int32_t min_us, max_us;
    int64_t shift_us;           /* of all the jumps, so that drift is not taken for them */
    int64_t folded_us;          /* when it last was */
};

void vq_transit_init(struct vq_transit *t);
/* Puts the arrivals into sending order and folds all but the last `keep` of them. `now_us` since the stream's start;
 * `frame_us`: packet time. A bit each of those that are now in `a`: the score's buffer discards it. */
uint64_t vq_transit_fold(struct vq_transit *t, const struct vq_jbuf_sizes *sizes, struct vq_arrival *a, unsigned n, unsigned keep,
                         int64_t now_us, int32_t frame_us);

#endif
