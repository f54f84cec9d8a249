/* rtp.h - the RTP header, RFC 3550 5.1. */
#ifndef VQ_PROTO_RTP_H
#define VQ_PROTO_RTP_H

#include "util/bytes.h"

#define VQ_RTP_HEADER 12u /* without CSRC list and extension */

struct vq_rtp {
    uint32_t ssrc, ts;
    uint16_t seq;
    uint8_t pt;
    bool marker;
    struct vq_slice payload; /* without padding; empty when the snap length cut the frame there */
};

/* False unless version 2 with a complete header, CSRC list and extension. `wire` is the payload length on the wire,
 * which snap length may have cut to `b.n`: the fixed header suffices then. */
bool vq_rtp_parse(struct vq_slice b, size_t wire, struct vq_rtp *out);

#endif
