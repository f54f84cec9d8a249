/* tunnel.h - what may stand between the link header and the IP packet that carries the call: tags, labels, tunnels. */
#ifndef VQ_NET_TUNNEL_H
#define VQ_NET_TUNNEL_H

#include <voipqos/model.h>

#include "net/walk.h"

struct vq_tunnel_row {
    uint16_t number;
    enum vq_tunnel kind;
    vq_step_h *enter;
};

/* By what the header before it announced; NULL when nothing here carries that number. */
const struct vq_tunnel_row *vq_tunnel_find(enum vq_space space, uint16_t number);

/* Tunnels in UDP, by destination port. */
enum {
    VQ_PORT_GTP_U = 2152,
    VQ_PORT_VXLAN = 4789,
    VQ_PORT_GENEVE = 6081,
    VQ_PORT_VXLAN_LINUX = 8472, /* Linux's own default */
    VQ_PORT_TZSP = 37008,
};

/* Whether vq_tunnel_find() knows the port: asked for every datagram. */
static inline bool vq_tunnel_port(uint16_t port)
{
    switch (port) {
    case VQ_PORT_GTP_U:
    case VQ_PORT_VXLAN:
    case VQ_PORT_GENEVE:
    case VQ_PORT_VXLAN_LINUX:
    case VQ_PORT_TZSP:
        return true;
    default:
        return false;
    }
}

/* The headers that are link types as well. */
enum vq_step vq_step_ethernet(struct vq_walk *w);
enum vq_step vq_step_ppp(struct vq_walk *w);
enum vq_step vq_step_pppoe(struct vq_walk *w);

#endif
