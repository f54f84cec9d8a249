/* Any bytes as a frame of any link type. The first byte picks the type. */
#include <assert.h>

#include "net/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint32_t links[] = {0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9, 50, 51, 104};
    if (!n)
        return 0;
    struct vq_frame f = {.data = data + 1, .caplen = (uint32_t)(n - 1), .len = (uint32_t)(n - 1),
                         .link = links[data[0] % (sizeof links / sizeof *links)]};
    struct vq_dgram d;
    vq_decode(&f, &d);
    if (d.carrier == VQ_CARRIER_UDP || d.carrier == VQ_CARRIER_TCP) {
        assert(d.payload.p >= data && d.payload.p + d.payload.n <= data + n);
        assert(d.wire >= d.payload.n);
    }
    return 0;
}
