/* text.c - the terminal summary: registrations, other dialogs, findings, and the order of it all. */
#include "report/text.h"

#include <stdio.h>

void vq_text_more(struct vq_out *o, uint64_t hidden, const char *what)
{
    char n[VQ_NUMBER_TEXT];
    if (!hidden)
        return;
    vq_out_tint(o, VQ_TINT_DIM);
    vq_buf_fmt(&o->b, "  %s and %s more %s (use --json or --all)", vq_glyph(o->st, VQ_GLYPH_ELLIPSIS),
               vq_count_text(hidden, n), what);
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_out_newline(o);
}

bool vq_text_shown(const struct vq_out *o, uint64_t row)
{
    return !o->st->max_rows || row < o->st->max_rows;
}

void vq_text_pair(const struct vq_report_style *st, struct vq_buf *b, const char *from, const char *to, size_t columns)
{
    const char *arrow = vq_glyph(st, VQ_GLYPH_ARROW);
    struct vq_buf a, c;
    vq_buf_init(&a);
    vq_buf_init(&c);
    vq_out_wire(st, &a, from ? from : "?");
    vq_out_wire(st, &c, to ? to : "?");
    size_t wa = vq_text_columns(a.p, a.n), wc = vq_text_columns(c.p, c.n);
    size_t gap = 2 + vq_text_columns(arrow, strlen(arrow)), room = columns > gap + 2 ? columns - gap : 2;
    if (wa + wc > room) {
        /* The longer name gives way first. */
        size_t half = room / 2;
        size_t ka = wa <= half ? wa : wc <= half ? room - wc : half;
        vq_out_clip(st, &a, 0, ka);
        vq_out_clip(st, &c, 0, room - ka);
    }
    vq_buf_fmt(b, "%s %s %s", a.p, arrow, c.p);
    b->failed |= a.failed || c.failed;
    vq_buf_done(&a);
    vq_buf_done(&c);
}

void vq_text_status(const struct vq_report_style *st, struct vq_buf *b, unsigned status, const char *reason)
{
    if (!status)
        return;
    vq_buf_fmt(b, "%u", status);
    if (reason && *reason) {
        vq_buf_char(b, ' ');
        size_t from = b->n;
        vq_out_wire(st, b, reason);
        vq_out_clip(st, b, from, 40);
    }
}

/* ---- registrations ----------------------------------------------------------------------------------------------- */

static enum vq_tint tint_of_registration(enum vq_registration_outcome o)
{
    switch (o) {
    case VQ_REG_REGISTERED:
    case VQ_REG_UNREGISTERED:
    case VQ_REG_REFRESHED:
        return VQ_TINT_GOOD;
    case VQ_REG_INCOMPLETE:
        return VQ_TINT_FAIR;
    default:
        return VQ_TINT_BAD;
    }
}

static void registration_troubles(struct vq_out *o, const struct vq_registration *r, struct vq_buf *b)
{
    unsigned bindings = 0;
    if (r->wrong_password)
        vq_out_flow(o, VQ_TINT_BAD, "challenged again: wrong password");
    if (r->stale) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "nonce stale %u time%s", r->stale, r->stale == 1 ? "" : "s");
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (r->min_expires_s != VQ_NONE) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "too brief at first, at least %lld s wanted (423)", (long long)r->min_expires_s);
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (r->refused_before && r->outcome == VQ_REG_REJECTED) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "refused %u times in a row", r->refused_before + 1);
        vq_out_flow(o, VQ_TINT_BAD, b->p);
    }
    for (const struct vq_binding *k = r->bindings; k; k = k->next)
        bindings++;
    if (bindings) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%u contact%s registered", bindings, bindings == 1 ? "" : "s");
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
}

