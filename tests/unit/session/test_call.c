/* Calls from messages made by hand: what happened, who ended it, and the times between. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/model.h>

static struct vq_endpoint alice, pbx;

struct story {
    struct feeder f;
    const char *call_id;
};

static int setup(void **state)
{
    static struct story s;
    alice = ep("10.0.0.1", 5060);
    pbx = ep("10.0.0.2", 5060);
    s = (struct story){.f = feeder_new(), .call_id = "c1@10.0.0.1"};
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    vq_engine_free(((struct story *)*state)->f.e);
    return 0;
}

/* A request of the caller's, or a response to one. */
static void say(struct story *s, double ms, bool by_caller, const char *start, const char *cseq, const char *branch,
                const char *to_tag, const char *sdp)
{
    struct sip_text t = {.start = start, .call_id = s->call_id, .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = to_tag, .branch = branch, .cseq = cseq, .sdp = sdp};
    feed_text(&s->f, ms, by_caller ? &alice : &pbx, by_caller ? &pbx : &alice, sip_build(&t));
}

/* A request of the callee's, or a response to one: From and To swapped. */
static void say_back(struct story *s, double ms, bool by_callee, const char *start, const char *cseq, const char *branch)
{
    struct sip_text t = {.start = start, .call_id = s->call_id, .from = "bob@b", .from_tag = "tb", .to = "alice@a",
                         .to_tag = "fa", .branch = branch, .cseq = cseq};
    feed_text(&s->f, ms, by_callee ? &pbx : &alice, by_callee ? &alice : &pbx, sip_build(&t));
}

static struct vq_call result(struct story *s)
{
    struct vq_call c;
    vq_engine_finish(s->f.e);
    uint32_t h = vq_call_next(s->f.e, 0);
    assert_true(vq_call_get(s->f.e, h, &c));
    assert_int_equal(vq_call_next(s->f.e, h), 0);
    return c;
}

#define INVITE "INVITE sip:bob@b SIP/2.0"
#define MS(x) ((int64_t)((x) * 1e6))

