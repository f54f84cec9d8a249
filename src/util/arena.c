/* arena.c - a bump allocator with a cap. */
#include "util/arena.h"

#include <stdlib.h>

#define FIRST_CHUNK 512u
#define LARGEST_CHUNK (256u << 10) /* where doubling stops; one large object may still have a larger chunk */

struct vq_arena_chunk {
    struct vq_arena_chunk *next;
    size_t size;     /* of the whole chunk, this header included */
    uint32_t handle; /* in the pool, 0: from the heap */
};

/* Pointers, 64-bit integers and doubles; nothing here has stricter needs. */
#define ALIGN ((size_t)8)

static size_t align_up(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t head_size(void)
{
    return align_up(sizeof(struct vq_arena_chunk));
}

void vq_arena_init(struct vq_arena *a, uint32_t cap)
{
    *a = (struct vq_arena){.cap = cap};
}

void vq_arena_init_pool(struct vq_arena *a, uint32_t cap, struct vq_pool *pool)
{
    *a = (struct vq_arena){.cap = cap, .pool = pool};
}

static void free_chunks(struct vq_arena *a, struct vq_arena_chunk *c)
{
    while (c) {
        struct vq_arena_chunk *next = c->next;
        if (c->handle)
            vq_pool_give(a->pool, c->handle);
        else
            free(c);
        c = next;
    }
}

void vq_arena_done(struct vq_arena *a)
{
    free_chunks(a, a->chunk);
    vq_arena_init_pool(a, a->cap, a->pool);
}

void vq_arena_reset(struct vq_arena *a)
{
    if (!a->chunk)
        return;
    free_chunks(a, a->chunk->next);
    a->chunk->next = NULL;
    a->used = (uint32_t)head_size();
    a->total = (uint32_t)a->chunk->size;
}

void vq_arena_abandon(struct vq_arena *a)
{
    if (a->on_heap)
        vq_arena_done(a);
}

static struct vq_arena_chunk *pool_chunk(struct vq_arena *a)
{
    uint32_t h = vq_pool_take(a->pool);
    struct vq_arena_chunk *c = h ? vq_pool_at(a->pool, h) : NULL;
    if (c)
        *c = (struct vq_arena_chunk){NULL, a->pool->size, h};
    return c;
}

static struct vq_arena_chunk *heap_chunk(size_t size)
{
    struct vq_arena_chunk *c = malloc(size);
    if (c)
        *c = (struct vq_arena_chunk){NULL, size, 0};
    return c;
}

/* A chunk with room for `need` bytes: from the pool if it fits, else twice the newest one while the cap allows, else what
 * the cap still allows. */
static bool add_chunk(struct vq_arena *a, size_t need)
{
    size_t left = a->cap - a->total;
    if (need > left || head_size() > left - need)
        return false;
    size_t size = a->chunk ? a->chunk->size * 2 : FIRST_CHUNK;
    if (size > LARGEST_CHUNK)
        size = LARGEST_CHUNK;
    if (size < head_size() + need)
        size = head_size() + need;
    if (size > left)
        size = left;
    bool pooled = a->pool && head_size() + need <= a->pool->size && a->pool->size <= left;
    struct vq_arena_chunk *c = pooled ? pool_chunk(a) : heap_chunk(size);
    if (!c)
        return false;
    a->on_heap |= !c->handle;
    c->next = a->chunk;
    a->chunk = c;
    a->used = (uint32_t)head_size();
    a->size = (uint32_t)c->size; /* within cap, so within 32 bits */
    a->total += a->size;
    return true;
}

/* `n` bytes from offset `at` on, or from a new chunk when they do not fit. */
static uint8_t *take(struct vq_arena *a, size_t at, size_t n)
{
    if (at > a->size || a->size - at < n) {
        if (!add_chunk(a, n))
            return NULL;
        at = a->used;
    }
    a->used = (uint32_t)(at + n);
    uint8_t *p = (uint8_t *)a->chunk + at;
    __builtin_prefetch(p + n + 64, 1); /* the next piece lies there, and nobody has touched it yet */
    return p;
}

void *vq_arena_alloc(struct vq_arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    n = align_up(n ? n : 1);
    void *p = take(a, align_up(a->used), n);
    return p ? memset(p, 0, n) : NULL;
}

/* Text needs no alignment: a call keeps a dozen short ones. */
const char *vq_arena_text(struct vq_arena *a, struct vq_slice s)
{
    char *z = s.n < SIZE_MAX / 2 ? (char *)take(a, a->used, s.n + 1) : NULL;
    if (!z)
        return NULL;
    z[s.n] = 0;
    if (!s.n)
        return z;
    /* Looked for in the source: the copy, just written, would have the processor wait. */
    const uint8_t *nul = memchr(s.p, 0, s.n);
    memcpy(z, s.p, s.n);
    for (; nul; nul = memchr(nul + 1, 0, (size_t)(s.p + s.n - nul - 1)))
        z[nul - s.p] = '?';
    return z;
}
