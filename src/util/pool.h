/* pool.h - objects of one size, named by 32-bit handles, up to a cap. Objects never move. Handle 0 names nothing.
 *
 * Memory comes in slabs that double up to 2 MiB, a huge page: with hundreds of thousands of objects the page walks would
 * cost more than the cache misses. A pool of a few objects stays small. */
#ifndef VQ_UTIL_POOL_H
#define VQ_UTIL_POOL_H

#include <stddef.h>
#include <stdint.h>

#define VQ_POOL_CHUNK_SHIFT 5 /* objects in a chunk: 32 */
#define VQ_POOL_CHUNK (1u << VQ_POOL_CHUNK_SHIFT)

struct vq_pool_slab;

struct vq_pool {
    uint8_t **chunks;
    size_t size;                 /* of an object, rounded up to whole cache lines */
    uint32_t n_chunks, chunk_room;
    uint32_t cap;
    uint32_t top;                /* handles 1..top have been given out at least once */
    uint32_t free;               /* head of the free list */
    uint32_t used;               /* objects alive */
    struct vq_pool_slab *slabs;  /* newest first */
    size_t slab_size, slab_used; /* of the newest */
};

/* Cap 1..2^31; no memory is taken before the first object. */
void vq_pool_init(struct vq_pool *p, size_t size, uint32_t cap);
void vq_pool_done(struct vq_pool *p);

/* A zeroed object's handle, or 0 at the cap or without memory. */
uint32_t vq_pool_take(struct vq_pool *p);
void vq_pool_give(struct vq_pool *p, uint32_t handle);

/* The object of a handle that is alive. */
static inline void *vq_pool_at(const struct vq_pool *p, uint32_t handle)
{
    uint32_t i = handle - 1;
    return p->chunks[i >> VQ_POOL_CHUNK_SHIFT] + (i & (VQ_POOL_CHUNK - 1)) * p->size;
}

#endif
