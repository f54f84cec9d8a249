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

/* What Authorization, Proxy-Authorization, WWW-Authenticate or Proxy-Authenticate tells; never the response digest. */
struct vq_sip_digest {
    bool present, stale;
    struct vq_slice realm, nonce, username, algorithm;
};

struct vq_sip {
    bool request;
    enum vq_sip_method method;       /* of the request, or of the response's CSeq */
    struct vq_slice method_text;     /* as written in the request line or the CSeq */
    uint16_t status;                 /* 0 for a request */
    struct vq_slice reason_phrase, request_uri;
    struct vq_slice call_id, branch; /* branch of the topmost Via */
    struct vq_slice sent_by;         /* of the topmost Via */
    uint32_t cseq;
    bool has_cseq;
    struct vq_sip_addr from, to, contact;
    struct vq_slice user_agent;      /* User-Agent or Server */
    struct vq_slice content_type, body;
    int64_t expires;                 /* Expires header or Contact's expires parameter (which wins), -1 absent */
    bool contact_star;               /* Contact: * */
    struct vq_sip_digest challenge, credentials;
    int q850;                        /* cause of a Reason: Q.850 header, -1 absent */
    const char *defect;              /* NULL: libosip2 or the strict scan accepts it; else why not */
    bool by_osip;                    /* libosip2 was asked */
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

/* The strict scan alone, and libosip2 alone: for the tests and the fuzz target that hold one against the other. */
bool vq_sip_scan_strict(struct vq_slice datagram, struct vq_sip *out);
bool vq_sip_scan_lenient(struct vq_slice datagram, struct vq_sip *out, const char **defect);
bool vq_sip_osip(struct vq_sip_parser *p, struct vq_slice datagram, struct vq_sip *out, const char **why);

#endif
