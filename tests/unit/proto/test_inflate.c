/* test_inflate.c - zlib's and gzip's formats, limits, damage, what is cut, and the end of memory. */
#include "support/check.h"
#include "support/guard.h"

#include <zlib.h>

#include "proto/inflate.h"

/* "hello hello hello hello" as RFC 1950 and RFC 1952 have it. */
static const uint8_t as_zlib[] = {
    0x78, 0x9c, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0x01,
    0x68, 0x03, 0x08, 0xb1};
static const uint8_t as_gzip[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48,
    0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0x01, 0xe3, 0x51, 0x3d, 0x8d,
    0x17, 0x00, 0x00, 0x00};
#define TEXT "hello hello hello hello"

static void is_text(struct vq_inflate *z, const void *p, size_t n)
{
    struct vq_slice out;
    assert_true(vq_inflate_run(z, vq_slice(p, n), false, &out));
    assert_int_equal(out.n, sizeof TEXT - 1);
    assert_memory_equal(out.p, TEXT, out.n);
}

static void unpacks_both(void **state)
{
    (void)state;
    struct vq_inflate *z = vq_inflate_new(100);
    for (int twice = 0; twice < 2; twice++) {
        is_text(z, as_zlib, sizeof as_zlib);
        is_text(z, as_gzip, sizeof as_gzip);
    }
    vq_inflate_free(z);
    vq_inflate_free(NULL);
}

static void keeps_to_the_limit(void **state)
{
    (void)state;
    static uint8_t zeros[1 << 20], packed[4096];
    uLongf n = sizeof packed;
    struct vq_slice out;
    assert_int_equal(compress(packed, &n, zeros, sizeof zeros), Z_OK);
    struct vq_inflate *z = vq_inflate_new(65535);
    assert_false(vq_inflate_run(z, vq_slice(packed, n), false, &out));
    assert_false(vq_inflate_run(z, vq_slice(packed, n - 4), true, &out));
    n = sizeof packed;
    assert_int_equal(compress(packed, &n, zeros, 65535), Z_OK);
    assert_true(vq_inflate_run(z, vq_slice(packed, n), false, &out));
    assert_int_equal(out.n, 65535);
    n = sizeof packed;
    assert_int_equal(compress(packed, &n, zeros, 65536), Z_OK);
    assert_false(vq_inflate_run(z, vq_slice(packed, n), false, &out));
    vq_inflate_free(z);
}

static void damaged_and_cut(void **state)
{
    (void)state;
    struct vq_inflate *z = vq_inflate_new(100);
    struct vq_guard g;
    struct vq_slice out;
    guard_init(&g, sizeof as_gzip);
    for (size_t n = 0; n < sizeof as_gzip; n++) {
        const uint8_t *p = guard_put(&g, as_gzip, n);
        assert_false(vq_inflate_run(z, vq_slice(p, n), false, &out));
        assert_true(vq_inflate_run(z, vq_slice(p, n), true, &out));
        assert_true(out.n <= sizeof TEXT - 1);
        assert_memory_equal(out.p, TEXT, out.n);
    }
    uint8_t bad[sizeof as_zlib];
    memcpy(bad, as_zlib, sizeof bad);
    bad[sizeof bad - 1] ^= 1; /* the check sum */
    assert_false(vq_inflate_run(z, vq_slice(bad, sizeof bad), false, &out));
    assert_false(vq_inflate_run(z, VQ_SLICE_LIT("INVITE sip:a SIP/2.0"), true, &out));
    is_text(z, as_zlib, sizeof as_zlib);
    guard_done(&g);
    vq_inflate_free(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(unpacks_both), cmocka_unit_test(keeps_to_the_limit),
                                       cmocka_unit_test(damaged_and_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
