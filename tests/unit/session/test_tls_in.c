/* test_tls_in.c - TLS connections by the trace of RFC 8448 3 and by records sealed here: pieces, late keys, key
 * updates, holes, other connections. */
#include "support/check.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "session/tls_in.h"
#include "unit/proto/tls_vectors.h"

enum { CLIENT = 1, SERVER = 0 }; /* directions; which is which the hello tells */

struct line {
    struct vq_tls *tls;
    struct vq_budget budget;
    struct vq_tls_conn *c;
    char got[2][4096]; /* content, its bytes below ' ' as letters */
    size_t n[2];
};

static void on_content(unsigned from, struct vq_slice content, void *arg)
{
    struct line *l = arg;
    assert_true(content.n > 0 && l->n[from] + content.n < sizeof l->got[0]);
    memcpy(l->got[from] + l->n[from], content.p, content.n);
    l->n[from] += content.n;
}

static int setup(void **state)
{
    static struct line l;
    l = (struct line){.budget = {.cap = 1 << 20}};
    l.tls = vq_tls_new(3, 1);
    l.c = vq_tls_conn_new(&l.budget);
    assert_true(l.tls && l.c);
    *state = &l;
    return 0;
}

static int teardown(void **state)
{
    struct line *l = *state;
    vq_tls_conn_free(l->c, &l->budget);
    assert_int_equal(l->budget.used, 0);
    vq_tls_free(l->tls);
    return 0;
}

static void keys(struct line *l, const char *log)
{
    assert_int_equal(vq_tls_keylog(l->tls, vq_slice(log, strlen(log))), 0);
}

static void put(struct line *l, unsigned from, const void *bytes, size_t n)
{
    const struct vq_tls_reader to = {l->tls, &l->budget, on_content, l};
    assert_int_equal(vq_tls_conn_put(l->c, from, vq_slice(bytes, n), &to), 0);
}

static void put_hex(struct line *l, unsigned from, const char *hex)
{
    uint8_t bytes[1024];
    put(l, from, bytes, unhex(hex, bytes));
}

/* Everything that was said so far, and that it can be read. */
static void said(const struct line *l, unsigned from, const char *text)
{
    assert_int_equal(l->n[from], strlen(text));
    assert_memory_equal(l->got[from], text, l->n[from]);
}

static void fault(const struct line *l, enum vq_tls_fault want)
{
    assert_int_equal(vq_tls_conn_fault(l->c), want);
}

/* ---- records of our own ------------------------------------------------------------------------------------------ */

struct sender {
    unsigned from;
    uint8_t secret[VQ_TLS_SECRET_MAX];
    uint64_t seq;
    uint8_t record[4096];
    size_t n;
};

static struct sender sender(unsigned from)
{
    struct sender s = {.from = from};
    unhex(from == CLIENT ? RFC8448_CLIENT_TRAFFIC : RFC8448_SERVER_TRAFFIC, s.secret);
    return s;
}

/* Appends a record of TLS_AES_128_GCM_SHA256: content, its type, so many zeros. */
static void seal(struct sender *s, uint8_t type, const void *content, size_t n, size_t padding)
{
    struct vq_tls_keys k;
    uint8_t inner[2048], nonce[VQ_TLS_NONCE], *r = s->record + s->n;
    size_t size = n + 1 + padding;
    int got;
    assert_true(size <= sizeof inner && s->n + size + 21 <= sizeof s->record);
    memcpy(inner, content, n);
    inner[n] = type;
    memset(inner + n + 1, 0, padding);
    assert_true(vq_tls13_keys(vq_tls_suite(0x1301), s->secret, &k));
    memcpy(nonce, k.iv, sizeof nonce);
    for (int i = 0; i < 8; i++)
        nonce[11 - i] ^= (uint8_t)(s->seq >> 8 * i);
    memcpy(r, (const uint8_t[]){23, 3, 3, (uint8_t)((size + 16) >> 8), (uint8_t)(size + 16)}, 5);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    assert_true(EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, k.key, nonce) &&
                EVP_EncryptUpdate(c, NULL, &got, r, 5) &&
                EVP_EncryptUpdate(c, r + 5, &got, inner, (int)size) && EVP_EncryptFinal_ex(c, r + 5 + size, &got) &&
                EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, r + 5 + size));
    EVP_CIPHER_CTX_free(c);
    s->n += 5 + size + 16;
    s->seq++;
}

static void text(struct sender *s, const char *z)
{
    seal(s, VQ_TLS_APPLICATION, z, strlen(z), 0);
}

static void send_all(struct line *l, struct sender *s)
{
    put(l, s->from, s->record, s->n);
    s->n = 0;
}

static void hellos(struct line *l)
{
    put_hex(l, CLIENT, RFC8448_CLIENT_HELLO);
    put_hex(l, SERVER, RFC8448_SERVER_HELLO);
}

