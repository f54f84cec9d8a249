/* sip_lenient.c - reads of a SIP message what can be read, and notes what is wrong with it. Any line end will do,
 * folded lines are joined, and a header that cannot be read hides no other. */
#include "proto/sip_impl.h"
#include "util/str.h"

/* What is known of each header that may stand once only. */
static const struct {
    enum vq_sip_hdr id;
    enum vq_sip_defect twice;
} once[] = {
    {VQ_HDR_FROM, VQ_DEF_TWO_FROM},
    {VQ_HDR_TO, VQ_DEF_TWO_TO},
    {VQ_HDR_CALL_ID, VQ_DEF_TWO_CALL_ID},
    {VQ_HDR_CSEQ, VQ_DEF_TWO_CSEQ},
    {VQ_HDR_CONTENT_LENGTH, VQ_DEF_TWO_LENGTH},
    {VQ_HDR_CONTENT_TYPE, VQ_DEF_TWO_TYPE},
};

/* RFC 3261 8.1.1: every request has these, and a response repeats them. */
static const struct {
    enum vq_sip_hdr id;
    enum vq_sip_defect missing;
} needed[] = {
    {VQ_HDR_FROM, VQ_DEF_NO_FROM}, {VQ_HDR_TO, VQ_DEF_NO_TO},   {VQ_HDR_CALL_ID, VQ_DEF_NO_CALL_ID},
    {VQ_HDR_CSEQ, VQ_DEF_NO_CSEQ}, {VQ_HDR_VIA, VQ_DEF_NO_VIA},
};

#define VIAS_MOST 64 /* of one header: a hostile list must not cost its length squared */

struct scan {
    struct vq_sip *m;
    struct vq_sip_findings *f;
    uint32_t seen;          /* bit set of enum vq_sip_hdr */
    struct vq_slice length; /* value of Content-Length */
    int64_t contact_expires;
};

static void note(struct scan *s, enum vq_sip_defect d)
{
    s->f->defects |= VQ_DEF_BIT(d);
}

