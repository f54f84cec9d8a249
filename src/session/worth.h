/* worth.h - who has to go when a table is full. Shared by streams, calls, registrations and dialogs. */
#ifndef VQ_SESSION_WORTH_H
#define VQ_SESSION_WORTH_H

#include <stdbool.h>
#include <stdint.h>

#include "util/list.h"

enum vq_worth {
    VQ_WORTH_UNPROVEN, /* one side only: what a flood is made of */
    VQ_WORTH_ACTIVE,
    VQ_WORTH_FINISHED, /* ended and announced */
    VQ_WORTHS
};

/* An object's place among its kind. */
struct vq_place {
    struct vq_list lru;
    uint8_t worth; /* as last weighed */
    bool touched;  /* used since then */
};

struct vq_places {
    struct vq_list lru[VQ_WORTHS]; /* longest idle first, roughly: second chance for the touched */
    uint32_t n[VQ_WORTHS];
};

void vq_places_init(struct vq_places *p);
/* A new (zeroed) object begins as unproven. What it is worth later is not noted anywhere: most objects never come up for
 * eviction, and keeping lists in order would cost each of them the cache lines of its neighbours. */
void vq_place_enter(struct vq_places *p, struct vq_place *o);
void vq_place_leave(struct vq_places *p, struct vq_place *o);

/* What an object is worth now; sets o->touched when it was used lately. */
typedef enum vq_worth vq_weigh_h(struct vq_place *o, void *arg);

/* The object to evict: of the unproven first, then of the active while the finished fill less than half, else of the
 * finished: neither a flood nor time itself can push out all that has ended, or all that goes on. Objects are weighed as
 * they come up, and move on when they have changed. NULL when empty. */
struct vq_place *vq_places_victim(struct vq_places *p, vq_weigh_h *weigh, void *arg);

#endif
