/* test_tls.c - records, handshake heads, key logs, and keys and contents by the traces of RFC 8448 and of OpenSSL. */
#include "support/check.h"
#include "support/guard.h"

#include "proto/tls_keylog.h"
#include "unit/proto/tls_vectors.h"

static uint8_t room[VQ_TLS_SEALED_MAX], wire[2048];

static struct vq_tls_record record_of(const char *hex)
{
    struct vq_tls_record r;
    struct vq_slice in = vq_slice(wire, unhex(hex, wire));
    assert_int_equal(vq_tls_record_read(&in, &r), VQ_TLS_RECORD);
    assert_int_equal(in.n, 0);
    return r;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

static void records(void **state)
{
    (void)state;
    static const uint8_t two[] = {22, 3, 1, 0, 2, 'h', 'i', 23, 3, 3, 0, 1, 'x', 21, 3};
    struct vq_slice in = vq_slice(two, sizeof two);
    struct vq_tls_record r;
    assert_true(vq_tls_begins(in));
    assert_int_equal(vq_tls_record_read(&in, &r), VQ_TLS_RECORD);
    assert_int_equal(r.type, VQ_TLS_HANDSHAKE);
    assert_memory_equal(r.body.p, "hi", r.body.n);
    assert_ptr_equal(r.head, two);
    assert_int_equal(vq_tls_record_read(&in, &r), VQ_TLS_RECORD);
    assert_int_equal(r.type, VQ_TLS_APPLICATION);
    assert_int_equal(r.body.n, 1);
    assert_int_equal(vq_tls_record_read(&in, &r), VQ_TLS_MORE);
    assert_int_equal(in.n, 2);
    static const uint8_t bad[][5] = {{19, 3, 3, 0, 1}, {25, 3, 3, 0, 1}, {22, 2, 3, 0, 1}, {22, 3, 5, 0, 1},
                                     {22, 3, 3, 0x48, 1}, {'G', 'E', 'T', ' ', '/'}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        in = vq_slice(bad[i], 5);
        assert_int_equal(vq_tls_record_read(&in, &r), VQ_TLS_BAD);
        assert_false(vq_tls_begins(vq_slice(bad[i], 5)));
    }
    assert_false(vq_tls_begins(vq_slice(two, 4)));
}

/* Each of them as it stands in the RFC's trace, in pieces of every size, behind another message. */
static void hellos(void **state)
{
    (void)state;
    static uint8_t bytes[6 + 300] = {11, 0, 0, 2, 'o', 'k'};
    const char *const hex[] = {RFC8448_CLIENT_HELLO, RFC8448_SERVER_HELLO};
    static const char *const randoms[] = {RFC8448_RANDOM,
                                          "a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e26928"};
    for (int i = 0; i < 2; i++) {
        uint8_t random[VQ_TLS_RANDOM];
        unhex(randoms[i], random);
        struct vq_tls_record r = record_of(hex[i]);
        memcpy(bytes + 6, r.body.p, r.body.n);
        for (size_t piece = 1; piece < 40; piece++) {
            struct vq_tls_handshake h = {.head_n = 0};
            unsigned messages = 0;
            uint16_t suite = 0;
            for (size_t at = 0; at < 6 + r.body.n; at += piece) {
                size_t n = 6 + r.body.n - at < piece ? 6 + r.body.n - at : piece;
                struct vq_slice in = vq_slice(bytes + at, n);
                while (vq_tls_handshake_read(&h, &in))
                    if (++messages == 1)
                        assert_int_equal(h.type, 11);
                assert_int_equal(in.n, 0);
            }
            assert_int_equal(messages, 2);
            assert_int_equal(h.type, i ? VQ_TLS_SERVER_HELLO : VQ_TLS_CLIENT_HELLO);
            assert_memory_equal(vq_tls_hello(&h, &suite), random, sizeof random);
            assert_int_equal(suite, i ? 0x1301 : 0);
            assert_false(vq_tls_is_retry(random));
        }
    }
}

static void cut_hellos(void **state)
{
    (void)state;
    uint16_t suite = 7;
    struct vq_tls_handshake h = {.type = VQ_TLS_SERVER_HELLO};
    struct vq_tls_record r = record_of(RFC8448_SERVER_HELLO);
    memcpy(h.body, r.body.p + 4, sizeof h.body);
    for (unsigned n = 0; n < 37; n++) { /* version, random, no session id, suite */
        h.body_n = (uint8_t)n;
        assert_null(vq_tls_hello(&h, &suite));
    }
    assert_int_equal(suite, 7);
    h.body_n = 37;
    assert_non_null(vq_tls_hello(&h, &suite));
    assert_int_equal(suite, 0x1301);
    h.body[34] = 33; /* a session id longer than there may be */
    h.body_n = sizeof h.body;
    assert_null(vq_tls_hello(&h, &suite));
    h.type = VQ_TLS_CLIENT_HELLO;
    h.body_n = 33;
    assert_null(vq_tls_hello(&h, &suite));
}

static void knows_suites(void **state)
{
    (void)state;
    assert_string_equal(vq_tls_suite(0x1303)->name, "TLS_CHACHA20_POLY1305_SHA256");
    assert_true(vq_tls_suite(0x1302)->tls13);
    assert_false(vq_tls_suite(0xc030)->tls13);
    assert_null(vq_tls_suite(0xc013)); /* ..._CBC_SHA */
}

/* ---- RFC 8448 3 -------------------------------------------------------------------------------------------------- */

static void rfc8448_keys(void **state)
{
    (void)state;
    static const struct {
        const char *secret, *key, *iv;
    } rows[] = {
        {RFC8448_CLIENT_HANDSHAKE, "dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f"},
        {RFC8448_SERVER_HANDSHAKE, "3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30"},
        {RFC8448_CLIENT_TRAFFIC, "17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9"},
        {RFC8448_SERVER_TRAFFIC, "9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t secret[VQ_TLS_SECRET_MAX], key[16], iv[12];
        struct vq_tls_keys k;
        assert_int_equal(unhex(rows[i].secret, secret), vq_tls_hash_size(VQ_TLS_SHA256));
        unhex(rows[i].key, key);
        unhex(rows[i].iv, iv);
        assert_true(vq_tls13_keys(vq_tls_suite(0x1301), secret, &k));
        assert_memory_equal(k.key, key, sizeof key);
        assert_memory_equal(k.iv, iv, sizeof iv);
    }
}

static void rfc8448_records(void **state)
{
    (void)state;
    const struct {
        const char *secret, *record;
        uint64_t seq;
        uint8_t type;
        size_t n;
        uint8_t first;
    } rows[] = {
        {RFC8448_SERVER_HANDSHAKE, RFC8448_SERVER_FLIGHT, 0, VQ_TLS_HANDSHAKE, 657, 8},
        {RFC8448_CLIENT_HANDSHAKE, RFC8448_CLIENT_FINISHED, 0, VQ_TLS_HANDSHAKE, 36, 20},
        {RFC8448_SERVER_TRAFFIC, RFC8448_TICKET, 0, VQ_TLS_HANDSHAKE, 205, 4},
        {RFC8448_CLIENT_TRAFFIC, RFC8448_CLIENT_DATA, 0, VQ_TLS_APPLICATION, 50, 0},
        {RFC8448_SERVER_TRAFFIC, RFC8448_SERVER_DATA, 1, VQ_TLS_APPLICATION, 50, 0},
        {RFC8448_CLIENT_TRAFFIC, RFC8448_CLIENT_ALERT, 1, VQ_TLS_ALERT, 2, 1},
        {RFC8448_SERVER_TRAFFIC, RFC8448_SERVER_ALERT, 2, VQ_TLS_ALERT, 2, 1},
    };
    struct vq_tls_crypto *c = vq_tls_crypto_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t secret[VQ_TLS_SECRET_MAX], type;
        struct vq_tls_keys k;
        struct vq_slice content;
        unhex(rows[i].secret, secret);
        assert_true(vq_tls13_keys(vq_tls_suite(0x1301), secret, &k));
        struct vq_tls_record r = record_of(rows[i].record);
        assert_true(vq_tls_open(c, &k, rows[i].seq, &r, room, &content, &type));
        assert_int_equal(type, rows[i].type);
        assert_int_equal(content.n, rows[i].n);
        assert_int_equal(content.p[0], rows[i].first);
        for (size_t b = 0; type == VQ_TLS_APPLICATION && b < content.n; b++)
            assert_int_equal(content.p[b], b);
        assert_false(vq_tls_open(c, &k, rows[i].seq + 1, &r, room, &content, &type));
        wire[r.body.n] ^= 1; /* within the content */
        assert_false(vq_tls_open(c, &k, rows[i].seq, &r, room, &content, &type));
    }
    vq_tls_crypto_free(c);
}

/* ---- TLS 1.2 ----------------------------------------------------------------------------------------------------- */

static void tls12_record(struct vq_tls_crypto *c, const struct vq_tls_keys *k, uint64_t seq, const char *hex,
                         uint8_t want, const char *text)
{
    struct vq_slice content;
    uint8_t type;
    struct vq_tls_record r = record_of(hex);
    assert_true(vq_tls_open(c, k, seq, &r, room, &content, &type));
    assert_int_equal(type, want);
    if (text) {
        assert_int_equal(content.n, strlen(text));
        assert_memory_equal(content.p, text, content.n);
    } else {
        assert_int_equal(content.p[0], VQ_TLS_FINISHED);
        assert_int_equal(content.n, 16);
    }
    assert_false(vq_tls_open(c, k, seq + 1, &r, room, &content, &type));
    r.body.n = VQ_TLS_TAG - 1; /* no room for the tag */
    assert_false(vq_tls_open(c, k, seq, &r, room, &content, &type));
}

static void tls12(void **state)
{
    (void)state;
    struct vq_tls_crypto *c = vq_tls_crypto_new();
    for (size_t i = 0; i < sizeof tls12_vectors / sizeof *tls12_vectors; i++) {
        uint8_t client[VQ_TLS_RANDOM], server[VQ_TLS_RANDOM], master[VQ_TLS_SECRET_MAX];
        struct vq_tls_keys k;
        unhex(tls12_vectors[i].client_random, client);
        unhex(tls12_vectors[i].server_random, server);
        unhex(tls12_vectors[i].master, master);
        const struct vq_tls_suite *s = vq_tls_suite(tls12_vectors[i].suite);
        assert_true(vq_tls12_keys(s, master, client, server, false, &k));
        tls12_record(c, &k, 0, tls12_vectors[i].client_finished, VQ_TLS_HANDSHAKE, NULL);
        tls12_record(c, &k, 1, tls12_vectors[i].client_data, VQ_TLS_APPLICATION, "OPTIONS sip:a SIP/2.0\r\n");
        assert_true(vq_tls12_keys(s, master, client, server, true, &k));
        tls12_record(c, &k, 0, tls12_vectors[i].server_finished, VQ_TLS_HANDSHAKE, NULL);
        tls12_record(c, &k, 1, tls12_vectors[i].server_data, VQ_TLS_APPLICATION, "SIP/2.0 200 OK\r\n");
    }
    vq_tls_crypto_free(c);
}

/* ---- key logs ---------------------------------------------------------------------------------------------------- */

static void key_logs(void **state)
{
    (void)state;
    static const char log[] = "# a comment\r\n\n" RFC8448_LOG "EXPORTER_SECRET 00 11\r\n"
                              "CLIENT_RANDOM " RFC8448_RANDOM " " RFC8448_RANDOM "CB34ECB1E78163BA1C38C6DACB196A6D\r\n";
    static const uint8_t labels[] = {VQ_TLS_CLIENT_HANDSHAKE, VQ_TLS_SERVER_HANDSHAKE, VQ_TLS_CLIENT_TRAFFIC,
                                     VQ_TLS_SERVER_TRAFFIC, VQ_TLS_MASTER};
    struct vq_slice text = VQ_SLICE_LIT(log);
    struct vq_tls_secret s;
    uint8_t random[VQ_TLS_RANDOM];
    unsigned n = 0, other = 0;
    unhex(RFC8448_RANDOM, random);
    for (enum vq_keylog_line l; (l = vq_keylog_read(&text, &s)) != VQ_KEYLOG_END;) {
        assert_int_not_equal(l, VQ_KEYLOG_BAD);
        other += l == VQ_KEYLOG_OTHER;
        if (l != VQ_KEYLOG_SECRET)
            continue;
        assert_int_equal(s.label, labels[n]);
        assert_int_equal(s.n, n < 4 ? 32 : 48);
        assert_memory_equal(s.client_random, random, sizeof random);
        n++;
    }
    assert_int_equal(n, 5);
    assert_int_equal(other, 3);
    assert_memory_equal(s.secret, random, sizeof random);
    assert_memory_equal(s.secret + 32, random, 16);
}

static void bad_key_logs(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "CLIENT_RANDOM", "CLIENT_RANDOM " RFC8448_RANDOM,
        "CLIENT_RANDOM " RFC8448_RANDOM " " RFC8448_RANDOM /* too short */,
        "CLIENT_TRAFFIC_SECRET_0 00 " RFC8448_RANDOM, "CLIENT_TRAFFIC_SECRET_0 " RFC8448_RANDOM " zz" RFC8448_RANDOM,
        "CLIENT_TRAFFIC_SECRET_0 " RFC8448_RANDOM " " RFC8448_RANDOM " more", "-----BEGIN RSA PRIVATE KEY-----",
        "127.0.0.1 localhost",
        "CLIENT_TRAFFIC_SECRET_0 " RFC8448_RANDOM " " RFC8448_RANDOM "0",
        "CLIENT_TRAFFIC_SECRET_0 " RFC8448_RANDOM " " RFC8448_RANDOM RFC8448_RANDOM,
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct vq_slice text = vq_slice(lines[i], strlen(lines[i]));
        struct vq_tls_secret s = {.n = 77};
        assert_int_equal(vq_keylog_read(&text, &s), VQ_KEYLOG_BAD);
        assert_int_equal(s.n, 77);
        assert_int_equal(vq_keylog_read(&text, &s), VQ_KEYLOG_END);
    }
}