static bool is_line_end(uint8_t c)
{
    return c == '\r' || c == '\n';
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* What one of From, To and Contact has that the grammar forbids. */
static void note_addr_faults(struct scan *s, struct vq_slice value)
{
    unsigned faults = vq_sip_addr_faults(value);
    if (faults & VQ_SIP_OPEN_QUOTE)
        note(s, VQ_DEF_OPEN_QUOTE);
    if (faults & VQ_SIP_URI_BLANKS)
        note(s, VQ_DEF_URI_BLANKS);
    if (faults & VQ_SIP_BARE_QUERY)
        note(s, VQ_DEF_BARE_QUERY);
}

static void read_contact(struct scan *s, struct vq_slice value)
{
    struct vq_slice params, expires;
    uint32_t v;
    if (vq_sip_has_empty_item(value))
        note(s, VQ_DEF_EMPTY_ITEM);
    if (s->seen & 1u << VQ_HDR_CONTACT || vq_str_trim(value).n == 0)
        return;
    if (vq_str_eq(vq_str_trim(value), VQ_SLICE_LIT("*"))) {
        s->m->contact_star = true;
        return;
    }
    note_addr_faults(s, value);
    if (!vq_sip_addr_read(vq_sip_list_cut(&value), &s->m->contact, &params))
        note(s, VQ_DEF_CONTACT_SCHEME);
    else if (s->m->contact.uri.n == 0)
        note(s, VQ_DEF_BAD_CONTACT);
    if (vq_sip_param_find(params, "expires", &expires) && vq_str_u32_prefix(expires, &v))
        s->contact_expires = v;
}

static void read_from_to(struct scan *s, struct vq_slice value, struct vq_sip_addr *out, enum vq_sip_defect bad)
{
    struct vq_slice params;
    if (!vq_sip_addr_read(value, out, &params))
        note(s, bad);
    note_addr_faults(s, value);
    /* 25.1: an unquoted display name is of tokens. */
    if (value.p[0] != '"' && vq_str_find(out->name, ',') < out->name.n)
        note(s, VQ_DEF_NAME_COMMA);
}

/* The topmost says whether Via can be read; of the others the last readable one is kept. */
static void read_vias(struct scan *s, struct vq_slice list)
{
    bool topmost = !(s->seen & 1u << VQ_HDR_VIA);
    if (vq_sip_has_empty_item(list))
        note(s, VQ_DEF_EMPTY_ITEM);
    for (unsigned i = 0; i < VIAS_MOST && list.n; i++, topmost = false) {
        struct vq_sip_via via;
        bool read = vq_sip_via_read(vq_sip_list_cut(&list), &via);
        if (read)
            vq_sip_via_note(s->m, &via);
        if (topmost && !read)
            note(s, VQ_DEF_BAD_VIA);
        else if (topmost && vq_sip_branch_is_bare(via.branch))
            note(s, VQ_DEF_BRANCH);
    }
}

static void read_cseq(struct scan *s, struct vq_slice value)
{
    struct vq_sip *m = s->m;
    struct vq_slice method = {0};
    m->has_cseq = vq_sip_cseq_read(value, &m->cseq, &method);
    if (vq_sip_cseq_is_beyond(value))
        note(s, VQ_DEF_CSEQ_BEYOND);
    else if (!m->has_cseq)
        note(s, VQ_DEF_BAD_CSEQ);
    if (!m->request) {
        m->method_text = method;
        m->method = vq_sip_method_of(method);
    } else if (m->has_cseq && !vq_str_eq(method, m->method_text)) {
        note(s, VQ_DEF_CSEQ_METHOD);
    }
}

static void read_header(struct scan *s, enum vq_sip_hdr id, struct vq_slice value)
{
    struct vq_sip *m = s->m;
    uint32_t v;
    switch (id) {
    case VQ_HDR_VIA:
        read_vias(s, value);
        break;
    case VQ_HDR_FROM:
        read_from_to(s, value, &m->from, VQ_DEF_BAD_FROM);
        break;
    case VQ_HDR_TO:
        read_from_to(s, value, &m->to, VQ_DEF_BAD_TO);
        break;
    case VQ_HDR_CALL_ID:
        m->call_id = value;
        break;
    case VQ_HDR_CSEQ:
        read_cseq(s, value);
        break;
    case VQ_HDR_CONTACT:
        read_contact(s, value);
        break;
    case VQ_HDR_CONTENT_LENGTH:
        s->length = value;
        break;
    case VQ_HDR_CONTENT_TYPE:
        m->content_type = value;
        if (vq_str_find(value, '/') == value.n)
            note(s, VQ_DEF_BAD_TYPE);
        break;
    case VQ_HDR_EXPIRES:
        if (m->expires < 0 && vq_str_u32_prefix(value, &v))
            m->expires = v;
        break;
    case VQ_HDR_USER_AGENT:
        m->user_agent = value;
        break;
    case VQ_HDR_REASON:
        m->has_extra = true;
        if (m->q850 < 0)
            m->q850 = vq_sip_q850_read(value);
        break;
    case VQ_HDR_CHALLENGE:
        vq_sip_digest_read(value, &m->challenge);
        break;
    case VQ_HDR_CREDENTIALS:
        vq_sip_digest_read(value, &m->credentials);
        break;
    case VQ_HDR_DATE:
        if (!vq_sip_date_is_gmt(value))
            note(s, VQ_DEF_DATE);
        break;
    case VQ_HDR_OTHER:
        break;
    default:
        m->has_extra = true;
    }
}

/* One header line; the first of several that may stand once only counts. */
static void read_header_line(struct scan *s, struct vq_slice line)
{
    struct vq_slice value = line, name = vq_str_trim(vq_str_cut(&value, ':'));
    if (vq_str_find(line, 0) < line.n) {
        s->f->quoted_nul = true;
        if (!vq_sip_nul_is_quoted(line))
            note(s, VQ_DEF_NUL);
    }
    if (vq_str_find(line, ':') == line.n || name.n == 0) {
        note(s, VQ_DEF_NO_COLON);
        return;
    }
    enum vq_sip_hdr id = vq_sip_hdr_of(name);
    value = vq_str_trim(value);
    if (id == VQ_HDR_OTHER || value.n == 0)
        return;
    bool again = s->seen & 1u << id;
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        if (again && once[i].id == id) {
            note(s, once[i].twice);
            return;
        }
    read_header(s, id, value);
    if (id == VQ_HDR_CONTENT_TYPE)
        s->f->type_line = line;
    s->seen |= 1u << id;
}

static bool is_padding(struct vq_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_line_end(s.p[i]) && !is_blank(s.p[i]) && s.p[i])
            return false;
    return true;
}

/* What stands behind a body that Content-Length ends. 18.3 has it dropped; an SDP behind a length of 0 is what some
 * stacks meant as their body. */
static bool read_rest(struct scan *s, struct vq_slice rest, uint32_t length)
{
    struct vq_sip_start start;
    struct vq_slice look = vq_str_trim(rest), line;
    if (is_padding(rest))
        return false;
    if (length == 0 && vq_str_starts(look, "v=")) {
        note(s, VQ_DEF_LENGTH_ZERO);
        return true;
    }
    vq_sip_line_cut(&look, false, &line);
    note(s, vq_sip_start_read(line, &start) ? VQ_DEF_SECOND : VQ_DEF_TRAILING);
    return false;
}

