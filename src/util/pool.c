/* pool.c - chunks of 32 objects cut from slabs; the free list runs through the objects themselves. */
#include "util/pool.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LINE 64u
#define HUGE_PAGE ((size_t)2 << 20)

struct vq_pool_slab {
    struct vq_pool_slab *next; /* the first chunk begins a cache line later */
    bool mapped;               /* HUGE_PAGE bytes by mmap(), else from the heap */
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
        if (s->mapped)
            munmap(s, HUGE_PAGE);
        else
            free(s);
    }
    free(p->chunks);
    *p = (struct vq_pool){.size = p->size, .cap = p->cap};
}

static uint8_t *map(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

/* The kernel hands pages out cleared: what is cut from them needs no clearing again. */
static struct vq_pool_slab *map_slab(void)
{
    /* Mappings grow towards each other: behind an aligned one the next is aligned as well, as a rule. */
    uint8_t *p = map(HUGE_PAGE);
    if (p && (uintptr_t)p % HUGE_PAGE) {
        /* Twice as much has an aligned one in it; the rest goes back. */
        munmap(p, HUGE_PAGE);
        p = map(2 * HUGE_PAGE);
        size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
        if (p && before)
            munmap(p, before);
        p = p ? p + before : NULL;
        if (p)
            munmap(p + HUGE_PAGE, HUGE_PAGE - before);
    }
    if (!p)
        return NULL;
    madvise(p, HUGE_PAGE, MADV_HUGEPAGE); /* a wish; without it everything works, only slower */
    struct vq_pool_slab *s = (struct vq_pool_slab *)(void *)p;
    s->mapped = true;
    return s;
}

static struct vq_pool_slab *heap_slab(size_t size)
{
    struct vq_pool_slab *s = aligned_alloc(LINE, size);
    return s ? memset(s, 0, size) : NULL;
}

static int add_slab(struct vq_pool *p, size_t need)
{
    size_t size = p->slab_size ? 2 * p->slab_size : LINE + need;
    if (size > HUGE_PAGE / 16)
        size = HUGE_PAGE;
    if (size < LINE + need)
        size = LINE + need;
    size = (size + LINE - 1) / LINE * LINE;
    struct vq_pool_slab *s = size == HUGE_PAGE ? map_slab() : heap_slab(size);
    if (!s)
        return -1;
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
        memset(vq_pool_at(p, h), 0, p->size);
    } else {
        if (p->top >= p->cap)
            return 0;
        if (p->top == p->n_chunks * VQ_POOL_CHUNK && add_chunk(p))
            return 0;
        h = ++p->top; /* as cleared as its slab */
        const uint8_t *next = (uint8_t *)vq_pool_at(p, h) + p->size; /* as a rule; nobody has touched it yet */
        for (size_t at = 0; at < p->size; at += LINE)
            __builtin_prefetch(next + at, 1);
    }
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