static void test_answered(void **state)
{
    struct story *s = *state;
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", sdp_build("10.0.0.1", 4000, "0 8", ""));
    say(s, 500, true, INVITE, "1 INVITE", "z9hG4bK1", "", sdp_build("10.0.0.1", 4000, "0 8", ""));
    say(s, 510, false, "SIP/2.0 100 Trying", "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 700, false, "SIP/2.0 180 Ringing", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 900, false, "SIP/2.0 180 Ringing", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 3700, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "tb", sdp_build("10.0.0.2", 5000, "0", ""));
    say(s, 3750, true, "ACK sip:bob@b SIP/2.0", "1 ACK", "z9hG4bK2", "tb", NULL);
    say_back(s, 9700, true, "BYE sip:alice@a SIP/2.0", "7 BYE", "z9hG4bK3");
    say_back(s, 9725, false, "SIP/2.0 200 OK", "7 BYE", "z9hG4bK3");
    struct vq_call c = result(s);
    assert_int_equal(c.state, VQ_CALL_COMPLETED);
    assert_int_equal(c.status, 200);
    assert_int_equal(c.released_by, VQ_PARTY_CALLEE);
    assert_int_equal(c.trying, MS(510));
    assert_int_equal(c.pdd, MS(700)); /* the first 180, and from the first INVITE */
    assert_int_equal(c.srd, MS(700));
    assert_int_equal(c.ring, MS(3000));
    assert_int_equal(c.answer, MS(3700));
    assert_int_equal(c.ack, MS(50));
    assert_int_equal(c.talk, MS(6000));
    assert_int_equal(c.sdd, MS(25));
    assert_int_equal(c.retransmissions, 2);
    assert_int_equal(c.n_messages, 9);
    assert_string_equal(c.from, "alice");
    assert_string_equal(c.to, "bob");
    assert_string_equal(c.call_id, "c1@10.0.0.1");
    assert_string_equal(c.legs->to_tag, "tb");
    assert_null(c.legs->next);
    assert_string_equal(c.offers->kind, "offer");
    assert_string_equal(c.offers->audio, "PCMU PCMA");
    assert_string_equal(c.offers->next->kind, "answer");
    assert_null(c.offers->next->next);
    const struct vq_note *at = c.messages;
    struct vq_message m;
    assert_true(vq_message_read(&at, &m));
    assert_string_equal(m.sdp, "PCMU PCMA @ 10.0.0.1:4000");
    assert_false(m.retransmission);
    assert_true(vq_message_read(&at, &m));
    assert_true(m.retransmission);
}

/* The setup that each row describes, and what it must come to. */
static const struct {
    const char *name, *final;
    bool rings, cancels;
    enum vq_call_state state;
    enum vq_party by;
} setups[] = {
    {"busy", "SIP/2.0 486 Busy Here", true, false, VQ_CALL_BUSY, VQ_PARTY_CALLEE},
    {"busy everywhere", "SIP/2.0 600 Busy Everywhere", true, false, VQ_CALL_BUSY, VQ_PARTY_CALLEE},
    {"decline", "SIP/2.0 603 Decline", true, false, VQ_CALL_REJECTED, VQ_PARTY_CALLEE},
    {"forbidden", "SIP/2.0 403 Forbidden", false, false, VQ_CALL_REJECTED, VQ_PARTY_NETWORK},
    {"not found", "SIP/2.0 404 Not Found", false, false, VQ_CALL_REJECTED, VQ_PARTY_NETWORK},
    {"no answer", "SIP/2.0 408 Request Timeout", true, false, VQ_CALL_NO_ANSWER, VQ_PARTY_NETWORK},
    {"unavailable", "SIP/2.0 480 Temporarily Unavailable", true, false, VQ_CALL_NO_ANSWER, VQ_PARTY_NETWORK},
    {"server error", "SIP/2.0 503 Service Unavailable", false, false, VQ_CALL_FAILED, VQ_PARTY_NETWORK},
    {"redirect", "SIP/2.0 302 Moved Temporarily", false, false, VQ_CALL_REDIRECTED, VQ_PARTY_NETWORK},
    {"challenge, never answered", "SIP/2.0 407 Proxy Authentication Required", false, false, VQ_CALL_REJECTED,
     VQ_PARTY_NETWORK},
    {"cancelled", "SIP/2.0 487 Request Terminated", true, true, VQ_CALL_CANCELLED, VQ_PARTY_CALLER},
    {"cancelled, 487 not seen", NULL, true, true, VQ_CALL_CANCELLED, VQ_PARTY_CALLER},
    {"still ringing", NULL, true, false, VQ_CALL_RINGING, VQ_PARTY_NONE},
    {"cut off", NULL, false, false, VQ_CALL_INCOMPLETE, VQ_PARTY_NONE},
};

static void test_setups(void **state)
{
    struct story *s = *state;
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        if (i) {
            teardown(state);
            setup(state);
        }
        say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
        if (setups[i].rings)
            say(s, 100, false, "SIP/2.0 180 Ringing", "1 INVITE", "z9hG4bK1", "tb", NULL);
        if (setups[i].cancels)
            say(s, 2000, true, "CANCEL sip:bob@b SIP/2.0", "1 CANCEL", "z9hG4bK1", "", NULL);
        if (setups[i].cancels)
            say(s, 2010, false, "SIP/2.0 200 OK", "1 CANCEL", "z9hG4bK1", "tb", NULL);
        if (setups[i].final)
            say(s, 2020, false, setups[i].final, "1 INVITE", "z9hG4bK1", "tb", NULL);
        struct vq_call c = result(s);
        if (c.state != setups[i].state || c.released_by != setups[i].by)
            fail_msg("%s: state %s, by %d", setups[i].name, vq_call_state_name(c.state), c.released_by);
    }
}