static void read_body(struct scan *s, struct vq_slice rest)
{
    struct vq_slice body = rest;
    uint32_t length;
    if (s->length.n && vq_str_u32(s->length, &length)) {
        if (length > rest.n) {
            note(s, VQ_DEF_LENGTH_BEYOND);
        } else {
            body.n = length;
            if (read_rest(s, vq_slice(rest.p + length, rest.n - length), length))
                body = rest;
        }
    } else if (s->length.n) {
        note(s, s->length.p[0] == '-' ? VQ_DEF_LENGTH_NEGATIVE : VQ_DEF_LENGTH_NUMBER);
    }
    if (!body.n || (!s->m->content_type.n && is_padding(body)))
        return;
    s->m->body = body;
    if (!s->m->content_type.n) {
        note(s, VQ_DEF_NO_TYPE);
        if (vq_str_starts(vq_str_trim(body), "v="))
            s->m->content_type = VQ_SLICE_LIT("application/sdp");
    }
}

/* 19.1.1: none in a Request-URI. A user part may hold a '?'. */
static void note_uri_headers(struct scan *s, struct vq_slice uri, struct vq_slice host)
{
    size_t behind = (size_t)(host.p + host.n - uri.p);
    if (vq_str_find(vq_slice(uri.p + behind, uri.n - behind), '?') < uri.n - behind)
        note(s, VQ_DEF_URI_HEADERS);
}

static bool read_start(struct scan *s, struct vq_slice line)
{
    struct vq_sip *m = s->m;
    struct vq_sip_start start;
    if (!vq_sip_start_read(line, &start))
        return false;
    m->request = start.request;
    m->method_text = start.method;
    m->method = start.request ? vq_sip_method_of(start.method) : VQ_SIP_UNKNOWN;
    m->status = start.status;
    m->reason_phrase = start.reason;
    m->request_uri = start.uri;
    if (!vq_str_eq(start.version, VQ_SLICE_LIT("SIP/2.0")))
        note(s, VQ_DEF_VERSION);
    if (vq_str_find(line, 0) < line.n)
        note(s, VQ_DEF_NUL);
    if (start.request) {
        struct vq_sip_addr a = {0};
        size_t between = start.method.n + start.uri.n + start.version.n + 2;
        if (between != line.n || vq_str_find(start.uri, ' ') < start.uri.n ||
            vq_str_find(start.uri, '\t') < start.uri.n)
            note(s, VQ_DEF_START_LINE);
        if (start.uri.p[0] == '<')
            note(s, VQ_DEF_URI_BRACKETS);
        else if (!vq_sip_uri_read(start.uri, &a))
            note(s, VQ_DEF_URI_SCHEME);
        else if (a.host.n)
            note_uri_headers(s, start.uri, a.host);
        else
            s->f->foreign_uri = true;
        return true;
    }
    if (start.status < 100 || start.status > 699)
        note(s, VQ_DEF_STATUS_CODE);
    /* 7.2: the blank after the code stands even before an empty phrase. libosip2 would search the next line for it. */
    if (line.n <= sizeof "SIP/2.0 200" - 1)
        note(s, VQ_DEF_NO_REASON);
    return true;
}

bool vq_sip_lenient(struct vq_slice d, struct vq_sip *out, struct vq_sip_findings *found)
{
    struct vq_sip m = {.expires = -1, .q850 = -1};
    struct vq_sip_findings f = {0};
    struct scan s = {.m = &m, .f = &f, .contact_expires = -1};
    size_t skip = 0;
    while (skip < d.n && skip < VQ_SIP_JUNK && is_padding(vq_slice(d.p + skip, 1))) {
        /* 7.5: line ends before the start line are to be ignored; anything else is not. */
        if (!is_line_end(d.p[skip]))
            note(&s, VQ_DEF_JUNK_BEFORE);
        skip++;
    }
    struct vq_slice rest = {skip ? d.p + skip : d.p, d.n - skip}, line;
    f.message = rest;
    bool ended = vq_sip_line_cut(&rest, false, &line);
    if (!read_start(&s, line))
        return false;
    const uint8_t *headers = rest.p;
    while (ended && (ended = rest.n > 0)) {
        ended = vq_sip_line_cut(&rest, true, &line);
        if (line.n == 0)
            break;
        read_header_line(&s, line);
    }
    m.headers = vq_slice(headers, (size_t)(rest.p - headers));
    if (!ended)
        note(&s, VQ_DEF_HEADERS_CUT);
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!(s.seen & 1u << needed[i].id))
            note(&s, needed[i].missing);
    read_body(&s, rest);
    if (s.contact_expires >= 0)
        m.expires = s.contact_expires;
    *out = m;
    *found = f;
    return true;
}
