/* test_hears.c - who hears whom and since when, and what else a call's media shows: from calls made by hand. */
#include <stdio.h>

#include "support/check.h"
#include "support/story.h"

static const struct vq_endpoint *endpoint(const char *host, uint16_t port)
{
    static struct vq_endpoint e[4];
    static unsigned n;
    struct vq_endpoint *x = &e[n++ % 4];
    *x = ep(host, port);
    return x;
}

#define ALICE endpoint("10.0.0.1", 4000)
#define BOB endpoint("10.0.0.2", 5000)

#define INVITE "INVITE sip:bob@x SIP/2.0"
#define OK "SIP/2.0 200 OK"
#define ACK "ACK sip:bob@x SIP/2.0"
#define BYE "BYE sip:bob@x SIP/2.0"

/* Something that happens at a moment of the call; everything is fed in the order of time, packets between. */
struct event {
    double ms;
    const char *offer; /* attributes of a re-INVITE of alice's, answered with its mirror image */
};

struct course {
    const char *title, *want; /* the finding; NULL: none about the call */
    double alice[4], bob[4];  /* from, to, from, to: when they send */
    struct event events[2];
    const char *sdp;          /* attributes of alice's first */
    double end;
};

static const struct course courses[] = {
    {"both talk", NULL, {100, 12000}, {100, 12000}, {{0, NULL}}, "", 12000},
    {"bob is never heard", "call-one-way", {100, 12000}, {0}, {{0, NULL}}, "", 12000},
    {"nobody is heard", "call-no-media", {0}, {0}, {{0, NULL}}, "", 12000},
    {"alice wants to hear nobody", "call-one-way-hold", {100, 12000}, {0}, {{0, NULL}}, "a=sendonly\r\n", 12000},
    {"nothing after early media", "call-one-way-answer", {100, 12000}, {40, 300}, {{0, NULL}}, "", 12000},
    {"bob falls silent", "call-one-way-later", {100, 12000}, {100, 4000}, {{0, NULL}}, "", 12000},
    {"for less than five seconds", NULL, {100, 12000}, {100, 7500}, {{0, NULL}}, "", 12000},
    {"both fall silent", "call-media-stopped", {100, 4000}, {100, 4000}, {{0, NULL}}, "", 12000},
    {"silent since a re-INVITE", "call-one-way-reinvite", {100, 12000}, {100, 4000}, {{4000, ""}}, "", 12000},
    {"silent after hold and resume", "call-one-way-resume", {100, 12000}, {100, 3000},
     {{3000, "a=sendonly\r\n"}, {5000, ""}}, "", 12000},
    {"on hold until the end", NULL, {100, 12000}, {100, 3000}, {{3000, "a=sendonly\r\n"}}, "", 12000},
    {"hold and a good resume", NULL, {100, 12000}, {100, 3000, 5100, 12000},
     {{3000, "a=sendonly\r\n"}, {5000, ""}}, "", 12000},
    {"a clipped start", "call-clipped-start", {100, 12000}, {1200, 12000}, {{0, NULL}}, "", 12000},
    {"a start that is late enough", NULL, {100, 12000}, {900, 12000}, {{0, NULL}}, "", 12000},
    {"a short call", "call-short", {100, 2000}, {100, 2000}, {{0, NULL}}, "", 2000},
};

static bool sends(const double when[4], double ms)
{
    return (ms >= when[0] && ms < when[1]) || (ms >= when[2] && ms < when[3]);
}

static void re_invite(struct story *s, const struct event *e, unsigned n)
{
    static const char *const cseq[][2] = {{"2 INVITE", "2 ACK"}, {"3 INVITE", "3 ACK"}};
    story_alice(s, e->ms, INVITE, cseq[n][0], "tbob", NULL, sdp_build("10.0.0.1", 4000, "0", e->offer));
    story_bob(s, e->ms + 1, OK, cseq[n][0], "tbob", NULL,
              sdp_build("10.0.0.2", 5000, "0", e->offer[0] ? "a=recvonly\r\n" : ""));
    story_alice(s, e->ms + 2, ACK, cseq[n][1], "tbob", NULL, NULL);
}

static void play(struct story *s, const struct course *c)
{
    unsigned next = 0;
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, sdp_build("10.0.0.1", 4000, "0", c->sdp));
    story_bob(s, 10, "SIP/2.0 183 Session Progress", "1 INVITE", "tbob", NULL, sdp_build("10.0.0.2", 5000, "0", ""));
    bool answered = false;
    for (unsigned i = 1; i * 20 < c->end; i++) {
        double ms = i * 20;
        if (!answered && ms >= 80) {
            story_bob(s, 80, OK, "1 INVITE", "tbob", NULL, sdp_build("10.0.0.2", 5000, "0", ""));
            story_alice(s, 81, ACK, "1 ACK", "tbob", NULL, NULL);
            answered = true;
        }
        if (next < 2 && c->events[next].offer && ms >= c->events[next].ms) {
            re_invite(s, &c->events[next], next);
            next++;
        }
        if (sends(c->alice, ms))
            feed_rtp(&s->f, ms + 5, ALICE, BOB, 1, (uint16_t)i, i * 160, 0);
        if (sends(c->bob, ms))
            feed_rtp(&s->f, ms + 6, BOB, ALICE, 2, (uint16_t)i, i * 160, 0);
    }
    story_alice(s, c->end, BYE, "9 BYE", "tbob", NULL, NULL);
    story_bob(s, c->end + 5, OK, "9 BYE", "tbob", NULL, NULL);
}

