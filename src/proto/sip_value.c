/* sip_value.c - names and values of SIP headers, read leniently: RFC 3261 7.3 and 20. */
#include "proto/sip_impl.h"
#include "util/str.h"

#define LIST_MOST 64 /* elements of one list that are looked at: a hostile list must not cost its length squared */

/* One row per name, ordered by length; those of one length stand together. */
static const struct {
    const char *name;
    enum vq_sip_hdr id;
} names[] = {
    {"v", VQ_HDR_VIA},
    {"f", VQ_HDR_FROM},
    {"t", VQ_HDR_TO},
    {"i", VQ_HDR_CALL_ID},
    {"m", VQ_HDR_CONTACT},
    {"l", VQ_HDR_CONTENT_LENGTH},
    {"c", VQ_HDR_CONTENT_TYPE},
    {"r", VQ_HDR_REFER_TO},
    {"b", VQ_HDR_REFERRED_BY},
    {"o", VQ_HDR_EVENT},
    {"to", VQ_HDR_TO},
    {"via", VQ_HDR_VIA},
    {"from", VQ_HDR_FROM},
    {"cseq", VQ_HDR_CSEQ},
    {"rack", VQ_HDR_RACK},
    {"date", VQ_HDR_DATE},
    {"event", VQ_HDR_EVENT},
    {"x-cid", VQ_HDR_OTHER_CALL_ID},
    {"reason", VQ_HDR_REASON},
    {"server", VQ_HDR_USER_AGENT},
    {"call-id", VQ_HDR_CALL_ID},
    {"contact", VQ_HDR_CONTACT},
    {"expires", VQ_HDR_EXPIRES},
    {"refer-to", VQ_HDR_REFER_TO},
    {"replaces", VQ_HDR_REPLACES},
    {"x-call-id", VQ_HDR_OTHER_CALL_ID},
    {"user-agent", VQ_HDR_USER_AGENT},
    {"session-id", VQ_HDR_SESSION_ID},
    {"x-rtp-stat", VQ_HDR_STATISTICS},
    {"p-rtp-stat", VQ_HDR_STATISTICS},
    {"rtp-rxstat", VQ_HDR_STATISTICS},
    {"rtp-txstat", VQ_HDR_STATISTICS},
    {"min-expires", VQ_HDR_MIN_EXPIRES},
    {"referred-by", VQ_HDR_REFERRED_BY},
    {"x-rtp-stats", VQ_HDR_STATISTICS},
    {"p-rtp-stats", VQ_HDR_STATISTICS},
    {"content-type", VQ_HDR_CONTENT_TYPE},
    {"authorization", VQ_HDR_CREDENTIALS},
    {"content-length", VQ_HDR_CONTENT_LENGTH},
    {"www-authenticate", VQ_HDR_CHALLENGE},
    {"p-charging-vector", VQ_HDR_CHARGING},
    {"proxy-authenticate", VQ_HDR_CHALLENGE},
    {"subscription-state", VQ_HDR_SUBSCRIPTION_STATE},
    {"proxy-authorization", VQ_HDR_CREDENTIALS},
    {"x-siemens-rtp-stats", VQ_HDR_STATISTICS},
    {"x-siemens-rtp-stats-list", VQ_HDR_STATISTICS},
};

/* First row of each length: names[first[n]] .. names[first[n + 1] - 1] are of length n. */
static const uint8_t first[] = {0, 0, 10, 11, 12, 16, 18, 20, 23, 25, 26, 32, 36, 37, 38, 39, 39, 40, 41, 43, 45, 45, 45, 45, 45, 46};

const uint8_t vq_sip_class[256] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 00 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 10 */
    0x00, 0x3b, 0x00, 0x02, 0x22, 0x3b, 0x22, 0x3b, 0x32, 0x32, 0x3b, 0x3b, 0x02, 0x3f, 0x3f, 0x3a, /* 20 */
    0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x38, 0x22, 0x00, 0x22, 0x00, 0x10, /* 30 */
    0x10, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, /* 40 */
    0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x38, 0x00, 0x38, 0x00, 0x3f, /* 50 */
    0x19, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, /* 60 */
    0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x3f, 0x10, 0x00, 0x10, 0x3b, 0x00, /* 70 */
};

enum vq_sip_hdr vq_sip_hdr_of(struct vq_slice name)
{
    if (name.n == 0 || name.n > sizeof first - 2)
        return VQ_HDR_OTHER;
    for (size_t i = first[name.n]; i < first[name.n + 1]; i++) {
        const char *z = names[i].name;
        size_t k = 0;
        /* 0x20 makes letters lower case and leaves '-' alone; no other byte becomes one of these names' letters
         * but by being one, save for control characters, which a name cannot hold. */
        while (k < name.n && (name.p[k] | 0x20) == z[k])
            k++;
        if (k == name.n)
            return names[i].id;
    }
    return VQ_HDR_OTHER;
}

