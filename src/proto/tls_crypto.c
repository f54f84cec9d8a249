/* tls_crypto.c - the one door to OpenSSL: HMAC, and the three ciphers with associated data that SIP over TLS uses. */
#include "proto/tls_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

struct vq_tls_crypto {
    EVP_CIPHER_CTX *ctx;
};

struct vq_tls_crypto *vq_tls_crypto_new(void)
{
    struct vq_tls_crypto *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    c->ctx = EVP_CIPHER_CTX_new();
    if (!c->ctx) {
        free(c);
        return NULL;
    }
    return c;
}

void vq_tls_crypto_free(struct vq_tls_crypto *c)
{
    if (c)
        EVP_CIPHER_CTX_free(c->ctx);
    free(c);
}

const char *vq_tls_crypto_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

static size_t key_size(const struct vq_tls_suite *s)
{
    return s->aead == VQ_TLS_AES_128_GCM ? 16 : 32;
}

size_t vq_tls_hash_size(enum vq_tls_hash h)
{
    return h == VQ_TLS_SHA384 ? 48 : 32;
}

static bool hmac(enum vq_tls_hash h, const uint8_t *key, size_t key_n, const uint8_t *text, size_t n, uint8_t *out)
{
    return HMAC(h == VQ_TLS_SHA384 ? EVP_sha384() : EVP_sha256(), key, (int)key_n, text, n, out, NULL) != NULL;
}

#define BLOCK_MAX 88u /* two keys and two initial values, rounded up in hashes: 96 */

/* RFC 5246 5: P_hash over "key expansion" and both randoms. */
static bool expand(const struct vq_tls_suite *s, const uint8_t master[VQ_TLS_SECRET_MAX], const uint8_t *seed,
                   size_t seed_n, uint8_t out[2 * VQ_TLS_SECRET_MAX])
{
    uint8_t text[VQ_TLS_SECRET_MAX + 128]; /* A(i), then the seed */
    size_t size = vq_tls_hash_size(s->hash);
    memcpy(text + size, seed, seed_n);
    if (!hmac(s->hash, master, VQ_TLS_SECRET_MAX, seed, seed_n, text))
        return false;
    for (size_t n = 0; n < BLOCK_MAX; n += size) {
        uint8_t next[VQ_TLS_SECRET_MAX];
        if (!hmac(s->hash, master, VQ_TLS_SECRET_MAX, text, size + seed_n, out + n) ||
            !hmac(s->hash, master, VQ_TLS_SECRET_MAX, text, size, next))
            return false;
        memcpy(text, next, size);
    }
    return true;
}

bool vq_tls12_keys(const struct vq_tls_suite *s, const uint8_t master[VQ_TLS_SECRET_MAX],
                   const uint8_t client_random[VQ_TLS_RANDOM], const uint8_t server_random[VQ_TLS_RANDOM],
                   bool of_server, struct vq_tls_keys *out)
{
    static const char label[] = "key expansion";
    uint8_t seed[sizeof label - 1 + 2 * VQ_TLS_RANDOM], block[2 * VQ_TLS_SECRET_MAX];
    memcpy(seed, label, sizeof label - 1);
    memcpy(seed + sizeof label - 1, server_random, VQ_TLS_RANDOM);
    memcpy(seed + sizeof label - 1 + VQ_TLS_RANDOM, client_random, VQ_TLS_RANDOM);
    if (!expand(s, master, seed, sizeof seed, block))
        return false;
    /* RFC 5288 3: of the nonce four bytes are derived, the rest comes with each record; RFC 7905 2: all twelve are. */
    size_t key = key_size(s), iv = s->aead == VQ_TLS_CHACHA20 ? 12 : 4;
    *out = (struct vq_tls_keys){.aead = s->aead};
    memcpy(out->key, block + (of_server ? key : 0), key);
    memcpy(out->iv, block + 2 * key + (of_server ? iv : 0), iv);
    return true;
}

/* RFC 8446 7.1: HKDF-Expand-Label with an empty context, of no more bytes than the hash has. */
static bool expand_label(enum vq_tls_hash h, const uint8_t *secret, const char *label, uint8_t *out, size_t n)
{
    uint8_t info[32] = {0, (uint8_t)n, (uint8_t)(6 + strlen(label)), 't', 'l', 's', '1', '3', ' '};
    uint8_t t[VQ_TLS_SECRET_MAX];
    size_t at = 9 + strlen(label);
    memcpy(info + 9, label, strlen(label));
    info[at++] = 0;
    info[at++] = 1; /* RFC 5869 2.3: the first block */
    if (!hmac(h, secret, vq_tls_hash_size(h), info, at, t))
        return false;
    memcpy(out, t, n);
    return true;
}

