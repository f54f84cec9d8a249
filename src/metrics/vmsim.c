/* vmsim.c - see vmsim.h. */
#include "metrics/vmsim.h"

#include <math.h>
#include <stdlib.h>

#define INTERVAL_S 10
#define SETTLE 20          /* packets after it, so that a loss at its end is counted */
#define RUN_MOST 128u      /* longer runs count in pieces ... */
#define RUN_PIECE 127u
#define RUN_IGNORED 1024u  /* ... and those not at all */
#define PAUSE_MS 1000      /* beyond schedule, where numbers and timestamps just go on */
#define LEAP_MS 500        /* of the timestamps over one number, where the arrivals leapt along */
#define LEAP_TRANSIT_US 10000
#define BACKLOG 10000      /* packet times: too long to be asked for frame by frame */
#define RENUMBERED 200     /* numbers, within ... */
#define RENUMBERED_US 1000000
#define MAX_DROPOUT 3000u  /* RFC 3550 A.1 */
#define MAX_MISORDER 100u
#define NO_SEQ 65537u

/* Every codec is G.711 with concealment, without a delay. Above half of the frames it gives up. */
unsigned vq_vm_mos(uint32_t lost, uint32_t runs, uint32_t received)
{
    if (lost < 5)
        return 45;
    double lossr = received ? (double)lost / received : 0;
    double burst_r = runs ? fabs((double)lost / runs * (1 - lossr)) : 0;
    double positive = 1 - lossr < 0 ? burst_r : fmax(burst_r, 1);
    if (lossr == 0 || positive == 0)
        return 45;
    if (lossr > 0.5)
        return 10;
    double ppl = 100 * lossr, r = 93.2062077233 - 95 * ppl / (ppl / positive + 17.2647);
    double mos = 2.06405 + 0.031738 * r - 0.000356641 * r * r + 2.93143e-6 * r * r * r;
    return (unsigned)lround(10 * fmin(fmax(mos, 1), 4.5));
}

void vq_vmsim_init(struct vq_vmsim *v, uint32_t clock_hz)
{
    *v = (struct vq_vmsim){.ticks_per_ms = clock_hz / 1000, .bad_seq = NO_SEQ};
}

/* ---- playing ------------------------------------------------------------------------------------------------------- */

static void settle(struct vq_vm_score *s)
{
    unsigned burst = s->burst;
    if (burst >= RUN_IGNORED)
        return;
    for (; burst > RUN_MOST; burst -= RUN_MOST) {
        s->lost += RUN_PIECE;
        s->runs++;
    }
    s->lost += burst < RUN_MOST ? burst : 0; /* one of exactly that length falls outside of its table */
    s->runs += burst < RUN_MOST;
}

static void played(struct vq_vm_score *s, const struct vq_vm_frame *f)
{
    bool leapt = f->seq - s->last_seq == 1 && llabs(f->sent - s->last_sent) > f->ms;
    if (s->burst && !leapt && !f->marker && !f->after_event)
        settle(s);
    s->burst = 0;
    s->last_seq = f->seq;
    s->last_sent = f->sent;
}

static void miss(struct vq_vm_score *s, int64_t n)
{
    s->burst = n < RUN_IGNORED && s->burst + n < RUN_IGNORED ? s->burst + (unsigned)n : RUN_IGNORED;
}

static void play_fixed(struct vq_vm_fixed *b, struct vq_vm_score *s, int64_t now, int64_t ms)
{
    struct vq_vm_frame f;
    while (now >= b->next) {
        enum vq_vm_got got = vq_vm_fixed_get(b, now, ms, &f);
        if (got == VQ_VM_PLAYED) {
            played(s, &f);
            continue;
        }
        miss(s, 1);
        if (got == VQ_VM_INTERPOLATED && now >= b->next) { /* and so are all the others until now */
            int64_t n = (now - b->next) / ms + 1;
            miss(s, n);
            b->next += n * ms;
        }
    }
}

static void play_adaptive(struct vq_vm_adaptive *b, struct vq_vm_score *s, int64_t now, int64_t ms)
{
    struct vq_vm_frame f;
    int64_t next = vq_vm_adaptive_next(b);
    if (next == VQ_VM_NEVER)
        miss(s, 1);
    for (; next != VQ_VM_NEVER && now >= next; next = vq_vm_adaptive_next(b)) {
        enum vq_vm_got got = vq_vm_adaptive_get(b, now, ms, &f);
        if (got == VQ_VM_PLAYED)
            played(s, &f);
        else
            miss(s, 1);
        if (got == VQ_VM_NOTHING)
            return;
    }
}

