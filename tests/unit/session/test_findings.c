/* test_findings.c - facts that findings rest on, gathered from packets: streams without SIP, video, calls without audio. */
#include "support/check.h"
#include "support/story.h"

#include <stdio.h>

static const struct vq_endpoint alice_rtp = EP4(10, 0, 0, 1, 4000), bob_rtp = EP4(10, 0, 0, 2, 5000);

/* `late_ms`: by so much every fourth packet comes too late. */
static void stream(struct story *s, double ms, uint32_t ssrc, uint8_t pt, unsigned ticks, double late_ms)
{
    const bool to_bob = ssrc % 2;
    for (unsigned i = 0; i < 100; i++)
        feed_rtp(&s->f, ms + 20 * i + (i % 4 == 3 ? late_ms : 0), to_bob ? &alice_rtp : &bob_rtp, to_bob ? &bob_rtp : &alice_rtp,
                 ssrc, (uint16_t)i, ticks * i, pt);
}

static void without_sip(void **state)
{
    struct story *s = *state;
    stream(s, 0, 1, 0, 160, 0);
    stream(s, 5000, 2, 0, 160, 0);
    vq_engine_finish(s->f.e);
    assert_non_null(strstr(story_finding(s, "capture-no-sip")->text, "its 2 streams belong"));
    assert_null(story_finding(s, "stream-unbound"));
}

static void not_announced(void **state)
{
    struct story *s = *state;
    story_alice(s, 0, "OPTIONS sip:bob@x SIP/2.0", "1 OPTIONS", "", NULL, NULL);
    stream(s, 10, 1, 0, 160, 0);
    vq_engine_finish(s->f.e);
    assert_non_null(story_finding(s, "stream-unbound"));
    assert_null(story_finding(s, "capture-no-sip"));
}

