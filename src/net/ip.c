/* ip.c - IPv4 (RFC 791) and IPv6 (RFC 8200) headers. */
#include "net/ip.h"

enum { PROTO_HOPOPT = 0, PROTO_ROUTING = 43, PROTO_FRAGMENT = 44, PROTO_AH = 51, PROTO_DSTOPTS = 60, PROTO_MOBILITY = 135 };

#define MAX_IP6_EXTENSIONS 8

static bool fragment(struct vq_walk *w, struct vq_dgram *d, struct vq_dgram_fragment f)
{
    d->fragment = f;
    d->payload = vq_slice(w->r.p, vq_rd_left(&w->r));
    d->wire = w->wire;
    return vq_ip_drop(d, VQ_DROP_IP_FRAGMENT);
}

static bool ip4(struct vq_walk *w, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&w->r, 20);
    if (!h)
        return vq_ip_drop(d, VQ_DROP_IP_TRUNCATED);
    uint32_t ihl = (h[0] & 15u) * 4;
    uint32_t total = vq_be16(h + 2);
    if (total == 0) /* segmentation offload: the capture saw the packet before its length was written */
        total = 20 + (uint32_t)vq_rd_left(&w->r);
    if (ihl < 20 || total < ihl)
        return vq_ip_drop(d, VQ_DROP_IP_BAD);
    if (!vq_rd_skip(&w->r, ihl - 20))
        return vq_ip_drop(d, VQ_DROP_IP_TRUNCATED);
    vq_ip_trim(w, total - ihl);
    w->space = VQ_SPACE_IP;
    w->number = h[9];
    d->ip_id = vq_be16(h + 4);
    d->ttl = h[8];
    d->dscp = h[1] >> 2;
    memcpy(d->src.ip, h + 12, 4);
    memcpy(d->dst.ip, h + 16, 4);
    d->src.family = d->dst.family = 4;
    uint16_t where = vq_be16(h + 6);
    if (where & 0x3fff) /* more fragments, or not the first */
        return fragment(w, d, (struct vq_dgram_fragment){.id = vq_be16(h + 4), .offset = (where & 0x1fffu) * 8,
                                                         .more = where & 0x2000, .proto = h[9]});
    return true;
}

/* RFC 8200 4.5: offset in eight bytes, two reserved bits, the M flag. */
static bool ip6_fragment(struct vq_walk *w, struct vq_dgram *d, const uint8_t *h)
{
    uint16_t where = vq_be16(h + 2);
    return fragment(w, d, (struct vq_dgram_fragment){.id = vq_be32(h + 4), .offset = where & 0xfff8u, .more = where & 1,
                                                     .proto = h[0]});
}

/* RFC 8200 4: walks the extension headers up to the transport header. */
bool vq_ip6_extensions(struct vq_walk *w, struct vq_dgram *d)
{
    for (int i = 0; i < MAX_IP6_EXTENSIONS; i++) {
        uint32_t n;
        switch (w->number) {
        case PROTO_HOPOPT:
        case PROTO_ROUTING:
        case PROTO_DSTOPTS:
        case PROTO_MOBILITY:
        case PROTO_AH:
        case PROTO_FRAGMENT:
            break;
        default:
            return true;
        }
        const uint8_t *h = vq_rd_take(&w->r, 8);
        if (!h)
            return vq_ip_drop(d, VQ_DROP_IP_TRUNCATED);
        if (w->number == PROTO_FRAGMENT)
            n = 8;
        else if (w->number == PROTO_AH)
            n = (h[1] + 2u) * 4; /* RFC 4302 2.2: in 4-byte words, minus 2 */
        else
            n = (h[1] + 1u) * 8;
        if (n < 8 || n > w->wire)
            return vq_ip_drop(d, VQ_DROP_IP_BAD);
        if (!vq_rd_skip(&w->r, n - 8))
            return vq_ip_drop(d, VQ_DROP_IP_TRUNCATED);
        w->wire -= n;
        bool is_fragment = w->number == PROTO_FRAGMENT && vq_be16(h + 2) & 0xfff9; /* else atomic (RFC 6946): a whole one */
        w->number = h[0];
        if (is_fragment)
            return ip6_fragment(w, d, h);
    }
    return vq_ip_drop(d, VQ_DROP_IP_BAD);
}

static bool ip6(struct vq_walk *w, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&w->r, 40);
    if (!h)
        return vq_ip_drop(d, VQ_DROP_IP_TRUNCATED);
    uint32_t n = vq_be16(h + 4);
    vq_ip_trim(w, n ? n : (uint32_t)vq_rd_left(&w->r));
    w->space = VQ_SPACE_IP;
    w->number = h[6];
    d->ttl = h[7];
    d->dscp = (uint8_t)((h[0] << 4 | h[1] >> 4) & 0xff) >> 2;
    memcpy(d->src.ip, h + 8, 16);
    memcpy(d->dst.ip, h + 24, 16);
    d->src.family = d->dst.family = 6;
    return vq_ip6_extensions(w, d);
}

bool vq_ip_read(struct vq_walk *w, struct vq_dgram *d)
{
    if (!vq_rd_left(&w->r))
        return vq_ip_drop(d, VQ_DROP_IP_TRUNCATED);
    /* The version nibble decides, not the number: both are there, and the packet is what gets read. */
    switch (*w->r.p >> 4) {
    case 4:
        return ip4(w, d);
    case 6:
        return ip6(w, d);
    default:
        return vq_ip_drop(d, VQ_DROP_IP_BAD);
    }
}
