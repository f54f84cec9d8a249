/* savefile_impl.h - what the two halves of the savefile reader share. Nothing else includes it. */
#ifndef VQ_NET_SAVEFILE_IMPL_H
#define VQ_NET_SAVEFILE_IMPL_H

#include "net/savefile.h"
#include "util/bytes.h"

/* Holds the longest frame with its block and options; small enough to stay in the second-level cache. */
#define VQ_SAVEFILE_ROOM (512u * 1024u)

#define VQ_PCAPNG_SHB 0x0a0d0d0au

struct vq_pcapng_iface {
    uint32_t link, snaplen;
    uint64_t mul;       /* nanoseconds in a tick when that is whole and no offset is given, else 0 */
    uint64_t mul_max;   /* ticks up to which the product is a sane time */
    int64_t offset_s;   /* if_tsoffset */
    uint64_t drops;     /* as last told */
    uint8_t exponent;   /* if_tsresol: a tick is 10^-exponent or 2^-exponent seconds */
    bool binary;
};

struct vq_savefile {
    struct vq_rd w;          /* what is in the window and not yet used */
    const uint8_t *start;    /* the window's first byte */
    uint64_t base;           /* its offset in the file */
    uint64_t number;         /* frames delivered */
    enum { FORMAT_NONE, FORMAT_PCAP, FORMAT_PCAPNG } format;
    enum vq_savefile_state state;
    bool big;                /* file or section is big-endian */
    bool eof;
    int error;               /* -Exxx of the callback */
    /* pcap */
    uint32_t ns_per_unit, link;
    size_t head;
    /* pcapng */
    struct vq_pcapng_iface *ifaces;
    uint32_t n_ifaces, room_ifaces;
    uint64_t skip;           /* bytes of an uninteresting block still ahead ... */
    uint64_t secrets_ahead;  /* ... and before them, text of secrets too long for the window */
    uint64_t drops;          /* of all interfaces of all sections so far */
    vq_savefile_secrets_h *secrets;
    void *secrets_arg;
    int64_t last_ts;

    uint8_t *buf;            /* NULL over memory */
    vq_savefile_read_h *read;
    void *arg;
    char why[200];
};

static inline uint16_t vq_savefile_u16(const struct vq_savefile *s, const uint8_t p[2])
{
    return s->big ? vq_be16(p) : vq_be16((const uint8_t[2]){p[1], p[0]});
}

static inline uint32_t vq_savefile_u32(const struct vq_savefile *s, const uint8_t p[4])
{
    return s->big ? vq_be32(p) : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline void vq_savefile_emit(struct vq_savefile *s, struct vq_frame *f, int64_t ts, const uint8_t *data,
                                    uint32_t caplen, uint32_t len, uint32_t link)
{
    f->ts = ts;
    f->number = ++s->number;
    f->data = data;
    f->caplen = caplen;
    /* A wire length below the captured one is a writer's slip; the bytes are there. */
    f->len = len < caplen ? caplen : len;
    f->link = link;
}

/* Makes at least n bytes available in the window, moving it: false at the end of the input. */
bool vq_savefile_fill(struct vq_savefile *s, size_t n);
/* Nothing more will be delivered, because ... */
void vq_savefile_stop(struct vq_savefile *s, enum vq_savefile_state state, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* ... the input ends inside a frame: `have` of `want` are there. */
void vq_savefile_cut(struct vq_savefile *s, const char *what, uint64_t have, uint64_t want);
/* ... the input ends where it may. */
void vq_savefile_end(struct vq_savefile *s);

size_t vq_pcapng_next(struct vq_savefile *s, struct vq_frame *frames, size_t max);

#endif
