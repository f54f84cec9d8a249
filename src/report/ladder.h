/* ladder.h - the drawing of a ladder: lanes for hosts, rows of character cells, and what stands in them. */
#ifndef VQ_REPORT_LADDER_H
#define VQ_REPORT_LADDER_H

#include "report/out.h"

#define VQ_LANES 10         /* further hosts share the last lane */
#define VQ_LADDER_LEFT 26   /* columns for time, difference and frame number */
#define VQ_LADDER_NARROW 17 /* the same without the difference, where the page is too narrow for it */
#define VQ_LANE_SPACE 26    /* least distance of two lanes */
#define VQ_LANE_TIGHT 20    /* the same on a narrow page */

struct vq_lane {
    struct vq_endpoint ep;
    bool by_port;           /* the host talks to itself: a lane for each of its ports */
    bool ports_differ;      /* several ports of one host in this lane: the title leaves the port out */
    bool signalling;        /* SIP comes or goes here; otherwise media alone */
    bool others;            /* the last lane: hosts that found no lane of their own */
    const char *role, *user, *agent; /* borrowed, NULL when not known */
    unsigned x;             /* column of the life line */
};

struct vq_cell {
    char glyph[16];         /* one character with its combining marks; "" behind a wide one */
    enum vq_tint tint;
};

struct vq_ladder {
    struct vq_out o;
    struct vq_lane lanes[VQ_LANES];
    unsigned n_lanes;
    struct vq_cell *cells;
    unsigned columns;       /* of a row */
    unsigned left;          /* columns before the lanes: VQ_LADDER_LEFT or VQ_LADDER_NARROW */
};

enum vq_stroke { VQ_STROKE_SIP, VQ_STROKE_RTP };

/* Lanes, in order of appearance. `media`: the endpoint of a stream, which never asks for a lane per port. */
void vq_ladder_lane_split(struct vq_ladder *l, const struct vq_reader *messages);
unsigned vq_ladder_lane(struct vq_ladder *l, const struct vq_endpoint *ep, bool media);
/* Places the lanes on the page and gets the row's memory; false without memory. */
bool vq_ladder_place(struct vq_ladder *l);

/* One row: begin (life lines), draw, end (written). */
void vq_ladder_row(struct vq_ladder *l);
void vq_ladder_put(struct vq_ladder *l, unsigned x, unsigned columns, const char *text, enum vq_tint t);
/* An arrow between two lanes with a label on it. `labels`: the same said ever shorter, NULL at the end; the first that
 * fits is taken, the last is clipped. Returns which it was. */
unsigned vq_ladder_arrow(struct vq_ladder *l, unsigned from, unsigned to, enum vq_stroke stroke,
                         const char *const *labels, enum vq_tint t);
/* Words between two lanes, without an arrow. */
unsigned vq_ladder_between(struct vq_ladder *l, unsigned from, unsigned to, const char *const *labels, enum vq_tint t);
void vq_ladder_end(struct vq_ladder *l);
void vq_ladder_titles(struct vq_ladder *l);

/* ---- what stands in it: ladder_rows.c, ladder_who.c ---- */

#define VQ_LADDER_STREAMS 64 /* bars in one ladder */

struct vq_drawing {
    struct vq_ladder l;
    struct vq_labels {       /* the same said ever shorter */
        struct vq_buf full, shorter, brief, shortest;
    } words;
    struct vq_reader messages;
    int64_t zero, before;    /* start, and the row above */
    bool repeated, timed;    /* for the legend */
    double late_ms;          /* likewise: the buffer for which packets were late, 0: for none */
    bool of_call;            /* the way of the INVITE tells who is who, not who asks whom */
    struct vq_stream streams[VQ_LADDER_STREAMS];
    size_t n_streams, next_stream, hidden_streams;
    struct vq_dtmf keys[VQ_DTMF_PER_CALL];
    unsigned n_keys, next_key;
    uint32_t call;           /* whose endpoint reports are to come in, 0: nobody's */
    unsigned next_report;
};

/* Begins a row: time since the start, time since the row above, frame number. */
void vq_ladder_left(struct vq_drawing *d, int64_t ts, uint64_t frame);

/* A row: an arrow with its time, its frame and its label. */
void vq_ladder_message(struct vq_drawing *d, const struct vq_message *m);
void vq_ladder_stream(struct vq_drawing *d, const struct vq_stream *s);

/* ladder_notes.c: the keys that were pressed, and what phones report of their media. Those before a row of time `ts`; and those
 * that stand in a message, behind its row. */
void vq_ladder_keys_until(struct vq_drawing *d, int64_t ts);
void vq_ladder_reports_until(struct vq_drawing *d, const struct vq_engine *e, int64_t ts);
void vq_ladder_reports_in(struct vq_drawing *d, const struct vq_engine *e, uint64_t frame);

/* Names the lane of an endpoint, if there is one, as far as it has no name yet; `user` and `agent` are borrowed from the
 * engine. */
void vq_ladder_name(struct vq_ladder *l, const struct vq_endpoint *ep, const char *role, const char *user,
                    const char *agent);
/* The lanes of a call, by the messages that `r` reads. */
void vq_ladder_name_parties(struct vq_ladder *l, const struct vq_call *c, struct vq_reader r);
/* The lanes' hosts by what the network's list knows of them. `of_call`: the drawing is one of a call. */
void vq_ladder_name_hosts(struct vq_ladder *l, const struct vq_engine *e, bool of_call);

#endif