struct ids {
    char text[400];
    size_t n;
};

static bool note(const struct vq_finding *f, void *arg)
{
    struct ids *all = arg;
    if (!strncmp(f->id, "call-", 5))
        all->n += (size_t)snprintf(all->text + all->n, sizeof all->text - all->n, "%s ", f->id);
    assert_true(f->text[0] && f->next_check[0]);
    return true;
}

static void test_phases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++) {
        struct story s;
        struct ids got = {.n = 0};
        char want[80] = "";
        story_begin(&s);
        play(&s, &courses[i]);
        (void)story_call(&s, 0);
        assert_int_equal(vq_findings(s.f.e, note, &got), 0);
        if (courses[i].want)
            snprintf(want, sizeof want, "%s ", courses[i].want);
        if (strcmp(got.text, want))
            fail_msg("%s: %s, not %s", courses[i].title, got.text, want);
        story_end(&s);
    }
}

/* A call of G.711 that was answered within 20 ms: formats and attributes of either SDP. */
static void answered(struct story *s, const char *formats, const char *attributes, const char *bob_formats,
                     const char *bob_attributes)
{
    story_alice(s, 0, INVITE, "1 INVITE", "", NULL, sdp_build("10.0.0.1", 4000, formats, attributes));
    story_bob(s, 10, OK, "1 INVITE", "tbob", NULL, sdp_build("10.0.0.2", 5000, bob_formats, bob_attributes));
    story_alice(s, 20, ACK, "1 ACK", "tbob", NULL, NULL);
}

/* A stream that goes on under another SSRC is heard all the same. */
static void test_two_streams_one_direction(void **state)
{
    (void)state;
    for (int ends = 0; ends < 2; ends++) {
        struct story s;
        story_begin(&s);
        answered(&s, "0", "", "0", "");
        for (unsigned i = 0; i < 600; i++) {
            feed_rtp(&s.f, 100 + 20 * i, ALICE, BOB, 1, (uint16_t)i, 160 * i, 0);
            if (i < 300 || !ends)
                feed_rtp(&s.f, 105 + 20 * i, BOB, ALICE, i < 150 ? 2 : 3, (uint16_t)i, 160 * i, 0);
        }
        story_alice(&s, 12200, BYE, "2 BYE", "tbob", NULL, NULL);
        vq_engine_finish(s.f.e);
        assert_int_equal(story_finding(&s, "call-one-way-later") != NULL, ends);
        if (ends)
            assert_non_null(strstr(story_finding(&s, "call-one-way-later")->text, "in the last 6.1 s of the call"));
        story_end(&s);
    }
}

/* Port unreachable, sent by bob's host about media to him. */
static void refuse_media(struct story *s, double ms)
{
    struct packet quoted, p;
    uint8_t icmp[8 + 28] = {3, 3};
    packet_udp(&quoted, ALICE, BOB, "x", 1);
    memcpy(icmp + 8, quoted.bytes + 14, 28);
    packet_udp(&p, BOB, ALICE, icmp, sizeof icmp);
    memmove(p.bytes + 34, p.bytes + 42, sizeof icmp);
    p.n -= 8;
    p.bytes[14 + 3] = (uint8_t)(20 + sizeof icmp);
    p.bytes[14 + 9] = 1;
    feed_packet(&s->f, ms, &p);
}

/* Bob's phone says by ICMP that it does not listen: that, and not his silence, is why he hears nothing. */
static void test_unreachable(void **state)
{
    (void)state;
    for (int icmp = 0; icmp < 2; icmp++) {
        struct story s;
        uint64_t refused = 0;
        story_begin(&s);
        answered(&s, "0", "", "0", "");
        for (unsigned i = 0; i < 400; i++) {
            feed_rtp(&s.f, 105 + 20 * i, BOB, ALICE, 2, (uint16_t)i, 160 * i, 0);
            if (icmp && i < 5)
                refuse_media(&s, 106 + 20 * i);
            if (!i)
                refused = s.f.frames;
        }
        story_alice(&s, 8200, BYE, "2 BYE", "tbob", NULL, NULL);
        vq_engine_finish(s.f.e);
        assert_int_equal(story_finding(&s, "call-one-way-unreachable") != NULL, icmp);
        assert_int_equal(story_finding(&s, "call-one-way") != NULL, !icmp);
        if (icmp) {
            const struct vq_finding *f = story_finding(&s, "call-one-way-unreachable");
            assert_non_null(strstr(f->text, " 10.0.0.2 refuses what is sent to 10.0.0.2:5000: nobody listens there."));
            assert_int_equal(f->n_frames, 1);
            assert_int_equal(f->frames[0], refused);
        }
        story_end(&s);
    }
}

