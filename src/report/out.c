/* out.c - the writer behind the text reports: buffering, colour, glyphs, numbers and lines of a given width. */
#include "report/out.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#define WRITE_AT 16384 /* bytes that come together before the callback is asked */

const struct vq_report_audio *vq_report_audio_of(const struct vq_report_input *in, const struct vq_stream *s)
{
    size_t low = 0, high = in ? in->n_audio : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (in->audio[mid].stream < s->id)
            low = mid + 1;
        else
            high = mid;
    }
    return in && low < in->n_audio && in->audio[low].stream == s->id ? &in->audio[low] : NULL;
}

void vq_out_init(struct vq_out *o, const struct vq_report_style *st, vq_write_h *w, void *arg)
{
    *o = (struct vq_out){.st = st, .w = w, .arg = arg, .width = st->width ? st->width : 100};
    if (o->width < 40)
        o->width = 40;
    vq_buf_init(&o->b);
    vq_buf_init(&o->tmp);
}

static void hand_on(struct vq_out *o)
{
    if (!vq_out_stopped(o) && o->b.n)
        o->rc = o->w(o->b.p, o->b.n, o->arg);
    vq_buf_clear(&o->b);
}

int vq_out_done(struct vq_out *o)
{
    hand_on(o);
    int rc = o->rc ? o->rc : o->b.failed || o->tmp.failed ? -ENOMEM : 0;
    vq_buf_done(&o->b);
    vq_buf_done(&o->tmp);
    return rc;
}

void vq_out_newline(struct vq_out *o)
{
    while (o->b.n && o->b.p[o->b.n - 1] == ' ')
        o->b.p[--o->b.n] = '\0';
    vq_buf_char(&o->b, '\n');
    if (o->b.n >= WRITE_AT)
        hand_on(o);
}

bool vq_out_stopped(const struct vq_out *o)
{
    return o->rc || o->b.failed || o->tmp.failed;
}

/* ---- colours and glyphs ------------------------------------------------------------------------------------------ */

void vq_out_tint(struct vq_out *o, enum vq_tint t)
{
    static const char *const sgr[] = {
        [VQ_TINT_PLAIN] = "\x1b[0m",     [VQ_TINT_DIM] = "\x1b[2m",   [VQ_TINT_BOLD] = "\x1b[1m",
        [VQ_TINT_GOOD] = "\x1b[32m",     [VQ_TINT_FAIR] = "\x1b[33m", [VQ_TINT_BAD] = "\x1b[1;31m",
        [VQ_TINT_ACCENT] = "\x1b[1;36m",
    };
    if (o->st->color)
        vq_buf_str(&o->b, sgr[t]);
}

const char *vq_glyph(const struct vq_report_style *st, enum vq_glyph g)
{
    static const struct {
        const char *utf8, *ascii;
    } glyphs[] = {
        [VQ_GLYPH_ARROW] = {"→", "->"},   [VQ_GLYPH_RULE] = {"─", "-"}, [VQ_GLYPH_DOT] = {"·", ";"},
        [VQ_GLYPH_BULLET] = {"●", "*"},   [VQ_GLYPH_NONE] = {"–", "-"}, [VQ_GLYPH_ELLIPSIS] = {"…", "..."},
        [VQ_GLYPH_GOOD] = {"✓", "+"},     [VQ_GLYPH_WARNING] = {"▲", "!"}, [VQ_GLYPH_BAD] = {"✗", "X"},
        [VQ_GLYPH_TIMES] = {"×", "x"},
    };
    return st->utf8 ? glyphs[g].utf8 : glyphs[g].ascii;
}

void vq_out_wire(const struct vq_report_style *st, struct vq_buf *b, const char *z)
{
    if (st->utf8)
        vq_buf_terminal(b, z);
    else
        vq_buf_ascii(b, z);
}

