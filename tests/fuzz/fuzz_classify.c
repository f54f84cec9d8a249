/* fuzz_classify.c - any bytes as a UDP payload; what it is classified as, its parser must accept. */
#include <stdlib.h>

#include "proto/classify.h"
#include "proto/rtcp.h"
#include "proto/rtp.h"
#include "proto/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vq_slice s = {data, n};
    struct vq_rtp rtp;
    struct vq_stun_msg stun;
    bool ok = true;
    switch (vq_classify(s)) {
    case VQ_KIND_SIP:
        ok = vq_looks_sip(s);
        break;
    case VQ_KIND_RTP:
        ok = vq_rtp_parse(s, n, &rtp);
        break;
    case VQ_KIND_RTCP:
        ok = vq_rtcp_valid(s);
        break;
    case VQ_KIND_STUN:
        ok = vq_stun_parse(s, &stun);
        break;
    case VQ_KIND_EMPTY:
    case VQ_KIND_DTLS:
    case VQ_KIND_OTHER:
        break;
    }
    if (!ok)
        abort();
    /* A frame cut short by the snap length. */
    if (vq_rtp_parse(s, n + 100, &rtp) && rtp.payload.n > n)
        abort();
    return 0;
}
