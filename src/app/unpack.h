/* unpack.h - what reading compressed captures needs of a compression library; one file for each library. */
#ifndef VQ_APP_UNPACK_H
#define VQ_APP_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNPACK_HEAD 4 /* bytes that tell the formats apart */
#define UNPACK_WHY  160

/* Both sides are moved on by what was taken and made. */
struct unpack_io {
    const uint8_t *in;
    size_t n_in;
    uint8_t *out;
    size_t n_out;
};

enum unpack_step {
    UNPACK_ON,     /* wants more input or more room */
    UNPACK_MEMBER, /* a gzip member or zstd frame ended; another may follow */
    UNPACK_BAD,    /* damaged, see why; what was made before stands */
};

struct unpacker {
    const char *name; /* "gzip" */
    /* Do these first bytes begin a member? */
    bool (*begins)(const uint8_t *head, size_t n);
    /* 0 or -ENOMEM. any_window: also data that take a gigabyte of memory to unpack. */
    int (*start)(void **z, bool any_window);
    enum unpack_step (*step)(void *z, struct unpack_io *io, char why[UNPACK_WHY]);
    void (*stop)(void *z);
    const char *(*version)(void);
};

extern const struct unpacker unpack_gzip, unpack_zstd;

#endif
