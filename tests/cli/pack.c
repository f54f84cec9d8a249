/* Packs standard input: pack gzip|zstd MEMBERS <IN >OUT, so many gzip members or zstd frames one after the other. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

static size_t gzip(uint8_t *to, size_t room, const uint8_t *p, size_t n)
{
    z_stream z = {.next_in = (z_const Bytef *)p, .avail_in = (uInt)n, .next_out = to, .avail_out = (uInt)room};
    if (deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        exit(1);
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        exit(1);
    deflateEnd(&z);
    return z.total_out;
}

static size_t zstd(uint8_t *to, size_t room, const uint8_t *p, size_t n)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1); /* as the zstd program does */
    ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, 1);
    size_t made = ZSTD_compress2(c, to, room, p, n);
    if (ZSTD_isError(made))
        exit(1);
    ZSTD_freeCCtx(c);
    return made;
}

int main(int argc, char **argv)
{
    size_t members = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, room = 0, n = 0, got;
    uint8_t *in = NULL;
    if (!members || (strcmp(argv[1], "gzip") != 0 && strcmp(argv[1], "zstd") != 0)) {
        fprintf(stderr, "pack gzip|zstd MEMBERS <IN >OUT\n");
        return 1;
    }
    do {
        room += 1u << 24;
        in = realloc(in, room);
        if (!in)
            return 1;
        got = fread(in + n, 1, room - n, stdin);
        n += got;
    } while (n == room);
    size_t out_room = n + n / 100 + 4096;
    uint8_t *out = malloc(out_room);
    for (size_t i = 0; out && i < members; i++) {
        size_t from = n / members * i, to = i + 1 < members ? n / members * (i + 1) : n;
        size_t made = (!strcmp(argv[1], "gzip") ? gzip : zstd)(out, out_room, in + from, to - from);
        fwrite(out, 1, made, stdout);
    }
    free(in);
    free(out);
    return !out || fflush(stdout) || ferror(stdout);
}
