/* fuzz_rtcp.c - any bytes as a compound RTCP packet. */
#include <stdlib.h>

#include "proto/rtcp_xr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint32_t read_xr(const struct vq_rtcp *p)
{
    struct vq_rd r = vq_xr_blocks(p);
    struct vq_xr_block b;
    uint32_t sum = 0;
    while (vq_xr_next(&r, &b)) {
        struct vq_xr_loss loss;
        struct vq_xr_statistics s;
        struct vq_xr_voip v;
        struct vq_xr_dlrr d;
        uint64_t ntp = 0;
        uint16_t from = b.specific;
        if (vq_xr_loss(&b, &from, &loss) && (loss.received + loss.lost > 65536 || loss.longest > loss.lost))
            abort();
        if (vq_xr_loss(&b, NULL, &loss) && loss.received + loss.lost > (uint16_t)(loss.end - loss.begin))
            abort();
        sum += vq_xr_statistics(&b, &s) ? s.lost : 0;
        sum += vq_xr_voip(&b, &v) ? v.r : 0;
        sum += vq_xr_reference_time(&b, &ntp) ? (uint32_t)ntp : 0;
        for (unsigned i = 0; vq_xr_dlrr(&b, i, &d); i++)
            sum += d.lrr;
    }
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static volatile uint32_t sink;
    struct vq_rd r = vq_rd(data, n);
    struct vq_rtcp p;
    sink += vq_rtcp_valid((struct vq_slice){data, n});
    while (vq_rtcp_next(&r, &p)) {
        struct vq_rtcp_sr sr;
        sink += read_xr(&p);
        struct vq_rtcp_block b;
        uint32_t ssrc;
        struct vq_slice cname;
        if (vq_rtcp_sr(&p, &sr))
            sink += sr.packets;
        for (unsigned i = 0; i < 33; i++) {
            if (vq_rtcp_block(&p, i, &b)) {
                if (i >= p.count || b.lost > 0x7fffff || b.lost < -0x800000)
                    abort();
                sink += b.ssrc;
            }
            if (vq_rtcp_sdes(&p, i, &ssrc, &cname))
                for (size_t k = 0; k < cname.n; k++)
                    sink += cname.p[k];
            if (vq_rtcp_bye(&p, i, &ssrc))
                sink += ssrc;
        }
    }
    if (!r.bad && vq_rd_left(&r))
        abort();
    (void)sink; /* reading every byte is the point, the sum is not */
    return 0;
}
