/* sip_frame.h - SIP messages in a byte stream (RFC 3261 18.3): start line, headers up to the empty line, Content-Length
 * bytes of body. Empty lines between messages are keep-alives (RFC 5626 3.5.1) and are counted.
 *
 * A message that lies in the bytes as they come is not copied. What is no message is skipped line by line until the
 * next plausible start line (vq_looks_sip): after bytes that are missing, and after a message without a length. */
#ifndef VQ_PROTO_SIP_FRAME_H
#define VQ_PROTO_SIP_FRAME_H

#include "util/budget.h"
#include "util/bytes.h"

#define VQ_SIP_FRAME_MOST 65536u /* bytes of a message; a UDP datagram cannot hold more either */
#define VQ_SIP_FRAME_LINE 8192u  /* of a start line */

enum vq_sip_frame_fault {
    VQ_FRAME_OK,
    VQ_FRAME_NO_LENGTH,  /* no Content-Length: taken for 0 */
    VQ_FRAME_BAD_LENGTH, /* it is no number: taken for 0 */
    VQ_FRAME_TOO_LONG,   /* body beyond VQ_SIP_FRAME_MOST: left out */
    VQ_FRAME_CUT,        /* bytes of the body are missing, or the stream ended in it */
};
/* NULL for VQ_FRAME_OK. */
const char *vq_sip_frame_fault_text(enum vq_sip_frame_fault f);

/* `message` is borrowed; the framer must not be touched from inside. */
typedef void vq_sip_frame_h(struct vq_slice message, enum vq_sip_frame_fault fault, void *arg);

struct vq_sip_reader {
    vq_sip_frame_h *h;
    void *arg;
    struct vq_budget *budget; /* of all framers together; a message that finds no room in it is skipped */
};

/* A zeroed one stands before the first byte of a stream. */
struct vq_sip_framer {
    uint8_t *buf;       /* the beginning of what is not complete yet */
    uint32_t n, room;
    uint32_t scanned;   /* bytes in which no end of the line, or of the headers, was found */
    uint32_t head;      /* bytes up to and with the empty line; 0: not found yet */
    uint32_t body;      /* bytes that follow it */
    uint8_t fault;      /* enum vq_sip_frame_fault */
    bool in_message;    /* behind a start line */
    bool skipping;      /* in a line that is no start line */
    bool unsure;        /* may stand in the middle of a line: only methods that are known begin a message */
    uint64_t begun;     /* start lines */
    uint64_t skipped;   /* bytes that belong to no message */
    uint64_t empty_lines; /* between messages: a ping is two, a pong one */
};

/* Takes the next bytes. 0, or -ENOMEM: what stood at the end of them is then skipped. */
int vq_sip_frame_put(struct vq_sip_framer *f, struct vq_slice bytes, const struct vq_sip_reader *to);
/* Bytes are missing here: a message whose headers are complete is handed over as it is. */
void vq_sip_frame_hole(struct vq_sip_framer *f, const struct vq_sip_reader *to);
/* The stream ends likewise, and another may begin. */
void vq_sip_frame_end(struct vq_sip_framer *f, const struct vq_sip_reader *to);
void vq_sip_frame_done(struct vq_sip_framer *f, struct vq_budget *budget);

#endif
