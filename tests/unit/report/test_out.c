/* test_out.c - numbers as people read them, fields, and lines that keep to a width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>

#include "report/out.h"

static const struct vq_report_style utf8 = {.utf8 = true, .width = 40}, ascii = {.width = 40};

static int take(const char *text, size_t n, void *arg)
{
    vq_buf_add(arg, text, n);
    return 0;
}

static void counts_and_bytes(void **state)
{
    (void)state;
    char t[VQ_NUMBER_TEXT];
    assert_string_equal(vq_count_text(0, t), "0");
    assert_string_equal(vq_count_text(999, t), "999");
    assert_string_equal(vq_count_text(1000, t), "1,000");
    assert_string_equal(vq_count_text(1234567, t), "1,234,567");
    assert_string_equal(vq_count_text(UINT64_MAX, t), "18,446,744,073,709,551,615");
    assert_string_equal(vq_bytes_text(0, t), "0 B");
    assert_string_equal(vq_bytes_text(999, t), "999 B");
    assert_string_equal(vq_bytes_text(1000, t), "1.00 kB");
    assert_string_equal(vq_bytes_text(345678, t), "346 kB");
    assert_string_equal(vq_bytes_text(2300000000, t), "2.30 GB");
    assert_string_equal(vq_bytes_text(UINT64_MAX, t), "18446744 TB");
}

static void durations_and_reals(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *text;
    } rows[] = {
        {0, "0.0 ms"},           {45000, "0.045 ms"},     {-45000, "-0.045 ms"},  {100000, "0.1 ms"},
        {1500000, "1.5 ms"},     {999400000, "999.4 ms"}, {999600000, "1.00 s"},
        {8020000000, "8.02 s"},  {-8020000000, "-8.02 s"}, {59990000000, "59.99 s"}, {59999000000, "1 min 00 s"},
        {61000000000, "1 min 01 s"}, {3723000000000, "1 h 02 min 03 s"},
        {172799000000000, "47 h 59 min 59 s"}, {172800000000000, "2 d 00 h 00 min"}, {VQ_NONE, "–"},
    };
    char t[VQ_NUMBER_TEXT];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(vq_duration_text(&utf8, rows[i].ns, t), rows[i].text);
    assert_string_equal(vq_duration_text(&ascii, VQ_NONE, t), "-");
    assert_string_equal(vq_real_text(&utf8, 4.406, 2, t), "4.41");
    assert_string_equal(vq_real_text(&utf8, NAN, 2, t), "–");
    assert_string_equal(vq_real_text(&ascii, INFINITY, 2, t), "-");
    assert_string_equal(vq_real_text(&ascii, 1e300, 2, t), "1.000e+300");
    assert_string_equal(vq_percent_text(&utf8, 14.94, 1, t), "14.9");
    assert_string_equal(vq_percent_text(&utf8, 0, 1, t), "0.0");
    assert_string_equal(vq_percent_text(&utf8, 0.016, 1, t), "0.016");
    assert_string_equal(vq_r_text(&utf8, 0, t), "0.0");
    assert_string_equal(vq_r_text(&utf8, -0.01, t), "< 0");
    assert_string_equal(vq_r_text(&utf8, NAN, t), "–");
}

static void moments(void **state)
{
    (void)state;
    char t[VQ_NUMBER_TEXT];
    assert_string_equal(vq_time_text(0, 9, t), "1970-01-01T00:00:00.000000000Z");
    assert_string_equal(vq_time_text(1600000000123456789, 9, t), "2020-09-13T12:26:40.123456789Z");
    assert_string_equal(vq_time_text(1600000000123456789, 3, t), "2020-09-13T12:26:40.123Z");
    assert_string_equal(vq_time_text(1600000000123456789, 0, t), "2020-09-13T12:26:40Z");
    assert_string_equal(vq_time_text(-1, 9, t), "1969-12-31T23:59:59.999999999Z");
    assert_string_equal(vq_time_text(INT64_MAX, 9, t), "2262-04-11T23:47:16.854775807Z");
}

static void clips(void **state)
{
    (void)state;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_out_clip(&utf8, &b, 0, 3);
    vq_buf_str(&b, "keep 日本語text");
    vq_out_clip(&utf8, &b, 5, 10);
    assert_string_equal(b.p, "keep 日本語text");
    vq_out_clip(&utf8, &b, 5, 6);
    assert_string_equal(b.p, "keep 日本…");
    vq_out_clip(&ascii, &b, 0, 7);
    assert_string_equal(b.p, "keep...");
    vq_out_clip(&ascii, &b, 0, 2);
    assert_string_equal(b.p, "ke");
    vq_out_clip(&utf8, &b, 0, 0);
    assert_string_equal(b.p, "");
    vq_buf_done(&b);
}

static void lays_out_fields(void **state)
{
    (void)state;
    struct vq_out o;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_out_init(&o, &utf8, take, &b);
    vq_out_field(&o, "left", 6, false, VQ_TINT_GOOD);
    vq_out_field(&o, "12", 4, true, VQ_TINT_PLAIN);
    vq_out_field(&o, "123456", 4, true, VQ_TINT_PLAIN); /* a number is never cut */
    vq_out_field(&o, "overlong", 6, false, VQ_TINT_PLAIN);
    vq_out_field(&o, "", 9, false, VQ_TINT_PLAIN);
    vq_out_newline(&o);
    assert_int_equal(vq_out_done(&o), 0);
    assert_string_equal(b.p, "left    12123456overl…\n");
    vq_buf_done(&b);
}

