/* text_stream.c - the lines of one RTP stream in the terminal summary: a table row, what does not fit into it, and the
 * TIPHON index that Indonesian lab reports ask for. */
#include "report/text.h"

#include <math.h>
#include <stdio.h>

#define INDENT 4
#define CELL 64
#define WORSE 0.3 /* MOS by which ten seconds are noticeably worse than the whole */
#define WELL 80 /* R from which on nobody asks what it was lost to: G.109 high */

static void put_codec(struct vq_out *o, const struct vq_stream *s, char *t)
{
    struct vq_buf b;
    vq_buf_init(&b);
    if (s->codec)
        vq_out_wire(o->st, &b, s->codec);
    else if (s->n_payload_types)
        vq_buf_fmt(&b, "PT %u", s->payload_types[0]);
    vq_out_clip(o->st, &b, 0, 7);
    snprintf(t, CELL, "%s", b.n && b.n < CELL ? b.p : "?");
    o->b.failed |= b.failed;
    vq_buf_done(&b);
}

static void put_packets(struct vq_out *o, const struct vq_stream *s, char *t)
{
    (void)o;
    vq_count_text(s->packets, t);
}

static void put_lost(struct vq_out *o, const struct vq_stream *s, char *t)
{
    (void)o;
    vq_count_text(s->lost, t);
}

static void put_loss(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_percent_text(o->st, s->loss_pct, 2, t);
}

static void put_duplicates(struct vq_out *o, const struct vq_stream *s, char *t)
{
    (void)o;
    vq_count_text(s->duplicates, t);
}

static void put_reordered(struct vq_out *o, const struct vq_stream *s, char *t)
{
    (void)o;
    vq_count_text(s->reordered, t);
}

static void put_jitter(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_real_text(o->st, s->jitter_mean_ms, 2, t);
}

static void put_jitter_max(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_real_text(o->st, s->jitter_max_ms, 2, t);
}

static void put_interarrival(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_real_text(o->st, s->interarrival_ms.n ? s->interarrival_ms.mean : NAN, 2, t);
}

/* Between two network name spaces a round trip takes microseconds, around the world a third of a second. */
static int rtt_digits(const struct vq_stream *s)
{
    return s->rtt_ms.mean < 0.1 ? 3 : s->rtt_ms.mean < 1 ? 2 : 1;
}

static void put_rtt(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_real_text(o->st, s->rtt_ms.n ? s->rtt_ms.mean : NAN, rtt_digits(s), t);
}

static void put_r(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_r_text(o->st, s->scored ? s->r : NAN, t);
}

static void put_mos(struct vq_out *o, const struct vq_stream *s, char *t)
{
    vq_real_text(o->st, s->scored ? s->mos : NAN, 2, t);
}

static void put_rating(struct vq_out *o, const struct vq_stream *s, char *t)
{
    const char *name = vq_rating_g109(vq_stream_r_nb(s));
    snprintf(t, CELL, "%s", name ? name : vq_glyph(o->st, VQ_GLYPH_NONE));
}

static enum vq_tint tint_lost(const struct vq_stream *s)
{
    return s->lost == 0 ? VQ_TINT_PLAIN : s->loss_pct < 1 ? VQ_TINT_FAIR : VQ_TINT_BAD;
}

static enum vq_tint tint_mos(const struct vq_stream *s)
{
    return vq_tint_of_r(vq_stream_r_nb(s));
}

/* One row for each column; its width includes the gap before it. Rank 0 always stands in the table, the others join in
 * the order of their ranks as far as the page is wide enough; what finds no room stands on the line below. */
enum {
    CODEC,
    PACKETS,
    LOST,
    LOSS,
    DUPLICATES,
    REORDERED,
    JITTER,
    JITTER_MAX,
    INTERARRIVAL,
    RTT,
    R,
    MOS,
    RATING,
    COLUMNS
};
#define RANKS 5

