/* savefile.h - capture files, pcap and pcapng, turned into batches of frames.
 *
 * Written because libpcap's call per packet costs more than decoding the packet does, and because libpcap refuses a
 * pcapng file whose interfaces differ in link type. The reader opens nothing: bytes come from a callback, or lie in
 * memory already. It holds one window of fixed size and, for pcapng, a capped list of interfaces. */
#ifndef VQ_NET_SAVEFILE_H
#define VQ_NET_SAVEFILE_H

#include <voipqos/frame.h>

#include "util/bytes.h"

/* No frame is longer, as in libpcap (MAXIMUM_SNAPLEN); a greater number is damage, not a packet. */
#define VQ_SAVEFILE_FRAME_MAX 262144u

struct vq_savefile;

/* Up to `n` bytes to `to`: how many, 0 at the end, or -Exxx. */
typedef ptrdiff_t vq_savefile_read_h(void *to, size_t n, void *arg);

enum vq_savefile_state {
    VQ_SAVEFILE_OPEN,    /* more may come */
    VQ_SAVEFILE_WHOLE,   /* read to its end */
    VQ_SAVEFILE_FOREIGN, /* no capture, or one of a format or version not known here; no frame was delivered */
    VQ_SAVEFILE_DAMAGED, /* all before the damage was delivered */
    VQ_SAVEFILE_FAILED,  /* the callback failed; all before was delivered */
};

/* 0 or -ENOMEM. Nothing is read yet. */
int vq_savefile_new(struct vq_savefile **out, vq_savefile_read_h *read, void *arg);
/* The same over bytes that stay where they are until _free. */
int vq_savefile_new_memory(struct vq_savefile **out, const uint8_t *data, size_t n);
void vq_savefile_free(struct vq_savefile *s);
/* TLS secrets in a pcapng file (Decryption Secrets Block) go to `h` as they come, as text in the format of
 * SSLKEYLOGFILE, in whole lines; borrowed. They may come while frames of a batch are read that stand before them. */
typedef void vq_savefile_secrets_h(struct vq_slice text, void *arg);
void vq_savefile_secrets(struct vq_savefile *s, vq_savefile_secrets_h *h, void *arg);

/* The next frames, at most `max` (> 0), pointing into the window until the next call. 0: no more, see the state. */
size_t vq_savefile_next(struct vq_savefile *s, struct vq_frame *frames, size_t max);

enum vq_savefile_state vq_savefile_state(const struct vq_savefile *s);
/* "frame 812 is cut off at byte 40960: 60 of 214 bytes are there"; NULL while OPEN or WHOLE. */
const char *vq_savefile_why(const struct vq_savefile *s);
/* "pcap", "pcapng", or NULL while unknown. */
const char *vq_savefile_format(const struct vq_savefile *s);
/* Packets that the capturing machine dropped, as far as the file told so far (pcapng's interface statistics). */
uint64_t vq_savefile_drops(const struct vq_savefile *s);
/* Bytes worked through so far. */
uint64_t vq_savefile_offset(const struct vq_savefile *s);

#endif
