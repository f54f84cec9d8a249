/* sipkpi.c - see sipkpi.h. Clauses without a name are RFC 6076's. */
#include "metrics/sipkpi.h"

#include <math.h>

/* ---- what there is ----------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool literal;
    const char *why; /* the denominator is 0: undefined, not 0 */
} ratios[VQ_KPI_RATIOS] = {
    [VQ_KPI_ASR] = {"asr_pct", false, "no call attempt has an outcome"},
    [VQ_KPI_NER] = {"ner_pct", false, "no call attempt has an outcome"},
    [VQ_KPI_SER] = {"ser_pct", false, "no call attempt has an outcome other than a redirection"},
    [VQ_KPI_SEER] = {"seer_pct", false, "no call attempt has an outcome other than a redirection"},
    [VQ_KPI_ISA] = {"isa_pct", false, "no call attempt has an outcome"},
    [VQ_KPI_SCR] = {"scr_pct", false, "no call attempt has come to its end"},
    [VQ_KPI_IRA] = {"ira_pct", false, "no registration attempt has an outcome"},
    [VQ_KPI_SER_LITERAL] = {"ser_pct", true, "no INVITE other than redirected ones"},
    [VQ_KPI_SEER_LITERAL] = {"seer_pct", true, "no INVITE other than redirected ones"},
    [VQ_KPI_ISA_LITERAL] = {"isa_pct", true, "no INVITE"},
    [VQ_KPI_SCR_LITERAL] = {"scr_pct", true, "no INVITE"},
    [VQ_KPI_IRA_LITERAL] = {"ira_pct", true, "no REGISTER"},
    [VQ_KPI_REACHABLE] = {"reachable_pct", false, "no OPTIONS that was answered or timed out"},
};

static const struct {
    const char *name;
    double unit; /* ns */
    const char *why;
} times[VQ_KPI_TIMES] = {
    [VQ_KPI_RRD] = {"rrd_ms", 1e6, "no REGISTER was answered with 2xx"},
    [VQ_KPI_PDD] = {"pdd_ms", 1e6, "no INVITE was answered with 18x"},
    [VQ_KPI_SRD] = {"srd_ms", 1e6, "no INVITE was answered with a provisional response but 100, or with 2xx"},
    [VQ_KPI_SRD_FAILED] = {"srd_failed_ms", 1e6, "no INVITE was refused without a provisional response before"},
    [VQ_KPI_SDD] = {"sdd_ms", 1e6, "no BYE was answered with 2xx"},
    [VQ_KPI_SDT] = {"sdt_s", 1e9, "no answered call was closed by BYE"},
    [VQ_KPI_SDT_FAILED] = {"sdt_failed_s", 1e9, "no BYE expired"},
    [VQ_KPI_RTT] = {"rtt_ms", 1e6, "no OPTIONS was answered"},
};

const char *vq_kpi_ratio_name(enum vq_kpi_ratio_id r)
{
    return ratios[r].name;
}

bool vq_kpi_ratio_literal(enum vq_kpi_ratio_id r)
{
    return ratios[r].literal;
}

const char *vq_kpi_ratio_why(enum vq_kpi_ratio_id r)
{
    return ratios[r].why;
}

const char *vq_kpi_time_name(enum vq_kpi_time_id t)
{
    return times[t].name;
}

double vq_kpi_time_unit(enum vq_kpi_time_id t)
{
    return times[t].unit;
}

const char *vq_kpi_time_why(enum vq_kpi_time_id t)
{
    return times[t].why;
}

/* ---- final responses --------------------------------------------------------------------------------------------- */

/* 401, 402 and 407 ask for something, and are no failures: 4.2, 4.3.2. */
static bool asks_back(unsigned status)
{
    return status == 401 || status == 402 || status == 407;
}

static bool is_failure(unsigned status)
{
    return status >= 400 && !asks_back(status);
}

/* 4.7 */
static bool is_effective(unsigned status)
{
    return (status >= 200 && status < 300) || status == 480 || status == 486 || status == 600 || status == 603;
}

/* 4.8 */
static bool is_ineffective(unsigned status)
{
    return status == 408 || status == 500 || status == 503 || status == 504;
}

