/* json.c - the JSON report: its frame and its lists, ICMP and findings, written object by object. */
#include "report/json.h"

#include <errno.h>

#include <voipqos/version.h>

#include "report/out.h"

/* ---- writing ----------------------------------------------------------------------------------------------------- */

#define WRITE_AT 16384

static void hand_on(struct vq_json *j)
{
    if (j->b.failed || j->tmp.failed)
        j->no_memory = true;
    if (!j->rc && !j->no_memory && j->b.n)
        j->rc = j->w(j->b.p, j->b.n, j->arg);
    vq_buf_clear(&j->b);
}

static bool stopped(const struct vq_json *j)
{
    return j->rc || j->no_memory;
}

static void raw(struct vq_json *j, const char *text)
{
    vq_buf_str(&j->b, text);
    if (j->b.n >= WRITE_AT)
        hand_on(j);
}

static int dumped(const char *text, size_t n, void *arg)
{
    struct vq_json *j = arg;
    vq_buf_add(&j->b, text, n);
    if (j->b.n >= WRITE_AT)
        hand_on(j);
    return stopped(j) ? -1 : 0;
}

/* Writes `v` and frees it. Twelve digits: microseconds over a week, and no noise of binary fractions. */
static void dump(struct vq_json *j, json_t *v)
{
    if (!v)
        j->no_memory = true;
    if (!stopped(j) && json_dump_callback(v, dumped, j, JSON_COMPACT | JSON_REAL_PRECISION(12)) && !j->rc)
        j->no_memory = true;
    json_decref(v);
}

static void member(struct vq_json *j, const char *before, json_t *v)
{
    raw(j, before);
    dump(j, v);
}

/* An element of a top-level array, on a line of its own. */
static void element(struct vq_json *j, bool *first, json_t *v)
{
    raw(j, *first ? "\n" : ",\n");
    *first = false;
    dump(j, v);
}

/* ---- the lists --------------------------------------------------------------------------------------------------- */

static void registrations(struct vq_json *j)
{
    struct vq_registration r;
    bool first = true;
    for (uint32_t h = vq_registration_next(j->e, 0); h && !stopped(j); h = vq_registration_next(j->e, h))
        if (vq_registration_get(j->e, h, &r))
            element(j, &first, vq_json_registration(j, &r));
}

static void calls(struct vq_json *j)
{
    struct vq_call c;
    bool first = true;
    for (uint32_t h = vq_call_next(j->e, 0); h && !stopped(j); h = vq_call_next(j->e, h))
        if (vq_call_get(j->e, h, &c))
            element(j, &first, vq_json_call(j, &c));
}

static void dialogs(struct vq_json *j)
{
    struct vq_dialog d;
    bool first = true;
    for (uint32_t h = vq_dialog_next(j->e, 0); h && !stopped(j); h = vq_dialog_next(j->e, h))
        if (vq_dialog_get(j->e, h, &d))
            element(j, &first, vq_json_dialog(j, &d));
}

static void streams(struct vq_json *j)
{
    struct vq_stream s;
    bool first = true;
    for (uint32_t h = vq_stream_next(j->e, 0); h && !stopped(j); h = vq_stream_next(j->e, h))
        if (vq_stream_get(j->e, h, &s))
            element(j, &first, vq_json_stream(j, &s));
}

static void endpoint_reports(struct vq_json *j)
{
    struct vq_endpoint_report r;
    bool first = true;
    uint32_t h = 0; /* those of no call come last */
    do {
        h = vq_call_next(j->e, h);
        for (unsigned i = 0; vq_endpoint_report_get(j->e, h, i, &r) && !stopped(j); i++)
            element(j, &first, vq_json_endpoint_report(j, &r));
    } while (h && !stopped(j));
}

static void icmp(struct vq_json *j)
{
    struct vq_icmp c;
    char reporter[VQ_ENDPOINT_TEXT];
    bool first = true;
    for (size_t i = 0; vq_icmp_get(j->e, i, &c) && !stopped(j); i++) {
        json_t *o = json_object();
        vq_json_str(j, o, "kind", vq_icmp_kind_name(c.kind));
        vq_json_str(j, o, "reporter", vq_endpoint_host(&c.reporter, reporter));
        vq_json_endpoint(j, o, "about_src", &c.about_src);
        vq_json_endpoint(j, o, "about_dst", &c.about_dst);
        vq_json_put(j, o, "call", c.call ? json_integer(c.call_id) : json_null());
        vq_json_int(j, o, "count", c.count);
        vq_json_int(j, o, "while_talking", c.while_talking);
        vq_json_put(j, o, "frames", vq_json_frames(j, c.frames, c.n_frames));
        element(j, &first, o);
    }
}

