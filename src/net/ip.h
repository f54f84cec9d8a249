/* ip.h - IPv4 (RFC 791) and IPv6 (RFC 8200) headers. */
#ifndef VQ_NET_IP_H
#define VQ_NET_IP_H

#include "net/decode.h"
#include "net/walk.h"

enum { VQ_IP_ICMP = 1, VQ_IP_TCP = 6, VQ_IP_UDP = 17, VQ_IP_ICMP6 = 58 };

/* Reads a packet of either version (the version nibble decides) up to its transport header: the reader ends where the
 * packet does, w->space and w->number name the protocol. False: out->drop says why; with VQ_DROP_IP_FRAGMENT
 * out->fragment and out->payload tell what there is of the packet. */
bool vq_ip_read(struct vq_walk *w, struct vq_dgram *out);

/* The IPv6 extension headers that a packet put together from fragments may begin with; as above. */
bool vq_ip6_extensions(struct vq_walk *w, struct vq_dgram *out);

/* Cuts the reader to the `n` bytes that a header announces: what follows is padding. */
static inline void vq_ip_trim(struct vq_walk *w, uint32_t n)
{
    if (vq_rd_left(&w->r) > n)
        w->r.end = w->r.p + n;
    w->wire = n;
}

static inline bool vq_ip_drop(struct vq_dgram *d, enum vq_drop why)
{
    d->carrier = VQ_CARRIER_NONE;
    d->drop = (uint8_t)why;
    return false;
}

#endif
