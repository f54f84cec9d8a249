/* sip.c - one SIP message: the strict scan first, then libosip2, then the lenient scan. */
#include "proto/sip.h"

#include "proto/sip_impl.h"
#include "util/str.h"

#define OSIP_REFUSES "libosip2 refuses it" /* for reasons that no check of ours names */

/* METHODS: RFC 3261, 3262, 3311, 6086, 3515, 6665, 3903, 3428. */
static const char *const methods[VQ_SIP_METHODS] = {
    [VQ_SIP_UNKNOWN] = "unknown", [VQ_SIP_INVITE] = "INVITE",   [VQ_SIP_ACK] = "ACK",
    [VQ_SIP_BYE] = "BYE",         [VQ_SIP_CANCEL] = "CANCEL",   [VQ_SIP_REGISTER] = "REGISTER",
    [VQ_SIP_OPTIONS] = "OPTIONS", [VQ_SIP_PRACK] = "PRACK",     [VQ_SIP_UPDATE] = "UPDATE",
    [VQ_SIP_INFO] = "INFO",       [VQ_SIP_REFER] = "REFER",     [VQ_SIP_SUBSCRIBE] = "SUBSCRIBE",
    [VQ_SIP_NOTIFY] = "NOTIFY",   [VQ_SIP_PUBLISH] = "PUBLISH", [VQ_SIP_MESSAGE] = "MESSAGE",
};

/* `silent`: libosip2 accepts it, but what it accepts is not all that was sent, or is not a whole message. `unread`:
 * what libosip2 makes of it is wrong, so that it is not asked. */
static const struct {
    const char *words;
    bool silent, unread;
} defects[VQ_DEF_COUNT] = {
    [VQ_DEF_VERSION] = {"version is not SIP/2.0", true, false},
    [VQ_DEF_START_LINE] = {"start line is not <method> <URI> <version>", true, false},
    [VQ_DEF_STATUS_CODE] = {"status code is not within 100 to 699", true, true},
    [VQ_DEF_NO_REASON] = {"status line ends after the code", true, true},
    [VQ_DEF_URI_BRACKETS] = {"Request-URI in angle brackets", false, false},
    [VQ_DEF_URI_SCHEME] = {"Request-URI without scheme", false, false},
    [VQ_DEF_URI_HEADERS] = {"Request-URI with headers", true, false},
    [VQ_DEF_NUL] = {"NUL byte in a header", true, true},
    [VQ_DEF_HEADERS_CUT] = {"headers end without an empty line", true, true},
    [VQ_DEF_NO_COLON] = {"header line without colon", true, false},
    [VQ_DEF_TWO_FROM] = {"two From headers", true, false},
    [VQ_DEF_TWO_TO] = {"two To headers", true, false},
    [VQ_DEF_TWO_CALL_ID] = {"two Call-ID headers", true, false},
    [VQ_DEF_TWO_CSEQ] = {"two CSeq headers", true, false},
    [VQ_DEF_TWO_LENGTH] = {"two Content-Length headers", true, false},
    [VQ_DEF_TWO_TYPE] = {"two Content-Type headers", true, true},
    [VQ_DEF_LENGTH_BEYOND] = {"Content-Length is beyond the data", true, false},
    [VQ_DEF_NAME_COMMA] = {"display name with a comma and no quotes", false, false},
    [VQ_DEF_OPEN_QUOTE] = {"quotation mark that nothing closes", false, false},
    [VQ_DEF_URI_BLANKS] = {"blanks within the angle brackets of a URI", false, false},
    [VQ_DEF_BARE_QUERY] = {"URI with '?' and no angle brackets", true, false},
    [VQ_DEF_BAD_FROM] = {"From URI without scheme", false, false},
    [VQ_DEF_BAD_TO] = {"To URI without scheme", false, false},
    [VQ_DEF_CONTACT_SCHEME] = {"Contact URI without scheme", false, false},
    [VQ_DEF_BAD_CONTACT] = {"Contact without URI", false, false},
    [VQ_DEF_BAD_VIA] = {"Via cannot be read", false, false},
    [VQ_DEF_EMPTY_ITEM] = {"empty parameter or value in Via or Contact", false, false},
    [VQ_DEF_CSEQ_BEYOND] = {"CSeq number is not below 2^31", true, false},
    [VQ_DEF_BAD_CSEQ] = {"CSeq is not <number> <method>", true, false},
    [VQ_DEF_BAD_TYPE] = {"Content-Type is not <type>/<subtype>", true, false},
    [VQ_DEF_LENGTH_NEGATIVE] = {"Content-Length is negative", true, false},
    [VQ_DEF_LENGTH_NUMBER] = {"Content-Length is not a number", true, false},
    [VQ_DEF_NO_CALL_ID] = {"no Call-ID header", true, false},
    [VQ_DEF_NO_CSEQ] = {"no CSeq header", true, false},
    [VQ_DEF_NO_FROM] = {"no From header", true, false},
    [VQ_DEF_NO_TO] = {"no To header", true, false},
    [VQ_DEF_NO_VIA] = {"no Via header", true, false},
    [VQ_DEF_CSEQ_METHOD] = {"CSeq names another method than the request", true, false},
    [VQ_DEF_BRANCH] = {"branch of the topmost Via is the magic cookie alone", true, false},
    [VQ_DEF_DATE] = {"Date is not in GMT", true, false},
    [VQ_DEF_BOUNDARY] = {"multipart body ends without its closing boundary", true, false},
    [VQ_DEF_LENGTH_ZERO] = {"Content-Length 0, but a body follows", true, false},
    [VQ_DEF_NO_TYPE] = {"body without Content-Type", true, false},
    [VQ_DEF_SECOND] = {"a second message in the datagram", true, false},
    [VQ_DEF_TRAILING] = {"bytes behind the body", true, false},
    [VQ_DEF_JUNK_BEFORE] = {"bytes before the start line", true, false},
};

