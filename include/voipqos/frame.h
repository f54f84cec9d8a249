/* frame.h - one captured frame, as a source hands it to the engine. */
#ifndef VOIPQOS_FRAME_H
#define VOIPQOS_FRAME_H

#include <voipqos/types.h>

struct vq_frame {
    int64_t ts;          /* capture time */
    uint64_t number;     /* counts from 1 over the whole input, as Wireshark shows it */
    const uint8_t *data; /* borrowed until vq_engine_feed() returns */
    uint32_t caplen;     /* bytes at `data` */
    uint32_t len;        /* bytes on the wire; caplen < len when the snap length cut the frame */
    uint32_t link;       /* LINKTYPE_ value of the interface (https://www.tcpdump.org/linktypes.html) */
};

/* Frames that are handed on together from a source to vq_engine_feed(). Any number is right; with fewer the engine has
 * less to look ahead in. */
#define VQ_BATCH 256

/* Name of a link type ("EN10MB", "LINUX_SLL", ...), or NULL when the decoder does not know it. */
const char *vq_link_name(uint32_t link);

#endif
