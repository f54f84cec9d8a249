/* tls_keylog.h - the key log that browsers, OpenSSL, GnuTLS and NSS write for SSLKEYLOGFILE
 * (https://datatracker.ietf.org/doc/draft-ietf-tls-keylogfile/). */
#ifndef VQ_PROTO_TLS_KEYLOG_H
#define VQ_PROTO_TLS_KEYLOG_H

#include "proto/tls_crypto.h"

enum vq_tls_label {
    VQ_TLS_MASTER,           /* CLIENT_RANDOM: of TLS 1.2 */
    VQ_TLS_CLIENT_HANDSHAKE, /* the rest of 1.3, RFC 8446 7.1 */
    VQ_TLS_SERVER_HANDSHAKE,
    VQ_TLS_CLIENT_TRAFFIC,
    VQ_TLS_SERVER_TRAFFIC,
    VQ_TLS_LABELS
};

struct vq_tls_secret {
    uint8_t client_random[VQ_TLS_RANDOM];
    uint8_t label;           /* enum vq_tls_label */
    uint8_t n;               /* bytes */
    uint8_t secret[VQ_TLS_SECRET_MAX];
};

enum vq_keylog_line {
    VQ_KEYLOG_END,
    VQ_KEYLOG_SECRET,
    VQ_KEYLOG_OTHER,         /* empty, a comment, or a secret that is not needed */
    VQ_KEYLOG_BAD,
};

/* Takes the next line off the front. `out` is written for SECRET. */
enum vq_keylog_line vq_keylog_read(struct vq_slice *text, struct vq_tls_secret *out);

#endif
