/* hostport.c - addresses as text. Names are left alone: resolving them would prove nothing about the time of the call. */
#include "util/hostport.h"

#include <arpa/inet.h>

#include "util/str.h"

/* 0 to 9, or more than that. */
static unsigned digit(const uint8_t *p, const uint8_t *end)
{
    return p < end ? (unsigned)*p - '0' : 10;
}

/* Four numbers without leading zeros, as inet_pton() wants them, only faster; on anything else `ip` means nothing. */
static bool read_quad(struct vq_slice s, uint8_t ip[4])
{
    const uint8_t *p = s.p, *const end = s.n ? s.p + s.n : s.p;
    for (unsigned k = 0; k < 4; k++) {
        if (k > 0 && (p == end || *p++ != '.'))
            return false;
        unsigned v = digit(p, end), d;
        if (v > 9)
            return false;
        p++;
        /* Behind a zero, or a third digit, there must be the next dot. */
        for (int more = v ? 2 : 0; more && (d = digit(p, end)) <= 9; more--, p++)
            v = v * 10 + d;
        if (v > 255)
            return false;
        ip[k] = (uint8_t)v;
    }
    return p == end;
}

bool vq_host_read(struct vq_slice s, struct vq_endpoint *out)
{
    struct vq_endpoint e = {.family = 4};
    if (read_quad(s, e.ip)) {
        *out = e;
        return true;
    }
    char text[INET6_ADDRSTRLEN];
    if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = vq_slice(s.p + 1, s.n - 2);
    /* inet_pton() would end at a NUL and not see what stands behind it. */
    if (s.n == 0 || s.n >= sizeof text || vq_str_find(s, ':') == s.n || vq_str_find(s, 0) < s.n)
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    e = (struct vq_endpoint){.family = 6};
    if (inet_pton(AF_INET6, text, e.ip) != 1)
        return false;
    *out = e;
    return true;
}

bool vq_hostport_read(struct vq_slice s, uint16_t port, struct vq_endpoint *out)
{
    struct vq_endpoint e;
    uint32_t number = port;
    size_t skip = s.n && s.p[0] == '[' ? vq_str_find(s, ']') : 0;
    size_t colon = skip < s.n ? skip + vq_str_find(vq_slice(s.p + skip, s.n - skip), ':') : s.n;
    if (!vq_host_read(vq_slice(s.p, colon), &e))
        return false;
    if (colon < s.n && (!vq_str_u32(vq_slice(s.p + colon + 1, s.n - colon - 1), &number) || number > UINT16_MAX))
        return false;
    e.port = (uint16_t)number;
    *out = e;
    return true;
}
