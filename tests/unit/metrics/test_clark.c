/* test_clark.c - the closed form of TS 101 329-5 Annex E against the perception that it sums up, simulated step by step. */
#include "support/check.h"

#include <math.h>

#include "metrics/clark.h"

static double ie_eff(double ie, double bpl, double ppl)
{
    return ie + (95 - ie) * ppl / (ppl + bpl);
}

/* What is perceived goes towards Ieb with 5 s inside bursts and towards Ieg with 15 s inside gaps; bursts and gaps of mean
 * length alternate until it repeats itself. */
static void simulate(const struct vq_clark_in *in, double *average, double *after_burst)
{
    const double ieb = ie_eff(in->ie, in->bpl, in->burst_ppl), ieg = ie_eff(in->ie, in->bpl, in->gap_ppl);
    const int n = 2000;
    double now = ieg, sum = 0;
    for (int round = 0; round < 300; round++) {
        double b = in->burst_s / n, g = in->gap_s / n;
        sum = 0;
        for (int i = 0; i < n; i++) {
            double next = ieb - (ieb - now) * exp(-b / 5);
            sum += b * (now + next) / 2;
            now = next;
        }
        *after_burst = now;
        for (int i = 0; i < n; i++) {
            double next = ieg + (now - ieg) * exp(-g / 15);
            sum += g * (now + next) / 2;
            now = next;
        }
    }
    *average = sum / (in->burst_s + in->gap_s);
}

static void test_against_simulation(void **state)
{
    (void)state;
    static const struct vq_clark_in rows[] = {
        {0, 4.3, 20, 1, 0.5, 1.6, 1.64}, {0, 25.1, 40, 0, 3, 12, 0}, {11, 19, 33.3, 0.5, 8, 30, 45}, {10, 4.3, 60, 2, 0.04, 200, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vq_clark_out out;
        double average, after;
        vq_clark(&rows[i], &out);
        simulate(&rows[i], &average, &after);
        assert_close(out.ie_av, average, 1e-4);
        assert_close(out.ie_end, average + 0.7 * (after - average) * exp(-rows[i].since_s / 30), 1e-4);
        assert_close(out.ie_burst, ie_eff(rows[i].ie, rows[i].bpl, rows[i].burst_ppl), 1e-12);
    }
}

static void test_edges(void **state)
{
    (void)state;
    struct vq_clark_out out;
    vq_clark(&(struct vq_clark_in){.ie = 11, .bpl = 19, .gap_ppl = 1, .gap_s = 20, .since_s = (double)NAN}, &out);
    assert_close(out.ie_av, 11 + 84. / 20, 1e-12); /* no burst: its gap alone */
    assert_close(out.ie_end, out.ie_av, 0);
    assert_true(isnan(out.ie_burst));
    vq_clark(&(struct vq_clark_in){.bpl = 4.3, .burst_ppl = 50, .burst_s = 9, .since_s = 0}, &out);
    assert_close(out.ie_av, 95 * 50 / 54.3, 1e-9); /* nothing but a burst */
    assert_close(out.ie_end, out.ie_av, 1e-9);
    assert_true(isnan(out.ie_gap));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_simulation), cmocka_unit_test(test_edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
