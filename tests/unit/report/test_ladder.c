/* test_ladder.c - ladders as drawn: lanes, arrows, what is clipped and what never is. */
#include "fake_model.h"

#include "report/ladder.c"
#include "report/ladder_draw.c"
#include "report/ladder_notes.c"
#include "report/ladder_rows.c"
#include "report/ladder_who.c"

static const struct vq_report_style page = {.utf8 = true, .width = 80};

/* Links a table of messages; times are the table's own offsets. */
static const struct vq_note *chain(const struct vq_message *m, size_t n)
{
    static struct vq_note notes[40];
    assert_true(n <= sizeof notes / sizeof *notes);
    for (size_t i = 0; i < n; i++) {
        notes[i] = (struct vq_note){.m = m[i], .more = i + 1 < n};
        notes[i].m.ts += T0 + S;
        notes[i].m.frame = 10 + i;
        notes[i].m.cseq_method = "INVITE";
        notes[i].m.cseq = 1;
    }
    return notes;
}

static struct vq_engine engine_of(const struct vq_note *m, size_t n)
{
    struct vq_engine e = {.n_calls = 1, .t_calls = 1, .t_streams = 1};
    e.calls[0] = fake_call(m, (unsigned)n);
    return e;
}

static struct vq_buf ladder_of(const struct vq_engine *e, struct vq_report_style st)
{
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_ladder(e, 1, &st, take, &b), 0);
    assert_non_null(b.p);
    return b;
}

#define INVITE(at, a, b) {.ts = (at), .src = a, .dst = b, .method = "INVITE", .sdp = "PCMU telephone-event @ x"}
#define REPLY(at, a, b, code, words) {.ts = (at), .src = a, .dst = b, .status = code, .reason = words}

static void draws_a_call(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        {.ts = 500 * MS, .src = ep(1, 5060), .dst = ep(2, 5060), .method = "INVITE", .retransmission = true},
        REPLY(580 * MS, ep(2, 5060), ep(1, 5060), 180, "Ringing"),
        {.ts = 2 * S, .src = ep(2, 5060), .dst = ep(1, 5060), .status = 200, .reason = "OK", .sdp = "PCMU @ y"},
        {.ts = 2003 * MS, .src = ep(1, 5060), .dst = ep(2, 5060), .method = "ACK", .defect = "no CSeq"},
    };
    struct vq_engine e = engine_of(chain(m, 5), 5);
    e.calls[0].user_agent_caller = "baresip";
    struct vq_buf b = ladder_of(&e, page);
    assert_string_equal(b.p,
                        "\n"
                        "Call 1  1001 → 1002  completed, answered after 2.00 s, talk 8.00 s,\n"
                        "  2020-09-13T12:26:41.000Z\n"
                        "\n"
                        "                             10.0.0.1:5060                       10.0.0.2:5060\n"
                        "                             1001 (caller)                       1002 (callee)\n"
                        "                                baresip\n"
                        "   time s       +s   frame         │                                   │\n"
                        "    0.000              10          │─────── INVITE (SDP: PCMU) ───────▶│\n"
                        "    0.500   +0.500     11          │──────────── ↻ INVITE ────────────▶│\n"
                        "    0.580   +0.080     12          │◀────────── 180 Ringing ───────────│\n"
                        "    2.000   +1.420     13          │◀─────── 200 OK (SDP: PCMU) ───────│\n"
                        "    2.003   +0.003     14          │─────────────── ACK ──────────────▶│\n"
                        "                          ▲ malformed: no CSeq                         │\n"
                        "  ↻ retransmission\n");
    vq_buf_done(&b);
    struct vq_report_style ascii = page;
    ascii.utf8 = false;
    b = ladder_of(&e, ascii);
    assert_clean(&b, true, false);
    assert_has(&b, "    0.000              10          |------- INVITE (SDP: PCMU) ------->|\n"
                   "    0.500   +0.500     11          |----------- (R) INVITE ----------->|\n"
                   "    0.580   +0.080     12          |<---------- 180 Ringing -----------|\n");
    vq_buf_done(&b);
}

