/* view_stream.c - streams as the plain structures of media.h: counts, times, delay, intervals. */
#include "session/session.h"

#include <math.h>
#include <string.h>

static void view_identity(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct vq_stream_cold *c,
                          struct vq_stream *out)
{
    out->handle = s->handle;
    out->id = s->id;
    const struct vq_joint *j = vq_joint_of(e, s->call);
    out->leg_call = s->call;
    out->call = j ? j->first : s->call;
    out->leg = j ? j->leg : s->call != 0;
    if (s->call && s->in_call.next != &vq_sip_call_at(e, s->call)->streams)
        out->next_in_call = VQ_CONTAINER(s->in_call.next, struct vq_rtp_stream, in_call)->handle;
    else
        out->next_in_call = vq_next_leg_stream(e, s->call);
    out->direction = s->direction;
    out->pairing = s->pairing;
    out->src = vq_flow_at(e, s->flow)->src;
    out->dst = vq_flow_at(e, s->flow)->dst;
    out->ssrc = s->ssrc;
    out->media = s->media;
    out->codec = s->codec ? s->codec->name : c->codec_name;
    memcpy(out->payload_types, s->payload_types, sizeof out->payload_types);
    out->n_payload_types = s->n_payload_types;
    out->clock_hz = s->clock_hz;
    out->encrypted = s->encrypted;
    out->ended = s->ended;
    out->start = s->start;
    out->end = s->last_ts;
    out->first_frame = s->first_frame;
    out->last_frame = s->last_frame;
    out->dscp = s->dscp;
    out->ttl = s->ttl;
    out->cname = vq_stream_rtcp(c)->cname;
    out->bye = vq_stream_rtcp(c)->bye;
}

static void view_ptime(const struct vq_rtp_stream *s, struct vq_stream *out)
{
    out->ptime_ms = s->ptime_votes && s->clock_hz ? s->ptime_ticks * s->ms_per_tick : (double)NAN;
}

/* What the receiver's SDP asked for. */
struct vq_promised vq_stream_promised(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_flow *f = vq_flow_at(e, s->flow);
    const struct vq_promise *p = f->promise ? vq_promise_at(e, f->promise) : NULL;
    struct vq_promised out = {.ptime_ms = 0};
    if (!p || s->call != f->call)
        return out;
    out.ptime_ms = p->ptime_ms;
    out.ptime_max_ms = p->maxptime_ms;
    if (s->announced || !p->n_formats || s->pt == NO_PT || vq_flow_announces(e, f, s->pt))
        return out;
    /* What was negotiated while it ran may have come to other payload types than those it began with. */
    const struct vq_offer *last = vq_sip_call_at(e, f->call)->last_offer;
    out.codec_missing = last && last->ts <= s->start;
    return out;
}

