/* model.h - what the engine found out, as plain structures to read.
 *
 * Objects are named by 32-bit handles and walked in the order in which they first appeared:
 *
 *     struct vq_call c;
 *     for (uint32_t h = vq_call_next(e, 0); h; h = vq_call_next(e, h))
 *         vq_call_get(e, h, &c);
 *
 * Everything a structure points to is borrowed and stays valid until the engine is next fed, ticked, finished or
 * freed. Text came from the wire: any byte but NUL may be in it, so escape it for where it goes. A pointer that is
 * NULL, a time that is VQ_NONE or a number that is NAN means "not seen" or "cannot be given". */
#ifndef VOIPQOS_MODEL_H
#define VOIPQOS_MODEL_H

#include <voipqos/codec.h>
#include <voipqos/emodel.h>
#include <voipqos/engine.h>

/* ---- the input ------------------------------------------------------------------------------------------------- */

enum vq_decoded { VQ_DEC_SIP, VQ_DEC_RTP, VQ_DEC_RTCP, VQ_DEC_STUN, VQ_DEC_ICMP, VQ_DEC_TCP, VQ_DEC_OTHER_UDP,
                  VQ_DEC_FRAGMENT, /* of a packet that another frame made whole, or still may */
                  VQ_DEC_TURN_DATA, /* ChannelData of a channel whose peer was not seen: media most likely */
                  VQ_DEC_COUNT };
const char *vq_decoded_name(enum vq_decoded d); /* "sip", ..., "other_udp" */
const char *vq_decoded_help(enum vq_decoded d); /* a few plain words */

/* What stood between a frame's link header and the datagram that was read. One row or more each in src/net/tunnel.c. */
enum vq_tunnel {
    VQ_TUNNEL_NONE,
    VQ_TUNNEL_VLAN, VQ_TUNNEL_PPPOE, VQ_TUNNEL_PPP, VQ_TUNNEL_MPLS, VQ_TUNNEL_ERSPAN, VQ_TUNNEL_IP_IN_IP, VQ_TUNNEL_GRE,
    VQ_TUNNEL_ETHERIP, VQ_TUNNEL_GTP_U, VQ_TUNNEL_VXLAN, VQ_TUNNEL_GENEVE, VQ_TUNNEL_TZSP, VQ_TUNNEL_HEP,
    VQ_TUNNEL_TURN, /* ChannelData of a known channel, RFC 8656 */
    VQ_TUNNELS
};
const char *vq_tunnel_name(enum vq_tunnel t); /* "gtp_u"; NULL for NONE */

/* Why a frame, or a datagram in it, was not decoded. One row each in src/net/drop.c. */
enum vq_drop {
    VQ_DROP_LINK_UNKNOWN,     /* link type not in the table */
    VQ_DROP_LINK_TRUNCATED,   /* frame ends inside its link header */
    VQ_DROP_NOT_IP,           /* ARP, LLDP, STP ... */
    VQ_DROP_IP_TRUNCATED,     /* ends inside the IP header */
    VQ_DROP_IP_BAD,           /* version, header length or total length contradict the frame */
    VQ_DROP_IP_FRAGMENT,      /* a fragment of a packet that never became whole */
    VQ_DROP_IP_OTHER,         /* carries neither UDP, TCP nor ICMP, nor a tunnel */
    VQ_DROP_TUNNEL_BAD,       /* a tag, label or tunnel header is cut off, or not what its number promised */
    VQ_DROP_TUNNEL_DEPTH,     /* more headers inside each other than are followed */
    VQ_DROP_UDP_TRUNCATED,
    VQ_DROP_UDP_BAD,          /* UDP length below 8 or beyond the IP payload */
    VQ_DROP_UDP_EMPTY,        /* no payload or nothing but CR, LF, NUL: keep-alive */
    VQ_DROP_TCP_TRUNCATED,
    VQ_DROP_TCP_BAD,          /* TCP header shorter than 20 bytes or beyond the IP payload */
    VQ_DROP_SNAP_CUT,         /* SIP or RTCP cut by the snap length so that it cannot be parsed */
    VQ_DROP_SIP_BAD,          /* looked like SIP, no message could be made of it */
    VQ_DROP_RTCP_BAD,
    VQ_DROP_STUN_BAD,
    VQ_DROP_MIRRORED,         /* the same IP packet captured twice: counted once */
    VQ_DROP_NO_MEMORY,
    VQ_DROP_COUNT
};
const char *vq_drop_name(enum vq_drop d); /* snake_case, as in the JSON report */
const char *vq_drop_help(enum vq_drop d); /* one plain sentence */

/* Why an encrypted connection could not be read. */
enum vq_tls_fault {
    VQ_TLS_READABLE,       /* it could, or nothing but its handshake has been seen */
    VQ_TLS_NO_KEYLOG,      /* no keys were given at all */
    VQ_TLS_KEY_MISSING,    /* they are for other connections */
    VQ_TLS_NOT_FROM_START, /* its handshake was not captured */
    VQ_TLS_SUITE,          /* a version or cipher suite that is not read here */
    VQ_TLS_HOLE,           /* records are missing in it, and where it goes on could not be found */
    VQ_TLS_DAMAGED,        /* a record does not open: damaged, or the key is another's */
    VQ_TLS_FAULTS
};
const char *vq_tls_fault_name(enum vq_tls_fault f); /* snake_case, as in the JSON report */