bool vq_sip_line_cut(struct vq_slice *s, bool fold, struct vq_slice *line)
{
    size_t i = 0;
    bool ended = false;
    while (i < s->n && !ended) {
        if (s->p[i] != '\r' && s->p[i] != '\n') {
            i++;
            continue;
        }
        size_t next = i + (s->p[i] == '\r' && i + 1 < s->n && s->p[i + 1] == '\n' ? 2 : 1);
        if (fold && i && next < s->n && vq_str_is_blank(s->p[next])) {
            i = next;
            continue;
        }
        *line = vq_slice(s->p, i);
        *s = vq_slice(s->p + next, s->n - next);
        ended = true;
    }
    if (!ended) {
        *line = *s;
        *s = vq_slice(s->n ? s->p + s->n : s->p, 0);
    }
    return ended;
}

/* Offset of the closing quote of a quoted string that begins at s.p[0], or s.n (25.1 quoted-string). */
static size_t closing_quote(struct vq_slice s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i;
    }
    return s.n;
}

/* Offset of the first `sep` that is neither in quotes nor in angle brackets, or s.n. A quote or bracket that nobody
 * closes is an ordinary byte; looking for its end once is enough. */
static size_t find_outside(struct vq_slice s, uint8_t sep)
{
    bool quotes = true, brackets = true;
    for (size_t i = 0; i < s.n; i++) {
        struct vq_slice rest = {s.p + i, s.n - i};
        if (s.p[i] == sep)
            return i;
        size_t skip = 0;
        if (s.p[i] == '"' && quotes) {
            skip = closing_quote(rest);
            quotes = skip < rest.n;
        } else if (s.p[i] == '<' && brackets) {
            skip = vq_str_find(rest, '>');
            brackets = skip < rest.n;
        }
        if (skip < rest.n)
            i += skip;
    }
    return s.n;
}

static struct vq_slice cut_outside(struct vq_slice *s, uint8_t sep)
{
    size_t n = find_outside(*s, sep);
    struct vq_slice head = {s->p, n};
    size_t skip = n < s->n ? n + 1 : n;
    *s = vq_slice(s->n ? s->p + skip : s->p, s->n - skip);
    return head;
}

struct vq_slice vq_sip_list_cut(struct vq_slice *list)
{
    return vq_str_trim(cut_outside(list, ','));
}

static struct vq_slice unquote(struct vq_slice s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? vq_slice(s.p + 1, s.n - 2) : s;
}

bool vq_sip_param_find(struct vq_slice params, const char *name, struct vq_slice *value)
{
    for (unsigned i = 0; i < LIST_MOST && params.n; i++) {
        struct vq_slice v = cut_outside(&params, ';');
        struct vq_slice key = vq_str_trim(vq_str_cut(&v, '='));
        if (vq_str_ieq_z(key, name)) {
            *value = unquote(vq_str_trim(v));
            return true;
        }
    }
    return false;
}

static bool is_scheme(struct vq_slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        int c = vq_str_lower(s.p[i]);
        bool letter = c >= 'a' && c <= 'z';
        bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (!letter && (i == 0 || !later))
            return false;
    }
    return s.n > 0;
}

static size_t find_any(struct vq_slice s, char a, char b)
{
    size_t x = vq_str_find(s, a), y = vq_str_find(s, b);
    return x < y ? x : y;
}

bool vq_sip_uri_read(struct vq_slice uri, struct vq_sip_addr *out)
{
    uri = vq_str_trim(uri);
    struct vq_slice rest = uri, scheme = vq_str_cut(&rest, ':');
    bool named = scheme.n < uri.n && is_scheme(scheme);
    bool sip = !named || vq_str_ieq_z(scheme, "sip") || vq_str_ieq_z(scheme, "sips");
    if (!named)
        rest = uri;
    if (!sip) {
        size_t n = find_any(rest, ';', '?');
        if (vq_str_ieq_z(scheme, "tel"))
            out->user = vq_slice(rest.p, n);
        out->uri = vq_slice(uri.p, uri.n - (rest.n - n));
        return true;
    }
    /* 19.1.1: a user part may hold ';' and '?', so the '@' decides. */
    if (vq_str_find(rest, '@') < rest.n) {
        struct vq_slice user = vq_str_cut(&rest, '@');
        out->user = vq_str_cut(&user, ':');
    }
    out->host = vq_str_trim(vq_slice(rest.p, find_any(rest, ';', '?')));
    out->uri = out->host.n ? vq_slice(uri.p, (size_t)(out->host.p + out->host.n - uri.p)) : uri;
    return named;
}

bool vq_sip_addr_read(struct vq_slice value, struct vq_sip_addr *out, struct vq_slice *params)
{
    struct vq_sip_addr a = {0};
    value = vq_str_trim(value);
    size_t open = find_outside(value, '<');
    struct vq_slice uri;
    if (open < value.n) {
        a.name = unquote(vq_str_trim(vq_slice(value.p, open)));
        struct vq_slice rest = {value.p + open + 1, value.n - open - 1};
        uri = vq_str_cut(&rest, '>');
        cut_outside(&rest, ';');
        *params = rest;
    } else {
        /* 20.10: without angle brackets every parameter is the header's, not the URI's. */
        uri = vq_str_cut(&value, ';');
        *params = value;
    }
    bool ok = vq_sip_uri_read(uri, &a);
    vq_sip_param_find(*params, "tag", &a.tag);
    *out = a;
    return ok;
}

