/* test_json.c - the JSON report: its shape, null with a reason, hostile text, and little memory. */
#include "fake_model.h"

#include "report/json.c"
#include "report/json_capture.c"
#include "report/json_set.c"
#include "report/json_dtmf.c"
#include "report/json_quality.c"
#include "report/json_dialog.c"
#include "report/json_kpi.c"
#include "report/json_network.c"
#include "report/json_sip.c"
#include "report/json_course.c"
#include "report/json_playout.c"
#include "report/json_stream.c"
#include "report/json_vm.c"

static const uint32_t links[] = {1, 99999};
static const struct vq_report_input whole = {.path = "lab.pcap", .format = "pcap", .links = links, .n_links = 2};
static const struct vq_report_style style = {0};

static const struct vq_note two_messages[] = {
    {.m = {.ts = T0 + S,
           .frame = 10,
           .src = {.ip = {10, 0, 0, 1}, .port = 5060, .family = 4},
           .dst = {.ip = {0x20, 1, 0xd, 0xb8, [15] = 1}, .port = 5060, .family = 6},
           .method = "INVITE",
           .cseq_method = "INVITE",
           .cseq = 7,
           .sdp = "PCMU @ 10.0.0.1:4000",
           .detail = "to sip:a@b",
           .hold = true},
     .more = true},
    {.m = {.ts = T0 + 2 * S,
           .frame = 11,
           .src = {.ip = {10, 0, 0, 2}, .port = 5060, .family = 4},
           .status = 200,
           .reason = "OK",
           .retransmission = true,
           .repeat = 3,
           .timer = "G",
           .defect = "no CSeq"}},
};
static const struct vq_offer offer = {
    .ts = T0 + S, .frame = 10, .kind = "offer", .audio = " PCMU  PCMA", .from_caller = true};
static const struct vq_offer hold = {.ts = T0 + 5 * S, .frame = 40, .kind = "offer", .audio = "G729", .hold = true,
                                     .events = VQ_OFFER_HOLD | VQ_OFFER_DELAYED, .refused = 488};
static const struct vq_transfer transfer = {.ts = T0 + 6 * S, .frame = 50, .target = "sip:1003@x", .replaces = "c7", .status = 202,
                                            .progress = 180, .why = "because", .replaces_call.id = 7, .to_call.id = 8,
                                            .by = VQ_PARTY_CALLEE};
static const struct vq_redirect redirect = {.ts = T0 + S, .frame = 12, .target = "sip:y@z", .status = 302};
static const struct vq_call_story more = {.transfers = &transfer, .redirects = &redirect, .lead = VQ_LEAD_BLIND, .from_call.id = 3,
                                         .lead_why = "so", .replaces = "c9", .replaced_by.id = 5, .reason_protocol = "SIP",
                                         .reason_text = "elsewhere", .reason_cause = 200, .reason_frame = 60,
                                         .late_bye_frame = 70};
static const struct vq_binding binding_of_other = {.uri = "sip:1001@10.0.0.7", .expires_s = 77};
static const struct vq_leg leg = {.from_tag = "a", .state = VQ_LEG_CANCELLED, .first = T0 + 2 * S, .answered = VQ_NONE, .caller = {.ip = {10, 0, 0, 1}, .port = 5060, .family = 4}};
static const struct vq_segment segment = {.ssrc = 0xdeadbeef, .reason = "start", .packets = 400, .ts = T0 + 3 * S};

