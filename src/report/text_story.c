/* text_story.c - what happened within a call and where it came from or led to, a line for each: redirections, holds,
 * codec changes, transfers, forks. Nothing for a call that was only set up and ended. */
#include "report/text.h"

#include <stdio.h>

#define STORY_INDENT 7
#define STORY_TIME 20 /* column of the words behind the time */

/* "       12.300 s    hold by the caller"; the rest follows as items of a flow. */
static void dated(struct vq_out *o, int64_t ts, int64_t zero, struct vq_buf *b)
{
    char text[48] = "";
    if (ts != VQ_NONE && zero != VQ_NONE)
        snprintf(text, sizeof text, "%.3f s", (double)(ts - zero) / 1e9);
    vq_buf_fmt(&o->b, "%*s", STORY_INDENT, "");
    vq_out_field(o, text, STORY_TIME - STORY_INDENT - 2, true, VQ_TINT_DIM);
    vq_buf_str(&o->b, "  ");
    vq_out_flow_begin(o, STORY_TIME, STORY_TIME);
    vq_buf_clear(b);
}

static void entry(struct vq_out *o, struct vq_buf *b, enum vq_tint t)
{
    vq_out_flow(o, t, b->p);
    vq_buf_clear(b);
}

static void quote(struct vq_out *o, struct vq_buf *b, const char *z)
{
    size_t from = b->n;
    vq_out_wire(o->st, b, z ? z : "?");
    vq_out_clip(o->st, b, from, 48);
}

static void origin(struct vq_out *o, const struct vq_engine *e, const struct vq_call_story *m, struct vq_buf *b)
{
    if (m->lead) {
        dated(o, VQ_NONE, VQ_NONE, b);
        if (m->lead == VQ_LEAD_REDIRECT)
            vq_buf_fmt(b, "call %u was redirected here", vq_call_ref_id(e, m->from_call));
        else
            vq_buf_fmt(b, "came of the %s transfer of call %u", vq_lead_name(m->lead), vq_call_ref_id(e, m->from_call));
        entry(o, b, VQ_TINT_ACCENT);
        vq_out_flow(o, VQ_TINT_DIM, m->lead_why);
        vq_out_flow_end(o);
    }
    uint32_t old = vq_call_ref_id(e, m->replaces_call), new = vq_call_ref_id(e, m->replaced_by);
    if (old || new) {
        dated(o, VQ_NONE, VQ_NONE, b);
        if (old)
            vq_buf_fmt(b, "replaces call %u", old);
        if (new)
            vq_buf_fmt(b, "%sreplaced by call %u", old ? ", " : "", new);
        entry(o, b, VQ_TINT_ACCENT);
        vq_out_flow_end(o);
    }
}

static void redirect(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, const struct vq_redirect *r,
                     int64_t zero, struct vq_buf *b)
{
    uint32_t to = vq_call_ref_id(e, r->to_call);
    dated(o, r->ts, zero, b);
    vq_buf_fmt(b, "redirected (%u) to ", r->status);
    quote(o, b, r->target);
    entry(o, b, VQ_TINT_ACCENT);
    if (to == c->id)
        vq_buf_fmt(b, "followed within the call, frame %llu", (unsigned long long)r->followed_frame);
    else if (to)
        vq_buf_fmt(b, "followed by call %u", to);
    else
        vq_buf_str(b, "nobody was seen to go there");
    entry(o, b, to ? VQ_TINT_PLAIN : VQ_TINT_FAIR);
    vq_out_flow_end(o);
}

static void transfer(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, const struct vq_transfer *t,
                     int64_t zero, struct vq_buf *b)
{
    uint32_t old = vq_call_ref_id(e, t->replaces_call), to = vq_call_ref_id(e, t->to_call);
    bool failed = t->status >= 300 || t->progress >= 300;
    dated(o, t->ts, zero, b);
    vq_buf_fmt(b, "%s transfer by the %s to ", t->replaces ? "attended" : "blind", vq_party_name((enum vq_party)t->by));
    quote(o, b, t->target);
    entry(o, b, VQ_TINT_ACCENT);
    if (old) {
        vq_buf_fmt(b, "takes over call %u", old);
        entry(o, b, VQ_TINT_PLAIN);
    }
    if (t->status) {
        vq_buf_fmt(b, "REFER %u", t->status);
        entry(o, b, failed ? VQ_TINT_BAD : VQ_TINT_PLAIN);
    }
    if (t->progress) {
        vq_buf_str(b, "came to ");
        vq_text_status(o->st, b, t->progress, t->progress_reason ? t->progress_reason : "");
        entry(o, b, failed ? VQ_TINT_BAD : VQ_TINT_PLAIN);
    }
    if (to) {
        if (to == c->id)
            vq_buf_str(b, "is a further leg of this call");
        else
            vq_buf_fmt(b, "is call %u", to);
        entry(o, b, VQ_TINT_PLAIN);
    }
    vq_out_flow_end(o);
}

/* ---- offers and answers ------------------------------------------------------------------------------------------ */

static void first_codec(struct vq_out *o, struct vq_buf *b, const char *audio)
{
    char name[32];
    snprintf(name, sizeof name, "%.*s", (int)(strcspn(audio, " ") < 31 ? strcspn(audio, " ") : 31), audio);
    vq_out_wire(o->st, b, name);
}

/* The answer before that was an answer to something that stood. */
static const struct vq_offer *answer_before(const struct vq_call *c, const struct vq_offer *f)
{
    const struct vq_offer *last = NULL;
    for (const struct vq_offer *p = c->offers; p && p != f; p = p->next)
        if (p->kind[0] == 'a')
            last = p;
    return last;
}

