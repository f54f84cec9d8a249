/* view_course.c - pauses and path changes of a stream, named by what else is known: SIP, what came later, other streams. */
#include "session/session.h"

#include <math.h>

/* ---- the stream before ------------------------------------------------------------------------------------------- */

/* Two streams of one direction follow each other when the older one ended before the younger began, give or take the
 * packets that were still under way. */
#define OVERLAP (VQ_S / 10)
#define APART (30 * VQ_S)
#define STREAMS_LOOKED_AT 64

static const struct vq_rtp_stream *before(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_list *all = &vq_sip_call_at(e, s->call)->streams;
    const struct vq_rtp_stream *best = NULL;
    int n = 0;
    for (const struct vq_list *l = all->prev; l != all && n < STREAMS_LOOKED_AT; l = l->prev, n++) {
        const struct vq_rtp_stream *p = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        if (p != s && p->direction == s->direction && p->media == s->media && p->start < s->start &&
            p->last_ts <= s->start + OVERLAP && s->start - p->last_ts < APART && (!best || p->last_ts > best->last_ts))
            best = p;
    }
    return best;
}

/* An offer or answer that may have moved the media. */
static bool renegotiated(const struct vq_engine *e, const struct vq_rtp_stream *p, const struct vq_rtp_stream *s)
{
    const struct vq_sip_call *c = vq_sip_call_at(e, s->call);
    for (const struct vq_offer *o = c->first_offer; o; o = o->next)
        if (o->ts > p->start && o->ts >= p->last_ts - 2 * VQ_S && o->ts <= s->start + VQ_S / 2)
            return true;
    return false;
}

uint32_t vq_stream_previous(const struct vq_engine *e, const struct vq_rtp_stream *s, const char **why)
{
    if (!s->call || s->direction == VQ_DIR_UNKNOWN)
        return 0;
    const struct vq_rtp_stream *p = before(e, s);
    if (!p)
        return 0;
    const struct vq_flow *f = vq_flow_at(e, s->flow), *g = vq_flow_at(e, p->flow);
    bool same_target = vq_endpoint_eq(&f->dst, &g->dst);
    if (renegotiated(e, p, s))
        *why = "renegotiated";
    else if (f == g)
        *why = "ssrc_change";
    else if (same_target)
        *why = "source_change";
    else
        return 0;
    return p->handle;
}

/* ---- gaps -------------------------------------------------------------------------------------------------------- */

/* Phones stop sending a moment before or after the message that says so. */
#define HOLD_SLACK VQ_S

static bool held(const struct vq_engine *e, const struct vq_rtp_stream *s, int64_t start, int64_t end)
{
    bool hold = false;
    if (!s->call)
        return false;
    for (const struct vq_offer *o = vq_sip_call_at(e, s->call)->first_offer; o && o->ts <= end; o = o->next) {
        bool offer = o->kind[0] == 'o';
        hold = o->hold || !o->audio[0] || (!offer && hold);
        if (hold && o->ts <= start + HOLD_SLACK && (!o->next || o->next->ts > start))
            return true;
    }
    return false;
}

bool vq_pause_held_up(const struct vq_pause *p, double later_ms)
{
    double step = (double)p->length / 1e6 - p->stamped_ms;
    return step > 100 && later_ms < p->transit_ms + step / 2;
}

double vq_pause_later_ms(const struct vq_course *c, unsigned i, const struct vq_rtp_stream *s)
{
    if (!isnan(c->pauses[i].later_ms))
        return c->pauses[i].later_ms;
    return i + 1 < c->n_pauses ? c->pauses[i + 1].transit_ms : s->transit_ms;
}

static enum vq_gap_kind kind_of(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct vq_pause *p,
                                bool switched, double later_ms)
{
    if (switched)
        return VQ_GAP_FAILOVER;
    if (vq_clock_stepped(e, p, later_ms))
        return VQ_GAP_CLOCK_STEP;
    if (held(e, s, p->start, p->start + p->length))
        return VQ_GAP_HOLD;
    if (p->restart)
        return VQ_GAP_RESTART;
    if (p->missing)
        return VQ_GAP_NETWORK;
    if (p->after_cn || p->stamped_ms > (double)p->length / 2e6)
        return VQ_GAP_SILENCE;
    if (isnan(p->stamped_ms))
        return VQ_GAP_UNKNOWN;
    return vq_pause_held_up(p, later_ms) ? VQ_GAP_NETWORK : VQ_GAP_SENDER_STOP;
}

