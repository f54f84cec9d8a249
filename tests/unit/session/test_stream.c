/* Streams: proof, counting, binding to calls by every kind of evidence, restarts, ports used again. */
#include "support/check.h"
#include "support/packet.h"

#include <math.h>
#include <stdio.h>

#include <voipqos/model.h>

static const struct vq_endpoint alice = EP4(10, 0, 0, 1, 5060), bob = EP4(10, 0, 0, 2, 5060),
                                alice_rtp = EP4(10, 0, 0, 1, 4000), bob_rtp = EP4(10, 0, 0, 2, 5000);

static void message(struct feeder *f, double ms, bool by_alice, const char *start, const char *cseq, const char *call_id,
                    const char *sdp)
{
    char branch[64];
    snprintf(branch, sizeof branch, "z9hG4bK%s%s", call_id, cseq);
    struct sip_text t = {.start = start, .call_id = call_id, .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = strncmp(start, "INVITE", 6) ? "tb" : "", .branch = branch, .cseq = cseq, .sdp = sdp};
    feed_text(f, ms, by_alice ? &alice : &bob, by_alice ? &bob : &alice, sip_build(&t));
}

/* INVITE and 200 with these addresses in their SDP. */
static void call(struct feeder *f, double ms, const char *id, const struct vq_endpoint *a, const struct vq_endpoint *b,
                 const char *formats, const char *attributes)
{
    char ip[VQ_ENDPOINT_TEXT];
    message(f, ms, true, "INVITE sip:bob@b SIP/2.0", "1 INVITE", id,
            sdp_build(vq_endpoint_host(a, ip), a->port, formats, attributes));
    message(f, ms + 10, false, "SIP/2.0 200 OK", "1 INVITE", id,
            sdp_build(vq_endpoint_host(b, ip), b->port, formats, attributes));
}

static void bye(struct feeder *f, double ms, const char *id)
{
    message(f, ms, true, "BYE sip:bob@b SIP/2.0", "2 BYE", id, NULL);
    message(f, ms + 1, false, "SIP/2.0 200 OK", "2 BYE", id, NULL);
}

static void talk(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc,
                 int seq, int n)
{
    for (int i = 0; i < n; i++)
        feed_rtp(f, ms + 20 * i, src, dst, ssrc, (uint16_t)(seq + i), (uint32_t)(160 * (seq + i)), 0);
}

static unsigned streams(struct feeder *f, struct vq_stream *out, unsigned room)
{
    unsigned n = 0;
    for (uint32_t h = vq_stream_next(f->e, 0); h; h = vq_stream_next(f->e, h), n++)
        if (n < room)
            assert_true(vq_stream_get(f->e, h, &out[n]));
    return n;
}

static void test_bound_by_sdp(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 100, &alice_rtp, &bob_rtp, 7, 10, 100);
    talk(f, 105, &bob_rtp, &alice_rtp, 8, 65500, 100);
    bye(f, 3000, "a");
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 2);
    assert_int_equal(s[0].pairing, VQ_PAIR_SDP);
    assert_int_equal(s[0].direction, VQ_DIR_CALLER_TO_CALLEE);
    assert_int_equal(s[1].direction, VQ_DIR_CALLEE_TO_CALLER);
    assert_int_equal(s[0].call, vq_call_next(f->e, 0));
    assert_int_equal(s[0].next_in_call, s[1].handle);
    assert_int_equal(s[0].packets, 100);
    assert_int_equal(s[1].lost, 0);
    assert_string_equal(s[0].codec, "PCMU");
    assert_close(s[0].ptime_ms, 20, 1e-9);
    assert_close(s[0].jitter_mean_ms, 0, 1e-9);
    assert_close(s[0].interarrival_ms.mean, 20, 1e-9);
    assert_close(s[0].interarrival_total_ms, 99 * 20, 1e-6);
    assert_true(s[0].scored);
    struct vq_call c;
    vq_call_get(f->e, s[0].call, &c);
    assert_int_equal(c.n_streams, 2);
    assert_int_equal(c.first_media, 90000000);
    /* Every packet is in exactly one interval. */
    struct vq_interval iv;
    uint64_t packets = 0;
    for (unsigned i = 0; i < s[0].n_intervals; i++) {
        assert_true(vq_stream_interval(f->e, &s[0], i, &iv));
        packets += iv.packets;
    }
    assert_int_equal(packets, 100);
    assert_int_equal(s[0].n_intervals, 2);
}