bool vq_tls13_keys(const struct vq_tls_suite *s, const uint8_t *secret, struct vq_tls_keys *out)
{
    struct vq_tls_keys k = {.aead = s->aead, .tls13 = true};
    if (!expand_label(s->hash, secret, "key", k.key, key_size(s)) ||
        !expand_label(s->hash, secret, "iv", k.iv, sizeof k.iv))
        return false;
    *out = k;
    return true;
}

bool vq_tls13_update(const struct vq_tls_suite *s, uint8_t *secret)
{
    uint8_t next[VQ_TLS_SECRET_MAX];
    if (!expand_label(s->hash, secret, "traffic upd", next, vq_tls_hash_size(s->hash)))
        return false;
    memcpy(secret, next, vq_tls_hash_size(s->hash));
    return true;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

struct sealed {
    uint8_t nonce[VQ_TLS_NONCE];
    uint8_t aad[13];
    size_t aad_n;
    struct vq_slice text; /* with the tag behind it */
};

static bool decrypt(struct vq_tls_crypto *c, const struct vq_tls_keys *k, const struct sealed *s, uint8_t *room)
{
    static const EVP_CIPHER *(*const ciphers[])(void) = {
        [VQ_TLS_AES_128_GCM] = EVP_aes_128_gcm,
        [VQ_TLS_AES_256_GCM] = EVP_aes_256_gcm,
        [VQ_TLS_CHACHA20] = EVP_chacha20_poly1305,
    };
    size_t n = s->text.n - VQ_TLS_TAG;
    uint8_t tag[VQ_TLS_TAG];
    int got = 0;
    memcpy(tag, s->text.p + n, sizeof tag);
    return EVP_DecryptInit_ex(c->ctx, ciphers[k->aead](), NULL, k->key, s->nonce) == 1 &&
           EVP_DecryptUpdate(c->ctx, NULL, &got, s->aad, (int)s->aad_n) == 1 &&
           EVP_DecryptUpdate(c->ctx, room, &got, s->text.p, (int)n) == 1 &&
           EVP_CIPHER_CTX_ctrl(c->ctx, EVP_CTRL_AEAD_SET_TAG, VQ_TLS_TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(c->ctx, room + n, &got) == 1;
}

static void put_seq(uint8_t out[8], uint64_t seq)
{
    for (int i = 7; i >= 0; i--, seq >>= 8)
        out[i] = (uint8_t)seq;
}

/* What is authenticated, and the nonce; false when the record is too short to be one. */
static bool seal(const struct vq_tls_keys *k, uint64_t seq, const struct vq_tls_record *r, struct sealed *s)
{
    uint8_t number[8];
    struct vq_rd rd = vq_rd(r->body.p, r->body.n);
    bool explicit_nonce = !k->tls13 && k->aead != VQ_TLS_CHACHA20;
    put_seq(number, seq);
    memcpy(s->nonce, k->iv, sizeof s->nonce);
    if (explicit_nonce) { /* RFC 5288 3 */
        const uint8_t *p = vq_rd_take(&rd, 8);
        if (p)
            memcpy(s->nonce + 4, p, 8);
    } else { /* RFC 8446 5.3, RFC 7905 2 */
        for (size_t i = 0; i < 8; i++)
            s->nonce[4 + i] ^= number[i];
    }
    s->text = vq_slice(rd.p, vq_rd_left(&rd));
    if (rd.bad || s->text.n < VQ_TLS_TAG)
        return false;
    s->aad_n = VQ_TLS_RECORD_HEAD;
    memcpy(s->aad, r->head, VQ_TLS_RECORD_HEAD);
    if (!k->tls13) { /* RFC 5246 6.2.3.3: number, type, version, bytes of the content */
        size_t n = s->text.n - VQ_TLS_TAG;
        memcpy(s->aad, number, 8);
        memcpy(s->aad + 8, r->head, 3);
        s->aad[11] = (uint8_t)(n >> 8);
        s->aad[12] = (uint8_t)n;
        s->aad_n = 13;
    }
    return true;
}

bool vq_tls_open(struct vq_tls_crypto *c, const struct vq_tls_keys *k, uint64_t seq, const struct vq_tls_record *r,
                 uint8_t *room, struct vq_slice *content, uint8_t *type)
{
    struct sealed s;
    if (!seal(k, seq, r, &s) || !decrypt(c, k, &s, room))
        return false;
    size_t n = s.text.n - VQ_TLS_TAG;
    uint8_t what = r->type;
    if (k->tls13) { /* RFC 8446 5.4: content, its type, padding of zeros */
        while (n && !room[n - 1])
            n--;
        if (!n)
            return false;
        what = room[--n];
    }
    *content = vq_slice(room, n);
    *type = what;
    return true;
}