/* Keys on the way of their stream, those that come together in one row; reports behind the message that they stand in, or at
 * their time. */
static void notes_keys_and_reports(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        REPLY(2 * S, ep(2, 5060), ep(1, 5060), 200, "OK"),
        {.ts = 9 * S, .src = ep(1, 5060), .dst = ep(2, 5060), .method = "BYE"},
    };
    struct vq_engine e = engine_of(chain(m, 3), 3);
    e.streams[0] = fake_stream();
    e.n_streams = e.t_streams = 1;
    e.calls[0].first_stream = 1;
    e.n_dtmf = 2;
    e.dtmf[0] = (struct vq_dtmf){.ts = T0 + 6 * S, .frame = 200, .stream = 1, .digit = '5', .ended = true, .duration_ms = 120};
    e.dtmf[1] = (struct vq_dtmf){.ts = T0 + 8500 * MS, .frame = 300, .stream = 1, .digit = '#', .duration_ms = 40};
    e.n_reports = 2;
    for (int i = 0; i < 2; i++) {
        e.reports[i] = (struct vq_endpoint_report){.source = i ? "vq-rtcpxr" : "X-RTP-Stat", .by = i ? VQ_PARTY_NONE : VQ_PARTY_CALLER,
                                                   .ts = T0 + (i ? 13 : 10) * S, .frame = i ? 500 : 12};
        for (int k = 0; k < VQ_QUALITY_FIELDS; k++)
            e.reports[i].v[k] = NAN;
        e.reports[i].v[VQ_Q_LOST] = 12 + i;
    }
    struct vq_buf b = ladder_of(&e, page);
    assert_has(&b, "DTMF 5 (RFC 4733, 120 ms)");
    assert_has(&b, "DTMF # (RFC 4733, its end is missing)");
    const char *bye = strstr(b.p, " BYE "), *by_caller = strstr(b.p, "│ caller reports: 12 lost (X-RTP-Stat)");
    const char *later = strstr(b.p, "│ an endpoint reports: 13 lost (vq-rtcpxr)");
    assert_true(bye && by_caller && later && bye < by_caller && by_caller < later);
    assert_has(&b, "   12.000    500          │ an endpoint reports");
    vq_buf_done(&b);
    e.dtmf[1].ts = T0 + 7500 * MS;
    e.dtmf[1].ended = true;
    b = ladder_of(&e, page);
    assert_has(&b, "    5.000    200");
    assert_has(&b, "DTMF 5# (RFC 4733)");
    assert_lacks(&b, "120 ms");
    vq_buf_done(&b);
    e.dtmf[1].method = VQ_DTMF_SIP_INFO; /* its message's arrow says it */
    e.dtmf[1].stream = 0;
    b = ladder_of(&e, page);
    assert_has(&b, "DTMF 5 (RFC 4733, 120 ms)");
    assert_lacks(&b, "DTMF #");
    vq_buf_done(&b);
}

