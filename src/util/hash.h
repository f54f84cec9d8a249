/* hash.h - the one door to xxHash (XXH3, 64 bits). Inline, so that a key of constant length costs a few nanoseconds. */
#ifndef VQ_UTIL_HASH_H
#define VQ_UTIL_HASH_H

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t vq_hash64(const void *p, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(p, n, seed);
}

#endif
