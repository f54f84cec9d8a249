/* icmp.h - ICMP errors (RFC 792, RFC 4443): who complains about which datagram. */
#ifndef VQ_NET_ICMP_H
#define VQ_NET_ICMP_H

#include "net/decode.h"

struct vq_icmp_error {
    enum vq_icmp_kind kind;
    struct vq_endpoint src, dst; /* of the datagram that is quoted; ports 0 when the quote is too short or neither UDP nor TCP */
};

/* True when `d` is an ICMP error of a known type that quotes an IP packet (at least its header). Echo and the like: false. */
bool vq_icmp_parse(const struct vq_dgram *d, struct vq_icmp_error *out);

#endif
