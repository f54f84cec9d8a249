/* sip_strict.c - one pass over a SIP message that is regular in every respect; anything else is refused and left to
 * libosip2. No allocation, and no search for the ends of lines: each value is read to where its grammar ends it, and
 * there must be the CR LF. No control character belongs to any grammar here, so that one inside a value ends it. */
#include "proto/cursor.h"
#include "util/str.h"

/* Headers that may stand once only; bits of struct scan's `seen`. */
#define ONCE                                                                                                           \
    (1u << VQ_HDR_FROM | 1u << VQ_HDR_TO | 1u << VQ_HDR_CALL_ID | 1u << VQ_HDR_CSEQ | 1u << VQ_HDR_CONTENT_LENGTH |    \
     1u << VQ_HDR_CONTENT_TYPE)
#define NEEDED (1u << VQ_HDR_FROM | 1u << VQ_HDR_TO | 1u << VQ_HDR_CALL_ID | 1u << VQ_HDR_CSEQ | 1u << VQ_HDR_VIA)

#define SHORTEST_URI 6 /* libosip2 wants as much in a From, To and Contact */

struct scan {
    struct vq_sip *m;
    uint32_t seen;   /* bit set of enum vq_sip_hdr */
    uint32_t length; /* Content-Length */
    int64_t contact_expires;
    bool one_contact; /* "*" must stand alone */
};

static void skip_spaces(struct vq_cursor *c)
{
    while (vq_at(c, ' '))
        c->p++;
}

static struct vq_slice rest_of_line(struct vq_cursor *c)
{
    struct vq_slice s = {c->p, (size_t)(c->stop - c->p)};
    s.n = vq_str_control(s);
    c->p += s.n;
    return s;
}

/* The same without the spaces at its end. */
static struct vq_slice text(struct vq_cursor *c)
{
    struct vq_slice s = rest_of_line(c);
    while (s.n && s.p[s.n - 1] == ' ')
        s.n--;
    return s;
}

/* Behind it the data may be at their end. */
static bool line_end(struct vq_cursor *c)
{
    if (c->p[0] != '\r' || c->p[1] != '\n')
        return false;
    c->p += 2;
    return true;
}

/* A quoted string without escapes; the slice is what stands inside. */
static bool quoted(struct vq_cursor *c, struct vq_slice *out)
{
    const uint8_t *start = ++c->p;
    const uint8_t *p = start;
    while (*p != '"' && *p != '\\' && *p >= 0x20)
        p++;
    c->p = p;
    *out = vq_slice(start, (size_t)(p - start));
    return vq_eat(c, '"');
}

/* ";name" or ";name=value" (25.1 generic-param). */
static inline bool param(struct vq_cursor *c, struct vq_slice *name, struct vq_slice *value)
{
    c->p++;
    *name = vq_run(c, VQ_C_TOKEN);
    *value = vq_slice(NULL, 0);
    if (name->n == 0)
        return false;
    if (!vq_eat(c, '='))
        return true;
    if (vq_at(c, '"'))
        return quoted(c, value);
    *value = vq_run(c, VQ_C_PARAM);
    return value->n > 0;
}

/* In any case; `z` has lower case letters only, and 3 to 8 of them. */
static inline bool is_name(struct vq_slice s, const char *z, size_t n)
{
    if (s.n != n)
        return false;
    if (n == 3)
        return (s.p[0] | 0x20) == z[0] && (s.p[1] | 0x20) == z[1] && (s.p[2] | 0x20) == z[2];
    const uint32_t lower = 0x20202020;
    uint32_t head, tail, z_head, z_tail; /* four bytes each; they overlap */
    memcpy(&head, s.p, 4);
    memcpy(&tail, s.p + n - 4, 4);
    memcpy(&z_head, z, 4);
    memcpy(&z_tail, z + n - 4, 4);
    return (head | lower) == z_head && (tail | lower) == z_tail;
}

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool host_port(struct vq_cursor *c, struct vq_slice *out)
{
    const uint8_t *start = c->p;
    if (vq_eat(c, '[')) {
        unsigned colons = 0;
        for (; is_hex(*c->p) || *c->p == ':' || *c->p == '.'; c->p++)
            colons += *c->p == ':';
        if (colons < 2 || !vq_eat(c, ']'))
            return false;
    } else if (vq_run(c, VQ_C_HOST).n == 0) {
        return false;
    }
    if (vq_eat(c, ':')) {
        const uint8_t *port = c->p;
        while (*c->p >= '0' && *c->p <= '9')
            c->p++;
        if (c->p == port || c->p - port > 5)
            return false;
    }
    *out = vq_slice(start, (size_t)(c->p - start));
    return true;
}