/* Media first, SDP later, with a payload type that only SDP explains: nothing of the jitter is lost. */
static void test_early_media_dynamic_type(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[2];
    for (int i = 0; i < 50; i++)
        feed_rtp(f, 20 * i + (i % 2 ? 4 : 0), &bob_rtp, &alice_rtp, 9, (uint16_t)i, (uint32_t)(960 * i), 111);
    call(f, 1000, "a", &alice_rtp, &bob_rtp, "111", "a=rtpmap:111 opus/48000/2\r\n");
    for (int i = 50; i < 100; i++)
        feed_rtp(f, 20 * i + (i % 2 ? 4 : 0), &bob_rtp, &alice_rtp, 9, (uint16_t)i, (uint32_t)(960 * i), 111);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 2), 1);
    assert_string_equal(s[0].codec, "opus");
    assert_int_equal(s[0].clock_hz, 48000);
    assert_int_equal(s[0].packets, 100);
    assert_int_equal(s[0].pairing, VQ_PAIR_SDP);
    double j = 0, sum = 0;
    for (int i = 1; i < 100; i++) {
        j += (4 - j) / 16;
        sum += j;
    }
    assert_close(s[0].jitter_mean_ms, sum / 99, 1e-6);
    assert_close(s[0].delay_variation_ms, 4, 1e-6);
    assert_true(s[0].scored);
    assert_int_equal(s[0].impairment->scale, VQ_SCALE_FB);
}

static void test_nat_source_differs(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    struct vq_endpoint announced = ep("192.168.1.10", 4000), outside = ep("203.0.113.5", 61000);
    call(f, 0, "a", &announced, &bob_rtp, "0", "");
    talk(f, 100, &outside, &bob_rtp, 7, 10, 50);
    talk(f, 105, &bob_rtp, &outside, 8, 10, 50);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 2);
    assert_int_equal(s[0].pairing, VQ_PAIR_SDP_DST);
    assert_int_equal(s[0].direction, VQ_DIR_CALLER_TO_CALLEE);
    assert_int_equal(s[1].pairing, VQ_PAIR_SDP_SRC);
    assert_int_equal(s[1].direction, VQ_DIR_CALLEE_TO_CALLER);
}

/* Neither end was announced, but one is where the only call's signalling comes from. */
static void test_nat_signalling(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    struct vq_endpoint a = ep("192.168.1.10", 4000), b = ep("192.168.7.20", 5000), relay = ep("198.51.100.9", 30000);
    struct vq_endpoint from = ep("10.0.0.1", 45678);
    call(f, 0, "a", &a, &b, "0", "");
    talk(f, 100, &from, &relay, 7, 10, 50);
    talk(f, 105, &relay, &from, 8, 10, 50);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 2);
    assert_int_equal(s[0].pairing, VQ_PAIR_SIGNALLING);
    assert_int_equal(s[0].direction, VQ_DIR_CALLER_TO_CALLEE);
    assert_int_equal(s[1].direction, VQ_DIR_CALLEE_TO_CALLER);
}

static void test_nat_signalling_ambiguous(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    struct vq_endpoint a = ep("192.168.1.10", 4000), b = ep("192.168.7.20", 5000), relay = ep("198.51.100.9", 30000);
    struct vq_endpoint from = ep("10.0.0.1", 45678);
    call(f, 0, "a", &a, &b, "0", "");
    call(f, 50, "b", &a, &b, "0", "");
    talk(f, 100, &from, &relay, 7, 10, 50);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].call, 0);
    assert_int_equal(s[0].pairing, VQ_PAIR_NONE);
}

