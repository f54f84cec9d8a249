/* spread.c - see spread.h. */
#include "metrics/spread.h"

#include <assert.h>
#include <math.h>

/* In ms; a bucket's upper edge is the next one's lower edge. */
static double lower_edge(unsigned bucket)
{
    if (bucket < 32)
        return bucket / 16.0;
    unsigned shift = bucket / 16 - 1;
    return (double)((uint64_t)(bucket - shift * 16) << shift) / 16;
}

double vq_spread_percentile_ms(const struct vq_spread *s, unsigned percent)
{
    assert(percent >= 1 && percent <= 100);
    if (!s->n)
        return (double)NAN;
    uint64_t rank = ((uint64_t)s->n * percent + 99) / 100, seen = 0; /* nearest rank */
    unsigned i = 0;
    while (seen + s->buckets[i] < rank)
        seen += s->buckets[i++];
    /* Those within a bucket count as evenly spread over it. */
    double from = lower_edge(i), width = lower_edge(i + 1) - from;
    double v = from + width * (double)(rank - seen) / s->buckets[i], max = s->max / 1000.0;
    return v < max ? v : max;
}

uint32_t vq_spread_above(const struct vq_spread *s, double ms)
{
    uint32_t n = 0;
    for (unsigned i = VQ_SPREAD_BUCKETS; i-- && lower_edge(i) >= ms;)
        n += s->buckets[i];
    return n;
}
