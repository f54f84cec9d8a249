/* test_rtp.c - the RTP header, RFC 3550 5.1 and 5.3.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/rtp.h"
#include "support/guard.h"

/* PCMU, marker, sequence number 0x1234, timestamp 0x01020304, SSRC 0xdeadbeef. */
#define HEAD(first) first, 0x80, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xde, 0xad, 0xbe, 0xef

static bool parse(const uint8_t *p, size_t n, struct vq_rtp *out)
{
    return vq_rtp_parse(vq_slice(p, n), n, out);
}

static void fields(void **state)
{
    static const uint8_t plain[] = {HEAD(0x80), 'a', 'b', 'c'};
    (void)state;
    struct vq_rtp h;
    assert_true(parse(plain, sizeof plain, &h));
    assert_int_equal(h.ssrc, 0xdeadbeef);
    assert_int_equal(h.ts, 0x01020304);
    assert_int_equal(h.seq, 0x1234);
    assert_int_equal(h.pt, 0);
    assert_true(h.marker);
    assert_int_equal(h.payload.n, 3);
    assert_ptr_equal(h.payload.p, plain + 12);
    uint8_t other[] = {HEAD(0x80)};
    other[1] = 0x7f;
    assert_true(parse(other, sizeof other, &h));
    assert_int_equal(h.pt, 127);
    assert_false(h.marker);
    assert_int_equal(h.payload.n, 0);
}

static void payload_behind_csrc_and_extension(void **state)
{
    static const uint8_t full[] = {HEAD(0xb2), 1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 1, 9, 9, 9, 9, 'x', 'y', 0, 0, 3};
    (void)state;
    struct vq_rtp h;
    assert_true(parse(full, sizeof full, &h));
    assert_int_equal(h.payload.n, 2); /* three bytes of padding */
    assert_memory_equal(h.payload.p, "xy", 2);
}

static void refuses(void **state)
{
    static const uint8_t v1[] = {HEAD(0x40)}, csrc[] = {HEAD(0x81), 1, 1, 1}, ext[] = {HEAD(0x90), 0, 0, 0, 1, 2, 2, 2},
                         bare[] = {HEAD(0x90), 0, 0, 0};
    (void)state;
    struct vq_rtp h = {.seq = 77};
    assert_false(parse(v1, sizeof v1, &h));
    assert_false(parse(csrc, sizeof csrc, &h));
    assert_false(parse(ext, sizeof ext, &h));
    assert_false(parse(bare, sizeof bare, &h));
    assert_false(parse(NULL, 0, &h));
    assert_int_equal(h.seq, 77);
}

/* An authentication tag stands where the count of padding bytes would be (RFC 3711 3.1): the packet counts. */
static void padding_that_cannot_be(void **state)
{
    static const uint8_t zero[] = {HEAD(0xa0), 5, 6, 0}, large[] = {HEAD(0xa0), 5, 6, 200},
                         all[] = {HEAD(0xa0), 0, 0, 3};
    (void)state;
    struct vq_rtp h;
    assert_true(parse(zero, sizeof zero, &h));
    assert_int_equal(h.payload.n, 3);
    assert_true(parse(large, sizeof large, &h));
    assert_int_equal(h.payload.n, 3);
    assert_true(parse(all, sizeof all, &h));
    assert_int_equal(h.payload.n, 0);
}

static void cut_by_the_snap_length(void **state)
{
    static const uint8_t csrc[] = {HEAD(0x82), 1, 1, 1}, ext[] = {HEAD(0x90), 0, 0, 0, 2, 7},
                         pad[] = {HEAD(0xa0), 1, 1};
    (void)state;
    struct vq_rtp h;
    assert_true(vq_rtp_parse(vq_slice(csrc, sizeof csrc), 180, &h));
    assert_int_equal(h.seq, 0x1234);
    assert_int_equal(h.payload.n, 0);
    assert_true(vq_rtp_parse(vq_slice(ext, sizeof ext), 180, &h));
    assert_int_equal(h.payload.n, 0);
    assert_true(vq_rtp_parse(vq_slice(pad, sizeof pad), 180, &h));
    assert_int_equal(h.payload.n, 2); /* the count of padding bytes is not in what was captured */
    /* What the wire length cannot hold is refused all the same. */
    assert_false(vq_rtp_parse(vq_slice(csrc, sizeof csrc), 19, &h));
    assert_false(vq_rtp_parse(vq_slice(ext, sizeof ext), 23, &h));
    assert_false(vq_rtp_parse(vq_slice(ext, 11), 180, &h));
}

static void stays_inside(void **state)
{
    static const uint8_t full[] = {HEAD(0xb2), 1, 1, 1, 1, 2, 2, 2, 2, 0xbe, 0xde, 0, 1, 9, 9, 9, 9, 'x', 'y', 0, 0, 3};
    (void)state;
    struct vq_guard g;
    struct vq_rtp h;
    guard_init(&g, sizeof full);
    for (size_t n = 0; n <= sizeof full; n++) {
        const uint8_t *p = guard_put(&g, full, n);
        assert_int_equal(parse(p, n, &h), n >= 28);
        assert_int_equal(vq_rtp_parse(vq_slice(p, n), sizeof full + 1, &h), n >= 12);
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(payload_behind_csrc_and_extension),
        cmocka_unit_test(refuses),
        cmocka_unit_test(padding_that_cannot_be),
        cmocka_unit_test(cut_by_the_snap_length),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
