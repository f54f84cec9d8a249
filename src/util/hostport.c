/* hostport.c - addresses as text. Names are left alone: resolving them would prove nothing about the time of the call. */
#include "util/hostport.h"

#include <arpa/inet.h>

#include "util/str.h"

/* Four numbers without leading zeros, as inet_pton() wants them, only faster; on anything else `ip` means nothing. */
static bool read_quad(struct vq_slice s, uint8_t ip[4])
{
    size_t i = 0;
    for (unsigned k = 0; k < 4; k++) {
        if (k > 0 && (i == s.n || s.p[i++] != '.'))
            return false;
        size_t start = i;
        unsigned v = 0;
        for (; i < s.n && i < start + 3 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
            v = v * 10 + (unsigned)(s.p[i] - '0');
        if (i == start || v > 255 || (s.p[start] == '0' && i > start + 1))
            return false;
        ip[k] = (uint8_t)v;
    }
    return i == s.n;
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