/* ---- RFC 8448 3 -------------------------------------------------------------------------------------------------- */

static void is_rfc8448(const struct line *l)
{
    for (unsigned from = 0; from < 2; from++) {
        assert_int_equal(l->n[from], RFC8448_DATA_N);
        for (size_t i = 0; i < RFC8448_DATA_N; i++)
            assert_int_equal(l->got[from][i], i);
    }
    assert_true(vq_tls_conn_decrypted(l->c));
    fault(l, VQ_TLS_READABLE);
}

static const char *const trace[][2] = { /* in the order of the RFC; those of the server first in each */
    {NULL, RFC8448_CLIENT_HELLO}, {RFC8448_SERVER_HELLO, NULL}, {RFC8448_SERVER_FLIGHT, NULL},
    {NULL, RFC8448_CLIENT_FINISHED},
    {RFC8448_TICKET, NULL}, {NULL, RFC8448_CLIENT_DATA}, {RFC8448_SERVER_DATA, NULL}, {NULL, RFC8448_CLIENT_ALERT},
    {RFC8448_SERVER_ALERT, NULL},
};
#define STEPS (sizeof trace / sizeof *trace)

static void reads_the_trace(void **state)
{
    struct line *l = *state;
    keys(l, RFC8448_LOG);
    for (size_t i = 0; i < STEPS; i++)
        put_hex(l, trace[i][0] ? SERVER : CLIENT, trace[i][0] ? trace[i][0] : trace[i][1]);
    is_rfc8448(l);
    assert_false(vq_tls_conn_end(l->c, CLIENT, &l->budget));
    assert_true(vq_tls_conn_end(l->c, SERVER, &l->budget));
}

static void reads_it_in_pieces(void **state)
{
    struct line *l = *state;
    keys(l, RFC8448_LOG);
    for (size_t piece = 1; piece < 300; piece += piece < 20 ? 1 : 31) {
        l->n[0] = l->n[1] = 0;
        for (size_t i = 0; i < STEPS; i++) {
            uint8_t bytes[1024];
            size_t n = unhex(trace[i][0] ? trace[i][0] : trace[i][1], bytes);
            for (size_t at = 0; at < n; at += piece)
                put(l, trace[i][0] ? SERVER : CLIENT, bytes + at, n - at < piece ? n - at : piece);
        }
        is_rfc8448(l);
        vq_tls_conn_free(l->c, &l->budget);
        assert_int_equal(l->budget.used, 0);
        l->c = vq_tls_conn_new(&l->budget);
    }
}

/* Without the handshake's secrets, and with keys that come last. */
static void needs_the_contents_secrets_only(void **state)
{
    struct line *l = *state;
    for (size_t i = 0; i < STEPS; i++) {
        if (i + 1 == STEPS)
            keys(l, RFC8448_TRAFFIC_LOG);
        put_hex(l, trace[i][0] ? SERVER : CLIENT, trace[i][0] ? trace[i][0] : trace[i][1]);
        if (i > 1 && i + 1 < STEPS)
            fault(l, VQ_TLS_KEY_MISSING);
    }
    is_rfc8448(l);
}

/* The capture has one direction before the other. */
static void waits_for_the_other_side(void **state)
{
    struct line *l = *state;
    keys(l, RFC8448_LOG);
    for (unsigned late = 0; late < 2; late++) {
        l->n[0] = l->n[1] = 0;
        for (size_t i = 0; i < STEPS; i++)
            if (trace[i][!late])
                put_hex(l, !late, trace[i][!late]);
        fault(l, VQ_TLS_NOT_FROM_START);
        for (size_t i = 0; i < STEPS; i++)
            if (trace[i][late])
                put_hex(l, late, trace[i][late]);
        is_rfc8448(l);
        vq_tls_conn_free(l->c, &l->budget);
        l->c = vq_tls_conn_new(&l->budget);
    }
}

/* ---- what is in a connection ------------------------------------------------------------------------------------- */

static void key_updates(void **state)
{
    struct line *l = *state;
    struct sender c = sender(CLIENT), s = sender(SERVER);
    static const uint8_t update[] = {VQ_TLS_KEY_UPDATE, 0, 0, 1, 0};
    keys(l, RFC8448_TRAFFIC_LOG);
    hellos(l);
    for (int i = 0; i < 3; i++) {
        text(&c, "ab");
        seal(&c, VQ_TLS_HANDSHAKE, update, sizeof update, 0);
        assert_true(vq_tls13_update(vq_tls_suite(0x1301), c.secret));
        c.seq = 0;
        text(&c, "cd");
        send_all(l, &c);
        text(&s, "x");
        send_all(l, &s);
    }
    said(l, CLIENT, "abcdabcdabcd");
    said(l, SERVER, "xxx");
    fault(l, VQ_TLS_READABLE);
}

