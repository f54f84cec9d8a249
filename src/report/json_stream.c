/* json_stream.c - one RTP stream as a JSON object: what was measured, how it was scored and from what. */
#include "report/json.h"

#include <math.h>
#include <stdio.h>

#include "report/out.h"

static json_t *identity(struct vq_json *j, const struct vq_stream *s)
{
    struct vq_call c;
    char ssrc[16];
    json_t *o = json_object(), *pts = json_array();
    vq_json_int(j, o, "id", s->id);
    if (s->call && vq_call_get(j->e, s->call, &c)) {
        vq_json_int(j, o, "call", c.id);
        vq_json_int(j, o, "leg", s->leg);
    } else {
        vq_json_why(j, o, "call", "no call announced it");
        vq_json_why(j, o, "leg", "no call announced it");
    }
    vq_json_str(j, o, "direction", vq_direction_name(s->direction));
    vq_json_str(j, o, "paired_by", vq_pairing_name(s->pairing));
    vq_json_real(j, o, "confidence", vq_pairing_confidence(s->pairing), NULL);
    vq_json_endpoint(j, o, "src", &s->src);
    vq_json_endpoint(j, o, "dst", &s->dst);
    snprintf(ssrc, sizeof ssrc, "0x%08X", s->ssrc);
    vq_json_str(j, o, "ssrc", ssrc);
    vq_json_str_why(j, o, "cname", s->cname, "no RTCP SDES CNAME");
    vq_json_str(j, o, "media", vq_media_name(s->media));
    vq_json_str_why(j, o, "codec", s->codec, "the payload type was never announced");
    for (unsigned i = 0; i < s->n_payload_types && i < sizeof s->payload_types; i++)
        vq_json_append(j, pts, json_integer(s->payload_types[i]));
    vq_json_put(j, o, "payload_types", pts);
    if (s->clock_hz)
        vq_json_int(j, o, "clock_hz", s->clock_hz);
    else
        vq_json_why(j, o, "clock_hz", "the payload type was never announced");
    vq_json_real(j, o, "ptime_ms", s->ptime_ms, "timestamps do not tell");
    vq_json_real(j, o, "ptime_declared_ms", s->ptime_declared_ms ? (double)s->ptime_declared_ms : (double)NAN,
                 "no a=ptime in the receiver's SDP");
    vq_json_real(j, o, "ptime_max_ms", s->ptime_max_ms ? (double)s->ptime_max_ms : (double)NAN, "no a=maxptime in the receiver's SDP");
    vq_json_bool(j, o, "codec_unannounced", s->codec_unannounced);
    vq_json_bool(j, o, "encrypted", s->encrypted);
    vq_json_bool(j, o, "ended", s->ended);
    vq_json_time(j, o, "start", s->start, "no packet");
    vq_json_t_s(j, o, s->start);
    vq_json_duration(j, o, "duration_s", s->end == VQ_NONE || s->start == VQ_NONE ? VQ_NONE : s->end - s->start,
                     VQ_JSON_S, "no packet");
    return o;
}

static json_t *segments(struct vq_json *j, const struct vq_stream *s)
{
    json_t *list = json_array();
    char ssrc[16];
    for (const struct vq_segment *g = s->segments; g; g = g->next) {
        json_t *o = json_object();
        snprintf(ssrc, sizeof ssrc, "0x%08X", g->ssrc);
        vq_json_str(j, o, "ssrc", ssrc);
        vq_json_str(j, o, "reason", g->reason);
        vq_json_int(j, o, "packets", g->packets);
        vq_json_t_s(j, o, g->ts);
        vq_json_append(j, list, o);
    }
    return list;
}

/* RFC 3611 4.7.2 */
static void bursts(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    static const char no_burst[] = "no burst", no_gap[] = "no gap", no_ptime[] = "the packet time is unknown";
    const struct vq_burst_gap *b = &s->bursts;
    json_t *burst = json_object(), *gap = json_object();
    vq_json_int(j, burst, "count", b->bursts);
    vq_json_real(j, burst, "density_pct", b->bursts ? b->burst_density_pct : NAN, no_burst);
    vq_json_real(j, burst, "duration_ms", b->bursts ? b->burst_ms : NAN, b->bursts ? no_ptime : no_burst);
    vq_json_put(j, o, "burst", burst);
    vq_json_int(j, gap, "count", b->gaps);
    vq_json_real(j, gap, "density_pct", b->gaps ? b->gap_density_pct : NAN, no_gap);
    vq_json_real(j, gap, "duration_ms", b->gaps ? b->gap_ms : NAN, b->gaps ? no_ptime : no_gap);
    vq_json_put(j, o, "gap", gap);
}

