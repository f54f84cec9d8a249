/* jbuf.h - de-jitter buffers that the receiver might have: what each would have discarded, and how long it would have
 * held the rest.
 *
 * The fixed model plays every packet `size` after the least transit time of late (transit.h), the best that a buffer of
 * that size can do: whatever took longer is discarded. The adaptive one sets its delay about once a second to one packet
 * time above the 97th percentile of the last 200 to 500 packets: it grows at once and shrinks by one packet time per
 * 500 ms. Discards join with losses to runs, so that the E-model's Ppl and BurstR hold both. */
#ifndef VQ_METRICS_JBUF_H
#define VQ_METRICS_JBUF_H

#include <stdbool.h>
#include <stdint.h>

#define VQ_JBUF_SIZES 9u /* eight that may be asked for, and the one of the score */

/* The fixed buffers tried, ascending. The same for all streams. */
struct vq_jbuf_sizes {
    unsigned n;
    int32_t us[VQ_JBUF_SIZES];
    unsigned scored;    /* which of them the score assumes */
};

struct vq_jbuf_count {
    uint32_t late;       /* discarded */
    uint32_t bad, runs;  /* discarded or lost, and in how many runs */
    uint32_t next;       /* position behind the last of them, 0: none so far */
};

#define VQ_JBUF_STEP 4096     /* us: the adaptive buffer's delays are multiples of it */
#define VQ_JBUF_BUCKETS 122u  /* of a step each: up to 500 ms */
#define VQ_JBUF_WINDOW 240u   /* packets; the last and the present window count */
#define VQ_JBUF_INITIAL 40000 /* us */

/* Zeroed is ready, but for `delay_us`. */
struct vq_jbuf {
    struct vq_jbuf_count fixed[VQ_JBUF_SIZES], adaptive;
    int32_t delay_us;    /* the adaptive buffer's present one ... */
    uint64_t delay_sum;  /* ... and its sum over `packets` */
    int64_t shrink_us;   /* passed since it could last shrink */
    uint32_t packets;
    uint8_t recent[2][VQ_JBUF_BUCKETS]; /* the present window and the last one */
    uint8_t n[2];
    uint32_t top;        /* no packet of either window is in a bucket above it */
};

/* Packets in sending order; positions count from 1. `pdv_us`: transit time above the least. */
void vq_jbuf_lost(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, uint32_t position, uint32_t n);
void vq_jbuf_late(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, uint32_t position, int32_t pdv_us);
/* A packet that was counted as lost already when it came. */
void vq_jbuf_straggler(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, int32_t pdv_us);
/* The adaptive buffer decides anew, after at most 64 packets; `passed_us` since it last did. */
void vq_jbuf_adapt(struct vq_jbuf *j, uint32_t packets, int64_t passed_us, int32_t frame_us);

/* Ppl (percent) and BurstR of G.107, 7.5, when `lost` of `expected` packets never came and the late ones were discarded. */
void vq_jbuf_loss(const struct vq_jbuf_count *c, uint64_t lost, uint64_t expected, double *ppl, double *burst_r);

static inline void vq_jbuf_note(struct vq_jbuf *j, int32_t pdv_us)
{
    uint32_t bucket = (uint32_t)pdv_us / VQ_JBUF_STEP;
    j->recent[0][bucket < VQ_JBUF_BUCKETS ? bucket : VQ_JBUF_BUCKETS - 1]++;
    if (bucket > j->top)
        j->top = bucket;
}

/* Whether the score's buffer discards it. */
static inline bool vq_jbuf_packet(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, uint32_t position, int32_t pdv_us)
{
    vq_jbuf_note(j, pdv_us);
    if (pdv_us <= s->us[0] && pdv_us <= j->delay_us)
        return false;
    vq_jbuf_late(j, s, position, pdv_us);
    return pdv_us > s->us[s->scored];
}

#endif
