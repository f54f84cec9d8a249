/* test_icmp.c - ICMP errors find the call whose media they are about, and only what happens during the talk is a finding. */
#include <stdio.h>

#include "support/check.h"
#include "support/packet.h"

#include <voipqos/model.h>

static struct vq_endpoint sip_a, sip_b, rtp_a, rtp_b;

static void sip(struct feeder *f, double ms, bool by_a, const char *start, const char *cseq, const char *sdp)
{
    struct sip_text t = {.start = start, .call_id = "c1", .from = "a@a", .from_tag = "fa", .to = "b@b", .to_tag = "tb",
                         .branch = cseq, .cseq = cseq, .sdp = sdp};
    if (!strncmp(start, "INVITE", 6))
        t.to_tag = "";
    feed_text(f, ms, by_a ? &sip_a : &sip_b, by_a ? &sip_b : &sip_a, sip_build(&t));
}

/* Port unreachable, from `dst`, about a packet from `src`. */
static void complain(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    struct packet quoted, p;
    uint8_t icmp[8 + 28] = {3, 3};
    packet_udp(&quoted, src, dst, "x", 1);
    memcpy(icmp + 8, quoted.bytes + 14, 28);
    packet_udp(&p, dst, src, icmp, sizeof icmp);
    memmove(p.bytes + 34, p.bytes + 42, sizeof icmp); /* no UDP header */
    p.n -= 8;
    p.bytes[14 + 3] = (uint8_t)(20 + sizeof icmp);
    p.bytes[14 + 9] = 1;
    feed_packet(f, ms, &p);
}

static bool note(const struct vq_finding *f, void *arg)
{
    if (!strncmp(f->id, "icmp", 4))
        *(struct vq_finding *)arg = *f;
    return true;
}

static bool note_all(const struct vq_finding *f, void *arg)
{
    char *ids = arg;
    if (f->severity == VQ_ERROR)
        snprintf(ids + strlen(ids), 200 - strlen(ids), "%s ", f->id);
    return true;
}

/* Ten seconds of talk. All that goes to the callee comes back as errors, one a second: it hears nothing. With the caller's
 * media refused as well, with errors in the first seconds only, or with a report of the receiver, that cannot be said. */
static void says_who_hears_nothing(void **state)
{
    (void)state;
    sip_a = ep("10.0.0.1", 5060);
    sip_b = ep("10.0.0.2", 5060);
    rtp_a = ep("10.0.0.1", 4000);
    rtp_b = ep("10.0.0.2", 5000);
    static const struct {
        unsigned until;
        bool both;
        const char *want;
    } cases[] = {{10, false, "call-one-way-unreachable "}, {5, false, "icmp-media "}, {10, true, "icmp-media icmp-media "}};
    for (unsigned k = 0; k < 3; k++) {
        struct feeder f = feeder_new();
        char ids[200] = "";
        sip(&f, 0, true, "INVITE sip:b@b SIP/2.0", "1 INVITE", sdp_build("10.0.0.1", 4000, "0", ""));
        sip(&f, 100, false, "SIP/2.0 200 OK", "1 INVITE", sdp_build("10.0.0.2", 5000, "0", ""));
        sip(&f, 110, true, "ACK sip:b@b SIP/2.0", "1 ACK", NULL);
        for (unsigned i = 0; i < 500; i++) {
            feed_rtp(&f, 200 + i * 20, &rtp_a, &rtp_b, 7, (uint16_t)i, i * 160, 0);
            feed_rtp(&f, 201 + i * 20, &rtp_b, &rtp_a, 8, (uint16_t)i, i * 160, 0);
            if (i % 50 == 5 && i / 50 < cases[k].until)
                complain(&f, 202 + i * 20, &rtp_a, &rtp_b);
            if (i % 50 == 5 && cases[k].both)
                complain(&f, 203 + i * 20, &rtp_b, &rtp_a);
        }
        sip(&f, 10300, true, "BYE sip:b@b SIP/2.0", "2 BYE", NULL);
        sip(&f, 10310, false, "SIP/2.0 200 OK", "2 BYE", NULL);
        vq_engine_finish(f.e);
        assert_int_equal(vq_findings(f.e, note_all, ids), 0);
        assert_string_equal(ids, cases[k].want);
        vq_engine_free(f.e);
    }
}

