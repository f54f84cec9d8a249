/* burst.h - bursts and gaps of a loss pattern, RFC 3611 4.7.2, from the positions of the lost packets alone.
 *
 * A burst begins and ends with a loss, and fewer than Gmin packets in a row are received inside it; a loss with at least
 * Gmin packets received on both sides belongs to the gap around it. The session is taken as if Gmin packets had been
 * received before it and after it. */
#ifndef VQ_METRICS_BURST_H
#define VQ_METRICS_BURST_H

#include <stdint.h>

#define VQ_BURST_GMIN 16u /* RFC 3611 4.7.2: the recommended value */

/* Zeroed is ready. */
struct vq_burst {
    uint32_t first, last;       /* losses of the cluster that may still grow; meaningless while `in_cluster` is 0 */
    uint32_t in_cluster;        /* how many it has */
    uint32_t n, lost, packets;  /* bursts, losses in them, packets they span */
    uint32_t isolated;          /* losses in gaps */
    uint32_t leading, trailing; /* position of the first burst's first loss and of the last one's last */
};

/* The packet at `position` (counted from 0, in sending order) is lost. Positions grow. */
void vq_burst_lost(struct vq_burst *b, uint32_t position);

struct vq_burst_figures {
    uint32_t bursts, gaps;
    double burst_density, gap_density;  /* lost / all packets within bursts and gaps; NAN without any */
    double burst_packets, gap_packets;  /* mean lengths; NAN without any */
    double after_last;                  /* packets behind the last burst; NAN without any */
};
/* Of a session of `total` packets, lost ones included. */
void vq_burst_sum(const struct vq_burst *b, uint32_t total, struct vq_burst_figures *out);

#endif