static bool switched_at(const struct vq_course *c, uint64_t frame)
{
    for (unsigned i = 0; i < c->n_switches; i++)
        if (c->switches[i].frame == frame && (c->switches[i].from ^ c->switches[i].to) & ~0xffu) /* DSCP alone is none */
            return true;
    return false;
}

/* Numbers between two streams of one numbering. */
static uint32_t missing_between(const struct vq_rtp_stream *p, const struct vq_rtp_stream *s)
{
    uint16_t ahead = (uint16_t)(s->seq.base - p->seq.max);
    return p->ssrc == s->ssrc && ahead && ahead < VQ_SEQ_MAX_DROPOUT ? ahead - 1u : 0;
}

static void gap_between(const struct vq_engine *e, const struct vq_rtp_stream *p, const struct vq_rtp_stream *s,
                        struct vq_gap *out)
{
    const char *why = NULL;
    int64_t length = s->start - p->last_ts;
    vq_stream_previous(e, s, &why);
    *out = (struct vq_gap){.ts = p->last_ts, .ms = length > 0 ? (double)length / 1e6 : 0, .missing = missing_between(p, s),
                           .kind = why[0] == 's' && why[1] == 'o' ? VQ_GAP_FAILOVER : VQ_GAP_RESTART,
                           .frames = {p->last_frame, s->first_frame}};
}

#define LINKS_MOST 64

void vq_stream_heard(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_heard *out)
{
    const char *why;
    struct vq_loss sum, part;
    struct vq_stream view;
    uint32_t h;
    *out = (struct vq_heard){.r_nb = s->brief.r_nb, .mos = s->brief.mos};
    if (isnan(s->brief.r) || !(h = vq_stream_previous(e, s, &why)))
        return;
    vq_seq_loss(&s->seq, &sum);
    for (int n = 0; h && n < LINKS_MOST; n++) {
        const struct vq_rtp_stream *p = vq_rtp_stream_at(e, h);
        uint32_t missing = missing_between(p, s);
        vq_seq_loss(&p->seq, &part);
        sum.expected += part.expected + missing;
        sum.lost += part.lost + missing;
        sum.n_runs += part.n_runs + (missing > 0);
        out->missing += missing;
        s = p;
        h = vq_stream_previous(e, s, &why);
    }
    if (!out->missing || !vq_stream_get(e, s->handle, &view) || !view.scored)
        return;
    double lost = (double)sum.lost / (double)sum.expected;
    struct vq_emodel_in in = view.emodel_in;
    struct vq_emodel_out o;
    in.ppl = 100 * lost;
    in.burst_r = vq_emodel_burst_r((double)sum.lost / (double)sum.n_runs, lost);
    vq_emodel_on(view.impairment->scale, &in, &o);
    double r_nb = o.r / vq_emodel_span(view.impairment->scale);
    if (r_nb < out->r_nb) {
        out->r_nb = r_nb;
        out->mos = o.mos;
    }
}

bool vq_stream_gap(const struct vq_engine *e, const struct vq_stream *st, unsigned i, struct vq_gap *out)
{
    if (!vq_alive(&e->streams, st->handle) || i >= st->n_gaps)
        return false;
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, st->handle);
    if (st->previous && i == 0) {
        gap_between(e, vq_rtp_stream_at(e, st->previous), s, out);
        return true;
    }
    const struct vq_course *c = vq_cold_at(e, s->cold)->course;
    i -= st->previous != 0;
    const struct vq_pause *p = &c->pauses[i];
    double later = vq_pause_later_ms(c, i, s);
    *out = (struct vq_gap){.ts = p->start, .ms = (double)p->length / 1e6, .missing = p->missing,
                           .frames = {p->frames[0], p->frames[1]},
                           .kind = kind_of(e, s, p, switched_at(c, p->frames[1]), later)};
    return true;
}

/* ---- path changes ------------------------------------------------------------------------------------------------ */

struct sum {
    uint64_t packets, lost, late;
};

