/* drift.h - how much a sender's clock runs faster than the capture's, from transit times.
 *
 * Queues only add delay, so the least transit times of a stretch of time lie on the line that the clocks draw: those of up
 * to 32 stretches are kept, and the median of the slopes between any two of them (Theil and Sen's estimator) is the
 * drift. A quarter of the stretches may be spoiled without moving it. Zeroed is empty. */
#ifndef VQ_METRICS_DRIFT_H
#define VQ_METRICS_DRIFT_H

#include <stdint.h>

#define VQ_DRIFT_POINTS 32u
#define VQ_DRIFT_LEAST 8u   /* stretches needed */
#define VQ_DRIFT_LEAST_S 8. /* and the time they must span */
#define VQ_DRIFT_ERROR_PPM 50. /* the most uncertainty (two standard errors) */

struct vq_drift {
    uint32_t n, joined, want; /* `want` minima make a point, `joined` are in the one that is being made */
    struct vq_drift_point {
        float s, ms; /* when, and the least transit */
    } points[VQ_DRIFT_POINTS], next;
};

/* The least transit time of a stretch that ended `s` after the stream's start. */
void vq_drift_add(struct vq_drift *d, double s, double ms);
/* Parts per million; > 0: the sender's clock is fast. NAN when the time is too short, or the jitter too great, to tell. */
double vq_drift_ppm(const struct vq_drift *d);

#endif
