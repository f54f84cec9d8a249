/* Bursts and gaps: the worked example of RFC 3611 and a slow model that follows its definition word by word. */
#include "support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/burst.h"

/* '1': received; anything else: lost or discarded. */
static struct vq_burst_figures figures(const char *pattern)
{
    struct vq_burst b = {0};
    struct vq_burst_figures f;
    size_t n = strlen(pattern);
    for (uint32_t i = 0; i < n; i++)
        if (pattern[i] != '1')
            vq_burst_lost(&b, i);
    vq_burst_sum(&b, (uint32_t)n, &f);
    return f;
}

/* RFC 3611 4.7.2: a burst of twelve packets, four of them lost or discarded, in a stream of 10 ms packets. The 63 symbols
 * printed there leave 51 packets to the two gaps, with two losses. */
static void test_rfc3611_example(void **state)
{
    (void)state;
    struct vq_burst_figures f = figures("11110111111111111111111X111X1011110111111111111111111X111111111");
    assert_int_equal(f.bursts, 1);
    assert_close(f.burst_packets * 10, 120, 1e-9);
    assert_close(f.burst_density, 4.0 / 12, 1e-12);
    assert_int_equal(f.gaps, 2);
    assert_close(f.gap_density, 2.0 / 51, 1e-12);
    assert_close(f.gap_packets * 10, 255, 1e-9);
}

static void test_edges(void **state)
{
    (void)state;
    struct vq_burst_figures f = figures("");
    assert_int_equal(f.bursts + f.gaps, 0);
    assert_true(isnan(f.burst_density) && isnan(f.gap_density));
    f = figures("0"); /* received is what lies around the session: an isolated loss */
    assert_int_equal(f.bursts, 0);
    assert_close(f.gap_density, 1, 0);
    f = figures("00");
    assert_int_equal(f.bursts, 1);
    assert_int_equal(f.gaps, 0);
    assert_true(isnan(f.gap_packets));
    f = figures("01111111111111110"); /* 15 between: fewer than Gmin */
    assert_int_equal(f.bursts, 1);
    assert_close(f.burst_packets, 17, 0);
    f = figures("011111111111111110"); /* 16 between */
    assert_int_equal(f.bursts, 0);
    assert_close(f.gap_density, 2.0 / 18, 1e-12);
}

/* For every loss: is there another one with fewer than Gmin packets received between the two? Then it, and all between
 * them, are in a burst. */
static void slow(const char *p, uint32_t n, struct vq_burst_figures *f)
{
    char *in = calloc(n + 1, 1);
    uint32_t burst = 0, burst_lost = 0, gap = 0, gap_lost = 0;
    for (uint32_t i = 0, last = n; i < n; i++) {
        if (p[i] == '1')
            continue;
        if (last < n && i - last - 1 < 16)
            memset(in + last, 1, i - last + 1);
        last = i;
    }
    *f = (struct vq_burst_figures){0};
    for (uint32_t i = 0; i < n; i++) {
        *(in[i] ? &burst : &gap) += 1;
        *(in[i] ? &burst_lost : &gap_lost) += p[i] != '1';
        if (!i || in[i] != in[i - 1])
            *(in[i] ? &f->bursts : &f->gaps) += 1;
    }
    f->burst_density = (double)burst_lost / burst;
    f->gap_density = (double)gap_lost / gap;
    f->burst_packets = (double)burst / f->bursts;
    f->gap_packets = (double)gap / f->gaps;
    f->after_last = (double)NAN;
    for (uint32_t i = n; i--;)
        if (in[i]) {
            f->after_last = n - 1 - i;
            break;
        }
    free(in);
}

static void same(double a, double b)
{
    assert_true((isnan(a) && isnan(b)) || fabs(a - b) < 1e-12);
}

static void test_against_definition(void **state)
{
    (void)state;
    char p[400];
    srand(3611);
    for (int round = 0; round < 3000; round++) {
        uint32_t n = 1 + (uint32_t)rand() % 399;
        int loss = rand() % 30;
        for (uint32_t i = 0; i < n; i++)
            p[i] = rand() % 100 < loss ? '0' : '1';
        p[n] = 0;
        struct vq_burst_figures f = figures(p), want;
        slow(p, n, &want);
        assert_int_equal(f.bursts, want.bursts);
        assert_int_equal(f.gaps, want.gaps);
        same(f.burst_density, want.burst_density);
        same(f.gap_density, want.gap_density);
        same(f.burst_packets, want.burst_packets);
        same(f.gap_packets, want.gap_packets);
        same(f.after_last, want.after_last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3611_example),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_against_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
