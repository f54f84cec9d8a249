/* sip_impl.h - what the files of the SIP parser share: header names, character classes, lenient readers of header
 * values, and the names of defects. */
#ifndef VQ_PROTO_SIP_IMPL_H
#define VQ_PROTO_SIP_IMPL_H

#include "proto/sip.h"

#define VQ_SIP_JUNK 64u /* blank bytes that some stacks send ahead of a message */

/* Headers that somebody reads; every other one is VQ_HDR_OTHER. */
enum vq_sip_hdr {
    VQ_HDR_OTHER,
    VQ_HDR_VIA,
    VQ_HDR_FROM,
    VQ_HDR_TO,
    VQ_HDR_CALL_ID,
    VQ_HDR_CSEQ,
    VQ_HDR_CONTACT,
    VQ_HDR_CONTENT_LENGTH,
    VQ_HDR_CONTENT_TYPE,
    VQ_HDR_EXPIRES,
    VQ_HDR_USER_AGENT,
    VQ_HDR_REASON,
    VQ_HDR_DATE,
    VQ_HDR_CHALLENGE,
    VQ_HDR_CREDENTIALS,
    VQ_HDR_REFER_TO, /* from here on: read by vq_sip_extra_read() alone */
    VQ_HDR_REFERRED_BY,
    VQ_HDR_REPLACES,
    VQ_HDR_EVENT,
    VQ_HDR_SUBSCRIPTION_STATE,
    VQ_HDR_MIN_EXPIRES,
    VQ_HDR_RACK,
    VQ_HDR_SESSION_ID,
    VQ_HDR_OTHER_CALL_ID,
    VQ_HDR_CHARGING,
    VQ_HDR_STATISTICS, /* rtpstat.c's */
};
/* By full or compact name (RFC 3261 7.3.3), any case. */
enum vq_sip_hdr vq_sip_hdr_of(struct vq_slice name);

/* Classes of bytes, RFC 3261 25.1; the strict scan leaves out what libosip2 reads in a way of its own. */
enum {
    VQ_C_TOKEN = 1,   /* token */
    VQ_C_USER = 2,    /* user part of a SIP URI, without password */
    VQ_C_HOST = 4,    /* host name or IPv4 address */
    VQ_C_PARAM = 8,   /* value of a parameter that is not quoted: token or host with port */
    VQ_C_WORD = 16,   /* Call-ID, without quotes and angle brackets */
    VQ_C_UPARAM = 32, /* parameters of a URI */
};
extern const uint8_t vq_sip_class[256];

struct vq_sip_start {
    bool request;
    uint16_t status;
    struct vq_slice method, uri, reason, version;
};
/* Reads any line that vq_looks_sip() lets pass; false when it is no start line at all. */
bool vq_sip_start_read(struct vq_slice line, struct vq_sip_start *out);

/* Cuts off the line in front with its line end (CR LF, LF or CR); `fold` joins the lines that begin with a blank.
 * False at the end of the data, and when the line has no end: then it is all that is left. */
bool vq_sip_line_cut(struct vq_slice *s, bool fold, struct vq_slice *line);

/* Values of headers, read as far as they make sense; folded lines inside count as blanks. */
bool vq_sip_addr_read(struct vq_slice value, struct vq_sip_addr *out, struct vq_slice *params);
bool vq_sip_param_find(struct vq_slice params, const char *name, struct vq_slice *value);
/* The first of the list; false without a sent-by. */
bool vq_sip_via_read(struct vq_slice value, struct vq_sip_via *out);
/* Counts a Via and remembers it as the last so far. */
void vq_sip_via_note(struct vq_sip *m, const struct vq_sip_via *via);
bool vq_sip_cseq_read(struct vq_slice value, uint32_t *number, struct vq_slice *method);
void vq_sip_digest_read(struct vq_slice value, struct vq_sip_digest *out);
/* Cause of a Reason header (RFC 3326) for protocol Q.850, or -1. */
int vq_sip_q850_read(struct vq_slice value);
/* The first of a comma-separated list; commas inside quotes and angle brackets do not separate. */
struct vq_slice vq_sip_list_cut(struct vq_slice *list);