const char *vq_sip_method_name(enum vq_sip_method m)
{
    return methods[m < VQ_SIP_METHODS ? m : VQ_SIP_UNKNOWN];
}

enum vq_sip_method vq_sip_method_of(struct vq_slice name)
{
    /* 7.1: methods are case-sensitive. */
    for (unsigned i = VQ_SIP_UNKNOWN + 1; i < VQ_SIP_METHODS; i++)
        if (name.n && name.p[0] == (uint8_t)methods[i][0] && vq_str_eq(name, vq_slice(methods[i], strlen(methods[i]))))
            return (enum vq_sip_method)i;
    return VQ_SIP_UNKNOWN;
}

static uint64_t mask_silent(void)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < VQ_DEF_COUNT; i++)
        mask |= defects[i].silent ? VQ_DEF_BIT(i) : 0;
    return mask;
}

static bool readable(uint64_t found)
{
    for (unsigned i = 0; i < VQ_DEF_COUNT; i++)
        if (found & VQ_DEF_BIT(i) && defects[i].unread)
            return false;
    return true;
}

/* Words for the gravest of the defects, or NULL. */
static const char *gravest(uint64_t found)
{
    for (unsigned i = 0; i < VQ_DEF_COUNT; i++)
        if (found & VQ_DEF_BIT(i))
            return defects[i].words;
    return NULL;
}

/* Puts the part of a multipart body that is of use in the body's place. */
static void open_multipart(struct vq_sip *m, struct vq_sip_findings *f)
{
    struct vq_slice part;
    bool closed;
    if (!vq_str_istarts(m->content_type, "multipart/") || !m->body.n)
        return;
    const char *found = vq_sip_multipart_part(m->content_type, m->body, &part, &closed);
    if (!closed)
        f->defects |= VQ_DEF_BIT(VQ_DEF_BOUNDARY);
    if (found) {
        m->body = part;
        m->content_type = vq_slice(found, strlen(found));
    }
}

