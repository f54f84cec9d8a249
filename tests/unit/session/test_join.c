/* Call-IDs that a B2BUA ties together become one call; others do not. */
#include "support/check.h"
#include "support/packet.h"

#include <math.h>
#include <stdio.h>

#include <voipqos/kpi.h>
#include <voipqos/model.h>

static const struct vq_endpoint alice = EP4(10, 0, 0, 1, 5060), pbx = EP4(10, 0, 0, 2, 5060),
                                inside = EP4(192, 168, 0, 2, 5060), bob = EP4(10, 0, 0, 3, 5060),
                                carol = EP4(10, 0, 0, 4, 5060);

struct side {
    const struct vq_endpoint *caller, *callee;
    const char *call_id, *from, *to, *extra;
};

static void say(struct feeder *f, double ms, const struct side *s, bool forth, const char *start, const char *cseq,
                const char *to_tag)
{
    struct sip_text t = {.start = start, .call_id = s->call_id, .from = s->from, .from_tag = "f", .to = s->to,
                         .to_tag = to_tag, .branch = cseq, .cseq = cseq, .extra = s->extra ? s->extra : ""};
    feed_text(f, ms, forth ? s->caller : s->callee, forth ? s->callee : s->caller, sip_build(&t));
}

#define INVITE "INVITE sip:b@b SIP/2.0"

/* Asked for at `t`, answered and ended then. */
static void whole_call(struct feeder *f, const struct side *s, double t, double answer, double end)
{
    say(f, t, s, true, INVITE, "1 INVITE", "");
    say(f, answer, s, false, "SIP/2.0 200 OK", "1 INVITE", "t");
    say(f, answer + 1, s, true, "ACK sip:b@b SIP/2.0", "1 ACK", "t");
    say(f, end, s, true, "BYE sip:b@b SIP/2.0", "2 BYE", "t");
    say(f, end + 1, s, false, "SIP/2.0 200 OK", "2 BYE", "t");
}

static unsigned n_calls(const struct vq_engine *e)
{
    unsigned n = 0;
    for (uint32_t h = vq_call_next(e, 0); h; h = vq_call_next(e, h))
        n++;
    return n;
}

/* Two legs, in the order of time. */
static void two_legs(struct feeder *f, const struct side *a, const struct side *b)
{
    say(f, 0, a, true, INVITE, "1 INVITE", "");
    say(f, 5, b, true, INVITE, "1 INVITE", "");
    say(f, 500, b, false, "SIP/2.0 200 OK", "1 INVITE", "t");
    say(f, 503, a, false, "SIP/2.0 200 OK", "1 INVITE", "t");
    say(f, 504, a, true, "ACK sip:b@b SIP/2.0", "1 ACK", "t");
    say(f, 505, b, true, "ACK sip:b@b SIP/2.0", "1 ACK", "t");
    say(f, 9000, a, true, "BYE sip:b@b SIP/2.0", "2 BYE", "t");
    say(f, 9001, a, false, "SIP/2.0 200 OK", "2 BYE", "t");
    say(f, 9004, b, true, "BYE sip:b@b SIP/2.0", "2 BYE", "t");
    say(f, 9005, b, false, "SIP/2.0 200 OK", "2 BYE", "t");
}

