/* view_score.c - what a stream scores: E-model, listening quality, what each impairment costs, Clark, the simple models. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/clark.h"

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

void vq_stream_view_score(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out)
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

void vq_stream_view_scores(const struct vq_engine *e, struct vq_stream *out)
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

void vq_stream_rescore(const struct vq_engine *e, const struct vq_stream *st, double loss, double *r, double *mos)
{
    struct vq_emodel_in in = st->emodel_in;
    struct vq_emodel_out out;
    in.ppl = 100 * loss;
    in.burst_r = 1;
    score(e->base->conversation, st->impairment->scale, &in, &out);
    *r = out.r;
    *mos = out.mos;
}
