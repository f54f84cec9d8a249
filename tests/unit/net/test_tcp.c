/* Letters, cut into segments by hand: what comes out is written down with '|' for a hole and '.' for the end. */
#include "support/check.h"
#include "support/guard.h"

#include "net/tcp.h"

#define S INT64_C(1000000000)

static char out[1 << 18];
static size_t out_n;
static struct vq_budget budget;
static struct vq_tcp t;

static void note(enum vq_tcp_event what, struct vq_slice bytes, void *arg)
{
    assert_ptr_equal(arg, &t);
    assert_true((what == VQ_TCP_DATA) == (bytes.n > 0));
    assert_true(out_n + bytes.n + 2 < sizeof out);
    if (what == VQ_TCP_DATA)
        memcpy(out + out_n, bytes.p, bytes.n);
    out_n += bytes.n;
    if (what != VQ_TCP_DATA)
        out[out_n++] = what == VQ_TCP_HOLE ? '|' : '.';
    out[out_n] = 0;
}

static const struct vq_tcp_reader reader = {note, &t, &budget};

static int setup(void **state)
{
    (void)state;
    t = (struct vq_tcp){0};
    budget = (struct vq_budget){.cap = 1 << 20};
    out_n = 0;
    out[0] = 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vq_tcp_done(&t, &budget);
    assert_int_equal(budget.used, 0);
    return 0;
}

static void put_cut(uint32_t seq, unsigned flags, const char *text, uint32_t wire, int64_t ts)
{
    struct vq_dgram d = {.carrier = VQ_CARRIER_TCP, .tcp_seq = seq, .tcp_flags = (uint8_t)flags, .wire = wire, .ts = ts,
                         .payload = vq_slice(text, strlen(text))};
    assert_int_equal(vq_tcp_put(&t, &d, &reader), 0);
}

static void put(uint32_t seq, unsigned flags, const char *text)
{
    put_cut(seq, flags, text, (uint32_t)strlen(text), 0);
}

static void test_in_order(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    assert_true(t.syn);
    put(100, 0, "abc");
    put(103, 0, "");
    put(103, 0, "def");
    put(106, VQ_TCP_FIN, "gh");
    put(108, VQ_TCP_FIN, ""); /* sent again */
    assert_string_equal(out, "abcdefgh.");
    assert_int_equal(budget.used, 0);
}

/* A connection without a byte has no end to tell of. */
static void test_nothing(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    put(100, VQ_TCP_FIN, "");
    put(7000, VQ_TCP_SYN, "");
    put(7001, VQ_TCP_RST, "");
    assert_string_equal(out, "");
}

static void test_data_with_syn(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "abc"); /* RFC 7413 */
    put(99, VQ_TCP_SYN, "abc");
    put(103, 0, "d");
    assert_string_equal(out, "abcd");
}

static void test_out_of_order(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    put(109, 0, "jkl");
    put(106, 0, "ghi");
    put(103, 0, "def");
    assert_string_equal(out, "");
    assert_int_equal(t.n_pieces, 3);
    assert_true(budget.used > 9);
    put(100, 0, "abc");
    assert_string_equal(out, "abcdefghijkl");
    assert_int_equal(budget.used, 0);
    assert_int_equal(t.kept, 0);
}

static void test_fin_comes_early(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    put(103, VQ_TCP_FIN, "de");
    assert_string_equal(out, "");
    put(100, 0, "abc");
    assert_string_equal(out, "abcde.");
}

/* Capital letters stand for bytes that have been there already. */
static void test_first_copy_wins(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    put(100, 0, "abc");
    put(100, 0, "ABC");
    put(101, 0, "BCde");
    assert_string_equal(out, "abcde");
    put(107, 0, "hi");   /* f and g are missing */
    put(111, 0, "lm");   /* j and k are missing */
    put(106, 0, "gHIjkLMn");
    assert_string_equal(out, "abcde");
    assert_int_equal(t.n_pieces, 5);
    put(103, 0, "DEfGHIJKLMNo");
    assert_string_equal(out, "abcdefghijklmno");
    assert_int_equal(budget.used, 0);
}

static void test_wrap(void **state)
{
    (void)state;
    put(UINT32_MAX - 3, VQ_TCP_SYN, "");
    put(2, 0, "fgh"); /* behind the wrap */
    put(UINT32_MAX - 2, 0, "abcde");
    put(UINT32_MAX, 0, "CDEFGHi");
    assert_string_equal(out, "abcdefghi");
    put(6, VQ_TCP_FIN, "");
    assert_string_equal(out, "abcdefghi.");
}

static void test_mid_stream(void **state)
{
    (void)state;
    put(500, 0, ""); /* an ACK proves nothing: a keep-alive probe is a byte behind */
    assert_false(t.started);
    put(500, 0, "abc");
    assert_false(t.syn);
    put(496, 0, "WXYZ"); /* from before the beginning */
    put(503, 0, "d");
    put(499, VQ_TCP_SYN, ""); /* its SYN came late */
    put(504, 0, "e");
    assert_string_equal(out, "abcde");
}

static void test_hole_and_time(void **state)
{
    (void)state;
    put_cut(100, 0, "abc", 3, 0);
    put_cut(105, 0, "fg", 2, 1 * S);
    put_cut(110, 0, "kl", 2, 2 * S);
    assert_int_equal(vq_tcp_waiting(&t), 1 * S);
    vq_tcp_expire(&t, S - 1, &reader);
    assert_string_equal(out, "abc");
    vq_tcp_expire(&t, S, &reader);
    assert_string_equal(out, "abc|fg");
    put_cut(103, 0, "de", 2, 2 * S); /* too late */
    put_cut(107, 0, "hij", 3, 2 * S);
    assert_string_equal(out, "abc|fghijkl");
    assert_true(vq_tcp_waiting(&t) == VQ_NONE);
    put_cut(113, VQ_TCP_FIN, "n", 1, 3 * S);
    vq_tcp_expire(&t, 3 * S, &reader);
    assert_string_equal(out, "abc|fghijkl|n.");
}

