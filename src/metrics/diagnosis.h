/* diagnosis.h - from facts to findings: one rule row each, words and the next check beside the condition. */
#ifndef VQ_METRICS_DIAGNOSIS_H
#define VQ_METRICS_DIAGNOSIS_H

#include <voipqos/model.h>

/* What the rules look at. Whoever fills it in leaves what does not apply zero, NAN or NULL. */
struct vq_facts {
    enum vq_subject { VQ_ABOUT_CAPTURE, VQ_ABOUT_REGISTRATION, VQ_ABOUT_CALL, VQ_ABOUT_STREAM, VQ_SUBJECTS } subject;
    const char *name;            /* "call 3", "stream 7 (PCMU, caller to callee)" */

    /* stream */
    double loss_pct, jitter_max_ms, one_way_ms, r, mos;
    uint64_t packets, lost, duplicates, reordered, stray;
    int64_t reported_lost;       /* VQ_NONE without a receiver report */
    unsigned segments;
    bool scored, bound, codec_known, one_way_measured;

    /* call */
    bool answered, no_ack, mid_dialog, ended;
    enum vq_call_state state;
    double talk_s;
    unsigned streams_to_caller, streams_to_callee;
    unsigned status, retransmissions;
    const char *defect;          /* of one of its messages */

    /* registration */
    enum vq_registration_outcome outcome;
    bool challenged;
    unsigned attempts;

    /* capture */
    uint64_t snap_cut, backwards, fragments, bad_sip, no_memory, evicted;
    double backwards_ms;         /* the largest step */
};

/* Calls `h` for each rule that holds; `f` is a template with the handles and frames filled in, the rest is set here. */
void vq_diagnose(const struct vq_facts *facts, const struct vq_finding *f, vq_finding_h *h, void *arg);

#endif
