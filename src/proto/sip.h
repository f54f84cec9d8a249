/* sip.h - one SIP message, RFC 3261.
 *
 * A strict scan reads what is regular. Whatever it is unsure of goes to libosip2 (sip_osip.c), with its allocations in
 * a bump arena; what libosip2 refuses is read leniently and carries the name of its defect. Slices borrow the packet
 * or the arena, until vq_sip_parse() is called again. */
#ifndef VQ_PROTO_SIP_H
#define VQ_PROTO_SIP_H

#include "util/arena.h"
#include "util/bytes.h"

/* METHODS: one row each in sip.c. */
enum vq_sip_method {
    VQ_SIP_UNKNOWN, VQ_SIP_INVITE, VQ_SIP_ACK, VQ_SIP_BYE, VQ_SIP_CANCEL, VQ_SIP_REGISTER, VQ_SIP_OPTIONS, VQ_SIP_PRACK,
    VQ_SIP_UPDATE, VQ_SIP_INFO, VQ_SIP_REFER, VQ_SIP_SUBSCRIBE, VQ_SIP_NOTIFY, VQ_SIP_PUBLISH, VQ_SIP_MESSAGE,
    VQ_SIP_METHODS
};
const char *vq_sip_method_name(enum vq_sip_method m);
enum vq_sip_method vq_sip_method_of(struct vq_slice name);

/* A From, To or Contact value. */
struct vq_sip_addr {
    struct vq_slice name;   /* display name without quotes */
    struct vq_slice uri;    /* "sip:1001@10.0.0.2:5060", parameters and headers cut off */
    struct vq_slice user;   /* of the URI, maybe absent */
    struct vq_slice host;   /* with port */
    struct vq_slice tag;
};

/* A Via value, RFC 3261 20.42. */
struct vq_sip_via {
    struct vq_slice sent_by;   /* host and port as the sender knows itself */
    struct vq_slice branch;
    struct vq_slice received;  /* where it came from, as the receiver saw it; absent when nobody wrote it */
    struct vq_slice rport;     /* and from which port (RFC 3581); absent or empty without a number */
};

/* What Authorization, Proxy-Authorization, WWW-Authenticate or Proxy-Authenticate tells; never the response digest. */
struct vq_sip_digest {
    bool present, stale;
    struct vq_slice realm, nonce, username, algorithm, qop;
};

#define VQ_SIP_STATUS_MAX 65535u

struct vq_sip {
    bool request;
    enum vq_sip_method method;       /* of the request, or of the response's CSeq */
    struct vq_slice method_text;     /* as written in the request line or the CSeq */
    uint16_t status;                 /* 0 for a request; no more than VQ_SIP_STATUS_MAX, whatever stands there */
    struct vq_slice reason_phrase, request_uri;
    struct vq_slice call_id, branch; /* branch of the topmost Via */
    struct vq_slice sent_by;         /* of the topmost Via, like the two behind it */
    struct vq_slice received, rport;
    struct vq_sip_via origin;        /* the last Via: of whoever began the transaction */
    uint8_t vias;                    /* how many there are; 255: that many or more */
    uint32_t cseq;
    bool has_cseq;
    struct vq_sip_addr from, to, contact;
    struct vq_slice user_agent;      /* User-Agent or Server */
    struct vq_slice content_type, body;
    int64_t expires;                 /* Expires header or Contact's expires parameter (which wins), -1 absent */
    bool contact_star;               /* Contact: * */
    struct vq_sip_digest challenge, credentials;
    int q850;                        /* cause of a Reason: Q.850 header, -1 absent */
    struct vq_slice headers;         /* the header lines behind the start line */
    bool has_extra;                  /* some header that vq_sip_extra_read() or vq_rtpstat_read() reads is among them */
    const char *defect;              /* NULL: libosip2 or the strict scan accepts it; else why not */
    bool by_osip;                    /* libosip2 was asked */
};

