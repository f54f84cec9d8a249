/* wav_place.c - see wav_place.h. */
#include "app/wav_place.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define OUT_OF_STEP_S 0.2  /* timestamps and clock no longer go together: well above what a queue makes of jitter */
#define OTHER_LINE_S 10.0  /* a packet so much faster than the one before it counts by other timestamps */
#define WINDOW_S 5.0       /* of packets whose least transit time is taken */
#define WINDOW_PACKETS 250u
#define LOOK_EVERY 64u     /* packets between looks for steps that crept in */
/* However wrong timestamps are, sound does not get further than this from the packet's arrival. */
#define EARLY_S 60.0       /* held up so long, at most */
#define AHEAD_S 2.0
#define BLOCK 48u          /* so many arrivals the engine folds at once, and compares with the least of nine folds */
#define BLOCKS 9u

struct line {
    double *ticks_s;   /* timestamps in seconds, unwrapped, from 0 */
    double *transit_s; /* arrival less that */
};

static double seconds(const struct wav_packet *p, size_t i)
{
    return (double)(p[i].ts - p[0].ts) / 1e9;
}

static void unwrap(const struct wav_packet *p, size_t n, const uint32_t *clock_hz, struct line *l)
{
    double at = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t clock = clock_hz[p[i].pt & 127];
        /* Another clock: its timestamps begin where the packet stands. */
        if (i && clock == clock_hz[p[i - 1].pt & 127])
            at += (double)(int32_t)(p[i].timestamp - p[i - 1].timestamp) / clock;
        else
            at = seconds(p, i);
        l->ticks_s[i] = at;
        l->transit_s[i] = seconds(p, i) - at;
    }
}

/* From packet `i` on. */
static double least_ahead(const struct wav_packet *p, size_t n, const struct line *l, size_t i)
{
    double least = l->transit_s[i];
    for (size_t k = i + 1; k < n && k < i + WINDOW_PACKETS && seconds(p, k) - seconds(p, i) < WINDOW_S; k++) {
        if (l->transit_s[k] < l->transit_s[k - 1] - OTHER_LINE_S)
            break;
        least = fmin(least, l->transit_s[k]);
    }
    return least;
}

/* Ties the timestamps to the clock; the transit times become what they exceed the least by. */
static void tie(struct wav_packet *p, size_t n, struct line *l)
{
    double base = 0, before = 0;
    for (size_t i = 0; i < n; i++) {
        double transit = l->transit_s[i];
        bool look = !i || transit < base - OUT_OF_STEP_S;
        if (!look && transit > base + OUT_OF_STEP_S && (transit - before > OUT_OF_STEP_S || i % LOOK_EVERY == 0))
            look = least_ahead(p, n, l, i) > base + OUT_OF_STEP_S;
        if (look)
            base = least_ahead(p, n, l, i);
        before = transit;
        double start = l->ticks_s[i] + base, late = seconds(p, i) - start;
        p[i].placed = late < EARLY_S && late > -AHEAD_S;
        p[i].start = p[0].ts + (int64_t)llround(start * 1e9);
        l->transit_s[i] = late;
    }
}

static void discard(struct wav_packet *p, size_t n, const struct line *l, double buffer_ms)
{
    double least[BLOCKS];
    size_t blocks = 0;
    for (size_t from = 0; from < n; from += BLOCK, blocks++) {
        size_t end = from + BLOCK < n ? from + BLOCK : n;
        double min = HUGE_VAL, base = HUGE_VAL;
        for (size_t i = from; i < end; i++)
            min = fmin(min, l->transit_s[i]);
        least[blocks % BLOCKS] = min;
        for (size_t b = 0; b < BLOCKS && b <= blocks; b++)
            base = fmin(base, least[b]);
        for (size_t i = from; i < end; i++)
            p[i].late = (l->transit_s[i] - base) * 1000 > buffer_ms;
    }
}

/* Into the order of play. Packets nearly are in it: an insertion that looks back for a moment does it. */
#define LOOK_BACK 512u

static void order(struct wav_packet *p, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct wav_packet v = p[i];
        size_t k = i;
        while (k && i - k < LOOK_BACK && p[k - 1].start > v.start) {
            p[k] = p[k - 1];
            k--;
        }
        p[k] = v;
    }
}

static void drop_copies(struct wav_packet *p, size_t n)
{
    const struct wav_packet *last = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!p[i].placed || p[i].late)
            continue;
        if (last && last->seq == p[i].seq && last->start == p[i].start)
            p[i].placed = false;
        else
            last = &p[i];
    }
}

/* What has no clock has no place, and does not stand between those that have. */
static size_t with_clock(struct wav_packet *p, size_t n, const uint32_t *clock_hz)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (clock_hz[p[i].pt & 127]) {
            struct wav_packet v = p[i];
            p[i] = p[kept];
            p[kept++] = v;
        }
    return kept;
}

int wav_place(struct wav_packet *p, size_t n, const uint32_t clock_hz[128], double buffer_ms)
{
    n = with_clock(p, n, clock_hz);
    if (!n)
        return 0;
    struct line l = {malloc(n * sizeof *l.ticks_s), malloc(n * sizeof *l.transit_s)};
    int rc = l.ticks_s && l.transit_s ? 0 : -ENOMEM;
    if (!rc) {
        unwrap(p, n, clock_hz, &l);
        tie(p, n, &l);
        if (!isnan(buffer_ms))
            discard(p, n, &l, buffer_ms);
        order(p, n);
        drop_copies(p, n);
    }
    free(l.ticks_s);
    free(l.transit_s);
    return rc;
}
