/* rtcp_xr.h - the report blocks of an RTCP XR packet, RFC 3611. */
#ifndef VQ_PROTO_RTCP_XR_H
#define VQ_PROTO_RTCP_XR_H

#include "proto/rtcp.h"

enum { VQ_XR_LOSS_RLE = 1, VQ_XR_REFERENCE_TIME = 4, VQ_XR_DLRR = 5, VQ_XR_STATISTICS = 6, VQ_XR_VOIP = 7 };

struct vq_xr_block {
    uint8_t type, specific;
    struct vq_slice body; /* after the 4-byte header */
};

/* The blocks of an XR packet: a reader over them, then one after the other until false. A block that reaches beyond the
 * packet ends the walk. */
struct vq_rd vq_xr_blocks(const struct vq_rtcp *p);
bool vq_xr_next(struct vq_rd *r, struct vq_xr_block *out);

/* 4.1 loss RLE, summed up. */
struct vq_xr_loss {
    uint32_t ssrc;
    uint16_t begin, end;     /* of the sequence numbers reported on, `end` excluded */
    uint8_t thinning;        /* one in 2^thinning numbers is reported on */
    uint32_t received, lost; /* among those */
    uint32_t longest;        /* lost in a row, of those reported on */
};
/* `from`: numbers before it were told already and are left out; NULL: none were. */
bool vq_xr_loss(const struct vq_xr_block *b, const uint16_t *from, struct vq_xr_loss *out);

/* 4.4: the NTP time of who sends the block. */
bool vq_xr_reference_time(const struct vq_xr_block *b, uint64_t *ntp);

/* 4.5, sub-block i. */
struct vq_xr_dlrr {
    uint32_t ssrc;
    uint32_t lrr, dlrr;      /* 16.16 seconds */
};
bool vq_xr_dlrr(const struct vq_xr_block *b, unsigned i, struct vq_xr_dlrr *out);

/* 4.6; what its flag does not announce is 0. */
struct vq_xr_statistics {
    uint32_t ssrc;
    uint16_t begin, end;
    bool has_lost, has_duplicates, has_jitter, has_ttl;
    uint32_t lost, duplicates;
    uint32_t jitter_min, jitter_max, jitter_mean, jitter_dev; /* timestamp units */
    uint8_t ttl_min, ttl_max, ttl_mean, ttl_dev;
};
bool vq_xr_statistics(const struct vq_xr_block *b, struct vq_xr_statistics *out);

#define VQ_XR_UNAVAILABLE 127 /* 4.7: of levels, RERL, R factors and MOS */

/* 4.7, as sent. */
struct vq_xr_voip {
    uint32_t ssrc;
    uint8_t loss_rate, discard_rate, burst_density, gap_density; /* /256 */
    uint16_t burst_ms, gap_ms, round_trip_ms, end_system_ms;
    int8_t signal_dbm0, noise_dbm0;
    uint8_t rerl_db, gmin, r, ext_r, mos_lq, mos_cq;             /* MOS x 10 */
    uint8_t rx_config;
    uint16_t buffer_nominal_ms, buffer_max_ms, buffer_abs_max_ms;
};
bool vq_xr_voip(const struct vq_xr_block *b, struct vq_xr_voip *out);

#endif
