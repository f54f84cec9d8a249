/* ladder.c - the ladder of a call, a registration or another dialog: messages and RTP in the order of time, one lane
 * for each host. */
#include "report/ladder.h"

#include <voipqos/network.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/text.h"

#define STREAMS 64 /* bars in one ladder */

/* The same said ever shorter. */
struct labels {
    struct vq_buf full, shorter, brief, shortest;
};

struct drawing {
    struct vq_ladder l;
    struct labels words;
    struct vq_reader messages;
    int64_t zero, before;   /* start, and the row above */
    bool repeated, timed;   /* for the legend */
    struct vq_stream streams[STREAMS];
    size_t n_streams, next_stream, hidden_streams;
};

/* Time since the start, time since the row above, frame number. */
static void left(struct drawing *d, int64_t ts, uint64_t frame)
{
    char text[64];
    vq_ladder_row(&d->l);
    snprintf(text, sizeof text, "%9.3f", (double)(ts - d->zero) / 1e9);
    vq_ladder_put(&d->l, 0, d->l.left, text, VQ_TINT_PLAIN);
    if (d->before != VQ_NONE && d->l.left == VQ_LADDER_LEFT) {
        snprintf(text, sizeof text, "%+8.3f", (double)(ts - d->before) / 1e9);
        vq_ladder_put(&d->l, 10, d->l.left - 10, text, VQ_TINT_DIM);
    }
    snprintf(text, sizeof text, "%7llu", (unsigned long long)frame);
    vq_ladder_put(&d->l, d->l.left - 8, 8, text, VQ_TINT_DIM);
    d->before = ts;
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static enum vq_tint tint_of_message(const struct vq_message *m)
{
    if (m->method)
        return VQ_TINT_ACCENT;
    if (m->status < 200)
        return VQ_TINT_PLAIN;
    if (m->status < 300)
        return VQ_TINT_GOOD;
    if (m->status < 400 || m->status == 401 || m->status == 407)
        return VQ_TINT_FAIR;
    return VQ_TINT_BAD;
}

/* "PCMU PCMA" of "PCMU PCMA telephone-event @ 10.0.0.1:4000 sendonly" */
static void codecs_of(const struct vq_report_style *st, struct vq_buf *b, const char *sdp)
{
    const char *at = strstr(sdp, " @ ");
    size_t n = at ? (size_t)(at - sdp) : strlen(sdp);
    bool any = false;
    while (n) {
        size_t word = 0;
        while (word < n && sdp[word] != ' ')
            word++;
        static const char event[] = "telephone-event";
        char name[32];
        if (word && !(word == sizeof event - 1 && !strncmp(sdp, event, word))) {
            size_t kept = word < sizeof name ? word : sizeof name - 1;
            memcpy(name, sdp, kept);
            name[kept] = '\0';
            if (any)
                vq_buf_char(b, ' ');
            vq_out_wire(st, b, name);
            any = true;
        }
        word += word < n;
        sdp += word;
        n -= word;
    }
}

/* Reason phrases that are too long for neighbouring lanes, as people say them. Kamailio's "trying -- your call is
 * important to us" loses its courtesy. */
static void put_brief(const struct vq_report_style *st, struct vq_buf *b, const char *reason)
{
    static const char *const rows[][2] = {
        {"Proxy Authentication Required", "Proxy Auth Required"},
        {"Session Progress", "Progress"},
        {"Request Terminated", "Terminated"},
        {"Moved Temporarily", "Moved"},
        {"Temporarily Unavailable", "Unavailable"},
        {"Temporarily unavailable", "Unavailable"},
        {"Call/Transaction Does Not Exist", "No Such Call"},
        {"Call Leg/Transaction Does Not Exist", "No Such Call"},
        {"Unsupported Media Type", "Bad Media Type"},
        {"Server Internal Error", "Server Error"},
        {"Internal Server Error", "Server Error"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!strcmp(reason, rows[i][0]))
            reason = rows[i][1];
    size_t from = b->n;
    vq_out_wire(st, b, reason);
    char *more = b->n > from ? strstr(b->p + from, " -- ") : NULL;
    if (more) {
        *more = '\0';
        b->n = (size_t)(more - b->p);
    }
}

/* Its repetition is a timer's of RFC 3261. */
static bool has_timer(const struct vq_message *m)
{
    return m->retransmission && m->timer && strlen(m->timer) == 1;
}

/* "to 1003" of "to sip:1003@10.0.0.2, replaces 5b1e@10.0.0.1" */
static void brief_detail(const struct vq_report_style *st, struct vq_buf *b, const char *detail)
{
    char text[64];
    const char *sip = strstr(detail, "sip:");
    snprintf(text, sizeof text, "%.*s%s", sip ? (int)(sip - detail) : 0, detail, sip ? sip + 4 : detail);
    if (sip)
        text[strcspn(text, "@;,")] = '\0';
    vq_buf_str(b, " (");
    vq_out_wire(st, b, text);
    vq_buf_char(b, ')');
}

enum reason { REASON_NONE, REASON_BRIEF, REASON_FULL };

static void name_message(struct drawing *d, const struct vq_message *m, struct vq_buf *b, enum reason reason)
{
    const struct vq_report_style *st = d->l.o.st;
    vq_buf_clear(b);
    if (has_timer(m))
        vq_buf_fmt(b, st->utf8 ? "↻%s%u " : "(R %s%u) ", m->timer, m->repeat);
    else if (m->retransmission)
        vq_buf_str(b, st->utf8 ? "↻ " : "(R) ");
    if (m->method)
        vq_out_wire(st, b, m->method);
    else
        vq_buf_fmt(b, "%u", m->status);
    if (!m->method && reason && m->reason && *m->reason) {
        vq_buf_char(b, ' ');
        if (reason == REASON_FULL)
            vq_out_wire(st, b, m->reason);
        else
            put_brief(st, b, m->reason);
    }
    if (st->verbose && m->cseq_method && reason == REASON_FULL)
        vq_buf_fmt(b, ", CSeq %u", m->cseq);
    if (m->transport != VQ_UDP && reason == REASON_FULL)
        vq_buf_fmt(b, " [%s]", vq_transport_name((enum vq_transport)m->transport));
}

static void message(struct drawing *d, const struct vq_message *m)
{
    struct labels *w = &d->words;
    const struct vq_report_style *st = d->l.o.st;
    left(d, m->ts, m->frame);
    name_message(d, m, &w->full, REASON_FULL);
    name_message(d, m, &w->shorter, REASON_FULL);
    name_message(d, m, &w->brief, REASON_BRIEF);
    name_message(d, m, &w->shortest, m->sdp ? REASON_NONE : REASON_BRIEF);
    if (m->sdp) {
        vq_buf_str(&w->full, " (SDP: ");
        codecs_of(st, &w->full, m->sdp);
        vq_buf_str(&w->full, m->hold ? ", hold)" : ")");
        vq_buf_str(&w->shorter, m->hold ? " (SDP, hold)" : " (SDP)");
        vq_buf_str(&w->brief, m->hold ? " (hold)" : " (SDP)");
        vq_buf_str(&w->shortest, m->hold ? " (hold)" : " (SDP)");
    }
    if (m->detail) {
        vq_buf_str(&w->full, " (");
        vq_out_wire(st, &w->full, m->detail);
        vq_buf_char(&w->full, ')');
        if (!m->sdp)
            brief_detail(st, &w->shorter, m->detail);
    }
    const char *const labels[] = {w->full.p, w->shorter.p, w->brief.p, w->shortest.p,
                                  NULL};
    vq_ladder_arrow(&d->l, vq_ladder_lane(&d->l, &m->src, false), vq_ladder_lane(&d->l, &m->dst, false), VQ_STROKE_SIP,
                    labels, tint_of_message(m));
    vq_ladder_end(&d->l);
    d->repeated |= m->retransmission;
    d->timed |= has_timer(m);
    if (!m->defect)
        return;
    vq_buf_clear(&w->full);
    vq_buf_fmt(&w->full, "%s malformed: ", vq_glyph(st, VQ_GLYPH_WARNING));
    vq_out_wire(st, &w->full, m->defect);
    vq_out_clip(st, &w->full, 0, d->l.columns - d->l.left);
    vq_ladder_row(&d->l);
    vq_ladder_put(&d->l, d->l.left, d->l.columns, w->full.p, VQ_TINT_FAIR);
    vq_ladder_end(&d->l);
}

/* ---- media ------------------------------------------------------------------------------------------------------- */

/* "RTP PCMU 8.00 s, 0.0 % loss, MOS 4.41" on the arrow; where lanes are close the figures stand below it. */
static void stream(struct drawing *d, const struct vq_stream *s)
{
    struct labels *w = &d->words;
    const struct vq_report_style *st = d->l.o.st;
    char n[VQ_NUMBER_TEXT], loss[VQ_NUMBER_TEXT], mos[VQ_NUMBER_TEXT], packets[VQ_NUMBER_TEXT];
    enum vq_tint t = s->scored ? vq_tint_of_r(vq_stream_r_nb(s)) : VQ_TINT_PLAIN;
    unsigned from = vq_ladder_lane(&d->l, &s->src, true), to = vq_ladder_lane(&d->l, &s->dst, true);
    vq_real_text(st, s->loss_pct, s->loss_pct > 0 && s->loss_pct < 0.1 ? 3 : 1, loss);
    vq_real_text(st, s->scored ? s->mos : NAN, 2, mos);
    vq_count_text(s->packets, packets);
    vq_buf_clear(&w->shortest);
    vq_buf_str(&w->shortest, "RTP ");
    if (s->codec)
        vq_out_wire(st, &w->shortest, s->codec);
    else
        vq_buf_fmt(&w->shortest, "PT %u", s->payload_types[0]);
    vq_out_clip(st, &w->shortest, 0, 16);
    vq_buf_fmt(&w->shortest, " %s", vq_duration_text(st, s->end - s->start, n));
    vq_buf_clear(&w->full);
    vq_buf_fmt(&w->full, "%s, %s packets, %s %% loss, MOS %s", w->shortest.p, packets, loss, mos);
    vq_buf_clear(&w->shorter);
    vq_buf_fmt(&w->shorter, "%s, %s %% loss, MOS %s", w->shortest.p, loss, mos);
    left(d, s->start, s->first_frame);
    const char *const labels[] = {w->full.p, w->shorter.p, w->shortest.p, NULL};
    bool below = vq_ladder_arrow(&d->l, from, to, VQ_STROKE_RTP, labels, t) == 2;
    vq_ladder_end(&d->l);
    if (!below)
        return;
    vq_buf_clear(&w->full);
    vq_buf_fmt(&w->full, "%s packets, %s %% loss, MOS %s", packets, loss, mos);
    vq_buf_clear(&w->shorter);
    vq_buf_fmt(&w->shorter, "%s %% loss, MOS %s", loss, mos);
    const char *const figures[] = {w->full.p, w->shorter.p, NULL};
    vq_ladder_row(&d->l);
    vq_ladder_between(&d->l, from, to, figures, t);
    vq_ladder_end(&d->l);
}

static int by_start(const void *a, const void *b)
{
    const struct vq_stream *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void collect_streams(struct drawing *d, const struct vq_engine *e, const struct vq_call *c)
{
    struct vq_stream s;
    for (uint32_t h = c->first_stream; h && vq_stream_get(e, h, &s); h = s.next_in_call) {
        if (s.start == VQ_NONE)
            continue;
        if (d->n_streams < STREAMS)
            d->streams[d->n_streams++] = s;
        else
            d->hidden_streams++;
    }
    qsort(d->streams, d->n_streams, sizeof d->streams[0], by_start);
}

static void streams_until(struct drawing *d, int64_t ts)
{
    for (; d->next_stream < d->n_streams && d->streams[d->next_stream].start < ts; d->next_stream++)
        stream(d, &d->streams[d->next_stream]);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

#define WORDS(d) {&(d)->words.full, &(d)->words.shorter, &(d)->words.brief, &(d)->words.shortest}

static struct drawing *drawing_new(const struct vq_report_style *st, vq_write_h *w, void *arg)
{
    struct drawing *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    vq_out_init(&d->l.o, st, w, arg);
    struct vq_buf *const words[] = WORDS(d);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        vq_buf_init(words[i]);
    d->zero = d->before = VQ_NONE;
    return d;
}

static int drawing_done(struct drawing *d)
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

static struct vq_lane *lane_of(struct drawing *d, const struct vq_endpoint *ep)
{
    for (unsigned i = 0; i < d->l.n_lanes; i++) {
        struct vq_lane *a = &d->l.lanes[i];
        if (a->by_port ? vq_endpoint_eq(&a->ep, ep) : vq_endpoint_same_host(&a->ep, ep))
            return a;
    }
    return NULL;
}

/* `user` and `agent` are borrowed from the engine. */
static void name_lane(struct drawing *d, const struct vq_endpoint *ep, const char *role, const char *user,
                      const char *agent)
{
    struct vq_lane *a = lane_of(d, ep);
    if (!a)
        return;
    a->role = a->role ? a->role : role;
    a->user = a->user ? a->user : user;
    a->agent = a->agent ? a->agent : agent;
}

/* Who is who, by the way the first INVITE took: whoever received it and sent it on, or asked for credentials as proxies
 * do (407, RFC 3261 22.3), is a proxy; whoever made another leg of it is a B2BUA; whoever only received it is called. */
static void name_parties(struct drawing *d, const struct vq_call *c, struct vq_reader r)
{
    bool proxy[VQ_LANES] = {false};
    unsigned received[VQ_LANES] = {0}; /* in which leg; 0: not yet */
    name_lane(d, &c->caller, "caller", c->from, c->user_agent_caller);
    struct vq_message m;
    while (vq_reader_next(&r, &m) && !(m.leg == 1 && m.status >= 200 && m.status < 300)) {
        struct vq_lane *from = lane_of(d, &m.src), *to = lane_of(d, &m.dst);
        if (!from || !to || from == to)
            continue;
        if (m.status == 407)
            proxy[from - d->l.lanes] = true;
        if (!m.method || strcmp(m.method, "INVITE"))
            continue;
        proxy[from - d->l.lanes] = true;
        if (!from->role && received[from - d->l.lanes] && received[from - d->l.lanes] != m.leg)
            from->role = "B2BUA";
        if (!received[to - d->l.lanes])
            received[to - d->l.lanes] = m.leg;
    }
    for (unsigned i = 0; i < d->l.n_lanes; i++) {
        struct vq_lane *a = &d->l.lanes[i];
        if (a->role || !received[i])
            continue;
        a->role = proxy[i] ? "proxy" : "callee";
        a->user = proxy[i] ? NULL : c->to;
    }
    struct vq_lane *callee = lane_of(d, &c->callee);
    if (callee && !callee->agent)
        callee->agent = c->user_agent_callee;
}

/* A lane's host by what it does everywhere: a proxy and a B2BUA are that on each side of them, even where only one side was
 * captured, and their own name is not that of the phone behind them. */
static void name_lane_host(struct vq_lane *a, const struct vq_host *h)
{
    static const enum vq_role between[] = {VQ_ROLE_B2BUA, VQ_ROLE_PROXY};
    static const enum vq_role besides[] = {VQ_ROLE_MEDIA_RELAY, VQ_ROLE_REGISTRAR, VQ_ROLE_TURN_SERVER, VQ_ROLE_STUN_SERVER,
                                           VQ_ROLE_MEDIA_END};
    for (size_t i = 0; i < sizeof between / sizeof between[0]; i++)
        if (h->roles & 1u << between[i]) {
            a->role = vq_role_title(between[i]);
            a->user = NULL;
            a->agent = h->agents[0];
            return;
        }
    for (size_t i = 0; i < sizeof besides / sizeof besides[0] && !a->role; i++)
        if (h->roles & 1u << besides[i]) {
            a->role = vq_role_title(besides[i]);
            a->user = besides[i] == VQ_ROLE_MEDIA_END ? h->users[0] : NULL;
        }
    a->agent = a->agent ? a->agent : h->agents[0];
}

/* The lanes' hosts as the network's list knows them. Several programs on one host are not told apart there. */
static void name_hosts(struct drawing *d, const struct vq_engine *e)
{
    struct vq_network n;
    if (vq_network_get(e, &n)) {
        d->l.o.b.failed = true;
        return;
    }
    for (unsigned i = 0; i < d->l.n_lanes; i++) {
        struct vq_lane *a = &d->l.lanes[i];
        const struct vq_host *h = a->by_port || a->others ? NULL : vq_network_host(&n, &a->ep);
        if (h)
            name_lane_host(a, h);
    }
}

static void legend(struct drawing *d, unsigned not_kept)
{
    struct vq_out *o = &d->l.o;
    vq_out_tint(o, VQ_TINT_DIM);
    if (d->repeated) {
        vq_buf_fmt(&o->b, "  %s retransmission", o->st->utf8 ? "↻" : "(R)");
        if (d->timed)
            vq_buf_str(&o->b, " and its number, by Timer A, E or G (RFC 3261 17)");
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
static void draw(struct drawing *d, const struct vq_engine *e, const struct vq_reader *messages, int64_t start,
                 unsigned not_kept)
{
    struct vq_reader at = *messages;
    struct vq_message m;
    for (size_t i = 0; i < d->n_streams; i++) {
        vq_ladder_lane(&d->l, &d->streams[i].src, true);
        vq_ladder_lane(&d->l, &d->streams[i].dst, true);
    }
    name_hosts(d, e);
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
        streams_until(d, m.ts);
        message(d, &m);
    }
    streams_until(d, INT64_MAX);
    legend(d, not_kept);
}

/* `details` goes on after the names, and on further lines where the page is narrow. */
static void headline(struct drawing *d, const char *kind, unsigned id, const char *from, const char *to,
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
    struct drawing *d = drawing_new(st, w, arg);
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
    name_parties(d, &c, d->messages);
    for (struct vq_call leg = c; leg.next_leg && vq_call_get(e, leg.next_leg, &leg);)
        name_lane(d, &leg.callee, NULL, NULL, leg.user_agent_callee);
    collect_streams(d, e, &c);
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
    struct drawing *d = drawing_new(st, w, arg);
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
    name_lane(d, &r.client, "client", r.user, r.user_agent);
    name_lane(d, &r.registrar, "registrar", NULL, NULL);
    draw(d, e, &d->messages, r.start, r.messages_not_kept);
    return drawing_done(d);
}

int vq_report_ladder_dialog(const struct vq_engine *e, uint32_t dialog, const struct vq_report_style *st, vq_write_h *w,
                            void *arg)
{
    struct vq_dialog g;
    if (!vq_dialog_get(e, dialog, &g))
        return -ENOENT;
    struct drawing *d = drawing_new(st, w, arg);
    if (!d)
        return -ENOMEM;
    struct vq_buf *b = &d->words.full;
    vq_out_wire(st, b, g.method);
    vq_buf_fmt(b, " %s", vq_dialog_outcome_name(g.outcome));
    headline(d, "Dialog", g.id, g.from_uri ? g.from_uri : "?", g.to_uri ? g.to_uri : "?", b->p);
    vq_reader_init(&d->messages, g.messages, g.call_id);
    vq_ladder_lane_split(&d->l, &d->messages);
    name_lane(d, &g.client, "client", NULL, NULL);
    name_lane(d, &g.server, "server", NULL, NULL);
    draw(d, e, &d->messages, g.start, g.messages_not_kept);
    return drawing_done(d);
}
