/* icmp.c - see icmp.h. */
#include "net/icmp.h"

#include "net/ip.h"

#define ANY 0xff

/* The first row that fits. */
static const struct {
    uint8_t family, type, code;
    enum vq_icmp_kind kind;
} rows[] = {
    {4, 3, 0, VQ_ICMP_NET_UNREACHABLE},       {4, 3, 1, VQ_ICMP_HOST_UNREACHABLE},
    {4, 3, 2, VQ_ICMP_PROTOCOL_UNREACHABLE},  {4, 3, 3, VQ_ICMP_PORT_UNREACHABLE},
    {4, 3, 4, VQ_ICMP_TOO_BIG},               {4, 3, 9, VQ_ICMP_PROHIBITED}, /* 9, 10, 13: RFC 1122, RFC 1812 */
    {4, 3, 10, VQ_ICMP_PROHIBITED},           {4, 3, 13, VQ_ICMP_PROHIBITED},
    {4, 3, ANY, VQ_ICMP_NET_UNREACHABLE},     {4, 4, ANY, VQ_ICMP_SOURCE_QUENCH},
    {4, 5, ANY, VQ_ICMP_REDIRECT},            {4, 11, 0, VQ_ICMP_TTL_EXCEEDED},
    {4, 11, 1, VQ_ICMP_REASSEMBLY_TIMEOUT},   {6, 1, 1, VQ_ICMP_PROHIBITED},
    {6, 1, 3, VQ_ICMP_HOST_UNREACHABLE},      {6, 1, 4, VQ_ICMP_PORT_UNREACHABLE},
    {6, 1, ANY, VQ_ICMP_NET_UNREACHABLE},     {6, 2, ANY, VQ_ICMP_TOO_BIG},
    {6, 3, 0, VQ_ICMP_TTL_EXCEEDED},          {6, 3, 1, VQ_ICMP_REASSEMBLY_TIMEOUT},
};

static const char *const names[VQ_ICMP_KINDS] = {
    [VQ_ICMP_NET_UNREACHABLE] = "net_unreachable",   [VQ_ICMP_HOST_UNREACHABLE] = "host_unreachable",
    [VQ_ICMP_PORT_UNREACHABLE] = "port_unreachable", [VQ_ICMP_PROTOCOL_UNREACHABLE] = "protocol_unreachable",
    [VQ_ICMP_PROHIBITED] = "prohibited",             [VQ_ICMP_TOO_BIG] = "too_big",
    [VQ_ICMP_TTL_EXCEEDED] = "ttl_exceeded",         [VQ_ICMP_REASSEMBLY_TIMEOUT] = "reassembly_timeout",
    [VQ_ICMP_SOURCE_QUENCH] = "source_quench",       [VQ_ICMP_REDIRECT] = "redirect",
};

const char *vq_icmp_kind_name(enum vq_icmp_kind k)
{
    return names[k];
}

/* Type, code, checksum, four bytes that depend on the type, then the packet complained about: at least its header and eight
 * bytes, which hold the ports (RFC 792; RFC 4443 3 quotes as much as fits). */
bool vq_icmp_parse(const struct vq_dgram *d, struct vq_icmp_error *out)
{
    struct vq_walk w = {.r = vq_rd(d->payload.p, d->payload.n)};
    const uint8_t *h = vq_rd_take(&w.r, 8);
    if (!h)
        return false;
    size_t i = 0;
    while (rows[i].family != d->src.family || rows[i].type != h[0] || (rows[i].code != ANY && rows[i].code != h[1]))
        if (++i == sizeof rows / sizeof *rows)
            return false;
    struct vq_dgram quoted = {.ts = 0};
    bool whole = vq_ip_read(&w, &quoted);
    if (!whole && quoted.drop != VQ_DROP_IP_FRAGMENT)
        return false;
    const uint8_t *ports = NULL;
    if (whole && (w.number == VQ_IP_UDP || w.number == VQ_IP_TCP))
        ports = vq_rd_take(&w.r, 4);
    if (ports) {
        quoted.src.port = vq_be16(ports);
        quoted.dst.port = vq_be16(ports + 2);
    }
    *out = (struct vq_icmp_error){rows[i].kind, quoted.src, quoted.dst};
    return true;
}