static const struct column {
    const char *title;
    unsigned width, rank;
    bool right;
    void (*put)(struct vq_out *o, const struct vq_stream *s, char *t);
    enum vq_tint (*tint)(const struct vq_stream *s);
} columns[COLUMNS] = {
    [CODEC] = {"codec", 7, 0, false, put_codec, NULL},
    [PACKETS] = {"packets", 8, 0, true, put_packets, NULL},
    [LOST] = {"lost", 6, 0, true, put_lost, tint_lost},
    [LOSS] = {"loss %", 7, 0, true, put_loss, tint_lost},
    [DUPLICATES] = {"dup", 5, 0, true, put_duplicates, NULL},
    [REORDERED] = {"reord", 6, 0, true, put_reordered, NULL},
    [JITTER] = {"jitter ms", 10, 1, true, put_jitter, NULL},
    [JITTER_MAX] = {"max ms", 8, 4, true, put_jitter_max, NULL},
    [INTERARRIVAL] = {"interarr. ms", 13, 3, true, put_interarrival, NULL},
    [RTT] = {"RTT ms", 8, 5, true, put_rtt, NULL},
    [R] = {"R", 6, 2, true, put_r, tint_mos},
    [MOS] = {"MOS", 6, 0, true, put_mos, tint_mos},
    [RATING] = {"G.109", 15, 0, false, put_rating, tint_mos},
};

/* What of the table this page holds. */
struct layout {
    bool on[COLUMNS];
    unsigned name; /* width of the first column */
};

static struct layout layout_of(const struct vq_out *o, bool in_call)
{
    struct layout t = {.name = 8};
    unsigned used = INDENT + 2, want = in_call ? 18 : 33, most = in_call ? 26 : 44;
    for (unsigned rank = 0; rank <= RANKS; rank++)
        for (size_t i = 0; i < COLUMNS; i++)
            if (columns[i].rank == rank && (!rank || used + want + columns[i].width <= o->width)) {
                t.on[i] = true;
                used += columns[i].width;
            }
    if (o->width > used + t.name)
        t.name = o->width - used < most ? o->width - used : most;
    return t;
}

static bool tiphon(const struct vq_out *o)
{
    return o->st->rating == VQ_RATING_TIPHON;
}

/* The cells of the row of `s`, or of the head when it is NULL. */
static void cells(struct vq_out *o, const struct layout *t, const struct vq_stream *s)
{
    char text[CELL];
    vq_buf_char(&o->b, ' ');
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct column *c = &columns[i];
        if (!t->on[i])
            continue;
        if (!c->right && i)
            vq_buf_char(&o->b, ' ');
        if (s)
            c->put(o, s, text);
        vq_out_field(o, s ? text : c->title, c->width, c->right,
                     !s ? VQ_TINT_DIM : c->tint ? c->tint(s) : VQ_TINT_PLAIN);
    }
    vq_out_newline(o);
}

void vq_text_stream_head(struct vq_out *o, bool in_call)
{
    struct layout t = layout_of(o, in_call);
    vq_buf_fill(&o->b, ' ', INDENT);
    vq_out_field(o, "direction", t.name, false, VQ_TINT_DIM);
    cells(o, &t, NULL);
}

static void endpoints(const struct vq_out *o, const struct vq_stream *s, struct vq_buf *b)
{
    char src[VQ_ENDPOINT_TEXT], dst[VQ_ENDPOINT_TEXT];
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s %s %s", vq_endpoint_text(&s->src, src), vq_glyph(o->st, VQ_GLYPH_ARROW),
               vq_endpoint_text(&s->dst, dst));
}

