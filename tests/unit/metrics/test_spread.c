/* The small histogram: exact at its edges, and within its bound elsewhere. */
#include "support/check.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/spread.h"

static const double edges[] = {10, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 240, 320, 400};
#define EDGES (sizeof edges / sizeof *edges)

static void test_empty(void **state)
{
    (void)state;
    struct vq_spread s = {0};
    assert_true(isnan(vq_spread_percentile_ms(&s, 50)));
    assert_int_equal(vq_spread_above(&s, 10), 0);
}

static void test_edges_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < EDGES; i++) {
        struct vq_spread s = {0};
        int32_t at = (int32_t)(1000 * edges[i]);
        vq_spread_add(&s, at - 1);
        vq_spread_add(&s, at);
        assert_int_equal(vq_spread_above(&s, edges[i]), 0);
        vq_spread_add(&s, at + 1);
        assert_int_equal(vq_spread_above(&s, edges[i]), 1);
    }
}

static int ascending(const void *a, const void *b)
{
    return (*(const int32_t *)a > *(const int32_t *)b) - (*(const int32_t *)a < *(const int32_t *)b);
}

static void test_against_sorting(void **state)
{
    (void)state;
    static int32_t v[5000];
    srand(5481);
    for (int round = 0; round < 200; round++) {
        struct vq_spread s = {0};
        size_t n = 1 + (size_t)rand() % 5000;
        int32_t most = 10 << rand() % 19;
        for (size_t i = 0; i < n; i++) {
            v[i] = rand() % most;
            vq_spread_add(&s, v[i]);
        }
        qsort(v, n, sizeof *v, ascending);
        for (unsigned p = 1; p <= 100; p++) {
            double want = v[(n * p + 99) / 100 - 1] / 1000.0, bound = want / 16 > 0.0625 ? want / 16 : 0.0625;
            assert_close(vq_spread_percentile_ms(&s, p), want, bound);
        }
        assert_close(vq_spread_percentile_ms(&s, 100), v[n - 1] / 1000.0, 0);
        for (size_t i = 0; i < EDGES; i++) {
            uint32_t above = 0;
            for (size_t k = 0; k < n; k++)
                above += v[k] > 1000 * edges[i];
            assert_int_equal(vq_spread_above(&s, edges[i]), above);
        }
    }
}

static void test_beyond_the_last(void **state)
{
    (void)state;
    struct vq_spread s = {0};
    vq_spread_add(&s, INT32_MAX);
    vq_spread_add(&s, 0);
    assert_int_equal(vq_spread_above(&s, 400), 1);
    assert_close(vq_spread_percentile_ms(&s, 50), 1 / 16.0, 1 / 16.0);
    assert_true(vq_spread_percentile_ms(&s, 100) > 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_edges_exact),
        cmocka_unit_test(test_against_sorting),
        cmocka_unit_test(test_beyond_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