static struct vq_engine full(void)
{
    struct vq_engine e = {.n_registrations = 1, .n_calls = 2, .n_dialogs = 1, .n_streams = 2, .n_stuns = 2, .n_icmps = 1,
                          .n_findings = 2, .t_registrations = 1, .t_calls = 2, .t_dialogs = 1, .t_streams = 2,
                          .t_intervals = 2};
    e.stats = (struct vq_stats){.frames = 1234, .bytes = 345678, .start = T0, .end = T0 + 12 * S,
                                .decoded = {20, 1200, 4, 0, 0, 0, 3}, .not_decoded = {[VQ_DROP_NOT_IP] = 7}};
    e.stats.stun_not_kept = 5;
    e.kpi = bare_kpi();
    e.registrations[0] = fake_registration(two_messages);
    e.calls[0] = fake_call(two_messages, 2);
    static struct vq_offer both[2];
    both[0] = offer;
    both[1] = hold;
    both[0].next = &both[1];
    e.calls[0].offers = both;
    e.calls[0].legs = &leg;
    static struct vq_candidate candidates[2];
    candidates[0] = (struct vq_candidate){.next = &candidates[1], .type = VQ_CANDIDATE_SRFLX, .component = 1, .by_caller = true,
                                          .at = ep(1, 4000), .related = ep(2, 5000), .frame = 12};
    candidates[1] = (struct vq_candidate){.type = VQ_CANDIDATE_HOST, .component = 2, .tcp = true, .frame = 12};
    e.calls[0].candidates = candidates;
    e.calls[0].story = &more;
    e.calls[0].answers = 2;
    e.registrations[0].bindings = &binding_of_other;
    e.registrations[0].follows = 4;
    e.calls[0].first_stream = 1;
    e.calls[1] = bare_call(two_messages);
    e.dtmf[0] = (struct vq_dtmf){.ts = T0 + 4 * S, .frame = 200, .by = VQ_PARTY_CALLER, .stream = 1, .digit = '#',
                                 .ended = true, .duration_ms = 160};
    e.dtmf[1] = (struct vq_dtmf){.ts = T0 + 5 * S, .frame = 300, .method = VQ_DTMF_SIP_INFO, .digit = '9', .duration_ms = NAN};
    e.n_dtmf = 2;
    for (int i = 0; i < 2; i++) {
        e.reports[i] = (struct vq_endpoint_report){.ts = T0 + 11 * S, .frame = 430, .source = i ? "vq-rtcpxr" : "X-RTP-Stat",
                                                   .reporter = ep(1, 5060), .by = i ? VQ_PARTY_NONE : VQ_PARTY_CALLER,
                                                   .of_peer = i, .call_id = i ? NULL : "abc@10.0.0.1", .stream = 1,
                                                   .codec = i ? NULL : "PCMU"};
        for (int k = 0; k < VQ_QUALITY_FIELDS; k++)
            e.reports[i].v[k] = NAN;
    }
    e.reports[0].local = ep(1, 4000);
    e.reports[0].v[VQ_Q_LOST] = 12;
    e.reports[0].v[VQ_Q_MOS_LQ] = 4.2;
    e.reports[1].jitter_why = "the sender's unit of jitter is not known";
    e.n_reports = 1;
    e.dialogs[0] = fake_dialog(two_messages);
    e.streams[0] = fake_stream();
    e.streams[0].segments = &segment;
    e.streams[0].xr_report = (struct vq_xr_report){.has_loss = true, .loss_received = 95, .loss_lost = 5, .loss_longest = 3,
                                                   .loss_thinning = 2, .has_voip = true, .mos_lq = 4.2, .mos_cq = NAN};
    e.streams[0].n_intervals = 2;
    e.streams[1] = bare_stream();
    e.intervals[0] =
        (struct vq_interval){.width = S, .packets = 50, .jitter_ms = 1, .interarrival_ms = 20, .r = 93, .mos = 4.4};
    e.intervals[1] = (struct vq_interval){.width = S, .jitter_ms = NAN, .interarrival_ms = NAN, .r = NAN, .mos = NAN};
    e.stuns[0] =
        (struct vq_stun){.client = ep(1, 4000), .server = ep(9, 3478), .ts = T0, .transactions = 1, .frame = 2};
    e.stuns[1] = (struct vq_stun){.client = ep(1, 4000), .server = ep(2, 5000), .mapped = ep(3, 6000), .relayed = ep(9, 50000),
                                  .ts = T0, .frame = 5, .use = VQ_STUN_ICE_USE, .requests = 3, .unanswered = 1,
                                  .nominated_frame = 77, .username = "abc:def", .software = "s/1", .error = 487};
    static struct vq_nat_mapping mappings[3];
    mappings[0] = (struct vq_nat_mapping){.inside = ep(1, 5060), .outside = ep(1, 5060), .frames = {[VQ_NAT_BY_VIA] = 3}};
    mappings[1] = (struct vq_nat_mapping){.inside = ep(1, 4000), .outside = ep(1, 4000), .frames = {[VQ_NAT_BY_STUN] = 4}};
    for (size_t i = 0; i < 2; i++)
        memcpy(mappings[i].inside.ip, (const uint8_t[]){192, 168, 1, 7}, 4);
    mappings[2] = mappings[1];
    static struct vq_nat_client nats[2];
    nats[0] = (struct vq_nat_client){.inside = mappings[0].inside, .outside = ep(1, 0), .mappings = mappings,
                                     .n_mappings = 2, .behaviour = VQ_NAT_DEPENDENT};
    nats[1] = (struct vq_nat_client){.inside = mappings[2].inside, .outside = ep(1, 0), .mappings = &mappings[2],
                                     .n_mappings = 1};
    static struct vq_keep_alive keep_alives[2];
    keep_alives[0] = (struct vq_keep_alive){.src = ep(1, 5060), .dst = ep(2, 5060), .count = 4, .frame = 9, .start = T0,
                                            .end = T0 + 90 * S, .interval_s = 30};
    keep_alives[1] = (struct vq_keep_alive){.src = ep(1, 5060), .dst = ep(3, 5060), .kind = VQ_KEEP_ZERO, .count = 1,
                                            .frame = 9, .start = T0, .end = T0, .interval_s = NAN};
    static struct vq_host hosts[2];
    hosts[0] = (struct vq_host){.address = ep(1, 0), .roles = 1u << VQ_ROLE_REGISTRAR | 1u << VQ_ROLE_PROXY,
                                .agents = {"PBX \x1b"}};
    hosts[1] = (struct vq_host){.address = ep(2, 0), .users = {"anna", "bert"}, .rtp_sent = 5, .rtp_received = 7};
    static const struct vq_host_link link = {.a = 0, .b = 1, .sip_messages = 10};
    e.network = (struct vq_network){.hosts = hosts, .n_hosts = 2, .links = &link, .n_links = 1, .nats = nats, .n_nats = 2,
                                    .keep_alives = keep_alives, .n_keep_alives = 2, .nat_not_kept = 6};
    e.icmps[0] = (struct vq_icmp){.kind = VQ_ICMP_PORT_UNREACHABLE, .reporter = ep(2, 0), .about_src = ep(1, 4000),
                                  .about_dst = ep(2, 5000), .count = 9, .while_talking = 3, .frames = {7, 8}, .n_frames = 2};
    e.findings[0] = (struct vq_finding){.id = "stream_loss",
                                        .severity = VQ_ERROR,
                                        .call = 1,
                                        .stream = 1,
                                        .text = "Lost.",
                                        .frames = {20, 420},
                                        .n_frames = 2};
    e.findings[1] =
        (struct vq_finding){.id = "other", .severity = VQ_INFO, .call = 77, .text = "Gone.", .next_check = "x"};
    return e;
}

