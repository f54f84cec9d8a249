/* Calls that lead to other calls, forks, and what ends them: from messages made by hand. */
#include "support/check.h"
#include "support/story.h"

#include <stdio.h>

#define INVITE "INVITE sip:bob@x SIP/2.0"

/* Bob calls carol in a call of its own, up to the 200. */
static void bob_calls(struct story *s, double ms, const char *call_id, const char *uri, const char *extra)
{
    char start[80];
    snprintf(start, sizeof start, "INVITE %s SIP/2.0", uri);
    s->call_id = call_id;
    story_say(s, &(struct line){ms, &s->bob, &s->carol, start, "1 INVITE", "bob", "carol", "", extra, NULL});
    story_say(s, &(struct line){ms + 10, &s->carol, &s->bob, "SIP/2.0 200 OK", "1 INVITE", "bob", "carol", "tcarol", NULL, NULL});
    s->call_id = "c1@10.0.0.1";
}

static void refer(struct story *s, double ms, const char *refer_to)
{
    char extra[200];
    snprintf(extra, sizeof extra, "Refer-To: <%s>\r\n", refer_to);
    story_alice(s, ms, "REFER sip:bob@x SIP/2.0", "2 REFER", "tbob", extra, NULL);
    story_bob(s, ms + 5, "SIP/2.0 202 Accepted", "2 REFER", "tbob", NULL, NULL);
}

/* Bob's NOTIFY with a status line in it. */
static void progress(struct story *s, double ms, const char *cseq, const char *fragment)
{
    char text[1000], body[80];
    snprintf(body, sizeof body, "%s\r\n", fragment);
    snprintf(text, sizeof text,
             "NOTIFY sip:alice@x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKn%s\r\nFrom: <sip:bob@x>;tag=tbob\r\n"
             "To: <sip:alice@x>;tag=talice\r\nCall-ID: %s\r\nCSeq: %s NOTIFY\r\nEvent: refer;id=2\r\n"
             "Subscription-State: active;expires=60\r\nContent-Type: message/sipfrag\r\nContent-Length: %zu\r\n\r\n%s",
             cseq, s->call_id, cseq, strlen(body), body);
    feed_text(&s->f, ms, &s->bob, &s->alice, text);
}

static void test_blind(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    refer(s, 1000, "sip:carol@X:5060;user=phone");
    progress(s, 1010, "20", "SIP/2.0 100 Trying");
    bob_calls(s, 1020, "c2@10.0.0.2", "sip:carol@x", "Referred-By: <sip:alice@x>\r\n");
    progress(s, 1040, "21", "SIP/2.0 200 OK");
    progress(s, 1050, "22", "SIP/2.0 180 Late");
    struct vq_call a = story_call(s, 0), b = story_call(s, 1);
    const struct vq_transfer *t = a.story->transfers;
    assert_int_equal(t->by, VQ_PARTY_CALLER);
    assert_string_equal(t->target, "sip:carol@X:5060");
    assert_null(t->replaces);
    assert_int_equal(t->status, 202);
    assert_int_equal(t->progress, 200);
    assert_string_equal(t->progress_reason, "OK");
    assert_int_equal(t->to_call.id, b.id);
    assert_int_equal(t->frame, 5);
    assert_null(t->next);
    assert_int_equal(b.story->lead, VQ_LEAD_BLIND);
    assert_int_equal(b.story->from_call.id, a.id);
    assert_non_null(strstr(b.story->lead_why, "with Referred-By"));
    const struct vq_finding *f = story_finding(s, "call-transferred");
    assert_non_null(f);
    assert_non_null(strstr(f->text, "call 2 is what came of it"));
    assert_int_equal(f->frames[0], 5);
}

/* RFC 5589 7.1: alice has a call to bob and one to carol, and asks bob to take the latter over. */
static void test_attended(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    s->call_id = "c2@10.0.0.1";
    story_set_up(s, 500);
    s->call_id = "c1@10.0.0.1";
    refer(s, 1000, "sip:carol@x?Replaces=c2%4010.0.0.1%3Bto-tag%3Dtbob%3Bfrom-tag%3Dtalice");
    bob_calls(s, 1020, "c3@10.0.0.2", "sip:somebody@else", "Replaces: c2@10.0.0.1;to-tag=tbob;from-tag=talice\r\n");
    struct vq_call a = story_call(s, 0), old = story_call(s, 1), b = story_call(s, 2);
    const struct vq_transfer *t = a.story->transfers;
    assert_string_equal(t->replaces, "c2@10.0.0.1");
    assert_int_equal(t->replaces_call.id, old.id);
    assert_int_equal(t->to_call.id, b.id);
    assert_int_equal(b.story->lead, VQ_LEAD_ATTENDED);
    assert_string_equal(b.story->replaces, "c2@10.0.0.1");
    assert_int_equal(b.story->replaces_call.id, old.id);
    assert_int_equal(old.story->replaced_by.id, b.id);
}

