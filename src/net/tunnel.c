/* tunnel.c - tags, labels and tunnels: one table row and one function each. */
#include "net/tunnel.h"

/* IEEE 802.3: addresses and an EtherType, or a length and LLC with SNAP (RFC 1042). */
enum vq_step vq_step_ethernet(struct vq_walk *w)
{
    static const uint8_t snap[] = {0xaa, 0xaa, 3, 0, 0, 0};
    vq_walk_note(w, vq_rd_take(&w->r, 12), 12);
    uint16_t type = vq_rd_u16(&w->r);
    if (w->r.bad || type >= 0x600)
        return vq_walk_on(w, VQ_SPACE_ETHER, type);
    const uint8_t *llc = vq_rd_take(&w->r, sizeof snap);
    if (llc && memcmp(llc, snap, sizeof snap))
        return VQ_STEP_OTHER;
    return vq_walk_on(w, VQ_SPACE_ETHER, vq_rd_u16(&w->r));
}

/* IEEE 802.1Q: priority and VLAN id, then the next EtherType. */
static enum vq_step vlan(struct vq_walk *w)
{
    vq_walk_note(w, vq_rd_take(&w->r, 2), 2);
    return vq_walk_on(w, VQ_SPACE_ETHER, vq_rd_u16(&w->r));
}

/* RFC 1661 2: a protocol number whose first byte is left out when it is 0 (an odd byte ends it); RFC 1662 3.1: address and
 * control before it, when they are not left out. */
enum vq_step vq_step_ppp(struct vq_walk *w)
{
    if (vq_rd_left(&w->r) >= 2 && w->r.p[0] == 0xff && w->r.p[1] == 3)
        vq_rd_skip(&w->r, 2);
    unsigned number = vq_rd_u8(&w->r);
    if (!(number & 1))
        number = number << 8 | vq_rd_u8(&w->r);
    return vq_walk_on(w, VQ_SPACE_PPP, number);
}

/* RFC 2516 4: version and type 1, code 0 in a session. */
enum vq_step vq_step_pppoe(struct vq_walk *w)
{
    const uint8_t *h = vq_rd_take(&w->r, 6);
    if (h && (h[0] != 0x11 || h[1] != 0))
        return VQ_STEP_OTHER; /* discovery */
    return vq_step_ppp(w);
}

static enum vq_step ip_follows(struct vq_walk *w)
{
    return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_IP4); /* either version: the packet's own nibble decides */
}

#define MPLS_LABELS_MAX 16

/* RFC 3032 2.1: labels of four bytes, the last one marked. What follows is not announced: IP by its version nibble, or a
 * pseudowire's control word (RFC 4385 3) before an Ethernet frame. */
static enum vq_step mpls(struct vq_walk *w)
{
    const uint8_t *label = NULL;
    for (int i = 0; i < MPLS_LABELS_MAX && (!label || !(label[2] & 1)); i++)
        if (!(label = vq_rd_take(&w->r, 4)))
            return VQ_STEP_CUT;
    if (!vq_rd_left(&w->r))
        return VQ_STEP_CUT;
    switch (*w->r.p >> 4) {
    case 4:
    case 6:
        return ip_follows(w);
    case 0:
        vq_rd_skip(&w->r, 4);
        return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_FRAME);
    default:
        return VQ_STEP_OTHER;
    }
}

enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000, GRE_ACK = 0x0080,
       GRE_VERSION = 0x0007, GRE_PPP = 0x880b, ETHER_ERSPAN = 0x88be };

/* RFC 2784, RFC 2890; version 1 is PPTP's (RFC 2637 4.1). */
static enum vq_step gre(struct vq_walk *w)
{
    uint16_t flags = vq_rd_u16(&w->r), type = vq_rd_u16(&w->r);
    unsigned version = flags & GRE_VERSION;
    if (!w->r.bad && (version > 1 || flags & GRE_ROUTING || (version == 1) != (type == GRE_PPP)))
        return VQ_STEP_OTHER;
    const unsigned optional = GRE_CHECKSUM | GRE_KEY | GRE_SEQUENCE | (version == 1 ? GRE_ACK : 0);
    for (unsigned bits = flags & optional; bits; bits &= bits - 1) /* four bytes for each flag */
        vq_rd_skip(&w->r, 4);
    if (version == 1)
        return w->r.bad ? VQ_STEP_CUT : vq_step_ppp(w);
    /* ERSPAN type I has no header of its own, and is known by the missing sequence number
     * (draft-foschiano-erspan 4.1). */
    if (type == ETHER_ERSPAN && !(flags & GRE_SEQUENCE))
        type = VQ_ETHER_FRAME;
    return vq_walk_on(w, VQ_SPACE_ETHER, type);
}

