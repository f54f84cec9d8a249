/* ladder_notes.c - rows of a call's ladder that are neither a message nor a stream: keys that were pressed, and what phones
 * report of the media that they received. */
#include "report/ladder.h"

#include <math.h>
#include <stdio.h>

#include "report/text.h"

/* Keys of one person that follow each other within this stand in one row, but no more than so many. */
#define TOGETHER INT64_C(2000000000)
#define KEYS_IN_A_ROW 24u

static const struct vq_stream *stream_of(const struct vq_drawing *d, const struct vq_dtmf *k)
{
    for (size_t i = 0; k->stream && i < d->n_streams; i++)
        if (d->streams[i].handle == k->stream)
            return &d->streams[i];
    return NULL;
}

/* How many keys from the next one on go into one row. */
static unsigned together(const struct vq_drawing *d, int64_t ts)
{
    const struct vq_dtmf *k = &d->keys[d->next_key];
    unsigned n = 1, most = d->n_keys - d->next_key;
    while (n < most && n < KEYS_IN_A_ROW && k[n].stream == k[0].stream && k[n].ts < ts && k[n].ts - k[n - 1].ts < TOGETHER)
        n++;
    return n;
}

/* "DTMF 5 (RFC 4733, 120 ms)", "DTMF 1234# (RFC 4733)" */
static void name_keys(struct vq_drawing *d, const struct vq_dtmf *k, unsigned n, bool *missing)
{
    struct vq_labels *w = &d->words;
    char ms[VQ_NUMBER_TEXT];
    *missing = false;
    vq_buf_clear(&w->shortest);
    vq_buf_str(&w->shortest, "DTMF ");
    for (unsigned i = 0; i < n; i++) {
        vq_buf_char(&w->shortest, k[i].digit);
        *missing |= !k[i].ended;
    }
    vq_buf_clear(&w->shorter);
    vq_buf_str(&w->shorter, w->shortest.p);
    vq_buf_clear(&w->full);
    vq_buf_fmt(&w->full, "%s (RFC 4733", w->shortest.p);
    if (*missing)
        vq_buf_str(&w->full, n > 1 ? ", an end is missing" : ", its end is missing");
    else if (n == 1 && !isnan(k->duration_ms))
        vq_buf_fmt(&w->full, ", %s ms", vq_real_text(d->l.o.st, k->duration_ms, 0, ms));
    vq_buf_char(&w->full, ')');
    if (*missing)
        vq_buf_str(&w->shorter, " (no end)");
}

static void row_of_keys(struct vq_drawing *d, const struct vq_stream *s, const struct vq_dtmf *k, unsigned n)
{
    bool missing;
    name_keys(d, k, n, &missing);
    const char *const labels[] = {d->words.full.p, d->words.shorter.p, d->words.shortest.p, NULL};
    vq_ladder_left(d, k->ts, k->frame);
    vq_ladder_arrow(&d->l, vq_ladder_lane(&d->l, &s->src, true), vq_ladder_lane(&d->l, &s->dst, true), VQ_STROKE_RTP, labels,
                    missing ? VQ_TINT_FAIR : VQ_TINT_PLAIN);
    vq_ladder_end(&d->l);
}

void vq_ladder_keys_until(struct vq_drawing *d, int64_t ts)
{
    while (d->next_key < d->n_keys && d->keys[d->next_key].ts < ts) {
        const struct vq_dtmf *k = &d->keys[d->next_key];
        const struct vq_stream *s = stream_of(d, k);
        unsigned n = together(d, ts);
        if (s)
            row_of_keys(d, s, k, n);
        d->next_key += n; /* without a row: its stream has none, or it came by INFO, whose arrow names it */
    }
}

/* Words behind the first lane, as far as the page goes. */
static void row_of_report(struct vq_drawing *d, const struct vq_endpoint_report *r)
{
    struct vq_buf *b = &d->words.full;
    unsigned x = d->l.lanes[0].x + 2;
    vq_text_endpoint_report(&d->l.o, r, r->by == VQ_PARTY_NONE ? "an endpoint" : vq_party_name(r->by), b);
    vq_out_clip(d->l.o.st, b, 0, d->l.columns > x ? d->l.columns - x : 0);
    vq_ladder_put(&d->l, x, d->l.columns, b->p, VQ_TINT_DIM);
    vq_ladder_end(&d->l);
}

void vq_ladder_reports_until(struct vq_drawing *d, const struct vq_engine *e, int64_t ts)
{
    struct vq_endpoint_report r;
    for (; d->call && vq_endpoint_report_get(e, d->call, d->next_report, &r) && r.ts < ts; d->next_report++) {
        vq_ladder_left(d, r.ts, r.frame);
        row_of_report(d, &r);
    }
}

void vq_ladder_reports_in(struct vq_drawing *d, const struct vq_engine *e, uint64_t frame)
{
    struct vq_endpoint_report r;
    for (; d->call && vq_endpoint_report_get(e, d->call, d->next_report, &r) && r.frame == frame; d->next_report++) {
        vq_ladder_row(&d->l);
        row_of_report(d, &r);
    }
}
