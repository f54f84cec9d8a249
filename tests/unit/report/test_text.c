/* test_text.c - the terminal summary: what it says, that it keeps to its width, and that nothing hostile comes through.
 */
#include "fake_model.h"

#include "report/text.c"
#include "report/text_calls.c"
#include "report/text_input.c"
#include "report/text_kpi.c"
#include "report/text_network.c"
#include "report/text_quality.c"
#include "report/text_story.c"
#include "report/text_stream.c"
#include "report/text_vm.c"

static const uint32_t links[] = {1, 99999};
static const struct vq_report_input whole = {.path = "lab.pcap", .format = "pcap", .links = links, .n_links = 2};
static const struct vq_report_style page = {.utf8 = true, .width = 100};

static struct vq_engine small(void)
{
    struct vq_engine e = {.n_registrations = 1, .n_calls = 1, .n_dialogs = 12, .n_streams = 2, .n_findings = 3,
                          .t_registrations = 1, .t_calls = 1, .t_dialogs = 1, .t_streams = 2};
    e.stats = (struct vq_stats){.frames = 1234, .bytes = 345678, .start = T0, .end = T0 + 12 * S,
                                .decoded = {20, 1200, 4, 0, 0, 0, 3}, .not_decoded = {[VQ_DROP_NOT_IP] = 7},
                                .sip_messages = 20, .rtp_packets = 1200, .rtcp_packets = 4};
    e.kpi = bare_kpi();
    e.registrations[0] = fake_registration(NULL);
    e.calls[0] = fake_call(NULL, 0);
    e.calls[0].first_stream = 1;
    e.calls[0].n_streams = 1;
    e.dialogs[0] = fake_dialog(NULL);
    e.streams[0] = fake_stream();
    e.streams[1] = bare_stream();
    e.findings[0] = (struct vq_finding){.id = "stream-loss", .severity = VQ_ERROR, .call = 1, .stream = 1,
                                        .text = "Stream 1 lost much.", .next_check = "Look there.", .frames = {20, 420},
                                        .n_frames = 2};
    e.findings[1] =
        (struct vq_finding){.id = "a", .severity = VQ_WARNING, .text = "A warning.", .frames = {3}, .n_frames = 1};
    e.findings[2] = (struct vq_finding){.id = "b", .severity = VQ_INFO, .text = "Something to know."};
    return e;
}

static struct vq_buf text_of(const struct vq_engine *e, const struct vq_report_input *in, struct vq_report_style st)
{
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_text(e, in, &st, take, &b), 0);
    assert_non_null(b.p);
    return b;
}

static void says_what_was_read(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_buf b = text_of(&e, &whole, page);
    assert_clean(&b, false, false);
    assert_has(&b, "lab.pcap");
    assert_has(&b, "1,234 frames, 346 kB · pcap · ");
    assert_has(&b, "link type 99999 (unknown)");
    assert_has(&b, "2020-09-13T12:26:40.000Z to 2020-09-13T12:26:52.000Z (12.00 s)");
    assert_has(&b, "SIP 20 · RTP 1,200 · RTCP 4 · other UDP 3\n");
    assert_has(&b, "Not decoded  not_ip 7\n");
    assert_lacks(&b, "Attention");
    assert_lacks(&b, "Damaged");
    vq_buf_done(&b);
}

static void says_how_the_calls_went(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_buf b = text_of(&e, &whole, page);
    assert_has(&b, "1  1001                registered    10.0.0.1:5060 → 10.0.0.2:5060\n");
    assert_has(&b, "took 12.0 ms · 200 OK · expires after 60 s (asked for 3600 s) · with authentication");
    assert_has(&b, "1001 → 1002");
    assert_has(&b, "● completed      worst MOS 3.84\n");
    assert_has(&b, "begins at 1.000 s · answered after 2.00 s");
    assert_has(&b, "hung up by the caller");
    assert_has(&b, "396     4   1.00    0     0      1.25");
    assert_has(&b, "3.84 medium\n");
    assert_has(&b, "       stream 1 · 10.0.0.1:4000 → 10.0.0.3:4002 · 8.00 s");
    assert_has(&b, "       stream 2 · ");
    assert_has(&b, "receiver reports 4 lost, jitter 1.50 ms");
    assert_has(&b, "the trouble lies before the capture point");
    assert_lacks(&b, "receiver's XR");
    assert_has(&b, "RTP streams without a call (1)");
    assert_has(&b, "jitter – (clock rate not known)");
    assert_has(&b, "no score: codec not known");
    assert_has(&b, "OPTIONS           ×12  answered    200 OK · 10.0.0.2 → 10.0.0.1\n");
    assert_has(&b, "✗ error   Stream 1 lost much.\n            next: Look there. [call 1, frames 20, 420]\n");
    assert_has(&b, "▲ warning A warning.\n            [frame 3]\n");
    vq_buf_done(&b);
    e.n_findings = 0;
    b = text_of(&e, &whole, page);
    assert_has(&b, "✓ no findings");
    vq_buf_done(&b);
}

