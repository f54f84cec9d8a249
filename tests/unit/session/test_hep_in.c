/* HEP with compressed payload through the engine: what is in it counts, bombs and nests do not. */
#include "support/check.h"
#include "support/packet.h"

#include <zlib.h>

#include <voipqos/model.h>

#include "util/bytes.h"

static struct feeder f;
static uint8_t packed[8192], datagram[9000];

static int setup(void **state)
{
    (void)state;
    struct vq_options o;
    vq_options_defaults(&o);
    f = (struct feeder){.e = NULL};
    return vq_engine_new(&f.e, &o);
}

static int teardown(void **state)
{
    (void)state;
    vq_engine_free(f.e);
    return 0;
}

static size_t chunk(uint8_t *p, unsigned type, const void *value, size_t n)
{
    const uint8_t head[] = {0, 0, 0, (uint8_t)type, (uint8_t)((n + 6) >> 8), (uint8_t)(n + 6)};
    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, value, n);
    return n + sizeof head;
}

/* HEP 3 with this as the value of chunk `type`; its bytes. */
static size_t hep(uint8_t *p, unsigned type, const void *value, size_t n)
{
    size_t at = 6;
    at += chunk(p + at, 3, "\x0a\0\0\1", 4);
    at += chunk(p + at, 4, "\x0a\0\0\2", 4);
    at += chunk(p + at, 7, "\x13\xc4", 2);
    at += chunk(p + at, 8, "\x13\xc4", 2);
    at += chunk(p + at, type, value, n);
    memcpy(p, "HEP3", 4);
    p[4] = (uint8_t)(at >> 8);
    p[5] = (uint8_t)at;
    return at;
}

static size_t pack(const void *p, size_t n)
{
    uLongf size = sizeof packed;
    assert_int_equal(compress(packed, &size, p, n), Z_OK);
    return size;
}

static void feed(double ms, size_t n)
{
    struct vq_endpoint agent = ep("192.0.2.1", 9060), server = ep("192.0.2.2", 9060);
    struct packet p;
    packet_udp(&p, &agent, &server, datagram, n);
    feed_packet(&f, ms, &p);
}

static struct vq_stats stats(void)
{
    struct vq_stats st;
    vq_engine_stats(f.e, &st);
    return st;
}

static const char options_text[] =
    "OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKh\r\nFrom: <sip:a@h>;tag=a\r\nTo: <sip:b@h>\r\n"
    "Call-ID: hep\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

static void reads_what_is_packed(void **state)
{
    (void)state;
    feed(1, hep(datagram, 16, packed, pack(options_text, sizeof options_text - 1)));
    assert_int_equal(stats().sip_messages, 1);
    assert_int_equal(stats().decoded[VQ_DEC_SIP], 1);
    assert_int_equal(stats().tunnels[VQ_TUNNEL_HEP], 1);
    struct vq_dialog d;
    struct vq_message m;
    assert_true(vq_dialog_get(f.e, vq_dialog_next(f.e, 0), &d));
    const struct vq_note *at = d.messages;
    assert_true(vq_message_read(&at, &m));
    struct vq_endpoint src = ep("10.0.0.1", 5060);
    assert_true(vq_endpoint_eq(&m.src, &src)); /* the inner address */
}

static void measures_media_in_it(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        uint8_t rtp[172] = {0x80, 0, 0, (uint8_t)i, 0, 0, (uint8_t)(i * 160 >> 8), (uint8_t)(i * 160), 0, 0, 0, 7};
        feed(20.0 * i, hep(datagram, 16, packed, pack(rtp, sizeof rtp)));
    }
    struct vq_stream s;
    assert_true(vq_stream_get(f.e, vq_stream_next(f.e, 0), &s));
    assert_int_equal(s.packets, 20);
    assert_int_equal(s.lost, 0);
}

static void refuses_bombs_and_lies(void **state)
{
    (void)state;
    static uint8_t zeros[1 << 20];
    feed(1, hep(datagram, 16, packed, pack(zeros, sizeof zeros)));
    feed(2, hep(datagram, 16, options_text, sizeof options_text - 1)); /* not packed at all */
    feed(3, hep(datagram, 16, "", 0));
    assert_int_equal(stats().not_decoded[VQ_DROP_TUNNEL_BAD], 3);
    assert_int_equal(stats().sip_messages, 0);
}

/* One layer comes off, packed or not. */
static void does_not_loop(void **state)
{
    (void)state;
    uint8_t inner[2000];
    size_t n = hep(inner, 15, options_text, sizeof options_text - 1);
    feed(1, hep(datagram, 16, packed, pack(inner, n)));
    assert_int_equal(stats().sip_messages, 0);
    assert_int_equal(stats().decoded[VQ_DEC_OTHER_UDP], 1);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {T(reads_what_is_packed), T(measures_media_in_it), T(refuses_bombs_and_lies),
                                       T(does_not_loop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
