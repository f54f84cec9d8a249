/* stun.h - STUN messages, RFC 5389 and classic RFC 3489: enough for NAT mappings. */
#ifndef VQ_PROTO_STUN_H
#define VQ_PROTO_STUN_H

#include <voipqos/types.h>

#include "util/bytes.h"

struct vq_stun_msg {
    uint16_t type;               /* 0x0001 binding request, 0x0101 success, 0x0111 error ... */
    bool cookie;                 /* RFC 5389 */
    const uint8_t *id;           /* transaction id, 16 bytes (cookie included), borrowed */
    struct vq_endpoint mapped;   /* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS; family 0 when absent */
};

bool vq_stun_parse(struct vq_slice b, struct vq_stun_msg *out);

#endif
