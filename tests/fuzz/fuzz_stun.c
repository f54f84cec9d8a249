/* fuzz_stun.c - any bytes as a STUN message. */
#include <stdlib.h>

#include "proto/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static volatile unsigned sink;
    struct vq_stun_msg m;
    if (!vq_stun_parse((struct vq_slice){data, n}, &m))
        return 0;
    if (m.mapped.family != 0 && m.mapped.family != 4 && m.mapped.family != 6)
        abort();
    for (unsigned i = 0; i < 16; i++)
        sink += m.id[i];
    (void)sink; /* reading every byte is the point, the sum is not */
    return 0;
}