void vq_out_clip(const struct vq_report_style *st, struct vq_buf *b, size_t from, size_t columns)
{
    if (b->n <= from || vq_text_columns(b->p + from, b->n - from) <= columns)
        return;
    const char *more = vq_glyph(st, VQ_GLYPH_ELLIPSIS);
    size_t room = vq_text_columns(more, strlen(more));
    bool marked = columns > room;
    b->n = from + vq_text_fit(b->p + from, marked ? columns - room : columns);
    b->p[b->n] = '\0';
    if (marked)
        vq_buf_str(b, more);
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

void vq_out_field(struct vq_out *o, const char *text, unsigned columns, bool right, enum vq_tint t)
{
    vq_buf_clear(&o->tmp);
    vq_buf_str(&o->tmp, text);
    if (!right)
        vq_out_clip(o->st, &o->tmp, 0, columns);
    size_t used = vq_text_columns(o->tmp.p, o->tmp.n);
    size_t pad = used < columns ? columns - used : 0;
    if (right)
        vq_buf_fill(&o->b, ' ', pad);
    if (t != VQ_TINT_PLAIN)
        vq_out_tint(o, t);
    vq_buf_add(&o->b, o->tmp.p, o->tmp.n);
    if (t != VQ_TINT_PLAIN)
        vq_out_tint(o, VQ_TINT_PLAIN);
    if (!right)
        vq_buf_fill(&o->b, ' ', pad);
}

void vq_out_heading(struct vq_out *o, const char *title, uint64_t count)
{
    char n[VQ_NUMBER_TEXT];
    const char *rule = vq_glyph(o->st, VQ_GLYPH_RULE);
    vq_out_newline(o);
    vq_out_tint(o, VQ_TINT_ACCENT);
    vq_buf_fmt(&o->b, "%s%s %s", rule, rule, title);
    size_t used = 4 + strlen(title);
    if (count) {
        vq_buf_fmt(&o->b, " (%s)", vq_count_text(count, n));
        used += 3 + strlen(n);
    }
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_out_tint(o, VQ_TINT_DIM);
    vq_buf_char(&o->b, ' ');
    for (; used < o->width; used++)
        vq_buf_str(&o->b, rule);
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_out_newline(o);
}

void vq_out_flow_begin(struct vq_out *o, unsigned indent, unsigned column)
{
    o->indent = indent;
    o->column = column;
    o->begun = false;
}

void vq_out_flow(struct vq_out *o, enum vq_tint t, const char *item)
{
    size_t columns = vq_text_columns(item, strlen(item));
    if (o->begun && o->column + 3 + columns > o->width) {
        vq_out_newline(o);
        o->column = 0;
        o->begun = false;
    }
    if (o->begun) {
        vq_out_tint(o, VQ_TINT_DIM);
        vq_buf_fmt(&o->b, o->st->utf8 ? " %s " : "%s  ", vq_glyph(o->st, VQ_GLYPH_DOT));
        vq_out_tint(o, VQ_TINT_PLAIN);
        o->column += 3;
    } else if (o->column < o->indent) {
        vq_buf_fill(&o->b, ' ', o->indent - o->column);
        o->column = o->indent;
    }
    bool broken = o->column + columns > o->width; /* longer than a line: broken between words, and nothing beside it */
    if (t != VQ_TINT_PLAIN)
        vq_out_tint(o, t);
    if (broken)
        vq_out_words(o, o->indent, o->column, item);
    else
        vq_buf_str(&o->b, item);
    if (t != VQ_TINT_PLAIN)
        vq_out_tint(o, VQ_TINT_PLAIN);
    o->column = broken ? 0 : o->column + (unsigned)columns;
    o->begun = !broken;
}

void vq_out_flow_end(struct vq_out *o)
{
    if (o->begun)
        vq_out_newline(o);
}

/* A word of a paragraph, on a new line where it does not fit; returns the column behind it. */
static unsigned word(struct vq_out *o, unsigned indent, unsigned column, bool *begun, const char *text, size_t n)
{
    size_t columns = vq_text_columns(text, n);
    if (*begun && column + 1 + columns > o->width) {
        vq_out_newline(o);
        column = 0;
        *begun = false;
    }
    if (*begun) {
        vq_buf_char(&o->b, ' ');
        column++;
    } else if (column < indent) {
        vq_buf_fill(&o->b, ' ', indent - column);
        column = indent;
    }
    vq_buf_add(&o->b, text, n);
    *begun = true;
    return column + (unsigned)columns;
}

static unsigned words(struct vq_out *o, unsigned indent, unsigned column, bool *begun, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, " ");
        if (n)
            column = word(o, indent, column, begun, text, n);
        text += n + (text[n] == ' ');
    }
    return column;
}

void vq_out_words_and(struct vq_out *o, unsigned indent, unsigned column, const char *text, const char *last)
{
    bool begun = false;
    size_t n = strlen(last);
    column = words(o, indent, column, &begun, text);
    if (indent + vq_text_columns(last, n) > o->width)
        words(o, indent, column, &begun, last);
    else if (n)
        word(o, indent, column, &begun, last, n);
    vq_out_newline(o);
}

void vq_out_words(struct vq_out *o, unsigned indent, unsigned column, const char *text)
{
    vq_out_words_and(o, indent, column, text, "");
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

const char *vq_count_text(uint64_t n, char text[VQ_NUMBER_TEXT])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    char *t = text;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            *t++ = ',';
        *t++ = digits[i];
    }
    *t = '\0';
    return text;
}

const char *vq_bytes_text(uint64_t n, char text[VQ_NUMBER_TEXT])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    double v = (double)n;
    size_t u = 0;
    for (; v >= 999.5 && u < 4; u++)
        v /= 1000;
    snprintf(text, VQ_NUMBER_TEXT, "%.*f %s", u == 0 || v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2, v, units[u]);
    return text;
}

