/* text_input.c - the head of the terminal summary: what was read, what of it could not be, and how it went overall. */
#include "report/text.h"

#include <math.h>
#include <stdio.h>

#include <voipqos/version.h>

static void label(struct vq_out *o, const char *text)
{
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, text, VQ_TEXT_LABEL - 2, false, VQ_TINT_DIM);
}

static void input_line(struct vq_out *o, const struct vq_report_input *in, const struct vq_stats *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], t[VQ_NUMBER_TEXT];
    label(o, in->live ? "Captured" : "Read");
    vq_out_flow_begin(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL);
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s frame%s, %s", vq_count_text(s->frames, n), s->frames == 1 ? "" : "s", vq_bytes_text(s->bytes, t));
    vq_out_flow(o, VQ_TINT_BOLD, b->p);
    if (in->format) {
        vq_buf_clear(b);
        vq_out_wire(o->st, b, in->format);
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    for (size_t i = 0; i < in->n_links; i++) {
        const char *name = vq_link_name(in->links[i]);
        vq_buf_clear(b);
        if (name)
            vq_buf_str(b, name);
        else
            vq_buf_fmt(b, "link type %u (unknown)", in->links[i]);
        vq_out_flow(o, name ? VQ_TINT_PLAIN : VQ_TINT_FAIR, b->p);
    }
    vq_out_flow_end(o);
    if (s->start == VQ_NONE)
        return;
    label(o, "Time");
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s to %s", vq_time_text(s->start, 3, n), vq_time_text(s->end, 3, t));
    vq_buf_fmt(b, " (%s)", vq_duration_text(o->st, s->end - s->start, n));
    vq_out_words(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL, b->p);
}

/* What the packets came through: where a capture was mirrored from a carrier's or a cloud's network, it is good to know. */
static void tunnels(struct vq_out *o, const struct vq_stats *s, struct vq_buf *b)
{
    static const char *const names[VQ_TUNNELS] = {
        [VQ_TUNNEL_VLAN] = "VLAN",     [VQ_TUNNEL_PPPOE] = "PPPoE",     [VQ_TUNNEL_PPP] = "PPP",
        [VQ_TUNNEL_MPLS] = "MPLS",     [VQ_TUNNEL_ERSPAN] = "ERSPAN",   [VQ_TUNNEL_IP_IN_IP] = "IP in IP",
        [VQ_TUNNEL_GRE] = "GRE",       [VQ_TUNNEL_ETHERIP] = "EtherIP", [VQ_TUNNEL_GTP_U] = "GTP-U",
        [VQ_TUNNEL_VXLAN] = "VXLAN",   [VQ_TUNNEL_GENEVE] = "GENEVE",   [VQ_TUNNEL_TZSP] = "TZSP",
        [VQ_TUNNEL_HEP] = "HEP",       [VQ_TUNNEL_TURN] = "TURN",
    };
    char n[VQ_NUMBER_TEXT];
    bool any = false;
    for (unsigned i = VQ_TUNNEL_NONE + 1; i < VQ_TUNNELS; i++) {
        if (!s->tunnels[i])
            continue;
        if (!any) {
            label(o, "Inside");
            vq_out_flow_begin(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL);
        }
        any = true;
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s %s", names[i], vq_count_text(s->tunnels[i], n));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (any)
        vq_out_flow_end(o);
}

/* Encrypted connections: how many could be read. */
static void tls_line(struct vq_out *o, const struct vq_stats *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], unread[VQ_NUMBER_TEXT];
    uint64_t sum = 0;
    for (unsigned i = VQ_TLS_READABLE + 1; i < VQ_TLS_FAULTS; i++)
        sum += s->tcp_tls_unread[i];
    if (!s->tcp_tls_flows)
        return;
    label(o, "Encrypted");
    vq_buf_clear(b);
    vq_buf_fmt(b, "%s TLS connection%s", vq_count_text(s->tcp_tls_flows, n), s->tcp_tls_flows == 1 ? "" : "s");
    if (s->tcp_tls_decrypted_flows)
        vq_buf_fmt(b, ", %s read with keys", vq_count_text(s->tcp_tls_decrypted_flows, n));
    if (sum)
        vq_buf_fmt(b, ", %s not%s read", vq_count_text(sum, unread),
                   s->tcp_tls_decrypted_flows ? " (or not to the end)" : "");
    vq_out_words(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL, b->p);
}

