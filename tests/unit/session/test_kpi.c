/* From messages to figures: the ladders of RFC 6076's clause 4 fed as frames, in total and for each peer. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/kpi.h>

#define MS(x) ((double)(x) * 1e6)

struct world {
    struct feeder f;
    struct vq_kpi *kpi;
    struct vq_endpoint client, server; /* of what is said next */
    char call_id[64];
};

static int setup(void **state)
{
    static struct world w;
    w = (struct world){.f = feeder_new(), .client = ep("10.0.0.1", 5060), .server = ep("10.0.0.2", 5060), .call_id = "one"};
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    vq_kpi_free(w->kpi);
    vq_engine_free(w->f.e);
    return 0;
}

/* The client's request, or the answer to one; each CSeq number is a transaction of its own. */
static void say(struct world *w, double ms, const char *start, const char *cseq, const char *to_tag)
{
    bool request = strncmp(start, "SIP/", 4) != 0;
    struct sip_text t = {.start = start, .call_id = w->call_id, .from = "a@a", .from_tag = "fa", .to = "b@b",
                         .to_tag = to_tag, .branch = cseq, .cseq = cseq};
    feed_text(&w->f, ms, request ? &w->client : &w->server, request ? &w->server : &w->client, sip_build(&t));
}

static void begin(struct world *w, const char *call_id, const char *server)
{
    snprintf(w->call_id, sizeof w->call_id, "%s", call_id);
    w->server = ep(server, 5060);
}

static const struct vq_kpi_figures *figures(struct world *w, double ms)
{
    vq_engine_tick(w->f.e, INT64_C(1700000000000000000) + (int64_t)(ms * 1e6)); /* feed_text counts from there */
    vq_engine_finish(w->f.e);
    vq_kpi_free(w->kpi);
    w->kpi = NULL;
    assert_int_equal(vq_kpi_new(&w->kpi, w->f.e), 0);
    return vq_kpi_total(w->kpi);
}

static void assert_ratio(const struct vq_kpi_figures *f, enum vq_kpi_ratio_id r, uint64_t hits, uint64_t n)
{
    assert_int_equal(f->ratios[r].hits, hits);
    assert_int_equal(f->ratios[r].n, n);
}

static void assert_one(const struct vq_kpi_figures *f, enum vq_kpi_time_id t, double ns)
{
    assert_int_equal(f->times[t].n, 1);
    assert_close(f->times[t].mean, ns, 1);
    assert_close(f->times[t].min, ns, 1);
    assert_close(f->times[t].p99, ns, 1); /* not more than the maximum */
}

#define REGISTER "REGISTER sip:b SIP/2.0"
#define INVITE "INVITE sip:b@b SIP/2.0"
#define ACK "ACK sip:b@b SIP/2.0"
#define BYE "BYE sip:b@b SIP/2.0"
#define OPTIONS "OPTIONS sip:b@b SIP/2.0"
#define R(status) "SIP/2.0 " #status " Words"

/* 4.1: REGISTER, 401, REGISTER, 200; the first REGISTER is sent twice, and that starts no clock again. */
static void test_rrd(void **state)
{
    struct world *w = *state;
    say(w, 0, REGISTER, "1 REGISTER", "");
    say(w, 500, REGISTER, "1 REGISTER", "");
    say(w, 520, R(401), "1 REGISTER", "t");
    say(w, 530, REGISTER, "2 REGISTER", "");
    say(w, 550, R(200), "2 REGISTER", "t");
    const struct vq_kpi_figures *f = figures(w, 600);
    assert_one(f, VQ_KPI_RRD, MS(550));
    assert_ratio(f, VQ_KPI_IRA, 0, 1);
    assert_ratio(f, VQ_KPI_IRA_LITERAL, 0, 2);
    assert_int_equal(f->registrations.requests, 2);
}

/* 4.2: REGISTER, 503. And one that the server wants longer (423) and then accepts. */
static void test_ira(void **state)
{
    struct world *w = *state;
    say(w, 0, REGISTER, "1 REGISTER", "");
    say(w, 20, R(503), "1 REGISTER", "t");
    begin(w, "two", "10.0.0.2");
    say(w, 100, REGISTER, "1 REGISTER", "");
    say(w, 110, R(423), "1 REGISTER", "t");
    say(w, 120, REGISTER, "2 REGISTER", "");
    say(w, 140, R(200), "2 REGISTER", "t");
    const struct vq_kpi_figures *f = figures(w, 200);
    assert_ratio(f, VQ_KPI_IRA, 1, 2);
    assert_ratio(f, VQ_KPI_IRA_LITERAL, 2, 3);
    assert_one(f, VQ_KPI_RRD, MS(40));
}