static void counts(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    static const char *const runs[10] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10+"};
    json_t *loss_runs = json_object();
    vq_json_int(j, o, "packets", s->packets);
    vq_json_int(j, o, "bytes", s->bytes);
    vq_json_int(j, o, "expected", s->expected);
    vq_json_int(j, o, "lost", s->lost);
    vq_json_real(j, o, "loss_pct", s->loss_pct, "no packet was expected");
    vq_json_int(j, o, "duplicates", s->duplicates);
    vq_json_int(j, o, "mirror_duplicates", s->mirror_duplicates);
    vq_json_int(j, o, "reordered", s->reordered);
    vq_json_int(j, o, "out_of_range", s->out_of_range);
    vq_json_int(j, o, "event_packets", s->event_packets);
    vq_json_int(j, o, "cn_packets", s->cn_packets);
    for (size_t i = 0; i < 10; i++)
        if (s->loss_runs[i])
            vq_json_int(j, loss_runs, runs[i], s->loss_runs[i]);
    vq_json_put(j, o, "loss_runs", loss_runs);
    vq_json_real(j, o, "burst_r", s->burst_r, "no packet was expected");
    vq_json_int(j, o, "longest_loss", s->longest_loss);
    vq_json_int(j, o, "talk_spurts", s->talk_spurts);
    bursts(j, o, s);
}

static json_t *round_trip(struct vq_json *j, const struct vq_min_mean_max *rtt)
{
    static const char why[] = "no receiver report with LSR and DLSR";
    json_t *o = json_object();
    vq_json_real(j, o, "min", rtt->n ? rtt->min : NAN, why);
    vq_json_real(j, o, "mean", rtt->n ? rtt->mean : NAN, why);
    vq_json_real(j, o, "max", rtt->n ? rtt->max : NAN, why);
    vq_json_int(j, o, "samples", rtt->n);
    return o;
}

static void times(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    static const char one[] = "fewer than two packets";
    const struct vq_min_mean_max *d = &s->interarrival_ms;
    json_t *jitter = json_object(), *gap = json_object(), *delay = json_object();
    vq_json_real(j, jitter, "mean", s->jitter_mean_ms, s->jitter_why);
    vq_json_real(j, jitter, "max", s->jitter_max_ms, s->jitter_why);
    vq_json_real(j, jitter, "last", s->jitter_last_ms, s->jitter_why);
    vq_json_put(j, o, "jitter_ms", jitter);
    vq_json_real(j, gap, "min", d->n ? d->min : NAN, one);
    vq_json_real(j, gap, "mean", d->n ? d->mean : NAN, one);
    vq_json_real(j, gap, "max", d->n ? d->max : NAN, one);
    vq_json_real(j, gap, "total", d->n ? s->interarrival_total_ms : NAN, one);
    vq_json_put(j, o, "interarrival_ms", gap);
    vq_json_playout(j, o, s);
    vq_json_put(j, delay, "rtt_ms", round_trip(j, &s->rtt_ms));
    vq_json_put(j, delay, "rtt_sender_ms", round_trip(j, &s->rtt_sender_ms));
    vq_json_real(j, delay, "one_way_ms", s->one_way_ms, "neither measured, reported nor declared");
    vq_json_str_why(j, delay, "one_way_source", s->one_way_source, "neither measured, reported nor declared");
    vq_json_put(j, o, "delay", delay);
}

/* ---- the score --------------------------------------------------------------------------------------------------- */

struct term {
    const char *key;
    double v;
};

static void terms(struct vq_json *j, json_t *o, const struct term *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vq_json_real(j, o, t[i].key, t[i].v, "not part of this model");
}
#define TERMS(j, o, t) terms((j), (o), (t), sizeof(t) / sizeof((t)[0]))