/* What was left out on demand: whoever forgot the filter would look for it elsewhere. */
static void filter_line(struct vq_out *o, const struct vq_report_filter *f, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT];
    if (!f)
        return;
    label(o, "Filter");
    vq_buf_clear(b);
    vq_out_wire(o->st, b, f->expression);
    if (f->by_kernel)
        vq_buf_str(b, ": the kernel left the rest out");
    else
        vq_buf_fmt(b, ": %s frame%s left out", vq_count_text(f->refused, n), f->refused == 1 ? "" : "s");
    if (f->kept_tunnelled)
        vq_buf_fmt(b, "; %s kept for what tags and tunnels carry", vq_count_text(f->kept_tunnelled, n));
    if (f->kept_fragments)
        vq_buf_fmt(b, "; %s kept as IP fragments", vq_count_text(f->kept_fragments, n));
    vq_out_words(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL, b->p);
}

/* Names of decoded kinds as people write them; the JSON report has the same in snake_case. */
static void decoded_lines(struct vq_out *o, const struct vq_stats *s, struct vq_buf *b)
{
    static const char *const names[VQ_DEC_COUNT] = {
        [VQ_DEC_SIP] = "SIP",   [VQ_DEC_RTP] = "RTP", [VQ_DEC_RTCP] = "RTCP",          [VQ_DEC_STUN] = "STUN",
        [VQ_DEC_ICMP] = "ICMP", [VQ_DEC_TCP] = "TCP", [VQ_DEC_OTHER_UDP] = "other UDP",
        [VQ_DEC_FRAGMENT] = "fragments", [VQ_DEC_TURN_DATA] = "TURN data",
    };
    char n[VQ_NUMBER_TEXT];
    uint64_t left_out = 0;
    label(o, "Decoded");
    vq_out_flow_begin(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL);
    for (unsigned i = 0; i < VQ_DEC_COUNT; i++)
        if (s->decoded[i] || i == VQ_DEC_SIP || i == VQ_DEC_RTP) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "%s %s", names[i], vq_count_text(s->decoded[i], n));
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        }
    vq_out_flow_end(o);
    tunnels(o, s, b);
    for (unsigned i = 0; i < VQ_DROP_COUNT; i++)
        left_out += s->not_decoded[i];
    if (!left_out)
        return;
    label(o, "Not decoded");
    vq_out_flow_begin(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL);
    for (unsigned i = 0; i < VQ_DROP_COUNT; i++)
        if (s->not_decoded[i]) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "%s %s", vq_drop_name((enum vq_drop)i), vq_count_text(s->not_decoded[i], n));
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        }
    vq_out_flow_end(o);
    if (!o->st->verbose)
        return;
    for (unsigned i = 0; i < VQ_DROP_COUNT; i++)
        if (s->not_decoded[i]) {
            vq_buf_fmt(&o->b, "%*s", VQ_TEXT_LABEL, "");
            vq_out_field(o, vq_drop_name((enum vq_drop)i), 16, false, VQ_TINT_DIM);
            vq_out_words(o, VQ_TEXT_LABEL + 16, VQ_TEXT_LABEL + 16, vq_drop_help((enum vq_drop)i));
        }
}

bool vq_text_nothing(const struct vq_stats *s)
{
    return !s->sip_messages && !s->rtp_packets && !s->rtcp_packets;
}

static void warning(struct vq_out *o, const char *what, const char *words)
{
    vq_buf_str(&o->b, "  ");
    vq_out_tint(o, VQ_TINT_FAIR);
    vq_out_field(o, what, VQ_TEXT_LABEL - 4, false, VQ_TINT_PLAIN);
    vq_buf_fmt(&o->b, "%s ", vq_glyph(o->st, VQ_GLYPH_WARNING));
    vq_out_words(o, VQ_TEXT_LABEL, VQ_TEXT_LABEL, words);
    vq_out_tint(o, VQ_TINT_PLAIN);
}

#define TIME_STEP_NOTED 1000000 /* ns: several capture queues mix up packets by microseconds, and that is no damage */

/* Frames that are earlier than one before them; false when that is not worth a word. */
static bool time_steps(const struct vq_out *o, const struct vq_stats *s, struct vq_buf *b)
{
    char n[VQ_NUMBER_TEXT], step[VQ_NUMBER_TEXT];
    if (!s->time_backwards || (s->time_backwards_max <= TIME_STEP_NOTED && !o->st->verbose))
        return false;
    bool us = s->time_backwards_max < TIME_STEP_NOTED;
    vq_buf_fmt(b, "%s frame%s earlier than the frame before, by %s%s at most%s", vq_count_text(s->time_backwards, n),
               s->time_backwards == 1 ? " is" : "s are",
               us ? vq_real_text(o->st, (double)s->time_backwards_max / 1e3, 1, step)
                  : vq_duration_text(o->st, s->time_backwards_max, step),
               us ? " us" : "", us ? ", as capture engines do" : ": sort the file with reordercap, check the clock");
    return true;
}