static struct vq_buf written(const struct vq_engine *e, const struct vq_report_input *in)
{
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_json(e, in, &style, take, &b), 0);
    return b;
}

static json_t *parsed(const struct vq_engine *e, const struct vq_report_input *in)
{
    struct vq_buf b = written(e, in);
    json_error_t error;
    json_t *root = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    vq_buf_done(&b);
    return root;
}

/* The value at a path of names and array indices, "calls.0.from". */
static const json_t *at(const json_t *v, const char *path)
{
    char name[64];
    while (v && *path) {
        size_t n = strcspn(path, ".");
        assert_true(n < sizeof name);
        memcpy(name, path, n);
        name[n] = '\0';
        v = json_is_array(v) ? json_array_get(v, strtoul(name, NULL, 10)) : json_object_get(v, name);
        path += n + (path[n] == '.');
    }
    if (!v)
        fail_msg("nothing at %s", path);
    return v;
}

static void tells_jumps_of_time(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.n_clock_steps = e.n_holes = 1;
    e.clock_steps[0] = (struct vq_clock_step){.ts = e.stats.start - 2500000000, .frame = 12, .step_ms = -5000.5, .streams = 2};
    e.holes[0] = (struct vq_capture_hole){.ts = e.stats.start + 1500000000, .frame = 90, .ms = 700, .missing = 105, .streams = 3};
    json_t *root = parsed(&e, &whole);
    assert_int_equal(json_integer_value(at(root, "capture.clock_steps.0.frame")), 12);
    assert_float_equal(json_real_value(at(root, "capture.clock_steps.0.t_s")), -2.5, 1e-9);
    assert_float_equal(json_real_value(at(root, "capture.clock_steps.0.step_ms")), -5000.5, 1e-9);
    assert_int_equal(json_integer_value(at(root, "capture.clock_steps.0.streams")), 2);
    assert_int_equal(json_integer_value(at(root, "capture.holes.0.frame")), 90);
    assert_float_equal(json_real_value(at(root, "capture.holes.0.t_s")), 1.5, 1e-9);
    assert_int_equal(json_integer_value(at(root, "capture.holes.0.missing")), 105);
    json_decref(root);
}

