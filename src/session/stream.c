/* stream.c - packets of a stream: probation, numbering, payload types, jitter, intervals. */
#include "session/session.h"

#include <math.h>
#include <string.h>

#include "proto/rtp.h"

/* Clocks of the dynamic payload types in use (RFC 3551, RFC 7587, RFC 4867, RFC 3551 5): tried side by side until SDP
 * names the right one. */
const uint32_t vq_clocks[VQ_CLOCKS] = {8000, 16000, 48000, 90000};

/* How far apart the packets that prove a stream may be numbered: the SSRC is 32 bits of evidence already, a small loss does not undo it. */
#define PROOF_GAP 64
/* The same where SDP announced the port they go to: what RFC 3550 A.1 still takes for loss (MAX_DROPOUT). */
#define PROOF_GAP_ANNOUNCED 3000

/* ---- what the payload types mean --------------------------------------------------------------------------------- */

static void note_pt(struct vq_rtp_stream *s, uint8_t pt)
{
    if (s->n_payload_types < sizeof s->payload_types && !memchr(s->payload_types, pt, s->n_payload_types))
        s->payload_types[s->n_payload_types++] = pt;
}

/* The clock is known now: the hypothesis that was right all along takes over. */
static void set_clock(struct vq_rtp_stream *s, const struct vq_stream_cold *c, uint32_t clock_hz)
{
    if (!s->clock_hz && clock_hz)
        for (int i = 0; i < VQ_CLOCKS; i++)
            if (c->guess && vq_clocks[i] == clock_hz)
                s->jitter = c->guess[i];
    if (s->clock_hz && s->clock_hz != clock_hz)
        s->anchored = false;
    s->clock_hz = clock_hz;
    s->ms_per_tick = clock_hz ? 1000.0 / clock_hz : 0;
}

static void set_format(struct vq_engine *e, struct vq_rtp_stream *s, uint8_t pt, const struct vq_format *fmt)
{
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    s->pt = pt;
    s->codec = fmt->codec;
    if (fmt->codec)
        s->media = (uint8_t)fmt->codec->media;
    if (!fmt->codec && fmt->name && !c->codec_name)
        c->codec_name = vq_arena_text(&c->arena, vq_slice(fmt->name, strlen(fmt->name)));
    set_clock(s, c, fmt->clock_hz);
}

/* A payload type other than the main one. True when the packet takes part in the jitter. */
static bool other_pt(struct vq_engine *e, const struct vq_flow *f, struct vq_rtp_stream *s, const struct vq_rtp *r,
                     const struct vq_dgram *d)
{
    uint8_t pt = r->pt;
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    struct vq_format fmt = {0};
    bool known = vq_flow_format(e, f, pt, &fmt);
    note_pt(s, pt);
    enum vq_payload what = fmt.codec ? fmt.codec->payload : VQ_PAYLOAD_MEDIA;
    if (what == VQ_PAYLOAD_EVENT) {
        c->event_packets++;
        vq_dtmf_packet(e, s, r, d, fmt.clock_hz);
    }
    if (what == VQ_PAYLOAD_CN) {
        c->cn_packets++;
        c->cn_frame = d->frame;
    }
    /* RFC 4733 events share a timestamp and comfort noise ends a talk spurt: neither enters the jitter, and
     * transit starts anew behind them. A type that nobody announced does not displace a codec that is known. */
    if (what != VQ_PAYLOAD_MEDIA || (!known && s->pt != NO_PT)) {
        s->primed = false;
        return false;
    }
    if (s->pt != NO_PT) {
        s->primed = s->primed && fmt.clock_hz == s->clock_hz;
        vq_course_payload(c, d, pt, fmt.codec ? fmt.codec->name : NULL);
    }
    set_format(e, s, pt, &fmt);
    s->announced = vq_flow_announces(e, f, pt);
    return true;
}

