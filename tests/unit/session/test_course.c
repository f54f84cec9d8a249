/* Pauses named by their cause, path changes with their effect, streams that go on from others. */
#include "support/check.h"
#include "support/packet.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <voipqos/model.h>

static const struct vq_endpoint alice = EP4(10, 0, 0, 1, 5060), bob = EP4(10, 0, 0, 2, 5060),
                                alice_rtp = EP4(10, 0, 0, 1, 4000), bob_rtp = EP4(10, 0, 0, 2, 5000);

/* An INVITE of Alice's and its 200, with these directions in their SDP. */
static void offer(struct feeder *f, double ms, const char *cseq, const char *a, const char *b)
{
    struct sip_text t = {.start = "INVITE sip:bob@b SIP/2.0", .call_id = "c", .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = *cseq == '1' ? "" : "tb", .branch = "z9hG4bKx", .cseq = cseq,
                         .sdp = sdp_build("10.0.0.1", 4000, "0 8 13", a)};
    char branch[32];
    snprintf(branch, sizeof branch, "z9hG4bK%c", *cseq);
    t.branch = branch;
    feed_text(f, ms, &alice, &bob, sip_build(&t));
    t.start = "SIP/2.0 200 OK";
    t.to_tag = "tb";
    t.sdp = sdp_build("10.0.0.2", 5000, "0 8 13", b);
    feed_text(f, ms + 10, &bob, &alice, sip_build(&t));
}

static struct run {
    double ms;
    int seq;
    uint32_t ts;
    uint32_t ssrc;
    uint8_t pt, ttl;
} now;

/* Packets of 20 ms from Alice; `now` is where they stand. */
static void talk_from(struct feeder *f, const struct vq_endpoint *src, int n)
{
    for (int i = 0; i < n; i++) {
        struct packet p;
        packet_rtp(&p, src, &bob_rtp, now.ssrc, (uint16_t)now.seq++, now.ts, now.pt);
        p.bytes[14 + 8] = now.ttl;
        feed_packet(f, now.ms, &p);
        now.ts += 160;
        now.ms += 20;
    }
}

static void talk(struct feeder *f, int n)
{
    talk_from(f, &alice_rtp, n);
}

