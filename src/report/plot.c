/* plot.c - the course of one stream over time: a table of its intervals, and the gnuplot script that draws it. */
#include <voipqos/report.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "report/plot.h"

/* One line of the table: an interval, or several in a row where there are too many. */
struct point {
    double t_s, width_s, packets, lost, late, loss_pct, late_pct, jitter_ms, gap_ms, gap_max_ms, r, mos;
};

/* What the script must know of the table before it draws. */
struct extent {
    unsigned n;
    double t_min, t_max, jitter_max, gap_max, loss_max; /* loss_max: with what comes too late */
    bool jitter, gap, late, mos;
};

static double worse(double a, double b, bool higher)
{
    return isnan(a) ? b : isnan(b) ? a : higher == (b > a) ? b : a;
}

/* The end of a stream fills a part of its last interval only: with less than half of it there is too little to score or to
 * average, and a dip there would be one of the counting. */
static bool stub(const struct vq_stream *s, unsigned k, const struct vq_interval *v)
{
    return k && k + 1 == s->n_intervals && s->end - v->start < v->width / 2;
}

/* Point i of a stream of which `merge` intervals make one. Jitter is the last one's, as RFC 3550 jitter stands at the
 * end of its interval; of R and MOS the worst shows, so that no dip gets lost. */
static bool point_at(const struct vq_engine *e, const struct vq_stream *s, int64_t zero, unsigned i, unsigned merge,
                     struct point *p)
{
    struct vq_interval v;
    double gaps = 0, weight = 0;
    *p = (struct point){.jitter_ms = NAN, .gap_ms = NAN, .gap_max_ms = NAN, .r = NAN, .mos = NAN, .loss_pct = NAN, .late_pct = NAN};
    unsigned k = i * merge, end = k + merge < s->n_intervals ? k + merge : s->n_intervals;
    if (k >= end)
        return false;
    for (unsigned first = k; k < end; k++) {
        if (!vq_stream_interval(e, s, k, &v))
            return false;
        if (k == first)
            p->t_s = (double)(v.start - zero) / 1e9;
        p->width_s += (double)v.width / 1e9;
        p->packets += v.packets;
        p->lost += v.lost;
        p->late += v.late;
        if (!isnan(v.jitter_ms))
            p->jitter_ms = v.jitter_ms;
        if (stub(s, k, &v))
            continue;
        if (!isnan(v.interarrival_ms)) {
            gaps += v.interarrival_ms * v.packets;
            weight += v.packets;
        }
        p->gap_max_ms = worse(p->gap_max_ms, v.interarrival_max_ms, true);
        p->r = worse(p->r, v.r, false);
        p->mos = worse(p->mos, v.mos, false);
    }
    if (weight > 0)
        p->gap_ms = gaps / weight;
    if (p->packets + p->lost > 0) {
        p->loss_pct = 100 * p->lost / (p->packets + p->lost);
        p->late_pct = 100 * p->late / (p->packets + p->lost);
    }
    return true;
}

static unsigned merge_of(const struct vq_stream *s)
{
    return s->n_intervals <= VQ_PLOT_MAX_POINTS ? 1 : (s->n_intervals + VQ_PLOT_MAX_POINTS - 1) / VQ_PLOT_MAX_POINTS;
}

static int64_t zero_of(const struct vq_engine *e)
{
    struct vq_stats stats;
    vq_engine_stats(e, &stats);
    return stats.start == VQ_NONE ? 0 : stats.start;
}

static void put_real(struct vq_buf *b, double v, int digits)
{
    if (isfinite(v))
        vq_buf_fmt(b, " %*.*f", 11, digits, v);
    else
        vq_buf_str(b, "         NaN");
}