static void registration_details(struct vq_out *o, const struct vq_registration *r, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT];
    if (r->rrd != VQ_NONE) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "took %s", vq_duration_text(o->st, r->rrd, n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    vq_buf_clear(b);
    vq_text_status(o->st, b, r->status, r->reason);
    if (b->n)
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    if (r->expires_granted_s != VQ_NONE && r->outcome != VQ_REG_UNREGISTERED) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "expires after %lld s", (long long)r->expires_granted_s);
        if (r->expires_asked_s != VQ_NONE && r->expires_asked_s != r->expires_granted_s)
            vq_buf_fmt(b, " (asked for %lld s)", (long long)r->expires_asked_s);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (r->challenged)
        vq_out_flow(o, VQ_TINT_PLAIN, r->status >= 200 && r->status < 300 ? "with authentication" : "challenged");
    registration_troubles(o, r, b);
    if (r->retransmissions) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%u retransmission%s", r->retransmissions, r->retransmissions == 1 ? "" : "s");
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (r->user_agent) {
        vq_buf_clear(b);
        vq_out_wire(o->st, b, r->user_agent);
        vq_out_clip(o->st, b, 0, 30);
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
}

static void registration(struct vq_out *o, const struct vq_registration *r, struct vq_buf *b)
{
    char src[VQ_ENDPOINT_TEXT], dst[VQ_ENDPOINT_TEXT], id[16];
    unsigned name = o->width < 100 ? 12 : 18;
    snprintf(id, sizeof id, "%u", r->id);
    vq_out_field(o, id, 5, true, VQ_TINT_DIM);
    vq_buf_str(&o->b, "  ");
    vq_buf_clear(b);
    vq_out_wire(o->st, b, r->user && *r->user ? r->user : r->aor ? r->aor : "?");
    vq_out_field(o, b->p, name, false, VQ_TINT_BOLD);
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, vq_registration_outcome_name(r->outcome), 12, false, tint_of_registration(r->outcome));
    vq_buf_str(&o->b, "  ");
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s %s", vq_endpoint_text(&r->client, src), vq_glyph(o->st, VQ_GLYPH_ARROW),
               vq_endpoint_text(&r->registrar, dst));
    vq_buf_str(&o->b, b->p);
    vq_out_newline(o);
    vq_out_flow_begin(o, 7, 0);
    registration_details(o, r, b);
    vq_out_flow_end(o);
}

void vq_text_registrations(struct vq_out *o, const struct vq_engine *e)
{
    struct vq_registration r;
    uint64_t n = 0, row = 0;
    for (uint32_t h = vq_registration_next(e, 0); h; h = vq_registration_next(e, h))
        n++;
    if (!n)
        return;
    vq_out_heading(o, "Registrations", n);
    struct vq_buf b;
    vq_buf_init(&b);
    for (uint32_t h = vq_registration_next(e, 0); h && vq_text_shown(o, row) && !vq_out_stopped(o) && !b.failed;
         h = vq_registration_next(e, h))
        if (vq_registration_get(e, h, &r)) {
            registration(o, &r, &b);
            row++;
        }
    o->b.failed |= b.failed;
    vq_buf_done(&b);
    vq_text_more(o, n - row, "registrations");
}

/* ---- other dialogs ----------------------------------------------------------------------------------------------- */

#define GROUPS 24

