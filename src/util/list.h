/* list.h - an intrusive ring: objects in the order in which they came, or were last used. And a chain: the latest first, with
 * a head of half the size, for what there are very many of. */
#ifndef VQ_UTIL_LIST_H
#define VQ_UTIL_LIST_H

#include <stddef.h>

struct vq_list {
    struct vq_list *next, *prev;
};

#define VQ_CONTAINER(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

static inline void vq_list_init(struct vq_list *head)
{
    head->next = head->prev = head;
}

static inline int vq_list_empty(const struct vq_list *head)
{
    return head->next == head;
}

static inline void vq_list_append(struct vq_list *head, struct vq_list *l)
{
    l->next = head;
    l->prev = head->prev;
    head->prev->next = l;
    head->prev = l;
}

/* Harmless on a member of no list that is zeroed. */
static inline void vq_list_remove(struct vq_list *l)
{
    if (!l->next)
        return;
    l->next->prev = l->prev;
    l->prev->next = l->next;
    l->next = l->prev = NULL;
}

static inline void vq_list_touch(struct vq_list *head, struct vq_list *l)
{
    vq_list_remove(l);
    vq_list_append(head, l);
}

struct vq_link {
    struct vq_link *next, **back; /* back: what points here; NULL in no chain */
};

struct vq_chain {
    struct vq_link *first;        /* NULL: empty */
};

static inline void vq_chain_push(struct vq_chain *c, struct vq_link *l)
{
    l->next = c->first;
    l->back = &c->first;
    if (l->next)
        l->next->back = &l->next;
    c->first = l;
}

/* Harmless on a member of no chain that is zeroed. */
static inline void vq_chain_remove(struct vq_link *l)
{
    if (!l->back)
        return;
    *l->back = l->next;
    if (l->next)
        l->next->back = l->back;
    l->next = NULL;
    l->back = NULL;
}

#endif