/* An exact start line alone makes a message, if a poor one: beginners' stacks send it so. */
static bool has_anything(const struct vq_sip *m, uint64_t found)
{
    const uint64_t start = VQ_DEF_BIT(VQ_DEF_VERSION) | VQ_DEF_BIT(VQ_DEF_START_LINE) | VQ_DEF_BIT(VQ_DEF_STATUS_CODE) |
                           VQ_DEF_BIT(VQ_DEF_NUL);
    return m->call_id.n || m->has_cseq || m->from.uri.n || !(found & start);
}

bool vq_sip_scan_lenient(struct vq_slice datagram, struct vq_sip *out, const char **defect)
{
    struct vq_sip_findings f;
    struct vq_sip m;
    if (!vq_sip_lenient(datagram, &m, &f)) {
        *defect = "no start line";
        return false;
    }
    open_multipart(&m, &f);
    *defect = gravest(f.defects);
    if (!has_anything(&m, f.defects)) {
        *defect = "neither Call-ID nor CSeq nor From";
        return false;
    }
    *out = m;
    return true;
}

/* libosip2's reading of what it reads, the lenient scan's of the rest; the body is never libosip2's affair. */
static void merge(struct vq_sip *m, const struct vq_sip *osip)
{
    m->method_text = osip->method_text;
    m->method = osip->method;
    m->status = osip->status;
    m->reason_phrase = osip->reason_phrase;
    m->call_id = osip->call_id;
    m->branch = osip->branch;
    m->sent_by = osip->sent_by;
    m->cseq = osip->cseq;
    m->has_cseq = osip->has_cseq;
    m->from = osip->from;
    m->to = osip->to;
    m->contact = osip->contact;
    m->contact_star = osip->contact_star;
    m->user_agent = osip->user_agent;
}

bool vq_sip_osip(struct vq_sip_parser *p, struct vq_slice datagram, struct vq_sip *out, const char **why)
{
    struct vq_sip m;
    struct vq_sip_findings f = {.message = datagram};
    /* A Content-Type that the strict scan does not let pass might be multipart, which libosip2 must not see. */
    if (vq_sip_scan_strict(datagram, &m) || !vq_sip_lenient(datagram, &m, &f))
        f.type_line = vq_slice(NULL, 0);
    enum vq_sip_verdict v = vq_sip_osip_read(p, f.message, f.type_line, out);
    if (v == VQ_OSIP_ACCEPTS)
        return true;
    *why = v == VQ_OSIP_NO_MEMORY ? "no memory for libosip2" : OSIP_REFUSES;
    return false;
}

bool vq_sip_parse(struct vq_sip_parser *p, struct vq_slice datagram, struct vq_sip *out, const char **why)
{
    struct vq_sip m, osip;
    struct vq_sip_findings f;
    if (vq_sip_scan_strict(datagram, &m)) {
        *out = m;
        return true;
    }
    if (!vq_sip_lenient(datagram, &m, &f)) {
        *why = "no start line";
        return false;
    }
    open_multipart(&m, &f);
    enum vq_sip_verdict v = VQ_OSIP_NO_MEMORY;
    if (readable(f.defects) && !f.quoted_nul)
        v = vq_sip_osip_read(p, f.message, f.type_line, &osip);
    m.by_osip = v != VQ_OSIP_NO_MEMORY;
    if (v == VQ_OSIP_ACCEPTS) {
        merge(&m, &osip);
        f.defects &= mask_silent();
    }
    m.defect = gravest(f.defects);
    if (v == VQ_OSIP_REFUSES && !m.defect && !f.foreign_uri)
        m.defect = OSIP_REFUSES;
    if (!has_anything(&m, f.defects)) {
        *why = "neither Call-ID nor CSeq nor From";
        return false;
    }
    *out = m;
    return true;
}