/* Steps of the capturing machine's clock, and when it captured nothing; each but the first of many is left to the JSON. */
static void time_jumps(struct vq_out *o, const struct vq_engine *e, struct vq_buf *b)
{
    struct vq_clock_step step;
    struct vq_capture_hole hole;
    char t[VQ_NUMBER_TEXT], n[VQ_NUMBER_TEXT];
    size_t steps = vq_clock_steps(e, &step, 1), holes = vq_capture_holes(e, &hole, 1);
    if (steps) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "the capturing machine's clock was set %s by %s at frame %llu, while %u stream%s as if nothing had been",
                   step.step_ms < 0 ? "back" : "forward",
                   vq_duration_text(o->st, (int64_t)((step.step_ms < 0 ? -step.step_ms : step.step_ms) * 1e6), t),
                   (unsigned long long)step.frame, step.streams, step.streams == 1 ? " went on" : "s went on");
        if (steps > 1)
            vq_buf_fmt(b, " (%s such steps)", vq_count_text(steps, n));
        warning(o, "Attention", b->p);
    }
    if (holes) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "nothing was captured for %s before frame %llu, though all %u streams went on (%s packets are missing)",
                   vq_duration_text(o->st, (int64_t)(hole.ms * 1e6), t), (unsigned long long)hole.frame, hole.streams,
                   vq_count_text(hole.missing, n));
        if (holes > 1)
            vq_buf_fmt(b, "; so %s times", vq_count_text(holes, n));
        warning(o, "Attention", b->p);
    }
}

/* What makes the figures doubtful, whenever it is there at all. */
static void warnings(struct vq_out *o, const struct vq_engine *e, const struct vq_report_input *in, const struct vq_stats *s,
                     struct vq_buf *b)
{
    const struct vq_report_filter none = {0}, *f = in->filter ? in->filter : &none;
    const struct {
        uint64_t n;
        const char *noun, *one, *many, *words;
    } rows[] = {
        {f->unknown_fragments, "IP fragment", "was", "were",
         "left out by the filter without knowing: the first fragment, which has the ports, was not seen before"},
        {f->unknown_tunnelled, "frame", "was", "were",
         "left out by the filter without looking inside: it asks for what is outside of tags and tunnels"},
        {s->kernel_dropped, "packet", "was", "were",
         "dropped by the kernel before they could be read: losses may be the probe's own"},
        {in->overlapping_files, "file", "shares", "share",
         "time with another: frames are in order of time, and what several files hold counts several times"},
        {s->snap_cut_frames, "frame", "was", "were",
         "cut short by the snap length: capture with -s 0 for whole messages"},
        {s->sip_defective, "SIP message", "has", "have", "a defect; what can be read of it is in the ladders"},
        {s->messages_not_kept, "SIP message", "was", "were", "counted but not kept: too many of one call"},
        {s->evicted_calls, "call", "was", "were", "ended early because the table of calls was full"},
        {s->evicted_streams, "stream", "was", "were", "ended early because the table of streams was full"},
        {s->evicted_registrations, "registration", "was", "were", "ended early because their table was full"},
        {s->evicted_dialogs, "dialog", "was", "were", "ended early because their table was full"},
        {s->tls_keys_bad, "line", "was", "were", "not understood in the key log (SSLKEYLOGFILE's format is expected)"},
        {s->tls_keys_evicted, "TLS session's key", "was", "were", "let go because the table of keys was full"},
        {s->evicted_flows, "flow", "was", "were", "forgotten because the table of flows was full"},
    };
    char n[VQ_NUMBER_TEXT];
    vq_buf_clear(b);
    if (in->truncated) {
        vq_out_wire(o->st, b, in->truncated);
        warning(o, "Damaged", b->p);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].n) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "%s %s%s %s %s", vq_count_text(rows[i].n, n), rows[i].noun, rows[i].n == 1 ? "" : "s",
                       rows[i].n == 1 ? rows[i].one : rows[i].many, rows[i].words);
            warning(o, "Attention", b->p);
        }
    vq_buf_clear(b);
    if (time_steps(o, s, b))
        warning(o, "Attention", b->p);
    time_jumps(o, e, b);
    if (s->frames && vq_text_nothing(s))
        warning(o, "Attention",
                s->tcp_tls_flows && !s->tls_keylog
                    ? "neither SIP nor RTP was found; what TLS carries can be read with its keys (--keylog)"
                    : "neither SIP nor RTP was found");
}

