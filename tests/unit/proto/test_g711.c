/* ITU-T G.711: every code word against the formula of the standard, and the landmarks of its tables. */
#include "support/check.h"

#include <voipqos/audio.h>

/* Table 1a: a code word without its inverted bits is sign, segment, step; decoder output in half steps of 1/2048 of the
 * range, here shifted to 16 bits. */
static int alaw_formula(unsigned code)
{
    unsigned word = code ^ 0x55, segment = word >> 4 & 7, step = word & 15;
    int half_steps = (int)(2 * step + 1 + (segment ? 32 : 0));
    int v = half_steps * (segment > 1 ? 1 << (segment - 1) : 1) * 8;
    return word & 0x80 ? v : -v;
}

/* Table 2a: y = (2 step + 33) 2^segment - 33, in units of 1/8192 of the range. */
static int ulaw_formula(unsigned code)
{
    unsigned word = ~code & 0xff, segment = word >> 4 & 7, step = word & 15;
    int v = (((int)(2 * step) + 33) * (1 << segment) - 33) * 4;
    return word & 0x80 ? -v : v;
}

static void test_every_code(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        assert_int_equal(vq_g711_alaw((uint8_t)c), alaw_formula(c));
        assert_int_equal(vq_g711_ulaw((uint8_t)c), ulaw_formula(c));
        /* The top bit is the sign and nothing else. */
        assert_int_equal(vq_g711_alaw((uint8_t)(c ^ 0x80)), -vq_g711_alaw((uint8_t)c));
        assert_int_equal(vq_g711_ulaw((uint8_t)(c ^ 0x80)), -vq_g711_ulaw((uint8_t)c));
    }
}

static void test_landmarks(void **state)
{
    (void)state;
    assert_int_equal(vq_g711_ulaw(0xff), 0); /* silence as it is sent */
    assert_int_equal(vq_g711_ulaw(0x80), VQ_ULAW_PEAK);
    assert_int_equal(vq_g711_ulaw(0x00), -VQ_ULAW_PEAK);
    assert_int_equal(vq_g711_ulaw(0xfe), 8);
    assert_int_equal(vq_g711_alaw(0xd5), 8);
    assert_int_equal(vq_g711_alaw(0xaa), VQ_ALAW_PEAK);
    assert_int_equal(vq_g711_alaw(0x2a), -VQ_ALAW_PEAK);
}

/* Tables 5 and 6: a sine of 1 kHz at nominal 0 dBm0 as eight code words, 3.17 dB (mu) and 3.14 dB (A) below full load. */
static void test_digital_milliwatt(void **state)
{
    static const uint8_t a[8] = {0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4};
    static const uint8_t u[8] = {0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e};
    struct vq_level la, lu;
    int16_t va[8], vu[8];
    (void)state;
    vq_level_init(&la, 8000, VQ_ALAW_PEAK);
    vq_level_init(&lu, 8000, VQ_ULAW_PEAK);
    for (int i = 0; i < 8; i++) {
        va[i] = vq_g711_alaw(a[i]);
        vu[i] = vq_g711_ulaw(u[i]);
    }
    for (int i = 0; i < 1000; i++) {
        vq_level_add(&la, va, 8);
        vq_level_add(&lu, vu, 8);
    }
    /* A sine of full scale has -3.01 dBov; the mu-law's ends at 8159 of 8192. */
    assert_close(vq_level_rms(&la), -3.01 - 3.14, 0.01);
    assert_close(vq_level_rms(&lu), -3.01 - 3.17 + 20 * log10(8159.0 / 8192), 0.01);
    assert_int_equal(la.clipped + lu.clipped, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code),
        cmocka_unit_test(test_landmarks),
        cmocka_unit_test(test_digital_milliwatt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