/* sipp's habit: one SSRC and one port pair for call after call. */
static void test_port_used_again(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[8];
    for (int i = 0; i < 3; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i);
        call(f, 10000 * i, id, &alice_rtp, &bob_rtp, "0", "");
        talk(f, 10000 * i + 100, &alice_rtp, &bob_rtp, 0xca110000, 1 + 37 * i, 100);
        bye(f, 10000 * i + 3000, id);
    }
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 8), 3);
    uint32_t c = 0;
    for (int i = 0; i < 3; i++) {
        c = vq_call_next(f->e, c);
        assert_int_equal(s[i].call, c);
        assert_int_equal(s[i].packets, 100);
        assert_int_equal(s[i].lost, 0);
        assert_int_equal(s[i].duplicates, 0);
    }
}

static void test_why_there_is_no_score(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[1];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "96", "a=rtpmap:96 nosuch/8000\r\n");
    for (int i = 0; i < 60; i++)
        feed_rtp(f, 100 + 20 * i, &alice_rtp, &bob_rtp, 7, (uint16_t)i, (uint32_t)(160 * i), 96);
    assert_int_equal(streams(f, s, 1), 1);
    assert_false(s[0].scored);
    assert_string_equal(s[0].score_why, "no codec of that name is known here: --codecs gives it values");
}

static void test_unannounced_needs_proof(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    talk(f, 0, &alice_rtp, &bob_rtp, 7, 10, 2);
    assert_int_equal(streams(f, s, 4), 0);
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.decoded[VQ_DEC_OTHER_UDP], 2);
    talk(f, 40, &alice_rtp, &bob_rtp, 7, 12, 1);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].packets, 3); /* those before the proof belong to it */
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.decoded[VQ_DEC_OTHER_UDP], 0);
    assert_int_equal(st.decoded[VQ_DEC_RTP], 3);
    assert_int_equal(st.rtp_packets, 3);
}

/* A description without c= line, as beginners write it: media is expected where the INVITE came from. At a port that was
 * announced a gap, which elsewhere speaks against it, is loss. */
static void test_no_address_in_sdp(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    struct vq_endpoint other = ep("10.0.0.1", 4002);
    message(f, 0, true, "INVITE sip:bob@b SIP/2.0", "1 INVITE", "a",
            "v=0\r\no=a 10.9.9.9\r\ns=x\r\nt=0\r\nm=audio 4000 RTP\r\n");
    talk(f, 100, &bob_rtp, &alice_rtp, 7, 10, 2);
    talk(f, 100, &bob_rtp, &other, 8, 10, 2);
    assert_int_equal(streams(f, s, 4), 0);
    talk(f, 6000, &bob_rtp, &alice_rtp, 7, 300, 2);
    talk(f, 6000, &bob_rtp, &other, 8, 300, 2);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].packets, 4);
    assert_int_equal(s[0].lost, 288);
    assert_int_equal(s[0].pairing, VQ_PAIR_SDP_DST);
    assert_int_equal(s[0].direction, VQ_DIR_CALLEE_TO_CALLER);
}

/* A proxy that sends the same description on is not where media is expected. */
static void test_no_address_behind_a_proxy(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    static const char sdp[] = "v=0\r\no=a 10.9.9.9\r\ns=x\r\nt=0\r\nm=audio 4000 RTP\r\n";
    struct vq_endpoint proxy = ep("10.0.0.9", 5060), proxy_rtp = ep("10.0.0.9", 4000);
    struct sip_text t = {.start = "INVITE sip:bob@b SIP/2.0", .call_id = "a", .from = "alice@a", .from_tag = "fa",
                         .to = "bob@b", .to_tag = "", .branch = "z9hG4bKp", .cseq = "1 INVITE", .sdp = sdp};
    message(f, 0, true, "INVITE sip:bob@b SIP/2.0", "1 INVITE", "a", sdp);
    feed_text(f, 1, &proxy, &bob, sip_build(&t));
    talk(f, 100, &bob_rtp, &proxy_rtp, 7, 10, 3);
    talk(f, 200, &bob_rtp, &alice_rtp, 8, 10, 3);
    assert_int_equal(streams(f, s, 4), 2);
    assert_int_equal(s[0].ssrc, 7);
    assert_int_equal(s[0].pairing, VQ_PAIR_NONE);
    assert_int_equal(s[1].pairing, VQ_PAIR_SDP_DST);
}

