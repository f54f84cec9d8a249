/* text_calls.c - the terminal summary of calls: who, when, how it went, and a line for each direction of media. */
#include "report/text.h"

#include <math.h>
#include <stdio.h>

static enum vq_tint tint_of_state(enum vq_call_state s)
{
    switch (s) {
    case VQ_CALL_COMPLETED:
    case VQ_CALL_IN_CALL:
        return VQ_TINT_GOOD;
    case VQ_CALL_RINGING:
    case VQ_CALL_CANCELLED:
    case VQ_CALL_REDIRECTED:
    case VQ_CALL_BUSY:
    case VQ_CALL_NO_ANSWER:
    case VQ_CALL_INCOMPLETE:
        return VQ_TINT_FAIR;
    default:
        return VQ_TINT_BAD;
    }
}

void vq_text_state(struct vq_buf *b, enum vq_call_state s)
{
    for (const char *c = vq_call_state_name(s); *c; c++)
        vq_buf_char(b, *c == '_' ? ' ' : *c);
}

/* "1  1001 → 1002                  ● completed   worst MOS 4.38" */
static void title(struct vq_out *o, const struct vq_call *c, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], id[16];
    snprintf(id, sizeof id, "%u", c->id);
    vq_out_field(o, id, 5, true, VQ_TINT_ACCENT);
    vq_buf_str(&o->b, "  ");
    vq_buf_clear(b);
    unsigned room = o->width - 43;
    vq_text_pair(o->st, b, c->from, c->to, room > 60 ? 60 : room);
    vq_out_field(o, b->p, room > 60 ? 60 : room, false, VQ_TINT_BOLD);
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s ", vq_glyph(o->st, VQ_GLYPH_BULLET));
    vq_text_state(b, c->state);
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, b->p, 13, false, tint_of_state(c->state));
    vq_buf_str(&o->b, "  ");
    if (!isnan(c->mos_min)) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "worst MOS %s", vq_real_text(o->st, c->mos_min, 2, n));
        vq_out_field(o, b->p, 16, true, vq_tint_of_mos(c->mos_min));
    }
    vq_out_newline(o);
}

static void item(struct vq_out *o, struct vq_buf *b, const char *words, int64_t d)
{
    char n[VQ_NUMBER_TEXT];
    if (d == VQ_NONE)
        return;
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s", words, vq_duration_text(o->st, d, n));
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
}

static void ending(struct vq_out *o, const struct vq_call *c, struct vq_buf *b)
{
    const char *who = vq_party_name(c->released_by);
    vq_buf_clear(b);
    vq_text_status(o->st, b, c->status, c->reason);
    if (b->n)
        vq_out_flow(o, c->status >= 400 ? tint_of_state(c->state) : VQ_TINT_PLAIN, b->p);
    if (who) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s by the %s",
                   c->answered != VQ_NONE || c->state == VQ_CALL_COMPLETED ? "hung up"
                   : c->state == VQ_CALL_CANCELLED                         ? "cancelled"
                   : c->released_by == VQ_PARTY_CALLER || c->state == VQ_CALL_NO_ANSWER || c->state == VQ_CALL_TIMEOUT
                       ? "given up"
                       : "refused",
                   who);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (c->q850 >= 0) {
        vq_buf_clear(b);
        const char *words = vq_q850_text(c->q850);
        vq_buf_fmt(b, "Q.850 cause %d%s%s%s", c->q850, words ? " (" : "", words ? words : "", words ? ")" : "");
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (c->story && c->story->reason_text) {
        vq_buf_clear(b);
        vq_buf_str(b, "because: ");
        vq_out_wire(o->st, b, c->story->reason_text);
        vq_out_clip(o->st, b, 0, 60);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (c->retransmissions) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%u SIP retransmission%s", c->retransmissions, c->retransmissions == 1 ? "" : "s");
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (c->lost_between) { /* else nobody sees why the worst MOS is worse than any stream's */
        vq_buf_clear(b);
        vq_buf_fmt(b, "%llu packet%s missing between its streams", (unsigned long long)c->lost_between,
                   c->lost_between == 1 ? "" : "s");
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (c->mid_dialog)
        vq_out_flow(o, VQ_TINT_FAIR, "capture began after the INVITE");
    if (c->messages_not_kept) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%u messages not kept", c->messages_not_kept);
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
}

static void details(struct vq_out *o, const struct vq_call *c, int64_t zero, struct vq_buf *b)
{
    char src[VQ_ENDPOINT_TEXT], dst[VQ_ENDPOINT_TEXT];
    vq_out_flow_begin(o, 7, 0);
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s %s", vq_endpoint_text(&c->caller, src), vq_glyph(o->st, VQ_GLYPH_ARROW),
               vq_endpoint_text(&c->callee, dst));
    vq_out_flow(o, VQ_TINT_DIM, b->p);
    if (zero != VQ_NONE && c->start != VQ_NONE) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "begins at %.3f s", (double)(c->start - zero) / 1e9);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    item(o, b, "answered after", c->answer);
    item(o, b, "first response after", c->srd);
    item(o, b, "rang", c->ring);
    item(o, b, "talk", c->talk);
    ending(o, c, b);
    vq_out_flow_end(o);
}

