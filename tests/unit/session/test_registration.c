/* REGISTER attempts, other dialogs, STUN mappings and RTCP, from messages made by hand. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/model.h>

static const struct vq_endpoint phone = EP4(10, 0, 0, 1, 5060), server = EP4(10, 0, 0, 2, 5060);

static void message(struct feeder *f, double ms, bool request, const char *start, int cseq, const char *method,
                    const char *extra)
{
    char number[40], branch[40];
    snprintf(number, sizeof number, "%d %s", cseq, method);
    snprintf(branch, sizeof branch, "z9hG4bK%d", cseq);
    struct sip_text t = {.start = start, .call_id = "r@1", .from = "1001@b", .from_tag = "f", .to = "1001@b",
                         .to_tag = request ? "" : "t", .branch = branch, .cseq = number, .extra = extra};
    feed_text(f, ms, request ? &phone : &server, request ? &server : &phone, sip_build(&t));
}

static void ask(struct feeder *f, double ms, int cseq, const char *extra)
{
    message(f, ms, true, "REGISTER sip:b SIP/2.0", cseq, "REGISTER", extra);
}

static void answer(struct feeder *f, double ms, int cseq, const char *status, const char *extra)
{
    char start[80];
    snprintf(start, sizeof start, "SIP/2.0 %s", status);
    message(f, ms, false, start, cseq, "REGISTER", extra);
}

#define CONTACT "Contact: <sip:1001@10.0.0.1:5060>\r\nExpires: 3600\r\n"
#define NONE_LEFT "Contact: *\r\nExpires: 0\r\n"
#define CHALLENGE(n) "WWW-Authenticate: Digest realm=\"asterisk\", nonce=\"" n "\", algorithm=MD5\r\n"
#define STALE(n) "WWW-Authenticate: Digest realm=\"asterisk\", nonce=\"" n "\", stale=true\r\n"
#define CREDENTIALS(n) \
    "Authorization: Digest username=\"1001\", realm=\"asterisk\", nonce=\"" n "\", uri=\"sip:b\", response=\"00\"\r\n"

static unsigned results(struct feeder *f, struct vq_registration *out, unsigned room)
{
    unsigned n = 0;
    vq_engine_finish(f->e);
    for (uint32_t h = vq_registration_next(f->e, 0); h; h = vq_registration_next(f->e, h), n++)
        if (n < room)
            assert_true(vq_registration_get(f->e, h, &out[n]));
    return n;
}

static void test_lifecycle(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    ask(f, 0, 1, CONTACT);
    answer(f, 10, 1, "100 Trying", "");
    answer(f, 20, 1, "401 Unauthorized", CHALLENGE("n1"));
    ask(f, 30, 2, CONTACT CREDENTIALS("n1"));
    answer(f, 45, 2, "200 OK", "Contact: <sip:1001@10.0.0.1:5060>;expires=1800\r\n");
    ask(f, 900e3, 3, CONTACT CREDENTIALS("n1"));
    answer(f, 900e3 + 5, 3, "200 OK", "Expires: 1800\r\n");
    ask(f, 950e3, 4, NONE_LEFT);
    answer(f, 950e3 + 5, 4, "200 OK", "");
    assert_int_equal(results(f, r, 4), 3);
    assert_int_equal(r[0].outcome, VQ_REG_REGISTERED);
    assert_int_equal(r[0].attempts, 2);
    assert_true(r[0].challenged);
    assert_int_equal(r[0].status, 200);
    assert_int_equal(r[0].expires_asked_s, 3600);
    assert_int_equal(r[0].expires_granted_s, 1800);
    assert_int_equal(r[0].rrd, 45000000);
    assert_string_equal(r[0].user, "1001");
    assert_string_equal(r[0].realm, "asterisk");
    assert_int_equal(r[0].n_messages, 5);
    assert_int_equal(r[1].outcome, VQ_REG_REFRESHED);
    assert_int_equal(r[2].outcome, VQ_REG_UNREGISTERED);
}

static void test_wrong_password(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    ask(f, 0, 1, CONTACT);
    answer(f, 20, 1, "401 Unauthorized", CHALLENGE("n1"));
    ask(f, 30, 2, CONTACT CREDENTIALS("n1"));
    answer(f, 45, 2, "401 Unauthorized", CHALLENGE("n2")); /* chan_pjsip */
    ask(f, 5000, 3, CONTACT);
    answer(f, 5020, 3, "401 Unauthorized", CHALLENGE("n3"));
    ask(f, 5030, 4, CONTACT CREDENTIALS("n3"));
    answer(f, 5045, 4, "403 Forbidden", ""); /* chan_sip */
    assert_int_equal(results(f, r, 4), 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(r[i].outcome, VQ_REG_REJECTED);
        assert_int_equal(r[i].attempts, 2);
        assert_int_equal(r[i].status, i ? 403 : 401);
    }
}

