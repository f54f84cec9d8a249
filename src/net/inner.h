/* inner.h - the innermost IP packet of a frame: what a filter on the frame's first headers does not see. */
#ifndef VQ_NET_INNER_H
#define VQ_NET_INNER_H

#include <voipqos/frame.h>

#include "util/bytes.h"

struct vq_inner {
    struct vq_slice packet;  /* from its IP header on, as captured; absent when there is none */
    bool tunnelled;          /* tags or other headers stood before it */
    bool first, later;       /* a fragment: the first of its packet, or not */
    uint64_t key;            /* of a fragment: equal for all of a packet, and hardly ever else */
    struct vq_slice data;    /* of a fragment: what it has of the packet's transport header and payload */
    uint8_t proto;           /* of a fragment: IP's number of that transport */
};

void vq_inner_find(const struct vq_frame *f, struct vq_inner *out);

#endif
