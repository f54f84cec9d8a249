/* tls_crypto.h - TLS keys from secrets, and what a record holds: the one door to OpenSSL's libcrypto. */
#ifndef VQ_PROTO_TLS_CRYPTO_H
#define VQ_PROTO_TLS_CRYPTO_H

#include "proto/tls.h"

#define VQ_TLS_SECRET_MAX 48u /* bytes: a master secret (RFC 5246 8.1), or as many as SHA-384 has */
#define VQ_TLS_NONCE 12u
#define VQ_TLS_TAG   16u

/* Of one direction. */
struct vq_tls_keys {
    uint8_t key[32];
    uint8_t iv[VQ_TLS_NONCE];
    uint8_t aead;       /* enum vq_tls_aead */
    bool tls13;
};

struct vq_tls_crypto;
struct vq_tls_crypto *vq_tls_crypto_new(void); /* NULL without memory */
void vq_tls_crypto_free(struct vq_tls_crypto *c);

/* Bytes of the hash, and so of the secrets of 1.3. */
size_t vq_tls_hash_size(enum vq_tls_hash h);

/* RFC 5246 6.3; false only when OpenSSL fails. */
bool vq_tls12_keys(const struct vq_tls_suite *s, const uint8_t master[VQ_TLS_SECRET_MAX],
                   const uint8_t client_random[VQ_TLS_RANDOM], const uint8_t server_random[VQ_TLS_RANDOM],
                   bool of_server, struct vq_tls_keys *out);
/* RFC 8446 7.3. `secret`: a traffic secret of vq_tls_hash_size() bytes. */
bool vq_tls13_keys(const struct vq_tls_suite *s, const uint8_t *secret, struct vq_tls_keys *out);
/* RFC 8446 7.2: the traffic secret after a KeyUpdate takes the old one's place. */
bool vq_tls13_update(const struct vq_tls_suite *s, uint8_t *secret);

/* Opens the record with the sequence number `seq`; false when it is not genuine. Its content goes to `room` (of
 * VQ_TLS_SEALED_MAX bytes), of 1.3 without padding; `*type` is what the content is. */
bool vq_tls_open(struct vq_tls_crypto *c, const struct vq_tls_keys *k, uint64_t seq, const struct vq_tls_record *r,
                 uint8_t *room, struct vq_slice *content, uint8_t *type);

/* Of the library that runs, as "3.0.19". */
const char *vq_tls_crypto_version(void);

#endif
