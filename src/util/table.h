/* table.h - hash table from a 64-bit hash to a 32-bit handle; the caller compares keys. Open addressing with linear
 * probing and backward-shift deletion: one cache line answers most look-ups, and it can be fetched ahead. */
#ifndef VQ_UTIL_TABLE_H
#define VQ_UTIL_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct vq_table_slot {
    uint32_t hash;   /* low half: place and first comparison in one */
    uint32_t handle; /* 0: empty */
};

struct vq_table {
    struct vq_table_slot *slots;
    uint32_t mask;   /* slots - 1 */
    uint32_t used;
};

/* True when the object of `handle` has the wanted key. */
typedef bool vq_table_eq_h(uint32_t handle, const void *key, const void *arg);

int vq_table_init(struct vq_table *t); /* 0 or -ENOMEM */
void vq_table_done(struct vq_table *t);
void vq_table_clear(struct vq_table *t); /* keeps its room */

uint32_t vq_table_find(const struct vq_table *t, uint64_t hash, vq_table_eq_h *eq, const void *key, const void *arg);
/* Adds without looking for an equal one (multi-maps are allowed). 0 or -ENOMEM, the table then being as before. */
int vq_table_add(struct vq_table *t, uint64_t hash, uint32_t handle);
/* Removes the entry (hash, handle) if it is there. */
void vq_table_remove(struct vq_table *t, uint64_t hash, uint32_t handle);

static inline void vq_table_prefetch(const struct vq_table *t, uint64_t hash)
{
    __builtin_prefetch(&t->slots[(uint32_t)hash & t->mask]);
}

/* The first handle with this hash near its home slot, unverified: only good for prefetching what it names. */
static inline uint32_t vq_table_peek(const struct vq_table *t, uint64_t hash)
{
    for (uint32_t i = 0; i < 8; i++) {
        const struct vq_table_slot *s = &t->slots[((uint32_t)hash + i) & t->mask];
        if (!s->handle || s->hash == (uint32_t)hash)
            return s->handle;
    }
    return 0;
}

#endif
