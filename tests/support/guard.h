/* guard.h - test data placed so that the first byte read past its end faults. */
#ifndef VQ_TESTS_GUARD_H
#define VQ_TESTS_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct vq_guard {
    uint8_t *base;
    size_t room; /* usable bytes; the page behind them is not readable */
    size_t map;
};

void guard_init(struct vq_guard *g, size_t room);
void guard_done(struct vq_guard *g);
/* A copy of `n` <= room bytes that ends exactly where the forbidden page begins. */
const uint8_t *guard_put(struct vq_guard *g, const void *data, size_t n);

#endif
