/* link.h - link-layer headers: one table row and one function each. */
#ifndef VQ_NET_LINK_H
#define VQ_NET_LINK_H

#include "net/walk.h"

struct vq_link {
    uint32_t type;    /* LINKTYPE_ value */
    const char *name; /* LINKTYPE_ name without the prefix */
    vq_step_h *skip;
};

const struct vq_link *vq_link_find(uint32_t type); /* NULL when unknown */

#endif
