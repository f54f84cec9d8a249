/* wheel.h - timers: a hashed wheel over nanosecond time. A timer sits in its object; arming, moving and cancelling it
 * cost a few stores. Timers due in the same tick fire in the order of arming, so that runs repeat exactly. */
#ifndef VQ_UTIL_WHEEL_H
#define VQ_UTIL_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#define VQ_WHEEL_SLOTS 1024u
#define VQ_WHEEL_TICK 250000000 /* ns: a timer fires at most this much late */

struct vq_timer {
    struct vq_timer *next, *prev; /* NULL when idle */
    int64_t due;
    uint32_t handle;              /* the owner's, for the handler */
    uint32_t kind;                /* chosen by the owner */
};

struct vq_wheel {
    struct vq_timer slots[VQ_WHEEL_SLOTS]; /* list heads */
    int64_t now;                           /* start of the current tick */
    bool started;
};

/* The timer is idle when this runs and may be armed again. */
typedef void vq_timer_h(struct vq_timer *t, void *arg);

void vq_wheel_init(struct vq_wheel *w);
void vq_timer_arm(struct vq_wheel *w, struct vq_timer *t, int64_t due); /* moves it when armed already */
void vq_timer_cancel(struct vq_timer *t);
/* Does the tick that began last lie behind `now`? Asked for every packet. */
static inline bool vq_wheel_is_due(const struct vq_wheel *w, int64_t now)
{
    return !w->started || now - w->now >= VQ_WHEEL_TICK;
}

/* Fires every timer due at or before `now`; time never runs backwards. */
void vq_wheel_advance(struct vq_wheel *w, int64_t now, vq_timer_h *h, void *arg);

#endif
