/* decode.c - link header, tags and tunnels, IP, UDP (RFC 768) or TCP (RFC 9293): one header after the other,
 * inwards. */
#include "net/decode.h"

#include "net/inner.h"
#include "net/ip.h"
#include "net/link.h"
#include "net/tunnel.h"
#include "util/hash.h"

/* Headers inside each other that are followed: a forged frame must not keep the decoder busy. */
#define MAX_HEADERS 16

static bool udp(struct vq_walk *w, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&w->r, 8);
    if (!h)
        return vq_ip_drop(d, VQ_DROP_UDP_TRUNCATED);
    uint32_t n = vq_be16(h + 4);
    if (n == 0) /* RFC 2675 jumbogram, or offload: the IP length stands */
        n = w->wire;
    if (n < 8 || n > w->wire)
        return vq_ip_drop(d, VQ_DROP_UDP_BAD);
    d->src.port = vq_be16(h);
    d->dst.port = vq_be16(h + 2);
    vq_ip_trim(w, n - 8);
    d->wire = w->wire;
    d->payload = vq_slice(w->r.p, vq_rd_left(&w->r));
    d->carrier = VQ_CARRIER_UDP;
    return true;
}

static bool tcp(struct vq_walk *w, struct vq_dgram *d)
{
    const uint8_t *h = vq_rd_take(&w->r, 20);
    if (!h)
        return vq_ip_drop(d, VQ_DROP_TCP_TRUNCATED);
    uint32_t header = (h[12] >> 4) * 4u;
    if (header < 20 || header > w->wire)
        return vq_ip_drop(d, VQ_DROP_TCP_BAD);
    if (!vq_rd_skip(&w->r, header - 20))
        return vq_ip_drop(d, VQ_DROP_TCP_TRUNCATED);
    d->src.port = vq_be16(h);
    d->dst.port = vq_be16(h + 2);
    d->tcp_seq = vq_be32(h + 4);
    d->tcp_flags = h[13];
    d->wire = w->wire - header;
    d->payload = vq_slice(w->r.p, vq_rd_left(&w->r));
    d->carrier = VQ_CARRIER_TCP;
    return true;
}

/* Through one tag or tunnel; false when the walk ends here. */
static bool enter(struct vq_walk *w, const struct vq_tunnel_row *t, struct vq_dgram *d)
{
    bool in_ip = w->space == VQ_SPACE_IP;
    switch (t->enter(w)) {
    case VQ_STEP_ON:
        w->tunnels |= (uint16_t)(1u << t->kind);
        return true;
    case VQ_STEP_CUT:
        return vq_ip_drop(d, VQ_DROP_TUNNEL_BAD);
    default:
        return vq_ip_drop(d, in_ip ? VQ_DROP_IP_OTHER : VQ_DROP_NOT_IP);
    }
}

/* A datagram to a tunnel's port is a tunnel only if it looks like one: any port may carry anything. */
static bool enter_udp(struct vq_walk *w, struct vq_dgram *d)
{
    const struct vq_tunnel_row *t = vq_tunnel_find(VQ_SPACE_UDP, d->dst.port);
    struct vq_walk inner = *w;
    if (!t || t->enter(&inner) != VQ_STEP_ON)
        return false;
    *w = inner;
    w->tunnels |= (uint16_t)(1u << t->kind);
    *d = (struct vq_dgram){.ts = d->ts, .frame = d->frame};
    return true;
}

/* What IP carries; true when a tunnel leads on. */
static bool carried(struct vq_walk *w, struct vq_dgram *d)
{
    switch (w->number) {
    case VQ_IP_UDP:
        return udp(w, d) && vq_tunnel_port(d->dst.port) && enter_udp(w, d);
    case VQ_IP_TCP:
        tcp(w, d);
        return false;
    case VQ_IP_ICMP:
    case VQ_IP_ICMP6:
        d->carrier = VQ_CARRIER_ICMP;
        d->payload = vq_slice(w->r.p, vq_rd_left(&w->r));
        d->wire = w->wire;
        return false;
    default:
        break;
    }
    const struct vq_tunnel_row *t = vq_tunnel_find(VQ_SPACE_IP, w->number);
    if (!t)
        return vq_ip_drop(d, VQ_DROP_IP_OTHER);
    if (!enter(w, t, d))
        return false;
    *d = (struct vq_dgram){.ts = d->ts, .frame = d->frame};
    return true;
}

/* `ip`, when it is wanted, becomes the innermost IP header. Inline: those who want none do not pay for it. */
static inline __attribute__((always_inline)) void walk_to(struct vq_walk *w, struct vq_dgram *d, const uint8_t **ip)
{
    for (int headers = 0; headers < MAX_HEADERS; headers++) {
        const struct vq_tunnel_row *t;
        if (w->space == VQ_SPACE_ETHER && (w->number == VQ_ETHER_IP4 || w->number == VQ_ETHER_IP6)) {
            if (ip)
                *ip = w->r.p;
            if (!vq_ip_read(w, d))
                return;
        } else if (w->space == VQ_SPACE_IP) {
            if (!carried(w, d))
                return;
        } else if (!(t = vq_tunnel_find(w->space, w->number))) {
            vq_ip_drop(d, VQ_DROP_NOT_IP);
            return;
        } else if (!enter(w, t, d)) {
            return;
        }
    }
    vq_ip_drop(d, VQ_DROP_TUNNEL_DEPTH);
}

