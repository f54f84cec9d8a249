/* course.c - what rarely happens to a stream: it pauses, its packets begin to take another way. Noted while it happens,
 * named when somebody asks (view_course.c), for later packets and later SIP tell which it was. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/rtp.h"

static struct vq_course *course_of(struct vq_stream_cold *c)
{
    if (!c->course)
        c->course = vq_arena_alloc(&c->arena, sizeof *c->course);
    return c->course;
}

/* The longest are kept, in the order in which they came. */
static struct vq_pause *place_for(struct vq_course *o, int64_t length)
{
    if (o->n_pauses < VQ_PAUSES)
        return &o->pauses[o->n_pauses++];
    unsigned shortest = 0;
    o->pauses_not_kept++;
    for (unsigned i = 1; i < VQ_PAUSES; i++)
        if (o->pauses[i].length < o->pauses[shortest].length)
            shortest = i;
    if (length <= o->pauses[shortest].length)
        return NULL;
    memmove(&o->pauses[shortest], &o->pauses[shortest + 1], (VQ_PAUSES - 1 - shortest) * sizeof *o->pauses);
    return &o->pauses[VQ_PAUSES - 1];
}

static void pause_note(struct vq_stream_cold *c, const struct vq_rtp_stream *s, const struct vq_rtp *r, const struct vq_dgram *d,
                       uint32_t missing)
{
    struct vq_course *o = course_of(c);
    struct vq_pause *p = o ? place_for(o, d->ts - s->last_ts) : NULL;
    if (!p)
        return;
    *p = (struct vq_pause){
        .start = s->last_ts, .length = d->ts - s->last_ts, .frames = {s->last_frame, d->frame}, .missing = missing,
        .transit_ms = s->transit_ms, .later_ms = (double)NAN,
        .stamped_ms = s->anchored && s->ms_per_tick > 0 ? (double)(int32_t)(r->ts - s->last_rtp) * s->ms_per_tick : (double)NAN,
        .marker = r->marker, .after_cn = c->cn_frame && c->cn_frame == s->last_frame,
    };
}

static void switch_note(struct vq_stream_cold *c, const struct vq_rtp_stream *s, const struct vq_dgram *d, uint32_t path,
                        uint32_t missing)
{
    struct vq_course *o = course_of(c);
    if (!o)
        return;
    if (o->n_switches == VQ_SWITCHES) {
        o->switches_not_kept++;
        return;
    }
    o->switches[o->n_switches++] = (struct vq_switch){
        .ts = d->ts, .frame = d->frame, .gap = d->ts - s->last_ts, .from = s->last_path, .to = path, .missing = missing};
}

/* Where the capture's time jumps, but neither numbers nor timestamps do. */
static void jump_note(struct vq_engine *e, struct vq_stream_cold *c, struct vq_rtp_stream *s, const struct vq_rtp *r,
                      const struct vq_dgram *d, bool next)
{
    int64_t pause = d->ts - s->last_ts;
    double stamped = (double)(int32_t)(r->ts - s->last_rtp) * s->ms_per_tick;
    double beyond = (double)pause / 1e6 - stamped;
    bool known = s->anchored && s->ms_per_tick > 0;
    bool goes_on = known && next && stamped > 0 && stamped < fabs((double)pause) / 4e6;
    if (!vq_clock_pause(e, s, d->ts, beyond, goes_on))
        return;
    if (pause < 0 && c->course && c->course->n_pauses && isnan(c->course->pauses[c->course->n_pauses - 1].later_ms))
        c->course->pauses[c->course->n_pauses - 1].later_ms = s->transit_ms;
    if (c->rtcp) { /* a report that comes now to a sender report before would have been under way for as long */
        memset(c->rtcp->rtt.sr, 0, sizeof c->rtcp->rtt.sr);
        memset(c->rtcp->rtt_back.sr, 0, sizeof c->rtcp->rtt_back.sr);
    }
    if (fabs(beyond) > VQ_RESYNC_MS)
        s->primed = false; /* no jitter is as large: it would stay in the figures for long */
}

void vq_course_packet(struct vq_engine *e, struct vq_rtp_stream *s, const struct vq_rtp *r, const struct vq_dgram *d,
                      enum vq_seq_verdict v, uint32_t missing)
{
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    uint32_t path = vq_path_of(d);
    int64_t pause = d->ts - s->last_ts;
    bool long_one = !(s->ptime_ticks * s->ms_per_tick * 3 * 1e6 > (double)pause) || !s->ptime_votes;
    if (pause > VQ_PAUSE_NS && long_one)
        pause_note(c, s, r, d, missing);
    if (llabs(pause) >= VQ_JUMP_NS)
        jump_note(e, c, s, r, d, v == VQ_SEQ_NEXT && !missing);
    if (path != s->last_path)
        switch_note(c, s, d, path, missing);
}

void vq_course_restart(struct vq_stream_cold *c, const struct vq_rtp_stream *s)
{
    struct vq_course *o = c->course;
    if (o && o->n_pauses && o->pauses[o->n_pauses - 1].frames[1] == s->last_frame)
        o->pauses[o->n_pauses - 1].restart = true;
}

void vq_course_payload(struct vq_stream_cold *c, const struct vq_dgram *d, uint8_t pt, const char *name)
{
    struct vq_course *o = course_of(c);
    if (!o)
        return;
    if (o->n_payloads == VQ_PAYLOAD_CHANGES) {
        o->payloads_not_kept++;
        return;
    }
    o->payloads[o->n_payloads++] = (struct vq_payload_change){.ts = d->ts, .frame = d->frame, .pt = pt, .codec = name};
}