/* A call to somebody else, or much later, is not the transfer's. */
static void test_not_what_was_asked_for(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    refer(s, 1000, "sip:carol@x");
    bob_calls(s, 1020, "c2@10.0.0.2", "sip:dave@x", NULL);
    bob_calls(s, 40000, "c3@10.0.0.2", "sip:carol@x", NULL);
    struct vq_call a = story_call(s, 0);
    assert_int_equal(a.story->transfers->to_call.id, 0);
    assert_null(story_call(s, 1).story);
    assert_null(story_call(s, 2).story);
}

/* Referred-By alone, with another target, proves nothing. */
static void test_referred_elsewhere(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    refer(s, 1000, "sip:carol@x");
    bob_calls(s, 1020, "c2@10.0.0.2", "sip:dave@x", "Referred-By: <sip:alice@x>\r\n");
    struct vq_call a = story_call(s, 0);
    assert_int_equal(a.story->transfers->to_call.id, 0);
    assert_null(story_call(s, 1).story);
}

/* A refused REFER; credentials make no second transfer of it; a proxy's copy neither. */
static void test_refused_transfer(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    story_alice(s, 1000, "REFER sip:bob@x SIP/2.0", "2 REFER", "tbob", "Refer-To: sip:carol@x\r\n", NULL);
    story_bob(s, 1005, "SIP/2.0 407 Proxy Authentication Required", "2 REFER", "tbob", NULL, NULL);
    story_alice(s, 1010, "REFER sip:bob@x SIP/2.0", "3 REFER", "tbob", "Refer-To: sip:carol@x\r\n", NULL);
    story_say(s, &(struct line){1011, &s->bob, &s->carol, "REFER sip:bob@x SIP/2.0", "3 REFER", "alice", "bob", "tbob",
                                "Refer-To: sip:carol@x\r\n", NULL});
    story_bob(s, 1015, "SIP/2.0 603 Decline", "3 REFER", "tbob", NULL, NULL);
    struct vq_call a = story_call(s, 0);
    assert_int_equal(a.story->transfers->status, 603);
    assert_null(a.story->transfers->next);
    assert_non_null(story_finding(s, "call-transfer-failed"));
    assert_null(story_finding(s, "call-transferred"));
}

static void test_redirected(void **state)
{
    struct story *s = *state;
    for (int way = 0; way < 3; way++) {
        if (way) {
            story_end(s);
            story_begin(s);
        }
        story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
        story_bob(s, 10, "SIP/2.0 302 Moved Temporarily", "1 INVITE", "tbob", "Contact: <sip:dave@y:5060>;q=0.7\r\n", NULL);
        story_alice(s, 12, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
        if (way == 1)
            s->call_id = "c2@10.0.0.1";
        if (way < 2)
            story_alice(s, 20, "INVITE sip:dave@Y SIP/2.0", "2 INVITE", "", NULL, NULL);
        struct vq_call c = story_call(s, 0);
        const struct vq_redirect *r = c.story->redirects;
        assert_int_equal(r->status, 302);
        assert_int_equal(r->frame, 2);
        assert_string_equal(r->target, "sip:dave@y:5060");
        assert_null(r->next);
        assert_int_equal(r->to_call.id, way < 2 ? way + 1 : 0);
        assert_int_equal(r->followed_frame, way < 2 ? 4 : 0);
        if (way == 1) {
            assert_int_equal(story_call(s, 1).story->lead, VQ_LEAD_REDIRECT);
            assert_int_equal(story_call(s, 1).story->from_call.id, c.id);
        }
        assert_int_equal(story_finding(s, "call-not-followed") != NULL, way == 2);
    }
}

/* Carol's phones ring at two places; one answers, the other is cancelled by the proxy. */
static void test_fork(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 10, "SIP/2.0 407 Proxy Authentication Required", "1 INVITE", "tproxy", NULL, NULL);
    story_alice(s, 20, INVITE, "2 INVITE", "", NULL, NULL);
    story_bob(s, 100, "SIP/2.0 180 Ringing", "2 INVITE", "t1", "Contact: <sip:desk@10.0.0.8>\r\nServer: Desk/1\r\n", NULL);
    story_bob(s, 200, "SIP/2.0 180 Ringing", "2 INVITE", "t2", "Contact: <sip:mobile@10.0.0.9>\r\nServer: Mobile/2\r\n", NULL);
    story_bob(s, 300, "SIP/2.0 200 OK", "2 INVITE", "t2", "Contact: <sip:mobile@10.0.0.9>\r\nServer: Mobile/2\r\n", NULL);
    struct vq_call c = story_call(s, 0);
    const struct vq_leg *one = c.legs, *two = one->next;
    assert_null(two->next);
    assert_string_equal(one->to_tag, "t1");
    assert_string_equal(one->contact, "sip:desk@10.0.0.8");
    assert_string_equal(one->user_agent, "Desk/1");
    assert_int_equal(one->state, VQ_LEG_CANCELLED);
    assert_false(one->winner);
    assert_int_equal(one->first - c.start, MS(100));
    assert_int_equal(one->answered, VQ_NONE);
    assert_string_equal(two->user_agent, "Mobile/2");
    assert_int_equal(two->state, VQ_LEG_CONFIRMED);
    assert_true(two->winner);
    assert_int_equal(two->answered - c.start, MS(300));
    assert_int_equal(c.answers, 1);
    assert_null(story_finding(s, "call-answered-twice"));
}

