/* transit.c - see transit.h. */
#include "metrics/transit.h"

void vq_transit_init(struct vq_transit *t)
{
    *t = (struct vq_transit){.jbuf = {.delay_us = VQ_JBUF_INITIAL}};
}

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t greater(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

#define BARRIER (VQ_ARRIVAL_RESYNC | VQ_ARRIVAL_RESTART)
#define NOTABLE (VQ_ARRIVAL_FREE - 1)

/* Into sending order: an insertion sort, for they nearly are. Nothing passes a jump. */
static void sort(struct vq_arrival *a, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct vq_arrival v = a[i];
        unsigned k = i;
        for (; k && !(v.flags & BARRIER) && (int16_t)(v.seq - a[k - 1].seq) < 0; k--) {
            if (a[k - 1].flags & BARRIER)
                break;
            a[k] = a[k - 1];
        }
        a[k] = v;
    }
}

static int32_t least_of(const struct vq_arrival *a, unsigned n)
{
    int32_t min = INT32_MAX;
    for (unsigned i = 0; i < n; i++)
        if (!(a[i].flags & VQ_ARRIVAL_BLIND) && a[i].us < min)
            min = a[i].us;
    return min;
}

/* Of the last folds; `min` when it is less. */
static int32_t least_of_late(const struct vq_transit *t, int32_t min)
{
    for (unsigned i = 0; i < t->n_blocks; i++)
        min = lesser(min, t->block_min[i]);
    return min;
}

/* A packet that does not simply follow the last one: what is missing before it was lost, unless the numbering is another.
 * Returns its position. */
static uint32_t place(struct vq_transit *t, const struct vq_jbuf_sizes *sizes, const struct vq_arrival *a, uint16_t ahead,
                      uint32_t position)
{
    if (!position || a->flags & VQ_ARRIVAL_RESTART)
        return position + 1;
    if (ahead > 1)
        vq_jbuf_lost(&t->jbuf, sizes, position + 1, ahead - 1u);
    return position + ahead;
}

static bool straggler(struct vq_transit *t, const struct vq_jbuf_sizes *sizes, const struct vq_arrival *a, int32_t base)
{
    if (a->flags & VQ_ARRIVAL_BLIND)
        return false;
    vq_spread_add(&t->pdv, a->us - base);
    vq_jbuf_straggler(&t->jbuf, sizes, a->us - base);
    return a->us - base > sizes->us[sizes->scored];
}

/* A stretch without a jump in it. What it changes with every packet is kept out of memory meanwhile. Returns which of them
 * are discarded. */
static uint64_t fold_stretch(struct vq_transit *t, const struct vq_jbuf_sizes *sizes, const struct vq_arrival *a, unsigned n,
                             int32_t base)
{
    uint64_t late = 0, bit = 1;
    uint32_t position = t->position;
    uint16_t last_seq = t->last_seq;
    int32_t last_us = t->last_us, min = t->min_us, max = t->max_us;
    bool known = t->known;
    for (const struct vq_arrival *end = a + n; a < end; a++, bit <<= 1) {
        uint16_t ahead = (uint16_t)(a->seq - last_seq);
        bool next = ahead == 1 && position;
        if (ahead >= 32768 && position && !(a->flags & VQ_ARRIVAL_RESTART)) { /* so late that its place is folded */
            late |= straggler(t, sizes, a, base) ? bit : 0;
            max = a->flags & VQ_ARRIVAL_BLIND ? max : greater(max, a->us);
            continue;
        }
        position = next && !(a->flags & NOTABLE) ? position + 1 : place(t, sizes, a, ahead, position);
        last_seq = a->seq;
        if (a->flags & VQ_ARRIVAL_BLIND) {
            known = false;
            continue;
        }
        if (next && known && !(a->flags & NOTABLE))
            vq_spread_add(&t->ipdv, a->us > last_us ? a->us - last_us : last_us - a->us);
        vq_spread_add(&t->pdv, a->us - base);
        if (vq_jbuf_packet(&t->jbuf, sizes, position, a->us - base))
            late |= bit;
        last_us = a->us;
        min = lesser(min, last_us);
        max = greater(max, last_us);
        known = true;
    }
    t->position = position;
    t->last_seq = last_seq;
    t->last_us = last_us;
    t->min_us = min;
    t->max_us = max;
    t->known = known;
    return late;
}

/* How many packets behind a jump must tell what it was. */
#define BUNCH 4u

/* Packets that were held up come in a bunch, each a packet time less late than the one before: nobody's timestamps jumped.
 * `n`: also those that wait to be folded. */
static bool held_up(const struct vq_arrival *a, unsigned n, int32_t frame_us)
{
    if (a->flags & VQ_ARRIVAL_RESTART || n < BUNCH)
        return false;
    for (unsigned i = 1; i < BUNCH; i++)
        if (a[i].flags & NOTABLE || a[i - 1].us - a[i].us < frame_us / 2)
            return false;
    return true;
}

/* The sender's timestamps, not its clock, made this step in the least transit times. */
static void jump(struct vq_transit *t, int32_t min)
{
    if (t->n_blocks && min != INT32_MAX)
        t->shift_us += (int64_t)min - least_of_late(t, INT32_MAX);
    t->n_blocks = t->block = 0;
}

uint64_t vq_transit_fold(struct vq_transit *t, const struct vq_jbuf_sizes *sizes, struct vq_arrival *a, unsigned n, unsigned keep,
                         int64_t now_us, int32_t frame_us)
{
    uint64_t late = 0;
    int32_t min = INT32_MAX;
    uint32_t seen = t->pdv.n;
    unsigned all = n;
    sort(a, n);
    n -= keep;
    for (unsigned i = 0, k; i < n; i = k) {
        for (k = i + 1; k < n && !(a[k].flags & BARRIER); k++)
            ;
        min = least_of(a + i, k - i);
        if (a[i].flags & BARRIER && !held_up(a + i, all - i, frame_us))
            jump(t, min);
        late |= fold_stretch(t, sizes, a + i, k - i, least_of_late(t, min)) << i;
        if (min == INT32_MAX)
            continue; /* nothing but events */
        t->block_min[t->block] = min;
        t->block = (uint8_t)((t->block + 1) % VQ_TRANSIT_BLOCKS);
        t->n_blocks = (uint8_t)(t->n_blocks + (t->n_blocks < VQ_TRANSIT_BLOCKS));
    }
    if (min != INT32_MAX)
        vq_drift_add(&t->drift, (double)now_us / 1e6, (double)(min - t->shift_us) / 1000);
    vq_jbuf_adapt(&t->jbuf, t->pdv.n - seen, now_us - t->folded_us, frame_us);
    t->folded_us = now_us;
    return late;
}