struct vq_stats {
    uint64_t frames, bytes;                /* bytes on the wire */
    int64_t start, end;                    /* first frame's and latest time; VQ_NONE without frames */
    uint64_t decoded[VQ_DEC_COUNT];        /* frames; decoded + not_decoded = frames */
    uint64_t not_decoded[VQ_DROP_COUNT];
    uint64_t tunnels[VQ_TUNNELS];          /* frames that had such a header; a frame may count in several */
    uint64_t sip_messages, rtp_packets, rtcp_packets, stun_messages;
    uint64_t sip_defective;                /* messages with a defect; they stand in the ladder all the same */
    uint64_t snap_cut_frames;              /* caplen < len */
    uint64_t time_backwards;               /* frames earlier than one before them; capture engines do that by microseconds */
    int64_t time_backwards_max;            /* and by how much at most */
    uint64_t time_jumps_not_kept;          /* beyond the list that vq_clock_steps() is made of */
    uint64_t evicted_flows, evicted_streams, evicted_calls, evicted_registrations, evicted_dialogs;
    uint64_t evicted_finished;             /* of those: calls and streams that had already ended */
    uint64_t icmp_not_kept;                /* ICMP errors beyond the list */
    uint64_t stun_not_kept;                /* STUN messages beyond the list */
    uint64_t tcp_sip_flows, tcp_tls_flows; /* TCP connections that carried SIP, maybe inside TLS; that were encrypted */
    uint64_t tcp_tls_sip_flows;            /* of the latter: unreadable, on port 5061, where SIP over TLS is at home */
    uint64_t tcp_tls_decrypted_flows;      /* of which content was read with the keys of a key log */
    uint64_t tcp_tls_unread[VQ_TLS_FAULTS]; /* why encrypted connections could not be read, or not to their end */
    uint16_t tcp_tls_unread_suite;         /* of the first that is VQ_TLS_SUITE (IANA's number) */
    bool tls_keylog;                       /* keys were given, if only an empty list */
    uint64_t tls_keys, tls_keys_evicted;   /* connections whose secrets are known; that were pushed out again */
    uint64_t tls_keys_bad;                 /* lines of key logs that are none */
    uint64_t tcp_gaps;                     /* holes in connections with SIP: not captured, or cut by the snap length */
    uint64_t tcp_keep_alives;              /* frames with SIP keep-alives (RFC 5626 3.5.1); counted as TCP */
    uint64_t evicted_tcp_flows;
    uint64_t messages_not_kept;            /* SIP messages over a call's cap */
    uint64_t endpoint_reports_not_kept;    /* vq_endpoint_report over their caps */
    uint32_t open_flows, open_streams, open_calls, open_registrations, open_dialogs; /* in memory now */
};
void vq_engine_stats(const struct vq_engine *e, struct vq_stats *out);

/* The capturing machine's clock was set: streams go on behind it as if nothing had been. */
struct vq_clock_step {
    int64_t ts;                            /* of the first frame behind it */
    uint64_t frame;
    double step_ms;                        /* < 0: back */
    unsigned streams;                      /* that saw it alike */
};

/* Nothing at all was captured for a while in which streams went on. */
struct vq_capture_hole {
    int64_t ts;                            /* of the last frame before it */
    uint64_t frame;                        /* the first behind it */
    double ms;
    uint64_t missing;                      /* RTP packets */
    unsigned streams;                      /* all that there were */
};

/* At most `max` of them in order of frames; how many there are. Not more than VQ_CLOCK_JUMPS together;
 * stats.time_jumps_not_kept counts further ones that might be any. */
#define VQ_CLOCK_JUMPS 32u
size_t vq_clock_steps(const struct vq_engine *e, struct vq_clock_step *out, size_t max);
size_t vq_capture_holes(const struct vq_engine *e, struct vq_capture_hole *out, size_t max);

/* ---- signalling ------------------------------------------------------------------------------------------------ */

enum vq_transport { VQ_UDP, VQ_TCP, VQ_WS /* RFC 7118 */, VQ_TLS, VQ_WSS };
const char *vq_transport_name(enum vq_transport t); /* "UDP", "TCP", "WS", "TLS", "WSS" */

/* One SIP message as it stands in a ladder; what it points to lives as long as the object it was read from. */
struct vq_message {
    int64_t ts;
    uint64_t frame;
    struct vq_endpoint src, dst;
    const char *method;             /* of a request ("INVITE"), NULL for a response */
    const char *cseq_method;        /* NULL when the message has no readable CSeq */
    const char *reason;             /* reason phrase of a response, maybe "" */
    const char *sdp;                /* "PCMU PCMA telephone-event @ 10.0.0.1:4000 sendonly", NULL without SDP */
    const char *defect;             /* why libosip2 refused it, NULL for a well-formed message */
    const char *detail;             /* what else it says: "to sip:1003@10.0.0.2", "180 Ringing" of a NOTIFY; NULL: nothing */
    const char *timer;              /* of a retransmission: what sent it again, vq_resend_name(); NULL: nothing known does */
    unsigned repeat;                /* the first retransmission is 1, a message that is none has 0 */
    uint32_t cseq;
    uint16_t status;                /* 0 for a request */
    uint8_t transport;              /* enum vq_transport */
    bool retransmission;
    bool hold;                      /* the SDP puts the other side on hold (sendonly, inactive or c=0.0.0.0) */
    bool from_caller;               /* sent by the side that sent the first request */
    const char *call_id;            /* read by vq_reader_next() only */
    unsigned leg;                   /* likewise: which Call-ID of the call it belongs to, from 1 */
};

/* Why a message is sent again: RFC 3261 17, 13.3.1.4 and RFC 3262 3. */
enum vq_resend {
    VQ_RESEND_NONE,     /* no timer explains it: over TCP and WebSocket none runs */
    VQ_RESEND_A,        /* INVITE request, Timer A */
    VQ_RESEND_E,        /* any other request, Timer E */
    VQ_RESEND_G,        /* final error response to INVITE, Timer G: its ACK is missing */
    VQ_RESEND_2XX,      /* 2xx response to INVITE: its ACK is missing */
    VQ_RESEND_1XX,      /* provisional response: its PRACK is missing, or it keeps proxies from giving up */
    VQ_RESEND_REQUEST,  /* response to a request that came again */
    VQ_RESEND_RESPONSE, /* ACK to a response that came again */
    VQ_RESENDS
};
const char *vq_resend_name(enum vq_resend r); /* "A", "E", "G", "2xx", "1xx", "request", "response", NULL */

/* The messages of an object as the engine keeps them, in capture order. They are read one after the other:
 *
 *     struct vq_message m;
 *     for (const struct vq_note *n = call.messages; vq_message_read(&n, &m);)
 *
 * False when there are no more. */
struct vq_note;
bool vq_message_read(const struct vq_note **at, struct vq_message *out);

/* The same for calls of several Call-IDs, in the order of time. A copy of a reader reads on from the same place. */
#define VQ_LEGS_MAX 64u /* Call-IDs of one call; more stay calls of their own */
struct vq_reader {
    const struct vq_note *at[VQ_LEGS_MAX];
    const char *call_id[VQ_LEGS_MAX];
    unsigned n;
};
void vq_reader_init(struct vq_reader *r, const struct vq_note *messages, const char *call_id);
/* All legs of a call; of a leg that is not the call's first: its own messages. */
void vq_reader_init_call(struct vq_reader *r, const struct vq_engine *e, uint32_t call);
bool vq_reader_next(struct vq_reader *r, struct vq_message *out);

enum vq_registration_outcome {
    VQ_REG_INCOMPLETE, VQ_REG_REGISTERED, VQ_REG_UNREGISTERED, VQ_REG_REFRESHED, VQ_REG_REJECTED, VQ_REG_TIMEOUT
};
const char *vq_registration_outcome_name(enum vq_registration_outcome o);

/* A Contact that the registrar lists in its 200: everybody who is registered under the same address. */
struct vq_binding {
    const struct vq_binding *next;
    const char *uri;
    int64_t expires_s;              /* VQ_NONE when the registrar does not say */
};

