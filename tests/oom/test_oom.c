/* Fails the 1st, 2nd, 3rd ... allocation of a whole analysis and of every report, until one passes untouched: nothing
 * may crash or leak, what failed says -ENOMEM, and the engine goes on with what comes next.
 *
 * The linker routes malloc and its kin through the functions of failing.h (--wrap, see the Makefile). jansson, a shared
 * library, is given them by its own interface; libosip2 takes its memory from the engine's arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <voipqos/report.h>

#include "oom/capture.h"
#include "oom/failing.h"

/* ---- reports ----------------------------------------------------------------------------------------------------- */

struct text {
    char p[1 << 20];
    size_t n;
};

static int write_text(const char *p, size_t n, void *arg)
{
    struct text *t = arg;
    assert_true(n <= sizeof t->p - t->n);
    memcpy(t->p + t->n, p, n);
    t->n += n;
    return 0;
}

static const uint32_t links[] = {1};
static const struct vq_report_input input = {.path = "a.pcap", .format = "pcap", .links = links, .n_links = 1};
static const struct vq_report_style style = {.color = true, .utf8 = true, .width = 100};

static int report_text(const struct vq_engine *e, struct text *t)
{
    return vq_report_text(e, &input, &style, write_text, t);
}

static int report_json(const struct vq_engine *e, struct text *t)
{
    return vq_report_json(e, &input, &style, write_text, t);
}

static int report_ladder(const struct vq_engine *e, struct text *t)
{
    return vq_report_ladder(e, vq_call_next(e, 0), &style, write_text, t);
}

static int report_ladder_registration(const struct vq_engine *e, struct text *t)
{
    return vq_report_ladder_registration(e, vq_registration_next(e, 0), &style, write_text, t);
}

static int report_ladder_dialog(const struct vq_engine *e, struct text *t)
{
    return vq_report_ladder_dialog(e, vq_dialog_next(e, 0), &style, write_text, t);
}

static int report_plot_data(const struct vq_engine *e, struct text *t)
{
    return vq_report_plot_data(e, vq_stream_next(e, 0), write_text, t);
}

static int report_plot_script(const struct vq_engine *e, struct text *t)
{
    return vq_report_plot_script(e, vq_stream_next(e, 0), "stream-1", write_text, t);
}

struct report {
    const char *name;
    int (*write)(const struct vq_engine *e, struct text *t);
};

static const struct report reports[] = {
    {"text", report_text},
    {"json", report_json},
    {"ladder of a call", report_ladder},
    {"ladder of a registration", report_ladder_registration},
    {"ladder of a dialog", report_ladder_dialog},
    {"plot data", report_plot_data},
    {"plot script", report_plot_script},
};
enum { N_REPORTS = sizeof reports / sizeof *reports };

/* ---- the tests --------------------------------------------------------------------------------------------------- */

static struct vq_options options(void)
{
    struct vq_options o;
    vq_options_defaults(&o);
    o.voipmonitor = true;
    return o;
}

/* In batches that do not divide the number of frames, as a source would hand them over. */
static int feed(struct vq_engine *e, const struct capture *c, size_t from, size_t to)
{
    int worst = 0;
    for (size_t i = from; i < to; i += 7) {
        int rc = vq_engine_feed(e, c->frames + i, to - i < 7 ? to - i : 7);
        assert_true(rc == 0 || rc == -ENOMEM);
        worst = rc ? rc : worst;
    }
    return worst;
}

/* Every frame is accounted for, whatever failed. */
static uint64_t check_account(const struct vq_engine *e)
{
    struct vq_stats s;
    vq_engine_stats(e, &s);
    uint64_t sum = 0;
    for (int i = 0; i < VQ_DEC_COUNT; i++)
        sum += s.decoded[i];
    for (int i = 0; i < VQ_DROP_COUNT; i++)
        sum += s.not_decoded[i];
    assert_int_equal(sum, s.frames);
    return s.not_decoded[VQ_DROP_NO_MEMORY];
}

/* The call whose Call-ID begins with `id`, as its frames tell it. */
static void check_call(const struct vq_engine *e, const char *id)
{
    for (uint32_t h = vq_call_next(e, 0); h; h = vq_call_next(e, h)) {
        struct vq_call c;
        assert_true(vq_call_get(e, h, &c));
        if (strncmp(c.call_id, id, strlen(id)) != 0)
            continue;
        assert_int_equal(c.state, VQ_CALL_COMPLETED);
        assert_int_equal(c.n_streams, 2);
        struct vq_stream s;
        for (uint32_t sh = c.first_stream; sh; sh = s.next_in_call) {
            assert_true(vq_stream_get(e, sh, &s));
            assert_int_equal(s.packets, CAPTURE_RTP - 1);
            assert_int_equal(s.lost, 1);
        }
        return;
    }
    fail_msg("the call %s... after the failure is not there", id);
}

