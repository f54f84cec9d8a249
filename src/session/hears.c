/* hears.c - what the media of a call says to the rules of the diagnosis: who hears whom and since when, keys, marking,
 * and the codecs of its legs. */
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "metrics/diagnosis.h"

/* Media has stopped after this long: this project's own figure, above every pause that a codec makes on purpose. */
#define STOPPED (5 * VQ_S)
/* Media and the SIP message that moves it cross each other by so much. */
#define SLACK (2 * VQ_S)

/* All audio of a call to one party. */
struct heard {
    int64_t first, last;
    uint64_t first_frame, last_frame;
    double rtt_ms;
    int dscp;
    const struct vq_icmp *refused; /* what is sent to it comes back as errors, all of it; then `any` is false */
    bool any, sparing; /* sparing: its sender says nothing while there is nothing to say */
};

static bool has_silence(const struct vq_stream_cold *c, const struct vq_rtp_stream *s)
{
    if (c->cn_packets)
        return true;
    /* A pause in which the timestamps went on and no number is missing. */
    for (unsigned i = 0; c->course && i < c->course->n_pauses; i++) {
        const struct vq_pause *p = &c->course->pauses[i];
        if (!p->missing && p->stamped_ms > (double)p->length / 2e6 && s->ms_per_tick > 0)
            return true;
    }
    return false;
}

/* The error that tells of a stream, from its first packet to its last, that it does not arrive; its receiver reported
 * nothing to the contrary. Hosts and routers tell it once in a while, not of every packet (RFC 1812 4.3.2.8). */
static const struct vq_icmp *refused(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_flow *f = vq_flow_at(e, s->flow);
    if (s->last_ts - s->start < SLACK || vq_stream_rtcp(vq_cold_at(e, s->cold))->rr)
        return NULL;
    for (size_t i = 0; i < e->n_icmps; i++) {
        const struct vq_icmp *x = &e->icmps[i];
        if (x->kind != VQ_ICMP_TOO_BIG && x->while_talking > 1 && vq_endpoint_eq(&x->about_dst, &f->dst) &&
            vq_endpoint_eq(&x->about_src, &f->src) && x->first_ts <= s->start + SLACK && x->last_ts >= s->last_ts - SLACK)
            return x;
    }
    return NULL;
}

static void add(const struct vq_engine *e, const struct vq_rtp_stream *s, struct heard *h)
{
    const struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    const struct vq_rtt *rtt = &vq_stream_rtcp(c)->rtt;
    if (!h->any || s->start < h->first) {
        h->first = s->start;
        h->first_frame = s->first_frame;
    }
    if (!h->any || s->last_ts > h->last) {
        h->last = s->last_ts;
        h->last_frame = s->last_frame;
    }
    if (!h->any || s->dscp > h->dscp)
        h->dscp = s->dscp;
    if (rtt->n && rtt->sum / rtt->n > h->rtt_ms)
        h->rtt_ms = rtt->sum / rtt->n;
    h->sparing |= has_silence(c, s);
    h->any = true;
}

/* ---- phases ------------------------------------------------------------------------------------------------------ */

/* Whether every SDP of the party asked for no media. */
static bool never_wanted(const struct vq_sip_call *c, bool caller)
{
    bool any = false;
    for (const struct vq_offer *o = c->first_offer; o; o = o->next) {
        if (o->from_caller != caller)
            continue;
        if (!o->hold)
            return false;
        any = true;
    }
    return any;
}

/* What SIP did around and after the last packet: `held`: the call is on hold at its end. */
static enum vq_hears_phase phase_after(const struct vq_sip_call *c, int64_t last, bool *held)
{
    bool hold_before = false, moved = false;
    *held = false;
    for (const struct vq_offer *o = c->first_offer; o; o = o->next) {
        bool is_offer = o->kind[0] == 'o';
        if (o->refused)
            continue;
        /* Without an audio line (T.38) nothing is to be heard either. */
        *held = o->hold || !o->audio[0] || (!is_offer && *held);
        if (o->ts <= c->c.answered)
            continue;
        hold_before |= o->hold && o->ts <= last + SLACK;
        moved |= o->ts >= last - SLACK && o->ts <= last + SLACK;
    }
    return hold_before ? VQ_HEARS_NO_MORE_AFTER_HOLD : moved ? VQ_HEARS_NO_MORE_AFTER_OFFER : VQ_HEARS_NO_MORE;
}

/* When the call was taken off hold after the last packet came; else that packet's time. */
static int64_t expected_since(const struct vq_sip_call *c, int64_t last)
{
    int64_t since = last;
    for (const struct vq_offer *o = c->first_offer; o; o = o->next)
        if (o->ts > last && !o->hold)
            since = o->ts;
    return since;
}