int vq_report_plot_data(const struct vq_engine *e, uint32_t stream, vq_write_h *w, void *arg)
{
    static const struct vq_report_style plain = {0};
    struct vq_stream s;
    struct vq_out o;
    struct point p;
    if (!vq_stream_get(e, stream, &s))
        return -ENOENT;
    int64_t zero = zero_of(e);
    unsigned merge = merge_of(&s);
    vq_out_init(&o, &plain, w, arg);
    if (merge > 1) {
        vq_buf_fmt(&o.b, "# %u intervals to a line: packets and losses added up, the worst R and MOS", merge);
        vq_out_newline(&o);
    }
    vq_buf_str(&o.b, "#      t_s     packets        lost    loss_pct   jitter_ms interarr_ms      max_ms           r   "
                     "      mos     width_s    late_pct");
    vq_out_newline(&o);
    for (unsigned i = 0; point_at(e, &s, zero, i, merge, &p) && !vq_out_stopped(&o); i++) {
        vq_buf_fmt(&o.b, "%10.3f %11.0f %11.0f", p.t_s, p.packets, p.lost);
        put_real(&o.b, p.loss_pct, 4);
        put_real(&o.b, p.jitter_ms, 4);
        put_real(&o.b, p.gap_ms, 4);
        put_real(&o.b, p.gap_max_ms, 4);
        put_real(&o.b, p.r, 3);
        put_real(&o.b, p.mos, 4);
        put_real(&o.b, p.width_s, 3);
        put_real(&o.b, p.late_pct, 4);
        vq_out_newline(&o);
    }
    return vq_out_done(&o);
}

/* ---- the script -------------------------------------------------------------------------------------------------- */

bool vq_plot_name_ok(const char *name)
{
    if (!*name)
        return false;
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || strchr("|<>`\"'", *c))
            return false;
    return true;
}

static struct extent extent_of(const struct vq_engine *e, const struct vq_stream *s)
{
    struct extent x = {0};
    struct point p;
    int64_t zero = zero_of(e);
    unsigned merge = merge_of(s);
    for (unsigned i = 0; point_at(e, s, zero, i, merge, &p); i++) {
        if (!i)
            x.t_min = p.t_s;
        x.t_max = p.t_s + p.width_s;
        x.jitter |= isfinite(p.jitter_ms);
        x.gap |= isfinite(p.gap_ms);
        x.mos |= isfinite(p.mos);
        x.jitter_max = fmax(x.jitter_max, p.jitter_ms);
        x.gap_max = fmax(x.gap_max, fmax(p.gap_ms, p.gap_max_ms));
        x.loss_max = fmax(x.loss_max, p.loss_pct + p.late_pct);
        x.late |= p.late > 0;
        x.n++;
    }
    if (!(x.t_max > x.t_min))
        x.t_max = x.t_min + 1;
    return x;
}

void vq_plot_party(struct vq_out *o, const char *z)
{
    char text[161];
    z = z ? z : "?";
    size_t fit = vq_text_fit(z, 40);
    snprintf(text, sizeof text, "%.*s", (int)(fit < sizeof text ? fit : sizeof text - 1), z);
    vq_buf_gnuplot(&o->b, text);
}

/* "Call 3: anna → bert, PCMU" */
static void title(struct vq_out *o, const struct vq_engine *e, const struct vq_stream *s)
{
    struct vq_call c;
    if (s->call && vq_call_get(e, s->call, &c)) {
        bool back = s->direction == VQ_DIR_CALLEE_TO_CALLER;
        vq_buf_fmt(&o->b, "Call %u: ", c.id);
        vq_plot_party(o, back ? c.to : c.from);
        vq_buf_str(&o->b, s->direction == VQ_DIR_UNKNOWN ? " – " : " → ");
        vq_plot_party(o, back ? c.from : c.to);
        vq_buf_str(&o->b, ", ");
    } else {
        vq_buf_fmt(&o->b, "Stream %u, ", s->id);
    }
    if (s->codec)
        vq_plot_party(o, s->codec);
    else
        vq_buf_fmt(&o->b, "payload type %u", s->payload_types[0]);
}

