/* plot_wave.c - what was said, as a picture: the envelope of each channel, and where nothing was received. */
#include <voipqos/report.h>

#include <errno.h>

#include "report/plot.h"

#define SIZE "1100,560"

int vq_report_wave_data(const struct vq_report_wave *w, vq_write_h *wr, void *arg)
{
    static const struct vq_report_style plain = {0};
    struct vq_out o;
    vq_out_init(&o, &plain, wr, arg);
    vq_buf_str(&o.b, "#      t_s");
    for (unsigned c = 0; c < w->channels; c++)
        vq_buf_str(&o.b, "     low    high missing");
    vq_out_newline(&o);
    for (unsigned i = 0; i < w->n && !vq_out_stopped(&o); i++) {
        vq_buf_fmt(&o.b, "%10.3f", w->start_s + w->duration_s * (i + 0.5) / w->n);
        for (unsigned c = 0; c < w->channels; c++) {
            const struct vq_wave_column *x = &w->column[c][i];
            vq_buf_fmt(&o.b, " %7.4f %7.4f %7.3f", x->low / 32768.0, x->high / 32768.0, (double)x->missing);
        }
        vq_out_newline(&o);
    }
    return vq_out_done(&o);
}

static void wave_panel(struct vq_out *o, const struct vq_report_wave *w, unsigned c, const char *name, const char *who)
{
    unsigned column = 2 + 3 * c;
    vq_buf_str(&o->b, "set label 3 \"");
    if (who)
        vq_plot_party(o, who);
    vq_buf_fmt(&o->b, "%s\" at graph 0.01, graph 0.93 left font \",11\" noenhanced front\n",
               w->channels < 2 ? "" : c ? " (right)" : " (left)");
    vq_buf_fmt(&o->b,
               "plot '%s.dat' using 1:(2*$%u-1) with filledcurves y1=-1 lc rgb \"#f6cfca\" notitle, "
               "'%s.dat' using 1:%u:%u with filledcurves lc rgb \"%s\" notitle, "
               "'%s.dat' using 1:%u with lines lw 0.5 lc rgb \"%s\" notitle\nunset label 3\n",
               name, column + 2, name, column, column + 1, c ? "#2e7d32" : "#1f6fb4", name, column + 1,
               c ? "#2e7d32" : "#1f6fb4");
}

static void wave_picture(struct vq_out *o, const struct vq_engine *e, const struct vq_report_wave *w, const char *name,
                         const char *suffix)
{
    struct vq_call c;
    bool call = w->call && vq_call_get(e, w->call, &c);
    vq_buf_fmt(&o->b, "set output '%s.%s'\nset multiplot layout %u,1 margins 0.085,0.98,0.13,0.87 spacing 0,0.03\n", name,
               suffix, w->channels);
    vq_buf_str(&o->b, "set label 1 \"");
    if (call) {
        vq_buf_fmt(&o->b, "Call %u: ", c.id);
        vq_plot_party(o, c.from);
        vq_buf_str(&o->b, " → ");
        vq_plot_party(o, c.to);
    } else {
        vq_buf_fmt(&o->b, "Stream %u", w->stream);
    }
    vq_buf_str(&o->b, "\" at screen 0.5, screen 0.965 center font \",14\" noenhanced\nset label 2 \"");
    vq_plot_party(o, w->file);
    vq_buf_str(&o->b, "   red: nothing to play (height: share of the moment)\" at screen 0.5, screen 0.915 center "
                      "font \",10\" noenhanced\n");
    vq_buf_fmt(&o->b, "set xrange [%.6f:%.6f]\nset yrange [-1:1]\nset ytics -1, 0.5, 1\nset ylabel \"of full scale\"\n",
               w->start_s, w->start_s + (w->duration_s > 0 ? w->duration_s : 1));
    for (unsigned i = 0; i < w->channels; i++) {
        bool last = i + 1 == w->channels;
        vq_buf_fmt(&o->b, "%s\n", last ? "set format x \"%g\"\nset xlabel \"time since the first frame, s\""
                                       : "unset xlabel\nset format x \"\"");
        wave_panel(o, w, i, name, call && w->channels == 2 ? (i ? c.to : c.from) : NULL);
        vq_buf_str(&o->b, "unset label 1\nunset label 2\n");
    }
    vq_buf_str(&o->b, "unset multiplot\nunset output\n\n");
}

int vq_report_wave_script(const struct vq_engine *e, const struct vq_report_wave *w, const char *name, vq_write_h *wr,
                          void *arg)
{
    static const struct vq_report_style utf8 = {.utf8 = true};
    struct vq_out o;
    if (!vq_plot_name_ok(name) || !w->channels || w->channels > 2)
        return -EINVAL;
    vq_out_init(&o, &utf8, wr, arg);
    vq_plot_begin(&o, name, SIZE);
    wave_picture(&o, e, w, name, "png");
    vq_buf_str(&o.b, "set terminal svg noenhanced size " SIZE " font \"Sans,13\" background rgb \"white\"\n");
    wave_picture(&o, e, w, name, "svg");
    return vq_out_done(&o);
}