/* Beside the row of a receiver without concealment the simple model's figures need a word; beside the other none. */
static void notes_what_the_simple_model_assumes(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.stats.time_backwards = 3;
    e.stats.time_backwards_max = 2500000;
    json_t *root = parsed(&e, &whole);
    assert_non_null(strstr(json_string_value(at(root, "streams.0.simple.note")), "concealed"));
    assert_null(json_object_get(at(root, "streams.1.simple"), "note"));
    assert_float_equal(json_real_value(at(root, "capture.time_backwards_max_ms")), 2.5, 1e-9);
    json_decref(root);
    e.streams[0].impairment = vq_impairment_by_name("g711-plc");
    e.stats.time_backwards = 0;
    root = parsed(&e, &whole);
    assert_null(json_object_get(at(root, "streams.0.simple"), "note"));
    assert_float_equal(json_real_value(at(root, "capture.time_backwards_max_ms")), 0, 0);
    json_decref(root);
}

static void says_what_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *path, *value;
    } rows[] = {
        {"schema", "\"voipqos.report/1\""},
        {"generator.name", "\"voipqos\""},
        {"capture.files.0.path", "\"lab.pcap\""},
        {"capture.files.0.link_types.1", "\"LINKTYPE_99999\""},
        {"capture.start", "\"2020-09-13T12:26:40.000000000Z\""},
        {"capture.duration_s", "12.0"},
        {"capture.not_decoded", "{\"not_ip\":7}"},
        {"capture.truncated", "false"},
        {"capture.not_kept.stun_messages", "5"},
        {"capture.not_kept.nat_mappings", "6"},
        {"calls.0.dtmf.0", "{\"t_s\":4.0,\"frame\":200,\"digit\":\"#\",\"method\":\"rfc4733\",\"duration_ms\":160.0,"
                           "\"end_seen\":true,\"from\":\"caller\",\"stream\":1}"},
        {"calls.0.dtmf.1.stream", "null"},
        {"calls.0.dtmf.1.stream_why", "\"came by SIP\""},
        {"calls.0.dtmf.1.duration_ms_why", "\"the INFO gives no duration\""},
        {"calls.0.dtmf_not_kept", "3"},
        {"endpoint_reports.0.reporter", "\"10.0.0.1:5060\""},
        {"endpoint_reports.0.codec", "\"PCMU\""},
        {"endpoint_reports.0.figures", "{\"lost\":12.0,\"mos_lq\":4.2}"},
        {"endpoint_reports.0.local", "\"10.0.0.1:4000\""},
        {"endpoint_reports.0.remote_why", "\"not told\""},
        {"endpoint_reports.0.stream", "1"},
        {"endpoint_reports.0.by", "\"caller\""},
        {"endpoint_reports.1.call_why", "\"the call is not in the capture\""},
        {"endpoint_reports.1.measured_by", "\"peer\""},
        {"endpoint_reports.1.figures", "{\"jitter_ms\":null,\"jitter_ms_why\":\"the sender's unit of jitter is not known\"}"},
        {"streams.0.delay.rtt_sender_ms.mean", "5.0"},
        {"streams.0.rtcp.verdict", "\"before_capture\""},
        {"streams.0.rtcp.lost_after_capture", "0"},
        {"streams.0.rtcp.xr_reports.loss_rle", "{\"received\":95.0,\"lost\":5.0,\"longest_run\":3.0,\"one_in\":4.0}"},
        {"streams.0.rtcp.xr_reports.voip_metrics.mos_lq", "4.2"},
        {"streams.0.rtcp.xr_reports.voip_metrics.mos_cq_why", "\"not told\""},
        {"streams.0.rtcp.xr_reports.statistics_why", "\"no such block\""},
        {"streams.1.rtcp.verdict_why", "\"no receiver report\""},
        {"registrations.0.outcome", "\"registered\""},
        {"registrations.0.rrd_ms", "12.0"},
        {"registrations.0.frames", "[10,11]"},
        {"calls.0.id", "1"},
        {"calls.0.state", "\"completed\""},
        {"calls.0.timing.answer_ms", "2000.0"},
        {"calls.0.talk_s", "8.0"},
        {"icmp.0.kind", "\"port_unreachable\""},
        {"icmp.0.reporter", "\"10.0.0.2\""},
        {"icmp.0.about_dst", "\"10.0.0.2:5000\""},
        {"icmp.0.call", "null"},
        {"icmp.0.while_talking", "3"},
        {"calls.0.messages.0.dst", "\"[2001:db8::1]:5060\""},
        {"calls.0.messages.0.status", "null"},
        {"calls.0.messages.0.hold", "true"},
        {"calls.0.messages.1.method", "null"},
        {"calls.0.messages.1.defect", "\"no CSeq\""},
        {"calls.0.offer_answer.0.audio", "[\"PCMU\",\"PCMA\"]"},
        {"calls.0.streams", "[1]"},
        {"calls.0.quality.rating", "\"medium\""},
        {"calls.0.legs.0.from_tag", "\"a\""},
        {"calls.0.legs.0.dialog_state", "\"cancelled\""},
        {"calls.0.legs.0.winner", "false"},
        {"calls.0.legs.0.first_response_ms", "1000.0"},
        {"calls.0.legs.0.answered_ms", "null"},
        {"calls.0.answers", "2"},
        {"calls.0.offer_answer.0.event", "[]"},
        {"calls.0.offer_answer.1.event", "[\"delayed_offer\",\"hold\"]"},
        {"calls.0.offer_answer.1.refused", "488"},
        {"calls.0.offer_answer.1.effect", "[{\"stream\":1,\"what\":\"stopped\"}]"},
        {"calls.0.transfers.0.kind", "\"attended\""},
        {"calls.0.transfers.0.by", "\"callee\""},
        {"calls.0.transfers.0.to_call", "8"},
        {"calls.0.transfers.0.progress", "180"},
        {"calls.0.redirects.0.to_call", "null"},
        {"calls.0.transferred_from", "{\"call\":3,\"kind\":\"blind\",\"evidence\":\"so\"}"},
        {"calls.0.replaces_call_id", "\"c9\""},
        {"calls.0.replaced_by", "5"},
        {"calls.0.reason_header", "{\"frame\":60,\"protocol\":\"SIP\",\"cause\":200,\"text\":\"elsewhere\"}"},
        {"calls.0.late_bye_frame", "70"},
        {"calls.0.messages.1.repeat", "3"},
        {"calls.0.messages.1.timer", "\"G\""},
        {"calls.0.messages.0.detail", "\"to sip:a@b\""},
        {"registrations.0.bindings", "[{\"contact\":\"sip:1001@10.0.0.7\",\"expires_s\":77}]"},
        {"registrations.0.follows", "4"},
        {"registrations.0.digest.stale", "0"},
        {"dialogs.0.method", "\"OPTIONS\""},
        {"streams.0.ssrc", "\"0xDEADBEEF\""},
        {"streams.0.call", "1"},
        {"streams.0.t_s", "3.0"},
        {"streams.0.loss_runs", "{\"1\":2,\"2\":1}"},
        {"streams.0.interarrival_ms.total", "7979.0"},
        {"streams.0.emodel.scale", "\"NB\""},
        {"streams.0.emodel.codec_status", "\"itu\""},
        {"streams.0.emodel.ta_parts.network_source", "\"rtcp\""},
        {"streams.0.segments.0.reason", "\"start\""},
        {"streams.0.intervals.1.t_s", "4.0"},
        {"streams.0.frames", "[20,420]"},
        {"stun.0.client", "\"10.0.0.1:4000\""},
        {"stun.1.use", "\"ice\""},
        {"stun.1.nominated_frame", "77"},
        {"stun.1.username", "\"abc:def\""},
        {"stun.1.unanswered", "1"},
        {"stun.1.relayed", "\"10.0.0.9:50000\""},
        {"nat.0.client", "\"192.168.1.7\""},
        {"nat.0.public", "\"10.0.0.1\""},
        {"nat.0.evidence", "[\"stun\",\"via\"]"},
        {"nat.0.frames", "[4,3]"},
        {"nat.0.behaviour", "\"symmetric\""},
        {"nat.0.mappings.0.evidence", "[\"via\"]"},
        {"nat.0.mappings.1.private", "\"192.168.1.7:4000\""},
        {"nat.1.behaviour_why", "\"needs the answers of two STUN servers to one port\""},
        {"keep_alives.0.src", "\"10.0.0.1:5060\""},
        {"keep_alives.0.dst", "\"10.0.0.2:5060\""},
        {"keep_alives.0.frame", "9"},
        {"keep_alives.0.kind", "\"crlf\""},
        {"keep_alives.0.interval_s", "30.0"},
        {"keep_alives.1.interval_s_why", "\"seen only once\""},
        {"topology.hosts.0.address", "\"10.0.0.1\""},
        {"topology.hosts.0.roles", "[\"registrar\",\"proxy\"]"},
        {"topology.hosts.0.user_agents", "[\"PBX \\\\x1b\"]"},
        {"topology.hosts.1.names", "[\"anna\",\"bert\"]"},
        {"topology.hosts.1.rtp_packets", "12"},
        {"topology.links.0.b", "\"10.0.0.2\""},
        {"topology.complete", "true"},
        {"calls.0.ice_candidates.0", "{\"from\":\"caller\",\"type\":\"srflx\",\"component\":1,\"transport\":\"UDP\","
                                     "\"address\":\"10.0.0.1:4000\",\"related\":\"10.0.0.2:5000\",\"frame\":12}"},
        {"calls.0.ice_candidates.1.address_why", "\"given by name\""},
        {"calls.0.ice_candidates.1.transport", "\"TCP\""},
        {"findings.0.frames", "[20,420]"},
        {"findings.0.call", "1"},
        {"findings.1.call", "null"},
    };
    struct vq_engine e = full();
    json_t *root = parsed(&e, &whole);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = json_dumps(at(root, rows[i].path), JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
        assert_string_equal(text, rows[i].value);
        free(text);
    }
    json_decref(root);
}

