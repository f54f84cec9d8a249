/* Percentiles from buckets against those of the sorted values. */
#include "support/check.h"

#include <stdlib.h>

#include "metrics/histogram.h"

static struct vq_histogram h;

static int setup(void **state)
{
    (void)state;
    memset(&h, 0, sizeof h);
    return 0;
}

static void test_empty(void **state)
{
    (void)state;
    assert_true(isnan(vq_histogram_percentile(&h, 50)));
    vq_histogram_add(&h, -1);
    vq_histogram_add(&h, INT64_MIN);
    assert_int_equal(h.n, 0);
    assert_true(isnan(vq_histogram_percentile(&h, 99)));
}

/* Nearest rank on few values, all of which have a bucket of their own. */
static void test_rank(void **state)
{
    (void)state;
    static const int64_t values[] = {15, 20, 35, 40, 50};
    for (size_t i = 0; i < 5; i++)
        vq_histogram_add(&h, values[i]);
    assert_true(vq_histogram_percentile(&h, 5) == 15);
    assert_true(vq_histogram_percentile(&h, 20) == 15);
    assert_true(vq_histogram_percentile(&h, 21) == 20);
    assert_true(vq_histogram_percentile(&h, 40) == 20);
    assert_true(vq_histogram_percentile(&h, 50) == 35);
    assert_true(vq_histogram_percentile(&h, 100) == 50);
    assert_int_equal(h.n, 5);
    assert_int_equal(h.min, 15);
    assert_int_equal(h.max, 50);
    assert_true(h.sum == 160);
}

/* Around every power of two, alone: the answer is the value itself, since minimum and maximum are exact. */
static void test_alone(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 63; bit++)
        for (int d = -1; d <= 1; d++) {
            int64_t v = (INT64_C(1) << bit) + d;
            memset(&h, 0, sizeof h);
            vq_histogram_add(&h, v);
            assert_true(vq_histogram_percentile(&h, 50) == (double)v);
        }
}

/* A value between two others that hide neither minimum nor maximum: within the stated error, at every magnitude. */
static void test_error(void **state)
{
    (void)state;
    double worst = 0;
    for (int64_t v = 1; v < INT64_C(1) << VQ_HISTOGRAM_BITS; v += v / 37 + 1) {
        memset(&h, 0, sizeof h);
        vq_histogram_add(&h, 0);
        vq_histogram_add(&h, v);
        vq_histogram_add(&h, INT64_MAX);
        double off = fabs(vq_histogram_percentile(&h, 50) - (double)v) / (double)v;
        worst = off > worst ? off : worst;
    }
    assert_true(worst <= VQ_HISTOGRAM_ERROR);
    assert_true(worst > VQ_HISTOGRAM_ERROR / 2); /* the walk came near the edges of buckets */
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* 20,000 values over six decades, as delays spread. */
static void test_exact_percentiles(void **state)
{
    (void)state;
    enum { N = 20000 };
    static int64_t values[N];
    uint64_t x = 1;
    for (size_t i = 0; i < N; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        values[i] = (int64_t)(1e5 * pow(10, 6.0 * (double)(x >> 40) / (double)(1 << 24)));
        vq_histogram_add(&h, values[i]);
    }
    qsort(values, N, sizeof *values, compare);
    for (unsigned p = 1; p <= 100; p++) {
        double exact = (double)values[p * N / 100 - 1];
        assert_close(vq_histogram_percentile(&h, p), exact, exact * VQ_HISTOGRAM_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_empty, setup), cmocka_unit_test_setup(test_rank, setup),
        cmocka_unit_test_setup(test_alone, setup), cmocka_unit_test_setup(test_error, setup),
        cmocka_unit_test_setup(test_exact_percentiles, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