/* 4.3.1, 4.4, 4.5.1, 4.6, 4.7, 4.9: the whole call; a proxy's copy of the INVITE is no second request. */
static void test_completed(void **state)
{
    struct world *w = *state;
    struct vq_endpoint phone = w->client, proxy = w->server;
    say(w, 0, INVITE, "1 INVITE", "");
    say(w, 10, R(100), "1 INVITE", "");
    w->client = proxy;
    w->server = ep("10.0.0.3", 5060);
    say(w, 11, INVITE, "1 INVITE", "");
    w->client = phone;
    w->server = proxy;
    say(w, 100, R(180), "1 INVITE", "tb");
    say(w, 2000, R(200), "1 INVITE", "tb");
    say(w, 2010, ACK, "1 ACK", "tb");
    say(w, 62000, BYE, "2 BYE", "tb");
    say(w, 62030, R(200), "2 BYE", "tb");
    const struct vq_kpi_figures *f = figures(w, 62100);
    assert_one(f, VQ_KPI_SRD, MS(100));
    assert_one(f, VQ_KPI_PDD, MS(100));
    assert_one(f, VQ_KPI_SDD, MS(30));
    assert_one(f, VQ_KPI_SDT, MS(60000));
    assert_int_equal(f->acd_n, 1);
    assert_close(f->acd_s, 60, 1e-9);
    assert_int_equal(f->calls.requests, 1);
    static const enum vq_kpi_ratio_id all[] = {VQ_KPI_ASR, VQ_KPI_NER, VQ_KPI_SER, VQ_KPI_SEER, VQ_KPI_SCR,
                                               VQ_KPI_SER_LITERAL, VQ_KPI_SEER_LITERAL, VQ_KPI_SCR_LITERAL};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_ratio(f, all[i], 1, 1);
    assert_ratio(f, VQ_KPI_ISA, 0, 1);
    struct vq_endpoint host;
    assert_non_null(vq_kpi_peer(w->kpi, 0, &host));
    char text[VQ_ENDPOINT_TEXT];
    assert_string_equal(vq_endpoint_host(&host, text), "10.0.0.2");
    assert_int_equal(host.port, 0);
    assert_null(vq_kpi_peer(w->kpi, 1, &host)); /* the first request's destination, not the next hop's */
    uint64_t hosts;
    assert_null(vq_kpi_others(w->kpi, &hosts));
}

/* 4.3.2, 4.8: INVITE, 100, 503. */
static void test_refused(void **state)
{
    struct world *w = *state;
    say(w, 0, INVITE, "1 INVITE", "");
    say(w, 10, R(100), "1 INVITE", "");
    say(w, 70, R(503), "1 INVITE", "tb");
    say(w, 71, ACK, "1 ACK", "tb");
    const struct vq_kpi_figures *f = figures(w, 100);
    assert_one(f, VQ_KPI_SRD_FAILED, MS(70));
    assert_int_equal(f->times[VQ_KPI_SRD].n, 0);
    assert_ratio(f, VQ_KPI_ISA, 1, 1);
    assert_ratio(f, VQ_KPI_SER, 0, 1);
    assert_ratio(f, VQ_KPI_NER, 0, 1);
}

/* Challenged, redirected and answered: one attempt, three INVITEs. */
static void test_two_readings(void **state)
{
    struct world *w = *state;
    say(w, 0, INVITE, "1 INVITE", "");
    say(w, 10, R(407), "1 INVITE", "t0");
    say(w, 11, ACK, "1 ACK", "t0");
    say(w, 20, INVITE, "2 INVITE", "");
    say(w, 30, R(302), "2 INVITE", "t1");
    say(w, 31, ACK, "2 ACK", "t1");
    say(w, 40, INVITE, "3 INVITE", "");
    say(w, 90, R(200), "3 INVITE", "tb");
    say(w, 91, ACK, "3 ACK", "tb");
    say(w, 1000, INVITE, "4 INVITE", "tb"); /* within the dialog: no attempt */
    say(w, 1010, R(488), "4 INVITE", "tb");
    const struct vq_kpi_figures *f = figures(w, 2000);
    assert_ratio(f, VQ_KPI_SER, 1, 1);
    assert_ratio(f, VQ_KPI_SER_LITERAL, 1, 2); /* three less the one with 302 */
    assert_ratio(f, VQ_KPI_ISA_LITERAL, 0, 3);
    assert_ratio(f, VQ_KPI_SCR, 0, 0);         /* the call goes on */
    assert_int_equal(f->calls.open, 1);
    assert_int_equal(f->acd_n, 0);
    assert_true(isnan(f->acd_s));
    assert_one(f, VQ_KPI_SRD, MS(90));
}