/* Each branch ends in its own way; what is lower wins nothing. */
static void test_branches_end(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 100, "SIP/2.0 180 Ringing", "1 INVITE", "t1", NULL, NULL);
    story_bob(s, 110, "SIP/2.0 180 Ringing", "1 INVITE", "t2", NULL, NULL);
    story_bob(s, 120, "SIP/2.0 180 Ringing", "1 INVITE", "t3", NULL, NULL);
    story_bob(s, 130, "SIP/2.0 603 Decline", "1 INVITE", "t1", NULL, NULL);
    story_bob(s, 140, "SIP/2.0 302 Moved Temporarily", "1 INVITE", "t2", NULL, NULL);
    story_bob(s, 150, "SIP/2.0 487 Request Terminated", "1 INVITE", "t3", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    static const enum vq_leg_state want[] = {VQ_LEG_REJECTED, VQ_LEG_REDIRECTED, VQ_LEG_CANCELLED};
    const struct vq_leg *l = c.legs;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++, l = l->next) {
        assert_non_null(l);
        assert_int_equal(l->state, want[i]);
        assert_false(l->winner);
    }
    assert_null(l);
}

static void test_answered_twice(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 100, "SIP/2.0 200 OK", "1 INVITE", "t1", NULL, NULL);
    story_bob(s, 110, "SIP/2.0 200 OK", "1 INVITE", "t2", NULL, NULL);
    story_bob(s, 120, "SIP/2.0 200 OK", "1 INVITE", "t2", NULL, NULL);
    story_alice(s, 200, "BYE sip:bob@x SIP/2.0", "2 BYE", "t2", NULL, NULL);
    story_alice(s, 300, "BYE sip:bob@x SIP/2.0", "3 BYE", "t1", NULL, NULL);
    struct vq_call c = story_call(s, 0);
    assert_int_equal(c.answers, 2);
    assert_true(c.legs->winner);
    assert_int_equal(c.legs->state, VQ_LEG_TERMINATED);
    assert_int_equal(c.legs->next->state, VQ_LEG_CLEARED);
    assert_non_null(story_finding(s, "call-answered-twice"));
}

static void test_orphan_bye(void **state)
{
    struct story *s = *state;
    story_bob_asks(s, 0, "BYE sip:alice@x SIP/2.0", "9 BYE", NULL);
    story_alice_replies(s, 5, "SIP/2.0 481 Call Does Not Exist", "9 BYE", NULL);
    assert_true(story_call(s, 0).mid_dialog);
    assert_non_null(story_finding(s, "call-orphan-bye"));
    story_end(s);
    story_begin(s);
    story_bob_asks(s, 0, "BYE sip:alice@x SIP/2.0", "9 BYE", NULL);
    story_alice_replies(s, 5, "SIP/2.0 200 OK", "9 BYE", NULL);
    assert_null(story_finding(s, "call-orphan-bye"));
}