/* Where the points went, when few are left. */
static void costs(struct vq_out *o, const struct vq_stream *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], m[VQ_NUMBER_TEXT], at[VQ_NUMBER_TEXT];
    if (s->discarded) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s ms buffer drops %s %%", vq_real_text(o->st, s->ta_buffer_ms, 0, n),
                   vq_percent_text(o->st, 100.0 * (double)s->discarded / (double)s->packets, 1, m));
        if (s->enough_ms > s->ta_buffer_ms)
            vq_buf_fmt(b, ", %s ms would do", vq_real_text(o->st, s->enough_ms, 0, n));
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (s->scored && s->windows.worst_mos < s->mos - WORSE) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "worst %s: MOS %s from %s on", vq_duration_text(o->st, s->windows.width, n),
                   vq_real_text(o->st, s->windows.worst_mos, 2, m),
                   vq_duration_text(o->st, s->windows.worst_ts - s->start, at));
        vq_out_flow(o, VQ_TINT_FAIR, b->p);
    }
    if (!s->scored || (vq_stream_r_nb(s) >= WELL && !o->st->verbose))
        return;
    vq_buf_clear(b);
    for (int c = 0; c < VQ_COSTS; c++)
        if (s->lost_points[c] >= 0.05)
            vq_buf_fmt(b, "%s%s %s", b->n ? ", " : "R lost to ", vq_cost_name((enum vq_cost)c),
                       vq_real_text(o->st, s->lost_points[c], 1, n));
    if (!b->n)
        return;
    bool narrow = !s->impairment || s->impairment->scale == VQ_SCALE_NB;
    const char *beyond = narrow ? vq_emodel_out_of_range(&s->emodel_in) : NULL;
    if (beyond)
        vq_buf_fmt(b, " (%s beyond G.107's range)", beyond);
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
}

/* Where the trouble lies, and how it sounds at the receiver by its own reckoning. */
static void peer(struct vq_out *o, const struct vq_stream *s, struct vq_buf *b)
{
    static const char *const where[] = {[VQ_VERDICT_BEFORE] = "the trouble lies before the capture point",
                                        [VQ_VERDICT_AFTER] = "the trouble lies behind the capture point",
                                        [VQ_VERDICT_BOTH] = "trouble before and behind the capture point"};
    const struct vq_xr_report *x = &s->xr_report;
    const struct {
        const char *words;
        double v;
        int digits;
    } rows[] = {{"R", x->r, 0}, {"MOS-LQ", x->mos_lq, 1}, {"MOS-CQ", x->mos_cq, 1}, {"loss %", x->loss_pct, 1},
                {"discarded %", x->discard_pct, 1}};
    char n[VQ_NUMBER_TEXT];
    unsigned told = 0;
    if (s->verdict >= VQ_VERDICT_BEFORE)
        vq_out_flow(o, VQ_TINT_FAIR, where[s->verdict]);
    if (!x->has_voip)
        return;
    vq_buf_clear(b);
    vq_buf_str(b, "receiver's XR:");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!isnan(rows[i].v))
            vq_buf_fmt(b, "%s %s %s", told++ ? "," : "", rows[i].words, vq_real_text(o->st, rows[i].v, rows[i].digits, n));
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
}

/* What the row has no column for. */
static void remarks(struct vq_out *o, const struct vq_stream *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], m[VQ_NUMBER_TEXT];
    if (s->media != VQ_MEDIA_AUDIO && s->media != VQ_MEDIA_UNKNOWN)
        vq_out_flow(o, VQ_TINT_PLAIN, vq_media_name(s->media));
    if (s->encrypted)
        vq_out_flow(o, VQ_TINT_PLAIN, "encrypted");
    if (s->reported_lost != VQ_NONE) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "receiver reports %lld lost, jitter %s ms", (long long)s->reported_lost,
                   vq_real_text(o->st, s->reported_jitter_ms, 2, n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    peer(o, s, b);
    if (s->call && s->pairing != VQ_PAIR_SDP && s->pairing != VQ_PAIR_NONE) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "paired by %s (%.0f %%)", vq_pairing_name(s->pairing), 100 * vq_pairing_confidence(s->pairing));
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
    if (s->scored && s->impairment && s->impairment->scale != VQ_SCALE_NB) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "MOS and R on the %s scale", vq_scale_name(s->impairment->scale));
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
    if (s->scored && s->impairment && s->impairment->fact != VQ_FACT_ITU &&
        s->impairment->fact != VQ_FACT_ITU_RECALLED) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "Ie of this codec: %s", vq_fact_name(s->impairment->fact));
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
    if (!s->scored && s->score_why) {
        vq_buf_clear(b);
        vq_buf_str(b, "no score: ");
        vq_out_wire(o->st, b, s->score_why);
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
    if (o->st->verbose && s->simple_name && isfinite(s->simple_r)) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s: R %s, MOS %s", s->simple_name, vq_r_text(o->st, s->simple_r, n),
                   vq_real_text(o->st, s->simple_mos, 2, m));
        if (vq_stream_simple_note(s))
            vq_buf_str(b, " (assumes concealment)");
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
    if (o->st->verbose) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "SSRC 0x%08X, frames %llu to %llu", s->ssrc, (unsigned long long)s->first_frame,
                   (unsigned long long)s->last_frame);
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
}

