/* state.h - everything the engine remembers. Only the files of this floor include it.
 *
 *   flow     one direction between two UDP endpoints, from the first packet on that may be RTP
 *   port     one endpoint that media uses or SDP names: where flows and promises meet
 *   promise  "this call will receive (or send) media here", from SDP
 *   stream   one SSRC on one flow
 *   call, registration, dialog   by Call-ID
 *
 * Objects live in pools and name each other by handles; lists and timers are intrusive and pool objects never move. */
#ifndef VQ_SESSION_STATE_H
#define VQ_SESSION_STATE_H

#include <voipqos/network.h>

#include "metrics/vmsim.h"
#include "net/decode.h"
#include "net/defrag.h"
#include "proto/quality.h"
#include "proto/sdp.h"
#include "proto/sip.h"
#include "session/state_media.h"
#include "session/worth.h"
#include "util/arena.h"
#include "util/hash.h"
#include "util/list.h"
#include "util/pool.h"
#include "util/table.h"
#include "util/wheel.h"

/* The ends of a message. Most objects have two such pairs and many messages. */
struct vq_path {
    struct vq_path *next;
    struct vq_endpoint src, dst;
    uint16_t agent;              /* what the sender calls itself (host_list.c), 0: did not say */
    uint8_t seen;                /* 1: a request went this way, 2: a response */
    uint8_t vias;                /* of the first request, 0: none yet */
};

/* A request that was rewritten on its way by something that is no proxy (natmap.c). */
struct vq_alg {
    uint64_t frame;
    struct vq_endpoint sent_by;  /* in Via then; it was another one before */
};

/* What few messages have. */
struct vq_oddity {
    const char *defect;
    const char *detail;          /* see vq_message */
    const char *method;          /* by its own name when the table lacks it */
};

/* A message as kept: vq_message_read() makes the public one of it. */
struct vq_note {
    struct vq_note *next, *prev;
    int64_t ts;
    uint64_t frame;
    const struct vq_path *path;
    const char *reason;          /* NULL for a request */
    const char *sdp;
    struct vq_oddity *odd;       /* NULL: nothing is */
    uint32_t key;                /* to know it again: half a hash of all that a retransmission repeats */
    uint32_t cseq;
    uint16_t status;
    uint8_t method;              /* enum vq_sip_method, of the CSeq too */
    bool has_cseq, retransmission, hold, from_caller;
    uint8_t transport;           /* enum vq_transport */
};

#define VQ_ID_HEAD 36 /* bytes of a Call-ID that are compared without looking further */

/* What registrations, calls and dialogs have in common: a Call-ID, an arena and a list of messages. */
struct vq_talk {
    /* one cache line tells one Call-ID from another */
    uint32_t handle, id;
    uint64_t hash;               /* of kind and Call-ID, seeded */
    uint32_t call_id_n;
    char call_id_head[VQ_ID_HEAD];
    struct vq_note *last;        /* message; known early, so that it can be fetched early */

    const char *call_id;
    struct vq_arena arena;
    struct vq_note *first;
    struct vq_path there, back;  /* of the first message, and of what answers it */
    struct vq_path *others;
    uint64_t keys;               /* two bits for each message's key: a clear one proves a message new */
    unsigned n_messages, not_kept, retransmissions;
    const char *defect;          /* the first that a message had */
    uint32_t first_branch, first_sent_by; /* hashes of the first request's topmost Via */
    struct vq_alg *alg;          /* in the arena, NULL: nothing suspicious */
    int64_t start, last_ts;
    uint8_t kind, worth;         /* enum vq_talk_kind, enum vq_worth */
    bool ended;                  /* its end was announced */
    int64_t deadline;            /* when the timer means something; it may be armed for an earlier moment */
    struct vq_place place;
    struct vq_list all;
    struct vq_timer timer;
};

enum vq_talk_kind { VQ_TALK_REGISTRATION, VQ_TALK_CALL, VQ_TALK_DIALOG, VQ_TALKS };

extern const uint32_t vq_talk_arena[VQ_TALKS]; /* caps of their arenas, bytes */
#define VQ_STREAM_ARENA 8192u


struct vq_sip_registration {
    struct vq_talk talk;
    struct vq_registration r;    /* the public answer, kept up to date */
    const char *nonce;           /* of the challenge given in this attempt */
    struct vq_endpoint contact_at; /* where its first Contact leads, family 0: a name or none ... */
    struct vq_endpoint seen_at;  /* ... and where its REGISTER came from, as the first server saw it */
    struct vq_binding *last_binding;
    bool others;                 /* contacts but the client's own are registered too */
    uint32_t cseq;               /* of the latest request */
    bool star;                   /* Contact: * */
    int64_t asked;               /* when the latest request was first sent ... */
    unsigned sent_again;         /* ... and the retransmissions counted until then */
    bool answered_challenge;     /* the latest request has credentials for the nonce given here */
    bool final;                  /* has its outcome */
    bool renewed;                /* an earlier attempt on this Call-ID succeeded */
};