static void judge(const struct vq_sip_call *c, const struct heard *h, bool caller, int64_t end, struct vq_hears *out)
{
    const int64_t answered = c->c.answered;
    bool held;
    if (!h->any) {
        out->phase = VQ_HEARS_NEVER;
        out->on_hold = never_wanted(c, caller);
        return;
    }
    out->first_frame = h->first_frame;
    out->last_frame = h->last_frame;
    if (h->first > answered && !h->sparing)
        out->late_ms = (double)(h->first - answered) / 1e6;
    enum vq_hears_phase phase = phase_after(c, h->last, &held);
    int64_t since = phase == VQ_HEARS_NO_MORE_AFTER_HOLD ? expected_since(c, h->last) : h->last;
    if (held || h->sparing || end - since < STOPPED)
        return;
    out->silent_s = (double)(end - (h->last > answered ? h->last : answered)) / 1e9;
    out->phase = h->last < answered + VQ_S && phase == VQ_HEARS_NO_MORE ? VQ_HEARS_EARLY_MEDIA_ONLY : phase;
}

static void add_icmp(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_hears hears[2])
{
    for (const struct vq_list *l = c->promises.next; l != &c->promises; l = l->next) {
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_call);
        struct vq_hears *h = &hears[!p->by_caller];
        for (size_t i = 0; i < e->n_icmps && !p->signalling && h->phase == VQ_HEARS_NEVER; i++) {
            const struct vq_icmp *x = &e->icmps[i];
            if (!vq_endpoint_eq(&x->about_dst, &vq_port_at(e, p->port)->ep))
                continue;
            h->icmp = x;
            break;
        }
    }
}

/* ---- what else --------------------------------------------------------------------------------------------------- */

static const struct vq_codec *codec_of(const struct vq_sip_call *c)
{
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        if (s->codec && s->codec->media == VQ_MEDIA_AUDIO && s->codec->payload == VQ_PAYLOAD_MEDIA)
            return s->codec;
    }
    return NULL;
}

static void transcoding(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f)
{
    const struct vq_joint *j = vq_joint_of(e, c->talk.handle);
    const struct vq_codec *here = j && j->joined_to ? codec_of(c) : NULL;
    const struct vq_codec *before = here ? codec_of(vq_sip_call_at(e, j->joined_to)) : NULL;
    if (!before || before == here)
        return;
    f->codec_here = here->name;
    f->codec_before = before->name;
}

/* The same SSRC and numbers come back: not a second sender with the same SSRC, as some tools choose it. */
static bool echoes(const struct vq_engine *e, const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    const int64_t near = 50; /* packets under way: a second */
    if (a->ssrc != b->ssrc || a->direction == b->direction)
        return false;
    const struct vq_flow *f = vq_flow_at(e, a->flow), *g = vq_flow_at(e, b->flow);
    return vq_endpoint_same_host(&f->src, &g->dst) &&
           vq_endpoint_same_host(&f->dst, &g->src) && (int16_t)(a->seq.base - b->seq.base) < near &&
           (int16_t)(b->seq.base - a->seq.base) < near && llabs(a->start - b->start) < VQ_S &&
           a->last_rtp - b->last_rtp + (1u << 14) < 1u << 15;
}

#define STREAMS_LOOKED_AT 16

static void echo(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f)
{
    const struct vq_rtp_stream *seen[STREAMS_LOOKED_AT];
    unsigned n = 0;
    for (const struct vq_list *l = c->streams.next; l != &c->streams && n < STREAMS_LOOKED_AT; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        for (unsigned i = 0; i < n && !f->echo_frame; i++)
            if (echoes(e, seen[i], s))
                f->echo_frame = s->first_frame;
        seen[n++] = s;
    }
}

static void keys(const struct vq_sip_call *c, struct vq_facts *f)
{
    bool offered[2] = {false, false};
    if (!c->more)
        return;
    for (const struct vq_dtmf_note *n = c->more->dtmf.first; n; n = n->next)
        f->keys_by_info++;
    for (const struct vq_offer *o = c->first_offer; o && f->keys_by_info; o = o->next)
        if (strstr(o->audio, "telephone-event"))
            offered[o->from_caller] = true;
    f->keys_agreed = offered[0] && offered[1];
}

/* Video alone is a call without anything to hear. */
static bool speaks(const struct vq_sip_call *c, const struct vq_facts *f)
{
    bool audio = !f->other_media || !c->first_offer;
    for (const struct vq_offer *o = c->first_offer; o && !audio; o = o->next)
        audio = o->audio[0];
    return audio;
}

/* Whether there is audio to the callee (1) or the caller, be it refused. */
static bool sent_to(const struct vq_sip_call *c, int callee)
{
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        if (s->media != VQ_MEDIA_VIDEO && s->direction == (callee ? VQ_DIR_CALLER_TO_CALLEE : VQ_DIR_CALLEE_TO_CALLER))
            return true;
    }
    return false;
}

