/* The simplified E-models against worked examples of the reports that use them. */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <voipqos/emodel.h>

#define near(got, want, eps) assert_true(fabs((got) - (want)) <= (eps))

static const struct vq_simple_model *model(const char *name)
{
    const struct vq_simple_model *m = vq_simple_by_name(name);
    assert_non_null(m);
    return m;
}

/* A lab report's two results: Id = 0.024 x 19.97 = 0.47928 (printed 0.47), R printed 93.83 and 83.83. */
static void lab_report(void **state)
{
    (void)state;
    double voice = vq_simple_r(model("lab-voice"), 19.97, 0);
    near(voice, 93.82072, 1e-9);
    near(vq_emodel_mos(voice), 4.42098, 5e-6);
    double video = vq_simple_r(model("lab-video"), 19.97, 0);
    near(video, 83.82072, 1e-9);
    near(vq_emodel_mos(video), 4.15986, 5e-6);
}

/* A thesis: 94.2 - 0.012 - 7 = 87.188 (d = 0.5 ms, Ie = 7). */
static void thesis(void **state)
{
    (void)state;
    const struct vq_simple_model m = {"thesis", 94.2, 7, 0, 0, false, "worked example"};
    near(vq_simple_r(&m, 0.5, 0), 87.188, 1e-9);
}

static void cole_rosenbluth(void **state)
{
    (void)state;
    const struct vq_simple_model *g711 = model("cole-rosenbluth-g711"), *g729a = model("cole-rosenbluth-g729a");
    near(vq_simple_r(g711, 0, 0), 94.2, 1e-12);
    near(vq_simple_r(g711, 150, 0), 94.2 - 3.6, 1e-9);
    near(vq_simple_r(g729a, 0, 0), 83.2, 1e-12);
    /* loss is a fraction and the logarithm the natural one */
    near(vq_simple_r(g711, 0, 0.01), 94.2 - 30 * log(1.15), 1e-12);
    near(vq_simple_r(g729a, 100, 0.02), 94.2 - 2.4 - 11 - 40 * log(1.2), 1e-12);
}

/* Fitted to G.107 by its authors: G.711 with concealment (Bpl 25.1), R0 one higher. */
static void close_to_g107_with_concealment(void **state)
{
    (void)state;
    for (int pct = 0; pct <= 5; pct++) {
        for (int d = 0; d <= 300; d += 50) {
            struct vq_emodel_in in;
            struct vq_emodel_out out;
            vq_emodel_defaults(&in);
            vq_emodel_set_delay(&in, d);
            in.ppl = pct;
            in.bpl = 25.1;
            vq_emodel_g107(&in, &out);
            near(vq_simple_r(model("cole-rosenbluth-g711"), d, pct / 100.0), out.r, 1.3);
        }
    }
}

static void the_knee_at_177_3_ms(void **state)
{
    (void)state;
    const struct vq_simple_model *m = model("cole-rosenbluth-g711");
    near(vq_simple_r(m, 177.3, 0), 94.2 - 0.024 * 177.3, 1e-12);
    near(vq_simple_r(m, 187.3, 0), 94.2 - 0.024 * 187.3 - 1.1, 1e-9);
    near(vq_simple_r(m, 300, 0), 94.2 - 7.2 - 0.11 * 122.7, 1e-9);
}

static void the_table_can_be_walked(void **state)
{
    (void)state;
    assert_true(vq_simple_count() >= 4);
    for (size_t i = 0; i < vq_simple_count(); i++) {
        const struct vq_simple_model *m = vq_simple_at(i);
        assert_ptr_equal(vq_simple_by_name(m->name), m);
        assert_true(strlen(m->source) > 0);
    }
    assert_null(vq_simple_at(vq_simple_count()));
    assert_null(vq_simple_by_name("lab"));
    assert_true(model("cole-rosenbluth-g711")->standard);
    assert_false(model("lab-video")->standard);
    assert_false(model("lab-voice")->standard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lab_report),
        cmocka_unit_test(thesis),
        cmocka_unit_test(cole_rosenbluth),
        cmocka_unit_test(close_to_g107_with_concealment),
        cmocka_unit_test(the_knee_at_177_3_ms),
        cmocka_unit_test(the_table_can_be_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