/* Which timer sent a message again and how often, and what else it says, as far as there is room. */
static void marks_timers_and_details(void **state)
{
    (void)state;
    struct vq_message m[] = {
        {.src = ep(1, 5060), .dst = ep(2, 5060), .method = "INVITE", .retransmission = true, .timer = "A", .repeat = 2},
        {.src = ep(2, 5060), .dst = ep(1, 5060), .status = 180, .reason = "Ringing", .retransmission = true, .timer = "request", .repeat = 1},
        {.src = ep(1, 5060), .dst = ep(2, 5060), .method = "REFER", .detail = "to sip:1003@pbx"},
        {.src = ep(1, 5060), .dst = ep(2, 5060), .method = "REFER", .detail = "to sip:1003@a.very.long.name.example.org, replaces c1"},
    };
    struct vq_engine e = engine_of(chain(m, 4), 4);
    const struct vq_transfer transfer = {.to_call.id = 7};
    const struct vq_redirect redirect = {.to_call.id = 8};
    const struct vq_call_story links = {.lead = VQ_LEAD_BLIND, .from_call.id = 6, .transfers = &transfer, .redirects = &redirect};
    e.calls[0].story = &links;
    struct vq_buf b = ladder_of(&e, page);
    assert_has(&b, "─ ↻A2 INVITE ─");
    assert_has(&b, "─ ↻ 180 Ringing ─");
    assert_has(&b, "─ REFER (to sip:1003@pbx) ─");
    assert_has(&b, "─ REFER (to 1003) ─");
    assert_has(&b, "  ↻ retransmission and its number, by Timer A, E or G (RFC 3261 17)\n");
    vq_buf_done(&b);
    struct vq_report_style ascii = page;
    ascii.utf8 = false;
    b = ladder_of(&e, ascii);
    assert_has(&b, "- (R A2) INVITE -");
    vq_buf_done(&b);
    ascii.width = 200;
    b = ladder_of(&e, ascii);
    assert_has(&b, ", by blind transfer from call 6, transferred to call 7, redirected to call 8, ");
    vq_buf_done(&b);
}

/* Three hosts, the middle one a proxy; the media go past it. */
static void draws_a_proxy_and_rtp(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        INVITE(MS, ep(2, 5060), ep(3, 5060)),
        REPLY(2 * S, ep(2, 5060), ep(1, 5060), 407, "Proxy Authentication Required"),
        REPLY(10 * S, ep(2, 5060), ep(1, 5060), 100, "trying -- your call is important to us"),
    };
    struct vq_engine e = engine_of(chain(m, 4), 4);
    e.n_streams = 1;
    e.streams[0] = fake_stream();
    e.calls[0].first_stream = 1;
    e.calls[0].n_streams = 1;
    struct vq_report_style st = page;
    st.width = 96;
    struct vq_buf b = ladder_of(&e, st);
    assert_has(&b, "1001 (caller)                 proxy                 1002 (callee)\n");
    assert_has(&b, "│◀ 407 Proxy Auth Requi… ─│ ");
    assert_has(&b, "    2.000   +0.000     20          │══════ RTP PCMU 8.00 s, 1.0 % loss, MOS 3.84 ═════▶│\n");
    assert_has(&b, "│◀────── 100 trying ──────│");
    vq_buf_done(&b);
    /* Neighbouring lanes leave no room for the figures: they stand below. */
    e.streams[0].dst = ep(2, 4002);
    b = ladder_of(&e, st);
    assert_has(&b, "│════ RTP PCMU 8.00 s ═══▶│                         │\n"
                   "                                   │  1.0 % loss, MOS 3.84   │                         │\n");
    vq_buf_done(&b);
}

/* What a jitter buffer discards costs the score as a loss does. Where there is no room for both, it stands below. */
static void says_what_came_too_late(void **state)
{
    (void)state;
    struct vq_message m[] = {INVITE(0, ep(1, 5060), ep(2, 5060)), INVITE(MS, ep(2, 5060), ep(3, 5060))};
    struct vq_engine e = engine_of(chain(m, 2), 2);
    e.n_streams = 1;
    e.streams[0] = fake_stream();
    e.calls[0].first_stream = 1;
    e.calls[0].n_streams = 1;
    struct vq_report_style st = page;
    st.width = 100;
    struct vq_buf b = ladder_of(&e, st);
    assert_lacks(&b, "late");
    vq_buf_done(&b);
    e.streams[0].discarded = 59;
    e.streams[0].ta_buffer_ms = 40;
    b = ladder_of(&e, st);
    assert_has(&b, "│═ RTP PCMU 8.00 s, 1.0 % loss, 14.9 % late, MOS 3.84 ═▶│\n");
    assert_has(&b, "  late: packets that a jitter buffer of 40 ms discards\n");
    vq_buf_done(&b);
    st.width = 96;
    e.streams[0].dst = ep(2, 4002);
    b = ladder_of(&e, st);
    assert_has(&b, "│════ RTP PCMU 8.00 s ═══▶│                         │\n"
                   "                                   │  1.0 % loss, MOS 3.84   │                         │\n"
                   "                                   │       14.9 % late       │                         │\n");
    vq_buf_done(&b);
    e.streams[0].lost = 0;
    e.streams[0].loss_pct = 0;
    b = ladder_of(&e, st);
    assert_has(&b, "│  14.9 % late, MOS 3.84  │");
    assert_lacks(&b, "% loss");
    vq_buf_done(&b);
    e.streams[0].scored = false; /* they count into nothing */
    b = ladder_of(&e, st);
    assert_lacks(&b, "late");
    vq_buf_done(&b);
}

