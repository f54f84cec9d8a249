/* websocket.h - WebSocket (RFC 6455) under SIP (RFC 7118): the HTTP exchange that opens one, and the messages of one
 * direction of it. Owns no memory and knows nothing of TCP: the caller has the bytes in order. */
#ifndef VQ_PROTO_WEBSOCKET_H
#define VQ_PROTO_WEBSOCKET_H

#include "util/bytes.h"

/* ---- the opening: RFC 6455 4, RFC 7118 4 ---- */

#define VQ_WS_HEAD_MAX 8192u /* of an HTTP message; a longer one is none for us */

enum vq_ws_opening {
    VQ_WS_NOT,      /* not HTTP, or HTTP that opens no WebSocket for SIP */
    VQ_WS_PARTIAL,  /* could become one: more bytes are needed */
    VQ_WS_REQUEST,  /* GET that offers the subprotocol "sip" */
    VQ_WS_RESPONSE, /* 101 that accepts it: from here on both directions are frames */
};

/* What a direction of a connection begins with. `size` is written for REQUEST and RESPONSE: frames begin behind so many
 * bytes. */
enum vq_ws_opening vq_ws_opening(struct vq_slice bytes, size_t *size);

/* ---- frames and messages: RFC 6455 5 ---- */

enum vq_ws_opcode { VQ_WS_CONTINUATION = 0, VQ_WS_TEXT = 1, VQ_WS_BINARY = 2, VQ_WS_CLOSE = 8, VQ_WS_PING = 9,
                    VQ_WS_PONG = 10 };

#define VQ_WS_CONTROL_MAX 125u /* bytes in a control frame, RFC 6455 5.5 */

enum vq_ws_event {
    VQ_WS_MORE,    /* everything was taken in; nothing is complete */
    VQ_WS_MESSAGE, /* text or binary, its fragments joined */
    VQ_WS_CONTROL, /* close, ping or pong; they may stand between the fragments of a message */
    VQ_WS_BAD,     /* no WebSocket, or beyond the cap, see `why`; nothing more can be read */
};

struct vq_ws_message {
    struct vq_slice payload; /* unmasked; in the caller's room until the next call */
    uint8_t opcode;          /* enum vq_ws_opcode, of the first fragment */
    bool masked;             /* as every frame from a client is, RFC 6455 5.1; of the last fragment */
};

/* Reads one direction. Members are private but `why`. */
struct vq_ws {
    uint8_t *room;     /* message, behind it a control frame */
    size_t cap, n;     /* of the message */
    uint64_t left;     /* payload of the frame that is not here yet */
    size_t control_n;
    uint8_t head[14];
    uint8_t head_n;
    uint8_t opcode;    /* of the frame */
    uint8_t message;   /* opcode of the message, 0: none has begun */
    uint8_t mask[4];
    uint8_t at;        /* next byte of the mask */
    bool in_payload, fin, masked;
    const char *why;   /* of BAD: English words, static */
};

/* `room` has cap + VQ_WS_CONTROL_MAX bytes and outlives the reader. A message longer than `cap` is BAD. */
void vq_ws_init(struct vq_ws *w, uint8_t *room, size_t cap);
/* Takes bytes off the front of `in` up to the end of a message or control frame, or all. Bytes may come in any pieces.
 * `out` is written for MESSAGE and CONTROL. */
enum vq_ws_event vq_ws_read(struct vq_ws *w, struct vq_slice *in, struct vq_ws_message *out);

#endif