/* One attempt: the first REGISTER, its challenges and the final answer. A later REGISTER on the same Call-ID is an
 * attempt of its own (a refresh, an unregister or a new try). */
struct vq_registration {
    uint32_t handle, id;            /* id counts from 1 in order of appearance */
    const char *aor, *user;         /* To URI without parameters; its user part */
    const char *call_id, *contact, *user_agent, *realm;
    const char *algorithm, *qop;    /* of the challenge (RFC 7616), NULL when it names none */
    struct vq_endpoint client, registrar;
    enum vq_registration_outcome outcome;
    unsigned status;                /* last final status, 0 when none came */
    const char *reason;
    bool challenged;                /* 401 or 407 seen */
    unsigned attempts;              /* REGISTER requests, retransmissions left out */
    unsigned retransmissions;       /* of requests and responses */
    int64_t expires_asked_s, expires_granted_s; /* VQ_NONE when absent */
    int64_t start, end;             /* first and last message */
    int64_t rrd;                    /* RFC 6076 4.1: first REGISTER to the 200 */
    int64_t min_expires_s;          /* of a 423: shorter is refused; VQ_NONE without */
    const struct vq_binding *bindings; /* NULL: none, or the contact alone */
    uint32_t follows;               /* id of the attempt before on this Call-ID, 0: none */
    unsigned challenges, stale;     /* 401 and 407; those of them with stale=true */
    unsigned refused_before;        /* attempts on this Call-ID that were rejected one after the other until here */
    bool wrong_password;            /* challenged again although the credentials were for the nonce given */
    const struct vq_note *messages; /* NULL when there are none */
    unsigned n_messages, messages_not_kept;
};

enum vq_call_state {
    VQ_CALL_INCOMPLETE, VQ_CALL_RINGING, VQ_CALL_IN_CALL, VQ_CALL_COMPLETED, VQ_CALL_CANCELLED, VQ_CALL_REJECTED,
    VQ_CALL_BUSY, VQ_CALL_NO_ANSWER, VQ_CALL_REDIRECTED, VQ_CALL_FAILED, VQ_CALL_TIMEOUT
};
const char *vq_call_state_name(enum vq_call_state s);
bool vq_call_state_ended(enum vq_call_state s); /* nothing more is expected */

const char *vq_q850_text(int cause); /* "normal call clearing"; NULL for a number without meaning */

enum vq_party { VQ_PARTY_NONE, VQ_PARTY_CALLER, VQ_PARTY_CALLEE, VQ_PARTY_NETWORK };
const char *vq_party_name(enum vq_party p); /* "caller", "callee", "network", NULL for none */

/* One step of the offer/answer exchange (RFC 3264). */
struct vq_offer {
    const struct vq_offer *next;
    int64_t ts;
    uint64_t frame;
    const char *kind;        /* "offer" or "answer" */
    const char *audio;       /* space-separated codec names of the audio section, "" when none */
    struct vq_endpoint media; /* where its sender wants the audio, family 0: nowhere */
    bool from_caller, hold;
    uint8_t events;          /* what it changes: bits of enum vq_offer_event */
    uint16_t refused;        /* status that turned the offer down, 0: none */
};

/* An address that a party offers for ICE (RFC 8445 5.1.1). */
enum vq_candidate_type { VQ_CANDIDATE_HOST, VQ_CANDIDATE_SRFLX, VQ_CANDIDATE_PRFLX, VQ_CANDIDATE_RELAY };
const char *vq_candidate_type_name(enum vq_candidate_type t); /* "host", "srflx", "prflx", "relay" */

struct vq_candidate {
    const struct vq_candidate *next;
    struct vq_endpoint at, related; /* family 0: a name; absent */
    uint64_t frame;
    enum vq_candidate_type type;
    uint16_t component;             /* 1: RTP, 2: RTCP */
    bool tcp, by_caller;
};

enum vq_offer_event {
    VQ_OFFER_DELAYED = 1,    /* made by the response, for the INVITE came without (RFC 3261 13.2.1) */
    VQ_OFFER_HOLD = 2,       /* its sender puts the other on hold */
    VQ_OFFER_RESUME = 4,
    VQ_OFFER_MOVED = 8,      /* its sender's media address is another than before */
    VQ_OFFER_CODEC = 16,     /* an answer whose first codec is another than the last answer's */
    VQ_OFFER_REFRESH = 32,   /* offered again without a change, as session timers do (RFC 4028) */
    VQ_OFFER_NO_AUDIO = 64,  /* there was audio, and now there is none */
};

/* What became of a stream in the seconds after an offer or answer. */
enum vq_effect { VQ_EFFECT_NONE, VQ_EFFECT_STARTED, VQ_EFFECT_CONTINUED, VQ_EFFECT_STOPPED, VQ_EFFECT_RESUMED };
const char *vq_effect_name(enum vq_effect f); /* "started"; NULL for NONE: no packet before nor after */

/* A dialog of the call: (Call-ID, from-tag, to-tag), RFC 3261 12. */
enum vq_leg_state {
    VQ_LEG_PROCEEDING,             /* no dialog yet */
    VQ_LEG_EARLY, VQ_LEG_CONFIRMED, VQ_LEG_TERMINATED,
    VQ_LEG_CANCELLED,              /* given up before an answer: by the caller, or because another branch answered */
    VQ_LEG_CLEARED,                /* answered too, but not first, and hung up (RFC 3261 13.2.2.4) */
    VQ_LEG_REJECTED, VQ_LEG_REDIRECTED
};
const char *vq_leg_state_name(enum vq_leg_state s);

struct vq_leg {
    const struct vq_leg *next;
    const char *from_tag, *to_tag; /* to_tag NULL while no dialog exists */
    struct vq_endpoint caller, callee;
    const char *contact;           /* of its responses, NULL without */
    const char *user_agent;        /* of its responses when it is not that of the first leg */
    int64_t first, answered;       /* first response, 2xx; VQ_NONE when not seen */
    unsigned status;
    uint8_t state;                 /* enum vq_leg_state */
    bool winner;                   /* the dialog that was answered first */
};

/* Another call as a call names it: maybe one that is forgotten, or a further leg of some call. id 0: none. */
struct vq_call_ref {
    uint32_t handle, id;
};
/* vq_call.id of the call that it is, or is a leg of; 0: none. */
uint32_t vq_call_ref_id(const struct vq_engine *e, struct vq_call_ref r);