static void view_promise(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
{
    struct vq_promised p = vq_stream_promised(e, s);
    out->ptime_declared_ms = p.ptime_ms;
    out->ptime_max_ms = p.ptime_max_ms;
    out->codec_unannounced = p.codec_missing;
}

static void view_loss(const struct vq_rtp_stream *s, struct vq_stream *out)
{
    struct vq_loss loss;
    vq_seq_loss(&s->seq, &loss);
    out->expected = loss.expected;
    out->lost = loss.lost;
    out->loss_pct = 100 * loss.loss_fraction;
    memcpy(out->loss_runs, loss.runs, sizeof out->loss_runs);
    out->burst_r = vq_emodel_burst_r(loss.mean_run, loss.loss_fraction);
    out->longest_loss = loss.longest;
    const struct vq_burst_figures *b = &loss.burst;
    out->bursts = (struct vq_burst_gap){
        .bursts = b->bursts, .gaps = b->gaps, .burst_density_pct = 100 * b->burst_density,
        .gap_density_pct = 100 * b->gap_density, .burst_ms = b->burst_packets * out->ptime_ms,
        .gap_ms = b->gap_packets * out->ptime_ms, .after_last_ms = b->after_last * out->ptime_ms,
    };
}

static void view_counts(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct vq_stream_cold *c,
                        struct vq_stream *out)
{
    out->packets = s->packets;
    out->bytes = s->bytes;
    out->duplicates = s->seq.duplicates;
    out->mirror_duplicates = s->mirrored;
    out->reordered = s->seq.reordered;
    out->out_of_range = s->seq.stray;
    out->event_packets = c->event_packets;
    out->cn_packets = c->cn_packets;
    out->talk_spurts = c->talk_spurts;
    out->segments = &c->first;
    out->previous = vq_stream_previous(e, s, &out->previous_why);
    out->ssrc_collision = vq_stream_collision(e, s);
    out->ports_before = vq_stream_ports_before(e, s);
    bool moved = out->previous && vq_flow_at(e, s->flow) != vq_flow_at(e, vq_rtp_stream_at(e, out->previous)->flow);
    out->n_gaps = out->previous != 0;
    out->n_path_changes = moved;
    if (c->course) {
        out->n_gaps += c->course->n_pauses;
        out->gaps_not_kept = c->course->pauses_not_kept;
        out->n_path_changes += c->course->n_switches;
        out->path_changes_not_kept = c->course->switches_not_kept;
        out->payload_changes = c->course->payloads;
        out->n_payload_changes = c->course->n_payloads;
        out->payload_changes_not_kept = c->course->payloads_not_kept;
    }
}

static void view_times(const struct vq_rtp_stream *s, struct vq_stream *out)
{
    out->jitter_mean_ms = out->jitter_max_ms = out->jitter_last_ms = out->delay_variation_ms = (double)NAN;
    if (s->ms_per_tick <= 0) {
        out->jitter_why = "the clock of the payload type is unknown: no SDP announced it";
    } else if (!s->jitter.n) {
        out->jitter_why = "fewer than two packets to compare";
    } else {
        out->jitter_mean_ms = s->jitter.sum / s->jitter.n;
        out->jitter_max_ms = s->jitter.max;
        out->jitter_last_ms = s->jitter.last;
        out->delay_variation_ms = s->jitter.sum_abs / s->jitter.n;
    }
    out->interarrival_total_ms = (double)(s->last_ts - s->start) / 1e6;
    uint64_t gaps = s->packets - 1;
    double none = (double)NAN;
    out->interarrival_ms = gaps ? (struct vq_min_mean_max){s->gap_min_ms, out->interarrival_total_ms / (double)gaps,
                                                           s->gap_max_ms, gaps}
                                : (struct vq_min_mean_max){none, none, none, 0};
}

static double per_256(uint8_t v)
{
    return v * 100.0 / 256;
}

static double unless_127(int v)
{
    return v == VQ_XR_UNAVAILABLE ? (double)NAN : v;
}

/* RFC 3611 4.7: MOS times ten, from 10 to 50. */
static double mos_of(uint8_t v)
{
    return v >= 10 && v <= 50 ? v / 10.0 : (double)NAN;
}

static void view_xr(const struct vq_rtp_stream *s, const struct vq_stream_xr *x, struct vq_xr_report *out)
{
    const struct vq_xr_statistics *t = &x->statistics;
    const struct vq_xr_voip *v = &x->voip;
    double none = (double)NAN, tick = t->has_jitter && s->ms_per_tick > 0 ? s->ms_per_tick : none;
    *out = (struct vq_xr_report){
        .has_loss = x->has_loss, .loss_received = x->loss_received, .loss_lost = x->loss_lost,
        .loss_longest = x->loss_longest, .loss_thinning = x->loss_thinning,
        .has_statistics = x->has_statistics, .statistics_begin = t->begin, .statistics_end = t->end,
        .statistics_lost = t->has_lost ? t->lost : none, .statistics_duplicates = t->has_duplicates ? t->duplicates : none,
        .statistics_jitter_min_ms = t->jitter_min * tick, .statistics_jitter_mean_ms = t->jitter_mean * tick,
        .statistics_jitter_max_ms = t->jitter_max * tick, .statistics_jitter_dev_ms = t->jitter_dev * tick,
        .has_voip = x->has_voip, .loss_pct = per_256(v->loss_rate), .discard_pct = per_256(v->discard_rate),
        .burst_density_pct = per_256(v->burst_density), .gap_density_pct = per_256(v->gap_density),
        .burst_ms = v->burst_ms, .gap_ms = v->gap_ms, .round_trip_ms = v->round_trip_ms ? v->round_trip_ms : none,
        .end_system_ms = v->end_system_ms ? v->end_system_ms : none,
        .signal_dbm0 = unless_127(v->signal_dbm0), .noise_dbm0 = unless_127(v->noise_dbm0), .rerl_db = unless_127(v->rerl_db),
        .r = v->r <= 100 ? v->r : none, .ext_r = v->ext_r <= 100 ? v->ext_r : none,
        .mos_lq = mos_of(v->mos_lq), .mos_cq = mos_of(v->mos_cq), .gmin = v->gmin,
        .buffer_nominal_ms = v->buffer_nominal_ms, .buffer_max_ms = v->buffer_max_ms,
        .buffer_abs_max_ms = v->buffer_abs_max_ms,
    };
}

void vq_stream_judge(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_peer_verdict *out)
{
    const struct vq_peer *p = &vq_stream_rtcp(vq_cold_at(e, s->cold))->peer;
    /* Behind an INVITE the first packet seen is the first there was, and the receiver's count begins with it, too. */
    bool from_start = s->call && !vq_sip_call_at(e, s->call)->c.mid_dialog;
    vq_peer_judge(p, from_start, vq_seq_lost(&s->seq), s->ms_per_tick > 0 && s->jitter.n ? s->jitter.max : 0, out);
}

static void view_verdict(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct vq_stream_rtcp *r,
                         struct vq_stream *out)
{
    static const enum vq_verdict names[] = {[VQ_PEER_UNKNOWN] = VQ_VERDICT_UNKNOWN, [VQ_PEER_NONE] = VQ_VERDICT_NONE,
                                            [VQ_PEER_BEFORE] = VQ_VERDICT_BEFORE, [VQ_PEER_AFTER] = VQ_VERDICT_AFTER,
                                            [VQ_PEER_BOTH] = VQ_VERDICT_BOTH};
    struct vq_peer_verdict v;
    vq_stream_judge(e, s, &v);
    out->verdict = names[v.where];
    out->verdict_why = v.why;
    out->lost_after = v.compared ? v.lost_after : VQ_NONE;
    out->missed_here = v.compared ? v.missed_here : VQ_NONE;
    out->unheard = r->peer.unheard;
    out->unheard_ns = r->peer.unheard_ns;
    if (r->xr)
        view_xr(s, r->xr, &out->xr_report);
}

static void view_rtcp(const struct vq_rtp_stream *s, const struct vq_stream_cold *c, struct vq_stream *out)
{
    double none = (double)NAN;
    const struct vq_stream_rtcp *r = vq_stream_rtcp(c);
    out->sr = r->sr;
    out->rr = r->rr;
    out->xr = r->n_xr;
    out->reported_lost = r->reported_lost;
    out->reported_fraction_pct = r->rr ? r->reported_fraction * 100.0 / 256 : none;
    out->reported_fraction_max_pct = r->rr ? r->reported_fraction_max * 100.0 / 256 : none;
    out->reported_jitter_ms = r->rr && s->clock_hz ? r->reported_jitter * s->ms_per_tick : none;
}

static struct vq_min_mean_max rtt_of(const struct vq_rtt *r)
{
    double none = (double)NAN;
    return r->n ? (struct vq_min_mean_max){r->min, r->sum / r->n, r->max, r->n} : (struct vq_min_mean_max){none, none, none, 0};
}

static void view_rtt(const struct vq_stream_cold *c, struct vq_stream *out)
{
    out->rtt_ms = rtt_of(&vq_stream_rtcp(c)->rtt);
}

/* The newest stream that runs the other way for the same call: ports are used again. */
static const struct vq_rtp_stream *reverse_of(const struct vq_engine *e, const struct vq_flow *f, uint32_t call)
{
    uint32_t h = vq_flow_find(e, &f->dst, &f->src);
    if (!h)
        return NULL;
    const struct vq_list *head = &vq_flow_at(e, h)->streams;
    for (const struct vq_list *l = head->prev; l != head; l = l->prev) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_flow);
        if (s->confirmed && s->call == call)
            return s;
    }
    return NULL;
}

