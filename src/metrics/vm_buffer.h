/* vm_buffer.h - the two de-jitter buffers whose losses VoIPmonitor scores, in its own arithmetic of whole milliseconds.
 *
 * They are no ideal buffers. The fixed one of 50 (200) ms begins anew when a packet comes too late for it, so that its
 * delay grows with the jitter; the adaptive one holds what 97 % of the last 500 packets needed and 40 ms more. Both count
 * what they had to make up for in runs: what the run is worth is decided when the next frame is played (vmsim.h). */
#ifndef VQ_METRICS_VM_BUFFER_H
#define VQ_METRICS_VM_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#define VQ_VM_FRAMES 64u   /* held at once; VoIPmonitor knows no such bound, but none of its sizes needs more */
#define VQ_VM_HISTORY 500u

struct vq_vm_frame {
    int64_t at;          /* fixed: when it is due; adaptive: its timestamp on the arrivals' time scale */
    int64_t ts;          /* RTP timestamp in ms; a resynchronised fixed buffer moves it ... */
    int64_t sent;        /* ... but not this */
    uint16_t seq, ms;
    uint8_t marker;      /* enum vq_vm_marker */
    bool after_event;    /* the packet before it was a telephone event */
};

enum vq_vm_marker { VQ_VM_UNMARKED, VQ_VM_MARKED, VQ_VM_FORCED }; /* by the sender; by VoIPmonitor, since a pause explains it */

/* Ascending by `at`. */
struct vq_vm_queue {
    struct vq_vm_frame frames[VQ_VM_FRAMES];
    unsigned n;
};

enum vq_vm_got { VQ_VM_PLAYED, VQ_VM_DROPPED, VQ_VM_INTERPOLATED, VQ_VM_NOTHING };

struct vq_vm_fixed {
    int64_t delay, threshold;    /* set once */
    int64_t offset, next;        /* of arrivals to timestamps; when the next frame is due */
    struct vq_vm_queue q;
};

/* Delays of the last packets, in order of arrival and of size. */
struct vq_vm_history {
    int32_t ring[VQ_VM_HISTORY], sorted[VQ_VM_HISTORY];
    uint32_t put;                /* so many since the last resynchronisation */
};

struct vq_vm_adaptive {
    int64_t offset, last_delay, jitter, min, current, target, next_voice, last_ms, adjusted;
    int64_t silence;             /* since this timestamp nothing is played; 0: something is */
    unsigned jumps, interpolated;
    bool begun;
    struct vq_vm_history history;
    struct vq_vm_queue q;
};

#define VQ_VM_NEVER INT64_MAX

void vq_vm_fixed_reset(struct vq_vm_fixed *b, int64_t delay_ms, int64_t threshold_ms);
/* The buffer's first frame. */
void vq_vm_fixed_first(struct vq_vm_fixed *b, const struct vq_vm_frame *f, int64_t now);
/* Returns the number of losses that its being late amounts to: 0, 1 or, after a jump of the timestamps, 2. */
unsigned vq_vm_fixed_put(struct vq_vm_fixed *b, const struct vq_vm_frame *f, int64_t now);
/* When `now` is not before b->next; `ms` of a frame made up. `out` is set when one was played. */
enum vq_vm_got vq_vm_fixed_get(struct vq_vm_fixed *b, int64_t now, int64_t ms, struct vq_vm_frame *out);

void vq_vm_adaptive_reset(struct vq_vm_adaptive *b);
void vq_vm_adaptive_put(struct vq_vm_adaptive *b, const struct vq_vm_frame *f, int64_t now);
/* When it wants to be asked; VQ_VM_NEVER: silent and empty. */
int64_t vq_vm_adaptive_next(struct vq_vm_adaptive *b);
enum vq_vm_got vq_vm_adaptive_get(struct vq_vm_adaptive *b, int64_t now, int64_t ms, struct vq_vm_frame *out);

#endif