/* Every '%' begins an escape (25.1), and none stands for NUL. */
static bool escapes_are_whole(struct vq_slice s)
{
    for (size_t i = vq_str_find(s, '%'); i < s.n; i++)
        if (s.p[i] == '%' &&
            (s.n - i < 3 || !is_hex(s.p[i + 1]) || !is_hex(s.p[i + 2]) || (s.p[i + 1] == '0' && s.p[i + 2] == '0')))
            return false;
    return true;
}

/* 20.10: a URI that is not in angle brackets has none of these, for they would end it. */
static bool has_separator(struct vq_slice s)
{
    return vq_str_find(s, ';') < s.n || vq_str_find(s, ',') < s.n;
}

/* "sip:" or "sips:" URI without password and headers, "tel:" URI; its parameters are passed over when `params`. */
static bool uri(struct vq_cursor *c, struct vq_sip_addr *a, bool params)
{
    const uint8_t *start = c->p;
    struct vq_slice scheme = vq_run(c, VQ_C_TOKEN);
    if (!vq_eat(c, ':'))
        return false;
    bool tel = is_name(scheme, "tel", 3);
    if (tel) {
        a->user = vq_run(c, VQ_C_TOKEN);
        if (a->user.n < 3)
            return false;
    } else {
        if (!is_name(scheme, "sip", 3) && !is_name(scheme, "sips", 4))
            return false;
        const uint8_t *rest = c->p;
        vq_run(c, VQ_C_HOST);
        bool plain = vq_at(c, '@'); /* most user parts could be hosts; then they hold nothing to be careful about */
        if (!plain)
            vq_run(c, VQ_C_USER);
        struct vq_slice user = {rest, (size_t)(c->p - rest)};
        if (vq_eat(c, '@')) {
            if (user.n == 0 || (!plain && (!escapes_are_whole(user) || (!params && has_separator(user)))))
                return false;
            a->user = user;
        } else {
            c->p = rest;
        }
        if (!host_port(c, &a->host))
            return false;
    }
    a->uri = vq_slice(start, (size_t)(c->p - start));
    if (params && vq_at(c, ';'))
        vq_run(c, VQ_C_UPARAM);
    return true;
}

/* Display name (if any) and URI of a From, To or Contact. */
static bool name_and_uri(struct vq_cursor *c, struct vq_sip_addr *a)
{
    skip_spaces(c);
    if (vq_at(c, '"')) {
        if (!quoted(c, &a->name))
            return false;
        skip_spaces(c);
        if (!vq_at(c, '<'))
            return false;
    } else if (!vq_at(c, '<')) {
        const uint8_t *start = c->p;
        while (*c->p == ' ' || vq_sip_class[*c->p] & VQ_C_TOKEN)
            c->p++;
        if (vq_at(c, '<'))
            a->name = vq_str_trim(vq_slice(start, (size_t)(c->p - start)));
        else
            c->p = start;
    }
    bool bracket = vq_eat(c, '<');
    return uri(c, a, bracket) && a->uri.n >= SHORTEST_URI && (!bracket || vq_eat(c, '>'));
}

static bool read_addr(struct vq_cursor *c, struct vq_sip_addr *a)
{
    if (!name_and_uri(c, a))
        return false;
    while (vq_at(c, ';')) {
        struct vq_slice name, value;
        if (!param(c, &name, &value))
            return false;
        if (is_name(name, "tag", 3)) {
            if (a->tag.p || !value.n)
                return false;
            a->tag = value;
        }
    }
    return true;
}

static bool read_contacts(struct vq_cursor *c, struct scan *s)
{
    if (vq_at(c, '*')) {
        s->m->contact_star = s->one_contact = true;
        c->p++;
        return !s->m->contact.uri.p;
    }
    do {
        struct vq_sip_addr a = {0};
        if (s->one_contact || !name_and_uri(c, &a))
            return false;
        bool first = !s->m->contact.uri.p;
        if (first)
            s->m->contact = a;
        while (vq_at(c, ';')) {
            struct vq_slice name, value;
            uint32_t v;
            if (!param(c, &name, &value))
                return false;
            if (first && is_name(name, "expires", 7)) {
                if (s->contact_expires >= 0 || !vq_str_u32_prefix(value, &v))
                    return false;
                s->contact_expires = v;
            }
        }
    } while (vq_eat(c, ','));
    return true;
}

