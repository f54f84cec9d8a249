/* test_str.c - text in slices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/guard.h"
#include "util/str.h"

static struct vq_slice lit(const char *z)
{
    return vq_slice(z, strlen(z));
}

static void compares(void **state)
{
    (void)state;
    assert_true(vq_str_eq(lit("abc"), lit("abc")));
    assert_false(vq_str_eq(lit("abc"), lit("abd")));
    assert_false(vq_str_eq(lit("abc"), lit("ab")));
    assert_true(vq_str_eq(vq_slice(NULL, 0), lit("")));
    assert_true(vq_str_ieq(lit("Call-ID"), lit("cALL-id")));
    assert_false(vq_str_ieq(lit("Call-ID"), lit("Call_ID")));
    assert_true(vq_str_ieq_z(lit("TAG"), "tag"));
    assert_false(vq_str_ieq_z(lit("TAG"), "ta"));
    /* Only A to Z have a lower case: '[' and '{' stay apart, and so do bytes above ASCII. */
    assert_false(vq_str_ieq_z(lit("["), "{"));
    assert_false(vq_str_ieq_z(lit("\xc4"), "\xe4"));
    assert_true(vq_str_starts(lit("SIP/2.0 200"), "SIP/"));
    assert_false(vq_str_starts(lit("sip/2.0"), "SIP/"));
    assert_true(vq_str_istarts(lit("sip/2.0"), "SIP/"));
    assert_false(vq_str_istarts(lit("SI"), "SIP/"));
    assert_int_equal(vq_str_lower('Z'), 'z');
    assert_int_equal(vq_str_lower('@'), '@');
}

static void assert_slice(struct vq_slice s, const char *want)
{
    assert_int_equal(s.n, strlen(want));
    assert_memory_equal(s.p, want, s.n);
}

static void cuts(void **state)
{
    (void)state;
    struct vq_slice s = lit("a;bc;;d");
    assert_slice(vq_str_cut(&s, ';'), "a");
    assert_slice(vq_str_cut(&s, ';'), "bc");
    assert_slice(vq_str_cut(&s, ';'), "");
    assert_slice(vq_str_cut(&s, ';'), "d");
    assert_int_equal(s.n, 0);
    s = lit("  IN\tIP4   10.0.0.1 ");
    assert_slice(vq_str_word(&s), "IN");
    assert_slice(vq_str_word(&s), "IP4");
    assert_slice(vq_str_word(&s), "10.0.0.1");
    assert_int_equal(vq_str_word(&s).n, 0);
    assert_slice(vq_str_trim(lit("\r\n\t x y \n")), "x y");
    assert_int_equal(vq_str_trim(lit(" \t\r\n")).n, 0);
    assert_int_equal(vq_str_find(lit("abc"), 'c'), 2);
    assert_int_equal(vq_str_find(lit("abc"), 'x'), 3);
    assert_int_equal(vq_str_find(vq_slice(NULL, 0), 'x'), 0);
}

static void lines(void **state)
{
    (void)state;
    struct vq_slice s = lit("one\r\n\ntwo\nthree\r"), line;
    assert_true(vq_str_line(&s, &line));
    assert_slice(line, "one");
    assert_true(vq_str_line(&s, &line));
    assert_slice(line, "");
    assert_true(vq_str_line(&s, &line));
    assert_slice(line, "two");
    assert_true(vq_str_line(&s, &line));
    assert_slice(line, "three");
    assert_false(vq_str_line(&s, &line));
}

static void numbers(void **state)
{
    (void)state;
    uint32_t v = 7;
    assert_true(vq_str_u32(lit("4294967295"), &v));
    assert_int_equal(v, UINT32_MAX);
    v = 7;
    assert_false(vq_str_u32(lit("4294967296"), &v));
    assert_false(vq_str_u32(lit("99999999999999999999999999"), &v));
    assert_false(vq_str_u32(lit(""), &v));
    assert_false(vq_str_u32(lit("-1"), &v));
    assert_false(vq_str_u32(lit("1x"), &v));
    assert_false(vq_str_u32_prefix(lit("x"), &v));
    assert_false(vq_str_u32_prefix(lit("42949672960;x"), &v));
    assert_int_equal(v, 7);
    assert_true(vq_str_u32_prefix(lit("3600;x"), &v));
    assert_int_equal(v, 3600);
    double d = 7;
    assert_true(vq_str_double(lit("0.25"), &d));
    assert_true(d == 0.25);
    assert_true(vq_str_double(lit("20"), &d));
    assert_true(d == 20);
    static const char *const bad[] = {"", ".", "1.", ".5", "1.2.3", "1e3", " 1", "-1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(vq_str_double(lit(bad[i]), &d));
    assert_true(d == 20);
}

/* The boundaries of RFC 3629 4, and the forms it forbids. */
static void utf8(void **state)
{
    static const struct {
        const char *bytes;
        size_t n;
        uint32_t cp;
    } rows[] = {
        {"A", 1, 'A'},
        {"\x7f", 1, 0x7f},
        {"\xc2\x80", 2, 0x80},
        {"\xdf\xbf", 2, 0x7ff},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xed\x9f\xbf", 3, 0xd7ff},
        {"\xee\x80\x80", 3, 0xe000},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"\x80", 0, 0},     /* a continuation byte alone */
        {"\xc0\x80", 0, 0}, /* overlong */
        {"\xc1\xbf", 0, 0},
        {"\xe0\x9f\xbf", 0, 0},
        {"\xf0\x8f\xbf\xbf", 0, 0},
        {"\xed\xa0\x80", 0, 0},     /* surrogate */
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond U+10FFFF */
        {"\xf5\x80\x80\x80", 0, 0},
        {"\xe2\x82", 0, 0}, /* cut off */
        {"\xe2\x28\xa1", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t cp = 1;
        assert_int_equal(vq_utf8_next(lit(rows[i].bytes), &cp), rows[i].n);
        assert_int_equal(cp, rows[i].n ? rows[i].cp : 1);
    }
    uint32_t cp;
    assert_int_equal(vq_utf8_next(vq_slice(NULL, 0), &cp), 0);
}

/* Every function on every prefix of a text that ends where memory does. */
static void stays_inside(void **state)
{
    static const char text[] = " 12.5;x\r\ny \xf0\x90\x80\x80\xe2\x82";
    (void)state;
    struct vq_guard g;
    guard_init(&g, sizeof text);
    size_t lengths = 0;
    for (size_t n = 0; n < sizeof text; n++) {
        struct vq_slice s = {guard_put(&g, text, n), n}, t = s, line;
        uint32_t v;
        double d;
        while (vq_str_line(&t, &line))
            lengths += line.n;
        for (size_t i = 0; i < n; i++)
            lengths += vq_utf8_next(vq_slice(s.p + i, n - i), &v);
        t = s;
        lengths += vq_str_word(&t).n + vq_str_trim(s).n + vq_str_find(s, 'q');
        t = vq_str_trim(s);
        lengths += vq_str_u32(t, &v) ? 1 : 0;
        lengths += vq_str_u32_prefix(t, &v) ? 1 : 0;
        lengths += vq_str_double(t, &d) ? 1 : 0;
        lengths += vq_str_starts(s, text) ? 1 : 0;
        lengths += vq_str_istarts(s, text) ? 1 : 0;
    }
    assert_true(lengths > 0);
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares), cmocka_unit_test(cuts), cmocka_unit_test(lines),
        cmocka_unit_test(numbers),  cmocka_unit_test(utf8), cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
