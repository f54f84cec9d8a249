/* sdp.h - session descriptions, RFC 4566, read leniently: line order, unknown lines and a missing final CRLF are no
 * obstacle. */
#ifndef VQ_PROTO_SDP_H
#define VQ_PROTO_SDP_H

#include <voipqos/codec.h>
#include <voipqos/types.h>

#include "util/bytes.h"

#define VQ_SDP_MEDIA 6
#define VQ_SDP_FORMATS 24
#define VQ_SDP_CANDIDATES 16

enum vq_sdp_dir { VQ_SDP_SENDRECV, VQ_SDP_SENDONLY, VQ_SDP_RECVONLY, VQ_SDP_INACTIVE };

struct vq_sdp_format {
    uint8_t pt;
    const struct vq_codec *codec; /* NULL: not in the codec table */
    struct vq_slice name;         /* encoding name from rtpmap, borrowed; absent for a static type without one */
    uint32_t clock_hz;            /* from rtpmap, else the static type's */
};

struct vq_sdp_media {
    enum vq_media media;
    struct vq_endpoint rtp;       /* c= address and m= port; family 0 when the address is no literal; port 0: refused */
    struct vq_endpoint rtcp;      /* a=rtcp, else port + 1 */
    bool rtcp_named;              /* a=rtcp, a=rtcp-mux, a=rtcp-fb or a=rtcp-xr */
    bool rtcp_mux, encrypted;     /* encrypted: RTP/SAVP(F), UDP/TLS/..., or a=crypto / a=fingerprint */
    enum vq_sdp_dir dir;
    bool hold_addr;               /* c=0.0.0.0 (RFC 2543 hold) */
    uint32_t ptime_ms, maxptime_ms; /* 0: not declared */
    unsigned n_formats, n_candidates;
    struct vq_slice candidates[VQ_SDP_CANDIDATES]; /* what follows a=candidate:, borrowed */
    struct vq_sdp_format formats[VQ_SDP_FORMATS];
};

struct vq_sdp {
    unsigned n_media;
    struct vq_sdp_media media[VQ_SDP_MEDIA];
    const char *defect;           /* what is not as RFC 4566 wants it, NULL when nothing is */
};

/* False when there is no m= line to be found: then it is no description at all. */
bool vq_sdp_parse(struct vq_slice body, struct vq_sdp *out);

/* The reader of the usual kind, which refuses all others, and the reader of every kind: apart for the tests that hold one
 * against the other. */
bool vq_sdp_plain(struct vq_slice body, struct vq_sdp *out);
bool vq_sdp_any(struct vq_slice body, struct vq_sdp *out);

#endif
