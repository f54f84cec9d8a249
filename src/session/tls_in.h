/* tls_in.h - a TLS connection whose secrets are known: two directions of records become two of content. */
#ifndef VQ_SESSION_TLS_IN_H
#define VQ_SESSION_TLS_IN_H

#include <voipqos/model.h>

#include "session/tls_keys.h"
#include "util/budget.h"

/* What all connections of an engine share. */
struct vq_tls {
    struct vq_tls_crypto *crypto;
    struct vq_tls_secrets *secrets;
    uint8_t *room;          /* one record's content */
    uint64_t bad_lines;     /* of key logs */
};

struct vq_tls *vq_tls_new(uint32_t max_keys, uint64_t seed); /* NULL without memory */
void vq_tls_free(struct vq_tls *t);
int vq_tls_keylog(struct vq_tls *t, struct vq_slice text);   /* 0 or -ENOMEM */

/* Bytes that a direction keeps while the secrets, or the other direction's hello, have not come. */
#define VQ_TLS_HELD 65536u
/* What one connection takes besides. */
size_t vq_tls_conn_size(void);

struct vq_tls_conn;
struct vq_tls_conn *vq_tls_conn_new(struct vq_budget *budget); /* NULL without room or memory */
void vq_tls_conn_free(struct vq_tls_conn *c, struct vq_budget *budget);

/* Content of the direction `from` (0 or 1), borrowed; none of it is empty. */
typedef void vq_tls_content_h(unsigned from, struct vq_slice content, void *arg);

struct vq_tls_reader {
    const struct vq_tls *tls;
    struct vq_budget *budget;
    vq_tls_content_h *h;
    void *arg;
};

/* The next bytes of a direction. 0, or -ENOMEM: the direction was given up. */
int vq_tls_conn_put(struct vq_tls_conn *c, unsigned from, struct vq_slice bytes, const struct vq_tls_reader *to);
/* Bytes are missing here. */
void vq_tls_conn_hole(struct vq_tls_conn *c, unsigned from, struct vq_budget *budget);
/* The direction ended; true when both have. What comes after it begins anew. */
bool vq_tls_conn_end(struct vq_tls_conn *c, unsigned from, struct vq_budget *budget);

/* Why not everything of it can be read, as it stands now. */
enum vq_tls_fault vq_tls_conn_fault(const struct vq_tls_conn *c);
/* The cipher suite of VQ_TLS_SUITE. */
uint16_t vq_tls_conn_suite(const struct vq_tls_conn *c);
bool vq_tls_conn_decrypted(const struct vq_tls_conn *c);  /* content has come */
/* Nothing more will be read of it. */
bool vq_tls_conn_over(const struct vq_tls_conn *c);
/* In this direction content, and no handshake, is on its way: a segment without a whole record is part of it. */
bool vq_tls_conn_in_content(const struct vq_tls_conn *c, unsigned from);

#endif