static void compares_with_voipmonitor(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_buf b = text_of(&e, &whole, page);
    assert_lacks(&b, "VoIPmonitor");
    vq_buf_done(&b);
    e.voipmonitor = true;
    b = text_of(&e, &whole, page);
    assert_has(&b, "VoIPmonitor  MOS F1 3.9 (min 3.6) · F2 4.1 (min 4.1) · adaptive 4.5 (min 4.5)");
    assert_has(&b, "loss 1.00 % of 398 packets");
    assert_has(&b, "VoIPmonitor  no clock\n");
    vq_buf_done(&b);
}

/* Of the VoIP metrics what is known. */
static void says_how_it_sounds_there(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.streams[0].xr_report = (struct vq_xr_report){.has_voip = true, .r = 88, .mos_lq = 4.1, .mos_cq = NAN, .loss_pct = 5.1,
                                                   .discard_pct = 0};
    struct vq_buf b = text_of(&e, &whole, page);
    assert_has(&b, "receiver's XR: R 88, MOS-LQ 4.1, loss % 5.1, discarded % 0.0");
    vq_buf_done(&b);
}

/* Beside the stream that was received, or below the streams when it is not known which it was. */
static void says_what_phones_report(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.reports[0] = (struct vq_endpoint_report){.source = "X-RTP-Stat", .by = VQ_PARTY_CALLEE, .stream = 1};
    for (int k = 0; k < VQ_QUALITY_FIELDS; k++)
        e.reports[0].v[k] = NAN;
    e.reports[1] = e.reports[0];
    e.reports[1].stream = 0;
    e.reports[1].of_peer = true;
    e.reports[0].v[VQ_Q_LOST] = 12;
    e.reports[0].v[VQ_Q_JITTER_MS] = 3;
    e.reports[0].v[VQ_Q_MOS_LQ] = 4.2;
    e.reports[0].v[VQ_Q_OCTETS_SENT] = 99;
    e.reports[1].v[VQ_Q_PACKETS_RECEIVED] = 300;
    e.n_reports = 2;
    struct vq_buf b = text_of(&e, &whole, page);
    assert_has(&b, "       the phone itself reports: 12 lost, jitter 3 ms, MOS-LQ 4.2 (X-RTP-Stat)\n");
    assert_has(&b, "       callee reports of its peer: 300 packets received (X-RTP-Stat)\n");
    vq_buf_done(&b);
}

/* A line for the keys of each party; what does not fit is counted. */
static void says_what_was_dialled(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.dtmf[0] = (struct vq_dtmf){.by = VQ_PARTY_CALLER, .digit = '#'};
    e.dtmf[1] = (struct vq_dtmf){.by = VQ_PARTY_CALLEE, .method = VQ_DTMF_SIP_INFO, .digit = '9'};
    e.n_dtmf = 4;
    struct vq_buf b = text_of(&e, &whole, page);
    assert_has(&b, "       caller dialled # # (RFC 4733) · callee dialled 9 9 (SIP INFO)\n");
    vq_buf_done(&b);
    e.n_dtmf = 250;
    b = text_of(&e, &whole, page);
    assert_has(&b, " # # and 100 more (RFC 4733)\n");
    assert_true(longest_line(&b) <= 100);
    vq_buf_done(&b);
    e.n_dtmf = 0;
    b = text_of(&e, &whole, page);
    assert_lacks(&b, "dialled");
    vq_buf_done(&b);
}

static void says_what_is_missing_between_streams(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_buf b = text_of(&e, &whole, page);
    assert_lacks(&b, "between its streams");
    vq_buf_done(&b);
    e.calls[0].lost_between = 75;
    b = text_of(&e, &whole, page);
    assert_has(&b, "75 packets missing between its streams");
    vq_buf_done(&b);
    e.calls[0].lost_between = 1;
    b = text_of(&e, &whole, page);
    assert_has(&b, "1 packet missing between its streams");
    vq_buf_done(&b);
}

