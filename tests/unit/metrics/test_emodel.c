/* The E-model against the digits of its Recommendation and of published tables. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <voipqos/emodel.h>

#define near(got, want, eps) assert_true(fabs((got) - (want)) <= (eps))
#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct vq_emodel_in defaults(void)
{
    struct vq_emodel_in in;
    vq_emodel_defaults(&in);
    return in;
}

static struct vq_emodel_out g107(const struct vq_emodel_in *in)
{
    struct vq_emodel_out out;
    vq_emodel_g107(in, &out);
    return out;
}

static void the_default_case_digit_for_digit(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    struct vq_emodel_out o = g107(&in);
    near(o.no, -61.179214, 1e-6);
    near(o.ro, 94.768822, 1e-6);
    near(o.iolr, 0.440178, 1e-6);
    near(o.ist, -0.000715, 1e-6);
    near(o.iq, 0.974105, 1e-6);
    near(o.is, 1.413568, 1e-6);
    near(o.idte, 0, 0);
    near(o.idle, 0.149046, 1e-6);
    near(o.idd, 0, 0);
    near(o.id, 0.149046, 1e-6);
    near(o.ie_eff, 0, 0);
    near(o.r, 93.206208, 1e-6);
    near(o.mos, 4.409406, 1e-6);
}

/* The noise sources, by hand: Nos = 35 - 8 - 3 - 100 + 0.004 x 8^2, Nfo = -64 + 2. */
static void noise_sources(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    struct vq_emodel_out o = g107(&in);
    near(o.nos, -75.744, 1e-9);
    near(o.nfo, -62, 1e-9);
    double pre = 35 + 10 * log10(1 + pow(10, -0.8));
    near(o.nor, 2 - 121 + pre + 0.008 * (pre - 35) * (pre - 35), 1e-9);
    in.nc = -40; /* 30 dB more circuit noise drowns everything else */
    near(g107(&in).no, -40, 0.05);
}

static void absolute_delay(void **state)
{
    (void)state;
    static const struct {
        double ta, idd;
    } rows[] = {{0, 0}, {100, 0}, {150, 0.163531}, {200, 3.044414}, {250, 8.916710}, {300, 14.760695},
                {400, 24.070089}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct vq_emodel_in in = defaults();
        in.ta = rows[i].ta;
        near(g107(&in).idd, rows[i].idd, 1e-6);
    }
    struct vq_emodel_in in = defaults();
    in.ta = nextafter(100, 101); /* continuous at mT */
    near(g107(&in).idd, 0, 1e-9);
}

/* Delay sensitivity (sT, mT), 2015 edition: R at 300 ms. */
static void delay_sensitivity_classes(void **state)
{
    (void)state;
    static const struct {
        double st, mt, r;
    } rows[] = {{1, 100, 72.666}, {0.55, 120, 77.333}, {0.4, 150, 81.249}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct vq_emodel_in in = defaults();
        vq_emodel_set_delay(&in, 300);
        in.st = rows[i].st;
        in.mt = rows[i].mt;
        near(g107(&in).r, rows[i].r, 0.001);
    }
}

static void a_probe_sets_three_delays_from_one(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    vq_emodel_set_delay(&in, 120);
    near(in.ta, 120, 0);
    near(in.t, 120, 0);
    near(in.tr, 240, 0);
}

/* The whole of Id at 150 ms, echo included (0.024 x 150 = 3.6 in the simplified models). */
static void delay_of_150_ms_with_echo(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    vq_emodel_set_delay(&in, 150);
    struct vq_emodel_out o = g107(&in);
    near(o.id, 3.82, 0.005);
    near(o.id, o.idte + o.idle + o.idd, 1e-12);
    near(o.r, o.ro - o.is - o.id, 1e-12);
}

/* 7.4: an echo below 1 ms is heard as sidetone. */
static void talker_echo_begins_at_1_ms(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    in.telr = 5; /* a loud echo */
    in.t = 0.999;
    near(g107(&in).idte, 0, 0);
    in.t = 1;
    assert_true(g107(&in).idte > 1);
    in.t = 100;
    double loud = g107(&in).idte;
    in.telr = 65;
    assert_true(loud > 50 && g107(&in).idte < loud);
}