/* A stale nonce, and credentials for a nonce of an earlier registration, are no wrong password. */
static void test_stale_and_cached_nonce(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    ask(f, 0, 1, CONTACT CREDENTIALS("old"));
    answer(f, 10, 1, "401 Unauthorized", CHALLENGE("n1"));
    ask(f, 20, 2, CONTACT CREDENTIALS("n1"));
    answer(f, 30, 2, "401 Unauthorized", STALE("n2"));
    ask(f, 40, 3, CONTACT CREDENTIALS("n2"));
    answer(f, 50, 3, "200 OK", CONTACT);
    assert_int_equal(results(f, r, 4), 1);
    assert_int_equal(r[0].outcome, VQ_REG_REGISTERED);
    assert_int_equal(r[0].attempts, 3);
}

static void test_timeout_and_silence(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    for (int i = 0; i < 11; i++)
        ask(f, i < 4 ? 500 * ((1 << i) - 1) : 4000 * (i - 2.0) - 500, 1, CONTACT);
    message(f, 40000, true, "OPTIONS sip:b SIP/2.0", 9, "OPTIONS", "");
    ask(f, 41000, 12, CONTACT);
    assert_int_equal(results(f, r, 4), 2);
    assert_int_equal(r[0].outcome, VQ_REG_TIMEOUT);
    assert_int_equal(r[0].attempts, 1);
    assert_int_equal(r[0].retransmissions, 10);
    assert_int_equal(r[1].outcome, VQ_REG_INCOMPLETE); /* the capture ended too early to say */
}

/* The challenge before is no answer to the request with credentials, which nobody answers any more. */
static void test_server_dies_after_challenge(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    ask(f, 0, 1, CONTACT);
    answer(f, 20, 1, "401 Unauthorized", CHALLENGE("n1"));
    for (int i = 0; i < 11; i++)
        ask(f, 100 + 500 * i, 2, CONTACT CREDENTIALS("n1"));
    assert_int_equal(results(f, r, 4), 1);
    assert_int_equal(r[0].outcome, VQ_REG_TIMEOUT);
    assert_int_equal(r[0].attempts, 2);
}

static void test_no_credentials(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    ask(f, 0, 1, CONTACT);
    answer(f, 20, 1, "401 Unauthorized", CHALLENGE("n1"));
    message(f, 40000, true, "OPTIONS sip:b SIP/2.0", 9, "OPTIONS", "");
    assert_int_equal(results(f, r, 4), 1);
    assert_int_equal(r[0].outcome, VQ_REG_REJECTED);
    assert_int_equal(r[0].attempts, 1);
}