static void words_of_an_ending(void **state)
{
    (void)state;
    static const struct {
        enum vq_call_state state;
        enum vq_party by;
        unsigned status;
        const char *state_words, *ending;
    } rows[] = {
        {VQ_CALL_NO_ANSWER, VQ_PARTY_CALLER, 408, "● no answer", "given up by the caller"},
        {VQ_CALL_CANCELLED, VQ_PARTY_CALLER, 487, "● cancelled", "cancelled by the caller"},
        {VQ_CALL_BUSY, VQ_PARTY_CALLEE, 486, "● busy", "refused by the callee"},
        {VQ_CALL_NO_ANSWER, VQ_PARTY_NETWORK, 408, "● no answer", "given up by the network"},
        {VQ_CALL_FAILED, VQ_PARTY_NETWORK, 503, "● failed", "refused by the network"},
        {VQ_CALL_IN_CALL, VQ_PARTY_NONE, 200, "● in call", "200 OK\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_engine e = small();
        e.calls[0] = bare_call(NULL);
        e.calls[0].state = rows[i].state;
        e.calls[0].released_by = rows[i].by;
        e.calls[0].status = rows[i].status;
        e.calls[0].reason = rows[i].status == 200 ? "OK" : "Reason";
        struct vq_buf b = text_of(&e, &whole, page);
        assert_has(&b, rows[i].state_words);
        assert_has(&b, rows[i].ending);
        vq_buf_done(&b);
    }
}

static void shows_nothing_that_was_not_there(void **state)
{
    (void)state;
    struct vq_engine e = {.stats = {.start = VQ_NONE, .end = VQ_NONE}};
    struct vq_report_input in = {.path = "-"};
    struct vq_buf b = text_of(&e, &in, page);
    assert_has(&b, "standard input");
    assert_has(&b, "0 frames, 0 B\n");
    assert_lacks(&b, "Time ");
    assert_lacks(&b, "──");
    vq_buf_done(&b);
}

/* Whatever makes the figures doubtful is shown as soon as it is there. */
static void warns(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        const char *words;
    } rows[] = {
        {offsetof(struct vq_stats, snap_cut_frames), "41 frames were cut short by the snap length"},
        {offsetof(struct vq_stats, sip_defective), "41 SIP messages have a defect"},
        {offsetof(struct vq_stats, messages_not_kept), "41 SIP messages were counted but not kept"},
        {offsetof(struct vq_stats, evicted_calls), "41 calls were ended early"},
        {offsetof(struct vq_stats, evicted_streams), "41 streams were ended early"},
        {offsetof(struct vq_stats, evicted_registrations), "41 registrations were ended early"},
        {offsetof(struct vq_stats, evicted_dialogs), "41 dialogs were ended early"},
        {offsetof(struct vq_stats, evicted_flows), "41 flows were forgotten"},
    };
    struct vq_report_style wide = page;
    wide.width = 400;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_engine e = small();
        uint64_t n = 41;
        memcpy((char *)&e.stats + rows[i].offset, &n, sizeof n);
        struct vq_buf b = text_of(&e, &whole, wide);
        assert_has(&b, rows[i].words);
        vq_buf_done(&b);
    }
    struct vq_engine e = small();
    struct vq_report_input in = whole;
    e.stats.kernel_dropped = 41;
    in.overlapping_files = 3;
    in.truncated = "frame 812 is cut off at byte 40960";
    struct vq_buf b = text_of(&e, &in, wide);
    assert_has(&b, "41 packets were dropped by the kernel");
    assert_has(&b, "3 files share time with another");
    assert_has(&b, "Damaged");
    assert_has(&b, "frame 812 is cut off at byte 40960");
    vq_buf_done(&b);
}

/* Capture engines step back by microseconds; only more than that is worth a warning. */
static void warns_of_time_steps(void **state)
{
    (void)state;
    static const struct {
        int64_t most;
        unsigned verbose;
        const char *words;
    } rows[] = {
        {17500, 0, NULL},
        {MS, 0, NULL},
        {MS + 1, 0, "41 frames are earlier than the frame before, by 1.0 ms at most: sort"},
        {2500 * MS, 0, "by 2.50 s at most: sort"},
        {17500, 1, "by 17.5 us at most, as capture engines do"},
    };
    struct vq_report_style wide = page;
    wide.width = 400;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_engine e = small();
        e.stats.time_backwards = 41;
        e.stats.time_backwards_max = rows[i].most;
        wide.verbose = rows[i].verbose;
        struct vq_buf b = text_of(&e, &whole, wide);
        if (rows[i].words)
            assert_has(&b, rows[i].words);
        else
            assert_lacks(&b, "Attention");
        vq_buf_done(&b);
    }
}