static void one_call_of_two_legs(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &pbx, "a", "alice@h", "bob@h", NULL}, b = {&pbx, &bob, "b", "alice@h", "bob@h", NULL};
    struct vq_call c, leg;
    struct vq_message m;
    struct vq_reader r;
    struct vq_totals t;
    two_legs(f, &a, &b);
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 1);
    uint32_t h = vq_call_next(f->e, 0);
    assert_true(vq_call_get(f->e, h, &c));
    assert_int_equal(c.n_legs, 2);
    assert_int_equal(c.leg, 1);
    assert_int_equal(c.joined_to, 0);
    assert_true(isnan(c.confidence));
    assert_int_equal(c.n_messages, 10);
    assert_true(vq_call_get(f->e, c.next_leg, &leg));
    assert_int_equal(leg.leg, 2);
    assert_int_equal(leg.first_leg, h);
    assert_int_equal(leg.joined_to, h);
    assert_int_equal(leg.next_leg, 0);
    assert_string_equal(leg.call_id, "b");
    assert_int_equal(leg.n_messages, 5);
    assert_int_equal(leg.evidence, 1u << VQ_EV_HOST | 1u << VQ_EV_CALLER | 1u << VQ_EV_CALLEE | 1u << VQ_EV_SETUP_AT_ONCE |
                                       1u << VQ_EV_ANSWER | 1u << VQ_EV_END);
    assert_true(fabs(leg.confidence - (1 - 0.7 * 0.6 * 0.6 * 0.5 * 0.6 * 0.6)) < 1e-12);
    /* The story is told in the order of time. */
    uint64_t frame = 0;
    vq_reader_init_call(&r, f->e, h);
    while (vq_reader_next(&r, &m)) {
        assert_int_equal(m.frame, ++frame);
        assert_string_equal(m.call_id, m.leg == 1 ? "a" : "b");
    }
    assert_int_equal(frame, 10);
    assert_int_equal(vq_totals_get(f->e, &t), 0);
    assert_int_equal(t.calls, 1);
    struct vq_kpi *k;
    assert_int_equal(vq_kpi_new(&k, f->e), 0);
    assert_int_equal(vq_kpi_total(k)->calls.attempts, 1);
    struct vq_endpoint host;
    assert_int_equal(vq_kpi_peer(k, 0, &host)->calls.attempts, 1);
    assert_int_equal(vq_kpi_peer(k, 1, &host)->calls.attempts, 1);
    vq_kpi_free(k);
}

/* The way of the INVITE goes on from one Call-ID to the other. */
static void hops_pass_the_b2bua(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &pbx, "a", "alice@h", "bob@h", NULL}, b = {&pbx, &bob, "b", "alice@h", "bob@h", NULL};
    struct vq_hop h[4];
    two_legs(f, &a, &b);
    vq_engine_finish(f->e);
    assert_int_equal(vq_call_hops(f->e, vq_call_next(f->e, 0), h, 4), 2);
    assert_int_equal(h[0].after, VQ_NO_HOP);
    assert_int_equal(h[0].latency, VQ_NONE);
    assert_int_equal(h[0].reply, 503000000);
    assert_int_equal(h[1].after, 0);
    assert_int_equal(h[1].leg, 2);
    assert_int_equal(h[1].latency, 5000000);
    assert_int_equal(h[1].reply, 495000000);
    assert_int_equal(h[1].status, 200);
    assert_int_equal(vq_call_hops(f->e, vq_call_next(f->e, 0), h, 1), 1);
}

/* One phone after another is asked, and each has a leg: some of them two at once. */
static void ring_group(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &pbx, "a", "alice@h", "600@h", NULL}, b = {&pbx, &bob, "b", "alice@h", "101@h", NULL},
                      c = {&pbx, &carol, "c", "alice@h", "102@h", NULL};
    struct vq_call first;
    say(f, 0, &a, true, INVITE, "1 INVITE", "");
    say(f, 4, &b, true, INVITE, "1 INVITE", "");
    say(f, 5, &c, true, INVITE, "1 INVITE", "");
    say(f, 2000, &c, false, "SIP/2.0 200 OK", "1 INVITE", "t");
    say(f, 2001, &a, false, "SIP/2.0 200 OK", "1 INVITE", "t");
    say(f, 2002, &b, true, "CANCEL sip:b@b SIP/2.0", "1 CANCEL", "");
    say(f, 2003, &b, false, "SIP/2.0 487 Request Terminated", "1 INVITE", "t");
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 1);
    assert_true(vq_call_get(f->e, vq_call_next(f->e, 0), &first));
    assert_int_equal(first.n_legs, 3);
    assert_int_equal(first.state, VQ_CALL_IN_CALL);
}

