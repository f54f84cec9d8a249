/* Delay variation and buffers, folded in small portions, against a model that has all packets before it. */
#include "support/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/transit.h"

#define FRAME 20000 /* us */
#define MOST 2000

static const struct vq_jbuf_sizes sizes = {4, {10000, 20000, 40000, 60000}, 2};

/* As a stream does it: room for 64, the oldest 48 are folded when it is full. */
struct sink {
    struct vq_transit t;
    struct vq_arrival a[VQ_ARRIVALS];
    unsigned n;
    int64_t now_us;
    uint32_t told;   /* as discarded by the score's buffer */
};

static void note(struct sink *s, int32_t us, unsigned seq, unsigned flags, int64_t now_us)
{
    s->now_us = now_us;
    if (s->n == VQ_ARRIVALS) {
        s->told += (uint32_t)__builtin_popcountll(vq_transit_fold(&s->t, &sizes, s->a, VQ_ARRIVALS, VQ_ARRIVALS_KEEP, now_us, FRAME));
        memmove(s->a, s->a + VQ_ARRIVALS - VQ_ARRIVALS_KEEP, VQ_ARRIVALS_KEEP * sizeof *s->a);
        s->n = VQ_ARRIVALS_KEEP;
    }
    s->a[s->n++] = (struct vq_arrival){us, (uint16_t)seq, (uint16_t)flags};
}

static void finish(struct sink *s)
{
    s->told += (uint32_t)__builtin_popcountll(vq_transit_fold(&s->t, &sizes, s->a, s->n, 0, s->now_us, FRAME));
}

struct sent {
    int64_t arrival;
    int32_t us;
    uint16_t seq;
    bool lost;
};

