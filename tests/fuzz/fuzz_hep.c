/* Any bytes as the payload of a UDP datagram that may be HEP; the first byte says how much the snap length cut. */
#include <assert.h>

#include "proto/hep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n)
        return 0;
    struct vq_dgram d = {.ts = INT64_C(1480000000000000000), .payload = vq_slice(data + 1, n - 1), .carrier = VQ_CARRIER_UDP,
                         .wire = (uint32_t)(n - 1 + data[0])};
    if (!vq_hep_begins(&d))
        return 0;
    int64_t outer = d.ts;
    vq_hep_unwrap(&d);
    if (d.carrier != VQ_CARRIER_NONE) {
        assert(d.payload.p >= data && d.payload.p + d.payload.n <= data + n);
        assert(d.wire >= d.payload.n);
        assert(d.ts > outer - INT64_C(86401) * 1000000000 && d.ts < outer + INT64_C(86401) * 1000000000);
    }
    return 0;
}
