/* link.c - the link types that are understood (https://www.tcpdump.org/linktypes.html). */
#include "net/link.h"

#include <voipqos/frame.h>

/* EtherTypes that may stand where IP is looked for. */
enum { ETHER_IP4 = 0x0800, ETHER_IP6 = 0x86dd, ETHER_VLAN = 0x8100, ETHER_QINQ = 0x88a8, ETHER_QINQ_OLD = 0x9100 };

#define MAX_VLAN_TAGS 4

static enum vq_link_next ether_type(struct vq_rd *r, uint16_t type)
{
    for (int tags = 0; tags < MAX_VLAN_TAGS && (type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD); tags++) {
        vq_rd_skip(r, 2); /* priority and VLAN id */
        type = vq_rd_u16(r);
    }
    if (r->bad)
        return VQ_NEXT_TRUNCATED;
    return type == ETHER_IP4 || type == ETHER_IP6 ? VQ_NEXT_IP : VQ_NEXT_OTHER;
}

static enum vq_link_next ethernet(struct vq_rd *r)
{
    vq_rd_skip(r, 12);
    return ether_type(r, vq_rd_u16(r));
}

/* LINKTYPE_LINUX_SLL: the protocol is the last of eight 16-bit words. */
static enum vq_link_next linux_sll(struct vq_rd *r)
{
    vq_rd_skip(r, 14);
    return ether_type(r, vq_rd_u16(r));
}

/* LINKTYPE_LINUX_SLL2: the protocol comes first, 18 bytes of other fields follow. */
static enum vq_link_next linux_sll2(struct vq_rd *r)
{
    uint16_t type = vq_rd_u16(r);
    vq_rd_skip(r, 18);
    return ether_type(r, type);
}

static enum vq_link_next raw_ip(struct vq_rd *r)
{
    return vq_rd_left(r) ? VQ_NEXT_IP : VQ_NEXT_TRUNCATED;
}

/* LINKTYPE_NULL: a 4-byte address family in the byte order of the capturing host; LINKTYPE_LOOP: in network order.
 * The values for IPv6 differ between systems, so what matters is that one of them stands there. */
static enum vq_link_next bsd_loopback(struct vq_rd *r)
{
    uint32_t f = vq_rd_u32(r);
    if (r->bad)
        return VQ_NEXT_TRUNCATED;
    if (f & 0xff000000u) /* written by a little-endian host */
        f = f >> 24 | (f >> 8 & 0xff00);
    return f == 2 || f == 10 || f == 24 || f == 28 || f == 30 ? VQ_NEXT_IP : VQ_NEXT_OTHER;
}

static const struct vq_link links[] = {
    {0, "NULL", bsd_loopback},
    {1, "ETHERNET", ethernet},
    {12, "RAW", raw_ip}, /* DLT_RAW as some systems write it into files */
    {14, "RAW", raw_ip},
    {101, "RAW", raw_ip},
    {108, "LOOP", bsd_loopback},
    {113, "LINUX_SLL", linux_sll},
    {228, "IPV4", raw_ip},
    {229, "IPV6", raw_ip},
    {276, "LINUX_SLL2", linux_sll2},
};

const struct vq_link *vq_link_find(uint32_t type)
{
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (links[i].type == type)
            return &links[i];
    return NULL;
}

const char *vq_link_name(uint32_t type)
{
    const struct vq_link *l = vq_link_find(type);
    return l ? l->name : NULL;
}