/* What the slots that begin from `from` on and before `to` hold. */
static void add_slots(const struct vq_engine *e, const struct vq_stream *st, int64_t from, int64_t to, struct sum *sum)
{
    struct vq_interval v;
    for (unsigned i = 0; vq_stream_interval(e, st, i, &v) && v.start < to; i++)
        if (v.start >= from) {
            sum->packets += v.packets;
            sum->lost += v.lost;
            sum->late += v.late;
        }
}

static double mos_of(const struct vq_stream *st, const struct sum *s)
{
    struct vq_emodel_in in = st->emodel_in;
    struct vq_emodel_out out;
    if (!st->scored || !(s->packets + s->lost))
        return (double)NAN;
    in.ppl = 100 * fmin((double)(s->lost + s->late) / (double)(s->packets + s->lost), 1);
    in.burst_r = 1;
    vq_emodel_on(st->impairment->scale, &in, &out);
    return out.mos;
}

#define AROUND (5 * VQ_S)

/* `old` is the stream before when the source changed; its lost packets stand between the two. */
static void effect(const struct vq_engine *e, const struct vq_stream *old, const struct vq_stream *st, int64_t gap,
                   struct vq_path_change *c)
{
    struct sum before_it = {0}, around = {0}, after = {0};
    int64_t left = c->ts - gap; /* the last packet on the old path */
    bool moved = old != st;
    add_slots(e, old, left - 2 * AROUND, left, &before_it);
    add_slots(e, old, left - AROUND, moved ? left + 1 : c->ts + AROUND, &around);
    if (moved) {
        add_slots(e, st, c->ts, c->ts + AROUND, &around);
        around.lost += c->missing;
    }
    add_slots(e, st, c->ts + 1, c->ts + 2 * AROUND, &after);
    c->mos_before = mos_of(old, &before_it);
    c->mos_around = mos_of(st, &around);
    c->mos_after = mos_of(st, &after);
}

static bool moved_here(const struct vq_engine *e, const struct vq_stream *st, struct vq_path_change *out)
{
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, st->handle), *p = vq_rtp_stream_at(e, st->previous);
    struct vq_stream old;
    if (!vq_stream_get(e, st->previous, &old))
        return false;
    int64_t gap = s->start > p->last_ts ? s->start - p->last_ts : 0;
    *out = (struct vq_path_change){
        .ts = s->start, .frame = s->first_frame, .gap_ms = (double)gap / 1e6, .missing = missing_between(p, s),
        .src_before = old.src, .ttl_before = (uint8_t)(p->last_path >> 8), .ttl = s->ttl,
        .dscp_before = (uint8_t)p->last_path, .dscp = s->dscp, .what = VQ_PATH_SOURCE,
    };
    out->what |= out->ttl != out->ttl_before ? VQ_PATH_TTL : 0;
    out->what |= out->dscp != out->dscp_before ? VQ_PATH_DSCP : 0;
    effect(e, &old, st, gap, out);
    return true;
}

bool vq_stream_path_change(const struct vq_engine *e, const struct vq_stream *st, unsigned i, struct vq_path_change *out)
{
    if (!vq_alive(&e->streams, st->handle) || i >= st->n_path_changes)
        return false;
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, st->handle);
    const struct vq_course *c = vq_cold_at(e, s->cold)->course;
    bool moved = st->n_path_changes > (c ? c->n_switches : 0);
    if (moved && i == 0)
        return moved_here(e, st, out);
    const struct vq_switch *w = &c->switches[i - moved];
    uint32_t d = w->from ^ w->to;
    *out = (struct vq_path_change){
        .ts = w->ts, .frame = w->frame, .gap_ms = (double)w->gap / 1e6, .missing = w->missing, .src_before = st->src,
        .ttl_before = (uint8_t)(w->from >> 8), .ttl = (uint8_t)(w->to >> 8), .dscp_before = (uint8_t)w->from,
        .dscp = (uint8_t)w->to,
        .what = (d >> 16 ? VQ_PATH_LINK : 0u) | (d >> 8 & 0xff ? VQ_PATH_TTL : 0u) | (d & 0xff ? VQ_PATH_DSCP : 0u),
    };
    effect(e, st, st, w->gap, out);
    return true;
}
