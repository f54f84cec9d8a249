/* test_rtcp_in.c - RTCP about streams: XR, round trips to both ends, and what receivers report against what was seen. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/model.h>

#define ALICE_SSRC 7u
#define BOB_SSRC 8u

static const struct vq_endpoint alice = EP4(10, 0, 0, 1, 5060), bob = EP4(10, 0, 0, 2, 5060),
                                alice_rtp = EP4(10, 0, 0, 1, 4000), bob_rtp = EP4(10, 0, 0, 2, 5000),
                                alice_rtcp = EP4(10, 0, 0, 1, 4001), bob_rtcp = EP4(10, 0, 0, 2, 5001);

static void message(struct feeder *f, double ms, const char *start, const char *cseq, const char *sdp)
{
    bool response = !strncmp(start, "SIP/", 4);
    struct sip_text t = {.start = start, .call_id = "c1", .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = response ? "tb" : "", .branch = "z9hG4bK1", .cseq = cseq, .sdp = sdp};
    feed_text(f, ms, response ? &bob : &alice, response ? &alice : &bob, sip_build(&t));
}

static void call(struct feeder *f, const char *attributes)
{
    message(f, 0, "INVITE sip:bob@b SIP/2.0", "1 INVITE", sdp_build("10.0.0.1", 4000, "0", attributes));
    message(f, 10, "SIP/2.0 200 OK", "1 INVITE", sdp_build("10.0.0.2", 5000, "0", attributes));
}

/* Alice's packets from `first` to before `end`, one each 20 ms. */
static void alice_talks(struct feeder *f, int first, int end)
{
    for (int i = first; i < end; i++)
        feed_rtp(f, 100 + 20 * i, &alice_rtp, &bob_rtp, ALICE_SSRC, (uint16_t)(1000 + i), (uint32_t)(160 * i), 0);
}

