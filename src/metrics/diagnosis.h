/* diagnosis.h - from facts to findings: one rule row each, words and the next check beside the condition. */
#ifndef VQ_METRICS_DIAGNOSIS_H
#define VQ_METRICS_DIAGNOSIS_H

#include <voipqos/model.h>

/* What the rules look at. Whoever fills it in leaves what does not apply zero, NAN or NULL. */
struct vq_facts {
    enum vq_subject { VQ_ABOUT_CAPTURE, VQ_ABOUT_REGISTRATION, VQ_ABOUT_CALL, VQ_ABOUT_STREAM, VQ_ABOUT_ICMP,
                      VQ_ABOUT_NAT, VQ_ABOUT_STUN,
                      VQ_SUBJECTS } subject;
    const char *name;            /* "call 3", "stream 7 (PCMU, caller to callee)" */

    /* stream */
    double loss_pct, jitter_max_ms, one_way_ms, r, mos;
    uint64_t packets, lost, duplicates, reordered, stray;
    double discard_pct, buffer_ms, enough_ms; /* too late for the assumed buffer; what would have been enough, NAN: nothing */
    double burst_r;
    unsigned longest_loss;
    double gap_network_ms, gap_stop_ms; /* the longest gaps of these kinds; 0: none */
    unsigned gap_missing;               /* packets lost in the former */
    char path_change[32];               /* "source address, TTL"; "": none */
    uint64_t path_frame;
    double path_gap_ms, path_mos;       /* around the change, NAN: not scored */
    unsigned payload_changes;
    int64_t lost_after, missed_here; /* vq_stream's; VQ_NONE: cannot be told */
    uint64_t unheard;
    double unheard_s;
    double rtcp_missed_s;        /* as long as there should have been RTCP, and none came; 0: some did, or none was promised */
    double ptime_ms, ptime_declared_ms; /* 0: not known */
    bool codec_unannounced;
    unsigned segments;
    bool scored, bound, one_way_measured;

    /* call */
    bool answered, no_ack, mid_dialog, ended;
    enum vq_call_state state;
    double talk_s;
    unsigned streams_to_caller, streams_to_callee;
    unsigned status, retransmissions;
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

    /* capture */
    uint64_t snap_cut, backwards, fragments, bad_sip, no_memory, evicted, tcp_gaps, tls;
    const uint64_t *tls_unread;  /* by enum vq_tls_fault */
    uint64_t tls_decrypted;
    uint16_t tls_suite;          /* the first that is not read */
    bool keylog;                 /* keys were given */
    double backwards_ms;         /* the largest step */
};

/* The rules of the facts' subject that hold, a bit each: of every subject, rules count from 0. */
uint64_t vq_diagnose(const struct vq_facts *facts);

uint64_t vq_rules_of_severity(enum vq_subject subject, enum vq_severity severity);
/* Puts a rule's id, severity and words into `f`; the handles and frames in it are the caller's. */
void vq_rule_say(unsigned rule, const struct vq_facts *facts, struct vq_finding *f);

#endif
