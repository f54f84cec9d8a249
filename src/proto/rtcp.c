/* rtcp.c - RTCP compound packets, RFC 3550 6. */
#include "proto/rtcp.h"

#define SDES_CNAME    1u
#define BLOCK         24u /* bytes of a report block, 6.4.1 */
#define SENDER_INFO   20u
#define SRTCP_TRAILER 8u /* index and the shortest authentication tag */

/* Types whose first word after the header is the sender's SSRC. SDES carries SSRCs in its chunks, BYE a list. */
static bool has_sender(uint8_t type)
{
    return type == VQ_RTCP_SR || type == VQ_RTCP_RR || (type >= VQ_RTCP_APP && type <= VQ_RTCP_XR);
}

bool vq_rtcp_next(struct vq_rd *r, struct vq_rtcp *out)
{
    if (r->bad || vq_rd_left(r) == 0)
        return false;
    struct vq_rtcp p = {0};
    uint8_t first = vq_rd_u8(r);
    p.type = vq_rd_u8(r);
    size_t n = (size_t)vq_rd_u16(r) * 4;
    p.body = vq_rd_slice(r, n);
    if (first >> 6 != 2)
        r->bad = true;
    if (r->bad)
        return false;
    p.count = first & 0x1f;
    if (first & 0x20) {
        /* 6.4.1: padding is a multiple of four and stands in the last packet of the compound only. */
        size_t pad = n ? p.body.p[n - 1] : 0;
        if (pad == 0 || pad > n || pad % 4 || vq_rd_left(r)) {
            r->bad = true;
            return false;
        }
        p.body.n -= pad;
    }
    if (has_sender(p.type)) {
        struct vq_rd body = vq_rd(p.body.p, p.body.n);
        p.ssrc = vq_rd_u32(&body);
        if (body.bad) {
            r->bad = true;
            return false;
        }
    }
    *out = p;
    return true;
}

bool vq_rtcp_valid(struct vq_slice b)
{
    struct vq_rd r = vq_rd(b.p, b.n);
    uint8_t first = vq_rd_u8(&r), type = vq_rd_u8(&r);
    size_t n = (size_t)vq_rd_u16(&r) * 4;
    if (r.bad || b.n < 8 || first >> 6 != 2 || type < VQ_RTCP_SR || type > VQ_RTCP_XR || n > vq_rd_left(&r))
        return false;
    bool report = type == VQ_RTCP_SR || type == VQ_RTCP_RR;
    if (report && n < (type == VQ_RTCP_SR ? 4 + SENDER_INFO : 4) + (size_t)(first & 0x1f) * BLOCK)
        return false;
    /* A.2: the lengths of the packets add up to the whole; padding stands in the last one only. RFC 5506 4.1 lets any
     * type stand first. */
    struct vq_rd all = vq_rd(b.p, b.n);
    struct vq_rtcp p;
    bool known = true;
    while (known && vq_rtcp_next(&all, &p))
        known = p.type >= VQ_RTCP_SR && p.type <= VQ_RTCP_XR;
    if (known && !all.bad)
        return true;
    /* RFC 3711 3.4: SRTCP leaves the first eight bytes clear; the rest is cipher text, then index and tag. */
    return has_sender(type) && !(first & 0x20) && n >= 4 && vq_rd_left(&r) - n >= SRTCP_TRAILER;
}

bool vq_rtcp_sr(const struct vq_rtcp *p, struct vq_rtcp_sr *out)
{
    if (p->type != VQ_RTCP_SR)
        return false;
    struct vq_rd r = vq_rd(p->body.p, p->body.n);
    struct vq_rtcp_sr s;
    vq_rd_skip(&r, 4);
    uint64_t seconds = vq_rd_u32(&r);
    s.ntp = seconds << 32 | vq_rd_u32(&r);
    s.rtp_ts = vq_rd_u32(&r);
    s.packets = vq_rd_u32(&r);
    s.octets = vq_rd_u32(&r);
    if (r.bad)
        return false;
    *out = s;
    return true;
}

bool vq_rtcp_block(const struct vq_rtcp *p, unsigned i, struct vq_rtcp_block *out)
{
    if ((p->type != VQ_RTCP_SR && p->type != VQ_RTCP_RR) || i >= p->count)
        return false;
    struct vq_rd r = vq_rd(p->body.p, p->body.n);
    vq_rd_skip(&r, (p->type == VQ_RTCP_SR ? 4 + SENDER_INFO : 4) + (size_t)i * BLOCK);
    struct vq_rtcp_block b;
    b.ssrc = vq_rd_u32(&r);
    uint32_t loss = vq_rd_u32(&r);
    b.fraction = (uint8_t)(loss >> 24);
    b.lost = (int32_t)(loss & 0x7fffff) - (int32_t)(loss & 0x800000);
    b.ext_seq = vq_rd_u32(&r);
    b.jitter = vq_rd_u32(&r);
    b.lsr = vq_rd_u32(&r);
    b.dlsr = vq_rd_u32(&r);
    if (r.bad)
        return false;
    *out = b;
    return true;
}

/* One SDES chunk (6.5) off the front of r: SSRC, items, and zero bytes up to the next 32-bit boundary. */
static bool read_chunk(struct vq_rd *r, const uint8_t *start, uint32_t *ssrc, struct vq_slice *cname)
{
    *ssrc = vq_rd_u32(r);
    *cname = vq_slice(NULL, 0);
    while (!r->bad) {
        uint8_t item = vq_rd_u8(r);
        if (item == 0) {
            size_t over = (size_t)(r->p - start) % 4;
            return !r->bad && (over == 0 || vq_rd_skip(r, 4 - over));
        }
        struct vq_slice text = vq_rd_slice(r, vq_rd_u8(r));
        if (item == SDES_CNAME && !r->bad)
            *cname = text;
    }
    return false;
}

bool vq_rtcp_sdes(const struct vq_rtcp *p, unsigned i, uint32_t *ssrc, struct vq_slice *cname)
{
    if (p->type != VQ_RTCP_SDES || i >= p->count)
        return false;
    struct vq_rd r = vq_rd(p->body.p, p->body.n);
    uint32_t id;
    struct vq_slice name;
    for (unsigned k = 0; k <= i; k++)
        if (!read_chunk(&r, p->body.p, &id, &name))
            return false;
    *ssrc = id;
    *cname = name;
    return true;
}

bool vq_rtcp_bye(const struct vq_rtcp *p, unsigned i, uint32_t *ssrc)
{
    if (p->type != VQ_RTCP_BYE || i >= p->count)
        return false;
    struct vq_rd r = vq_rd(p->body.p, p->body.n);
    vq_rd_skip(&r, (size_t)i * 4);
    uint32_t id = vq_rd_u32(&r);
    if (r.bad)
        return false;
    *ssrc = id;
    return true;
}
