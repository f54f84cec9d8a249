/* test_websocket.c - WebSocket: the examples of RFC 6455 5.7 in any pieces, openings; what is refused. */
#include "support/check.h"
#include "support/guard.h"

#include "proto/websocket.h"

enum { CAP = 70000 };
static uint8_t room[CAP + VQ_WS_CONTROL_MAX];

/* Reads `n` bytes, `piece` at a time, and checks what came out: "T:text" for a text message, B, 8, 9, A likewise. */
static void expect(const void *bytes, size_t n, const char *const *events)
{
    for (size_t size = 1; size <= n; size++) {
        struct vq_ws w;
        const char *const *want = events;
        vq_ws_init(&w, room, CAP);
        for (size_t at = 0; at < n;) {
            size_t part = n - at < size ? n - at : size;
            struct vq_slice in = vq_slice((const uint8_t *)bytes + at, part);
            struct vq_ws_message m;
            enum vq_ws_event e = vq_ws_read(&w, &in, &m);
            at += part - in.n;
            if (e == VQ_WS_MORE) {
                assert_int_equal(in.n, 0);
                continue;
            }
            assert_int_not_equal(e, VQ_WS_BAD);
            assert_non_null(*want);
            assert_int_equal(e == VQ_WS_CONTROL, m.opcode >= 8);
            assert_int_equal("?TB?????89A"[m.opcode], **want);
            assert_int_equal(m.payload.n, strlen(*want + 2));
            assert_memory_equal(m.payload.p, *want + 2, m.payload.n);
            want++;
        }
        assert_null(*want);
    }
}
#define EXPECT(bytes, ...) expect(bytes, sizeof bytes, (const char *const[]){__VA_ARGS__, NULL})

static void rfc6455_5_7(void **state)
{
    (void)state;
    static const uint8_t unmasked[] = {0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
    static const uint8_t masked[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    static const uint8_t fragments[] = {0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f};
    static const uint8_t ping[] = {0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f};
    static const uint8_t pong[] = {0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    EXPECT(unmasked, "T:Hello");
    EXPECT(masked, "T:Hello");
    EXPECT(fragments, "T:Hello");
    EXPECT(ping, "9:Hello");
    EXPECT(pong, "A:Hello");
    /* "256 bytes binary message in a single unmasked frame", and 64 KiB. */
    static uint8_t large[10 + 65536] = {0x82, 0x7e, 0x01, 0x00};
    for (size_t i = 4; i < sizeof large; i++)
        large[i] = (uint8_t)(i * 13 + 1);
    struct vq_ws w;
    struct vq_ws_message m;
    vq_ws_init(&w, room, CAP);
    struct vq_slice in = vq_slice(large, 4 + 256);
    assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_MESSAGE);
    assert_true(m.opcode == VQ_WS_BINARY && !m.masked && m.payload.n == 256);
    assert_memory_equal(m.payload.p, large + 4, 256);
    memcpy(large, (const uint8_t[]){0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0}, 10);
    in = vq_slice(large, sizeof large);
    assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_MESSAGE);
    assert_int_equal(m.payload.n, 65536);
    assert_memory_equal(m.payload.p, large + 10, 65536);
    assert_int_equal(in.n, 0);
}

static void sequences(void **state)
{
    (void)state;
    static const uint8_t between[] = {0x02, 1, 'a', 0x89, 2, 'h', 'i', 0x00, 0, 0x8a, 0, 0x00, 2,
                                      'b',  'c', 0x80, 1, 'd', 0x81, 0, 0x88, 2, 'x', 'y'};
    EXPECT(between, "9:hi", "A:", "B:abcd", "T:", "8:xy");
    /* Each fragment has a mask of its own; a mask runs on over the pieces of a frame. */
    static const uint8_t masks[] = {0x01, 0x82, 1, 2, 3, 4, 'a' ^ 1, 'b' ^ 2, 0x80, 0x81, 9, 0, 0, 0, 'c' ^ 9};
    EXPECT(masks, "T:abc");
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[16];
        size_t n;
        const char *why;
    } rows[] = {
        {{0xc1, 0}, 2, "reserved bit"},
        {{0x83, 0}, 2, "reserved opcode"},
        {{0x8b, 0}, 2, "reserved opcode"},
        {{0x09, 0}, 2, "in fragments"},
        {{0x89, 126, 0, 126}, 4, "more than 125"},
        {{0x80, 0}, 2, "of no message"},
        {{0x01, 0, 0x81, 0}, 4, "inside another"},
        {{0x81, 126, 0, 125}, 4, "shortest"},
        {{0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 10, "shortest"},
        {{0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}, 10, "shortest"},
        {{0x81, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 10, "longer"},
        {{0x81, 9}, 2, "longer"},
        {{0x01, 5, 1, 2, 3, 4, 5, 0x80, 4}, 9, "longer"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vq_ws w;
        struct vq_ws_message m;
        vq_ws_init(&w, room, 8);
        struct vq_slice in = vq_slice(rows[i].bytes, rows[i].n - 1);
        assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_MORE);
        in = vq_slice(rows[i].bytes + rows[i].n - 1, 1);
        assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_BAD);
        assert_non_null(strstr(w.why, rows[i].why));
        in = vq_slice("\x81\x01x", 3);
        assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_BAD); /* for good */
    }
}