/* What only looks like RTP: version bits by chance, another "SSRC" every time. */
static void test_noise_is_no_stream(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    uint32_t x = 1;
    for (int i = 0; i < 2000; i++) {
        x = x * 1664525 + 1013904223;
        feed_rtp(f, i, &alice_rtp, &bob_rtp, x, (uint16_t)(x >> 7), x * 3, 96);
    }
    assert_int_equal(streams(f, s, 4), 0);
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_true(st.open_streams <= 4);
    /* A promise outweighs the flow's bad name. */
    call(f, 3000, "a", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 3100, &alice_rtp, &bob_rtp, 7, 10, 10);
    assert_int_equal(streams(f, s, 4), 1);
}

/* Audio and video on one flow, unannounced, packet by packet in turns. */
static void test_two_ssrcs_in_turns(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    for (int i = 0; i < 50; i++) {
        feed_rtp(f, 20 * i, &alice_rtp, &bob_rtp, 1, (uint16_t)i, (uint32_t)(160 * i), 0);
        feed_rtp(f, 20 * i + 5, &alice_rtp, &bob_rtp, 2, (uint16_t)(900 + i), (uint32_t)(1800 * i), 34);
    }
    assert_int_equal(streams(f, s, 4), 2);
    assert_int_equal(s[0].packets, 50);
    assert_int_equal(s[1].packets, 50);
    assert_int_equal(s[1].media, VQ_MEDIA_VIDEO);
}

static void test_restart_is_a_segment(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 100, &alice_rtp, &bob_rtp, 7, 100, 50);
    talk(f, 1100, &alice_rtp, &bob_rtp, 7, 30000, 50);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].packets, 100);
    assert_int_equal(s[0].lost, 0);
    assert_int_equal(s[0].expected, 100);
    assert_int_equal(s[0].out_of_range, 0);
    assert_int_equal(s[0].segments->packets, 50);
    assert_int_equal(s[0].segments->next->packets, 50);
    assert_string_equal(s[0].segments->next->reason, "sequence_restart");
    assert_null(s[0].segments->next->next);
}

static void anew(struct feeder *f, double ms, int seq, uint32_t ts, int n)
{
    for (int i = 0; i < n; i++)
        feed_rtp(f, ms + 20 * i, &alice_rtp, &bob_rtp, 7, (uint16_t)(seq + i), ts + (uint32_t)(160 * i), 0);
}

/* Numbers that could be loss or late packets, if the timestamps did not say otherwise; and true loss, which they confirm. */
static void test_restart_close_by(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0", "");
    anew(f, 100, 1000, 5000000, 100);
    anew(f, 2100, 1600, 77, 100);                   /* 501 ahead, other timestamps */
    anew(f, 4100, 1500, 77 + 160 * 100, 100);       /* 199 behind, timestamps go on */
    anew(f, 100 + 20 * 400, 1700, 77 + 160 * 300, 100); /* 100 packets lost */
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].packets, 400);
    assert_int_equal(s[0].lost, 100);
    assert_int_equal(s[0].expected, 500);
    assert_int_equal(s[0].duplicates, 0);
    assert_int_equal(s[0].reordered, 0);
    assert_int_equal(s[0].out_of_range, 0);
    assert_int_equal(s[0].segments->packets, 100);
    assert_int_equal(s[0].segments->next->packets, 100);
    assert_int_equal(s[0].segments->next->next->packets, 200);
    assert_null(s[0].segments->next->next->next);
}

/* 70 seconds of silence on the line: 3,500 packets lost, since clock and timestamps agree that they were sent. */
static void test_long_outage_is_loss(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 100, &alice_rtp, &bob_rtp, 7, 100, 50);
    talk(f, 100 + 20 * 3550, &alice_rtp, &bob_rtp, 7, 100 + 3550, 50);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].lost, 3500);
    assert_int_equal(s[0].loss_runs[9], 1);
}

