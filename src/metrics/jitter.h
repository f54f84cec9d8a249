/* jitter.h - interarrival jitter, RFC 3550 A.8, in milliseconds; and the plain mean |D| that lab reports call jitter. */
#ifndef VQ_METRICS_JITTER_H
#define VQ_METRICS_JITTER_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct vq_jitter {
    double last, sum, max; /* ms; sum over n */
    double sum_abs;        /* of |D| */
    uint32_t n;
};

/* d: difference of two packets' transit times in ms, D = (Rj - Ri) - (Sj - Si). */
static inline void vq_jitter_add(struct vq_jitter *j, double d)
{
    d = fabs(d);
    j->last += (d - j->last) / 16.0;
    j->sum += j->last;
    j->sum_abs += d;
    j->max = j->last > j->max ? j->last : j->max;
    j->n++;
}

#endif