static int by_arrival(const void *a, const void *b)
{
    const struct sent *x = a, *y = b;
    return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

/* The first packet and every 40th are the quickest, so that the least transit is the same everywhere. */
static int make(struct sent *p, int n, int jitter, int loss)
{
    uint16_t first = (uint16_t)rand();
    for (int i = 0; i < n; i++) {
        p[i] = (struct sent){.us = i % 40 ? rand() % jitter : 0, .seq = (uint16_t)(first + i), .lost = i % 40 && rand() % 100 < loss};
        p[i].arrival = (int64_t)i * FRAME + p[i].us;
    }
    p[n - 1].lost = false;
    return n;
}

static void test_against_whole(void **state)
{
    (void)state;
    static struct sent p[MOST], q[MOST];
    srand(107);
    for (int round = 0; round < 300; round++) {
        struct sink s = {.n = 0};
        vq_transit_init(&s.t);
        int n = make(p, 100 + rand() % (MOST - 100), 1 + rand() % 120000, rand() % 12);
        memcpy(q, p, (size_t)n * sizeof *q);
        qsort(q, (size_t)n, sizeof *q, by_arrival);
        for (int i = 0; i < n; i++)
            if (!q[i].lost)
                note(&s, q[i].us, q[i].seq, 0, q[i].arrival);
        finish(&s);
        uint32_t lost = 0, pairs = 0;
        for (int i = 0; i < n; i++) {
            lost += p[i].lost;
            pairs += i && !p[i].lost && !p[i - 1].lost;
        }
        assert_int_equal(s.t.pdv.n, (uint32_t)n - lost);
        assert_int_equal(s.t.ipdv.n, pairs);
        for (unsigned k = 0; k < sizes.n; k++) {
            uint32_t late = 0, runs = 0;
            bool before = false;
            for (int i = 0; i < n; i++) {
                bool is_late = !p[i].lost && p[i].us > sizes.us[k], bad = is_late || p[i].lost;
                late += is_late;
                runs += bad && !before;
                before = bad;
            }
            assert_int_equal(s.t.jbuf.fixed[k].late, late);
            assert_int_equal(s.t.jbuf.fixed[k].bad, late + lost);
            assert_int_equal(s.t.jbuf.fixed[k].runs, runs);
        }
        assert_int_equal(s.told, s.t.jbuf.fixed[sizes.scored].late);
    }
}

/* Packets that come when their place is folded: the buffers discard them, and nothing behind them is lost. */
static void test_stragglers(void **state)
{
    (void)state;
    struct sink s = {.n = 0};
    vq_transit_init(&s.t);
    for (int i = 0; i < 1000; i++) {
        if (i % 100 != 50)
            note(&s, i % 7 * 100, (unsigned)(65000 + i), 0, (int64_t)i * FRAME);
        if (i >= 100 && i % 100 == 50)
            note(&s, 100 * FRAME, (unsigned)(64900 + i), 0, (int64_t)i * FRAME + 1);
    }
    finish(&s);
    assert_int_equal(s.t.pdv.n, 999);
    assert_int_equal(s.t.max_us, 100 * FRAME);
    assert_int_equal(s.told, 9);
    for (unsigned k = 0; k < sizes.n; k++) {
        assert_int_equal(s.t.jbuf.fixed[k].late, 9);
        assert_int_equal(s.t.jbuf.fixed[k].bad, 10); /* 950 never comes */
        assert_int_equal(s.t.jbuf.fixed[k].runs, 10);
    }
}

/* 45 ms of jitter after a calm minute: the adaptive buffer follows, and comes down again afterwards. */
static void test_adaptive_follows(void **state)
{
    (void)state;
    struct sink s = {.n = 0};
    int32_t calm, busy;
    srand(45);
    vq_transit_init(&s.t);
    for (int i = 0; i < 3000; i++)
        note(&s, rand() % 3000, (unsigned)i, 0, (int64_t)i * FRAME);
    calm = s.t.jbuf.delay_us;
    for (int i = 3000; i < 6000; i++)
        note(&s, rand() % 10 ? rand() % 3000 : 45000, (unsigned)i, 0, (int64_t)i * FRAME);
    busy = s.t.jbuf.delay_us;
    uint32_t late = s.t.jbuf.adaptive.late;
    for (int i = 6000; i < 9000; i++)
        note(&s, rand() % 3000, (unsigned)i, 0, (int64_t)i * FRAME);
    assert_in_range(calm, FRAME, FRAME + VQ_JBUF_STEP);
    assert_in_range(busy, 45000, 45000 + FRAME + VQ_JBUF_STEP);
    assert_int_equal(s.t.jbuf.delay_us, calm);
    assert_in_range(late, 1, 20); /* until it noticed: a second's worth of the tenth that was slow */
    assert_int_equal(s.t.jbuf.adaptive.late, late);
}

/* Packets of 10 ms are folded more often than the buffer may shrink: it comes down all the same, and no faster. */
static void test_shrinks_with_short_packets(void **state)
{
    (void)state;
    struct sink s = {.n = 0};
    vq_transit_init(&s.t);
    for (int i = 0; i < 1000; i++)
        note(&s, i % 2 * 100000, (unsigned)i, 0, (int64_t)i * FRAME / 2);
    int32_t high = s.t.jbuf.delay_us;
    assert_in_range(high, 100000, 140000);
    /* The window forgets within 5 s; each half second takes FRAME off. */
    for (int i = 1000; i < 1600; i++)
        note(&s, 0, (unsigned)i, 0, (int64_t)i * FRAME / 2);
    assert_true(s.t.jbuf.delay_us < high);
    assert_true(s.t.jbuf.delay_us >= high - 6000000 / 500000 * FRAME);
    for (int i = 1600; i < 3000; i++)
        note(&s, 0, (unsigned)i, 0, (int64_t)i * FRAME / 2);
    assert_in_range(s.t.jbuf.delay_us, FRAME, FRAME + VQ_JBUF_STEP);
}

/* A clock of 100 ppm makes 360 ms in an hour: no packet is late for that. */
static void test_drift_is_no_delay(void **state)
{
    (void)state;
    struct sink s = {.n = 0};
    vq_transit_init(&s.t);
    for (int i = 0; i < 180000; i++)
        note(&s, i * 2, (unsigned)i, 0, (int64_t)i * FRAME);
    finish(&s);
    assert_int_equal(s.t.jbuf.fixed[0].late, 0);
    assert_close(vq_drift_ppm(&s.t.drift), -100, 1);
    assert_int_equal(s.t.max_us, 2 * 179999);
}

static void test_jumps(void **state)
{
    (void)state;
    struct sink s = {.n = 0};
    vq_transit_init(&s.t);
    for (int i = 0; i < 500; i++)
        note(&s, 0, (unsigned)i, 0, (int64_t)i * FRAME);
    for (int i = 500; i < 1000; i++) /* timestamps stood still for five seconds */
        note(&s, 5000000, (unsigned)i, i == 500 ? VQ_ARRIVAL_RESYNC : 0, (int64_t)i * FRAME + 5000000);
    for (int i = 0; i < 500; i++) /* another numbering */
        note(&s, 5000000, (unsigned)(40000 + i), i ? 0 : VQ_ARRIVAL_RESTART, (int64_t)(1000 + i) * FRAME + 5000000);
    finish(&s);
    for (unsigned k = 0; k < sizes.n; k++)
        assert_int_equal(s.t.jbuf.fixed[k].bad, 0);
    assert_int_equal(s.t.pdv.max, 0);
    assert_int_equal(s.t.ipdv.max, 0);
    assert_close(vq_drift_ppm(&s.t.drift), 0, 0);
}

/* The largest jump that there is, twice, and between them transit times that fall all the way back without one: all the jumps
 * together need more than 32 bits. */
static void test_largest_jumps(void **state)
{
    (void)state;
    const int32_t most = 1000000000;
    struct sink s = {.n = 0};
    vq_transit_init(&s.t);
    for (int i = 0; i < 4000; i++)
        note(&s, i / 1000 % 2 ? most : -most, (unsigned)i, i % 2000 == 1000 ? VQ_ARRIVAL_RESYNC : 0, (int64_t)i * FRAME);
    finish(&s);
    assert_true(s.t.shift_us == INT64_C(4000000000));
}

static void test_events_are_received(void **state)
{
    (void)state;
    struct sink s = {.n = 0};
    vq_transit_init(&s.t);
    for (int i = 0; i < 300; i++)
        note(&s, i % 100 < 8 ? 900000 : 0, (unsigned)i, i % 100 < 8 ? VQ_ARRIVAL_BLIND : 0, (int64_t)i * FRAME);
    finish(&s);
    assert_int_equal(s.t.jbuf.fixed[0].bad, 0);
    assert_int_equal(s.t.pdv.n, 300 - 24);
    assert_int_equal(s.t.pdv.max, 0);
}

/* Ten packets expected, one lost, two late right behind it: Ppl 30 %, one run of three, BurstR 3 (1 - 0.3). */
static void test_loss_with_discards(void **state)
{
    (void)state;
    struct vq_jbuf j = {.delay_us = VQ_JBUF_INITIAL};
    double ppl, burst_r;
    for (uint32_t i = 1; i <= 10; i++) {
        if (i == 4)
            vq_jbuf_lost(&j, &sizes, i, 1);
        else
            vq_jbuf_packet(&j, &sizes, i, i == 5 || i == 6 ? 15000 : 0);
    }
    vq_jbuf_loss(&j.fixed[0], 1, 10, &ppl, &burst_r);
    assert_close(ppl, 30, 1e-12);
    assert_close(burst_r, 2.1, 1e-12);
    vq_jbuf_loss(&j.fixed[1], 1, 10, &ppl, &burst_r);
    assert_close(ppl, 10, 1e-12);
    assert_close(burst_r, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_whole),
        cmocka_unit_test(test_stragglers),
        cmocka_unit_test(test_adaptive_follows),
        cmocka_unit_test(test_shrinks_with_short_packets),
        cmocka_unit_test(test_drift_is_no_delay),
        cmocka_unit_test(test_jumps),
        cmocka_unit_test(test_largest_jumps),
        cmocka_unit_test(test_events_are_received),
        cmocka_unit_test(test_loss_with_discards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
