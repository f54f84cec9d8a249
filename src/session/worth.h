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
    uint8_t worth;
    bool touched; /* used since it was last looked at: use does not move it, that would cost three cache misses */
};

struct vq_places {
    struct vq_list lru[VQ_WORTHS]; /* longest idle first, roughly: second chance for the touched; some have risen since */
    uint32_t n[VQ_WORTHS];
};

void vq_places_init(struct vq_places *p);
/* Puts a new (zeroed) object in, or gives one another worth. One that rises stays where it stands until somebody looks for
 * a victim: most never meet one, and moving costs the cache lines of two neighbours. */
void vq_place_set(struct vq_places *p, struct vq_place *o, enum vq_worth w);
void vq_place_leave(struct vq_places *p, struct vq_place *o);
/* The object to evict: of the unproven first, then of the active while the finished fill less than half, else of the
 * finished: neither a flood nor time itself can push out all that has ended, or all that goes on. NULL when empty. */
struct vq_place *vq_places_victim(struct vq_places *p);

#endif