/* Both could do telephone-event, and INFO was used. */
static void test_keys_by_info(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        struct story s;
        story_begin(&s);
        const char *map = "a=rtpmap:101 telephone-event/8000\r\n";
        answered(&s, "0 101", map, both ? "0 101" : "0", both ? map : "");
        struct sip_text key = {.start = "INFO sip:bob@x SIP/2.0", .call_id = s.call_id, .from = "alice@x", .from_tag = "talice",
                               .to = "bob@x", .to_tag = "tbob", .branch = "z9hG4bKk", .cseq = "2 INFO",
                               .sdp = "Signal=5\r\nDuration=160\r\n", .type = "application/dtmf-relay"};
        feed_text(&s.f, 500, &s.alice, &s.bob, sip_build(&key));
        vq_engine_finish(s.f.e);
        assert_int_equal(story_finding(&s, "call-dtmf-info") != NULL, both);
        story_end(&s);
    }
}

/* The same numbers come back, or only the same SSRC. */
static void test_echo(void **state)
{
    (void)state;
    for (int same = 0; same < 2; same++) {
        struct story s;
        story_begin(&s);
        answered(&s, "0", "", "0", "");
        for (unsigned i = 0; i < 200; i++) {
            feed_rtp(&s.f, 100 + i * 20, ALICE, BOB, 7, (uint16_t)(i + 700), i * 160, 0);
            if (i)
                feed_rtp(&s.f, 110 + i * 20, BOB, ALICE, 7, (uint16_t)(i + (same ? 699 : 2000)), (i - 1) * 160, 0);
        }
        (void)story_call(&s, 0);
        assert_int_equal(story_finding(&s, "call-echo") != NULL, same);
        story_end(&s);
    }
}

/* A key whose end never comes, and keys that the receiver's SDP has no place for. */
static void test_keys(void **state)
{
    static const struct {
        const char *bob_takes;
        bool ended;
        const char *want;
    } rows[] = {{"0 101", true, NULL}, {"0 101", false, "stream-dtmf-unended"}, {"0", true, "stream-dtmf-unwanted"}};
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct story s;
        story_begin(&s);
        story_alice(&s, 0, INVITE, "1 INVITE", "", NULL,
                    sdp_build("10.0.0.1", 4000, "0 101", "a=rtpmap:101 telephone-event/8000\r\n"));
        story_bob(&s, 80, OK, "1 INVITE", "tbob", NULL,
                  sdp_build("10.0.0.2", 5000, rows[r].bob_takes,
                            rows[r].bob_takes[1] ? "a=rtpmap:101 telephone-event/8000\r\n" : ""));
        for (unsigned i = 0; i < 100; i++)
            feed_rtp(&s.f, 100 + i * 20, ALICE, BOB, 7, (uint16_t)i, i * 160, 0);
        for (unsigned i = 0; i < 5; i++) {
            bool end = rows[r].ended && i == 4;
            uint8_t event[4] = {5, end ? 0x8a : 0x0a, (uint8_t)((i + 1) * 160 >> 8), (uint8_t)((i + 1) * 160)};
            struct packet p;
            packet_rtp(&p, ALICE, BOB, 7, (uint16_t)(100 + i), 16000, 101);
            memcpy(p.bytes + 14 + 20 + 8 + 12, event, sizeof event);
            feed_packet(&s.f, 2100 + i * 20, &p);
        }
        (void)story_call(&s, 0);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (rows[i].want)
                assert_int_equal(story_finding(&s, rows[i].want) != NULL, i == r);
        story_end(&s);
    }
}

/* All streams break off at one moment; then one of them goes on. */
static void test_holes(void **state)
{
    (void)state;
    for (unsigned going_on = 0; going_on < 2; going_on++) {
        struct story s;
        story_begin(&s);
        for (unsigned i = 0; i < 200; i++)
            for (unsigned k = 0; k < 4; k++)
                if (i < 100 || i > 120 || k < going_on)
                    feed_rtp(&s.f, i * 20 + k, endpoint("10.0.0.1", (uint16_t)(4000 + 2 * k)),
                             endpoint("10.0.0.2", (uint16_t)(5000 + 2 * k)), k + 1, (uint16_t)i, i * 160, 0);
        vq_engine_finish(s.f.e);
        const struct vq_finding *found = story_finding(&s, "capture-holes");
        assert_int_equal(found != NULL, !going_on);
        story_end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_two_streams_one_direction), cmocka_unit_test(test_unreachable),
        cmocka_unit_test(test_keys_by_info),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