/* Dialogs that look alike: keep-alive OPTIONS come by the hundred and say one thing. */
struct group {
    const char *method, *reason, *event, *subscription;
    enum vq_dialog_outcome outcome;
    unsigned status;
    uint64_t n, requests, answered, retransmissions;
    struct vq_endpoint client, server;
    bool many_clients, many_servers;
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static size_t group_dialogs(const struct vq_engine *e, struct group *groups, uint64_t *total, uint64_t *ungrouped)
{
    struct vq_dialog d;
    size_t n = 0;
    for (uint32_t h = vq_dialog_next(e, 0); h; h = vq_dialog_next(e, h)) {
        if (!vq_dialog_get(e, h, &d))
            continue;
        ++*total;
        size_t i = 0;
        while (i < n && !(groups[i].outcome == d.outcome && groups[i].status == d.status &&
                          same_text(groups[i].method, d.method) && same_text(groups[i].event, d.event)))
            i++;
        if (i == GROUPS) {
            ++*ungrouped;
            continue;
        }
        struct group *g = &groups[i];
        if (i == n) {
            *g = (struct group){.method = d.method, .reason = d.reason, .outcome = d.outcome, .status = d.status,
                                .event = d.event, .client = d.client, .server = d.server};
            n++;
        }
        g->n++;
        g->retransmissions += d.retransmissions;
        g->requests += d.requests;
        g->answered += d.answered;
        g->subscription = d.subscription;
        g->many_clients |= !vq_endpoint_same_host(&g->client, &d.client);
        g->many_servers |= !vq_endpoint_same_host(&g->server, &d.server);
    }
    return n;
}

static void group_line(struct vq_out *o, const struct group *g, struct vq_buf *b)
{
    static const enum vq_tint tints[] = {
        [VQ_DIALOG_INCOMPLETE] = VQ_TINT_FAIR, [VQ_DIALOG_ANSWERED] = VQ_TINT_GOOD,
        [VQ_DIALOG_REJECTED] = VQ_TINT_BAD, [VQ_DIALOG_TIMEOUT] = VQ_TINT_BAD,
    };
    char src[VQ_ENDPOINT_TEXT], dst[VQ_ENDPOINT_TEXT], n[VQ_NUMBER_TEXT];
    vq_buf_clear(b);
    vq_out_wire(o->st, b, g->method ? g->method : "?");
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, b->p, 12, false, VQ_TINT_BOLD);
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s%s", vq_glyph(o->st, VQ_GLYPH_TIMES), vq_count_text(g->n, n));
    vq_out_field(o, b->p, 9, true, VQ_TINT_PLAIN);
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, vq_dialog_outcome_name(g->outcome), 10, false, tints[g->outcome]);
    vq_buf_str(&o->b, "  ");
    vq_out_flow_begin(o, 37, 37);
    vq_buf_clear(b);
    vq_text_status(o->st, b, g->status, g->reason);
    if (b->n)
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s %s", g->many_clients ? "several" : vq_endpoint_host(&g->client, src),
               vq_glyph(o->st, VQ_GLYPH_ARROW), g->many_servers ? "several" : vq_endpoint_host(&g->server, dst));
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    if (g->event) {
        vq_buf_clear(b);
        vq_out_wire(o->st, b, g->event);
        if (g->subscription && g->n == 1) {
            vq_buf_char(b, ' ');
            vq_out_wire(o->st, b, g->subscription);
        }
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (g->requests > g->n) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s requests", vq_count_text(g->requests, n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (g->answered < g->requests && g->answered) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s not answered", vq_count_text(g->requests - g->answered, n));
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (g->retransmissions) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s retransmissions", vq_count_text(g->retransmissions, n));
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    vq_out_flow_end(o);
}

void vq_text_dialogs(struct vq_out *o, const struct vq_engine *e)
{
    struct group groups[GROUPS];
    uint64_t total = 0, ungrouped = 0;
    size_t n = group_dialogs(e, groups, &total, &ungrouped);
    if (!n)
        return;
    vq_out_heading(o, "Other SIP dialogs", total);
    struct vq_buf b;
    vq_buf_init(&b);
    for (size_t i = 0; i < n && !b.failed; i++)
        group_line(o, &groups[i], &b);
    o->b.failed |= b.failed;
    vq_buf_done(&b);
    vq_text_more(o, ungrouped, "of other kinds");
}

/* ---- findings ---------------------------------------------------------------------------------------------------- */

struct findings {
    struct vq_out *o;
    const struct vq_engine *e;
    struct vq_buf b;
    uint64_t shown;
};

/* What to check next and where to look: the sentence itself names its call, stream or registration, but not the call
 * of a stream. */
