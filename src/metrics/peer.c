/* peer.c - see peer.h. */
#include "metrics/peer.h"

#include <stddef.h>

/* Counts taken at two places differ by packets that overtake each other, even where nothing is lost between. What still
 * differs at the next report is no such thing. */
#define SLACK 2
/* RFC 3550 A.1 MAX_DROPOUT: numbers further apart say nothing about packets in flight. */
#define MAX_FLIGHT 3000
/* The jitter that Cisco's voice guides allow a network (docs/metrics.md), in ms. */
#define JITTER_MS 30
/* The largest jitter buffers hold 500 ms: a report beyond is in units of its own. */
#define JITTER_ABSURD_MS 500

static int32_t behind_here(const struct vq_peer *p, int32_t lost0, uint32_t here0)
{
    return (p->lost - lost0) - (int32_t)(p->here_lost - here0);
}

/* The receiver began its count anew: what it said until then is settled. */
static void begin_anew(struct vq_peer *p)
{
    int32_t more = p->restarted ? behind_here(p, 0, p->first_here_lost) : behind_here(p, p->first_lost, p->first_here_lost);
    if (more > 0)
        p->settled += more;
    if (!p->restarted)
        p->at_first = p->first_lost - (int32_t)p->first_here_lost;
    p->restarted = true;
    p->first_here_lost = p->here_lost;
    p->first_here_duplicates = p->here_duplicates;
}

static void add_jitter(struct vq_peer *p, const struct vq_peer_report *r)
{
    if (!(r->jitter_ms >= 0) || !(r->here_jitter_ms >= 0) || r->jitter_ms > JITTER_ABSURD_MS)
        return;
    if (p->n == 1 || r->jitter_ms - r->here_jitter_ms > (double)(p->jitter_ms - p->jitter_here_ms)) {
        p->jitter_ms = (float)r->jitter_ms;
        p->jitter_here_ms = (float)r->here_jitter_ms;
    }
}

static void add_heard(struct vq_peer *p, const struct vq_peer_report *r)
{
    if (p->n == 1 || r->ext_seq != p->ext_seq) {
        p->advanced_ts = r->ts;
        p->advanced_packets = r->here_packets;
        return;
    }
    uint32_t passed = r->here_packets - p->advanced_packets;
    if (passed > p->unheard) {
        p->unheard = passed;
        p->unheard_ns = r->ts - p->advanced_ts;
    }
}

void vq_peer_add(struct vq_peer *p, const struct vq_peer_report *r)
{
    /* The receiver has later packets than were seen here: they take another way now, and its count is not of this one. */
    int ahead = (int16_t)((uint16_t)r->ext_seq - r->here_seq);
    if (ahead > SLACK && ahead < MAX_FLIGHT) {
        p->ahead = true;
        return;
    }
    p->n++;
    add_heard(p, r);
    add_jitter(p, r);
    if (p->n == 1) {
        p->first_lost = r->lost;
        p->first_here_lost = r->here_lost;
        p->first_here_duplicates = r->here_duplicates;
    } else if (r->lost < p->lost - SLACK - (int32_t)(r->here_duplicates - p->here_duplicates)) {
        begin_anew(p); /* a duplicate gives a loss back, RFC 3550 6.4.1; nothing else does */
    }
    uint16_t flight = (uint16_t)(r->here_seq - (uint16_t)r->ext_seq);
    p->in_flight = flight < MAX_FLIGHT ? flight : 0;
    p->before = p->n == 1 ? 0 : p->lost - (int32_t)p->here_lost;
    p->ext_seq = r->ext_seq;
    p->lost = r->lost;
    p->here_lost = r->here_lost;
    p->here_duplicates = r->here_duplicates;
    p->here_packets = r->here_packets;
}

static enum vq_peer_where where(bool before, bool after)
{
    if (before)
        return after ? VQ_PEER_BOTH : VQ_PEER_BEFORE;
    return after ? VQ_PEER_AFTER : VQ_PEER_NONE;
}

void vq_peer_judge(const struct vq_peer *p, bool from_start, uint64_t lost, double jitter_max_ms, struct vq_peer_verdict *out)
{
    *out = (struct vq_peer_verdict){.why = p->ahead ? "the receiver has later packets than the capture" : "no receiver report"};
    if (!p->n)
        return;
    out->why = "the receiver reports more packets lost than were sent";
    if (from_start && p->lost > (int64_t)p->here_packets + p->here_lost + SLACK)
        return;
    out->why = "a single report, and the stream began before the capture";
    if (!from_start && p->n < 2)
        return;
    bool whole = from_start && !p->restarted;
    uint32_t duplicates = p->here_duplicates - (whole ? 0 : p->first_here_duplicates);
    int32_t more = behind_here(p, whole || p->restarted ? 0 : p->first_lost, whole ? 0 : p->first_here_lost);
    /* Receivers differ in whether a duplicate counts as received: each conclusion takes the count that speaks against it. */
    uint32_t here = p->here_lost - (whole ? 0 : p->first_here_lost);
    int64_t missed = p->lost < 0 ? 0 : -(int64_t)more - duplicates - p->in_flight - SLACK;
    out->why = NULL;
    out->compared = true;
    int32_t changed = p->lost - (int32_t)p->here_lost - p->before; /* with the last report */
    int32_t steady = p->n < 2 ? 0 : changed > 0 ? more - changed : more;
    int32_t settled = p->settled + (from_start && p->at_first > 0 ? p->at_first : 0);
    out->lost_after = settled + (more > SLACK ? more : steady > 0 ? steady : 0);
    out->missed_here = missed < 0 ? 0 : missed < here ? missed : here;
    bool jitter_after = p->jitter_ms > JITTER_MS && p->jitter_ms > 2 * p->jitter_here_ms;
    out->where = where(lost > 0 || jitter_max_ms > JITTER_MS, out->lost_after > 0 || jitter_after);
}
