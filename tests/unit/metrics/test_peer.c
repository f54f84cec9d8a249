/* test_peer.c - a receiver's reports against what was measured here. Every row is a stream; `lost` and the rest stand at each
 * of its reports. */
#include "support/check.h"

#include "metrics/peer.h"

#define S INT64_C(1000000000)

static struct vq_peer_report at(int i, int lost, unsigned here_lost)
{
    unsigned packets = 250u * (unsigned)i;
    return (struct vq_peer_report){.ts = 5 * S * i, .lost = lost, .ext_seq = 1000 + packets, .jitter_ms = 1,
                                   .here_packets = packets - here_lost, .here_lost = here_lost,
                                   .here_seq = (uint16_t)(1000 + packets), .here_jitter_ms = 1};
}

static void says_on_which_side(void **state)
{
    static const struct {
        const char *what;
        int n;
        struct {
            int lost;
            unsigned here;
        } r[4];
        bool from_start;
        enum vq_peer_where where;
        int64_t after, missed; /* -1: not compared */
    } rows[] = {
        {"clean", 3, {{0, 0}, {0, 0}, {0, 0}}, true, VQ_PEER_NONE, 0, 0},
        {"no report", 0, {{0, 0}}, true, VQ_PEER_UNKNOWN, -1, -1},
        {"lost before", 2, {{5, 5}, {9, 9}}, true, VQ_PEER_BEFORE, 0, 0},
        {"lost behind", 2, {{5, 0}, {9, 0}}, true, VQ_PEER_AFTER, 9, 0},
        {"lost on both sides", 2, {{10, 5}, {19, 9}}, true, VQ_PEER_BOTH, 10, 0},
        {"two that may still come", 1, {{2, 0}}, true, VQ_PEER_NONE, 0, 0},
        {"two that did not come", 2, {{2, 0}, {2, 0}}, true, VQ_PEER_AFTER, 2, 0},
        {"two with the last report", 2, {{0, 0}, {2, 0}}, true, VQ_PEER_NONE, 0, 0},
        {"one and then another", 2, {{1, 0}, {2, 0}}, true, VQ_PEER_AFTER, 1, 0},
        {"from before the capture", 3, {{700, 0}, {700, 0}, {700, 0}}, false, VQ_PEER_NONE, 0, 0},
        {"from before, and more", 2, {{700, 0}, {707, 0}}, false, VQ_PEER_AFTER, 7, 0},
        {"from before, one report", 1, {{700, 0}}, false, VQ_PEER_UNKNOWN, -1, -1},
        {"the capture lost them", 2, {{0, 10}, {0, 22}}, true, VQ_PEER_BEFORE, 0, 20},
        {"counted anew", 4, {{10, 0}, {12, 0}, {0, 0}, {5, 0}}, true, VQ_PEER_AFTER, 17, 0},
        {"counted anew, from before", 4, {{10, 0}, {12, 0}, {0, 0}, {5, 0}}, false, VQ_PEER_AFTER, 7, 0},
        {"more lost than sent", 1, {{8000, 0}}, true, VQ_PEER_UNKNOWN, -1, -1},
        {"duplicates behind", 2, {{-5, 0}, {-9, 0}}, true, VQ_PEER_NONE, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_peer p = {0};
        struct vq_peer_verdict v;
        unsigned here = 0;
        for (int k = 0; k < rows[i].n; k++) {
            struct vq_peer_report r = at(k + 1, rows[i].r[k].lost, here = rows[i].r[k].here);
            vq_peer_add(&p, &r);
        }
        vq_peer_judge(&p, rows[i].from_start, here, 1, &v);
        if (v.where != rows[i].where || (v.compared ? v.lost_after : -1) != rows[i].after ||
            (v.compared ? v.missed_here : -1) != rows[i].missed)
            fail_msg("%s: where %d, after %lld, missed %lld", rows[i].what, v.where, (long long)v.lost_after,
                     (long long)v.missed_here);
        assert_int_equal(v.why == NULL, v.compared);
    }
}

/* Packets that are on their way are not missing there; duplicates seen here may stand for losses. */
static void is_careful(void **state)
{
    (void)state;
    struct vq_peer p = {0};
    struct vq_peer_verdict v;
    struct vq_peer_report r = at(1, 0, 10);
    r.ext_seq -= 15; /* sent when 15 packets had not arrived */
    vq_peer_add(&p, &r);
    vq_peer_judge(&p, true, 10, 1, &v);
    assert_int_equal(v.missed_here, 0);
    p = (struct vq_peer){0};
    r = at(1, 0, 10);
    r.here_duplicates = 10;
    vq_peer_add(&p, &r);
    vq_peer_judge(&p, true, 10, 1, &v);
    assert_int_equal(v.missed_here, 0);
    assert_int_equal(v.lost_after, 0);
    /* What goes another way is not compared. */
    p = (struct vq_peer){0};
    r = at(1, 75, 0);
    r.ext_seq += 100;
    vq_peer_add(&p, &r);
    vq_peer_judge(&p, true, 0, 1, &v);
    assert_int_equal(v.where, VQ_PEER_UNKNOWN);
    assert_non_null(v.why);
}

static void judges_jitter(void **state)
{
    static const struct {
        double reported, here, here_max;
        enum vq_peer_where where;
    } rows[] = {
        {1, 1, 1, VQ_PEER_NONE},     {29, 1, 1, VQ_PEER_NONE},   {31, 1, 1, VQ_PEER_AFTER},  {50, 40, 40, VQ_PEER_BEFORE},
        {90, 40, 40, VQ_PEER_BOTH},  {1155, 1, 1, VQ_PEER_NONE}, {NAN, 1, 1, VQ_PEER_NONE},  {90, NAN, 0, VQ_PEER_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_peer p = {0};
        struct vq_peer_verdict v;
        struct vq_peer_report r = at(1, 0, 0);
        r.jitter_ms = rows[i].reported;
        r.here_jitter_ms = rows[i].here;
        vq_peer_add(&p, &r);
        vq_peer_judge(&p, true, 0, rows[i].here_max, &v);
        assert_int_equal(v.where, rows[i].where);
    }
}

/* The highest number stands still while packets pass; a report seen twice is no standstill, and what was is kept. */
static void notices_deaf_receivers(void **state)
{
    (void)state;
    struct vq_peer p = {0};
    struct vq_peer_report r = at(1, 0, 0);
    vq_peer_add(&p, &r);
    vq_peer_add(&p, &r);
    assert_int_equal(p.unheard, 0);
    for (int i = 2; i <= 4; i++) {
        struct vq_peer_report still = at(i, 0, 0);
        still.ext_seq = r.ext_seq;
        vq_peer_add(&p, &still);
    }
    assert_int_equal(p.unheard, 750);
    assert_true(p.unheard_ns == 15 * S);
    r = at(5, 0, 0);
    vq_peer_add(&p, &r);
    assert_int_equal(p.unheard, 750);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_on_which_side),
        cmocka_unit_test(is_careful),
        cmocka_unit_test(judges_jitter),
        cmocka_unit_test(notices_deaf_receivers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
