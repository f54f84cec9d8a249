/* view_playout.c - delay variation, clock drift and de-jitter buffers of a stream, as the plain structures of media.h. */
#include "session/session.h"

#include <math.h>
#include <string.h>

/* Edges of vq_spread's buckets: the counts are exact. */
const double vq_discard_sizes_ms[VQ_DISCARD_SIZES] = {10, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 240, 320, 400};

#define ENOUGH_PCT 1. /* of discards: Cisco's and G.1010's bounds for loss are 1 and 3 % */

static struct vq_percentiles percentiles(const struct vq_spread *s)
{
    return (struct vq_percentiles){vq_spread_percentile_ms(s, 50), vq_spread_percentile_ms(s, 95),
                                   vq_spread_percentile_ms(s, 99), s->n ? s->max / 1000.0 : (double)NAN};
}

/* With this buffer instead of the one that was assumed. */
static void score(const struct vq_stream *st, const struct vq_jbuf_count *c, struct vq_buffer *b)
{
    struct vq_emodel_in in = st->emodel_in;
    struct vq_emodel_out out;
    vq_emodel_set_delay(&in, st->emodel_in.ta - st->ta_buffer_ms + b->playout_ms);
    vq_jbuf_loss(c, st->lost, st->expected, &in.ppl, &in.burst_r);
    b->burst_r = in.burst_r;
    b->r = b->mos = (double)NAN;
    if (!st->scored)
        return;
    vq_emodel_on(st->impairment->scale, &in, &out);
    b->r = out.r;
    b->mos = out.mos;
}

static void buffer(const struct vq_stream *st, const struct vq_jbuf_count *c, double size_ms, double playout_ms,
                   struct vq_playout *out)
{
    struct vq_buffer *b = &out->buffers[out->n_buffers++];
    *b = (struct vq_buffer){.adaptive = isnan(size_ms), .size_ms = size_ms, .late = c->late, .playout_ms = playout_ms,
                            .discard_pct = 100.0 * c->late / (double)out->packets};
    score(st, c, b);
}

static double discard_pct(const struct vq_spread *pdv, int i)
{
    return pdv->n ? 100.0 * vq_spread_above(pdv, vq_discard_sizes_ms[i]) / pdv->n : 0;
}

double vq_playout_enough_ms(const struct vq_spread *pdv)
{
    double enough = (double)NAN;
    for (int i = VQ_DISCARD_SIZES; i-- && discard_pct(pdv, i) < ENOUGH_PCT;)
        enough = vq_discard_sizes_ms[i];
    return enough;
}

bool vq_stream_playout(const struct vq_engine *e, const struct vq_stream *st, struct vq_playout *out)
{
    if (!vq_alive(&e->streams, st->handle))
        return false;
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, st->handle);
    struct vq_transit t;
    vq_stream_transit(e, s, &t);
    memset(out, 0, sizeof *out);
    out->packets = t.pdv.n;
    out->ipdv_ms = percentiles(&t.ipdv);
    out->pdv_ms = percentiles(&t.pdv);
    out->skew_ms = out->drift_ppm = out->enough_ms = (double)NAN;
    if (!t.pdv.n) {
        out->why = s->clock_hz ? "no packet with a transit time" : "the clock of the payload type is unknown: no SDP announced it";
        return true;
    }
    if (!t.ipdv.n)
        out->ipdv_ms = (struct vq_percentiles){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    out->skew_ms = -(-t.min_us > t.max_us ? t.min_us : t.max_us) / 1000.0;
    out->drift_ppm = vq_drift_ppm(&t.drift);
    if (isnan(out->drift_ppm))
        out->drift_why = "the stream is too short, or its jitter too great, to tell the drift within 50 ppm";
    for (unsigned i = 0; i < e->sizes.n; i++)
        buffer(st, &t.jbuf.fixed[i], e->sizes.us[i] / 1000.0, e->sizes.us[i] / 1000.0, out);
    double mean = t.jbuf.packets ? (double)t.jbuf.delay_sum / t.jbuf.packets / 1000 : 0;
    buffer(st, &t.jbuf.adaptive, (double)NAN, mean, out);
    for (int i = 0; i < VQ_DISCARD_SIZES; i++)
        out->discard_pct[i] = discard_pct(&t.pdv, i);
    out->enough_ms = vq_playout_enough_ms(&t.pdv);
    return true;
}
