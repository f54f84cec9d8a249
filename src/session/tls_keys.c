/* tls_keys.c - a table of secrets with a cap. */
#include "session/tls_keys.h"

#include <errno.h>
#include <stdlib.h>

#include "util/hash.h"
#include "util/list.h"
#include "util/pool.h"
#include "util/table.h"

struct entry {
    uint32_t handle;
    uint64_t hash;
    struct vq_list age;
    uint8_t client_random[VQ_TLS_RANDOM];
    uint8_t n[VQ_TLS_LABELS];                          /* bytes of each secret, 0: not known */
    uint8_t secret[VQ_TLS_LABELS][VQ_TLS_SECRET_MAX];
};

struct vq_tls_secrets {
    struct vq_pool entries;
    struct vq_table by_random;
    struct vq_list ages; /* the one that came first, first */
    uint64_t seed, evicted;
};

size_t vq_tls_secrets_size(void)
{
    return (sizeof(struct entry) + 63) / 64 * 64 + 4 * sizeof(struct vq_table_slot);
}

struct vq_tls_secrets *vq_tls_secrets_new(uint32_t cap, uint64_t seed)
{
    struct vq_tls_secrets *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    vq_pool_init(&s->entries, sizeof(struct entry), cap);
    vq_list_init(&s->ages);
    s->seed = seed;
    if (vq_table_init(&s->by_random)) {
        free(s);
        return NULL;
    }
    return s;
}

void vq_tls_secrets_free(struct vq_tls_secrets *s)
{
    if (!s)
        return;
    vq_table_done(&s->by_random);
    vq_pool_done(&s->entries);
    free(s);
}

static struct entry *at(const struct vq_tls_secrets *s, uint32_t handle)
{
    return vq_pool_at(&s->entries, handle);
}

static bool same(uint32_t handle, const void *key, const void *arg)
{
    return memcmp(at(arg, handle)->client_random, key, VQ_TLS_RANDOM) == 0;
}

static uint64_t hash_of(const struct vq_tls_secrets *s, const uint8_t *client_random)
{
    return vq_hash64(client_random, VQ_TLS_RANDOM, s->seed);
}

static void evict_first(struct vq_tls_secrets *s)
{
    struct entry *e = VQ_CONTAINER(s->ages.next, struct entry, age);
    vq_list_remove(&e->age);
    vq_table_remove(&s->by_random, e->hash, e->handle);
    vq_pool_give(&s->entries, e->handle);
    s->evicted++;
}

static struct entry *get(struct vq_tls_secrets *s, const uint8_t *client_random)
{
    uint64_t hash = hash_of(s, client_random);
    uint32_t h = vq_table_find(&s->by_random, hash, same, client_random, s);
    if (h)
        return at(s, h);
    if (s->entries.used == s->entries.cap)
        evict_first(s);
    h = vq_pool_take(&s->entries);
    if (!h)
        return NULL;
    if (vq_table_add(&s->by_random, hash, h)) {
        vq_pool_give(&s->entries, h);
        return NULL;
    }
    struct entry *e = at(s, h);
    e->handle = h;
    e->hash = hash;
    memcpy(e->client_random, client_random, VQ_TLS_RANDOM);
    vq_list_append(&s->ages, &e->age);
    return e;
}

int vq_tls_secrets_add(struct vq_tls_secrets *s, const struct vq_tls_secret *secret)
{
    struct entry *e = get(s, secret->client_random);
    if (!e)
        return -ENOMEM;
    e->n[secret->label] = secret->n;
    memcpy(e->secret[secret->label], secret->secret, sizeof secret->secret);
    return 0;
}

const uint8_t *vq_tls_secrets_find(const struct vq_tls_secrets *s, const uint8_t client_random[VQ_TLS_RANDOM],
                                   enum vq_tls_label label, size_t *n)
{
    uint32_t h = vq_table_find(&s->by_random, hash_of(s, client_random), same, client_random, s);
    if (!h || !at(s, h)->n[label])
        return NULL;
    *n = at(s, h)->n[label];
    return at(s, h)->secret[label];
}

uint32_t vq_tls_secrets_count(const struct vq_tls_secrets *s)
{
    return s->entries.used;
}

uint64_t vq_tls_secrets_evicted(const struct vq_tls_secrets *s)
{
    return s->evicted;
}
