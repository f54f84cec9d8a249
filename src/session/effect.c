/* effect.c - what became of a stream after an offer or answer, read from its course over time. */
#include "session/session.h"

#define LOOK (3 * VQ_S)
#define SETTLE (VQ_S / 5) /* packets on their way when the message went by */

/* Packets in slots that lie within [from, to]; `*any`: there was such a slot. */
static uint64_t packets_within(const struct vq_engine *e, const struct vq_stream *s, int64_t from, int64_t to,
                               bool *any)
{
    struct vq_interval slot;
    uint64_t n = 0;
    for (unsigned i = 0; vq_stream_interval(e, s, i, &slot) && slot.start < to; i++) {
        if (slot.start < from || slot.start + slot.width > to)
            continue;
        *any = true;
        n += slot.packets;
    }
    return n;
}

enum vq_effect vq_offer_effect(const struct vq_engine *e, const struct vq_offer *o, const struct vq_stream *s)
{
    struct vq_interval first;
    bool before = false, after = false;
    int64_t look = vq_stream_interval(e, s, 0, &first) && 2 * first.width > LOOK ? 2 * first.width : LOOK;
    int64_t until = o->ts + look;
    for (const struct vq_offer *n = o->next; n; n = n->next)
        if (n->ts > o->ts + VQ_S && n->ts < until) /* the answer comes at once, and is part of it */
            until = n->ts;
    if (s->start >= o->ts)
        return s->start < until ? VQ_EFFECT_STARTED : VQ_EFFECT_NONE;
    if (s->end < o->ts - look)
        return VQ_EFFECT_NONE;
    uint64_t n_before = packets_within(e, s, o->ts - look, o->ts, &before);
    uint64_t n_after = packets_within(e, s, o->ts + SETTLE, until, &after);
    if (s->end <= o->ts + SETTLE) {
        after = true;
        n_after = 0;
    }
    if (!after)
        return VQ_EFFECT_NONE;
    if (!n_after)
        return n_before || !before ? VQ_EFFECT_STOPPED : VQ_EFFECT_NONE;
    return n_before || !before ? VQ_EFFECT_CONTINUED : VQ_EFFECT_RESUMED;
}
