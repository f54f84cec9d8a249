/* endpoint.c - addresses: comparing, printing, private ranges. */
#include <voipqos/types.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static char *put_number(char *p, unsigned n)
{
    if (n >= 10)
        p = put_number(p, n / 10);
    *p = (char)('0' + n % 10);
    return p + 1;
}

/* Every SDP's address is written once; the C library takes a microsecond for it. */
static char *put_ip4(char *p, const uint8_t *ip)
{
    for (int i = 0; i < 4; i++) {
        if (i)
            *p++ = '.';
        p = put_number(p, ip[i]);
    }
    return p;
}

const char *vq_endpoint_host(const struct vq_endpoint *e, char text[VQ_ENDPOINT_TEXT])
{
    if (e->family == 4)
        *put_ip4(text, e->ip) = 0;
    else if (!e->family || !inet_ntop(AF_INET6, e->ip, text, VQ_ENDPOINT_TEXT))
        snprintf(text, VQ_ENDPOINT_TEXT, "-");
    return text;
}

const char *vq_endpoint_text(const struct vq_endpoint *e, char text[VQ_ENDPOINT_TEXT])
{
    char host[INET6_ADDRSTRLEN];
    if (e->family == 4) {
        char *p = put_ip4(text, e->ip);
        *p++ = ':';
        *put_number(p, e->port) = 0;
    } else if (!e->family || !inet_ntop(AF_INET6, e->ip, host, sizeof host)) {
        snprintf(text, VQ_ENDPOINT_TEXT, "-");
    } else {
        snprintf(text, VQ_ENDPOINT_TEXT, "[%s]:%u", host, (unsigned)e->port);
    }
    return text;
}

/* Prefixes that the public network does not route. */
static const struct {
    uint8_t family, bits;
    uint8_t ip[16];
} private_nets[] = {
    {4, 8, {10}},                 /* RFC 1918 */
    {4, 12, {172, 16}},           /* RFC 1918 */
    {4, 16, {192, 168}},          /* RFC 1918 */
    {4, 10, {100, 64}},           /* RFC 6598, carrier-grade NAT */
    {4, 16, {169, 254}},          /* RFC 3927, link local */
    {4, 8, {127}},                /* RFC 1122, loopback */
    {6, 7, {0xfc}},               /* RFC 4193, unique local */
    {6, 10, {0xfe, 0x80}},        /* RFC 4291, link local */
    {6, 128, {[15] = 1}},         /* RFC 4291, loopback */
};

static bool in_prefix(const uint8_t *ip, const uint8_t *net, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(ip, net, whole) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00u >> rest);
    return !rest || ((ip[whole] ^ net[whole]) & mask) == 0;
}

bool vq_endpoint_is_private(const struct vq_endpoint *e)
{
    for (size_t i = 0; i < sizeof private_nets / sizeof *private_nets; i++)
        if (private_nets[i].family == e->family && in_prefix(e->ip, private_nets[i].ip, private_nets[i].bits))
            return true;
    return false;
}