void vq_kpi_tally_add(struct vq_kpi_tally *t, unsigned status)
{
    t->requests++;
    t->redirected += status >= 300 && status < 400;
    t->effective += is_effective(status);
    t->ineffective += is_ineffective(status);
    t->failed += is_failure(status);
}

static void count(struct vq_sipkpi *k, enum vq_kpi_ratio_id r, uint64_t hits, uint64_t n)
{
    k->f.ratios[r].hits += hits;
    k->f.ratios[r].n += n;
}

static void measure(struct vq_sipkpi *k, enum vq_kpi_time_id t, int64_t ns)
{
    vq_histogram_add(&k->times[t], ns); /* VQ_NONE is negative, and left out */
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

static void call_times(struct vq_sipkpi *k, const struct vq_kpi_call *c)
{
    measure(k, VQ_KPI_SDD, c->sdd); /* 4.4: expiry is left out of the average */
    k->f.calls.bye_expired += c->bye_expired;
    if (c->answered && c->bye && c->talk >= 0) {
        if (c->bye_expired)
            measure(k, VQ_KPI_SDT_FAILED, c->talk + VQ_KPI_TIMER_F);
        else
            measure(k, VQ_KPI_SDT, c->talk);
        k->talk_sum += (double)c->talk;
        k->f.acd_n++;
    }
    if (c->mid_dialog)
        return;
    measure(k, VQ_KPI_PDD, c->pdd);
    /* An attempt has one request delay: it ends with the first thing that tells the caller how the request fares. */
    if (c->srd != VQ_NONE)
        measure(k, VQ_KPI_SRD, c->srd);
    else if (is_failure(c->status))
        measure(k, VQ_KPI_SRD_FAILED, c->refused);
}

/* The network did its part, E.425: answer, busy, no answer, refusal by the other end, and callers who gave up. A 408
 * that came without any ringing tells of a network that found nobody. */
static bool delivered(const struct vq_kpi_call *c)
{
    switch (c->state) {
    case VQ_CALL_BUSY:
    case VQ_CALL_REJECTED:
    case VQ_CALL_CANCELLED:
        return true;
    case VQ_CALL_NO_ANSWER:
        return c->rang || c->status != 408;
    default:
        return c->answered;
    }
}

static void call_outcome(struct vq_kpi_figures *f, const struct vq_kpi_call *c)
{
    uint64_t *const of[] = {
        [VQ_CALL_INCOMPLETE] = &f->calls.pending,    [VQ_CALL_RINGING] = &f->calls.pending,
        [VQ_CALL_IN_CALL] = &f->calls.answered,      [VQ_CALL_COMPLETED] = &f->calls.answered,
        [VQ_CALL_CANCELLED] = &f->calls.cancelled,   [VQ_CALL_REJECTED] = &f->calls.rejected,
        [VQ_CALL_BUSY] = &f->calls.busy,             [VQ_CALL_NO_ANSWER] = &f->calls.no_answer,
        [VQ_CALL_REDIRECTED] = &f->calls.redirected, [VQ_CALL_FAILED] = &f->calls.failed,
        [VQ_CALL_TIMEOUT] = &f->calls.timeout,
    };
    ++*of[c->state];
}

void vq_sipkpi_call(struct vq_sipkpi *k, const struct vq_kpi_call *c)
{
    bool pending = c->state == VQ_CALL_INCOMPLETE || c->state == VQ_CALL_RINGING;
    struct vq_kpi_call told = *c;
    if (pending)
        told.status = 0; /* what it shows is provisional, or was told to an earlier INVITE */
    call_times(k, &told);
    if (c->mid_dialog) {
        k->f.calls.mid_dialog++;
        return;
    }
    struct vq_kpi_tally all = c->earlier;
    vq_kpi_tally_add(&all, told.status);
    bool completed = c->answered && c->bye && c->sdd != VQ_NONE; /* 4.9: set up, and closed by BYE and 2xx */
    bool open = c->answered && (!c->bye || (c->sdd == VQ_NONE && !c->bye_expired && !c->bye_refused));
    bool redirected = c->state == VQ_CALL_REDIRECTED;
    call_outcome(&k->f, c);
    k->f.calls.attempts++;
    k->f.calls.open += open;
    k->f.calls.requests += all.requests;
    if (!pending) {
        count(k, VQ_KPI_ASR, c->answered, 1);                                 /* E.425: answered / seizures */
        count(k, VQ_KPI_NER, delivered(c), 1);
        count(k, VQ_KPI_SER, c->answered, !redirected);                       /* 4.6: 200 / (INVITE - 3xx) */
        count(k, VQ_KPI_SEER, is_effective(told.status), !redirected);        /* 4.7 */
        count(k, VQ_KPI_ISA, is_ineffective(told.status), 1);                 /* 4.8 */
        count(k, VQ_KPI_SCR, completed, !open);                               /* 4.9 */
    }
    count(k, VQ_KPI_SER_LITERAL, c->answered, all.requests - all.redirected);
    count(k, VQ_KPI_SEER_LITERAL, all.effective, all.requests - all.redirected);
    count(k, VQ_KPI_ISA_LITERAL, all.ineffective, all.requests);
    count(k, VQ_KPI_SCR_LITERAL, completed, all.requests);
}

/* ---- registrations and OPTIONS ----------------------------------------------------------------------------------- */

void vq_sipkpi_registration(struct vq_sipkpi *k, const struct vq_kpi_registration *r)
{
    bool timeout = r->outcome == VQ_REG_TIMEOUT; /* 4.2: Timer F counts */
    bool pending = r->outcome == VQ_REG_INCOMPLETE;
    bool refused = r->outcome == VQ_REG_REJECTED;
    bool failed = timeout || (refused && is_failure(r->status));
    k->f.registrations.attempts++;
    k->f.registrations.requests += r->requests;
    k->f.registrations.pending += pending;
    k->f.registrations.failed += failed;
    k->f.registrations.unauthorized += refused && asks_back(r->status);
    k->f.registrations.redirected += refused && !failed && !asks_back(r->status);
    if (!pending && !refused && !timeout) {
        k->f.registrations.succeeded++;
        measure(k, VQ_KPI_RRD, r->rrd); /* 4.1: success only */
    }
    count(k, VQ_KPI_IRA, failed, !pending);
    count(k, VQ_KPI_IRA_LITERAL, r->earlier.failed + failed, r->requests);
}

void vq_sipkpi_options(struct vq_sipkpi *k, uint64_t asked, uint64_t answered, uint64_t pending)
{
    k->f.options.asked += asked;
    k->f.options.answered += answered;
    k->f.options.pending += pending;
    count(k, VQ_KPI_REACHABLE, answered, asked - pending);
}

void vq_sipkpi_rtt(struct vq_sipkpi *k, int64_t rtt)
{
    measure(k, VQ_KPI_RTT, rtt);
}

static void close_outage(struct vq_sipkpi *k, int64_t ts)
{
    int64_t outage = ts - k->down_since;
    if (outage > k->f.options.longest_outage)
        k->f.options.longest_outage = outage;
}

void vq_sipkpi_ping(struct vq_sipkpi *k, int64_t ts, unsigned status)
{
    if (status) {
        if (k->down)
            close_outage(k, ts);
        k->down = false;
        k->f.options.last_status = status;
    } else if (!k->down) {
        k->down = true;
        k->down_since = ts;
        k->f.options.outages++;
    }
}

void vq_sipkpi_pings_end(struct vq_sipkpi *k, int64_t now)
{
    if (k->down)
        close_outage(k, now);
    k->f.options.down = k->down;
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

void vq_sipkpi_derive(struct vq_sipkpi *k)
{
    for (unsigned i = 0; i < VQ_KPI_RATIOS; i++) {
        struct vq_kpi_ratio *r = &k->f.ratios[i];
        r->pct = r->n ? 100.0 * (double)r->hits / (double)r->n : (double)NAN;
    }
    for (unsigned i = 0; i < VQ_KPI_TIMES; i++) {
        const struct vq_histogram *h = &k->times[i];
        const double none = (double)NAN;
        k->f.times[i] = (struct vq_kpi_spread){
            .n = h->n,
            .mean = h->n ? h->sum / (double)h->n : none,
            .min = h->n ? (double)h->min : none,
            .max = h->n ? (double)h->max : none,
            .p50 = vq_histogram_percentile(h, 50),
            .p95 = vq_histogram_percentile(h, 95),
            .p99 = vq_histogram_percentile(h, 99),
        };
    }
    k->f.acd_s = k->f.acd_n ? k->talk_sum / (double)k->f.acd_n / 1e9 : (double)NAN; /* E.425: talk time / answered */
}
