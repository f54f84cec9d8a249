/* tunnel.c - see tunnel.h. The heads are written from the documents that src/net/tunnel.c names. */
#include "support/tunnel.h"

#include <assert.h>
#include <string.h>

#define HEAD(s) s, sizeof(s) - 1

static const struct tunnel_case cases[] = {
    {"802.1Q", 1, VQ_TUNNEL_VLAN, AT_ETHER, 0x8100, HEAD("\x20\x05\x08\x00"), false},
    {"QinQ", 1, VQ_TUNNEL_VLAN, AT_ETHER, 0x88a8, HEAD("\x00\x09\x81\x00\x00\x05\x08\x00"), false},
    {"LLC and SNAP", 1, VQ_TUNNEL_NONE, AT_ETHER, 0x0123, HEAD("\xaa\xaa\x03\x00\x00\x00\x08\x00"), false},
    {"PPPoE", 1, VQ_TUNNEL_PPPOE, AT_ETHER, 0x8864, HEAD("\x11\x00\x12\x34\x00\x40\x00\x21"), false},
    {"PPPoE, protocol compressed", 1, VQ_TUNNEL_PPPOE, AT_ETHER, 0x8864, HEAD("\x11\x00\x12\x34\x00\x40\x21"), false},
    {"PPP", 9, VQ_TUNNEL_PPP, AT_LINK, 0, HEAD("\xff\x03\x00\x21"), false},
    {"PPP in HDLC", 50, VQ_TUNNEL_PPP, AT_LINK, 0, HEAD("\xff\x03\x21"), false},
    {"PPPoE link type", 51, VQ_TUNNEL_PPP, AT_LINK, 0, HEAD("\x11\x00\x12\x34\x00\x40\x00\x21"), false},
    {"Cisco HDLC", 104, VQ_TUNNEL_NONE, AT_LINK, 0, HEAD("\x0f\x00\x08\x00"), false},
    {"MPLS", 1, VQ_TUNNEL_MPLS, AT_ETHER, 0x8847, HEAD("\x00\x01\x00\x40\x00\x02\x01\x40"), false},
    {"MPLS pseudowire", 1, VQ_TUNNEL_MPLS, AT_ETHER, 0x8847, HEAD("\x00\x02\x01\x40\x00\x00\x00\x00"), true},
    {"GRE", 1, VQ_TUNNEL_GRE, AT_IP, 47, HEAD("\x00\x00\x08\x00"), false},
    {"GRE with checksum, key and sequence", 1, VQ_TUNNEL_GRE, AT_IP, 47,
     HEAD("\xb0\x00\x08\x00\x12\x34\x00\x00\x00\x00\x00\x07\x00\x00\x00\x09"), false},
    {"GRE, Ethernet", 1, VQ_TUNNEL_GRE, AT_IP, 47, HEAD("\x00\x00\x65\x58"), true},
    {"PPTP", 1, VQ_TUNNEL_GRE, AT_IP, 47, HEAD("\x30\x81\x88\x0b\x00\x20\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03\xff\x03\x00\x21"),
     false},
    {"ERSPAN I", 1, VQ_TUNNEL_GRE, AT_IP, 47, HEAD("\x00\x00\x88\xbe"), true},
    {"ERSPAN II", 1, VQ_TUNNEL_ERSPAN, AT_IP, 47, HEAD("\x10\x00\x88\xbe\x00\x00\x00\x01\x10\x05\x08\x01\x00\x00\x00\x02"), true},
    {"ERSPAN III", 1, VQ_TUNNEL_ERSPAN, AT_IP, 47,
     HEAD("\x10\x00\x22\xeb\x00\x00\x00\x01\x20\x05\x08\x01\x00\x00\x00\x02\x00\x00\x00\x00"), true},
    {"ERSPAN III with its subheader", 1, VQ_TUNNEL_ERSPAN, AT_IP, 47,
     HEAD("\x10\x00\x22\xeb\x00\x00\x00\x01\x20\x05\x08\x01\x00\x00\x00\x02\x00\x00\x00\x01\x11\x22\x33\x44\x55\x66\x77\x88"), true},
    {"IP in IP", 1, VQ_TUNNEL_IP_IN_IP, AT_IP, 4, HEAD(""), false},
    {"6in4 number", 1, VQ_TUNNEL_IP_IN_IP, AT_IP, 41, HEAD(""), false},
    {"EtherIP", 1, VQ_TUNNEL_ETHERIP, AT_IP, 97, HEAD("\x30\x00"), true},
    {"MPLS in IP", 1, VQ_TUNNEL_MPLS, AT_IP, 137, HEAD("\x00\x02\x01\x40"), false},
    {"GTP-U", 1, VQ_TUNNEL_GTP_U, AT_UDP, 2152, HEAD("\x30\xff\x00\x40\x00\x00\x00\x01"), false},
    {"GTP-U with a PDU session container", 1, VQ_TUNNEL_GTP_U, AT_UDP, 2152,
     HEAD("\x34\xff\x00\x40\x00\x00\x00\x01\x00\x00\x00\x85\x01\x10\x01\x00"), false},
    {"VXLAN", 1, VQ_TUNNEL_VXLAN, AT_UDP, 4789, HEAD("\x08\x00\x00\x00\x00\x00\x7b\x00"), true},
    {"VXLAN on Linux's port", 1, VQ_TUNNEL_VXLAN, AT_UDP, 8472, HEAD("\x08\x00\x00\x00\x00\x00\x7b\x00"), true},
    {"GENEVE", 1, VQ_TUNNEL_GENEVE, AT_UDP, 6081, HEAD("\x00\x00\x65\x58\x00\x00\x7b\x00"), true},
    {"GENEVE with an option, IP", 1, VQ_TUNNEL_GENEVE, AT_UDP, 6081,
     HEAD("\x02\x00\x08\x00\x00\x00\x7b\x00\x01\x02\x80\x01\x00\x00\x00\x00"), false},
    {"TZSP without another tag", 1, VQ_TUNNEL_TZSP, AT_UDP, 37008, HEAD("\x01\x00\x00\x01\x01"), true},
    {"TZSP", 1, VQ_TUNNEL_TZSP, AT_UDP, 37008, HEAD("\x01\x00\x00\x01\x00\x0d\x04\x00\x00\x00\x00\x01"), true},
};

