/* hep.h - HEP, Homer's encapsulation: SIP that a server mirrored, with the addresses and the time it had there. */
#ifndef VQ_PROTO_HEP_H
#define VQ_PROTO_HEP_H

#include "net/decode.h"

/* Could it be HEP at all? Asked for every datagram. */
static inline bool vq_hep_begins(const struct vq_dgram *d)
{
    if (d->carrier != VQ_CARRIER_UDP || d->payload.n < 16)
        return false;
    const uint8_t *p = d->payload.p;
    return (p[0] == 'H' && p[1] == 'E' && p[2] == 'P' && p[3] == '3') || p[0] == 1 || p[0] == 2;
}

/* Versions 1 and 2 (a fixed header) and 3 (chunks; https://github.com/sipcapture/HEP): the inner datagram takes the outer
 * one's place, with its addresses, and its time where that lies within a day of the frame's. Only one layer is taken off:
 * HEP inside HEP stays a datagram of unknown content. What is no HEP is left as it is; what calls itself HEP 3 and
 * contradicts itself becomes VQ_DROP_TUNNEL_BAD, and what it carries compressed VQ_CARRIER_PACKED. */
void vq_hep_unwrap(struct vq_dgram *d);

#endif
