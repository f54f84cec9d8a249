/* tls_in.c - follows the handshake for what names the keys, opens the records, and hands on what they hold.
 *
 * A direction is clear, then sealed with keys that change: once in TLS 1.2 (RFC 5246 7.1), in 1.3 after the Finished
 * message (RFC 8446 4.4.4) and with each KeyUpdate (4.6.3). Nothing is given up because a secret or the other direction
 * is late: bytes wait, up to a cap. Behind a hole the number of the next record is found by trying: a record opens with
 * the right number only. */
#include "session/tls_in.h"

#include <errno.h>
#include <stdlib.h>

#define LOST_RECORDS   64u /* behind a hole so many numbers are tried for one record ... */
#define LOST_TRIES     32u /* ... at so many places that look like one */
#define UNREADABLE_MAX 64u /* records before the first that opens: early data, or a handshake without its secrets */

enum stage { CLEAR, HANDSHAKE /* of 1.3, sealed */, CONTENT, DEAF };

struct way {
    uint8_t *held;                 /* bytes that cannot be used yet: part of a record, or all since keys are awaited */
    size_t n_held, room;
    struct vq_tls_handshake shake;
    struct vq_tls_keys keys;
    uint8_t secret[VQ_TLS_SECRET_MAX]; /* of 1.3, for the next KeyUpdate */
    uint64_t seq;
    uint8_t stage;                 /* enum stage */
    bool keyed;                    /* `keys` are those of the stage */
    bool opened;                   /* a record did, in this stage or an earlier one */
    bool lost;                     /* a hole came; where the next record begins is not known */
    uint8_t tries, unreadable;
    bool ended;
};

struct vq_tls_conn {
    uint8_t client_random[VQ_TLS_RANDOM], server_random[VQ_TLS_RANDOM];
    const struct vq_tls_suite *suite; /* NULL: no ServerHello yet, or one that chose what is not read here */
    uint16_t suite_id;
    bool has_client, has_server, decrypted;
    uint8_t client;                /* the direction that is the client's */
    uint8_t fault;                 /* enum vq_tls_fault */
    struct way ways[2];
};

/* ---- what all connections share ---------------------------------------------------------------------------------- */

struct vq_tls *vq_tls_new(uint32_t max_keys, uint64_t seed)
{
    struct vq_tls *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->crypto = vq_tls_crypto_new();
    t->secrets = vq_tls_secrets_new(max_keys, seed);
    t->room = malloc(VQ_TLS_SEALED_MAX);
    if (t->crypto && t->secrets && t->room)
        return t;
    vq_tls_free(t);
    return NULL;
}

void vq_tls_free(struct vq_tls *t)
{
    if (!t)
        return;
    vq_tls_crypto_free(t->crypto);
    vq_tls_secrets_free(t->secrets);
    free(t->room);
    free(t);
}

int vq_tls_keylog(struct vq_tls *t, struct vq_slice text)
{
    struct vq_tls_secret s;
    int rc = 0;
    for (;;) {
        switch (vq_keylog_read(&text, &s)) {
        case VQ_KEYLOG_END:
            return rc;
        case VQ_KEYLOG_SECRET:
            if (vq_tls_secrets_add(t->secrets, &s))
                rc = -ENOMEM;
            break;
        case VQ_KEYLOG_BAD:
            t->bad_lines++;
            break;
        case VQ_KEYLOG_OTHER:
            break;
        }
    }
}

/* ---- a connection ------------------------------------------------------------------------------------------------ */

size_t vq_tls_conn_size(void)
{
    return sizeof(struct vq_tls_conn);
}

struct vq_tls_conn *vq_tls_conn_new(struct vq_budget *budget)
{
    if (!vq_budget_take(budget, sizeof(struct vq_tls_conn)))
        return NULL;
    struct vq_tls_conn *c = calloc(1, sizeof *c);
    if (!c)
        vq_budget_give(budget, sizeof *c);
    return c;
}

static void let_go(struct way *w, struct vq_budget *budget)
{
    vq_budget_give(budget, w->room);
    free(w->held);
    w->held = NULL;
    w->n_held = w->room = 0;
}

void vq_tls_conn_free(struct vq_tls_conn *c, struct vq_budget *budget)
{
    if (!c)
        return;
    for (int i = 0; i < 2; i++)
        let_go(&c->ways[i], budget);
    vq_budget_give(budget, sizeof *c);
    free(c);
}

enum vq_tls_fault vq_tls_conn_fault(const struct vq_tls_conn *c)
{
    return c->fault;
}