static void says_when_time_jumped(void **state)
{
    (void)state;
    struct vq_report_style wide = page;
    wide.width = 400;
    struct vq_engine e = small();
    e.n_clock_steps = 2;
    e.clock_steps[0] = (struct vq_clock_step){.frame = 1200, .step_ms = -5000, .streams = 1};
    e.n_holes = 1;
    e.holes[0] = (struct vq_capture_hole){.frame = 90, .ms = 700, .missing = 105, .streams = 3};
    struct vq_buf b = text_of(&e, &whole, wide);
    assert_has(&b, "clock was set back by 5.00 s at frame 1200, while 1 stream went on as if nothing had been (2 such steps)");
    assert_has(&b, "nothing was captured for 700.0 ms before frame 90, though all 3 streams went on (105 packets are missing)");
    vq_buf_done(&b);
}

/* The simple model for G.711 and the row "g711" do not speak of the same receiver. */
static void says_what_the_simple_model_assumes(void **state)
{
    (void)state;
    static const struct {
        const char *row, *model;
        bool noted;
    } rows[] = {
        {"g711", "cole-rosenbluth-g711", true},
        {"g711", "lab-voice", true},
        {"g711", "cole-rosenbluth-g729a", false},
        {"g711-plc", "cole-rosenbluth-g711", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_report_style st = page;
        st.width = 400;
        struct vq_engine e = small();
        e.streams[0].impairment = vq_impairment_by_name(rows[i].row);
        e.streams[0].simple_name = rows[i].model;
        struct vq_buf b = text_of(&e, &whole, st);
        assert_lacks(&b, rows[i].model);
        vq_buf_done(&b);
        st.verbose = 1;
        b = text_of(&e, &whole, st);
        assert_has(&b, rows[i].model);
        assert_has(&b, ": R 80.0, MOS 4.00");
        assert_int_equal(strstr(b.p, "assumes concealment") != NULL, rows[i].noted);
        vq_buf_done(&b);
    }
}

/* The equation goes on beyond what it was made for; whoever reads the points must know. */
static void says_what_is_out_of_range(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_report_style wide = page;
    wide.width = 400;
    struct vq_buf b = text_of(&e, &whole, wide);
    assert_has(&b, "R lost to delay 3.7, loss 14.0 · ");
    vq_buf_done(&b);
    e.streams[0].emodel_in.burst_r = 8.1;
    b = text_of(&e, &whole, wide);
    assert_has(&b, "R lost to delay 3.7, loss 14.0 (BurstR beyond G.107's range) · ");
    vq_buf_done(&b);
    e.streams[0].impairment = &(struct vq_impairment){.name = "x", .scale = VQ_SCALE_WB};
    b = text_of(&e, &whole, wide);
    assert_lacks(&b, "beyond");
    vq_buf_done(&b);
}

/* "No findings" would be a judgement where nothing could be judged. */
static void says_when_there_is_nothing_to_judge(void **state)
{
    (void)state;
    struct vq_engine e = {.stats = {.frames = 11, .start = T0, .end = T0 + S, .decoded = {[VQ_DEC_TCP] = 11}}};
    struct vq_report_style wide = page;
    wide.width = 400;
    struct vq_buf b = text_of(&e, &whole, wide);
    assert_has(&b, "neither SIP nor RTP was found");
    assert_lacks(&b, "no findings");
    vq_buf_done(&b);
    e.stats.sip_messages = 1;
    b = text_of(&e, &whole, wide);
    assert_lacks(&b, "Attention");
    assert_has(&b, "no findings");
    vq_buf_done(&b);
}

static void speaks_of_one_and_of_many(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.stats.sip_defective = e.stats.evicted_calls = 1;
    e.streams[0].r = -1672.1;
    struct vq_buf b = text_of(&e, &whole, page);
    assert_has(&b, "1 SIP message has a defect");
    assert_has(&b, "1 call was ended early");
    assert_has(&b, "      1.25   < 0  3.84");
    assert_lacks(&b, "1672");
    assert_has(&b, "RTP streams  2: 1 without a call\n");
    vq_buf_done(&b);
    struct vq_report_style narrow = page;
    narrow.width = 80;
    b = text_of(&e, &whole, narrow);
    assert_has(&b, " · R < 0");
    assert_lacks(&b, "1672");
    vq_buf_done(&b);
    e.n_calls = 0;
    e.streams[0].call = 0;
    b = text_of(&e, &whole, page);
    assert_has(&b, "RTP streams  2 without a call\n");
    vq_buf_done(&b);
}

static void respects_max_rows(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.n_calls = 19900;
    e.n_registrations = 300;
    e.n_findings = 250;
    struct vq_report_style st = page;
    st.max_rows = 100;
    struct vq_buf b = text_of(&e, &whole, st);
    assert_has(&b, "… and 19,800 more calls (use --json or --all)\n");
    assert_has(&b, "… and 200 more registrations (use --json or --all)\n");
    assert_has(&b, "… and 150 more findings (use --json or --all)\n");
    assert_has(&b, "  100  1001");
    assert_lacks(&b, "  101  1001");
    vq_buf_done(&b);
    st.max_rows = 0;
    b = text_of(&e, &whole, st);
    assert_lacks(&b, "use --json");
    assert_has(&b, "19900  1001");
    vq_buf_done(&b);
}

static void keeps_to_the_width(void **state)
{
    (void)state;
    struct vq_engine e = small();
    static char longest[3000];
    memset(longest, 'n', sizeof longest - 1);
    e.calls[0].from = longest;
    e.calls[0].reason = longest;
    e.registrations[0].user = longest;
    e.registrations[0].user_agent = longest;
    e.dialogs[0].method = longest;
    e.streams[0].codec = longest;
    e.streams[0].packets = 12345678;
    e.streams[0].lost = 1234567;
    e.streams[1].score_why = "a wideband or fullband codec: the narrowband scale of G.107 does not hold for it";
    for (unsigned width = 80; width <= 160; width += 7) {
        struct vq_report_style st = page;
        st.width = width;
        st.rating = VQ_RATING_TIPHON;
        st.verbose = 1;
        struct vq_buf b = text_of(&e, &whole, st);
        assert_true(longest_line(&b) <= width);
        assert_has(&b, "12,345,678");
        assert_has(&b, "1,234,567");
        vq_buf_done(&b);
        st.utf8 = false;
        b = text_of(&e, &whole, st);
        assert_true(longest_line(&b) <= width);
        assert_clean(&b, true, false);
        vq_buf_done(&b);
    }
}

static void rates_by_tiphon(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_report_style st = page;
    st.rating = VQ_RATING_TIPHON;
    st.width = 200;
    struct vq_buf b = text_of(&e, &whole, st);
    assert_has(&b,
               "delay (interarrival) 20.15 ms = 4 Sangat Bagus · jitter 1.250 ms = 3 Bagus · "
               "loss 1.00 % = 3 Bagus · index 3.33 Memuaskan\n");
    vq_buf_done(&b);
    st.tiphon_loss = VQ_TIPHON_BAND;
    b = text_of(&e, &whole, st);
    assert_has(&b, "loss (band) 1.00 % = 4 Sangat Bagus · index 3.67 Memuaskan\n");
    vq_buf_done(&b);
}

static void lets_nothing_hostile_through(void **state)
{
    (void)state;
    struct vq_engine e = small();
    struct vq_call *c = &e.calls[0];
    c->from = c->to = c->from_uri = c->to_uri = c->reason = c->from_name = c->user_agent_caller = HOSTILE;
    struct vq_registration *r = &e.registrations[0];
    r->aor = r->user = r->reason = r->user_agent = r->contact = HOSTILE;
    e.dialogs[0].method = e.dialogs[0].reason = e.dialogs[0].event = e.dialogs[0].subscription = HOSTILE;
    const struct vq_transfer transfer = {.target = HOSTILE, .progress = 180, .progress_reason = HOSTILE};
    const struct vq_redirect redirect = {.target = HOSTILE};
    const struct vq_call_story more = {.transfers = &transfer, .redirects = &redirect, .reason_text = HOSTILE};
    struct vq_offer offers[] = {{.kind = "answer", .audio = HOSTILE}, {.kind = "answer", .audio = HOSTILE, .events = VQ_OFFER_CODEC}};
    struct vq_leg legs[] = {{.contact = HOSTILE}, {.contact = HOSTILE}};
    offers[0].next = &offers[1];
    legs[0].next = &legs[1];
    c->story = &more;
    c->offers = offers;
    c->legs = legs;
    e.streams[0].codec = e.streams[1].score_why = e.streams[1].jitter_why = HOSTILE;
    snprintf(e.findings[0].text, sizeof e.findings[0].text, "%s", HOSTILE);
    struct vq_report_input in = {.path = HOSTILE, .format = HOSTILE, .truncated = HOSTILE};
    for (unsigned i = 0; i < 4; i++) {
        struct vq_report_style st = {.utf8 = i & 1, .color = i & 2, .width = 100, .verbose = 2};
        struct vq_buf b = text_of(&e, &in, st);
        assert_clean(&b, !(i & 1), i & 2);
        assert_has(&b, "\\x1b[2J");
        vq_buf_done(&b);
    }
}

/* A redirection, a hold that stops a stream, a codec change, a transfer, and where the call came from. */
static void tells_a_story(void **state)
{
    (void)state;
    const struct vq_transfer transfer = {.ts = T0 + 9 * S, .frame = 50, .target = "sip:1003@x", .status = 202, .progress = 200,
                                         .progress_reason = "OK", .to_call.id = 8, .by = VQ_PARTY_CALLER};
    const struct vq_redirect redirect = {.ts = T0 + S, .frame = 12, .target = "sip:y@z", .status = 302, .to_call.id = 1,
                                         .followed_frame = 14};
    const struct vq_call_story more = {.transfers = &transfer, .redirects = &redirect, .lead = VQ_LEAD_ATTENDED, .from_call.id = 3,
                                      .lead_why = "its Replaces header is that of the Refer-To", .replaced_by.id = 5,
                                      .reason_text = "Call completed elsewhere"};
    struct vq_offer o[] = {
        {.ts = T0 + S, .kind = "offer", .audio = "PCMA"},
        {.ts = T0 + S, .kind = "answer", .audio = "PCMA"},
        {.ts = T0 + 4 * S, .kind = "offer", .audio = "PCMA", .from_caller = true, .hold = true, .events = VQ_OFFER_HOLD, .refused = 491},
        {.ts = T0 + 5 * S, .kind = "answer", .audio = "G729 PCMA", .events = VQ_OFFER_CODEC | VQ_OFFER_MOVED, .media = ep(9, 4000)},
        {.ts = T0 + 6 * S, .kind = "offer", .audio = "G729", .events = VQ_OFFER_REFRESH},
    };
    for (size_t i = 0; i + 1 < sizeof o / sizeof o[0]; i++)
        o[i].next = &o[i + 1];
    struct vq_leg legs[] = {
        {.callee = ep(7, 5060), .first = T0 + 1100 * MS, .state = VQ_LEG_CONFIRMED, .winner = true, .contact = "sip:a@b"},
        {.callee = ep(8, 5060), .first = T0 + 1200 * MS, .state = VQ_LEG_CANCELLED},
    };
    legs[0].next = &legs[1];
    struct vq_engine e = small();
    e.calls[0].story = &more;
    e.calls[0].offers = o;
    e.calls[0].legs = legs;
    e.calls[0].q850 = 16;
    struct vq_buf b = text_of(&e, &whole, page);
    assert_clean(&b, false, false);
    assert_has(&b, "came of the attended transfer of call 3");
    assert_has(&b, "replaced by call 5\n");
    assert_has(&b, " 0.100 s  branch 10.0.0.7:5060 · sip:a@b · confirmed · answered first\n");
    assert_has(&b, " 0.200 s  branch 10.0.0.8:5060 · cancelled\n");
    assert_has(&b, " 1.000 s  redirected (302) to sip:y@z · followed within the call, frame 14\n");
    assert_has(&b, " 4.000 s  hold by the caller · refused with 491 · stream 1 stopped\n");
    assert_has(&b, " 5.000 s  codec PCMA → G729, media of the callee moved to 10.0.0.9:4000 · stream 1 stopped\n");
    assert_lacks(&b, "nothing changed");
    assert_has(&b, " 9.000 s  blind transfer by the caller to sip:1003@x · REFER 202 · came to 200 OK");
    assert_has(&b, "is call 8\n");
    assert_has(&b, "Q.850 cause 16 (normal call clearing)");
    assert_has(&b, "because: Call completed elsewhere");
    vq_buf_done(&b);
    struct vq_report_style st = page;
    st.verbose = 1;
    b = text_of(&e, &whole, st);
    assert_has(&b, " 6.000 s  refreshed by the callee, nothing changed");
    vq_buf_done(&b);
}

static void colours_by_quality(void **state)
{
    (void)state;
    static const struct {
        double r;
        const char *sgr;
    } rows[] = {{93.2, "\x1b[32m"}, {80, "\x1b[32m"}, {79.9, "\x1b[33m"}, {60, "\x1b[33m"}, {59.9, "\x1b[1;31m"}};
    struct vq_report_style st = page;
    st.color = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_engine e = small();
        e.streams[0].r = rows[i].r;
        e.streams[0].mos = vq_emodel_mos(rows[i].r);
        char want[64], n[VQ_NUMBER_TEXT];
        snprintf(want, sizeof want, "%s%s\x1b[0m", rows[i].sgr, vq_real_text(&st, e.streams[0].mos, 2, n));
        struct vq_buf b = text_of(&e, &whole, st);
        assert_has(&b, want);
        vq_buf_done(&b);
    }
}

