/* dtmf_in.c - keys pressed during a call: telephone-events of its streams, and SIP INFO.
 *
 * An event is told many times over: each of its packets gives its length so far, and the last is sent three times
 * (RFC 4733 2.5.1.4). All of them have the timestamp of its beginning, which makes one key of them. */
#include "session/session.h"

#include <math.h>

#include "proto/dtmf.h"
#include "proto/rtp.h"
#include "util/str.h"

/* Packets of events that are over come this many numbers late at most, RFC 3550 A.1 MAX_MISORDER. */
#define MISORDER 100
/* The longest segment of an event, RFC 4733 2.5.1.3. */
#define SEGMENT_MAX 0xffffu

static struct vq_dtmf_note *add_note(struct vq_dtmf_list *l, struct vq_arena *a, unsigned most)
{
    struct vq_dtmf_note *n = l->n < most ? vq_arena_alloc(a, sizeof *n) : NULL;
    if (!n) {
        l->not_kept++;
        return NULL;
    }
    if (l->last)
        l->last->next = n;
    else
        l->first = n;
    l->last = n;
    l->n++;
    return n;
}

/* ---- telephone-events -------------------------------------------------------------------------------------------- */

/* How the event report fits to what is known of the stream's last one. */
enum fit { SAME, OLD, NEXT_SEGMENT, RUNNING, NEW };

static enum fit fit_of(const struct vq_stream_dtmf *s, const struct vq_rtp *r, uint32_t ts, const struct vq_dtmf_event *v)
{
    int behind = (int16_t)(r->seq - s->seq);
    uint32_t step = ts - s->ts;
    if (!s->known)
        return NEW;
    if (!step && v->code == s->code)
        return SAME;
    for (size_t i = 0; i < sizeof s->past / sizeof s->past[0]; i++)
        if (s->past[i] == ts)
            return OLD;
    if (behind < 0 && behind > -MISORDER)
        return OLD;
    if (s->ended || v->code != s->code || r->marker)
        return NEW;
    /* The timestamp should stand still; some senders let it run along with the length. */
    if (v->duration > s->ticks && step <= v->duration)
        return RUNNING;
    return step == s->ticks || step == SEGMENT_MAX ? NEXT_SEGMENT : NEW;
}

static void report(struct vq_stream_dtmf *s, struct vq_arena *a, const struct vq_rtp *r, uint32_t ts,
                   const struct vq_dtmf_event *v, const struct vq_dgram *d, uint32_t clock_hz)
{
    enum fit f = fit_of(s, r, ts, v);
    if (f == OLD)
        return;
    if (f == NEW) {
        s->note = add_note(&s->list, a, VQ_DTMF_PER_STREAM);
        if (s->note)
            *s->note = (struct vq_dtmf_note){.ts = d->ts, .frame = d->frame, .tag = ts, .digit = vq_dtmf_digit(v->code)};
        s->past[s->next_past++ % (sizeof s->past / sizeof s->past[0])] = s->ts;
        s->ticks_before = 0;
        s->ended = false;
    } else if (f == NEXT_SEGMENT) {
        s->ticks_before += ts - s->ts;
    }
    if (f != SAME)
        s->ticks = 0;
    s->known = true;
    s->code = v->code;
    s->ts = ts;
    if (f != SAME || (int16_t)(r->seq - s->seq) > 0)
        s->seq = r->seq;
    s->ended |= v->end;
    if (v->duration > s->ticks)
        s->ticks = v->duration;
    if (s->note) {
        s->note->ended = s->ended;
        s->note->duration_ms = clock_hz ? (float)((s->ticks_before + s->ticks) * 1000.0 / clock_hz) : NAN;
    }
}

void vq_dtmf_packet(struct vq_engine *e, struct vq_rtp_stream *st, const struct vq_rtp *r, const struct vq_dgram *d,
                    uint32_t clock_hz)
{
    struct vq_stream_cold *c = vq_cold_at(e, st->cold);
    struct vq_slice left = r->payload;
    struct vq_dtmf_event v;
    uint32_t ts = r->ts;
    if (!c->dtmf)
        c->dtmf = vq_arena_alloc(&c->arena, sizeof *c->dtmf);
    /* 2.5.1.5: each event in the packet begins where the one before it ends. */
    for (; c->dtmf && vq_dtmf_event_read(left, &v); ts += v.duration) {
        if (vq_dtmf_digit(v.code))
            report(c->dtmf, &c->arena, r, ts, &v, d, clock_hz);
        vq_str_cut_at(&left, VQ_DTMF_EVENT_SIZE, VQ_DTMF_EVENT_SIZE);
    }
}

/* ---- SIP INFO ---------------------------------------------------------------------------------------------------- */

