/* tls_keylog.c - one secret a line: label, client random, secret, the latter two in hexadecimal. */
#include "proto/tls_keylog.h"

#include "util/str.h"

static const struct {
    const char *name;
    size_t least, most; /* bytes of the secret */
} labels[VQ_TLS_LABELS] = {
    [VQ_TLS_MASTER] = {"CLIENT_RANDOM", 48, 48},
    [VQ_TLS_CLIENT_HANDSHAKE] = {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", 32, 48},
    [VQ_TLS_SERVER_HANDSHAKE] = {"SERVER_HANDSHAKE_TRAFFIC_SECRET", 32, 48},
    [VQ_TLS_CLIENT_TRAFFIC] = {"CLIENT_TRAFFIC_SECRET_0", 32, 48},
    [VQ_TLS_SERVER_TRAFFIC] = {"SERVER_TRAFFIC_SECRET_0", 32, 48},
};

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    int l = vq_str_lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/* A word of two digits for each of `least` to `most` bytes; their number, or 0. */
static size_t hex(struct vq_slice word, uint8_t *out, size_t least, size_t most)
{
    size_t n = word.n / 2;
    if (word.n % 2 || n < least || n > most)
        return 0;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(word.p[2 * i]), low = hex_digit(word.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return 0;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return n;
}

/* Labels of which nothing is known here are passed over, as the format asks: early data, exporters, RSA's. */
static bool is_label(struct vq_slice word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!(word.p[i] >= 'A' && word.p[i] <= 'Z') && !(word.p[i] >= '0' && word.p[i] <= '9') && word.p[i] != '_')
            return false;
    return true;
}

enum vq_keylog_line vq_keylog_read(struct vq_slice *text, struct vq_tls_secret *out)
{
    struct vq_slice line;
    if (!vq_str_line(text, &line))
        return VQ_KEYLOG_END;
    line = vq_str_trim(line);
    if (!line.n || line.p[0] == '#')
        return VQ_KEYLOG_OTHER;
    struct vq_slice label = vq_str_word(&line), random = vq_str_word(&line), secret = vq_str_word(&line);
    size_t i = 0;
    while (i < VQ_TLS_LABELS && !vq_str_eq(label, vq_slice(labels[i].name, strlen(labels[i].name))))
        i++;
    if (i == VQ_TLS_LABELS)
        return is_label(label) ? VQ_KEYLOG_OTHER : VQ_KEYLOG_BAD;
    struct vq_tls_secret s = {.label = (uint8_t)i};
    s.n = (uint8_t)hex(secret, s.secret, labels[i].least, labels[i].most);
    if (!s.n || !hex(random, s.client_random, VQ_TLS_RANDOM, VQ_TLS_RANDOM) || vq_str_trim(line).n)
        return VQ_KEYLOG_BAD;
    *out = s;
    return VQ_KEYLOG_SECRET;
}