/* From here to the stream's sender and back: by its answers to the receiver's reference times, else by its reports on the
 * stream that runs the other way. */
static const struct vq_rtt *rtt_sender(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_rtt *back = &vq_stream_rtcp(vq_cold_at(e, s->cold))->rtt_back;
    const struct vq_rtp_stream *reverse = back->n ? NULL : reverse_of(e, vq_flow_at(e, s->flow), s->call);
    return reverse ? &vq_stream_rtcp(vq_cold_at(e, reverse->cold))->rtt : back;
}

static void view_rtt_sender(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
{
    out->rtt_sender_ms = rtt_of(rtt_sender(e, s));
}

/* The round trip is measured from the capture point. Both directions' together are the whole path; half of it is the
 * usual assumption for one way (RFC 3550 6.4.1). */
static void view_one_way(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
{
    if (!isnan(e->opt.network_ms)) {
        out->one_way_ms = e->opt.network_ms;
        out->one_way_source = "declared";
        return;
    }
    if (!e->stats.rtcp_packets) { /* no report, nothing to look for */
        out->one_way_ms = 0;
        out->one_way_source = "assumed";
        return;
    }
    double rtt = out->rtt_ms.n ? out->rtt_ms.mean : 0;
    uint64_t n = out->rtt_ms.n;
    const struct vq_rtt *back = rtt_sender(e, s);
    if (back->n) {
        rtt += back->sum / back->n;
        n += back->n;
    }
    out->one_way_ms = rtt / 2;
    out->one_way_source = n ? "rtcp" : "assumed";
}

/* The slot that is still being filled counts like the others. */
static uint32_t current_slot(const struct vq_rtp_stream *s)
{
    return (uint32_t)((s->slot_end - 1 - s->series.start) / s->series.width);
}

void vq_stream_brief(const struct vq_engine *e, struct vq_rtp_stream *s)
{
    struct vq_stream v;
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    v.packets = s->packets;
    v.score_why = NULL;
    v.scored = false;
    view_ptime(s, &v);
    view_loss(s, &v);
    view_rtt(c, &v);
    view_one_way(e, s, &v);
    vq_stream_view_score(e, s, &v);
    s->brief = (struct vq_brief){.loss_pct = v.loss_pct, .r = v.r,
                                 .r_nb = v.scored ? v.r / vq_emodel_span(v.impairment->scale) : v.r, .mos = v.mos, .one_way_ms = v.one_way_ms,
                                 .discard_pct = s->packets ? 100.0 * (double)v.discarded / (double)s->packets : 0,
                                 .enough_ms = v.enough_ms, .burst_r = v.burst_r, .longest_loss = v.longest_loss,
                                 .lost = v.lost, .one_way_measured = v.rtt_ms.n > 0};
}

bool vq_stream_get(const struct vq_engine *e, uint32_t handle, struct vq_stream *out)
{
    if (!vq_alive(&e->streams, handle))
        return false;
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, handle);
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    if (!s->confirmed)
        return false;
    c->last_segment->packets = s->packets - c->packets_before;
    memset(out, 0, sizeof *out);
    view_identity(e, s, c, out);
    view_ptime(s, out);
    view_promise(e, s, out);
    view_loss(s, out);
    view_counts(e, s, c, out);
    view_times(s, out);
    view_rtcp(s, c, out);
    view_verdict(e, s, vq_stream_rtcp(c), out);
    view_rtt(c, out);
    view_rtt_sender(e, s, out);
    view_one_way(e, s, out);
    vq_stream_view_score(e, s, out);
    vq_stream_view_scores(e, out);
    uint32_t n = current_slot(s) + 1;
    out->n_intervals = n > s->series.n ? n : s->series.n;
    vq_stream_view_windows(e, out);
    return true;
}

bool vq_stream_format(const struct vq_engine *e, uint32_t handle, uint8_t pt, struct vq_stream_format *out)
{
    struct vq_format f;
    if (!vq_alive(&e->streams, handle))
        return false;
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, handle);
    /* What it meant while packets came stays true when the SDP is forgotten. */
    if (!vq_flow_format(e, vq_flow_at(e, s->flow), pt, &f) && s->pt == pt)
        f = (struct vq_format){s->codec, vq_cold_at(e, s->cold)->codec_name, s->clock_hz, pt};
    *out = (struct vq_stream_format){f.codec ? f.codec->name : f.name, f.codec, f.clock_hz};
    return out->name != NULL;
}

