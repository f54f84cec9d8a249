/* test_rtcp_xr.c - the blocks of RTCP XR, RFC 3611 4. */
#include "support/check.h"

#include "proto/rtcp_xr.h"
#include "support/guard.h"

/* One block of each kind that is read, and one of a kind that is not (3, packet receipt times). */
static const uint8_t packet[] = {
    0x80, 207,  0,    37,   0x11, 0x11, 0x11, 0x11,
    1,    0,    0,    4,    0x22, 0x22, 0x22, 0x22, 0x03, 0xe8, 0x04, 0x10, 0x40, 0x0a, 0x00, 0x03, 0xbf, 0xff, 0,    0,
    3,    0,    0,    1,    0,    0,    0,    0,
    4,    0,    0,    2,    0xe1, 0x02, 0x03, 0x04, 0x80, 0,    0,    1,
    5,    0,    0,    6,    0x22, 0x22, 0x22, 0x22, 0x03, 0x04, 0x80, 0,    0,    1,    0,    0,
    0x33, 0x33, 0x33, 0x33, 0,    0,    0,    0,    0,    0,    0,    0,
    6,    0xe8, 0,    9,    0x22, 0x22, 0x22, 0x22, 0,    1,    0,    100,  0,    0,    0,    3,    0,    0,    0,    1,
    0,    0,    0,    8,    0,    0,    0,    80,   0,    0,    0,    16,   0,    0,    0,    4,    60,   64,   63,   1,
    7,    0,    0,    8,    0x22, 0x22, 0x22, 0x22, 13,   26,   128,  2,    0,    120,  0x13, 0x88, 0,    90,   0,    60,
    0xec, 0xc4, 55,   16,   88,   127,  41,   39,   0xe0, 0,    0,    40,   0,    60,   0,    120,
};

static struct vq_rd blocks_of(const uint8_t *p, size_t n)
{
    struct vq_rd r = vq_rd(p, n);
    struct vq_rtcp rtcp = {0};
    return vq_rtcp_next(&r, &rtcp) ? vq_xr_blocks(&rtcp) : vq_rd(NULL, 0);
}

static void reads_each_block(void **state)
{
    (void)state;
    struct vq_rd r = blocks_of(packet, sizeof packet);
    struct vq_xr_block b;
    struct vq_xr_loss l;
    assert_true(vq_xr_next(&r, &b));
    assert_true(vq_xr_loss(&b, NULL, &l));
    assert_int_equal(l.ssrc, 0x22222222);
    assert_int_equal(l.begin, 1000);
    assert_int_equal(l.end, 1040);
    assert_int_equal(l.received, 10 + 14); /* ten, three lost, then a vector of 15 whose first is lost */
    assert_int_equal(l.lost, 3 + 1);
    assert_int_equal(l.longest, 4);
    assert_true(vq_xr_next(&r, &b));
    assert_int_equal(b.type, 3);
    assert_false(vq_xr_loss(&b, NULL, &l));

    uint64_t ntp = 0;
    assert_true(vq_xr_next(&r, &b) && vq_xr_reference_time(&b, &ntp));
    assert_true(ntp == UINT64_C(0xe102030480000001));

    struct vq_xr_dlrr d;
    assert_true(vq_xr_next(&r, &b) && vq_xr_dlrr(&b, 0, &d));
    assert_int_equal(d.ssrc, 0x22222222);
    assert_int_equal(d.lrr, 0x03048000);
    assert_int_equal(d.dlrr, 0x10000);
    assert_true(vq_xr_dlrr(&b, 1, &d));
    assert_int_equal(d.ssrc, 0x33333333);
    assert_false(vq_xr_dlrr(&b, 2, &d));

    struct vq_xr_statistics s;
    assert_true(vq_xr_next(&r, &b) && vq_xr_statistics(&b, &s));
    assert_true(s.has_lost && s.has_duplicates && s.has_jitter && s.has_ttl);
    assert_int_equal(s.end - s.begin, 99);
    assert_int_equal(s.lost, 3);
    assert_int_equal(s.duplicates, 1);
    assert_int_equal(s.jitter_min, 8);
    assert_int_equal(s.jitter_max, 80);
    assert_int_equal(s.jitter_mean, 16);
    assert_int_equal(s.jitter_dev, 4);
    assert_int_equal(s.ttl_max, 64);

    struct vq_xr_voip v;
    assert_true(vq_xr_next(&r, &b) && vq_xr_voip(&b, &v));
    assert_int_equal(v.loss_rate, 13);
    assert_int_equal(v.discard_rate, 26);
    assert_int_equal(v.burst_density, 128);
    assert_int_equal(v.gap_density, 2);
    assert_int_equal(v.burst_ms, 120);
    assert_int_equal(v.gap_ms, 5000);
    assert_int_equal(v.round_trip_ms, 90);
    assert_int_equal(v.end_system_ms, 60);
    assert_int_equal(v.signal_dbm0, -20);
    assert_int_equal(v.noise_dbm0, -60);
    assert_int_equal(v.rerl_db, 55);
    assert_int_equal(v.gmin, 16);
    assert_int_equal(v.r, 88);
    assert_int_equal(v.ext_r, VQ_XR_UNAVAILABLE);
    assert_int_equal(v.mos_lq, 41);
    assert_int_equal(v.mos_cq, 39);
    assert_int_equal(v.buffer_nominal_ms, 40);
    assert_int_equal(v.buffer_max_ms, 60);
    assert_int_equal(v.buffer_abs_max_ms, 120);
    assert_false(vq_xr_next(&r, &b));
    assert_false(r.bad);
}