void vq_sip_via_note(struct vq_sip *m, const struct vq_sip_via *via)
{
    if (!m->vias) {
        m->sent_by = via->sent_by;
        m->branch = via->branch;
        m->received = via->received;
        m->rport = via->rport;
    }
    if (m->vias < UINT8_MAX)
        m->vias++;
    m->origin = *via;
}

bool vq_sip_via_read(struct vq_slice value, struct vq_sip_via *out)
{
    struct vq_sip_via via = {0};
    struct vq_slice params = vq_sip_list_cut(&value);
    struct vq_slice head = cut_outside(&params, ';');
    vq_str_cut(&head, '/');
    vq_str_cut(&head, '/');
    /* 20.42 lets blanks stand around the slashes, as RFC 4475 3.1.1.1 does. */
    head = vq_str_trim(head);
    size_t n = 0;
    while (n < head.n && head.p[n] > ' ')
        n++;
    via.sent_by = vq_str_trim(vq_slice(head.p + n, head.n - n));
    vq_sip_param_find(params, "branch", &via.branch);
    vq_sip_param_find(params, "received", &via.received);
    vq_sip_param_find(params, "rport", &via.rport);
    *out = via;
    return via.sent_by.n > 0;
}

bool vq_sip_cseq_read(struct vq_slice value, uint32_t *number, struct vq_slice *method)
{
    value = vq_str_trim(value);
    size_t n = 0;
    while (n < value.n && value.p[n] > ' ')
        n++;
    *method = vq_str_trim(vq_slice(value.p + n, value.n - n));
    return vq_str_u32(vq_slice(value.p, n), number) && method->n > 0;
}

void vq_sip_digest_read(struct vq_slice value, struct vq_sip_digest *out)
{
    static const struct {
        const char *name;
        size_t offset;
    } rows[] = {
        {"realm", offsetof(struct vq_sip_digest, realm)},
        {"nonce", offsetof(struct vq_sip_digest, nonce)},
        {"username", offsetof(struct vq_sip_digest, username)},
        {"algorithm", offsetof(struct vq_sip_digest, algorithm)},
        {"qop", offsetof(struct vq_sip_digest, qop)},
    };
    struct vq_sip_digest d = {.present = true};
    struct vq_slice list = vq_str_trim(value);
    size_t scheme = 0;
    while (scheme < list.n && list.p[scheme] > ' ')
        scheme++;
    list = vq_slice(list.p + scheme, list.n - scheme);
    for (unsigned k = 0; k < LIST_MOST && list.n; k++) {
        struct vq_slice v = vq_sip_list_cut(&list);
        struct vq_slice key = vq_str_trim(vq_str_cut(&v, '='));
        v = unquote(vq_str_trim(v));
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            if (vq_str_ieq_z(key, rows[i].name))
                memcpy((char *)&d + rows[i].offset, &v, sizeof v);
        if (vq_str_ieq_z(key, "stale"))
            d.stale = vq_str_ieq_z(v, "true");
    }
    *out = d;
}

int vq_sip_q850_read(struct vq_slice value)
{
    for (unsigned i = 0; i < LIST_MOST && value.n; i++) {
        struct vq_slice params = vq_sip_list_cut(&value);
        struct vq_slice protocol = vq_str_trim(cut_outside(&params, ';')), cause;
        uint32_t v;
        if (vq_str_ieq_z(protocol, "Q.850") && vq_sip_param_find(params, "cause", &cause) &&
            vq_str_u32_prefix(cause, &v) && v <= 127)
            return (int)v;
    }
    return -1;
}

bool vq_sip_start_read(struct vq_slice line, struct vq_sip_start *out)
{
    struct vq_sip_start s = {0};
    line = vq_str_trim(line);
    if (vq_str_istarts(line, "SIP/")) {
        uint32_t status = 0;
        s.version = vq_str_cut(&line, ' ');
        struct vq_slice code = vq_str_word(&line);
        size_t n = 0;
        for (; n < code.n && code.p[n] >= '0' && code.p[n] <= '9'; n++) {
            status = status * 10 + (uint32_t)(code.p[n] - '0');
            status = status < VQ_SIP_STATUS_MAX ? status : VQ_SIP_STATUS_MAX;
        }
        if (n == 0)
            return false;
        s.status = (uint16_t)status;
        s.reason = vq_str_trim(line);
        *out = s;
        return true;
    }
    s.request = true;
    s.method = vq_str_word(&line);
    line = vq_str_trim(line);
    size_t i = line.n;
    while (i && line.p[i - 1] != ' ' && line.p[i - 1] != '\t')
        i--;
    s.version = vq_slice(line.p + i, line.n - i);
    s.uri = vq_str_trim(vq_slice(line.p, i));
    if (s.method.n == 0 || s.uri.n == 0 || !vq_str_istarts(s.version, "SIP/"))
        return false;
    *out = s;
    return true;
}
