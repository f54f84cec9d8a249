/* candidate.c - ICE candidates, RFC 8839 5.1: "1 1 UDP 2130706431 203.0.113.141 8998 typ srflx raddr 10.0.1.1 rport 9". */
#include "proto/candidate.h"

#include "util/hostport.h"
#include "util/str.h"

#define PAIRS 32 /* extensions that are looked at */

static const char *const types[] = {
    [VQ_CANDIDATE_HOST] = "host", [VQ_CANDIDATE_SRFLX] = "srflx", [VQ_CANDIDATE_PRFLX] = "prflx", [VQ_CANDIDATE_RELAY] = "relay"};

const char *vq_candidate_type_name(enum vq_candidate_type t)
{
    return types[t];
}

static bool read_port(struct vq_slice s, uint16_t *out)
{
    uint32_t port;
    if (!vq_str_u32(s, &port) || port > UINT16_MAX)
        return false;
    *out = (uint16_t)port;
    return true;
}

static bool read_type(struct vq_slice s, enum vq_candidate_type *out)
{
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++)
        if (vq_str_ieq_z(s, types[i])) {
            *out = (enum vq_candidate_type)i;
            return true;
        }
    return false;
}

bool vq_candidate_parse(struct vq_slice s, struct vq_candidate_line *out)
{
    struct vq_candidate_line c = {.component = 0};
    uint32_t component, priority;
    if (!vq_str_word(&s).n || !vq_str_u32(vq_str_word(&s), &component) || component < 1 || component > 256)
        return false;
    c.component = component;
    struct vq_slice transport = vq_str_word(&s);
    if (!transport.n || !vq_str_u32(vq_str_word(&s), &priority))
        return false;
    c.tcp = vq_str_ieq_z(transport, "tcp");
    struct vq_slice host = vq_str_word(&s), port = vq_str_word(&s);
    if (!host.n || !read_port(port, &c.at.port) || !vq_str_ieq_z(vq_str_word(&s), "typ") || !read_type(vq_str_word(&s), &c.type))
        return false;
    uint16_t number = c.at.port;
    if (vq_host_read(host, &c.at))
        c.at.port = number;
    else
        c.at.port = 0;
    number = 0;
    for (int i = 0; i < PAIRS; i++) {
        struct vq_slice name = vq_str_word(&s), value = vq_str_word(&s);
        if (!name.n)
            break;
        if (vq_str_ieq_z(name, "raddr"))
            vq_host_read(value, &c.related);
        else if (vq_str_ieq_z(name, "rport"))
            read_port(value, &number);
    }
    if (c.related.family)
        c.related.port = number;
    *out = c;
    return true;
}