size_t tunnel_count(void)
{
    return sizeof cases / sizeof *cases;
}

const struct tunnel_case *tunnel_at(size_t i)
{
    return &cases[i];
}

#define ETHER 14
#define IP4 20

void tunnel_wrap(const struct tunnel_case *t, const struct packet *inner, struct packet *out)
{
    static uint8_t body[sizeof inner->bytes];
    size_t cut = t->whole_frame ? 0 : ETHER, n = t->n + inner->n - cut;
    assert(n <= sizeof body);
    memcpy(body, t->head, t->n);
    memcpy(body + t->n, inner->bytes + cut, inner->n - cut);
    if (t->at == AT_UDP) {
        struct vq_endpoint src = ep("192.0.2.1", 40000), dst = ep("192.0.2.2", t->number);
        packet_udp(out, &src, &dst, body, n);
        return;
    }
    struct vq_endpoint src = ep("192.0.2.1", 0), dst = ep("192.0.2.2", 0);
    packet_udp(out, &src, &dst, body, n); /* for its IP header; the UDP one is written over */
    size_t at = t->at == AT_LINK ? 0 : t->at == AT_ETHER ? ETHER : ETHER + IP4;
    memcpy(out->bytes + at, body, n);
    out->n = at + n;
    if (t->at == AT_ETHER) {
        out->bytes[12] = (uint8_t)(t->number >> 8);
        out->bytes[13] = (uint8_t)t->number;
    } else if (t->at == AT_IP) {
        out->bytes[ETHER + 9] = (uint8_t)t->number;
        out->bytes[ETHER + 2] = (uint8_t)((IP4 + n) >> 8);
        out->bytes[ETHER + 3] = (uint8_t)(IP4 + n);
    }
}
