/* fuzz_rtpstat.c - any bytes as a statistics header: its name up to the first colon, then its value. */
#include <math.h>
#include <stdlib.h>

#include "proto/rtpstat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vq_slice value = {data, n};
    size_t colon = 0;
    while (colon < n && data[colon] != ':')
        colon++;
    struct vq_slice name = {data, colon};
    if (colon < n)
        value = vq_slice(data + colon + 1, n - colon - 1);
    struct vq_quality q;
    const char *why = NULL;
    vq_quality_init(&q);
    bool found = vq_rtpstat_read(name, value, &q, &why);
    if (found && !vq_rtpstat_header(name))
        abort();
    if (!found && vq_quality_told(&q))
        abort();
    if (why && !isnan(q.v[VQ_Q_JITTER_MS]))
        abort();
    return 0;
}
