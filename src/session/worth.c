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

static void move(struct vq_places *p, struct vq_place *o)
{
    vq_list_touch(&p->lru[o->worth], &o->lru);
}

void vq_place_set(struct vq_places *p, struct vq_place *o, enum vq_worth w)
{
    bool rises = o->lru.next && w > o->worth;
    if (o->lru.next)
        p->n[o->worth]--;
    o->worth = (uint8_t)w;
    p->n[w]++;
    if (!rises)
        move(p, o);
}

static enum vq_worth least(const struct vq_places *p)
{
    if (p->n[VQ_WORTH_UNPROVEN])
        return VQ_WORTH_UNPROVEN;
    return p->n[VQ_WORTH_FINISHED] > p->n[VQ_WORTH_ACTIVE] ? VQ_WORTH_FINISHED : VQ_WORTH_ACTIVE;
}

/* The first of a list that belongs there; those that have risen since move on. */
static struct vq_place *first(struct vq_places *p, enum vq_worth w)
{
    while (!vq_list_empty(&p->lru[w])) {
        struct vq_place *o = VQ_CONTAINER(p->lru[w].next, struct vq_place, lru);
        if (o->worth == w)
            return o;
        move(p, o);
    }
    return NULL;
}

/* Everybody to the list of their worth. Rarely needed, and then much is found. */
static void settle(struct vq_places *p)
{
    for (int w = 0; w < VQ_WORTHS; w++) {
        for (struct vq_list *l = p->lru[w].next, *next; l != &p->lru[w]; l = next) {
            next = l->next;
            struct vq_place *o = VQ_CONTAINER(l, struct vq_place, lru);
            if (o->worth != w)
                move(p, o);
        }
    }
}

struct vq_place *vq_places_victim(struct vq_places *p)
{
    enum vq_worth w = least(p);
    struct vq_place *o = first(p, w);
    if (!o && p->n[w]) {
        settle(p);
        o = first(p, w);
    }
    for (int i = 0; o && i < LOOK && o->touched; i++) {
        o->touched = false;
        move(p, o);
        o = first(p, w);
    }
    return o;
}
