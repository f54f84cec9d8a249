/* Any bytes as an ICMP message; the first byte says of which IP version. */
#include <assert.h>

#include "net/icmp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n)
        return 0;
    struct vq_dgram d = {.payload = vq_slice(data + 1, n - 1), .wire = (uint32_t)(n - 1), .carrier = VQ_CARRIER_ICMP,
                         .src.family = data[0] & 1 ? 6 : 4};
    struct vq_icmp_error e;
    if (vq_icmp_parse(&d, &e)) {
        assert(e.kind < VQ_ICMP_KINDS && vq_icmp_kind_name(e.kind));
        assert(e.src.family == e.dst.family && (e.src.family == 4 || e.src.family == 6));
    }
    return 0;
}
