/* link.c - the link types that are understood (https://www.tcpdump.org/linktypes.html). */
#include "net/link.h"

#include <voipqos/frame.h>

#include "net/tunnel.h"

/* The address field has room for eight bytes; those behind the address are whatever the kernel's buffer held. `length` and
 * `address`: where its length and the address stand. */
static void note_cooked(struct vq_walk *w, const uint8_t *p, size_t length, size_t address)
{
    if (p)
        vq_walk_note(w, p, address + (p[length] < 8 ? p[length] & ~1u : 8));
}

/* LINKTYPE_LINUX_SLL: the protocol is the last of eight 16-bit words. */
static enum vq_step linux_sll(struct vq_walk *w)
{
    note_cooked(w, vq_rd_take(&w->r, 14), 5, 6);
    return vq_walk_on(w, VQ_SPACE_ETHER, vq_rd_u16(&w->r));
}

/* LINKTYPE_LINUX_SLL2: the protocol comes first, 18 bytes of other fields follow. */
static enum vq_step linux_sll2(struct vq_walk *w)
{
    uint16_t type = vq_rd_u16(&w->r);
    note_cooked(w, vq_rd_take(&w->r, 18), 9, 10);
    return vq_walk_on(w, VQ_SPACE_ETHER, type);
}

static enum vq_step raw_ip(struct vq_walk *w)
{
    return vq_rd_left(&w->r) ? vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_IP4) : VQ_STEP_CUT;
}

/* LINKTYPE_NULL: a 4-byte address family in the byte order of the capturing host; LINKTYPE_LOOP: in network order.
 * The values for IPv6 differ between systems, so what matters is that one of them stands there. */
static enum vq_step bsd_loopback(struct vq_walk *w)
{
    uint32_t f = vq_rd_u32(&w->r);
    if (f & 0xff000000u) /* written by a little-endian host */
        f = f >> 24 | (f >> 8 & 0xff00);
    if (!w->r.bad && f != 2 && f != 10 && f != 24 && f != 28 && f != 30)
        return VQ_STEP_OTHER;
    return vq_walk_on(w, VQ_SPACE_ETHER, VQ_ETHER_IP4);
}

/* Cisco HDLC: address and control bytes, then an EtherType (RFC 1547 4.3.1). */
static enum vq_step cisco_hdlc(struct vq_walk *w)
{
    vq_rd_skip(&w->r, 2);
    return vq_walk_on(w, VQ_SPACE_ETHER, vq_rd_u16(&w->r));
}

/* LINKTYPE_PPP_HDLC: PPP with its framing (RFC 1662), or Cisco HDLC, told apart by the first byte. */
static enum vq_step ppp_hdlc(struct vq_walk *w)
{
    bool cisco = vq_rd_left(&w->r) && (*w->r.p == 0x0f || *w->r.p == 0x8f);
    return cisco ? cisco_hdlc(w) : vq_step_ppp(w);
}

static const struct vq_link links[] = {
    {0, "NULL", bsd_loopback},
    {1, "ETHERNET", vq_step_ethernet},
    {9, "PPP", ppp_hdlc},
    {12, "RAW", raw_ip}, /* DLT_RAW as some systems write it into files */
    {14, "RAW", raw_ip},
    {50, "PPP_HDLC", ppp_hdlc},
    {51, "PPP_ETHER", vq_step_pppoe},
    {101, "RAW", raw_ip},
    {104, "C_HDLC", cisco_hdlc},
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
