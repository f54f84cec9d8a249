/* vm_buffer.c - see vm_buffer.h. */
#include "metrics/vm_buffer.h"

#include <stdlib.h>
#include <string.h>

static struct vq_vm_frame take(struct vq_vm_queue *q)
{
    struct vq_vm_frame f = q->frames[0];
    memmove(q->frames, q->frames + 1, --q->n * sizeof *q->frames);
    return f;
}

/* Behind all that are due at the same time. A full queue drops the frame: nothing real fills it. */
static void insert(struct vq_vm_queue *q, unsigned at, const struct vq_vm_frame *f)
{
    if (q->n == VQ_VM_FRAMES)
        return;
    memmove(q->frames + at + 1, q->frames + at, (q->n - at) * sizeof *q->frames);
    q->frames[at] = *f;
    q->n++;
}

static unsigned place(const struct vq_vm_queue *q, int64_t at)
{
    unsigned i = q->n;
    while (i && q->frames[i - 1].at > at)
        i--;
    return i;
}

/* ---- fixed --------------------------------------------------------------------------------------------------------- */

#define OVERLAP_MS 10 /* by which frames may overlap */

void vq_vm_fixed_reset(struct vq_vm_fixed *b, int64_t delay_ms, int64_t threshold_ms)
{
    *b = (struct vq_vm_fixed){.delay = delay_ms, .threshold = threshold_ms};
}

void vq_vm_fixed_first(struct vq_vm_fixed *b, const struct vq_vm_frame *f, int64_t now)
{
    struct vq_vm_frame own = *f;
    b->offset = now - f->ts;
    b->next = own.at = now + b->delay;
    b->q.n = 0;
    insert(&b->q, 0, &own);
}

/* A sender that marks a packet may have begun a new time scale, unless its timestamp goes on within two frames. */
static bool leaps(const struct vq_vm_queue *q, const struct vq_vm_frame *f)
{
    if (f->marker != VQ_VM_MARKED || !q->n)
        return false;
    const struct vq_vm_frame *last = &q->frames[q->n - 1];
    int64_t room = 2 * last->ms, due = last->ts + last->ms;
    return f->ts > due + room || f->ts < due - room;
}

static bool covered(const struct vq_vm_queue *q, unsigned i, const struct vq_vm_frame *f)
{
    if (!i)
        return false;
    const struct vq_vm_frame *before = &q->frames[i - 1];
    return before->at == f->at || f->at + OVERLAP_MS < before->at + before->ms ||
           (i < q->n && f->at + f->ms > q->frames[i].at);
}

/* Late, early, marked or in the way of another: dropped when it is old, else the buffer begins anew with it. When the
 * timestamps jumped, it goes behind the last frame instead: true, the time scale was shifted so that it does. */
static bool resynchronise(struct vq_vm_fixed *b, const struct vq_vm_frame *f, int64_t now, bool forced)
{
    if (!b->q.n) {
        vq_vm_fixed_first(b, f, now);
        return false;
    }
    const struct vq_vm_frame *last = &b->q.frames[b->q.n - 1];
    int64_t ahead = f->ts - last->ts - last->ms;
    if (ahead < b->threshold && ahead > -b->threshold) {
        bool far = b->offset + f->ts > b->next + b->delay + b->threshold;
        if (ahead >= 0 && (forced || !far))
            vq_vm_fixed_first(b, f, now);
        return false;
    }
    b->offset -= ahead;
    for (unsigned i = 0; i < b->q.n; i++)
        b->q.frames[i].ts += ahead;
    return true;
}

unsigned vq_vm_fixed_put(struct vq_vm_fixed *b, const struct vq_vm_frame *f, int64_t now)
{
    struct vq_vm_frame own = *f;
    bool forced = f->marker != VQ_VM_UNMARKED;
    unsigned losses = 0;
    do {
        own.at = b->offset + b->delay + own.ts;
        bool late = own.at < b->next, leap = !late && leaps(&b->q, &own);
        unsigned i = place(&b->q, own.at);
        losses += late;
        if (!late && !leap && own.at <= b->next + b->delay + b->threshold && !forced && !covered(&b->q, i, &own)) {
            insert(&b->q, i, &own);
            return losses;
        }
        forced = forced || leap;
        own.marker = f->marker == VQ_VM_MARKED ? VQ_VM_FORCED : f->marker; /* leaps only once */
        if (!resynchronise(b, &own, now, forced))
            return losses;
        forced = false;
    } while (true);
}