/* Messages of a response carry null for the method, requests for the status: these two need no reason. */
static bool null_by_nature(const char *key)
{
    static const char *const keys[] = {"method", "status", "reason", "call", "stream", "registration", "next_check"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!strcmp(key, keys[i]))
            return true;
    return false;
}

static size_t check_nulls(const json_t *v)
{
    size_t nulls = 0, i;
    const char *key;
    json_t *value;
    if (json_is_array(v)) {
        json_array_foreach((json_t *)(uintptr_t)v, i, value) nulls += check_nulls(value);
        return nulls;
    }
    json_object_foreach((json_t *)(uintptr_t)v, key, value)
    {
        char why[80];
        snprintf(why, sizeof why, "%s_why", key);
        const json_t *reason = json_object_get(v, why);
        if (json_is_null(value)) {
            nulls++;
            if (!reason && !null_by_nature(key))
                fail_msg("%s is null without a reason", key);
        }
        if (reason && strcmp(key, "truncated"))
            assert_true(json_is_null(value) && json_is_string(reason) && json_string_length(reason) > 0);
        nulls += check_nulls(value);
    }
    return nulls;
}

static void gives_every_null_a_reason(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.streams[0].impairment = NULL;
    e.streams[0].emodel.idd = NAN;
    e.streams[0].r = INFINITY;
    e.registrations[0] = (struct vq_registration){
        .expires_asked_s = VQ_NONE, .expires_granted_s = VQ_NONE, .rrd = VQ_NONE, .start = VQ_NONE};
    e.dialogs[0] = (struct vq_dialog){.start = VQ_NONE, .end = VQ_NONE};
    e.stats.start = e.stats.end = VQ_NONE;
    json_t *root = parsed(&e, &whole);
    assert_true(check_nulls(root) > 60);
    assert_string_equal(json_string_value(at(root, "streams.1.mos_why")), "codec not known");
    assert_string_equal(json_string_value(at(root, "streams.1.jitter_ms.mean_why")), "clock rate not known");
    assert_string_equal(json_string_value(at(root, "calls.1.talk_s_why")), "not answered");
    json_decref(root);
}

