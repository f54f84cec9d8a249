/* Jumps of the capture's time: a clock that was set, a capture that lost everything for a while, and neither. */
#include "support/check.h"
#include "support/packet.h"

#include <math.h>
#include <string.h>

#include <voipqos/model.h>

#define STREAMS 4

/* Where the streams stand: each has a host of its own, and sends 20 ms of PCMU some milliseconds after the one before. */
static struct run {
    double ms;
    unsigned seq[STREAMS], n;
    uint32_t ts[STREAMS];
} now;

static void talk_of(struct feeder *f, unsigned first, unsigned streams, int packets)
{
    for (int i = 0; i < packets; i++, now.ms += 20)
        for (unsigned k = first; k < streams; k++) {
            struct vq_endpoint src = ep("10.0.0.1", 4000 + 2 * k), dst = ep("10.0.1.1", 6000 + 2 * k);
            src.ip[15] = (uint8_t)(k + 1);
            feed_rtp(f, now.ms + 3 * k, &src, &dst, 7 + k, (uint16_t)now.seq[k]++, now.ts[k], 0);
            now.ts[k] += 160;
        }
}

static void talk(struct feeder *f, int packets)
{
    talk_of(f, 0, now.n, packets);
}

static void begin(struct feeder *f, unsigned streams, double ms)
{
    now = (struct run){.ms = ms, .seq = {65500, 1, 300, 4000}, .n = streams, .ts = {0xffffff00, 5, 0, 70000}};
    talk(f, 100);
}

/* The senders go on for so many packets that are not captured. */
static void unseen(unsigned packets)
{
    for (unsigned k = 0; k < now.n; k++) {
        now.seq[k] += packets;
        now.ts[k] += 160 * packets;
    }
}

static struct vq_stream nth(struct feeder *f, int n)
{
    struct vq_stream s = {0};
    uint32_t h = vq_stream_next(f->e, 0);
    while (n--)
        h = vq_stream_next(f->e, h);
    assert_true(h && vq_stream_get(f->e, h, &s));
    return s;
}

struct jumps {
    struct vq_clock_step s[4];
    struct vq_capture_hole h[4];
};

/* What is told of by now: so many of each. */
static struct jumps jumps(struct feeder *f, size_t steps, size_t holes)
{
    struct jumps j = {.s = {{.ts = 0}}};
    assert_int_equal(vq_clock_steps(f->e, j.s, 4), steps);
    assert_int_equal(vq_capture_holes(f->e, j.h, 4), holes);
    return j;
}

static void is_step(const struct vq_clock_step *s, double ms, unsigned streams)
{
    assert_close(s->step_ms, ms, 1e-6);
    assert_int_equal(s->streams, streams);
}

static bool note_it(const struct vq_finding *f, void *arg)
{
    const char **id = arg;
    if (*id && !strcmp(f->id, *id))
        *id = NULL;
    return true;
}

static bool found(struct feeder *f, const char *id)
{
    assert_int_equal(vq_findings(f->e, note_it, &id), 0);
    return !id;
}

static void set_forward(void **state)
{
    struct feeder *f = *state;
    begin(f, 2, 0);
    now.ms += 5000;
    talk(f, 100);
    struct jumps j = jumps(f, 1, 0);
    is_step(&j.s[0], 5000, 2);
    assert_int_equal(j.s[0].frame, 201);
    assert_int_equal(j.s[0].ts, 1700000000000000000 + 7000000000);
    /* What it is in each stream, and that jitter does not know of it. */
    struct vq_stream st = nth(f, 0);
    struct vq_gap g;
    assert_int_equal(st.n_gaps, 1);
    assert_true(vq_stream_gap(f->e, &st, 0, &g));
    assert_int_equal(g.kind, VQ_GAP_CLOCK_STEP);
    assert_int_equal(st.lost, 0);
    assert_close(st.jitter_max_ms, 0, 1e-6);
    vq_engine_finish(f->e);
    assert_true(found(f, "capture-clock-step"));
    assert_false(found(f, "stream-sender-stop"));
}

static void set_back(void **state)
{
    struct feeder *f = *state;
    struct vq_stats st;
    begin(f, 2, 60000);
    now.ms -= 5000;
    talk(f, 400);
    struct jumps j = jumps(f, 1, 0);
    is_step(&j.s[0], -5000, 2);
    assert_int_equal(j.s[0].frame, 201);
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.time_backwards, 499); /* until the clock was where it had been */
    assert_close(nth(f, 0).jitter_max_ms, 0, 1e-6);
    assert_int_equal(nth(f, 0).n_gaps, 0);
    vq_engine_finish(f->e);
    assert_true(found(f, "capture-clock-step"));
}

static void rtcp(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, const void *p,
                 size_t n)
{
    struct packet frame;
    packet_udp(&frame, src, dst, p, n);
    feed_packet(f, ms, &frame);
}

/* A sender report before, its receiver's answer behind: the time between them is no round trip. */
static unsigned round_trips(struct feeder *f, double step)
{
    static const uint8_t sr[28] = {0x80, 200, 0, 6, 0, 0, 0, 7, 0, 0, 1, 2, 3, 4, 0, 0};
    static const uint8_t rr[32] = {0x81, 201, 0, 7, 0, 0, 0, 99, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 100,
                                   0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0x80, 0};
    struct vq_endpoint src = ep("10.0.0.1", 4001), dst = ep("10.0.1.1", 6001);
    begin(f, 2, 0);
    rtcp(f, now.ms - 10, &src, &dst, sr, sizeof sr);
    now.ms += step;
    talk(f, 30);
    rtcp(f, now.ms - 10, &dst, &src, rr, sizeof rr);
    return (unsigned)nth(f, 0).rtt_ms.n;
}

