/* json.c - the JSON report: its frame, the account of the capture, STUN and findings, and the setters of json.h. */
#include "report/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include <voipqos/version.h>

#include "report/out.h"

/* ---- setters ----------------------------------------------------------------------------------------------------- */

void vq_json_put(struct vq_json *j, json_t *o, const char *key, json_t *v)
{
    if (json_object_set_new_nocheck(o, key, v))
        j->no_memory = true;
}

void vq_json_append(struct vq_json *j, json_t *array, json_t *v)
{
    if (json_array_append_new(array, v))
        j->no_memory = true;
}

void vq_json_int(struct vq_json *j, json_t *o, const char *key, uint64_t v)
{
    vq_json_put(j, o, key, json_integer((json_int_t)v));
}

void vq_json_bool(struct vq_json *j, json_t *o, const char *key, bool v)
{
    vq_json_put(j, o, key, json_boolean(v));
}

json_t *vq_json_text(struct vq_json *j, const char *z)
{
    vq_buf_clear(&j->tmp);
    vq_buf_terminal(&j->tmp, z);
    if (j->tmp.failed)
        j->no_memory = true;
    return json_stringn_nocheck(j->tmp.p, j->tmp.n);
}

void vq_json_str(struct vq_json *j, json_t *o, const char *key, const char *z)
{
    vq_json_put(j, o, key, z ? vq_json_text(j, z) : json_null());
}

void vq_json_why(struct vq_json *j, json_t *o, const char *key, const char *why)
{
    char name[64];
    snprintf(name, sizeof name, "%s_why", key);
    vq_json_put(j, o, key, json_null());
    vq_json_str(j, o, name, why ? why : "not known");
}

void vq_json_str_why(struct vq_json *j, json_t *o, const char *key, const char *z, const char *why)
{
    if (z)
        vq_json_str(j, o, key, z);
    else
        vq_json_why(j, o, key, why);
}

void vq_json_endpoint(struct vq_json *j, json_t *o, const char *key, const struct vq_endpoint *ep)
{
    char text[VQ_ENDPOINT_TEXT];
    if (ep->family)
        vq_json_put(j, o, key, json_string_nocheck(vq_endpoint_text(ep, text)));
    else
        vq_json_why(j, o, key, "not seen");
}

void vq_json_real(struct vq_json *j, json_t *o, const char *key, double v, const char *why)
{
    if (isfinite(v))
        vq_json_put(j, o, key, json_real(v));
    else
        vq_json_why(j, o, key, why);
}

void vq_json_duration(struct vq_json *j, json_t *o, const char *key, int64_t ns, double unit_ns, const char *why)
{
    vq_json_real(j, o, key, ns == VQ_NONE ? NAN : (double)ns / unit_ns, why);
}

void vq_json_time(struct vq_json *j, json_t *o, const char *key, int64_t ns, const char *why)
{
    char text[VQ_NUMBER_TEXT];
    if (ns == VQ_NONE)
        vq_json_why(j, o, key, why);
    else
        vq_json_put(j, o, key, json_string_nocheck(vq_time_text(ns, 9, text)));
}

void vq_json_t_s(struct vq_json *j, json_t *o, int64_t ns)
{
    vq_json_duration(j, o, "t_s", ns == VQ_NONE || j->zero == VQ_NONE ? VQ_NONE : ns - j->zero, VQ_JSON_S, "not seen");
}

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

/* ---- the capture ------------------------------------------------------------------------------------------------- */

static json_t *generator(struct vq_json *j)
{
    json_t *o = json_object();
    vq_json_str(j, o, "name", "voipqos");
    vq_json_str(j, o, "version", VQ_VERSION);
    return o;
}

static json_t *file(struct vq_json *j, const struct vq_report_file *f)
{
    json_t *o = json_object(), *links = json_array();
    vq_json_str(j, o, "path", f->path);
    vq_json_str(j, o, "format", f->format);
    if (f->compression)
        vq_json_str(j, o, "compression", f->compression);
    for (size_t i = 0; i < f->n_links; i++) {
        const char *name = vq_link_name(f->links[i]);
        vq_json_append(j, links, name ? json_string_nocheck(name) : json_sprintf("LINKTYPE_%u", f->links[i]));
    }
    vq_json_put(j, o, "link_types", links);
    if (f->truncated)
        vq_json_str(j, o, "truncated_why", f->truncated);
    return o;
}

static json_t *files(struct vq_json *j, const struct vq_report_input *in)
{
    const struct vq_report_file one = {in->path, in->format, NULL, in->links, in->n_links, in->truncated};
    json_t *list = json_array();
    for (size_t i = 0; i < in->n_files; i++)
        vq_json_append(j, list, file(j, &in->files[i]));
    if (!in->n_files)
        vq_json_append(j, list, file(j, &one));
    return list;
}