/* "SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds", one or several. */
static bool read_vias(struct vq_cursor *c, struct scan *s)
{
    do {
        skip_spaces(c);
        struct vq_sip_via via = {0};
        if (!VQ_EAT(c, "SIP/2.0/") || !vq_run(c, VQ_C_TOKEN).n || !vq_eat(c, ' ') || !host_port(c, &via.sent_by))
            return false;
        while (vq_at(c, ';')) {
            struct vq_slice name, value;
            if (!param(c, &name, &value))
                return false;
            if (is_name(name, "branch", 6)) {
                if (via.branch.p || !value.n)
                    return false;
                via.branch = value;
            } else if (!via.received.p && is_name(name, "received", 8)) {
                via.received = value;
            } else if (!via.rport.p && is_name(name, "rport", 5)) {
                via.rport = value;
            }
        }
        if (!via.branch.n || vq_sip_branch_is_bare(via.branch))
            return false;
        s->seen |= 1u << VQ_HDR_VIA;
        vq_sip_via_note(s->m, &via);
    } while (vq_eat(c, ','));
    return true;
}

static bool read_cseq(struct vq_cursor *c, struct vq_sip *m)
{
    if (!vq_digits(c, VQ_SIP_CSEQ_MAX, &m->cseq) || !vq_eat(c, ' '))
        return false;
    struct vq_slice method = vq_run(c, VQ_C_TOKEN);
    m->has_cseq = true;
    if (m->request)
        return vq_str_eq(method, m->method_text);
    m->method_text = method;
    m->method = vq_sip_method_of(method);
    return method.n > 0;
}

/* "application/sdp", with parameters. Multipart bodies are taken apart elsewhere. */
static bool read_type(struct vq_cursor *c, struct vq_sip *m)
{
    const uint8_t *start = c->p;
    struct vq_slice type = vq_run(c, VQ_C_TOKEN), name, value;
    if (type.n == 0 || vq_str_istarts(type, "multipart") || !vq_eat(c, '/') || vq_run(c, VQ_C_TOKEN).n == 0)
        return false;
    while (vq_at(c, ';'))
        if (!param(c, &name, &value))
            return false;
    m->content_type = vq_slice(start, (size_t)(c->p - start));
    return true;
}

/* RFC 3326: the first that gives a Q.850 cause. */
static void read_reason(struct vq_cursor *c, struct vq_sip *m)
{
    int cause = vq_sip_q850_read(text(c));
    m->has_extra = true;
    if (m->q850 < 0)
        m->q850 = cause;
}

/* The value of a header, up to the spaces that may stand at its end. */
static bool read_header(struct scan *s, enum vq_sip_hdr id, struct vq_cursor *c)
{
    struct vq_sip *m = s->m;
    uint32_t bit = 1u << id, v;
    if (bit & ONCE) {
        if (s->seen & bit)
            return false;
        s->seen |= bit;
    }
    switch (id) {
    case VQ_HDR_VIA:
        return read_vias(c, s);
    case VQ_HDR_FROM:
        return read_addr(c, &m->from);
    case VQ_HDR_TO:
        return read_addr(c, &m->to);
    case VQ_HDR_CALL_ID:
        m->call_id = vq_run(c, VQ_C_WORD);
        return m->call_id.n && m->call_id.p[0] != '@';
    case VQ_HDR_CSEQ:
        return read_cseq(c, m);
    case VQ_HDR_CONTACT:
        return read_contacts(c, s);
    case VQ_HDR_CONTENT_LENGTH:
        return vq_digits(c, UINT32_MAX, &s->length);
    case VQ_HDR_CONTENT_TYPE:
        return read_type(c, m);
    case VQ_HDR_EXPIRES:
        if (vq_str_u32_prefix(text(c), &v) && m->expires < 0)
            m->expires = v;
        return true;
    case VQ_HDR_USER_AGENT:
        m->user_agent = text(c);
        return true;
    case VQ_HDR_REASON:
        read_reason(c, m);
        return true;
    case VQ_HDR_CHALLENGE:
        vq_sip_digest_read(text(c), &m->challenge);
        return true;
    case VQ_HDR_CREDENTIALS:
        vq_sip_digest_read(text(c), &m->credentials);
        return true;
    case VQ_HDR_DATE:
        return vq_sip_date_is_gmt(text(c));
    case VQ_HDR_OTHER:
        rest_of_line(c);
        return true;
    default:
        rest_of_line(c);
        m->has_extra = true;
    }
    return true;
}

