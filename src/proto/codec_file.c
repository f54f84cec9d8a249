/* codec_file.c - codec values of the user's own, one codec per line: name, scale, Ie, Bpl, frame, look-ahead, status, source. */
#include <voipqos/codec.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/str.h"

static bool fail(struct vq_codec_fault *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct vq_codec_fault *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->text, sizeof f->text, fmt, ap);
    va_end(ap);
    return false;
}

/* A word of the file as it may stand in a message. */
struct shown {
    char text[32];
};

static struct shown show(struct vq_slice word)
{
    struct shown s = {{0}};
    for (size_t i = 0; i < word.n && i < sizeof s.text - 1; i++)
        s.text[i] = word.p[i] >= 0x20 && word.p[i] < 0x7f ? (char)word.p[i] : '?';
    return s;
}

static bool copy(struct vq_slice from, char *to, size_t room)
{
    if (from.n >= room)
        return false;
    for (size_t i = 0; i < from.n; i++) {
        if (from.p[i] < 0x20 || from.p[i] >= 0x7f)
            return false;
        to[i] = (char)from.p[i];
    }
    to[from.n] = 0;
    return true;
}

/* The name of a row, or NAME or NAME/CLOCK of an RTP encoding, as an rtpmap has it. */
static bool read_name(struct vq_slice word, struct vq_codec_own *c, struct vq_codec_fault *f)
{
    struct vq_slice rest = word, name = vq_str_cut(&rest, '/');
    c->clock_hz = 0;
    if (!name.n || !copy(name, c->name, sizeof c->name))
        return fail(f, "\"%s\" is no codec name: up to %zu printable characters", show(word).text, sizeof c->name - 1);
    if (name.n < word.n && (!vq_str_u32(rest, &c->clock_hz) || !c->clock_hz))
        return fail(f, "\"%s\": the clock behind / is a number of hertz", show(word).text);
    const struct vq_impairment *row = vq_impairment_by_name(c->name);
    bool spelled = row && !strcmp(row->name, c->name); /* then it wins over an RTP name, as in vq_impairment_by_name() */
    c->of_row = spelled || (row && !vq_codec_by_name(c->name, name.n, 0));
    if (c->of_row && c->clock_hz)
        return fail(f, "\"%s\": %s is a row of the table and has no clock", show(word).text, c->name);
    c->row.name = c->of_row ? row->name : c->name;
    return true;
}

static bool read_scale(struct vq_slice word, struct vq_codec_own *c, struct vq_codec_fault *f)
{
    for (int s = VQ_SCALE_NB; s <= VQ_SCALE_FB; s++)
        if (vq_str_ieq_z(word, vq_scale_name((enum vq_scale)s))) {
            c->row.scale = (enum vq_scale)s;
            return true;
        }
    return fail(f, "the scale is NB, WB or FB, not \"%s\"", show(word).text);
}

static bool read_fact(struct vq_slice word, struct vq_codec_own *c, struct vq_codec_fault *f)
{
    for (int k = VQ_FACT_ITU; k <= VQ_FACT_OWN; k++)
        if (vq_str_ieq_z(word, vq_fact_name((enum vq_fact)k))) {
            c->row.fact = (enum vq_fact)k;
            return true;
        }
    return fail(f, "the status is itu, itu-recalled, derived, literature, provisional or own, not \"%s\"", show(word).text);
}

/* "-", where it is allowed, is NAN. */
static bool read_number(struct vq_slice word, const char *what, double min, double max, bool optional, double *out,
                        struct vq_codec_fault *f)
{
    if (optional && vq_str_ieq_z(word, "-")) {
        *out = (double)NAN;
        return true;
    }
    if (!vq_str_double(word, out))
        return fail(f, "%s is a number%s, not \"%s\"", what, optional ? " or -" : "", show(word).text);
    if (*out < min || *out > max)
        return fail(f, "%s lies between %g and %g, not %s", what, min, max, show(word).text);
    return true;
}

