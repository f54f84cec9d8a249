/* stun.c - STUN messages, RFC 5389 and classic RFC 3489, and TURN's ChannelData. */
#include "proto/stun.h"

#define HEADER 20u
#define COOKIE 0x2112a442u

enum {
    MAPPED_ADDRESS = 0x0001,
    CHANGED_ADDRESS = 0x0005,
    USERNAME = 0x0006,
    ERROR_CODE = 0x0009,
    CHANNEL_NUMBER = 0x000c,
    XOR_PEER_ADDRESS = 0x0012,
    XOR_RELAYED_ADDRESS = 0x0016,
    XOR_MAPPED_ADDRESS = 0x0020,
    PRIORITY = 0x0024,
    USE_CANDIDATE = 0x0025,
    XOR_MAPPED_ADDRESS_OLD = 0x8020,
    SOFTWARE = 0x8022,
    ICE_CONTROLLED = 0x8029,
    ICE_CONTROLLING = 0x802a,
    OTHER_ADDRESS = 0x802c,
};

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

/* RFC 5389 15.6: 21 zero bits, the hundreds in three bits, the rest in a byte. */
static uint16_t read_error(struct vq_slice value)
{
    struct vq_rd r = vq_rd(value.p, value.n);
    vq_rd_skip(&r, 2);
    unsigned hundreds = vq_rd_u8(&r) & 7, rest = vq_rd_u8(&r);
    return r.bad || rest > 99 ? 0 : (uint16_t)(hundreds * 100 + rest);
}

static uint16_t read_u16(struct vq_slice value)
{
    return value.n >= 2 ? vq_be16(value.p) : 0;
}

/* The XORed form wins over the plain one, in whatever order they stand: some gateways rewrite what they can read. */
static void read_attribute(struct vq_stun_msg *m, uint16_t type, struct vq_slice value, bool *xored)
{
    static const uint8_t plain[16];
    switch (type) {
    case XOR_MAPPED_ADDRESS:
    case XOR_MAPPED_ADDRESS_OLD:
        read_address(value, m->id, &m->mapped);
        *xored = m->mapped.family != 0;
        break;
    case MAPPED_ADDRESS:
        if (!*xored)
            read_address(value, plain, &m->mapped);
        break;
    case OTHER_ADDRESS:
    case CHANGED_ADDRESS:
        if (type == OTHER_ADDRESS || !m->other.family)
            read_address(value, plain, &m->other);
        break;
    case XOR_RELAYED_ADDRESS:
        read_address(value, m->id, &m->relayed);
        break;
    case XOR_PEER_ADDRESS:
        read_address(value, m->id, &m->peer);
        break;
    case USERNAME:
        m->username = value;
        break;
    case SOFTWARE:
        m->software = value;
        break;
    case ERROR_CODE:
        m->error = read_error(value);
        break;
    case CHANNEL_NUMBER:
        m->channel = read_u16(value);
        break;
    case PRIORITY:
        m->has_priority = true;
        break;
    case USE_CANDIDATE:
        m->use_candidate = true;
        break;
    case ICE_CONTROLLED:
        m->controlled = true;
        break;
    case ICE_CONTROLLING:
        m->controlling = true;
        break;
    default:
        break;
    }
}

bool vq_stun_parse(struct vq_slice b, struct vq_stun_msg *out)
{
    struct vq_rd r = vq_rd(b.p, b.n);
    struct vq_stun_msg m = {.type = vq_rd_u16(&r)};
    size_t n = vq_rd_u16(&r);
    m.id = vq_rd_take(&r, 16);
    if (!m.id || m.type >> 14 || n % 4 || n != b.n - HEADER)
        return false;
    m.cookie = vq_be32(m.id) == COOKIE;
    if (!m.cookie && !is_classic_type(m.type))
        return false;
    /* RFC 5389 6: the two bits of the class stand among those of the method. */
    m.method = (uint16_t)((m.type & 0x000f) | (m.type & 0x00e0) >> 1 | (m.type & 0x3e00) >> 2);
    m.class = (enum vq_stun_class)((m.type & 0x0010) >> 4 | (m.type & 0x0100) >> 7);
    bool xored = false;
    while (vq_rd_left(&r)) {
        uint16_t type = vq_rd_u16(&r);
        size_t size = vq_rd_u16(&r);
        struct vq_slice value = vq_rd_slice(&r, size);
        vq_rd_skip(&r, (4 - size % 4) % 4);
        if (r.bad)
            return false;
        read_attribute(&m, type, value, &xored);
    }
    *out = m;
    return true;
}

/* Channel numbers are 0x4000 to 0x4fff (RFC 8656 12); behind the data there may be padding up to a multiple of four. */
bool vq_turn_data_parse(struct vq_slice b, uint32_t wire, struct vq_turn_data *out)
{
    struct vq_rd r = vq_rd(b.p, b.n);
    uint16_t channel = vq_rd_u16(&r);
    uint32_t n = vq_rd_u16(&r);
    if (r.bad || channel >> 12 != 4 || n == 0 || wire < n + 4 || wire - n - 4 > 3)
        return false;
    size_t here = vq_rd_left(&r);
    *out = (struct vq_turn_data){.channel = channel, .data = vq_rd_slice(&r, here < n ? here : n), .wire = n};
    return true;
}