static int64_t floor_ms(int64_t us)
{
    return us >= 0 ? us / 1000 : -((999 - us) / 1000);
}

static void play_all_fixed(struct vq_vmsim *v)
{
    int64_t now = floor_ms(v->tick_us - v->base_us);
    for (int i = 0; i < 2; i++)
        play_fixed(&v->fixed[i], &v->score[i], now, v->ms);
}

static bool empty_and_silent(const struct vq_vmsim *v)
{
    return !v->fixed[0].q.n && !v->fixed[1].q.n && !v->adaptive.q.n && v->adaptive.silence;
}

/* All the frames that were due until now. */
static void tick(struct vq_vmsim *v, int64_t behind_ms, bool marker)
{
    for (; behind_ms >= v->ms; behind_ms -= v->ms, v->tick_us += (int64_t)v->ms * 1000) {
        int64_t idle = behind_ms / v->ms - 1; /* a long pause is one step: nothing happens in it but what the last brings */
        if (idle > 1 && empty_and_silent(v)) {
            v->tick_us += (idle - 1) * v->ms * 1000;
            behind_ms -= idle * v->ms;
            play_all_fixed(v);
            miss(&v->score[VQ_VM_ADAPTIVE], idle);
            v->tick_us += (int64_t)v->ms * 1000;
        }
        for (int i = 0; i < VQ_VM_BUFFERS && marker; i++)
            v->score[i].burst = 0; /* a mark explains what is missing before it */
        play_all_fixed(v);
        play_adaptive(&v->adaptive, &v->score[VQ_VM_ADAPTIVE], floor_ms(v->tick_us - v->base_us), v->ms);
    }
}

static void put(struct vq_vmsim *v, const struct vq_vm_frame *f, int64_t us)
{
    int64_t now = floor_ms(us - v->base_us);
    for (int i = 0; i < 2; i++)
        if (v->created)
            v->score[i].burst += vq_vm_fixed_put(&v->fixed[i], f, now);
        else
            vq_vm_fixed_first(&v->fixed[i], f, now);
    if (v->created && f->marker)
        vq_vm_adaptive_reset(&v->adaptive);
    vq_vm_adaptive_put(&v->adaptive, f, now);
    v->created = true;
}

static void empty(struct vq_vmsim *v)
{
    v->created = false;
}

static void create(struct vq_vmsim *v, int64_t us)
{
    vq_vm_fixed_reset(&v->fixed[VQ_VM_F1], 50, 100);
    vq_vm_fixed_reset(&v->fixed[VQ_VM_F2], 200, 200);
    vq_vm_adaptive_reset(&v->adaptive);
    v->base_us = v->tick_us = us;
}

/* A packet of speech meets the buffers. */
static void voice(struct vq_vmsim *v, const struct vq_vm_packet *p, bool forced)
{
    int64_t us = p->ts / 1000;
    struct vq_vm_frame f = {.sent = p->rtp / v->ticks_per_ms, .seq = p->seq, .ms = (uint16_t)v->ms, .after_event = v->lately_event};
    if (!v->created)
        create(v, us);
    f.ts = f.sent;
    int64_t behind_ms = floor_ms(us - v->tick_us - (int64_t)v->ms * 1000);
    bool goes_on = p->seq == (uint16_t)(v->last_seq + 1) && p->rtp - v->last_rtp == v->ms * v->ticks_per_ms;
    forced = forced || (behind_ms >= PAUSE_MS && goes_on);
    f.marker = p->marker || v->lately_event || v->lately_noise ? VQ_VM_MARKED : forced ? VQ_VM_FORCED : VQ_VM_UNMARKED;
    if (behind_ms > (int64_t)v->ms * BACKLOG)
        v->tick_us = us;
    else
        tick(v, behind_ms, f.marker != VQ_VM_UNMARKED);
    put(v, &f, us);
}

/* ---- packet time --------------------------------------------------------------------------------------------------- */

/* From two steps of the timestamps between packets that follow each other, or at once from the payload's length. False:
 * not known yet, and the packet is not played. */
