#include "support/check.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_handles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
