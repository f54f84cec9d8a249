/* walk.h - the way from a frame's first byte to its datagram: header after header, each saying what the next one is. */
#ifndef VQ_NET_WALK_H
#define VQ_NET_WALK_H

#include "util/bytes.h"

/* Whose numbers name what comes next. */
enum vq_space {
    VQ_SPACE_ETHER, /* EtherTypes */
    VQ_SPACE_PPP,   /* protocol numbers of PPP */
    VQ_SPACE_IP,    /* protocol numbers of IP */
    VQ_SPACE_UDP,   /* destination ports */
};

enum { VQ_ETHER_IP4 = 0x0800, VQ_ETHER_IP6 = 0x86dd, VQ_ETHER_FRAME = 0x6558 /* a whole Ethernet frame, RFC 1701 */ };

struct vq_walk {
    struct vq_rd r;
    uint32_t wire;    /* bytes that the innermost IP header promises behind the reader's position */
    enum vq_space space;
    uint16_t number;
    uint16_t tunnels; /* bit set of enum vq_tunnel: what was passed through */
    uint32_t route;   /* differs, most likely, where link addresses or VLANs do */
};

/* Mixes link addresses or a VLAN's number (an even number of bytes) into the route. */
static inline void vq_walk_note(struct vq_walk *w, const uint8_t *p, size_t n)
{
    size_t i = 0;
    for (; p && i + 4 <= n; i += 4)
        w->route = (w->route ^ vq_be32(p + i)) * 0x9e3779b1u; /* 2^32 over the golden ratio */
    if (p && i < n)
        w->route = (w->route ^ vq_be16(p + i)) * 0x9e3779b1u;
}

enum vq_step {
    VQ_STEP_ON,    /* behind the header now, space and number say what follows */
    VQ_STEP_OTHER, /* not what the number promised, or nothing that leads to IP */
    VQ_STEP_CUT,   /* the frame ends inside the header */
};

/* Moves the reader behind one header. */
typedef enum vq_step vq_step_h(struct vq_walk *w);

static inline enum vq_step vq_walk_on(struct vq_walk *w, enum vq_space space, unsigned number)
{
    if (w->r.bad)
        return VQ_STEP_CUT;
    w->space = space;
    w->number = (uint16_t)number;
    return VQ_STEP_ON;
}

#endif
