/* Levels of known signals. */
#include "support/check.h"

#include <voipqos/audio.h>

#define PI 3.14159265358979323846

static void sine(int16_t *v, size_t n, double peak)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (int16_t)lround(peak * sin(2 * PI * 1000 * (double)i / 8000));
}

static void test_known_levels(void **state)
{
    int16_t v[8000];
    struct vq_level l;
    (void)state;
    vq_level_init(&l, 8000, 32767);
    for (size_t i = 0; i < 8000; i++)
        v[i] = i % 2 ? 32767 : -32768;
    vq_level_add(&l, v, 8000);
    assert_close(vq_level_rms(&l), 0, 0.001); /* the square wave that defines 0 dBov */
    assert_close(vq_level_peak(&l), 0, 1e-9);
    assert_int_equal(l.clipped, 8000);

    vq_level_init(&l, 8000, 32767);
    sine(v, 8000, 32768 / 10.0);
    vq_level_add(&l, v, 8000);
    assert_close(vq_level_rms(&l), -23.01, 0.01);
    assert_close(vq_level_peak(&l), -20, 0.01);
    assert_close(vq_level_silence(&l), 0, 0);
    assert_int_equal(l.clipped, 0);
}

static void test_silence(void **state)
{
    int16_t v[8000] = {0};
    struct vq_level l;
    (void)state;
    vq_level_init(&l, 8000, 32767);
    assert_true(isnan(vq_level_rms(&l)) && isnan(vq_level_peak(&l)) && isnan(vq_level_silence(&l)));
    vq_level_add(&l, v, 159); /* less than 20 ms */
    assert_true(isnan(vq_level_silence(&l)));
    vq_level_add(&l, v, 8000 - 159);
    assert_close(vq_level_rms(&l), -96.33, 0.01);
    assert_close(vq_level_silence(&l), 100, 0);
    sine(v, 8000, 10000);
    vq_level_add(&l, v, 8000);
    assert_close(vq_level_silence(&l), 50, 0);
    /* A pause is silent, and does not lower the level. */
    double before = vq_level_rms(&l);
    vq_level_pause(&l, 16000);
    assert_close(vq_level_silence(&l), 75, 0);
    assert_close(vq_level_rms(&l), before, 0);
}

/* On both sides of the threshold: -50 dBov is a sine of 146.5. */
static void test_threshold(void **state)
{
    int16_t v[160];
    struct vq_level l;
    (void)state;
    vq_level_init(&l, 8000, 32767);
    sine(v, 160, 144);
    vq_level_add(&l, v, 160);
    sine(v, 160, 149);
    vq_level_add(&l, v, 160);
    assert_int_equal(l.blocks, 2);
    assert_int_equal(l.silent, 1);
}

/* A pause that begins and ends within blocks. */
static void test_pause_within_blocks(void **state)
{
    int16_t v[160];
    struct vq_level l;
    (void)state;
    vq_level_init(&l, 8000, 32767);
    sine(v, 160, 10000);
    vq_level_add(&l, v, 80);
    vq_level_pause(&l, 80 + 320 + 40);
    assert_int_equal(l.blocks, 3);
    assert_int_equal(l.silent, 2); /* the first one is half a tone */
    vq_level_add(&l, v, 120);
    assert_int_equal(l.blocks, 4);
    assert_int_equal(l.silent, 2);
    assert_int_equal(l.samples, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_levels),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_pause_within_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