/* A REFER in the call: one party asks the other to call somebody else (RFC 3515, RFC 5589). */
struct vq_transfer {
    const struct vq_transfer *next;
    int64_t ts;
    uint64_t frame;
    const char *target;            /* Refer-To URI */
    const char *replaces;          /* Call-ID of the call to take over: attended; NULL: blind */
    const char *progress_reason;
    const char *why;               /* what ties to_call to it */
    struct vq_call_ref replaces_call, to_call;
    uint16_t status;               /* response to the REFER, 0: none */
    uint16_t progress;             /* last status that a NOTIFY told (message/sipfrag), 0: none */
    uint8_t by;                    /* enum vq_party */
};

/* A 3xx response to the call's INVITE. */
struct vq_redirect {
    const struct vq_redirect *next;
    int64_t ts;
    uint64_t frame;
    const char *target;            /* its first Contact, NULL without */
    const char *why;               /* what ties to_call to it */
    uint64_t followed_frame;       /* of the INVITE that goes there, 0: none was seen */
    struct vq_call_ref to_call;    /* that INVITE's call, maybe this one */
    uint16_t status;
};

/* Where a call comes from when another one led to it. */
enum vq_lead { VQ_LEAD_NONE, VQ_LEAD_BLIND, VQ_LEAD_ATTENDED, VQ_LEAD_REDIRECT };
const char *vq_lead_name(enum vq_lead l); /* "blind", "attended", "redirect"; NULL for NONE */

/* What few calls have: how they came about, where they led, and why they ended. */
struct vq_call_story {
    const struct vq_transfer *transfers;
    const struct vq_redirect *redirects;
    enum vq_lead lead;
    struct vq_call_ref from_call;
    const char *lead_why;
    const char *replaces;          /* Call-ID in the Replaces header of its INVITE (RFC 3891) */
    struct vq_call_ref replaces_call, replaced_by;
    const char *reason_protocol, *reason_text; /* of the last Reason header (RFC 3326) */
    int reason_cause;              /* -1 absent */
    uint64_t reason_frame;
    uint64_t late_bye_frame;       /* a BYE after the end of the call, 0: none */
};

/* What speaks for two Call-IDs being legs of one call, with a back-to-back user agent between them. One row each in
 * src/metrics/legs.c. */
enum vq_evidence {
    VQ_EV_SESSION_ID,    /* RFC 7989 */
    VQ_EV_OTHER_CALL_ID, /* X-Call-ID, X-CID */
    VQ_EV_ICID,          /* P-Charging-Vector, RFC 7315 */
    VQ_EV_CALL_ID,       /* one is the other with something appended */
    VQ_EV_MEDIA_ADDRESS, /* both SDPs name it */
    VQ_EV_RTP,           /* a stream of the one is a stream of the other, relayed */
    VQ_EV_PAYLOAD,       /* the same, but only the payload is handed on */
    VQ_EV_HOST,          /* whoever received the one sent the other */
    VQ_EV_CALLER, VQ_EV_CALLEE, /* same numbers */
    VQ_EV_SETUP_AT_ONCE, VQ_EV_SETUP_WHILE, VQ_EV_ANSWER, VQ_EV_END, /* it happened together */
    VQ_EVIDENCES
};
const char *vq_evidence_name(enum vq_evidence e); /* "session_id" */
const char *vq_evidence_help(enum vq_evidence e); /* "same Session-ID" */

/* A call as the caller sees it. Where a B2BUA made further legs with Call-IDs of their own, vq_call_next() gives the first
 * of them only; its figures are the first leg's, but for messages, streams and quality, which are all legs'. The others
 * are found by next_leg, each with the figures of its own. */
struct vq_call {
    uint32_t handle, id;
    uint32_t first_leg;             /* handle of the call's first Call-ID: its own, unless it is a further leg */
    uint32_t next_leg;              /* handle of the next, 0: there is none */
    unsigned leg, n_legs;           /* its number, from 1; how many Call-IDs the call has */
    uint32_t joined_to;             /* handle of the leg that it follows from, 0: of none */
    uint32_t evidence;              /* for that: bit set of enum vq_evidence ... */
    double confidence;              /* ... and what it amounts to, 0..1; NAN for the first */
    const char *call_id;
    const char *from, *to;          /* user part, else host, of From and To */
    const char *from_uri, *to_uri;
    const char *from_name;          /* display name or NULL */
    const char *user_agent_caller, *user_agent_callee;
    struct vq_endpoint caller, callee;
    enum vq_call_state state;
    unsigned status;                /* final status of the INVITE, else the last provisional, else 0 */
    const char *reason;
    int q850;                       /* cause of a Reason header, -1 when absent */
    enum vq_party released_by;      /* who hung up, cancelled or refused */
    bool challenged, mid_dialog;    /* mid_dialog: the capture began after the INVITE */
    int64_t start, answered, end;   /* first INVITE, its 2xx, last BYE/CANCEL/final or last message */
    int64_t trying, pdd, srd, ring, answer, ack, sdd, first_media; /* durations, see docs/metrics.md */
    int64_t talk;                   /* 2xx to BYE (to the end of the capture while in_call) */
    unsigned retransmissions;
    const struct vq_note *messages; /* NULL when there are none */
    unsigned n_messages, messages_not_kept;
    const struct vq_offer *offers;
    const struct vq_leg *legs;
    const struct vq_candidate *candidates; /* at most 32, each once */
    const struct vq_call_story *story; /* NULL: nothing of it */
    unsigned answers;               /* dialogs answered with 2xx: more than one where a fork was answered twice */
    uint32_t first_stream;          /* walk on with vq_stream.next_in_call */
    unsigned n_streams;
    double r_min, mos_min, mos_mean; /* r_min: as on the narrowband scale */ /* over its scored streams */
    uint64_t lost_between;          /* packets missing between streams that go on from each other; r_min and mos_min hold them */
};

/* A key that was pressed during the call. */
enum vq_dtmf_method { VQ_DTMF_RFC4733 /* telephone-event in RTP */, VQ_DTMF_SIP_INFO };
const char *vq_dtmf_method_name(enum vq_dtmf_method m); /* "rfc4733", "sip_info" */

struct vq_dtmf {
    int64_t ts;                     /* of the first packet that tells of it */
    uint64_t frame;
    enum vq_dtmf_method method;
    enum vq_party by;               /* who pressed it; NONE: the stream's direction is unknown */
    uint32_t stream;                /* handle of the stream it came in, 0: SIP */
    char digit;                     /* 0-9 * # A-D, ! for a hook flash */
    bool ended;                     /* false: no packet with the end bit came */
    double duration_ms;             /* NAN: not told */
};

/* The keys of a call in order of time. At most VQ_DTMF_PER_CALL of them are kept, 64 of a stream; `*not_kept` counts
 * those beyond. */