const char *vq_duration_text(const struct vq_report_style *st, int64_t ns, char text[VQ_NUMBER_TEXT])
{
    double s = (double)ns / 1e9;
    long long whole = (long long)(s + 0.5);
    if (ns == VQ_NONE)
        snprintf(text, VQ_NUMBER_TEXT, "%s", vq_glyph(st, VQ_GLYPH_NONE));
    else if (fabs(s) < 0.9995)
        snprintf(text, VQ_NUMBER_TEXT, "%.*f ms", ns && fabs(s) < 0.0001 ? 3 : 1, s * 1e3);
    else if (fabs(s) < 59.995)
        snprintf(text, VQ_NUMBER_TEXT, "%.2f s", s);
    else if (whole < 3600)
        snprintf(text, VQ_NUMBER_TEXT, "%lld min %02lld s", whole / 60, whole % 60);
    else if (whole >= 2 * 86400)
        snprintf(text, VQ_NUMBER_TEXT, "%lld d %02lld h %02lld min", whole / 86400, whole / 3600 % 24, whole / 60 % 60);
    else
        snprintf(text, VQ_NUMBER_TEXT, "%lld h %02lld min %02lld s", whole / 3600, whole / 60 % 60, whole % 60);
    return text;
}

const char *vq_real_text(const struct vq_report_style *st, double v, int digits, char text[VQ_NUMBER_TEXT])
{
    if (!isfinite(v))
        snprintf(text, VQ_NUMBER_TEXT, "%s", vq_glyph(st, VQ_GLYPH_NONE));
    else if (fabs(v) >= 1e15)
        snprintf(text, VQ_NUMBER_TEXT, "%.3e", v);
    else
        snprintf(text, VQ_NUMBER_TEXT, "%.*f", digits, v);
    return text;
}

const char *vq_percent_text(const struct vq_report_style *st, double v, int digits, char text[VQ_NUMBER_TEXT])
{
    return vq_real_text(st, v, v > 0 && v < 0.1 ? 3 : digits, text);
}

const char *vq_r_text(const struct vq_report_style *st, double r, char text[VQ_NUMBER_TEXT])
{
    if (!(r < 0))
        return vq_real_text(st, r, 1, text);
    snprintf(text, VQ_NUMBER_TEXT, "< 0");
    return text;
}

const char *vq_time_text(int64_t ns, int digits, char text[VQ_NUMBER_TEXT])
{
    int64_t s = ns / 1000000000, rest = ns % 1000000000;
    if (rest < 0) {
        rest += 1000000000;
        s--;
    }
    time_t t = (time_t)s;
    struct tm tm;
    if (!gmtime_r(&t, &tm))
        memset(&tm, 0, sizeof tm);
    size_t n = strftime(text, VQ_NUMBER_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
    if (digits == 3)
        snprintf(text + n, VQ_NUMBER_TEXT - n, ".%03dZ", (int)(rest / 1000000));
    else if (digits == 9)
        snprintf(text + n, VQ_NUMBER_TEXT - n, ".%09dZ", (int)rest);
    else
        snprintf(text + n, VQ_NUMBER_TEXT - n, "Z");
    return text;
}

double vq_stream_r_nb(const struct vq_stream *s)
{
    if (!s->scored)
        return NAN;
    return s->r / vq_emodel_span(s->impairment ? s->impairment->scale : VQ_SCALE_NB);
}

double vq_stream_late_pct(const struct vq_stream *s)
{
    return s->scored && s->discarded ? 100.0 * (double)s->discarded / (double)s->packets : 0;
}

/* Cole and Rosenbluth fitted their G.711 curve to receivers that conceal losses; the row "g711" of G.113 stands for one
 * that does not. */
const char *vq_stream_simple_note(const struct vq_stream *s)
{
    static const char g711[] = "assumes that losses are concealed, which the E-model here does not: see --plc";
    const struct vq_simple_model *m = s->simple_name ? vq_simple_by_name(s->simple_name) : NULL;
    const struct vq_simple_model *fitted = vq_simple_by_name("cole-rosenbluth-g711");
    bool curve = m && fitted && m->g2 == fitted->g2 && m->g3 == fitted->g3;
    return curve && s->impairment && !strcmp(s->impairment->name, "g711") ? g711 : NULL;
}

enum vq_tint vq_tint_of_r(double r_nb)
{
    if (isnan(r_nb))
        return VQ_TINT_DIM;
    return r_nb >= 80 ? VQ_TINT_GOOD : r_nb >= 60 ? VQ_TINT_FAIR : VQ_TINT_BAD;
}

enum vq_tint vq_tint_of_mos(double mos)
{
    return isnan(mos) ? VQ_TINT_DIM : vq_tint_of_r(vq_emodel_r_of_mos(mos < 1 ? 1 : mos > 4.5 ? 4.5 : mos));
}
