/* VoIPmonitor's scores by its own rules: vectors worked out by hand from them. */
#include "support/check.h"

#include <math.h>

#include "metrics/vmsim.h"

#define START INT64_C(1700000000)
#define MS INT64_C(1000000)
#define S (1000 * MS)

struct call {
    struct vq_vmsim v;
    int64_t start;
};

static void begin(struct call *c, int64_t start)
{
    c->start = start;
    vq_vmsim_init(&c->v, 8000);
}

/* Packet number i of a G.711 stream with 20 ms each. */
static struct vq_vm_packet speech(const struct call *c, int i, int late_ms)
{
    return (struct vq_vm_packet){.ts = c->start + (20 * i + late_ms) * MS, .rtp = 8000 + 160u * (unsigned)i, .ms = 20,
                                 .at_once = true, .seq = (uint16_t)(100 + i), .marker = !i};
}

static void send(struct call *c, int from, int to)
{
    for (int i = from; i < to; i++) {
        struct vq_vm_packet p = speech(c, i, 0);
        vq_vmsim_packet(&c->v, &p);
    }
}

static struct vq_vm_result result(const struct call *c)
{
    struct vq_vm_result r;
    vq_vmsim_result(&c->v, &r);
    return r;
}

/* R = 93.2062 - 95 ppl / (ppl + 17.2647) and the polynomial: 4.093, 3.929, 3.591, 3.284. */
static void test_polynomial(void **state)
{
    (void)state;
    assert_int_equal(vq_vm_mos(10, 10, 1000), 41);
    assert_int_equal(vq_vm_mos(20, 20, 1000), 39);
    assert_int_equal(vq_vm_mos(50, 50, 1000), 36);
    assert_int_equal(vq_vm_mos(100, 100, 1000), 33);
    assert_int_equal(vq_vm_mos(0, 0, 1000), 45);
    assert_int_equal(vq_vm_mos(4, 1, 10), 45);     /* fewer than five are none */
    assert_int_equal(vq_vm_mos(500, 500, 1000), 26); /* 50 %: R 22.59, MOS 2.633 */
    assert_int_equal(vq_vm_mos(501, 501, 1000), 10);
    /* BurstR = 50 / 5 x 0.95 = 9.5: 95 x 5 / (5 / 9.5 + 17.2647) = 26.70, R 66.51, MOS 3.4599 */
    assert_int_equal(vq_vm_mos(50, 5, 1000), 35);
}

static void test_clean(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 600);
    struct vq_vm_result r = result(&c);
    assert_int_equal(r.packets, 598); /* two prove that it is RTP */
    assert_int_equal(r.lost, 0);
    assert_int_equal(r.intervals, 1);
    for (int i = 0; i < VQ_VM_BUFFERS; i++) {
        assert_close(r.mos[i].min, 4.5, 0);
        assert_close(r.mos[i].mean_to_end, 4.5, 0);
        assert_int_equal(r.mos[i].lost, 0);
    }
}

/* The first packet of the eleventh second after that of the first one, and twenty more. */
static void test_first_score(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 570);
    assert_int_equal(result(&c).intervals, 0);
    assert_true(isnan(result(&c).mos[VQ_VM_F1].mean));
    assert_close(result(&c).mos[VQ_VM_F1].mean_to_end, 4.5, 0);
    send(&c, 570, 571);
    assert_int_equal(result(&c).intervals, 1);
    begin(&c, START * S + 980 * MS); /* 10.4 s are the least */
    send(&c, 0, 521);
    assert_int_equal(result(&c).intervals, 0);
    send(&c, 521, 522);
    assert_int_equal(result(&c).intervals, 1);
}

/* Ten single losses, 559 packets received until the score: 1.789 %, R 84.29, MOS 3.961. */
static void test_single_losses(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    for (int i = 0; i < 10; i++)
        send(&c, 50 * i + (i > 0), 50 * (i + 1));
    send(&c, 501, 572);
    struct vq_vm_result r = result(&c);
    assert_int_equal(r.intervals, 1);
    assert_int_equal(r.packets, 560);
    assert_int_equal(r.lost, 10);
    assert_close(r.loss_pct, 100.0 * 10 / 572, 1e-9); /* lost / (received + 2 + lost) */
    for (int i = 0; i < VQ_VM_BUFFERS; i++)
        assert_close(r.mos[i].min, 4.0, 0);
    assert_int_equal(r.mos[VQ_VM_F1].lost, 10);
    assert_int_equal(r.mos[VQ_VM_F2].lost, 10);
}

/* What ends the stream, or what a mark explains, is no loss; nor are timestamps that leap without a number missing. */
static void test_what_is_no_loss(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 200);
    struct vq_vm_packet p = speech(&c, 230, 0);
    p.marker = true;
    vq_vmsim_packet(&c.v, &p);
    send(&c, 231, 400);
    assert_int_equal(result(&c).mos[VQ_VM_F1].lost, 0);
    assert_int_equal(result(&c).mos[VQ_VM_F2].lost, 0);
    for (int i = 400; i < 500; i++) {
        p = speech(&c, i + 7, 0);
        p.seq = (uint16_t)(p.seq - 7);
        vq_vmsim_packet(&c.v, &p);
    }
    assert_int_equal(result(&c).mos[VQ_VM_F1].lost, 0);
    assert_int_equal(result(&c).mos[VQ_VM_F2].lost, 0);
}

