/* bytes.h - borrowed bytes, and the one bounds-checked reader through which everything from the wire is read. */
#ifndef VQ_UTIL_BYTES_H
#define VQ_UTIL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns. Not NUL-terminated; {NULL, 0} means "absent". */
struct vq_slice {
    const uint8_t *p;
    size_t n;
};

#define VQ_SLICE_LIT(s) ((struct vq_slice){(const uint8_t *)(s), sizeof(s) - 1})

static inline struct vq_slice vq_slice(const void *p, size_t n)
{
    return (struct vq_slice){p, n};
}

/* Reads big-endian values off the front. The first read past the end sets `bad`, after which every read yields zeros:
 * a caller may read a whole header and ask once. */
struct vq_rd {
    const uint8_t *p, *end;
    bool bad;
};

static inline struct vq_rd vq_rd(const uint8_t *p, size_t n)
{
    return (struct vq_rd){p, n ? p + n : p, false}; /* NULL + 0 is undefined */
}

static inline size_t vq_rd_left(const struct vq_rd *r)
{
    return (size_t)(r->end - r->p);
}

/* The next n bytes, or NULL (and bad) when fewer are left. n = 0 is never NULL unless already bad. */
static inline const uint8_t *vq_rd_take(struct vq_rd *r, size_t n)
{
    if (r->bad || vq_rd_left(r) < n) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *p = r->p;
    r->p += n;
    return p;
}

static inline bool vq_rd_skip(struct vq_rd *r, size_t n)
{
    return vq_rd_take(r, n) != NULL;
}

static inline uint16_t vq_be16(const uint8_t p[2])
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t vq_be32(const uint8_t p[4])
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint8_t vq_rd_u8(struct vq_rd *r)
{
    const uint8_t *p = vq_rd_take(r, 1);
    return p ? p[0] : 0;
}

static inline uint16_t vq_rd_u16(struct vq_rd *r)
{
    const uint8_t *p = vq_rd_take(r, 2);
    return p ? vq_be16(p) : 0;
}

static inline uint32_t vq_rd_u32(struct vq_rd *r)
{
    const uint8_t *p = vq_rd_take(r, 4);
    return p ? vq_be32(p) : 0;
}

/* The next n bytes as a slice; {NULL, 0} and bad when fewer are left. */
static inline struct vq_slice vq_rd_slice(struct vq_rd *r, size_t n)
{
    const uint8_t *p = vq_rd_take(r, n);
    return p ? vq_slice(p, n) : vq_slice(NULL, 0);
}

#endif