/* SDP came, or came to another conclusion, after the stream began. */
void vq_stream_rebind(struct vq_engine *e, struct vq_flow *f, struct vq_rtp_stream *s)
{
    vq_list_remove(&s->in_call);
    s->call = f->call;
    s->pairing = f->pairing;
    s->direction = f->direction;
    if (f->promise) {
        const struct vq_promise *p = vq_promise_at(e, f->promise);
        s->encrypted = p->encrypted;
        if (s->media == VQ_MEDIA_UNKNOWN)
            s->media = p->media;
    }
    struct vq_format fmt;
    if (s->pt != NO_PT && !s->codec && vq_flow_format(e, f, s->pt, &fmt))
        set_format(e, s, s->pt, &fmt);
    if (s->call && s->confirmed) {
        struct vq_sip_call *c = vq_sip_call_at(e, s->call);
        vq_list_append(&c->streams, &s->in_call);
        if (c->first_rtp == VQ_NONE || s->start < c->first_rtp)
            c->first_rtp = s->start;
    }
}

static void confirm(struct vq_engine *e, struct vq_flow *f, struct vq_rtp_stream *s)
{
    s->confirmed = true;
    f->candidates--;
    s->id = ++e->n_stream_ids;
    f->is_rtp = true;
    vq_stream_rebind(e, f, s);
    /* Its packets so far were counted as something else; the present one is counted by who called. */
    e->stats.rtp_packets += s->packets;
    if (s->packets > 1) {
        e->stats.decoded[VQ_DEC_RTP] += s->packets - 1;
        e->stats.decoded[VQ_DEC_OTHER_UDP] -= s->packets - 1;
    }
    vq_emit(e, VQ_EVENT_STREAM_BEGIN, s->handle, false);
}

/* ---- every packet ------------------------------------------------------------------------------------------------ */

/* The interval that is being filled goes into the series; the next one begins at `ts`. */
static void roll_slot(struct vq_rtp_stream *s, int64_t ts)
{
    uint32_t lost = vq_seq_lost(&s->seq);
    s->slot.lost = (int32_t)(lost - s->slot_lost);
    vq_series_add(&s->series, s->slot_end - 1, &s->slot);
    s->slot_lost = lost;
    s->slot = (struct vq_slot){.jitter_ms = -1};
    s->slot_end = vq_series_reach(&s->series, ts);
    s->arrival_flags = (uint16_t)((s->arrival_flags & (VQ_ARRIVAL_FREE - 1)) | vq_slot_second(s) * VQ_ARRIVAL_FREE);
}

static void guess_jitter(struct vq_stream_cold *c, double arrival_ms, double ticks)
{
    if (!c->guess)
        c->guess = vq_arena_alloc(&c->arena, VQ_CLOCKS * sizeof *c->guess);
    for (int i = 0; c->guess && i < VQ_CLOCKS; i++)
        vq_jitter_add(&c->guess[i], arrival_ms - ticks * 1000.0 / vq_clocks[i]);
}

#define RESYNC_SPURT_MS 100 /* like VQ_RESYNC_MS, at the start of a talk spurt, where a receiver may begin anew */

/* `ahead`: it is no copy and nothing overtook it. Others stand aside of the transit times around them, by what they are
 * late; that is the network's doing and no jump, and neither is the way back from there. */
static void add_jitter(struct vq_engine *e, struct vq_rtp_stream *s, const struct vq_rtp *r, int64_t ts, bool ahead)
{
    if (s->anchored) {
        double arrival = (double)(ts - s->jitter_ts) / 1e6;
        double ticks = (double)(int32_t)(r->ts - s->last_rtp);
        if (s->ms_per_tick > 0) {
            double d = arrival - ticks * s->ms_per_tick;
            if (s->primed)
                vq_jitter_add(&s->jitter, d);
            s->transit_ms += d;
            if (!ahead) {
                s->aside_ms += d;
                d = 0;
            } else if (s->aside_ms != 0) {
                d += s->aside_ms;
                s->aside_ms = 0;
            }
            if (fabs(d) > RESYNC_SPURT_MS && (r->marker || fabs(d) > VQ_RESYNC_MS))
                s->arrival_flags |= VQ_ARRIVAL_RESYNC;
        } else if (s->primed) {
            guess_jitter(vq_cold_at(e, s->cold), arrival, ticks);
        }
    }
    s->primed = s->anchored = true;
    s->jitter_ts = ts;
    s->last_rtp = r->ts;
}

