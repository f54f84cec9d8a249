/* test_buf.c - growing text, and what hostile text becomes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/guard.h"
#include "util/buf.h"
#include "util/str.h"

static void grows(void **state)
{
    (void)state;
    struct vq_buf b;
    vq_buf_init(&b);
    assert_string_equal(b.p, "");
    vq_buf_clear(&b);
    vq_buf_str(&b, NULL);
    assert_int_equal(b.cap, 0);
    vq_buf_add(&b, "", 0);
    vq_buf_str(&b, "ab");
    vq_buf_char(&b, 'c');
    vq_buf_fill(&b, '-', 3);
    vq_buf_fmt(&b, "%d%%", 42);
    assert_string_equal(b.p, "abc---42%");
    assert_int_equal(b.n, 9);
    for (int i = 0; i < 100000; i++)
        vq_buf_fmt(&b, "%c", 'a' + i % 26);
    assert_int_equal(b.n, 100009);
    assert_int_equal(strlen(b.p), 100009);
    assert_int_equal(b.p[100008], 'a' + 99999 % 26);
    vq_buf_clear(&b);
    assert_int_equal(b.n, 0);
    assert_string_equal(b.p, "");
    assert_true(b.cap > 100000);
    vq_buf_done(&b);
    assert_string_equal(b.p, "");
    vq_buf_done(&b);
}

/* Additions that end just below, on and just above every capacity step. */
static void grows_at_the_edge(void **state)
{
    (void)state;
    for (size_t n = 120; n < 140; n++) {
        struct vq_buf b;
        vq_buf_init(&b);
        vq_buf_fill(&b, 'x', n);
        vq_buf_fmt(&b, "%s", "yz");
        assert_int_equal(b.n, n + 2);
        assert_int_equal(b.p[b.n], '\0');
        assert_true(b.cap > b.n);
        vq_buf_done(&b);
    }
}

static void remembers_failure(void **state)
{
    (void)state;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_buf_str(&b, "kept");
    vq_buf_fill(&b, 'x', SIZE_MAX / 2 + 2);
    assert_true(b.failed);
    vq_buf_str(&b, "not added");
    vq_buf_terminal(&b, "nor this");
    assert_string_equal(b.p, "kept");
    assert_true(b.failed);
    /* Clearing for the next piece of text does not make the last one whole. */
    vq_buf_clear(&b);
    assert_true(b.failed);
    assert_string_equal(b.p, "");
    vq_buf_str(&b, "not added");
    assert_int_equal(b.n, 0);
    vq_buf_retry(&b);
    assert_false(b.failed);
    vq_buf_str(&b, "again");
    assert_string_equal(b.p, "again");
    vq_buf_done(&b);
    assert_false(b.failed);
}

/* The very first allocation fails: there is still a text to read, the empty one. */
static void fails_while_empty(void **state)
{
    (void)state;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_buf_fill(&b, 'x', SIZE_MAX);
    assert_true(b.failed);
    assert_string_equal(b.p, "");
    vq_buf_clear(&b);
    vq_buf_fmt(&b, "%d", 1);
    assert_string_equal(b.p, "");
    vq_buf_done(&b);
}

