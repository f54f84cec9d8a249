/* stun.h - STUN messages (RFC 8489, RFC 5389 and classic RFC 3489) with what ICE (RFC 8445) and TURN (RFC 8656) put in them,
 * and TURN's ChannelData. */
#ifndef VQ_PROTO_STUN_H
#define VQ_PROTO_STUN_H

#include <voipqos/types.h>

#include "util/bytes.h"

enum vq_stun_class { VQ_STUN_REQUEST, VQ_STUN_INDICATION, VQ_STUN_SUCCESS, VQ_STUN_ERROR };

/* Methods that mean something here (RFC 8489 18.2, RFC 8656 17). */
enum { VQ_STUN_BINDING = 1, VQ_STUN_ALLOCATE = 3, VQ_STUN_REFRESH = 4, VQ_STUN_CHANNEL_BIND = 9 };

struct vq_stun_msg {
    uint16_t type;               /* 0x0001 binding request, 0x0101 success, 0x0111 error ... */
    uint16_t method;             /* of the type ... */
    enum vq_stun_class class;    /* ... and its class */
    bool cookie;                 /* RFC 5389 */
    const uint8_t *id;           /* transaction id, 16 bytes (cookie included), borrowed */
    struct vq_endpoint mapped;   /* XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS; family 0 when absent, like the others */
    struct vq_endpoint other;    /* OTHER-ADDRESS (RFC 5780), else CHANGED-ADDRESS (RFC 3489) */
    struct vq_endpoint relayed;  /* XOR-RELAYED-ADDRESS */
    struct vq_endpoint peer;     /* XOR-PEER-ADDRESS */
    struct vq_slice username;    /* of an ICE check: "<ufrag of the receiver>:<ufrag of the sender>" */
    struct vq_slice software;
    uint16_t error;              /* ERROR-CODE, 0: none */
    uint16_t channel;            /* CHANNEL-NUMBER, 0: none */
    bool has_priority;           /* PRIORITY: a connectivity check of ICE */
    bool controlling, controlled, use_candidate;
};

bool vq_stun_parse(struct vq_slice b, struct vq_stun_msg *out);

/* RFC 8656 12.4: media between a client and its TURN server. `wire`: bytes of the datagram once; the data may be cut. */
struct vq_turn_data {
    uint16_t channel;
    struct vq_slice data;
    uint32_t wire; /* bytes of the data once */
};
bool vq_turn_data_parse(struct vq_slice b, uint32_t wire, struct vq_turn_data *out);

#endif