static void kpi(struct vq_json *j)
{
    dump(j, vq_json_kpi(j));
}

static void stun(struct vq_json *j)
{
    struct vq_stun s;
    bool first = true;
    size_t n = vq_stun_count(j->e);
    for (size_t i = 0; i < n && !stopped(j); i++) {
        if (vq_stun_get(j->e, i, &s))
            element(j, &first, vq_json_stun(j, &s));
    }
}

/* The network's lists are there for all three of them, once they are made. */
static bool network(struct vq_json *j, struct vq_network *n)
{
    if (vq_network_get(j->e, n) == 0)
        return true;
    j->no_memory = true;
    return false;
}

static void nat(struct vq_json *j)
{
    struct vq_network n;
    bool first = true;
    for (size_t i = 0; network(j, &n) && i < n.n_nats && !stopped(j); i++)
        element(j, &first, vq_json_nat(j, &n.nats[i]));
}

static void keep_alives(struct vq_json *j)
{
    struct vq_network n;
    bool first = true;
    for (size_t i = 0; network(j, &n) && i < n.n_keep_alives && !stopped(j); i++)
        element(j, &first, vq_json_keep_alive(j, &n.keep_alives[i]));
}

static void topology(struct vq_json *j)
{
    struct vq_network n;
    dump(j, network(j, &n) ? vq_json_topology(j, &n) : NULL);
}

struct findings {
    struct vq_json *j;
    bool first;
};

static bool finding(const struct vq_finding *f, void *arg)
{
    struct findings *all = arg;
    struct vq_json *j = all->j;
    struct vq_call c;
    struct vq_stream s;
    struct vq_registration r;
    json_t *o = json_object();
    vq_json_str(j, o, "id", f->id);
    vq_json_str(j, o, "severity", vq_severity_name(f->severity));
    bool has_call = f->call && vq_call_get(j->e, f->call, &c);
    bool has_stream = f->stream && vq_stream_get(j->e, f->stream, &s);
    bool has_registration = f->registration && vq_registration_get(j->e, f->registration, &r);
    vq_json_put(j, o, "call", has_call ? json_integer(c.id) : json_null());
    vq_json_put(j, o, "stream", has_stream ? json_integer(s.id) : json_null());
    vq_json_put(j, o, "registration", has_registration ? json_integer(r.id) : json_null());
    vq_json_str(j, o, "text", f->text);
    vq_json_str(j, o, "next_check", f->next_check);
    vq_json_put(j, o, "frames", vq_json_frames(j, f->frames, f->n_frames));
    element(j, &all->first, o);
    return !stopped(j);
}

static void findings(struct vq_json *j)
{
    struct findings all = {j, true};
    if (vq_findings(j->e, finding, &all))
        j->no_memory = true;
}

static json_t *generator(struct vq_json *j)
{
    json_t *o = json_object();
    vq_json_str(j, o, "name", "voipqos");
    vq_json_str(j, o, "version", VQ_VERSION);
    return o;
}

int vq_report_json(const struct vq_engine *e, const struct vq_report_input *in, const struct vq_report_style *st,
                   vq_write_h *w, void *arg)
{
    static const struct {
        const char *before;
        void (*write)(struct vq_json *j);
    } lists[] = {
        {",\n\"registrations\":[", registrations}, {"],\n\"calls\":[", calls}, {"],\n\"dialogs\":[", dialogs},
        {"],\n\"streams\":[", streams},            {"],\n\"kpi\":", kpi},     {",\n\"stun\":[", stun},
        {"],\n\"icmp\":[", icmp},                  {"],\n\"nat\":[", nat},      {"],\n\"keep_alives\":[", keep_alives},
        {"],\n\"topology\":", topology},          {",\n\"endpoint_reports\":[", endpoint_reports},
        {"],\n\"findings\":[", findings},
    };
    (void)st; /* the report is the same however it is looked at */
    struct vq_json j = {.e = e, .w = w, .arg = arg, .in = in};
    struct vq_stats stats;
    vq_buf_init(&j.b);
    vq_buf_init(&j.tmp);
    vq_engine_stats(e, &stats);
    j.zero = stats.start;
    raw(&j, "{\"schema\":\"" VQ_REPORT_SCHEMA "\"");
    member(&j, ",\n\"generator\":", generator(&j));
    member(&j, ",\n\"capture\":", vq_json_capture(&j, &stats));
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && !stopped(&j); i++) {
        raw(&j, lists[i].before);
        lists[i].write(&j);
    }
    raw(&j, "]}\n");
    hand_on(&j);
    vq_buf_done(&j.b);
    vq_buf_done(&j.tmp);
    return j.rc ? j.rc : j.no_memory ? -ENOMEM : 0;
}