static bool read_source(struct vq_slice rest, struct vq_codec_own *c, struct vq_codec_fault *f)
{
    struct vq_slice said = vq_str_trim(rest);
    char text[sizeof c->source - 32];
    if (!copy(said, text, sizeof text))
        return fail(f, "the source is up to %zu printable ASCII characters", sizeof text - 1);
    snprintf(c->source, sizeof c->source, "%s%scodec file, line %u", text, said.n ? "; " : "", c->line);
    c->row.source = c->source;
    return true;
}

enum { NAME, SCALE, IE, BPL, FRAME, LOOKAHEAD, STATUS, COLUMNS };

static bool read_line(struct vq_slice line, struct vq_codec_own *c, struct vq_codec_fault *f)
{
    static const char *const titles[COLUMNS] = {"name", "scale", "Ie", "Bpl", "frame", "look-ahead", "status"};
    struct vq_slice w[COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        w[i] = vq_str_word(&line);
        if (!w[i].n)
            return fail(f, "the %s is missing; a line has: name scale Ie Bpl frame-ms look-ahead-ms status source", titles[i]);
    }
    *c = (struct vq_codec_own){.line = f->line, .row = {.r = (double)NAN, .mos = (double)NAN}};
    if (!read_name(w[NAME], c, f) || !read_scale(w[SCALE], c, f))
        return false;
    double ceiling = c->row.scale == VQ_SCALE_FB ? 132 : 95; /* of Ie,eff: G.107.2, else G.107 and G.107.1 */
    return read_number(w[IE], "Ie", 0, ceiling, false, &c->row.ie, f) &&
           read_number(w[BPL], "Bpl", 0.1, 1000, true, &c->row.bpl, f) &&
           read_number(w[FRAME], "the frame", 0, 1000, true, &c->frame_ms, f) &&
           read_number(w[LOOKAHEAD], "the look-ahead", 0, 1000, true, &c->lookahead_ms, f) &&
           read_fact(w[STATUS], c, f) && read_source(line, c, f);
}

static const struct vq_codec_own *same(const struct vq_codec_own *rows, size_t n, const struct vq_codec_own *c)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].of_row == c->of_row && rows[i].clock_hz == c->clock_hz &&
            vq_str_ieq_z(vq_slice(rows[i].name, strlen(rows[i].name)), c->name))
            return &rows[i];
    return NULL;
}

bool vq_codec_own_parse(const char *text, size_t n, struct vq_codec_own *rows, size_t *n_rows, struct vq_codec_fault *fault)
{
    struct vq_slice rest = vq_slice(text, n), line;
    size_t have = 0;
    *n_rows = 0;
    *fault = (struct vq_codec_fault){0};
    if (vq_str_starts(rest, "\xef\xbb\xbf")) /* what editors of Windows put before UTF-8 */
        vq_str_cut_at(&rest, 3, 3);
    while (vq_str_line(&rest, &line)) {
        fault->line++;
        line = vq_str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        if (have == VQ_CODEC_OWN_MAX)
            return fail(fault, "more than %d codecs", VQ_CODEC_OWN_MAX);
        if (!read_line(line, &rows[have], fault))
            return false;
        const struct vq_codec_own *other = same(rows, have, &rows[have]);
        if (other)
            return fail(fault, "\"%s\" stands on line %u already", rows[have].name, other->line);
        have++;
    }
    *n_rows = have;
    return true;
}

const struct vq_codec_own *vq_codec_own_rtp(const struct vq_codec_own *rows, size_t n, const char *name, uint32_t clock_hz)
{
    const struct vq_codec_own *any = NULL;
    struct vq_slice want = vq_slice(name, strlen(name));
    for (size_t i = 0; i < n; i++) {
        const struct vq_codec_own *c = &rows[i];
        if (c->of_row || !vq_str_ieq_z(want, c->name) || (c->clock_hz && clock_hz && c->clock_hz != clock_hz))
            continue;
        if (c->clock_hz)
            return c; /* says more than one for any clock */
        any = c;
    }
    return any;
}

const struct vq_codec_own *vq_codec_own_row(const struct vq_codec_own *rows, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].of_row && !strcmp(rows[i].row.name, name))
            return &rows[i];
    return NULL;
}