static void finding_evidence(struct findings *f, const struct vq_finding *x)
{
    struct vq_out *o = f->o;
    struct vq_call c;
    bool call = x->stream && x->call && vq_call_get(f->e, x->call, &c);
    struct vq_buf *where = &o->tmp;
    vq_buf_clear(&f->b);
    vq_buf_clear(where);
    if (x->next_check) {
        vq_buf_str(&f->b, "next: ");
        vq_out_wire(o->st, &f->b, x->next_check);
    }
    if (call)
        vq_buf_fmt(where, "[call %u%s", c.id, x->n_frames ? ", " : "");
    if (x->n_frames)
        vq_buf_fmt(where, "%s%s", call ? "" : "[", x->n_frames == 1 ? "frame" : "frames");
    for (unsigned i = 0; i < x->n_frames && i < 4; i++)
        vq_buf_fmt(where, "%s %llu", i ? "," : "", (unsigned long long)x->frames[i]);
    if (where->n)
        vq_buf_char(where, ']');
    if (!f->b.n && !where->n)
        return;
    vq_out_tint(o, VQ_TINT_DIM);
    vq_out_words_and(o, 12, 0, f->b.p, where->p);
    vq_out_tint(o, VQ_TINT_PLAIN);
}

static bool finding(const struct vq_finding *x, void *arg)
{
    static const struct {
        enum vq_glyph glyph;
        enum vq_tint tint;
    } looks[] = {
        [VQ_INFO] = {VQ_GLYPH_BULLET, VQ_TINT_ACCENT},
        [VQ_WARNING] = {VQ_GLYPH_WARNING, VQ_TINT_FAIR},
        [VQ_ERROR] = {VQ_GLYPH_BAD, VQ_TINT_BAD},
    };
    struct findings *f = arg;
    struct vq_out *o = f->o;
    f->shown++;
    vq_buf_str(&o->b, "  ");
    vq_buf_clear(&f->b);
    vq_buf_fmt(&f->b, "%s %s", vq_glyph(o->st, looks[x->severity].glyph), vq_severity_name(x->severity));
    vq_out_field(o, f->b.p, 9, false, looks[x->severity].tint);
    vq_buf_char(&o->b, ' ');
    vq_buf_clear(&f->b);
    vq_out_wire(o->st, &f->b, x->text);
    vq_out_words(o, 12, 12, f->b.p);
    finding_evidence(f, x);
    return vq_text_shown(o, f->shown) && !vq_out_stopped(o) && !f->b.failed;
}

void vq_text_findings(struct vq_out *o, const struct vq_engine *e)
{
    uint64_t counts[3];
    int rc = vq_findings_count(e, counts);
    if (rc) {
        o->rc = o->rc ? o->rc : rc;
        return;
    }
    uint64_t n = counts[VQ_INFO] + counts[VQ_WARNING] + counts[VQ_ERROR];
    struct vq_stats stats;
    vq_engine_stats(e, &stats);
    if (!n && vq_text_nothing(&stats))
        return;
    if (!n) {
        vq_out_newline(o);
        vq_out_tint(o, VQ_TINT_GOOD);
        vq_buf_fmt(&o->b, "  %s no findings", vq_glyph(o->st, VQ_GLYPH_GOOD));
        vq_out_tint(o, VQ_TINT_PLAIN);
        vq_out_newline(o);
        return;
    }
    vq_out_heading(o, "Findings", n);
    struct findings f = {.o = o, .e = e};
    vq_buf_init(&f.b);
    rc = vq_findings(e, finding, &f);
    if (rc)
        o->rc = o->rc ? o->rc : rc;
    o->b.failed |= f.b.failed;
    vq_buf_done(&f.b);
    vq_text_more(o, n - f.shown, "findings");
}

/* ---- everything -------------------------------------------------------------------------------------------------- */

int vq_report_text(const struct vq_engine *e, const struct vq_report_input *in, const struct vq_report_style *st,
                   vq_write_h *w, void *arg)
{
    struct vq_out o;
    vq_out_init(&o, st, w, arg);
    o.in = in;
    uint64_t unbound = vq_text_input(&o, e, in);
    vq_text_registrations(&o, e);
    vq_text_calls(&o, e);
    vq_text_unbound(&o, e, unbound);
    vq_text_dialogs(&o, e);
    vq_text_kpi(&o, e);
    vq_text_network(&o, e);
    vq_text_findings(&o, e);
    return vq_out_done(&o);
}
