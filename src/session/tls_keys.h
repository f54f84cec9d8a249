/* tls_keys.h - the secrets of many TLS connections, by the random number that the client began with. */
#ifndef VQ_SESSION_TLS_KEYS_H
#define VQ_SESSION_TLS_KEYS_H

#include "proto/tls_keylog.h"

struct vq_tls_secrets;
/* Of at most `cap` connections: a further one pushes out the one whose first secret came first. NULL without memory. */
struct vq_tls_secrets *vq_tls_secrets_new(uint32_t cap, uint64_t seed);
void vq_tls_secrets_free(struct vq_tls_secrets *s);
size_t vq_tls_secrets_size(void); /* bytes that one connection takes, with its place in the table */

/* 0 or -ENOMEM. A secret that is known already is as good as the new one. */
int vq_tls_secrets_add(struct vq_tls_secrets *s, const struct vq_tls_secret *secret);
/* The secret and its length; NULL when it is not known. */
const uint8_t *vq_tls_secrets_find(const struct vq_tls_secrets *s, const uint8_t client_random[VQ_TLS_RANDOM],
                                   enum vq_tls_label label, size_t *n);

uint32_t vq_tls_secrets_count(const struct vq_tls_secrets *s);   /* connections */
uint64_t vq_tls_secrets_evicted(const struct vq_tls_secrets *s);

#endif