static void sums_up_the_signalling(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.kpi.calls.attempts = e.kpi.registrations.attempts = e.kpi.options.asked = 1;
    struct vq_buf b = text_of(&e, &whole, page);
    assert_lacks(&b, "RFC 6076"); /* one of a kind stands above */
    vq_buf_done(&b);
    e.kpi.registrations.attempts = 2;
    e.kpi.times[VQ_KPI_RRD] = fake_kpi().times[VQ_KPI_RRD];
    e.kpi.times[VQ_KPI_PDD] = fake_kpi().times[VQ_KPI_PDD];
    e.kpi.times[VQ_KPI_PDD].n = 1;
    b = text_of(&e, &whole, page);
    assert_has(&b, "  REGISTER     2 attempts\n");
    assert_has(&b, "    RRD ");
    assert_lacks(&b, "  INVITE  ");
    assert_lacks(&b, "    PDD ");
    assert_lacks(&b, "  Peers ");
    vq_buf_done(&b);
    e.kpi = fake_kpi();
    e.n_peers = 3;
    e.n_others = 1234;
    struct vq_report_style st = {.width = 80, .max_rows = 2};
    b = text_of(&e, &whole, st);
    assert_clean(&b, true, false);
    assert_has(&b, "  INVITE       45 attempts;  9 without an outcome yet;  ASR 2.5 %;  NER 5.0 %\n"
                   "               ACD 1 min 03 s\n"
                   "               SER 7.5 %;  SEER 10.0 %;  ISA 12.5 %;  SCR 15.0 %\n"
                   "               12 BYE without an answer\n");
    assert_has(&b, "  REGISTER     90 attempts;  16 succeeded;  17 failed;  18 not authorized\n"
                   "               19 redirected;  20 without an outcome yet;  IRA 17.5 %\n");
    assert_has(&b, "  OPTIONS      30 asked;  1 not answered yet;  answered 32.5 %\n");
    assert_has(&b, "  Delays              n  mean ms      min      p50      p95      p99      max\n");
    assert_has(&b, "    PDD               7     20.0     10.0     18.0     60.0     80.0    100.0\n");
    assert_has(&b, "    SRD, failed       7     40.0     20.0     36.0    120.0    160.0    200.0\n");
    assert_has(&b, "  Peers                 calls  ASR %  NER %   ACD s PDD p95 ms  IRA % OPTIONS %\n");
    assert_has(&b, "    10.0.1.0               45    2.5    5.0    62.5       60.0   17.5      32.5\n");
    assert_has(&b, "    10.0.1.1 ");
    assert_lacks(&b, "    10.0.1.2 ");
    assert_has(&b, "and 1 more peers");
    assert_has(&b, "    1,234 others           45    2.5");
    vq_buf_done(&b);
}

