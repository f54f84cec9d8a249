/* stun.c - STUN messages, RFC 5389 and classic RFC 3489. */
#include "proto/stun.h"

#define HEADER 20u
#define COOKIE 0x2112a442u

enum { MAPPED_ADDRESS = 0x0001, XOR_MAPPED_ADDRESS = 0x0020, XOR_MAPPED_ADDRESS_OLD = 0x8020 };

/* Message types of RFC 3489 11.1 and the TURN methods that came before the cookie; without the cookie only these are
 * believed. */
static bool is_classic_type(uint16_t type)
{
    static const uint16_t types[] = {0x0001, 0x0101, 0x0111, 0x0002, 0x0102, 0x0112};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i] == type)
            return true;
    return false;
}

/* RFC 5389 15.1 and 15.2: a zero byte, the family, port and address; `mask` is XORed over port and address (RFC 5389:
 * the cookie, behind it the rest of the transaction id), all zero for the plain attribute. */
static void read_address(struct vq_slice value, const uint8_t mask[16], struct vq_endpoint *out)
{
    struct vq_rd r = vq_rd(value.p, value.n);
    struct vq_endpoint e = {0};
    vq_rd_skip(&r, 1);
    uint8_t family = vq_rd_u8(&r);
    uint16_t port = vq_rd_u16(&r);
    size_t n = family == 1 ? 4 : family == 2 ? 16 : 0;
    const uint8_t *ip = vq_rd_take(&r, n);
    if (n == 0 || !ip)
        return;
    e.family = family == 1 ? 4 : 6;
    e.port = port ^ vq_be16(mask);
    for (size_t i = 0; i < n; i++)
        e.ip[i] = ip[i] ^ mask[i];
    *out = e;
}

bool vq_stun_parse(struct vq_slice b, struct vq_stun_msg *out)
{
    static const uint8_t plain[16];
    struct vq_rd r = vq_rd(b.p, b.n);
    struct vq_stun_msg m = {.type = vq_rd_u16(&r)};
    size_t n = vq_rd_u16(&r);
    m.id = vq_rd_take(&r, 16);
    if (!m.id || m.type >> 14 || n % 4 || n != b.n - HEADER)
        return false;
    m.cookie = vq_be32(m.id) == COOKIE;
    if (!m.cookie && !is_classic_type(m.type))
        return false;
    bool xored = false;
    while (vq_rd_left(&r)) {
        uint16_t type = vq_rd_u16(&r);
        size_t size = vq_rd_u16(&r);
        struct vq_slice value = vq_rd_slice(&r, size);
        vq_rd_skip(&r, (4 - size % 4) % 4);
        if (r.bad)
            return false;
        if (type == XOR_MAPPED_ADDRESS || type == XOR_MAPPED_ADDRESS_OLD) {
            read_address(value, m.id, &m.mapped);
            xored = m.mapped.family != 0;
        } else if (type == MAPPED_ADDRESS && !xored) {
            read_address(value, plain, &m.mapped);
        }
    }
    *out = m;
    return true;
}
