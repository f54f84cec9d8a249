/* rtcp.h - RTCP compound packets, RFC 3550 6. */
#ifndef VQ_PROTO_RTCP_H
#define VQ_PROTO_RTCP_H

#include "util/bytes.h"

enum { VQ_RTCP_SR = 200, VQ_RTCP_RR, VQ_RTCP_SDES, VQ_RTCP_BYE, VQ_RTCP_APP, VQ_RTCP_RTPFB, VQ_RTCP_PSFB, VQ_RTCP_XR };

/* RFC 3550 6.4.1 report block. */
struct vq_rtcp_block {
    uint32_t ssrc;
    uint8_t fraction;   /* /256 */
    int32_t lost;       /* cumulative, 24-bit signed */
    uint32_t ext_seq;
    uint32_t jitter;    /* timestamp units */
    uint32_t lsr, dlsr; /* 16.16 seconds */
};

struct vq_rtcp {
    uint8_t type, count;
    uint32_t ssrc;      /* sender; 0 when the packet has none */
    struct vq_slice body; /* after the 4-byte header, padding excluded */
};

/* Walks a compound packet: true and the next packet, or false at the end. `bad` of the reader tells a malformed rest
 * from the end. */
bool vq_rtcp_next(struct vq_rd *r, struct vq_rtcp *out);

/* The compound validity check of RFC 3550 A.2 (reduced-size RFC 5506 packets of known types are accepted), for
 * content classification. An SRTCP packet passes by its clear first header. */
bool vq_rtcp_valid(struct vq_slice b);

struct vq_rtcp_sr {
    uint64_t ntp;       /* 32.32 */
    uint32_t rtp_ts, packets, octets;
};
bool vq_rtcp_sr(const struct vq_rtcp *p, struct vq_rtcp_sr *out);
/* Report block i of an SR or RR. */
bool vq_rtcp_block(const struct vq_rtcp *p, unsigned i, struct vq_rtcp_block *out);
/* SSRC and CNAME of SDES chunk i; cname {NULL,0} when the chunk has none. */
bool vq_rtcp_sdes(const struct vq_rtcp *p, unsigned i, uint32_t *ssrc, struct vq_slice *cname);
/* SSRC i of a BYE. */
bool vq_rtcp_bye(const struct vq_rtcp *p, unsigned i, uint32_t *ssrc);

#endif
