/* stream_facts.c - what a stream says to the rules of the diagnosis. */
#include "session/session.h"

#include <math.h>
#include <stdio.h>

#include "metrics/diagnosis.h"

/* More changes than this are load balancing by packet, and no event. */
#define PATH_CHANGES_TOLD 4

static void path(const struct vq_engine *e, const struct vq_stream *s, struct vq_facts *f)
{
    static const char *const names[] = {"source address", "link", "TTL"};
    struct vq_path_change c;
    if (s->path_changes_not_kept || s->n_path_changes > PATH_CHANGES_TOLD)
        return;
    for (unsigned i = 0; i < s->n_path_changes && vq_stream_path_change(e, s, i, &c); i++) {
        if ((c.what & VQ_PATH_DSCP) && c.dscp_before && !c.dscp && !f->dscp_lost_frame) {
            f->dscp_lost_frame = c.frame;
            f->dscp_was = c.dscp_before;
        }
        if (!(c.what & ~(unsigned)VQ_PATH_DSCP) || (f->path_change[0] && c.gap_ms <= f->path_gap_ms))
            continue;
        f->path_frame = c.frame;
        f->path_gap_ms = c.gap_ms;
        f->path_missing = c.missing;
        f->path_mos = c.mos_around;
        f->path_change[0] = 0;
        for (unsigned k = 0, n = 0; k < 3; k++)
            if (c.what >> k & 1)
                n += (unsigned)snprintf(f->path_change + n, sizeof f->path_change - n, "%s%s", n ? ", " : "", names[k]);
    }
}

static void course(const struct vq_engine *e, const struct vq_stream *s, struct vq_facts *f)
{
    struct vq_gap g;
    for (unsigned i = 0; i < s->n_gaps && vq_stream_gap(e, s, i, &g); i++) {
        if (g.kind == VQ_GAP_NETWORK && g.ms > f->gap_network_ms) {
            f->gap_network_ms = g.ms;
            f->gap_missing = g.missing;
        }
        if (g.kind == VQ_GAP_SENDER_STOP && g.ms > f->gap_stop_ms)
            f->gap_stop_ms = g.ms;
    }
    path(e, s, f);
    f->payload_changes = s->n_payload_changes + s->payload_changes_not_kept;
}

/* Where its packets go and come from, against what SDP said. */
static void nat(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_facts *f)
{
    const struct vq_flow *flow = vq_flow_at(e, s->flow);
    const struct vq_endpoint *outside = vq_stream_astray(e, s), *announced = vq_stream_announced(e, s);
    if (outside)
        f->hidden[0] = (struct vq_hidden_facts){.inside = &flow->dst, .outside = outside};
    f->source = &flow->src;
    if (announced && !vq_endpoint_same_host(announced, f->source) && !vq_natmap_knows(e, announced, f->source) &&
        !vq_natmap_knows(e, f->source, announced))
        f->announced = announced;
}

static bool rtcp_promised(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    uint32_t p = vq_flow_at(e, s->flow)->promise;
    return p && vq_promise_at(e, p)->rtcp;
}

static void promise(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_facts *f)
{
    struct vq_promised p = vq_stream_promised(e, s);
    f->ptime_ms = s->ptime_votes && s->clock_hz ? s->ptime_ticks * s->ms_per_tick : 0;
    f->ptime_declared_ms = p.ptime_ms;
    f->ptime_max_ms = p.ptime_max_ms;
    f->codec_unannounced = p.codec_missing;
}

void vq_stream_facts(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, h);
    const struct vq_brief *b = &s->brief;
    const struct vq_stream_rtcp *r = vq_stream_rtcp(vq_cold_at(e, s->cold));
    struct vq_peer_verdict peer;
    vq_stream_judge(e, s, &peer);
    /* Frames of video come in bunches of packets with one timestamp: buffers made for speech say nothing of them. */
    const bool timed = s->ms_per_tick > 0 && s->media != VQ_MEDIA_VIDEO;
    *f = (struct vq_facts){
        .subject = VQ_ABOUT_STREAM, .kernel_dropped = e->stats.kernel_dropped, .loss_pct = b->loss_pct, .one_way_ms = b->one_way_ms,
        .jitter_max_ms = timed ? s->jitter.max : 0,
        .jitter_mean_ms = timed && s->jitter.n ? s->jitter.sum / s->jitter.n : 0, .one_way_measured = b->one_way_measured, .r = b->r_nb,
        .burst_r = b->burst_r, .longest_loss = b->longest_loss, .discard_pct = timed ? b->discard_pct : 0,
        .buffer_ms = e->opt.buffer_ms, .enough_ms = b->enough_ms,
        .mos = b->mos, .packets = s->packets, .lost = b->lost, .duplicates = s->seq.duplicates,
        .reordered = s->seq.reordered, .stray = s->seq.stray,
        .lost_after = peer.compared ? peer.lost_after : VQ_NONE, .missed_here = peer.compared ? peer.missed_here : VQ_NONE,
        .unheard = r->peer.unheard, .unheard_s = (double)r->peer.unheard_ns / 1e9,
        .rtcp_missed_s = r->sr || r->rr || !rtcp_promised(e, s) ? 0 : (double)(s->last_ts - s->start) / 1e9,
        .scored = !isnan(b->r), .bound = s->call || vq_without_sip(e), .segments = s->seq.segments,
    };
    promise(e, s, f);
    /* The whole view is for the few whose course was not steady. */
    const char *why;
    struct vq_stream view;
    if ((vq_cold_at(e, s->cold)->course || vq_stream_previous(e, s, &why)) && vq_stream_get(e, h, &view))
        course(e, &view, f);
    nat(e, s, f);
    vq_stream_key_facts(e, s, f);
    uint32_t other = vq_stream_collision(e, s);
    if (other > h) /* told once, by the first of the two */
        f->ssrc_with = vq_rtp_stream_at(e, other)->id;
    f->ssrc = s->ssrc;
}
