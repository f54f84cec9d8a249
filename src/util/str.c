/* str.c - text in slices: comparing, trimming, splitting, numbers. */
#include "util/str.h"

#include <endian.h>

bool vq_str_ieq(struct vq_slice a, struct vq_slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (a.p[i] != b.p[i] && vq_str_lower(a.p[i]) != vq_str_lower(b.p[i]))
            return false;
    return true;
}

size_t vq_str_control(struct vq_slice s)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (; s.n - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, s.p + i, 8);
        w = le64toh(w);
        /* Taking 0x20 from a byte sets its uppermost bit if the byte was smaller; those that had it set before are left
         * out. Only bytes behind a smaller one feel its borrow, so that the first hit is exact. */
        uint64_t hits = (w - 0x20 * ones) & ~w & 0x80 * ones;
        if (hits)
            return i + (size_t)__builtin_ctzll(hits) / 8;
    }
    while (i < s.n && s.p[i] >= 0x20)
        i++;
    return i;
}

struct vq_slice vq_str_word(struct vq_slice *s)
{
    *s = vq_str_trim(*s);
    size_t n = 0;
    while (n < s->n && !vq_str_is_blank(s->p[n]))
        n++;
    struct vq_slice word = vq_str_cut_at(s, n, n);
    while (word.n && vq_str_is_space(word.p[word.n - 1]))
        word.n--;
    return word;
}

/* Leading digits as a number; returns how many there are, 0 also when they do not fit. */
static size_t digits(struct vq_slice s, uint32_t *out)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
        v = v * 10 + (uint64_t)(s.p[i] - '0');
        if (v > UINT32_MAX)
            return 0;
    }
    *out = (uint32_t)v;
    return i;
}

bool vq_str_u32(struct vq_slice s, uint32_t *out)
{
    uint32_t v;
    size_t n = digits(s, &v);
    if (n == 0 || n != s.n)
        return false;
    *out = v;
    return true;
}

bool vq_str_u32_prefix(struct vq_slice s, uint32_t *out)
{
    uint32_t v;
    if (digits(s, &v) == 0)
        return false;
    *out = v;
    return true;
}

bool vq_str_double(struct vq_slice s, double *out)
{
    double v = 0, scale = 1;
    size_t i = 0, whole;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        v = v * 10 + (s.p[i] - '0');
    whole = i;
    if (whole == 0)
        return false;
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
            v = v * 10 + (s.p[i] - '0');
            scale *= 10;
        }
        if (i == whole + 1)
            return false;
    }
    /* Hundreds of digits overflow both to infinity; such a thing is no number of this protocol family. */
    if (i != s.n || s.n > 64)
        return false;
    *out = v / scale;
    return true;
}

size_t vq_utf8_next(struct vq_slice s, uint32_t *cp)
{
    /* RFC 3629 4: the second byte's range depends on the first, which is what shuts out surrogates and long forms. */
    static const struct {
        uint8_t first, last, low, high, len;
    } rows[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    if (s.n == 0)
        return 0;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        if (s.p[0] < rows[r].first || s.p[0] > rows[r].last)
            continue;
        size_t n = rows[r].len;
        if (s.n < n)
            return 0;
        uint32_t v = n == 1 ? s.p[0] : s.p[0] & (0x7fu >> n);
        for (size_t i = 1; i < n; i++) {
            uint8_t low = i == 1 ? rows[r].low : 0x80, high = i == 1 ? rows[r].high : 0xbf;
            if (s.p[i] < low || s.p[i] > high)
                return 0;
            v = v << 6 | (s.p[i] & 0x3f);
        }
        *cp = v;
        return n;
    }
    return 0;
}
