/* rtt.c - see rtt.h. */
#include "metrics/rtt.h"

void vq_rtt_sr(struct vq_rtt *r, uint64_t ntp, int64_t ts)
{
    uint32_t lsr = (uint32_t)(ntp >> 16);
    for (unsigned i = 0; i < VQ_RTT_REPORTS; i++)
        if (r->sr[i].lsr == lsr) /* a copy of the same report, seen at another hop: the first counts */
            return;
    r->sr[r->next].lsr = lsr;
    r->sr[r->next].ts = ts;
    r->next = (r->next + 1) % VQ_RTT_REPORTS;
}

bool vq_rtt_block(struct vq_rtt *r, uint32_t lsr, uint32_t dlsr, int64_t ts)
{
    if (!lsr)
        return false;
    for (unsigned i = 0; i < VQ_RTT_REPORTS; i++) {
        if (r->sr[i].lsr != lsr)
            continue;
        double ms = (double)(ts - r->sr[i].ts) / 1e6 - (double)dlsr * 1000.0 / 65536.0;
        if (ms < 0)
            return false;
        r->min = r->n && r->min < ms ? r->min : ms;
        r->max = r->n && r->max > ms ? r->max : ms;
        r->sum += ms;
        r->n++;
        return true;
    }
    return false;
}