/* draft-foschiano-erspan 4.2: eight bytes. */
static enum vq_step erspan2(struct vq_walk *w)
{
    vq_rd_skip(&w->r, 8);
    return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_FRAME);
}

/* 4.3: twelve bytes, and eight more when the O bit says so. */
static enum vq_step erspan3(struct vq_walk *w)
{
    const uint8_t *h = vq_rd_take(&w->r, 12);
    if (h && h[11] & 1)
        vq_rd_skip(&w->r, 8);
    return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_FRAME);
}

/* RFC 3378 2: version 3 and twelve zero bits. */
static enum vq_step etherip(struct vq_walk *w)
{
    uint16_t h = vq_rd_u16(&w->r);
    if (!w->r.bad && h != 0x3000)
        return VQ_STEP_OTHER;
    return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_FRAME);
}

/* RFC 7348 5: the I flag alone, reserved fields zero. */
static enum vq_step vxlan(struct vq_walk *w)
{
    const uint8_t *h = vq_rd_take(&w->r, 8);
    if (h && (h[0] != 8 || h[1] || h[2] || h[3] || h[7]))
        return VQ_STEP_OTHER;
    return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_FRAME);
}

/* RFC 8926 3.4: version 0, options in four-byte words, an EtherType. */
static enum vq_step geneve(struct vq_walk *w)
{
    const uint8_t *h = vq_rd_take(&w->r, 8);
    if (h && (h[0] & 0xc0 || h[1] & 0x3f || h[7]))
        return VQ_STEP_OTHER;
    if (h)
        vq_rd_skip(&w->r, (h[0] & 0x3fu) * 4);
    return vq_walk_on(w, VQ_SPACE_ETHER, h ? vq_be16(h + 2) : 0);
}

#define GTP_EXTENSIONS_MAX 8

/* 3GPP TS 29.281 5.1: version 1, a G-PDU; four more bytes when any of three flags is set, then extension headers, each
 * with its length in four-byte words in front and the next one's type at its end (5.2.1). */
static enum vq_step gtp_u(struct vq_walk *w)
{
    const uint8_t *h = vq_rd_take(&w->r, 8);
    if (!h || (h[0] & 0xf0) != 0x30 || h[1] != 255)
        return h ? VQ_STEP_OTHER : VQ_STEP_CUT;
    const uint8_t *more = h[0] & 7 ? vq_rd_take(&w->r, 4) : NULL;
    uint8_t next = more && h[0] & 4 ? more[3] : 0;
    for (int i = 0; next && i < GTP_EXTENSIONS_MAX && !w->r.bad; i++) {
        size_t n = vq_rd_u8(&w->r) * 4u;
        const uint8_t *rest = n ? vq_rd_take(&w->r, n - 1) : NULL;
        if (!rest)
            return n ? VQ_STEP_CUT : VQ_STEP_OTHER;
        next = rest[n - 2];
    }
    return next ? VQ_STEP_OTHER : ip_follows(w);
}

#define TZSP_TAGS_MAX 32

/* TaZmen sniffer protocol, as MikroTik routers send it: version 1, a received packet, Ethernet; tags up to the end tag. */
static enum vq_step tzsp(struct vq_walk *w)
{
    enum { PADDING = 0, END = 1 };
    const uint8_t *h = vq_rd_take(&w->r, 4);
    if (h && (h[0] != 1 || h[1] > 1 || h[2] || h[3] != 1))
        return VQ_STEP_OTHER;
    for (int i = 0; i < TZSP_TAGS_MAX && !w->r.bad; i++) {
        uint8_t tag = vq_rd_u8(&w->r);
        if (tag == END)
            return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_FRAME);
        if (tag != PADDING)
            vq_rd_skip(&w->r, vq_rd_u8(&w->r));
    }
    return w->r.bad ? VQ_STEP_CUT : VQ_STEP_OTHER;
}