void vq_dtmf_info(struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d, bool from_caller)
{
    struct vq_dtmf_info info;
    if (m->method != VQ_SIP_INFO || !m->request || !vq_dtmf_info_read(m->content_type, m->body, &info))
        return;
    struct vq_call_more *more = vq_call_more(c);
    if (!more)
        return;
    for (const struct vq_dtmf_note *n = more->dtmf.first; n; n = n->next)
        if (n->tag == m->cseq && n->from_caller == from_caller)
            return; /* the same request, seen at the next hop */
    struct vq_dtmf_note *n = add_note(&more->dtmf, &c->talk.arena, VQ_DTMF_PER_CALL);
    if (n)
        *n = (struct vq_dtmf_note){.ts = d->ts, .frame = d->frame, .tag = m->cseq, .digit = info.digit, .ended = true,
                                   .duration_ms = info.has_duration ? (float)info.duration_ms : NAN,
                                   .from_caller = from_caller, .info = true};
}

/* ---- the view ---------------------------------------------------------------------------------------------------- */

/* Where a key in the list comes from. */
struct origin {
    uint32_t ssrc, tag, leg;
    uint32_t passed_to; /* the last leg that it was seen on again, 0: none */
};

struct gathering {
    struct vq_dtmf *out;
    struct origin from[VQ_DTMF_PER_CALL];
    uint32_t leg;
    unsigned n;
    uint64_t not_kept;
};

/* A B2BUA passes a key on to its other leg within this time, mostly at once. */
#define PASSED_ON VQ_S

/* A relay passes on SSRC and timestamp, a B2BUA makes both anew on its other leg: the key is the same. */
static bool known(struct gathering *g, const struct vq_dtmf *x, const struct origin *o)
{
    for (unsigned i = 0; i < g->n; i++) {
        const struct vq_dtmf *k = &g->out[i];
        if (k->by != x->by || k->digit != x->digit)
            continue;
        if (x->stream && k->stream && g->from[i].ssrc == o->ssrc && g->from[i].tag == o->tag)
            return true;
        int64_t apart = x->ts > k->ts ? x->ts - k->ts : k->ts - x->ts;
        if (g->from[i].leg != o->leg && g->from[i].passed_to != o->leg && apart <= PASSED_ON) {
            g->from[i].passed_to = o->leg;
            return true;
        }
    }
    return false;
}

static void insert(struct gathering *g, const struct vq_dtmf *x, uint32_t ssrc, uint32_t tag)
{
    struct origin o = {ssrc, tag, g->leg, 0};
    if (known(g, x, &o))
        return;
    if (g->n == VQ_DTMF_PER_CALL) {
        g->not_kept++;
        return;
    }
    unsigned at = g->n++;
    for (; at && g->out[at - 1].ts > x->ts; at--) {
        g->out[at] = g->out[at - 1];
        g->from[at] = g->from[at - 1];
    }
    g->out[at] = *x;
    g->from[at] = o;
}

static struct vq_dtmf view_of(const struct vq_dtmf_note *n)
{
    return (struct vq_dtmf){.ts = n->ts, .frame = n->frame, .digit = n->digit, .ended = n->ended,
                            .method = n->info ? VQ_DTMF_SIP_INFO : VQ_DTMF_RFC4733, .duration_ms = n->duration_ms};
}

static void gather_stream(const struct vq_engine *e, const struct vq_rtp_stream *s, struct gathering *g)
{
    static const enum vq_party who[] = {[VQ_DIR_UNKNOWN] = VQ_PARTY_NONE, [VQ_DIR_CALLER_TO_CALLEE] = VQ_PARTY_CALLER,
                                        [VQ_DIR_CALLEE_TO_CALLER] = VQ_PARTY_CALLEE};
    const struct vq_stream_dtmf *l = vq_cold_at(e, s->cold)->dtmf;
    if (!l)
        return;
    g->not_kept += l->list.not_kept;
    for (const struct vq_dtmf_note *n = l->list.first; n; n = n->next) {
        struct vq_dtmf x = view_of(n);
        x.by = who[s->direction];
        x.stream = s->handle;
        insert(g, &x, s->ssrc, n->tag);
    }
}

static void gather_leg(const struct vq_engine *e, const struct vq_sip_call *c, struct gathering *g)
{
    g->leg = c->talk.handle;
    if (c->more) {
        g->not_kept += c->more->dtmf.not_kept;
        for (const struct vq_dtmf_note *n = c->more->dtmf.first; n; n = n->next) {
            struct vq_dtmf x = view_of(n);
            x.by = n->from_caller ? VQ_PARTY_CALLER : VQ_PARTY_CALLEE;
            insert(g, &x, 0, n->tag);
        }
    }
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next)
        gather_stream(e, VQ_CONTAINER(l, struct vq_rtp_stream, in_call), g);
}

unsigned vq_call_dtmf(const struct vq_engine *e, uint32_t call, struct vq_dtmf out[VQ_DTMF_PER_CALL], uint64_t *not_kept)
{
    struct gathering g = {.out = out};
    *not_kept = 0;
    if (!vq_alive(&e->talks[VQ_TALK_CALL].pool, call))
        return 0;
    for (uint32_t h = call; h; h = vq_join_next(e, h))
        gather_leg(e, vq_sip_call_at(e, h), &g);
    *not_kept = g.not_kept;
    return g.n;
}
