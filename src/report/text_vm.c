/* text_vm.c - VoIPmonitor's scores under the line of a stream, where they were asked for. */
#include "report/text.h"

#include <math.h>

/* "F1 4.1 (min 3.8)" */
static void score(struct vq_out *o, struct vq_buf *b, const char *name, const struct vq_voipmonitor_mos *m, bool to_end)
{
    char n[VQ_NUMBER_TEXT], least[VQ_NUMBER_TEXT];
    double mean = to_end ? m->mean_to_end : m->mean;
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s", name, vq_real_text(o->st, mean, 1, n));
    if (!isnan(mean))
        vq_buf_fmt(b, " (min %s)", vq_real_text(o->st, to_end ? m->min_to_end : m->min, 1, least));
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
}

void vq_text_voipmonitor(struct vq_out *o, const struct vq_engine *e, const struct vq_stream *s, struct vq_buf *b)
{
    struct vq_voipmonitor v;
    char n[VQ_NUMBER_TEXT], m[VQ_NUMBER_TEXT];
    if (!vq_stream_voipmonitor(e, s, &v))
        return;
    vq_buf_fill(&o->b, ' ', 7);
    vq_out_field(o, "VoIPmonitor", 13, false, VQ_TINT_ACCENT);
    vq_out_flow_begin(o, 20, 20);
    if (v.packets) {
        bool to_end = !v.intervals;
        score(o, b, "MOS F1", &v.by[VQ_VOIPMONITOR_F1], to_end);
        score(o, b, "F2", &v.by[VQ_VOIPMONITOR_F2], to_end);
        score(o, b, "adaptive", &v.by[VQ_VOIPMONITOR_ADAPTIVE], to_end);
        vq_buf_clear(b);
        vq_buf_fmt(b, "loss %s %% of %s packets", vq_real_text(o->st, v.loss_pct, 2, n), vq_count_text(v.packets, m));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        if (to_end)
            vq_out_flow(o, VQ_TINT_DIM, "only where it saves graphs: shorter than its ten seconds");
    } else {
        vq_out_flow(o, VQ_TINT_DIM, v.why ? v.why : "nothing");
    }
    vq_out_flow_end(o);
}
