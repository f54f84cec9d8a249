/* decode.h - from a frame to the datagram in it. Stateless: link header, tags and tunnels, IP, UDP or TCP. */
#ifndef VQ_NET_DECODE_H
#define VQ_NET_DECODE_H

#include <voipqos/frame.h>
#include <voipqos/model.h>

#include "util/bytes.h"

enum vq_carrier {
    VQ_CARRIER_NONE, VQ_CARRIER_UDP, VQ_CARRIER_TCP, VQ_CARRIER_ICMP,
    VQ_CARRIER_PACKED, /* a datagram whose payload is to be unpacked first */
};

/* Where the payload of a fragment belongs (RFC 791 3.1, RFC 8200 4.5). */
struct vq_dgram_fragment {
    uint32_t id;
    uint32_t offset; /* bytes */
    uint8_t proto;   /* of the whole packet */
    bool more;       /* it is not the last one */
};

/* What a frame holds. Of what lies inside tunnels the innermost counts. Ports are only set for UDP and TCP. */
struct vq_dgram {
    int64_t ts;
    uint64_t frame;
    struct vq_slice payload; /* as captured; of a fragment: its data */
    uint32_t wire;           /* payload bytes on the wire, >= payload.n */
    struct vq_endpoint src, dst;
    uint8_t carrier;         /* enum vq_carrier */
    uint8_t drop;            /* enum vq_drop, when carrier is NONE */
    uint8_t ttl, dscp;
    uint16_t tunnels;        /* bit set of enum vq_tunnel: what it came through */
    uint16_t ip_id;          /* of IPv4, else 0 */
    uint16_t route;          /* differs, most likely, where link addresses, VLANs or tunnels do */
    union {
        struct vq_dgram_fragment fragment; /* when drop is VQ_DROP_IP_FRAGMENT */
        struct {
            uint32_t tcp_seq;  /* of the first payload byte, or of the SYN before it */
            uint8_t tcp_flags; /* VQ_TCP_FIN ... */
            bool ws, tls;      /* of what was made of the segments: it came in WebSocket frames, encrypted */
        };
    };
};

/* RFC 9293 3.1: control bits that matter here. */
enum { VQ_TCP_FIN = 1, VQ_TCP_SYN = 2, VQ_TCP_RST = 4 };

void vq_decode(const struct vq_frame *f, struct vq_dgram *out);

/* Goes on where fragments have been put together: `payload` (of `wire` bytes once) is what IP carried as protocol `proto`.
 * The caller has set ts, frame, src, dst, ttl, dscp and tunnels. */
void vq_decode_whole(struct vq_slice payload, uint32_t wire, uint8_t proto, struct vq_dgram *out);

#endif
