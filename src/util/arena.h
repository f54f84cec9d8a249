/* arena.h - a bump allocator with a cap: many small pieces of one lifetime, one free.
 *
 * Chunks start small and double, so that an object with little to say stays small; or, where there are thousands of
 * arenas, they all come from one pool of equal chunks, and only what is larger than a chunk from the heap. */
#ifndef VQ_UTIL_ARENA_H
#define VQ_UTIL_ARENA_H

#include "util/bytes.h"
#include "util/pool.h"

struct vq_arena_chunk;

struct vq_arena {
    struct vq_arena_chunk *chunk; /* newest first */
    struct vq_pool *pool;         /* of chunks, NULL: the heap */
    uint32_t used, size;          /* of the newest chunk; its own header is not to be fetched for them */
    uint32_t total;               /* bytes of all chunks */
    uint32_t cap;                 /* total never passes it */
    bool on_heap;                 /* some chunk is from the heap */
};

void vq_arena_init(struct vq_arena *a, uint32_t cap);
/* The pool outlives the arena; its objects are the chunks. */
void vq_arena_init_pool(struct vq_arena *a, uint32_t cap, struct vq_pool *pool);
void vq_arena_done(struct vq_arena *a);
/* The same when the pool is going to be given up as well: only heap chunks need freeing. */
void vq_arena_abandon(struct vq_arena *a);
/* Forgets everything but keeps the newest (largest) chunk for the next round. */
void vq_arena_reset(struct vq_arena *a);

/* Fetches ahead where the next piece will lie. Inline to the last: a call that only fetches would be left out. */
static inline __attribute__((always_inline)) void vq_arena_prefetch(const struct vq_arena *a)
{
    const char *chunk = (const char *)a->chunk;
    if (!chunk)
        return;
    __builtin_prefetch(chunk + a->used, 1);
    __builtin_prefetch(chunk + a->used + 64, 1);
}

/* Zeroed, aligned for pointers, 64-bit numbers and doubles; NULL at the cap or without memory. */
void *vq_arena_alloc(struct vq_arena *a, size_t n);
/* A NUL-terminated copy; NUL bytes inside become '?'. NULL at the cap or without memory. */
const char *vq_arena_text(struct vq_arena *a, struct vq_slice s);

#endif
