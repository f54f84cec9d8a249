/* histogram.h - percentiles of durations in fixed room: buckets whose width grows with the value.
 *
 * Values below 128 ns have a bucket each. Above, every power of two is cut into 64 equal buckets, and a bucket stands for
 * its middle: a percentile is off by 1/128 (0.8 %) of the exact one at most. Integers only, so that every machine gives the
 * same figures. Zeroed is empty. */
#ifndef VQ_METRICS_HISTOGRAM_H
#define VQ_METRICS_HISTOGRAM_H

#include <stdint.h>

#define VQ_HISTOGRAM_BITS 47 /* 2^47 ns, 39 hours: what is longer is taken as that, but for the maximum */
#define VQ_HISTOGRAM_BUCKETS ((VQ_HISTOGRAM_BITS - 7 + 2) * 64)
#define VQ_HISTOGRAM_ERROR (1.0 / 128)

struct vq_histogram {
    uint64_t n;
    int64_t min, max; /* exact, like the sum; only good while n is not 0 */
    double sum;
    uint32_t buckets[VQ_HISTOGRAM_BUCKETS];
};

/* A negative duration is the mark of a clock that was set back: it is left out. */
void vq_histogram_add(struct vq_histogram *h, int64_t ns);

/* The smallest value that at least `percent` (1 .. 100) of the values do not exceed (nearest rank), within the error
 * above; exact when it is the smallest or largest; NAN when empty. */
double vq_histogram_percentile(const struct vq_histogram *h, unsigned percent);

#endif
