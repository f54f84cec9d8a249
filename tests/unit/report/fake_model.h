/* fake_model.h - an engine made of plain tables, so that reports can be tested on what no capture shows easily. It
 * takes the place of the real one by renaming: include it first, then the report's source files. */
#ifndef VQ_TESTS_FAKE_MODEL_H
#define VQ_TESTS_FAKE_MODEL_H

#define vq_engine_stats fake_engine_stats
#define vq_registration_next fake_registration_next
#define vq_registration_get fake_registration_get
#define vq_call_next fake_call_next
#define vq_call_get fake_call_get
#define vq_dialog_next fake_dialog_next
#define vq_dialog_get fake_dialog_get
#define vq_stream_next fake_stream_next
#define vq_stream_get fake_stream_get
#define vq_stream_interval fake_stream_interval
#define vq_stream_gap fake_stream_gap
#define vq_stream_path_change fake_stream_path_change
#define vq_stream_playout fake_stream_playout
#define vq_stream_voipmonitor fake_stream_voipmonitor
#define vq_offer_effect fake_offer_effect
#define vq_call_ref_id fake_call_ref_id
#define vq_stun_count fake_stun_count
#define vq_stun_get fake_stun_get
#define vq_icmp_get fake_icmp_get
#define vq_network_get fake_network_get
#define vq_network_host fake_network_host
#define vq_call_dtmf fake_call_dtmf
#define vq_endpoint_report_get fake_endpoint_report_get
#define vq_findings fake_findings
#define vq_findings_count fake_findings_count
#define vq_totals_get fake_totals_get
#define vq_message_read fake_message_read
#define vq_reader_init fake_reader_init
#define vq_reader_init_call fake_reader_init_call
#define vq_reader_next fake_reader_next
#define vq_call_hops fake_call_hops
#define vq_clock_steps fake_clock_steps
#define vq_capture_holes fake_capture_holes
#define vq_kpi_new fake_kpi_new
#define vq_kpi_free fake_kpi_free
#define vq_kpi_total fake_kpi_total
#define vq_kpi_peer fake_kpi_peer
#define vq_kpi_others fake_kpi_others

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <voipqos/kpi.h>
#include <voipqos/model.h>
#include <voipqos/network.h>
#include <voipqos/report.h>

#include "util/buf.h"
#include "util/str.h"

#define T0 INT64_C(1600000000000000000) /* 2020-09-13T12:26:40Z */
#define MS INT64_C(1000000)
#define S INT64_C(1000000000)

/* Handle h names entry (h - 1) % n of its table, so that a table of one can stand for many. */
struct vq_engine {
    struct vq_stats stats;
    struct vq_registration registrations[2];
    struct vq_call calls[2];
    struct vq_dialog dialogs[2];
    struct vq_stream streams[4];
    struct vq_interval intervals[4];
    struct vq_stun stuns[2];
    struct vq_icmp icmps[1];
    struct vq_network network;
    int network_rc;
    struct vq_endpoint_report reports[2];
    uint32_t n_reports;
    struct vq_dtmf dtmf[2];
    uint32_t n_dtmf;
    struct vq_finding findings[3];
    struct vq_kpi_figures kpi;  /* of all, and of each peer */
    uint32_t n_peers, n_others; /* hosts */
    struct vq_hop hops[3];      /* of every call */
    uint32_t n_hops;
    struct vq_clock_step clock_steps[2];
    struct vq_capture_hole holes[2];
    uint32_t n_clock_steps, n_holes;
    bool voipmonitor;           /* asked for */
    uint32_t n_registrations, n_calls, n_dialogs, n_streams, n_stuns, n_icmps, n_findings; /* handles given out */
    uint32_t t_registrations, t_calls, t_dialogs, t_streams, t_intervals;         /* entries filled in */
};

struct vq_note {
    struct vq_message m;
    bool more;
};

bool fake_message_read(const struct vq_note **at, struct vq_message *out)
{
    if (!*at)
        return false;
    *out = (*at)->m;
    *at = (*at)->more ? *at + 1 : NULL;
    return true;
}