static void put(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* A receiver report of bob on alice's stream, and XR blocks behind it. */
static void bob_reports(struct feeder *f, double ms, uint32_t lost, uint32_t ext_seq, const uint8_t *xr, size_t n)
{
    struct packet p;
    uint8_t b[256] = {0x81, 201, 0, 7};
    put(b + 4, BOB_SSRC);
    put(b + 8, ALICE_SSRC);
    put(b + 12, lost & 0xffffff);
    put(b + 16, ext_seq);
    put(b + 20, 16);
    size_t used = 32;
    if (n) {
        b[used] = 0x80;
        b[used + 1] = 207;
        b[used + 3] = (uint8_t)((n + 4) / 4);
        put(b + used + 4, BOB_SSRC);
        memcpy(b + used + 8, xr, n);
        used += 8 + n;
    }
    packet_udp(&p, &bob_rtcp, &alice_rtcp, b, used);
    feed_packet(f, ms, &p);
}

static void alice_answers(struct feeder *f, double ms, uint32_t lrr, uint32_t dlrr)
{
    struct packet p;
    uint8_t b[24] = {0x80, 207, 0, 5, [8] = 5, [11] = 3};
    put(b + 4, ALICE_SSRC);
    put(b + 12, BOB_SSRC);
    put(b + 16, lrr);
    put(b + 20, dlrr);
    packet_udp(&p, &alice_rtcp, &bob_rtcp, b, sizeof b);
    feed_packet(f, ms, &p);
}

static struct vq_stream stream(struct feeder *f)
{
    struct vq_stream s;
    assert_true(vq_stream_get(f->e, vq_stream_next(f->e, 0), &s));
    return s;
}

static bool keep(const struct vq_finding *f, void *arg)
{
    snprintf((char *)arg + strlen(arg), 2000 - strlen(arg), "%s: %s\n", f->id, f->text);
    return true;
}

static bool found(struct feeder *f, const char *id)
{
    char text[2000] = "";
    assert_int_equal(vq_findings(f->e, keep, text), 0);
    return strstr(text, id) != NULL;
}

/* RFC 3611 4.4, 4.5: bob only listens; his time goes by at 2000 ms, alice's answer 130 ms later, of which she kept it 50. */
static void dlrr_measures_the_way_to_the_sender(void **state)
{
    struct feeder *f = *state;
    static const uint8_t rrt[] = {4, 0, 0, 2, 0xe1, 2, 3, 4, 0x80, 0, 0, 0};
    call(f, "");
    alice_talks(f, 0, 95);
    bob_reports(f, 2000, 0, 1094, rrt, sizeof rrt);
    alice_answers(f, 2130, 0x03048000, 0x10000 * 50 / 1000);
    struct vq_stream s = stream(f);
    assert_int_equal(s.rtt_sender_ms.n, 1);
    assert_close(s.rtt_sender_ms.mean, 80, 0.02);
    assert_int_equal(s.rtt_ms.n, 0);
    assert_close(s.one_way_ms, 40, 0.01);
    assert_string_equal(s.one_way_source, "rtcp");
    assert_int_equal(s.xr, 1); /* alice's own */
}

static void keeps_what_xr_says(void **state)
{
    struct feeder *f = *state;
    static const uint8_t loss[] = {1, 0, 0, 3, 0, 0, 0, ALICE_SSRC, 0x03, 0xe8, 0x04, 0x10, 0x40, 0x0a, 0x00, 0x1e};
    static const uint8_t more[] = {1, 0, 0, 3, 0, 0, 0, ALICE_SSRC, 0x04, 0x06, 0x04, 0x1a, 0x00, 0x14, 0x00, 0x00};
    static const uint8_t statistics[] = {6, 0xa0, 0, 9, 0, 0, 0, ALICE_SSRC, 3, 0xe8, 4, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 8,
                                         0, 0,    0, 80, 0, 0, 0, 16, 0, 0, 0, 4, 0, 0, 0, 0};
    static const uint8_t voip[] = {7, 0, 0, 8, 0, 0, 0, ALICE_SSRC, 13, 26, 128, 2, 0, 120, 0x13, 0x88, 0, 90, 0, 60,
                                   127, 0xc4, 127, 16, 88, 127, 41, 127, 0, 0, 0, 40, 0, 60, 0, 120};
    call(f, "");
    alice_talks(f, 0, 95);
    bob_reports(f, 2000, 0, 1094, loss, sizeof loss);
    bob_reports(f, 2001, 0, 1094, more, sizeof more); /* 1030 to 1049: ten of these were told already */
    bob_reports(f, 2002, 0, 1094, statistics, sizeof statistics);
    bob_reports(f, 2003, 0, 1094, voip, sizeof voip);
    struct vq_stream s = stream(f);
    const struct vq_xr_report *x = &s.xr_report;
    assert_true(x->has_loss && x->has_statistics && x->has_voip);
    assert_int_equal(x->loss_received, 10);
    assert_int_equal(x->loss_lost, 40);
    assert_int_equal(x->loss_longest, 30);
    assert_close(x->statistics_lost, 3, 0);
    assert_true(isnan(x->statistics_duplicates));
    assert_close(x->statistics_jitter_max_ms, 10, 1e-9);
    assert_close(x->loss_pct, 13 * 100.0 / 256, 1e-9);
    assert_close(x->burst_density_pct, 50, 1e-9);
    assert_close(x->r, 88, 0);
    assert_true(isnan(x->ext_r) && isnan(x->mos_cq) && isnan(x->signal_dbm0) && isnan(x->rerl_db)); /* 127 */
    assert_close(x->noise_dbm0, -60, 0);
    assert_close(x->mos_lq, 4.1, 1e-9);
    assert_close(x->buffer_abs_max_ms, 120, 0);
}

static void tells_where_packets_were_lost(void **state)
{
    struct feeder *f = *state;
    call(f, "");
    alice_talks(f, 0, 250);
    bob_reports(f, 5100, 20, 1249, NULL, 0);
    alice_talks(f, 250, 500);
    bob_reports(f, 10100, 45, 1499, NULL, 0);
    struct vq_stream s = stream(f);
    assert_int_equal(s.verdict, VQ_VERDICT_AFTER);
    assert_int_equal(s.lost_after, 45);
    assert_int_equal(s.missed_here, 0);
    assert_int_equal(s.unheard, 0);
    assert_true(found(f, "stream-lost-beyond"));
    assert_false(found(f, "stream-capture-lossy"));
    assert_false(found(f, "stream-unheard"));
}

/* The stream goes on from another address: what the receiver lost between is of neither. */
static void a_switched_path_is_no_loss_behind(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = ep("10.0.0.4", 4000);
    call(f, "");
    alice_talks(f, 0, 250);
    bob_reports(f, 5101, 0, 1249, NULL, 0);
    for (int i = 325; i < 500; i++)
        feed_rtp(f, 100 + 20 * i, &other, &bob_rtp, ALICE_SSRC, (uint16_t)(1000 + i), (uint32_t)(160 * i), 0);
    bob_reports(f, 10101, 75, 1499, NULL, 0); /* still to alice's first address */
    assert_int_equal(stream(f).lost_after, 0);
    assert_false(found(f, "stream-lost-beyond"));
}

static void a_lossy_capture_is_no_lossy_network(void **state)
{
    struct feeder *f = *state;
    call(f, "");
    alice_talks(f, 0, 200);
    alice_talks(f, 240, 500);
    bob_reports(f, 10110, 0, 1499, NULL, 0);
    struct vq_stream s = stream(f);
    assert_int_equal(s.lost, 40);
    assert_int_equal(s.missed_here, 38);
    assert_true(found(f, "stream-capture-lossy: Stream 1 (PCMU, caller to callee): the receiver has at least 38 packets"));
}

static void a_receiver_that_hears_nothing(void **state)
{
    struct feeder *f = *state;
    call(f, "");
    alice_talks(f, 0, 250);
    bob_reports(f, 5100, 0, 1003, NULL, 0);
    assert_false(found(f, "stream-unheard"));
    alice_talks(f, 250, 500);
    bob_reports(f, 10100, 0, 1003, NULL, 0);
    struct vq_stream s = stream(f);
    assert_int_equal(s.unheard, 250);
    assert_true(s.unheard_ns == INT64_C(5000000000));
    assert_true(found(f, "stream-unheard: Stream 1 (PCMU, caller to callee): 250 packets passed here in 5.0 s"));
}

/* Only where SDP spoke of it, and the stream was long enough for two reports. */
static void rtcp_that_never_came(void **state)
{
    static const struct {
        const char *attributes;
        int packets;
        bool report, found;
    } rows[] = {
        {"a=rtcp:4001\r\n", 800, false, true}, {"a=rtcp-mux\r\n", 800, false, true}, {"a=rtcp:4001\r\n", 700, false, false},
        {"a=rtcp:4001\r\n", 800, true, false}, {"", 800, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct feeder *f = *state;
        call(f, rows[i].attributes);
        alice_talks(f, 0, rows[i].packets);
        if (rows[i].report)
            bob_reports(f, 16000, 0, 1799, NULL, 0);
        assert_int_equal(found(f, "stream-rtcp-absent"), rows[i].found);
        feeder_teardown(state);
        feeder_setup(state);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(dlrr_measures_the_way_to_the_sender, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(keeps_what_xr_says, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(tells_where_packets_were_lost, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_switched_path_is_no_loss_behind, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_lossy_capture_is_no_lossy_network, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_receiver_that_hears_nothing, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(rtcp_that_never_came, feeder_setup, feeder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