/* ---- the totals -------------------------------------------------------------------------------------------------- */

static void total_calls(struct vq_out *o, const struct vq_totals *all, struct vq_buf *b)
{
    const uint64_t *states = all->calls_by_state, n = all->calls;
    char t[VQ_NUMBER_TEXT];
    unsigned kinds = 0, column = VQ_TEXT_LABEL;
    for (unsigned i = 0; i <= VQ_CALL_TIMEOUT; i++)
        kinds += states[i] > 0;
    label(o, "Calls");
    if (kinds != 1) {
        vq_out_tint(o, VQ_TINT_BOLD);
        vq_buf_str(&o->b, vq_count_text(n, t));
        vq_out_tint(o, VQ_TINT_PLAIN);
        vq_buf_str(&o->b, n ? ": " : "");
        column += (unsigned)strlen(t) + 2;
    }
    vq_out_flow_begin(o, VQ_TEXT_LABEL, column);
    for (unsigned i = 0; i <= VQ_CALL_TIMEOUT; i++)
        if (states[i]) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "%s ", vq_count_text(states[i], t));
            vq_text_state(b, (enum vq_call_state)i);
            vq_out_flow(o, VQ_TINT_PLAIN, b->p);
        }
    if (all->scored_calls) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "worst MOS %s", vq_real_text(o->st, all->mos_worst, 2, t));
        vq_out_flow(o, vq_tint_of_mos(all->mos_worst), b->p);
        if (all->scored_calls > 1) {
            vq_buf_clear(b);
            vq_buf_fmt(b, "mean of the calls' worst %s", vq_real_text(o->st, all->mos_mean_of_worst, 2, t));
            vq_out_flow(o, vq_tint_of_mos(all->mos_mean_of_worst), b->p);
        }
    }
    if (n)
        vq_out_flow_end(o);
    else
        vq_out_newline(o);
}

static void total_streams(struct vq_out *o, const struct vq_totals *all, struct vq_buf *b)
{
    uint64_t n = all->streams, unbound = all->streams_without_call, encrypted = all->streams_encrypted;
    char t[VQ_NUMBER_TEXT];
    label(o, "RTP streams");
    unsigned column = VQ_TEXT_LABEL;
    if (!n || unbound < n) {
        vq_out_tint(o, VQ_TINT_BOLD);
        vq_buf_str(&o->b, vq_count_text(n, t));
        vq_out_tint(o, VQ_TINT_PLAIN);
        if (unbound || encrypted)
            vq_buf_str(&o->b, ": ");
        column += (unsigned)strlen(t) + 2;
    }
    vq_out_flow_begin(o, VQ_TEXT_LABEL, column);
    if (unbound) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s without a call", vq_count_text(unbound, t));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (encrypted) {
        vq_buf_clear(b);
        vq_buf_fmt(b, "%s encrypted", vq_count_text(encrypted, t));
        vq_out_flow(o, VQ_TINT_PLAIN, b->p);
    }
    if (unbound || encrypted)
        vq_out_flow_end(o);
    else
        vq_out_newline(o);
}

uint64_t vq_text_input(struct vq_out *o, const struct vq_engine *e, const struct vq_report_input *in)
{
    struct vq_stats s;
    struct vq_totals all = {0};
    int rc = vq_totals_get(e, &all);
    if (rc)
        o->rc = o->rc ? o->rc : rc;
    struct vq_buf b;
    vq_engine_stats(e, &s);
    vq_buf_init(&b);
    vq_out_tint(o, VQ_TINT_ACCENT);
    vq_buf_str(&o->b, "voipqos " VQ_VERSION);
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_out_wire(o->st, &b, in->path && strcmp(in->path, "-") ? in->path : "standard input");
    vq_out_clip(o->st, &b, 0, o->width - sizeof "voipqos " VQ_VERSION - 1);
    vq_out_tint(o, VQ_TINT_BOLD);
    vq_buf_fmt(&o->b, "  %s", b.p);
    vq_out_tint(o, VQ_TINT_PLAIN);
    vq_out_newline(o);
    vq_out_newline(o);
    input_line(o, in, &s, &b);
    filter_line(o, in->filter, &b);
    decoded_lines(o, &s, &b);
    tls_line(o, &s, &b);
    total_calls(o, &all, &b);
    total_streams(o, &all, &b);
    warnings(o, e, in, &s, &b);
    o->b.failed |= b.failed;
    vq_buf_done(&b);
    return all.streams_without_call;
}