/* Facts of the digest, the other phones under the same address, a shorter time than asked for. */
static void test_details(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    ask(f, 0, 1, CONTACT);
    answer(f, 20, 1, "401 Unauthorized",
           "WWW-Authenticate: Digest realm=\"a\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth,auth-int\"\r\n");
    ask(f, 30, 2, CONTACT CREDENTIALS("n1"));
    answer(f, 45, 2, "200 OK",
           "Contact: <sip:1001@10.0.0.7>;expires=77, <sip:1001@10.0.0.1:5060>;expires=60\r\nContact: <sip:1001@10.0.0.8>\r\n");
    ask(f, 50e3, 3, CONTACT);
    answer(f, 50e3 + 5, 3, "423 Interval Too Brief", "Min-Expires: 7200\r\n");
    ask(f, 50e3 + 10, 4, "Contact: <sip:1001@10.0.0.1:5060>\r\nExpires: 7200\r\n");
    answer(f, 50e3 + 15, 4, "200 OK", "Contact: <sip:1001@10.0.0.1:5060>;expires=7200\r\n");
    assert_int_equal(results(f, r, 4), 2);
    assert_string_equal(r[0].algorithm, "SHA-256");
    assert_string_equal(r[0].qop, "auth,auth-int");
    assert_int_equal(r[0].challenges, 1);
    assert_int_equal(r[0].expires_granted_s, 60); /* the client's own, not the first */
    const struct vq_binding *b = r[0].bindings;
    assert_string_equal(b->uri, "sip:1001@10.0.0.7");
    assert_int_equal(b->expires_s, 77);
    assert_string_equal(b->next->uri, "sip:1001@10.0.0.1:5060");
    assert_int_equal(b->next->next->expires_s, VQ_NONE);
    assert_null(b->next->next->next);
    assert_int_equal(r[1].follows, r[0].id);
    assert_int_equal(r[1].min_expires_s, 7200);
    assert_int_equal(r[1].expires_asked_s, 7200);
    assert_int_equal(r[1].outcome, VQ_REG_REFRESHED);
    assert_null(r[1].bindings);
}

/* Three refusals in a row; a stale nonce is none of them. */
static void test_refused_again(void **state)
{
    struct feeder *f = *state;
    struct vq_registration r[4];
    for (int i = 0; i < 3; i++) {
        ask(f, 1000 * i, 2 * i + 1, CONTACT);
        answer(f, 1000 * i + 10, 2 * i + 1, "401 Unauthorized", CHALLENGE("n1"));
        ask(f, 1000 * i + 20, 2 * i + 2, CONTACT CREDENTIALS("n1"));
        answer(f, 1000 * i + 30, 2 * i + 2, "401 Unauthorized", CHALLENGE("n1"));
    }
    ask(f, 4000, 7, CONTACT CREDENTIALS("n1"));
    answer(f, 4010, 7, "401 Unauthorized", STALE("n2"));
    ask(f, 4020, 8, CONTACT CREDENTIALS("n2"));
    answer(f, 4030, 8, "401 Unauthorized", STALE("n3"));
    assert_int_equal(results(f, r, 4), 4);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(r[i].refused_before, i);
        assert_true(r[i].wrong_password);
    }
    assert_false(r[3].wrong_password);
    assert_int_equal(r[3].stale, 2);
}

/* RFC 6665: what is subscribed to, for how long, in which state it is and why it ended. */
static void test_subscription(void **state)
{
    struct feeder *f = *state;
    struct vq_dialog d;
    message(f, 0, true, "SUBSCRIBE sip:b SIP/2.0", 1, "SUBSCRIBE", "Event: message-summary\r\nExpires: 3600\r\n");
    message(f, 7, false, "SIP/2.0 200 OK", 1, "SUBSCRIBE", "Expires: 600\r\n");
    message(f, 10, true, "NOTIFY sip:b SIP/2.0", 2, "NOTIFY", "Event: message-summary\r\nSubscription-State: active;expires=599\r\n");
    message(f, 12, false, "SIP/2.0 200 OK", 2, "NOTIFY", "");
    message(f, 20, true, "NOTIFY sip:b SIP/2.0", 3, "NOTIFY",
            "Event: message-summary\r\nSubscription-State: terminated;reason=timeout\r\n");
    vq_engine_finish(f->e);
    assert_true(vq_dialog_get(f->e, vq_dialog_next(f->e, 0), &d));
    assert_string_equal(d.method, "SUBSCRIBE");
    assert_string_equal(d.event, "message-summary");
    assert_string_equal(d.subscription, "terminated");
    assert_string_equal(d.subscription_reason, "timeout");
    assert_int_equal(d.expires_asked_s, 3600);
    assert_int_equal(d.expires_granted_s, 600);
    assert_int_equal(d.notifies, 2);
    assert_int_equal(d.requests, 3);
    assert_int_equal(d.answered, 2);
}