static const struct {
    const char *in, *terminal, *ascii, *gnuplot;
} escapes[] = {
    {"", "", "", ""},
    {"alice 100%", "alice 100%", "alice 100%", "alice 100%"},
    {"\x1b[31mred\x1b]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07", "\\x1b[31mred\\x1b]0;title\\x07",
     "\\\\x1b[31mred\\\\x1b]0;title\\\\x07"},
    {"a\r\nb\tc", "a\\x0d\\x0ab\\x09c", "a\\x0d\\x0ab\\x09c", "a\\\\x0d\\\\x0ab\\\\x09c"},
    {"\x7f", "\\x7f", "\\x7f", "\\\\x7f"},
    {"\"q\"", "\"q\"", "\"q\"", "\\\"q\\\""},
    {"`reboot`", "`reboot`", "`reboot`", "\\140reboot\\140"},
    {"$(x) $HOME", "$(x) $HOME", "$(x) $HOME", "\\044(x) \\044HOME"},
    {"a@b_c^d~e&f", "a@b_c^d~e&f", "a@b_c^d~e&f", "a\\100b_c^d~e&f"},
    {"{/Bold x}", "{/Bold x}", "{/Bold x}", "{/Bold x}"},
    {"\\", "\\", "\\", "\\\\"},
    {"\\\"; system 'id' #", "\\\"; system 'id' #", "\\\"; system 'id' #", "\\\\\\\"; system 'id' #"},
    {"J\xc3\xb6rg", "J\xc3\xb6rg", "J\\u{00f6}rg", "J\xc3\xb6rg"},
    {"\xe6\x97\xa5", "\xe6\x97\xa5", "\\u{65e5}", "\xe6\x97\xa5"},
    {"\xf0\x9f\x93\x9e", "\xf0\x9f\x93\x9e", "\\u{1f4de}", "\xf0\x9f\x93\x9e"},
    /* right-to-left override, isolate, line separator, byte order mark, C1 CSI */
    {"a\xe2\x80\xae" "b", "a\\u{202e}b", "a\\u{202e}b", "a\\\\u{202e}b"},
    {"\xe2\x81\xa6", "\\u{2066}", "\\u{2066}", "\\\\u{2066}"},
    {"\xe2\x80\xa8", "\\u{2028}", "\\u{2028}", "\\\\u{2028}"},
    {"\xef\xbb\xbfx", "\\u{feff}x", "\\u{feff}x", "\\\\u{feff}x"},
    {"\xc2\x9b" "31m", "\\u{009b}31m", "\\u{009b}31m", "\\\\u{009b}31m"},
    /* no UTF-8: a lone continuation, a cut sequence, an overlong slash, a surrogate, beyond U+10FFFF */
    {"\x80", "\\x80", "\\x80", "\\\\x80"},
    {"x\xe2\x80", "x\\xe2\\x80", "x\\xe2\\x80", "x\\\\xe2\\\\x80"},
    {"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf", "\\\\xc0\\\\xaf"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80", "\\\\xed\\\\xa0\\\\x80"},
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80",
     "\\\\xf4\\\\x90\\\\x80\\\\x80"},
};

static void escapes_by_example(void **state)
{
    (void)state;
    struct vq_buf b;
    vq_buf_init(&b);
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        vq_buf_clear(&b);
        vq_buf_terminal(&b, escapes[i].in);
        assert_string_equal(b.p, escapes[i].terminal);
        vq_buf_clear(&b);
        vq_buf_ascii(&b, escapes[i].in);
        assert_string_equal(b.p, escapes[i].ascii);
        vq_buf_clear(&b);
        vq_buf_gnuplot(&b, escapes[i].in);
        assert_string_equal(b.p, escapes[i].gnuplot);
    }
    vq_buf_clear(&b);
    vq_buf_terminal(&b, NULL);
    assert_int_equal(b.n, 0);
    vq_buf_done(&b);
}

static void assert_harmless(const char *text, size_t n, bool ascii)
{
    struct vq_slice s = vq_slice(text, n);
    while (s.n) {
        uint32_t cp = 0;
        size_t len = vq_utf8_next(s, &cp);
        assert_int_not_equal(len, 0);
        assert_true(cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0));
        assert_false((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069));
        assert_true(!ascii || cp < 0x7f);
        s = vq_slice(s.p + len, s.n - len);
    }
}

/* A gnuplot string may end only at its own end: no quote or back-quote stands there unescaped. */
static void assert_gnuplot_closed(const char *text)
{
    for (const char *c = text; *c; c++) {
        assert_int_not_equal(*c, '`');
        assert_int_not_equal(*c, '"');
        if (*c == '\\')
            assert_int_not_equal(*++c, '\0');
    }
}

