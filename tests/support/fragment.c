#include "support/fragment.h"

#include <assert.h>
#include <string.h>

#include "support/frame.h"

enum { ETHERNET = 14, UDP = 8 };

static size_t ip4_header(uint8_t *h, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t id,
                         size_t offset, size_t n, bool more)
{
    memset(h, 0, 20);
    h[0] = 0x45;
    put_be16(h + 2, (unsigned)(20 + n));
    put_be16(h + 4, id & 0xffff);
    put_be16(h + 6, (unsigned)(offset / 8) | (more ? 0x2000 : 0));
    h[8] = 64;
    h[9] = FRAME_UDP;
    memcpy(h + 12, src->ip, 4);
    memcpy(h + 16, dst->ip, 4);
    return 20;
}

static size_t ip6_headers(uint8_t *h, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t id,
                          size_t offset, size_t n, bool more)
{
    memset(h, 0, 48);
    h[0] = 0x60;
    put_be16(h + 4, (unsigned)(8 + n));
    h[6] = 44; /* fragment header */
    h[7] = 64;
    memcpy(h + 8, src->ip, 16);
    memcpy(h + 24, dst->ip, 16);
    h[40] = FRAME_UDP;
    put_be16(h + 42, (unsigned)offset | (more ? 1 : 0));
    put_be32(h + 44, id);
    return 48;
}

/* Bytes from .. from + n of the datagram, whose header is not in memory before its payload. */
static void copy_datagram(uint8_t *to, const uint8_t header[UDP], const uint8_t *payload, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from + i < UDP ? header[from + i] : payload[from + i - UDP];
}

size_t fragment_udp(struct packet *frames, size_t room, const struct vq_endpoint *src, const struct vq_endpoint *dst,
                    uint32_t id, const void *payload, size_t n, size_t unit)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    uint8_t udp[UDP] = {0};
    size_t count = 0, all = UDP + n;
    assert(unit && unit % 8 == 0 && unit <= 1900 && all <= 65535);
    put_be16(udp, src->port);
    put_be16(udp + 2, dst->port);
    put_be16(udp + 4, (unsigned)all);
    for (size_t from = 0; from < all; from += unit) {
        assert(count < room);
        struct packet *p = &frames[count++];
        size_t part = all - from < unit ? all - from : unit;
        bool more = from + part < all;
        uint8_t *ip = p->bytes + ETHERNET;
        memcpy(p->bytes, macs, sizeof macs);
        put_be16(p->bytes + 12, src->family == 4 ? 0x0800 : 0x86dd);
        size_t head = src->family == 4 ? ip4_header(ip, src, dst, id, from, part, more)
                                       : ip6_headers(ip, src, dst, id, from, part, more);
        copy_datagram(ip + head, udp, payload, from, part);
        p->n = ETHERNET + head + part;
    }
    return count;
}