/* A page that is too narrow for three lanes loses the time between rows, then words, and keeps to its width. */
static void keeps_to_a_narrow_page(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        REPLY(2 * MS, ep(2, 5060), ep(1, 5060), 407, "Proxy Authentication Required"),
        INVITE(5 * MS, ep(2, 5060), ep(3, 5060)),
    };
    struct vq_engine e = engine_of(chain(m, 3), 3);
    struct vq_report_style st = page;
    st.width = 80;
    struct vq_buf b = ladder_of(&e, st);
    assert_true(longest_line(&b) <= 80);
    assert_has(&b, "   time s  frame          │                     │                     │\n");
    assert_has(&b, "    0.002     11          │◀ 407 Proxy Auth R… ─│                     │\n");
    vq_buf_done(&b);
    st.width = 100;
    b = ladder_of(&e, st);
    assert_has(&b, "   time s       +s   frame");
    vq_buf_done(&b);
}

/* Who asks for credentials with 407 is a proxy, even when nobody saw it send the INVITE on. */
static void knows_a_proxy_by_its_challenge(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        REPLY(MS, ep(2, 5060), ep(1, 5060), 407, "Proxy Authentication Required"),
    };
    struct vq_engine e = engine_of(chain(m, 2), 2);
    struct vq_buf b = ladder_of(&e, page);
    assert_has(&b, "proxy\n");
    assert_lacks(&b, "(callee)");
    vq_buf_done(&b);
    m[1].status = 404;
    e = engine_of(chain(m, 2), 2);
    b = ladder_of(&e, page);
    assert_has(&b, "1002 (callee)\n");
    vq_buf_done(&b);
}

static void gives_ports_lanes_on_one_host(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(1, 5080)),
        REPLY(MS, ep(1, 5080), ep(1, 5060), 486, "Busy Here"),
        {.ts = 2 * MS, .src = ep(1, 5060), .dst = ep(1, 5060), .method = "OPTIONS"},
    };
    struct vq_engine e = engine_of(chain(m, 3), 3);
    e.calls[0].callee = ep(1, 5080);
    struct vq_buf b = ladder_of(&e, page);
    assert_has(&b, "10.0.0.1:5060                       10.0.0.1:5080\n");
    assert_has(&b, "│◀───────── 486 Busy Here ──────────│\n");
    assert_has(&b, "│↩  OPTIONS                         │\n");
    vq_buf_done(&b);
}

static void takes_any_number_of_hosts(void **state)
{
    (void)state;
    struct vq_message m[40];
    for (unsigned n = 1; n <= 40; n++) {
        for (unsigned i = 0; i < n; i++)
            m[i] = (struct vq_message){.src = ep(i, 5060), .dst = ep(i + 1, 5060), .method = "INVITE"};
        struct vq_engine e = engine_of(chain(m, n), n);
        e.n_streams = 1;
        e.streams[0] = fake_stream();
        e.streams[0].src = ep(200, 1);
        e.streams[0].dst = ep(201, 1);
        e.calls[0].first_stream = 1;
        struct vq_buf b = ladder_of(&e, page);
        assert_clean(&b, false, false);
        assert_has(&b, "RTP PCMU");
        size_t lines = 0;
        for (const char *p = b.p; *p; p++)
            lines += *p == '\n';
        assert_true(lines >= n + 6);
        assert_true((strstr(b.p, "several hosts") != NULL) == (n + 1 + 2 > VQ_LANES));
        vq_buf_done(&b);
    }
}

