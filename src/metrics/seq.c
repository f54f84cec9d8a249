/* seq.c - see seq.h. */
#include "metrics/seq.h"

#include <string.h>

/* Room below the first number, so that packets overtaken by it can still be numbered. */
#define FIRST_CYCLE 65536u

static bool seen(const struct vq_seq *s, uint32_t n)
{
    return s->window[n % VQ_SEQ_WINDOW / 64] >> (n % 64) & 1;
}

static void mark(struct vq_seq *s, uint32_t n)
{
    s->window[n % VQ_SEQ_WINDOW / 64] |= UINT64_C(1) << (n % 64);
}

static void clear(struct vq_seq *s, uint32_t n)
{
    s->window[n % VQ_SEQ_WINDOW / 64] &= ~(UINT64_C(1) << (n % 64));
}

/* The fate of number `n` is final. */
static void settle(struct vq_seq *s, uint32_t n, bool received)
{
    if (!received) {
        vq_burst_lost(&s->burst, s->expected_before + (n - s->base));
        if (++s->run > s->longest)
            s->longest = s->run;
        return;
    }
    if (s->run) {
        s->runs[s->run < VQ_SEQ_RUNS ? s->run - 1 : VQ_SEQ_RUNS - 1]++;
        s->n_runs++;
        s->run = 0;
    }
}

static void begin(struct vq_seq *s, uint32_t base)
{
    memset(s->window, 0, sizeof s->window);
    s->base = s->max = base;
    s->strayed = false;
    s->started = true;
    s->segments++;
    s->distinct++;
    mark(s, base);
}

/* Settles what is still in the window; the highest number was received, so no run stays open. */
static void finish_segment(struct vq_seq *s)
{
    uint32_t n = s->max - s->base >= VQ_SEQ_WINDOW ? s->max - VQ_SEQ_WINDOW + 1 : s->base;
    /* As many came as numbers went by, and none after its turn, so that none counted twice: nothing is to be settled. */
    bool none_missing = !vq_seq_lost(s) && !s->reordered && !s->run;
    for (; n <= s->max && !none_missing; n++)
        settle(s, n, seen(s, n));
    s->expected_before += s->max - s->base + 1;
}

static void advance(struct vq_seq *s, uint32_t to)
{
    for (uint32_t n = s->max + 1; n != to + 1; n++) {
        if (n - s->base >= VQ_SEQ_WINDOW)
            settle(s, n - VQ_SEQ_WINDOW, seen(s, n)); /* the bit still belongs to n - 512 */
        clear(s, n);
    }
    s->max = to;
    mark(s, to);
    s->distinct++;
}

static enum vq_seq_verdict behind(struct vq_seq *s, uint32_t n)
{
    if (n >= s->base && seen(s, n)) {
        s->duplicates++;
        return VQ_SEQ_DUPLICATE;
    }
    if (n < s->base) /* overtaken by the first packet; the window reaches below base, nothing there is settled */
        s->base = n;
    mark(s, n);
    s->distinct++;
    s->reordered++;
    return VQ_SEQ_LATE;
}

/* RFC 3550 A.1 asks for the very next number. A loss, or a packet that overtakes another, must not hide a restart. */
#define PROOF_GAP 16

static enum vq_seq_verdict jump(struct vq_seq *s, uint16_t seq)
{
    uint16_t ahead = (uint16_t)(seq - s->stray_seq);
    if (s->strayed && ahead && (ahead <= PROOF_GAP || ahead >= 65536u - PROOF_GAP)) {
        s->stray -= 1u + s->stray_copies;
        s->duplicates += s->stray_copies;
        finish_segment(s);
        begin(s, FIRST_CYCLE + s->stray_seq);
        if (ahead <= PROOF_GAP)
            advance(s, s->max + ahead);
        else
            behind(s, s->max - (uint16_t)(0 - ahead));
        return VQ_SEQ_RESTART;
    }
    s->stray_copies = s->strayed && !ahead ? (uint16_t)(s->stray_copies + 1) : 0;
    s->strayed = true;
    s->stray_seq = seq;
    s->stray++;
    return VQ_SEQ_STRAY;
}

enum vq_seq_verdict vq_seq_add_any(struct vq_seq *s, uint16_t seq, enum vq_seq_hint hint)
{
    if (!s->started) {
        begin(s, FIRST_CYCLE + seq);
        return VQ_SEQ_NEXT;
    }
    uint16_t ahead = (uint16_t)(seq - (uint16_t)s->max);
    bool proven = hint == VQ_SEQ_OUTAGE;
    if (hint == VQ_SEQ_RENUMBERED || (vq_seq_is_jump(s, seq) && !(proven && ahead < 32768)))
        return jump(s, seq);
    s->strayed = false;
    if (ahead && (ahead < VQ_SEQ_MAX_DROPOUT || proven)) {
        advance(s, s->max + ahead);
        return VQ_SEQ_NEXT;
    }
    return behind(s, s->max - (uint16_t)(0 - ahead));
}

void vq_seq_loss(const struct vq_seq *s, struct vq_loss *out)
{
    struct vq_seq f = *s;
    if (f.started)
        finish_segment(&f);
    *out = (struct vq_loss){.expected = f.expected_before, .n_runs = f.n_runs};
    out->lost = out->expected > f.distinct ? out->expected - f.distinct : 0;
    for (int i = 0; i < VQ_SEQ_RUNS; i++)
        out->runs[i] = f.runs[i];
    if (out->expected)
        out->loss_fraction = (double)out->lost / (double)out->expected;
    out->longest = f.longest;
    vq_burst_sum(&f.burst, (uint32_t)out->expected, &out->burst);
    if (f.n_runs)
        out->mean_run = (double)out->lost / (double)f.n_runs;
}