static struct vq_endpoint inner(unsigned port)
{
    struct vq_endpoint x = ep(1, (uint16_t)port);
    memcpy(x.ip, (const uint8_t[]){192, 168, 1, 7}, 4);
    return x;
}

static void draws_the_network(void **state)
{
    (void)state;
    struct vq_engine e = small();
    static struct vq_host hosts[20];
    for (unsigned i = 0; i < 20; i++)
        hosts[i] = (struct vq_host){.address = ep((uint8_t)(1 + i), 0), .roles = 1u << VQ_ROLE_USER_AGENT, .sip_messages = 4};
    hosts[0].users[0] = "anna";
    hosts[0].agents[0] = "Phone/1";
    hosts[0].rtp_sent = 1000;
    hosts[0].rtp_received = 234;
    hosts[1].roles = 1u << VQ_ROLE_REGISTRAR | 1u << VQ_ROLE_MEDIA_RELAY;
    hosts[3].roles = 0; /* an ICE peer: no part in any call */
    hosts[3].sip_messages = 0;
    static struct vq_nat_mapping mappings[2];
    mappings[0] = (struct vq_nat_mapping){.inside = inner(5060), .outside = ep(1, 61000), .frames = {[VQ_NAT_BY_VIA] = 3}};
    mappings[1] = (struct vq_nat_mapping){.inside = inner(4000), .outside = ep(1, 4000), .frames = {7, [VQ_NAT_BY_VIA] = 9}};
    struct vq_nat_client nat = {.inside = inner(0), .outside = ep(1, 0), .mappings = mappings, .n_mappings = 2,
                                .behaviour = VQ_NAT_DEPENDENT};
    struct vq_keep_alive alive = {.src = ep(1, 5060), .dst = ep(2, 5060), .kind = VQ_KEEP_CRLF, .count = 40, .interval_s = 15};
    e.network = (struct vq_network){.hosts = hosts, .n_hosts = 2};
    struct vq_buf b = text_of(&e, &whole, page);
    assert_lacks(&b, "Hosts ("); /* of two hosts the calls tell everything */
    assert_lacks(&b, "Behind NAT");
    assert_lacks(&b, "keep-alives");
    vq_buf_done(&b);
    e.network = (struct vq_network){.hosts = hosts, .n_hosts = 4, .nats = &nat, .n_nats = 1, .keep_alives = &alive,
                                    .n_keep_alives = 1};
    e.n_stuns = 2;
    e.stuns[0] = (struct vq_stun){.client = ep(1, 4000), .server = ep(9, 3478), .relayed = ep(9, 50000), .channel_frames = 1402};
    e.stuns[1] = (struct vq_stun){.client = ep(1, 4000), .server = ep(2, 5000), .nominated_frame = 77};
    b = text_of(&e, &whole, page);
    assert_has(&b, "Hosts (3)");
    assert_has(&b, "  10.0.0.1  user agent · anna · Phone/1 · 4 SIP · 1,234 RTP\n");
    assert_has(&b, "  10.0.0.2  registrar, media relay · 4 SIP\n");
    assert_lacks(&b, "10.0.0.4 ");
    assert_has(&b, "  192.168.1.7 → 10.0.0.1             changes ports · symmetric\n");
    assert_has(&b, "shown by STUN (frame 7), Via (frame 3)");
    assert_has(&b, "TURN         10.0.0.1:4000 → 10.0.0.9:3478 · relays as 10.0.0.9:50000 · 1,402 ChannelData\n");
    assert_has(&b, "this pair was chosen by 10.0.0.1 (frame 77)");
    assert_has(&b, "  10.0.0.1:5060 → 10.0.0.2:5060 · ×40 line ends · every 15.00 s\n");
    vq_buf_done(&b);
    /* Of many hosts those that serve are shown. */
    e.network.n_hosts = 20;
    b = text_of(&e, &whole, page);
    assert_has(&b, "Hosts (19)");
    assert_has(&b, "10.0.0.2 ");
    assert_lacks(&b, "anna · Phone/1");
    assert_has(&b, "and 18 more hosts, phones most likely");
    vq_buf_done(&b);
    e.network_rc = -ENOMEM;
    vq_buf_init(&b);
    assert_int_equal(vq_report_text(&e, &whole, &page, take, &b), -ENOMEM);
    vq_buf_done(&b);
}