static bool learn(struct vq_vmsim *v, const struct vq_vm_packet *p, uint32_t ms, bool follows)
{
    if (p->at_once) {
        v->ms = p->ms >= 10 ? p->ms : 0;
        v->ms_votes = v->ms ? 2 : 0;
        return v->ms;
    }
    if (!follows || !ms || (v->ms_votes && p->marker)) {
        v->ms_votes = 0;
        return false;
    }
    v->ms = v->ms_votes ? (ms + v->ms_before) / 2 : ms;
    v->ms_before = ms;
    return ++v->ms_votes == 2;
}

/* Another packet time, when two packets running have it. */
static void relearn(struct vq_vmsim *v, uint32_t ms)
{
    if (ms == v->ms || ms < 10 || ms > 120 || ms % 10)
        v->ms_changes = 0;
    else if (++v->ms_changes > 1) {
        v->ms = ms;
        v->ms_changes = 0;
    }
}

static bool packet_time(struct vq_vmsim *v, const struct vq_vm_packet *p)
{
    bool follows = v->last_rtp_known && p->seq == (uint16_t)(v->last_seq + 1) && !v->lately_event;
    uint32_t ms = p->ms ? p->ms : (p->rtp - v->last_rtp) / v->ticks_per_ms;
    if (v->ms_votes < 2)
        return learn(v, p, ms, follows) && v->ms > 1;
    if (follows && !p->marker)
        relearn(v, p->at_once && ms < 20 ? v->ms : ms);
    return true;
}

/* ---- RFC 3550 A.1, as it counts ------------------------------------------------------------------------------------ */

static void begin_numbers(struct vq_vmsim *v, uint16_t seq)
{
    v->base_seq = v->max_seq = seq;
    v->bad_seq = NO_SEQ;
    v->cycles = v->received = 0;
}

static void go_on_at(struct vq_vmsim *v, uint16_t seq)
{
    v->cycles += (int64_t)v->max_seq - v->base_seq;
    v->base_seq = v->max_seq = seq;
}

/* True: the packet counts. */
static bool count(struct vq_vmsim *v, const struct vq_vm_packet *p)
{
    int64_t ahead = v->cycles + p->seq - ((int64_t)v->base_seq + 1) - v->received - v->lost_before;
    if (v->started && ahead > RENUMBERED && p->ts / 1000 - v->last_us < RENUMBERED_US)
        go_on_at(v, p->seq);
    if (!v->started) {
        begin_numbers(v, p->seq);
        v->max_seq = (uint16_t)(p->seq - 1);
        v->probation = 2;
        return false;
    }
    uint16_t delta = (uint16_t)(p->seq - v->max_seq);
    if (v->probation) {
        bool next = p->seq == v->max_seq + 1;
        v->probation = (uint8_t)(next ? v->probation - 1 : 1);
        v->max_seq = p->seq;
        if (v->probation)
            return false;
        begin_numbers(v, p->seq);
    } else if (delta < MAX_DROPOUT) {
        v->cycles += p->seq < v->max_seq ? 65536 : 0;
        v->max_seq = p->seq;
    } else if (delta <= 65536 - MAX_MISORDER) {
        if (p->seq != v->bad_seq) {
            v->bad_seq = (uint16_t)(p->seq + 1);
            return false;
        }
        begin_numbers(v, p->seq);
    }
    v->received++;
    v->packets++;
    return true;
}

static void count_loss(struct vq_vmsim *v)
{
    int64_t lost = v->cycles + v->max_seq - ((int64_t)v->base_seq + 1) - v->received;
    if (lost < 0) {
        v->cycles -= lost;
        lost = 0;
    }
    if (lost > v->lost_before)
        v->lost += lost - v->lost_before; /* and what comes late after all is not given back */
    v->lost_before = lost;
}

/* ---- scores -------------------------------------------------------------------------------------------------------- */

static void rate(struct vq_vmsim *v, int64_t second)
{
    uint64_t seconds = (uint64_t)(second > v->scored_s ? second - v->scored_s : 1);
    for (int i = 0; i < VQ_VM_BUFFERS; i++) {
        struct vq_vm_score *s = &v->score[i];
        unsigned mos = vq_vm_mos(s->lost, s->runs, v->packets - v->packets_scored);
        s->least = (uint8_t)(!s->least || mos < s->least ? mos : s->least);
        s->sum += mos * seconds;
        s->lost_all += s->lost;
        s->lost = s->runs = 0;
    }
    v->packets_scored = v->packets;
    v->seconds += seconds;
    v->intervals++;
    v->scored_s = second;
}

