/* monitor.c - lines and tables of a live capture. */
#include "app/monitor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TABLE_ROWS 20

/* ---- pieces ----------------------------------------------------------------------------------------------------- */

static void add_clock(struct vq_buf *b, int64_t ts, bool ms)
{
    time_t sec = (time_t)(ts / 1000000000);
    struct tm tm;
    char text[16];
    if (!localtime_r(&sec, &tm) || !strftime(text, sizeof text, "%H:%M:%S", &tm))
        return;
    vq_buf_str(b, text);
    if (ms)
        vq_buf_fmt(b, ".%03d", (int)(ts / 1000000 % 1000));
}

static void add_wire(struct monitor *m, const char *z)
{
    if (m->ascii)
        vq_buf_ascii(&m->text, z ? z : "?");
    else
        vq_buf_terminal(&m->text, z ? z : "?");
}

/* Text from the wire in a column of its own. */
static void add_column(struct monitor *m, const char *z, size_t columns)
{
    struct vq_buf safe;
    vq_buf_init(&safe);
    if (m->ascii)
        vq_buf_ascii(&safe, z ? z : "-");
    else
        vq_buf_terminal(&safe, z ? z : "-");
    if (safe.n) {
        size_t n = vq_text_fit(safe.p, columns), taken = vq_text_columns(safe.p, n);
        vq_buf_add(&m->text, safe.p, n);
        vq_buf_fill(&m->text, ' ', columns - taken);
    }
    vq_buf_done(&safe);
}

static void add_number(struct vq_buf *b, const char *fmt, double x, size_t columns)
{
    char text[48];
    if (isnan(x))
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, fmt, x); /* the formats stand below, in this file */
    size_t n = strlen(text);
    vq_buf_fill(b, ' ', n < columns ? columns - n : 1);
    vq_buf_str(b, text);
}

static void add_endpoints(struct vq_buf *b, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    char text[VQ_ENDPOINT_TEXT];
    vq_buf_str(b, vq_endpoint_text(src, text));
    vq_buf_str(b, " -> ");
    vq_buf_str(b, vq_endpoint_text(dst, text));
}

/* ---- events ----------------------------------------------------------------------------------------------------- */

static void add_answer(struct monitor *m, unsigned status, const char *reason)
{
    if (!status)
        return;
    vq_buf_fmt(&m->text, " (%u%s", status, reason && *reason ? " " : "");
    if (reason)
        add_wire(m, reason);
    vq_buf_char(&m->text, ')');
}

static void end_line(struct monitor *m, const struct vq_event *ev)
{
    vq_buf_str(&m->text, ev->evicted ? ", pushed out by a full table\n" : "\n");
}

static void registration_line(struct monitor *m, const struct vq_event *ev)
{
    struct vq_registration r;
    if (!vq_registration_get(m->e, ev->handle, &r))
        return;
    add_clock(&m->text, ev->ts, true);
    vq_buf_fmt(&m->text, "  registration %u  ", r.id);
    add_wire(m, r.aor);
    if (ev->kind == VQ_EVENT_REGISTRATION_BEGIN) {
        vq_buf_str(&m->text, " asks");
    } else {
        vq_buf_fmt(&m->text, " %s", vq_registration_outcome_name(r.outcome));
        add_answer(m, r.status, r.reason);
    }
    end_line(m, ev);
}

static void call_line(struct monitor *m, const struct vq_event *ev)
{
    struct vq_call c;
    if (!vq_call_get(m->e, ev->handle, &c))
        return;
    add_clock(&m->text, ev->ts, true);
    vq_buf_fmt(&m->text, "  call %u  ", c.id);
    add_wire(m, c.from);
    vq_buf_str(&m->text, " -> ");
    add_wire(m, c.to);
    if (ev->kind == VQ_EVENT_CALL_BEGIN) {
        vq_buf_str(&m->text, " begins");
    } else {
        vq_buf_fmt(&m->text, " %s", vq_call_state_name(c.state));
        add_answer(m, c.status, c.reason);
    }
    if (ev->kind == VQ_EVENT_CALL_END) {
        if (c.talk != VQ_NONE)
            vq_buf_fmt(&m->text, ", talk %.1f s", (double)c.talk / 1e9);
        if (!isnan(c.mos_min))
            vq_buf_fmt(&m->text, ", worst MOS %.2f", c.mos_min);
    }
    end_line(m, ev);
}

static void stream_line(struct monitor *m, const struct vq_event *ev)
{
    struct vq_stream s;
    struct vq_call c;
    if (!vq_stream_get(m->e, ev->handle, &s))
        return;
    add_clock(&m->text, ev->ts, true);
    vq_buf_fmt(&m->text, "  stream %u  ", s.id);
    add_endpoints(&m->text, &s.src, &s.dst);
    vq_buf_char(&m->text, ' ');
    add_wire(m, s.codec ? s.codec : "unknown codec");
    if (s.call && vq_call_get(m->e, s.call, &c))
        vq_buf_fmt(&m->text, ", call %u", c.id);
    if (ev->kind != VQ_EVENT_STREAM_END) {
        vq_buf_str(&m->text, ev->kind == VQ_EVENT_STREAM_BEGIN ? " begins" : " changes");
        end_line(m, ev);
        return;
    }
    vq_buf_fmt(&m->text, " ends: %llu packets, %llu lost (%.2f %%)", (unsigned long long)s.packets,
               (unsigned long long)s.lost, isnan(s.loss_pct) ? 0.0 : s.loss_pct);
    if (!isnan(s.jitter_mean_ms))
        vq_buf_fmt(&m->text, ", jitter %.2f ms", s.jitter_mean_ms);
    if (s.scored)
        vq_buf_fmt(&m->text, ", MOS %.2f", s.mos);
    end_line(m, ev);
}

