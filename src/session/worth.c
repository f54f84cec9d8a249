/* worth.c - see worth.h. */
#include "session/worth.h"

#define LOOK 64 /* touched objects passed over before one has to go all the same */

void vq_places_init(struct vq_places *p)
{
    for (int w = 0; w < VQ_WORTHS; w++) {
        vq_list_init(&p->lru[w]);
        p->n[w] = 0;
    }
}

void vq_place_leave(struct vq_places *p, struct vq_place *o)
{
    if (o->lru.next)
        p->n[o->worth]--;
    vq_list_remove(&o->lru);
}

static void put(struct vq_places *p, struct vq_place *o, enum vq_worth w)
{
    vq_place_leave(p, o);
    o->worth = (uint8_t)w;
    vq_list_append(&p->lru[w], &o->lru);
    p->n[w]++;
}

void vq_place_enter(struct vq_places *p, struct vq_place *o)
{
    put(p, o, VQ_WORTH_UNPROVEN);
}

static enum vq_worth least(const struct vq_places *p)
{
    if (p->n[VQ_WORTH_UNPROVEN])
        return VQ_WORTH_UNPROVEN;
    return p->n[VQ_WORTH_FINISHED] > p->n[VQ_WORTH_ACTIVE] ? VQ_WORTH_FINISHED : VQ_WORTH_ACTIVE;
}

struct vq_place *vq_places_victim(struct vq_places *p, vq_weigh_h *weigh, void *arg)
{
    for (int spared = 0;;) {
        enum vq_worth w = least(p);
        if (!p->n[w])
            return NULL;
        struct vq_place *o = VQ_CONTAINER(p->lru[w].next, struct vq_place, lru);
        enum vq_worth now = weigh(o, arg);
        if (now == w && (!o->touched || spared++ == LOOK))
            return o;
        o->touched = false;
        put(p, o, now);
    }
}
