/* json_kpi.c - the figures of signalling in the JSON report: in total, for each peer, for all other peers together. */
#include <voipqos/kpi.h>

#include "report/json.h"

#include <math.h>

static json_t *ratio(struct vq_json *j, const struct vq_kpi_ratio *r, const char *why)
{
    json_t *o = json_object();
    vq_json_real(j, o, "value", r->pct, why);
    vq_json_int(j, o, "n", r->n);
    return o;
}

static void ratios(struct vq_json *j, json_t *o, const struct vq_kpi_figures *f, bool literal)
{
    for (unsigned i = 0; i < VQ_KPI_REACHABLE; i++) {
        enum vq_kpi_ratio_id id = (enum vq_kpi_ratio_id)i;
        if (vq_kpi_ratio_literal(id) == literal)
            vq_json_put(j, o, vq_kpi_ratio_name(id), ratio(j, &f->ratios[id], vq_kpi_ratio_why(id)));
    }
}

static void spread(struct vq_json *j, json_t *o, const struct vq_kpi_figures *f, enum vq_kpi_time_id id)
{
    const struct vq_kpi_spread *s = &f->times[id];
    const struct {
        const char *key;
        double ns;
    } rows[] = {{"mean", s->mean}, {"min", s->min}, {"max", s->max}, {"p50", s->p50}, {"p95", s->p95}, {"p99", s->p99}};
    if (!s->n) {
        vq_json_why(j, o, vq_kpi_time_name(id), vq_kpi_time_why(id));
        return;
    }
    json_t *t = json_object();
    vq_json_int(j, t, "n", s->n);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        vq_json_real(j, t, rows[i].key, rows[i].ns / vq_kpi_time_unit(id), NULL);
    vq_json_put(j, o, vq_kpi_time_name(id), t);
}

static json_t *call_counts(struct vq_json *j, const struct vq_kpi_figures *f)
{
    const struct {
        const char *key;
        uint64_t n;
    } rows[] = {
        {"attempts", f->calls.attempts},     {"answered", f->calls.answered},     {"busy", f->calls.busy},
        {"no_answer", f->calls.no_answer},   {"rejected", f->calls.rejected},     {"cancelled", f->calls.cancelled},
        {"redirected", f->calls.redirected}, {"failed", f->calls.failed},         {"timeout", f->calls.timeout},
        {"pending", f->calls.pending},       {"open", f->calls.open},             {"requests", f->calls.requests},
        {"mid_dialog", f->calls.mid_dialog}, {"bye_expired", f->calls.bye_expired},
    };
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        vq_json_int(j, o, rows[i].key, rows[i].n);
    return o;
}

static json_t *registration_counts(struct vq_json *j, const struct vq_kpi_figures *f)
{
    json_t *o = json_object();
    vq_json_int(j, o, "attempts", f->registrations.attempts);
    vq_json_int(j, o, "succeeded", f->registrations.succeeded);
    vq_json_int(j, o, "failed", f->registrations.failed);
    vq_json_int(j, o, "unauthorized", f->registrations.unauthorized);
    vq_json_int(j, o, "redirected", f->registrations.redirected);
    vq_json_int(j, o, "pending", f->registrations.pending);
    vq_json_int(j, o, "requests", f->registrations.requests);
    return o;
}

static json_t *options_figures(struct vq_json *j, const struct vq_kpi_figures *f)
{
    json_t *o = json_object();
    vq_json_int(j, o, "asked", f->options.asked);
    vq_json_int(j, o, "answered", f->options.answered);
    vq_json_int(j, o, "pending", f->options.pending);
    if (f->options.last_status)
        vq_json_int(j, o, "last_status", f->options.last_status);
    else
        vq_json_why(j, o, "last_status", "no final response, or of several peers");
    vq_json_int(j, o, "outages", f->options.outages);
    vq_json_duration(j, o, "longest_outage_s", f->options.asked ? f->options.longest_outage : VQ_NONE, VQ_JSON_S,
                     f->options.asked ? "of several peers" : "no OPTIONS");
    vq_json_bool(j, o, "down", f->options.down);
    vq_json_put(j, o, vq_kpi_ratio_name(VQ_KPI_REACHABLE),
                ratio(j, &f->ratios[VQ_KPI_REACHABLE], vq_kpi_ratio_why(VQ_KPI_REACHABLE)));
    spread(j, o, f, VQ_KPI_RTT);
    return o;
}

static void figures(struct vq_json *j, json_t *o, const struct vq_kpi_figures *f)
{
    json_t *acd = json_object(), *literal = json_object();
    vq_json_put(j, o, "calls", call_counts(j, f));
    vq_json_put(j, o, "registrations", registration_counts(j, f));
    ratios(j, o, f, false);
    ratios(j, literal, f, true);
    vq_json_put(j, o, "literal", literal);
    vq_json_real(j, acd, "value", f->acd_s, "no answered call has been closed");
    vq_json_int(j, acd, "n", f->acd_n);
    vq_json_put(j, o, "acd_s", acd);
    for (unsigned i = 0; i < VQ_KPI_RTT; i++)
        spread(j, o, f, (enum vq_kpi_time_id)i);
    vq_json_put(j, o, "options", options_figures(j, f));
}

static json_t *peers(struct vq_json *j, const struct vq_kpi *k)
{
    json_t *list = json_array();
    const struct vq_kpi_figures *f;
    struct vq_endpoint host;
    char text[VQ_ENDPOINT_TEXT];
    for (size_t i = 0; (f = vq_kpi_peer(k, i, &host)); i++) {
        json_t *o = json_object();
        vq_json_str(j, o, "host", vq_endpoint_host(&host, text));
        figures(j, o, f);
        vq_json_append(j, list, o);
    }
    return list;
}

json_t *vq_json_kpi(struct vq_json *j)
{
    struct vq_kpi *k;
    if (vq_kpi_new(&k, j->e)) {
        j->no_memory = true;
        return NULL;
    }
    json_t *o = json_object();
    uint64_t hosts;
    figures(j, o, vq_kpi_total(k));
    vq_json_put(j, o, "peers", peers(j, k));
    const struct vq_kpi_figures *rest = vq_kpi_others(k, &hosts);
    if (rest) {
        json_t *others = json_object();
        vq_json_int(j, others, "hosts", hosts);
        figures(j, others, rest);
        vq_json_put(j, o, "others", others);
    } else {
        vq_json_why(j, o, "others", "every peer is in the list");
    }
    vq_kpi_free(k);
    return o;
}
