/* RFC 6076 and E.425 on facts made by hand: the situations of RFC 6076's clause 4 one after the other, then a day's mix
 * whose figures can be worked out on paper. */
#include "support/check.h"

#include "metrics/sipkpi.h"

#define MS(x) ((int64_t)(x) * 1000000)
#define S(x) ((int64_t)(x) * 1000000000)

static struct vq_sipkpi k;

static int setup(void **state)
{
    (void)state;
    memset(&k, 0, sizeof k);
    return 0;
}

static struct vq_kpi_call nothing(enum vq_call_state state, unsigned status)
{
    return (struct vq_kpi_call){.state = state, .status = status, .pdd = VQ_NONE, .srd = VQ_NONE, .refused = VQ_NONE,
                                .talk = VQ_NONE, .sdd = VQ_NONE};
}

/* INVITE, 180, 200, ACK, BYE, 200. */
static struct vq_kpi_call whole(int64_t pdd, int64_t talk, int64_t sdd)
{
    struct vq_kpi_call c = nothing(VQ_CALL_COMPLETED, 200);
    c.answered = c.rang = c.bye = true;
    c.pdd = c.srd = pdd;
    c.talk = talk;
    c.sdd = sdd;
    return c;
}

static struct vq_kpi_call refused(enum vq_call_state state, unsigned status, int64_t after)
{
    struct vq_kpi_call c = nothing(state, status);
    c.refused = after;
    return c;
}

static void add(struct vq_kpi_call c)
{
    vq_sipkpi_call(&k, &c);
}

static void assert_ratio(enum vq_kpi_ratio_id r, uint64_t hits, uint64_t n)
{
    assert_int_equal(k.f.ratios[r].hits, hits);
    assert_int_equal(k.f.ratios[r].n, n);
    if (n)
        assert_close(k.f.ratios[r].pct, 100.0 * (double)hits / (double)n, 1e-9);
    else
        assert_true(isnan(k.f.ratios[r].pct));
}

static void assert_time(enum vq_kpi_time_id t, uint64_t n, int64_t mean)
{
    assert_int_equal(k.f.times[t].n, n);
    if (n)
        assert_close(k.f.times[t].mean, mean, 0.5);
    else
        assert_true(isnan(k.f.times[t].mean) && isnan(k.f.times[t].min) && isnan(k.f.times[t].p95));
}

/* A denominator of 0 is undefined, not 0. */
static void test_nothing(void **state)
{
    (void)state;
    vq_sipkpi_derive(&k);
    for (int r = 0; r < VQ_KPI_RATIOS; r++)
        assert_ratio((enum vq_kpi_ratio_id)r, 0, 0);
    for (int t = 0; t < VQ_KPI_TIMES; t++)
        assert_time((enum vq_kpi_time_id)t, 0, 0);
    assert_true(isnan(k.f.acd_s));
}

/* ---- 4.1 and 4.2: registrations ---------------------------------------------------------------------------------- */

static void registration(enum vq_registration_outcome o, unsigned status, uint64_t requests, unsigned earlier,
                         int64_t rrd)
{
    struct vq_kpi_registration r = {.outcome = o, .status = status, .requests = requests, .rrd = rrd};
    if (earlier)
        vq_kpi_tally_add(&r.earlier, earlier);
    vq_sipkpi_registration(&k, &r);
}

/* REGISTER, 401, REGISTER, 200: one attempt that succeeded, two requests of which none failed. */
static void test_rrd_with_challenge(void **state)
{
    (void)state;
    registration(VQ_REG_REGISTERED, 200, 2, 401, MS(80));
    vq_sipkpi_derive(&k);
    assert_time(VQ_KPI_RRD, 1, MS(80));
    assert_ratio(VQ_KPI_IRA, 0, 1);
    assert_ratio(VQ_KPI_IRA_LITERAL, 0, 2);
}

