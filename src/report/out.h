/* out.h - what the text reports share: a buffered writer, colours, glyphs, numbers as people read them, and lines that
 * keep to a width. */
#ifndef VQ_REPORT_OUT_H
#define VQ_REPORT_OUT_H

#include <voipqos/report.h>

#include "util/buf.h"

struct vq_out {
    const struct vq_report_style *st;
    const struct vq_report_input *in; /* NULL where it is of no interest */
    struct vq_buf b;    /* not yet written */
    struct vq_buf tmp;  /* room for one piece of text at a time */
    vq_write_h *w;
    void *arg;
    int rc;             /* what the callback refused with */
    unsigned width;     /* of the page, never 0 */
    unsigned indent;    /* of a flow: where its next line begins */
    unsigned column;    /* of a flow: where the next item goes */
    bool begun;         /* of a flow: something stands on the line */
};

void vq_out_init(struct vq_out *o, const struct vq_report_style *st, vq_write_h *w, void *arg);
/* Writes what is left and frees. 0, -ENOMEM or what the callback returned. */
int vq_out_done(struct vq_out *o);
/* Ends a line; hands it on when enough has come together. */
void vq_out_newline(struct vq_out *o);
/* True when nothing more needs to be said: the callback refused or memory ran out. */
bool vq_out_stopped(const struct vq_out *o);

/* What was heard of the stream; NULL: nobody asked. */
const struct vq_report_audio *vq_report_audio_of(const struct vq_report_input *in, const struct vq_stream *s);

enum vq_tint { VQ_TINT_PLAIN, VQ_TINT_DIM, VQ_TINT_BOLD, VQ_TINT_GOOD, VQ_TINT_FAIR, VQ_TINT_BAD, VQ_TINT_ACCENT };
/* Colour from here on; PLAIN ends it. Nothing without st->color. */
void vq_out_tint(struct vq_out *o, enum vq_tint t);

enum vq_glyph {
    VQ_GLYPH_ARROW, VQ_GLYPH_RULE, VQ_GLYPH_DOT, VQ_GLYPH_BULLET, VQ_GLYPH_NONE, VQ_GLYPH_ELLIPSIS, VQ_GLYPH_GOOD,
    VQ_GLYPH_WARNING, VQ_GLYPH_BAD, VQ_GLYPH_TIMES
};
const char *vq_glyph(const struct vq_report_style *st, enum vq_glyph g);
/* Text from the wire, escaped for the style's alphabet. */
void vq_out_wire(const struct vq_report_style *st, struct vq_buf *b, const char *z);
/* Cuts the text of `b` after byte `from` to `columns` columns, with an ellipsis where something is lost. */
void vq_out_clip(const struct vq_report_style *st, struct vq_buf *b, size_t from, size_t columns);

/* `text` (made for the terminal already) in a field: clipped, padded, coloured. right: flush right, never clipped. */
void vq_out_field(struct vq_out *o, const char *text, unsigned columns, bool right, enum vq_tint t);
void vq_out_heading(struct vq_out *o, const char *title, uint64_t count);

/* A flow: items one after the other with " · " between them, on as many lines as they need. */
void vq_out_flow_begin(struct vq_out *o, unsigned indent, unsigned column);
void vq_out_flow(struct vq_out *o, enum vq_tint t, const char *item);
void vq_out_flow_end(struct vq_out *o);
/* A paragraph, broken between words; `column` is where the first line already stands. */
void vq_out_words(struct vq_out *o, unsigned indent, unsigned column, const char *text);
/* The same with a last word that may have spaces in it, and is not broken there as long as a line can hold it. */
void vq_out_words_and(struct vq_out *o, unsigned indent, unsigned column, const char *text, const char *last);

#define VQ_NUMBER_TEXT 48
/* "1,234,567" */
const char *vq_count_text(uint64_t n, char text[VQ_NUMBER_TEXT]);
/* "512 B", "34.5 kB", "1.20 GB" */
const char *vq_bytes_text(uint64_t n, char text[VQ_NUMBER_TEXT]);
/* "12.3 ms", "8.02 s", "1 h 02 min 03 s"; the glyph for nothing when VQ_NONE. */
const char *vq_duration_text(const struct vq_report_style *st, int64_t ns, char text[VQ_NUMBER_TEXT]);
/* `digits` decimals, or the glyph for nothing when NAN. */
const char *vq_real_text(const struct vq_report_style *st, double v, int digits, char text[VQ_NUMBER_TEXT]);
/* The same, with more decimals where a tenth of a percent would read as none. */
const char *vq_percent_text(const struct vq_report_style *st, double v, int digits, char text[VQ_NUMBER_TEXT]);
/* R with a decimal; "< 0" where heavy loss drives it far below, where it says nothing more: the JSON report has the number. */
const char *vq_r_text(const struct vq_report_style *st, double r, char text[VQ_NUMBER_TEXT]);
/* RFC 3339 in UTC with `digits` (0, 3 or 9) decimals of a second. */
const char *vq_time_text(int64_t ns, int digits, char text[VQ_NUMBER_TEXT]);

/* R of the stream as it would stand on the narrowband scale: G.109 knows only that one, and the mapping to MOS of
 * G.107.1 and G.107.2 divides the same way. NAN when not scored. */
double vq_stream_r_nb(const struct vq_stream *s);
/* Percent of its packets that the assumed jitter buffer discards; 0 where they count into no score. */
double vq_stream_late_pct(const struct vq_stream *s);
/* What to know before the simple model's figures are held against G.107's; NULL: nothing. */
const char *vq_stream_simple_note(const struct vq_stream *s);
enum vq_tint vq_tint_of_r(double r_nb);
/* The same through MOS, for means. */
enum vq_tint vq_tint_of_mos(double mos);

#endif
