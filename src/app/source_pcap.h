/* source_pcap.h - what libpcap is needed for: filter expressions, live capture, the list of interfaces. */
#ifndef VQ_APP_SOURCE_PCAP_H
#define VQ_APP_SOURCE_PCAP_H

#include <voipqos/frame.h>
#include <voipqos/report.h>

#define SOURCE_WHY 512

/* ---- filter over frames of any link type ----------------------------------------------------------------------- */

struct filter;

/* 0 or -ENOMEM; `expr` stays where it is. */
int filter_new(struct filter **out, const char *expr);
void filter_free(struct filter *f);
/* Keeps the frames that match, in order, and says how many in `*n`. A frame matches by its own headers, by those of the
 * innermost packet that its tags and tunnels carry, or as a fragment of a packet whose first fragment matched. 0, or
 * -EINVAL with the reason in `why`. */
int filter_apply(struct filter *f, struct vq_frame *frames, size_t *n, char why[SOURCE_WHY]);

void filter_report(const struct filter *f, struct vq_report_filter *out);

/* ---- live capture ---------------------------------------------------------------------------------------------- */

struct live;

/* Up to VQ_BATCH frames; they are borrowed until the handler returns. */
typedef void live_frames_h(const struct vq_frame *frames, size_t n, void *arg);

/* 0, -EINVAL (the expression), or another -Exxx (the interface), with the reason in `why`. */
int live_open(struct live **out, const char *iface, const char *expr, char why[SOURCE_WHY]);
void live_close(struct live *l);
uint32_t live_link(const struct live *l);
/* NULL: there is none. */
const struct filter *live_filter(const struct live *l);
/* Waits up to `wait_ms` for frames and hands over what is there; frames handed over, or -Exxx with `why`. */
int live_poll(struct live *l, int wait_ms, live_frames_h *h, void *arg, char why[SOURCE_WHY]);
/* Frames that the kernel or the interface threw away since the start. */
uint64_t live_dropped(const struct live *l);

/* Calls `h` for each interface; 0, or -EIO with `why`. */
typedef void live_interface_h(const char *name, const char *about, const char *state, void *arg);
int live_interfaces(live_interface_h *h, void *arg, char why[SOURCE_WHY]);

const char *libpcap_version(void);

#endif
