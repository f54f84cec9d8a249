/* dtmf.c - see dtmf.h. The bodies of INFO have no standard: dtmf-relay is as Cisco gateways began it and nearly all phones
 * send it. Numbers above 9 are the event codes of RFC 4733 there, too. */
#include "proto/dtmf.h"

#include "util/str.h"

bool vq_dtmf_event_read(struct vq_slice payload, struct vq_dtmf_event *out)
{
    struct vq_rd r = vq_rd(payload.p, payload.n);
    struct vq_dtmf_event e = {.code = vq_rd_u8(&r)};
    uint8_t flags = vq_rd_u8(&r);
    e.duration = vq_rd_u16(&r);
    if (r.bad)
        return false;
    e.end = flags >> 7;
    e.volume = flags & 0x3f;
    *out = e;
    return true;
}

char vq_dtmf_digit(uint32_t code)
{
    static const char keys[] = "0123456789*#ABCD!";
    return code < sizeof keys - 1 ? keys[code] : 0;
}

/* "5", "#", "d", "11" */
static char key_of(struct vq_slice s)
{
    uint32_t code;
    if (vq_str_u32(s, &code))
        return vq_dtmf_digit(code);
    if (s.n != 1)
        return 0;
    char c = (char)vq_str_lower(s.p[0]);
    if (c >= 'a' && c <= 'd')
        return (char)(c - 'a' + 'A');
    return c == '*' || c == '#' || c == '!' ? c : 0;
}

/* Lines of "name=value", with blanks where somebody liked them. */
static bool read_relay(struct vq_slice body, struct vq_dtmf_info *out)
{
    struct vq_slice line;
    while (vq_str_line(&body, &line)) {
        struct vq_slice value = line, name = vq_str_trim(vq_str_cut(&value, '='));
        value = vq_str_trim(value);
        if (vq_str_ieq_z(name, "signal") && !out->digit)
            out->digit = key_of(value);
        else if (vq_str_ieq_z(name, "duration") && vq_str_u32(value, &out->duration_ms))
            out->has_duration = true;
    }
    return out->digit != 0;
}

bool vq_dtmf_info_read(struct vq_slice content_type, struct vq_slice body, struct vq_dtmf_info *out)
{
    struct vq_slice params = content_type, type = vq_str_trim(vq_str_cut(&params, ';'));
    struct vq_dtmf_info info = {.digit = 0};
    bool relay = vq_str_ieq_z(type, "application/dtmf-relay");
    if (!relay && !vq_str_ieq_z(type, "application/dtmf"))
        return false;
    if (!relay)
        info.digit = key_of(vq_str_trim(body));
    if (!info.digit && !read_relay(body, &info)) /* some write the lines of dtmf-relay under the other name */
        return false;
    *out = info;
    return true;
}
