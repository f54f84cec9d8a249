/* run_live.c - `voipqos -i INTERFACE`: captures until told to stop, shows what happens, and reports at the end. */
#include "app/keylog.h"
#include "app/monitor.h"
#include "app/reports.h"
#include "app/signals.h"
#include "app/source_pcap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS 250
/* Frames may lie in the kernel's ring for a moment before they are seen; time must not run ahead of them. */
#define CLOCK_LAG 1000000000

struct capture {
    const struct settings *s;
    struct vq_engine *e;
    struct live *live;
    struct wav *wav;
    struct monitor monitor;
    struct keylog keylog;
    struct codecs codecs;
    bool no_memory;
    char why[SOURCE_WHY];
};

static int64_t clock_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void feed(const struct vq_frame *frames, size_t n, void *arg)
{
    struct capture *c = arg;
    if (vq_engine_feed(c->e, frames, n) == -ENOMEM)
        c->no_memory = true;
}

/* False when nobody listens any more. */
static bool print(struct capture *c)
{
    struct vq_buf *b = &c->monitor.text;
    if (b->n && (fwrite(b->p, 1, b->n, stdout) != b->n || fflush(stdout)))
        return false;
    vq_buf_retry(b); /* lines for want of memory are lost, the next ones need not be */
    return true;
}

/* Until a signal, the declared duration, or a failure; 0 or -Exxx with c->why. */
static int capture_loop(struct capture *c)
{
    int64_t start = clock_ns(CLOCK_MONOTONIC), table = start;
    const int64_t interval = (int64_t)c->s->interval_s * 1000000000;
    const int64_t duration = (int64_t)c->s->duration_s * 1000000000;
    while (!signals_caught()) {
        /* Software writes its secrets before it sends with them: first these, then the packets. */
        if (keylog_read(&c->keylog, c->e, false) != EXIT_DONE) {
            snprintf(c->why, sizeof c->why, "the key log cannot be read any more");
            return -EIO;
        }
        int n = live_poll(c->live, WAIT_MS, feed, c, c->why);
        if (n < 0)
            return n;
        if (!n)
            vq_engine_tick(c->e, clock_ns(CLOCK_REALTIME) - CLOCK_LAG);
        int64_t now = clock_ns(CLOCK_MONOTONIC);
        if (!c->s->quiet && now - table >= interval) {
            monitor_table(&c->monitor, clock_ns(CLOCK_REALTIME), live_dropped(c->live));
            table = now;
        }
        if (!print(c))
            break;
        if (duration && now - start >= duration)
            break;
    }
    return 0;
}

static int capture_and_report(struct capture *c)
{
    const struct settings *s = c->s;
    int rc = capture_loop(c);
    int status = rc ? EXIT_DAMAGED : EXIT_DONE;
    if (rc)
        say("%s: %s; everything before is reported", s->iface, c->why);
    if (c->no_memory)
        say("memory ran out; frames not followed up are counted as no_memory");
    vq_engine_observe(c->e, NULL, NULL);
    const uint64_t dropped = live_dropped(c->live);
    vq_engine_drops(c->e, dropped);
    vq_engine_finish(c->e);
    const uint32_t link = live_link(c->live);
    struct vq_report_filter filter = {.expression = ""};
    if (live_filter(c->live))
        filter_report(live_filter(c->live), &filter);
    filter.by_kernel = true;
    const struct vq_report_input report = {
        .path = s->iface,
        .format = "live",
        .links = &link,
        .n_links = 1,
        .truncated = rc ? c->why : NULL,
        .live = true,
        .filter = live_filter(c->live) ? &filter : NULL,
    };
    if (dropped)
        say("the kernel dropped %llu frames: figures of loss include them", (unsigned long long)dropped);
    int written = reports_write(s, c->e, &report, c->wav);
    return written > status ? written : status;
}

/* Live traffic comes from whoever can send it: what it may cost is stated, and its hashes cannot be foreseen. */
static int engine_start(struct capture *c)
{
    struct vq_options o;
    settings_options(c->s, &c->codecs, &o, true);
    if (getentropy(&o.hash_seed, sizeof o.hash_seed))
        o.hash_seed = (uint64_t)clock_ns(CLOCK_REALTIME) ^ (uint64_t)getpid() << 32;
    int rc = vq_engine_new(&c->e, &o);
    if (rc) {
        say("the analysis cannot start: %s", strerror(-rc));
        return rc == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
    }
    const char *link = vq_link_name(live_link(c->live));
    say("capturing on %s (link type %s) with at most %llu MiB of memory and a ring of 64 MiB; Ctrl-C ends it",
        c->s->iface, link ? link : "unknown", (unsigned long long)(vq_options_ceiling(&o) >> 20) + 1);
    c->monitor.e = c->e;
    c->monitor.ascii = c->s->ascii;
    if (!c->s->quiet)
        vq_engine_observe(c->e, monitor_event, &c->monitor);
    return EXIT_DONE;
}

int run_live(const struct settings *s)
{
    struct capture c = {.s = s};
    signals_catch();
    vq_buf_init(&c.monitor.text);
    int status = keylog_open(&c.keylog, s->keylog);
    int rc = codecs_load(&c.codecs, s->codecs);
    if (rc)
        status = rc == EINVAL ? EXIT_USAGE : EXIT_INPUT;
    rc = status == EXIT_DONE ? live_open(&c.live, s->iface, s->filter, c.why) : 0;
    if (status != EXIT_DONE) {
        c.live = NULL;
    } else if (rc) {
        say("%s", c.why);
        status = rc == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
    } else {
        status = engine_start(&c);
    }
    if (status == EXIT_DONE)
        status = wav_start(&c.wav, s, c.e);
    if (status == EXIT_DONE)
        status = capture_and_report(&c);
    wav_free(c.wav);
    vq_engine_free(c.e);
    live_close(c.live);
    keylog_close(&c.keylog);
    codecs_done(&c.codecs);
    vq_buf_done(&c.monitor.text);
    return status;
}

static void interface_line(const char *name, const char *about, const char *state, void *arg)
{
    (void)arg;
    printf("%-16s %-12s %s\n", name, state, about);
}

int list_interfaces(void)
{
    char why[SOURCE_WHY];
    if (!live_interfaces(interface_line, NULL, why))
        return EXIT_DONE;
    say("%s", why);
    return EXIT_INPUT;
}