/* Challenged, tried again, and then silence: the 407 is no answer to the second INVITE. */
static void test_silence_after_challenge(void **state)
{
    struct world *w = *state;
    say(w, 0, INVITE, "1 INVITE", "");
    say(w, 10, R(407), "1 INVITE", "t0");
    say(w, 20, INVITE, "2 INVITE", "");
    const struct vq_kpi_figures *f = figures(w, 40000);
    assert_int_equal(f->calls.timeout, 1);
    assert_ratio(f, VQ_KPI_ASR, 0, 1);
    assert_ratio(f, VQ_KPI_ISA_LITERAL, 0, 2);
    assert_int_equal(f->times[VQ_KPI_SRD_FAILED].n, 0);
}

/* 4.4, 4.5.2: a BYE that nobody answers, asked about before and after Timer F; and one that is answered with 481. */
static void bye_ladder(struct world *w, const char *answer)
{
    say(w, 0, INVITE, "1 INVITE", "");
    say(w, 100, R(200), "1 INVITE", "tb");
    say(w, 101, ACK, "1 ACK", "tb");
    say(w, 10100, BYE, "2 BYE", "tb");
    if (answer)
        say(w, 10120, answer, "2 BYE", "tb");
}

static void test_bye_pending(void **state)
{
    struct world *w = *state;
    bye_ladder(w, NULL);
    const struct vq_kpi_figures *f = figures(w, 20000);
    assert_int_equal(f->calls.bye_expired, 0);
    assert_int_equal(f->calls.open, 1);
    assert_ratio(f, VQ_KPI_SCR, 0, 0);
    assert_one(f, VQ_KPI_SDT, MS(10000));
}

static void test_bye_expired(void **state)
{
    struct world *w = *state;
    bye_ladder(w, NULL);
    const struct vq_kpi_figures *f = figures(w, 50000);
    assert_int_equal(f->calls.bye_expired, 1);
    assert_int_equal(f->times[VQ_KPI_SDD].n, 0);
    assert_int_equal(f->times[VQ_KPI_SDT].n, 0);
    assert_one(f, VQ_KPI_SDT_FAILED, MS(42000));
    assert_ratio(f, VQ_KPI_SCR, 0, 1);
}

static void test_bye_refused(void **state)
{
    struct world *w = *state;
    bye_ladder(w, R(481));
    const struct vq_kpi_figures *f = figures(w, 50000);
    assert_int_equal(f->calls.bye_expired, 0);
    assert_int_equal(f->calls.open, 0);
    assert_ratio(f, VQ_KPI_SCR, 0, 1);
    assert_one(f, VQ_KPI_SDT, MS(10000));
}

/* The capture began in the middle: no attempt, no peer; an SDD only where the BYE itself was seen. */
static void test_mid_dialog(void **state)
{
    struct world *w = *state;
    say(w, 0, BYE, "2 BYE", "tb");
    say(w, 30, R(200), "2 BYE", "tb");
    begin(w, "two", "10.0.0.9");
    say(w, 100, R(200), "2 BYE", "tb");
    const struct vq_kpi_figures *f = figures(w, 200);
    assert_int_equal(f->calls.attempts, 0);
    assert_int_equal(f->calls.mid_dialog, 2);
    assert_one(f, VQ_KPI_SDD, MS(30));
    struct vq_endpoint host;
    assert_null(vq_kpi_peer(w->kpi, 0, &host));
}

/* A trunk that is out of reach between two answers, twice; the longer time counts. */
static void test_outages(void **state)
{
    struct world *w = *state;
    static const struct {
        double ms;
        bool answered;
    } pings[] = {{0, true}, {10000, false}, {20000, true}, {30000, false}, {40000, false}, {50000, true}};
    char id[8];
    for (size_t i = 0; i < sizeof pings / sizeof pings[0]; i++) {
        snprintf(id, sizeof id, "p%zu", i);
        begin(w, id, "10.0.0.2");
        say(w, pings[i].ms, OPTIONS, "1 OPTIONS", "");
        if (pings[i].answered)
            say(w, pings[i].ms + 30, R(200), "1 OPTIONS", "t");
    }
    struct vq_endpoint host;
    const struct vq_kpi_figures *f = figures(w, 90000), *p = vq_kpi_peer(w->kpi, 0, &host);
    assert_int_equal(p->options.outages, 2);
    assert_int_equal(p->options.longest_outage, MS(20030));
    assert_int_equal(p->options.last_status, 200);
    assert_false(p->options.down);
    assert_int_equal(f->options.last_status, 0);
}

