/* test_rtcp.c - compound packets, RFC 3550 6 and A.2, RFC 5506, SRTCP by its clear header (RFC 3711 3.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/rtcp.h"
#include "support/guard.h"

/* SR with one block, SDES with a CNAME and a NOTE, BYE with two sources and a reason. The block's loss is -2. */
static const uint8_t compound[] = {
    0x81, 200,  0,    12,   0x11, 0x11, 0x11, 0x11,                         /* SR, SSRC */
    0xe1, 0x02, 0x03, 0x04, 0x80, 0,    0,    0,                            /* NTP */
    0,    0,    0x0f, 0xa0, 0,    0,    0,    100,  0,    0,    0x3e, 0x80, /* RTP timestamp 4000, 100 packets, 16000
                                                                               octets */
    0x22, 0x22, 0x22, 0x22, 0x40, 0xff, 0xff, 0xfe, 0,    1,    0x10, 0x00, 0,    0,    0, 7, /* block: fraction 64,
                                                                                                 jitter 7 */
    0x03, 0x04, 0x80, 0x00, 0,    1,    0,    0,                                              /* LSR, DLSR 1 s */
    0x81, 202,  0,    5,    0x11, 0x11, 0x11, 0x11, 1,    4,    'a',  '@',  'b',  'c',  7, 3,   'h', 'i', '!', 0, 0, 0,
    0,    0,    0x82, 203,  0,    4,    0x11, 0x11, 0x11, 0x11, 0x33, 0x33, 0x33, 0x33, 4, 'd', 'o', 'n', 'e', 0, 0, 0,
};

static void walks(void **state)
{
    (void)state;
    struct vq_rd r = vq_rd(compound, sizeof compound);
    struct vq_rtcp p;
    assert_true(vq_rtcp_next(&r, &p));
    assert_int_equal(p.type, VQ_RTCP_SR);
    assert_int_equal(p.count, 1);
    assert_int_equal(p.ssrc, 0x11111111);
    struct vq_rtcp_sr sr;
    assert_true(vq_rtcp_sr(&p, &sr));
    assert_true(sr.ntp == UINT64_C(0xe102030480000000));
    assert_int_equal(sr.rtp_ts, 4000);
    assert_int_equal(sr.packets, 100);
    assert_int_equal(sr.octets, 16000);
    struct vq_rtcp_block b;
    assert_true(vq_rtcp_block(&p, 0, &b));
    assert_int_equal(b.ssrc, 0x22222222);
    assert_int_equal(b.fraction, 64);
    assert_int_equal(b.lost, -2);
    assert_int_equal(b.ext_seq, 0x00011000);
    assert_int_equal(b.jitter, 7);
    assert_int_equal(b.lsr, 0x03048000);
    assert_int_equal(b.dlsr, 0x10000);
    assert_false(vq_rtcp_block(&p, 1, &b));
    uint32_t ssrc = 0;
    struct vq_slice cname;
    assert_false(vq_rtcp_sdes(&p, 0, &ssrc, &cname));
    assert_true(vq_rtcp_next(&r, &p));
    assert_int_equal(p.type, VQ_RTCP_SDES);
    assert_true(vq_rtcp_sdes(&p, 0, &ssrc, &cname));
    assert_int_equal(ssrc, 0x11111111);
    assert_int_equal(cname.n, 4);
    assert_memory_equal(cname.p, "a@bc", 4);
    assert_false(vq_rtcp_sdes(&p, 1, &ssrc, &cname));
    assert_true(vq_rtcp_next(&r, &p));
    assert_int_equal(p.type, VQ_RTCP_BYE);
    assert_true(vq_rtcp_bye(&p, 1, &ssrc));
    assert_int_equal(ssrc, 0x33333333);
    assert_false(vq_rtcp_bye(&p, 2, &ssrc));
    assert_false(vq_rtcp_next(&r, &p));
    assert_false(r.bad);
}

