/* test_rules.c - rules of the diagnosis at their boundaries, by facts made by hand, and the words they find. */
#include "support/check.h"

#include <math.h>

#include "metrics/rules.h"

/* A healthy stream of twenty seconds, of a call. */
static struct vq_facts stream(void)
{
    return (struct vq_facts){.subject = VQ_ABOUT_STREAM, .name = "Stream 1", .packets = 1000, .scored = true, .bound = true,
                             .r = 93, .mos = 4.4, .burst_r = 1, .buffer_ms = 40, .enough_ms = 40, .segments = 1,
                             .lost_after = VQ_NONE, .missed_here = 0, .path_mos = (double)NAN, .one_way_ms = 10,
                             .one_way_measured = true};
}

static struct vq_facts of(enum vq_subject subject, const char *name)
{
    return (struct vq_facts){.subject = subject, .name = name, .dscp = {-1, -1}, .min_expires_s = VQ_NONE, .asked_s = VQ_NONE,
                             .granted_s = VQ_NONE};
}

/* The ids that hold, in the order of telling, each with a blank before it. */
static const char *ids(const struct vq_facts *f)
{
    static char text[400];
    size_t at = 0;
    text[0] = '\0';
    for (uint64_t told = vq_diagnose(f); told; told &= told - 1) {
        struct vq_finding x = {.id = NULL};
        vq_rule_say((unsigned)__builtin_ctzll(told), f, &x);
        at += (size_t)snprintf(text + at, sizeof text - at, " %s", x.id);
    }
    return text;
}

/* What the first of them says. */
static const char *words(const struct vq_facts *f)
{
    static struct vq_finding x;
    uint64_t told = vq_diagnose(f);
    x.text[0] = '\0';
    if (told)
        vq_rule_say((unsigned)__builtin_ctzll(told), f, &x);
    return x.text;
}

/* The only frame of its evidence, 0: those of its subject. */
static uint64_t proof(const struct vq_facts *f)
{
    struct vq_finding x = {.n_frames = 0};
    uint64_t told = vq_diagnose(f);
    if (told)
        vq_rule_say((unsigned)__builtin_ctzll(told), f, &x);
    return x.n_frames == 1 ? x.frames[0] : 0;
}

