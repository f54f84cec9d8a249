/* diagnosis.h - from facts to findings: one rule row each, words and the next check beside the condition. */
#ifndef VQ_METRICS_DIAGNOSIS_H
#define VQ_METRICS_DIAGNOSIS_H

#include <voipqos/model.h>

/* What the rules look at. Whoever fills it in leaves what does not apply zero, NAN or NULL. */
struct vq_facts {
    enum vq_subject { VQ_ABOUT_CAPTURE, VQ_ABOUT_REGISTRATION, VQ_ABOUT_CALL, VQ_ABOUT_STREAM, VQ_ABOUT_ICMP,
                      VQ_ABOUT_NAT, VQ_ABOUT_STUN, VQ_ABOUT_PEER,
                      VQ_SUBJECTS } subject;
    const char *name;            /* "call 3", "stream 7 (PCMU, caller to callee)" */

    uint64_t kernel_dropped;     /* packets, by the capturing machine: of the capture, and of streams that may miss these */

    /* stream */
    double jitter_max_ms, jitter_mean_ms; /* of audio */
    double loss_pct, one_way_ms, r, mos;
    uint64_t packets, lost, duplicates, reordered, stray;
    double discard_pct, buffer_ms, enough_ms; /* of audio: too late for the assumed buffer; what would have been enough, NAN: nothing */
    double burst_r;
    unsigned longest_loss;
    double gap_network_ms, gap_stop_ms; /* the longest gaps of these kinds; 0: none */
    unsigned gap_missing;               /* packets lost in the former */
    char path_change[32];               /* "source address, TTL"; "": none */
    uint64_t path_frame;
    unsigned path_missing;              /* packets lost in it */
    double path_gap_ms, path_mos;       /* around the change, NAN: not scored */
    unsigned payload_changes;
    int64_t lost_after, missed_here; /* vq_stream's; VQ_NONE: cannot be told */
    uint64_t unheard;
    double unheard_s;
    double rtcp_missed_s;        /* as long as there should have been RTCP, and none came; 0: some did, or none was promised */
    double ptime_ms, ptime_declared_ms, ptime_max_ms; /* 0: not known */
    bool codec_unannounced;
    uint32_t ssrc;
    unsigned ssrc_with;          /* id of another stream that uses it at the same time; 0: none */
    unsigned segments;
    bool scored, bound, one_way_measured;

    uint64_t keys_unended, keys_unwanted;
    uint64_t dscp_lost_frame;    /* 0: it kept its marking, or never had any */
    int dscp_was;

    /* call */
    bool answered, no_ack, mid_dialog, ended;
    enum vq_call_state state;
    double talk_s;
    /* What each party hears, the caller first, from the answer to the end of the talk. */
    struct vq_hears {
        enum vq_hears_phase {
            VQ_HEARS_ALL,                 /* or nothing can be said */
            VQ_HEARS_NEVER,               /* not one packet to it */
            VQ_HEARS_EARLY_MEDIA_ONLY,    /* before the answer */
            VQ_HEARS_NO_MORE_AFTER_HOLD,  /* though the call was resumed */
            VQ_HEARS_NO_MORE_AFTER_OFFER, /* after a re-INVITE */
            VQ_HEARS_NO_MORE
        } phase;
        bool on_hold;                     /* NEVER: its own SDP has asked for none all the time */
        double silent_s;                  /* until the end */
        double late_ms;                   /* the first packet after the answer, 0: early media, or none */
        uint64_t first_frame, last_frame;
        const struct vq_icmp *icmp;       /* an error about media to it, NULL: none */
    } hears[2];
    double rtt_ms;               /* RTCP, of its slowest stream; 0: none */
    int dscp[2];                 /* of what is sent to each of them, -1: nothing */
    uint64_t echo_frame;         /* of a stream that comes back, 0: none */
    const char *codec_here, *codec_before; /* of this leg and the one that it follows from, when they differ */
    uint64_t keys_by_info;
    bool keys_agreed;            /* telephone-event by both */
    unsigned status, retransmissions;
    unsigned copies;             /* of them: seen twice, not sent twice */
    unsigned sendings;           /* of the message that was sent most often, when more than any timer allows; else 0 */
    const char *sent;            /* which: "INVITE", "the 200 to INVITE" */
    unsigned ack_lost;           /* a 2xx came again so often after its ACK had gone by */
    unsigned unacked_status;     /* error response that came again and again for want of an ACK, 0: none */
    unsigned auth_rounds;        /* requests that were challenged, CSeqs told apart */
    unsigned answers;            /* dialogs that were answered */
    unsigned bye_status;         /* final response to a BYE, 0: none */
    bool bye_unanswered;         /* and none will come */
    bool only_bye;               /* nothing but a BYE and what answers it was seen */
    bool rang;
    bool other_media;            /* video or the like came */
    uint64_t late_bye_frame;     /* 0: none */
    const struct vq_transfer *transfer; /* the last one, NULL: none */
    uint32_t transfer_to;        /* id of the call that came of it, 0: none */
    const struct vq_redirect *redirect; /* likewise */
    const char *defect;          /* of one of its messages */
    const char *reason;          /* phrase of the final status, maybe "" */