static void walk(struct vq_walk *w, struct vq_dgram *d)
{
    walk_to(w, d, NULL);
}

static uint16_t route_of(const struct vq_walk *w)
{
    return (uint16_t)(w->route ^ w->route >> 16 ^ w->tunnels);
}

#define LINK_ETHERNET 1u
#define PLAIN_HEADERS (14 + 20 + 8)

/* Nearly every frame is whole UDP in IPv4 without options in Ethernet: read in one go it costs half of what walking from
 * header to header does, and comes to the same. False: it is not one of these. */
static bool plain(const struct vq_frame *f, struct vq_dgram *d)
{
    struct vq_walk w = {.r = vq_rd(f->data, f->caplen)};
    const uint8_t *h = f->link == LINK_ETHERNET ? vq_rd_take(&w.r, PLAIN_HEADERS) : NULL;
    if (!h || vq_be16(h + 12) != VQ_ETHER_IP4)
        return false;
    const uint8_t *ip = h + 14, *udp = ip + 20;
    uint32_t total = vq_be16(ip + 2), n = vq_be16(udp + 4);
    uint16_t port = vq_be16(udp + 2);
    if (ip[0] != 0x45 || ip[9] != VQ_IP_UDP || vq_be16(ip + 6) & 0x3fff || total < 28 || n < 8 || n > total - 20 ||
        vq_tunnel_port(port))
        return false;
    vq_walk_note(&w, h, 12);
    vq_ip_trim(&w, n - 8);
    d->route = route_of(&w);
    d->ip_id = vq_be16(ip + 4);
    d->ttl = ip[8];
    d->dscp = ip[1] >> 2;
    memcpy(d->src.ip, ip + 12, 4);
    memcpy(d->dst.ip, ip + 16, 4);
    d->src.family = d->dst.family = 4;
    d->src.port = vq_be16(udp);
    d->dst.port = port;
    d->wire = w.wire;
    d->payload = vq_slice(w.r.p, vq_rd_left(&w.r));
    d->carrier = VQ_CARRIER_UDP;
    return true;
}

void vq_decode(const struct vq_frame *f, struct vq_dgram *out)
{
    *out = (struct vq_dgram){.ts = f->ts, .frame = f->number};
    if (plain(f, out))
        return;
    const struct vq_link *l = vq_link_find(f->link);
    if (!l) {
        vq_ip_drop(out, VQ_DROP_LINK_UNKNOWN);
        return;
    }
    struct vq_walk w = {.r = vq_rd(f->data, f->caplen)};
    switch (l->skip(&w)) {
    case VQ_STEP_ON:
        walk(&w, out);
        out->tunnels = w.tunnels;
        out->route = route_of(&w);
        return;
    case VQ_STEP_CUT:
        vq_ip_drop(out, VQ_DROP_LINK_TRUNCATED);
        return;
    case VQ_STEP_OTHER:
        vq_ip_drop(out, VQ_DROP_NOT_IP);
        return;
    }
}

void vq_decode_whole(struct vq_slice payload, uint32_t wire, uint8_t proto, struct vq_dgram *out)
{
    struct vq_walk w = {.r = vq_rd(payload.p, payload.n), .wire = wire, .space = VQ_SPACE_IP, .number = proto,
                        .tunnels = out->tunnels};
    if (out->src.family != 6 || vq_ip6_extensions(&w, out))
        walk(&w, out);
    out->tunnels = w.tunnels;
}

/* ---- the innermost packet ---------------------------------------------------------------------------------------- */

static uint64_t fragment_key(const struct vq_dgram *d)
{
    uint8_t key[2 * sizeof d->src.ip + 5];
    size_t n = sizeof d->src.ip;
    memcpy(key, d->src.ip, n);
    memcpy(key + n, d->dst.ip, n);
    for (int i = 0; i < 4; i++)
        key[2 * n + (size_t)i] = (uint8_t)(d->fragment.id >> 8 * i);
    key[2 * n + 4] = d->fragment.proto;
    return vq_hash64(key, sizeof key, 1);
}

void vq_inner_find(const struct vq_frame *f, struct vq_inner *out)
{
    struct vq_dgram d = {.frame = f->number};
    struct vq_walk w = {.r = vq_rd(f->data, f->caplen)};
    const struct vq_link *l = vq_link_find(f->link);
    const uint8_t *ip = NULL;
    *out = (struct vq_inner){.key = 0};
    if (!l || l->skip(&w) != VQ_STEP_ON)
        return;
    walk_to(&w, &d, &ip);
    if (!ip || ip == f->data + f->caplen)
        return;
    out->packet = vq_slice(ip, f->caplen - (size_t)(ip - f->data));
    out->tunnelled = w.tunnels != 0;
    if (d.carrier != VQ_CARRIER_NONE || d.drop != VQ_DROP_IP_FRAGMENT)
        return;
    out->first = d.fragment.offset == 0;
    out->later = !out->first;
    out->key = fragment_key(&d);
    out->data = d.payload;
    out->proto = d.fragment.proto;
}