/* What fails, what is only asked back, what is not known yet. */
static void test_ira(void **state)
{
    (void)state;
    registration(VQ_REG_REGISTERED, 200, 1, 0, MS(20));
    registration(VQ_REG_REFRESHED, 200, 2, 401, MS(40));
    registration(VQ_REG_REJECTED, 503, 1, 0, VQ_NONE);
    registration(VQ_REG_REJECTED, 403, 2, 401, VQ_NONE);
    registration(VQ_REG_TIMEOUT, 0, 1, 0, VQ_NONE);       /* Timer F */
    registration(VQ_REG_REJECTED, 401, 2, 401, VQ_NONE);  /* no failure by 4.2 */
    registration(VQ_REG_REJECTED, 302, 1, 0, VQ_NONE);    /* nor this */
    registration(VQ_REG_REGISTERED, 200, 2, 423, MS(60)); /* 423 fails the request, not the attempt */
    registration(VQ_REG_INCOMPLETE, 0, 1, 0, VQ_NONE);
    vq_sipkpi_derive(&k);
    assert_ratio(VQ_KPI_IRA, 3, 8);
    assert_ratio(VQ_KPI_IRA_LITERAL, 4, 13);
    assert_time(VQ_KPI_RRD, 3, MS(40));
    assert_int_equal(k.f.registrations.attempts, 9);
    assert_int_equal(k.f.registrations.succeeded, 3);
    assert_int_equal(k.f.registrations.failed, 3);
    assert_int_equal(k.f.registrations.unauthorized, 1);
    assert_int_equal(k.f.registrations.redirected, 1);
    assert_int_equal(k.f.registrations.pending, 1);
    assert_int_equal(k.f.registrations.requests, 13);
}

/* ---- 4.3: session request delay ---------------------------------------------------------------------------------- */

static void test_srd(void **state)
{
    (void)state;
    struct vq_kpi_call progress = whole(MS(300), S(1), MS(1));
    progress.srd = MS(100); /* some other 1xx before the 18x */
    add(progress);
    add(refused(VQ_CALL_FAILED, 503, MS(40)));
    add(refused(VQ_CALL_REJECTED, 404, MS(60)));
    add(refused(VQ_CALL_REJECTED, 407, MS(5)));   /* given up: 401, 402, 407 are no failures */
    add(refused(VQ_CALL_REDIRECTED, 302, MS(5))); /* and 3xx is no 4xx */
    struct vq_kpi_call rang = refused(VQ_CALL_BUSY, 486, S(20));
    rang.rang = true;
    rang.pdd = rang.srd = MS(200); /* the caller heard of it then, not after 20 s */
    add(rang);
    vq_sipkpi_derive(&k);
    assert_time(VQ_KPI_SRD, 2, MS(150));
    assert_time(VQ_KPI_SRD_FAILED, 2, MS(50));
    assert_time(VQ_KPI_PDD, 2, MS(250));
}

/* ---- 4.4 and 4.5: session disconnect delay, session duration ----------------------------------------------------- */

static void test_sdd_and_sdt(void **state)
{
    (void)state;
    add(whole(MS(100), S(60), MS(10)));
    add(whole(MS(100), S(120), MS(30)));
    struct vq_kpi_call expired = whole(MS(100), S(30), VQ_NONE);
    expired.bye_expired = true;
    add(expired);
    struct vq_kpi_call told = whole(MS(100), S(90), VQ_NONE); /* BYE, 481 */
    told.bye_refused = true;
    add(told);
    struct vq_kpi_call talking = whole(MS(100), S(500), VQ_NONE);
    talking.state = VQ_CALL_IN_CALL;
    talking.bye = false;
    add(talking);
    vq_sipkpi_derive(&k);
    assert_time(VQ_KPI_SDD, 2, MS(20)); /* expiry is counted, not averaged */
    assert_int_equal(k.f.calls.bye_expired, 1);
    assert_time(VQ_KPI_SDT, 3, S(90));
    assert_time(VQ_KPI_SDT_FAILED, 1, S(62)); /* 30 s and Timer F */
    assert_int_equal(k.f.acd_n, 4);
    assert_close(k.f.acd_s, 75, 1e-9);
    assert_int_equal(k.f.calls.open, 1);
    assert_ratio(VQ_KPI_SCR, 2, 4);
    assert_ratio(VQ_KPI_SCR_LITERAL, 2, 5);
    assert_ratio(VQ_KPI_ASR, 5, 5);
}

/* The capture began after the INVITE: no attempt was seen, but its end was. */
static void test_mid_dialog(void **state)
{
    (void)state;
    struct vq_kpi_call c = nothing(VQ_CALL_COMPLETED, 0);
    c.mid_dialog = c.bye = true;
    c.sdd = MS(7);
    add(c);
    vq_sipkpi_derive(&k);
    assert_int_equal(k.f.calls.mid_dialog, 1);
    assert_int_equal(k.f.calls.attempts, 0);
    assert_ratio(VQ_KPI_ASR, 0, 0);
    assert_ratio(VQ_KPI_SCR_LITERAL, 0, 0);
    assert_time(VQ_KPI_SDD, 1, MS(7));
    assert_time(VQ_KPI_SDT, 0, 0);
}

