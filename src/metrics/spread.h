/* spread.h - how delays are spread, in small fixed room, for every stream there is.
 *
 * Buckets are 1/16 ms wide up to 2 ms; above, every power of two is cut into 16. A bucket holds the values above its lower
 * edge and up to its upper one, so that counts at an edge are exact: 10, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 240,
 * 320 and 400 ms are edges. In between, a percentile is off by 1/16 of its value at most. Zeroed is empty. */
#ifndef VQ_METRICS_SPREAD_H
#define VQ_METRICS_SPREAD_H

#include <stdint.h>

#define VQ_SPREAD_BITS 16 /* 2^16 / 16 ms = 4 s: longer counts as that */
#define VQ_SPREAD_BUCKETS ((VQ_SPREAD_BITS - 4 + 1) * 16)

struct vq_spread {
    uint32_t n;
    int32_t max; /* us, exact */
    uint32_t buckets[VQ_SPREAD_BUCKETS];
};

/* us >= 0 */
static inline unsigned vq_spread_bucket(int32_t us)
{
    const uint32_t most = (1u << VQ_SPREAD_BITS) - 1;
    uint32_t w = us > 0 ? (uint32_t)(((uint64_t)us * 16 - 1) / 1000) : 0; /* (0, 1/16 ms] is 0 */
    w = w < most ? w : most;
    if (w < 32)
        return w;
    unsigned shift = 27 - (unsigned)__builtin_clz(w); /* leaves the five bits from the highest on: 16 .. 31 */
    return shift * 16 + (w >> shift);
}

static inline void vq_spread_add(struct vq_spread *s, int32_t us)
{
    s->n++;
    if (us > s->max)
        s->max = us;
    s->buckets[vq_spread_bucket(us)]++;
}

/* The value that `percent` (1 .. 100) of the values do not exceed, within the error above; NAN when empty. */
double vq_spread_percentile_ms(const struct vq_spread *s, unsigned percent);
/* How many values are above an edge, exactly; above any other value, those of the buckets that begin there or later. */
uint32_t vq_spread_above(const struct vq_spread *s, double ms);

#endif
