/* fuzz_codec_file.c - any bytes as a file of codec values. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <voipqos/codec.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct vq_codec_own rows[VQ_CODEC_OWN_MAX];
    struct vq_codec_fault fault;
    size_t have;
    if (!vq_codec_own_parse((const char *)data, n, rows, &have, &fault)) {
        if (have || !fault.line || !fault.text[0])
            abort();
        return 0;
    }
    for (size_t i = 0; i < have; i++) {
        const struct vq_impairment *r = &rows[i].row;
        if (!(r->ie >= 0 && r->ie <= 132) || r->bpl < 0.1 || r->bpl > 1000 || !strlen(r->name) || !strlen(r->source) ||
            !vq_scale_name(r->scale) || !vq_fact_name(r->fact))
            abort();
        if (rows[i].of_row ? vq_codec_own_row(rows, have, r->name) != &rows[i]
                           : vq_codec_own_rtp(rows, have, r->name, rows[i].clock_hz) == NULL)
            abort();
    }
    return 0;
}
