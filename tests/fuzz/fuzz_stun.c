/* fuzz_stun.c - any bytes as a STUN message, and as ChannelData. */
#include <stdlib.h>

#include "proto/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static volatile unsigned sink;
    struct vq_stun_msg m;
    struct vq_turn_data t;
    if (vq_turn_data_parse((struct vq_slice){data, n}, (uint32_t)n, &t)) {
        if (t.data.n > n - 4 || t.wire < t.data.n)
            abort();
        for (size_t i = 0; i < t.data.n; i++)
            sink += t.data.p[i];
    }
    if (!vq_stun_parse((struct vq_slice){data, n}, &m))
        return 0;
    if (m.mapped.family != 0 && m.mapped.family != 4 && m.mapped.family != 6)
        abort();
    if (m.error > 799 || (unsigned)m.class > VQ_STUN_ERROR || m.method > 0xfff)
        abort();
    for (unsigned i = 0; i < 16; i++)
        sink += m.id[i];
    for (size_t i = 0; i < m.username.n; i++)
        sink += m.username.p[i];
    for (size_t i = 0; i < m.software.n; i++)
        sink += m.software.p[i];
    (void)sink; /* reading every byte is the point, the sum is not */
    return 0;
}
