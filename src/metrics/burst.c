/* burst.c - see burst.h. */
#include "metrics/burst.h"

#include <math.h>

/* Nothing that comes can belong to the cluster any more. */
static void close_cluster(struct vq_burst *b)
{
    if (b->in_cluster == 1)
        b->isolated++;
    if (b->in_cluster > 1) {
        if (!b->n++)
            b->leading = b->first;
        b->trailing = b->last;
        b->lost += b->in_cluster;
        b->packets += b->last - b->first + 1;
    }
    b->in_cluster = 0;
}

void vq_burst_lost(struct vq_burst *b, uint32_t position)
{
    if (b->in_cluster && position - b->last - 1 >= VQ_BURST_GMIN)
        close_cluster(b);
    if (!b->in_cluster++)
        b->first = position;
    b->last = position;
}

void vq_burst_sum(const struct vq_burst *b, uint32_t total, struct vq_burst_figures *out)
{
    struct vq_burst c = *b;
    close_cluster(&c);
    uint32_t in_gaps = total - c.packets;
    /* One between every two bursts, and those at the ends that have a packet. */
    uint32_t gaps = !c.n ? total > 0 : c.n - 1 + (c.leading > 0) + (c.trailing + 1 < total);
    *out = (struct vq_burst_figures){
        .bursts = c.n,
        .gaps = gaps,
        .burst_density = c.n ? (double)c.lost / c.packets : (double)NAN,
        .gap_density = in_gaps ? (double)c.isolated / in_gaps : (double)NAN,
        .burst_packets = c.n ? (double)c.packets / c.n : (double)NAN,
        .after_last = c.n ? (double)(total - 1 - c.trailing) : (double)NAN,
        .gap_packets = gaps ? (double)in_gaps / gaps : (double)NAN,
    };
}