bool vq_stream_interval(const struct vq_engine *e, const struct vq_stream *st, unsigned i, struct vq_interval *out)
{
    if (!vq_alive(&e->streams, st->handle) || i >= st->n_intervals)
        return false;
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, st->handle);
    struct vq_slot v = {.jitter_ms = -1};
    if (i < s->series.n)
        v = s->series.slots[i];
    if (i == current_slot(s)) {
        struct vq_slot now = s->slot;
        now.lost = (int32_t)(vq_seq_lost(&s->seq) - s->slot_lost);
        vq_slot_merge(&v, &now);
    }
    *out = (struct vq_interval){
        .start = s->series.start + (int64_t)i * s->series.width,
        .width = s->series.width,
        .packets = v.packets,
        .lost = v.lost > 0 ? (uint32_t)v.lost : 0,
        .late = v.late,
        .jitter_ms = v.jitter_ms < 0 ? (double)NAN : v.jitter_ms,
        .interarrival_ms = v.gaps ? v.gap_sum_ms / (float)v.gaps : (double)NAN,
        .interarrival_max_ms = v.gaps ? v.gap_max_ms : (double)NAN,
        .r = (double)NAN,
        .mos = (double)NAN,
    };
    out->late += vq_stream_late(e, s, out->start, out->start + out->width);
    if (st->scored && out->packets + out->lost)
        vq_stream_rescore(e, st, fmin((double)(out->lost + out->late) / (out->packets + out->lost), 1), &out->r, &out->mos);
    return true;
}