/* Boyer-Moore majority over the timestamp steps of consecutive packets. */
static void vote_ptime(struct vq_rtp_stream *s, uint32_t step)
{
    if (step == s->ptime_ticks) {
        if (s->ptime_votes < UINT8_MAX)
            s->ptime_votes++;
    } else if (s->ptime_votes) {
        s->ptime_votes--;
    } else {
        s->ptime_ticks = step;
        s->ptime_votes = 1;
    }
}

/* A jump in the numbers is an outage and not a restart when the timestamps jumped along with the time that passed. */
static bool outage(const struct vq_rtp_stream *s, const struct vq_rtp *r, int64_t ts)
{
    if (!s->primed || s->ms_per_tick <= 0 || !s->ptime_ticks)
        return false;
    double passed = (double)(ts - s->jitter_ts) / 1e6;
    double ticks = (double)(int32_t)(r->ts - s->last_rtp);
    double numbers = (double)(uint16_t)(r->seq - (uint16_t)s->seq.max) * s->ptime_ticks;
    return passed > 0 && fabs(passed - ticks * s->ms_per_tick) < 0.1 * passed && fabs(numbers - ticks) < 0.1 * ticks;
}

/* Timestamps may run ahead of the numbers while a sender is silent, and packet times change: by this much at most. */
#define STRETCH 2
#define SILENCE_MS 60000

/* A number within reach, but the timestamp does not go with it: the sender began anew close to where it was. Only speech
 * of one packet time is so regular, and only the packet with the highest number can be compared with. */
static bool renumbered(const struct vq_rtp_stream *s, const struct vq_rtp *r, int64_t ts)
{
    if (!s->primed || s->ms_per_tick <= 0 || s->media != VQ_MEDIA_AUDIO || r->pt != s->pt || s->ptime_votes < 32 ||
        s->aside_ms != 0)
        return false;
    double ticks = (double)(int32_t)(r->ts - s->last_rtp);
    double numbers = (double)(int16_t)(uint16_t)(r->seq - (uint16_t)s->seq.max) * s->ptime_ticks;
    double passed = (double)(ts - s->jitter_ts) / 1e6;
    if (numbers < 0)
        return ticks > numbers / STRETCH || ticks < numbers * STRETCH - SILENCE_MS / s->ms_per_tick;
    return ticks < numbers / STRETCH || ticks > numbers * STRETCH + (passed + SILENCE_MS) / s->ms_per_tick;
}

static enum vq_seq_hint hint_of(const struct vq_rtp_stream *s, const struct vq_rtp *r, int64_t ts)
{
    if (vq_seq_is_jump(&s->seq, r->seq))
        return outage(s, r, ts) ? VQ_SEQ_OUTAGE : VQ_SEQ_NO_HINT;
    return renumbered(s, r, ts) ? VQ_SEQ_RENUMBERED : VQ_SEQ_NO_HINT;
}

static void restarted(struct vq_engine *e, struct vq_rtp_stream *s, int64_t ts)
{
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    struct vq_segment *g = vq_arena_alloc(&c->arena, sizeof *g);
    vq_course_restart(c, s);
    s->primed = s->anchored = false; /* the new numbering has its own timestamps */
    s->arrival_flags |= VQ_ARRIVAL_RESTART;
    if (!g)
        return; /* the cap on segments: the stream goes on within the last one */
    *g = (struct vq_segment){.ssrc = s->ssrc, .reason = "sequence_restart", .ts = ts};
    uint32_t began = (uint32_t)s->packets - 1; /* the packet before, stray then, began it */
    c->last_segment->packets = began - c->packets_before;
    c->packets_before = began;
    c->last_segment->next = g;
    c->last_segment = g;
    vq_emit(e, VQ_EVENT_STREAM_CHANGE, s->handle, false);
}

