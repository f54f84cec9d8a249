/* monitor.h - what a live capture shows while it runs: a line for each event, a table now and then. */
#ifndef VQ_APP_MONITOR_H
#define VQ_APP_MONITOR_H

#include "app/app.h"
#include "util/buf.h"

struct monitor {
    const struct vq_engine *e;
    bool ascii;
    struct vq_buf text; /* what is to be printed next */
};

/* A vq_event_h; `arg` is the monitor. Adds a line to its text. */
void monitor_event(const struct vq_event *ev, void *arg);
/* Adds the table of what is open, worst first. */
void monitor_table(struct monitor *m, int64_t now, uint64_t kernel_dropped);

#endif
