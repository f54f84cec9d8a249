/* table.c - see table.h. */
#include "util/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u

int vq_table_init(struct vq_table *t)
{
    struct vq_table_slot *s = calloc(FIRST_SLOTS, sizeof *s);
    if (!s)
        return -ENOMEM;
    *t = (struct vq_table){.slots = s, .mask = FIRST_SLOTS - 1};
    return 0;
}

void vq_table_done(struct vq_table *t)
{
    free(t->slots);
    *t = (struct vq_table){0};
}

void vq_table_clear(struct vq_table *t)
{
    memset(t->slots, 0, (t->mask + (size_t)1) * sizeof *t->slots);
    t->used = 0;
}

static uint32_t home(const struct vq_table *t, uint32_t hash)
{
    return hash & t->mask;
}

uint32_t vq_table_find(const struct vq_table *t, uint64_t hash, vq_table_eq_h *eq, const void *key, const void *arg)
{
    uint32_t h = (uint32_t)hash;
    for (uint32_t i = home(t, h);; i = (i + 1) & t->mask) {
        const struct vq_table_slot *s = &t->slots[i];
        if (!s->handle)
            return 0;
        if (s->hash == h && eq(s->handle, key, arg))
            return s->handle;
    }
}

static void put(struct vq_table *t, struct vq_table_slot e)
{
    uint32_t i = home(t, e.hash);
    while (t->slots[i].handle)
        i = (i + 1) & t->mask;
    t->slots[i] = e;
}

static int grow(struct vq_table *t)
{
    uint32_t n = t->mask + 1;
    if (n > UINT32_MAX / 2 / sizeof(struct vq_table_slot))
        return -ENOMEM;
    struct vq_table_slot *s = calloc(2 * (size_t)n, sizeof *s);
    if (!s)
        return -ENOMEM;
    struct vq_table old = *t;
    t->slots = s;
    t->mask = 2 * n - 1;
    for (uint32_t i = 0; i < n; i++)
        if (old.slots[i].handle)
            put(t, old.slots[i]);
    free(old.slots);
    return 0;
}

int vq_table_add(struct vq_table *t, uint64_t hash, uint32_t handle)
{
    assert(handle);
    /* At most 5/8 full: linear probing stays short. */
    if (t->used >= (t->mask + 1) / 8 * 5) {
        int rc = grow(t);
        if (rc)
            return rc;
    }
    put(t, (struct vq_table_slot){(uint32_t)hash, handle});
    t->used++;
    return 0;
}

void vq_table_remove(struct vq_table *t, uint64_t hash, uint32_t handle)
{
    uint32_t i = home(t, (uint32_t)hash);
    while (t->slots[i].handle != handle || t->slots[i].hash != (uint32_t)hash) {
        if (!t->slots[i].handle)
            return;
        i = (i + 1) & t->mask;
    }
    t->used--;
    /* Close the gap: whatever stands behind and may legally stand here moves up. */
    for (uint32_t j = (i + 1) & t->mask; t->slots[j].handle; j = (j + 1) & t->mask) {
        uint32_t h = home(t, t->slots[j].hash);
        if (((j - h) & t->mask) >= ((j - i) & t->mask)) {
            t->slots[i] = t->slots[j];
            i = j;
        }
    }
    t->slots[i] = (struct vq_table_slot){0, 0};
}