/* For transit.h's figures: how long it was under way is looked at when there are many. */
static void note_arrival(struct vq_engine *e, struct vq_rtp_stream *s, uint16_t seq, unsigned flags)
{
    const double most = 1e9; /* us; differences fit into 32 bits */
    if (s->n_arrivals == VQ_ARRIVALS)
        vq_stream_fold(e, s);
    double us = s->transit_ms * 1000;
    us = us > most ? most : us < -most ? -most : us;
    s->arrivals[s->n_arrivals++] = (struct vq_arrival){(int32_t)us, seq, (uint16_t)(flags | s->arrival_flags)};
    s->arrival_flags &= (uint16_t)~(VQ_ARRIVAL_FREE - 1u);
}

static void add_packet(struct vq_engine *e, const struct vq_flow *f, struct vq_rtp_stream *s, const struct vq_rtp *r,
                       const struct vq_dgram *d)
{
    if (d->ts >= s->slot_end)
        roll_slot(s, d->ts);
    if (s->packets) {
        double gap = (double)(d->ts - s->last_ts) / 1e6;
        /* Without branches: nobody foresees when a short stream has its next extreme. */
        s->gap_min_ms = gap < s->gap_min_ms ? gap : s->gap_min_ms;
        s->gap_max_ms = gap > s->gap_max_ms ? gap : s->gap_max_ms;
        s->slot.gap_sum_ms += (float)gap;
        s->slot.gap_max_ms = (float)gap > s->slot.gap_max_ms ? (float)gap : s->slot.gap_max_ms;
        s->slot.gaps++;
    }
    uint16_t before = (uint16_t)s->seq.max;
    enum vq_seq_hint hint = vq_seq_is_far(&s->seq, r->seq) ? hint_of(s, r, d->ts) : VQ_SEQ_NO_HINT;
    enum vq_seq_verdict v = vq_seq_add(&s->seq, r->seq, hint);
    if (v == VQ_SEQ_RESTART)
        restarted(e, s, d->ts);
    /* As a number without a sign it is large for a packet that is earlier than the one before, too. */
    if (s->packets && ((uint64_t)(d->ts - s->last_ts) > VQ_PAUSE_NS || s->last_path != vq_path_of(d)))
        vq_course_packet(e, s, r, d, v, v == VQ_SEQ_NEXT ? (uint16_t)(r->seq - before) - 1u : 0);
    bool speech = r->pt == s->pt || other_pt(e, f, s, r, d);
    if (speech && v != VQ_SEQ_STRAY) {
        if (s->primed && v == VQ_SEQ_NEXT && (uint16_t)(before + 1) == r->seq)
            vote_ptime(s, r->ts - s->last_rtp);
        add_jitter(e, s, r, d->ts, v != VQ_SEQ_LATE && v != VQ_SEQ_DUPLICATE);
    }
    if (s->ms_per_tick > 0 && v != VQ_SEQ_STRAY && v != VQ_SEQ_DUPLICATE)
        note_arrival(e, s, r->seq, speech ? 0 : VQ_ARRIVAL_BLIND);
    if (s->packets < VQ_RELAY_PACKETS && vq_relay_picks(r->payload))
        vq_relay_note(e, vq_cold_at(e, s->cold), r->payload);
    if (r->marker && speech)
        vq_cold_at(e, s->cold)->talk_spurts++;
    s->packets++;
    s->bytes += d->wire;
    s->slot.packets++;
    if (s->ms_per_tick > 0)
        s->slot.jitter_ms = (float)s->jitter.last;
    s->last_ts = d->ts;
    s->last_frame = d->frame;
    s->last_ip_id = d->ip_id;
    s->last_path = vq_path_of(d);
}

/* ---- whose packet is it ------------------------------------------------------------------------------------------ */