/* One analysis: the first call and its surroundings with failing memory, the second call without. False when nothing
 * failed any more. */
static bool analyse(const struct capture *c, enum mode m, unsigned long n)
{
    struct vq_options o = options();
    struct vq_engine *e = NULL;
    long before = live;
    arm(m, n);
    int rc = vq_engine_new(&e, &o);
    if (rc) {
        assert_int_equal(rc, -ENOMEM);
        assert_null(e);
        assert_int_equal(live, before);
        return true;
    }
    rc = vq_engine_keylog(e, capture_keylog, strlen(capture_keylog));
    int fed = feed(e, c, 0, c->second);
    rc = rc ? rc : fed;
    bool hit = failed > 0;
    arm(FAIL_NONE, 0);
    if (rc)
        assert_true(hit);
    assert_int_equal(feed(e, c, c->second, c->n), 0);
    vq_engine_finish(e);
    uint64_t refused = check_account(e);
    if (!hit) {
        struct vq_stats s;
        vq_engine_stats(e, &s);
        assert_int_equal(refused, 0);
        assert_int_equal(s.tcp_sip_flows, 1);
        assert_int_equal(s.tcp_tls_decrypted_flows, 1);
        assert_int_equal(s.decoded[VQ_DEC_SIP], 4 + 2 + 1 + 4 + 14);
    }
    check_call(e, "second");
    vq_engine_free(e);
    assert_int_equal(live, before);
    return hit;
}

static struct capture capture;
static struct text expected, got;

static void test_one_allocation_fails(void **state)
{
    (void)state;
    unsigned long n = 1;
    while (analyse(&capture, FAIL_ONE, n))
        n++;
    print_message("%lu allocations\n", n - 1);
    assert_true(n > 10);
}

static void test_memory_is_gone_for_a_while(void **state)
{
    (void)state;
    unsigned long n = 1;
    while (analyse(&capture, FAIL_FROM, n))
        n++;
    assert_true(n > 10);
}

/* The report with failing memory: it says so, or is the same as without. False when nothing failed any more. */
static bool report(const struct report *r, const struct vq_engine *e, enum mode m, unsigned long n)
{
    long before = live;
    got.n = 0;
    arm(m, n);
    int rc = r->write(e, &got);
    bool hit = failed > 0;
    arm(FAIL_NONE, 0);
    assert_int_equal(live, before);
    assert_true(rc == 0 || (rc == -ENOMEM && hit));
    if (rc == 0 && (got.n != expected.n || memcmp(got.p, expected.p, got.n) != 0))
        fail_msg("%s: allocation %lu fails, and the report is another one than without", r->name, n);
    return hit;
}

static void test_report(void **state)
{
    const struct report *r = *state;
    struct vq_options o = options();
    struct vq_engine *e;
    arm(FAIL_NONE, 0);
    long before = live;
    assert_int_equal(vq_engine_new(&e, &o), 0);
    assert_int_equal(feed(e, &capture, 0, capture.n), 0);
    vq_engine_finish(e);
    expected.n = 0;
    assert_int_equal(r->write(e, &expected), 0);
    assert_true(expected.n > 0);
    unsigned long n = 1;
    while (report(r, e, FAIL_ONE, n))
        n++;
    print_message("%s: %lu allocations, %zu bytes\n", r->name, n - 1, expected.n);
    assert_true(n > 1);
    for (n = 1; report(r, e, FAIL_FROM, n); n++)
        ;
    vq_engine_free(e);
    assert_int_equal(live, before);
}

int main(void)
{
    json_set_alloc_funcs(__wrap_malloc, __wrap_free);
    capture_build(&capture);
    struct CMUnitTest tests[2 + N_REPORTS] = {
        cmocka_unit_test(test_one_allocation_fails),
        cmocka_unit_test(test_memory_is_gone_for_a_while),
    };
    for (size_t i = 0; i < N_REPORTS; i++)
        tests[2 + i] = (struct CMUnitTest){reports[i].name, test_report, NULL, NULL, (void *)(uintptr_t)&reports[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
