/* str.h - text in slices: comparing, trimming, splitting, numbers. ASCII case only, as SIP's grammar. */
#ifndef VQ_UTIL_STR_H
#define VQ_UTIL_STR_H

#include "util/bytes.h"

bool vq_str_eq(struct vq_slice a, struct vq_slice b);
bool vq_str_ieq(struct vq_slice a, struct vq_slice b);
bool vq_str_ieq_z(struct vq_slice a, const char *z);
bool vq_str_starts(struct vq_slice s, const char *z);
bool vq_str_istarts(struct vq_slice s, const char *z);
int vq_str_lower(int c);

/* Without leading and trailing SP, HT, CR, LF. */
struct vq_slice vq_str_trim(struct vq_slice s);
/* Offset of `c`, or s.n when absent. */
size_t vq_str_find(struct vq_slice s, int c);
/* Cuts off and returns what stands before the first `sep` (or everything); `*s` moves past the separator. */
struct vq_slice vq_str_cut(struct vq_slice *s, int sep);
/* Cuts off the next word (bounded by SP and HT), trimmed; empty at the end. */
struct vq_slice vq_str_word(struct vq_slice *s);
/* The next line without its CR LF or LF; false when nothing is left. */
bool vq_str_line(struct vq_slice *s, struct vq_slice *line);

/* A whole decimal number that fits; false (and *out untouched) on anything else, an empty slice included. */
bool vq_str_u32(struct vq_slice s, uint32_t *out);
/* Leading decimal digits only ("3600;x" gives 3600); false without any or on overflow. */
bool vq_str_u32_prefix(struct vq_slice s, uint32_t *out);
bool vq_str_double(struct vq_slice s, double *out); /* [0-9]+(.[0-9]+)? */

/* Well-formed UTF-8 sequence at the front of s: its length 1..4, or 0 when it is none. `*cp` gets the code point. */
size_t vq_utf8_next(struct vq_slice s, uint32_t *cp);

#endif
