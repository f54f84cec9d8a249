/* fuzz_rtcp.c - any bytes as a compound RTCP packet. */
#include <stdlib.h>

#include "proto/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static volatile uint32_t sink;
    struct vq_rd r = vq_rd(data, n);
    struct vq_rtcp p;
    sink += vq_rtcp_valid((struct vq_slice){data, n});
    while (vq_rtcp_next(&r, &p)) {
        struct vq_rtcp_sr sr;
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
