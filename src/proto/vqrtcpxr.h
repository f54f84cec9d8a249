/* vqrtcpxr.h - bodies of type application/vq-rtcpxr, RFC 6035: what an endpoint reports of a call to a collector. */
#ifndef VQ_PROTO_VQRTCPXR_H
#define VQ_PROTO_VQRTCPXR_H

#include "proto/quality.h"

struct vq_vqreport {
    enum vq_quality_kind kind;
    struct vq_slice call_id;        /* of the call reported on */
    bool has_local, has_remote;
    struct vq_quality local;        /* LocalMetrics: as the reporter receives */
    struct vq_quality remote;       /* RemoteMetrics: as its peer does, by what the peer told it */
};

/* False when it is no such report, or tells no figure. */
bool vq_vqreport_read(struct vq_slice body, struct vq_vqreport *out);

#endif
