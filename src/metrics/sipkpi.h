/* sipkpi.h - RFC 6076 and ITU-T E.425: adds up the plain facts of calls, registrations and OPTIONS. */
#ifndef VQ_METRICS_SIPKPI_H
#define VQ_METRICS_SIPKPI_H

#include <voipqos/kpi.h>

#include "metrics/histogram.h"

#define VQ_KPI_TIMER_F INT64_C(32000000000) /* RFC 3261 17.1.2.2: 64 T1, ns */

/* Final responses by what RFC 6076 makes of them. */
struct vq_kpi_tally {
    uint64_t requests;
    uint64_t redirected;  /* 3xx: out of the base of SER and SEER */
    uint64_t effective;   /* 200, 480, 486, 600, 603: 4.7 */
    uint64_t ineffective; /* 408, 500, 503, 504: 4.8 */
    uint64_t failed;      /* 4xx but 401, 402, 407; 5xx; 6xx: 4.2, 4.3.2 */
};
/* One more request; `status`: its final one, 0 when none came. */
void vq_kpi_tally_add(struct vq_kpi_tally *t, unsigned status);

struct vq_kpi_call {
    enum vq_call_state state;
    unsigned status;             /* final one of its last INVITE; not looked at while there is no outcome */
    bool mid_dialog;             /* the INVITE was not seen: only the times count */
    bool answered, rang;
    bool bye, bye_expired, bye_refused; /* expired: no final response for Timer F; refused: one that is no 2xx */
    struct vq_kpi_tally earlier; /* INVITEs before its last: challenged, redirected ... */
    int64_t pdd, srd, refused;   /* from the first INVITE on; refused: to the final response that was no 2xx */
    int64_t talk, sdd;           /* talk: 2xx to BYE; all VQ_NONE when not seen */
};

struct vq_kpi_registration {
    enum vq_registration_outcome outcome;
    unsigned status;
    uint64_t requests;
    struct vq_kpi_tally earlier; /* REGISTERs before the last */
    int64_t rrd;
};

struct vq_sipkpi {
    struct vq_kpi_figures f;     /* the counts are kept here; the rest is filled in by vq_sipkpi_derive() */
    bool down;                   /* since ... */
    int64_t down_since;
    double talk_sum;
    struct vq_histogram times[VQ_KPI_TIMES];
};

/* A zeroed one is ready. */
void vq_sipkpi_call(struct vq_sipkpi *k, const struct vq_kpi_call *c);
void vq_sipkpi_registration(struct vq_sipkpi *k, const struct vq_kpi_registration *r);
/* OPTIONS requests, and the round trip of one that was answered. */
void vq_sipkpi_options(struct vq_sipkpi *k, uint64_t asked, uint64_t answered, uint64_t pending);
void vq_sipkpi_rtt(struct vq_sipkpi *k, int64_t rtt);
/* One OPTIONS request of a single peer, in the order of time: answered with `status` at `ts`, or sent at `ts` in vain (0).
 * After the last one, when the time is `now`: what is out of reach then has been until then. */
void vq_sipkpi_ping(struct vq_sipkpi *k, int64_t ts, unsigned status);
void vq_sipkpi_pings_end(struct vq_sipkpi *k, int64_t now);
/* Makes the figures of what was added. */
void vq_sipkpi_derive(struct vq_sipkpi *k);

#endif