/* What few messages carry, and fewer readers ask for. */
struct vq_sip_extra {
    struct vq_sip_addr refer_to, referred_by;       /* RFC 3515, RFC 3892; the URI is absent without the header */
    struct vq_slice refer_to_headers;               /* "Replaces=..." behind the '?' of the Refer-To URI, escaped */
    struct vq_slice replaces;                       /* RFC 3891: the Call-ID */
    struct vq_slice event, event_id;                /* RFC 6665: package, id parameter */
    struct vq_slice subscription_state, sub_reason; /* RFC 6665 4.1.3: "active", why it ended */
    int64_t sub_expires, min_expires;               /* seconds, -1 absent */
    struct vq_slice rack;                           /* RFC 3262: "776656 1 INVITE" */
    struct vq_slice reason_protocol, reason_text;   /* RFC 3326, the first one */
    struct vq_slice session_id;                     /* RFC 7989: the local UUID */
    struct vq_slice other_call_id;                  /* X-Call-ID or X-CID: a B2BUA hands on the other leg's Call-ID in it */
    struct vq_slice icid;                           /* icid-value of P-Charging-Vector, RFC 7315 5.6 */
    int reason_cause;                               /* -1 absent */
};

/* Room that a parse needs: libosip2's arena. */
struct vq_sip_parser {
    struct vq_arena arena;
};
void vq_sip_parser_init(struct vq_sip_parser *p); /* also libosip2's own start-up, once per process */
void vq_sip_parser_done(struct vq_sip_parser *p);

/* False when nothing can be made of it (no start line, or one that is not exact and neither Call-ID nor CSeq nor From);
 * `*why` then names it. Where only the start line can be read, call_id is empty and the defect says so.
 * A datagram holds one message: what follows Content-Length bytes of body is ignored, as RFC 3261 18.3 wants. */
bool vq_sip_parse(struct vq_sip_parser *p, struct vq_slice datagram, struct vq_sip *out, const char **why);

/* "sip:1001@host:5060;x" cut into out->uri, user and host; false without a scheme. */
bool vq_sip_uri_read(struct vq_slice uri, struct vq_sip_addr *out);

/* Reads m->headers once more, leniently; call it when m->has_extra. */
void vq_sip_extra_read(const struct vq_sip *m, struct vq_sip_extra *out);
/* Puts the Call-ID that a Refer-To asks to replace into `text` with its escapes undone, cut to its room; false when it
 * asks for none. */
bool vq_sip_refer_replaces(struct vq_slice refer_to_headers, char *text, size_t room);
/* Walks the Contacts of a message, over all of its Contact headers. `at` begins as {.rest = m->headers}. `expires` is the
 * parameter's, -1 absent. False when there are no more; "*" is none. */
struct vq_sip_contacts {
    struct vq_slice rest, list;
    unsigned looked; /* at so many; a hostile list has an end */
};
bool vq_sip_contact_next(struct vq_sip_contacts *at, struct vq_sip_addr *out, int64_t *expires);
/* Walks header lines, folded ones joined: `*lines` begins as m->headers. */
bool vq_sip_header_next(struct vq_slice *lines, struct vq_slice *name, struct vq_slice *value);
/* "SIP/2.0 180 Ringing", the first line of a message/sipfrag body (RFC 3420); 0 when it is none. */
unsigned vq_sip_frag_status(struct vq_slice body, struct vq_slice *phrase);

/* The strict scan alone, ahead of its turn; where it refuses, `out` holds what it had read. The others alone are for the
 * tests and the fuzz target that hold one against the other. */
bool vq_sip_scan_strict(struct vq_slice datagram, struct vq_sip *out);
bool vq_sip_scan_lenient(struct vq_slice datagram, struct vq_sip *out, const char **defect);
bool vq_sip_osip(struct vq_sip_parser *p, struct vq_slice datagram, struct vq_sip *out, const char **why);

#endif
