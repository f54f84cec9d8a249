/* ladder.c - the ladder of a call, a registration or another dialog: messages and RTP in the order of time, one lane
 * for each host. */
#include "report/ladder.h"

#include <errno.h>
#include <stdlib.h>

#include "report/text.h"

static int by_start(const void *a, const void *b)
{
    const struct vq_stream *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void collect_streams(struct vq_drawing *d, const struct vq_engine *e, const struct vq_call *c)
{
    struct vq_stream s;
    for (uint32_t h = c->first_stream; h && vq_stream_get(e, h, &s); h = s.next_in_call) {
        if (s.start == VQ_NONE)
            continue;
        if (d->n_streams < VQ_LADDER_STREAMS)
            d->streams[d->n_streams++] = s;
        else
            d->hidden_streams++;
    }
    qsort(d->streams, d->n_streams, sizeof d->streams[0], by_start);
}

/* What else there is before a row of this time. */
static void others_until(struct vq_drawing *d, const struct vq_engine *e, int64_t ts)
{
    for (; d->next_stream < d->n_streams && d->streams[d->next_stream].start < ts; d->next_stream++) {
        const struct vq_stream *s = &d->streams[d->next_stream];
        vq_ladder_keys_until(d, s->start);
        vq_ladder_reports_until(d, e, s->start);
        vq_ladder_stream(d, s);
    }
    vq_ladder_keys_until(d, ts);
    vq_ladder_reports_until(d, e, ts);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

#define WORDS(d) {&(d)->words.full, &(d)->words.shorter, &(d)->words.brief, &(d)->words.shortest}

static struct vq_drawing *drawing_new(const struct vq_report_style *st, vq_write_h *w, void *arg)
{
    struct vq_drawing *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    vq_out_init(&d->l.o, st, w, arg);
    struct vq_buf *const words[] = WORDS(d);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        vq_buf_init(words[i]);
    d->zero = d->before = VQ_NONE;
    return d;
}

static int drawing_done(struct vq_drawing *d)
{
    struct vq_buf *const words[] = WORDS(d);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        d->l.o.b.failed |= words[i]->failed;
        vq_buf_done(words[i]);
    }
    free(d->l.cells);
    int rc = vq_out_done(&d->l.o);
    free(d);
    return rc;
}

static void legend(struct vq_drawing *d, unsigned not_kept)
{
    struct vq_out *o = &d->l.o;
    vq_out_tint(o, VQ_TINT_DIM);
    if (d->repeated) {
        vq_buf_fmt(&o->b, "  %s retransmission", o->st->utf8 ? "↻" : "(R)");
        if (d->timed)
            vq_buf_str(&o->b, " and its number, by Timer A, E or G (RFC 3261 17)");
        vq_out_newline(o);
    }
    if (d->late_ms > 0) {
        char n[VQ_NUMBER_TEXT];
        vq_buf_fmt(&o->b, "  late: packets that a jitter buffer of %s ms discards", vq_real_text(o->st, d->late_ms, 0, n));
        vq_out_newline(o);
    }
    if (not_kept) {
        vq_buf_fmt(&o->b, "  %s and %u more messages that were not kept", vq_glyph(o->st, VQ_GLYPH_ELLIPSIS), not_kept);
        vq_out_newline(o);
    }
    if (d->hidden_streams) {
        vq_buf_fmt(&o->b, "  %s and %zu more RTP streams", vq_glyph(o->st, VQ_GLYPH_ELLIPSIS), d->hidden_streams);
        vq_out_newline(o);
    }
    vq_out_tint(o, VQ_TINT_PLAIN);
}

/* Lanes are known by now. */
static void draw(struct vq_drawing *d, const struct vq_engine *e, const struct vq_reader *messages, int64_t start,
                 unsigned not_kept)
{
    struct vq_reader at = *messages;
    struct vq_message m;
    for (size_t i = 0; i < d->n_streams; i++) {
        vq_ladder_lane(&d->l, &d->streams[i].src, true);
        vq_ladder_lane(&d->l, &d->streams[i].dst, true);
    }
    vq_ladder_name_hosts(&d->l, e, d->of_call);
    if (!vq_ladder_place(&d->l)) {
        d->l.o.b.failed = true;
        return;
    }
    d->zero = d->n_streams ? d->streams[0].start : 0;
    if (start != VQ_NONE)
        d->zero = start;
    else if (vq_reader_next(&at, &m))
        d->zero = m.ts;
    vq_out_newline(&d->l.o);
    vq_ladder_titles(&d->l);
    for (at = *messages; vq_reader_next(&at, &m) && !vq_out_stopped(&d->l.o);) {
        others_until(d, e, m.ts);
        vq_ladder_message(d, &m);
        vq_ladder_reports_in(d, e, m.frame);
    }
    others_until(d, e, INT64_MAX);
    legend(d, not_kept);
}

/* `details` goes on after the names, and on further lines where the page is narrow. */
static void headline(struct vq_drawing *d, const char *kind, unsigned id, const char *from, const char *to,
                     const char *details)
{
    struct vq_out *o = &d->l.o;
    struct vq_buf *name = &o->tmp;
    vq_out_newline(o);
    vq_out_tint(o, VQ_TINT_ACCENT);
    vq_buf_clear(name);
    vq_buf_fmt(name, "%s %u", kind, id);
    vq_buf_str(&o->b, name->p);
    size_t column = name->n + 2;
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_buf_str(&o->b, "  ");
    vq_out_tint(o, VQ_TINT_BOLD);
    vq_buf_clear(name);
    vq_out_wire(o->st, name, from);
    vq_out_clip(o->st, name, 0, 36);
    if (to) {
        vq_buf_fmt(name, " %s ", vq_glyph(o->st, VQ_GLYPH_ARROW));
        size_t at = name->n;
        vq_out_wire(o->st, name, to);
        vq_out_clip(o->st, name, at, 36);
    }
    vq_buf_str(&o->b, name->p);
    column += vq_text_columns(name->p, name->n);
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_buf_str(&o->b, "  ");
    vq_out_words(o, 2, (unsigned)column + 2, details);
}

/* Where the call comes from and leads to, when it is another. */
static void linked(struct vq_buf *b, const struct vq_engine *e, const struct vq_call *c)
{
    const struct vq_call_story *k = c->story;
    if (k && k->lead == VQ_LEAD_REDIRECT)
        vq_buf_fmt(b, ", redirected from call %u", vq_call_ref_id(e, k->from_call));
    else if (k && k->lead)
        vq_buf_fmt(b, ", by %s transfer from call %u", vq_lead_name(k->lead), vq_call_ref_id(e, k->from_call));
    for (const struct vq_transfer *t = k ? k->transfers : NULL; t; t = t->next)
        if (t->to_call.id)
            vq_buf_fmt(b, ", transferred to call %u", vq_call_ref_id(e, t->to_call));
    for (const struct vq_redirect *r = k ? k->redirects : NULL; r; r = r->next)
        if (r->to_call.id && vq_call_ref_id(e, r->to_call) != c->id)
            vq_buf_fmt(b, ", redirected to call %u", vq_call_ref_id(e, r->to_call));
}

int vq_report_ladder(const struct vq_engine *e, uint32_t call, const struct vq_report_style *st, vq_write_h *w,
                     void *arg)
{
    struct vq_call c;
    char n[VQ_NUMBER_TEXT];
    if (!vq_call_get(e, call, &c))
        return -ENOENT;
    struct vq_drawing *d = drawing_new(st, w, arg);
    if (!d)
        return -ENOMEM;
    struct vq_buf *b = &d->words.full;
    vq_text_state(b, c.state);
    if (c.answer != VQ_NONE)
        vq_buf_fmt(b, ", answered after %s", vq_duration_text(st, c.answer, n));
    if (c.talk != VQ_NONE)
        vq_buf_fmt(b, ", talk %s", vq_duration_text(st, c.talk, n));
    linked(b, e, &c);
    if (c.start != VQ_NONE)
        vq_buf_fmt(b, ", %s", vq_time_text(c.start, 3, n));
    headline(d, "Call", c.id, c.from ? c.from : "?", c.to ? c.to : "?", b->p);
    vq_reader_init_call(&d->messages, e, call);
    vq_ladder_lane_split(&d->l, &d->messages);
    vq_ladder_name_parties(&d->l, &c, d->messages);
    d->of_call = true;
    for (struct vq_call leg = c; leg.next_leg && vq_call_get(e, leg.next_leg, &leg);)
        vq_ladder_name(&d->l, &leg.callee, NULL, NULL, leg.user_agent_callee);
    collect_streams(d, e, &c);
    uint64_t more;
    d->n_keys = vq_call_dtmf(e, call, d->keys, &more);
    d->call = call;
    draw(d, e, &d->messages, c.start, c.messages_not_kept);
    return drawing_done(d);
}

int vq_report_ladder_registration(const struct vq_engine *e, uint32_t reg, const struct vq_report_style *st,
                                  vq_write_h *w, void *arg)
{
    struct vq_registration r;
    char n[VQ_NUMBER_TEXT];
    if (!vq_registration_get(e, reg, &r))
        return -ENOENT;
    struct vq_drawing *d = drawing_new(st, w, arg);
    if (!d)
        return -ENOMEM;
    struct vq_buf *b = &d->words.full;
    vq_buf_str(b, vq_registration_outcome_name(r.outcome));
    if (r.rrd != VQ_NONE)
        vq_buf_fmt(b, " after %s", vq_duration_text(st, r.rrd, n));
    if (r.expires_granted_s != VQ_NONE)
        vq_buf_fmt(b, ", expires after %lld s", (long long)r.expires_granted_s);
    headline(d, "Registration", r.id, r.aor ? r.aor : "?", NULL, b->p);
    vq_reader_init(&d->messages, r.messages, r.call_id);
    vq_ladder_lane_split(&d->l, &d->messages);
    vq_ladder_name(&d->l, &r.client, "client", r.user, r.user_agent);
    vq_ladder_name(&d->l, &r.registrar, "registrar", NULL, NULL);
    draw(d, e, &d->messages, r.start, r.messages_not_kept);
    return drawing_done(d);
}

int vq_report_ladder_dialog(const struct vq_engine *e, uint32_t dialog, const struct vq_report_style *st, vq_write_h *w,
                            void *arg)
{
    struct vq_dialog g;
    if (!vq_dialog_get(e, dialog, &g))
        return -ENOENT;
    struct vq_drawing *d = drawing_new(st, w, arg);
    if (!d)
        return -ENOMEM;
    struct vq_buf *b = &d->words.full;
    vq_out_wire(st, b, g.method);
    vq_buf_fmt(b, " %s", vq_dialog_outcome_name(g.outcome));
    headline(d, "Dialog", g.id, g.from_uri ? g.from_uri : "?", g.to_uri ? g.to_uri : "?", b->p);
    vq_reader_init(&d->messages, g.messages, g.call_id);
    vq_ladder_lane_split(&d->l, &d->messages);
    vq_ladder_name(&d->l, &g.client, "client", NULL, NULL);
    vq_ladder_name(&d->l, &g.server, "server", NULL, NULL);
    draw(d, e, &d->messages, g.start, g.messages_not_kept);
    return drawing_done(d);
}
