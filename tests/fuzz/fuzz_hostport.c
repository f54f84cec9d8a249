/* fuzz_hostport.c - any bytes as an address with or without a port: what is read as one and printed is read as the same. */
#include <stdlib.h>
#include <string.h>

#include "util/hostport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vq_slice all = {data, n};
    struct vq_endpoint e, again;
    char text[VQ_ENDPOINT_TEXT];
    if (vq_host_read(all, &e)) {
        vq_endpoint_host(&e, text);
        if (e.port || !vq_host_read(vq_slice(text, strlen(text)), &again) || !vq_endpoint_eq(&e, &again))
            abort();
    }
    if (vq_hostport_read(all, 5060, &e)) {
        vq_endpoint_text(&e, text);
        if (memchr(data, 0, n) || !vq_hostport_read(vq_slice(text, strlen(text)), 0, &again) || !vq_endpoint_eq(&e, &again))
            abort();
    }
    return 0;
}