/* One packet 100 ms late: a buffer of 50 ms makes up for it and counts it once more when it comes; one of 200 plays it. */
static void test_late_counts_twice(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 100);
    send(&c, 101, 106);
    struct vq_vm_packet p = speech(&c, 100, 101);
    vq_vmsim_packet(&c.v, &p);
    send(&c, 106, 200);
    struct vq_vm_result r = result(&c);
    assert_int_equal(r.mos[VQ_VM_F1].lost, 2);
    assert_int_equal(r.mos[VQ_VM_F2].lost, 0);
    assert_int_equal(r.lost, 1); /* the gap was there when it was looked at */
}

/* The path gets 120 ms longer. Two frames are made up for until the first late packet comes, which is the third loss; with
 * it the buffer of 50 ms begins anew and plays all the others. */
static void test_begins_anew(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 100);
    for (int i = 100; i < 300; i++) {
        struct vq_vm_packet p = speech(&c, i, 120);
        vq_vmsim_packet(&c.v, &p);
    }
    struct vq_vm_result r = result(&c);
    assert_int_equal(r.mos[VQ_VM_F1].lost, 3);
    assert_int_equal(r.mos[VQ_VM_F2].lost, 0);
}

/* A run of more than 128 counts in pieces of 127, one of 1024 not at all: hold, not loss. */
static void test_long_runs(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 100);
    send(&c, 400, 500);
    assert_int_equal(result(&c).mos[VQ_VM_F2].lost, 127 + 127 + 300 - 256);
    begin(&c, START * S);
    send(&c, 0, 100);
    send(&c, 1200, 1300);
    assert_int_equal(result(&c).mos[VQ_VM_F2].lost, 0);
}

/* Events and comfort noise are not played; what comes behind them begins anew. */
static void test_events(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    send(&c, 0, 100);
    for (int i = 100; i < 110; i++) {
        struct vq_vm_packet p = speech(&c, i, 0);
        p.rtp = 8000 + 160 * 100;
        p.kind = VQ_VM_EVENT;
        vq_vmsim_packet(&c.v, &p);
    }
    send(&c, 110, 200);
    struct vq_vm_packet p = speech(&c, 200, 0);
    p.kind = VQ_VM_COMFORT_NOISE;
    vq_vmsim_packet(&c.v, &p);
    for (int i = 201; i < 300; i++) {
        p = speech(&c, i + 50, 0);
        p.seq = (uint16_t)(p.seq - 50);
        vq_vmsim_packet(&c.v, &p);
    }
    struct vq_vm_result r = result(&c);
    assert_int_equal(r.mos[VQ_VM_F1].lost, 0);
    assert_int_equal(r.mos[VQ_VM_F2].lost, 0);
    assert_int_equal(r.packets, 298);
    assert_int_equal(r.lost, 0);
}

/* Without a length that tells, two steps of the timestamps make the packet time. */
static void test_packet_time(void **state)
{
    (void)state;
    struct call c;
    begin(&c, START * S);
    for (int i = 0; i < 60; i++) {
        struct vq_vm_packet p = {.ts = c.start + 30 * i * MS, .rtp = 240u * (unsigned)i, .seq = (uint16_t)i};
        vq_vmsim_packet(&c.v, &p);
    }
    assert_int_equal(c.v.ms, 30);
    for (int i = 60; i < 63; i++) { /* and two more change it */
        struct vq_vm_packet p = {.ts = c.start + 30 * 60 * MS + 60 * (i - 60) * MS, .rtp = 240u * 60 + 480u * (unsigned)(i - 60),
                                 .seq = (uint16_t)i};
        vq_vmsim_packet(&c.v, &p);
    }
    assert_int_equal(c.v.ms, 60);
}

/* Hostile: the clock jumps by a century, timestamps and numbers are anything. Done at once, and nothing overflows. */
static void test_hostile(void **state)
{
    (void)state;
    struct call c;
    uint32_t x = 1;
    begin(&c, 0);
    for (int i = 0; i < 20000; i++) {
        x = x * 1664525u + 1013904223u;
        struct vq_vm_packet p = {.ts = (int64_t)(x >> 8) % 7 * (x & 1 ? INT64_C(1) << 59 : 20 * MS) + i * 199 * S / 2, .rtp = x,
                                 .ms = x >> 28, .seq = (uint16_t)(x >> 3), .marker = x & 64, .at_once = x & 32,
                                 .kind = (uint8_t)((x >> 9) % 16 == 0 ? (x >> 13) % 3 : 0)};
        vq_vmsim_packet(&c.v, &p);
    }
    struct vq_vm_result r = result(&c);
    assert_in_range(r.packets, 1, 20000);
    assert_true(r.mos[VQ_VM_F1].min_to_end >= 1 && r.mos[VQ_VM_ADAPTIVE].mean_to_end <= 4.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polynomial),  cmocka_unit_test(test_clean),
        cmocka_unit_test(test_first_score), cmocka_unit_test(test_single_losses),
        cmocka_unit_test(test_what_is_no_loss), cmocka_unit_test(test_late_counts_twice),
        cmocka_unit_test(test_begins_anew), cmocka_unit_test(test_long_runs),
        cmocka_unit_test(test_events),      cmocka_unit_test(test_packet_time),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
