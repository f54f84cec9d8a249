/* fuzz_vqrtcpxr.c - any bytes as a body of type application/vq-rtcpxr. */
#include <stdlib.h>

#include "proto/vqrtcpxr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static volatile unsigned sink;
    struct vq_vqreport r;
    if (!vq_vqreport_read((struct vq_slice){data, n}, &r))
        return 0;
    if ((!r.has_local && !r.has_remote) || r.has_local != vq_quality_told(&r.local) ||
        r.has_remote != vq_quality_told(&r.remote))
        abort();
    for (size_t i = 0; i < r.call_id.n; i++)
        sink += r.call_id.p[i];
    for (size_t i = 0; i < r.local.codec.n; i++)
        sink += r.local.codec.p[i];
    (void)sink; /* reading every byte is the point, the sum is not */
    return 0;
}
