/* relay.c - payloads that come in and go out again. A B2BUA that makes SSRC, numbers and timestamps of its own hands the
 * payload on all the same as long as it does not transcode. Which packets are remembered is decided by what is in them: so
 * both sides remember the same ones, whether or not they began together. */
#include "session/session.h"

#include <string.h>

/* Payloads that two streams must have in common. Two that have nothing to do with each other share three of twelve marks
 * of 32 bits once in 10^23 times: at most C(144, 3) / 2^96. */
#define SAME_MARKS 3u

void vq_relay_note(struct vq_engine *e, struct vq_stream_cold *c, struct vq_slice payload)
{
    uint32_t mark = (uint32_t)vq_hash(e, payload.p, payload.n, payload.n);
    if (c->n_marks == VQ_RELAY_MARKS || !memcmp(payload.p, payload.p + 1, payload.n - 1))
        return; /* one byte all over is silence, and the same everywhere */
    for (unsigned i = 0; i < c->n_marks; i++)
        if (c->marks[i] == mark)
            return;
    c->marks[c->n_marks++] = mark;
}

bool vq_relay_same(const struct vq_engine *e, const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    const struct vq_stream_cold *c = vq_cold_at(e, a->cold), *d = vq_cold_at(e, b->cold);
    unsigned same = 0;
    for (unsigned i = 0; i < c->n_marks; i++)
        for (unsigned k = 0; k < d->n_marks; k++)
            same += c->marks[i] == d->marks[k];
    return same >= SAME_MARKS;
}
