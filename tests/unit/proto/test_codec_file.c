/* test_codec_file.c - codec values of the user's own: what a file may say, and what is wrong with it. */
#include "support/check.h"
#include "support/guard.h"

#include <math.h>
#include <stdio.h>

#include <voipqos/codec.h>

static struct vq_codec_own rows[VQ_CODEC_OWN_MAX];
static struct vq_codec_fault fault;

static bool parse(const char *text, size_t *n)
{
    return vq_codec_own_parse(text, strlen(text), rows, n, &fault);
}

static void test_lines(void **state)
{
    (void)state;
    size_t n;
    assert_true(parse("\xef\xbb\xbf# ours\r\n\r\n"
                      "  opus \t FB 8.5 12 20 6.5 literature  our own test, #3 \r\n"
                      "speex/16000 wb 18 - - 0 OWN\n"
                      "g729 NB 12 17 10 5 itu-recalled new edition",
                      &n));
    assert_int_equal(n, 3);
    assert_string_equal(rows[0].row.name, "opus");
    assert_int_equal(rows[0].row.scale, VQ_SCALE_FB);
    assert_close(rows[0].row.ie, 8.5, 0);
    assert_close(rows[0].row.bpl, 12, 0);
    assert_close(rows[0].frame_ms, 20, 0);
    assert_close(rows[0].lookahead_ms, 6.5, 0);
    assert_int_equal(rows[0].row.fact, VQ_FACT_LITERATURE);
    assert_string_equal(rows[0].row.source, "our own test, #3; codec file, line 3");
    assert_true(!rows[0].of_row && !rows[0].clock_hz && isnan(rows[0].row.r));
    assert_int_equal(rows[1].clock_hz, 16000);
    assert_true(isnan(rows[1].row.bpl) && isnan(rows[1].frame_ms));
    assert_close(rows[1].lookahead_ms, 0, 0);
    assert_string_equal(rows[1].row.source, "codec file, line 4");
    assert_true(rows[2].of_row);
    assert_int_equal(rows[2].row.fact, VQ_FACT_ITU_RECALLED);
    assert_true(parse("", &n) && n == 0);
}

static void test_which_line(void **state)
{
    (void)state;
    size_t n;
    /* "G729" is the RTP name, "g729" the row; "G711" can only be the row. */
    assert_true(parse("speex NB 1 - - - own\nspeex/16000 WB 2 - - - own\nG729 NB 3 - - - own\ng729 NB 4 - - - own\n"
                      "G711 NB 5 - - - own\nLyra WB 6 - - - own\n", &n));
    assert_int_equal(n, 6);
    assert_ptr_equal(vq_codec_own_rtp(rows, n, "SPEEX", 8000), &rows[0]);
    assert_ptr_equal(vq_codec_own_rtp(rows, n, "speex", 16000), &rows[1]);
    assert_ptr_equal(vq_codec_own_rtp(rows, n, "G729", 8000), &rows[2]);
    assert_ptr_equal(vq_codec_own_row(rows, n, "g729"), &rows[3]);
    assert_ptr_equal(vq_codec_own_row(rows, n, "g711"), &rows[4]);
    assert_ptr_equal(vq_codec_own_rtp(rows, n, "lyra", 0), &rows[5]);
    assert_null(vq_codec_own_rtp(rows, n, "G711", 0));
    assert_null(vq_codec_own_rtp(rows, n, "PCMU", 8000));
    assert_null(vq_codec_own_row(rows, n, "g711-plc"));
}

static void test_faults(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *words;
    } bad[] = {
        {"\n#\nopus", 3, "the scale is missing"},
        {"opus FB 1 1 1 1", 1, "the status is missing"},
        {"opus UB 1 1 1 1 own", 1, "the scale is NB, WB or FB, not \"UB\""},
        {"opus none 1 1 1 1 own", 1, "the scale is NB, WB or FB"},
        {"opus FB -1 1 1 1 own", 1, "Ie is a number, not \"-1\""},
        {"opus FB - 1 1 1 own", 1, "Ie is a number, not \"-\""},
        {"opus FB 133 1 1 1 own", 1, "Ie lies between 0 and 132, not 133"},
        {"opus WB 96 1 1 1 own", 1, "Ie lies between 0 and 95, not 96"},
        {"opus FB 1 0 1 1 own", 1, "Bpl lies between 0.1 and 1000, not 0"},
        {"opus FB 1 1e3 1 1 own", 1, "Bpl is a number or -, not \"1e3\""},
        {"opus FB 1 1 1001 1 own", 1, "the frame lies between 0 and 1000"},
        {"opus FB 1 1 1 nan own", 1, "the look-ahead is a number or -"},
        {"opus FB 1 1 1 1 guess", 1, "the status is itu, itu-recalled, derived, literature, provisional or own, not \"guess\""},
        {"opus FB 1 1 1 1 own \x1b[31m", 1, "printable ASCII"},
        {"opus/x FB 1 1 1 1 own", 1, "a number of hertz"},
        {"opus/ FB 1 1 1 1 own", 1, "a number of hertz"},
        {"/8000 FB 1 1 1 1 own", 1, "is no codec name"},
        {"a\x01z FB 1 1 1 1 own", 1, "\"a?z\" is no codec name"},
        {"0123456789012345678901234567890123456789 FB 1 1 1 1 own", 1, "is no codec name"},
        {"g711/8000 NB 1 1 1 1 own", 1, "a row of the table and has no clock"},
        {"opus FB 1 1 1 1 own\n\nOPUS FB 2 2 2 2 own", 3, "stands on line 1 already"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t n = 9;
        assert_false(parse(bad[i].text, &n));
        assert_int_equal(n, 0);
        assert_int_equal(fault.line, bad[i].line);
        if (!strstr(fault.text, bad[i].words))
            fail_msg("\"%s\": \"%s\"", bad[i].text, fault.text);
    }
}

static void test_too_many(void **state)
{
    (void)state;
    static char text[(VQ_CODEC_OWN_MAX + 1) * 32];
    size_t n, at = 0;
    for (int i = 0; i < VQ_CODEC_OWN_MAX; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "x%d NB 1 1 1 1 own\n", i);
    assert_true(parse(text, &n));
    assert_int_equal(n, VQ_CODEC_OWN_MAX);
    snprintf(text + at, sizeof text - at, "y NB 1 1 1 1 own\n");
    assert_false(parse(text, &n));
    assert_int_equal(fault.line, VQ_CODEC_OWN_MAX + 1);
}

static void test_reads_no_further(void **state)
{
    (void)state;
    static const char text[] = "\xef\xbb\xbf# c\nspeex/16000 WB 18 4.5 20 - literature a paper";
    struct vq_guard g;
    size_t n;
    guard_init(&g, sizeof text);
    for (size_t i = 0; i < sizeof text; i++)
        if (vq_codec_own_parse((const char *)guard_put(&g, text, i), i, rows, &n, &fault))
            assert_true(n <= 1);
    assert_int_equal(n, 1);
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_which_line),       cmocka_unit_test(test_faults),
        cmocka_unit_test(test_too_many), cmocka_unit_test(test_reads_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
