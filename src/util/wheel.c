/* wheel.c - see wheel.h. A timer further away than one turn stays in its slot and is passed over until its turn. */
#include "util/wheel.h"

#include <assert.h>
#include <stddef.h>

#define SLOT_OF(t) ((uint64_t)(t) / VQ_WHEEL_TICK % VQ_WHEEL_SLOTS)

void vq_wheel_init(struct vq_wheel *w)
{
    for (unsigned i = 0; i < VQ_WHEEL_SLOTS; i++) {
        struct vq_timer *h = &w->slots[i];
        *h = (struct vq_timer){.next = h, .prev = h};
    }
    w->now = 0;
    w->started = false;
}

void vq_timer_cancel(struct vq_timer *t)
{
    if (!t->next)
        return;
    t->next->prev = t->prev;
    t->prev->next = t->next;
    t->next = t->prev = NULL;
}

void vq_timer_arm(struct vq_wheel *w, struct vq_timer *t, int64_t due)
{
    vq_timer_cancel(t);
    /* A moment that has passed fires with the tick that comes next. */
    if (due < w->now + VQ_WHEEL_TICK)
        due = w->now + VQ_WHEEL_TICK;
    t->due = due;
    struct vq_timer *h = &w->slots[SLOT_OF(due)];
    t->next = h;
    t->prev = h->prev;
    h->prev->next = t;
    h->prev = t;
}

static void fire_slot(struct vq_timer *head, int64_t until, vq_timer_h *h, void *arg)
{
    /* Handlers may arm and cancel other timers of this slot, so the slot is moved to a list of its own first. */
    struct vq_timer due = {.next = &due, .prev = &due};
    for (struct vq_timer *t = head->next, *next; t != head; t = next) {
        next = t->next;
        if (t->due >= until)
            continue;
        vq_timer_cancel(t);
        t->next = &due;
        t->prev = due.prev;
        due.prev->next = t;
        due.prev = t;
    }
    while (due.next != &due) {
        struct vq_timer *t = due.next;
        vq_timer_cancel(t);
        h(t, arg);
    }
}

void vq_wheel_advance(struct vq_wheel *w, int64_t now, vq_timer_h *h, void *arg)
{
    int64_t tick = now / VQ_WHEEL_TICK * VQ_WHEEL_TICK;
    if (!w->started) {
        w->now = tick;
        w->started = true;
    }
    if (tick <= w->now)
        return;
    /* Over a gap longer than a turn every slot is visited once: all that is due lies in some slot. */
    int64_t turns = (tick - w->now) / VQ_WHEEL_TICK;
    int64_t steps = turns < (int64_t)VQ_WHEEL_SLOTS ? turns : (int64_t)VQ_WHEEL_SLOTS;
    int64_t from = tick - steps * VQ_WHEEL_TICK;
    for (int64_t i = 0; i < steps; i++) {
        int64_t slot = from + i * VQ_WHEEL_TICK;
        w->now = slot + VQ_WHEEL_TICK;
        fire_slot(&w->slots[SLOT_OF(slot)], w->now, h, arg);
    }
}