/* SDP announced both ends of the flow: its first packet is believed. Weaker evidence tells whose RTP it is, not that it
 * is RTP: anybody can send to a port that was announced. */
static bool vouched(const struct vq_flow *f)
{
    return f->call && f->pairing == VQ_PAIR_SDP;
}

/* One more packet of a stream that is not proven yet. False: the evidence speaks against it. */
static bool still_plausible(const struct vq_flow *f, struct vq_rtp_stream *s, const struct vq_rtp *r)
{
    unsigned gap = f->call && f->pairing == VQ_PAIR_SDP_DST ? PROOF_GAP_ANNOUNCED : PROOF_GAP;
    uint16_t ahead = (uint16_t)(r->seq - (uint16_t)s->seq.max);
    if (ahead && ahead <= gap)
        s->chain++;
    else if (ahead && ahead < 65536 - PROOF_GAP)
        return false;
    return true;
}

/* Nearly always the one that the flow's last packet was of. */
static struct vq_rtp_stream *find_stream(struct vq_engine *e, const struct vq_flow *f, uint32_t ssrc)
{
    struct vq_rtp_stream *s = f->stream ? vq_rtp_stream_at(e, f->stream) : NULL;
    return s && s->ssrc == ssrc && !s->closed ? s : vq_stream_find(e, f, ssrc);
}

/* Candidates too: the first packets of a stream are as good as the later ones. */
static void tap(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct vq_rtp *r, const struct vq_dgram *d)
{
    e->tap(&(struct vq_tapped){.stream = s->handle,
                               .begins = s->packets == 1,
                               .encrypted = s->encrypted,
                               .media = s->media,
                               .pt = r->pt,
                               .seq = r->seq,
                               .timestamp = r->ts,
                               .ts = d->ts,
                               .payload = r->payload.p,
                               .n = r->payload.n,
                               .cut = d->payload.n < d->wire},
           e->tap_arg);
}

/* A packet for those who want to see all of them. */
static void show(struct vq_engine *e, const struct vq_flow *f, struct vq_rtp_stream *s, const struct vq_rtp *r,
                 const struct vq_dgram *d)
{
    if (e->tap)
        tap(e, s, r, d);
    if (e->opt.voipmonitor)
        vq_stream_vm_packet(e, f, s, r, d);
}

enum vq_rtp_verdict vq_stream_packet(struct vq_engine *e, struct vq_flow *f, const struct vq_dgram *d)
{
    struct vq_rtp r;
    if (!vq_rtp_parse(d->payload, d->wire, &r))
        return VQ_RTP_NOT;
    struct vq_rtp_stream *s = find_stream(e, f, r.ssrc);
    if (s && !s->confirmed && !still_plausible(f, s, &r)) {
        vq_stream_refuse(e, f, s);
        s = NULL;
    }
    if (!s) {
        s = vq_stream_begin(e, f, r.ssrc, d);
        if (!s)
            return VQ_RTP_NOT;
        s->chain = 1;
        f->stream = s->handle;
    }
    f->stream = s->handle;
    if (vq_mirror_of_last(s, r.seq, d)) {
        s->mirrored++;
        return VQ_RTP_MIRRORED;
    }
    if (s->ended) { /* silence, and then it goes on: the same stream */
        s->ended = false;
        vq_timer_arm(&e->wheel, &s->idle, d->ts + e->opt.stream_idle);
        vq_emit(e, VQ_EVENT_STREAM_CHANGE, s->handle, false);
    }
    add_packet(e, f, s, &r, d);
    if (e->watched)
        show(e, f, s, &r, d);
    if (s->confirmed) {
        e->stats.rtp_packets++;
    } else if (vouched(f) || s->chain >= VQ_STREAM_PROOF) {
        if (!f->call)
            vq_flow_bind(e, f);
        confirm(e, f, s);
    }
    return s->confirmed ? VQ_RTP_YES : VQ_RTP_NOT;
}
