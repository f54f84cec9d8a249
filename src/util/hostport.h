/* hostport.h - addresses as text: "10.0.0.1", "[2001:db8::1]:5060". */
#ifndef VQ_UTIL_HOSTPORT_H
#define VQ_UTIL_HOSTPORT_H

#include <voipqos/types.h>

#include "util/bytes.h"

/* A literal address, an IPv6 one with or without brackets, port 0; false, and `*out` untouched, for a name. */
bool vq_host_read(struct vq_slice text, struct vq_endpoint *out);
/* The same with a port behind it, or `port` when there is none. An IPv6 address needs its brackets. */
bool vq_hostport_read(struct vq_slice text, uint16_t port, struct vq_endpoint *out);

#endif