static void loss_is_signed(void **state)
{
    static const struct {
        uint8_t bytes[3];
        int32_t lost;
    } rows[] = {
        {{0, 0, 0}, 0},           {{0, 0, 5}, 5},           {{0x7f, 0xff, 0xff}, 8388607},
        {{0x80, 0, 0}, -8388608}, {{0xff, 0xff, 0xff}, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t rr[32] = {0x81, 201, 0, 7};
        memcpy(rr + 13, rows[i].bytes, 3);
        struct vq_rd r = vq_rd(rr, sizeof rr);
        struct vq_rtcp p;
        struct vq_rtcp_block b;
        assert_true(vq_rtcp_next(&r, &p) && vq_rtcp_block(&p, 0, &b));
        assert_int_equal(b.lost, rows[i].lost);
    }
}

static void two_chunks(void **state)
{
    /* The first chunk's items end on a boundary's last byte, the second has no CNAME. */
    static const uint8_t sdes[] = {0x82, 202, 0, 6, 0,   0,   0,   1,   1,   1, 'x', 0, 0, 0,
                                   0,    2,   2, 5, 'e', 'm', 'a', 'i', 'l', 0, 0,   0, 0, 0};
    (void)state;
    struct vq_rd r = vq_rd(sdes, sizeof sdes);
    struct vq_rtcp p;
    uint32_t ssrc;
    struct vq_slice cname;
    assert_true(vq_rtcp_next(&r, &p));
    assert_true(vq_rtcp_sdes(&p, 0, &ssrc, &cname));
    assert_int_equal(ssrc, 1);
    assert_int_equal(cname.n, 1);
    assert_true(vq_rtcp_sdes(&p, 1, &ssrc, &cname));
    assert_int_equal(ssrc, 2);
    assert_null(cname.p);
}

static void padding(void **state)
{
    uint8_t bye[] = {0xa1, 203, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4};
    (void)state;
    struct vq_rd r = vq_rd(bye, sizeof bye);
    struct vq_rtcp p;
    assert_true(vq_rtcp_next(&r, &p));
    assert_int_equal(p.body.n, 4);
    static const uint8_t bad[] = {0, 3, 12, 255};
    for (size_t i = 0; i < sizeof bad; i++) {
        bye[11] = bad[i];
        r = vq_rd(bye, sizeof bye);
        assert_false(vq_rtcp_next(&r, &p));
        assert_true(r.bad);
    }
}

static bool valid(const uint8_t *p, size_t n)
{
    return vq_rtcp_valid(vq_slice(p, n));
}

static void validity(void **state)
{
    static const uint8_t empty_rr[] = {0x80, 201, 0, 1, 1, 2, 3, 4};
    static const uint8_t pli[] = {0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2};
    static const uint8_t srtcp[] = {0x80, 201, 0, 1, 1, 2, 3, 4, 0x80, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
    static const uint8_t srtcp_pli[] = {0x81, 206, 0, 2, 0, 0, 0, 1, 9, 9, 9, 9, 0x80,
                                        0,    0,   2, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8};
    static const uint8_t short_sr[] = {0x80, 200, 0, 1, 1, 2, 3, 4};
    static const uint8_t long_rr[] = {0x80, 201, 0, 2, 1, 2, 3, 4};
    static const uint8_t blocks[] = {0x82, 201, 0, 1, 1, 2, 3, 4};
    static const uint8_t v1[] = {0x40, 201, 0, 1, 1, 2, 3, 4};
    static const uint8_t pt[] = {0x80, 199, 0, 1, 1, 2, 3, 4}, pt2[] = {0x80, 208, 0, 1, 1, 2, 3, 4};
    static const uint8_t padded_first[] = {0xa0, 201, 0, 2, 1, 2, 3, 4, 0, 0, 0, 4, 0x80, 203, 0, 0};
    (void)state;
    assert_true(valid(compound, sizeof compound));
    assert_true(valid(empty_rr, sizeof empty_rr));
    assert_true(valid(pli, sizeof pli));
    assert_true(valid(srtcp, sizeof srtcp));
    assert_false(valid(srtcp, 8 + 7));
    assert_true(valid(srtcp_pli, sizeof srtcp_pli));
    assert_false(valid(short_sr, sizeof short_sr));
    assert_false(valid(long_rr, sizeof long_rr));
    assert_false(valid(blocks, sizeof blocks));
    assert_false(valid(v1, sizeof v1));
    assert_false(valid(pt, sizeof pt));
    assert_false(valid(pt2, sizeof pt2));
    assert_false(valid(padded_first, sizeof padded_first));
    assert_false(valid(empty_rr, 7));
    assert_false(valid(NULL, 0));
}

static void stays_inside(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, sizeof compound);
    for (size_t n = 0; n <= sizeof compound; n++) {
        const uint8_t *p = guard_put(&g, compound, n);
        struct vq_rd r = vq_rd(p, n);
        struct vq_rtcp packet;
        unsigned packets = 0;
        valid(p, n);
        while (vq_rtcp_next(&r, &packet)) {
            struct vq_rtcp_sr sr;
            struct vq_rtcp_block b;
            struct vq_slice cname;
            uint32_t ssrc;
            vq_rtcp_sr(&packet, &sr);
            for (unsigned i = 0; i < 32; i++) {
                vq_rtcp_block(&packet, i, &b);
                vq_rtcp_sdes(&packet, i, &ssrc, &cname);
                vq_rtcp_bye(&packet, i, &ssrc);
            }
            packets++;
        }
        assert_int_equal(packets, (n >= 52) + (n >= 76) + (n >= 96));
        assert_int_equal(r.bad, n != 0 && n != 52 && n != 76 && n != 96);
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks),   cmocka_unit_test(loss_is_signed), cmocka_unit_test(two_chunks),
        cmocka_unit_test(padding), cmocka_unit_test(validity),       cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