static void padding(void **state)
{
    struct line *l = *state;
    struct sender c = sender(CLIENT);
    keys(l, RFC8448_TRAFFIC_LOG);
    hellos(l);
    seal(&c, VQ_TLS_APPLICATION, "a\0\0", 3, 200);
    seal(&c, VQ_TLS_APPLICATION, "", 0, 9); /* hides how much is sent */
    seal(&c, VQ_TLS_ALERT, "\1\0", 2, 0);
    seal(&c, VQ_TLS_APPLICATION, "b", 1, 0);
    send_all(l, &c);
    assert_int_equal(l->n[CLIENT], 4);
    assert_memory_equal(l->got[CLIENT], "a\0\0b", 4);
}

/* RFC 8446 4.2.10: records under other keys, before those of the handshake. */
static void early_data(void **state)
{
    struct line *l = *state;
    struct sender early = sender(SERVER), c = sender(CLIENT);
    keys(l, RFC8448_LOG);
    put_hex(l, CLIENT, RFC8448_CLIENT_HELLO);
    text(&early, "unknown");
    put(l, CLIENT, early.record, early.n);
    put_hex(l, SERVER, RFC8448_SERVER_HELLO);
    put_hex(l, CLIENT, RFC8448_CLIENT_FINISHED);
    text(&c, "known");
    send_all(l, &c);
    said(l, CLIENT, "known");
    fault(l, VQ_TLS_READABLE);
}

/* ---- holes ------------------------------------------------------------------------------------------------------- */

static void finds_itself_again(void **state)
{
    struct line *l = *state;
    for (unsigned lost = 1; lost <= 40; lost += 13) {
        for (unsigned bytes = 0; bytes < 40; bytes += 7) { /* that are left of the last record lost */
            struct sender c = sender(CLIENT);
            keys(l, RFC8448_TRAFFIC_LOG);
            l->n[CLIENT] = 0;
            hellos(l);
            text(&c, "a");
            send_all(l, &c);
            for (unsigned i = 0; i < lost; i++) {
                c.n = 0;
                text(&c, "a text of the length that is needed here");
            }
            memmove(c.record, c.record + c.n - bytes, bytes);
            c.n = bytes;
            text(&c, "b");
            text(&c, "c");
            vq_tls_conn_hole(l->c, CLIENT, &l->budget);
            for (size_t i = 0; i < c.n; i++)
                put(l, CLIENT, c.record + i, 1);
            said(l, CLIENT, "abc");
            fault(l, VQ_TLS_READABLE);
            vq_tls_conn_free(l->c, &l->budget);
            l->c = vq_tls_conn_new(&l->budget);
        }
    }
}

static void gives_up_behind_a_hole(void **state)
{
    struct line *l = *state;
    struct sender c = sender(CLIENT), s = sender(SERVER);
    keys(l, RFC8448_TRAFFIC_LOG);
    hellos(l);
    text(&c, "a");
    send_all(l, &c);
    vq_tls_conn_hole(l->c, CLIENT, &l->budget);
    c.seq = 200; /* more records than anybody counts */
    for (int i = 0; i < 60; i++) {
        text(&c, "b");
        send_all(l, &c);
    }
    fault(l, VQ_TLS_HOLE);
    text(&s, "x"); /* the other direction goes on, and does not hide it */
    send_all(l, &s);
    said(l, SERVER, "x");
    said(l, CLIENT, "a");
    fault(l, VQ_TLS_HOLE);
    assert_false(vq_tls_conn_over(l->c));
}

static void hole_in_the_handshake(void **state)
{
    struct line *l = *state;
    struct sender c = sender(CLIENT), s = sender(SERVER);
    keys(l, RFC8448_TRAFFIC_LOG);
    hellos(l);
    vq_tls_conn_hole(l->c, SERVER, &l->budget);
    text(&s, "x");
    send_all(l, &s);
    text(&c, "a");
    send_all(l, &c);
    said(l, CLIENT, "a");
    said(l, SERVER, "");
    fault(l, VQ_TLS_HOLE);
}

/* ---- what cannot be read ----------------------------------------------------------------------------------------- */

static void without_a_beginning(void **state)
{
    struct line *l = *state;
    keys(l, RFC8448_LOG);
    put_hex(l, CLIENT, RFC8448_CLIENT_DATA);
    fault(l, VQ_TLS_NOT_FROM_START);
    assert_true(vq_tls_conn_over(l->c));
    assert_false(vq_tls_conn_decrypted(l->c));
}

