/* test_dtmf_in.c - keys pressed during calls: each is told once, whatever happens to its packets. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/model.h>

static const struct vq_endpoint alice = EP4(10, 0, 0, 1, 5060), bob = EP4(10, 0, 0, 2, 5060),
                                alice_rtp = EP4(10, 0, 0, 1, 4000), bob_rtp = EP4(10, 0, 0, 2, 5000),
                                relay_rtp = EP4(10, 0, 0, 3, 6000);
static struct vq_dtmf keys[VQ_DTMF_PER_CALL];
static uint64_t not_kept;

static void message(struct feeder *f, double ms, const char *start, const char *cseq, const char *via, const char *type,
                    const char *body)
{
    bool response = !strncmp(start, "SIP/", 4);
    struct sip_text t = {.start = start, .call_id = "c1", .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = strncmp(start, "INVITE", 6) ? "tb" : "", .branch = via, .cseq = cseq, .sdp = body,
                         .type = type};
    feed_text(f, ms, response ? &bob : &alice, response ? &alice : &bob, sip_build(&t));
}

static int setup(void **state)
{
    feeder_setup(state);
    message(*state, 0, "INVITE sip:bob@b SIP/2.0", "1 INVITE", "z9hG4bK1", NULL,
            sdp_build("10.0.0.1", 4000, "0 101", "a=rtpmap:101 telephone-event/8000\r\n"));
    message(*state, 10, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", NULL,
            sdp_build("10.0.0.2", 5000, "0 101", "a=rtpmap:101 telephone-event/8000\r\n"));
    return 0;
}

/* One packet of event reports; the marker belongs to the first of an event. */
static void event_from(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, int seq,
                       uint32_t ts, bool marker, const uint8_t *reports, size_t n)
{
    struct packet p;
    uint8_t rtp[12 + 64] = {0x80, (uint8_t)(marker << 7 | 101), (uint8_t)(seq >> 8), (uint8_t)seq, (uint8_t)(ts >> 24),
                            (uint8_t)(ts >> 16), (uint8_t)(ts >> 8), (uint8_t)ts, 0, 0, 0, 7};
    memcpy(rtp + 12, reports, n);
    packet_udp(&p, src, dst, rtp, 12 + n);
    feed_packet(f, ms, &p);
}

static void event(struct feeder *f, double ms, int seq, uint32_t ts, bool marker, int code, bool end, int duration)
{
    const uint8_t report[4] = {(uint8_t)code, (uint8_t)(end << 7 | 10), (uint8_t)(duration >> 8), (uint8_t)duration};
    event_from(f, ms, &alice_rtp, &bob_rtp, seq, ts, marker, report, sizeof report);
}

/* Speech, so that the stream is known. */
static void speech(struct feeder *f, int seq, int n)
{
    for (int i = 0; i < n; i++)
        feed_rtp(f, 20.0 * (seq + i), &alice_rtp, &bob_rtp, 7, (uint16_t)(seq + i), (uint32_t)(160 * (seq + i)), 0);
}

static unsigned dialled(struct feeder *f)
{
    return vq_call_dtmf(f->e, vq_call_next(f->e, 0), keys, &not_kept);
}

static void assert_key(unsigned i, char digit, double ms, bool ended)
{
    assert_int_equal(keys[i].digit, digit);
    assert_close(keys[i].duration_ms, ms, 0.01);
    assert_int_equal(keys[i].ended, ended);
}

/* The digits of RFC 4733's example of dialling 911: 200 ms, 250 ms, and the third still pressed; at 50 ms a packet, the
 * end sent three times. */