/* Every two-byte text, and the same bytes after a lead byte: nothing harmful comes through, and nothing is read past
 * the NUL. */
static void escapes_everything(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, 8);
    struct vq_buf b;
    vq_buf_init(&b);
    for (unsigned i = 0; i < 65536; i++) {
        const uint8_t raw[4] = {(uint8_t)(i & 1 ? 0xe2 : 0xf4), (uint8_t)(i >> 8), (uint8_t)i, 0};
        for (size_t cut = 0; cut < 3; cut++) {
            const char *z = (const char *)guard_put(&g, raw + cut, sizeof raw - cut);
            vq_buf_clear(&b);
            vq_buf_terminal(&b, z);
            if (b.p)
                assert_harmless(b.p, b.n, false);
            vq_buf_clear(&b);
            vq_buf_ascii(&b, z);
            if (b.p)
                assert_harmless(b.p, b.n, true);
            vq_buf_clear(&b);
            vq_buf_gnuplot(&b, z);
            if (b.p) {
                assert_harmless(b.p, b.n, false);
                assert_gnuplot_closed(b.p);
            }
        }
    }
    vq_buf_done(&b);
    guard_done(&g);
}

static void escapes_very_long_text(void **state)
{
    (void)state;
    size_t n = 100000;
    char *z = malloc(n + 1);
    assert_non_null(z);
    memset(z, 0x1b, n);
    z[n] = '\0';
    struct vq_buf b;
    vq_buf_init(&b);
    vq_buf_terminal(&b, z);
    assert_int_equal(b.n, 4 * n);
    assert_harmless(b.p, b.n, true);
    vq_buf_done(&b);
    free(z);
}

static void counts_columns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"J\xc3\xb6rg", 4},
        {"Jo\xcc\x88rg", 4},                   /* o and a combining diaeresis */
        {"\xe6\x97\xa5\xe6\x9c\xac", 4},       /* two CJK characters */
        {"\xf0\x9f\x93\x9e", 2},               /* telephone receiver */
        {"\xe2\x94\x80\xe2\x96\xb6", 2},       /* box drawing and an arrow head are narrow */
        {"\xff\xfe", 2},                       /* no UTF-8: a byte, a column */
        {"\xe0\xb8\x81\xe0\xb8\xb4", 1},       /* Thai consonant and vowel above */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(vq_text_columns(cases[i].text, strlen(cases[i].text)), cases[i].columns);
}

static void fits_columns(void **state)
{
    (void)state;
    assert_int_equal(vq_text_fit("abcdef", 3), 3);
    assert_int_equal(vq_text_fit("abc", 3), 3);
    assert_int_equal(vq_text_fit("abc", 99), 3);
    assert_int_equal(vq_text_fit("abc", 0), 0);
    assert_int_equal(vq_text_fit("\xe6\x97\xa5\xe6\x9c\xac", 3), 3);  /* half a wide character does not fit */
    assert_int_equal(vq_text_fit("o\xcc\x88x", 1), 3);                /* the mark stays with its letter */
    const char *text = "a\xc3\xb6\xe6\x97\xa5\xf0\x9f\x93\x9e\xff z";
    for (size_t c = 0; c < 12; c++) {
        size_t n = vq_text_fit(text, c);
        assert_true(vq_text_columns(text, n) <= c);
        assert_true(n == strlen(text) || vq_text_columns(text, n) + 2 > c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(grows_at_the_edge),
        cmocka_unit_test(remembers_failure),
        cmocka_unit_test(fails_while_empty),
        cmocka_unit_test(escapes_by_example),
        cmocka_unit_test(escapes_everything),
        cmocka_unit_test(escapes_very_long_text),
        cmocka_unit_test(counts_columns),
        cmocka_unit_test(fits_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
