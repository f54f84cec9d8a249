/* budget.h - bytes that many owners may hold together. */
#ifndef VQ_UTIL_BUDGET_H
#define VQ_UTIL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct vq_budget {
    size_t used, cap;
};

static inline bool vq_budget_take(struct vq_budget *b, size_t n)
{
    if (n > b->cap - b->used)
        return false;
    b->used += n;
    return true;
}

static inline void vq_budget_give(struct vq_budget *b, size_t n)
{
    b->used -= n;
}

#endif