/* What the grammar forbids in a value that can be read all the same (sip_faults.c). */
#define VQ_SIP_CSEQ_MAX 0x7fffffffu /* 8.1.1.5: less than 2**31 */
enum { VQ_SIP_OPEN_QUOTE = 1, VQ_SIP_URI_BLANKS = 2, VQ_SIP_BARE_QUERY = 4 };
unsigned vq_sip_addr_faults(struct vq_slice value); /* of a From, a To or a Contact: the first fault, or 0 */
bool vq_sip_has_empty_item(struct vq_slice value);  /* nothing between two ';' or ',', or behind the last */
bool vq_sip_branch_is_bare(struct vq_slice branch); /* the magic cookie and nothing else */
bool vq_sip_cseq_is_beyond(struct vq_slice value);  /* a number, but a larger one than is allowed */
bool vq_sip_date_is_gmt(struct vq_slice value);
bool vq_sip_nul_is_quoted(struct vq_slice line);    /* each NUL stands behind a backslash in quotation marks */

/* Defects, the gravest first. */
enum vq_sip_defect {
    VQ_DEF_VERSION,
    VQ_DEF_START_LINE,
    VQ_DEF_STATUS_CODE,
    VQ_DEF_NO_REASON,
    VQ_DEF_URI_BRACKETS,
    VQ_DEF_URI_SCHEME,
    VQ_DEF_URI_HEADERS,
    VQ_DEF_NUL,
    VQ_DEF_HEADERS_CUT,
    VQ_DEF_NO_COLON,
    VQ_DEF_TWO_FROM,
    VQ_DEF_TWO_TO,
    VQ_DEF_TWO_CALL_ID,
    VQ_DEF_TWO_CSEQ,
    VQ_DEF_TWO_LENGTH,
    VQ_DEF_TWO_TYPE,
    VQ_DEF_LENGTH_BEYOND,
    VQ_DEF_NAME_COMMA,
    VQ_DEF_OPEN_QUOTE,
    VQ_DEF_URI_BLANKS,
    VQ_DEF_BARE_QUERY,
    VQ_DEF_BAD_FROM,
    VQ_DEF_BAD_TO,
    VQ_DEF_CONTACT_SCHEME,
    VQ_DEF_BAD_CONTACT,
    VQ_DEF_BAD_VIA,
    VQ_DEF_EMPTY_ITEM,
    VQ_DEF_CSEQ_BEYOND,
    VQ_DEF_BAD_CSEQ,
    VQ_DEF_BAD_TYPE,
    VQ_DEF_LENGTH_NEGATIVE,
    VQ_DEF_LENGTH_NUMBER,
    VQ_DEF_NO_CALL_ID,
    VQ_DEF_NO_CSEQ,
    VQ_DEF_NO_FROM,
    VQ_DEF_NO_TO,
    VQ_DEF_NO_VIA,
    VQ_DEF_CSEQ_METHOD,
    VQ_DEF_BRANCH,
    VQ_DEF_DATE,
    VQ_DEF_BOUNDARY,
    VQ_DEF_LENGTH_ZERO,
    VQ_DEF_NO_TYPE,
    VQ_DEF_SECOND,
    VQ_DEF_TRAILING,
    VQ_DEF_JUNK_BEFORE,
    VQ_DEF_COUNT
};
#define VQ_DEF_BIT(d) (UINT64_C(1) << (d))

/* What the lenient scan found, beside the message. */
struct vq_sip_findings {
    uint64_t defects;          /* bit set of enum vq_sip_defect */
    struct vq_slice message;   /* the datagram without what stands before the start line */
    struct vq_slice type_line; /* the Content-Type line */
    bool quoted_nul;           /* legal, but libosip2 ends there */
    bool foreign_uri;          /* Request-URI of a scheme that is not SIP's: libosip2 need not be able to read it */
};
/* False without a start line. */
bool vq_sip_lenient(struct vq_slice datagram, struct vq_sip *out, struct vq_sip_findings *found);

/* The part of a multipart body that is application/sdp, else the one that is application/vq-rtcpxr: its type, or NULL when
 * there is none. `*closed` is false when the body ends without its closing boundary. */
const char *vq_sip_multipart_part(struct vq_slice type, struct vq_slice body, struct vq_slice *out, bool *closed);

/* libosip2 on a message in the arena of `p`; `hide` is a header line of the message whose name it must not recognise,
 * or absent. `*out` is untouched unless it accepts. */
enum vq_sip_verdict { VQ_OSIP_REFUSES, VQ_OSIP_ACCEPTS, VQ_OSIP_NO_MEMORY };
enum vq_sip_verdict vq_sip_osip_read(struct vq_sip_parser *p, struct vq_slice message, struct vq_slice hide,
                                     struct vq_sip *out);

#endif
