/* Byte streams made by hand, cut at every position; the messages come out the same. */
#include "support/check.h"
#include "support/guard.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/sip_frame.h"

static struct {
    char text[1 << 17];
    size_t n;
    unsigned messages;
} got;
static struct vq_budget budget;
static struct vq_sip_framer f;

/* Each message between brackets, with the number of its fault if it has one. */
static void note(struct vq_slice m, enum vq_sip_frame_fault fault, void *arg)
{
    assert_ptr_equal(arg, &f);
    assert_true(got.n + m.n + 8 < sizeof got.text);
    got.text[got.n++] = '[';
    if (fault)
        got.text[got.n++] = (char)('0' + fault);
    memcpy(got.text + got.n, m.p, m.n);
    got.n += m.n;
    got.text[got.n++] = ']';
    got.text[got.n] = 0;
    got.messages++;
}

static const struct vq_sip_reader reader = {note, &f, &budget};

static int setup(void **state)
{
    (void)state;
    budget = (struct vq_budget){.cap = 1 << 20};
    got.n = got.messages = 0;
    got.text[0] = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vq_sip_frame_done(&f, &budget);
    assert_int_equal(budget.used, 0);
    return 0;
}

static void put(const char *text)
{
    assert_int_equal(vq_sip_frame_put(&f, vq_slice(text, strlen(text)), &reader), 0);
}

/* The stream whole, cut in two everywhere, and byte by byte; each piece ends at the end of readable memory. */
static void same_however_cut(const char *stream, const char *want)
{
    size_t n = strlen(stream);
    struct vq_guard g;
    guard_init(&g, n + 1);
    uint64_t skipped = 0, empty = 0;
    for (size_t cut = 0; cut <= n + 1; cut++) {
        setup(NULL);
        for (size_t at = 0; at < n;) {
            size_t size = cut > n ? 1 : at < cut ? cut - at : n - at;
            assert_int_equal(vq_sip_frame_put(&f, vq_slice(guard_put(&g, stream + at, size), size), &reader), 0);
            at += size;
        }
        assert_string_equal(got.text, want);
        skipped = cut ? skipped : f.skipped;
        empty = cut ? empty : f.empty_lines;
        assert_int_equal(f.skipped, skipped);
        assert_int_equal(f.empty_lines, empty);
        vq_sip_frame_done(&f, &budget);
        assert_int_equal(budget.used, 0);
    }
    guard_done(&g);
}

#define BYE "BYE sip:a SIP/2.0\r\nl:0\r\n\r\n"
#define OK200 "SIP/2.0 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello"

static void test_one_and_many(void **state)
{
    (void)state;
    same_however_cut(BYE, "[" BYE "]");
    same_however_cut(OK200 BYE OK200 OK200, "[" OK200 "][" BYE "][" OK200 "][" OK200 "]");
    same_however_cut("BYE sip:a SIP/2.0\nl:2\n\nab" BYE, "[BYE sip:a SIP/2.0\nl:2\n\nab][" BYE "]");
}

static void test_length(void **state)
{
    (void)state;
    static const char *const three[] = {
        "Content-Length: 3", "content-length:3", "CONTENT-LENGTH : 3", "L:\t3 ", "l: \r\n  3", "l:\r\n\t003\r\nl: 9",
        "X: a\r\n l: 9\r\nl: 3", "Xl: 9\r\nlength: 9\r\nnothing\r\nl: 3",
    };
    for (size_t i = 0; i < sizeof three / sizeof *three; i++) {
        char m[200], stream[300], want[300];
        snprintf(m, sizeof m, "MESSAGE sip:a SIP/2.0\r\n%s\r\n\r\nabc", three[i]);
        snprintf(stream, sizeof stream, "%s" BYE, m);
        snprintf(want, sizeof want, "[%s][" BYE "]", m);
        same_however_cut(stream, want);
    }
}

/* Without a length the body cannot be told from what follows: it is skipped up to the next start line. */
static void test_bad_length(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        enum vq_sip_frame_fault fault;
    } bad[] = {
        {"X: y", VQ_FRAME_NO_LENGTH},        {"l:", VQ_FRAME_BAD_LENGTH},
        {"l: -3", VQ_FRAME_BAD_LENGTH},      {"l: 3 4", VQ_FRAME_BAD_LENGTH},
        {"l: x", VQ_FRAME_BAD_LENGTH},       {"l: 4294967296", VQ_FRAME_BAD_LENGTH},
        {"l: 65536", VQ_FRAME_TOO_LONG},     {"l: 4294967295", VQ_FRAME_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char m[200], stream[300], want[300];
        snprintf(m, sizeof m, "MESSAGE sip:a SIP/2.0\r\n%s\r\n\r\n", bad[i].head);
        snprintf(stream, sizeof stream, "%sv=0\r\nabc SIP/2.1 x\r\n" BYE, m);
        snprintf(want, sizeof want, "[%d%s][" BYE "]", (int)bad[i].fault, m);
        same_however_cut(stream, want);
        assert_non_null(vq_sip_frame_fault_text(bad[i].fault));
    }
    assert_null(vq_sip_frame_fault_text(VQ_FRAME_OK));
    assert_non_null(vq_sip_frame_fault_text(VQ_FRAME_CUT));
}