#define VQ_DTMF_PER_CALL 256u
unsigned vq_call_dtmf(const struct vq_engine *e, uint32_t call, struct vq_dtmf out[VQ_DTMF_PER_CALL], uint64_t *not_kept);

/* One step of a call's INVITE on its way: proxies pass it on (RFC 3261 16), B2BUAs make another of it. */
#define VQ_NO_HOP UINT32_MAX
#define VQ_HOPS_MAX 32u      /* as many as reports show */
struct vq_hop {
    struct vq_endpoint src, dst;
    unsigned leg;            /* from 1 */
    uint32_t after;          /* index of the hop that brought it to `src`, or VQ_NO_HOP */
    uint32_t cseq;
    unsigned status;         /* that came back over it: the final one, else the last provisional one; 0: none */
    uint64_t frame;
    int64_t ts;
    int64_t latency;         /* since the hop before, VQ_NONE for the first */
    int64_t reply;           /* until the first response over it, VQ_NONE: none came */
};

/* What an endpoint reports of its own media: X-RTP-Stat and the like in the BYE, RFC 6035 bodies. Of what it receives,
 * where not said otherwise. */
enum vq_quality_field {
    VQ_Q_PACKETS_SENT, VQ_Q_OCTETS_SENT, VQ_Q_PACKETS_RECEIVED, VQ_Q_OCTETS_RECEIVED, VQ_Q_PACKETS_EXPECTED, VQ_Q_LOST,
    VQ_Q_LOST_BY_PEER, /* of what it sent */
    VQ_Q_DISCARDED, VQ_Q_LOSS_PCT, VQ_Q_DISCARD_PCT, VQ_Q_BURST_DENSITY_PCT, VQ_Q_BURST_MS, VQ_Q_GAP_DENSITY_PCT,
    VQ_Q_GAP_MS, VQ_Q_GMIN, VQ_Q_JITTER_MS, VQ_Q_JITTER_MAX_MS,
    VQ_Q_LATENCY_MS, /* one way or both: the header does not say */
    VQ_Q_ROUND_TRIP_MS, VQ_Q_END_SYSTEM_MS, VQ_Q_ONE_WAY_MS, VQ_Q_BUFFER_NOMINAL_MS, VQ_Q_BUFFER_MAX_MS,
    VQ_Q_BUFFER_ABS_MAX_MS, VQ_Q_SIGNAL_DBM0, VQ_Q_NOISE_DBM0, VQ_Q_RERL_DB, VQ_Q_R_LQ, VQ_Q_R_CQ, VQ_Q_EXT_R_IN,
    VQ_Q_EXT_R_OUT, VQ_Q_MOS_LQ, VQ_Q_MOS_CQ, VQ_Q_DURATION_S, VQ_Q_SETUP_MS,
    VQ_QUALITY_FIELDS
};
const char *vq_quality_field_name(enum vq_quality_field f);  /* "burst_density_pct" */
const char *vq_quality_field_words(enum vq_quality_field f); /* "MOS-LQ"; NULL for what a summary leaves out */

enum vq_quality_kind { VQ_QUALITY_SESSION /* of the whole call */, VQ_QUALITY_INTERVAL, VQ_QUALITY_ALERT };
const char *vq_quality_kind_name(enum vq_quality_kind k);

struct vq_endpoint_report {
    int64_t ts;
    uint64_t frame;
    const char *source;             /* "X-RTP-Stat", "vq-rtcpxr" ... */
    enum vq_quality_kind kind;
    struct vq_endpoint reporter;    /* where the message came from */
    enum vq_party by;               /* NONE: not known */
    bool of_peer;                   /* the figures are its peer's, as that told it (RemoteMetrics) */
    const char *call_id;
    uint32_t call, stream;          /* handles; the stream that was received, 0: none fits, or several do */
    struct vq_endpoint local, remote; /* of the media, family 0: not told */
    const char *codec;              /* NULL: not told */
    double v[VQ_QUALITY_FIELDS];    /* NAN: not told */
    const char *jitter_why;         /* a jitter stands there, in an unknown unit */
};

/* Report i of a call, in order of arrival; call 0: those of calls that are not in the capture. At most
 * VQ_QUALITY_PER_CALL of a call and VQ_QUALITY_LOOSE of no call are kept; stats.endpoint_reports_not_kept counts others. */
#define VQ_QUALITY_PER_CALL 16u
#define VQ_QUALITY_LOOSE 64u
bool vq_endpoint_report_get(const struct vq_engine *e, uint32_t call, unsigned i, struct vq_endpoint_report *out);

/* Requests outside calls and registrations, by Call-ID. */
enum vq_dialog_outcome { VQ_DIALOG_INCOMPLETE, VQ_DIALOG_ANSWERED, VQ_DIALOG_REJECTED, VQ_DIALOG_TIMEOUT };
const char *vq_dialog_outcome_name(enum vq_dialog_outcome o);

struct vq_dialog {
    uint32_t handle, id;
    const char *method, *call_id, *from_uri, *to_uri;
    struct vq_endpoint client, server;
    enum vq_dialog_outcome outcome;
    unsigned status, retransmissions;
    const char *reason;
    const char *event;              /* Event package (RFC 6665), NULL without */
    const char *subscription;       /* state that the last NOTIFY told, NULL: none */
    const char *subscription_reason; /* why it ended */
    int64_t expires_asked_s, expires_granted_s; /* VQ_NONE when absent */
    unsigned requests, answered;    /* told apart by CSeq; those with a final response */
    unsigned notifies;
    int64_t start, end;
    int64_t rtt;                    /* first answered request to its first final response */
    const struct vq_note *messages; /* NULL when there are none */
    unsigned n_messages, messages_not_kept;
};

/* ---- media ----------------------------------------------------------------------------------------------------- */

enum vq_direction { VQ_DIR_UNKNOWN, VQ_DIR_CALLER_TO_CALLEE, VQ_DIR_CALLEE_TO_CALLER };
const char *vq_direction_name(enum vq_direction d);

/* How a stream came to its call, strongest first. */
enum vq_pairing {
    VQ_PAIR_NONE,        /* no call announced it */
    VQ_PAIR_SDP,         /* destination and source both announced */
    VQ_PAIR_SDP_DST,     /* destination announced, source differs */
    VQ_PAIR_SDP_SRC,     /* source announced, destination differs */
    VQ_PAIR_SYMMETRIC,   /* the reverse of a stream that is bound */
    VQ_PAIR_STUN,        /* announced address is the one STUN mapped for the source */
    VQ_PAIR_SIGNALLING,  /* one end is where the only fitting call's signalling comes from */
};
const char *vq_pairing_name(enum vq_pairing p);
double vq_pairing_confidence(enum vq_pairing p); /* 0..1 */

