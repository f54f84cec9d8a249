/* test_arena.c - the bump allocator: alignment, zeroes, growth, cap, reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "util/arena.h"

static void aligned_and_zeroed(void **state)
{
    (void)state;
    struct vq_arena a;
    vq_arena_init(&a, 1 << 20);
    for (unsigned round = 0; round < 2; round++) {
        for (size_t n = 0; n < 200; n++) {
            uint8_t *p = vq_arena_alloc(&a, n);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % _Alignof(double), 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xaa, n); /* so that a second round that is not zeroed shows, and an overlap too */
        }
        vq_arena_reset(&a);
    }
    vq_arena_done(&a);
}

static void keeps_apart(void **state)
{
    (void)state;
    struct vq_arena a;
    const char *kept[100];
    vq_arena_init(&a, 1 << 20);
    for (unsigned i = 0; i < 100; i++) {
        char text[8] = {(char)('a' + i % 26), (char)('0' + i / 26)};
        kept[i] = vq_arena_text(&a, vq_slice(text, 2));
    }
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(kept[i][0], 'a' + i % 26);
        assert_int_equal(kept[i][1], '0' + i / 26);
        assert_int_equal(kept[i][2], 0);
    }
    vq_arena_done(&a);
    assert_int_equal(a.total, 0);
}

static void never_passes_its_cap(void **state)
{
    (void)state;
    for (uint32_t cap = 0; cap < 5000; cap += 7) {
        struct vq_arena a;
        size_t got = 0;
        vq_arena_init(&a, cap);
        while (vq_arena_alloc(&a, 32))
            got += 32;
        assert_true(got <= cap && a.total <= cap);
        /* A cap with room for the first chunk is used to most of its size. */
        if (cap >= 1024)
            assert_true(got >= cap / 2);
        vq_arena_done(&a);
    }
    struct vq_arena a;
    vq_arena_init(&a, 4096);
    assert_null(vq_arena_alloc(&a, 5000));
    assert_null(vq_arena_alloc(&a, SIZE_MAX));
    assert_null(vq_arena_alloc(&a, SIZE_MAX - 8));
    assert_non_null(vq_arena_alloc(&a, 3000));
    vq_arena_done(&a);
}

static void starts_small(void **state)
{
    (void)state;
    struct vq_arena a;
    vq_arena_init(&a, 1 << 20);
    assert_int_equal(a.total, 0);
    assert_non_null(vq_arena_alloc(&a, 1));
    assert_true(a.total <= 1024);
    vq_arena_done(&a);
}

static void reset_keeps_the_largest_chunk(void **state)
{
    (void)state;
    struct vq_arena a;
    vq_arena_init(&a, 1 << 20);
    assert_non_null(vq_arena_alloc(&a, 100));
    assert_non_null(vq_arena_alloc(&a, 10000));
    vq_arena_reset(&a);
    size_t total = a.total;
    assert_true(total >= 10000 && total < 11000);
    assert_non_null(vq_arena_alloc(&a, 10000));
    assert_int_equal(a.total, total);
    vq_arena_done(&a);
    vq_arena_reset(&a);
    assert_int_equal(a.total, 0);
}

static void text_has_no_nul_inside(void **state)
{
    (void)state;
    struct vq_arena a;
    vq_arena_init(&a, 4096);
    assert_string_equal(vq_arena_text(&a, vq_slice("a\0b", 3)), "a?b");
    assert_string_equal(vq_arena_text(&a, vq_slice(NULL, 0)), "");
    vq_arena_done(&a);
}

static void chunks_of_a_pool(void **state)
{
    (void)state;
    struct vq_pool pool;
    struct vq_arena a, b;
    vq_pool_init(&pool, 1024, 3);
    vq_arena_init_pool(&a, 1 << 20, &pool);
    vq_arena_init_pool(&b, 1 << 20, &pool);
    uint8_t *x = vq_arena_alloc(&a, 900), *y = vq_arena_alloc(&b, 900);
    assert_true(x && y);
    memset(x, 1, 900);
    memset(y, 2, 900);
    assert_int_equal(x[899], 1);
    assert_int_equal(pool.used, 2);
    /* What no chunk can hold comes from the heap. */
    assert_non_null(vq_arena_alloc(&a, 5000));
    assert_int_equal(pool.used, 2);
    assert_non_null(vq_arena_alloc(&b, 900));
    /* The pool has nothing left. */
    assert_null(vq_arena_alloc(&b, 900));
    vq_arena_reset(&b);
    assert_int_equal(pool.used, 2);
    vq_arena_done(&a);
    assert_int_equal(pool.used, 1);
    assert_non_null(vq_arena_alloc(&a, 1));
    vq_arena_done(&a);
    vq_arena_done(&b);
    assert_int_equal(pool.used, 0);
    vq_pool_done(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aligned_and_zeroed),
        cmocka_unit_test(keeps_apart),
        cmocka_unit_test(never_passes_its_cap),
        cmocka_unit_test(starts_small),
        cmocka_unit_test(reset_keeps_the_largest_chunk),
        cmocka_unit_test(text_has_no_nul_inside),
        cmocka_unit_test(chunks_of_a_pool),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
