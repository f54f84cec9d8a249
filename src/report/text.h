/* text.h - the parts of the terminal summary, which text.c puts together. */
#ifndef VQ_REPORT_TEXT_H
#define VQ_REPORT_TEXT_H

#include "report/out.h"

#define VQ_TEXT_LABEL 15 /* columns of the labels at the left edge */

/* "... and 19,800 more" under a list that st->max_rows cut short. */
void vq_text_more(struct vq_out *o, uint64_t hidden, const char *what);
bool vq_text_shown(const struct vq_out *o, uint64_t row); /* rows count from 0 */

/* The head. Walks all streams, and returns how many of them belong to no call, so that nobody has to do it again. */
uint64_t vq_text_input(struct vq_out *o, const struct vq_engine *e, const struct vq_report_input *in);
/* Nothing that this program judges was found. */
bool vq_text_nothing(const struct vq_stats *s);
void vq_text_registrations(struct vq_out *o, const struct vq_engine *e);
void vq_text_calls(struct vq_out *o, const struct vq_engine *e);
/* The lines of a call about what happened within it; `b` is room. */
void vq_text_story(struct vq_out *o, const struct vq_engine *e, const struct vq_call *c, int64_t zero, struct vq_buf *b);
void vq_text_dialogs(struct vq_out *o, const struct vq_engine *e);
/* The `n` streams that belong to no call. */
void vq_text_unbound(struct vq_out *o, const struct vq_engine *e, uint64_t n);
/* Figures over all calls and registrations; nothing where there is only one of each. */
void vq_text_kpi(struct vq_out *o, const struct vq_engine *e);
/* Hosts where there are more than two, NATs, ICE and TURN, keep-alives. */
void vq_text_network(struct vq_out *o, const struct vq_engine *e);
void vq_text_findings(struct vq_out *o, const struct vq_engine *e);

/* The table of streams: its head, and the lines of one stream. `from` and `to` name the parties of its call, or NULL.
 */
void vq_text_stream_head(struct vq_out *o, bool in_call);
void vq_text_stream(struct vq_out *o, const struct vq_stream *s, const char *from, const char *to);

/* VoIPmonitor's scores of it, where they were asked for; `b` is room to work in. */
void vq_text_voipmonitor(struct vq_out *o, const struct vq_engine *e, const struct vq_stream *s, struct vq_buf *b);

/* "the phone itself reports: 12 lost, jitter 3 ms, MOS-LQ 4.2 (X-RTP-Stat)" into `b`. */
void vq_text_endpoint_report(const struct vq_out *o, const struct vq_endpoint_report *r, const char *who, struct vq_buf *b);
/* What endpoints say of a stream of the call, or (0) of none that is known; `b` is room to work in. */
void vq_text_endpoint_reports(struct vq_out *o, const struct vq_engine *e, uint32_t call, uint32_t stream, struct vq_buf *b);

/* "a -> b" made of wire text, each name clipped so that the whole keeps to `columns`. */
void vq_text_pair(const struct vq_report_style *st, struct vq_buf *b, const char *from, const char *to, size_t columns);
/* "no answer": the state's name as words. */
void vq_text_state(struct vq_buf *b, enum vq_call_state s);
/* "200 OK", "" without a status. */
void vq_text_status(const struct vq_report_style *st, struct vq_buf *b, unsigned status, const char *reason);

#endif