static void legs_of_legs(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint sbc = ep("10.0.0.9", 5060);
    const struct side a = {&alice, &pbx, "a", "alice@h", "bob@h", NULL}, b = {&pbx, &sbc, "b", "alice@h", "bob@h", NULL},
                      c = {&sbc, &bob, "c", "alice@h", "bob@h", NULL};
    struct vq_call first, leg;
    say(f, 0, &a, true, INVITE, "1 INVITE", "");
    say(f, 1, &b, true, INVITE, "1 INVITE", "");
    say(f, 2, &c, true, INVITE, "1 INVITE", "");
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 1);
    assert_true(vq_call_get(f->e, vq_call_next(f->e, 0), &first) && first.n_legs == 3);
    assert_true(vq_call_get(f->e, first.next_leg, &leg) && leg.joined_to == first.handle);
    uint32_t second = leg.handle;
    assert_true(vq_call_get(f->e, leg.next_leg, &leg) && leg.joined_to == second);
}

/* Between two networks nothing but the story is common ... */
static void two_addresses(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &pbx, "a", "+62215551234@h", "1002@h", NULL},
                      b = {&inside, &bob, "b", "5551234@h", "1002@h", NULL};
    two_legs(f, &a, &b);
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 1);
}

/* All of a test set-up on one host: its ports take the place of hosts. */
static void one_host(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint phone = ep("127.0.0.1", 5061), server = ep("127.0.0.1", 5060), other = ep("127.0.0.1", 5062);
    const struct side a = {&phone, &server, "a", "alice@h", "600@h", NULL}, b = {&server, &other, "b", "alice@h", "101@h", NULL};
    two_legs(f, &a, &b);
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 1);
}

/* ... or what was handed on. */
static void identifiers(void **state)
{
    static const struct {
        const char *a_id, *a_extra, *b_id, *b_extra;
        enum vq_evidence sign;
    } rows[] = {
        {"a1", "Session-ID: ab30317f1a784dc48ff824d0d3715d86\r\n", "b1",
         "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2\r\n", VQ_EV_SESSION_ID},
        {"a2", "", "b2", "X-Call-ID: a2\r\n", VQ_EV_OTHER_CALL_ID},
        {"a3", "P-Charging-Vector: icid-value=77\r\n", "b3", "P-Charging-Vector: icid-value=\"77\"\r\n", VQ_EV_ICID},
        {"a4", "", "a4_b2b-1", "", VQ_EV_CALL_ID},
    };
    struct feeder *f = *state;
    for (size_t i = 0; i < 4; i++) {
        const struct side a = {&alice, &pbx, rows[i].a_id, "x@h", "y@h", rows[i].a_extra},
                          b = {&inside, &bob, rows[i].b_id, "v@h", "w@h", rows[i].b_extra};
        double t = 100000.0 * (double)i;
        say(f, t, &a, true, INVITE, "1 INVITE", "");
        say(f, t + 900, &b, true, INVITE, "1 INVITE", "");
        say(f, t + 950, &b, false, "SIP/2.0 486 Busy Here", "1 INVITE", "t");
        say(f, t + 4000, &a, false, "SIP/2.0 200 OK", "1 INVITE", "t");
    }
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 4);
    size_t i = 0;
    for (uint32_t h = vq_call_next(f->e, 0); h; h = vq_call_next(f->e, h), i++) {
        struct vq_call c, leg;
        assert_true(vq_call_get(f->e, h, &c) && vq_call_get(f->e, c.next_leg, &leg));
        assert_int_equal(leg.evidence, 1u << rows[i].sign | 1u << VQ_EV_SETUP_WHILE);
    }
}

/* Who is called, and then calls somebody else, is no B2BUA; nor is a proxy's next call. */
static void strangers_stay_apart(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &bob, "a", "alice@h", "bob@h", NULL}, b = {&bob, &carol, "b", "bob@h", "carol@h", NULL},
                      c = {&alice, &pbx, "c", "alice@h", "dora@h", NULL}, d = {&alice, &pbx, "d", "alice@h", "dora@h", NULL};
    whole_call(f, &a, 0, 1000, 60000);
    whole_call(f, &b, 20000, 21000, 30000);
    /* The same number twice: the line was lost, and the caller tries again. */
    whole_call(f, &c, 70000, 70100, 71000);
    whole_call(f, &d, 71200, 71300, 72000);
    /* Two that call each other at the same moment. */
    const struct side g = {&alice, &bob, "g", "alice@h", "alice@h", NULL}, h = {&bob, &alice, "h", "alice@h", "alice@h", NULL};
    say(f, 80000, &g, true, INVITE, "1 INVITE", "");
    say(f, 80001, &h, true, INVITE, "1 INVITE", "");
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 6);
}

