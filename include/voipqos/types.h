/* types.h - the few types that every other public header speaks in.
 *
 * Times are nanoseconds since the Unix epoch (UTC) in an int64_t; durations are nanoseconds unless the name carries
 * another unit. A duration that does not exist is VQ_NONE; a number that does not exist is NAN. */
#ifndef VOIPQOS_TYPES_H
#define VOIPQOS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VQ_NONE INT64_MIN /* "this moment or duration was never seen" */

/* One end of a UDP or TCP flow. An IPv4 address stands in the first four bytes of `ip`, the rest zero, so that two
 * endpoints are equal exactly when their bytes are. */
struct vq_endpoint {
    uint8_t ip[16];
    uint16_t port;   /* host order */
    uint8_t family;  /* 4, 6, or 0 for "none" */
    uint8_t pad;     /* always 0 */
};

static inline bool vq_endpoint_same_host(const struct vq_endpoint *a, const struct vq_endpoint *b)
{
    uint64_t a_head, a_tail, b_head, b_tail;
    memcpy(&a_head, a->ip, 8);
    memcpy(&a_tail, a->ip + 8, 8);
    memcpy(&b_head, b->ip, 8);
    memcpy(&b_tail, b->ip + 8, 8);
    return a_head == b_head && a_tail == b_tail && a->family == b->family;
}

static inline bool vq_endpoint_eq(const struct vq_endpoint *a, const struct vq_endpoint *b)
{
    return vq_endpoint_same_host(a, b) && a->port == b->port;
}


/* Room for "[v6]:65535" and a NUL. */
#define VQ_ENDPOINT_TEXT 56

/* Writes "ip:port" or "[v6]:port" (RFC 5952 form) and returns `text`. `_host` leaves the port and brackets out. */
const char *vq_endpoint_text(const struct vq_endpoint *e, char text[VQ_ENDPOINT_TEXT]);
const char *vq_endpoint_host(const struct vq_endpoint *e, char text[VQ_ENDPOINT_TEXT]);

/* RFC 1918, RFC 6598, RFC 4193, loopback and link-local addresses: not reachable from the public network. */
bool vq_endpoint_is_private(const struct vq_endpoint *e);

#endif