/* A loud echo that comes early is sidetone and echo at once: STMRo and TERV, worked out apart from this program. */
static void an_early_echo(void **state)
{
    (void)state;
    static const struct {
        double t, telr, ist, idte;
    } rows[] = {{1, 10, 0.015662, 13.302151},
                {2, 10, 0.002176, 25.798733},
                {4, 20, -0.000301, 17.195158},
                {2, 40, -0.000706, 0.884631}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct vq_emodel_in in = defaults();
        in.t = rows[i].t;
        in.telr = rows[i].telr;
        near(g107(&in).ist, rows[i].ist, 1e-6);
        near(g107(&in).idte, rows[i].idte, 1e-6);
    }
}

static void sidetone_at_its_ends_changes_the_echo(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    in.t = 50;
    in.stmr = 20;
    struct vq_emodel_out at = g107(&in);
    in.stmr = 20.001; /* above 20 dB Ist joins Idte by its square */
    struct vq_emodel_out above = g107(&in);
    near(above.idte, sqrt(at.idte * at.idte + above.ist * above.ist), 1e-3);
    in.stmr = 8; /* below 9 dB TERV gains Ist / 2 */
    struct vq_emodel_out low = g107(&in);
    double terv = 65 - 40 * log10(6 / (4.0 / 3)) + low.ist / 2; /* the last term, 6 e^-750, is nothing */
    double x = (-1.5 * (low.no - 2) - (80 + 2.5 * (terv - 14))) / 2;
    near(low.idte, x + sqrt(x * x + 100) - 1, 1e-9);
    assert_true(low.ist > 0.3);
}

/* MOS of G.711 under random loss, with and without concealment (Bpl 25.1 and 4.3). */
static void random_loss(void **state)
{
    (void)state;
    static const struct {
        double ppl, plc, none;
    } rows[] = {{1, 4.328, 3.834}, {2, 4.235, 3.256}, {5, 3.923, 2.170}, {10, 3.411, 1.481}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct vq_emodel_in in = defaults();
        in.ppl = rows[i].ppl;
        near(g107(&in).mos, rows[i].none, 0.0006);
        in.bpl = 25.1;
        near(g107(&in).mos, rows[i].plc, 0.0006);
    }
}

/* 1 % on G.711 without concealment: 95 / 5.3 = 17.9 (the withdrawn table said 25). */
static void effective_equipment_impairment(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    in.ppl = 1;
    near(g107(&in).ie_eff, 95 / 5.3, 1e-12);
    in.ie = 11;
    in.bpl = 19;
    in.ppl = 2;
    near(g107(&in).ie_eff, 11 + 84.0 * 2 / 21, 1e-12); /* 19.0, as G.113 (1999) had for G.729A + VAD at 2 % */
    in.burst_r = 2;
    near(g107(&in).ie_eff, 11 + 84.0 * 2 / 20, 1e-12);
    in.burst_r = 0.5; /* below 1: as 1 */
    near(g107(&in).ie_eff, 11 + 84.0 * 2 / 21, 1e-12);
}

static void an_unknown_bpl_matters_only_with_loss(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    in.ie = 7;
    in.bpl = NAN;
    near(g107(&in).r, 86.206208, 1e-6);
    in.ppl = 1;
    assert_true(isnan(g107(&in).r) && isnan(g107(&in).mos));
}

static void advantage_is_added(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    in.a = 5;
    near(g107(&in).r, 98.206208, 1e-6);
}

