/* str.c - text in slices: comparing, trimming, splitting, numbers. */
#include "util/str.h"

int vq_str_lower(int c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool same_nocase(const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] && vq_str_lower(a[i]) != vq_str_lower(b[i]))
            return false;
    return true;
}

bool vq_str_eq(struct vq_slice a, struct vq_slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool vq_str_ieq(struct vq_slice a, struct vq_slice b)
{
    return a.n == b.n && same_nocase(a.p, b.p, a.n);
}

bool vq_str_ieq_z(struct vq_slice a, const char *z)
{
    return vq_str_ieq(a, vq_slice(z, strlen(z)));
}

bool vq_str_starts(struct vq_slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && (n == 0 || memcmp(s.p, z, n) == 0);
}

bool vq_str_istarts(struct vq_slice s, const char *z)
{
    size_t n = strlen(z);
    return s.n >= n && same_nocase(s.p, (const uint8_t *)z, n);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(uint8_t c)
{
    return is_blank(c) || c == '\r' || c == '\n';
}

struct vq_slice vq_str_trim(struct vq_slice s)
{
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

size_t vq_str_find(struct vq_slice s, int c)
{
    const uint8_t *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : s.n;
}

/* The first n bytes of s, which then starts `skip` bytes later. */
static struct vq_slice cut_at(struct vq_slice *s, size_t n, size_t skip)
{
    struct vq_slice head = {s->p, n};
    if (skip) {
        s->p += skip;
        s->n -= skip;
    }
    return head;
}

struct vq_slice vq_str_cut(struct vq_slice *s, int sep)
{
    size_t n = vq_str_find(*s, sep);
    return cut_at(s, n, n < s->n ? n + 1 : n);
}

struct vq_slice vq_str_word(struct vq_slice *s)
{
    *s = vq_str_trim(*s);
    size_t n = 0;
    while (n < s->n && !is_blank(s->p[n]))
        n++;
    return vq_str_trim(cut_at(s, n, n));
}

bool vq_str_line(struct vq_slice *s, struct vq_slice *line)
{
    if (s->n == 0)
        return false;
    struct vq_slice l = vq_str_cut(s, '\n');
    if (l.n && l.p[l.n - 1] == '\r')
        l.n--;
    *line = l;
    return true;
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
