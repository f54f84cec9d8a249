/* Offers and answers over the course of a call, and what they do to its streams: from messages made by hand. */
#include "support/check.h"
#include "support/story.h"

#define INVITE "INVITE sip:bob@x SIP/2.0"
#define OK "SIP/2.0 200 OK"
#define ACK "ACK sip:bob@x SIP/2.0"

/* One exchange: what alice offers and bob answers. sdp_build() has one buffer, so that each is fed before the next. */
static void exchange(struct story *s, double ms, const char *invite, const char *ack, const char *offer_formats,
                     unsigned offer_port, const char *offer_attributes, const char *answer_formats, const char *answer_attributes)
{
    const char *to_tag = ms > 0 ? "tbob" : "";
    story_alice(s, ms, INVITE, invite, to_tag, NULL, sdp_build("10.0.0.1", offer_port, offer_formats, offer_attributes));
    story_bob(s, ms + 10, OK, invite, "tbob", NULL, sdp_build("10.0.0.2", 5000, answer_formats, answer_attributes));
    story_alice(s, ms + 20, ACK, ack, "tbob", NULL, NULL);
}

static void test_timeline(void **state)
{
    struct story *s = *state;
    exchange(s, 0, "1 INVITE", "1 ACK", "8 0 18", 4000, "", "8", "");
    exchange(s, 1000, "2 INVITE", "2 ACK", "8 0 18", 4000, "a=sendonly\r\n", "8", "a=recvonly\r\n");
    exchange(s, 2000, "3 INVITE", "3 ACK", "8 0 18", 4000, "", "8", "");
    exchange(s, 3000, "4 INVITE", "4 ACK", "18", 4000, "", "18", "");
    exchange(s, 4000, "5 INVITE", "5 ACK", "18", 4444, "", "18", "");
    exchange(s, 5000, "6 INVITE", "6 ACK", "18", 4444, "", "18", "");
    /* inactive both ways: one hold, and it is alice's */
    exchange(s, 6000, "7 INVITE", "7 ACK", "18", 4444, "a=inactive\r\n", "18", "a=inactive\r\n");
    exchange(s, 7000, "8 INVITE", "8 ACK", "18", 4444, "", "18", "");
    static const uint8_t want[] = {0, 0, VQ_OFFER_HOLD, 0, VQ_OFFER_RESUME, 0, 0, VQ_OFFER_CODEC, VQ_OFFER_MOVED, 0,
                                   VQ_OFFER_REFRESH, 0, VQ_OFFER_HOLD, 0, VQ_OFFER_RESUME, 0};
    struct vq_call c = story_call(s, 0);
    const struct vq_offer *o = c.offers;
    for (size_t i = 0; i < sizeof want; i++, o = o->next) {
        assert_non_null(o);
        if (o->events != want[i])
            fail_msg("%zu: %s has %u", i, o->kind, o->events);
    }
    assert_null(o);
}

/* RFC 3261 13.2.1, and a change that the other side turns down: it counts for nothing afterwards. */
static void test_delayed_and_refused(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, NULL);
    story_bob(s, 10, OK, "1 INVITE", "tbob", NULL, sdp_build("10.0.0.2", 5000, "0 8", ""));
    story_alice(s, 20, ACK, "1 ACK", "tbob", NULL, sdp_build("10.0.0.1", 4000, "0", ""));
    story_alice(s, 1000, INVITE, "2 INVITE", "tbob", NULL, sdp_build("10.0.0.1", 4000, "0", "a=sendonly\r\n"));
    story_bob(s, 1010, "SIP/2.0 488 Not Acceptable Here", "2 INVITE", "tbob", NULL, NULL);
    story_alice(s, 2000, INVITE, "3 INVITE", "tbob", NULL, sdp_build("10.0.0.1", 4000, "0", ""));
    const struct vq_offer *o = story_call(s, 0).offers;
    assert_int_equal(o->events, VQ_OFFER_DELAYED);
    assert_false(o->from_caller);
    assert_string_equal(o->next->kind, "answer");
    assert_true(o->next->from_caller);
    o = o->next->next;
    assert_int_equal(o->events, VQ_OFFER_HOLD);
    assert_int_equal(o->refused, 488);
    assert_int_equal(o->next->events, VQ_OFFER_REFRESH); /* no resume: the hold never was */
    assert_null(o->next->next);
}

static void rtp(struct story *s, double from_ms, double to_ms, const struct vq_endpoint *src, const struct vq_endpoint *dst,
                uint32_t ssrc, uint16_t *seq)
{
    for (double ms = from_ms; ms < to_ms; ms += 20, ++*seq)
        feed_rtp(&s->f, ms, src, dst, ssrc, *seq, *seq * 160u, 0);
}

/* The hold stops alice's stream, bob's goes on; the resume brings hers back, and another begins. */
static void test_effects(void **state)
{
    struct story *s = *state;
    struct vq_endpoint a = ep("10.0.0.1", 4000), b = ep("10.0.0.2", 5000);
    uint16_t sa = 0, sb = 0, sc = 0;
    exchange(s, 0, "1 INVITE", "1 ACK", "0", 4000, "", "0", "");
    for (int i = 0; i < 50; i++) {
        rtp(s, 100 + 100 * i, 200 + 100 * i, &a, &b, 1, &sa);
        rtp(s, 101 + 100 * i, 201 + 100 * i, &b, &a, 2, &sb);
    }
    exchange(s, 5200, "2 INVITE", "2 ACK", "0", 4000, "a=sendonly\r\n", "0", "a=recvonly\r\n");
    rtp(s, 5300, 10000, &b, &a, 2, &sb);
    exchange(s, 10100, "3 INVITE", "3 ACK", "0", 4000, "", "0", "");
    for (int i = 0; i < 40; i++) {
        rtp(s, 10200 + 100 * i, 10300 + 100 * i, &a, &b, 1, &sa);
        rtp(s, 10201 + 100 * i, 10301 + 100 * i, &b, &a, 2, &sb);
        rtp(s, 10202 + 100 * i, 10302 + 100 * i, &b, &a, 3, &sc);
    }
    struct vq_call c = story_call(s, 0);
    static const struct {
        int offer;
        uint32_t ssrc;
        enum vq_effect want;
    } rows[] = {
        {2, 1, VQ_EFFECT_STOPPED},   {2, 2, VQ_EFFECT_CONTINUED}, {2, 3, VQ_EFFECT_NONE},
        {4, 1, VQ_EFFECT_RESUMED},   {4, 2, VQ_EFFECT_CONTINUED}, {4, 3, VQ_EFFECT_STARTED},
    };
    assert_int_equal(c.n_streams, 3);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct vq_offer *o = c.offers;
        for (int k = 0; k < rows[i].offer; k++)
            o = o->next;
        struct vq_stream st;
        for (uint32_t h = c.first_stream; h; h = st.next_in_call) {
            assert_true(vq_stream_get(s->f.e, h, &st));
            if (st.ssrc == rows[i].ssrc && vq_offer_effect(s->f.e, o, &st) != rows[i].want)
                fail_msg("row %zu: %d", i, vq_offer_effect(s->f.e, o, &st));
        }
    }
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, story_setup, story_teardown)
    const struct CMUnitTest tests[] = {T(test_timeline), T(test_delayed_and_refused), T(test_effects)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