static void foreign_suite(void **state)
{
    struct line *l = *state;
    uint8_t hello[256];
    keys(l, RFC8448_LOG);
    put_hex(l, CLIENT, RFC8448_CLIENT_HELLO);
    size_t n = unhex(RFC8448_SERVER_HELLO, hello);
    hello[44] = 0xc0;
    hello[45] = 0x13; /* TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA */
    put(l, SERVER, hello, n);
    put(l, SERVER, "\x14\x03\x03\x00\x01\x01", 6);
    fault(l, VQ_TLS_SUITE);
    assert_int_equal(vq_tls_conn_suite(l->c), 0xc013);
    assert_true(vq_tls_conn_over(l->c));
}

static void wrong_keys(void **state)
{
    struct line *l = *state;
    struct sender c = sender(SERVER);
    keys(l, RFC8448_TRAFFIC_LOG);
    hellos(l);
    for (int i = 0; i < 100; i++) {
        text(&c, "under another key");
        put(l, CLIENT, c.record, c.n);
        c.n = 0;
    }
    fault(l, VQ_TLS_DAMAGED);
    said(l, CLIENT, "");
}

static void no_records(void **state)
{
    struct line *l = *state;
    keys(l, RFC8448_LOG);
    put_hex(l, CLIENT, RFC8448_CLIENT_HELLO);
    put(l, CLIENT, "GET / HTTP/1.1\r\n", 16);
    fault(l, VQ_TLS_DAMAGED);
    put(l, SERVER, "HTTP/1.1 400 Bad\r\n", 18);
    assert_true(vq_tls_conn_over(l->c));
}

/* What nobody has keys for is kept for a while and no longer. */
static void keeps_little(void **state)
{
    struct line *l = *state;
    struct sender c = sender(CLIENT);
    hellos(l);
    for (int i = 0; i < 40; i++) {
        seal(&c, VQ_TLS_APPLICATION, (const char[2000]){0}, 2000, 0);
        send_all(l, &c);
        assert_true(l->budget.used <= vq_tls_conn_size() + 2 * VQ_TLS_HELD);
    }
    fault(l, VQ_TLS_KEY_MISSING);
    assert_int_equal(l->budget.used, vq_tls_conn_size());
    keys(l, RFC8448_TRAFFIC_LOG);
    text(&c, "too late");
    send_all(l, &c);
    said(l, CLIENT, "");
}

static void without_room(void **state)
{
    struct line *l = *state;
    const struct vq_tls_reader to = {l->tls, &l->budget, on_content, l};
    struct sender c = sender(CLIENT);
    hellos(l);
    l->budget.cap = l->budget.used + 100;
    text(&c, "a");
    assert_int_not_equal(vq_tls_conn_put(l->c, CLIENT, vq_slice(c.record, c.n), &to), 0);
    l->budget.cap = 10;
    assert_null(vq_tls_conn_new(&(struct vq_budget){.cap = 10}));
    l->budget.cap = 1 << 20;
}

/* ---- many secrets ------------------------------------------------------------------------------------------------ */

static void keeps_the_newest_secrets(void **state)
{
    struct line *l = *state; /* of three connections at most */
    struct vq_tls_secret s = {.label = VQ_TLS_MASTER, .n = 48};
    size_t n;
    for (uint8_t i = 0; i < 5; i++)
        for (int twice = 0; twice < 2; twice++) {
            memset(s.client_random, i, sizeof s.client_random);
            memset(s.secret, 0x40 + i, sizeof s.secret);
            assert_int_equal(vq_tls_secrets_add(l->tls->secrets, &s), 0);
        }
    assert_int_equal(vq_tls_secrets_count(l->tls->secrets), 3);
    assert_int_equal(vq_tls_secrets_evicted(l->tls->secrets), 2);
    for (uint8_t i = 0; i < 5; i++) {
        memset(s.client_random, i, sizeof s.client_random);
        const uint8_t *p = vq_tls_secrets_find(l->tls->secrets, s.client_random, VQ_TLS_MASTER, &n);
        assert_int_equal(p != NULL, i >= 2);
        if (p) {
            assert_int_equal(n, 48);
            assert_int_equal(p[47], 0x40 + i);
        }
        assert_null(vq_tls_secrets_find(l->tls->secrets, s.client_random, VQ_TLS_CLIENT_TRAFFIC, &n));
    }
    keys(l, "nonsense\n# none\n");
    assert_int_equal(l->tls->bad_lines, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(reads_the_trace), T(reads_it_in_pieces), T(needs_the_contents_secrets_only), T(waits_for_the_other_side),
        T(key_updates), T(padding), T(early_data), T(finds_itself_again), T(gives_up_behind_a_hole),
        T(hole_in_the_handshake), T(without_a_beginning), T(foreign_suite), T(wrong_keys), T(no_records),
        T(keeps_little), T(without_room), T(keeps_the_newest_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
