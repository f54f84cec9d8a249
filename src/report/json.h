/* json.h - the parts of the JSON report. Each object is built, written and freed before the next: a report on 40,000
 * streams needs the memory of one. */
#ifndef VQ_REPORT_JSON_H
#define VQ_REPORT_JSON_H

#include <voipqos/network.h>
#include <voipqos/report.h>

#include <jansson.h>

#include "util/buf.h"

struct vq_json {
    const struct vq_engine *e;
    int64_t zero;       /* time of the first frame: t_s counts from here */
    vq_write_h *w;
    void *arg;
    const struct vq_report_input *in;
    struct vq_buf b;    /* not yet written */
    struct vq_buf tmp;  /* one piece of wire text */
    bool no_memory;
    int rc;             /* what the callback refused with */
};

/* Setters: a failure is remembered in `j`, never returned. `v` is stolen. */
void vq_json_put(struct vq_json *j, json_t *o, const char *key, json_t *v);
void vq_json_append(struct vq_json *j, json_t *array, json_t *v);
void vq_json_int(struct vq_json *j, json_t *o, const char *key, uint64_t v);
void vq_json_bool(struct vq_json *j, json_t *o, const char *key, bool v);
/* Wire text, made valid UTF-8 and printable; _str makes NULL null. */
json_t *vq_json_text(struct vq_json *j, const char *z);
void vq_json_str(struct vq_json *j, json_t *o, const char *key, const char *z);
void vq_json_endpoint(struct vq_json *j, json_t *o, const char *key, const struct vq_endpoint *ep);

/* Values that may be missing: null then, with "<key>_why" beside it. */
void vq_json_why(struct vq_json *j, json_t *o, const char *key, const char *why);
void vq_json_str_why(struct vq_json *j, json_t *o, const char *key, const char *z, const char *why);
void vq_json_real(struct vq_json *j, json_t *o, const char *key, double v, const char *why);
void vq_json_duration(struct vq_json *j, json_t *o, const char *key, int64_t ns, double unit_ns, const char *why);
void vq_json_time(struct vq_json *j, json_t *o, const char *key, int64_t ns, const char *why);
/* "t_s", seconds since the first frame. */
void vq_json_t_s(struct vq_json *j, json_t *o, int64_t ns);

/* Frame numbers; those that are 0 are left out. */
json_t *vq_json_frames(struct vq_json *j, const uint64_t *frames, size_t n);

#define VQ_JSON_MS 1e6
#define VQ_JSON_S 1e9

/* json_capture.c */
json_t *vq_json_capture(struct vq_json *j, const struct vq_stats *s);
json_t *vq_json_registration(struct vq_json *j, const struct vq_registration *r);
json_t *vq_json_call(struct vq_json *j, const struct vq_call *c);
json_t *vq_json_offers(struct vq_json *j, const struct vq_call *c);
void vq_json_call_more(struct vq_json *j, json_t *o, const struct vq_call *c); /* members of a call */
json_t *vq_json_dialog(struct vq_json *j, const struct vq_dialog *d);
/* json_course.c: adds pauses, path and payload changes. */
void vq_json_course(struct vq_json *j, json_t *o, const struct vq_stream *s);
/* json_playout.c: adds delay variation, drift and de-jitter buffers to the object of a stream. */
void vq_json_playout(struct vq_json *j, json_t *o, const struct vq_stream *s);
/* json_vm.c: adds VoIPmonitor's scores, where they were asked for. */
void vq_json_voipmonitor(struct vq_json *j, json_t *o, const struct vq_stream *s);
/* json_audio.c: adds what was heard, where that was asked for. */
void vq_json_audio(struct vq_json *j, json_t *o, const struct vq_stream *s);
json_t *vq_json_stream(struct vq_json *j, const struct vq_stream *s);
/* The keys pressed during a call, which go into its object. */
void vq_json_dtmf(struct vq_json *j, json_t *o, const struct vq_call *c);
json_t *vq_json_endpoint_report(struct vq_json *j, const struct vq_endpoint_report *r);
json_t *vq_json_kpi(struct vq_json *j);
json_t *vq_json_stun(struct vq_json *j, const struct vq_stun *s);
json_t *vq_json_nat(struct vq_json *j, const struct vq_nat_client *c);
json_t *vq_json_keep_alive(struct vq_json *j, const struct vq_keep_alive *k);
json_t *vq_json_topology(struct vq_json *j, const struct vq_network *n);

#endif