static void test_nobody_there(void **state)
{
    struct story *s = *state;
    for (int i = 0; i < 7; i++)
        say(s, 500 * ((1 << i) - 1), true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    feed_rtp(&s->f, 64000, &alice, &pbx, 1, 1, 0, 0); /* time goes on */
    struct vq_call c = result(s);
    assert_int_equal(c.state, VQ_CALL_TIMEOUT);
    assert_int_equal(c.retransmissions, 6);
    assert_int_equal(c.status, 0);
}

/* Challenge and redirection are steps of one call; times run from the first INVITE. */
static void test_challenge_then_answer(void **state)
{
    struct story *s = *state;
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 10, false, "SIP/2.0 407 Proxy Authentication Required", "1 INVITE", "z9hG4bK1", "t0", NULL);
    say(s, 11, true, "ACK sip:bob@b SIP/2.0", "1 ACK", "z9hG4bK1", "t0", NULL);
    say(s, 20, true, INVITE, "2 INVITE", "z9hG4bK2", "", NULL);
    say(s, 30, false, "SIP/2.0 302 Moved Temporarily", "2 INVITE", "z9hG4bK2", "t1", NULL);
    say(s, 40, true, INVITE, "3 INVITE", "z9hG4bK4", "", NULL);
    say(s, 90, false, "SIP/2.0 183 Session Progress", "3 INVITE", "z9hG4bK4", "tb", NULL);
    say(s, 100, false, "SIP/2.0 200 OK", "3 INVITE", "z9hG4bK4", "tb", NULL);
    say(s, 101, false, "SIP/2.0 407 Proxy Authentication Required", "1 INVITE", "z9hG4bK1", "t0", NULL);
    struct vq_call c = result(s);
    assert_int_equal(c.state, VQ_CALL_IN_CALL);
    assert_true(c.challenged);
    assert_int_equal(c.srd, MS(90));
    assert_int_equal(c.answer, MS(100));
    assert_int_equal(c.status, 200);
    assert_int_equal(c.released_by, VQ_PARTY_NONE);
    assert_int_equal(c.retransmissions, 1);
}

static void test_reinvite_changes_nothing(void **state)
{
    struct story *s = *state;
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 100, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 110, true, "ACK sip:bob@b SIP/2.0", "1 ACK", "z9hG4bK2", "tb", NULL);
    say(s, 1000, true, INVITE, "2 INVITE", "z9hG4bK3", "tb", sdp_build("10.0.0.1", 4000, "0", "a=sendonly\r\n"));
    say(s, 1100, false, "SIP/2.0 488 Not Acceptable Here", "2 INVITE", "z9hG4bK3", "tb", NULL);
    say(s, 2100, true, "BYE sip:bob@b SIP/2.0", "3 BYE", "z9hG4bK4", "tb", NULL);
    struct vq_call c = result(s);
    assert_int_equal(c.state, VQ_CALL_COMPLETED);
    assert_int_equal(c.released_by, VQ_PARTY_CALLER);
    assert_int_equal(c.status, 200);
    assert_int_equal(c.talk, MS(2000));
    assert_true(c.offers->hold);
}

static void test_began_before_capture(void **state)
{
    struct story *s = *state;
    say_back(s, 0, true, "BYE sip:alice@a SIP/2.0", "9 BYE", "z9hG4bK9");
    say_back(s, 5, false, "SIP/2.0 200 OK", "9 BYE", "z9hG4bK9");
    struct vq_call c = result(s);
    assert_true(c.mid_dialog);
    assert_int_equal(c.state, VQ_CALL_COMPLETED);
    assert_int_equal(c.srd, VQ_NONE);
    assert_int_equal(c.talk, VQ_NONE);
    assert_int_equal(c.sdd, MS(5));
}

/* Two 180s with different To tags are two early dialogs, not a retransmission. */
static void test_forked(void **state)
{
    struct story *s = *state;
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 10, false, "SIP/2.0 180 Ringing", "1 INVITE", "z9hG4bK1", "t1", NULL);
    say(s, 20, false, "SIP/2.0 180 Ringing", "1 INVITE", "z9hG4bK1", "t2", NULL);
    say(s, 30, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "t2", NULL);
    struct vq_call c = result(s);
    assert_int_equal(c.retransmissions, 0);
    assert_string_equal(c.legs->to_tag, "t1");
    assert_string_equal(c.legs->next->to_tag, "t2");
    assert_int_equal(c.legs->status, 180);
    assert_int_equal(c.legs->next->status, 200);
}

/* Two phones answer a forked call at once; the caller hangs up on the second and talks on with the first. */
static void test_two_answers(void **state)
{
    struct story *s = *state;
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 100, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "ta", NULL);
    say(s, 110, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 200, true, "BYE sip:bob@b SIP/2.0", "2 BYE", "z9hG4bK2", "tb", NULL);
    say(s, 210, false, "SIP/2.0 200 OK", "2 BYE", "z9hG4bK2", "tb", NULL);
    say(s, 60100, true, "BYE sip:bob@b SIP/2.0", "2 BYE", "z9hG4bK3", "ta", NULL);
    say(s, 60120, false, "SIP/2.0 200 OK", "2 BYE", "z9hG4bK3", "ta", NULL);
    struct vq_call c = result(s);
    assert_int_equal(c.state, VQ_CALL_COMPLETED);
    assert_int_equal(c.talk, MS(60000));
    assert_int_equal(c.sdd, MS(20));
}