/* G.107 Table B.1; its 4.03 at R = 80 is a print: the formula gives 4.024. */
static void table_b_1(void **state)
{
    (void)state;
    static const struct {
        double r, mos, gob, pow;
    } rows[] = {{90, 4.34, 97, 0}, {80, 4.024, 89, 0}, {70, 3.60, 73, 6}, {60, 3.10, 50, 17}, {50, 2.58, 27, 38}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        near(vq_emodel_mos(rows[i].r), rows[i].mos, 0.005);
        near(vq_emodel_gob(rows[i].r), rows[i].gob, 0.6);
        near(vq_emodel_pow(rows[i].r), rows[i].pow, 1.5);
    }
    near(vq_emodel_mos(80), 4.024, 1e-9);
    near(vq_emodel_pow(45), 50, 1e-9);
    near(vq_emodel_tme(36), 50, 1e-9);
    near(vq_emodel_tme(52), 15.8655, 1e-4); /* one standard deviation */
}

static void mos_stays_on_its_scale(void **state)
{
    (void)state;
    near(vq_emodel_mos(-20), 1, 0);
    near(vq_emodel_mos(0), 1, 0);
    near(vq_emodel_mos(3.22), 1, 0); /* the printed polynomial says 0.98884 */
    near(vq_emodel_mos(6.5153), 1, 0);
    assert_true(vq_emodel_mos(6.516) > 1);
    near(vq_emodel_mos(100), 4.5, 0);
    near(vq_emodel_mos(nextafter(100, 0)), 4.5, 1e-9);
    near(vq_emodel_mos(140), 4.5, 0);
    assert_true(isnan(vq_emodel_mos(NAN)));
    for (double r = 7; r < 100; r += 0.25)
        assert_true(vq_emodel_mos(r) > vq_emodel_mos(r - 0.25));
}

static void mos_and_r_are_inverse(void **state)
{
    (void)state;
    near(vq_emodel_r_of_mos(1), 6.5153, 1e-4);
    near(vq_emodel_r_of_mos(0.3), 6.5153, 1e-4);
    near(vq_emodel_r_of_mos(4.5), 100, 1e-6);
    near(vq_emodel_r_of_mos(5), 100, 1e-6);
    near(vq_emodel_r_of_mos(4.409406), 93.206208, 1e-4);
    for (double r = 6.6; r <= 100; r += 0.1)
        near(vq_emodel_r_of_mos(vq_emodel_mos(r)), r, 1e-6);
}

/* METRICS: G.107.1 gives 128.846 and MOS 4.4992 by default, G.107.2 148 and 4.5; every row's own R and MOS. */
static void wideband_and_fullband(void **state)
{
    (void)state;
    struct vq_emodel_in in;
    struct vq_emodel_out out;
    vq_emodel_defaults(&in);
    vq_emodel_on(VQ_SCALE_WB, &in, &out);
    near(out.r, 128.846, 0.001);
    near(out.mos, 4.4992, 0.0001);
    vq_emodel_on(VQ_SCALE_FB, &in, &out);
    near(out.r, 148, 0);
    near(out.mos, 4.5, 0);
    for (size_t i = 0; i < vq_impairment_count(); i++) {
        const struct vq_impairment *row = vq_impairment_at(i);
        in.ie = row->ie;
        vq_emodel_on(row->scale, &in, &out);
        near(out.r, row->r, 0.01);
        near(out.mos, row->mos, 0.001);
    }
}

/* Idd(300) = 14.760695 on the narrowband scale. At 150 ms, with the default TELR of 65 dB: K = 18,
 * TERV = 65 + 18 - 40 lg(16/2) = 46.876, Re = 80 + 3 (46.876 - 14) = 178.628, half = (129 - 178.628)/2 = -24.814,
 * Idte = -24.814 + sqrt(24.814^2 + 100) - 1 = 0.939. */
