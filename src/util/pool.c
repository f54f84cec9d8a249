/* pool.c - chunks of 32 objects cut from slabs; the free list runs through the objects themselves. */
#include "util/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LINE 64u
#define HUGE_PAGE ((size_t)2 << 20)

struct vq_pool_slab {
    struct vq_pool_slab *next; /* the first chunk begins a cache line later */
};

void vq_pool_init(struct vq_pool *p, size_t size, uint32_t cap)
{
    assert(size >= sizeof(uint32_t) && cap > 0 && cap <= UINT32_MAX / 2);
    /* Whole cache lines: a hot object never shares one with its neighbour. */
    *p = (struct vq_pool){.size = (size + LINE - 1) / LINE * LINE, .cap = cap};
}

void vq_pool_done(struct vq_pool *p)
{
    for (struct vq_pool_slab *s = p->slabs, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    free(p->chunks);
    *p = (struct vq_pool){.size = p->size, .cap = p->cap};
}

static int add_slab(struct vq_pool *p, size_t need)
{
    size_t size = p->slab_size ? 2 * p->slab_size : LINE + need;
    if (size > HUGE_PAGE / 16)
        size = HUGE_PAGE;
    if (size < LINE + need)
        size = LINE + need;
    size = (size + LINE - 1) / LINE * LINE;
    size_t align = size == HUGE_PAGE ? HUGE_PAGE : LINE;
    struct vq_pool_slab *s = aligned_alloc(align, size);
    if (!s)
        return -1;
    if (align == HUGE_PAGE)
        madvise(s, size, MADV_HUGEPAGE); /* a wish; without it everything works, only slower */
    s->next = p->slabs;
    p->slabs = s;
    p->slab_size = size;
    p->slab_used = LINE;
    return 0;
}

static int add_chunk(struct vq_pool *p)
{
    if (p->n_chunks == p->chunk_room) {
        uint32_t n = p->chunk_room ? 2 * p->chunk_room : 8;
        uint8_t **chunks = realloc(p->chunks, n * sizeof *chunks);
        if (!chunks)
            return -1;
        p->chunks = chunks;
        p->chunk_room = n;
    }
    size_t need = p->size * VQ_POOL_CHUNK;
    if (p->slab_size - p->slab_used < need && add_slab(p, need))
        return -1;
    p->chunks[p->n_chunks++] = (uint8_t *)p->slabs + p->slab_used;
    p->slab_used += need;
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