/* A request line or status line exactly to 7.1 and 7.2. */
static bool read_start(struct vq_cursor *c, struct vq_sip *m)
{
    if (VQ_EAT(c, "SIP/2.0 ")) {
        const uint8_t *code = c->p;
        uint32_t status;
        if (!vq_digits(c, 699, &status) || c->p - code != 3 || status < 100 || !vq_eat(c, ' '))
            return false;
        m->status = (uint16_t)status;
        m->reason_phrase = rest_of_line(c);
        return line_end(c);
    }
    m->request = true;
    m->method_text = vq_run(c, VQ_C_TOKEN);
    m->method = vq_sip_method_of(m->method_text);
    struct vq_sip_addr a = {0};
    const uint8_t *start = c->p + 1;
    if (m->method_text.n == 0 || !vq_eat(c, ' ') || !uri(c, &a, true))
        return false;
    m->request_uri = vq_slice(start, (size_t)(c->p - start));
    return VQ_EAT(c, " SIP/2.0\r\n");
}

/* What follows the header: as long as Content-Length says, and nothing behind it but line ends. */
static bool read_body(const struct scan *s, struct vq_slice body)
{
    if (s->seen & 1u << VQ_HDR_CONTENT_LENGTH) {
        if (s->length > body.n)
            return false;
        for (size_t i = s->length; i < body.n; i++)
            if (body.p[i] != '\r' && body.p[i] != '\n')
                return false;
        body.n = s->length;
    }
    if (body.n && !s->m->content_type.n)
        return false;
    if (body.n)
        s->m->body = body;
    return true;
}

/* The names as nearly everybody spells them, known at a glance; VQ_HDR_OTHER, and nothing read, for the rest. */
static enum vq_sip_hdr usual_name(struct vq_cursor *c)
{
    switch (*c->p) {
    case 'C':
        if (VQ_EAT(c, "Call-ID:"))
            return VQ_HDR_CALL_ID;
        if (VQ_EAT(c, "CSeq:"))
            return VQ_HDR_CSEQ;
        if (VQ_EAT(c, "Contact:"))
            return VQ_HDR_CONTACT;
        if (VQ_EAT(c, "Content-Length:"))
            return VQ_HDR_CONTENT_LENGTH;
        return VQ_EAT(c, "Content-Type:") ? VQ_HDR_CONTENT_TYPE : VQ_HDR_OTHER;
    case 'F':
        return VQ_EAT(c, "From:") ? VQ_HDR_FROM : VQ_HDR_OTHER;
    case 'T':
        return VQ_EAT(c, "To:") ? VQ_HDR_TO : VQ_HDR_OTHER;
    case 'U':
        return VQ_EAT(c, "User-Agent:") ? VQ_HDR_USER_AGENT : VQ_HDR_OTHER;
    case 'V':
        return VQ_EAT(c, "Via:") ? VQ_HDR_VIA : VQ_HDR_OTHER;
    default:
        return VQ_HDR_OTHER;
    }
}

/* Any name, and its colon. */
static bool read_name(struct vq_cursor *c, enum vq_sip_hdr *id)
{
    struct vq_slice name = vq_run(c, VQ_C_TOKEN);
    *id = vq_sip_hdr_of(name);
    return name.n > 0 && vq_eat(c, ':');
}

bool vq_sip_scan_strict(struct vq_slice datagram, struct vq_sip *out)
{
    const uint8_t *end = datagram.p + datagram.n, *stop = end;
    while (stop > datagram.p && stop[-1] != '\n')
        stop--;
    *out = (struct vq_sip){.expires = -1, .q850 = -1};
    struct scan s = {.m = out, .contact_expires = -1};
    struct vq_cursor c = {datagram.p, stop};
    if (stop == datagram.p || !read_start(&c, out))
        return false;
    const uint8_t *headers = c.p;
    while (c.p < stop && *c.p != '\r') {
        enum vq_sip_hdr id = usual_name(&c);
        if (id == VQ_HDR_OTHER && !read_name(&c, &id))
            return false;
        skip_spaces(&c);
        if (!read_header(&s, id, &c))
            return false;
        skip_spaces(&c);
        if (!line_end(&c))
            return false;
    }
    out->headers = vq_slice(headers, (size_t)(c.p - headers));
    if (c.p == stop || !line_end(&c) || (s.seen & NEEDED) != NEEDED || !read_body(&s, vq_slice(c.p, (size_t)(end - c.p))))
        return false;
    out->expires = s.contact_expires >= 0 ? s.contact_expires : out->expires;
    return true;
}