static void audio(struct vq_out *o, const struct vq_stream *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT];
    const struct vq_report_audio *a = vq_report_audio_of(o->in, s);
    if (!a)
        return;
    vq_buf_clear(b);
    if (a->file) {
        vq_buf_fmt(b, "level %s dBov, ", vq_real_text(o->st, a->level_dbov, 1, n));
        vq_buf_fmt(b, "%s %% silence", vq_real_text(o->st, a->silence_pct, 0, n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        vq_buf_clear(b);
        if (a->clipped_samples) {
            vq_buf_fmt(b, "%s samples clipped", vq_count_text(a->clipped_samples, n));
            vq_out_flow(o, VQ_TINT_FAIR, b->p);
            vq_buf_clear(b);
        }
        vq_out_wire(o->st, b, a->file);
    } else {
        vq_buf_str(b, "no WAV: ");
        vq_out_wire(o->st, b, a->why ? a->why : "not decoded");
    }
    vq_out_flow(o, VQ_TINT_DIM, b->p);
}

/* The figures that found no column. */
static void figures(struct vq_out *o, const struct vq_stream *s, const struct layout *t, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], m[VQ_NUMBER_TEXT];
    vq_buf_clear(b);
    if (isnan(s->jitter_mean_ms)) {
        vq_buf_fmt(b, "jitter %s (", vq_glyph(o->st, VQ_GLYPH_NONE));
        vq_out_wire(o->st, b, s->jitter_why ? s->jitter_why : "not known");
        vq_buf_char(b, ')');
    } else if (!t->on[JITTER]) {
        vq_buf_fmt(b, "jitter %s ms (max %s)", vq_real_text(o->st, s->jitter_mean_ms, 2, n),
                   vq_real_text(o->st, s->jitter_max_ms, 2, m));
    } else if (!t->on[JITTER_MAX]) {
        vq_buf_fmt(b, "jitter max %s ms", vq_real_text(o->st, s->jitter_max_ms, 2, n));
    }
    if (b->n)
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    if (!t->on[INTERARRIVAL] && s->interarrival_ms.n) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "interarrival %s ms", vq_real_text(o->st, s->interarrival_ms.mean, 2, n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (!t->on[RTT] && s->rtt_ms.n) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "RTT %s ms", vq_real_text(o->st, s->rtt_ms.mean, rtt_digits(s), n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (!t->on[R] && s->scored) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "R %s", vq_r_text(o->st, s->r, n));
        vq_out_flow(o, tint_mos(s), b->p);
    }
}

