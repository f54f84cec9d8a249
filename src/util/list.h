/* list.h - an intrusive ring: objects in the order in which they came, or were last used. */
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

#endif