/* An endpoint's report; the public answer is made of it. */
struct vq_quality_note {
    struct vq_quality_note *next;
    int64_t ts;
    uint64_t frame;
    const char *source, *jitter_why; /* static text */
    struct vq_endpoint reporter, local, remote;
    struct vq_quality_ssrc local_ssrc, remote_ssrc;
    double v[VQ_QUALITY_FIELDS];
    uint8_t kind, by;            /* enum vq_quality_kind, enum vq_party */
    bool peer;                   /* its peer's figures */
    char codec[17];
};

/* One of a call that is not in the capture. */
struct vq_quality_loose {
    struct vq_quality_note n;
    char call_id[128];
};

/* What few calls have; in the call's arena. */
struct vq_call_more {
    struct vq_quality_note *quality, *last_quality;
    unsigned n_quality;
    struct vq_dtmf_list dtmf;    /* by INFO */
    struct vq_call_story story;
};

/* Hashes of what may name the same call under another Call-ID; 0: absent. */
struct vq_call_links {
    uint64_t session_id, other_call_id, icid;
};

struct vq_sip_call {
    struct vq_talk talk;
    struct vq_call c;
    const struct vq_call_links *links; /* in the arena, NULL: none, as a rule */
    uint32_t caller_key, callee_key; /* hashes of vq_leg_number(), 0: hidden */
    uint64_t from_tag_hash, to_tag_hash; /* of the first leg; 0: none */
    uint32_t invite_cseq;        /* of the INVITE that sets the call up ... */
    uint32_t first_cseq;         /* ... and of the first one */
    int64_t first_18x, bye_ts, first_rtp;
    bool cancel_seen, bye_asked;
    uint16_t bye_status;         /* final response to a BYE, challenges left out; 0: none */
    struct vq_endpoint answer_contact; /* Contact of the 2xx, family 0: none, or a name */
    struct vq_candidate *first_candidate, *last_candidate;
    unsigned n_candidates;
    uint8_t refusal;             /* enum call_event of a challenge or redirection that the caller may still follow, 0: none */
    bool offer_open, offer_from_caller; /* RFC 3264 */
    bool sdp_from_others;        /* some SDP came from another host than the one that it wants media at */
    uint32_t offer_cseq;
    struct vq_offer *first_offer, *last_offer;
    struct vq_leg leg;           /* the first: most calls have no other */
    struct vq_leg *last_leg;     /* NULL: none yet */
    unsigned n_legs, n_promises;
    uint64_t answer_tag;         /* hash of the To tag of the dialog that was answered first, 0: none */
    struct vq_list promises, flows, streams;
    struct vq_call_more *more;   /* NULL: nothing */
};

/* More than this many announced addresses of one call push out its oldest: nobody can use up all calls' room. */
#define VQ_PROMISES_PER_CALL 16u
#define VQ_CANDIDATES_PER_CALL 32u

struct vq_sip_dialog {
    struct vq_talk talk;
    struct vq_dialog d;
    uint32_t cseq;               /* of the latest request ... */
    int64_t asked_ts;            /* ... and when it was first sent */
    uint32_t asked, answered;    /* requests, and those with a final response */
    bool open;                   /* the latest has none */
};

struct vq_talk_kind_state {
    struct vq_pool pool;
    struct vq_table by_call_id;
    struct vq_list all;
    struct vq_places places;
    uint32_t n_ids;
    uint64_t evicted;
};

/* A message that went by lately, so that its mirror image is known. */
struct vq_seen {
    uint64_t hash;               /* of addresses, IP id and payload */
    int64_t ts;
    uint16_t route;
    uint8_t ttl;
};

#define VQ_SEEN 1024 /* a power of two */

/* A transfer or redirection that a call to come may follow. */
struct vq_move {
    int64_t ts;
    uint64_t target, user;       /* hashes of the URI it points to, and of its user part alone; 0: none */
    uint64_t replaces;           /* hash of the Call-ID to replace, 0: none */
    struct vq_endpoint asked;    /* who was asked to call */
    uint32_t call, id;           /* handle and id of the call that holds it */
    struct vq_transfer *transfer; /* one of these two, in that call's arena */
    struct vq_redirect *redirect;
};

#define VQ_MOVES 64

/* STUN between a client and a server, with what waits for an answer and where TURN's channels lead. */
#define VQ_STUN_OPEN 4
#define VQ_TURN_CHANNELS 4
struct vq_nat {
    struct vq_stun s;
    struct vq_stun_open {
        uint64_t id;             /* hash of the transaction id, 0: none */
        int64_t ts;
    } open[VQ_STUN_OPEN];
    struct vq_turn_channel {
        uint16_t number;         /* 0: none */
        struct vq_endpoint peer;
    } channels[VQ_TURN_CHANNELS];
};

