/* fuzz_candidate.c - any bytes as an ICE candidate. */
#include <stdlib.h>

#include "proto/candidate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vq_candidate_line c;
    if (!vq_candidate_parse((struct vq_slice){data, n}, &c))
        return 0;
    if (c.component < 1 || c.component > 256 || !vq_candidate_type_name(c.type) || (!c.at.family && c.at.port) ||
        (!c.related.family && c.related.port))
        abort();
    return 0;
}
