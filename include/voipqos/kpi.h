/* kpi.h - figures of signalling over many calls: RFC 6076 and ITU-T E.425, in total and for each peer.
 *
 * A peer is the host that the first request of a call, registration or OPTIONS dialog went to: the called server as the
 * callers see it. docs/metrics.md has every formula. "Per attempt" counts what the caller wanted once: a challenged
 * request, its repetition with credentials and what a redirection led to are one attempt. "Literal" takes RFC 6076 at
 * its word: every INVITE or REGISTER is a request of its own, retransmissions and other hops' copies left out.
 *
 *     struct vq_kpi *k;
 *     if (!vq_kpi_new(&k, e)) {
 *         const struct vq_kpi_figures *all = vq_kpi_total(k);
 *         ...
 *         vq_kpi_free(k);
 *     } */
#ifndef VOIPQOS_KPI_H
#define VOIPQOS_KPI_H

#include <voipqos/model.h>

/* One row each in src/metrics/sipkpi.c. */
enum vq_kpi_ratio_id {
    VQ_KPI_ASR, VQ_KPI_NER,                                      /* ITU-T E.425, per attempt */
    VQ_KPI_SER, VQ_KPI_SEER, VQ_KPI_ISA, VQ_KPI_SCR, VQ_KPI_IRA, /* RFC 6076 4.6, 4.7, 4.8, 4.9, 4.2, per attempt */
    VQ_KPI_SER_LITERAL, VQ_KPI_SEER_LITERAL, VQ_KPI_ISA_LITERAL, VQ_KPI_SCR_LITERAL, VQ_KPI_IRA_LITERAL,
    VQ_KPI_REACHABLE,                                            /* OPTIONS that got a final response */
    VQ_KPI_RATIOS
};
struct vq_kpi_ratio {
    uint64_t hits, n;  /* n: how many it rests on */
    double pct;        /* 100 hits / n, NAN when n is 0 */
};
const char *vq_kpi_ratio_name(enum vq_kpi_ratio_id r); /* "asr_pct"; the literal reading has the name of its sibling */
bool vq_kpi_ratio_literal(enum vq_kpi_ratio_id r);
const char *vq_kpi_ratio_why(enum vq_kpi_ratio_id r);  /* why it is NAN, when it is */

enum vq_kpi_time_id {
    VQ_KPI_RRD,        /* RFC 6076 4.1: first REGISTER to the 2xx, challenges included */
    VQ_KPI_PDD,        /* first INVITE to the first 18x */
    VQ_KPI_SRD,        /* RFC 6076 4.3.1: first INVITE to the first provisional response but 100, else the 2xx */
    VQ_KPI_SRD_FAILED, /* RFC 6076 4.3.2: first INVITE to the refusal, where nothing but 100 came before */
    VQ_KPI_SDD,        /* RFC 6076 4.4: BYE to its 2xx; what expired is counted, not averaged */
    VQ_KPI_SDT,        /* RFC 6076 4.5.1: 2xx of the INVITE to the BYE */
    VQ_KPI_SDT_FAILED, /* RFC 6076 4.5.2: 2xx of the INVITE until Timer F of a BYE that nobody answered */
    VQ_KPI_RTT,        /* OPTIONS to its final response */
    VQ_KPI_TIMES
};
struct vq_kpi_spread {
    uint64_t n;
    double mean, min, max; /* ns, exact; NAN when n is 0 */
    double p50, p95, p99;  /* ns, nearest rank, within 0.8 % */
};
const char *vq_kpi_time_name(enum vq_kpi_time_id t); /* "srd_ms"; with "_s" where seconds are usual */
double vq_kpi_time_unit(enum vq_kpi_time_id t);      /* ns of the unit in the name */
const char *vq_kpi_time_why(enum vq_kpi_time_id t);  /* why there is none */

struct vq_kpi_figures {
    struct {
        uint64_t attempts; /* the sum of the next nine */
        uint64_t answered, busy, no_answer, rejected, cancelled, redirected, failed, timeout;
        uint64_t pending;     /* no outcome yet: in no ratio per attempt */
        uint64_t open;        /* of the answered: no BYE yet, or not known what became of it; not in SCR per attempt */
        uint64_t requests;    /* INVITEs of the attempts */
        uint64_t mid_dialog;  /* calls, not attempts: the capture began after the INVITE */
        uint64_t bye_expired; /* BYE without any final response for Timer F, 32 s */
    } calls;
    struct {
        uint64_t attempts; /* the sum of the next five */
        uint64_t succeeded, failed;
        uint64_t unauthorized; /* ended with 401, 402 or 407, which RFC 6076 4.2 calls no failure */
        uint64_t redirected;   /* ended with 3xx, which is none either */
        uint64_t pending;
        uint64_t requests;     /* REGISTERs */
    } registrations;
    struct {
        uint64_t asked, answered, pending; /* pending: no answer, but Timer F has not passed either */
        unsigned last_status;    /* of the last final response, 0: none, or of several peers together */
        uint64_t outages;        /* runs of requests without an answer; of several peers: their sum */
        int64_t longest_outage;  /* from the first of such a run to the next answer or the end; of several peers: the longest */
        bool down;               /* the last request has no answer, nor will it get one */
    } options;
    struct vq_kpi_ratio ratios[VQ_KPI_RATIOS];
    struct vq_kpi_spread times[VQ_KPI_TIMES];
    uint64_t acd_n;
    double acd_s; /* ITU-T E.425: talk time over answered calls that have been closed; NAN when there are none */
};

#define VQ_KPI_PEERS 64 /* peers told apart: those with most calls, registrations and OPTIONS dialogs */

struct vq_kpi; /* as of when it was made; needs the engine no more */

/* 0 or -ENOMEM. Takes up to 6 MB until it is freed. */
int vq_kpi_new(struct vq_kpi **out, const struct vq_engine *e);
void vq_kpi_free(struct vq_kpi *k); /* NULL is allowed */

/* Borrowed until vq_kpi_free(). */
const struct vq_kpi_figures *vq_kpi_total(const struct vq_kpi *k);
/* The busiest peer first; NULL after the last. `host`: its port is 0. */
const struct vq_kpi_figures *vq_kpi_peer(const struct vq_kpi *k, size_t i, struct vq_endpoint *host);
/* All the other peers together, and how many hosts they are; NULL when there are none. */
const struct vq_kpi_figures *vq_kpi_others(const struct vq_kpi *k, uint64_t *hosts);

#endif
