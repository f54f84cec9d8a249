/* rtt.h - round trip from RTCP, RFC 3550 6.4.1, measured where the capture was taken.
 *
 * The probe sees the sender report go by and later the report block that names it: the time between them less DLSR is
 * the way from here to the receiver and back. No clock but the probe's is read, so none has to be right. */
#ifndef VQ_METRICS_RTT_H
#define VQ_METRICS_RTT_H

#include <stdbool.h>
#include <stdint.h>

#define VQ_RTT_REPORTS 3 /* sender reports remembered */

struct vq_rtt {
    struct {
        uint32_t lsr; /* middle 32 bits of the NTP time; 0: unused */
        int64_t ts;   /* when it went by */
    } sr[VQ_RTT_REPORTS];
    unsigned next;
    double min, max, sum; /* ms */
    uint32_t n;
};

void vq_rtt_sr(struct vq_rtt *r, uint64_t ntp, int64_t ts);
/* A report block about the sender. LSR = 0 and an LSR that was not seen give nothing; neither does a negative result
 * (a DLSR longer than the time that passed). True when a sample was taken. */
bool vq_rtt_block(struct vq_rtt *r, uint32_t lsr, uint32_t dlsr, int64_t ts);

#endif
