#include "support/check.h"

#include "metrics/series.h"

#define S INT64_C(1000000000)

static void test_widens(void **state)
{
    (void)state;
    struct vq_series s;
    vq_series_init(&s, 100 * S);
    uint64_t packets = 0;
    for (int64_t t = 0; t < 5000; t++) {
        struct vq_slot v = {.packets = (uint32_t)(t % 7), .jitter_ms = (float)t, .gap_max_ms = (float)(t % 100), .gaps = 1};
        vq_series_add(&s, (100 + t) * S, &v);
        packets += v.packets;
    }
    assert_int_equal(s.width, 8 * S);
    assert_int_equal(s.n, 625);
    uint64_t sum = 0, gaps = 0;
    for (uint32_t i = 0; i < s.n; i++) {
        sum += s.slots[i].packets;
        gaps += s.slots[i].gaps;
    }
    assert_int_equal(sum, packets);
    assert_int_equal(gaps, 5000);
    assert_close(s.slots[624].jitter_ms, 4999, 0);
    assert_close(s.slots[0].gap_max_ms, 7, 0);
    vq_series_done(&s);
}

static void test_far_apart(void **state)
{
    (void)state;
    struct vq_series s;
    vq_series_init(&s, 0);
    struct vq_slot v = {.packets = 1};
    vq_series_add(&s, 0, &v);
    int64_t year = 365 * 86400 * S;
    int64_t end = vq_series_add(&s, 3 * year, &v);
    assert_true(end > 3 * year && end - s.width <= 3 * year);
    assert_true(s.n <= VQ_SERIES_SLOTS);
    assert_int_equal(s.slots[0].packets + s.slots[s.n - 1].packets, 2);
    vq_series_add(&s, -5 * S, &v); /* before the start: the first slot */
    assert_int_equal(s.slots[0].packets, 2);
    vq_series_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_widens), cmocka_unit_test(test_far_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
