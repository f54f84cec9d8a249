/* hep.c - see hep.h. */
#include "proto/hep.h"

#define SECOND INT64_C(1000000000)
#define DAY (86400 * SECOND)

enum { FAMILY_IP4 = 2, FAMILY_IP6 = 10, CARRIED_TCP = 6, CARRIED_UDP = 17 };

struct inner {
    struct vq_endpoint src, dst;
    struct vq_slice payload;
    uint32_t sec, usec;
    bool has_time, packed;
};

static bool plausible(int64_t inner, int64_t outer)
{
    return inner > outer - DAY && inner < outer + DAY;
}

static void replace(struct vq_dgram *d, const struct inner *in)
{
    d->wire = (uint32_t)in->payload.n + (d->wire - (uint32_t)d->payload.n); /* what the snap length cut is missing inside */
    d->payload = in->payload;
    d->src = in->src;
    d->dst = in->dst;
    d->ttl = d->dscp = 0; /* the outer packet's, and none of the inner one's business */
    d->tunnels |= 1u << VQ_TUNNEL_HEP;
    if (in->packed)
        d->carrier = VQ_CARRIER_PACKED;
    int64_t ts = in->sec * SECOND + in->usec * INT64_C(1000);
    if (in->has_time && in->usec < 1000000 && plausible(ts, d->ts))
        d->ts = ts;
}

/* ---- versions 1 and 2 -------------------------------------------------------------------------------------------- */

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Version, length of the header, family, protocol, ports, addresses; in version 2 then seconds, microseconds and a capture
 * id in the byte order of whoever sent it. */
static bool read_fixed(const struct vq_dgram *d, struct inner *in)
{
    struct vq_rd r = vq_rd(d->payload.p, d->payload.n);
    const uint8_t *h = vq_rd_take(&r, 8);
    if (!h || (h[2] != FAMILY_IP4 && h[2] != FAMILY_IP6) || (h[3] != CARRIED_UDP && h[3] != CARRIED_TCP))
        return false;
    size_t ip = h[2] == FAMILY_IP4 ? 4 : 16, base = 8 + 2 * ip;
    if (h[1] != base && (h[0] != 2 || (h[1] != base + 10 && h[1] != base + 12)))
        return false;
    const uint8_t *ips = vq_rd_take(&r, 2 * ip), *time = h[1] > base ? vq_rd_take(&r, h[1] - base) : NULL;
    if (r.bad)
        return false;
    in->src.family = in->dst.family = ip == 4 ? 4 : 6;
    in->src.port = vq_be16(h + 4);
    in->dst.port = vq_be16(h + 6);
    memcpy(in->src.ip, ips, ip);
    memcpy(in->dst.ip, ips + ip, ip);
    if (time) {
        in->has_time = true;
        bool big = plausible(vq_be32(time) * SECOND, d->ts);
        in->sec = big ? vq_be32(time) : le32(time);
        in->usec = big ? vq_be32(time + 4) : le32(time + 4);
    }
    in->payload = vq_slice(r.p, vq_rd_left(&r));
    return true;
}

/* ---- version 3 --------------------------------------------------------------------------------------------------- */

enum { CHUNK_SRC4 = 3, CHUNK_DST4, CHUNK_SRC6, CHUNK_DST6, CHUNK_SRC_PORT, CHUNK_DST_PORT, CHUNK_SEC, CHUNK_USEC,
       CHUNK_PAYLOAD = 15, CHUNK_PACKED };

static void address(struct vq_endpoint *ep, struct vq_slice v, size_t n)
{
    if (v.n != n)
        return;
    memcpy(ep->ip, v.p, n);
    ep->family = n == 4 ? 4 : 6;
}

static void chunk(struct inner *in, unsigned type, struct vq_slice v)
{
    switch (type) {
    case CHUNK_SRC4:
    case CHUNK_DST4:
        address(type == CHUNK_SRC4 ? &in->src : &in->dst, v, 4);
        return;
    case CHUNK_SRC6:
    case CHUNK_DST6:
        address(type == CHUNK_SRC6 ? &in->src : &in->dst, v, 16);
        return;
    case CHUNK_SRC_PORT:
    case CHUNK_DST_PORT:
        if (v.n == 2)
            *(type == CHUNK_SRC_PORT ? &in->src.port : &in->dst.port) = vq_be16(v.p);
        return;
    case CHUNK_SEC:
    case CHUNK_USEC:
        if (v.n == 4)
            *(type == CHUNK_SEC ? &in->sec : &in->usec) = vq_be32(v.p);
        in->has_time |= type == CHUNK_SEC;
        return;
    case CHUNK_PAYLOAD:
    case CHUNK_PACKED:
        in->payload = v;
        in->packed = type == CHUNK_PACKED;
        return;
    default:
        return;
    }
}

/* "HEP3", total length, then chunks: vendor (0: everybody's), type, length with these six bytes, value. A payload that the
 * snap length cut is taken as far as it goes. */
static bool read_chunks(const struct vq_dgram *d, struct inner *in)
{
    struct vq_rd r = vq_rd(d->payload.p, d->payload.n);
    const uint8_t *h = vq_rd_take(&r, 6);
    if (!h || vq_be16(h + 4) < 6)
        return false;
    size_t total = vq_be16(h + 4) - 6u;
    if (vq_rd_left(&r) > total)
        r.end = r.p + total;
    while (vq_rd_left(&r) >= 6) {
        unsigned vendor = vq_rd_u16(&r), type = vq_rd_u16(&r), n = vq_rd_u16(&r);
        bool cut = n >= 6 && n - 6 > vq_rd_left(&r) && d->wire > d->payload.n;
        if (cut && vendor == 0 && (type == CHUNK_PAYLOAD || type == CHUNK_PACKED))
            n = 6 + (unsigned)vq_rd_left(&r);
        struct vq_slice v = n < 6 ? (struct vq_slice){NULL, 0} : vq_rd_slice(&r, n - 6u);
        if (n < 6 || r.bad)
            return false;
        if (vendor == 0)
            chunk(in, type, v);
    }
    return in->payload.p && in->src.family && in->src.family == in->dst.family;
}

void vq_hep_unwrap(struct vq_dgram *d)
{
    struct inner in = {.has_time = false};
    if (d->payload.p[0] == 'H') {
        if (read_chunks(d, &in)) {
            replace(d, &in);
        } else {
            d->carrier = VQ_CARRIER_NONE;
            d->drop = VQ_DROP_TUNNEL_BAD;
        }
    } else if (read_fixed(d, &in)) {
        replace(d, &in);
    }
}
