/* peer.h - what the receiver of a stream reports (RFC 3550 6.4.1), held against what was measured where the capture was
 * taken: on which side of it the trouble is.
 *
 * The receiver counts what was lost on the whole way, the capture what was lost up to it. Both counts are compared as they
 * stand when a report goes by. */
#ifndef VQ_METRICS_PEER_H
#define VQ_METRICS_PEER_H

#include <stdbool.h>
#include <stdint.h>

/* A report block, and how things stand at the capture point at that time. */
struct vq_peer_report {
    int64_t ts;
    int32_t lost;          /* cumulative, as reported */
    uint32_t ext_seq;
    double jitter_ms;      /* as reported; NAN: the clock is unknown */
    uint32_t here_packets, here_lost, here_duplicates;
    uint16_t here_seq;     /* the highest number so far */
    double here_jitter_ms;
};

struct vq_peer {
    uint32_t n;            /* reports */
    uint32_t ext_seq;      /* of the last one */
    int32_t first_lost, lost;
    uint32_t first_here_lost, here_lost, first_here_duplicates, here_duplicates, here_packets;
    int32_t before;        /* lost less here_lost, at the report before the last one */
    int32_t settled;       /* more lost behind the capture point, in counts that the receiver began anew since ... */
    int32_t at_first;      /* ... and in the first report of the first of them */
    uint16_t in_flight;    /* numbers that had passed here and were not received yet, at the last report */
    bool restarted;
    bool ahead;            /* there were reports on packets that did not pass here */
    /* the receiver's highest number */
    int64_t advanced_ts, unheard_ns;
    uint32_t advanced_packets, unheard;
    /* the report whose jitter was furthest above what was measured here */
    float jitter_ms, jitter_here_ms;
};

void vq_peer_add(struct vq_peer *p, const struct vq_peer_report *r);

enum vq_peer_where { VQ_PEER_UNKNOWN, VQ_PEER_NONE, VQ_PEER_BEFORE, VQ_PEER_AFTER, VQ_PEER_BOTH };

struct vq_peer_verdict {
    enum vq_peer_where where;
    const char *why;       /* when unknown */
    bool compared;         /* the two that follow are given */
    int64_t lost_after;    /* on the way from the capture point to the receiver, at least; never negative */
    int64_t missed_here;   /* counted as lost here, but the receiver has them */
};

/* `from_start`: the capture holds the stream's beginning, so that the receiver's first count has nothing from before it.
 * `lost`, `jitter_max_ms`: of the whole stream here. */
void vq_peer_judge(const struct vq_peer *p, bool from_start, uint64_t lost, double jitter_max_ms, struct vq_peer_verdict *out);

#endif
