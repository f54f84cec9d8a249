/* signalling.h - registrations, calls and dialogs as the engine found them, and the SIP messages that they are made of.
 * How objects are walked, and how long what they point to stays valid, stands in model.h. */
#ifndef VOIPQOS_SIGNALLING_H
#define VOIPQOS_SIGNALLING_H

#include <voipqos/engine.h>

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
    VQ_RESEND_COPY,     /* twice within 10 ms: seen twice by the capture, or doubled by the network */
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
struct vq_stream;
/* What became of a stream after an offer or answer of its call: packets in the three seconds before against those until
 * the next offer, three seconds at most. */
enum vq_effect vq_offer_effect(const struct vq_engine *e, const struct vq_offer *o, const struct vq_stream *s);

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
/* At most `max` hops of the call's first INVITE through all its legs, in the order of time; how many there are. */
size_t vq_call_hops(const struct vq_engine *e, uint32_t call, struct vq_hop *out, size_t max);

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

#endif
