/* view_stream.c - streams as the plain structures of media.h: counts, times, delay, score, intervals. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clark.h"

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
void vq_stream_view_promise(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
{
    const struct vq_flow *f = vq_flow_at(e, s->flow);
    const struct vq_promise *p = f->promise ? vq_promise_at(e, f->promise) : NULL;
    if (!p || s->call != f->call)
        return;
    out->ptime_declared_ms = p->ptime_ms;
    out->ptime_max_ms = p->maxptime_ms;
    if (s->announced || !p->n_formats || s->pt == NO_PT || vq_flow_announces(e, f, s->pt))
        return;
    /* What was negotiated while it ran may have come to other payload types than those it began with. */
    const struct vq_offer *last = vq_sip_call_at(e, f->call)->last_offer;
    out->codec_unannounced = last && last->ts <= s->start;
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

/* What the codec file says of the stream's codec, NULL: nothing. */
static const struct vq_codec_own *own_of(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    if (!e->opt.n_codecs)
        return NULL;
    const char *name = s->codec ? s->codec->name : vq_cold_at(e, s->cold)->codec_name;
    return name ? vq_codec_own_rtp(e->opt.codecs, e->opt.n_codecs, name, s->clock_hz) : NULL;
}

static const struct vq_impairment *row_of(const struct vq_engine *e, const struct vq_codec *c)
{
    const struct vq_impairment *i = c->impairment ? vq_impairment_by_name(c->impairment) : NULL;
    if (i && !strcmp(i->name, "g711"))
        i = e->g711;
    const struct vq_codec_own *own = i ? vq_codec_own_row(e->opt.codecs, e->opt.n_codecs, i->name) : NULL;
    return own ? &own->row : i;
}

static const struct vq_impairment *impairment_of(const struct vq_engine *e, const struct vq_rtp_stream *s,
                                                 const struct vq_codec_own *own, const char **why)
{
    if (s->media != VQ_MEDIA_AUDIO && s->media != VQ_MEDIA_UNKNOWN) {
        *why = "not audio: the E-model scores speech only";
        return NULL;
    }
    if (own)
        return &own->row;
    if (!s->codec) {
        *why = vq_cold_at(e, s->cold)->codec_name ? "no codec of that name is known here: --codecs gives it values"
                                                  : "unknown codec: no SDP announced the payload type";
        return NULL;
    }
    const struct vq_impairment *i = row_of(e, s->codec);
    if (!i)
        *why = "no impairment values are published for this codec";
    return i;
}

static const char *simple_name(const struct vq_impairment *i)
{
    if (!strncmp(i->name, "g711", 4))
        return "cole-rosenbluth-g711";
    return !strncmp(i->name, "g729", 4) ? "cole-rosenbluth-g729a" : NULL;
}

static void view_simple(const struct vq_engine *e, const struct vq_impairment *i, struct vq_stream *out)
{
    const char *name = i ? simple_name(i) : NULL;
    const struct vq_simple_model *m = e->simple ? e->simple : name ? vq_simple_by_name(name) : NULL;
    out->simple_r = out->simple_mos = (double)NAN;
    if (!m)
        return;
    out->simple_name = m->name;
    out->simple_r = vq_simple_r(m, out->emodel_in.ta, out->emodel_in.ppl / 100);
    out->simple_mos = vq_emodel_mos(out->simple_r);
}

/* Most streams of a capture have the same delay, and Ro, Is and Id hang on nothing else here: the last answer for each of
 * the two questions is kept. */
struct vq_score_base {
    struct score {
        double ta;
        struct vq_emodel_out out;
        bool known;
    } conversation[VQ_SCALE_FB + 1], listening[VQ_SCALE_FB + 1]; /* by enum vq_scale */
};

struct vq_score_base *vq_score_base_new(void)
{
    return calloc(1, sizeof(struct vq_score_base));
}