static json_t *evicted(struct vq_json *j, const struct vq_stats *s)
{
    json_t *o = json_object();
    vq_json_int(j, o, "flows", s->evicted_flows);
    vq_json_int(j, o, "streams", s->evicted_streams);
    vq_json_int(j, o, "calls", s->evicted_calls);
    vq_json_int(j, o, "registrations", s->evicted_registrations);
    vq_json_int(j, o, "dialogs", s->evicted_dialogs);
    vq_json_int(j, o, "already_finished", s->evicted_finished);
    return o;
}

static json_t *tls_unread(struct vq_json *j, const struct vq_stats *s)
{
    json_t *o = json_object();
    for (unsigned i = VQ_TLS_READABLE + 1; i < VQ_TLS_FAULTS; i++)
        vq_json_int(j, o, vq_tls_fault_name((enum vq_tls_fault)i), s->tcp_tls_unread[i]);
    return o;
}

static json_t *tls_keys(struct vq_json *j, const struct vq_stats *s)
{
    json_t *o = json_object();
    vq_json_bool(j, o, "given", s->tls_keylog);
    vq_json_int(j, o, "connections", s->tls_keys);
    vq_json_int(j, o, "evicted", s->tls_keys_evicted);
    vq_json_int(j, o, "bad_lines", s->tls_keys_bad);
    return o;
}

/* TCP connections, by what was found in them. */
static json_t *tcp(struct vq_json *j, const struct vq_stats *s)
{
    json_t *o = json_object();
    vq_json_int(j, o, "sip_flows", s->tcp_sip_flows);
    vq_json_int(j, o, "tls_flows", s->tcp_tls_flows);
    vq_json_int(j, o, "tls_sip_flows", s->tcp_tls_sip_flows);
    vq_json_int(j, o, "tls_decrypted_flows", s->tcp_tls_decrypted_flows);
    vq_json_put(j, o, "tls_unread", tls_unread(j, s));
    vq_json_put(j, o, "tls_keys", tls_keys(j, s));
    vq_json_int(j, o, "gaps", s->tcp_gaps);
    vq_json_int(j, o, "keep_alives", s->tcp_keep_alives);
    vq_json_int(j, o, "evicted_flows", s->evicted_tcp_flows);
    return o;
}

/* What a filter expression left out, and what it kept for its content. */
static void filter(struct vq_json *j, json_t *capture, const struct vq_report_input *in)
{
    const struct vq_report_filter *f = in->filter;
    if (!f) {
        vq_json_why(j, capture, "filter", "no filter was given");
        return;
    }
    json_t *o = json_object();
    vq_json_str(j, o, "expression", f->expression);
    if (f->by_kernel)
        vq_json_why(j, o, "refused", "the kernel refuses without counting");
    else
        vq_json_int(j, o, "refused", f->refused);
    vq_json_int(j, o, "kept_tunnelled", f->kept_tunnelled);
    vq_json_int(j, o, "kept_fragments", f->kept_fragments);
    vq_json_int(j, o, "unknown_tunnelled", f->unknown_tunnelled);
    vq_json_int(j, o, "unknown_fragments", f->unknown_fragments);
    vq_json_put(j, capture, "filter", o);
}

/* What was seen but found its list full. */
static json_t *not_kept(struct vq_json *j, const struct vq_stats *s)
{
    struct vq_network n = {.n_hosts = 0};
    json_t *o = json_object();
    if (vq_network_get(j->e, &n))
        j->no_memory = true;
    vq_json_int(j, o, "icmp_errors", s->icmp_not_kept);
    vq_json_int(j, o, "stun_messages", s->stun_not_kept);
    vq_json_int(j, o, "nat_mappings", n.nat_not_kept);
    vq_json_int(j, o, "keep_alives", n.keep_alives_not_kept);
    vq_json_int(j, o, "host_sightings", n.hosts_not_kept);
    vq_json_int(j, o, "link_sightings", n.links_not_kept);
    vq_json_int(j, o, "time_jumps", s->time_jumps_not_kept);
    return o;
}

/* Seconds from the capture's first frame; before it, when the clock was set back beyond its start. */
static void from_first_frame(struct vq_json *j, json_t *o, const struct vq_stats *s, int64_t ts)
{
    vq_json_real(j, o, "t_s", (double)(ts - s->start) / 1e9, NULL);
}