/* More early pieces, or bytes, than are kept: the oldest hole goes, nothing that came is lost. */
static void test_window_full(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    for (unsigned i = 0; i < VQ_TCP_PIECES; i++)
        put(101 + 2 * i, 0, "x");
    assert_int_equal(out_n, 0);
    assert_int_equal(t.n_pieces, VQ_TCP_PIECES);
    put(101 + 2 * VQ_TCP_PIECES, 0, "y");
    assert_string_equal(out, "|x");
    put(100, 0, "z"); /* before the oldest piece: old by now */
    assert_string_equal(out, "|x");
    vq_tcp_flush(&t, &reader);
    assert_int_equal(out_n, 2 * VQ_TCP_PIECES + 2 + 1);
    assert_string_equal(out + out_n - 3, "|y.");
    setup(NULL);
    static char big[VQ_TCP_KEPT + 1];
    memset(big, 'b', sizeof big - 1);
    put(99, VQ_TCP_SYN, "");
    put(101, 0, big); /* more than is ever kept */
    assert_int_equal(out_n, sizeof big);
    assert_int_equal(out[0], '|');
    assert_int_equal(t.n_pieces, 0);
}

static void test_budget(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    put(105, 0, "fg");
    budget.cap = budget.used;
    put(102, 0, "c"); /* no room, and nothing before it is kept */
    assert_string_equal(out, "|c");
    put(109, 0, "j");
    assert_string_equal(out, "|c|fg"); /* what it needs is freed by what goes */
    put(112, 0, "mn"); /* kept instead of it */
    assert_string_equal(out, "|c|fg|j");
}

static void test_snap_cut(void **state)
{
    (void)state;
    put_cut(100, 0, "ab", 5, 0);
    put(105, 0, "fg");
    assert_string_equal(out, "ab|fg");
    put_cut(110, 0, "kl", 4, 0);
    put_cut(107, 0, "", 3, 0);
    put(114, 0, "o");
    assert_string_equal(out, "ab|fg|kl|o");
}

static void test_reset_and_anew(void **state)
{
    (void)state;
    put(99, VQ_TCP_SYN, "");
    put(100, 0, "abc");
    put(105, 0, "fg");
    put(50000000, VQ_TCP_RST, ""); /* far outside: not believed */
    assert_string_equal(out, "abc");
    put(103, VQ_TCP_RST, "no text of the stream");
    assert_string_equal(out, "abc|fg.");
    put(4000, VQ_TCP_SYN, ""); /* ended, and said so already */
    assert_true(t.next == 4001 && t.syn);
    put(4001, 0, "hi");
    put(7000, VQ_TCP_SYN, "");
    put(4003, 0, "j"); /* of the connection before: taken for an early or old one of this */
    put(7001, 0, "kl");
    assert_string_equal(out, "abc|fg.hi.kl");
}

static void test_far_away(void **state)
{
    (void)state;
    put(100, 0, "abc");
    put(3000000000u, 0, "x"); /* one alone is a mistake */
    put(103, 0, "d");
    put(3000000000u, 0, "uv"); /* the connection is another, its SYN was not captured */
    put(3000000002u, 0, "wx");
    put(3000000004u, 0, "y");
    assert_string_equal(out, "abcd|wxy");
}

/* All orders of five segments give the same stream. */
static void test_all_orders(void **state)
{
    (void)state;
    static const char *const texts[] = {"abc", "CDef", "g", "GHij", "jkl"};
    static const uint32_t at[] = {100, 102, 106, 106, 109};
    for (int i = 0; i < 5 * 5 * 5 * 5 * 5; i++) {
        int order[5], k = i;
        unsigned seen = 0;
        for (int j = 0; j < 5; j++, k /= 5)
            seen |= 1u << (order[j] = k % 5);
        if (seen != 31)
            continue;
        setup(NULL);
        put(99, VQ_TCP_SYN, "");
        for (int j = 0; j < 5; j++)
            put(at[order[j]], 0, texts[order[j]]);
        assert_int_equal(out_n, 12);
        for (int j = 0; j < 12; j++)
            assert_int_equal(out[j] | 0x20, 'a' + j);
        assert_int_equal(budget.used, 0);
        vq_tcp_done(&t, &budget);
    }
}

/* Kept bytes are copied from no further than the segment's end. */
static void test_ends_of_memory(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, 16);
    for (uint32_t n = 0; n <= 8; n++) {
        setup(NULL);
        put(99, VQ_TCP_SYN, "");
        struct vq_dgram d = {.carrier = VQ_CARRIER_TCP, .tcp_seq = 101, .wire = 8,
                             .payload = vq_slice(guard_put(&g, "bcdefghi", n), n)};
        assert_int_equal(vq_tcp_put(&t, &d, &reader), 0);
        put(105, 0, "F");
        put(100, 0, "a");
        assert_int_equal(out_n, 1 + n + (n < 8));
        vq_tcp_done(&t, &budget);
    }
    guard_done(&g);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_in_order), T(test_nothing), T(test_data_with_syn), T(test_out_of_order), T(test_fin_comes_early),
        T(test_first_copy_wins), T(test_wrap), T(test_mid_stream), T(test_hole_and_time), T(test_window_full), T(test_budget), T(test_snap_cut),
        T(test_reset_and_anew), T(test_far_away), T(test_all_orders), T(test_ends_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
