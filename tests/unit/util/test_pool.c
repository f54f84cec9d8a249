#include "support/check.h"

#include <stdlib.h>

#include "util/pool.h"

static void test_handles(void **state)
{
    (void)state;
    struct vq_pool p;
    vq_pool_init(&p, 24, 1000);
    uint32_t h[1000];
    for (int i = 0; i < 1000; i++) {
        h[i] = vq_pool_take(&p);
        assert_int_not_equal(h[i], 0);
        memset(vq_pool_at(&p, h[i]), 0xee, 24);
    }
    assert_int_equal(vq_pool_take(&p), 0); /* the cap */
    uint8_t *first = vq_pool_at(&p, h[0]);
    vq_pool_give(&p, h[10]);
    vq_pool_give(&p, h[500]);
    assert_int_equal(p.used, 998);
    uint32_t a = vq_pool_take(&p), b = vq_pool_take(&p);
    assert_true((a == h[10] && b == h[500]) || (a == h[500] && b == h[10]));
    static const uint8_t zero[24];
    assert_memory_equal(vq_pool_at(&p, a), zero, 24);
    assert_ptr_equal(vq_pool_at(&p, h[0]), first); /* objects do not move */
    assert_int_equal((uintptr_t)first % 64, 0);
    vq_pool_done(&p);
}

/* What a heap gives out again holds what was there before. */
static void soil_the_heap(void)
{
    enum { BLOCKS = 64, ROOM = 100000 };
    void *b[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        b[i] = malloc(ROOM);
        assert_non_null(b[i]);
        memset(b[i], 0xee, ROOM);
        __asm__ volatile("" : : "r"(b[i]) : "memory"); /* or the compiler leaves it out */
    }
    for (size_t i = 0; i < BLOCKS; i++)
        free(b[i]);
}

/* From the first object to those in slabs of huge pages: cleared, apart from each other, and back where they came from. */
static void test_slabs(void **state)
{
    (void)state;
    enum { SIZE = 64, OBJECTS = 100000 }; /* slabs full to their last page */
    for (int round = 0; round < 2; round++) {
        struct vq_pool p;
        soil_the_heap();
        vq_pool_init(&p, SIZE, OBJECTS);
        for (uint32_t i = 0; i < OBJECTS; i++) {
            uint32_t h = vq_pool_take(&p);
            uint64_t *o = vq_pool_at(&p, h);
            assert_int_equal((uintptr_t)o % 64, 0);
            for (size_t k = 0; k < SIZE / sizeof *o; k++) {
                assert_true(o[k] == 0);
                o[k] = h;
            }
        }
        for (uint32_t h = 1; h <= OBJECTS; h++) {
            const uint64_t *o = vq_pool_at(&p, h);
            for (size_t k = 0; k < SIZE / sizeof *o; k++)
                assert_true(o[k] == h);
        }
        vq_pool_done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_handles), cmocka_unit_test(test_slabs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
