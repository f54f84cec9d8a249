/* rtp.c - the RTP header, RFC 3550 5.1. */
#include "proto/rtp.h"

/* Bytes of CSRC list and header extension as far as captured; what stands beyond the capture counts as not there. */
static size_t variable_size(struct vq_rd r, uint8_t first)
{
    size_t n = (size_t)(first & 0x0f) * 4;
    if (!(first & 0x10))
        return n;
    /* 5.3.1: 16 bits for the profile, then the length in 32-bit words, not counting these four bytes. */
    vq_rd_skip(&r, n + 2);
    return n + 4 + (size_t)vq_rd_u16(&r) * 4;
}

bool vq_rtp_parse(struct vq_slice b, size_t wire, struct vq_rtp *out)
{
    /* Version 2 and nothing else: neither padding nor extension nor CSRC, like nearly all there is. */
    if (b.n >= VQ_RTP_HEADER && b.p[0] == 0x80) {
        const uint8_t *p = b.p;
        *out = (struct vq_rtp){.marker = p[1] >> 7, .pt = p[1] & 0x7f, .seq = vq_be16(p + 2), .ts = vq_be32(p + 4),
                               .ssrc = vq_be32(p + 8), .payload = {p + VQ_RTP_HEADER, b.n - VQ_RTP_HEADER}};
        return true;
    }
    struct vq_rd r = vq_rd(b.p, b.n);
    const uint8_t *h = vq_rd_take(&r, VQ_RTP_HEADER);
    if (!h || h[0] >> 6 != 2)
        return false;
    size_t more = h[0] & 0x1f ? variable_size(r, h[0]) : 0;
    if (VQ_RTP_HEADER + more > (wire > b.n ? wire : b.n))
        return false;
    *out = (struct vq_rtp){.marker = h[1] >> 7, .pt = h[1] & 0x7f, .seq = vq_be16(h + 2), .ts = vq_be32(h + 4),
                           .ssrc = vq_be32(h + 8)};
    if (vq_rd_skip(&r, more)) {
        size_t left = vq_rd_left(&r);
        /* 5.1: the last byte counts the padding, itself included. A count that cannot be is left alone: behind the
         * payload of SRTP stands an authentication tag (RFC 3711 3.1), and the packet must count all the same. */
        size_t pad = h[0] & 0x20 && wire <= b.n && left ? r.end[-1] : 0;
        out->payload = vq_slice(r.p, pad <= left ? left - pad : left);
    }
    return true;
}
