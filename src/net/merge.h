/* merge.h - frames of several inputs as one row in the order of their times.
 *
 * Each input is read in its own order; of all their next frames the earliest comes first. On equal times the input
 * that began earlier goes first, then the one that was added first: so the files of a ring give the row they were cut
 * from, in whatever order they are named. An input is not asked for its frames until its first one is due, so what it
 * needs to be read may be made then and given up at its end: of a ring only one or two files are open at a time. */
#ifndef VQ_NET_MERGE_H
#define VQ_NET_MERGE_H

#include <voipqos/frame.h>

struct vq_merge;

/* The next frames of an input, at most `max` of them, pointing to bytes that stay until its next call. 0: no more; it
 * is not called again. */
typedef size_t vq_merge_pull_h(struct vq_frame *frames, size_t max, void *arg);

/* 0 or -ENOMEM. */
int vq_merge_new(struct vq_merge **out);
void vq_merge_free(struct vq_merge *m);
/* Before the first _next only. `first` is the time of the input's first frame. 0 or -ENOMEM. */
int vq_merge_add(struct vq_merge *m, int64_t first, vq_merge_pull_h *pull, void *arg);

/* The next frames, at most `max` (> 0), all of them valid until the next call, numbered from 1 over the whole row.
 * 0: no more. */
size_t vq_merge_next(struct vq_merge *m, struct vq_frame *frames, size_t max);

#endif
