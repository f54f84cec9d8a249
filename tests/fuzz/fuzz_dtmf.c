/* fuzz_dtmf.c - any bytes as event reports, and as the body of an INFO. */
#include <stdlib.h>

#include "proto/dtmf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct vq_slice types[] = {VQ_SLICE_LIT("application/dtmf-relay"), VQ_SLICE_LIT("application/dtmf")};
    struct vq_slice all = {data, n};
    struct vq_dtmf_event e;
    struct vq_dtmf_info info;
    if (vq_dtmf_event_read(all, &e) != (n >= VQ_DTMF_EVENT_SIZE))
        abort();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (vq_dtmf_info_read(types[i], all, &info) && !info.digit)
            abort();
    vq_dtmf_info_read(all, all, &info);
    return 0;
}
