/* capture.h - a small capture built in memory: a registration, an OPTIONS, STUN, a damaged message, SIP over TCP, TLS
 * and two calls. */
#ifndef VQ_TESTS_OOM_CAPTURE_H
#define VQ_TESTS_OOM_CAPTURE_H

#include <voipqos/frame.h>

#define CAPTURE_RTP 25 /* RTP packets sent each way in a call; one in the middle is lost */

struct capture {
    struct vq_frame frames[256];
    size_t n;
    size_t second; /* the first frame of the second call, Call-ID "second..." */
    uint8_t bytes[1 << 16];
    size_t used;
    int64_t now;
};

void capture_build(struct capture *c);
/* The secrets of its TLS connection. */
extern const char capture_keylog[];

#endif