/* A stretch of one numbering: a new SSRC, a restart or a jump begins another, and is never a loss. */
struct vq_segment {
    const struct vq_segment *next;
    uint32_t ssrc;
    const char *reason;  /* "start", "sequence_restart" */
    uint64_t packets;
    int64_t ts;
};

/* A stretch without packets, of at least 200 ms and three packet times. */
enum vq_gap_kind {
    VQ_GAP_HOLD,        /* while SDP had put a side on hold */
    VQ_GAP_SILENCE,     /* the sender had nothing to say: no number is missing, its timestamps went on */
    VQ_GAP_SENDER_STOP, /* the sender paused, timestamps and all */
    VQ_GAP_NETWORK,     /* packets were lost, or held up and came later */
    VQ_GAP_FAILOVER,    /* the packets behind it come another way */
    VQ_GAP_RESTART,     /* the numbering behind it is new */
    VQ_GAP_CLOCK_STEP,  /* none: the capturing machine's clock was set */
    VQ_GAP_UNKNOWN,     /* without the clock of the payload type there is no telling */
};
const char *vq_gap_kind_name(enum vq_gap_kind k); /* "hold", ...; NULL for UNKNOWN */

struct vq_gap {
    int64_t ts;          /* of the packet before it */
    double ms;
    enum vq_gap_kind kind;
    uint64_t frames[2];  /* around it */
    uint32_t missing;    /* numbers left out */
};

/* The packets begin to take another way, or come from another address. */
enum { VQ_PATH_SOURCE = 1, VQ_PATH_LINK = 2, VQ_PATH_TTL = 4, VQ_PATH_DSCP = 8 }; /* LINK: MAC address, VLAN or tunnel */
struct vq_path_change {
    int64_t ts;
    uint64_t frame;
    unsigned what;
    double gap_ms;       /* since the packet before */
    uint32_t missing;    /* numbers left out */
    struct vq_endpoint src_before;
    uint8_t ttl_before, ttl, dscp_before, dscp;
    double mos_before, mos_around, mos_after; /* of the ten seconds before, around and after; NAN: not scored */
};

struct vq_payload_change {
    int64_t ts;
    uint64_t frame;
    uint8_t pt;
    const char *codec;   /* NULL: nobody announced the type */
};

/* Room for a stream's course over time is fixed: the slots are one second wide and double when they run out. */
struct vq_interval {
    int64_t start, width;
    uint32_t packets, lost;
    double jitter_ms;        /* RFC 3550 jitter at the slot's end, NAN without a clock */
    double interarrival_ms;  /* mean, NAN with fewer than one gap */
    double interarrival_max_ms;
    double r, mos;           /* of this slot's loss with the stream's delay, NAN when not scored */
};

struct vq_min_mean_max {
    double min, mean, max;
    uint64_t n;
};

/* RFC 3611 4.7.2 with Gmin 16, of the losses before the capture point. Lengths are means; NAN: none. */
struct vq_burst_gap {
    unsigned bursts, gaps;
    double burst_density_pct, gap_density_pct;
    double burst_ms, gap_ms; /* NAN also without a packet time */
    double after_last_ms;    /* from the last burst to the end; NAN likewise */
};

/* What cost points of R, each found by adding it to those before it, in this order; together they are `from` less R. */
enum vq_cost { VQ_COST_CODEC, VQ_COST_DELAY, VQ_COST_LOSS, VQ_COST_DISCARD, VQ_COST_BURST, VQ_COST_ADVANTAGE, VQ_COSTS };
const char *vq_cost_name(enum vq_cost c); /* "codec", "delay", ... */

/* The score of ten seconds at a time, each from its own loss; NAN: not scored. */
struct vq_windows {
    int64_t width;                    /* ten seconds, or one slot where slots are wider */
    unsigned n;                       /* side by side */
    double r_min, r_p5, r_p50, r_mean, mos_min, mos_mean;
    double worst_r, worst_mos;        /* the worst ten seconds, wherever they begin ... */
    int64_t worst_ts;                 /* ... which is here */
};

/* What RTCP XR (RFC 3611) says of a stream; the latest report of each kind counts, where not said otherwise. */
struct vq_xr_report {
    bool has_loss;                 /* loss RLE (4.1), all reports together */
    uint32_t loss_received, loss_lost, loss_longest; /* numbers reported on; lost in a row at most */
    uint8_t loss_thinning;         /* one in 2^n numbers is reported on */
    bool has_statistics;           /* 4.6, over the numbers [begin, end) */
    uint16_t statistics_begin, statistics_end;
    double statistics_lost, statistics_duplicates;   /* NAN: not told, like all that follows */
    double statistics_jitter_min_ms, statistics_jitter_mean_ms, statistics_jitter_max_ms, statistics_jitter_dev_ms;
    bool has_voip;                 /* VoIP metrics (4.7): how it sounds at the receiver */
    double loss_pct, discard_pct, burst_density_pct, gap_density_pct;
    double burst_ms, gap_ms, round_trip_ms, end_system_ms;
    double signal_dbm0, noise_dbm0, rerl_db, r, ext_r, mos_lq, mos_cq;
    double gmin, buffer_nominal_ms, buffer_max_ms, buffer_abs_max_ms;
};

/* Where a stream's trouble lies, seen from the capture point. */
enum vq_verdict { VQ_VERDICT_UNKNOWN, VQ_VERDICT_NONE, VQ_VERDICT_BEFORE, VQ_VERDICT_AFTER, VQ_VERDICT_BOTH };
const char *vq_verdict_name(enum vq_verdict v); /* "none", "before_capture", ...; NULL for UNKNOWN */