static void score(struct score *scores, enum vq_scale scale, const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    struct score *kept = &scores[scale];
    if (!kept->known || kept->ta != in->ta) {
        vq_emodel_on(scale, in, &kept->out);
        kept->ta = in->ta;
        kept->known = true;
    }
    *out = kept->out;
    vq_emodel_rescore_on(scale, in, out); /* GoB, PoW and TME wait until somebody asks for the whole view */
}

/* G.107's default: the worst case, for codecs of which G.113 publishes no Bpl. */
#define BPL_DEFAULT 4.3

/* Packets that come too late for the buffer are as good as lost (G.107 7.5: Ppl holds both), in one pattern with those
 * that are. */
static void view_discards(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
{
    struct vq_transit t;
    struct vq_emodel_in *in = &out->emodel_in;
    out->discarded = 0;
    out->enough_ms = (double)NAN;
    in->ppl = out->loss_pct;
    in->burst_r = out->burst_r;
    if (!vq_stream_discards(e, s, &t))
        return;
    const struct vq_jbuf_count *c = &t.jbuf.fixed[e->sizes.scored];
    out->discarded = c->late;
    out->enough_ms = vq_playout_enough_ms(&t.pdv);
    vq_jbuf_loss(c, out->lost, out->expected, &in->ppl, &in->burst_r);
}

static void view_score(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
{
    out->r = out->mos = (double)NAN;
    vq_emodel_defaults(&out->emodel_in);
    out->ta_network_ms = out->one_way_ms;
    out->ta_buffer_ms = e->opt.buffer_ms;
    const struct vq_codec_own *own = own_of(e, s);
    double frame_ms = s->codec ? s->codec->frame_ms : 0, lookahead_ms = s->codec ? s->codec->lookahead_ms : 0;
    out->ta_packetization_ms = !isnan(out->ptime_ms) ? out->ptime_ms : own && !isnan(own->frame_ms) ? own->frame_ms : frame_ms;
    out->ta_lookahead_ms = own && !isnan(own->lookahead_ms) ? own->lookahead_ms : lookahead_ms;
    struct vq_emodel_in *in = &out->emodel_in;
    vq_emodel_set_delay(in, out->ta_network_ms + out->ta_buffer_ms + out->ta_packetization_ms + out->ta_lookahead_ms);
    view_discards(e, s, out);
    in->a = e->opt.advantage;
    const struct vq_impairment *i = impairment_of(e, s, own, &out->score_why);
    if (i && out->packets < 2) {
        out->score_why = "too short: a single packet";
        i = NULL;
    }
    if (i) {
        out->bpl_assumed = isnan(i->bpl);
        in->ie = i->ie;
        in->bpl = out->bpl_assumed ? BPL_DEFAULT : i->bpl;
        out->impairment = i;
        out->scored = true;
        score(e->base->conversation, i->scale, in, &out->emodel);
        out->r = out->emodel.r;
        out->mos = out->emodel.mos;
    }
}

static double r_of(enum vq_scale scale, const struct vq_emodel_in *in, struct vq_emodel_out terms)
{
    vq_emodel_rescore_on(scale, in, &terms);
    return terms.r;
}

/* Each impairment is added to those before it, and what R loses is its own: so the parts sum up to the whole.
 * `undelayed`: the terms without delay. */
static void view_costs(const struct vq_emodel_out *undelayed, struct vq_stream *out)
{
    const struct vq_emodel_in *all = &out->emodel_in;
    const struct vq_emodel_out *terms = undelayed;
    const enum vq_scale scale = out->impairment->scale;
    struct vq_emodel_in in;
    vq_emodel_defaults(&in);
    in.bpl = all->bpl;
    double r = out->r_best = r_of(scale, &in, *terms);
    for (int c = 0; c < VQ_COSTS; c++) {
        switch ((enum vq_cost)c) {
        case VQ_COST_CODEC:
            in.ie = all->ie;
            break;
        case VQ_COST_DELAY:
            terms = &out->emodel;
            break;
        case VQ_COST_LOSS:
            in.ppl = out->loss_pct;
            break;
        case VQ_COST_DISCARD:
            in.ppl = all->ppl;
            break;
        case VQ_COST_BURST:
            in.burst_r = all->burst_r;
            break;
        default:
            in.a = all->a;
        }
        double next = r_of(scale, &in, *terms);
        out->lost_points[c] = r - next;
        r = next;
    }
}

/* From the losses at the capture point: RFC 3611's bursts and gaps know no discards. */
static void view_clark(struct vq_stream *out)
{
    const struct vq_burst_gap *b = &out->bursts;
    const struct vq_emodel_in *in = &out->emodel_in;
    struct vq_clark *k = &out->clark;
    if (out->impairment->scale != VQ_SCALE_NB) {
        k->why = "ETSI TS 101 329-5 Annex E is about the narrowband scale";
        return;
    }
    if ((b->bursts && isnan(b->burst_ms)) || (b->gaps && isnan(b->gap_ms))) {
        k->why = "the packet time is unknown";
        return;
    }
    const struct vq_clark_in from = {
        .ie = in->ie, .bpl = in->bpl,
        .burst_ppl = b->bursts ? b->burst_density_pct : 0, .burst_s = b->bursts ? b->burst_ms / 1000 : 0,
        .gap_ppl = b->gaps ? b->gap_density_pct : 0, .gap_s = b->gaps ? b->gap_ms / 1000 : 0,
        .since_s = b->bursts ? b->after_last_ms / 1000 : (double)NAN,
    };
    struct vq_clark_out to;
    vq_clark(&from, &to);
    double rest = out->r + out->emodel.ie_eff;
    *k = (struct vq_clark){.ie_burst = to.ie_burst, .ie_gap = to.ie_gap, .ie_av = to.ie_av, .ie_end = to.ie_end,
                           .since_burst_s = from.since_s, .r = rest - to.ie_av, .mos = vq_emodel_mos(rest - to.ie_av),
                           .r_end = rest - to.ie_end, .mos_end = vq_emodel_mos(rest - to.ie_end)};
}

/* What the whole view adds to the score. */
static void view_more_scores(const struct vq_engine *e, struct vq_stream *out)
{
    out->mos_lq = (double)NAN;
    out->clark.why = out->score_why;
    if (out->scored) {
        struct vq_emodel_in listening = out->emodel_in;
        struct vq_emodel_out lq;
        vq_emodel_set_delay(&listening, 0);
        score(e->base->listening, out->impairment->scale, &listening, &lq);
        out->mos_lq = lq.mos;
        view_costs(&lq, out);
        view_clark(out);
        if (out->impairment->scale == VQ_SCALE_NB) {
            out->emodel.gob_pct = vq_emodel_gob(out->r);
            out->emodel.pow_pct = vq_emodel_pow(out->r);
            out->emodel.tme_pct = vq_emodel_tme(out->r);
        }
    }
    view_simple(e, out->scored ? out->impairment : NULL, out);
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
    view_score(e, s, &v);
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
    vq_stream_view_promise(e, s, out);
    view_loss(s, out);
    view_counts(e, s, c, out);
    view_times(s, out);
    view_rtcp(s, c, out);
    view_verdict(e, s, vq_stream_rtcp(c), out);
    view_rtt(c, out);
    view_rtt_sender(e, s, out);
    view_one_way(e, s, out);
    view_score(e, s, out);
    view_more_scores(e, out);
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
    if (st->scored && out->packets + out->lost) {
        struct vq_emodel_in in = st->emodel_in;
        struct vq_emodel_out o;
        in.ppl = 100 * fmin((double)(out->lost + out->late) / (out->packets + out->lost), 1);
        in.burst_r = 1;
        score(e->base->conversation, st->impairment->scale, &in, &o);
        out->r = o.r;
        out->mos = o.mos;
    }
    return true;
}