static void wide_delay_and_loss(void **state)
{
    (void)state;
    struct vq_emodel_in in;
    struct vq_emodel_out out;
    vq_emodel_defaults(&in);
    vq_emodel_set_delay(&in, 300);
    vq_emodel_on(VQ_SCALE_WB, &in, &out);
    near(out.idd, 1.29 * 14.760695, 1e-5);
    vq_emodel_on(VQ_SCALE_FB, &in, &out);
    near(out.idd, 1.48 * 14.760695, 1e-5);
    near(out.r, 148 - 1.48 * 14.760695, 1e-5);
    vq_emodel_set_delay(&in, 150);
    vq_emodel_on(VQ_SCALE_WB, &in, &out);
    near(out.idte, 0.939, 0.001);
    vq_emodel_defaults(&in);
    in.ie = 20;
    in.bpl = 4.3;
    in.ppl = 4.3;
    in.burst_r = 3; /* neither model has it */
    vq_emodel_on(VQ_SCALE_WB, &in, &out);
    near(out.ie_eff, 20 + (95 - 20) / 2.0, 1e-12);
    vq_emodel_on(VQ_SCALE_FB, &in, &out);
    near(out.ie_eff, 20 + (132 - 20) / 2.0, 1e-12);
    assert_true(isnan(out.iq) && isnan(out.gob_pct));
    struct vq_emodel_out again = out;
    vq_emodel_rescore_on(VQ_SCALE_FB, &in, &again);
    near(again.r, out.r, 0);
    struct vq_emodel_out nb, same;
    vq_emodel_g107(&in, &nb);
    vq_emodel_on(VQ_SCALE_NB, &in, &same);
    near(same.r, nb.r, 0);
    near(vq_emodel_span(VQ_SCALE_NONE), 1, 0);
    near(vq_emodel_span(VQ_SCALE_WB), 1.29, 0);
}

static void burst_ratio(void **state)
{
    (void)state;
    near(vq_emodel_burst_r(2, 0.1), 1.8, 1e-12);
    near(vq_emodel_burst_r(1 / 0.9, 0.1), 1, 1e-12); /* random loss */
    near(vq_emodel_burst_r(1, 0.5), 1, 0);           /* shorter than random counts as random */
    near(vq_emodel_burst_r(0, 0), 1, 0);
    near(vq_emodel_burst_r(NAN, NAN), 1, 0);
}

static void ranges_of_table_2(void **state)
{
    (void)state;
    struct vq_emodel_in in = defaults();
    assert_null(vq_emodel_out_of_range(&in));
    in.ppl = 20;
    in.burst_r = 8;
    in.bpl = 40;
    in.ta = 500;
    assert_null(vq_emodel_out_of_range(&in));
    in.ta = 500.01;
    assert_string_equal(vq_emodel_out_of_range(&in), "Ta");
    in = defaults();
    in.ppl = 20.5;
    assert_string_equal(vq_emodel_out_of_range(&in), "Ppl");
    in = defaults();
    in.ie = -0.1;
    assert_string_equal(vq_emodel_out_of_range(&in), "Ie");
    in = defaults();
    in.bpl = NAN;
    assert_string_equal(vq_emodel_out_of_range(&in), "Bpl");
    in = defaults();
    in.mt = 0;
    assert_string_equal(vq_emodel_out_of_range(&in), "mT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_case_digit_for_digit),
        cmocka_unit_test(noise_sources),
        cmocka_unit_test(absolute_delay),
        cmocka_unit_test(delay_sensitivity_classes),
        cmocka_unit_test(a_probe_sets_three_delays_from_one),
        cmocka_unit_test(delay_of_150_ms_with_echo),
        cmocka_unit_test(talker_echo_begins_at_1_ms),
        cmocka_unit_test(an_early_echo),
        cmocka_unit_test(sidetone_at_its_ends_changes_the_echo),
        cmocka_unit_test(random_loss),
        cmocka_unit_test(effective_equipment_impairment),
        cmocka_unit_test(an_unknown_bpl_matters_only_with_loss),
        cmocka_unit_test(advantage_is_added),
        cmocka_unit_test(table_b_1),
        cmocka_unit_test(mos_stays_on_its_scale),
        cmocka_unit_test(mos_and_r_are_inverse),
        cmocka_unit_test(burst_ratio),
        cmocka_unit_test(wideband_and_fullband),
        cmocka_unit_test(wide_delay_and_loss),
        cmocka_unit_test(ranges_of_table_2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
