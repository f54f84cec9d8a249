/* Retransmissions and the timers of RFC 3261 that explain them, from messages made by hand. */
#include "support/check.h"
#include "support/story.h"

#include <stdio.h>

/* "A1" for the first repetition by Timer A; "" for a message that is none. */
static void assert_timers(const struct vq_note *messages, const char *const *want, size_t n)
{
    struct vq_message m;
    for (size_t i = 0; i < n; i++) {
        char got[40] = "";
        assert_true(vq_message_read(&messages, &m));
        if (m.retransmission)
            snprintf(got, sizeof got, "%s%u", m.timer ? m.timer : "none", m.repeat);
        if (strcmp(got, want[i]))
            fail_msg("message %zu: %s is not %s", i, got, want[i]);
    }
    assert_false(vq_message_read(&messages, &m));
}

#define INVITE "INVITE sip:bob@x SIP/2.0"
#define TIMERS(c, ...) assert_timers((c).messages, (const char *const[]){__VA_ARGS__}, \
                                     sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* 17.1.1.2: A doubles; 17.1.2.2: E doubles up to T2. The responses to what came again are prompted by it. */
static void test_requests(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_alice(s, 500, INVITE, "1 INVITE", "", NULL, NULL);
    story_alice(s, 1500, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 1510, "SIP/2.0 180 Ringing", "1 INVITE", "tbob", NULL, NULL);
    story_alice(s, 1520, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 1530, "SIP/2.0 180 Ringing", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, 62000, "SIP/2.0 180 Ringing", "1 INVITE", "tbob", NULL, NULL); /* 13.3.1.1 */
    story_bob(s, 63000, "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, NULL);
    story_alice(s, 63010, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
    story_bob_asks(s, 70000, "BYE sip:alice@x SIP/2.0", "9 BYE", NULL);
    story_bob_asks(s, 70500, "BYE sip:alice@x SIP/2.0", "9 BYE", NULL);
    story_alice_replies(s, 70510, "SIP/2.0 200 OK", "9 BYE", NULL);
    story_bob_asks(s, 70511, "BYE sip:alice@x SIP/2.0", "9 BYE", NULL);
    story_alice_replies(s, 70520, "SIP/2.0 200 OK", "9 BYE", NULL);
    struct vq_call c = story_call(s, 0);
    TIMERS(c, "", "A1", "A2", "", "A3", "request1", "1xx2", "", "", "", "E1", "", "E2", "request1");
    assert_null(story_finding(s, "call-storm"));
    assert_null(story_finding(s, "call-ack-lost"));
}

/* What a mirror port shows twice, nobody sent twice. */
static void test_copies(void **state)
{
    struct story *s = *state;
    for (int i = 0; i < 2; i++)
        story_alice(s, i, INVITE, "1 INVITE", "", NULL, NULL);
    for (int i = 0; i < 2; i++)
        story_bob(s, 100 + i, "SIP/2.0 486 Busy Here", "1 INVITE", "tbob", NULL, NULL);
    for (int i = 0; i < 2; i++)
        story_alice(s, 110 + i, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    TIMERS(c, "", "copy1", "", "copy1", "", "copy1");
    assert_null(story_finding(s, "call-retransmissions"));
    assert_non_null(strstr(story_finding(s, "call-sip-copies")->text, "3 SIP messages came twice"));
}

/* Ten milliseconds are enough for a second one to be sent. */
static void test_no_copy(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_alice(s, 10, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 100, "SIP/2.0 486 Busy Here", "1 INVITE", "tbob", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    TIMERS(c, "", "A1", "");
    assert_non_null(story_finding(s, "call-retransmissions"));
    assert_null(story_finding(s, "call-sip-copies"));
}

/* 17.2.1: an error response comes again by G until its ACK. */
static void test_error_response(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 10, "SIP/2.0 486 Busy Here", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, 510, "SIP/2.0 486 Busy Here", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, 1510, "SIP/2.0 486 Busy Here", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, 3510, "SIP/2.0 486 Busy Here", "1 INVITE", "tbob", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    TIMERS(c, "", "", "G1", "G2", "G3");
    assert_non_null(story_finding(s, "call-error-no-ack"));
    assert_non_null(strstr(story_finding(s, "call-error-no-ack")->text, "486"));
    assert_null(story_finding(s, "call-no-ack"));
}

/* 13.3.1.4: the 200 comes again until the ACK is there; an ACK that was sent and did not help was lost on the way. */
static void test_lost_ack(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    for (int i = 0; i < 3; i++) {
        story_bob(s, 510 + 1000 * i, "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, NULL);
        story_alice(s, 515 + 1000 * i, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
    }
    struct vq_call c = story_call(s, 0);
    TIMERS(c, "", "", "", "", "2xx1", "response1", "2xx2", "response2", "2xx3", "response3");
    const struct vq_finding *f = story_finding(s, "call-ack-lost");
    assert_non_null(f);
    assert_non_null(strstr(f->text, "3 times"));
    assert_int_equal(f->frames[0], 1);
    assert_null(story_finding(s, "call-no-ack"));
}

static void test_no_ack(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    for (int i = 0; i < 4; i++)
        story_bob(s, 10 + 500 * ((1 << i) - 1), "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    TIMERS(c, "", "", "2xx1", "2xx2", "2xx3");
    assert_non_null(story_finding(s, "call-no-ack"));
    assert_null(story_finding(s, "call-ack-lost"));
}

/* An ACK that crosses the repeated 200 on a slow way was not lost. */
static void test_slow_way(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 600, "SIP/2.0 180 Ringing", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, 700, "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, NULL);
    story_alice(s, 701, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
    story_bob(s, 1200, "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, NULL);
    story_call(s, 0);
    assert_null(story_finding(s, "call-ack-lost"));
}

/* More than Timer A sends until Timer B; faster than any timer. */
static void test_storms(void **state)
{
    struct story *s = *state;
    for (int i = 0; i < 8; i++)
        story_alice(s, 4000 * i, INVITE, "1 INVITE", "", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    assert_int_equal(c.retransmissions, 7);
    const struct vq_finding *f = story_finding(s, "call-storm");
    assert_non_null(f);
    assert_non_null(strstr(f->text, "8 times"));
    story_end(s);
    story_begin(s);
    for (int i = 0; i < 4; i++)
        story_alice(s, 10 * i, INVITE, "1 INVITE", "", NULL, NULL);
    story_call(s, 0);
    assert_non_null(story_finding(s, "call-storm"));
    story_end(s);
    story_begin(s);
    for (int i = 0; i < 7; i++)
        story_alice(s, 500 * ((1 << i) - 1), INVITE, "1 INVITE", "", NULL, NULL);
    story_call(s, 0);
    assert_null(story_finding(s, "call-storm"));
}

static void test_details(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    story_alice(s, 100, "PRACK sip:bob@x SIP/2.0", "2 PRACK", "tbob", "RAck: 1 1 INVITE\r\n", NULL);
    story_alice(s, 200, "REFER sip:bob@x SIP/2.0", "3 REFER", "tbob",
                "Refer-To: <sip:carol@x?Replaces=c2%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>\r\n", NULL);
    story_bob_asks(s, 300, "INFO sip:alice@x SIP/2.0", "4 INFO", "X: y\r\n");
    story_bob_asks(s, 400, "BYE sip:alice@x SIP/2.0", "5 BYE", "Reason: Q.850;cause=16\r\n");
    struct sip_text key = {.start = "INFO sip:bob@x SIP/2.0", .call_id = s->call_id, .from = "alice@x", .from_tag = "talice",
                           .to = "bob@x", .to_tag = "tbob", .branch = "z9hG4bKk", .cseq = "6 INFO",
                           .sdp = "Signal=5\r\nDuration=160\r\n", .type = "application/dtmf-relay"};
    feed_text(&s->f, 410, &s->alice, &s->bob, sip_build(&key));
    story_bob_asks(s, 420, "BYE sip:alice@x SIP/2.0", "7 BYE", "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n");
    story_bob_asks(s, 430, "BYE sip:alice@x SIP/2.0", "8 BYE", "Reason: SIP;cause=503\r\n");
    story_bob_asks(s, 440, "BYE sip:alice@x SIP/2.0", "9 BYE", "Reason: Q.850;cause=126\r\n");
    static const char *const want[] = {"RAck 1 1 INVITE", "to sip:carol@x, replaces c2@h", NULL,
                                       "Q.850 16 normal call clearing", "DTMF 5", "Call completed elsewhere", "SIP 503",
                                       "Q.850 126"};
    struct vq_call c = story_call(s, 0);
    struct vq_message m;
    const struct vq_note *at = c.messages;
    for (int i = 0; i < 4; i++)
        assert_true(vq_message_read(&at, &m) && !m.detail);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_true(vq_message_read(&at, &m));
        if (want[i])
            assert_string_equal(m.detail, want[i]);
        else
            assert_null(m.detail);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, story_setup, story_teardown)
    const struct CMUnitTest tests[] = {
        T(test_requests), T(test_copies), T(test_no_copy), T(test_error_response), T(test_lost_ack), T(test_no_ack),
        T(test_slow_way), T(test_storms),         T(test_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