#define VQ_NAT_MAX 1024
#define VQ_NAT_MAPPINGS 4096u
#define VQ_KEEP_ALIVE_PAIRS 1024u
#define VQ_ICMP_MAX 256

/* Fragments wait for each other in this much room. */
#define VQ_FRAGMENT_BYTES ((size_t)4 << 20)
#define VQ_FRAGMENT_PACKETS 1024u

struct vq_engine {
    struct vq_options opt;
    struct vq_stats stats;
    int64_t now;                 /* latest time seen */
    bool finished, no_memory;
    const struct vq_simple_model *simple;
    const struct vq_impairment *g711;
    struct vq_jbuf_sizes sizes;  /* of the fixed de-jitter buffers tried; that of the score among them */
    struct vq_diagnosis *diagnosis; /* findings.c's */
    struct vq_score_base *base;  /* view_score.c's */
    struct vq_join *join;        /* join.c's */
    vq_event_h *event;
    void *event_arg;
    vq_tap_h *tap;
    void *tap_arg;
    bool watched;                /* RTP packets are looked at by the tap or by vm_in.c */

    struct vq_wheel wheel;
    struct vq_sip_parser sip;
    struct vq_seen seen[VQ_SEEN];
    struct vq_defrag *defrag;
    uint8_t *inner;              /* VQ_DEFRAG_MAX bytes, made when first needed */
    struct vq_inflate *inflate;  /* likewise */
    struct vq_icmp icmps[VQ_ICMP_MAX];
    size_t n_icmps;
    struct vq_tcp_in *tcp;       /* tcp_in.c's */
    struct vq_tls *tls;          /* NULL: nobody gave keys */

    struct vq_pool flows, ports, promises, streams, colds, transits, vms;
    struct vq_pool chunks;       /* of the arenas of calls, registrations, dialogs and streams */
    struct vq_table flow_by_key, port_by_ep, stream_by_key, stream_by_ssrc;
    struct vq_list stream_all;
    struct vq_places flow_places, stream_places;
    uint32_t n_stream_ids;

    struct vq_talk_kind_state talks[VQ_TALKS];

    struct vq_quality_loose *loose; /* VQ_QUALITY_LOOSE, made when first needed */
    unsigned n_loose;
    struct vq_move moves[VQ_MOVES]; /* a ring */
    uint32_t n_moves;            /* so many were ever put there */

    struct vq_nat *nats;
    size_t n_nats;
    struct vq_table nat_by_client, nat_by_pair;
    struct vq_natmap *natmap;    /* natmap.c's */
    struct vq_keep_alives *keep_alives; /* keepalive.c's */
    struct vq_hosts *hosts;      /* host_list.c's */
    struct vq_clock *clock;      /* clock.c's */
};

/* Accessors: a handle that is alive to its object. */
#define VQ_AT(pool, type, h) ((type *)vq_pool_at(&(pool), (h)))

/* Every object begins with its handle; a free one begins with another number (the free list), so that an old handle is
 * told from a live one. */
static inline bool vq_alive(const struct vq_pool *p, uint32_t handle)
{
    uint32_t h;
    if (!handle || handle > p->top)
        return false;
    memcpy(&h, vq_pool_at(p, handle), sizeof h);
    return h == handle;
}

static inline struct vq_flow *vq_flow_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->flows, struct vq_flow, h);
}

static inline struct vq_port *vq_port_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->ports, struct vq_port, h);
}

static inline struct vq_promise *vq_promise_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->promises, struct vq_promise, h);
}

static inline struct vq_rtp_stream *vq_rtp_stream_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->streams, struct vq_rtp_stream, h);
}

static inline struct vq_stream_cold *vq_cold_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->colds, struct vq_stream_cold, h);
}

static inline struct vq_transit *vq_transit_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->transits, struct vq_transit, h);
}

static inline struct vq_vmsim *vq_vm_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->vms, struct vq_vmsim, h);
}

static inline struct vq_sip_call *vq_sip_call_at(const struct vq_engine *e, uint32_t h)
{
    return VQ_AT(e->talks[VQ_TALK_CALL].pool, struct vq_sip_call, h);
}

enum vq_timer_kind { VQ_TIMER_STREAM, VQ_TIMER_TALK, VQ_TIMER_TCP };

/* engine.c */
void vq_emit(struct vq_engine *e, enum vq_event_kind kind, uint32_t handle, bool evicted);
/* Inline, since most keys have a length that the compiler knows. */
static inline uint64_t vq_hash(const struct vq_engine *e, const void *p, size_t n, uint64_t salt)
{
    return vq_hash64(p, n, e->opt.hash_seed + salt);
}

#endif