/* PCMU and PCMA in turns have one clock: the jitter goes through. */
static void test_payload_change_keeps_the_jitter(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0 8", "");
    for (int i = 0; i < 100; i++) /* 4 ms of delay for every other packet */
        feed_rtp(f, 100 + 20 * i + (i % 2 ? 4 : 0), &alice_rtp, &bob_rtp, 7, (uint16_t)i, (uint32_t)(160 * i), i % 2 ? 8 : 0);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_close(s[0].jitter_last_ms, 4 * (1 - pow(15 / 16., 99)), 1e-9);
}

static void test_telephone_events_and_comfort_noise(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0 13 101", "a=rtpmap:101 telephone-event/8000\r\n");
    talk(f, 100, &alice_rtp, &bob_rtp, 7, 1, 10);
    for (int i = 0; i < 5; i++) /* one event: the timestamp stands still */
        feed_rtp(f, 300 + 20 * i, &alice_rtp, &bob_rtp, 7, (uint16_t)(11 + i), 1760, 101);
    talk(f, 400, &alice_rtp, &bob_rtp, 7, 16, 10);
    feed_rtp(f, 600, &alice_rtp, &bob_rtp, 7, 26, 160 * 26, 13);
    talk(f, 2000, &alice_rtp, &bob_rtp, 7, 27, 10); /* after a pause */
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].packets, 36);
    assert_int_equal(s[0].event_packets, 5);
    assert_int_equal(s[0].cn_packets, 1);
    assert_int_equal(s[0].n_payload_types, 3);
    assert_string_equal(s[0].codec, "PCMU");
    assert_int_equal(s[0].lost, 0);
    assert_close(s[0].jitter_max_ms, 0, 1e-9);
}

/* One frame with a clock of its own does not stretch the course over time: its room is fixed. */
static void test_far_timestamp(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    call(f, 0, "a", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 100, &alice_rtp, &bob_rtp, 7, 1, 10);
    talk(f, 60.0 * 365 * 86400e3, &alice_rtp, &bob_rtp, 7, 11, 1);
    talk(f, 400, &alice_rtp, &bob_rtp, 7, 12, 10);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_true(s[0].n_intervals <= 1024);
    uint64_t packets = 0;
    struct vq_interval iv;
    for (unsigned i = 0; i < s[0].n_intervals; i++) {
        assert_true(vq_stream_interval(f->e, &s[0], i, &iv));
        packets += iv.packets;
    }
    assert_int_equal(packets, 21);
}

/* A hundred announced addresses of one call leave room for the media of others. */
static void test_promises_are_capped(void **state)
{
    struct feeder *f = *state;
    struct vq_stream s[4];
    message(f, 0, true, "INVITE sip:bob@b SIP/2.0", "1 INVITE", "greedy", NULL);
    for (unsigned i = 0; i < 100; i++) {
        char start[40];
        snprintf(start, sizeof start, "SIP/2.0 183 Try %u", i);
        message(f, 10 + i, false, start, "1 INVITE", "greedy", sdp_build("10.0.0.2", 10000 + i, "0", ""));
    }
    call(f, 500, "good", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 600, &alice_rtp, &bob_rtp, 7, 10, 20);
    vq_engine_finish(f->e);
    assert_int_equal(streams(f, s, 4), 1);
    assert_int_equal(s[0].pairing, VQ_PAIR_SDP);
    struct vq_call c;
    vq_call_get(f->e, s[0].call, &c);
    assert_string_equal(c.call_id, "good");
}

/* Flows of strangers push out neither the flows of finished calls nor, uncounted, their streams. */
static void test_flow_flood(void **state)
{
    struct feeder *f = *state;
    vq_engine_free(f->e);
    struct vq_options o;
    vq_options_defaults(&o);
    o.max_flows = 40;
    assert_int_equal(vq_engine_new(&f->e, &o), 0);
    for (unsigned i = 0; i < 10; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%u", i);
        struct vq_endpoint a = ep("10.0.0.1", 4000 + 2 * i), b = ep("10.0.0.2", 5000 + 2 * i);
        call(f, 1000 * i, id, &a, &b, "0", "");
        talk(f, 1000 * i + 100, &a, &b, i, 1, 20);
        bye(f, 1000 * i + 900, id);
    }
    for (unsigned i = 0; i < 5000; i++) {
        struct vq_endpoint x = ep("172.16.0.9", 1024 + i);
        feed_rtp(f, 20000 + i, &x, &bob_rtp, i, 1, 1, 0);
    }
    vq_engine_finish(f->e);
    struct vq_stats st;
    struct vq_stream s[16];
    vq_engine_stats(f->e, &st);
    assert_int_equal(streams(f, s, 16), 10);
    assert_int_equal(st.evicted_finished, 0);
    assert_true(st.evicted_flows > 4900);
}