/* ---- the end of the bytes ---------------------------------------------------------------------------------------- */

static void keeps_to_the_bytes(void **state)
{
    (void)state;
    struct vq_guard g;
    uint8_t secret[VQ_TLS_SECRET_MAX];
    struct vq_tls_keys k;
    struct vq_tls_crypto *c = vq_tls_crypto_new();
    unhex(RFC8448_CLIENT_TRAFFIC, secret);
    assert_true(vq_tls13_keys(vq_tls_suite(0x1301), secret, &k));
    guard_init(&g, 2048);
    size_t whole = unhex(RFC8448_CLIENT_HELLO, wire);
    for (size_t n = 0; n <= whole; n++) {
        struct vq_slice in = vq_slice(guard_put(&g, wire, n), n);
        struct vq_tls_record r;
        assert_int_equal(vq_tls_record_read(&in, &r), n < whole ? VQ_TLS_MORE : VQ_TLS_RECORD);
        struct vq_tls_handshake h = {.head_n = 0};
        in = vq_slice(guard_put(&g, wire + 5, n > 5 ? n - 5 : 0), n > 5 ? n - 5 : 0);
        assert_int_equal(vq_tls_handshake_read(&h, &in), n == whole);
    }
    whole = unhex(RFC8448_CLIENT_DATA, wire);
    for (size_t n = 5; n <= whole; n++) {
        wire[4] = (uint8_t)(n - 5);
        const uint8_t *p = guard_put(&g, wire, n);
        struct vq_slice in = vq_slice(p, n), content;
        struct vq_tls_record r;
        uint8_t type;
        assert_int_equal(vq_tls_record_read(&in, &r), VQ_TLS_RECORD);
        assert_int_equal(vq_tls_open(c, &k, 0, &r, room, &content, &type), n == whole);
    }
    static const char line[] = "CLIENT_TRAFFIC_SECRET_0 " RFC8448_RANDOM " " RFC8448_RANDOM;
    for (size_t n = 0; n < sizeof line; n++) {
        struct vq_slice text = vq_slice(guard_put(&g, line, n), n);
        struct vq_tls_secret s;
        enum vq_keylog_line got = vq_keylog_read(&text, &s);
        assert_int_equal(got == VQ_KEYLOG_SECRET, n == sizeof line - 1);
    }
    guard_done(&g);
    vq_tls_crypto_free(c);
}

int main(void)
{
#define T(f) cmocka_unit_test(f)
    const struct CMUnitTest tests[] = {
        T(records), T(hellos), T(cut_hellos), T(knows_suites), T(rfc8448_keys), T(rfc8448_records), T(tls12),
        T(key_logs), T(bad_key_logs), T(keeps_to_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