static void flows(void **state)
{
    (void)state;
    struct vq_out o;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_out_init(&o, &utf8, take, &b);
    vq_out_flow_begin(&o, 4, 0);
    vq_out_flow(&o, VQ_TINT_PLAIN, "first");
    vq_out_flow(&o, VQ_TINT_PLAIN, "twenty-eight columns wide...");
    vq_out_flow(&o, VQ_TINT_PLAIN, "third");
    vq_out_flow_end(&o);
    vq_out_flow_begin(&o, 4, 0);
    vq_out_flow_end(&o);
    vq_out_words(&o, 2, 0, "words  that go on until the fortieth column and then further");
    vq_out_words(&o, 2, 0, "aword-that-is-longer-than-any-line-of-this-page-could-be x");
    vq_out_words_and(&o, 2, 0, "twenty-six columns of text.", "[frame 12]");
    vq_out_words_and(&o, 2, 0, "twenty-seven columns of text", "[frame 12]");
    vq_out_words_and(&o, 2, 0, "", "[frame 12]");
    vq_out_words_and(&o, 2, 0, "text", "[a last word that no line can hold and is broken]");
    assert_int_equal(vq_out_done(&o), 0);
    assert_string_equal(b.p, "    first · twenty-eight columns wide...\n"
                             "    third\n"
                             "  words that go on until the fortieth\n"
                             "  column and then further\n"
                             "  aword-that-is-longer-than-any-line-of-this-page-could-be\n"
                             "  x\n"
                             "  twenty-six columns of text. [frame 12]\n"
                             "  twenty-seven columns of text\n"
                             "  [frame 12]\n"
                             "  [frame 12]\n"
                             "  text [a last word that no line can\n"
                             "  hold and is broken]\n");
    vq_buf_done(&b);
}

static void scales(void **state)
{
    (void)state;
    struct vq_stream s = {.r = 129, .scored = true};
    static const struct vq_impairment wb = {.scale = VQ_SCALE_WB}, fb = {.scale = VQ_SCALE_FB},
                                      nb = {.scale = VQ_SCALE_NB};
    s.impairment = &wb;
    assert_true(fabs(vq_stream_r_nb(&s) - 100) < 1e-9);
    s.impairment = &fb;
    s.r = 148;
    assert_true(fabs(vq_stream_r_nb(&s) - 100) < 1e-9);
    s.impairment = &nb;
    s.r = 80;
    assert_true(vq_stream_r_nb(&s) == 80);
    assert_int_equal(vq_tint_of_r(vq_stream_r_nb(&s)), VQ_TINT_GOOD);
    s.scored = false;
    assert_true(isnan(vq_stream_r_nb(&s)));
    assert_int_equal(vq_tint_of_r(NAN), VQ_TINT_DIM);
    assert_int_equal(vq_tint_of_mos(4.4), VQ_TINT_GOOD);
    assert_int_equal(vq_tint_of_mos(3.5), VQ_TINT_FAIR);
    assert_int_equal(vq_tint_of_mos(1), VQ_TINT_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_bytes), cmocka_unit_test(durations_and_reals),
        cmocka_unit_test(moments),          cmocka_unit_test(clips),
        cmocka_unit_test(lays_out_fields),  cmocka_unit_test(flows),
        cmocka_unit_test(scales),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
