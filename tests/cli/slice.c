/* Cuts a capture as a ring of files does: slice PIECES PREFIX <IN writes PREFIX0, PREFIX1 ... of equally many frames
 * each; slice mix PREFIX <IN deals the frames out to three files in turn. The input is a little-endian pcap. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_MAX = 262144, PIECES_MAX = 64 };

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

int main(int argc, char **argv)
{
    static uint8_t head[24], data[16 + FRAME_MAX];
    FILE *out[PIECES_MAX];
    bool mix = argc == 3 && !strcmp(argv[1], "mix");
    unsigned long pieces = mix ? 3 : argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    if (!pieces || pieces > PIECES_MAX || fread(head, 1, sizeof head, stdin) != sizeof head ||
        (get32(head) != 0xa1b2c3d4 && get32(head) != 0xa1b23c4d)) {
        fprintf(stderr, "slice PIECES|mix PREFIX <IN\n");
        return 1;
    }
    for (unsigned long i = 0; i < pieces; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s%lu", argv[2], i);
        out[i] = fopen(path, "wb");
        if (!out[i] || fwrite(head, 1, sizeof head, out[i]) != sizeof head)
            return 1;
    }
    /* The frames are counted first, so that the pieces are even. */
    long begin = ftell(stdin);
    unsigned long n = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        if (begin < 0 || fseek(stdin, begin, SEEK_SET))
            return 1;
        for (unsigned long i = 0; fread(data, 1, 16, stdin) == 16; i++) {
            uint32_t size = get32(data + 8);
            if (size > FRAME_MAX || fread(data + 16, 1, size, stdin) != size)
                return 1;
            if (!pass)
                n++;
            else
                fwrite(data, 1, 16 + size, out[mix ? i % 3 : i * pieces / n]);
        }
    }
    bool bad = false;
    for (unsigned long i = 0; i < pieces; i++)
        bad |= fclose(out[i]) != 0;
    return bad;
}