void vq_call_media_facts(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f)
{
    struct heard to[2] = {{.any = false}, {.any = false}};
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        f->other_media |= s->media == VQ_MEDIA_VIDEO;
        if (s->media == VQ_MEDIA_VIDEO || s->direction == VQ_DIR_UNKNOWN)
            continue;
        struct heard *h = &to[s->direction == VQ_DIR_CALLER_TO_CALLEE];
        const struct vq_icmp *x = refused(e, s);
        if (x && !h->any)
            h->refused = x;
        else
            add(e, s, h);
    }
    /* Where both hear nothing, or one of its streams arrives, the errors speak for themselves. */
    for (int i = 0; i < 2; i++)
        if (to[i].any || !to[!i].any)
            to[i].refused = NULL;
    int64_t talk = vq_call_talk(e, c);
    bool judged = c->c.answered != VQ_NONE && talk != VQ_NONE && talk >= VQ_S && speaks(c, f);
    for (int i = 0; i < 2; i++) {
        f->dscp[i] = to[i].any ? to[i].dscp : -1;
        if (to[i].rtt_ms > f->rtt_ms)
            f->rtt_ms = to[i].rtt_ms;
        if (judged && (to[i].any || to[i].refused || !sent_to(c, i)))
            judge(c, &to[i], !i, c->c.answered + talk, &f->hears[i]);
        if (judged)
            f->hears[i].icmp = to[i].refused;
    }
    if (e->n_icmps)
        add_icmp(e, c, f->hears);
    transcoding(e, c, f);
    echo(e, c, f);
    keys(c, f);
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

/* The keys of a stream: those whose end was not told, and whether the receiver's SDP has telephone-event at all. */
void vq_stream_key_facts(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_facts *f)
{
    const struct vq_stream_dtmf *d = vq_cold_at(e, s->cold)->dtmf;
    const struct vq_flow *flow = vq_flow_at(e, s->flow);
    uint64_t n = 0;
    if (!d)
        return;
    for (const struct vq_dtmf_note *k = d->list.first; k; k = k->next, n++)
        f->keys_unended += !k->ended;
    if (!flow->promise || flow->pairing > VQ_PAIR_SDP_DST)
        return;
    const struct vq_promise *p = vq_promise_at(e, flow->promise);
    for (unsigned i = 0; i < p->n_formats; i++)
        if (p->formats[i].codec && p->formats[i].codec->payload == VQ_PAYLOAD_EVENT)
            return;
    f->keys_unwanted = n;
}

/* ---- the whole capture ------------------------------------------------------------------------------------------- */

/* Moments are told apart by this; a machine that stalls does so for all streams within a packet time or two. */
#define SAME_MOMENT (60 * (VQ_S / 1000))
#define MOMENTS 32u
#define STREAMS_FOR_A_HOLE 3u

struct moment {
    int64_t start, end;
    uint64_t frame;
    unsigned with, all;
};

static void note_moment(struct moment m[MOMENTS], unsigned *n, const struct vq_pause *p)
{
    int64_t end = p->start + p->length;
    unsigned i = 0;
    while (i < *n && (llabs(m[i].start - p->start) > SAME_MOMENT || llabs(m[i].end - end) > SAME_MOMENT))
        i++;
    if (i == MOMENTS)
        return;
    if (i == *n)
        m[(*n)++] = (struct moment){.start = p->start, .end = end, .frame = p->frames[1]};
    m[i].with++;
}

void vq_capture_hole_facts(const struct vq_engine *e, struct vq_facts *f)
{
    struct moment m[MOMENTS];
    unsigned n = 0;
    for (uint32_t h = vq_stream_next(e, 0); h; h = vq_stream_next(e, h)) {
        const struct vq_course *c = vq_cold_at(e, vq_rtp_stream_at(e, h)->cold)->course;
        for (unsigned i = 0; c && i < c->n_pauses; i++)
            if (c->pauses[i].missing)
                note_moment(m, &n, &c->pauses[i]);
    }
    for (unsigned i = 0; i < n; i++) {
        if (m[i].with < STREAMS_FOR_A_HOLE)
            continue;
        for (uint32_t h = vq_stream_next(e, 0); h; h = vq_stream_next(e, h)) {
            const struct vq_rtp_stream *s = vq_rtp_stream_at(e, h);
            m[i].all += s->start < m[i].start && s->last_ts > m[i].end;
        }
        if (m[i].all != m[i].with)
            continue; /* another one went on: it is not the capture */
        f->holes++;
        if (!f->hole_frame)
            f->hole_frame = m[i].frame;
        if (m[i].with > f->hole_streams)
            f->hole_streams = m[i].with;
    }
}
