/* model.h - what the engine found out, as plain structures to read: the account of the input, STUN and ICMP, findings,
 * and the walk over everything. signalling.h has the registrations, calls and dialogs, media.h the streams.
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

#include <voipqos/media.h>
#include <voipqos/signalling.h>

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
    uint64_t kernel_dropped;               /* packets, by vq_engine_drops(): in no other figure */
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

/* ---- STUN and ICMP --------------------------------------------------------------------------------------------- */

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

/* At most 1024 of them; stats.stun_not_kept counts messages of others. */
size_t vq_stun_count(const struct vq_engine *e);
bool vq_stun_get(const struct vq_engine *e, size_t i, struct vq_stun *out);

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
    int64_t first_ts, last_ts;
    uint64_t while_talking;                  /* of these: while the call it is about was in progress */
    uint32_t call;                           /* whose media it is about, 0: nobody's */
    uint32_t call_id;                        /* vq_call.id of it */
    uint64_t frames[4];                      /* the first ones */
    unsigned n_frames;
};

/* At most 256 of them; stats.icmp_not_kept counts errors beyond. */
size_t vq_icmp_count(const struct vq_engine *e);
bool vq_icmp_get(const struct vq_engine *e, size_t i, struct vq_icmp *out);

/* ---- findings -------------------------------------------------------------------------------------------------- */

enum vq_severity { VQ_INFO, VQ_WARNING, VQ_ERROR };
const char *vq_severity_name(enum vq_severity s);

/* Why something is bad, in words. */
struct vq_finding {
    const char *id;            /* "stream-loss", ...: a row of src/metrics/rules_*.c */
    enum vq_severity severity;
    uint32_t call, stream, registration; /* handles, 0: not about one */
    char text[256];            /* a sentence a student understands */
    const char *next_check;
    uint64_t frames[4];        /* evidence, as Wireshark numbers them */
    unsigned n_frames;
};
typedef bool vq_finding_h(const struct vq_finding *f, void *arg); /* false stops */

/* Calls `h` for each finding, worst severity first, then in order of appearance. 0 or -ENOMEM. */
int vq_findings(const struct vq_engine *e, vq_finding_h *h, void *arg);
/* How many there are, by enum vq_severity. 0 or -ENOMEM. */
int vq_findings_count(const struct vq_engine *e, uint64_t counts[3]);

/* ---- walking, and sums ----------------------------------------------------------------------------------------- */

/* The next handle in order of appearance after `handle` (0: the first), 0 at the end. */
uint32_t vq_registration_next(const struct vq_engine *e, uint32_t handle);
/* Joins legs first; 0 also when there is no memory for it, which vq_totals_get() then reports. */
uint32_t vq_call_next(const struct vq_engine *e, uint32_t handle);
uint32_t vq_dialog_next(const struct vq_engine *e, uint32_t handle);
uint32_t vq_stream_next(const struct vq_engine *e, uint32_t handle);

/* False when the handle names nothing (any more); `out` is then untouched. */
bool vq_registration_get(const struct vq_engine *e, uint32_t handle, struct vq_registration *out);
bool vq_call_get(const struct vq_engine *e, uint32_t handle, struct vq_call *out);
bool vq_dialog_get(const struct vq_engine *e, uint32_t handle, struct vq_dialog *out);
bool vq_stream_get(const struct vq_engine *e, uint32_t handle, struct vq_stream *out);

/* Sums over everything that is in memory, found in one walk. */
struct vq_totals {
    uint64_t calls, calls_by_state[VQ_CALL_TIMEOUT + 1];
    uint64_t scored_calls;                  /* with at least one scored stream */
    double mos_worst, mos_mean_of_worst;    /* over the scored calls' worst streams; NAN without any */
    uint64_t streams, streams_without_call, streams_encrypted;
};
int vq_totals_get(const struct vq_engine *e, struct vq_totals *out); /* 0 or -ENOMEM */

#endif
