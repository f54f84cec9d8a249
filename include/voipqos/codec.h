/* codec.h - RTP payload formats and what the E-model knows of them. Both tables are static and read-only. */
#ifndef VOIPQOS_CODEC_H
#define VOIPQOS_CODEC_H

#include <voipqos/types.h>

enum vq_media { VQ_MEDIA_AUDIO, VQ_MEDIA_VIDEO, VQ_MEDIA_FAX, VQ_MEDIA_TEXT, VQ_MEDIA_APPLICATION, VQ_MEDIA_UNKNOWN };
const char *vq_media_name(enum vq_media m); /* "audio", "video", "fax", "text", "application", "unknown" */

enum vq_scale { VQ_SCALE_NONE, VQ_SCALE_NB, VQ_SCALE_WB, VQ_SCALE_FB };
const char *vq_scale_name(enum vq_scale s); /* "NB", "WB", "FB", "none" */

/* Where a pair of Ie and Bpl comes from; only VQ_FACT_ITU was checked against a transcription of the ITU text. */
enum vq_fact { VQ_FACT_ITU, VQ_FACT_ITU_RECALLED, VQ_FACT_DERIVED, VQ_FACT_LITERATURE, VQ_FACT_PROVISIONAL,
               VQ_FACT_OWN /* from a codec file */ };
const char *vq_fact_name(enum vq_fact f); /* "itu", "itu-recalled", ... */

/* One row of ITU-T G.113 Appendix I / IV / V, or of the labelled substitutes. */
struct vq_impairment {
    const char *name;   /* "g711", "g729a-vad", ...: what `voipqos emodel --codec` takes besides RTP names */
    enum vq_scale scale;
    double ie;          /* equipment impairment factor on the row's own scale */
    double bpl;         /* packet-loss robustness; NAN: no value is published */
    enum vq_fact fact;
    const char *source; /* table and clause */
    double r, mos;      /* no loss, no delay, on the row's own scale: the row's own test vector; NAN: from a codec file */
};

/* What a payload type carries. */
struct vq_codec {
    const char *name;        /* RTP encoding name as in rtpmap ("PCMU"), IANA spelling */
    int16_t static_pt;       /* RFC 3551 payload type, -1 when dynamic only */
    uint32_t clock_hz;       /* RTP timestamp clock (G722 has 8000, RFC 3551 4.5.2; opus 48000, RFC 7587);
                                0: not fixed (L16, CN, telephone-event ...), the clock of the rtpmap holds */
    double frame_ms;         /* length of one codec frame; 0: sample based */
    double lookahead_ms;     /* algorithmic look-ahead of the encoder */
    enum vq_media media;
    enum vq_payload { VQ_PAYLOAD_MEDIA, VQ_PAYLOAD_EVENT, VQ_PAYLOAD_CN, VQ_PAYLOAD_RED, VQ_PAYLOAD_FEC } payload;
    const char *impairment;  /* name of its struct vq_impairment row, NULL: not scored */
};

size_t vq_codec_count(void);
const struct vq_codec *vq_codec_at(size_t i);
/* By static payload type, or NULL. */
const struct vq_codec *vq_codec_by_pt(unsigned pt);
/* By rtpmap name (any case, not NUL-terminated) and clock (0: any); NULL when unknown. */
const struct vq_codec *vq_codec_by_name(const char *name, size_t n, uint32_t clock_hz);

size_t vq_impairment_count(void);
const struct vq_impairment *vq_impairment_at(size_t i);
/* By row name or by RTP encoding name, any case; NULL when unknown or when the codec has no row. */
const struct vq_impairment *vq_impairment_by_name(const char *name);

/* ---- codec files: values that replace those of the tables ------------------------------------------------------- */

/* One line of a codec file. Where it lies it has to stay: `row` points into it. */
struct vq_codec_own {
    struct vq_impairment row; /* its name is that of a table row, or an RTP encoding name */
    bool of_row;              /* the former */
    uint32_t clock_hz;        /* of an RTP encoding; 0: any */
    double frame_ms, lookahead_ms; /* NAN: as in the table */
    unsigned line;
    char name[32], source[128];
};
#define VQ_CODEC_OWN_MAX 256

/* What is wrong with a codec file; `line` counts from 1. */
struct vq_codec_fault {
    unsigned line;
    char text[160];
};

/* Reads a codec file, as docs/metrics.md 2.3 has it, into `rows`, which have room for VQ_CODEC_OWN_MAX. False: `fault` is
 * set, and *n_rows is 0. */
bool vq_codec_own_parse(const char *text, size_t n, struct vq_codec_own *rows, size_t *n_rows, struct vq_codec_fault *fault);
/* The line that speaks of an RTP encoding (its clock 0: any), or of a row of the table by its very name; NULL: none. */
const struct vq_codec_own *vq_codec_own_rtp(const struct vq_codec_own *rows, size_t n, const char *name, uint32_t clock_hz);
const struct vq_codec_own *vq_codec_own_row(const struct vq_codec_own *rows, size_t n, const char *name);

#endif