    /* registration */
    enum vq_registration_outcome outcome;
    bool challenged, wrong_credentials;
    unsigned attempts, stale, refused_before;
    int64_t min_expires_s, asked_s, granted_s; /* VQ_NONE when absent */

    /* what a NAT hides: of a call each party's media address, of a stream its destination, of a registration its Contact */
    struct vq_hidden_facts {
        const struct vq_endpoint *inside, *outside; /* inside NULL: nothing is hidden */
        bool reached;                               /* media comes there all the same */
    } hidden[2];                                    /* caller, callee; of the others the first */
    const struct vq_endpoint *announced, *source;   /* of a stream: where its sender said it is, if it is elsewhere */
    const struct vq_endpoint *rewritten;            /* Via of a request that was rewritten on its way */

    /* NAT */
    const struct vq_endpoint *nat_inside, *nat_outside;
    bool nat_symmetric;

    /* STUN */
    const struct vq_endpoint *stun_client, *stun_server;
    uint64_t stun_asked;         /* how often */
    bool stun_silent;            /* a server that never answered */

    /* ICMP error */
    const struct vq_endpoint *icmp_reporter, *icmp_about;
    uint64_t icmp_count, icmp_while_talking;
    enum vq_icmp_kind icmp_kind;
    bool icmp_sip;               /* about SIP's own port */

    /* peer that is asked by OPTIONS */
    const struct vq_endpoint *peer;
    uint64_t peer_asked, peer_answered;

    /* capture */
    uint64_t frames, lost_of_all; /* frames read; packets that all streams together miss */
    uint64_t holes, hole_frame;  /* moments at which every stream has one */
    unsigned hole_streams;
    uint64_t snap_cut, backwards, fragments, bad_sip, no_memory, evicted, tcp_gaps, tls;
    const uint64_t *tls_unread;  /* by enum vq_tls_fault */
    uint64_t tls_decrypted;
    uint16_t tls_suite;          /* the first that is not read */
    bool keylog;                 /* keys were given */
    uint64_t streams_without_sip; /* all there are, in a capture without any SIP; else 0 */
    double backwards_ms;         /* the largest step */
    uint64_t clock_steps, clock_step_frame; /* how many; the first one's frame ... */
    double clock_step_ms;        /* ... and by how much the clock was set there */
};

/* The rules of the facts' subject that hold, a bit each: of every subject, rules count from 0. */
uint64_t vq_diagnose(const struct vq_facts *facts);

uint64_t vq_rules_of_severity(enum vq_subject subject, enum vq_severity severity);
/* Puts a rule's id, severity and words into `f`; the handles and frames in it are the caller's. */
void vq_rule_say(unsigned rule, const struct vq_facts *facts, struct vq_finding *f);

#endif