/* Who tells about which event. */
static void (*const lines[])(struct monitor *m, const struct vq_event *ev) = {
    [VQ_EVENT_REGISTRATION_BEGIN] = registration_line,
    [VQ_EVENT_REGISTRATION_END] = registration_line,
    [VQ_EVENT_CALL_BEGIN] = call_line,
    [VQ_EVENT_CALL_STATE] = call_line,
    [VQ_EVENT_CALL_END] = call_line,
    [VQ_EVENT_STREAM_BEGIN] = stream_line,
    [VQ_EVENT_STREAM_CHANGE] = stream_line,
    [VQ_EVENT_STREAM_END] = stream_line,
};

void monitor_event(const struct vq_event *ev, void *arg)
{
    struct monitor *m = arg;
    lines[ev->kind](m, ev);
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

struct worst {
    uint32_t handle;
    double mos;
};

/* Keeps the list sorted, lowest MOS first, unscored last; the overflow falls off. */
static void worst_add(struct worst *list, size_t *n, uint32_t handle, double mos)
{
    double key = isnan(mos) ? INFINITY : mos;
    size_t at = *n < TABLE_ROWS ? (*n)++ : TABLE_ROWS;
    while (at && (isnan(list[at - 1].mos) ? INFINITY : list[at - 1].mos) > key) {
        if (at < TABLE_ROWS)
            list[at] = list[at - 1];
        at--;
    }
    if (at < TABLE_ROWS)
        list[at] = (struct worst){handle, mos};
}

static void call_rows(struct monitor *m, const struct worst *list, size_t n, int64_t now)
{
    struct vq_call c;
    if (n)
        vq_buf_str(&m->text, "   call  state        from              to                since s  streams  worst MOS\n");
    for (size_t i = 0; i < n; i++) {
        if (!vq_call_get(m->e, list[i].handle, &c))
            continue;
        vq_buf_fmt(&m->text, "%7u  %-11s  ", c.id, vq_call_state_name(c.state));
        add_column(m, c.from, 16);
        vq_buf_str(&m->text, "  ");
        add_column(m, c.to, 16);
        add_number(&m->text, "%.0f", (double)(now - c.start) / 1e9, 9);
        add_number(&m->text, "%.0f", c.n_streams, 9);
        add_number(&m->text, "%.2f", c.mos_min, 11);
        vq_buf_char(&m->text, '\n');
    }
}

static void stream_rows(struct monitor *m, const struct worst *list, size_t n)
{
    struct vq_stream s;
    struct vq_call c;
    if (n)
        vq_buf_str(&m->text, " stream   call  codec         packets   loss %  jitter ms    MOS  from -> to\n");
    for (size_t i = 0; i < n; i++) {
        if (!vq_stream_get(m->e, list[i].handle, &s))
            continue;
        vq_buf_fmt(&m->text, "%7u", s.id);
        add_number(&m->text, "%.0f", s.call && vq_call_get(m->e, s.call, &c) ? c.id : (double)NAN, 7);
        vq_buf_str(&m->text, "  ");
        add_column(m, s.codec, 10);
        add_number(&m->text, "%.0f", (double)s.packets, 11);
        add_number(&m->text, "%.2f", s.loss_pct, 9);
        add_number(&m->text, "%.2f", s.jitter_last_ms, 11);
        add_number(&m->text, "%.2f", s.scored ? s.mos : (double)NAN, 7);
        vq_buf_str(&m->text, "  ");
        add_endpoints(&m->text, &s.src, &s.dst);
        vq_buf_char(&m->text, '\n');
    }
}

void monitor_table(struct monitor *m, int64_t now, uint64_t kernel_dropped)
{
    struct worst calls[TABLE_ROWS], streams[TABLE_ROWS];
    size_t n_calls = 0, n_streams = 0;
    unsigned open_calls = 0, open_streams = 0;
    double mos = NAN;
    struct vq_stats st;
    struct vq_call c;
    struct vq_stream s;
    vq_engine_stats(m->e, &st);
    for (uint32_t h = vq_call_next(m->e, 0); h; h = vq_call_next(m->e, h))
        if (vq_call_get(m->e, h, &c) && !vq_call_state_ended(c.state)) {
            open_calls++;
            worst_add(calls, &n_calls, h, c.mos_min);
        }
    for (uint32_t h = vq_stream_next(m->e, 0); h; h = vq_stream_next(m->e, h))
        if (vq_stream_get(m->e, h, &s) && !s.ended) {
            open_streams++;
            worst_add(streams, &n_streams, h, s.scored ? s.mos : (double)NAN);
            mos = s.scored ? fmin(mos, s.mos) : mos;
        }
    vq_buf_str(&m->text, "-- ");
    add_clock(&m->text, now, false);
    vq_buf_fmt(&m->text, "  open: %u calls, %u streams", open_calls, open_streams);
    if (!isnan(mos))
        vq_buf_fmt(&m->text, ", worst MOS %.2f", mos);
    vq_buf_fmt(&m->text, "; %llu frames, %llu dropped by the kernel\n", (unsigned long long)st.frames,
               (unsigned long long)kernel_dropped);
    call_rows(m, calls, n_calls, now);
    stream_rows(m, streams, n_streams);
    if (open_calls > n_calls || open_streams > n_streams)
        vq_buf_fmt(&m->text, "   (the worst %d of each)\n", TABLE_ROWS);
}