static void keeps_to_the_width(void **state)
{
    (void)state;
    static char longest[2000];
    memset(longest, 'r', sizeof longest - 1);
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        REPLY(MS, ep(2, 5060), ep(1, 5060), 500, longest),
        {.ts = 2 * MS, .src = ep(1, 5060), .dst = ep(2, 5060), .method = longest, .defect = longest, .sdp = longest},
    };
    struct vq_engine e = engine_of(chain(m, 3), 3);
    e.calls[0].from = e.calls[0].to = e.calls[0].user_agent_caller = longest;
    for (unsigned width = 72; width < 140; width += 5) {
        struct vq_report_style st = page;
        st.width = width;
        struct vq_buf b = ladder_of(&e, st);
        const char *rows = strstr(b.p, "\n\n");
        assert_non_null(rows);
        struct vq_buf drawn = {.p = (char *)(uintptr_t)rows};
        assert_true(longest_line(&drawn) <= width);
        vq_buf_done(&b);
    }
}

static void lets_nothing_hostile_through(void **state)
{
    (void)state;
    struct vq_message m[] = {
        {.src = ep(1, 5060), .dst = ep(2, 5060), .method = HOSTILE, .sdp = HOSTILE, .defect = HOSTILE,
         .detail = HOSTILE},
        {.src = ep(2, 5060), .dst = ep(1, 5060), .status = 200, .reason = HOSTILE, .sdp = HOSTILE},
        {.src = ep(2, 5060),
         .dst = ep(1, 5060),
         .status = 200,
         .reason = "o\xcc\x88\xe6\x97\xa5\xcc\x88\xcc\x88\xcc\x88"
                   "\xcc\x88\xcc\x88\xcc\x88\xcc\x88\xcc\x88"},
    };
    struct vq_engine e = engine_of(chain(m, 3), 3);
    struct vq_call *c = &e.calls[0];
    c->from = c->to = c->user_agent_caller = c->user_agent_callee = HOSTILE;
    e.n_streams = 1;
    e.streams[0] = fake_stream();
    e.streams[0].codec = HOSTILE;
    c->first_stream = 1;
    for (unsigned i = 0; i < 4; i++) {
        struct vq_report_style st = {.utf8 = i & 1, .color = i & 2, .width = 100 + 40 * i, .verbose = i};
        struct vq_buf b = ladder_of(&e, st);
        assert_clean(&b, !(i & 1), i & 2);
        vq_buf_done(&b);
    }
}

static void draws_the_other_kinds(void **state)
{
    (void)state;
    struct vq_message m[] = {
        {.src = ep(1, 5060), .dst = ep(2, 5060), .method = "REGISTER"},
        REPLY(12 * MS, ep(2, 5060), ep(1, 5060), 200, "OK"),
    };
    struct vq_engine e = {.n_registrations = 1, .t_registrations = 1, .n_dialogs = 1, .t_dialogs = 1};
    e.registrations[0] = fake_registration(chain(m, 2));
    e.registrations[0].messages_not_kept = 5;
    e.registrations[0].start = T0 + S;
    e.dialogs[0] = fake_dialog(e.registrations[0].messages);
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_ladder_registration(&e, 1, &page, take, &b), 0);
    assert_has(&b, "Registration 1  sip:1001@10.0.0.2  registered after 12.0 ms, expires after 60 s\n");
    assert_has(&b, "1001 (client)                         registrar\n");
    assert_has(&b, "    0.012   +0.012     11          │◀───────────── 200 OK ─────────────│\n");
    assert_has(&b, "… and 5 more messages that were not kept\n");
    vq_buf_clear(&b);
    assert_int_equal(vq_report_ladder_dialog(&e, 1, &page, take, &b), 0);
    assert_has(&b, "Dialog 1  sip:pbx@10.0.0.2 → sip:1001@10.0.0.1  OPTIONS answered\n");
    vq_buf_done(&b);
    assert_int_equal(vq_report_ladder(&e, 1, &page, take, &b), -ENOENT);
    assert_int_equal(vq_report_ladder_registration(&e, 2, &page, take, &b), -ENOENT);
    assert_int_equal(vq_report_ladder_dialog(&e, 0, &page, take, &b), -ENOENT);
    int times = 0;
    assert_int_equal(vq_report_ladder_dialog(&e, 1, &page, refuse, &times), -EPIPE);
    assert_int_equal(times, 1);
}