static void test_other_dialogs(void **state)
{
    struct feeder *f = *state;
    struct vq_dialog d;
    message(f, 0, true, "OPTIONS sip:b SIP/2.0", 1, "OPTIONS", "");
    message(f, 7, false, "SIP/2.0 200 OK", 1, "OPTIONS", "");
    vq_engine_finish(f->e);
    uint32_t h = vq_dialog_next(f->e, 0);
    assert_true(vq_dialog_get(f->e, h, &d));
    assert_string_equal(d.method, "OPTIONS");
    assert_int_equal(d.outcome, VQ_DIALOG_ANSWERED);
    assert_int_equal(d.status, 200);
    assert_int_equal(d.n_messages, 2);
    assert_int_equal(vq_call_next(f->e, 0), 0);
    assert_false(vq_dialog_get(f->e, h + 1, &d));
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* A sender report and the report about it: 30 ms there and back from here, 8 ms of them spent at the receiver. */
static void test_rtcp_finds_its_streams(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint a = ep("10.0.0.1", 4000), b = ep("10.0.0.2", 5000), ac = ep("10.0.0.1", 4001), bc = ep("10.0.0.2", 5001);
    for (int i = 0; i < 10; i++)
        feed_rtp(f, 20 * i, &a, &b, 0xaabbccdd, (uint16_t)i, (uint32_t)(160 * i), 0);
    uint8_t sr[28] = {0x80, 200, 0, 6}, rr[32] = {0x81, 201, 0, 7};
    put32(sr + 4, 0xaabbccdd);
    put32(sr + 8, 0x11112222);
    put32(sr + 12, 0x33334444);
    put32(sr + 20, 10);
    put32(rr + 4, 0x01020304);
    put32(rr + 8, 0xaabbccdd);
    put32(rr + 12, 0x40000003); /* a quarter, three in all */
    put32(rr + 16, 9);
    put32(rr + 20, 80); /* 10 ms at 8 kHz */
    put32(rr + 24, 0x22223333);
    put32(rr + 28, 65536 * 8 / 1000);
    struct packet p;
    packet_udp(&p, &ac, &bc, sr, sizeof sr);
    feed_packet(f, 300, &p);
    packet_udp(&p, &bc, &ac, rr, sizeof rr);
    feed_packet(f, 330, &p);
    vq_engine_finish(f->e);
    struct vq_stream s;
    assert_true(vq_stream_get(f->e, vq_stream_next(f->e, 0), &s));
    assert_int_equal(s.sr, 1);
    assert_int_equal(s.rr, 1);
    assert_int_equal(s.reported_lost, 3);
    assert_close(s.reported_fraction_pct, 25, 1e-9);
    assert_close(s.reported_jitter_ms, 10, 1e-9);
    assert_int_equal(s.rtt_ms.n, 1);
    assert_close(s.rtt_ms.mean, 22, 0.01);
    assert_close(s.one_way_ms, 11, 0.01);
    assert_string_equal(s.one_way_source, "rtcp");
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.decoded[VQ_DEC_RTCP], 2);
    assert_int_equal(st.rtcp_packets, 2);
}

static void test_stun_mapping(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint client = ep("192.168.1.5", 4000), stun = ep("198.51.100.1", 3478), want = ep("203.0.113.9", 40000);
    static const uint8_t response[] = {1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                       0, 0x20, 0, 8, 0, 1, 0x9c ^ 0, 0x40, 0, 0, 0, 0};
    uint8_t m[sizeof response];
    memcpy(m, response, sizeof m);
    m[26] = (uint8_t)((40000 >> 8) ^ 0x21);
    m[27] = (uint8_t)((40000 & 255) ^ 0x12);
    static const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};
    for (int i = 0; i < 4; i++)
        m[28 + i] = want.ip[i] ^ cookie[i];
    struct packet p;
    packet_udp(&p, &stun, &client, m, sizeof m);
    feed_packet(f, 0, &p);
    feed_packet(f, 10, &p);
    assert_int_equal(vq_stun_count(f->e), 1);
    struct vq_stun s;
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_true(vq_endpoint_eq(&s.mapped, &want));
    assert_true(vq_endpoint_eq(&s.client, &client));
    assert_int_equal(s.transactions, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, feeder_setup, feeder_teardown)
    const struct CMUnitTest tests[] = {
        T(test_lifecycle), T(test_wrong_password), T(test_stale_and_cached_nonce), T(test_timeout_and_silence),
        T(test_no_credentials), T(test_details), T(test_refused_again), T(test_subscription), T(test_server_dies_after_challenge), T(test_other_dialogs), T(test_rtcp_finds_its_streams), T(test_stun_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