static void rate_when_due(struct vq_vmsim *v, int64_t second)
{
    if (v->wait > 1)
        v->wait--;
    else if (v->wait) {
        v->wait = 0;
        rate(v, second);
    } else if (v->scored_s + INTERVAL_S < second)
        v->wait = SETTLE;
}

/* ---- a packet ------------------------------------------------------------------------------------------------------ */

/* One number is missing and the timestamps leapt, but no more than the arrivals did: a pause, and the loss is none. */
static bool pause_explains(const struct vq_vmsim *v, const struct vq_vm_packet *p)
{
    int64_t leap_us = (int64_t)(p->rtp - v->timestamp) * 1000 / v->ticks_per_ms;
    return (uint16_t)(p->seq - v->last_seq) == 2 && leap_us > LEAP_MS * 1000 &&
           llabs(p->ts / 1000 - v->last_us - leap_us) < LEAP_TRANSIT_US;
}

static void counted(struct vq_vmsim *v, const struct vq_vm_packet *p)
{
    count_loss(v);
    v->timestamp = p->rtp;
    v->last_us = p->ts / 1000;
}

void vq_vmsim_packet(struct vq_vmsim *v, const struct vq_vm_packet *p)
{
    bool forced = false;
    if (!v->ticks_per_ms || (v->started && p->seq == v->last_seq && (v->marked || !p->marker)))
        return;
    if (!v->started)
        v->scored_s = p->ts / 1000000000;
    v->marked = p->marker;
    if (v->started && p->seq != (uint16_t)(v->last_seq + 1)) {
        if (p->rtp - v->timestamp == v->ms * v->ticks_per_ms) {
            empty(v); /* numbers are missing, speech is not */
            forced = true;
        } else
            forced = pause_explains(v, p);
    }
    if (p->marker && v->started)
        go_on_at(v, p->seq);
    if (v->lately_event && p->kind != VQ_VM_EVENT)
        empty(v);
    if (p->kind == VQ_VM_VOICE && packet_time(v, p))
        voice(v, p, forced);
    if (count(v, p))
        counted(v, p);
    else if (!v->started) {
        v->timestamp = p->rtp;
        v->last_us = p->ts / 1000;
    }
    v->started = true;
    v->last_seq = p->seq;
    v->lately_event = p->kind == VQ_VM_EVENT;
    v->lately_noise = p->kind == VQ_VM_COMFORT_NOISE;
    if (p->kind != VQ_VM_VOICE)
        return;
    v->last_rtp = p->rtp;
    v->last_rtp_known = !p->marker;
    rate_when_due(v, p->ts / 1000000000);
}

void vq_vmsim_result(const struct vq_vmsim *v, struct vq_vm_result *out)
{
    const double none = (double)NAN;
    int64_t all = v->packets + 2 + v->lost;
    *out = (struct vq_vm_result){.packets = v->packets, .lost = v->lost, .loss_pct = 100.0 * (double)v->lost / (double)all,
                                 .intervals = v->intervals};
    struct vq_vmsim end = *v;
    if (v->packets > v->packets_scored)
        rate(&end, v->last_us / 1000000);
    for (int i = 0; i < VQ_VM_BUFFERS; i++) {
        const struct vq_vm_score *s = &v->score[i], *t = &end.score[i];
        struct vq_vm_mos *m = &out->mos[i];
        *m = (struct vq_vm_mos){.min = none, .mean = none, .min_to_end = none, .mean_to_end = none, .lost = t->lost_all};
        if (v->intervals) {
            double tenths = (double)s->sum / (double)v->seconds;
            m->min = s->least / 10.0;
            m->mean = (i == VQ_VM_F1 ? floor(tenths) : round(tenths)) / 10; /* as its database keeps them */
        }
        if (end.intervals) {
            double tenths = (double)t->sum / (double)end.seconds;
            m->min_to_end = t->least / 10.0;
            m->mean_to_end = (i == VQ_VM_F1 ? floor(tenths) : round(tenths)) / 10;
        }
    }
}
