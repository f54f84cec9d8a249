/* decode.h - from a frame to the datagram in it. Stateless: link header, IP, UDP. */
#ifndef VQ_NET_DECODE_H
#define VQ_NET_DECODE_H

#include <voipqos/frame.h>
#include <voipqos/model.h>

#include "util/bytes.h"

enum vq_carrier { VQ_CARRIER_NONE, VQ_CARRIER_UDP, VQ_CARRIER_TCP, VQ_CARRIER_ICMP };

/* What a frame holds. Addresses and ports are only set for UDP and TCP. */
struct vq_dgram {
    int64_t ts;
    uint64_t frame;
    struct vq_slice payload; /* as captured */
    uint32_t wire;           /* payload bytes on the wire, >= payload.n */
    struct vq_endpoint src, dst;
    uint8_t carrier;         /* enum vq_carrier */
    uint8_t drop;            /* enum vq_drop, when carrier is NONE */
    uint8_t ttl, dscp;
};

void vq_decode(const struct vq_frame *f, struct vq_dgram *out);

#endif
