/* sdp_impl.h - what the two readers of session descriptions share. */
#ifndef VQ_PROTO_SDP_IMPL_H
#define VQ_PROTO_SDP_IMPL_H

#include "proto/sdp.h"

/* Attributes that somebody reads: RFC 4566 6, 3605, 4568, 5761, 8122, 8839. */
enum vq_sdp_attribute {
    VQ_A_OTHER,
    VQ_A_RTPMAP,
    VQ_A_PTIME,
    VQ_A_MAXPTIME,
    VQ_A_RTCP,
    VQ_A_RTCP_MUX,
    VQ_A_CANDIDATE,
    VQ_A_KEY, /* of whatever kind: the media is encrypted */
    VQ_A_DIRECTION,
};
/* By name, any case; of a direction also which one. */
enum vq_sdp_attribute vq_sdp_attribute_of(struct vq_slice name, enum vq_sdp_dir *dir);

#define VQ_SDP_PTIME_MOST 10000u /* ms */

/* A payload type of an m= line, and what a=rtpmap says of it; clock 0: not said. */
void vq_sdp_add_format(struct vq_sdp_media *m, uint32_t pt);
void vq_sdp_name_format(struct vq_sdp_media *m, uint32_t pt, struct vq_slice name, uint32_t clock_hz);
/* Where RTP and RTCP go: an address and the m= line's port, which stands in m->rtp.port. */
void vq_sdp_place(struct vq_sdp_media *m, const struct vq_endpoint *rtp, const struct vq_endpoint *rtcp, uint16_t rtcp_port);

#endif
