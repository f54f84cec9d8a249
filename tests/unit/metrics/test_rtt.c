#include "support/check.h"

#include "metrics/jitter.h"
#include "metrics/rtt.h"

#define MS INT64_C(1000000)

/* RFC 3550 figure 2: A = 0xb710:8000 (46864.500 s), LSR = 0xb705:2000 (46853.125 s), DLSR = 0x0005:4000 (5.250 s): the
 * round trip is 6.125 s. A probe beside the sender saw the report leave at LSR and the block arrive at A. */
static void test_rfc3550_figure_2(void **state)
{
    (void)state;
    struct vq_rtt r = {0};
    vq_rtt_sr(&r, UINT64_C(0xb44db705) << 32 | 0x20000000, 46853125 * MS);
    assert_true(vq_rtt_block(&r, 0xb7052000, 0x00054000, 46864500 * MS));
    assert_close(r.sum / r.n, 6125.0, 1e-9);
}

static void test_refusals(void **state)
{
    (void)state;
    struct vq_rtt r = {0};
    vq_rtt_sr(&r, UINT64_C(0x0000000100020003), 0);
    assert_false(vq_rtt_block(&r, 0, 0, 5 * MS));          /* no report was received yet */
    assert_false(vq_rtt_block(&r, 0x00010003, 0, 5 * MS)); /* one that was never seen */
    assert_false(vq_rtt_block(&r, 0x00010002, 65536, 5 * MS)); /* DLSR of a second after 5 ms */
    assert_int_equal(r.n, 0);
    assert_true(vq_rtt_block(&r, 0x00010002, 0, 5 * MS));
    assert_true(vq_rtt_block(&r, 0x00010002, 0, 9 * MS));
    assert_close(r.min, 5, 1e-9);
    assert_close(r.max, 9, 1e-9);
}

static void test_second_copy_of_a_report(void **state)
{
    (void)state;
    struct vq_rtt r = {0};
    vq_rtt_sr(&r, UINT64_C(0x0000000100020000), 0);
    vq_rtt_sr(&r, UINT64_C(0x0000000100020000), 3 * MS);
    assert_true(vq_rtt_block(&r, 0x00010002, 0, 10 * MS));
    assert_close(r.max, 10, 1e-9);
}

/* RFC 3550 A.8 by hand: |D| = 16, 0, 16 ms. */
static void test_jitter(void **state)
{
    (void)state;
    struct vq_jitter j = {0};
    vq_jitter_add(&j, -16);
    assert_close(j.last, 1, 1e-12);
    vq_jitter_add(&j, 0);
    assert_close(j.last, 0.9375, 1e-12);
    vq_jitter_add(&j, 16);
    assert_close(j.last, 0.9375 + (16 - 0.9375) / 16, 1e-12);
    assert_close(j.max, j.last, 0);
    assert_close(j.sum_abs / j.n, 32.0 / 3, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rfc3550_figure_2), cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_second_copy_of_a_report), cmocka_unit_test(test_jitter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
