/* Any bytes as a capture file: read from memory and through a callback in odd pieces, which must give the same. */
#include "net/savefile.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct pieces {
    const uint8_t *p;
    size_t n;
    unsigned turn;
};

static ptrdiff_t read_piece(void *to, size_t n, void *arg)
{
    struct pieces *in = arg;
    size_t piece = 1 + in->turn++ * 37 % 101;
    if (piece > n)
        piece = n;
    if (piece > in->n)
        piece = in->n;
    if (piece)
        memcpy(to, in->p, piece);
    in->p += piece;
    in->n -= piece;
    return (ptrdiff_t)piece;
}

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void on_secrets(struct vq_slice text, void *arg)
{
    uint64_t *sum = arg;
    require(text.n > 0);
    for (size_t i = 0; i < text.n; i++)
        *sum = (*sum ^ text.p[i]) * 1099511628211u;
}

/* A number that depends on every field and byte of every frame. */
static uint64_t read_all(struct vq_savefile *s, size_t max, size_t room)
{
    struct vq_frame batch[VQ_BATCH];
    uint64_t sum = 14695981039346656037u, count = 0, secrets = 1;
    size_t n;
    vq_savefile_secrets(s, on_secrets, &secrets);
    while ((n = vq_savefile_next(s, batch, max))) {
        require(n <= max);
        for (size_t i = 0; i < n; i++) {
            const struct vq_frame *f = &batch[i];
            require(f->number == ++count && f->caplen <= VQ_SAVEFILE_FRAME_MAX && f->caplen <= room);
            require(f->len >= f->caplen && f->ts >= 0 && f->ts <= INT64_MAX / 2);
            uint64_t fields[] = {(uint64_t)f->ts, f->caplen, f->len, f->link};
            for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
                sum = (sum ^ fields[k]) * 1099511628211u;
            for (size_t k = 0; k < f->caplen; k++)
                sum = (sum ^ f->data[k]) * 1099511628211u;
        }
    }
    require(vq_savefile_state(s) != VQ_SAVEFILE_OPEN);
    require((vq_savefile_why(s) == NULL) == (vq_savefile_state(s) == VQ_SAVEFILE_WHOLE));
    require(vq_savefile_offset(s) <= room);
    return (sum ^ count ^ secrets) * 1099511628211u ^ (uint64_t)vq_savefile_state(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct vq_savefile *s;
    if (vq_savefile_new_memory(&s, data, n))
        return 0;
    uint64_t a = read_all(s, VQ_BATCH, n);
    vq_savefile_free(s);
    struct pieces in = {data, n, 0};
    if (vq_savefile_new(&s, read_piece, &in))
        return 0;
    uint64_t b = read_all(s, 3, n);
    vq_savefile_free(s);
    require(a == b);
    return 0;
}
