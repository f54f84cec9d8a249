/* The lines and the table of a live capture, over a shipped capture in place of an interface. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/monitor.h"
#include "net/savefile.h"

static ptrdiff_t read_file(void *to, size_t n, void *arg)
{
    return (ptrdiff_t)fread(to, 1, n, arg);
}

/* Feeds `name` up to frame `last` (0: all). */
static struct vq_engine *feed(struct monitor *m, const char *name, uint64_t last, const struct vq_options *o)
{
    char path[512];
    const char *dir = getenv("CAPTURES");
    struct vq_savefile *s;
    struct vq_engine *e;
    struct vq_frame f;
    snprintf(path, sizeof path, "%s/%s", dir ? dir : "captures", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be opened", path);
    assert_int_equal(vq_engine_new(&e, o), 0);
    m->e = e;
    vq_buf_init(&m->text);
    vq_engine_observe(e, monitor_event, m);
    assert_int_equal(vq_savefile_new(&s, read_file, file), 0);
    while (vq_savefile_next(s, &f, 1) && (!last || f.number <= last))
        assert_int_equal(vq_engine_feed(e, &f, 1), 0);
    vq_savefile_free(s);
    fclose(file);
    return e;
}

static void expect(const struct monitor *m, const char *text)
{
    if (!m->text.p || !strstr(m->text.p, text))
        fail_msg("'%s' is not in:\n%s", text, m->text.p ? m->text.p : "");
}

static unsigned count(const struct monitor *m, const char *text)
{
    unsigned n = 0;
    for (const char *at = m->text.p; at && (at = strstr(at, text)); at++)
        n++;
    return n;
}

static void done(struct monitor *m, struct vq_engine *e)
{
    vq_engine_free(e);
    vq_buf_done(&m->text);
}

static void test_lines(void **state)
{
    (void)state;
    struct monitor m = {.ascii = true};
    struct vq_options o;
    vq_options_defaults(&o);
    struct vq_engine *e = feed(&m, "call-pbx-g711.pcap", 0, &o);
    expect(&m, "registration 1  sip:anna@10.20.30.2 asks\n");
    expect(&m, "registration 2  sip:bert@10.20.30.2 registered (200 OK)\n");
    expect(&m, "call 1  anna -> bert begins\n");
    expect(&m, "call 1  anna -> bert ringing (180 Ringing)\n");
    expect(&m, "PCMU, call 1 begins\n");
    assert_int_equal(count(&m, " begins\n"), 5); /* a call and four streams */
    vq_engine_finish(e);
    expect(&m, "call 1  anna -> bert completed (200 Ok), talk 7.0 s, worst MOS 4.");
    assert_int_equal(count(&m, " ends: 351 packets, 0 lost (0.00 %), jitter "), 4);
    done(&m, e);
}

static void test_table_of_open_calls(void **state)
{
    (void)state;
    struct monitor m = {.ascii = true};
    struct vq_options o;
    struct vq_stats st;
    vq_options_defaults(&o);
    struct vq_engine *e = feed(&m, "call-pbx-g711.pcap", 800, &o);
    vq_engine_stats(e, &st);
    vq_buf_clear(&m.text);
    monitor_table(&m, st.end, 17);
    expect(&m, "open: 1 calls, 4 streams, worst MOS 4.");
    expect(&m, "; 800 frames, 17 dropped by the kernel\n");
    expect(&m, "\n      1  in_call      anna              bert           ");
    assert_int_equal(count(&m, "PCMU"), 4);
    assert_int_equal(count(&m, "\n"), 8);
    vq_engine_finish(e);
    vq_buf_clear(&m.text);
    monitor_table(&m, st.end, 0);
    expect(&m, ", 0 streams; 800 frames, 0 dropped by the kernel\n");
    done(&m, e);
}

static void test_eviction_is_said(void **state)
{
    (void)state;
    struct monitor m = {.ascii = true};
    struct vq_options o;
    vq_options_defaults(&o);
    struct vq_engine *e = feed(&m, "call-busy.pcap", 0, &o);
    struct vq_event ev = {.kind = VQ_EVENT_CALL_END, .handle = vq_call_next(e, 0), .evicted = true};
    vq_buf_clear(&m.text);
    monitor_event(&ev, &m);
    expect(&m, "call 1  anna -> bert busy (486 Rejected), pushed out by a full table\n");
    /* What is gone has no line, and no half of one. */
    ev.handle = 999;
    vq_buf_clear(&m.text);
    monitor_event(&ev, &m);
    assert_int_equal(m.text.n, 0);
    done(&m, e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_table_of_open_calls),
        cmocka_unit_test(test_eviction_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
