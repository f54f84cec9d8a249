/* candidate.h - ICE candidates as SDP carries them, RFC 8839 5.1. */
#ifndef VQ_PROTO_CANDIDATE_H
#define VQ_PROTO_CANDIDATE_H

#include <voipqos/model.h>

#include "util/bytes.h"

struct vq_candidate_line {
    enum vq_candidate_type type;
    struct vq_endpoint at;      /* family 0: a name (mDNS hides the address of browsers) */
    struct vq_endpoint related; /* raddr and rport; family 0 when absent */
    unsigned component;         /* 1: RTP, 2: RTCP */
    bool tcp;
};

/* What follows "a=candidate:"; false when it is none. */
bool vq_candidate_parse(struct vq_slice value, struct vq_candidate_line *out);

#endif