/* "caller dialled 1 5 9 # (RFC 4733)": a line for each party and method, with those that fit. */
static void dialled(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, struct vq_buf *b)
{
    static const char *const how[] = {[VQ_DTMF_RFC4733] = "RFC 4733", [VQ_DTMF_SIP_INFO] = "SIP INFO"};
    static const enum vq_party who[] = {VQ_PARTY_CALLER, VQ_PARTY_CALLEE, VQ_PARTY_NONE};
    struct vq_dtmf keys[VQ_DTMF_PER_CALL];
    uint64_t not_kept;
    unsigned n = vq_call_dtmf(e, c->handle, keys, &not_kept), room = (o->width - 50) / 2;
    vq_out_flow_begin(o, 7, 0);
    for (unsigned k = 0; n && k < 2 * sizeof who / sizeof *who; k++) {
        enum vq_party by = who[k / 2];
        enum vq_dtmf_method method = k % 2 ? VQ_DTMF_SIP_INFO : VQ_DTMF_RFC4733;
        unsigned shown = 0, more = 0;
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s dialled", by == VQ_PARTY_NONE ? "somebody" : vq_party_name(by));
        for (unsigned i = 0; i < n; i++) {
            if (keys[i].by != by || keys[i].method != method)
                continue;
            if (shown < room)
                vq_buf_fmt(b, " %c", keys[i].digit);
            more += shown == room;
            shown += shown < room;
        }
        if (more)
            vq_buf_fmt(b, " and %u more", more);
        vq_buf_fmt(b, " (%s)", how[method]);
        if (shown)
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    vq_out_flow_end(o);
}

/* "INVITE 10.0.0.1:5060 → 10.0.0.2:5060 · 10.0.0.2:5060 → 10.0.0.3:5060 after 3.1 ms", where somebody passed it on. */
static void way(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, struct vq_buf *b)
{
    struct vq_hop h[VQ_HOPS_MAX];
    char at[VQ_ENDPOINT_TEXT], t[VQ_NUMBER_TEXT];
    size_t n = vq_call_hops(e, c->handle, h, VQ_HOPS_MAX);
    if (n < 2)
        return;
    vq_out_flow_begin(o, 7, 0);
    for (size_t i = 0; i < n; i++) {
        vq_buf_clear(b);
        if (!i)
            vq_buf_str(b, "INVITE ");
        vq_buf_fmt(b, "%s ", vq_endpoint_text(&h[i].src, at));
        vq_buf_fmt(b, "%s %s", vq_glyph(o->st, VQ_GLYPH_ARROW), vq_endpoint_text(&h[i].dst, at));
        if (h[i].latency != VQ_NONE)
            vq_buf_fmt(b, " after %s", vq_duration_text(o->st, h[i].latency, t));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    vq_out_flow_end(o);
}

/* One leg of several: how it went, and why it is believed to belong here. */
static void leg(struct vq_out *o, const struct vq_call *c, struct vq_buf *b)
{
    const char *sep = "";
    vq_out_flow_begin(o, 7, 0);
    vq_buf_clear(b);
    vq_buf_fmt(b, "leg %u ", c->leg);
    vq_text_pair(o->st, b, c->from, c->to, 60);
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    vq_buf_clear(b);
    vq_text_state(b, c->state);
    if (c->status >= 300)
        vq_text_status(o->st, b, c->status, c->reason);
    vq_out_flow(o, tint_of_state(c->state), b->p);
    vq_buf_clear(b);
    vq_buf_fmt(b, "joined, %s%.0f %% sure: ", c->confidence > 0.99 ? "> " : "", 100 * (c->confidence > 0.99 ? 0.99 : c->confidence));
    for (int i = 0; i < VQ_EVIDENCES; i++)
        if (c->evidence >> i & 1) {
            vq_buf_fmt(b, "%s%s", sep, vq_evidence_help((enum vq_evidence)i));
            sep = ", ";
        }
    vq_out_flow(o, VQ_TINT_DIM, b->p);
    vq_out_flow_end(o);
}

static void call(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, int64_t zero, bool head,
                 struct vq_buf *b)
{
    struct vq_stream s;
    struct vq_call further;
    uint64_t row = 0, legs = 1;
    title(o, c, b);
    details(o, c, zero, b);
    vq_text_story(o, e, c, zero, b);
    dialled(o, e, c, b);
    way(o, e, c, b);
    for (uint32_t h = c->next_leg; h && vq_text_shown(o, legs) && vq_call_get(e, h, &further); h = further.next_leg) {
        leg(o, &further, b);
        vq_text_story(o, e, &further, zero, b);
        legs++;
    }
    if (legs < c->n_legs)
        vq_text_more(o, c->n_legs - legs, "legs");
    if (head && c->n_streams)
        vq_text_stream_head(o, true);
    for (uint32_t h = c->first_stream; h && vq_stream_get(e, h, &s) && vq_text_shown(o, row); h = s.next_in_call) {
        vq_text_stream(o, &s, c->from ? c->from : "?", c->to ? c->to : "?");
        vq_text_voipmonitor(o, e, &s, b);
        vq_text_endpoint_reports(o, e, c->handle, h, b);
        row++;
    }
    if (row < c->n_streams)
        vq_text_more(o, c->n_streams - row, "streams");
    vq_text_endpoint_reports(o, e, c->handle, 0, b);
    if (!c->n_streams && c->answered != VQ_NONE) {
        vq_buf_fill(&o->b, ' ', 7);
        vq_out_tint(o, VQ_TINT_FAIR);
        vq_buf_str(&o->b, "no RTP of this call in the capture");
        vq_out_tint(o, VQ_TINT_PLAIN);
        vq_out_newline(o);
    }
}

/* Where calls are many, the table's head stands over the first alone. */
#define HEAD_EACH 6

void vq_text_calls(struct vq_out *o, const struct vq_engine *e)
{
    struct vq_call c;
    struct vq_stats stats;
    uint64_t n = 0, row = 0;
    bool head = true;
    vq_engine_stats(e, &stats);
    for (uint32_t h = vq_call_next(e, 0); h; h = vq_call_next(e, h))
        n++;
    if (!n)
        return;
    vq_out_heading(o, "Calls", n);
    struct vq_buf b;
    vq_buf_init(&b);
    for (uint32_t h = vq_call_next(e, 0); h && vq_text_shown(o, row) && !vq_out_stopped(o) && !b.failed;
         h = vq_call_next(e, h)) {
        if (!vq_call_get(e, h, &c))
            continue;
        if (row)
            vq_out_newline(o);
        call(o, e, &c, stats.start, head, &b);
        if (n > HEAD_EACH && c.n_streams)
            head = false;
        row++;
    }
    o->b.failed |= b.failed;
    vq_buf_done(&b);
    vq_text_more(o, n - row, "calls");
}

void vq_text_unbound(struct vq_out *o, const struct vq_engine *e, uint64_t n)
{
    struct vq_stream s;
    uint64_t row = 0;
    if (!n)
        return;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_out_heading(o, "RTP streams without a call", n);
    vq_text_stream_head(o, false);
    for (uint32_t h = vq_stream_next(e, 0); h && row < n && vq_text_shown(o, row) && !vq_out_stopped(o);
         h = vq_stream_next(e, h))
        if (vq_stream_get(e, h, &s) && !s.call) {
            vq_text_stream(o, &s, NULL, NULL);
            vq_text_voipmonitor(o, e, &s, &b);
            row++;
        }
    o->b.failed |= b.failed;
    vq_buf_done(&b);
    vq_text_more(o, n - row, "streams");
}
