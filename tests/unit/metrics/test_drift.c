/* Clock drift found again under jitter, load and outliers. */
#include "support/check.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/drift.h"

static double noise(double most)
{
    return most * rand() / RAND_MAX;
}

static void test_too_little(void **state)
{
    (void)state;
    struct vq_drift d = {0};
    assert_true(isnan(vq_drift_ppm(&d)));
    for (int i = 0; i < 8; i++)
        vq_drift_add(&d, i, 0); /* eight points, but seven seconds */
    assert_true(isnan(vq_drift_ppm(&d)));
    vq_drift_add(&d, 8, 0);
    assert_close(vq_drift_ppm(&d), 0, 0);
}

/* A sender 40 ppm fast: its packets come 40 us earlier each second. Two points of ten are held up by a queue. */
/* The least delay itself wanders by several ms: ten seconds say nothing about the clock then, an hour does. */
static void test_hidden_by_jitter(void **state)
{
    (void)state;
    struct vq_drift d = {0};
    srand(12);
    for (int i = 0; i < 12; i++)
        vq_drift_add(&d, i, noise(8));
    assert_true(isnan(vq_drift_ppm(&d)));
    for (int i = 12; i < 3600; i++)
        vq_drift_add(&d, i, noise(8));
    assert_close(vq_drift_ppm(&d), 0, 2);
}

static void test_known_drift(void **state)
{
    (void)state;
    srand(40);
    for (int n = 10; n < 5000; n += 97) {
        struct vq_drift d = {0};
        for (int i = 0; i < n; i++)
            vq_drift_add(&d, i, -0.040 * i + noise(0.05) + (i % 10 < 2 ? noise(200) : 0));
        assert_close(vq_drift_ppm(&d), 40, n < 30 ? 15 : 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_little),
        cmocka_unit_test(test_known_drift),
        cmocka_unit_test(test_hidden_by_jitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