static const struct vq_tunnel_row ether_rows[] = {
    {0x8100, VQ_TUNNEL_VLAN, vlan},
    {0x88a8, VQ_TUNNEL_VLAN, vlan},
    {0x9100, VQ_TUNNEL_VLAN, vlan}, /* QinQ before it was standardised */
    {VQ_ETHER_FRAME, VQ_TUNNEL_NONE, vq_step_ethernet},
    {0x8864, VQ_TUNNEL_PPPOE, vq_step_pppoe},
    {0x880b, VQ_TUNNEL_PPP, vq_step_ppp},
    {0x8847, VQ_TUNNEL_MPLS, mpls},
    {0x8848, VQ_TUNNEL_MPLS, mpls},
    {ETHER_ERSPAN, VQ_TUNNEL_ERSPAN, erspan2},
    {0x22eb, VQ_TUNNEL_ERSPAN, erspan3},
};

static const struct vq_tunnel_row ppp_rows[] = {
    {0x0021, VQ_TUNNEL_PPP, ip_follows},
    {0x0057, VQ_TUNNEL_PPP, ip_follows},
    {0x0281, VQ_TUNNEL_MPLS, mpls},
};

static const struct vq_tunnel_row ip_rows[] = {
    {4, VQ_TUNNEL_IP_IN_IP, ip_follows},  /* RFC 2003 */
    {41, VQ_TUNNEL_IP_IN_IP, ip_follows}, /* RFC 2473, RFC 4213 */
    {47, VQ_TUNNEL_GRE, gre},
    {97, VQ_TUNNEL_ETHERIP, etherip},
    {137, VQ_TUNNEL_MPLS, mpls}, /* RFC 4023 */
};

static const struct vq_tunnel_row udp_rows[] = {
    {VQ_PORT_GTP_U, VQ_TUNNEL_GTP_U, gtp_u},
    {VQ_PORT_VXLAN, VQ_TUNNEL_VXLAN, vxlan},
    {VQ_PORT_GENEVE, VQ_TUNNEL_GENEVE, geneve},
    {VQ_PORT_VXLAN_LINUX, VQ_TUNNEL_VXLAN, vxlan},
    {VQ_PORT_TZSP, VQ_TUNNEL_TZSP, tzsp},
};

#define ROWS(t) {(t), sizeof(t) / sizeof *(t)}

const struct vq_tunnel_row *vq_tunnel_find(enum vq_space space, uint16_t number)
{
    static const struct {
        const struct vq_tunnel_row *rows;
        size_t n;
    } spaces[] = {[VQ_SPACE_ETHER] = ROWS(ether_rows), [VQ_SPACE_PPP] = ROWS(ppp_rows), [VQ_SPACE_IP] = ROWS(ip_rows),
                  [VQ_SPACE_UDP] = ROWS(udp_rows)};
    for (size_t i = 0; i < spaces[space].n; i++)
        if (spaces[space].rows[i].number == number)
            return &spaces[space].rows[i];
    return NULL;
}

static const char *const names[VQ_TUNNELS] = {
    [VQ_TUNNEL_VLAN] = "vlan",     [VQ_TUNNEL_PPPOE] = "pppoe",       [VQ_TUNNEL_PPP] = "ppp",
    [VQ_TUNNEL_MPLS] = "mpls",     [VQ_TUNNEL_ERSPAN] = "erspan",     [VQ_TUNNEL_IP_IN_IP] = "ip_in_ip",
    [VQ_TUNNEL_GRE] = "gre",       [VQ_TUNNEL_ETHERIP] = "etherip",   [VQ_TUNNEL_GTP_U] = "gtp_u",
    [VQ_TUNNEL_VXLAN] = "vxlan",   [VQ_TUNNEL_GENEVE] = "geneve",     [VQ_TUNNEL_TZSP] = "tzsp",
    [VQ_TUNNEL_HEP] = "hep", [VQ_TUNNEL_TURN] = "turn",
};

const char *vq_tunnel_name(enum vq_tunnel t)
{
    return names[t];
}
