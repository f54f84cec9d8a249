/* source_zstd.c - the one door to libzstd: zstd frames (RFC 8878). */
#include "app/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#define BLOCK_HEADER 3u
#define ANY_WINDOW   31 /* log2 of the largest that a 64-bit libzstd takes */

struct zstd {
    ZSTD_DStream *z;
    size_t hint; /* bytes that the library asked for */
    bool full;   /* the room was filled, so there may be output left inside */
};

/* A frame, or a skippable frame (RFC 8878 3.1.2) as parallel writers put in front. */
static bool begins(const uint8_t *head, size_t n)
{
    if (n < 4)
        return false;
    uint32_t magic = (uint32_t)head[3] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[1] << 8 | head[0];
    return magic == 0xfd2fb528 || (magic & 0xfffffff0) == 0x184d2a50;
}

static int start(void **out, bool any_window)
{
    struct zstd *s = calloc(1, sizeof *s);
    if (!s || !(s->z = ZSTD_createDStream())) {
        free(s);
        return -ENOMEM;
    }
    /* By itself the library refuses windows above 128 MiB. */
    if (any_window)
        ZSTD_DCtx_setParameter(s->z, ZSTD_d_windowLogMax, ANY_WINDOW);
    s->hint = ZSTD_initDStream(s->z);
    *out = s;
    return 0;
}

static void stop(void *arg)
{
    struct zstd *s = arg;
    ZSTD_freeDStream(s->z);
    free(s);
}

/* The library forgets to say how much it made in a call that fails. So each call is given no more than one block, and
 * the header of the next block goes by itself: then a call that fails has made nothing. */
static size_t portion(const struct zstd *s, size_t n)
{
    if (s->full)
        return 0;
    size_t want = s->hint > BLOCK_HEADER ? s->hint - BLOCK_HEADER : s->hint;
    return want && want < n ? want : n;
}

static enum unpack_step step(void *arg, struct unpack_io *io, char why[UNPACK_WHY])
{
    struct zstd *s = arg;
    ZSTD_inBuffer in = {io->in, portion(s, io->n_in), 0};
    ZSTD_outBuffer out = {io->out, io->n_out, 0};
    size_t rc = ZSTD_decompressStream(s->z, &out, &in);
    io->in += in.pos;
    io->n_in -= in.pos;
    io->out += out.pos;
    io->n_out -= out.pos;
    s->full = !io->n_out;
    if (ZSTD_isError(rc)) {
        bool window = ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge;
        snprintf(why, UNPACK_WHY, "%s",
                 window ? "unpacking takes more than 128 MiB of memory; --no-unpack-limit allows that"
                        : ZSTD_getErrorName(rc));
        return UNPACK_BAD;
    }
    s->hint = rc;
    if (rc)
        return UNPACK_ON;
    s->hint = ZSTD_initDStream(s->z);
    s->full = false;
    return UNPACK_MEMBER;
}

const struct unpacker unpack_zstd = {"zstd", begins, start, step, stop, ZSTD_versionString};