static void test_early_bye_crosses_answer(void **state)
{
    struct story *s = *state;
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 100, false, "SIP/2.0 180 Ringing", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 200, true, "BYE sip:bob@b SIP/2.0", "2 BYE", "z9hG4bK2", "tb", NULL);
    say(s, 201, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 202, false, "SIP/2.0 200 OK", "2 BYE", "z9hG4bK2", "tb", NULL);
    say(s, 1201, true, "BYE sip:bob@b SIP/2.0", "3 BYE", "z9hG4bK3", "tb", NULL);
    struct vq_call c = result(s);
    assert_int_equal(c.state, VQ_CALL_COMPLETED);
    assert_int_equal(c.talk, MS(1000));
}

static void test_clock_set_back(void **state)
{
    struct story *s = *state;
    say(s, 100000, true, INVITE, "1 INVITE", "z9hG4bK1", "", NULL);
    say(s, 1000, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "tb", NULL);
    say(s, 5000, true, "BYE sip:bob@b SIP/2.0", "2 BYE", "z9hG4bK2", "tb", NULL);
    struct vq_call c = result(s);
    assert_int_equal(c.answer, VQ_NONE);
    assert_int_equal(c.srd, VQ_NONE);
    assert_int_equal(c.talk, MS(4000));
    assert_true(c.end >= c.start);
}

/* Retransmissions and second hops repeat offers and answers; they make none. */
static void test_offers_are_told_once(void **state)
{
    struct story *s = *state;
    const char *a = "v=0\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\n";
    const char *b = "v=0\r\nm=audio 5000 RTP/AVP 0\r\nc=IN IP4 10.0.0.2\r\n";
    say(s, 0, true, INVITE, "1 INVITE", "z9hG4bK1", "", a);
    say(s, 10, true, INVITE, "1 INVITE", "z9hG4bKhop2", "", a);
    say(s, 20, false, "SIP/2.0 183 Session Progress", "1 INVITE", "z9hG4bK1", "tb", b);
    say(s, 500, true, INVITE, "1 INVITE", "z9hG4bK1", "", a);
    say(s, 900, false, "SIP/2.0 200 OK", "1 INVITE", "z9hG4bK1", "tb", b);
    /* delayed offer: the 200 offers, the ACK answers, and each is seen twice */
    say(s, 2000, true, INVITE, "2 INVITE", "z9hG4bK2", "tb", NULL);
    say(s, 2010, false, "SIP/2.0 200 OK", "2 INVITE", "z9hG4bK2", "tb", b);
    say(s, 2020, true, "ACK sip:bob@b SIP/2.0", "2 ACK", "z9hG4bK3", "tb", a);
    say(s, 2030, true, "ACK sip:bob@b SIP/2.0", "2 ACK", "z9hG4bKhop3", "tb", a);
    struct vq_call c = result(s);
    const char *const want[] = {"offer", "answer", "offer", "answer"};
    const bool by_caller[] = {true, false, false, true};
    const struct vq_offer *o = c.offers;
    for (int i = 0; i < 4; i++, o = o->next) {
        assert_string_equal(o->kind, want[i]);
        assert_int_equal(o->from_caller, by_caller[i]);
    }
    assert_null(o);
}

static void test_message_cap(void **state)
{
    struct story *s = *state;
    vq_engine_free(s->f.e);
    struct vq_options o;
    vq_options_defaults(&o);
    o.max_messages = 5;
    assert_int_equal(vq_engine_new(&s->f.e, &o), 0);
    char branch[32];
    for (int i = 0; i < 20; i++) {
        snprintf(branch, sizeof branch, "z9hG4bK%d", i);
        say(s, i, true, INVITE, "1 INVITE", branch, "", NULL);
    }
    struct vq_call c = result(s);
    assert_int_equal(c.n_messages, 5);
    assert_int_equal(c.messages_not_kept, 15);
    struct vq_stats st;
    vq_engine_stats(s->f.e, &st);
    assert_int_equal(st.sip_messages, 20);
    assert_int_equal(st.messages_not_kept, 15);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_answered), T(test_setups), T(test_nobody_there), T(test_challenge_then_answer), T(test_reinvite_changes_nothing),
        T(test_began_before_capture), T(test_forked), T(test_two_answers),
        T(test_early_bye_crosses_answer), T(test_clock_set_back), T(test_offers_are_told_once), T(test_message_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