static void test_late_bye(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    story_alice(s, 1000, "BYE sip:bob@x SIP/2.0", "2 BYE", "tbob", "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n",
                NULL);
    story_bob(s, 1010, "SIP/2.0 200 OK", "2 BYE", "tbob", NULL, NULL);
    story_bob_asks(s, 31000, "BYE sip:alice@x SIP/2.0", "9 BYE", "Reason: Q.850;cause=16\r\n");
    struct vq_call c = story_call(s, 0);
    assert_int_equal(c.story->late_bye_frame, 7);
    assert_string_equal(c.story->reason_protocol, "SIP");
    assert_string_equal(c.story->reason_text, "Call completed elsewhere");
    assert_int_equal(c.story->reason_cause, 200);
    assert_int_equal(c.q850, 16);
}

/* The proxy tells the phones that lost why it cancels them; the call itself goes on. */
static void test_reason_of_another_branch(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    story_alice(s, 1000, "CANCEL sip:carol@x SIP/2.0", "1 CANCEL", "",
                "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\nReason: Q.850;cause=26\r\n", NULL);
    struct vq_call c = story_call(s, 0);
    assert_int_equal(c.q850, -1);
    assert_true(!c.story || !c.story->reason_protocol);
}

static void test_bye_unanswered(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    story_alice(s, 1000, "BYE sip:bob@x SIP/2.0", "2 BYE", "tbob", NULL, NULL);
    feed_rtp(&s->f, 40000, &s->alice, &s->bob, 1, 1, 0, 0); /* time goes on */
    assert_non_null(story_finding(s, "call-bye-unanswered"));
}

/* The next hop's copy of a BYE that was captured after its answer is no late one. */
static void test_bye_over_two_hops(void **state)
{
    struct story *s = *state;
    story_set_up(s, 0);
    story_alice(s, 1000, "BYE sip:bob@x SIP/2.0", "2 BYE", "tbob", NULL, NULL);
    story_bob(s, 1010, "SIP/2.0 200 OK", "2 BYE", "tbob", NULL, NULL);
    story_say(s, &(struct line){1009, &s->bob, &s->carol, "BYE sip:bob@x SIP/2.0", "2 BYE", "alice", "bob", "tbob", NULL, NULL});
    assert_null(story_call(s, 0).story);
}

/* A server that gives up says so, and for whom it waited. */
static void test_408(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 5000, "SIP/2.0 408 Request Timeout", "1 INVITE", "tbob", NULL, NULL);
    assert_non_null(strstr(story_finding(s, "call-408")->text, "next hop (Timer B"));
    story_end(s);
    story_begin(s);
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 10, "SIP/2.0 180 Ringing", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, 5000, "SIP/2.0 408 Request Timeout", "1 INVITE", "tbob", NULL, NULL);
    assert_non_null(strstr(story_finding(s, "call-408")->text, "Timer C"));
}

/* Challenged with every CSeq. */
static void test_authentication(void **state)
{
    struct story *s = *state;
    for (int rounds = 1; rounds <= 3; rounds++) {
        if (rounds > 1) {
            story_end(s);
            story_begin(s);
        }
        for (int i = 1; i <= rounds; i++) {
            char cseq[20];
            snprintf(cseq, sizeof cseq, "%d INVITE", i);
            story_alice(s, 100 * i, INVITE, cseq, "", NULL, NULL);
            story_bob(s, 100 * i + 10, "SIP/2.0 401 Unauthorized", cseq, "tbob", NULL, NULL);
        }
        feed_rtp(&s->f, 60000, &s->alice, &s->bob, 1, 1, 0, 0);
        assert_int_equal(story_call(s, 0).state, VQ_CALL_REJECTED);
        assert_int_equal(story_finding(s, "call-wrong-password") != NULL, rounds == 2);
        assert_int_equal(story_finding(s, "call-auth-loop") != NULL, rounds == 3);
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, story_setup, story_teardown)
    const struct CMUnitTest tests[] = {
        T(test_blind), T(test_attended), T(test_not_what_was_asked_for), T(test_referred_elsewhere), T(test_refused_transfer), T(test_redirected),
        T(test_fork), T(test_branches_end), T(test_answered_twice), T(test_orphan_bye), T(test_late_bye), T(test_reason_of_another_branch), T(test_bye_unanswered),
        T(test_bye_over_two_hops), T(test_408), T(test_authentication),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