enum vq_vm_got vq_vm_fixed_get(struct vq_vm_fixed *b, int64_t now, int64_t ms, struct vq_vm_frame *out)
{
    if (now < b->next)
        return VQ_VM_NOTHING;
    if (!b->q.n || now < b->q.frames[0].at) {
        b->next += ms;
        return VQ_VM_INTERPOLATED;
    }
    *out = take(&b->q);
    b->next = out->at + out->ms;
    return now > out->at + out->ms ? VQ_VM_DROPPED : VQ_VM_PLAYED;
}

/* ---- adaptive ------------------------------------------------------------------------------------------------------ */

#define EXTRA_MS 40      /* above what the packets need */
#define GROW_MS 40       /* between two steps */
#define SHRINK_MS 500
#define SHRINK_EMPTY_MS 80
#define SHRINK_SILENT_MS 10
#define SIZE_MS 500
#define JUMP_MS 500      /* of the delay, on top of twice the jitter: not jitter any more ... */
#define JUMPS 3u         /* ... when it lasts for more packets than these */
#define INTERPOLATED 10u /* in a row: silence */
#define TRIMMED_PCT 3u

void vq_vm_adaptive_reset(struct vq_vm_adaptive *b)
{
    *b = (struct vq_vm_adaptive){.current = EXTRA_MS, .target = EXTRA_MS, .silence = -1};
}

/* Where `v` stands, or would, among the `n` that are sorted. */
static uint32_t rank(const int32_t *sorted, uint32_t n, int32_t v)
{
    uint32_t low = 0;
    while (low < n) {
        uint32_t mid = low + (n - low) / 2;
        if (sorted[mid] < v)
            low = mid + 1;
        else
            n = mid;
    }
    return low;
}

static uint32_t held(const struct vq_vm_history *h)
{
    return h->put < VQ_VM_HISTORY ? h->put : VQ_VM_HISTORY;
}

static void remember(struct vq_vm_history *h, int64_t delay)
{
    int32_t v = (int32_t)(delay > INT32_MAX ? INT32_MAX : delay < INT32_MIN ? INT32_MIN : delay);
    uint32_t slot = h->put % VQ_VM_HISTORY, n = held(h);
    if (n == VQ_VM_HISTORY) {
        uint32_t gone = rank(h->sorted, n, h->ring[slot]);
        memmove(h->sorted + gone, h->sorted + gone + 1, (--n - gone) * sizeof *h->sorted);
    }
    uint32_t i = rank(h->sorted, n, v);
    memmove(h->sorted + i + 1, h->sorted + i, (n - i) * sizeof *h->sorted);
    h->sorted[i] = h->ring[slot] = v;
    h->put++;
}

/* What the packets needed, the least and the greatest 3 % left out. */
static void measure(struct vq_vm_adaptive *b)
{
    uint32_t n = held(&b->history), out = n * TRIMMED_PCT / 100;
    if (!n)
        return;
    b->min = b->history.sorted[out];
    b->jitter = b->history.sorted[n - 1 - out] - b->min;
}

static void begin(struct vq_vm_adaptive *b, int64_t ts, int64_t now)
{
    b->offset = ts - now;
    b->last_delay = 0;
    b->jumps = 0;
    b->history.put = 0;
}

/* False: its delay is out of all proportion. */
static bool note_delay(struct vq_vm_adaptive *b, int64_t ts, int64_t now)
{
    int64_t delay = now - (ts - b->offset);
    if (ts <= 0)
        return true;
    if (!b->begun) {
        begin(b, ts, now);
        delay = 0;
    } else if (llabs(delay - b->last_delay) > 2 * b->jitter + JUMP_MS) {
        if (++b->jumps <= JUMPS)
            return false;
        begin(b, ts, now);
        delay = 0;
    }
    b->last_delay = delay;
    b->jumps = 0;
    remember(&b->history, delay);
    return true;
}

