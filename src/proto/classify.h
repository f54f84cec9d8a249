/* classify.h - what a UDP payload is, by its content; ports prove nothing. */
#ifndef VQ_PROTO_CLASSIFY_H
#define VQ_PROTO_CLASSIFY_H

#include "util/bytes.h"

enum vq_kind {
    VQ_KIND_OTHER,
    VQ_KIND_EMPTY,     /* nothing but CR, LF, NUL or SP: a keep-alive */
    VQ_KIND_SIP,
    VQ_KIND_STUN,      /* RFC 5389 (magic cookie) or a plausible RFC 3489 message */
    VQ_KIND_RTCP,      /* RFC 3550 A.2 compound check */
    VQ_KIND_RTP,       /* could be RTP (RFC 3550 A.1 header check); only a run of packets proves it */
    VQ_KIND_DTLS,      /* RFC 7983: first byte 20..63 */
};

enum vq_kind vq_classify(struct vq_slice payload);

/* A SIP start line: a known or token method followed by a URI and SIP/2.0, or a status line. Accepts leading CR LF and a lower-case
 * version (the parser names that defect). HTTP and RTSP are refused. */
bool vq_looks_sip(struct vq_slice payload);

#endif
