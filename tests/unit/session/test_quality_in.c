/* test_quality_in.c - endpoints' own reports find their call and the stream that they are about. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/model.h>

static const struct vq_endpoint alice = EP4(10, 0, 0, 1, 5060), bob = EP4(10, 0, 0, 2, 5060),
                                proxy = EP4(10, 0, 0, 9, 5060), collector = EP4(10, 0, 0, 8, 5060),
                                alice_rtp = EP4(10, 0, 0, 1, 4000), bob_rtp = EP4(10, 0, 0, 2, 5000);

static void message(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, const char *start,
                    const char *cseq, const char *branch, const char *extra, const char *sdp)
{
    struct sip_text t = {.start = start, .call_id = "c1", .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = strncmp(start, "INVITE", 6) ? "tb" : "", .branch = branch, .cseq = cseq, .extra = extra,
                         .sdp = sdp};
    feed_text(f, ms, src, dst, sip_build(&t));
}

static void talk(struct feeder *f)
{
    message(f, 0, &alice, &bob, "INVITE sip:bob@b SIP/2.0", "1 INVITE", "z1", NULL, sdp_build("10.0.0.1", 4000, "0", ""));
    message(f, 10, &bob, &alice, "SIP/2.0 200 OK", "1 INVITE", "z1", NULL, sdp_build("10.0.0.2", 5000, "0", ""));
    for (int i = 0; i < 50; i++) {
        feed_rtp(f, 100 + 20 * i, &alice_rtp, &bob_rtp, 0x1a3b5c7d, (uint16_t)i, (uint32_t)(160 * i), 0);
        feed_rtp(f, 105 + 20 * i, &bob_rtp, &alice_rtp, 0x2468abcd, (uint16_t)i, (uint32_t)(160 * i), 0);
    }
}

static void publish_as(struct feeder *f, double ms, const char *call_id, const char *type, const char *body)
{
    struct sip_text t = {.start = "PUBLISH sip:collector@c SIP/2.0", .call_id = call_id, .from = "alice@a", .from_tag = "p",
                         .to = "collector@c", .to_tag = "", .branch = call_id, .cseq = "1 PUBLISH", .sdp = body,
                         .type = type};
    feed_text(f, ms, &alice, &collector, sip_build(&t));
}

static void publish(struct feeder *f, double ms, const char *call_id, const char *body)
{
    publish_as(f, ms, call_id, "application/vq-rtcpxr", body);
}

static uint32_t call_of(struct feeder *f)
{
    return vq_call_next(f->e, 0);
}

static struct vq_stream stream_at(struct feeder *f, uint32_t h)
{
    struct vq_stream s;
    assert_true(vq_stream_get(f->e, h, &s));
    return s;
}

/* The BYE has the caller's view, its answer the callee's; what a proxy passes on is the same report. */
static void statistics_in_the_bye(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    const char *bye = "X-RTP-Stat: EX=BareSip;CS=0;CD=5;PR=50;PS=48;PL=3,2;JI=16.0,8.0;IP=0.0.0.0:4000,10.0.0.2:5000;DE=PCMU/8000\r\n";
    talk(f);
    message(f, 2000, &alice, &proxy, "BYE sip:bob@b SIP/2.0", "2 BYE", "z2", bye, NULL);
    message(f, 2001, &proxy, &bob, "BYE sip:bob@b SIP/2.0", "2 BYE", "z3", bye, NULL);
    message(f, 2002, &bob, &proxy, "SIP/2.0 200 OK", "2 BYE", "z3", "P-RTP-Stat: PS=50,OS=8000,PR=50,OR=8000,PL=7,JI=1\r\n", NULL);
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
    assert_string_equal(r.source, "X-RTP-Stat");
    assert_int_equal(r.by, VQ_PARTY_CALLER);
    assert_int_equal(r.frame, 103);
    assert_close(r.v[VQ_Q_LOST], 3, 0);
    assert_close(r.v[VQ_Q_JITTER_MS], 2, 1e-6);
    assert_string_equal(r.codec, "PCMU");
    assert_int_equal(stream_at(f, r.stream).ssrc, 0x2468abcd); /* what the caller received */
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 1, &r));
    assert_int_equal(r.by, VQ_PARTY_CALLEE);
    assert_close(r.v[VQ_Q_LOST], 7, 0);
    assert_int_equal(stream_at(f, r.stream).ssrc, 0x1a3b5c7d);
    assert_false(vq_endpoint_report_get(f->e, call_of(f), 2, &r));
    assert_false(vq_endpoint_report_get(f->e, 0, 0, &r));
    assert_false(vq_endpoint_report_get(f->e, 77, 0, &r));
}

