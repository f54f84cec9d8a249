/* json_playout.c - a stream's delay variation, clock drift and de-jitter buffers as JSON. */
#include "report/json.h"

#include <math.h>

static void variation(struct vq_json *j, json_t *o, const struct vq_percentiles *p, const char *why)
{
    vq_json_real(j, o, "p50", p->p50, why);
    vq_json_real(j, o, "p95", p->p95, why);
    vq_json_real(j, o, "p99", p->p99, why);
    vq_json_real(j, o, "max", p->max, why);
}

static json_t *buffers(struct vq_json *j, const struct vq_stream *s, const struct vq_playout *p)
{
    const char *why = s->score_why ? s->score_why : "not scored";
    json_t *list = json_array();
    for (unsigned i = 0; i < p->n_buffers; i++) {
        const struct vq_buffer *b = &p->buffers[i];
        json_t *o = json_object();
        vq_json_str(j, o, "model", b->adaptive ? "adaptive" : "fixed");
        vq_json_real(j, o, "size_ms", b->size_ms, "the buffer has no fixed size");
        vq_json_int(j, o, "late", b->late);
        vq_json_real(j, o, "discard_pct", b->discard_pct, NULL);
        vq_json_real(j, o, "playout_ms", b->playout_ms, NULL);
        vq_json_real(j, o, "burst_r", b->burst_r, NULL);
        vq_json_real(j, o, "r", b->r, why);
        vq_json_real(j, o, "mos", b->mos, why);
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *curve(struct vq_json *j, const struct vq_playout *p)
{
    json_t *list = json_array();
    for (int i = 0; i < VQ_DISCARD_SIZES && !p->why; i++) {
        json_t *o = json_object();
        vq_json_real(j, o, "size_ms", vq_discard_sizes_ms[i], NULL);
        vq_json_real(j, o, "discard_pct", p->discard_pct[i], NULL);
        vq_json_append(j, list, o);
    }
    return list;
}

void vq_json_playout(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    struct vq_playout p;
    json_t *var = json_object(), *pdv = json_object();
    if (!vq_stream_playout(j->e, s, &p)) {
        const double none = NAN;
        p = (struct vq_playout){.why = "not known", .ipdv_ms = {none, none, none, none}, .pdv_ms = {none, none, none, none},
                                .skew_ms = none, .drift_ppm = none, .enough_ms = none};
    }
    vq_json_real(j, var, "mean_abs", s->delay_variation_ms, s->jitter_why ? s->jitter_why : "fewer than two packets");
    variation(j, var, &p.ipdv_ms, p.why ? p.why : "no packet came directly after the one sent before it");
    vq_json_put(j, o, "delay_variation_ms", var);
    variation(j, pdv, &p.pdv_ms, p.why);
    vq_json_put(j, o, "pdv_ms", pdv);
    vq_json_real(j, o, "skew_ms", p.skew_ms, p.why);
    vq_json_real(j, o, "clock_drift_ppm", p.drift_ppm, p.why ? p.why : p.drift_why);
    vq_json_put(j, o, "jitter_buffer", buffers(j, s, &p));
    vq_json_put(j, o, "discard_curve", curve(j, &p));
    vq_json_real(j, o, "buffer_enough_ms", p.enough_ms,
                 p.why ? p.why : "more than 1 % of the packets would be late for every size of the curve");
}
