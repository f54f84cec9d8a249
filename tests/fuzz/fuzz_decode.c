/* Any bytes as a frame of any link type. The first byte picks the type. */
#include <assert.h>

#include "net/decode.h"
#include "net/inner.h"

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
    struct vq_inner in;
    vq_inner_find(&f, &in);
    assert(!in.packet.p || (in.packet.n > 0 && in.packet.p >= f.data && in.packet.p + in.packet.n == data + n));
    assert(in.tunnelled <= (d.tunnels != 0) && !(in.first && in.later));
    assert((in.first || in.later) == (d.carrier == VQ_CARRIER_NONE && d.drop == VQ_DROP_IP_FRAGMENT));
    return 0;
}