uint16_t vq_tls_conn_suite(const struct vq_tls_conn *c)
{
    return c->suite_id;
}

bool vq_tls_conn_decrypted(const struct vq_tls_conn *c)
{
    return c->decrypted;
}

bool vq_tls_conn_over(const struct vq_tls_conn *c)
{
    bool deaf = c->ways[0].stage == DEAF, too = c->ways[1].stage == DEAF;
    return (deaf && too) || ((deaf || too) && (c->fault == VQ_TLS_SUITE || c->fault == VQ_TLS_NOT_FROM_START));
}

bool vq_tls_conn_in_content(const struct vq_tls_conn *c, unsigned from)
{
    return c->ways[from].stage == CONTENT && c->ways[from].n_held;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

enum step { ON, WAIT, GIVE_UP };

static enum step wait_for(struct vq_tls_conn *c, enum vq_tls_fault what)
{
    c->fault = (uint8_t)what;
    return WAIT;
}

static enum step give_up(struct vq_tls_conn *c, enum vq_tls_fault why)
{
    c->fault = (uint8_t)why;
    return GIVE_UP;
}

static enum step key12(struct vq_tls_conn *c, struct way *w, const struct vq_tls *t, bool server)
{
    size_t n;
    const uint8_t *master = vq_tls_secrets_find(t->secrets, c->client_random, VQ_TLS_MASTER, &n);
    if (!master)
        return wait_for(c, VQ_TLS_KEY_MISSING);
    w->keyed = vq_tls12_keys(c->suite, master, c->client_random, c->server_random, server, &w->keys);
    return w->keyed ? ON : give_up(c, VQ_TLS_DAMAGED);
}

static enum step key13(struct vq_tls_conn *c, struct way *w, const struct vq_tls *t, bool server)
{
    static const enum vq_tls_label labels[2][2] = {{VQ_TLS_CLIENT_HANDSHAKE, VQ_TLS_CLIENT_TRAFFIC},
                                                   {VQ_TLS_SERVER_HANDSHAKE, VQ_TLS_SERVER_TRAFFIC}};
    size_t n = 0, want = vq_tls_hash_size(c->suite->hash);
    const uint8_t *secret = vq_tls_secrets_find(t->secrets, c->client_random, labels[server][w->stage == CONTENT], &n);
    /* Without the handshake's secrets its records are passed over: none of them opens with the content's. */
    if (!secret && w->stage == HANDSHAKE) {
        secret = vq_tls_secrets_find(t->secrets, c->client_random, labels[server][1], &n);
        if (secret)
            w->stage = CONTENT;
    }
    if (!secret || n != want)
        return wait_for(c, VQ_TLS_KEY_MISSING);
    memcpy(w->secret, secret, n);
    w->keyed = vq_tls13_keys(c->suite, w->secret, &w->keys);
    return w->keyed ? ON : give_up(c, VQ_TLS_DAMAGED);
}

/* Before a sealed record: the keys of the direction's stage. */
static enum step want_keys(struct vq_tls_conn *c, struct way *w, const struct vq_tls *t)
{
    if (w->keyed)
        return ON;
    bool server = w != &c->ways[c->client];
    return c->suite->tls13 ? key13(c, w, t, server) : key12(c, w, t, server);
}

static void rekey(struct way *w, enum stage stage)
{
    w->stage = (uint8_t)stage;
    w->keyed = false;
    w->seq = 0;
}

/* ---- the handshake ----------------------------------------------------------------------------------------------- */

static void hello(struct vq_tls_conn *c, unsigned from)
{
    const struct way *w = &c->ways[from];
    uint16_t suite = 0;
    const uint8_t *random = vq_tls_hello(&w->shake, &suite);
    if (!random)
        return;
    if (w->shake.type == VQ_TLS_CLIENT_HELLO) {
        memcpy(c->client_random, random, VQ_TLS_RANDOM);
        c->client = (uint8_t)from;
        c->has_server &= !c->has_client; /* a server's may have been captured too early */
        c->has_client = true;
    } else if (!vq_tls_is_retry(random)) {
        memcpy(c->server_random, random, VQ_TLS_RANDOM);
        c->suite = vq_tls_suite(suite);
        c->suite_id = suite;
        c->has_server = true;
    }
}

/* RFC 8446 4.6.3: the sender's next record is under the next generation of keys. */
static enum step key_update(struct vq_tls_conn *c, struct way *w)
{
    w->seq = 0;
    w->keyed = vq_tls13_update(c->suite, w->secret) && vq_tls13_keys(c->suite, w->secret, &w->keys);
    return w->keyed ? ON : give_up(c, VQ_TLS_DAMAGED);
}

static enum step handshake(struct vq_tls_conn *c, unsigned from, struct vq_slice bytes)
{
    struct way *w = &c->ways[from];
    bool tls13 = c->suite && c->suite->tls13 && w->stage != CLEAR;
    while (vq_tls_handshake_read(&w->shake, &bytes)) {
        if (!tls13 && (w->shake.type == VQ_TLS_CLIENT_HELLO || w->shake.type == VQ_TLS_SERVER_HELLO))
            hello(c, from);
        else if (tls13 && w->shake.type == VQ_TLS_FINISHED && w->stage == HANDSHAKE)
            rekey(w, CONTENT);
        else if (tls13 && w->shake.type == VQ_TLS_KEY_UPDATE && w->stage == CONTENT && key_update(c, w) != ON)
            return GIVE_UP;
    }
    return ON;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static enum step content(struct vq_tls_conn *c, unsigned from, uint8_t type, struct vq_slice bytes,
                         const struct vq_tls_reader *to)
{
    switch (type) {
    case VQ_TLS_CHANGE_CIPHER_SPEC: /* of a handshake inside of TLS 1.2: only there it is sealed */
        rekey(&c->ways[from], CONTENT);
        return ON;
    case VQ_TLS_HANDSHAKE:
        return handshake(c, from, bytes);
    case VQ_TLS_APPLICATION:
        c->decrypted = true;
        if (bytes.n)
            to->h(from, bytes, to->arg);
        return ON;
    default:
        return ON;
    }
}

/* A record that does not open. Before the first one that does that may be as it should be: the client's early data
 * (RFC 8446 4.2.10), or the handshake when only the content's secrets are known. */
static enum step unreadable(struct vq_tls_conn *c, struct way *w)
{
    c->fault = VQ_TLS_DAMAGED;
    return !w->opened && c->suite->tls13 && w->unreadable++ < UNREADABLE_MAX ? ON : GIVE_UP;
}

static enum step sealed(struct vq_tls_conn *c, unsigned from, const struct vq_tls_record *r,
                        const struct vq_tls_reader *to)
{
    struct way *w = &c->ways[from];
    enum step s = want_keys(c, w, to->tls);
    if (s != ON)
        return s;
    struct vq_slice bytes;
    uint8_t type;
    if (!vq_tls_open(to->tls->crypto, &w->keys, w->seq, r, to->tls->room, &bytes, &type))
        return unreadable(c, w);
    w->seq++;
    w->opened = true;
    if (c->ways[!from].stage != DEAF)
        c->fault = VQ_TLS_READABLE;
    return content(c, from, type, bytes, to);
}

/* Content type and stage decide: only content is sealed in 1.3, and everything behind a change of ciphers in 1.2. */
static enum step record(struct vq_tls_conn *c, unsigned from, const struct vq_tls_record *r,
                        const struct vq_tls_reader *to)
{
    struct way *w = &c->ways[from];
    if (w->stage == CLEAR && r->type == VQ_TLS_HANDSHAKE)
        return handshake(c, from, r->body);
    if (w->stage == CLEAR && r->type != VQ_TLS_CHANGE_CIPHER_SPEC && r->type != VQ_TLS_APPLICATION)
        return ON;
    if (!c->has_client && !c->has_server && r->type == VQ_TLS_APPLICATION)
        return give_up(c, VQ_TLS_NOT_FROM_START);
    if (!c->has_client || !c->has_server)
        return wait_for(c, VQ_TLS_NOT_FROM_START);
    if (!c->suite)
        return give_up(c, VQ_TLS_SUITE);
    if (c->suite->tls13) {
        if (r->type != VQ_TLS_APPLICATION)
            return ON; /* RFC 8446 D.4: a change of ciphers that means nothing */
        if (w->stage == CLEAR)
            rekey(w, HANDSHAKE);
    } else if (w->stage == CLEAR) {
        if (r->type != VQ_TLS_CHANGE_CIPHER_SPEC)
            return give_up(c, VQ_TLS_NOT_FROM_START);
        rekey(w, CONTENT);
        return ON;
    }
    return sealed(c, from, r, to);
}

/* Behind a hole: looks for bytes that begin a record and open with a number a little above the last one's. True when
 * `in` begins with such a record; else what cannot be the beginning of one is gone from it, or the search is over. */
static bool find_again(struct vq_tls_conn *c, struct way *w, struct vq_slice *in, const struct vq_tls_reader *to)
{
    for (; in->n; in->p++, in->n--) {
        struct vq_slice at = *in, bytes;
        struct vq_tls_record r;
        uint8_t type;
        enum vq_tls_read got = vq_tls_record_read(&at, &r);
        if (got == VQ_TLS_BAD || (in->n >= 3 && in->p[2] != 3) ||
            (c->suite->tls13 && *in->p != VQ_TLS_APPLICATION))
            continue;
        if (got == VQ_TLS_MORE)
            return false;
        for (uint64_t seq = w->seq; seq <= w->seq + LOST_RECORDS; seq++)
            if (vq_tls_open(to->tls->crypto, &w->keys, seq, &r, to->tls->room, &bytes, &type)) {
                w->seq = seq;
                w->lost = false;
                return true;
            }
        if (++w->tries == LOST_TRIES) {
            c->fault = VQ_TLS_HOLE;
            w->stage = DEAF;
            return false;
        }
    }
    return false;
}

/* Works off the records at the front of `in`; what is left of it is not usable yet. */
static void records(struct vq_tls_conn *c, unsigned from, struct vq_slice *in, const struct vq_tls_reader *to)
{
    struct way *w = &c->ways[from];
    while (w->stage != DEAF) {
        struct vq_tls_record r;
        if (w->lost && !find_again(c, w, in, to))
            return;
        struct vq_slice rest = *in;
        enum vq_tls_read got = vq_tls_record_read(&rest, &r);
        if (got == VQ_TLS_MORE)
            return;
        enum step s = got == VQ_TLS_BAD ? give_up(c, VQ_TLS_DAMAGED) : record(c, from, &r, to);
        if (s == WAIT)
            return;
        if (s == GIVE_UP)
            w->stage = DEAF;
        *in = rest;
    }
}

/* Keeps `more` behind what is held; false without room. */
static bool hold(struct way *w, struct vq_slice more, struct vq_budget *budget)
{
    size_t need = w->n_held + more.n, room = w->room ? w->room : 512;
    while (room < need)
        room *= 2;
    if (room > w->room) {
        if (!vq_budget_take(budget, room - w->room))
            return false;
        uint8_t *p = realloc(w->held, room);
        if (!p) {
            vq_budget_give(budget, room - w->room);
            return false;
        }
        w->held = p;
        w->room = room;
    }
    memcpy(w->held + w->n_held, more.p, more.n);
    w->n_held += more.n;
    return true;
}

/* What waited, as far as it can be used by now. */
static void work_off(struct vq_tls_conn *c, unsigned from, const struct vq_tls_reader *to)
{
    struct way *w = &c->ways[from];
    struct vq_slice in = vq_slice(w->held, w->n_held);
    if (!in.n)
        return;
    records(c, from, &in, to);
    if (!in.n || w->stage == DEAF) {
        let_go(w, to->budget);
        return;
    }
    memmove(w->held, in.p, in.n);
    w->n_held = in.n;
}

int vq_tls_conn_put(struct vq_tls_conn *c, unsigned from, struct vq_slice bytes, const struct vq_tls_reader *to)
{
    struct way *w = &c->ways[from];
    int rc = 0;
    w->ended = false;
    if (w->stage == DEAF)
        return 0;
    bool waiting = w->n_held;
    if (!waiting)
        records(c, from, &bytes, to);
    if (bytes.n && w->stage != DEAF && !hold(w, bytes, to->budget)) {
        rc = -ENOMEM;
        w->stage = DEAF;
    }
    if (waiting && w->stage != DEAF)
        work_off(c, from, to);
    /* What waited for so long waits for what will not come. */
    if (w->n_held > VQ_TLS_HELD)
        w->stage = DEAF;
    if (w->stage == DEAF)
        let_go(w, to->budget);
    work_off(c, !from, to); /* a hello or the keys may be what it waited for */
    return rc;
}

void vq_tls_conn_hole(struct vq_tls_conn *c, unsigned from, struct vq_budget *budget)
{
    struct way *w = &c->ways[from];
    if (w->stage == DEAF)
        return;
    let_go(w, budget);
    w->shake = (struct vq_tls_handshake){.head_n = 0};
    w->tries = 0;
    w->lost = true;
    if (w->stage != CONTENT || !w->opened) {
        w->stage = DEAF;
        c->fault = VQ_TLS_HOLE;
    }
}

bool vq_tls_conn_end(struct vq_tls_conn *c, unsigned from, struct vq_budget *budget)
{
    struct way *w = &c->ways[from];
    let_go(w, budget);
    *w = (struct way){.ended = true};
    return c->ways[!from].ended;
}