#define FAKE_WALK(noun, table)                                                                                         \
    uint32_t fake_##noun##_next(const struct vq_engine *e, uint32_t h)                                                 \
    {                                                                                                                  \
        return h < e->n_##table ? h + 1 : 0;                                                                           \
    }                                                                                                                  \
    bool fake_##noun##_get(const struct vq_engine *e, uint32_t h, struct vq_##noun *out)                               \
    {                                                                                                                  \
        if (!h || h > e->n_##table)                                                                                    \
            return false;                                                                                              \
        *out = e->table[(h - 1) % e->t_##table];                                                                       \
        out->handle = out->id = h;                                                                                     \
        return true;                                                                                                   \
    }
FAKE_WALK(registration, registrations)
FAKE_WALK(call, calls)
FAKE_WALK(dialog, dialogs)
FAKE_WALK(stream, streams)

void fake_engine_stats(const struct vq_engine *e, struct vq_stats *out)
{
    *out = e->stats;
}

bool fake_stream_interval(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_interval *out)
{
    if (i >= s->n_intervals)
        return false;
    *out = e->intervals[i % e->t_intervals];
    out->start = s->start + i * out->width;
    return true;
}

bool fake_stream_gap(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_gap *out)
{
    (void)e;
    *out = (struct vq_gap){.ts = s->start + i * S, .ms = 260, .kind = VQ_GAP_NETWORK, .frames = {40, 41}, .missing = 12};
    return i < s->n_gaps;
}

bool fake_stream_path_change(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_path_change *out)
{
    (void)e;
    *out = (struct vq_path_change){.ts = s->start + i * S, .frame = 41, .what = VQ_PATH_TTL | VQ_PATH_DSCP, .gap_ms = 260,
                                   .missing = 12, .src_before = s->src, .ttl_before = 64, .ttl = 62, .dscp_before = 46,
                                   .mos_before = 4.4, .mos_around = 2, .mos_after = NAN};
    return i < s->n_path_changes;
}

bool fake_stream_playout(const struct vq_engine *e, const struct vq_stream *s, struct vq_playout *out)
{
    (void)e;
    *out = (struct vq_playout){.why = "clock rate not known", .ipdv_ms = {NAN, NAN, NAN, NAN},
                               .pdv_ms = {NAN, NAN, NAN, NAN}, .skew_ms = NAN, .drift_ppm = NAN, .enough_ms = NAN};
    if (!s->clock_hz)
        return true;
    *out = (struct vq_playout){
        .packets = 396, .ipdv_ms = {0.5, 2, 3, 4}, .pdv_ms = {1, 5, 9, 12}, .skew_ms = -12, .drift_ppm = NAN,
        .drift_why = "too short", .n_buffers = 2, .enough_ms = 10, .discard_pct = {0.5},
        .buffers = {{.size_ms = 10, .late = 2, .discard_pct = 0.5, .playout_ms = 10, .burst_r = 1, .r = 76, .mos = 3.9},
                    {.adaptive = true, .size_ms = NAN, .playout_ms = 14, .burst_r = 1, .r = NAN, .mos = NAN}},
    };
    return true;
}

/* Only streams without a clock rate have none of it. */
bool fake_stream_voipmonitor(const struct vq_engine *e, const struct vq_stream *s, struct vq_voipmonitor *out)
{
    *out = (struct vq_voipmonitor){.packets = 398, .lost = 4, .loss_pct = 1, .intervals = 1,
                                   .by = {{3.6, 3.9, 3.6, 3.8, 9}, {4.1, 4.1, 4.1, 4.1, 4}, {4.5, 4.5, 4.5, 4.5, 0}}};
    if (s->clock_hz)
        return e->voipmonitor;
    *out = (struct vq_voipmonitor){.why = "no clock", .loss_pct = NAN, .by = {{NAN, NAN, NAN, NAN, 0}, {NAN, NAN, NAN, NAN, 0}, {NAN, NAN, NAN, NAN, 0}}};
    return e->voipmonitor;
}

uint32_t fake_call_ref_id(const struct vq_engine *e, struct vq_call_ref r)
{
    (void)e;
    return r.id;
}

/* Every event stops what was there before it, and what came later began with it. */
enum vq_effect fake_offer_effect(const struct vq_engine *e, const struct vq_offer *o, const struct vq_stream *s)
{
    (void)e;
    return s->start < o->ts ? VQ_EFFECT_STOPPED : VQ_EFFECT_STARTED;
}

size_t fake_stun_count(const struct vq_engine *e)
{
    return e->n_stuns;
}

int fake_network_get(const struct vq_engine *e, struct vq_network *out)
{
    *out = e->network;
    return e->network_rc;
}

const struct vq_host *fake_network_host(const struct vq_network *n, const struct vq_endpoint *address)
{
    for (size_t i = 0; i < n->n_hosts; i++)
        if (vq_endpoint_same_host(&n->hosts[i].address, address))
            return &n->hosts[i];
    return NULL;
}

bool fake_icmp_get(const struct vq_engine *e, size_t i, struct vq_icmp *out)
{
    if (i >= e->n_icmps)
        return false;
    *out = e->icmps[0];
    return true;
}

bool fake_stun_get(const struct vq_engine *e, size_t i, struct vq_stun *out)
{
    if (i >= e->n_stuns)
        return false;
    *out = e->stuns[i % 2];
    return true;
}

/* Every call has them all. */
unsigned fake_call_dtmf(const struct vq_engine *e, uint32_t call, struct vq_dtmf out[VQ_DTMF_PER_CALL],
                        uint64_t *not_kept)
{
    *not_kept = e->n_dtmf ? 3 : 0;
    for (uint32_t i = 0; call && i < e->n_dtmf; i++)
        out[i] = e->dtmf[i % 2];
    return call ? e->n_dtmf : 0;
}

/* Of the first call, and (the last) of none that is known. */
bool fake_endpoint_report_get(const struct vq_engine *e, uint32_t call, unsigned i, struct vq_endpoint_report *out)
{
    if (call > 1 || i >= (call ? e->n_reports : e->n_reports > 0))
        return false;
    *out = e->reports[call ? i % 2 : 1];
    out->call = call;
    out->stream = call ? out->stream : 0;
    return true;
}

int fake_findings(const struct vq_engine *e, vq_finding_h *h, void *arg)
{
    for (uint32_t i = 0; i < e->n_findings && h(&e->findings[i % 3], arg); i++)
        ;
    return 0;
}

int fake_findings_count(const struct vq_engine *e, uint64_t counts[3])
{
    memset(counts, 0, 3 * sizeof counts[0]);
    for (uint32_t i = 0; i < e->n_findings; i++)
        counts[e->findings[i % 3].severity]++;
    return 0;
}

int fake_totals_get(const struct vq_engine *e, struct vq_totals *out)
{
    struct vq_call c;
    struct vq_stream s;
    double sum = 0;
    *out = (struct vq_totals){.mos_worst = (double)NAN, .mos_mean_of_worst = (double)NAN};
    for (uint32_t h = vq_call_next(e, 0); h && vq_call_get(e, h, &c); h = vq_call_next(e, h)) {
        out->calls++;
        out->calls_by_state[c.state]++;
        if (isnan(c.mos_min))
            continue;
        out->scored_calls++;
        sum += c.mos_min;
        out->mos_mean_of_worst = sum / (double)out->scored_calls;
        out->mos_worst = c.mos_min >= out->mos_worst ? out->mos_worst : c.mos_min;
    }
    for (uint32_t h = vq_stream_next(e, 0); h && vq_stream_get(e, h, &s); h = vq_stream_next(e, h)) {
        out->streams++;
        out->streams_without_call += !s.call;
        out->streams_encrypted += s.encrypted;
    }
    return 0;
}

void fake_reader_init(struct vq_reader *r, const struct vq_note *messages, const char *call_id)
{
    r->at[0] = messages;
    r->call_id[0] = call_id;
    r->n = 1;
}

void fake_reader_init_call(struct vq_reader *r, const struct vq_engine *e, uint32_t call)
{
    struct vq_call c;
    fake_reader_init(r, NULL, NULL);
    if (vq_call_get(e, call, &c))
        fake_reader_init(r, c.messages, c.call_id);
}

bool fake_reader_next(struct vq_reader *r, struct vq_message *out)
{
    if (!fake_message_read(&r->at[0], out))
        return false;
    out->call_id = r->call_id[0];
    out->leg = 1;
    return true;
}

size_t fake_call_hops(const struct vq_engine *e, uint32_t call, struct vq_hop *out, size_t max)
{
    (void)call;
    size_t n = e->n_hops < max ? e->n_hops : max;
    memcpy(out, e->hops, n * sizeof *out);
    return n;
}

size_t fake_clock_steps(const struct vq_engine *e, struct vq_clock_step *out, size_t max)
{
    memcpy(out, e->clock_steps, (e->n_clock_steps < max ? e->n_clock_steps : max) * sizeof *out);
    return e->n_clock_steps;
}

size_t fake_capture_holes(const struct vq_engine *e, struct vq_capture_hole *out, size_t max)
{
    memcpy(out, e->holes, (e->n_holes < max ? e->n_holes : max) * sizeof *out);
    return e->n_holes;
}

struct vq_kpi {
    const struct vq_engine *e;
};

int fake_kpi_new(struct vq_kpi **out, const struct vq_engine *e)
{
    struct vq_kpi *k = malloc(sizeof *k);
    *k = (struct vq_kpi){e};
    *out = k;
    return 0;
}

void fake_kpi_free(struct vq_kpi *k)
{
    free(k);
}

const struct vq_kpi_figures *fake_kpi_total(const struct vq_kpi *k)
{
    return &k->e->kpi;
}

const struct vq_kpi_figures *fake_kpi_peer(const struct vq_kpi *k, size_t i, struct vq_endpoint *host)
{
    if (i >= k->e->n_peers)
        return NULL;
    *host = (struct vq_endpoint){.ip = {10, 0, 1, (uint8_t)i}, .family = 4};
    return &k->e->kpi;
}

const struct vq_kpi_figures *fake_kpi_others(const struct vq_kpi *k, uint64_t *hosts)
{
    *hosts = k->e->n_others;
    return *hosts ? &k->e->kpi : NULL;
}

/* ---- filling in -------------------------------------------------------------------------------------------------- */

static inline struct vq_endpoint ep(unsigned host, uint16_t port)
{
    return (struct vq_endpoint){.ip = {10, 0, 0, (uint8_t)host}, .port = port, .family = 4};
}

static inline struct vq_stream fake_stream(void)
{
    struct vq_stream s = {
        .src = ep(1, 4000), .dst = ep(3, 4002), .ssrc = 0xdeadbeef, .media = VQ_MEDIA_AUDIO, .codec = "PCMU",
        .payload_types = {0}, .n_payload_types = 1, .clock_hz = 8000, .ptime_ms = 20, .start = T0 + 3 * S,
        .end = T0 + 11 * S, .first_frame = 20, .last_frame = 420, .packets = 396, .bytes = 68112, .expected = 400,
        .lost = 4, .loss_pct = 1, .burst_r = 1, .loss_runs = {2, 1}, .longest_loss = 2, .n_gaps = 1, .n_path_changes = 1,
        .bursts = {0, 1, NAN, 1, NAN, 8000, NAN}, .r_best = 93.2, .lost_points = {0, 3.7, 14}, .jitter_mean_ms = 1.25, .jitter_max_ms = 3.5,
        .jitter_last_ms = 1, .interarrival_ms = {19, 20.2, 41, 395}, .interarrival_total_ms = 7979,
        .delay_variation_ms = 0.8, .rtt_ms = {1, 2, 3, 5}, .one_way_ms = 1, .one_way_source = "rtcp",
        .reported_lost = 4, .reported_fraction_pct = 1, .reported_fraction_max_pct = 2, .reported_jitter_ms = 1.5,
        .rtt_sender_ms = {4, 5, 6, 2}, .verdict = VQ_VERDICT_BEFORE,
        .scored = true, .r = 75.5, .mos = 3.84, .mos_lq = 3.9, .simple_name = "cole-rosenbluth-g711", .simple_r = 80,
        .simple_mos = 4, .call = 1, .direction = VQ_DIR_CALLER_TO_CALLEE, .pairing = VQ_PAIR_SDP,
    };
    s.windows = (struct vq_windows){.width = 10 * S, .n = 1, .r_min = 75, .r_p5 = 75, .r_p50 = 75, .r_mean = 75, .mos_min = 3.8,
                                    .mos_mean = 3.8, .worst_r = 75, .worst_mos = 3.8, .worst_ts = s.start};
    s.impairment = vq_impairment_by_name("g711");
    vq_emodel_defaults(&s.emodel_in);
    vq_emodel_g107(&s.emodel_in, &s.emodel);
    return s;
}

/* A stream of which nothing is known but that it was there. */
static inline struct vq_stream bare_stream(void)
{
    struct vq_stream s = {
        .src = ep(7, 7000), .dst = ep(8, 8000), .n_payload_types = 1, .payload_types = {96}, .media = VQ_MEDIA_UNKNOWN,
        .start = T0 + 5 * S, .end = T0 + 5 * S, .first_frame = 30, .last_frame = 30, .packets = 1, .expected = 1,
        .ptime_ms = NAN, .loss_pct = NAN, .burst_r = NAN, .jitter_mean_ms = NAN, .jitter_max_ms = NAN,
        .jitter_last_ms = NAN, .jitter_why = "clock rate not known", .interarrival_ms = {NAN, NAN, NAN, 0},
        .interarrival_total_ms = NAN, .delay_variation_ms = NAN, .rtt_ms = {NAN, NAN, NAN, 0}, .one_way_ms = NAN,
        .reported_lost = VQ_NONE, .reported_fraction_pct = NAN, .reported_fraction_max_pct = NAN,
        .reported_jitter_ms = NAN, .lost_after = VQ_NONE, .missed_here = VQ_NONE, .score_why = "codec not known", .r = NAN, .mos = NAN, .mos_lq = NAN,
        .simple_r = NAN, .simple_mos = NAN,
    };
    s.windows = (struct vq_windows){.width = 10 * S, .r_min = NAN, .r_p5 = NAN, .r_p50 = NAN, .r_mean = NAN, .mos_min = NAN,
                                    .mos_mean = NAN, .worst_r = NAN, .worst_mos = NAN, .worst_ts = VQ_NONE};
    return s;
}

static inline struct vq_call fake_call(const struct vq_note *messages, unsigned n)
{
    return (struct vq_call){
        .call_id = "abc@10.0.0.1",
        .from = "1001",
        .to = "1002",
        .from_uri = "sip:1001@10.0.0.2",
        .to_uri = "sip:1002@10.0.0.2",
        .caller = ep(1, 5060),
        .callee = ep(2, 5060),
        .state = VQ_CALL_COMPLETED,
        .status = 200,
        .reason = "OK",
        .q850 = -1,
        .released_by = VQ_PARTY_CALLER,
        .start = T0 + S,
        .answered = T0 + 3 * S,
        .end = T0 + 11 * S,
        .trying = 2 * MS,
        .pdd = 80 * MS,
        .srd = 80 * MS,
        .ring = 1920 * MS,
        .answer = 2 * S,
        .ack = 3 * MS,
        .sdd = 4 * MS,
        .first_media = 10 * MS,
        .talk = 8 * S,
        .messages = messages,
        .n_messages = n,
        .r_min = 75.5,
        .mos_min = 3.84,
        .mos_mean = 3.9,
    };
}

/* A call of which only the first INVITE was seen. */
static inline struct vq_call bare_call(const struct vq_note *messages)
{
    return (struct vq_call){
        .caller = ep(1, 5060), .callee = ep(2, 5060), .q850 = -1, .start = T0 + S, .answered = VQ_NONE, .end = T0 + S,
        .trying = VQ_NONE, .pdd = VQ_NONE, .srd = VQ_NONE, .ring = VQ_NONE, .answer = VQ_NONE, .ack = VQ_NONE,
        .sdd = VQ_NONE, .first_media = VQ_NONE, .talk = VQ_NONE, .messages = messages, .n_messages = 1, .r_min = NAN,
        .mos_min = NAN, .mos_mean = NAN,
    };
}

static inline struct vq_registration fake_registration(const struct vq_note *messages)
{
    return (struct vq_registration){
        .aor = "sip:1001@10.0.0.2", .user = "1001", .call_id = "reg@10.0.0.1", .contact = "sip:1001@10.0.0.1",
        .user_agent = "baresip", .realm = "lab", .client = ep(1, 5060), .registrar = ep(2, 5060),
        .outcome = VQ_REG_REGISTERED, .status = 200, .reason = "OK", .challenged = true, .attempts = 2,
        .expires_asked_s = 3600, .expires_granted_s = 60, .min_expires_s = VQ_NONE, .start = T0, .end = T0 + 12 * MS, .rrd = 12 * MS,
        .messages = messages, .n_messages = 2,
    };
}

static inline struct vq_dialog fake_dialog(const struct vq_note *messages)
{
    return (struct vq_dialog){
        .method = "OPTIONS", .call_id = "opt@10.0.0.2", .from_uri = "sip:pbx@10.0.0.2", .to_uri = "sip:1001@10.0.0.1",
        .client = ep(2, 5060), .server = ep(1, 5060), .outcome = VQ_DIALOG_ANSWERED, .status = 200, .reason = "OK",
        .expires_asked_s = VQ_NONE, .expires_granted_s = VQ_NONE, .requests = 1, .answered = 1,
        .start = T0, .end = T0 + MS, .rtt = MS, .messages = messages, .n_messages = 2,
    };
}

/* Figures in which every number is another one. */
static inline struct vq_kpi_figures fake_kpi(void)
{
    struct vq_kpi_figures f = {
        .calls = {.attempts = 45, .answered = 1, .busy = 2, .no_answer = 3, .rejected = 4, .cancelled = 5,
                  .redirected = 6, .failed = 7, .timeout = 8, .pending = 9, .open = 10, .requests = 50,
                  .mid_dialog = 11, .bye_expired = 12},
        .registrations = {.attempts = 90, .succeeded = 16, .failed = 17, .unauthorized = 18, .redirected = 19,
                          .pending = 20, .requests = 100},
        .options = {.asked = 30, .answered = 21, .pending = 1},
        .acd_n = 3, .acd_s = 62.5,
    };
    for (unsigned i = 0; i < VQ_KPI_RATIOS; i++)
        f.ratios[i] = (struct vq_kpi_ratio){.hits = i + 1, .n = 40, .pct = 2.5 * (i + 1)};
    for (unsigned i = 0; i < VQ_KPI_TIMES; i++) {
        double ms = 1e6 * (i + 1);
        f.times[i] = (struct vq_kpi_spread){.n = 7, .mean = 10 * ms, .min = 5 * ms, .max = 50 * ms, .p50 = 9 * ms,
                                            .p95 = 30 * ms, .p99 = 40 * ms};
    }
    return f;
}

/* Nothing to make figures of. */
static inline struct vq_kpi_figures bare_kpi(void)
{
    struct vq_kpi_figures f = {.acd_s = NAN};
    for (unsigned i = 0; i < VQ_KPI_RATIOS; i++)
        f.ratios[i].pct = NAN;
    for (unsigned i = 0; i < VQ_KPI_TIMES; i++)
        f.times[i] = (struct vq_kpi_spread){.mean = NAN, .min = NAN, .max = NAN, .p50 = NAN, .p95 = NAN, .p99 = NAN};
    return f;
}

/* Everything that a wire can send to do harm where it is shown. */
#define HOSTILE                                                                                                        \
    "\x1b[2J\x1b]0;own\x07\"`reboot`\\$(id)@{/*9 x}\r\n% %s%n\xff\xfe\xe2\x80\xae"                                     \
    "txt\xc2\x9b"                                                                                                      \
    "31m'; system(\"id\") #"

/* ---- taking down what was written -------------------------------------------------------------------------------- */

static inline int take(const char *text, size_t n, void *arg)
{
    vq_buf_add(arg, text, n);
    return 0;
}

static inline int refuse(const char *text, size_t n, void *arg)
{
    (void)text;
    (void)n;
    ++*(int *)arg;
    return -EPIPE;
}

/* Well-formed UTF-8 without controls but line feeds (and the colours themselves), and ASCII if it has to be. */
static inline void assert_clean(const struct vq_buf *b, bool ascii, bool color)
{
    struct vq_slice s = vq_slice(b->p, b->n);
    while (s.n) {
        uint32_t cp = 0;
        size_t len = vq_utf8_next(s, &cp);
        assert_int_not_equal(len, 0);
        if (cp == 0x1b) {
            /* Only "ESC [ digits ; ... m". */
            assert_true(color && s.n > 2 && s.p[1] == '[');
            size_t k = 2;
            while (k < s.n && ((s.p[k] >= '0' && s.p[k] <= '9') || s.p[k] == ';'))
                k++;
            assert_true(k < s.n && s.p[k] == 'm');
        } else {
            assert_true(cp == '\n' || (cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0)));
        }
        assert_false(cp >= 0x202a && cp <= 0x202e);
        assert_true(!ascii || cp < 0x7f);
        s = vq_slice(s.p + len, s.n - len);
    }
}

static inline size_t longest_line(const struct vq_buf *b)
{
    size_t most = 0;
    for (const char *p = b->p; *p;) {
        size_t n = strcspn(p, "\n"), columns = vq_text_columns(p, n);
        most = columns > most ? columns : most;
        p += n + (p[n] == '\n');
    }
    return most;
}

#define assert_has(b, text) assert_non_null(strstr((b)->p, (text)))
#define assert_lacks(b, text) assert_null(strstr((b)->p, (text)))

#endif