static void loss(void **state)
{
    (void)state;
    static const struct {
        double pct, r;
        const char *ids;
    } rows[] = {{0, 93, ""},
                {0.5, 85, " stream-loss-light"},
                {1, 75, " stream-loss-light"},
                {1.01, 75, " stream-loss"},
                {3, 61, " stream-loss"},
                {3.01, 61, " stream-loss-heavy"},
                {0, 69, " stream-quality-low"},
                {0, 70, ""},
                {0, 60, " stream-quality-low"},
                {0, 59, " stream-quality-poor"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vq_facts f = stream();
        f.loss_pct = rows[i].pct;
        f.lost = rows[i].pct > 0;
        f.r = rows[i].r;
        assert_string_equal(ids(&f), rows[i].ids);
    }
    struct vq_facts f = stream();
    f.lost = 41;
    f.loss_pct = 4.1;
    f.r = 44.74;
    f.mos = 2.3;
    assert_string_equal(words(&f), "Stream 1 lost 41 packets (4.10 %): speech breaks up; G.1010 allows 3 % (R 44.7, MOS 2.30).");
    f.r = -12;
    f.mos = 1;
    assert_string_equal(words(&f), "Stream 1 lost 41 packets (4.10 %): speech breaks up; G.1010 allows 3 % (R < 0, MOS 1.00).");
    f.lost = 0;
    f.loss_pct = 0;
    assert_string_equal(words(&f), "Stream 1 scores R < 0, MOS 1.00: G.109 does not recommend it or calls it poor.");
    f.lost = 1;
    f.loss_pct = 0.1;
    f.r = 90;
    assert_string_equal(words(&f), "Stream 1 lost 1 packet (0.10 %): within the 1 % that a voice network is allowed.");
}

/* One packet of twenty is five percent, and no verdict on a call. */
static void too_few_to_judge(void **state)
{
    (void)state;
    struct vq_facts f = stream();
    f.packets = 48;
    f.lost = 1;
    f.loss_pct = 100. / 49;
    f.discard_pct = 100. / 48;
    f.enough_ms = 60;
    f.jitter_max_ms = 31;
    f.r = 55;
    assert_string_equal(ids(&f), " stream-short");
    assert_string_equal(words(&f), "Stream 1 has 48 packets only, too few to judge it by: loss 2.0 %, too late for the jitter "
                                   "buffer 2.1 %.");
    f.packets = 49; /* with the lost one a second of 20 ms packets */
    assert_string_equal(ids(&f), " stream-discard stream-loss");
    f = stream();
    f.packets = 9;
    assert_string_equal(ids(&f), "");
}

static void discards(void **state)
{
    (void)state;
    struct vq_facts f = stream();
    f.discard_pct = 0.99;
    f.enough_ms = 50;
    assert_string_equal(ids(&f), "");
    f.discard_pct = 1;
    assert_string_equal(words(&f), "Stream 1: 1.0 % of the packets come too late for a 40 ms jitter buffer; one of 50 ms would have "
                                   "been enough.");
    f.jitter_max_ms = 40; /* told by the discards */
    f.jitter_mean_ms = 10;
    f.reordered = 1;
    assert_string_equal(ids(&f), " stream-discard");
    assert_string_equal(words(&f), "Stream 1: 1.0 % of the packets come too late for a 40 ms jitter buffer (1 packet was overtaken "
                                   "by a later one); one of 50 ms would have been enough.");
    f.enough_ms = (double)NAN;
    assert_string_equal(ids(&f), " stream-discard-heavy");
    f.discard_pct = 0;
    assert_string_equal(ids(&f), " stream-jitter stream-reordered");
    f.reordered = 0;
    assert_string_equal(ids(&f), " stream-jitter");
    f.jitter_max_ms = 30;
    assert_string_equal(ids(&f), " stream-jitter-light");
    f.jitter_mean_ms = 4;
    assert_string_equal(ids(&f), "");
}

static void gaps(void **state)
{
    (void)state;
    static const struct {
        double ms;
        unsigned missing;
        const char *words;
    } rows[] = {
        {324, 0, "Stream 1 fell silent for 324 ms: the network held its packets up."},
        {999.6, 1, "Stream 1 fell silent for 1.0 s: the network lost a packet and held others up."},
        {7682, 293, "Stream 1 fell silent for 7.7 s: the network lost 293 packets in a row or held them up."},
        {34262, 2, "Stream 1 fell silent for 34 s: the network lost 2 packets in a row or held them up."},
        {5e5, 2, "Stream 1 fell silent for 8 min: the network lost 2 packets in a row or held them up."},
        {9e6, 2, "Stream 1 fell silent for 2.5 h: the network lost 2 packets in a row or held them up."},
        {78361739002., 0, "Stream 1 fell silent for 907 days: the network held its packets up."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vq_facts f = stream();
        f.gap_network_ms = rows[i].ms;
        f.gap_missing = rows[i].missing;
        assert_string_equal(words(&f), rows[i].words);
    }
    struct vq_facts f = stream();
    f.gap_stop_ms = 999;
    assert_string_equal(ids(&f), "");
    f.gap_stop_ms = 1000;
    assert_string_equal(ids(&f), " stream-sender-stop");
}

/* An outage explains the gap and the losses in it. */
static void outage(void **state)
{
    (void)state;
    struct vq_facts f = stream();
    snprintf(f.path_change, sizeof f.path_change, "link");
    f.path_frame = 596;
    f.path_gap_ms = 1239;
    f.path_mos = 1.31;
    f.path_missing = 61;
    f.lost = 61;
    f.loss_pct = 6;
    f.gap_network_ms = 1239;
    f.burst_r = 5;
    assert_string_equal(ids(&f), " stream-path-outage");
    assert_string_equal(words(&f), "Stream 1 comes another way from frame 596 on (link), after 1.2 s without packets: 61 lost.");
    assert_int_equal(proof(&f), 596);
    f.r = -66;
    f.mos = 1;
    assert_string_equal(words(&f), "Stream 1 comes another way from frame 596 on (link), after 1.2 s without packets: 61 lost "
                                   "(R < 0, MOS 1.00).");
    f.path_missing = 0; /* held up */
    assert_string_equal(words(&f), "Stream 1 comes another way from frame 596 on (link), after 1.2 s without packets (R < 0, MOS 1.00).");
    f.r = 93;
    f.path_missing = 61;
    f.lost = 77; /* a fifth of it elsewhere */
    assert_string_equal(ids(&f), " stream-path-outage stream-loss-heavy stream-loss-bursts");
    f.path_mos = 4;
    f.lost = 0;
    f.loss_pct = 0;
    f.gap_network_ms = 0;
    f.path_gap_ms = 21;
    assert_string_equal(words(&f), "Stream 1 comes another way from frame 596 on (link), 21 ms after the packet before it.");
    assert_int_equal(proof(&f), 596);
}

static void rtcp(void **state)
{
    (void)state;
    struct vq_facts f = stream();
    f.lost_after = 10;
    f.missed_here = 10;
    f.unheard = 99;
    f.unheard_s = 10;
    f.rtcp_missed_s = 14.9;
    assert_string_equal(ids(&f), "");
    f.lost_after = f.missed_here = 11;
    f.unheard = 100;
    f.rtcp_missed_s = 15;
    assert_string_equal(ids(&f), " stream-lost-beyond stream-unheard stream-capture-lossy stream-rtcp-absent");
    f.unheard_s = 3.9;
    f.lost_after = VQ_NONE;
    f.missed_here = 0;
    assert_string_equal(ids(&f), " stream-rtcp-absent");
}

static void delay_and_ptime(void **state)
{
    (void)state;
    struct vq_facts f = stream();
    f.one_way_ms = 150;
    f.ptime_ms = 30;
    f.ptime_declared_ms = 20;
    assert_string_equal(ids(&f), "");
    f.one_way_ms = 151;
    f.ptime_ms = 31;
    assert_string_equal(ids(&f), " stream-delay stream-ptime");
    f.one_way_ms = 400;
    f.ptime_ms = 160; /* AMR's silence */
    assert_string_equal(ids(&f), " stream-delay");
    f.one_way_ms = 401;
    assert_string_equal(ids(&f), " stream-delay-heavy");
    f.one_way_measured = false;
    assert_string_equal(ids(&f), "");
}

static void registrations(void **state)
{
    (void)state;
    struct vq_facts f = of(VQ_ABOUT_REGISTRATION, "Registration 1 of anna");
    f.outcome = VQ_REG_REGISTERED;
    f.status = 200;
    f.reason = "OK";
    f.asked_s = 300;
    f.granted_s = 299; /* what Asterisk makes of it */
    assert_string_equal(ids(&f), "");
    f.granted_s = 270;
    assert_string_equal(ids(&f), "");
    f.granted_s = 269;
    assert_string_equal(words(&f), "Registration 1 of anna asked for 300 s and was given 269 s: the client must refresh sooner.");
    f.granted_s = 300;
    f.retransmissions = f.copies = 2;
    assert_string_equal(ids(&f), "");
    f.copies = 1;
    assert_string_equal(words(&f), "Registration 1 of anna: 1 message had to be sent again.");
    f = of(VQ_ABOUT_REGISTRATION, "Registration 1 of anna");
    f.outcome = VQ_REG_INCOMPLETE;
    f.attempts = 1;
    f.retransmissions = 2;
    assert_string_equal(ids(&f), "");
    f.retransmissions = 3;
    assert_string_equal(words(&f), "Registration 1 of anna was sent 4 times and never answered; the capture ends before the client "
                                   "gives up.");
}

static void calls(void **state)
{
    (void)state;
    struct vq_facts f = of(VQ_ABOUT_CALL, "Call 1");
    f.answered = true;
    f.state = VQ_CALL_COMPLETED;
    f.talk_s = 161;
    f.hears[0].phase = f.hears[1].phase = VQ_HEARS_NEVER;
    assert_string_equal(words(&f), "Call 1 was answered and lasted 3 min, but not one RTP packet of it was seen.");
    f.other_media = true;
    assert_string_equal(words(&f), "Call 1 was answered and lasted 3 min, but not one audio packet of it was seen.");
    f = of(VQ_ABOUT_CALL, "Call 1");
    f.retransmissions = 23;
    f.copies = 23;
    assert_string_equal(ids(&f), " call-sip-copies");
    assert_string_equal(words(&f), "Call 1: 23 SIP messages came twice within 10 ms, which no timer of SIP does: seen twice, not "
                                   "sent twice.");
    f.rtt_ms = 600;
    assert_string_equal(ids(&f), " call-sip-copies");
    f.copies = 22;
    assert_string_equal(words(&f), "Call 1: 1 SIP message was sent again because answers take 600 ms to come, and SIP waits 500 ms (T1).");
}

static void capture(void **state)
{
    (void)state;
    struct vq_facts f = of(VQ_ABOUT_CAPTURE, NULL);
    f.streams_without_sip = 1;
    assert_string_equal(words(&f), "There is no SIP in the capture: its 1 stream belongs to no call that is known.");
    f.streams_without_sip = 6;
    assert_string_equal(words(&f), "There is no SIP in the capture: its 6 streams belong to no call that is known.");
    f = of(VQ_ABOUT_CAPTURE, NULL);
    f.backwards = 1;
    f.backwards_ms = 1;
    assert_string_equal(ids(&f), "");
    f.backwards_ms = 226.17;
    assert_string_equal(words(&f), "Time runs backwards at 1 frame, by 226 ms at most; they are analysed in the order of the file.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss),    cmocka_unit_test(too_few_to_judge), cmocka_unit_test(discards),
        cmocka_unit_test(gaps),    cmocka_unit_test(outage),           cmocka_unit_test(rtcp),
        cmocka_unit_test(calls),   cmocka_unit_test(delay_and_ptime),  cmocka_unit_test(registrations),
        cmocka_unit_test(capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
