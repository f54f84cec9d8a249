/* histogram.c - see histogram.h. */
#include "metrics/histogram.h"

#include <assert.h>
#include <math.h>

static unsigned bucket_of(uint64_t v)
{
    if (v < 128)
        return (unsigned)v;
    unsigned shift = 63 - (unsigned)__builtin_clzll(v) - 6; /* leaves the seven bits from the highest on: 64 .. 127 */
    return shift * 64 + (unsigned)(v >> shift);
}

static double middle_of(unsigned bucket)
{
    if (bucket < 128)
        return bucket;
    unsigned shift = bucket / 64 - 1;
    uint64_t width = UINT64_C(1) << shift, first = (uint64_t)(bucket - shift * 64) << shift;
    return (double)first + (double)(width - 1) / 2;
}

void vq_histogram_add(struct vq_histogram *h, int64_t ns)
{
    const int64_t most = (INT64_C(1) << VQ_HISTOGRAM_BITS) - 1;
    if (ns < 0)
        return;
    h->min = h->n && h->min < ns ? h->min : ns;
    h->max = h->n && h->max > ns ? h->max : ns;
    h->sum += (double)ns;
    h->n++;
    h->buckets[bucket_of((uint64_t)(ns < most ? ns : most))]++;
}

double vq_histogram_percentile(const struct vq_histogram *h, unsigned percent)
{
    assert(percent >= 1 && percent <= 100);
    if (!h->n)
        return (double)NAN;
    uint64_t rank = h->n / 100 * percent + (h->n % 100 * percent + 99) / 100, seen = 0;
    unsigned i = 0;
    if (rank == 1 || rank == h->n)
        return (double)(rank == 1 ? h->min : h->max);
    while (i < VQ_HISTOGRAM_BUCKETS - 1 && (seen += h->buckets[i]) < rank)
        i++;
    double v = middle_of(i);
    return v < (double)h->min ? (double)h->min : v > (double)h->max ? (double)h->max : v;
}