/* Small tables: the flood is counted and forgotten, the finished call stays. */
static void test_flood(void **state)
{
    struct feeder *f = *state;
    vq_engine_free(f->e);
    struct vq_options o;
    vq_options_defaults(&o);
    o.max_calls = o.max_streams = o.max_dialogs = o.max_registrations = 8;
    o.max_flows = 16;
    assert_int_equal(vq_engine_new(&f->e, &o), 0);
    call(f, 0, "real", &alice_rtp, &bob_rtp, "0", "");
    talk(f, 100, &alice_rtp, &bob_rtp, 7, 10, 100);
    bye(f, 3000, "real");
    for (int i = 0; i < 3000; i++) {
        char id[32], addr[32];
        snprintf(id, sizeof id, "flood%d", i);
        snprintf(addr, sizeof addr, "172.16.%d.%d", i / 250, i % 250);
        struct vq_endpoint x = ep(addr, 1000 + (unsigned)i);
        struct sip_text t = {.start = i % 3 ? "INVITE sip:x@y SIP/2.0" : "REGISTER sip:y SIP/2.0", .call_id = id, .from = "x@y",
                             .from_tag = "q", .to = "z@y", .to_tag = "", .branch = id, .cseq = i % 3 ? "1 INVITE" : "1 REGISTER"};
        feed_text(f, 4000 + i, &x, &bob, sip_build(&t));
        for (int k = 0; k < 2; k++)
            feed_rtp(f, 4000 + i, &x, &bob_rtp, (uint32_t)i, (uint16_t)k, 0, 0);
    }
    vq_engine_finish(f->e);
    struct vq_stats st;
    struct vq_stream s[8];
    vq_engine_stats(f->e, &st);
    assert_true(st.evicted_calls > 1900 && st.evicted_registrations > 900 && st.evicted_flows > 1000);
    assert_int_equal(st.evicted_finished, 0);
    assert_true(st.open_calls <= 8 && st.open_streams <= 8 && st.open_flows <= 16);
    struct vq_call c;
    vq_call_get(f->e, vq_call_next(f->e, 0), &c);
    assert_string_equal(c.call_id, "real");
    assert_int_equal(c.state, VQ_CALL_COMPLETED);
    assert_int_equal(streams(f, s, 8), 1);
    assert_int_equal(s[0].packets, 100);
    uint64_t sum = 0;
    for (int i = 0; i < VQ_DEC_COUNT; i++)
        sum += st.decoded[i];
    for (int i = 0; i < VQ_DROP_COUNT; i++)
        sum += st.not_decoded[i];
    assert_int_equal(sum, st.frames);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, feeder_setup, feeder_teardown)
    const struct CMUnitTest tests[] = {
        T(test_bound_by_sdp), T(test_early_media_dynamic_type), T(test_nat_source_differs), T(test_nat_signalling),
        T(test_nat_signalling_ambiguous), T(test_port_used_again), T(test_unannounced_needs_proof),
        T(test_why_there_is_no_score), T(test_noise_is_no_stream),
        T(test_no_address_in_sdp), T(test_no_address_behind_a_proxy),
        T(test_two_ssrcs_in_turns), T(test_restart_is_a_segment), T(test_restart_close_by),
        T(test_long_outage_is_loss),
        T(test_payload_change_keeps_the_jitter),
        T(test_telephone_events_and_comfort_noise), T(test_flood), T(test_far_timestamp), T(test_promises_are_capped),
        T(test_flow_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