/* Under the title: where from and to, and the figures of the whole stream. */
static void subtitle(struct vq_out *o, const struct vq_stream *s)
{
    char src[VQ_ENDPOINT_TEXT], dst[VQ_ENDPOINT_TEXT], n[VQ_NUMBER_TEXT], m[VQ_NUMBER_TEXT];
    vq_buf_fmt(&o->b, "%s → %s   ", vq_endpoint_text(&s->src, src), vq_endpoint_text(&s->dst, dst));
    vq_buf_fmt(&o->b, "%s packet%s, %s %% lost", vq_count_text(s->packets, n), s->packets == 1 ? "" : "s",
               vq_percent_text(o->st, s->loss_pct, 2, m));
    if (vq_stream_late_pct(s) > 0)
        vq_buf_fmt(&o->b, ", %s %% late", vq_percent_text(o->st, vq_stream_late_pct(s), 1, n));
    if (!isnan(s->jitter_mean_ms))
        vq_buf_fmt(&o->b, ", jitter %s ms", vq_real_text(o->st, s->jitter_mean_ms, 2, n));
    if (s->scored)
        vq_buf_fmt(&o->b, ", R %s, MOS %s", vq_r_text(o->st, s->r, n), vq_real_text(o->st, s->mos, 2, m));
}

/* Bands behind the MOS: where G.109 draws its lines at R = 80, 70 and 60 (MOS by G.107 Annex B). */
static void mos_bands(struct vq_out *o)
{
    static const struct {
        double r;
        const char *color;
    } bands[] = {{100, "#e3f3e3"}, {80, "#f1f7dc"}, {70, "#fdf3d6"}, {60, "#fbe3df"}};
    for (size_t i = 0; i < 4; i++) {
        double top = i ? vq_emodel_mos(bands[i].r) : 4.5;
        double bottom = i < 3 ? vq_emodel_mos(bands[i + 1].r) : 1;
        vq_buf_fmt(&o->b,
                   "set object %zu rectangle from graph 0, first %.3f to graph 1, first %.3f behind fc rgb \"%s\" "
                   "fs solid noborder\n",
                   i + 1, bottom, top, bands[i].color);
    }
}

/* gnuplot will not draw a panel without a point: it gets its frame and a word why. */
static void empty_panel(struct vq_out *o, const char *why)
{
    vq_buf_str(&o->b, "set yrange [0:1]\nunset ytics\nset label 3 \"");
    vq_buf_gnuplot(&o->b, why ? why : "no data");
    vq_buf_str(&o->b, "\" at graph 0.5, graph 0.5 center noenhanced\nplot NaN notitle\nunset label 3\nset ytics nomirror out\n");
}

static double top_of(double max, double least)
{
    double top = isfinite(max) ? 1.15 * max : least;
    return top < least ? least : top;
}

/* What came too late for the buffer stands on top of what was lost. */
static void loss_panel(struct vq_out *o, const struct extent *x, const char *name)
{
    vq_buf_str(&o->b, "set ylabel \"loss, %\"\n");
    if (!x->n || !(x->loss_max > 0)) {
        empty_panel(o, x->n ? "no packet lost" : "no packets");
        return;
    }
    /* The key stands above the boxes. */
    vq_buf_fmt(&o->b, "set yrange [0:%.6g]\nset style fill solid 0.8 noborder\n",
               top_of(x->late ? 1.2 * x->loss_max : x->loss_max, 1));
    if (x->late)
        vq_buf_fmt(&o->b,
                   "set key top right horizontal\n"
                   "plot '%s.dat' using ($1+$10/2):($4+$11):($10*0.9) with boxes lc rgb \"#e8a33d\" "
                   "title \"too late for the jitter buffer\", "
                   "'%s.dat' using ($1+$10/2):4:($10*0.9) with boxes lc rgb \"#c0392b\" title \"lost\"\nunset key\n",
                   name, name);
    else
        vq_buf_fmt(&o->b, "plot '%s.dat' using ($1+$10/2):4:($10*0.9) with boxes lc rgb \"#c0392b\" notitle\n", name);
}