/* No message was kept, no stream is there: still a ladder, if an empty one. */
static void draws_nothing(void **state)
{
    (void)state;
    struct vq_engine e = engine_of(NULL, 0);
    e.calls[0] = bare_call(NULL);
    struct vq_buf b = ladder_of(&e, page);
    assert_has(&b, "Call 1  ? → ?  incomplete");
    vq_buf_done(&b);
}

/* Lanes by what their hosts do everywhere: this call alone shows a caller and a callee. */
static void knows_hosts(void **state)
{
    (void)state;
    struct vq_message m[] = {
        INVITE(0, ep(1, 5060), ep(2, 5060)),
        REPLY(2 * S, ep(2, 5060), ep(1, 5060), 200, "OK"),
    };
    struct vq_engine e = engine_of(chain(m, 2), 2);
    e.calls[0].user_agent_callee = "Phone/9"; /* passed on by the proxy */
    static struct vq_host hosts[2];
    hosts[0] = (struct vq_host){.address = ep(1, 0), .roles = 1u << VQ_ROLE_USER_AGENT, .agents = {"Phone/1"}};
    hosts[1] = (struct vq_host){.address = ep(2, 0), .roles = 1u << VQ_ROLE_REGISTRAR | 1u << VQ_ROLE_PROXY,
                                .agents = {"Proxy/3"}};
    e.network = (struct vq_network){.hosts = hosts, .n_hosts = 2};
    struct vq_buf b = ladder_of(&e, page);
    assert_has(&b, "1001 (caller)                           proxy\n");
    assert_has(&b, "Phone/1                             Proxy/3\n");
    assert_lacks(&b, "Phone/9");
    assert_lacks(&b, "(callee)");
    vq_buf_done(&b);
    hosts[1].roles = 1u << VQ_ROLE_B2BUA;
    b = ladder_of(&e, page);
    assert_has(&b, "1001 (caller)                           B2BUA\n");
    vq_buf_done(&b);
    hosts[1].roles = 1u << VQ_ROLE_REGISTRAR | 1u << VQ_ROLE_USER_AGENT; /* a PBX that takes the call itself */
    b = ladder_of(&e, page);
    assert_has(&b, "1002 (callee)\n");
    assert_has(&b, "Phone/9\n");
    vq_buf_done(&b);
    e.network_rc = -ENOMEM;
    vq_buf_init(&b);
    assert_int_equal(vq_report_ladder(&e, 1, &page, take, &b), -ENOMEM);
    vq_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_hosts), cmocka_unit_test(draws_a_call), cmocka_unit_test(notes_keys_and_reports),
        cmocka_unit_test(marks_timers_and_details),
        cmocka_unit_test(draws_a_proxy_and_rtp), cmocka_unit_test(says_what_came_too_late),
        cmocka_unit_test(keeps_to_a_narrow_page),
        cmocka_unit_test(knows_a_proxy_by_its_challenge),
        cmocka_unit_test(gives_ports_lanes_on_one_host),
        cmocka_unit_test(takes_any_number_of_hosts),
        cmocka_unit_test(keeps_to_the_width),
        cmocka_unit_test(lets_nothing_hostile_through),
        cmocka_unit_test(draws_the_other_kinds),
        cmocka_unit_test(draws_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
