/* decode.c - link header, then IPv4 (RFC 791) or IPv6 (RFC 8200), then UDP (RFC 768). */
#include "net/decode.h"

#include "net/link.h"

enum { PROTO_HOPOPT = 0, PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ROUTING = 43, PROTO_FRAGMENT = 44,
       PROTO_AH = 51, PROTO_ICMP6 = 58, PROTO_DSTOPTS = 60, PROTO_MOBILITY = 135 };

#define MAX_IP6_EXTENSIONS 8

/* The IP packet while it is being read. `wire` counts what the IP header promises behind the reader's position. */
struct ip {
    struct vq_rd r;
    uint32_t wire;
    uint8_t proto;
};

static bool drop(struct vq_dgram *d, enum vq_drop why)
{
    d->carrier = VQ_CARRIER_NONE;
    d->drop = (uint8_t)why;
    return false;
}

/* Cuts the reader to the `n` bytes that the IP header announces: what follows is link padding. */
static void trim(struct ip *ip, uint32_t n)
{
    if (vq_rd_left(&ip->r) > n)
        ip->r.end = ip->r.p + n;
    ip->wire = n;
}

static bool ip4(struct ip *ip, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&ip->r, 20);
    if (!h)
        return drop(d, VQ_DROP_IP_TRUNCATED);
    uint32_t ihl = (h[0] & 15u) * 4;
    uint32_t total = vq_be16(h + 2);
    if (total == 0) /* segmentation offload: the capture saw the packet before its length was written */
        total = 20 + (uint32_t)vq_rd_left(&ip->r);
    if (ihl < 20 || total < ihl)
        return drop(d, VQ_DROP_IP_BAD);
    if (!vq_rd_skip(&ip->r, ihl - 20))
        return drop(d, VQ_DROP_IP_TRUNCATED);
    if (vq_be16(h + 6) & 0x3fff) /* more fragments, or not the first */
        return drop(d, VQ_DROP_IP_FRAGMENT);
    trim(ip, total - ihl);
    ip->proto = h[9];
    d->ttl = h[8];
    d->dscp = h[1] >> 2;
    memcpy(d->src.ip, h + 12, 4);
    memcpy(d->dst.ip, h + 16, 4);
    d->src.family = d->dst.family = 4;
    return true;
}

/* RFC 8200 4: walks the extension headers up to the transport header. */
static bool ip6_extensions(struct ip *ip, struct vq_dgram *d)
{
    for (int i = 0; i < MAX_IP6_EXTENSIONS; i++) {
        uint32_t n;
        switch (ip->proto) {
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
        const uint8_t *h = vq_rd_take(&ip->r, 8);
        if (!h)
            return drop(d, VQ_DROP_IP_TRUNCATED);
        if (ip->proto == PROTO_FRAGMENT) {
            if (vq_be16(h + 2) & 0xfff9) /* an atomic fragment (RFC 6946) is a whole packet */
                return drop(d, VQ_DROP_IP_FRAGMENT);
            n = 8;
        } else if (ip->proto == PROTO_AH) {
            n = (h[1] + 2u) * 4; /* RFC 4302 2.2: in 4-byte words, minus 2 */
        } else {
            n = (h[1] + 1u) * 8;
        }
        if (n < 8 || n > ip->wire)
            return drop(d, VQ_DROP_IP_BAD);
        if (!vq_rd_skip(&ip->r, n - 8))
            return drop(d, VQ_DROP_IP_TRUNCATED);
        ip->wire -= n;
        ip->proto = h[0];
    }
    return drop(d, VQ_DROP_IP_BAD);
}

static bool ip6(struct ip *ip, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&ip->r, 40);
    if (!h)
        return drop(d, VQ_DROP_IP_TRUNCATED);
    uint32_t n = vq_be16(h + 4);
    trim(ip, n ? n : (uint32_t)vq_rd_left(&ip->r));
    ip->proto = h[6];
    d->ttl = h[7];
    d->dscp = (uint8_t)((h[0] << 4 | h[1] >> 4) & 0xff) >> 2;
    memcpy(d->src.ip, h + 8, 16);
    memcpy(d->dst.ip, h + 24, 16);
    d->src.family = d->dst.family = 6;
    return ip6_extensions(ip, d);
}

static bool udp(struct ip *ip, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&ip->r, 8);
    if (!h)
        return drop(d, VQ_DROP_UDP_TRUNCATED);
    uint32_t n = vq_be16(h + 4);
    if (n == 0) /* RFC 2675 jumbogram, or offload: the IP length stands */
        n = ip->wire;
    if (n < 8 || n > ip->wire)
        return drop(d, VQ_DROP_UDP_BAD);
    d->src.port = vq_be16(h);
    d->dst.port = vq_be16(h + 2);
    trim(ip, n - 8);
    d->wire = ip->wire;
    d->payload = vq_slice(ip->r.p, vq_rd_left(&ip->r));
    d->carrier = VQ_CARRIER_UDP;
    return true;
}

static void transport(struct ip *ip, struct vq_dgram *d)
{
    switch (ip->proto) {
    case PROTO_UDP:
        udp(ip, d);
        return;
    case PROTO_TCP:
        d->carrier = VQ_CARRIER_TCP;
        return;
    case PROTO_ICMP:
    case PROTO_ICMP6:
        d->carrier = VQ_CARRIER_ICMP;
        return;
    default:
        drop(d, VQ_DROP_IP_OTHER);
    }
}

void vq_decode(const struct vq_frame *f, struct vq_dgram *out)
{
    *out = (struct vq_dgram){.ts = f->ts, .frame = f->number};
    const struct vq_link *l = vq_link_find(f->link);
    if (!l) {
        drop(out, VQ_DROP_LINK_UNKNOWN);
        return;
    }
    struct ip ip = {.r = vq_rd(f->data, f->caplen)};
    enum vq_link_next next = l->skip(&ip.r);
    if (next != VQ_NEXT_IP) {
        drop(out, next == VQ_NEXT_OTHER ? VQ_DROP_NOT_IP : VQ_DROP_LINK_TRUNCATED);
        return;
    }
    if (!vq_rd_left(&ip.r)) {
        drop(out, VQ_DROP_IP_TRUNCATED);
        return;
    }
    /* The version nibble decides, not the EtherType: both are there, and the packet is what gets read. */
    unsigned version = *ip.r.p >> 4;
    if (version != 4 && version != 6)
        drop(out, VQ_DROP_IP_BAD);
    else if (version == 4 ? ip4(&ip, out) : ip6(&ip, out))
        transport(&ip, out);
}
