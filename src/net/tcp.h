/* tcp.h - one direction of a TCP connection (RFC 9293) put in order, as far as the capture has it.
 *
 * What comes in order passes through without being copied; what is early is kept until the hole before it is filled.
 * Retransmissions and overlaps are dropped: the first copy of a byte wins. A hole that nobody fills is given up, and
 * said so. No acknowledgement is looked at: the stream ends for its reader where the capture's bytes do. */
#ifndef VQ_NET_TCP_H
#define VQ_NET_TCP_H

#include "net/decode.h"
#include "util/budget.h"

/* Of early segments, one direction keeps at most this many, and this many bytes with what it takes to keep them. */
#define VQ_TCP_PIECES 64u
#define VQ_TCP_KEPT   65536u
/* How long a hole may stay open (ns): longer than a sender waits before it sends again (RFC 6298 2: a second). */
#define VQ_TCP_PATIENCE INT64_C(3000000000)
/* A segment further from where the stream stands is believed when the next one continues it. */
#define VQ_TCP_WINDOW (INT32_C(1) << 20)

enum vq_tcp_event {
    VQ_TCP_DATA, /* the next bytes */
    VQ_TCP_HOLE, /* bytes are missing here */
    VQ_TCP_END,  /* of what came: FIN, RST or another connection on the same ports; data after it begin anew */
};

/* `bytes` are only there for DATA, never none of them, and borrowed. The stream must not be touched from inside. */
typedef void vq_tcp_h(enum vq_tcp_event what, struct vq_slice bytes, void *arg);

struct vq_tcp_reader {
    vq_tcp_h *h;
    void *arg;
    struct vq_budget *budget; /* of all streams together */
};

struct vq_tcp_piece;

/* A zeroed one has seen nothing. */
struct vq_tcp {
    uint32_t first, next;       /* sequence numbers: of the first byte, of the one that is awaited */
    uint32_t fin_seq, stray_next;
    uint32_t kept;              /* bytes, with what it takes to keep them */
    uint16_t n_pieces;
    bool started, syn;          /* syn: the beginning of the connection was seen */
    bool fin, ended, strayed;
    struct vq_tcp_piece *early; /* in order, without overlaps; none begins at `next` */
};

/* Takes a segment (carrier TCP). 0, or -ENOMEM: for want of memory an early one was passed on behind a hole. */
int vq_tcp_put(struct vq_tcp *t, const struct vq_dgram *d, const struct vq_tcp_reader *to);
/* Gives up the holes behind which something has been waiting since `since` or longer. */
void vq_tcp_expire(struct vq_tcp *t, int64_t since, const struct vq_tcp_reader *to);
/* When the first kept segment came; VQ_NONE when none is kept. */
int64_t vq_tcp_waiting(const struct vq_tcp *t);
/* Passes on all that is kept, and ends. */
void vq_tcp_flush(struct vq_tcp *t, const struct vq_tcp_reader *to);
/* Frees what is kept and forgets everything. */
void vq_tcp_done(struct vq_tcp *t, struct vq_budget *budget);

#endif