static void panels(struct vq_out *o, const struct vq_stream *s, const struct extent *x, const char *name)
{
    const char *style = x->n > 120 ? "lines lw 1.6" : "linespoints lw 1.8 pt 7 ps 0.5";
    vq_buf_str(&o->b, "set ylabel \"jitter, ms\"\n");
    if (x->jitter)
        vq_buf_fmt(&o->b, "set yrange [0:%.6g]\nplot '%s.dat' using ($1+$10/2):5 with %s lc rgb \"#1f6fb4\" notitle\n",
                   top_of(x->jitter_max, 1), name, style);
    else
        empty_panel(o, s->jitter_why ? s->jitter_why : "no jitter known");
    vq_buf_str(&o->b, "unset label\nset ylabel \"interarrival, ms\"\n");
    if (x->gap)
        vq_buf_fmt(&o->b,
                   "set yrange [0:%.6g]\nset key top right horizontal\n"
                   "plot '%s.dat' using ($1+$10/2):7 with lines lw 1 lc rgb \"#c9a35a\" title \"longest\", "
                   "'%s.dat' using ($1+$10/2):6 with %s lc rgb \"#8a5a00\" title \"mean\"\nunset key\n",
                   top_of(1.2 * x->gap_max, 1), name, name, style);
    else
        empty_panel(o, "fewer than two packets");
    loss_panel(o, x, name);
    vq_buf_str(&o->b, "set ylabel \"MOS\"\nset xlabel \"time since the first frame, s\"\nset format x \"%g\"\n");
    if (x->mos) {
        mos_bands(o);
        vq_buf_fmt(&o->b,
                   "set yrange [1:4.5]\nset ytics 1, 0.5, 4.5\nplot '%s.dat' using ($1+$10/2):9 with %s lc rgb "
                   "\"#2e7d32\" notitle\n"
                   "unset object\nset ytics autofreq\n",
                   name, style);
    } else {
        empty_panel(o, s->score_why ? s->score_why : "not scored");
    }
}

static void picture(struct vq_out *o, const struct vq_engine *e, const struct vq_stream *s, const struct extent *x,
                    const char *name, const char *suffix)
{
    vq_buf_fmt(
        &o->b,
        "set output '%s.%s'\nset multiplot layout 4,1 margins 0.09,0.97,0.07,0.92 spacing 0,0.035\nset label 1 \"",
        name, suffix);
    /* Labels rather than titles: a label can be told to be no enhanced text whatever the terminal is set to. */
    title(o, e, s);
    vq_buf_str(&o->b, "\" at screen 0.5, screen 0.978 center font \",14\" noenhanced\nset label 2 \"");
    subtitle(o, s);
    vq_buf_str(&o->b, "\" at screen 0.5, screen 0.95 center font \",10\" noenhanced\n");
    vq_buf_fmt(&o->b, "set xrange [%.6f:%.6f]\nunset xlabel\nset format x \"\"\n", x->t_min, x->t_max);
    panels(o, s, x, name);
    vq_buf_str(&o->b, "unset multiplot\nunset output\n\n");
}

void vq_plot_begin(struct vq_out *o, const char *name, const char *size)
{
    vq_buf_fmt(&o->b, "# gnuplot script by voipqos: reads %s.dat, writes %s.png and %s.svg\n", name, name, name);
    vq_buf_fmt(&o->b,
               "reset\n"
               "set encoding utf8\n"
               "set border 3 lc rgb \"#555555\"\n"
               "set tics nomirror out scale 0.6\n"
               "set grid ytics xtics lc rgb \"#cfcfcf\" lw 1\n"
               "unset key\n\n"
               "if (strstrt(GPVAL_TERMINALS, \" pngcairo \")) {\n"
               "    set terminal pngcairo noenhanced size %s font \"Sans,12\" background rgb \"white\"\n"
               "} else {\n"
               "    set terminal png noenhanced size %s medium\n"
               "}\n",
               size, size);
}

int vq_report_plot_script(const struct vq_engine *e, uint32_t stream, const char *name, vq_write_h *w, void *arg)
{
    static const struct vq_report_style utf8 = {.utf8 = true};
    struct vq_stream s;
    struct vq_out o;
    if (!vq_plot_name_ok(name))
        return -EINVAL;
    if (!vq_stream_get(e, stream, &s))
        return -ENOENT;
    struct extent x = extent_of(e, &s);
    vq_out_init(&o, &utf8, w, arg);
    vq_plot_begin(&o, name, "1100,1000");
    picture(&o, e, &s, &x, name, "png");
    vq_buf_str(&o.b, "set terminal svg noenhanced size 1100,1000 font \"Sans,13\" background rgb \"white\"\n");
    picture(&o, e, &s, &x, name, "svg");
    return vq_out_done(&o);
}
