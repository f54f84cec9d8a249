/* text_kpi.c - the terminal summary of signalling: ratios, delays, and a line for each peer. */
#include <voipqos/kpi.h>

#include "report/text.h"

#include <math.h>
#include <stdio.h>

static void row_label(struct vq_out *o, const char *text)
{
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, text, VQ_TEXT_LABEL - 2, false, VQ_TINT_DIM);
    vq_out_flow_begin(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL);
}

/* "100", "99.3": two figures behind the comma would promise more than some calls can tell. */
static const char *pct_text(const struct vq_report_style *st, const struct vq_kpi_ratio *r, char text[VQ_NUMBER_TEXT])
{
    return vq_real_text(st, r->pct, r->hits && r->hits != r->n ? 1 : 0, text);
}

static void count_item(struct vq_out *o, struct vq_buf *b, uint64_t n, const char *words)
{
    char t[VQ_NUMBER_TEXT];
    if (!n)
        return;
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s", vq_count_text(n, t), words);
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
}

static void ratio_item(struct vq_out *o, struct vq_buf *b, const char *name, const struct vq_kpi_ratio *r)
{
    char t[VQ_NUMBER_TEXT];
    if (!r->n)
        return;
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s %%", name, pct_text(o->st, r, t));
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
}

/* Of a kind that there is only one of, its own lines say the same. */
static void ratio_lines(struct vq_out *o, const struct vq_kpi_figures *f, struct vq_buf *b)
{
    char t[VQ_NUMBER_TEXT];
    if (f->calls.attempts > 1) {
        row_label(o, "INVITE");
        count_item(o, b, f->calls.attempts, "attempts");
        count_item(o, b, f->calls.pending, "without an outcome yet");
        ratio_item(o, b, "ASR", &f->ratios[VQ_KPI_ASR]);
        ratio_item(o, b, "NER", &f->ratios[VQ_KPI_NER]);
        if (f->acd_n) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "ACD %s", vq_duration_text(o->st, (int64_t)(f->acd_s * 1e9 + 0.5), t));
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        }
        vq_out_flow_end(o);
        vq_out_flow_begin(o, VQ_TEXT_LABEL, 0);
        ratio_item(o, b, "SER", &f->ratios[VQ_KPI_SER]);
        ratio_item(o, b, "SEER", &f->ratios[VQ_KPI_SEER]);
        ratio_item(o, b, "ISA", &f->ratios[VQ_KPI_ISA]);
        ratio_item(o, b, "SCR", &f->ratios[VQ_KPI_SCR]);
        count_item(o, b, f->calls.bye_expired, "BYE without an answer");
        vq_out_flow_end(o);
    }
    if (f->registrations.attempts > 1) {
        row_label(o, "REGISTER");
        count_item(o, b, f->registrations.attempts, "attempts");
        count_item(o, b, f->registrations.succeeded, "succeeded");
        count_item(o, b, f->registrations.failed, "failed");
        count_item(o, b, f->registrations.unauthorized, "not authorized");
        count_item(o, b, f->registrations.redirected, "redirected");
        count_item(o, b, f->registrations.pending, "without an outcome yet");
        ratio_item(o, b, "IRA", &f->ratios[VQ_KPI_IRA]);
        vq_out_flow_end(o);
    }
    if (f->options.asked > 1) {
        row_label(o, "OPTIONS");
        count_item(o, b, f->options.asked, "asked");
        count_item(o, b, f->options.pending, "not answered yet");
        ratio_item(o, b, "answered", &f->ratios[VQ_KPI_REACHABLE]);
        vq_out_flow_end(o);
    }
}

/* ---- delays ------------------------------------------------------------------------------------------------------ */

static const struct {
    enum vq_kpi_time_id id;
    const char *name;
} delays[] = {
    {VQ_KPI_PDD, "PDD"},        {VQ_KPI_SRD, "SRD"}, {VQ_KPI_SRD_FAILED, "SRD, failed"},
    {VQ_KPI_SDD, "SDD"},        {VQ_KPI_RRD, "RRD"}, {VQ_KPI_RTT, "OPTIONS"},
};
enum { N_DELAYS = sizeof delays / sizeof delays[0] };

/* Milliseconds with as many decimals as the column has room for. */
static void ms_field(struct vq_out *o, double ns, unsigned columns, struct vq_buf *b)
{
    char t[VQ_NUMBER_TEXT];
    double ms = ns / 1e6;
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s", vq_real_text(o->st, ms, ms < 10 ? 2 : ms < 1000 ? 1 : 0, t));
    vq_out_field(o, b->p, columns, true, VQ_TINT_PLAIN);
}

static void delay_table(struct vq_out *o, const struct vq_kpi_figures *f, struct vq_buf *b)
{
    static const char *const heads[] = {"mean ms", "min", "p50", "p95", "p99", "max"};
    char t[VQ_NUMBER_TEXT];
    bool head = false;
    for (size_t i = 0; i < N_DELAYS; i++) {
        const struct vq_kpi_spread *s = &f->times[delays[i].id];
        if (s->n < 2)
            continue;
        if (!head) {
            vq_buf_str(&o->b, "  ");
            vq_out_field(o, "Delays", VQ_TEXT_LABEL - 2, false, VQ_TINT_DIM);
            vq_out_field(o, "n", 8, true, VQ_TINT_DIM);
            for (size_t c = 0; c < sizeof heads / sizeof heads[0]; c++)
                vq_out_field(o, heads[c], 9, true, VQ_TINT_DIM);
            vq_out_newline(o);
            head = true;
        }
        const double columns[] = {s->mean, s->min, s->p50, s->p95, s->p99, s->max};
        vq_buf_str(&o->b, "    ");
        vq_out_field(o, delays[i].name, VQ_TEXT_LABEL - 4, false, VQ_TINT_PLAIN);
        vq_out_field(o, vq_count_text(s->n, t), 8, true, VQ_TINT_PLAIN);
        for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++)
            ms_field(o, columns[c], 9, b);
        vq_out_newline(o);
    }
}