static void dials_911(void **state)
{
    struct feeder *f = *state;
    int seq = 100;
    speech(f, 50, 50);
    for (int i = 1; i <= 4; i++)
        event(f, 2000 + 50 * i, seq++, 0, i == 1, 9, i == 4, 400 * i);
    event(f, 2250, seq++, 0, false, 9, true, 1600);
    event(f, 2300, seq++, 0, false, 9, true, 1600);
    for (int i = 1; i <= 5; i++)
        event(f, 2880 + 50 * i, seq++, 7040, i == 1, 1, i == 5, 400 * i);
    event(f, 3180, seq++, 7040, false, 1, true, 2000);
    event(f, 3230, seq++, 7040, false, 1, true, 2000);
    event(f, 3450, seq++, 11200, true, 1, false, 400);
    assert_int_equal(dialled(f), 3);
    assert_key(0, '9', 200, true);
    assert_key(1, '1', 250, true);
    assert_key(2, '1', 50, false);
    assert_int_equal(not_kept, 0);
    assert_int_equal(keys[0].method, VQ_DTMF_RFC4733);
    assert_int_equal(keys[0].by, VQ_PARTY_CALLER);
    assert_int_equal(keys[0].stream, vq_stream_next(f->e, 0));
    assert_int_equal(keys[0].frame, 53); /* INVITE, 200, 50 packets of speech */
    struct vq_stream s;
    assert_true(vq_stream_get(f->e, keys[0].stream, &s));
    assert_int_equal(s.event_packets, 14);
}

/* 2.5.1.3: longer than 65535 units; the next segment goes on where the last one ends, and only the last has the end bit. */
static void long_events_come_in_segments(void **state)
{
    struct feeder *f = *state;
    speech(f, 50, 50);
    event(f, 2000, 100, 1000, true, 5, false, 160);
    event(f, 10000, 101, 1000, false, 5, false, 65535);
    event(f, 10020, 102, 66535, false, 5, false, 160);
    event(f, 11000, 103, 66535, false, 5, true, 8000);
    event(f, 11020, 104, 66535, false, 5, true, 8000);
    assert_int_equal(dialled(f), 1);
    assert_key(0, '5', 73535 / 8.0, true);
}

/* The same key twice, the end of the first lost. */
static void a_lost_end_makes_no_long_key(void **state)
{
    struct feeder *f = *state;
    speech(f, 50, 50);
    event(f, 2000, 100, 1000, true, 3, false, 160);
    event(f, 2020, 101, 1000, false, 3, false, 320);
    event(f, 3000, 110, 9000, false, 3, false, 240); /* the marked packet was lost, too */
    event(f, 3020, 111, 9000, false, 3, true, 400);
    assert_int_equal(dialled(f), 2);
    assert_key(0, '3', 40, false);
    assert_key(1, '3', 50, true);
}

/* Packets that were overtaken by the next key neither end that one nor make a third. */
static void late_packets_change_nothing(void **state)
{
    struct feeder *f = *state;
    speech(f, 50, 50);
    event(f, 2000, 100, 1000, true, 1, false, 160);
    event(f, 2020, 101, 1000, false, 1, true, 800);
    event(f, 2100, 104, 3000, true, 2, false, 160);
    event(f, 2105, 102, 1000, false, 1, true, 800);
    event(f, 2106, 103, 1000, false, 1, true, 800);
    event(f, 2120, 106, 3000, false, 2, true, 640);
    event(f, 2125, 105, 3000, false, 2, false, 320);
    assert_int_equal(dialled(f), 2);
    assert_key(0, '1', 100, true);
    assert_key(1, '2', 80, true);
}

/* Against 2.5.1.2, but seen: the timestamp runs on with each packet. */
static void a_running_timestamp_is_one_key(void **state)
{
    struct feeder *f = *state;
    speech(f, 50, 50);
    for (int i = 1; i <= 5; i++)
        event(f, 2000 + 20 * i, 99 + i, (uint32_t)(1000 + 160 * i), i == 1, 4, i == 5, 160 * i);
    assert_int_equal(dialled(f), 1);
    assert_key(0, '4', 100, true);
}

