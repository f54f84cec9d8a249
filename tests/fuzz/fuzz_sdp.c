/* fuzz_sdp.c - any bytes as a session description; what the reader of plain ones accepts, both must read alike. */
#include <stdlib.h>

#include "proto/sdp.h"
#include "support/sdp_agree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vq_sdp s;
    static volatile unsigned sink;
    bool plain;
    if (!sdp_agree((struct vq_slice){data, n}, &plain))
        abort();
    if (!vq_sdp_parse((struct vq_slice){data, n}, &s))
        return 0;
    if (s.n_media > VQ_SDP_MEDIA)
        abort();
    for (unsigned i = 0; i < s.n_media; i++) {
        if (s.media[i].n_formats > VQ_SDP_FORMATS)
            abort();
        for (unsigned k = 0; k < s.media[i].n_formats; k++) {
            const struct vq_sdp_format *f = &s.media[i].formats[k];
            if (f->pt > 127)
                abort();
            for (size_t b = 0; b < f->name.n; b++)
                sink += f->name.p[b];
        }
    }
    (void)sink; /* reading every byte is the point, the sum is not */
    return 0;
}