void vq_vm_adaptive_put(struct vq_vm_adaptive *b, const struct vq_vm_frame *f, int64_t now)
{
    struct vq_vm_frame own = *f;
    if (b->q.n && b->q.frames[b->q.n - 1].at - b->q.frames[0].at >= SIZE_MS)
        return;
    if (!note_delay(b, f->ts, now))
        return;
    b->begun = true;
    own.at = f->ts - b->offset;
    insert(&b->q, place(&b->q, own.at), &own);
}

int64_t vq_vm_adaptive_next(struct vq_vm_adaptive *b)
{
    if (!b->silence)
        return b->next_voice;
    if (!b->q.n)
        return VQ_VM_NEVER;
    measure(b);
    return b->target - b->current < -EXTRA_MS ? b->adjusted + SHRINK_SILENT_MS : b->q.frames[0].at + b->target;
}

static enum vq_vm_got interpolate(struct vq_vm_adaptive *b, int64_t ms)
{
    b->next_voice += ms;
    b->last_ms = ms;
    if (++b->interpolated >= INTERPOLATED)
        b->silence = b->next_voice - b->current;
    return VQ_VM_INTERPOLATED;
}

static enum vq_vm_got get_silent(struct vq_vm_adaptive *b, int64_t now, int64_t ms, struct vq_vm_frame *out)
{
    if (b->target - b->current < -EXTRA_MS && b->adjusted + SHRINK_SILENT_MS <= now) {
        b->current -= ms;
        b->adjusted = now;
    }
    if (!b->q.n || now - b->current < b->q.frames[0].at)
        return VQ_VM_NOTHING;
    *out = take(&b->q);
    if (out->at < b->silence)
        return VQ_VM_DROPPED;
    b->current = b->target;
    b->silence = 0;
    b->next_voice = out->at + b->current + out->ms;
    b->last_ms = out->ms;
    return VQ_VM_PLAYED;
}

static enum vq_vm_got shrink(struct vq_vm_adaptive *b, int64_t now, const struct vq_vm_frame *f)
{
    b->adjusted = now;
    b->interpolated = 0;
    b->current -= f ? f->ms : b->last_ms;
    return f ? VQ_VM_DROPPED : VQ_VM_NOTHING;
}

static enum vq_vm_got get_voice(struct vq_vm_adaptive *b, int64_t now, int64_t ms, struct vq_vm_frame *out)
{
    int64_t grow = b->target - b->current, span = b->q.n ? b->q.frames[b->q.n - 1].at - b->q.frames[0].at : 0;
    if (grow > 0 && (b->adjusted + GROW_MS < now || grow > span)) {
        b->current += ms;
        b->adjusted = now;
        return interpolate(b, ms);
    }
    const struct vq_vm_frame *f = NULL;
    if (b->q.n && b->next_voice - b->current >= b->q.frames[0].at) {
        *out = take(&b->q);
        f = out;
    }
    if (f && f->at + b->current < b->next_voice) { /* interpolated past it, at most by a frame; or it is late */
        if (f->at + b->current <= b->next_voice - b->last_ms)
            return VQ_VM_DROPPED;
        b->next_voice = f->at + b->current + f->ms;
        b->interpolated = 0;
        return VQ_VM_PLAYED;
    }
    if (f)
        b->last_ms = f->ms;
    if (grow < -EXTRA_MS && ((!f && b->adjusted + SHRINK_EMPTY_MS < now) || b->adjusted + SHRINK_MS < now))
        return shrink(b, now, f);
    if (!f)
        return interpolate(b, ms);
    b->next_voice += f->ms;
    b->interpolated = 0;
    return VQ_VM_PLAYED;
}

enum vq_vm_got vq_vm_adaptive_get(struct vq_vm_adaptive *b, int64_t now, int64_t ms, struct vq_vm_frame *out)
{
    measure(b);
    int64_t range = b->jitter + EXTRA_MS;
    b->target = b->min + (range > SIZE_MS ? SIZE_MS : range);
    return b->silence ? get_silent(b, now, ms, out) : get_voice(b, now, ms, out);
}