static void other_messages_tell_nothing(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    talk(f);
    message(f, 2000, &alice, &bob, "INFO sip:bob@b SIP/2.0", "2 INFO", "z2", "X-RTP-Stat: PR=50;PL=3\r\n", NULL);
    message(f, 2010, &alice, &bob, "BYE sip:bob@b SIP/2.0", "3 BYE", "z3", NULL, NULL);
    message(f, 2020, &bob, &alice, "SIP/2.0 481 Gone", "3 BYE", "z3", "X-RTP-Stat: PR=50;PL=3\r\n", NULL);
    assert_false(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
}

/* A header without a figure in it is no report, and does not hide one that has some. */
static void rubbish_tells_nothing(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    talk(f);
    message(f, 2000, &alice, &bob, "BYE sip:bob@b SIP/2.0", "2 BYE", "z2", "X-RTP-Stat: rubbish\r\n", NULL);
    assert_false(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
    message(f, 2100, &bob, &alice, "SIP/2.0 200 OK", "2 BYE", "z2", "X-RTP-Stat: rubbish\r\nP-RTP-Stat: PS=50,PR=50,PL=7\r\n", NULL);
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
    assert_string_equal(r.source, "P-RTP-Stat");
}

/* An SSRC that is told decides: of two streams to the same place, and against streams that are no other's. */
static void the_ssrc_decides(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    talk(f);
    for (int i = 0; i < 50; i++)
        feed_rtp(f, 1200 + 20 * i, &bob_rtp, &alice_rtp, 0x11112222, (uint16_t)i, (uint32_t)(160 * i), 0);
    static const struct {
        const char *told;
        uint32_t ssrc; /* 0: no stream's */
    } rows[] = {{"0x2468abcd", 0x2468abcd}, {"0x11112222", 0x11112222}, {"0x99999999", 0}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char body[300], id[8];
        snprintf(id, sizeof id, "p%u", i);
        snprintf(body, sizeof body, "VQSessionReport: CallTerm\r\nCallID: c1\r\nLocalAddr: IP=10.0.0.1 PORT=4000 SSRC=0x1a3b5c7d\r\n"
                 "RemoteAddr: IP=10.0.0.2 PORT=5000 SSRC=%s\r\nLocalMetrics:\r\nPacketLoss:NLR=%u.0\r\n", rows[i].told, i + 1);
        publish(f, 3000 + i, id, body);
        assert_true(vq_endpoint_report_get(f->e, call_of(f), i, &r));
        assert_int_equal(r.stream ? stream_at(f, r.stream).ssrc : 0, rows[i].ssrc);
    }
}

static void a_report_among_other_parts(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    talk(f);
    publish_as(f, 3000, "p1", "multipart/mixed;boundary=b",
               "--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/vq-rtcpxr\r\n\r\n"
               "VQSessionReport: CallTerm\r\nCallID: c1\r\nLocalAddr: IP=10.0.0.1 PORT=4000 SSRC=1a3b5c7d\r\n"
               "RemoteAddr:IP=10.0.0.2 PORT=5000 SSRC=0x2468abcd\r\nLocalMetrics:\r\nPacketLoss:NLR=5.0 JDR=2.0\r\n"
               "--b--\r\n");
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
    assert_string_equal(r.source, "vq-rtcpxr");
    assert_close(r.v[VQ_Q_LOSS_PCT], 5, 0.1);
    assert_false(vq_endpoint_report_get(f->e, call_of(f), 1, &r));
}

/* RFC 6035: to a collector, with a Call-ID of its own; the body names the call. */
static void a_published_report_finds_its_call(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    talk(f);
    publish(f, 3000, "p1",
            "VQSessionReport: CallTerm\r\nCallID: c1\r\nLocalAddr: IP=10.0.0.1 PORT=4000 SSRC=1a3b5c7d\r\n"
            "RemoteAddr:IP=10.0.0.2 PORT=5000 SSRC=0x2468abcd\r\nLocalMetrics:\r\nPacketLoss:NLR=5.0 JDR=2.0\r\n"
            "QualityEst:MOSLQ=4.2\r\nRemoteMetrics:\r\nPacketLoss:NLR=1.0 JDR=0.0\r\n");
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
    assert_string_equal(r.source, "vq-rtcpxr");
    assert_int_equal(r.by, VQ_PARTY_CALLER);
    assert_false(r.of_peer);
    assert_close(r.v[VQ_Q_LOSS_PCT], 5, 0);
    assert_close(r.v[VQ_Q_MOS_LQ], 4.2, 1e-6);
    assert_int_equal(stream_at(f, r.stream).ssrc, 0x2468abcd);
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 1, &r));
    assert_true(r.of_peer);
    assert_close(r.v[VQ_Q_LOSS_PCT], 1, 0);
    assert_int_equal(stream_at(f, r.stream).ssrc, 0x1a3b5c7d);
    assert_false(vq_endpoint_report_get(f->e, call_of(f), 2, &r));
}

