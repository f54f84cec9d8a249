/* link.h - link-layer headers: one table row and one function each. */
#ifndef VQ_NET_LINK_H
#define VQ_NET_LINK_H

#include <voipqos/model.h>

#include "util/bytes.h"

/* What stands behind the link header. */
enum vq_link_next { VQ_NEXT_IP, VQ_NEXT_OTHER, VQ_NEXT_TRUNCATED };

/* Moves the reader behind the link header (VLAN tags included). VQ_NEXT_IP: an IP packet of either version begins. */
typedef enum vq_link_next vq_link_h(struct vq_rd *r);

struct vq_link {
    uint32_t type;    /* LINKTYPE_ value */
    const char *name; /* LINKTYPE_ name without the prefix */
    vq_link_h *skip;
};

const struct vq_link *vq_link_find(uint32_t type); /* NULL when unknown */

#endif