struct vq_stream {
    uint32_t handle, id;
    uint32_t call;                 /* handle of the call's first leg, 0: none */
    uint32_t leg_call;             /* handle of the leg it belongs to */
    unsigned leg;                  /* and its number, from 1 */
    uint32_t next_in_call;         /* of any leg */
    enum vq_direction direction;
    enum vq_pairing pairing;
    struct vq_endpoint src, dst;
    uint32_t ssrc;
    enum vq_media media;
    const char *codec;             /* RTP name, NULL when the payload type was never announced */
    uint8_t payload_types[8];      /* in order of appearance */
    unsigned n_payload_types;
    uint32_t clock_hz;             /* 0: unknown */
    double ptime_ms;               /* measured from timestamps, NAN when unknown */
    unsigned ptime_declared_ms;    /* a=ptime of the receiver's SDP, 0: none */
    bool codec_unannounced;        /* the receiver's SDP does not have the payload type */
    bool encrypted;                /* announced as SAVP or DTLS-SRTP */
    bool ended;
    int64_t start, end;            /* first and last packet */
    uint64_t first_frame, last_frame;
    uint64_t packets;              /* RTP packets, duplicates included */
    uint64_t bytes;                /* IP payload bytes as tshark counts RTP: header and payload */
    uint64_t expected, lost;       /* METRICS: lost = expected - distinct, over all segments */
    uint64_t mirror_duplicates;    /* captured twice, sent once: in no other figure */
    uint64_t duplicates, reordered, out_of_range; /* out_of_range: stray sequence numbers, in no other figure */
    uint64_t event_packets, cn_packets;
    uint64_t loss_runs[10];        /* [0]: single losses ... [9]: runs of ten and more */
    double loss_pct;               /* 100 lost / expected */
    double burst_r;                /* >= 1 */
    unsigned longest_loss;         /* packets in a row */
    struct vq_burst_gap bursts;
    unsigned talk_spurts;          /* packets with the marker bit, RFC 3551 4.1 */
    double jitter_mean_ms, jitter_max_ms, jitter_last_ms;
    const char *jitter_why;        /* when the jitter is NAN */
    struct vq_min_mean_max interarrival_ms; /* n = gaps */
    double interarrival_total_ms;
    double delay_variation_ms;     /* mean |D|, as lab reports take jitter */
    struct vq_min_mean_max rtt_ms; /* RTCP, from this point to the stream's receiver and back */
    struct vq_min_mean_max rtt_sender_ms; /* to its sender and back */
    double one_way_ms;
    const char *one_way_source;    /* "rtcp", "declared", "assumed" */
    uint64_t sr, rr, xr;           /* RTCP packets of this stream's sender, reports on it, XR of its sender */
    int64_t reported_lost;         /* last receiver report; VQ_NONE without */
    double reported_fraction_pct, reported_jitter_ms, reported_fraction_max_pct;
    enum vq_verdict verdict;       /* the reports against what was measured here */
    const char *verdict_why;       /* when it is unknown */
    int64_t lost_after;            /* behind the capture point, by the receiver's count; VQ_NONE: cannot be told */
    int64_t missed_here;           /* the receiver has them, the capture does not; VQ_NONE: cannot be told */
    uint64_t unheard;              /* packets that passed here while the receiver's highest number stood still, at most */
    int64_t unheard_ns;            /* and for how long */
    struct vq_xr_report xr_report;
    uint8_t dscp, ttl;             /* of the first packet */
    const char *cname;             /* RTCP SDES CNAME of the sender */
    bool bye;                      /* RTCP BYE seen */

    bool scored;
    const char *score_why;         /* when not scored */
    bool bpl_assumed;              /* no Bpl is published for the codec: G.107's default 4.3 stands in, provisionally */
    const struct vq_impairment *impairment;
    struct vq_emodel_in emodel_in;
    struct vq_emodel_out emodel;
    uint64_t discarded;            /* packets that a fixed buffer of ta_buffer_ms would have dropped; in emodel_in.ppl */
    double enough_ms;              /* the least fixed buffer that would have dropped less than 1 %; NAN: none, or no packet was late */
    double r_best;                 /* of this scale, without codec, delay, loss */
    double lost_points[VQ_COSTS];
    double ta_network_ms, ta_buffer_ms, ta_packetization_ms, ta_lookahead_ms;
    double r, mos, mos_lq;         /* mos is conversational (with delay), mos_lq listening only (Ta = 0) */
    const char *simple_name;
    double simple_r, simple_mos;

    const struct vq_segment *segments;
    uint32_t previous;             /* handle of the stream that it goes on from, 0: none */
    const char *previous_why;      /* "ssrc_change", "source_change", "renegotiated" */
    uint32_t ssrc_collision;       /* handle of a stream of the call with this SSRC at the same time; 0: none */
    uint32_t ports_before;         /* handle of the last stream of another call between the same ports; 0: none */
    struct vq_clark {              /* burst-aware score, ETSI TS 101 329-5 Annex E; NAN and `why`: cannot be given */
        const char *why;
        double ie_burst, ie_gap, ie_av, ie_end; /* Ie,eff inside bursts and gaps, their mean in perception, with recency */
        double since_burst_s;      /* from the last burst to the stream's end; NAN: none */
        double r, mos, r_end, mos_end;
    } clark;
    unsigned n_gaps, gaps_not_kept, n_path_changes, path_changes_not_kept;
    const struct vq_payload_change *payload_changes; /* of the main codec */
    unsigned n_payload_changes, payload_changes_not_kept;
    unsigned n_intervals;
    struct vq_windows windows;
};

/* What a de-jitter buffer would have made of a stream. */
struct vq_buffer {
    bool adaptive;
    double size_ms;           /* NAN: adaptive */
    uint64_t late;            /* packets that it would have discarded */
    double discard_pct;       /* of the packets that came */
    double playout_ms;        /* mean time above the least transit */
    double burst_r, r, mos;   /* with its discards and its delay; NAN: not scored */
};

#define VQ_DISCARD_SIZES 14
extern const double vq_discard_sizes_ms[VQ_DISCARD_SIZES];

/* Delay variation and what follows from it. Numbers that cannot be given are NAN, `why` then says why. */
struct vq_playout {
    const char *why;          /* NULL: there are figures */
    uint64_t packets;         /* whose transit time was compared */
    struct vq_percentiles {
        double p50, p95, p99, max;
    } ipdv_ms, pdv_ms;        /* RFC 5481: |IPDV|; PDV above the least transit of some eight seconds */
    double skew_ms;           /* nominal less arrival, where it is greatest: negative when packets fell behind */
    double drift_ppm;         /* > 0: the sender's clock is fast */
    const char *drift_why;
    struct vq_buffer buffers[VQ_BUFFERS_MAX + 2]; /* fixed ones ascending, the adaptive one last */
    unsigned n_buffers;
    double discard_pct[VQ_DISCARD_SIZES];         /* of fixed buffers of vq_discard_sizes_ms */
    double enough_ms;         /* the smallest of these with less than 1 % of discards; NAN: none of them */
};

/* Sums over everything that is in memory, found in one walk. */
struct vq_totals {
    uint64_t calls, calls_by_state[VQ_CALL_TIMEOUT + 1];
    uint64_t scored_calls;                  /* with at least one scored stream */
    double mos_worst, mos_mean_of_worst;    /* over the scored calls' worst streams; NAN without any */
    uint64_t streams, streams_without_call, streams_encrypted;
};
int vq_totals_get(const struct vq_engine *e, struct vq_totals *out); /* 0 or -ENOMEM */

/* ---- the rest -------------------------------------------------------------------------------------------------- */