/* A message of the whole cap leaves room for a control frame of 125 bytes, and no byte more is written. */
static void fills_its_room(void **state)
{
    (void)state;
    struct vq_guard g;
    uint8_t bytes[2 + 8 + 2 + 125 + 2];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, (const uint8_t[]){0x01, 8}, 2);
    memcpy(bytes + 10, (const uint8_t[]){0x89, 125}, 2);
    memcpy(bytes + sizeof bytes - 2, (const uint8_t[]){0x80, 0}, 2);
    guard_init(&g, sizeof room);
    uint8_t *tight = g.base + g.room - (8 + VQ_WS_CONTROL_MAX);
    struct vq_ws w;
    struct vq_ws_message m;
    vq_ws_init(&w, tight, 8);
    struct vq_slice in = vq_slice(bytes, sizeof bytes);
    assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_CONTROL);
    assert_int_equal(m.payload.n, 125);
    assert_int_equal(vq_ws_read(&w, &in, &m), VQ_WS_MESSAGE);
    assert_int_equal(m.payload.n, 8);
    assert_memory_equal(m.payload.p, "xxxxxxxx", 8);
    guard_done(&g);
}

/* In the form of RFC 7118 8.1; key and answer are those of RFC 6455 1.3. */
static const char request[] = "GET / HTTP/1.1\r\nHost: proxy.example.com\r\n"
                              "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://www.example.com\r\n"
                              "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n";
static const char response[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                               "Sec-WebSocket-Protocol: sip\r\n\r\n";

static enum vq_ws_opening opening(const char *text)
{
    size_t size = 0;
    enum vq_ws_opening o = vq_ws_opening(vq_slice(text, strlen(text)), &size);
    assert_int_equal(size, o == VQ_WS_REQUEST || o == VQ_WS_RESPONSE ? strlen(text) : 0);
    return o;
}

static void openings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum vq_ws_opening is;
    } rows[] = {
        {"", VQ_WS_PARTIAL},
        {"SIP/2.0 200 OK\r\n\r\n", VQ_WS_NOT},
        {"GET / HTTP/1.1\r\nupgrade:h2c, WebSocket\r\nSEC-WEBSOCKET-PROTOCOL: msrp , sip\r\n\r\n", VQ_WS_REQUEST},
        {"GET / HTTP/1.1\nUpgrade: websocket\nSec-WebSocket-Protocol: sip\n\n", VQ_WS_REQUEST},
        {"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: msrp\r\nSec-WebSocket-Protocol: sip\r\n\r\n",
         VQ_WS_REQUEST},
        {"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sips\r\n\r\n", VQ_WS_NOT},
        {"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: SIP\r\n\r\n", VQ_WS_NOT},
        {"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", VQ_WS_NOT},
        {"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: sip\r\n\r\n", VQ_WS_NOT},
        {"GET / HTTP/1.0\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n", VQ_WS_NOT},
        {"HTTP/1.1 101\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n", VQ_WS_RESPONSE},
        {"HTTP/1.1 1010 X\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n", VQ_WS_NOT},
        {"HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n", VQ_WS_NOT},
        {"\r\n\r\n", VQ_WS_NOT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(opening(rows[i].text), rows[i].is);
    assert_int_equal(opening(request), VQ_WS_REQUEST);
    assert_int_equal(opening(response), VQ_WS_RESPONSE);
    /* A frame right behind the response is not of its head. */
    size_t size = 0;
    char both[sizeof response + 2];
    memcpy(both, response, sizeof response - 1);
    memcpy(both + sizeof response - 1, "\x81\x01\n", 3);
    assert_int_equal(vq_ws_opening(vq_slice(both, sizeof both), &size), VQ_WS_RESPONSE);
    assert_int_equal(size, sizeof response - 1);
    /* Without an end it is waited for up to a limit. */
    static char endless[VQ_WS_HEAD_MAX + 1];
    memset(endless, 'a', sizeof endless);
    memcpy(endless, "GET ", 4);
    assert_int_equal(vq_ws_opening(vq_slice(endless, VQ_WS_HEAD_MAX - 1), &size), VQ_WS_PARTIAL);
    assert_int_equal(vq_ws_opening(vq_slice(endless, VQ_WS_HEAD_MAX), &size), VQ_WS_NOT);
}

static void stays_inside(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, sizeof request);
    const char *const texts[] = {request, response};
    for (int i = 0; i < 2; i++)
        for (size_t n = 0; n < strlen(texts[i]); n++) {
            size_t size;
            assert_int_equal(vq_ws_opening(vq_slice(guard_put(&g, texts[i], n), n), &size), VQ_WS_PARTIAL);
        }
    static const uint8_t masked[] = {0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58};
    for (size_t n = 0; n <= sizeof masked; n++) {
        struct vq_ws w;
        struct vq_ws_message m;
        vq_ws_init(&w, room, CAP);
        struct vq_slice in = vq_slice(guard_put(&g, masked, n), n);
        assert_int_equal(vq_ws_read(&w, &in, &m), n == sizeof masked ? VQ_WS_MESSAGE : VQ_WS_MORE);
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc6455_5_7),    cmocka_unit_test(sequences), cmocka_unit_test(refused),
        cmocka_unit_test(fills_its_room), cmocka_unit_test(openings),  cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
