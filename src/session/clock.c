/* clock.c - moments at which the time of the whole capture jumps. Either nobody sent anything, or the capturing machine's
 * clock was set, or it lost everything for a while: the streams that go on tell, by their numbers and timestamps. A jump is
 * noted when it happens, and judged when somebody asks, for what came held up in a bunch is known only later. */
#include "session/session.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/rtp.h"

#define MS INT64_C(1000000)
/* A stream pauses across a jump when its packets before and behind it are this near to the jump's. */
#define NEAR (100 * MS)
/* Streams saw the same step of a clock when they saw it alike but for their jitter. */
#define ALIKE_MS 40
#define LOOK_AT 1024 /* streams, for one that ran at that time */
#define STREAMS_FOR_A_STEP 2u /* forwards; one alone may have been stopped by its sender */
#define STREAMS_FOR_A_HOLE 3u /* two may share a path that failed */

struct jump {
    int64_t before, after;
    uint64_t frame;
    uint32_t paused;          /* streams that paused across it; of a jump back those that went on */
    double back_ms;           /* as the first of these saw it */
};

enum verdict { QUIET, STEP, HOLE };

struct vq_clock {
    struct jump jumps[VQ_CLOCK_JUMPS + 1]; /* the last one may be overwritten, as long as no stream speaks for it */
    unsigned n;
    uint64_t not_kept;
    int64_t back_ts;          /* of the latest frame that was earlier than one before it ... */
    uint64_t back_frame;      /* ... which was this one */
    bool judged;              /* what follows is up to date */
    struct judged {
        double step_ms;
        uint64_t missing;
        unsigned streams;
        uint8_t verdict;
    } of[VQ_CLOCK_JUMPS + 1];
};

struct vq_clock *vq_clock_new(void)
{
    return calloc(1, sizeof(struct vq_clock));
}

size_t vq_clock_ceiling(void)
{
    return sizeof(struct vq_clock);
}

void vq_clock_outdate(struct vq_engine *e)
{
    e->clock->judged = false;
}

/* ---- while packets come -------------------------------------------------------------------------------------------- */

static void note(struct vq_clock *c, int64_t before, int64_t after, uint64_t frame)
{
    struct jump *last = c->n ? &c->jumps[c->n - 1] : NULL;
    bool needed = last && last->paused >= (last->after > last->before ? STREAMS_FOR_A_STEP : 1);
    if (c->n > VQ_CLOCK_JUMPS)
        c->not_kept += needed;
    if (!last || (needed && c->n <= VQ_CLOCK_JUMPS))
        last = &c->jumps[c->n++];
    *last = (struct jump){.before = before, .after = after, .frame = frame};
}

void vq_clock_forward(struct vq_engine *e, int64_t before, int64_t after, uint64_t frame)
{
    struct vq_clock *c = e->clock;
    /* The engine's time does not go back, the frame before may have. */
    note(c, c->back_frame && c->back_frame + 1 == frame ? c->back_ts : before, after, frame);
}

void vq_clock_back(struct vq_engine *e, int64_t ts, uint64_t frame)
{
    struct vq_clock *c = e->clock;
    int64_t before = c->back_frame && c->back_frame + 1 == frame ? c->back_ts : e->now;
    if (before - ts >= VQ_JUMP_NS)
        note(c, before, ts, frame);
    c->back_ts = ts;
    c->back_frame = frame;
}

static bool spans(const struct jump *j, int64_t start, int64_t end)
{
    return llabs(start - j->before) <= NEAR && llabs(end - j->after) <= NEAR;
}

/* Was another stream running when the time jumped? One alone may have been stopped by its sender. */
static bool in_company(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct jump *j)
{
    unsigned looked_at = 0;
    for (const struct vq_list *l = e->stream_all.prev; l != &e->stream_all && looked_at < LOOK_AT; l = l->prev, looked_at++) {
        const struct vq_rtp_stream *o = VQ_CONTAINER(l, struct vq_rtp_stream, all);
        if (o != s && o->confirmed && llabs(o->last_ts - j->before) <= NEAR)
            return true;
    }
    return false;
}

bool vq_clock_pause(struct vq_engine *e, const struct vq_rtp_stream *s, int64_t end, double beyond_ms, bool goes_on)
{
    int64_t start = s->last_ts;
    struct vq_clock *c = e->clock;
    struct jump *j = c->n ? &c->jumps[c->n - 1] : NULL;
    bool back = end < start;
    if (!j || !spans(j, start, end) || (back && !goes_on))
        return false;
    if (!j->paused)
        j->back_ms = back ? beyond_ms : 0;
    j->paused += !back || fabs(j->back_ms - beyond_ms) <= ALIKE_MS;
    return goes_on && (back || j->paused > 1 || in_company(e, s, j));
}

/* ---- when somebody asks -------------------------------------------------------------------------------------------- */

/* What the streams say of one jump. */
struct hearing {
    double steps[64];         /* of the clock, as streams saw it */
    unsigned n_steps, holes, running;
    uint64_t missing;
};