/* 2.5.1.5: several short events in one packet, each beginning where the one before ends. */
static void a_packet_holds_several_events(void **state)
{
    struct feeder *f = *state;
    static const uint8_t reports[] = {6, 0x8a, 1, 0x40, 7, 0x8a, 2, 0x80, 42, 0x8a, 0, 80, 8};
    speech(f, 50, 50);
    event_from(f, 2000, &alice_rtp, &bob_rtp, 100, 1000, true, reports, sizeof reports);
    event_from(f, 2020, &alice_rtp, &bob_rtp, 101, 1000, false, reports, sizeof reports);
    assert_int_equal(dialled(f), 2); /* 42 is no key, and the last byte no report */
    assert_key(0, '6', 40, true);
    assert_key(1, '7', 80, true);
}

/* A relay in the call passes the stream on: the key was pressed once. */
static void a_relayed_key_is_one(void **state)
{
    struct feeder *f = *state;
    static const uint8_t report[] = {1, 0x8a, 3, 0x20};
    message(f, 12, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK0", NULL,
            sdp_build("10.0.0.3", 6000, "0 101", "a=rtpmap:101 telephone-event/8000\r\n"));
    for (int i = 0; i < 50; i++) {
        feed_rtp(f, 1000 + 20 * i, &alice_rtp, &relay_rtp, 7, (uint16_t)(50 + i), (uint32_t)(160 * i), 0);
        feed_rtp(f, 1001 + 20 * i, &relay_rtp, &bob_rtp, 7, (uint16_t)(50 + i), (uint32_t)(160 * i), 0);
    }
    event_from(f, 2000, &alice_rtp, &relay_rtp, 100, 9000, true, report, sizeof report);
    event_from(f, 2001, &relay_rtp, &bob_rtp, 100, 9000, true, report, sizeof report);
    assert_int_equal(dialled(f), 1);
    assert_key(0, '1', 100, true);
}

/* A B2BUA makes another call with streams of its own: what it passes on is the same key, what comes seconds later is not. */
static void a_key_on_two_legs_is_one(void **state)
{
    struct feeder *f = *state;
    static const uint8_t report[] = {1, 0x8a, 3, 0x20};
    struct vq_endpoint pbx = ep("10.0.0.2", 5060), carol = ep("10.0.0.5", 5060), pbx_rtp = ep("10.0.0.2", 5002),
                       carol_rtp = ep("10.0.0.5", 7000),
                       from = ep("10.0.0.1", 4100), to = ep("10.0.0.2", 5100);
    const char *both = "Session-ID: ab30317f1a784dc48ff824d0d3715d86\r\n";
    struct sip_text in = {.start = "INVITE sip:carol@b SIP/2.0", .call_id = "in", .from = "alice@a", .from_tag = "f1",
                          .to = "carol@b", .to_tag = "", .branch = "z9hG4bKi", .cseq = "1 INVITE", .extra = both};
    struct sip_text out = in;
    in.sdp = sdp_build("10.0.0.1", 4100, "0 101", "a=rtpmap:101 telephone-event/8000\r\n");
    feed_text(f, 20, &alice, &pbx, sip_build(&in));
    out.call_id = "out";
    out.from_tag = "f2";
    out.branch = "z9hG4bKo";
    out.sdp = sdp_build("10.0.0.2", 5002, "0 101", "a=rtpmap:101 telephone-event/8000\r\n");
    feed_text(f, 22, &pbx, &carol, sip_build(&out));
    out.start = in.start = "SIP/2.0 200 OK";
    out.to_tag = in.to_tag = "t";
    out.sdp = sdp_build("10.0.0.5", 7000, "0 101", "a=rtpmap:101 telephone-event/8000\r\n");
    feed_text(f, 30, &carol, &pbx, sip_build(&out));
    in.sdp = sdp_build("10.0.0.2", 5100, "0 101", "a=rtpmap:101 telephone-event/8000\r\n");
    feed_text(f, 32, &pbx, &alice, sip_build(&in));
    for (int i = 0; i < 50; i++) {
        feed_rtp(f, 1000 + 20 * i, &from, &to, 7, (uint16_t)(50 + i), (uint32_t)(160 * i), 0);
        feed_rtp(f, 1001 + 20 * i, &pbx_rtp, &carol_rtp, 9, (uint16_t)(50 + i), (uint32_t)(160 * i), 0);
    }
    for (int k = 0; k < 2; k++) {
        event_from(f, 2000 + 3000 * k, &from, &to, 100 + k, 9000u + 24000u * (unsigned)k, true, report, sizeof report);
        struct packet p;
        uint8_t rtp[16] = {0x80, 0x80 | 101, 0, (uint8_t)(100 + k), 0, 0, 77, (uint8_t)k, 0, 0, 0, 9, 1, 0x8a, 3, 0x20};
        packet_udp(&p, &pbx_rtp, &carol_rtp, rtp, sizeof rtp);
        feed_packet(f, 2100 + 3000 * k, &p);
    }
    uint32_t call = vq_call_next(f->e, vq_call_next(f->e, 0));
    assert_int_equal(vq_call_next(f->e, call), 0); /* the two are one */
    struct vq_stream s;
    unsigned with_events = 0;
    for (uint32_t h = vq_stream_next(f->e, 0); h && vq_stream_get(f->e, h, &s); h = vq_stream_next(f->e, h))
        with_events += s.event_packets == 2;
    assert_int_equal(with_events, 2);
    assert_int_equal(vq_call_dtmf(f->e, call, keys, &not_kept), 2);
    assert_key(0, '1', 100, true);
    assert_key(1, '1', 100, true);
}