/* ---- 4.6 to 4.9, E.425: which final response counts where -------------------------------------------------------- */

static const struct {
    const char *name;
    enum vq_call_state state;
    unsigned status;
    bool rang;
    unsigned asr, ner, ser_n, seer, isa;
} finals[] = {
    {"302 not followed", VQ_CALL_REDIRECTED, 302, false, 0, 0, 0, 0, 0},
    {"404", VQ_CALL_REJECTED, 404, false, 0, 1, 1, 0, 0},
    {"408 after ringing", VQ_CALL_NO_ANSWER, 408, true, 0, 1, 1, 0, 1},
    {"408 out of nowhere", VQ_CALL_NO_ANSWER, 408, false, 0, 0, 1, 0, 1},
    {"480", VQ_CALL_NO_ANSWER, 480, false, 0, 1, 1, 1, 0},
    {"486", VQ_CALL_BUSY, 486, false, 0, 1, 1, 1, 0},
    {"487: the caller gave up", VQ_CALL_CANCELLED, 487, true, 0, 1, 1, 0, 0},
    {"500", VQ_CALL_FAILED, 500, false, 0, 0, 1, 0, 1},
    {"501", VQ_CALL_FAILED, 501, false, 0, 0, 1, 0, 0},
    {"503", VQ_CALL_FAILED, 503, false, 0, 0, 1, 0, 1},
    {"504", VQ_CALL_FAILED, 504, false, 0, 0, 1, 0, 1},
    {"600", VQ_CALL_BUSY, 600, false, 0, 1, 1, 1, 0},
    {"603", VQ_CALL_REJECTED, 603, false, 0, 1, 1, 1, 0},
    {"604", VQ_CALL_REJECTED, 604, false, 0, 1, 1, 0, 0},
    {"no response", VQ_CALL_TIMEOUT, 0, false, 0, 0, 1, 0, 0},
};

static void test_final(void **state)
{
    size_t i = (size_t)(uintptr_t)*state;
    struct vq_kpi_call c = nothing(finals[i].state, finals[i].status);
    c.rang = finals[i].rang;
    memset(&k, 0, sizeof k);
    add(c);
    vq_sipkpi_derive(&k);
    assert_ratio(VQ_KPI_ASR, finals[i].asr, 1);
    assert_ratio(VQ_KPI_NER, finals[i].ner, 1);
    assert_ratio(VQ_KPI_SER, 0, finals[i].ser_n);
    assert_ratio(VQ_KPI_SEER, finals[i].seer, finals[i].ser_n);
    assert_ratio(VQ_KPI_ISA, finals[i].isa, 1);
    assert_ratio(VQ_KPI_SCR, 0, 1);
    assert_ratio(VQ_KPI_SER_LITERAL, 0, finals[i].ser_n);
    assert_ratio(VQ_KPI_SEER_LITERAL, finals[i].seer, finals[i].ser_n);
    assert_ratio(VQ_KPI_ISA_LITERAL, finals[i].isa, 1);
}

/* Still ringing, or challenged and not yet tried again: no outcome, so no part in the ratios per attempt. The letter of
 * RFC 6076 counts the INVITE all the same. */
static void test_pending(void **state)
{
    (void)state;
    struct vq_kpi_call c = nothing(VQ_CALL_RINGING, 180);
    c.rang = true;
    c.pdd = c.srd = MS(90);
    add(c);
    add(nothing(VQ_CALL_INCOMPLETE, 407));
    vq_sipkpi_derive(&k);
    assert_int_equal(k.f.calls.pending, 2);
    assert_ratio(VQ_KPI_ASR, 0, 0);
    assert_ratio(VQ_KPI_SCR, 0, 0);
    assert_ratio(VQ_KPI_SER_LITERAL, 0, 2);
    assert_time(VQ_KPI_PDD, 1, MS(90));
    assert_time(VQ_KPI_SRD_FAILED, 0, 0);
}

/* Per attempt and literal: ten attempts with eighteen INVITEs.
 *   6 answered, all challenged first (407), one of them redirected before that (302): 13 INVITEs
 *   1 busy, 1 cancelled, 1 failed with 503: 3 INVITEs
 *   ... and one that a 503 sent elsewhere on the same Call-ID, answered there: 2 more INVITEs */