/* What a client talks to the other side about in STUN, by the strongest of what was seen. */
enum vq_stun_use {
    VQ_STUN_BINDING_USE, /* asks a server for its own public address (RFC 8489), or opens a way with a request */
    VQ_STUN_ICE_USE,     /* connectivity checks between two agents (RFC 8445) */
    VQ_STUN_TURN_USE,    /* a relay's client (RFC 8656) */
};
const char *vq_stun_use_name(enum vq_stun_use u); /* "binding", "ice", "turn" */

/* STUN from one endpoint to another, and back. An endpoint that was not told has family 0. */
struct vq_stun {
    struct vq_endpoint client, server;
    struct vq_endpoint mapped;       /* the client as the server last saw it */
    struct vq_endpoint other;        /* the server's second address, RFC 5780 */
    struct vq_endpoint relayed;      /* allocated by TURN: media to it reaches the client */
    int64_t ts;                      /* of the first message, like `frame` */
    uint64_t frame;
    enum vq_stun_use use;
    uint64_t requests;               /* transactions, retransmissions left out */
    uint64_t transactions;           /* binding requests and allocations that succeeded */
    uint64_t retransmissions, indications;
    uint64_t unanswered;             /* requests that nobody answered */
    uint64_t errors;                 /* requests that were refused; TURN always refuses the first, to ask for credentials */
    uint16_t error;                  /* code of the last refusal, 0: none */
    uint32_t remapped;               /* how often `mapped` changed */
    uint64_t mapped_frame;           /* of the response that gave `mapped` */
    bool controlling;                /* ICE: this side decides on the pair ... */
    uint64_t nominated_frame;        /* ... and did so here, 0: not seen */
    uint64_t channel_frames;         /* ChannelData: media inside TURN, in both directions */
    char username[64];               /* of ICE checks: receiver's and sender's name fragments; "" without */
    char software[48];               /* of the server, maybe "" */
};

/* ICMP errors (RFC 792, RFC 4443), gathered by who complains about which datagrams. */
enum vq_icmp_kind {
    VQ_ICMP_NET_UNREACHABLE, VQ_ICMP_HOST_UNREACHABLE, VQ_ICMP_PORT_UNREACHABLE, VQ_ICMP_PROTOCOL_UNREACHABLE,
    VQ_ICMP_PROHIBITED, VQ_ICMP_TOO_BIG, VQ_ICMP_TTL_EXCEEDED, VQ_ICMP_REASSEMBLY_TIMEOUT, VQ_ICMP_SOURCE_QUENCH,
    VQ_ICMP_REDIRECT,
    VQ_ICMP_KINDS
};
const char *vq_icmp_kind_name(enum vq_icmp_kind k); /* "port_unreachable" */

struct vq_icmp {
    enum vq_icmp_kind kind;
    struct vq_endpoint reporter;             /* port 0 */
    struct vq_endpoint about_src, about_dst; /* of the datagram quoted; port 0 when the quote has none */
    uint64_t count;
    uint64_t while_talking;                  /* of these: while the call it is about was in progress */
    uint32_t call;                           /* whose media it is about, 0: nobody's */
    uint32_t call_id;                        /* vq_call.id of it */
    uint64_t frames[4];                      /* the first ones */
    unsigned n_frames;
};

enum vq_severity { VQ_INFO, VQ_WARNING, VQ_ERROR };
const char *vq_severity_name(enum vq_severity s);

/* Why something is bad, in words. */
struct vq_finding {
    const char *id;            /* "stream-loss", ...: a row of src/metrics/diagnosis.c */
    enum vq_severity severity;
    uint32_t call, stream, registration; /* handles, 0: not about one */
    char text[256];            /* a sentence a student understands */
    const char *next_check;
    uint64_t frames[4];        /* evidence, as Wireshark numbers them */
    unsigned n_frames;
};
typedef bool vq_finding_h(const struct vq_finding *f, void *arg); /* false stops */

/* The next handle in order of appearance after `handle` (0: the first), 0 at the end. */
uint32_t vq_registration_next(const struct vq_engine *e, uint32_t handle);
/* Joins legs first; 0 also when there is no memory for it, which vq_totals_get() then reports. */
uint32_t vq_call_next(const struct vq_engine *e, uint32_t handle);
uint32_t vq_dialog_next(const struct vq_engine *e, uint32_t handle);
uint32_t vq_stream_next(const struct vq_engine *e, uint32_t handle);

/* False when the handle names nothing (any more); `out` is then untouched. */
bool vq_registration_get(const struct vq_engine *e, uint32_t handle, struct vq_registration *out);
/* At most `max` hops of the call's first INVITE through all its legs, in the order of time; how many there are. */
size_t vq_call_hops(const struct vq_engine *e, uint32_t call, struct vq_hop *out, size_t max);
bool vq_call_get(const struct vq_engine *e, uint32_t handle, struct vq_call *out);
bool vq_dialog_get(const struct vq_engine *e, uint32_t handle, struct vq_dialog *out);
bool vq_stream_get(const struct vq_engine *e, uint32_t handle, struct vq_stream *out);
/* What became of a stream after an offer or answer of its call: packets in the three seconds before against those until
 * the next offer, three seconds at most. */
enum vq_effect vq_offer_effect(const struct vq_engine *e, const struct vq_offer *o, const struct vq_stream *s);
bool vq_stream_interval(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_interval *out);
/* What a payload type means on the stream, by the SDP of its call or RFC 3551; false when neither tells. */
struct vq_stream_format {
    const char *name;              /* RTP name, not NULL */
    const struct vq_codec *codec;  /* NULL: not in the table */
    uint32_t clock_hz;             /* 0: unknown */
};
bool vq_stream_format(const struct vq_engine *e, uint32_t handle, uint8_t pt, struct vq_stream_format *out);

/* The longest of them, in order of time. */
bool vq_stream_gap(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_gap *out);
bool vq_stream_path_change(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_path_change *out);
bool vq_stream_playout(const struct vq_engine *e, const struct vq_stream *s, struct vq_playout *out);

/* At most 1024 of them; stats.stun_not_kept counts messages of others. */
size_t vq_stun_count(const struct vq_engine *e);
bool vq_stun_get(const struct vq_engine *e, size_t i, struct vq_stun *out);

/* At most 256 of them; stats.icmp_not_kept counts errors beyond. */
size_t vq_icmp_count(const struct vq_engine *e);
bool vq_icmp_get(const struct vq_engine *e, size_t i, struct vq_icmp *out);

/* Calls `h` for each finding, worst severity first, then in order of appearance. 0 or -ENOMEM. */
int vq_findings(const struct vq_engine *e, vq_finding_h *h, void *arg);
/* How many there are, by enum vq_severity. 0 or -ENOMEM. */
int vq_findings_count(const struct vq_engine *e, uint64_t counts[3]);

#endif