static void info_tells_of_keys(void **state)
{
    struct feeder *f = *state;
    speech(f, 50, 50);
    message(f, 2500, "INFO sip:bob@b SIP/2.0", "3 INFO", "z9hG4bK3", "application/dtmf-relay", "Signal=#\r\nDuration=160\r\n");
    message(f, 2600, "INFO sip:bob@b SIP/2.0", "3 INFO", "z9hG4bK3", "application/dtmf-relay", "Signal=#\r\nDuration=160\r\n");
    message(f, 2601, "INFO sip:bob@b SIP/2.0", "3 INFO", "z9hG4bKhop", "application/dtmf-relay", "Signal=#\r\nDuration=160\r\n");
    message(f, 2700, "SIP/2.0 200 OK", "3 INFO", "z9hG4bK3", "application/dtmf-relay", "Signal=1\r\n");
    message(f, 2800, "INFO sip:bob@b SIP/2.0", "4 INFO", "z9hG4bK4", "application/dtmf", "5");
    message(f, 2900, "INFO sip:bob@b SIP/2.0", "5 INFO", "z9hG4bK5", "application/media_control+xml", "<x/>");
    event(f, 2750, 100, 1000, true, 1, true, 800);
    assert_int_equal(dialled(f), 3);
    assert_key(0, '#', 160, true);
    assert_int_equal(keys[0].method, VQ_DTMF_SIP_INFO);
    assert_int_equal(keys[0].by, VQ_PARTY_CALLER);
    assert_int_equal(keys[0].stream, 0);
    assert_key(1, '1', 100, true); /* in order of time, not of the capture */
    assert_int_equal(keys[2].digit, '5');
    assert_true(isnan(keys[2].duration_ms));
}

/* 64 of a stream are kept, and the rest is counted. */
static void the_list_is_bounded(void **state)
{
    struct feeder *f = *state;
    speech(f, 50, 50);
    for (int i = 0; i < 100; i++) {
        event(f, 2000 + 200 * i, 100 + 2 * i, (uint32_t)(1600 * i), true, i % 10, false, 160);
        event(f, 2020 + 200 * i, 101 + 2 * i, (uint32_t)(1600 * i), false, i % 10, true, 320);
    }
    assert_int_equal(dialled(f), 64);
    assert_int_equal(not_kept, 36);
    assert_key(63, '3', 40, true);
    assert_int_equal(vq_call_dtmf(f->e, 99, keys, &not_kept), 0);
    assert_int_equal(not_kept, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dials_911, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(long_events_come_in_segments, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_lost_end_makes_no_long_key, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(late_packets_change_nothing, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_running_timestamp_is_one_key, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_packet_holds_several_events, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_relayed_key_is_one, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_key_on_two_legs_is_one, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(info_tells_of_keys, setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(the_list_is_bounded, setup, feeder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