static json_t *inputs(struct vq_json *j, const struct vq_emodel_in *in)
{
    const struct term t[] = {
        {"slr_db", in->slr}, {"rlr_db", in->rlr},   {"stmr_db", in->stmr},   {"lstr_db", in->lstr}, {"ds", in->ds},
        {"dr", in->dr},      {"telr_db", in->telr}, {"wepl_db", in->wepl},   {"t_ms", in->t},       {"tr_ms", in->tr},
        {"qdu", in->qdu},    {"nc_dbm0p", in->nc},  {"nfor_dbmp", in->nfor}, {"ps_dba", in->ps},    {"pr_dba", in->pr},
        {"st", in->st},      {"mt_ms", in->mt},
    };
    json_t *o = json_object();
    TERMS(j, o, t);
    return o;
}

static json_t *ta_parts(struct vq_json *j, const struct vq_stream *s)
{
    json_t *o = json_object();
    vq_json_real(j, o, "network_ms", s->ta_network_ms, NULL);
    vq_json_str_why(j, o, "network_source", s->one_way_source, "not known");
    vq_json_real(j, o, "buffer_ms", s->ta_buffer_ms, NULL);
    vq_json_real(j, o, "packetization_ms", s->ta_packetization_ms, NULL);
    vq_json_real(j, o, "lookahead_ms", s->ta_lookahead_ms, NULL);
    return o;
}

static json_t *emodel(struct vq_json *j, const struct vq_stream *s)
{
    static const char *const standards[] = {
        [VQ_SCALE_NONE] = "ITU-T G.107 (06/2015)",
        [VQ_SCALE_NB] = "ITU-T G.107 (06/2015)",
        [VQ_SCALE_WB] = "ITU-T G.107.1 (06/2019)",
        [VQ_SCALE_FB] = "ITU-T G.107.2 (06/2019)",
    };
    const struct vq_impairment *i = s->impairment;
    const struct vq_emodel_in *in = &s->emodel_in;
    const struct vq_emodel_out *out = &s->emodel;
    const struct term t[] = {
        {"nos", out->nos}, {"nor", out->nor}, {"nfo", out->nfo}, {"no", out->no}, {"ro", out->ro},
        {"iolr", out->iolr}, {"ist", out->ist}, {"iq", out->iq}, {"is", out->is},
        {"idte", out->idte}, {"idle", out->idle}, {"idd", out->idd}, {"id", out->id},
        {"ie", in->ie}, {"bpl", in->bpl}, {"ppl_pct", in->ppl}, {"burst_r", in->burst_r}, {"ie_eff", out->ie_eff},
        {"a", in->a}, {"ta_ms", in->ta}, {"r", out->r},
        {"gob_pct", out->gob_pct}, {"pow_pct", out->pow_pct}, {"tme_pct", out->tme_pct},
    };
    enum vq_scale scale = i ? i->scale : VQ_SCALE_NB;
    json_t *o = json_object(), *points = json_object();
    vq_json_str(j, o, "standard", standards[scale]);
    vq_json_str(j, o, "scale", vq_scale_name(scale));
    TERMS(j, o, t);
    vq_json_int(j, o, "discarded", s->discarded);
    vq_json_put(j, o, "ta_parts", ta_parts(j, s));
    vq_json_put(j, o, "inputs", inputs(j, in));
    vq_json_str_why(j, o, "codec_row", i ? i->name : NULL, "no impairment row");
    vq_json_str_why(j, o, "codec_status", i ? vq_fact_name(i->fact) : NULL, "no impairment row");
    vq_json_str_why(j, o, "codec_source", i ? i->source : NULL, "no impairment row");
    vq_json_str_why(j, o, "out_of_range", scale == VQ_SCALE_NB ? vq_emodel_out_of_range(in) : NULL,
                    scale == VQ_SCALE_NB ? "every input is within G.107 Table 2" : "G.107 Table 2 is not about this scale");
    vq_json_real(j, points, "from", s->r_best, NULL);
    for (int c = 0; c < VQ_COSTS; c++)
        vq_json_real(j, points, vq_cost_name((enum vq_cost)c), s->lost_points[c], NULL);
    vq_json_put(j, o, "lost_points", points);
    return o;
}