static void event_words(struct vq_out *o, const struct vq_call *c, const struct vq_offer *f, struct vq_buf *b)
{
    const char *who = f->from_caller ? "caller" : "callee";
    char at[VQ_ENDPOINT_TEXT];
    const struct vq_offer *before = answer_before(c, f);
    if (f->events & VQ_OFFER_DELAYED)
        vq_buf_fmt(b, ", delayed offer: the %s's response makes it", who);
    if (f->events & VQ_OFFER_HOLD)
        vq_buf_fmt(b, ", hold by the %s", who);
    if (f->events & VQ_OFFER_RESUME)
        vq_buf_fmt(b, ", resume by the %s", who);
    if (f->events & VQ_OFFER_CODEC && before) {
        vq_buf_str(b, ", codec ");
        first_codec(o, b, before->audio);
        vq_buf_fmt(b, " %s ", vq_glyph(o->st, VQ_GLYPH_ARROW));
        first_codec(o, b, f->audio);
    }
    if (f->events & VQ_OFFER_MOVED)
        vq_buf_fmt(b, ", media of the %s moved to %s", who, vq_endpoint_text(&f->media, at));
    if (f->events & VQ_OFFER_NO_AUDIO)
        vq_buf_fmt(b, ", no audio any more (%s)", who);
    if (f->events & VQ_OFFER_REFRESH)
        vq_buf_fmt(b, ", refreshed by the %s, nothing changed", who);
}

static void effect_items(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, const struct vq_offer *f,
                         struct vq_buf *b)
{
    struct vq_stream s;
    for (uint32_t h = c->first_stream; h && vq_stream_get(e, h, &s); h = s.next_in_call) {
        enum vq_effect what = s.leg == c->leg ? vq_offer_effect(e, f, &s) : VQ_EFFECT_NONE;
        if (!what || (what == VQ_EFFECT_CONTINUED && f->events == VQ_OFFER_REFRESH))
            continue;
        vq_buf_fmt(b, "stream %u %s", s.id, vq_effect_name(what));
        entry(o, b, VQ_TINT_PLAIN);
    }
}

static void offer(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, const struct vq_offer *f,
                  int64_t zero, struct vq_buf *b)
{
    dated(o, f->ts, zero, b);
    event_words(o, c, f, b);
    vq_out_flow(o, VQ_TINT_ACCENT, b->n > 2 ? b->p + 2 : "");
    vq_buf_clear(b);
    if (f->refused) {
        vq_buf_fmt(b, "refused with %u", f->refused);
        entry(o, b, VQ_TINT_FAIR);
    }
    effect_items(o, e, c, f, b);
    vq_out_flow_end(o);
}

/* The next one that has something to tell. */
static const struct vq_offer *eventful(const struct vq_out *o, const struct vq_offer *f)
{
    while (f && (!f->events || (f->events == VQ_OFFER_REFRESH && !o->st->verbose)))
        f = f->next;
    return f;
}

/* ---- forks ------------------------------------------------------------------------------------------------------- */

static void legs(struct vq_out *o, const struct vq_call *c, struct vq_buf *b)
{
    static const enum vq_tint tints[] = {
        [VQ_LEG_PROCEEDING] = VQ_TINT_FAIR, [VQ_LEG_EARLY] = VQ_TINT_FAIR,      [VQ_LEG_CONFIRMED] = VQ_TINT_GOOD,
        [VQ_LEG_TERMINATED] = VQ_TINT_GOOD, [VQ_LEG_CANCELLED] = VQ_TINT_PLAIN, [VQ_LEG_CLEARED] = VQ_TINT_PLAIN,
        [VQ_LEG_REJECTED] = VQ_TINT_FAIR,   [VQ_LEG_REDIRECTED] = VQ_TINT_PLAIN,
    };
    char at[VQ_ENDPOINT_TEXT];
    unsigned n = 0;
    for (const struct vq_leg *l = c->legs; l; l = l->next)
        n += l->state != VQ_LEG_REDIRECTED;
    for (const struct vq_leg *l = n > 1 ? c->legs : NULL; l; l = l->next) {
        dated(o, l->first, c->start, b);
        vq_buf_fmt(b, "branch %s", vq_endpoint_text(&l->callee, at));
        entry(o, b, VQ_TINT_ACCENT);
        if (l->contact) {
            quote(o, b, l->contact);
            entry(o, b, VQ_TINT_DIM);
        }
        vq_buf_str(b, vq_leg_state_name((enum vq_leg_state)l->state));
        entry(o, b, tints[l->state]);
        if (l->winner)
            vq_out_flow(o, VQ_TINT_GOOD, "answered first");
        vq_out_flow_end(o);
    }
}

void vq_text_story(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, int64_t zero, struct vq_buf *b)
{
    if (c->story)
        origin(o, e, c->story, b);
    legs(o, c, b);
    const struct vq_redirect *r = c->story ? c->story->redirects : NULL;
    const struct vq_transfer *t = c->story ? c->story->transfers : NULL;
    const struct vq_offer *f = eventful(o, c->offers);
    uint64_t hidden = 0;
    for (uint64_t row = 0; r || t || f; row++) {
        int64_t next = r ? r->ts : INT64_MAX;
        bool shown = vq_text_shown(o, row);
        next = t && t->ts < next ? t->ts : next;
        next = f && f->ts < next ? f->ts : next;
        hidden += !shown;
        if (r && r->ts == next) {
            if (shown)
                redirect(o, e, c, r, zero, b);
            r = r->next;
        } else if (t && t->ts == next) {
            if (shown)
                transfer(o, e, c, t, zero, b);
            t = t->next;
        } else {
            if (shown)
                offer(o, e, c, f, zero, b);
            f = eventful(o, f->next);
        }
    }
    vq_text_more(o, hidden, "events");
}