static void counts_each_frame_once(void **state)
{
    (void)state;
    struct vq_engine e = full();
    uint64_t n = 0;
    for (unsigned i = 0; i < VQ_DEC_COUNT; i++)
        n += e.stats.decoded[i] = 1u << i;
    for (unsigned i = 0; i < VQ_DROP_COUNT; i++)
        n += e.stats.not_decoded[i] = 1000u << i;
    json_t *root = parsed(&e, &whole);
    json_int_t sum = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)at(root, "capture.decoded"), key, value) sum += json_integer_value(value);
    json_object_foreach((json_t *)(uintptr_t)at(root, "capture.not_decoded"), key, value) sum +=
        json_integer_value(value);
    assert_int_equal(sum, n);
    json_decref(root);
}

static void survives_hostile_text(void **state)
{
    (void)state;
    static char longest[100001];
    memset(longest, '\xff', sizeof longest - 1);
    struct vq_engine e = full();
    struct vq_call *c = &e.calls[0];
    c->from = c->to = c->from_uri = c->reason = c->from_name = c->call_id = c->user_agent_caller = HOSTILE;
    e.streams[0].codec = e.streams[0].cname = HOSTILE;
    e.streams[1].score_why = HOSTILE;
    e.registrations[0].user_agent = longest;
    struct vq_report_input in = {.path = HOSTILE, .format = HOSTILE, .truncated = HOSTILE};
    struct vq_buf b = written(&e, &in);
    assert_clean(&b, false, false);
    vq_buf_done(&b);
    json_t *root = parsed(&e, &in);
    assert_non_null(strstr(json_string_value(at(root, "calls.0.from")), "\\x1b[2J"));
    assert_non_null(
        strstr(json_string_value(at(root, "calls.0.from")), "\"`reboot`\\$(id)@{/*9 x}\\x0d\\x0a% %s%n\\xff"));
    assert_int_equal(json_string_length(at(root, "registrations.0.user_agent")), 4 * (sizeof longest - 1));
    json_decref(root);
}