static void reports_of_unknown_calls_are_kept(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    struct vq_stats st;
    char body[200];
    for (int i = 0; i < 70; i++) {
        char id[16];
        snprintf(id, sizeof id, "p%d", i);
        snprintf(body, sizeof body, "VQSessionReport\nCallID:x%d\nLocalMetrics:\nPacketLoss:NLR=%d.0\n", i, i);
        publish(f, 10 * i, id, body);
    }
    publish(f, 1000, "again", "VQSessionReport\nCallID:x3\nLocalMetrics:\nPacketLoss:NLR=3.0\n");
    assert_true(vq_endpoint_report_get(f->e, 0, 63, &r));
    assert_string_equal(r.call_id, "x63");
    assert_close(r.v[VQ_Q_LOSS_PCT], 63, 0);
    assert_int_equal(r.call, 0);
    assert_int_equal(r.stream, 0);
    assert_false(vq_endpoint_report_get(f->e, 0, 64, &r));
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.endpoint_reports_not_kept, 6);
}

/* 16 of a call; those beyond are counted. */
static void reports_of_a_call_are_bounded(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    struct vq_stats st;
    talk(f);
    for (int i = 0; i < 20; i++) {
        char id[16], body[200];
        snprintf(id, sizeof id, "p%d", i);
        snprintf(body, sizeof body, "VQIntervalReport\nCallID:c1\nLocalMetrics:\nPacketLoss:NLR=%d.0\n", i);
        publish(f, 3000 + 10 * i, id, body);
    }
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 15, &r));
    assert_int_equal(r.kind, VQ_QUALITY_INTERVAL);
    assert_int_equal(stream_at(f, r.stream).ssrc, 0x2468abcd); /* by who published it */
    assert_false(vq_endpoint_report_get(f->e, call_of(f), 16, &r));
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.endpoint_reports_not_kept, 4);
}

/* A relay in the call: two streams go to the same party with one SSRC; the phone speaks of the one that reached it. */
static void the_last_leg_is_meant(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint_report r;
    struct vq_endpoint relay = ep("10.0.0.3", 6000);
    talk(f);
    message(f, 1900, &bob, &alice, "SIP/2.0 200 OK", "1 INVITE", "z9", NULL, sdp_build("10.0.0.3", 6000, "0", ""));
    for (int i = 0; i < 50; i++)
        feed_rtp(f, 2000 + 20 * i, &bob_rtp, &relay, 0x2468abcd, (uint16_t)(50 + i), (uint32_t)(160 * i), 0);
    message(f, 4000, &alice, &bob, "BYE sip:bob@b SIP/2.0", "2 BYE", "z2", "X-RTP-Stat: PR=50;PL=3\r\n", NULL);
    assert_true(vq_endpoint_report_get(f->e, call_of(f), 0, &r));
    struct vq_stream s = stream_at(f, r.stream);
    assert_true(vq_endpoint_eq(&s.dst, &alice_rtp));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(statistics_in_the_bye, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(other_messages_tell_nothing, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(rubbish_tells_nothing, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(the_ssrc_decides, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_published_report_finds_its_call, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(a_report_among_other_parts, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(reports_of_unknown_calls_are_kept, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(reports_of_a_call_are_bounded, feeder_setup, feeder_teardown),
        cmocka_unit_test_setup_teardown(the_last_leg_is_meant, feeder_setup, feeder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