static void test_keep_alives(void **state)
{
    (void)state;
    same_however_cut("\r\n\r\n" BYE "\r\n" OK200 "\r\n\r\n\r\n\r\n", "[" BYE "][" OK200 "]");
    setup(NULL);
    put("\r\n\r\n" BYE "\r\n");
    put(OK200 "\r\n\r");
    put("\n");
    assert_int_equal(f.empty_lines, 5);
    assert_int_equal(f.skipped, 0);
    assert_int_equal(f.begun, 2);
    assert_int_equal(f.n, 0);
}

static void test_garbage(void **state)
{
    (void)state;
    same_however_cut("GET / HTTP/1.1\r\nHost: x\r\n\r\n" BYE "\x01\x02\x03 SIP/2.0\r\n" OK200,
                     "[" BYE "][" OK200 "]");
    setup(NULL);
    put("GET / HTTP/1.1\r\n");
    assert_int_equal(f.skipped, 16);
    assert_int_equal(f.begun, 0);
    put("\x16\x03\x01\x02"); /* cannot begin a line of SIP: nothing is kept of it */
    assert_int_equal(f.n, 0);
    put("rest of the line, BYE sip:a SIP/2.0\r\n" BYE);
    assert_int_equal(got.messages, 1);
}

/* The bytes behind a hole may begin in the middle of a line. */
static void test_hole(void **state)
{
    (void)state;
    put(OK200 "INVITE sip:a SIP/2.0\r\nVia: x\r");
    assert_int_equal(got.messages, 1);
    vq_sip_frame_hole(&f, &reader);
    put("E sip:b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n\r\n" BYE); /* the end of NOTIFY, MESSAGE or BYE: which? */
    assert_string_equal(got.text, "[" OK200 "][" BYE "]");
    put("INVITE sip:a SIP/2.0\r\nl: 20\r\n\r\nv=0\r\n");
    vq_sip_frame_hole(&f, &reader);
    put(BYE);
    assert_string_equal(got.text, "[" OK200 "][" BYE "]"
                                  "[4INVITE sip:a SIP/2.0\r\nl: 20\r\n\r\nv=0\r\n][" BYE "]");
    put("ACK sip:a SIP/2.0\r\nl: 1\r\n\r\n");
    vq_sip_frame_end(&f, &reader);
    put("NEW sip:a SIP/2.0\r\nl:0\r\n\r\n"); /* a stream's first byte: any method will do */
    assert_int_equal(got.messages, 6);
    vq_sip_frame_end(&f, &reader);
    assert_int_equal(got.messages, 6);
}

static void fill(char *p, size_t n, const char *pattern)
{
    for (size_t i = 0; i < n; i++)
        p[i] = pattern[i % strlen(pattern)];
    p[n] = 0;
}

/* A message of the largest size passes, one byte more does not; nor do headers, or a line, without an end. */
static void test_sizes(void **state)
{
    (void)state;
    static char text[3 * VQ_SIP_FRAME_MOST];
    for (unsigned more = 0; more < 2; more++) {
        setup(NULL);
        int head = snprintf(text, sizeof text, "MESSAGE sip:a SIP/2.0\r\nl: 65%03u\r\n\r\n", 501 + more);
        fill(text + head, 65501 + more, "x");
        assert_int_equal(head + 65501, VQ_SIP_FRAME_MOST);
        for (size_t at = 0, n = strlen(text); at < n; at += 1400)
            assert_int_equal(vq_sip_frame_put(&f, vq_slice(text + at, n - at < 1400 ? n - at : 1400), &reader), 0);
        put("\r\n" BYE);
        assert_int_equal(got.messages, 2);
        assert_int_equal(got.text[1], more ? '0' + VQ_FRAME_TOO_LONG : 'M');
        assert_true(budget.used == 0);
    }
    setup(NULL);
    int start = snprintf(text, sizeof text, "BYE sip:a SIP/2.0\r\n");
    fill(text + start, 2 * VQ_SIP_FRAME_MOST, "A a SIP/2.0\r\n");
    put(text);
    assert_true(budget.used <= 2 * VQ_SIP_FRAME_MOST);
    vq_sip_frame_hole(&f, &reader);
    put(BYE);
    assert_int_equal(got.messages, 1);
    setup(NULL);
    fill(text, VQ_SIP_FRAME_MOST, "INVITE ");
    put(text);
    assert_int_equal(f.n, 0);
    put("\n" BYE);
    assert_int_equal(got.messages, 1);
}

static void test_no_budget(void **state)
{
    (void)state;
    budget.cap = 4096;
    put("MESSAGE sip:a SIP/2.0\r\nl: 5000\r\n\r\n");
    for (int i = 0; i < 50; i++)
        put("a line of a hundred bytes, of which fifty are more than there is room for in what all may hold.....\r\n");
    assert_int_equal(got.messages, 0);
    assert_int_equal(budget.used, 0);
    put(BYE); /* what needs no buffer passes all the same */
    assert_string_equal(got.text, "[" BYE "]");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_one_and_many), T(test_length), T(test_bad_length), T(test_keep_alives), T(test_garbage),
        T(test_hole),         T(test_sizes),  T(test_no_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
