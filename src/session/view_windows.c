/* view_windows.c - a stream's quality ten seconds at a time: a mean over minutes hides what callers remember. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW (10 * VQ_S)

struct slot {
    uint64_t packets, lost, late;
};

static double score(const struct vq_stream *st, const struct slot *sum)
{
    uint64_t expected = sum->packets + sum->lost;
    struct vq_emodel_in in = st->emodel_in;
    struct vq_emodel_out out = st->emodel;
    if (!expected)
        return (double)NAN;
    in.ppl = 100 * fmin((double)(sum->lost + sum->late) / (double)expected, 1);
    in.burst_r = 1;
    vq_emodel_rescore_on(st->impairment->scale, &in, &out);
    return out.r;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mos_at(const struct vq_stream *st, double r)
{
    return vq_emodel_mos(r / vq_emodel_span(st->impairment->scale));
}

/* Side by side; the last one may be short, but counts only when it is the first or half full. */
static void side_by_side(const struct vq_stream *st, const struct slot *v, unsigned n, unsigned k, struct vq_windows *w)
{
    double r[VQ_SERIES_SLOTS + 1], sum = 0, mos = 0;
    for (unsigned i = 0; i < n; i += k) {
        struct slot all = {0};
        unsigned end = i + k < n ? i + k : n;
        if (i && 2 * (end - i) < k)
            break;
        for (unsigned at = i; at < end; at++) {
            all.packets += v[at].packets;
            all.lost += v[at].lost;
            all.late += v[at].late;
        }
        double one = score(st, &all);
        if (isnan(one))
            continue; /* held or silent all the time */
        r[w->n++] = one;
        sum += one;
        mos += mos_at(st, one);
    }
    if (!w->n)
        return;
    qsort(r, w->n, sizeof *r, ascending);
    w->r_min = r[0];
    w->r_p5 = r[(w->n * 5 + 99) / 100 - 1]; /* nearest rank */
    w->r_p50 = r[(w->n * 50 + 99) / 100 - 1];
    w->r_mean = sum / w->n;
    w->mos_min = mos_at(st, w->r_min);
    w->mos_mean = mos / w->n;
}

/* The worst ten seconds, wherever they begin. */
static void sliding(const struct vq_stream *st, const struct slot *v, unsigned n, unsigned k, int64_t width, struct vq_windows *w)
{
    struct slot all = {0};
    for (unsigned i = 0; i < n; i++) {
        all.packets += v[i].packets;
        all.lost += v[i].lost;
        all.late += v[i].late;
        if (i >= k) {
            all.packets -= v[i - k].packets;
            all.lost -= v[i - k].lost;
            all.late -= v[i - k].late;
        }
        double r = i + 1 < k && i + 1 < n ? (double)NAN : score(st, &all);
        if (!isnan(r) && !(r >= w->worst_r)) {
            w->worst_r = r;
            w->worst_ts = st->start + (int64_t)(i + 1 > k ? i + 1 - k : 0) * width;
        }
    }
    if (!isnan(w->worst_r))
        w->worst_mos = mos_at(st, w->worst_r);
}

void vq_stream_view_windows(const struct vq_engine *e, struct vq_stream *st)
{
    const double none = (double)NAN;
    struct slot v[VQ_SERIES_SLOTS + 1];
    struct vq_interval iv = {.width = VQ_SERIES_WIDTH};
    unsigned n = 0;
    struct vq_windows *w = &st->windows;
    *w = (struct vq_windows){.r_min = none, .r_p5 = none, .r_p50 = none, .r_mean = none, .mos_min = none, .mos_mean = none,
                             .worst_r = none, .worst_mos = none, .worst_ts = VQ_NONE, .width = WINDOW};
    if (!st->scored)
        return;
    for (; n <= VQ_SERIES_SLOTS && vq_stream_interval(e, st, n, &iv); n++)
        v[n] = (struct slot){iv.packets, iv.lost, iv.late};
    struct vq_gap before; /* what is missing between it and the stream that it goes on from, nobody else counts */
    if (st->previous && n && vq_stream_gap(e, st, 0, &before))
        v[0].lost += before.missing;
    unsigned k = (unsigned)((WINDOW + iv.width - 1) / iv.width);
    w->width = (int64_t)k * iv.width;
    side_by_side(st, v, n, k, w);
    sliding(st, v, n, k, iv.width, w);
}