static void stream_details(struct vq_out *o, const struct vq_stream *s, const struct layout *t, bool named,
                           struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT];
    vq_out_flow_begin(o, INDENT + 3, 0);
    vq_buf_clear(b);
    vq_buf_fmt(b, "stream %u", s->id); /* as findings and the story of the call name it */
    vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    if (named) {
        endpoints(o, s, b);
        vq_out_flow(o, VQ_TINT_DIM, b->p);
    }
    if (s->leg > 1) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "leg %u", s->leg);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (s->start != VQ_NONE && s->end != VQ_NONE)
        vq_out_flow(o, VQ_TINT_PLAIN, vq_duration_text(o->st, s->end - s->start, n));
    figures(o, s, t, b);
    costs(o, s, b);
    remarks(o, s, b);
    audio(o, s, b);
    vq_out_flow_end(o);
}

static enum vq_tint tint_of_index(int i)
{
    return i >= 3 ? VQ_TINT_GOOD : i == 2 ? VQ_TINT_FAIR : i == 1 ? VQ_TINT_BAD : VQ_TINT_DIM;
}

static void tiphon_item(struct vq_out *o, struct vq_buf *b, const char *what, const char *value, const char *unit,
                        int index)
{
    const char *name = vq_tiphon_name(index);
    vq_buf_clear(b);
    if (name)
        vq_buf_fmt(b, "%s %s %s = %d %s", what, value, unit, index, name);
    else
        vq_buf_fmt(b, "%s %s", what, vq_glyph(o->st, VQ_GLYPH_NONE));
    vq_out_flow(o, tint_of_index(index), b->p);
}

/* TIPHON as Indonesian lab reports use it: there "delay" is the total of the interarrival times over the packets. */
static void tiphon_line(struct vq_out *o, const struct vq_stream *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT];
    double delay = s->interarrival_ms.n ? s->interarrival_total_ms / (double)s->packets : NAN;
    const int index[] = {
        vq_tiphon_delay(delay),
        vq_tiphon_jitter(s->jitter_mean_ms),
        vq_tiphon_loss(s->loss_pct, o->st->tiphon_loss),
    };
    vq_buf_fill(&o->b, ' ', INDENT + 3);
    vq_out_field(o, "TIPHON", 8, false, VQ_TINT_ACCENT);
    vq_out_flow_begin(o, INDENT + 11, INDENT + 11);
    tiphon_item(o, b, "delay (interarrival)", vq_real_text(o->st, delay, 2, n), "ms", index[0]);
    tiphon_item(o, b, "jitter", vq_real_text(o->st, s->jitter_mean_ms, 3, n), "ms", index[1]);
    tiphon_item(o, b, o->st->tiphon_loss == VQ_TIPHON_BAND ? "loss (band)" : "loss",
                vq_real_text(o->st, s->loss_pct, 2, n), "%", index[2]);
    int sum = 0, known = 0;
    for (size_t i = 0; i < 3; i++) {
        sum += index[i];
        known += index[i] > 0;
    }
    if (known == 3) {
        const char *name = vq_tiphon_mean_name((double)sum / 3);
        vq_buf_clear(b);
        vq_buf_fmt(b, "index %s %s", vq_real_text(o->st, (double)sum / 3, 2, n), name ? name : "");
        vq_out_flow(o, tint_of_index(sum / 3), b->p);
    }
    vq_out_flow_end(o);
}

void vq_text_stream(struct vq_out *o, const struct vq_stream *s, const char *from, const char *to)
{
    struct layout t = layout_of(o, from || to);
    bool named = from && to && s->direction != VQ_DIR_UNKNOWN;
    struct vq_buf b;
    vq_buf_init(&b);
    vq_buf_fill(&o->b, ' ', INDENT);
    if (named) {
        bool forth = s->direction == VQ_DIR_CALLER_TO_CALLEE;
        vq_text_pair(o->st, &b, forth ? from : to, forth ? to : from, t.name);
    } else {
        endpoints(o, s, &b);
    }
    vq_out_field(o, b.p, t.name, false, VQ_TINT_PLAIN);
    cells(o, &t, s);
    stream_details(o, s, &t, named || vq_text_columns(b.p, b.n) > t.name, &b);
    if (tiphon(o))
        tiphon_line(o, s, &b);
    o->b.failed |= b.failed;
    vq_buf_done(&b);
}
