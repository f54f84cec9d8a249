/* str.h - text in slices: comparing, trimming, splitting, numbers. ASCII case only, as SIP's grammar. */
#ifndef VQ_UTIL_STR_H
#define VQ_UTIL_STR_H

#include "util/bytes.h"

static inline int vq_str_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static inline bool vq_str_is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static inline bool vq_str_is_space(uint8_t c)
{
    return vq_str_is_blank(c) || c == '\r' || c == '\n';
}

static inline bool vq_str_eq(struct vq_slice a, struct vq_slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool vq_str_ieq(struct vq_slice a, struct vq_slice b);

/* These three are inline for the sake of literals: their length is then known to the compiler, and most texts that
 * differ already differ in length. */
static inline bool vq_str_ieq_z(struct vq_slice a, const char *z)
{
    size_t n = strlen(z);
    /* First letters that differ in more than their case spare the call. */
    return a.n == n && (n == 0 || !((a.p[0] ^ (uint8_t)z[0]) & ~0x20)) && vq_str_ieq(a, vq_slice(z, n));
}

static inline bool vq_str_starts(struct vq_slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && (n == 0 || memcmp(s.p, z, n) == 0);
}

static inline bool vq_str_istarts(struct vq_slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && vq_str_ieq(vq_slice(s.p, n), vq_slice(z, n));
}

/* Without leading and trailing SP, HT, CR, LF. */
static inline struct vq_slice vq_str_trim(struct vq_slice s)
{
    while (s.n && vq_str_is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && vq_str_is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Offset of `c`, or s.n when absent. */
static inline size_t vq_str_find(struct vq_slice s, int c)
{
    const uint8_t *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : s.n;
}

/* Offset of the first byte below 0x20, or s.n; eight bytes at a time. */
size_t vq_str_control(struct vq_slice s);

/* The first n bytes of s, which then starts `skip` bytes later. */
static inline struct vq_slice vq_str_cut_at(struct vq_slice *s, size_t n, size_t skip)
{
    struct vq_slice head = {s->p, n};
    if (skip) { /* s may be absent: NULL + 0 is undefined */
        s->p += skip;
        s->n -= skip;
    }
    return head;
}

/* Cuts off and returns what stands before the first `sep` (or everything); `*s` moves past the separator. */
static inline struct vq_slice vq_str_cut(struct vq_slice *s, int sep)
{
    size_t n = vq_str_find(*s, sep);
    return vq_str_cut_at(s, n, n < s->n ? n + 1 : n);
}

/* Cuts off the next word (bounded by SP and HT), trimmed; empty at the end. */
struct vq_slice vq_str_word(struct vq_slice *s);

/* The next line without its CR LF or LF; false when nothing is left. */
static inline bool vq_str_line(struct vq_slice *s, struct vq_slice *line)
{
    if (s->n == 0)
        return false;
    struct vq_slice l = vq_str_cut(s, '\n');
    if (l.n && l.p[l.n - 1] == '\r')
        l.n--;
    *line = l;
    return true;
}

/* A whole decimal number that fits; false (and *out untouched) on anything else, an empty slice included. */
bool vq_str_u32(struct vq_slice s, uint32_t *out);
/* Leading decimal digits only ("3600;x" gives 3600); false without any or on overflow. */
bool vq_str_u32_prefix(struct vq_slice s, uint32_t *out);
bool vq_str_double(struct vq_slice s, double *out); /* [0-9]+(.[0-9]+)? */

/* Well-formed UTF-8 sequence at the front of s: its length 1..4, or 0 when it is none. `*cp` gets the code point. */
size_t vq_utf8_next(struct vq_slice s, uint32_t *cp);

#endif