static void lists_files(void **state)
{
    (void)state;
    struct vq_engine e = full();
    static const uint32_t raw = 101;
    const struct vq_report_file files[] = {
        {.path = "b.gz", .format = "pcap", .compression = "gzip", .links = links, .n_links = 2,
         .truncated = "frame 3 is cut"},
        {.path = "-", .format = "pcapng", .links = &raw, .n_links = 1},
        {.path = HOSTILE, .truncated = HOSTILE},
    };
    struct vq_report_input in = whole;
    in.files = files;
    in.n_files = 3;
    in.overlapping_files = 2;
    json_t *root = parsed(&e, &in);
    assert_int_equal(json_array_size(at(root, "capture.files")), 3);
    assert_int_equal(json_integer_value(at(root, "capture.overlapping_files")), 2);
    assert_string_equal(json_string_value(at(root, "capture.files.0.path")), "b.gz");
    assert_string_equal(json_string_value(at(root, "capture.files.0.compression")), "gzip");
    assert_string_equal(json_string_value(at(root, "capture.files.0.truncated_why")), "frame 3 is cut");
    assert_int_equal(json_array_size(at(root, "capture.files.0.link_types")), 2);
    assert_string_equal(json_string_value(at(root, "capture.files.1.format")), "pcapng");
    assert_string_equal(json_string_value(at(root, "capture.files.1.link_types.0")), "RAW");
    assert_int_equal(json_object_size(at(root, "capture.files.1")), 3);
    assert_true(json_is_null(at(root, "capture.files.2.format")));
    assert_non_null(strstr(json_string_value(at(root, "capture.files.2.truncated_why")), "\\x1b[2J"));
    json_decref(root);
}

static void repeats_itself(void **state)
{
    (void)state;
    struct vq_engine e = full();
    struct vq_buf a = written(&e, &whole), b = written(&e, &whole);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.p, b.p, a.n);
    vq_buf_done(&a);
    vq_buf_done(&b);
}

static void is_an_object_even_when_empty(void **state)
{
    (void)state;
    struct vq_engine e = {.stats = {.start = VQ_NONE, .end = VQ_NONE}};
    struct vq_report_input in = {.path = "-"};
    json_t *root = parsed(&e, &in);
    assert_int_equal(json_array_size(at(root, "streams")), 0);
    assert_int_equal(json_array_size(at(root, "findings")), 0);
    json_decref(root);
}

struct counter {
    size_t bytes, largest, calls, stop_after;
};

static int count_writes(const char *text, size_t n, void *arg)
{
    struct counter *c = arg;
    assert_non_null(text);
    c->bytes += n;
    c->largest = n > c->largest ? n : c->largest;
    return ++c->calls == c->stop_after ? -ENOSPC : 0;
}

/* jansson's memory, by its own allocator hooks. */
static size_t held, most_held;

static void *counted_malloc(size_t n)
{
    size_t *p = malloc(n + sizeof(max_align_t));
    assert_non_null(p);
    *p = n;
    held += n;
    most_held = held > most_held ? held : most_held;
    return (char *)p + sizeof(max_align_t);
}

static void counted_free(void *q)
{
    if (!q)
        return;
    size_t *p = (size_t *)(void *)((char *)q - sizeof(max_align_t));
    held -= *p;
    free(p);
}

static void needs_little_memory(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.n_streams = 5000;
    e.n_findings = 5000;
    struct counter c = {0};
    json_set_alloc_funcs(counted_malloc, counted_free);
    int rc = vq_report_json(&e, &whole, &style, count_writes, &c);
    json_set_alloc_funcs(malloc, free);
    assert_int_equal(rc, 0);
    assert_true(c.bytes > 10000000);
    assert_true(c.largest < 64 * 1024);
    assert_true(most_held < 128 * 1024);
    assert_int_equal(held, 0);
}

