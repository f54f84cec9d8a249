/* json_capture.c - the account of the capture as JSON: its files, what was decoded and what not, TCP, the clock, lists that
 * were full. */
#include "report/json.h"

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

static json_t *clock_steps(struct vq_json *j)
{
    struct vq_clock_step steps[VQ_CLOCK_JUMPS];
    size_t n = vq_clock_steps(j->e, steps, VQ_CLOCK_JUMPS);
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < VQ_CLOCK_JUMPS; i++) {
        json_t *o = json_object();
        vq_json_int(j, o, "frame", steps[i].frame);
        vq_json_t_s(j, o, steps[i].ts);
        vq_json_real(j, o, "step_ms", steps[i].step_ms, NULL);
        vq_json_int(j, o, "streams", steps[i].streams);
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *holes(struct vq_json *j)
{
    struct vq_capture_hole holes[VQ_CLOCK_JUMPS];
    size_t n = vq_capture_holes(j->e, holes, VQ_CLOCK_JUMPS);
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < VQ_CLOCK_JUMPS; i++) {
        json_t *o = json_object();
        vq_json_int(j, o, "frame", holes[i].frame);
        vq_json_t_s(j, o, holes[i].ts);
        vq_json_real(j, o, "duration_ms", holes[i].ms, NULL);
        vq_json_int(j, o, "missing", holes[i].missing);
        vq_json_int(j, o, "streams", holes[i].streams);
        vq_json_append(j, list, o);
    }
    return list;
}

json_t *vq_json_capture(struct vq_json *j, const struct vq_stats *s)
{
    const struct vq_report_input *in = j->in;
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
    vq_json_put(j, o, "clock_steps", clock_steps(j));
    vq_json_put(j, o, "holes", holes(j));
    vq_json_put(j, o, "evicted", evicted(j, s));
    vq_json_put(j, o, "not_kept", not_kept(j, s));
    vq_json_int(j, o, "kernel_dropped", s->kernel_dropped);
    return o;
}