/* ---- peers ------------------------------------------------------------------------------------------------------- */

static void pct_field(struct vq_out *o, const struct vq_kpi_ratio *r, unsigned columns)
{
    char t[VQ_NUMBER_TEXT];
    vq_out_field(o, pct_text(o->st, r, t), columns, true, VQ_TINT_PLAIN);
}

static void peer_line(struct vq_out *o, const char *name, const struct vq_kpi_figures *f, struct vq_buf *b)
{
    char t[VQ_NUMBER_TEXT];
    unsigned room = o->width < 100 ? 20 : 40; /* an IPv6 address in full needs 39 */
    vq_buf_str(&o->b, "    ");
    vq_out_field(o, name, room - 4, false, VQ_TINT_PLAIN);
    vq_out_field(o, vq_count_text(f->calls.attempts, t), 9, true, VQ_TINT_PLAIN);
    pct_field(o, &f->ratios[VQ_KPI_ASR], 7);
    pct_field(o, &f->ratios[VQ_KPI_NER], 7);
    vq_buf_clear(b);
    vq_buf_str(b, f->acd_n ? vq_real_text(o->st, f->acd_s, 1, t) : vq_glyph(o->st, VQ_GLYPH_NONE));
    vq_out_field(o, b->p, 8, true, VQ_TINT_PLAIN);
    ms_field(o, f->times[VQ_KPI_PDD].p95, 11, b);
    pct_field(o, &f->ratios[VQ_KPI_IRA], 7);
    pct_field(o, &f->ratios[VQ_KPI_REACHABLE], 10);
    vq_out_newline(o);
}

/* Peers that did not answer OPTIONS for a while. */
static void unreachable(struct vq_out *o, const struct vq_kpi *k, struct vq_buf *b)
{
    const struct vq_kpi_figures *f;
    struct vq_endpoint host;
    char text[VQ_ENDPOINT_TEXT], t[VQ_NUMBER_TEXT];
    uint64_t row = 0;
    for (size_t i = 0; (f = vq_kpi_peer(k, i, &host)); i++) {
        if (!f->options.outages || !vq_text_shown(o, row++))
            continue;
        bool once = f->options.outages == 1;
        vq_buf_clear(b);
        vq_buf_fmt(b, "    %s gave no answer to OPTIONS ", vq_endpoint_host(&host, text));
        vq_buf_fmt(b, once ? "once, for " : "%s times, for at most ", vq_count_text(f->options.outages, t));
        vq_buf_str(b, vq_duration_text(o->st, f->options.longest_outage, t));
        vq_buf_str(b, f->options.down ? "; it is still out of reach" : "");
        vq_out_tint(o, VQ_TINT_FAIR);
        vq_buf_str(&o->b, b->p);
        vq_out_tint(o, VQ_TINT_PLAIN);
        vq_out_newline(o);
    }
}

static void peer_table(struct vq_out *o, const struct vq_kpi *k, struct vq_buf *b)
{
    static const struct {
        const char *text;
        unsigned columns;
    } heads[] = {{"calls", 9},       {"ASR %", 7}, {"NER %", 7},     {"ACD s", 8},
                 {"PDD p95 ms", 11}, {"IRA %", 7}, {"OPTIONS %", 10}};
    const struct vq_kpi_figures *f;
    struct vq_endpoint host;
    uint64_t hosts = 0, n = 0;
    char text[VQ_ENDPOINT_TEXT], t[VQ_NUMBER_TEXT];
    while (vq_kpi_peer(k, n, &host))
        n++;
    if (n < 2) {
        unreachable(o, k, b);
        return;
    }
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, "Peers", (o->width < 100 ? 20 : 40) - 2, false, VQ_TINT_DIM);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        vq_out_field(o, heads[i].text, heads[i].columns, true, VQ_TINT_DIM);
    vq_out_newline(o);
    uint64_t row = 0;
    for (; vq_text_shown(o, row) && (f = vq_kpi_peer(k, row, &host)); row++)
        peer_line(o, vq_endpoint_host(&host, text), f, b);
    vq_text_more(o, n - row, "peers");
    unreachable(o, k, b);
    f = vq_kpi_others(k, &hosts);
    if (f) {
        char name[VQ_NUMBER_TEXT + 8];
        snprintf(name, sizeof name, "%s others", vq_count_text(hosts, t));
        peer_line(o, name, f, b);
    }
}

void vq_text_kpi(struct vq_out *o, const struct vq_engine *e)
{
    struct vq_kpi *k;
    int rc = vq_kpi_new(&k, e);
    if (rc) {
        o->rc = o->rc ? o->rc : rc;
        return;
    }
    const struct vq_kpi_figures *f = vq_kpi_total(k);
    if (f->calls.attempts > 1 || f->registrations.attempts > 1 || f->options.asked > 1) {
        struct vq_buf b;
        vq_buf_init(&b);
        vq_out_heading(o, "Signalling, RFC 6076 and E.425", 0);
        ratio_lines(o, f, &b);
        delay_table(o, f, &b);
        peer_table(o, k, &b);
        o->b.failed |= b.failed;
        vq_buf_done(&b);
    }
    vq_kpi_free(k);
}