static void score(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    const char *why = s->score_why ? s->score_why : "not scored";
    json_t *simple = json_object();
    if (s->scored)
        vq_json_put(j, o, "emodel", emodel(j, s));
    else
        vq_json_why(j, o, "emodel", why);
    vq_json_real(j, o, "r", s->scored ? s->r : NAN, why);
    vq_json_real(j, o, "mos", s->scored ? s->mos : NAN, why);
    vq_json_real(j, o, "mos_lq", s->scored ? s->mos_lq : NAN, why);
    vq_json_real(j, o, "mos_cq", s->scored ? s->mos : NAN, why);
    vq_json_str_why(j, o, "rating", vq_rating_g109(vq_stream_r_nb(s)), why);
    vq_json_str_why(j, simple, "model", s->simple_name, "no simple model fits the codec");
    vq_json_real(j, simple, "r", s->simple_r, "no simple model fits the codec");
    vq_json_real(j, simple, "mos", s->simple_mos, "no simple model fits the codec");
    if (vq_stream_simple_note(s))
        vq_json_str(j, simple, "note", vq_stream_simple_note(s));
    vq_json_put(j, o, "simple", simple);
}

static void block(struct vq_json *j, json_t *o, const char *key, bool has, const struct term *t, size_t n)
{
    if (!has) {
        vq_json_why(j, o, key, "no such block");
        return;
    }
    json_t *b = json_object();
    for (size_t i = 0; i < n; i++)
        vq_json_real(j, b, t[i].key, t[i].v, "not told");
    vq_json_put(j, o, key, b);
}
#define BLOCK(j, o, key, has, t) block((j), (o), (key), (has), (t), sizeof(t) / sizeof((t)[0]))

/* RTCP XR, by the names of RFC 3611. */
static json_t *xr_reports(struct vq_json *j, const struct vq_xr_report *x)
{
    const struct term voip[] = {
        {"loss_pct", x->loss_pct}, {"discard_pct", x->discard_pct}, {"burst_density_pct", x->burst_density_pct},
        {"burst_ms", x->burst_ms}, {"gap_density_pct", x->gap_density_pct}, {"gap_ms", x->gap_ms}, {"gmin", x->gmin},
        {"round_trip_ms", x->round_trip_ms}, {"end_system_ms", x->end_system_ms}, {"signal_dbm0", x->signal_dbm0},
        {"noise_dbm0", x->noise_dbm0}, {"rerl_db", x->rerl_db}, {"r", x->r}, {"ext_r", x->ext_r}, {"mos_lq", x->mos_lq},
        {"mos_cq", x->mos_cq}, {"buffer_nominal_ms", x->buffer_nominal_ms}, {"buffer_max_ms", x->buffer_max_ms},
        {"buffer_abs_max_ms", x->buffer_abs_max_ms},
    };
    const struct term statistics[] = {
        {"lost", x->statistics_lost}, {"duplicates", x->statistics_duplicates},
        {"jitter_min_ms", x->statistics_jitter_min_ms}, {"jitter_mean_ms", x->statistics_jitter_mean_ms},
        {"jitter_max_ms", x->statistics_jitter_max_ms}, {"jitter_deviation_ms", x->statistics_jitter_dev_ms},
    };
    const struct term loss[] = {{"received", x->loss_received}, {"lost", x->loss_lost}, {"longest_run", x->loss_longest},
                                {"one_in", 1 << x->loss_thinning}};
    json_t *o = json_object();
    BLOCK(j, o, "loss_rle", x->has_loss, loss);
    BLOCK(j, o, "statistics", x->has_statistics, statistics);
    BLOCK(j, o, "voip_metrics", x->has_voip, voip);
    return o;
}

static void count_or_why(struct vq_json *j, json_t *o, const char *key, int64_t v, const char *why)
{
    if (v == VQ_NONE)
        vq_json_why(j, o, key, why);
    else
        vq_json_put(j, o, key, json_integer(v));
}

static json_t *rtcp(struct vq_json *j, const struct vq_stream *s)
{
    static const char why[] = "no receiver report";
    json_t *o = json_object();
    vq_json_int(j, o, "sr", s->sr);
    vq_json_int(j, o, "rr", s->rr);
    vq_json_int(j, o, "xr", s->xr);
    count_or_why(j, o, "reported_lost", s->reported_lost, why);
    vq_json_real(j, o, "reported_fraction_pct", s->reported_fraction_pct, why);
    vq_json_real(j, o, "reported_fraction_max_pct", s->reported_fraction_max_pct, why);
    vq_json_real(j, o, "reported_jitter_ms", s->reported_jitter_ms, why);
    vq_json_bool(j, o, "bye", s->bye);
    const char *no_verdict = s->verdict_why ? s->verdict_why : why;
    vq_json_str_why(j, o, "verdict", vq_verdict_name(s->verdict), no_verdict);
    count_or_why(j, o, "lost_after_capture", s->lost_after, no_verdict);
    count_or_why(j, o, "missed_by_capture", s->missed_here, no_verdict);
    vq_json_int(j, o, "unheard_packets", s->unheard);
    vq_json_real(j, o, "unheard_s", (double)s->unheard_ns / VQ_JSON_S, NULL);
    vq_json_put(j, o, "xr_reports", xr_reports(j, &s->xr_report));
    return o;
}

