/* drift.c - see drift.h. */
#include "metrics/drift.h"

#include <math.h>
#include <stdlib.h>

/* Two neighbours become one: the lesser of both. */
static void halve(struct vq_drift *d)
{
    for (uint32_t i = 0; i < VQ_DRIFT_POINTS; i += 2) {
        const struct vq_drift_point *a = &d->points[i], *b = a + 1;
        d->points[i / 2] = a->ms < b->ms ? *a : *b;
    }
    d->n = VQ_DRIFT_POINTS / 2;
    d->want *= 2;
}

void vq_drift_add(struct vq_drift *d, double s, double ms)
{
    if (!d->want)
        d->want = 1;
    if (!d->joined++ || (float)ms < d->next.ms)
        d->next = (struct vq_drift_point){(float)s, (float)ms};
    if (d->joined < d->want)
        return;
    if (d->n == VQ_DRIFT_POINTS)
        halve(d);
    d->points[d->n++] = d->next;
    d->joined = 0;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, ascending);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Twice the standard error of the slope, from the scatter about it: 1.4826 times the median absolute deviation is the
 * standard deviation, and n points evenly over a time T know a slope to sqrt(12/n) / T of it. */
static double error_of(const struct vq_drift *d, double slope, double time)
{
    double at[VQ_DRIFT_POINTS] = {0};
    for (uint32_t i = 0; i < d->n; i++)
        at[i] = (double)d->points[i].ms - slope * (double)d->points[i].s;
    double middle = median(at, d->n);
    for (uint32_t i = 0; i < d->n; i++)
        at[i] = fabs(at[i] - middle);
    return 2 * 1.4826 * median(at, d->n) * sqrt(12.0 / d->n) / time;
}

double vq_drift_ppm(const struct vq_drift *d)
{
    double slopes[VQ_DRIFT_POINTS * (VQ_DRIFT_POINTS - 1) / 2];
    const struct vq_drift_point *p = d->points;
    size_t n = 0;
    double time = d->n ? (double)p[d->n - 1].s - (double)p[0].s : 0;
    if (d->n < VQ_DRIFT_LEAST || time < VQ_DRIFT_LEAST_S)
        return (double)NAN;
    for (uint32_t i = 0; i < d->n; i++)
        for (uint32_t k = i + 1; k < d->n; k++)
            if (p[k].s > p[i].s)
                slopes[n++] = ((double)p[k].ms - (double)p[i].ms) / ((double)p[k].s - (double)p[i].s);
    double slope = n ? median(slopes, n) : (double)NAN;
    if (!(error_of(d, slope, time) * 1000 <= VQ_DRIFT_ERROR_PPM))
        return (double)NAN;
    return -slope * 1000; /* ms per s; transit shrinks when the sender is fast */
}