static void call_with(struct story *s, bool audio, bool video)
{
    char offer[250], answer[250];
    for (int i = 0; i < 2; i++)
        snprintf(i ? answer : offer, sizeof offer, "v=0\r\no=- 1 1 IN IP4 10.0.0.%d\r\ns=-\r\nc=IN IP4 10.0.0.%d\r\nt=0 0\r\n%s%s",
                 i + 1, i + 1, audio ? i ? "m=audio 5004 RTP/AVP 0\r\n" : "m=audio 4004 RTP/AVP 0\r\n" : "",
                 video ? i ? "m=video 5000 RTP/AVP 34\r\n" : "m=video 4000 RTP/AVP 34\r\n" : "");
    story_alice(s, 0, "INVITE sip:bob@x SIP/2.0", "1 INVITE", "", NULL, offer);
    story_bob(s, 10, "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, answer);
    story_alice(s, 20, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
}

/* H.263 sends a frame's packets at once: a buffer made for speech says nothing of it. */
static void video_is_no_speech(void **state)
{
    struct story *s = *state;
    call_with(s, true, true);
    stream(s, 30, 1, 34, 1800, 300);
    story_alice(s, 6000, "BYE sip:bob@x SIP/2.0", "2 BYE", "tbob", NULL, NULL);
    vq_engine_finish(s->f.e);
    assert_null(story_finding(s, "stream-discard"));
    assert_null(story_finding(s, "stream-discard-heavy"));
    assert_null(story_finding(s, "stream-jitter"));
    assert_non_null(strstr(story_finding(s, "call-no-media")->text, "not one audio packet"));
}

static void speech_is(void **state)
{
    struct story *s = *state;
    call_with(s, true, false);
    stream(s, 30, 1, 0, 160, 300);
    vq_engine_finish(s->f.e);
    assert_non_null(story_finding(s, "stream-discard"));
}

/* The last packets of a stream count before they were worked off. */
static void late_at_the_end(void **state)
{
    struct story *s = *state;
    call_with(s, true, false);
    for (unsigned i = 0; i < 60; i++)
        feed_rtp(&s->f, 30 + 20 * i + (i > 55 ? 300 : 0), &alice_rtp, &bob_rtp, 1, (uint16_t)i, 160 * i, 0);
    vq_engine_finish(s->f.e);
    assert_non_null(story_finding(s, "stream-discard"));
}

/* One that was asked a moment ago may still answer. */
static void peer_asked_last(void **state)
{
    static const char *const ids[] = {"ping0", "ping1", "ping2"};
    struct story *s = *state;
    for (int i = 0; i < 3; i++) {
        s->call_id = ids[i];
        story_alice(s, 60000 * i, "OPTIONS sip:bob@x SIP/2.0", "1 OPTIONS", "", NULL, NULL);
    }
    assert_string_equal(story_finding(s, "peer-silent")->text,
                        "10.0.0.2 was asked 2 times by OPTIONS whether it lives, and never answered.");
}

/* Nobody misses the sound of a call that has none by its SDP. */
static void video_alone(void **state)
{
    struct story *s = *state;
    call_with(s, false, true);
    stream(s, 30, 1, 34, 1800, 0);
    story_alice(s, 6000, "BYE sip:bob@x SIP/2.0", "2 BYE", "tbob", NULL, NULL);
    vq_engine_finish(s->f.e);
    assert_null(story_finding(s, "call-no-media"));
}

/* A fax machine answered: the call goes on as T.38, and nobody misses the speech, unless T.38 was refused. */
static void fax(struct story *s, bool accepted)
{
    char image[2][200];
    for (int i = 0; i < 2; i++)
        snprintf(image[i], sizeof image[i], "v=0\r\no=- 1 2 IN IP4 10.0.0.%d\r\ns=-\r\nc=IN IP4 10.0.0.%d\r\nt=0 0\r\n"
                 "m=image %d udptl t38\r\n", i + 1, i + 1, i ? 5000 : 4000);
    call_with(s, true, false);
    stream(s, 30, 1, 0, 160, 0);
    stream(s, 30, 2, 0, 160, 0);
    story_alice(s, 2100, "INVITE sip:bob@x SIP/2.0", "2 INVITE", "tbob", NULL, image[0]);
    story_bob(s, 2110, accepted ? "SIP/2.0 200 OK" : "SIP/2.0 488 Not Acceptable Here", "2 INVITE", "tbob", NULL,
              accepted ? image[1] : NULL);
    story_alice(s, 2120, "ACK sip:bob@x SIP/2.0", "2 ACK", "tbob", NULL, NULL);
    story_alice(s, 12000, "BYE sip:bob@x SIP/2.0", "3 BYE", "tbob", NULL, NULL);
    vq_engine_finish(s->f.e);
    assert_int_equal(story_finding(s, "call-media-stopped") == NULL, accepted);
}

static void fax_accepted(void **state)
{
    fax(*state, true);
}

static void fax_refused(void **state)
{
    fax(*state, false);
}

static void register_for(struct story *s, const char *asked, const char *granted)
{
    char ask[64], give[64];
    snprintf(ask, sizeof ask, "Contact: <sip:alice@10.0.0.1>\r\nExpires: %s\r\n", asked);
    snprintf(give, sizeof give, "Contact: <sip:alice@10.0.0.1>;expires=%s\r\n", granted);
    story_say(s, &(struct line){0, &s->alice, &s->bob, "REGISTER sip:x SIP/2.0", "1 REGISTER", "alice", "alice", "", ask, NULL});
    story_say(s, &(struct line){5, &s->bob, &s->alice, "SIP/2.0 200 OK", "1 REGISTER", "alice", "alice", "t9", give, NULL});
    vq_engine_finish(s->f.e);
}

static void registration_shortened(void **state)
{
    struct story *s = *state;
    register_for(s, "3600", "600");
    const struct vq_finding *f = story_finding(s, "registration-shortened");
    assert_non_null(f);
    assert_string_equal(f->text, "Registration 1 of alice asked for 3600 s and was given 600 s: the client must refresh sooner.");
}

static void registration_rounded(void **state)
{
    struct story *s = *state;
    register_for(s, "300", "299");
    assert_null(story_finding(s, "registration-shortened"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, story_setup, story_teardown)
    const struct CMUnitTest tests[] = {T(without_sip), T(not_announced), T(video_is_no_speech), T(speech_is), T(video_alone), T(late_at_the_end), T(peer_asked_last),
                                       T(fax_accepted), T(fax_refused),
                                       T(registration_shortened), T(registration_rounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