static void clark(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    const struct vq_clark *c = &s->clark;
    static const char no_burst[] = "no burst", no_gap[] = "no gap";
    if (c->why) {
        vq_json_why(j, o, "clark", c->why);
        return;
    }
    json_t *k = json_object();
    vq_json_real(j, k, "ie_burst", c->ie_burst, no_burst);
    vq_json_real(j, k, "ie_gap", c->ie_gap, no_gap);
    vq_json_real(j, k, "ie_av", c->ie_av, NULL);
    vq_json_real(j, k, "ie_end", c->ie_end, NULL);
    vq_json_real(j, k, "since_burst_s", c->since_burst_s, no_burst);
    vq_json_real(j, k, "r", c->r, NULL);
    vq_json_real(j, k, "mos", c->mos, NULL);
    vq_json_real(j, k, "r_end", c->r_end, NULL);
    vq_json_real(j, k, "mos_end", c->mos_end, NULL);
    vq_json_put(j, o, "clark", k);
}

static json_t *windows(struct vq_json *j, const struct vq_stream *s)
{
    const char *why = s->score_why ? s->score_why : "no packet";
    const struct vq_windows *w = &s->windows;
    json_t *o = json_object(), *worst = json_object();
    vq_json_real(j, o, "width_s", (double)w->width / VQ_JSON_S, NULL);
    vq_json_int(j, o, "n", w->n);
    vq_json_real(j, o, "r_min", w->r_min, why);
    vq_json_real(j, o, "r_p5", w->r_p5, why);
    vq_json_real(j, o, "r_p50", w->r_p50, why);
    vq_json_real(j, o, "r_mean", w->r_mean, why);
    vq_json_real(j, o, "mos_min", w->mos_min, why);
    vq_json_real(j, o, "mos_mean", w->mos_mean, why);
    vq_json_t_s(j, worst, w->worst_ts);
    vq_json_real(j, worst, "r", w->worst_r, why);
    vq_json_real(j, worst, "mos", w->worst_mos, why);
    vq_json_put(j, o, "worst", worst);
    return o;
}

static json_t *intervals(struct vq_json *j, const struct vq_stream *s)
{
    json_t *list = json_array();
    struct vq_interval v;
    for (unsigned i = 0; i < s->n_intervals && vq_stream_interval(j->e, s, i, &v); i++) {
        json_t *o = json_object();
        vq_json_t_s(j, o, v.start);
        vq_json_real(j, o, "width_s", (double)v.width / VQ_JSON_S, NULL);
        vq_json_int(j, o, "packets", v.packets);
        vq_json_int(j, o, "lost", v.lost);
        vq_json_int(j, o, "late", v.late);
        vq_json_real(j, o, "jitter_ms", v.jitter_ms, s->jitter_why ? s->jitter_why : "no packet");
        vq_json_real(j, o, "interarrival_ms", v.interarrival_ms, "no packet followed another");
        vq_json_real(j, o, "r", v.r, s->score_why ? s->score_why : "no packet");
        vq_json_real(j, o, "mos", v.mos, s->score_why ? s->score_why : "no packet");
        vq_json_append(j, list, o);
    }
    return list;
}

json_t *vq_json_stream(struct vq_json *j, const struct vq_stream *s)
{
    const uint64_t ends[2] = {s->first_frame, s->last_frame};
    json_t *o = identity(j, s);
    vq_json_put(j, o, "segments", segments(j, s));
    vq_json_course(j, o, s);
    counts(j, o, s);
    times(j, o, s);
    score(j, o, s);
    clark(j, o, s);
    vq_json_put(j, o, "rtcp", rtcp(j, s));
    vq_json_put(j, o, "windows", windows(j, s));
    vq_json_voipmonitor(j, o, s);
    vq_json_audio(j, o, s);
    vq_json_put(j, o, "intervals", intervals(j, s));
    vq_json_int(j, o, "dscp", s->dscp);
    vq_json_int(j, o, "ttl", s->ttl);
    vq_json_put(j, o, "frames", vq_json_frames(j, ends, 2));
    return o;
}