static void round_trip_within(void **state)
{
    assert_int_equal(round_trips(*state, 0), 1);
}

static void round_trip_across(void **state)
{
    assert_int_equal(round_trips(*state, 5000), 0);
}

/* The next number of a stream cannot come earlier. */
static void set_back_by_one_stream(void **state)
{
    struct feeder *f = *state;
    begin(f, 1, 60000);
    now.ms -= 1000;
    talk(f, 100);
    struct jumps j = jumps(f, 1, 0);
    is_step(&j.s[0], -1000, 1);
}

static void set_there_and_back(void **state)
{
    struct feeder *f = *state;
    begin(f, 3, 0);
    now.ms += 5000;
    talk(f, 200);
    now.ms -= 5000;
    talk(f, 300);
    now.ms += 800;
    talk(f, 100);
    struct jumps j = jumps(f, 3, 0);
    is_step(&j.s[0], 5000, 3);
    is_step(&j.s[1], -5000, 3);
    is_step(&j.s[2], 800, 3);
}

static void hole(void **state)
{
    struct feeder *f = *state;
    begin(f, 3, 0);
    now.ms += 5000;
    unseen(250);
    talk(f, 100);
    struct jumps j = jumps(f, 0, 1);
    assert_int_equal(j.h[0].frame, 301);
    assert_int_equal(j.h[0].streams, 3);
    assert_int_equal(j.h[0].missing, 750);
    assert_close(j.h[0].ms, 5000 + 20 - 6, 1e-6);
    assert_int_equal(j.h[0].ts, 1700000000000000000 + 1986000000);
    vq_engine_finish(f->e);
    assert_false(found(f, "capture-clock-step"));
}

/* Longer than RFC 3550's dropout: still the same numbering. */
static void long_hole(void **state)
{
    struct feeder *f = *state;
    begin(f, 3, 0);
    now.ms += 100000;
    unseen(5000);
    talk(f, 100);
    assert_int_equal(jumps(f, 0, 1).h[0].missing, 15000);
}

/* Two streams may share a path that failed. */
static void outage_of_two(void **state)
{
    struct feeder *f = *state;
    begin(f, 2, 0);
    now.ms += 5000;
    unseen(250);
    talk(f, 100);
    jumps(f, 0, 0);
}

/* Nobody sends: the streams that come later are others. */
static void quiet(void **state)
{
    struct feeder *f = *state;
    struct vq_stats st;
    begin(f, 2, 0);
    for (int i = 0; i < 100; i++) {
        now.ms += 5000;
        feed_text(f, now.ms, &(struct vq_endpoint){.family = 4, .port = 9}, &(struct vq_endpoint){.family = 4, .port = 9}, "x");
    }
    now.n = 4;
    talk_of(f, 2, 4, 100);
    jumps(f, 0, 0);
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.time_jumps_not_kept, 0);
}

/* Silence suppression on both sides: numbers go on, and the timestamps know how long it was. */
static void silence(void **state)
{
    struct feeder *f = *state;
    begin(f, 3, 0);
    now.ms += 5000;
    for (unsigned k = 0; k < 3; k++)
        now.ts[k] += 8 * 5000;
    talk(f, 100);
    jumps(f, 0, 0);
}

static void hold_of_one(void **state)
{
    struct feeder *f = *state;
    /* alone: its sender may have stopped */
    begin(f, 1, 0);
    now.ms += 5000;
    talk(f, 100);
    jumps(f, 0, 0);
    assert_close(nth(f, 0).jitter_max_ms, 312.5, 1e-6); /* 5 s / 16, as RFC 3550 has it */
    /* while another goes on */
    begin(f, 2, 20000);
    talk_of(f, 1, 2, 250);
    talk(f, 100);
    jumps(f, 0, 0);
    vq_engine_finish(f->e);
    assert_false(found(f, "capture-clock-step"));
}

/* Two senders that go on after different times are no clock. */
static void disagreement(void **state)
{
    struct feeder *f = *state;
    begin(f, 2, 0);
    now.ts[1] += 8 * 400;
    now.ms += 5000;
    talk(f, 100);
    jumps(f, 0, 0);
}

/* A machine that slept gets afterwards what waited for it: time did pass. */
static void held_up(void **state)
{
    struct feeder *f = *state;
    begin(f, 2, 0);
    double ms = now.ms;
    for (int i = 0; i < 100; i++) {
        now.ms = ms + 2000 + i * 0.1;
        talk(f, 1);
    }
    now.ms = ms + 2020;
    talk(f, 100);
    jumps(f, 0, 0);
}

/* The list is bounded; what stands there stays. */
static void many(void **state)
{
    struct feeder *f = *state;
    struct vq_stats st;
    begin(f, 2, 1e6);
    for (unsigned i = 0; i < VQ_CLOCK_JUMPS + 5; i++) {
        talk(f, 30);
        now.ms -= 1000;
    }
    talk(f, 30);
    assert_int_equal(jumps(f, VQ_CLOCK_JUMPS, 0).s[0].frame, 261);
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.time_jumps_not_kept, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, feeder_setup, feeder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(set_forward), TEST(set_back), TEST(set_back_by_one_stream), TEST(set_there_and_back), TEST(hole), TEST(long_hole),
        TEST(outage_of_two), TEST(quiet), TEST(silence), TEST(hold_of_one), TEST(disagreement), TEST(held_up), TEST(many),
        TEST(round_trip_within), TEST(round_trip_across),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