static void tells_talk_from_hanging_up(void **state)
{
    (void)state;
    sip_a = ep("10.0.0.1", 5060);
    sip_b = ep("10.0.0.2", 5060);
    rtp_a = ep("10.0.0.1", 4000);
    rtp_b = ep("10.0.0.2", 5000);
    for (int during = 0; during < 2; during++) {
        struct feeder f = feeder_new();
        sip(&f, 0, true, "INVITE sip:b@b SIP/2.0", "1 INVITE", sdp_build("10.0.0.1", 4000, "0", ""));
        sip(&f, 100, false, "SIP/2.0 200 OK", "1 INVITE", sdp_build("10.0.0.2", 5000, "0", ""));
        for (unsigned i = 0; i < 10; i++)
            feed_rtp(&f, 200 + i * 20, &rtp_a, &rtp_b, 7, (uint16_t)i, i * 160, 0);
        if (during)
            complain(&f, 300, &rtp_a, &rtp_b);
        sip(&f, 500, true, "BYE sip:b@b SIP/2.0", "2 BYE", NULL);
        complain(&f, 501, &rtp_a, &rtp_b);
        struct vq_endpoint elsewhere = ep("10.0.0.9", 1234);
        complain(&f, 502, &rtp_a, &elsewhere);
        vq_engine_finish(f.e);
        struct vq_icmp c;
        struct vq_finding found = {0};
        assert_int_equal(vq_icmp_count(f.e), 2);
        assert_true(vq_icmp_get(f.e, 0, &c));
        assert_int_equal(c.kind, VQ_ICMP_PORT_UNREACHABLE);
        assert_int_equal(c.count, 1 + during);
        assert_int_equal(c.while_talking, during);
        assert_int_equal(c.call_id, 1);
        assert_true(vq_endpoint_eq(&c.about_dst, &rtp_b) && vq_endpoint_same_host(&c.reporter, &rtp_b));
        assert_true(vq_icmp_get(f.e, 1, &c) && !c.call);
        assert_false(vq_icmp_get(f.e, 2, &c));
        assert_int_equal(vq_findings(f.e, note, &found), 0);
        if (during) {
            assert_string_equal(found.id, "icmp-media");
            assert_string_equal(found.text, "Call 1: media sent to 10.0.0.2:5000 does not arrive: nobody listens there "
                                            "(ICMP from 10.0.0.2, once).");
            assert_true(found.n_frames >= 1 && found.frames[0] == 13); /* behind INVITE, 200 and ten of RTP */
        } else {
            assert_null(found.id);
        }
        vq_engine_free(f.e);
    }
}

/* A scan makes any number of them. */
static void keeps_to_its_room(void **state)
{
    (void)state;
    struct feeder f = {0};
    struct vq_options o;
    struct vq_stats st;
    vq_options_defaults(&o);
    assert_int_equal(vq_engine_new(&f.e, &o), 0);
    for (unsigned i = 0; i < 300; i++) {
        struct vq_endpoint src = ep("10.0.0.1", 4000), dst = ep("10.0.0.2", 1000 + i);
        complain(&f, i, &src, &dst);
    }
    vq_engine_stats(f.e, &st);
    assert_int_equal(vq_icmp_count(f.e), 256);
    assert_int_equal(st.icmp_not_kept, 44);
    assert_int_equal(st.decoded[VQ_DEC_ICMP], 300);
    vq_engine_free(f.e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_who_hears_nothing),
        cmocka_unit_test(tells_talk_from_hanging_up), cmocka_unit_test(keeps_to_its_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