static void stops_when_refused(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.n_streams = 1000;
    for (size_t after = 1; after < 20; after++) {
        struct counter c = {.stop_after = after};
        assert_int_equal(vq_report_json(&e, &whole, &style, count_writes, &c), -ENOSPC);
        assert_int_equal(c.calls, after);
    }
}

static size_t allocations, fail_at;

static void *failing_malloc(size_t n)
{
    return ++allocations == fail_at ? NULL : malloc(n);
}

/* Every allocation of jansson's fails once: -ENOMEM, nothing leaks, nothing crashes. */
static void survives_without_memory(void **state)
{
    (void)state;
    struct vq_engine e = full();
    struct counter c = {0};
    json_set_alloc_funcs(failing_malloc, free);
    allocations = fail_at = 0;
    assert_int_equal(vq_report_json(&e, &whole, &style, count_writes, &c), 0);
    size_t total = allocations;
    for (size_t i = 1; i <= total; i++) {
        allocations = 0;
        fail_at = i;
        assert_int_equal(vq_report_json(&e, &whole, &style, count_writes, &c), -ENOMEM);
    }
    json_set_alloc_funcs(malloc, free);
    assert_true(total > 1000);
}

/* Every figure under its name and in its unit; nothing to make figures of is null with a reason. */
static void sums_up_the_signalling(void **state)
{
    (void)state;
    struct vq_engine e = full();
    json_t *r = parsed(&e, &whole), *k = json_object_get(r, "kpi");
    assert_true(json_is_null(json_object_get(json_object_get(k, "asr_pct"), "value")));
    assert_non_null(json_object_get(json_object_get(k, "asr_pct"), "value_why"));
    assert_true(json_is_null(json_object_get(k, "srd_ms")));
    assert_non_null(json_object_get(k, "srd_ms_why"));
    assert_int_equal(json_array_size(json_object_get(k, "peers")), 0);
    assert_true(json_is_null(json_object_get(k, "others")));
    json_decref(r);
    e.kpi = fake_kpi();
    e.n_peers = 2;
    e.n_others = 5;
    r = parsed(&e, &whole);
    k = json_object_get(r, "kpi");
    assert_true(json_real_value(json_object_get(json_object_get(k, "ner_pct"), "value")) == 5);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(k, "ner_pct"), "n")), 40);
    json_t *literal = json_object_get(json_object_get(k, "literal"), "ira_pct");
    assert_true(json_real_value(json_object_get(literal, "value")) == 2.5 * (VQ_KPI_IRA_LITERAL + 1));
    assert_true(json_real_value(json_object_get(json_object_get(k, "acd_s"), "value")) == 62.5);
    assert_true(json_real_value(json_object_get(json_object_get(k, "pdd_ms"), "p95")) == 60);
    assert_true(json_real_value(json_object_get(json_object_get(k, "sdt_s"), "max")) == 0.3);
    json_t *options = json_object_get(k, "options");
    assert_true(json_real_value(json_object_get(json_object_get(options, "rtt_ms"), "mean")) == 80);
    assert_true(json_real_value(json_object_get(json_object_get(options, "reachable_pct"), "value")) == 32.5);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(k, "calls"), "bye_expired")), 12);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(k, "registrations"), "unauthorized")), 18);
    json_t *peer = json_array_get(json_object_get(k, "peers"), 1);
    assert_string_equal(json_string_value(json_object_get(peer, "host")), "10.0.1.1");
    assert_non_null(json_object_get(peer, "asr_pct"));
    assert_int_equal(json_integer_value(json_object_get(json_object_get(k, "others"), "hosts")), 5);
    json_decref(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_up_the_signalling),
        cmocka_unit_test(notes_what_the_simple_model_assumes),
        cmocka_unit_test(tells_jumps_of_time),
        cmocka_unit_test(says_what_is_known),
        cmocka_unit_test(gives_every_null_a_reason),
        cmocka_unit_test(counts_each_frame_once),
        cmocka_unit_test(survives_hostile_text),
        cmocka_unit_test(lists_files),
        cmocka_unit_test(repeats_itself),
        cmocka_unit_test(is_an_object_even_when_empty),
        cmocka_unit_test(needs_little_memory),
        cmocka_unit_test(stops_when_refused),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