/* 4.1: what was told before is not told again; numbers wrap; thinning; chunks beyond end_seq mean nothing. */
static void sums_up_losses(void **state)
{
    static const struct {
        uint8_t thinning;
        uint16_t begin, end;
        int from; /* -1: none */
        uint16_t chunks[4];
        uint32_t received, lost, longest;
    } rows[] = {
        {0, 100, 110, -1, {0x000a, 0, 0, 0}, 0, 10, 10},
        {0, 100, 110, -1, {0x7fff, 0, 0, 0}, 10, 0, 0},
        {0, 100, 110, 105, {0x000a, 0, 0, 0}, 0, 5, 5},
        {0, 100, 110, 110, {0x000a, 0, 0, 0}, 0, 0, 0},
        {0, 100, 110, 90, {0x000a, 0, 0, 0}, 0, 10, 10}, /* `from` is not within: a gap between reports */
        {0, 65530, 4, 65534, {0x000a, 0, 0, 0}, 0, 6, 6},
        {0, 100, 115, -1, {0xaaaa, 0, 0, 0}, 7, 8, 1},
        {0, 100, 100, -1, {0x7fff, 0x3fff, 0xffff, 0xffff}, 0, 0, 0},
        {2, 98, 114, -1, {0x0002, 0x4002, 0, 0}, 2, 2, 2}, /* 100, 104 lost, 108, 112 received */
        {0, 0, 40, -1, {0x0004, 0, 0x0004, 0}, 0, 4, 4},   /* nothing behind the null chunk */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t body[16] = {0, 0, 0, 1, (uint8_t)(rows[i].begin >> 8), (uint8_t)rows[i].begin, (uint8_t)(rows[i].end >> 8),
                            (uint8_t)rows[i].end};
        for (size_t k = 0; k < 4; k++) {
            body[8 + 2 * k] = (uint8_t)(rows[i].chunks[k] >> 8);
            body[9 + 2 * k] = (uint8_t)rows[i].chunks[k];
        }
        struct vq_xr_block b = {VQ_XR_LOSS_RLE, rows[i].thinning, {body, sizeof body}};
        struct vq_xr_loss l;
        uint16_t from = (uint16_t)rows[i].from;
        assert_true(vq_xr_loss(&b, rows[i].from < 0 ? NULL : &from, &l));
        assert_int_equal(l.received, rows[i].received);
        assert_int_equal(l.lost, rows[i].lost);
        assert_int_equal(l.longest, rows[i].longest);
    }
}

/* 4.6: only what the flags announce is there. */
static void flags_rule_the_statistics(void **state)
{
    (void)state;
    uint8_t body[36];
    memset(body, 9, sizeof body);
    struct vq_xr_block b = {VQ_XR_STATISTICS, 0, {body, sizeof body}};
    struct vq_xr_statistics s;
    assert_true(vq_xr_statistics(&b, &s));
    assert_false(s.has_lost || s.has_duplicates || s.has_jitter || s.has_ttl);
    assert_int_equal(s.lost + s.duplicates + s.jitter_max + s.ttl_max, 0);
    b.specific = 0x20;
    assert_true(vq_xr_statistics(&b, &s));
    assert_true(s.has_jitter && !s.has_lost && s.jitter_mean == 0x09090909);
}

static void reads_no_byte_too_many(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, sizeof packet);
    for (size_t n = 0; n <= sizeof packet; n++) {
        /* The XR packet says how long it would be; as much of it as there is. */
        struct vq_rtcp p = {.type = VQ_RTCP_XR};
        p.body = vq_slice(guard_put(&g, packet + 4, n > 4 ? n - 4 : 0), n > 4 ? n - 4 : 0);
        struct vq_rd r = vq_xr_blocks(&p);
        struct vq_xr_block b;
        unsigned blocks = 0;
        while (vq_xr_next(&r, &b)) {
            struct vq_xr_loss l;
            struct vq_xr_dlrr d;
            struct vq_xr_statistics s;
            struct vq_xr_voip v;
            uint64_t ntp;
            assert_int_equal(vq_xr_loss(&b, NULL, &l) + vq_xr_reference_time(&b, &ntp) + vq_xr_dlrr(&b, 0, &d) +
                                 vq_xr_statistics(&b, &s) + vq_xr_voip(&b, &v),
                             b.type != 3);
            blocks++;
        }
        assert_true(blocks <= 6 && (blocks == 6) == (n == sizeof packet));
    }
    /* A block whose length is right for its type's name only: shorter than what it should hold. */
    for (uint8_t type = 0; type < 9; type++) {
        struct vq_xr_block b = {type, 0xff, {guard_put(&g, packet, 7), 7}};
        struct vq_xr_loss l;
        struct vq_xr_statistics s;
        struct vq_xr_voip v;
        struct vq_xr_dlrr d;
        uint64_t ntp;
        assert_false(vq_xr_loss(&b, NULL, &l) || vq_xr_reference_time(&b, &ntp) || vq_xr_dlrr(&b, 0, &d) ||
                     vq_xr_statistics(&b, &s) || vq_xr_voip(&b, &v));
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_block),
        cmocka_unit_test(sums_up_losses),
        cmocka_unit_test(flags_rule_the_statistics),
        cmocka_unit_test(reads_no_byte_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
