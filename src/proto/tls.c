/* tls.c - records and the heads of handshake messages. */
#include "proto/tls.h"

/* RFC 8446 B.4; RFC 5288, RFC 5289, RFC 7905, and RFC 5487 and RFC 8442 for keys agreed on beforehand. */
static const struct vq_tls_suite suites[] = {
    {0x1301, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, true, "TLS_AES_128_GCM_SHA256"},
    {0x1302, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, true, "TLS_AES_256_GCM_SHA384"},
    {0x1303, VQ_TLS_SHA256, VQ_TLS_CHACHA20, true, "TLS_CHACHA20_POLY1305_SHA256"},
    {0xc02f, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, false, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0xc030, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, false, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xc02b, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, false, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    {0xc02c, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, false, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    {0xcca8, VQ_TLS_SHA256, VQ_TLS_CHACHA20, false, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0xcca9, VQ_TLS_SHA256, VQ_TLS_CHACHA20, false, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0x009e, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, false, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009f, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, false, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
    {0xccaa, VQ_TLS_SHA256, VQ_TLS_CHACHA20, false, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    {0x009c, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, false, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
    {0x009d, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, false, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
    {0x00a8, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, false, "TLS_PSK_WITH_AES_128_GCM_SHA256"},
    {0x00a9, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, false, "TLS_PSK_WITH_AES_256_GCM_SHA384"},
    {0xd001, VQ_TLS_SHA256, VQ_TLS_AES_128_GCM, false, "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256"},
    {0xd002, VQ_TLS_SHA384, VQ_TLS_AES_256_GCM, false, "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384"},
    {0xccac, VQ_TLS_SHA256, VQ_TLS_CHACHA20, false, "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"},
};

const struct vq_tls_suite *vq_tls_suite(uint16_t id)
{
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (suites[i].id == id)
            return &suites[i];
    return NULL;
}

enum vq_tls_read vq_tls_record_read(struct vq_slice *in, struct vq_tls_record *out)
{
    struct vq_rd r = vq_rd(in->p, in->n);
    const uint8_t *head = vq_rd_take(&r, VQ_TLS_RECORD_HEAD);
    if (!head)
        return VQ_TLS_MORE;
    size_t n = vq_be16(head + 3);
    if (head[0] < VQ_TLS_CHANGE_CIPHER_SPEC || head[0] > VQ_TLS_HEARTBEAT || head[1] != 3 || head[2] > 4 ||
        n > VQ_TLS_SEALED_MAX)
        return VQ_TLS_BAD;
    struct vq_slice body = vq_rd_slice(&r, n);
    if (r.bad)
        return VQ_TLS_MORE;
    *out = (struct vq_tls_record){.head = head, .body = body, .type = head[0]};
    *in = vq_slice(r.p, vq_rd_left(&r));
    return VQ_TLS_RECORD;
}

bool vq_tls_begins(struct vq_slice s)
{
    struct vq_tls_record ignored;
    return s.n >= VQ_TLS_RECORD_HEAD && vq_tls_record_read(&s, &ignored) != VQ_TLS_BAD;
}

/* ---- the handshake ----------------------------------------------------------------------------------------------- */

bool vq_tls_handshake_read(struct vq_tls_handshake *h, struct vq_slice *in)
{
    struct vq_rd r = vq_rd(in->p, in->n);
    while (h->head_n < sizeof h->head && vq_rd_left(&r)) {
        h->head[h->head_n++] = vq_rd_u8(&r);
        if (h->head_n < sizeof h->head)
            continue;
        h->type = h->head[0];
        h->left = vq_be32(h->head) & 0xffffff;
        h->body_n = 0;
    }
    if (h->head_n == sizeof h->head) {
        size_t n = h->left < vq_rd_left(&r) ? h->left : vq_rd_left(&r), room = sizeof h->body - h->body_n;
        size_t keep = n < room ? n : room;
        const uint8_t *p = vq_rd_take(&r, n);
        if (keep)
            memcpy(h->body + h->body_n, p, keep);
        h->body_n = (uint8_t)(h->body_n + keep);
        h->left -= (uint32_t)n;
    }
    *in = vq_slice(r.p, vq_rd_left(&r));
    if (h->head_n < sizeof h->head || h->left)
        return false;
    h->head_n = 0;
    return true;
}

const uint8_t *vq_tls_hello(const struct vq_tls_handshake *h, uint16_t *suite)
{
    struct vq_rd r = vq_rd(h->body, h->body_n);
    vq_rd_skip(&r, 2);
    const uint8_t *random = vq_rd_take(&r, VQ_TLS_RANDOM);
    if (h->type == VQ_TLS_CLIENT_HELLO)
        return random;
    vq_rd_skip(&r, vq_rd_u8(&r));
    uint16_t id = vq_rd_u16(&r);
    if (r.bad)
        return NULL;
    *suite = id;
    return random;
}

bool vq_tls_is_retry(const uint8_t random[VQ_TLS_RANDOM])
{
    /* SHA-256 of "HelloRetryRequest" */
    static const uint8_t retry[VQ_TLS_RANDOM] = {
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    };
    return memcmp(random, retry, sizeof retry) == 0;
}
