/* Every boundary of the rating tables, from both sides. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <voipqos/rating.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static double below(double x)
{
    return nextafter(x, -INFINITY);
}

static double above(double x)
{
    return nextafter(x, INFINITY);
}

static void g109_lower_bounds_belong_to_the_category(void **state)
{
    (void)state;
    static const struct {
        double from;
        const char *at, *under;
    } rows[] = {{90, "best", "high"},  {80, "high", "medium"}, {70, "medium", "low"},
                {60, "low", "poor"}, {50, "poor", "not recommended"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(vq_rating_g109(rows[i].from), rows[i].at);
        assert_string_equal(vq_rating_g109(below(rows[i].from)), rows[i].under);
    }
    assert_string_equal(vq_rating_g109(100), "best");
    assert_string_equal(vq_rating_g109(-30), "not recommended");
    assert_null(vq_rating_g109(NAN));
}

static void g114(void **state)
{
    (void)state;
    assert_string_equal(vq_rating_g114(0), "good");
    assert_string_equal(vq_rating_g114(150), "good");
    assert_string_equal(vq_rating_g114(above(150)), "acceptable");
    assert_string_equal(vq_rating_g114(400), "acceptable");
    assert_string_equal(vq_rating_g114(above(400)), "unacceptable");
    assert_null(vq_rating_g114(NAN));
}

static void tiphon_delay(void **state)
{
    (void)state;
    assert_int_equal(vq_tiphon_delay(0), 4);
    assert_int_equal(vq_tiphon_delay(149.9996), 4); /* prints as 150.000, is not */
    assert_int_equal(vq_tiphon_delay(below(150)), 4);
    assert_int_equal(vq_tiphon_delay(150), 3);
    assert_int_equal(vq_tiphon_delay(300), 3);
    assert_int_equal(vq_tiphon_delay(above(300)), 2);
    assert_int_equal(vq_tiphon_delay(450), 2);
    assert_int_equal(vq_tiphon_delay(above(450)), 1);
    assert_int_equal(vq_tiphon_delay(NAN), 0);
}

static void tiphon_jitter(void **state)
{
    (void)state;
    assert_int_equal(vq_tiphon_jitter(0), 4);
    assert_int_equal(vq_tiphon_jitter(0.0005), 3);
    assert_int_equal(vq_tiphon_jitter(75), 3);
    assert_int_equal(vq_tiphon_jitter(above(75)), 2);
    assert_int_equal(vq_tiphon_jitter(125), 2);
    assert_int_equal(vq_tiphon_jitter(above(125)), 1);
    assert_int_equal(vq_tiphon_jitter(NAN), 0);
    /* index 4 exactly where a report prints 0.000 */
    static const double tiny[] = {0.0004, 0.00049999, 0.0005, 0.00050001, 0.0009};
    for (size_t i = 0; i < COUNT(tiny); i++) {
        char text[16];
        snprintf(text, sizeof text, "%.3f", tiny[i]);
        assert_int_equal(vq_tiphon_jitter(tiny[i]), strcmp(text, "0.000") ? 3 : 4);
    }
}

static void tiphon_loss_has_two_readings(void **state)
{
    (void)state;
    static const struct {
        double pct;
        int point, band;
    } rows[] = {{0, 4, 4}, {0.01, 3, 4}, {2.99, 3, 4}, {3, 3, 3}, {3.01, 2, 3}, {14.99, 2, 3}, {15, 2, 2},
                {15.01, 1, 2}, {24.99, 1, 2}, {25, 1, 1}, {100, 1, 1}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(vq_tiphon_loss(rows[i].pct, VQ_TIPHON_POINT), rows[i].point);
        assert_int_equal(vq_tiphon_loss(rows[i].pct, VQ_TIPHON_BAND), rows[i].band);
    }
    assert_int_equal(vq_tiphon_loss(above(0), VQ_TIPHON_POINT), 3);
    assert_int_equal(vq_tiphon_loss(below(3), VQ_TIPHON_BAND), 4);
    assert_int_equal(vq_tiphon_loss(NAN, VQ_TIPHON_POINT), 0);
    assert_int_equal(vq_tiphon_loss(NAN, VQ_TIPHON_BAND), 0);
}

static void tiphon_names(void **state)
{
    (void)state;
    assert_string_equal(vq_tiphon_name(4), "Sangat Bagus");
    assert_string_equal(vq_tiphon_name(3), "Bagus");
    assert_string_equal(vq_tiphon_name(2), "Sedang");
    assert_string_equal(vq_tiphon_name(1), "Jelek");
    assert_null(vq_tiphon_name(0));
    assert_null(vq_tiphon_name(5));
    assert_null(vq_tiphon_name(-1));
    assert_string_equal(vq_tiphon_mean_name(4), "Sangat Memuaskan");
    assert_string_equal(vq_tiphon_mean_name(3.8), "Sangat Memuaskan");
    assert_string_equal(vq_tiphon_mean_name(3.795), "Memuaskan"); /* the gap between 3.79 and 3.8 */
    assert_string_equal(vq_tiphon_mean_name(3), "Memuaskan");
    assert_string_equal(vq_tiphon_mean_name(below(3)), "Kurang Memuaskan");
    assert_string_equal(vq_tiphon_mean_name(2), "Kurang Memuaskan");
    assert_string_equal(vq_tiphon_mean_name(below(2)), "Jelek");
    assert_null(vq_tiphon_mean_name(NAN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(g109_lower_bounds_belong_to_the_category),
        cmocka_unit_test(g114),
        cmocka_unit_test(tiphon_delay),
        cmocka_unit_test(tiphon_jitter),
        cmocka_unit_test(tiphon_loss_has_two_readings),
        cmocka_unit_test(tiphon_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