static void begin(struct feeder *f)
{
    offer(f, 0, "1 INVITE", "", "");
    now = (struct run){.ms = 100, .seq = 65530, .ts = 1000, .ssrc = 7, .ttl = 64};
    talk(f, 100);
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

static struct vq_gap only_gap(struct feeder *f)
{
    struct vq_stream s = nth(f, 0);
    struct vq_gap g = {0};
    assert_int_equal(s.n_gaps, 1);
    assert_true(vq_stream_gap(f->e, &s, 0, &g));
    assert_false(vq_stream_gap(f->e, &s, 1, &g));
    return g;
}

static bool look_for(const struct vq_finding *f, void *arg)
{
    const char **id = arg;
    if (strcmp(f->id, *id))
        return true;
    *id = NULL;
    return false;
}

static void test_steady(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.ms += 170; /* 190 ms: not yet a pause */
    talk(f, 100);
    struct vq_stream s = nth(f, 0);
    assert_int_equal(s.n_gaps + s.n_path_changes + s.n_payload_changes, 0);
    assert_int_equal(s.previous, 0);
}

static void test_hold(void **state)
{
    struct feeder *f = *state;
    begin(f);
    offer(f, now.ms, "2 INVITE", "a=inactive\r\n", "a=inactive\r\n");
    now.ms += 3000;
    offer(f, now.ms - 20, "3 INVITE", "", "");
    talk(f, 100);
    struct vq_gap g = only_gap(f);
    assert_int_equal(g.kind, VQ_GAP_HOLD);
    assert_close(g.ms, 3020, 1e-6);
    assert_int_equal(g.missing, 0);
    assert_int_equal(g.frames[0], 102);
    assert_int_equal(g.frames[1], 107);
}

static void test_stop_after_resume_is_no_hold(void **state)
{
    struct feeder *f = *state;
    begin(f);
    offer(f, now.ms, "2 INVITE", "a=inactive\r\n", "a=inactive\r\n");
    offer(f, now.ms + 100, "3 INVITE", "", "");
    now.ms += 190;
    talk(f, 300);
    now.ms += 4000;
    talk(f, 10);
    struct vq_stream s = nth(f, 0);
    struct vq_gap g;
    assert_int_equal(s.n_gaps, 2);
    assert_true(vq_stream_gap(f->e, &s, 0, &g));
    assert_int_equal(g.kind, VQ_GAP_HOLD);
    assert_true(vq_stream_gap(f->e, &s, 1, &g));
    assert_int_equal(g.kind, VQ_GAP_SENDER_STOP);
}

static void test_silence(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.ms += 1000; /* DTX: nothing is missing, and the timestamps know how long it was */
    now.ts += 8000;
    talk(f, 50);
    assert_int_equal(only_gap(f).kind, VQ_GAP_SILENCE);
}

static void test_silence_by_comfort_noise(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.pt = 13;
    talk(f, 1);
    now.pt = 0;
    now.ms += 1000; /* a sender that stops its timestamps, too */
    talk(f, 50);
    assert_int_equal(only_gap(f).kind, VQ_GAP_SILENCE);
}

static void test_sender_stop(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.ms += 1500;
    talk(f, 50);
    struct vq_gap g = only_gap(f);
    assert_int_equal(g.kind, VQ_GAP_SENDER_STOP);
    assert_close(g.ms, 1520, 1e-6);
}

static void test_network_loss(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.ms += 600;
    now.ts += 160 * 30;
    now.seq += 30;
    talk(f, 50);
    struct vq_gap g = only_gap(f);
    assert_int_equal(g.kind, VQ_GAP_NETWORK);
    assert_int_equal(g.missing, 30);
}

/* Half a second in a queue, then all that waited there at once. */
static void test_network_held_up(void **state)
{
    struct feeder *f = *state;
    begin(f);
    for (int i = 0; i < 25; i++) {
        double ms = now.ms;
        now.ms = 100 + 2000 + 480 + i;
        talk(f, 1);
        now.ms = ms + 20;
    }
    now.ms = 100 + 2000 + 500 + 20;
    talk(f, 100);
    struct vq_gap g = only_gap(f);
    assert_int_equal(g.kind, VQ_GAP_NETWORK);
    assert_int_equal(g.missing, 0);
}

static void test_restart(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.ms += 500;
    now.seq = 30000;
    now.ts = 77777777;
    talk(f, 50);
    assert_int_equal(only_gap(f).kind, VQ_GAP_RESTART);
}

static void test_longest_are_kept(void **state)
{
    struct feeder *f = *state;
    begin(f);
    for (int i = 0; i < 40; i++) {
        now.ms += i == 5 ? 5000 : 300 + i;
        talk(f, 5);
    }
    struct vq_stream s = nth(f, 0);
    struct vq_gap g;
    double last = 0, longest = 0, shortest = 1e9;
    assert_int_equal(s.n_gaps, 16);
    assert_int_equal(s.gaps_not_kept, 24);
    for (unsigned i = 0; vq_stream_gap(f->e, &s, i, &g); i++) {
        assert_true((double)g.ts > last);
        last = (double)g.ts;
        longest = fmax(longest, g.ms);
        shortest = fmin(shortest, g.ms);
    }
    assert_close(longest, 5020, 1e-6);
    assert_close(shortest, 320 + 25, 1e-6); /* 5 and 25 .. 39 */
}

/* A router takes over: 50 packets are lost, then they have passed one hop less. */
static void test_path_change(void **state)
{
    struct feeder *f = *state;
    begin(f);
    talk(f, 500);
    now.seq += 50;
    now.ts += 8000;
    now.ms += 1000;
    now.ttl = 63;
    talk(f, 600);
    struct vq_stream s = nth(f, 0);
    struct vq_path_change c;
    assert_int_equal(only_gap(f).kind, VQ_GAP_FAILOVER);
    assert_int_equal(s.n_path_changes, 1);
    assert_true(vq_stream_path_change(f->e, &s, 0, &c));
    assert_int_equal(c.what, VQ_PATH_TTL);
    assert_int_equal(c.ttl_before, 64);
    assert_int_equal(c.ttl, 63);
    assert_int_equal(c.missing, 50);
    assert_close(c.gap_ms, 1020, 1e-6);
    assert_close(c.mos_before, 4.37, 0.01);
    assert_close(c.mos_after, 4.37, 0.01);
    assert_true(c.mos_around < 2); /* 50 of some 500 packets */
}

static void test_payload_change(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.pt = 8;
    talk(f, 50);
    struct vq_stream s = nth(f, 0);
    assert_int_equal(s.n_payload_changes, 1);
    assert_int_equal(s.payload_changes[0].pt, 8);
    assert_string_equal(s.payload_changes[0].codec, "PCMA");
    assert_int_equal(s.payload_changes[0].frame, 103);
}

static bool find(struct feeder *f, const char *id)
{
    const char *left = id;
    vq_findings(f->e, look_for, &left);
    return !left;
}

/* In packets of so many milliseconds. */
static void talk_in(struct feeder *f, int packets, int ms)
{
    for (int i = 0; i < packets; i++) {
        talk(f, 1);
        now.ts += 8u * (unsigned)(ms - 20);
        now.ms += ms - 20;
    }
}

/* 60 ms packets and GSM, to somebody who asked for 20 ms of PCMU. */
static void test_not_what_was_asked_for(void **state)
{
    struct feeder *f = *state;
    offer(f, 0, "1 INVITE", "a=ptime:20\r\n", "a=ptime:20\r\n");
    now = (struct run){.ms = 100, .seq = 1, .ssrc = 7, .pt = 3, .ttl = 64};
    talk_in(f, 50, 60);
    struct vq_stream s = nth(f, 0);
    assert_int_equal(s.ptime_declared_ms, 20);
    assert_close(s.ptime_ms, 60, 1e-9);
    assert_true(s.codec_unannounced);
    vq_engine_finish(f->e);
    assert_true(find(f, "stream-ptime"));
    assert_true(find(f, "stream-codec-unannounced"));
}

/* 40 ms packets to somebody who asked for 20 and takes no more than 30. */
static void test_more_than_it_takes(void **state)
{
    struct feeder *f = *state;
    offer(f, 0, "1 INVITE", "a=ptime:20\r\na=maxptime:30\r\n", "a=ptime:20\r\na=maxptime:30\r\n");
    now = (struct run){.ms = 100, .seq = 1, .ssrc = 7, .pt = 0, .ttl = 64};
    talk_in(f, 50, 40);
    assert_int_equal(nth(f, 0).ptime_max_ms, 30);
    assert_close(nth(f, 0).ptime_ms, 40, 1e-9);
    vq_engine_finish(f->e);
    assert_true(find(f, "stream-ptime"));
}

static void test_what_was_asked_for(void **state)
{
    struct feeder *f = *state;
    begin(f);
    struct vq_stream s = nth(f, 0);
    assert_int_equal(s.ptime_declared_ms, 0);
    assert_false(s.codec_unannounced);
    vq_engine_finish(f->e);
    assert_false(find(f, "stream-ptime"));
    assert_false(find(f, "stream-codec-unannounced"));
}

/* The sender moves to another address, SSRC and numbering with it. */
static void test_source_change(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = ep("10.0.9.9", 4400);
    struct vq_path_change c;
    struct vq_gap g;
    begin(f);
    now.seq += 25;
    now.ts += 160 * 25;
    now.ms += 500;
    talk_from(f, &other, 100);
    struct vq_stream a = nth(f, 0), b = nth(f, 1);
    assert_int_equal(a.previous, 0);
    assert_int_equal(b.previous, a.handle);
    assert_string_equal(b.previous_why, "source_change");
    assert_int_equal(b.n_gaps, 1);
    assert_true(vq_stream_gap(f->e, &b, 0, &g));
    assert_int_equal(g.kind, VQ_GAP_FAILOVER);
    assert_int_equal(g.missing, 25);
    assert_close(g.ms, 520, 1e-6);
    assert_int_equal(g.frames[0], a.last_frame);
    assert_true(vq_stream_path_change(f->e, &b, 0, &c));
    assert_int_equal(c.what, VQ_PATH_SOURCE);
    assert_true(vq_endpoint_eq(&c.src_before, &alice_rtp));
    assert_true(c.mos_around < 3 && c.mos_before > 4 && c.mos_after > 4);
}

/* From elsewhere, and one hop further. */
static void test_source_and_hops(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = ep("10.0.9.9", 4400);
    struct vq_path_change c;
    begin(f);
    now.ttl = 63;
    talk_from(f, &other, 100);
    struct vq_stream b = nth(f, 1);
    assert_true(vq_stream_path_change(f->e, &b, 0, &c));
    assert_int_equal(c.what, VQ_PATH_SOURCE | VQ_PATH_TTL);
    assert_int_equal(c.ttl_before, 64);
    assert_int_equal(c.ttl, 63);
}

/* What is lost between two streams that are one to the listener counts in the call's worst score, and in the worst ten
 * seconds; neither stream lost it by itself. */
static void test_outage_between_streams(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = ep("10.0.9.9", 4400);
    struct vq_totals t;
    struct vq_call c;
    struct vq_emodel_out out;
    begin(f);
    now.seq += 25;
    now.ts += 160 * 25;
    now.ms += 500;
    talk_from(f, &other, 100);
    struct vq_stream a = nth(f, 0), b = nth(f, 1);
    assert_true(a.lost == 0 && b.lost == 0 && a.mos > 4 && b.mos > 4);
    assert_true(vq_call_get(f->e, vq_call_next(f->e, 0), &c));
    assert_int_equal(c.lost_between, 25);
    struct vq_emodel_in in = b.emodel_in; /* 25 of 225, in one run */
    in.ppl = 100 * 25 / 225.;
    in.burst_r = 25 * (200 / 225.);
    vq_emodel_g107(&in, &out);
    assert_close(c.r_min, out.r, 1e-9);
    assert_close(c.mos_min, out.mos, 1e-9);
    assert_int_equal(vq_totals_get(f->e, &t), 0);
    assert_close(t.mos_worst, out.mos, 1e-9);
    in.ppl = 100 * 25 / 125.;
    in.burst_r = 1;
    vq_emodel_g107(&in, &out);
    assert_close(b.windows.worst_r, out.r, 1e-9);
    assert_true(a.windows.worst_mos > 4);
}

/* Two senders that chose one SSRC (RFC 3550 8.2), and not: one numbering seen twice, one after the other. */
static void test_ssrc_collision(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = ep("10.0.9.9", 4400);
    const char *id = "stream-ssrc-collision";
    begin(f);
    for (int i = 0; i < 200; i++) {
        struct packet p;
        packet_rtp(&p, &other, &bob_rtp, 7, (uint16_t)(20000 + i), (uint32_t)(160 * i), 0);
        feed_packet(f, now.ms + 3, &p);
        talk(f, 1);
    }
    struct vq_stream a = nth(f, 0), b = nth(f, 1);
    assert_int_equal(a.ssrc_collision, b.handle);
    assert_int_equal(b.ssrc_collision, a.handle);
    vq_findings(f->e, look_for, &id);
    assert_null(id);
}

static void test_no_ssrc_collision(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint outside = ep("10.0.9.9", 4400);
    begin(f);
    for (int i = 0; i < 200; i++) { /* the same packets behind a NAT */
        struct packet p;
        packet_rtp(&p, &outside, &bob_rtp, 7, (uint16_t)now.seq, now.ts, 0);
        feed_packet(f, now.ms + 1, &p);
        talk(f, 1);
    }
    assert_int_equal(nth(f, 0).ssrc_collision, 0);
    assert_int_equal(nth(f, 1).ssrc_collision, 0);
}

static void test_ports_used_again(void **state)
{
    struct feeder *f = *state;
    begin(f);
    struct sip_text t = {.start = "BYE sip:bob@b SIP/2.0", .call_id = "c", .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = "tb", .branch = "z9hG4bKbye", .cseq = "9 BYE"};
    feed_text(f, now.ms, &alice, &bob, sip_build(&t));
    t.start = "SIP/2.0 200 OK";
    feed_text(f, now.ms + 1, &bob, &alice, sip_build(&t));
    now.ms += 5000;
    t = (struct sip_text){.start = "INVITE sip:bob@b SIP/2.0", .call_id = "later", .from = "alice@a", .from_tag = "fz", .to = "bob@b",
                          .to_tag = "", .branch = "z9hG4bKz", .cseq = "1 INVITE", .sdp = sdp_build("10.0.0.1", 4000, "0", "")};
    feed_text(f, now.ms, &alice, &bob, sip_build(&t));
    t.start = "SIP/2.0 200 OK";
    t.to_tag = "tz";
    t.sdp = sdp_build("10.0.0.2", 5000, "0", "");
    feed_text(f, now.ms + 10, &bob, &alice, sip_build(&t));
    now.ms += 20;
    now.ssrc = 99;
    now.seq = 300;
    talk(f, 100);
    struct vq_stream a = nth(f, 0), b = nth(f, 1);
    assert_true(a.call && b.call && a.call != b.call);
    assert_int_equal(a.ports_before, 0);
    assert_int_equal(b.ports_before, a.handle);
    assert_int_equal(b.previous, 0);
}

static void test_ssrc_change(void **state)
{
    struct feeder *f = *state;
    begin(f);
    now.ssrc = 8;
    now.seq = 100;
    talk(f, 100);
    struct vq_stream b = nth(f, 1);
    assert_string_equal(b.previous_why, "ssrc_change");
    assert_int_equal(b.n_path_changes, 0);
    offer(f, now.ms, "2 INVITE", "", "");
    now.ssrc = 9;
    talk(f, 100);
    struct vq_stream c = nth(f, 2);
    assert_int_equal(c.previous, b.handle);
    assert_string_equal(c.previous_why, "renegotiated");
}

/* Two streams at the same time do not follow each other. */
static void test_parallel_streams(void **state)
{
    struct feeder *f = *state;
    begin(f);
    for (int i = 0; i < 100; i++) {
        now.ssrc = 7 + (uint32_t)(i & 1);
        talk(f, 1);
    }
    assert_int_equal(nth(f, 1).previous, 0);
}

static void test_finding(void **state)
{
    struct feeder *f = *state;
    const char *id = "stream-path-outage";
    begin(f);
    talk(f, 400);
    now.seq += 75;
    now.ts += 12000;
    now.ms += 1500;
    now.ttl = 60;
    talk(f, 400);
    vq_engine_finish(f->e);
    vq_findings(f->e, look_for, &id);
    assert_null(id);
}

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, feeder_setup, feeder_teardown)
    const struct CMUnitTest tests[] = {
        T(test_steady), T(test_hold), T(test_stop_after_resume_is_no_hold), T(test_silence),
        T(test_silence_by_comfort_noise), T(test_sender_stop), T(test_network_loss), T(test_network_held_up), T(test_restart),
        T(test_longest_are_kept), T(test_path_change), T(test_payload_change), T(test_source_change), T(test_source_and_hops), T(test_outage_between_streams), T(test_ssrc_collision),
        T(test_no_ssrc_collision), T(test_ports_used_again), T(test_ssrc_change),
        T(test_parallel_streams), T(test_not_what_was_asked_for), T(test_more_than_it_takes), T(test_what_was_asked_for), T(test_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
