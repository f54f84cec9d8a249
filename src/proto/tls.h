/* tls.h - what of TLS 1.2 (RFC 5246) and 1.3 (RFC 8446) can be read without a key: records, the heads of the
 * handshake's messages, cipher suites. Owns no memory and knows nothing of TCP: the caller has the bytes in order. */
#ifndef VQ_PROTO_TLS_H
#define VQ_PROTO_TLS_H

#include "util/bytes.h"

/* ---- records: RFC 8446 5.1 ---- */

enum { VQ_TLS_CHANGE_CIPHER_SPEC = 20, VQ_TLS_ALERT = 21, VQ_TLS_HANDSHAKE = 22, VQ_TLS_APPLICATION = 23,
       VQ_TLS_HEARTBEAT = 24 };

#define VQ_TLS_RECORD_HEAD 5u
#define VQ_TLS_PLAIN_MAX   16384u                    /* bytes of content, RFC 8446 5.1 */
#define VQ_TLS_SEALED_MAX  (VQ_TLS_PLAIN_MAX + 2048) /* RFC 5246 6.2.3; 1.3 allows less */

struct vq_tls_record {
    const uint8_t *head;   /* type, version, length: what is authenticated with the content */
    struct vq_slice body;
    uint8_t type;
};

enum vq_tls_read {
    VQ_TLS_MORE,   /* not all of it is here */
    VQ_TLS_RECORD, /* `out` is the record, taken off the front */
    VQ_TLS_BAD,    /* this is no record */
};

enum vq_tls_read vq_tls_record_read(struct vq_slice *in, struct vq_tls_record *out);
/* Does a connection that begins like this speak TLS? */
bool vq_tls_begins(struct vq_slice first_bytes);

/* ---- the handshake: RFC 8446 4 ---- */

enum { VQ_TLS_CLIENT_HELLO = 1, VQ_TLS_SERVER_HELLO = 2, VQ_TLS_FINISHED = 20, VQ_TLS_KEY_UPDATE = 24 };

#define VQ_TLS_RANDOM 32u
#define VQ_TLS_HELLO_HEAD 69u /* version, random, session id, cipher suite: all that is asked of a message */

/* Messages come in any pieces, several in a record or one in several; a zeroed one stands between messages. */
struct vq_tls_handshake {
    uint8_t head[4];
    uint8_t head_n;
    uint8_t type;          /* of the message that _read announced */
    uint8_t body_n;        /* of `body`, which holds the message's first bytes */
    uint8_t body[VQ_TLS_HELLO_HEAD];
    uint32_t left;
};

/* Takes bytes off the front of `in` up to the end of a message (true), or all of them (false). */
bool vq_tls_handshake_read(struct vq_tls_handshake *h, struct vq_slice *in);

/* The random of a hello, NULL when it is cut off; of a server's also the cipher suite, else untouched. */
const uint8_t *vq_tls_hello(const struct vq_tls_handshake *h, uint16_t *suite);
/* A ServerHello with this random only asks for another ClientHello (RFC 8446 4.1.3). */
bool vq_tls_is_retry(const uint8_t random[VQ_TLS_RANDOM]);

/* ---- cipher suites ---- */

enum vq_tls_hash { VQ_TLS_SHA256, VQ_TLS_SHA384 };
enum vq_tls_aead { VQ_TLS_AES_128_GCM, VQ_TLS_AES_256_GCM, VQ_TLS_CHACHA20 };

struct vq_tls_suite {
    uint16_t id;
    uint8_t hash, aead;
    bool tls13;            /* names a version too: the suites of 1.3 belong to no other */
    const char *name;
};

/* NULL: one that is not read here, as those with CBC. */
const struct vq_tls_suite *vq_tls_suite(uint16_t id);

#endif