/* By how much more the clock advanced than the sender's; NAN: it was no such thing. */
static double step_of(const struct vq_pause *p, double later_ms)
{
    double step = (double)p->length / 1e6 - p->stamped_ms;
    bool stopped = p->missing || p->restart || p->after_cn || !(p->stamped_ms < (double)p->length / 4e6);
    return stopped || vq_pause_held_up(p, later_ms) ? (double)NAN : step;
}

static bool is_hole(const struct vq_pause *p)
{
    double passed = (double)p->length / 1e6;
    return p->missing && !p->restart && fabs(p->stamped_ms - passed) < 0.1 * passed;
}

static void hear(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct jump *j, struct hearing *h)
{
    const struct vq_course *c = vq_cold_at(e, s->cold)->course;
    h->running += s->confirmed && s->start < j->before - NEAR && s->last_ts > j->after + NEAR;
    for (unsigned i = 0; c && i < c->n_pauses; i++) {
        const struct vq_pause *p = &c->pauses[i];
        if (!s->confirmed || !spans(j, p->start, p->start + p->length))
            continue;
        double step = step_of(p, vq_pause_later_ms(c, i, s));
        if (!isnan(step) && h->n_steps < sizeof h->steps / sizeof *h->steps)
            h->steps[h->n_steps++] = step;
        h->holes += is_hole(p);
        h->missing += is_hole(p) ? p->missing : 0;
        return;
    }
}

/* Most streams that agree on one step, and it. */
static unsigned agreed(const struct hearing *h, double *step)
{
    unsigned best = 0;
    for (unsigned i = 0; i < h->n_steps; i++) {
        unsigned n = 0;
        for (unsigned k = 0; k < h->n_steps; k++)
            n += fabs(h->steps[k] - h->steps[i]) <= ALIKE_MS;
        if (n > best) {
            best = n;
            *step = h->steps[i];
        }
    }
    return best;
}

static struct judged judge(const struct vq_engine *e, const struct jump *j)
{
    struct hearing h = {.n_steps = 0};
    struct judged out = {.verdict = QUIET};
    if (j->after < j->before)
        return j->paused ? (struct judged){.verdict = STEP, .step_ms = j->back_ms, .streams = j->paused} : out;
    if (j->paused < STREAMS_FOR_A_STEP)
        return out;
    for (const struct vq_list *l = e->stream_all.next; l != &e->stream_all; l = l->next)
        hear(e, VQ_CONTAINER(l, struct vq_rtp_stream, all), j, &h);
    unsigned n = agreed(&h, &out.step_ms);
    if (n >= STREAMS_FOR_A_STEP && n > h.holes) {
        out.verdict = STEP;
        out.streams = n;
    } else if (h.holes >= STREAMS_FOR_A_HOLE && h.holes == h.running) {
        out.verdict = HOLE;
        out.streams = h.holes;
        out.missing = h.missing;
    }
    return out;
}

static const struct vq_clock *judged(const struct vq_engine *e)
{
    struct vq_clock *c = e->clock;
    for (unsigned i = 0; i < c->n && !c->judged; i++)
        c->of[i] = i < VQ_CLOCK_JUMPS ? judge(e, &c->jumps[i]) : (struct judged){.verdict = QUIET};
    c->judged = true;
    return c;
}

size_t vq_clock_steps(const struct vq_engine *e, struct vq_clock_step *out, size_t max)
{
    const struct vq_clock *c = judged(e);
    size_t n = 0;
    for (unsigned i = 0; i < c->n; i++)
        if (c->of[i].verdict == STEP) {
            if (n < max)
                out[n] = (struct vq_clock_step){.ts = c->jumps[i].after, .frame = c->jumps[i].frame,
                                                .step_ms = c->of[i].step_ms, .streams = c->of[i].streams};
            n++;
        }
    return n;
}

size_t vq_capture_holes(const struct vq_engine *e, struct vq_capture_hole *out, size_t max)
{
    const struct vq_clock *c = judged(e);
    size_t n = 0;
    for (unsigned i = 0; i < c->n; i++)
        if (c->of[i].verdict == HOLE) {
            if (n < max)
                out[n] = (struct vq_capture_hole){.ts = c->jumps[i].before, .frame = c->jumps[i].frame,
                                                  .ms = (double)(c->jumps[i].after - c->jumps[i].before) / 1e6,
                                                  .missing = c->of[i].missing, .streams = c->of[i].streams};
            n++;
        }
    return n;
}

uint64_t vq_clock_not_kept(const struct vq_engine *e)
{
    const struct vq_clock *c = e->clock;
    bool last = c->n > VQ_CLOCK_JUMPS && c->jumps[VQ_CLOCK_JUMPS].paused >= STREAMS_FOR_A_STEP;
    return c->not_kept + last;
}

bool vq_clock_stepped(const struct vq_engine *e, const struct vq_pause *p, double later_ms)
{
    const struct vq_clock *c = judged(e);
    double step = step_of(p, later_ms);
    for (unsigned i = 0; i < c->n && !isnan(step); i++)
        if (c->of[i].verdict == STEP && spans(&c->jumps[i], p->start, p->start + p->length) &&
            fabs(c->of[i].step_ms - step) <= ALIKE_MS)
            return true;
    return false;
}
