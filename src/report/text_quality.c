/* text_quality.c - what endpoints report of their own media, as lines beside what was measured. */
#include "report/text.h"

#include <math.h>

/* Counts are whole numbers, and so are many other figures that phones give. */
static const char *number(const struct vq_out *o, double v, char n[VQ_NUMBER_TEXT])
{
    return vq_real_text(o->st, v, v == floor(v) ? 0 : 1, n);
}

void vq_text_endpoint_report(const struct vq_out *o, const struct vq_endpoint_report *r, const char *who, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT];
    unsigned told = 0;
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s reports", who);
    if (r->of_peer)
        vq_buf_str(b, " of its peer");
    vq_buf_char(b, ':');
    if (!isnan(r->v[VQ_Q_LOST])) {
        vq_buf_fmt(b, " %.0f lost", r->v[VQ_Q_LOST]);
        told++;
    }
    if (!isnan(r->v[VQ_Q_JITTER_MS]))
        vq_buf_fmt(b, "%s jitter %s ms", told++ ? "," : "", number(o, r->v[VQ_Q_JITTER_MS], n));
    for (int i = 0; i < VQ_QUALITY_FIELDS; i++) {
        const char *words = vq_quality_field_words((enum vq_quality_field)i);
        if (words && i != VQ_Q_LOST && i != VQ_Q_JITTER_MS && !isnan(r->v[i]) && (i != VQ_Q_DISCARDED || r->v[i] > 0))
            vq_buf_fmt(b, "%s %s %s", told++ ? "," : "", words, number(o, r->v[i], n));
    }
    if (!told && !isnan(r->v[VQ_Q_PACKETS_RECEIVED]))
        vq_buf_fmt(b, " %.0f packets received", r->v[VQ_Q_PACKETS_RECEIVED]);
    vq_buf_fmt(b, " (%s)", r->source);
}

static void line(struct vq_out *o, const struct vq_endpoint_report *r, const char *who, struct vq_buf *b)
{
    vq_out_flow_begin(o, 7, 0);
    vq_text_endpoint_report(o, r, who, b);
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    vq_out_flow_end(o);
}

void vq_text_endpoint_reports(struct vq_out *o, const struct vq_engine *e, uint32_t call, uint32_t stream,
                              struct vq_buf *b)
{
    struct vq_endpoint_report r;
    for (unsigned i = 0; vq_endpoint_report_get(e, call, i, &r); i++)
        if (r.stream == stream)
            line(o, &r, stream ? "the phone itself" : r.by == VQ_PARTY_NONE ? "an endpoint" : vq_party_name(r.by), b);
}