/* Of several that fit, the one that fits best: here the story tells. */
static void best_of_many(void **state)
{
    struct feeder *f = *state;
    char ids[8][16], out[8][16];
    for (int i = 0; i < 8; i++) {
        snprintf(ids[i], sizeof ids[i], "in%d", i);
        snprintf(out[i], sizeof out[i], "out%d", i);
    }
    for (int i = 0; i < 8; i++) {
        const struct side a = {&alice, &pbx, ids[i], "load@h", "service@h", NULL},
                          b = {&pbx, &bob, out[i], "load@h", "service@h", NULL};
        say(f, 100.0 * i, &a, true, INVITE, "1 INVITE", "");
        say(f, 100.0 * i + 3, &b, true, INVITE, "1 INVITE", "");
    }
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 8);
    for (uint32_t h = vq_call_next(f->e, 0); h; h = vq_call_next(f->e, h)) {
        struct vq_call c, leg;
        assert_true(vq_call_get(f->e, h, &c) && vq_call_get(f->e, c.next_leg, &leg));
        assert_string_equal(leg.call_id + 3, c.call_id + 2);
    }
}

static void threshold(void **state)
{
    const struct side a = {&alice, &pbx, "a", "alice@h", "bob@h", NULL}, b = {&pbx, &bob, "b", "alice@h", "bob@h", NULL};
    static const double at[] = {2, 0.97, 0.9, 0};
    static const unsigned calls[] = {2, 2, 1, 1};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct feeder f = {.e = NULL};
        struct vq_options o;
        vq_options_defaults(&o);
        o.join_threshold = at[i];
        assert_int_equal(vq_engine_new(&f.e, &o), 0);
        two_legs(&f, &a, &b);
        vq_engine_finish(f.e);
        assert_int_equal(n_calls(f.e), calls[i]);
        vq_engine_free(f.e);
    }
}

/* While packets come in, what was joined is asked for anew. */
static void joins_follow_the_input(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &pbx, "a", "alice@h", "bob@h", NULL}, b = {&pbx, &bob, "b", "alice@h", "bob@h", NULL};
    struct vq_call c;
    say(f, 0, &a, true, INVITE, "1 INVITE", "");
    assert_int_equal(n_calls(f->e), 1);
    say(f, 5, &b, true, INVITE, "1 INVITE", "");
    assert_true(vq_call_get(f->e, 1, &c));
    assert_int_equal(c.n_legs, 1); /* nobody has asked for the calls since */
    assert_int_equal(n_calls(f->e), 1);
    assert_true(vq_call_get(f->e, 1, &c));
    assert_int_equal(c.n_legs, 2);
}

static void many_legs(void **state)
{
    struct feeder *f = *state;
    const struct side a = {&alice, &pbx, "a", "alice@h", "600@h", NULL};
    say(f, 0, &a, true, INVITE, "1 INVITE", "");
    for (unsigned i = 0; i < VQ_LEGS_MAX + 10; i++) {
        char id[16], to[16];
        snprintf(id, sizeof id, "b%u", i);
        snprintf(to, sizeof to, "%u@h", 100 + i);
        const struct side b = {&pbx, &bob, id, "alice@h", to, NULL};
        say(f, 1 + i, &b, true, INVITE, "1 INVITE", "");
    }
    vq_engine_finish(f->e);
    assert_int_equal(n_calls(f->e), 12);
    struct vq_call c;
    assert_true(vq_call_get(f->e, vq_call_next(f->e, 0), &c));
    assert_int_equal(c.n_legs, VQ_LEGS_MAX);
    assert_int_equal(c.n_messages, VQ_LEGS_MAX);
}