static void stops_when_refused(void **state)
{
    (void)state;
    struct vq_engine e = small();
    e.n_calls = 100000;
    int times = 0;
    assert_int_equal(vq_report_text(&e, &whole, &page, refuse, &times), -EPIPE);
    assert_int_equal(times, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_was_read),
        cmocka_unit_test(says_how_the_calls_went),
        cmocka_unit_test(says_how_it_sounds_there),
        cmocka_unit_test(says_what_phones_report),
        cmocka_unit_test(says_what_was_dialled),
        cmocka_unit_test(says_what_is_missing_between_streams),
        cmocka_unit_test(words_of_an_ending),
        cmocka_unit_test(shows_nothing_that_was_not_there),
        cmocka_unit_test(warns),
        cmocka_unit_test(warns_of_time_steps),
        cmocka_unit_test(says_what_the_simple_model_assumes),
        cmocka_unit_test(says_when_time_jumped),
        cmocka_unit_test(says_when_there_is_nothing_to_judge),
        cmocka_unit_test(speaks_of_one_and_of_many),
        cmocka_unit_test(respects_max_rows),
        cmocka_unit_test(keeps_to_the_width),
        cmocka_unit_test(rates_by_tiphon),
        cmocka_unit_test(lets_nothing_hostile_through),
        cmocka_unit_test(colours_by_quality),
        cmocka_unit_test(tells_a_story),
        cmocka_unit_test(compares_with_voipmonitor),
        cmocka_unit_test(says_what_is_out_of_range),
        cmocka_unit_test(sums_up_the_signalling),
        cmocka_unit_test(draws_the_network), cmocka_unit_test(stops_when_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
