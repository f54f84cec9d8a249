/* test_classify.c - what a UDP payload is, by its content. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/classify.h"
#include "support/guard.h"
#include "unit/proto/sip_vectors.h"

struct row {
    const char *bytes;
    size_t n;
    enum vq_kind kind;
};

#define ROW(text, kind)                                                                                                \
    {                                                                                                                  \
        text, sizeof(text) - 1, kind                                                                                   \
    }

static const struct row rows[] = {
    ROW("", VQ_KIND_EMPTY),
    ROW("\r\n\r\n", VQ_KIND_EMPTY),
    ROW("\0\0\0\0", VQ_KIND_EMPTY),
    ROW("\0", VQ_KIND_EMPTY),
    ROW("  \r\n", VQ_KIND_EMPTY),
    ROW("\r\n\r\nx", VQ_KIND_OTHER),
    /* Requests and responses, known methods and any other token. */
    ROW("OPTIONS sip:a@b SIP/2.0\r\n", VQ_KIND_SIP),
    ROW("NEWMETHOD tel:+15551234 SIP/2.0\r\n", VQ_KIND_SIP),
    ROW("SIP/2.0 180 Ringing\r\n", VQ_KIND_SIP),
    ROW("\r\n\r\nSIP/2.0 200 OK\r\n\r\n", VQ_KIND_SIP),
    ROW("\0\0\0\0REGISTER sip:1.1.1.1 SIP/2.0\r\n", VQ_KIND_SIP),
    ROW("INVITE sip:a@b sip/2.0\r\n", VQ_KIND_SIP),
    ROW("OPTIONS sip:a@b SIP/7.0\r\n", VQ_KIND_SIP),
    ROW("INVITE  sip:a@b; lr  SIP/2.0  \r\n", VQ_KIND_SIP),
    ROW("ACK sip:user2 SIP/2.0", VQ_KIND_SIP),
    /* What stands on SIP ports and is none. */
    ROW("HELLO", VQ_KIND_OTHER),
    ROW("nothing-but-a-token", VQ_KIND_OTHER),
    ROW("HELLO there, how are you?\r\n", VQ_KIND_OTHER),
    ROW("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", VQ_KIND_OTHER),
    ROW("HTTP/1.1 200 OK\r\n\r\n", VQ_KIND_OTHER),
    ROW("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n", VQ_KIND_OTHER),
    ROW("DESCRIBE rtsp://a/b RTSP/1.0\r\n", VQ_KIND_OTHER),
    ROW("RTSP/1.0 200 OK\r\n", VQ_KIND_OTHER),
    ROW("CRCX 1 aaln/1@a MGCP 1.0\r\n", VQ_KIND_OTHER),
    ROW("INVITE SIP/2.0\r\nVia: x\r\n", VQ_KIND_OTHER),
    ROW("INVITE sip:a@b SIP/2.0x\r\n", VQ_KIND_OTHER),
    ROW("INVITE sip:a@b\r\nx SIP/2.0\r\n", VQ_KIND_OTHER),
    ROW("SIP/2.0 OK fine\r\n", VQ_KIND_OTHER),
    ROW("SIP/2.0", VQ_KIND_OTHER),
    ROW("INV(TE sip:a@b SIP/2.0\r\n", VQ_KIND_OTHER),
    /* RTP: a complete header, and no payload type that looks like RTCP. */
    ROW("\x80\x00\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78payload", VQ_KIND_RTP),
    ROW("\x80\xe5\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78", VQ_KIND_RTP),
    ROW("\x80\x48\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78payload", VQ_KIND_OTHER),
    ROW("\x80\xcc\x7f\xff\x00\x00\x00\xa0\x12\x34\x56\x78payload", VQ_KIND_OTHER),
    ROW("\x80\x00\x00\x01\x00\x00\x00\xa0\x12\x34\x56", VQ_KIND_OTHER),
    ROW("\x8f\x00\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78payload", VQ_KIND_OTHER),
    ROW("\xc0\x00\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78payload", VQ_KIND_OTHER),
    ROW("\x40\x00\x00\x01\x00\x00\x00\xa0\x12\x34\x56\x78payload", VQ_KIND_OTHER),
    /* RTCP. */
    ROW("\x80\xc9\x00\x01\x12\x34\x56\x78", VQ_KIND_RTCP),
    ROW("\x80\xc9\x00\x01\x12\x34\x56\x78\x81\xca\x00\x02\x12\x34\x56\x78\x01\x01x\x00", VQ_KIND_RTCP),
    /* STUN with the cookie, classic STUN, and a length that is wrong. */
    ROW("\x00\x01\x00\x00\x21\x12\xa4\x42\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c", VQ_KIND_STUN),
    ROW("\x00\x01\x00\x00\1\2\3\4\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c", VQ_KIND_STUN),
    ROW("\x00\x01\x00\x04\x21\x12\xa4\x42\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c", VQ_KIND_OTHER),
    ROW("\x00\x07\x00\x00\1\2\3\4\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c", VQ_KIND_OTHER),
    /* DTLS 1.2 handshake record, the same cut off, TLS in its place. */
    ROW("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x02\x01\x00", VQ_KIND_DTLS),
    ROW("\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x03\x01\x00", VQ_KIND_OTHER),
    ROW("\x16\x03\x03\0\0\0\0\0\0\0\0\0\x02\x01\x00", VQ_KIND_OTHER),
};

static void kinds(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, 4096);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_slice s = {guard_put(&g, rows[i].bytes, rows[i].n), rows[i].n};
        if (vq_classify(s) != rows[i].kind)
            fail_msg("row %zu: %d, not %d", i, vq_classify(s), rows[i].kind);
        assert_int_equal(vq_looks_sip(s), rows[i].kind == VQ_KIND_SIP);
        for (size_t n = 0; n < rows[i].n; n++) {
            struct vq_slice cut = {guard_put(&g, rows[i].bytes, n), n};
            vq_classify(cut);
        }
    }
    guard_done(&g);
}

static void every_torture_test_is_sip(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIP_VECTORS; i++)
        if (vq_classify(vq_slice(sip_vectors[i].text, strlen(sip_vectors[i].text))) != VQ_KIND_SIP)
            fail_msg("%s", sip_vectors[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kinds), cmocka_unit_test(every_torture_test_is_sip)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
