/* rtcp_xr.c - see rtcp_xr.h. */
#include "proto/rtcp_xr.h"

#define SUB_BLOCK 12u /* bytes of a DLRR sub-block, 4.5 */

struct vq_rd vq_xr_blocks(const struct vq_rtcp *p)
{
    struct vq_rd r = vq_rd(p->body.p, p->type == VQ_RTCP_XR ? p->body.n : 0);
    vq_rd_skip(&r, 4); /* who sends it */
    return r;
}

bool vq_xr_next(struct vq_rd *r, struct vq_xr_block *out)
{
    if (r->bad || vq_rd_left(r) == 0)
        return false;
    struct vq_xr_block b = {.type = vq_rd_u8(r)};
    b.specific = vq_rd_u8(r);
    b.body = vq_rd_slice(r, (size_t)vq_rd_u16(r) * 4);
    if (r->bad)
        return false;
    *out = b;
    return true;
}

/* ---- 4.1: chunks of 16 bits ---------------------------------------------------------------------------------------- */

struct rle {
    struct vq_xr_loss sum;
    uint32_t at, until; /* offsets from begin_seq: the next number that is reported on, and the end */
    uint32_t skip;      /* those below are left out */
    uint32_t run;       /* lost in a row */
};

/* `n` numbers that are reported on, all of one kind. */
static void tell(struct rle *l, bool received, uint32_t n)
{
    uint32_t step = UINT32_C(1) << l->sum.thinning;
    for (; n && l->at < l->until; n--, l->at += step) {
        if (l->at < l->skip)
            continue;
        l->sum.received += received;
        l->sum.lost += !received;
        l->run = received ? 0 : l->run + 1;
        if (l->run > l->sum.longest)
            l->sum.longest = l->run;
    }
}

bool vq_xr_loss(const struct vq_xr_block *b, const uint16_t *from, struct vq_xr_loss *out)
{
    struct vq_rd r = vq_rd(b->body.p, b->body.n);
    struct rle l = {.sum = {.ssrc = vq_rd_u32(&r), .thinning = b->specific & 0x0f}};
    l.sum.begin = vq_rd_u16(&r);
    l.sum.end = vq_rd_u16(&r);
    if (b->type != VQ_XR_LOSS_RLE || r.bad)
        return false;
    l.until = (uint16_t)(l.sum.end - l.sum.begin);
    if (from && (uint16_t)(*from - l.sum.begin) <= l.until)
        l.skip = (uint16_t)(*from - l.sum.begin);
    /* Thinning reports on the numbers that are multiples of 2^T. */
    uint16_t mask = (uint16_t)((1u << l.sum.thinning) - 1);
    l.at = (uint16_t)(-l.sum.begin & mask);
    while (vq_rd_left(&r) >= 2) {
        uint16_t chunk = vq_rd_u16(&r);
        if (!chunk) /* the terminating null chunk */
            break;
        if (!(chunk & 0x8000)) { /* run length */
            tell(&l, chunk & 0x4000, chunk & 0x3fff);
            continue;
        }
        for (unsigned bit = 15; bit-- > 0;)
            tell(&l, chunk >> bit & 1, 1);
    }
    *out = l.sum;
    return true;
}

/* ---- the others ---------------------------------------------------------------------------------------------------- */

bool vq_xr_reference_time(const struct vq_xr_block *b, uint64_t *ntp)
{
    struct vq_rd r = vq_rd(b->body.p, b->body.n);
    uint64_t seconds = vq_rd_u32(&r), fraction = vq_rd_u32(&r);
    if (b->type != VQ_XR_REFERENCE_TIME || r.bad)
        return false;
    *ntp = seconds << 32 | fraction;
    return true;
}

bool vq_xr_dlrr(const struct vq_xr_block *b, unsigned i, struct vq_xr_dlrr *out)
{
    struct vq_rd r = vq_rd(b->body.p, b->body.n);
    vq_rd_skip(&r, (size_t)i * SUB_BLOCK);
    struct vq_xr_dlrr d = {.ssrc = vq_rd_u32(&r)};
    d.lrr = vq_rd_u32(&r);
    d.dlrr = vq_rd_u32(&r);
    if (b->type != VQ_XR_DLRR || r.bad)
        return false;
    *out = d;
    return true;
}

bool vq_xr_statistics(const struct vq_xr_block *b, struct vq_xr_statistics *out)
{
    struct vq_rd r = vq_rd(b->body.p, b->body.n);
    struct vq_xr_statistics s = {.ssrc = vq_rd_u32(&r), .has_lost = b->specific & 0x80, .has_duplicates = b->specific & 0x40,
                                 .has_jitter = b->specific & 0x20, .has_ttl = b->specific & 0x18};
    s.begin = vq_rd_u16(&r);
    s.end = vq_rd_u16(&r);
    uint32_t v[6];
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        v[i] = vq_rd_u32(&r);
    s.lost = s.has_lost ? v[0] : 0;
    s.duplicates = s.has_duplicates ? v[1] : 0;
    if (s.has_jitter) {
        s.jitter_min = v[2];
        s.jitter_max = v[3];
        s.jitter_mean = v[4];
        s.jitter_dev = v[5];
    }
    uint32_t ttl = vq_rd_u32(&r);
    if (s.has_ttl) {
        s.ttl_min = (uint8_t)(ttl >> 24);
        s.ttl_max = (uint8_t)(ttl >> 16);
        s.ttl_mean = (uint8_t)(ttl >> 8);
        s.ttl_dev = (uint8_t)ttl;
    }
    if (b->type != VQ_XR_STATISTICS || r.bad)
        return false;
    *out = s;
    return true;
}

bool vq_xr_voip(const struct vq_xr_block *b, struct vq_xr_voip *out)
{
    struct vq_rd r = vq_rd(b->body.p, b->body.n);
    struct vq_xr_voip v = {.ssrc = vq_rd_u32(&r)};
    v.loss_rate = vq_rd_u8(&r);
    v.discard_rate = vq_rd_u8(&r);
    v.burst_density = vq_rd_u8(&r);
    v.gap_density = vq_rd_u8(&r);
    v.burst_ms = vq_rd_u16(&r);
    v.gap_ms = vq_rd_u16(&r);
    v.round_trip_ms = vq_rd_u16(&r);
    v.end_system_ms = vq_rd_u16(&r);
    v.signal_dbm0 = (int8_t)vq_rd_u8(&r);
    v.noise_dbm0 = (int8_t)vq_rd_u8(&r);
    v.rerl_db = vq_rd_u8(&r);
    v.gmin = vq_rd_u8(&r);
    v.r = vq_rd_u8(&r);
    v.ext_r = vq_rd_u8(&r);
    v.mos_lq = vq_rd_u8(&r);
    v.mos_cq = vq_rd_u8(&r);
    v.rx_config = vq_rd_u8(&r);
    vq_rd_skip(&r, 1);
    v.buffer_nominal_ms = vq_rd_u16(&r);
    v.buffer_max_ms = vq_rd_u16(&r);
    v.buffer_abs_max_ms = vq_rd_u16(&r);
    if (b->type != VQ_XR_VOIP || r.bad)
        return false;
    *out = v;
    return true;
}
