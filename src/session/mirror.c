/* mirror.c - the same IP packet, captured twice: before and after a router (TTL), in two VLANs, on two interfaces, inside
 * and outside a tunnel. It was sent once, so it counts once; the second sight is counted apart.
 *
 * A copy that went the same way to the last detail is left to the protocols, for the network can have doubled it. */
#include "session/session.h"

/* Two sights of a packet are apart by a switch or a router; 20 ms is less than any packet interval of speech, and far less
 * than a SIP retransmission (500 ms, RFC 3261 17.1.1.1). */
#define WINDOW (20 * INT64_C(1000000))

#define HEAD 128 /* bytes of a message that are compared */

static bool near(int64_t a, int64_t b)
{
    return a - b < WINDOW && b - a < WINDOW;
}

bool vq_mirror_of_last(const struct vq_rtp_stream *s, uint16_t seq, const struct vq_dgram *d)
{
    /* A router on the way may also change the DSCP, but that alone makes no second sight. */
    return (uint16_t)s->seq.max == seq && s->packets && s->last_ip_id == d->ip_id && near(d->ts, s->last_ts) &&
           ((s->last_path ^ vq_path_of(d)) & ~0xffu) != 0;
}

bool vq_mirror_seen(struct vq_engine *e, const struct vq_dgram *d)
{
    /* Start line and topmost Via, or the whole of a short message, with the length: that tells one message from another. */
    size_t n = d->payload.n < HEAD ? d->payload.n : HEAD;
    uint64_t hash = vq_hash(e, d->payload.p, n, (uint64_t)d->wire << 16 | d->ip_id) ^ vq_flow_hash(e, d);
    struct vq_seen *s = &e->seen[hash % VQ_SEEN];
    bool again = s->hash == hash && near(d->ts, s->ts) && (s->ttl != d->ttl || s->route != d->route);
    if (!again)
        *s = (struct vq_seen){hash, d->ts, d->route, d->ttl};
    return again;
}