/* Keep-alive: two on one dialog, one answered with 404 (somebody is there), one that nobody answers, one just sent. */
static void test_options(void **state)
{
    struct world *w = *state;
    say(w, 0, OPTIONS, "1 OPTIONS", "");
    say(w, 20, R(200), "1 OPTIONS", "t");
    say(w, 1000, OPTIONS, "2 OPTIONS", "");
    say(w, 1500, OPTIONS, "2 OPTIONS", "");
    say(w, 1560, R(404), "2 OPTIONS", "t");
    begin(w, "two", "10.0.0.2");
    say(w, 2000, OPTIONS, "1 OPTIONS", "");
    begin(w, "three", "10.0.0.4");
    say(w, 60000, OPTIONS, "1 OPTIONS", "");
    begin(w, "four", "10.0.0.4");
    say(w, 60100, "MESSAGE sip:b@b SIP/2.0", "1 MESSAGE", ""); /* is no OPTIONS */
    const struct vq_kpi_figures *f = figures(w, 60200), *p;
    assert_int_equal(f->options.asked, 4);
    assert_int_equal(f->options.answered, 2);
    assert_int_equal(f->options.pending, 1);
    assert_ratio(f, VQ_KPI_REACHABLE, 2, 3);
    assert_int_equal(f->times[VQ_KPI_RTT].n, 2);
    assert_close(f->times[VQ_KPI_RTT].min, MS(20), 1);
    assert_close(f->times[VQ_KPI_RTT].max, MS(560), 1); /* from the first sending */
    struct vq_endpoint host;
    p = vq_kpi_peer(w->kpi, 0, &host);
    assert_ratio(p, VQ_KPI_REACHABLE, 2, 3);
    assert_int_equal(p->options.last_status, 404);
    assert_int_equal(p->options.outages, 1);
    assert_int_equal(p->options.longest_outage, MS(58200)); /* to the end */
    assert_true(p->options.down);
    assert_int_equal(f->options.longest_outage, MS(58200));
    p = vq_kpi_peer(w->kpi, 1, &host);
    assert_ratio(p, VQ_KPI_REACHABLE, 0, 0);
    assert_int_equal(p->options.outages, 0);
    assert_false(p->options.down);
    assert_int_equal(p->options.pending, 1);
    struct vq_dialog d;
    assert_true(vq_dialog_get(w->f.e, vq_dialog_next(w->f.e, 0), &d));
    assert_int_equal(d.rtt, 20000000);
}

/* More hosts than are told apart: the busiest is kept although it came last, and nothing is lost. */
static void test_peers(void **state)
{
    struct world *w = *state;
    char id[32], server[32];
    const int strangers = VQ_KPI_PEERS + 10;
    for (int i = 0; i < strangers; i++) {
        snprintf(id, sizeof id, "stranger-%d", i);
        snprintf(server, sizeof server, "10.9.0.%d", i + 1);
        begin(w, id, server);
        say(w, i, INVITE, "1 INVITE", "");
        say(w, i + 0.5, R(404), "1 INVITE", "t");
    }
    for (int i = 0; i < 3; i++) {
        snprintf(id, sizeof id, "friend-%d", i);
        begin(w, id, "10.0.0.2");
        w->server.port = (uint16_t)(5060 + i); /* one host */
        say(w, 1000 + i, INVITE, "1 INVITE", "");
        say(w, 1010 + i, R(486), "1 INVITE", "t");
    }
    const struct vq_kpi_figures *f = figures(w, 2000), *p;
    struct vq_endpoint host;
    uint64_t hosts, attempts = 0;
    char text[VQ_ENDPOINT_TEXT];
    p = vq_kpi_peer(w->kpi, 0, &host);
    assert_string_equal(vq_endpoint_host(&host, text), "10.0.0.2");
    assert_ratio(p, VQ_KPI_SEER, 3, 3);
    for (size_t i = 0; (p = vq_kpi_peer(w->kpi, i, &host)); i++)
        attempts += p->calls.attempts;
    assert_int_equal(attempts, 3 + VQ_KPI_PEERS - 1);
    p = vq_kpi_others(w->kpi, &hosts);
    assert_int_equal(hosts, strangers + 1 - VQ_KPI_PEERS);
    assert_int_equal(p->calls.attempts, hosts);
    assert_int_equal(f->calls.attempts, strangers + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rrd, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ira, setup, teardown),
        cmocka_unit_test_setup_teardown(test_completed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_readings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silence_after_challenge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bye_pending, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bye_expired, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bye_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mid_dialog, setup, teardown),
        cmocka_unit_test_setup_teardown(test_options, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peers, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
