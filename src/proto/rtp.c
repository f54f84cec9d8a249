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
    if (b.n < VQ_RTP_HEADER || b.p[0] >> 6 != 2)
        return false;
    struct vq_rd r = vq_rd(b.p, b.n);
    struct vq_rtp h = {0};
    uint8_t first = vq_rd_u8(&r), second = vq_rd_u8(&r);
    h.marker = second >> 7;
    h.pt = second & 0x7f;
    h.seq = vq_rd_u16(&r);
    h.ts = vq_rd_u32(&r);
    h.ssrc = vq_rd_u32(&r);
    size_t more = variable_size(r, first);
    if (VQ_RTP_HEADER + more > (wire > b.n ? wire : b.n))
        return false;
    if (vq_rd_skip(&r, more)) {
        size_t left = vq_rd_left(&r);
        /* 5.1: the last byte counts the padding, itself included. A count that cannot be is left alone: behind the
         * payload of SRTP stands an authentication tag (RFC 3711 3.1), and the packet must count all the same. */
        size_t pad = first & 0x20 && wire <= b.n && left ? r.end[-1] : 0;
        h.payload = vq_slice(r.p, pad <= left ? left - pad : left);
    }
    *out = h;
    return true;
}