static json_t *clock_steps(struct vq_json *j, const struct vq_stats *s)
{
    struct vq_clock_step steps[VQ_CLOCK_JUMPS];
    size_t n = vq_clock_steps(j->e, steps, VQ_CLOCK_JUMPS);
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < VQ_CLOCK_JUMPS; i++) {
        json_t *o = json_object();
        vq_json_int(j, o, "frame", steps[i].frame);
        from_first_frame(j, o, s, steps[i].ts);
        vq_json_real(j, o, "step_ms", steps[i].step_ms, NULL);
        vq_json_int(j, o, "streams", steps[i].streams);
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *holes(struct vq_json *j, const struct vq_stats *s)
{
    struct vq_capture_hole holes[VQ_CLOCK_JUMPS];
    size_t n = vq_capture_holes(j->e, holes, VQ_CLOCK_JUMPS);
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < VQ_CLOCK_JUMPS; i++) {
        json_t *o = json_object();
        vq_json_int(j, o, "frame", holes[i].frame);
        from_first_frame(j, o, s, holes[i].ts);
        vq_json_real(j, o, "duration_ms", holes[i].ms, NULL);
        vq_json_int(j, o, "missing", holes[i].missing);
        vq_json_int(j, o, "streams", holes[i].streams);
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *capture(struct vq_json *j, const struct vq_report_input *in, const struct vq_stats *s)
{
    json_t *o = json_object(), *decoded = json_object(), *not = json_object(), *messages = json_object(),
           *tunnels = json_object();
    vq_json_put(j, o, "files", files(j, in));
    vq_json_int(j, o, "overlapping_files", in->overlapping_files);
    vq_json_int(j, o, "frames", s->frames);
    vq_json_int(j, o, "bytes", s->bytes);
    vq_json_time(j, o, "start", s->start, "no frames");
    vq_json_time(j, o, "end", s->end, "no frames");
    vq_json_duration(j, o, "duration_s", s->start == VQ_NONE ? VQ_NONE : s->end - s->start, VQ_JSON_S, "no frames");
    vq_json_bool(j, o, "live", in->live);
    filter(j, o, in);
    vq_json_bool(j, o, "truncated", in->truncated != NULL);
    if (in->truncated)
        vq_json_str(j, o, "truncated_why", in->truncated);
    for (unsigned i = 0; i < VQ_DEC_COUNT; i++)
        vq_json_int(j, decoded, vq_decoded_name((enum vq_decoded)i), s->decoded[i]);
    vq_json_put(j, o, "decoded", decoded);
    for (unsigned i = 0; i < VQ_DROP_COUNT; i++)
        if (s->not_decoded[i])
            vq_json_int(j, not, vq_drop_name((enum vq_drop)i), s->not_decoded[i]);
    vq_json_put(j, o, "not_decoded", not);
    for (unsigned i = VQ_TUNNEL_NONE + 1; i < VQ_TUNNELS; i++)
        if (s->tunnels[i])
            vq_json_int(j, tunnels, vq_tunnel_name((enum vq_tunnel)i), s->tunnels[i]);
    vq_json_put(j, o, "tunnels", tunnels);
    vq_json_int(j, messages, "sip", s->sip_messages);
    vq_json_int(j, messages, "rtp", s->rtp_packets);
    vq_json_int(j, messages, "rtcp", s->rtcp_packets);
    vq_json_int(j, messages, "stun", s->stun_messages);
    vq_json_put(j, o, "messages", messages);
    vq_json_put(j, o, "tcp", tcp(j, s));
    vq_json_int(j, o, "sip_defective", s->sip_defective);
    vq_json_int(j, o, "sip_not_kept", s->messages_not_kept);
    vq_json_int(j, o, "endpoint_reports_not_kept", s->endpoint_reports_not_kept);
    vq_json_int(j, o, "snap_cut_frames", s->snap_cut_frames);
    vq_json_int(j, o, "time_backwards", s->time_backwards);
    vq_json_real(j, o, "time_backwards_max_ms", s->time_backwards ? (double)s->time_backwards_max / VQ_JSON_MS : 0,
                 NULL);
    vq_json_put(j, o, "clock_steps", clock_steps(j, s));
    vq_json_put(j, o, "holes", holes(j, s));
    vq_json_put(j, o, "evicted", evicted(j, s));
    vq_json_put(j, o, "not_kept", not_kept(j, s));
    vq_json_int(j, o, "kernel_dropped", in->kernel_dropped);
    return o;
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
        json_t *o = json_object(), *frames = json_array();
        vq_json_str(j, o, "kind", vq_icmp_kind_name(c.kind));
        vq_json_str(j, o, "reporter", vq_endpoint_host(&c.reporter, reporter));
        vq_json_endpoint(j, o, "about_src", &c.about_src);
        vq_json_endpoint(j, o, "about_dst", &c.about_dst);
        vq_json_put(j, o, "call", c.call ? json_integer(c.call_id) : json_null());
        vq_json_int(j, o, "count", c.count);
        vq_json_int(j, o, "while_talking", c.while_talking);
        for (unsigned k = 0; k < c.n_frames; k++)
            vq_json_append(j, frames, json_integer((json_int_t)c.frames[k]));
        vq_json_put(j, o, "frames", frames);
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
    json_t *o = json_object(), *frames = json_array();
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
    for (unsigned i = 0; i < f->n_frames && i < 4; i++)
        vq_json_append(j, frames, json_integer((json_int_t)f->frames[i]));
    vq_json_put(j, o, "frames", frames);
    element(j, &all->first, o);
    return !stopped(j);
}

static void findings(struct vq_json *j)
{
    struct findings all = {j, true};
    if (vq_findings(j->e, finding, &all))
        j->no_memory = true;
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
    member(&j, ",\n\"capture\":", capture(&j, in, &stats));
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
