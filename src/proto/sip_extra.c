/* sip_extra.c - headers that few messages have, read when somebody asks: transfers, events, reasons, all Contacts. */
#include "proto/sip_impl.h"
#include "util/str.h"

#define CONTACTS_MOST 64

bool vq_sip_header_next(struct vq_slice *lines, struct vq_slice *name, struct vq_slice *value)
{
    struct vq_slice line;
    while (lines->n) {
        vq_sip_line_cut(lines, true, &line);
        if (vq_str_find(line, ':') == line.n)
            continue;
        *name = vq_str_trim(vq_str_cut(&line, ':'));
        *value = vq_str_trim(line);
        return true;
    }
    return false;
}

static void read_seconds(struct vq_slice value, int64_t *out)
{
    uint32_t v;
    if (*out < 0 && vq_str_u32_prefix(value, &v))
        *out = v;
}

/* 19.1.1: what stands behind the '?' of a URI in angle brackets. */
static struct vq_slice uri_headers(struct vq_slice value)
{
    struct vq_slice rest = value;
    vq_str_cut(&rest, '<');
    struct vq_slice uri = vq_str_cut(&rest, '>');
    vq_str_cut(&uri, '?');
    return uri;
}

static void read_reason(struct vq_slice value, struct vq_sip_extra *x)
{
    struct vq_slice params = vq_sip_list_cut(&value), cause;
    uint32_t v;
    if (x->reason_protocol.n)
        return;
    x->reason_protocol = vq_str_trim(vq_str_cut(&params, ';'));
    vq_sip_param_find(params, "text", &x->reason_text);
    if (vq_sip_param_find(params, "cause", &cause) && vq_str_u32_prefix(cause, &v) && v <= 999)
        x->reason_cause = (int)v;
}

static void read_state(struct vq_slice value, struct vq_sip_extra *x)
{
    struct vq_slice seconds;
    x->subscription_state = vq_str_trim(vq_str_cut(&value, ';'));
    vq_sip_param_find(value, "reason", &x->sub_reason);
    if (vq_sip_param_find(value, "expires", &seconds))
        read_seconds(seconds, &x->sub_expires);
}

void vq_sip_extra_read(const struct vq_sip *m, struct vq_sip_extra *out)
{
    struct vq_sip_extra x = {.sub_expires = -1, .min_expires = -1, .reason_cause = -1};
    struct vq_slice lines = m->headers, name, value, params;
    while (vq_sip_header_next(&lines, &name, &value)) {
        switch (vq_sip_hdr_of(name)) {
        case VQ_HDR_REFER_TO:
            vq_sip_addr_read(value, &x.refer_to, &params);
            x.refer_to_headers = uri_headers(value);
            break;
        case VQ_HDR_REFERRED_BY:
            vq_sip_addr_read(value, &x.referred_by, &params);
            break;
        case VQ_HDR_REPLACES:
            x.replaces = vq_str_trim(vq_str_cut(&value, ';'));
            break;
        case VQ_HDR_EVENT:
            x.event = vq_str_trim(vq_str_cut(&value, ';'));
            vq_sip_param_find(value, "id", &x.event_id);
            break;
        case VQ_HDR_SUBSCRIPTION_STATE:
            read_state(value, &x);
            break;
        case VQ_HDR_MIN_EXPIRES:
            read_seconds(value, &x.min_expires);
            break;
        case VQ_HDR_RACK:
            x.rack = value;
            break;
        case VQ_HDR_SESSION_ID:
            x.session_id = vq_str_trim(vq_str_cut(&value, ';'));
            break;
        case VQ_HDR_OTHER_CALL_ID:
            x.other_call_id = value;
            break;
        case VQ_HDR_CHARGING:
            vq_sip_param_find(value, "icid-value", &x.icid);
            break;
        case VQ_HDR_REASON:
            read_reason(value, &x);
            break;
        default:
            break;
        }
    }
    *out = x;
}

static int hex_digit(uint8_t c)
{
    int l = vq_str_lower(c);
    return l >= '0' && l <= '9' ? l - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool vq_sip_refer_replaces(struct vq_slice headers, char *text, size_t room)
{
    while (headers.n) {
        struct vq_slice v = vq_str_cut(&headers, '&'), key = vq_str_cut(&v, '=');
        if (!vq_str_ieq_z(vq_str_trim(key), "replaces"))
            continue;
        size_t n = 0;
        for (size_t i = 0; i < v.n && n + 1 < room; i++) {
            int high = v.p[i] == '%' && i + 2 < v.n ? hex_digit(v.p[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(v.p[i + 2]) : -1;
            char c = (char)(low >= 0 ? (unsigned)high << 4 | (unsigned)low : v.p[i]);
            if (c == ';') /* the tags follow */
                break;
            i += low >= 0 ? 2 : 0;
            text[n++] = c ? c : '?';
        }
        text[n] = '\0';
        return n > 0;
    }
    return false;
}

bool vq_sip_contact_next(struct vq_sip_contacts *at, struct vq_sip_addr *out, int64_t *expires)
{
    struct vq_slice name, value, params, seconds;
    for (;;) {
        while (at->list.n && at->looked++ < CONTACTS_MOST) {
            struct vq_sip_addr a;
            value = vq_sip_list_cut(&at->list);
            if (!value.n || vq_str_eq(value, VQ_SLICE_LIT("*")))
                continue;
            vq_sip_addr_read(value, &a, &params);
            *expires = -1;
            if (vq_sip_param_find(params, "expires", &seconds))
                read_seconds(seconds, expires);
            *out = a;
            return true;
        }
        if (at->looked >= CONTACTS_MOST || !vq_sip_header_next(&at->rest, &name, &value))
            return false;
        if (vq_sip_hdr_of(name) == VQ_HDR_CONTACT)
            at->list = value;
    }
}

unsigned vq_sip_frag_status(struct vq_slice body, struct vq_slice *phrase)
{
    struct vq_slice line;
    struct vq_sip_start start;
    vq_sip_line_cut(&body, false, &line);
    if (!vq_str_istarts(line, "SIP/") || !vq_sip_start_read(line, &start) || start.status < 100 || start.status > 699)
        return 0;
    *phrase = start.reason;
    return start.status;
}
