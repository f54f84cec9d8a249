/* cursor.h - reading text that ends with a LF, byte by byte and without asking at each for the end of the data: the LF
 * belongs to nothing that is read here but line ends, so that it stops every reader. Who eats it looks whether more comes. */
#ifndef VQ_PROTO_CURSOR_H
#define VQ_PROTO_CURSOR_H

#include <string.h>

#include "proto/sip_impl.h"

/* Reading moves p; a reader that finds what it does not expect returns false and leaves p somewhere. */
struct vq_cursor {
    const uint8_t *p, *stop; /* stop[-1] is the LF */
};

static inline bool vq_at(const struct vq_cursor *c, char ch)
{
    return *c->p == (uint8_t)ch;
}

/* Anything but a LF. */
static inline bool vq_eat(struct vq_cursor *c, char ch)
{
    if (!vq_at(c, ch))
        return false;
    c->p++;
    return true;
}

static inline bool vq_eat_bytes(struct vq_cursor *c, const char *z, size_t n)
{
    if ((size_t)(c->stop - c->p) < n || memcmp(c->p, z, n) != 0)
        return false;
    c->p += n;
    return true;
}

/* A literal, whose length the compiler knows: the comparison becomes one or two of whole words. It may end with a LF. */
#define VQ_EAT(c, literal) vq_eat_bytes(c, literal, sizeof(literal) - 1)

/* As many bytes of a class (VQ_C_TOKEN ...) as there are. */
static inline struct vq_slice vq_run(struct vq_cursor *c, uint8_t class)
{
    const uint8_t *p = c->p, *start = p;
    while (vq_sip_class[*p] & class)
        p++;
    c->p = p;
    return vq_slice(start, (size_t)(p - start));
}

/* A number of at most `most`; `*out` is written only then. */
static inline bool vq_digits(struct vq_cursor *c, uint32_t most, uint32_t *out)
{
    const uint8_t *p = c->p, *const start = p;
    uint64_t v = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        v = v * 10 + (uint64_t)(*p - '0');
        if (v > most)
            return false;
    }
    c->p = p;
    if (p == start)
        return false;
    *out = (uint32_t)v;
    return true;
}

#endif