/* An INVITE and its 200 with the media addresses of both. */
static void media_call(struct feeder *f, double ms, const struct side *s, unsigned port, unsigned answered_port)
{
    struct sip_text t = {.start = INVITE, .call_id = s->call_id, .from = s->from, .from_tag = "f", .to = s->to, .to_tag = "",
                         .branch = "z9hG4bKm", .cseq = "1 INVITE", .extra = ""};
    char ip[VQ_ENDPOINT_TEXT];
    t.sdp = sdp_build(vq_endpoint_host(s->caller, ip), port, "0", "");
    feed_text(f, ms, s->caller, s->callee, sip_build(&t));
    t.start = "SIP/2.0 200 OK";
    t.to_tag = "t";
    t.sdp = sdp_build(vq_endpoint_host(s->callee, ip), answered_port, "0", "");
    feed_text(f, ms + 5, s->callee, s->caller, sip_build(&t));
}

enum content { SPEECH, OTHER_SPEECH, SILENCE, ONE_SOUND };

/* 20 ms of PCMU, the n-th of the `what` that is spoken. */
static void speech(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc,
                   unsigned n, unsigned n_here, enum content what)
{
    uint8_t rtp[12 + 160] = {0x80, 0, (uint8_t)(n_here >> 8), (uint8_t)n_here, 0, (uint8_t)(n_here * 160 >> 16),
                             (uint8_t)(n_here * 160 >> 8), (uint8_t)(n_here * 160), 0, 0, 0, (uint8_t)ssrc};
    uint32_t x = what == ONE_SOUND ? 1 : (n + 1) * 2654435761u + what;
    for (size_t i = 12; i < sizeof rtp; i++) {
        x = x * 1664525u + 1013904223u;
        rtp[i] = what == SILENCE ? 0xff : (uint8_t)(x >> 24);
    }
    struct packet p;
    packet_udp(&p, src, dst, rtp, sizeof rtp);
    feed_packet(f, ms, &p);
}

/* What the second leg has as evidence when the PBX sends `second` where it receives `first`, `late` packets later, under
 * another SSRC, with numbers and timestamps of its own. */
static uint32_t evidence_of_media(enum content first, enum content second, unsigned late)
{
    struct feeder f = {.e = NULL};
    struct vq_options o;
    const struct side a = {&alice, &pbx, "a", "alice@h", "bob@h", NULL}, b = {&pbx, &bob, "b", "alice@h", "bob@h", NULL};
    struct vq_endpoint from = ep("10.0.0.1", 4000), in = ep("10.0.0.2", 6000), out = ep("10.0.0.2", 6002),
                       to = ep("10.0.0.3", 5000);
    struct vq_call leg = {.evidence = 0};
    vq_options_defaults(&o);
    assert_int_equal(vq_engine_new(&f.e, &o), 0);
    media_call(&f, 0, &a, 4000, 6000);
    media_call(&f, 10, &b, 6002, 5000);
    for (unsigned i = 0; i < 200; i++) {
        speech(&f, 100 + 20 * i, &from, &in, 1, i, i + 7, first);
        if (i >= late)
            speech(&f, 101 + 20 * i, &out, &to, 2, i, 3 * i, second);
    }
    vq_engine_finish(f.e);
    assert_int_equal(n_calls(f.e), 1);
    assert_true(vq_call_get(f.e, 2, &leg));
    vq_engine_free(f.e);
    return leg.evidence & (1u << VQ_EV_RTP | 1u << VQ_EV_PAYLOAD);
}

/* A B2BUA that hands on what is in the packets, and nothing else of them. */
static void relayed_payload(void **state)
{
    (void)state;
    assert_int_equal(evidence_of_media(SPEECH, SPEECH, 0), 1u << VQ_EV_PAYLOAD);
    assert_int_equal(evidence_of_media(SPEECH, SPEECH, 30), 1u << VQ_EV_PAYLOAD);
    assert_int_equal(evidence_of_media(SPEECH, OTHER_SPEECH, 0), 0);
    assert_int_equal(evidence_of_media(SILENCE, SILENCE, 0), 0);
    assert_int_equal(evidence_of_media(ONE_SOUND, ONE_SOUND, 0), 0); /* a tone may be anybody's */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, feeder_setup, feeder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_call_of_two_legs), TEST(hops_pass_the_b2bua), TEST(ring_group),    TEST(legs_of_legs),
        TEST(two_addresses),        TEST(identifiers),         TEST(strangers_stay_apart), TEST(best_of_many),
        TEST(threshold),            TEST(joins_follow_the_input), TEST(many_legs),             TEST(one_host),
        TEST(relayed_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
