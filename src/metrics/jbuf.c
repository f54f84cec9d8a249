/* jbuf.c - see jbuf.h. */
#include "metrics/jbuf.h"

#include <voipqos/emodel.h>

#include <string.h>

#define SHRINK_US 500000 /* in which the adaptive buffer gives up a packet time at most */

static void bad(struct vq_jbuf_count *c, uint32_t position, uint32_t n)
{
    c->runs += c->next != position; /* 0, none so far, is no position */
    c->bad += n;
    c->next = position + n;
}

void vq_jbuf_lost(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, uint32_t position, uint32_t n)
{
    for (unsigned i = 0; i < s->n; i++)
        bad(&j->fixed[i], position, n);
    bad(&j->adaptive, position, n);
}

static void discard(struct vq_jbuf_count *c, uint32_t position)
{
    c->late++;
    bad(c, position, 1);
}

/* Discarded, it stays in the run that it was counted into; played, the run is shorter by one. */
static void settle_straggler(struct vq_jbuf_count *c, bool late)
{
    c->late += late;
    c->bad -= !late && c->bad;
}

void vq_jbuf_late(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, uint32_t position, int32_t pdv_us)
{
    for (unsigned i = 0; i < s->n && pdv_us > s->us[i]; i++)
        discard(&j->fixed[i], position);
    if (pdv_us > j->delay_us)
        discard(&j->adaptive, position);
}

void vq_jbuf_straggler(struct vq_jbuf *j, const struct vq_jbuf_sizes *s, int32_t pdv_us)
{
    vq_jbuf_note(j, pdv_us);
    for (unsigned i = 0; i < s->n; i++)
        settle_straggler(&j->fixed[i], pdv_us > s->us[i]);
    settle_straggler(&j->adaptive, pdv_us > j->delay_us);
}

/* The delay that 97 % of the recent packets need, in whole steps, and a packet time for what comes unexpected. */
static int32_t wanted(const struct vq_jbuf *j, int32_t frame_us)
{
    unsigned n = (unsigned)j->n[0] + j->n[1], above = 0;
    for (uint32_t i = j->top < VQ_JBUF_BUCKETS ? j->top + 1 : VQ_JBUF_BUCKETS; i--;) {
        above += (unsigned)j->recent[0][i] + j->recent[1][i];
        if (above * 100 > n * 3)
            return (int32_t)(i + 1) * VQ_JBUF_STEP + frame_us;
    }
    return j->delay_us; /* no packet yet */
}

void vq_jbuf_adapt(struct vq_jbuf *j, uint32_t packets, int64_t passed_us, int32_t frame_us)
{
    j->packets += packets;
    j->delay_sum += (uint64_t)packets * (uint32_t)j->delay_us;
    j->n[0] = (uint8_t)(j->n[0] + packets);
    int32_t want = wanted(j, frame_us);
    j->shrink_us += passed_us; /* what is less than a step of its own counts with the next */
    int64_t least = j->delay_us - j->shrink_us / SHRINK_US * frame_us;
    j->shrink_us %= SHRINK_US;
    j->delay_us = want > least ? want : (int32_t)least;
    if (j->n[0] + 64u <= VQ_JBUF_WINDOW)
        return;
    /* The next round might overflow the window's counts. */
    memcpy(j->recent[1], j->recent[0], sizeof j->recent[1]);
    memset(j->recent[0], 0, sizeof j->recent[0]);
    j->n[1] = j->n[0];
    j->n[0] = 0;
    for (j->top = VQ_JBUF_BUCKETS - 1; j->top && !j->recent[1][j->top]; j->top--)
        ;
}

void vq_jbuf_loss(const struct vq_jbuf_count *c, uint64_t lost, uint64_t expected, double *ppl, double *burst_r)
{
    double fraction = expected ? (double)(lost + c->late) / (double)expected : 0;
    *ppl = 100 * (fraction < 1 ? fraction : 1);
    *burst_r = vq_emodel_burst_r(c->runs ? (double)c->bad / c->runs : 0, fraction < 1 ? fraction : 1);
}