static void test_two_readings(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct vq_kpi_call c = whole(MS(100), S(10), MS(5));
        vq_kpi_tally_add(&c.earlier, 407);
        if (i == 0)
            vq_kpi_tally_add(&c.earlier, 302);
        add(c);
    }
    add(refused(VQ_CALL_BUSY, 486, MS(50)));
    add(nothing(VQ_CALL_CANCELLED, 487));
    add(refused(VQ_CALL_FAILED, 503, MS(50)));
    struct vq_kpi_call c = whole(MS(100), S(10), MS(5));
    vq_kpi_tally_add(&c.earlier, 503);
    add(c);
    vq_sipkpi_derive(&k);
    assert_int_equal(k.f.calls.attempts, 10);
    assert_int_equal(k.f.calls.requests, 18);
    assert_ratio(VQ_KPI_ASR, 7, 10);
    assert_ratio(VQ_KPI_NER, 9, 10);
    assert_ratio(VQ_KPI_SER, 7, 10);
    assert_ratio(VQ_KPI_SEER, 8, 10);
    assert_ratio(VQ_KPI_ISA, 1, 10);
    assert_ratio(VQ_KPI_SCR, 7, 10);
    assert_ratio(VQ_KPI_SER_LITERAL, 7, 17);
    assert_ratio(VQ_KPI_SEER_LITERAL, 8, 17);
    assert_ratio(VQ_KPI_ISA_LITERAL, 2, 18);
    assert_ratio(VQ_KPI_SCR_LITERAL, 7, 18);
}

static void test_options(void **state)
{
    (void)state;
    vq_sipkpi_options(&k, 3, 2, 0);
    vq_sipkpi_options(&k, 1, 0, 1);
    vq_sipkpi_rtt(&k, MS(10));
    vq_sipkpi_rtt(&k, MS(30));
    vq_sipkpi_derive(&k);
    assert_ratio(VQ_KPI_REACHABLE, 2, 3);
    assert_int_equal(k.f.options.asked, 4);
    assert_time(VQ_KPI_RTT, 2, MS(20));
    assert_close(k.f.times[VQ_KPI_RTT].min, MS(10), 0.5);
    assert_close(k.f.times[VQ_KPI_RTT].max, MS(30), 0.5);
    assert_close(k.f.times[VQ_KPI_RTT].p50, MS(10), MS(10) / 128.0);
    assert_close(k.f.times[VQ_KPI_RTT].p95, MS(30), 0.5);
}

/* Every row says its name and why it may be missing. */
static void test_rows(void **state)
{
    (void)state;
    for (int r = 0; r < VQ_KPI_RATIOS; r++) {
        assert_non_null(strstr(vq_kpi_ratio_name((enum vq_kpi_ratio_id)r), "_pct"));
        assert_true(strlen(vq_kpi_ratio_why((enum vq_kpi_ratio_id)r)) > 5);
        bool literal = r >= VQ_KPI_SER_LITERAL && r <= VQ_KPI_IRA_LITERAL;
        assert_int_equal(vq_kpi_ratio_literal((enum vq_kpi_ratio_id)r), literal);
    }
    for (int t = 0; t < VQ_KPI_TIMES; t++) {
        bool ms = strstr(vq_kpi_time_name((enum vq_kpi_time_id)t), "_ms");
        assert_true(vq_kpi_time_unit((enum vq_kpi_time_id)t) == (ms ? 1e6 : 1e9));
        assert_true(strlen(vq_kpi_time_why((enum vq_kpi_time_id)t)) > 5);
    }
}

int main(void)
{
    enum { FINALS = sizeof finals / sizeof *finals, FIXED = 10 };
    struct CMUnitTest tests[FIXED + FINALS] = {
        cmocka_unit_test_setup(test_nothing, setup),   cmocka_unit_test_setup(test_rrd_with_challenge, setup),
        cmocka_unit_test_setup(test_ira, setup),       cmocka_unit_test_setup(test_srd, setup),
        cmocka_unit_test_setup(test_sdd_and_sdt, setup), cmocka_unit_test_setup(test_mid_dialog, setup),
        cmocka_unit_test_setup(test_pending, setup),   cmocka_unit_test_setup(test_two_readings, setup),
        cmocka_unit_test_setup(test_options, setup),   cmocka_unit_test_setup(test_rows, setup),
    };
    for (size_t i = 0; i < FINALS; i++)
        tests[FIXED + i] = (struct CMUnitTest){finals[i].name, test_final, NULL, NULL, (void *)(uintptr_t)i};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
