/* pool.c - fixed-size objects in chunks of 256; the free list runs through the objects themselves. */
#include "util/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void vq_pool_init(struct vq_pool *p, size_t size, uint32_t cap)
{
    assert(size >= sizeof(uint32_t) && cap > 0 && cap <= UINT32_MAX / 2);
    /* Whole cache lines: a hot object never shares one with its neighbour. */
    *p = (struct vq_pool){.size = (size + 63) / 64 * 64, .cap = cap};
}

void vq_pool_done(struct vq_pool *p)
{
    for (uint32_t i = 0; i < p->n_chunks; i++)
        free(p->chunks[i]);
    free(p->chunks);
    *p = (struct vq_pool){.size = p->size, .cap = p->cap};
}

static int add_chunk(struct vq_pool *p)
{
    /* The list of chunks doubles; it is full exactly when n_chunks is a power of two (or 0). */
    if ((p->n_chunks & (p->n_chunks - 1)) == 0) {
        size_t n = p->n_chunks ? 2 * (size_t)p->n_chunks : 1;
        uint8_t **chunks = realloc(p->chunks, n * sizeof *chunks);
        if (!chunks)
            return -1;
        p->chunks = chunks;
    }
    uint8_t *c = aligned_alloc(64, p->size * VQ_POOL_CHUNK);
    if (!c)
        return -1;
    p->chunks[p->n_chunks++] = c;
    return 0;
}

uint32_t vq_pool_take(struct vq_pool *p)
{
    uint32_t h = p->free;
    if (h) {
        memcpy(&p->free, vq_pool_at(p, h), sizeof p->free);
    } else {
        if (p->top >= p->cap)
            return 0;
        if (p->top == p->n_chunks * VQ_POOL_CHUNK && add_chunk(p))
            return 0;
        h = ++p->top;
    }
    memset(vq_pool_at(p, h), 0, p->size);
    p->used++;
    return h;
}

void vq_pool_give(struct vq_pool *p, uint32_t handle)
{
    assert(handle && handle <= p->top && p->used);
    memcpy(vq_pool_at(p, handle), &p->free, sizeof p->free);
    p->free = handle;
    p->used--;
}
