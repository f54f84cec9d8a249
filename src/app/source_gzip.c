/* source_gzip.c - the one door to zlib: gzip members (RFC 1952). */
#include "app/unpack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static bool begins(const uint8_t *head, size_t n)
{
    return n >= 2 && head[0] == 0x1f && head[1] == 0x8b;
}

static int start(void **out, bool any_window)
{
    (void)any_window; /* 32 KiB is all that deflate knows */
    z_stream *z = calloc(1, sizeof *z);
    if (!z || inflateInit2(z, MAX_WBITS + 16) != Z_OK) { /* 16: gzip and nothing else */
        free(z);
        return -ENOMEM;
    }
    *out = z;
    return 0;
}

static void stop(void *arg)
{
    z_stream *z = arg;
    inflateEnd(z);
    free(z);
}

static enum unpack_step step(void *arg, struct unpack_io *io, char why[UNPACK_WHY])
{
    z_stream *z = arg;
    z->next_in = (z_const Bytef *)io->in;
    z->avail_in = io->n_in < UINT_MAX ? (uInt)io->n_in : UINT_MAX;
    z->next_out = io->out;
    z->avail_out = io->n_out < UINT_MAX ? (uInt)io->n_out : UINT_MAX;
    int rc = inflate(z, Z_NO_FLUSH);
    io->n_in -= (size_t)(z->next_in - io->in);
    io->in = z->next_in;
    io->n_out -= (size_t)(z->next_out - io->out);
    io->out = z->next_out;
    switch (rc) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress without more input or room, which is no fault */
        return UNPACK_ON;
    case Z_STREAM_END:
        inflateReset(z);
        return UNPACK_MEMBER;
    default:
        snprintf(why, UNPACK_WHY, "%s", z->msg ? z->msg : zError(rc));
        return UNPACK_BAD;
    }
}

const struct unpacker unpack_gzip = {"gzip", begins, start, step, stop, zlibVersion};
