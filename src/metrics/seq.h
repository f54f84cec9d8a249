/* seq.h - RTP sequence numbers: loss, duplicates, reordering and restarts, each counted apart.
 *
 * RFC 3550 A.1 counts packets, so that a duplicate hides a loss. Here a window of the last 512 numbers remembers which
 * of them came; a number is lost when it leaves the window unseen. The window is also what makes loss runs exact: they
 * are counted over the settled sequence, after every late packet had its chance. */
#ifndef VQ_METRICS_SEQ_H
#define VQ_METRICS_SEQ_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics/burst.h"

#define VQ_SEQ_WINDOW 512u
#define VQ_SEQ_MAX_DROPOUT 3000u /* RFC 3550 A.1 */
#define VQ_SEQ_RUNS 10

enum vq_seq_verdict {
    VQ_SEQ_NEXT,      /* in order, perhaps after a gap */
    VQ_SEQ_LATE,      /* fills a gap */
    VQ_SEQ_DUPLICATE,
    VQ_SEQ_STRAY,     /* far off: out of range unless the next packet is near it */
    VQ_SEQ_RESTART,   /* the second packet of a new numbering; the stray one before it belongs to it */
};

struct vq_seq {
    /* what every packet touches: 16 bytes and one word of the window */
    uint32_t base, max;      /* extended numbers of the segment */
    uint32_t distinct;       /* of all segments */
    uint16_t stray_seq;      /* a number close to it would prove the last stray packet to be a restart */
    bool started, strayed;
    uint64_t window[VQ_SEQ_WINDOW / 64]; /* bit n % 512: extended number n was seen */

    uint32_t duplicates, reordered, stray;
    uint32_t expected_before; /* of earlier segments */
    uint32_t segments;
    uint16_t stray_copies;    /* of the last stray packet */
    uint32_t run, longest;   /* length of the loss run that is being settled, and of the longest so far */
    uint32_t n_runs;
    uint32_t runs[VQ_SEQ_RUNS]; /* [i]: runs of i + 1; the last: longer ones too */
    struct vq_burst burst;
};

#define VQ_SEQ_FAR 64u

/* Is `seq` far enough away to be worth a look at the timestamps? */
static inline bool vq_seq_is_far(const struct vq_seq *s, uint16_t seq)
{
    uint16_t ahead = (uint16_t)(seq - (uint16_t)s->max);
    return ahead > VQ_SEQ_FAR && ahead < 65536u - VQ_SEQ_FAR && s->started;
}

/* So far ahead or behind that only a proof makes it part of this numbering? */
static inline bool vq_seq_is_jump(const struct vq_seq *s, uint16_t seq)
{
    uint16_t ahead = (uint16_t)(seq - (uint16_t)s->max);
    return s->started && ahead >= VQ_SEQ_MAX_DROPOUT && ahead <= 65536u - VQ_SEQ_WINDOW;
}

/* What the timestamps say of a number that is far away. */
enum vq_seq_hint {
    VQ_SEQ_NO_HINT,
    VQ_SEQ_OUTAGE,     /* of a jump: they grew along, so that all between was lost */
    VQ_SEQ_RENUMBERED, /* of a number within reach: they do not fit, it is of another numbering */
};

enum vq_seq_verdict vq_seq_add_any(struct vq_seq *s, uint16_t seq, enum vq_seq_hint hint);

/* One packet in arrival order. Nearly all are the next one, when none is missing; that much is done here: the number that
 * leaves the window then was received, if there is one, and its bit stays as it is for the one that comes in. */
static inline enum vq_seq_verdict vq_seq_add(struct vq_seq *s, uint16_t seq, enum vq_seq_hint hint)
{
    uint32_t n = s->max + 1;
    uint64_t *word = &s->window[n % VQ_SEQ_WINDOW / 64], bit = UINT64_C(1) << (n % 64);
    bool calm = n - s->base < VQ_SEQ_WINDOW || (*word & bit && !s->run);
    if (!calm || seq != (uint16_t)n || !s->started || hint != VQ_SEQ_NO_HINT)
        return vq_seq_add_any(s, seq, hint);
    *word |= bit;
    s->max = n;
    s->distinct++;
    s->strayed = false;
    return VQ_SEQ_NEXT;
}

/* What the numbers amount to if nothing more comes. */
struct vq_loss {
    uint64_t expected, lost; /* lost = expected - distinct, never negative */
    uint64_t runs[VQ_SEQ_RUNS];
    uint64_t n_runs;
    double loss_fraction;    /* lost / expected, 0 without packets */
    double mean_run;         /* 0 without loss */
    uint32_t longest;        /* consecutive losses */
    struct vq_burst_figures burst;
};
void vq_seq_loss(const struct vq_seq *s, struct vq_loss *out);

/* Lost so far, cheap enough for every packet. */
static inline uint32_t vq_seq_lost(const struct vq_seq *s)
{
    return s->expected_before + (s->max - s->base + 1) - s->distinct;
}

#endif
