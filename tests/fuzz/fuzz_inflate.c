/* fuzz_inflate.c - any bytes as a packed payload; the first one says whether its end was cut off. A second run of the same
 * stream must say the same, and an end that is missing takes nothing away from what was there before it. */
#include <stdlib.h>
#include <string.h>

#include "proto/inflate.h"

enum { MOST = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void require(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct vq_inflate *z; /* used again for each piece, as the engine does */
    uint8_t first[MOST];
    struct vq_slice out;
    if (!z)
        z = vq_inflate_new(MOST);
    if (!n || !z)
        return 0;
    struct vq_slice in = vq_slice(data + 1, n - 1);
    bool cut = data[0] & 1;
    if (!vq_inflate_run(z, in, cut, &out))
        return 0;
    size_t had = out.n;
    require(had <= MOST);
    memcpy(first, out.p, had);
    require(vq_inflate_run(z, in, cut, &out) && out.n == had && !memcmp(first, out.p, had));
    if (in.n && vq_inflate_run(z, vq_slice(in.p, in.n - 1), true, &out))
        require(out.n <= had && !memcmp(first, out.p, out.n));
    return 0;
}
