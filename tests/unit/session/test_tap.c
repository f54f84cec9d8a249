/* The tap: every packet of a stream once, the ones before its proof too, and what its payload types mean. */
#include "support/check.h"
#include "support/packet.h"

#include <voipqos/model.h>

#define MOST 64

struct heard {
    struct feeder f;
    struct vq_tapped p[MOST];
    uint8_t first_byte[MOST];
    unsigned n;
};

static struct heard h;
static struct vq_endpoint a, b;

static void note(const struct vq_tapped *p, void *arg)
{
    struct heard *x = arg;
    assert_true(x->n < MOST);
    x->first_byte[x->n] = p->n ? p->payload[0] : 0;
    x->p[x->n++] = *p;
}

static int setup(void **state)
{
    (void)state;
    h = (struct heard){.f = feeder_new()};
    a = ep("10.0.0.1", 4000);
    b = ep("10.0.0.2", 5000);
    vq_engine_tap(h.f.e, note, &h);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vq_engine_free(h.f.e);
    return 0;
}

static void test_every_packet(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        feed_rtp(&h.f, 20 * i, &a, &b, 7, (uint16_t)(100 + i), (uint32_t)(160 * i), 8);
    uint32_t stream = vq_stream_next(h.f.e, 0);
    assert_int_equal(h.n, 10);
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(h.p[i].stream, stream);
        assert_int_equal(h.p[i].begins, i == 0);
        assert_int_equal(h.p[i].seq, 100 + i);
        assert_int_equal(h.p[i].timestamp, 160 * i);
        assert_int_equal(h.p[i].pt, 8);
        assert_int_equal(h.p[i].ts - h.p[0].ts, 20000000 * (int64_t)i);
        assert_int_equal(h.p[i].n, 160);
        assert_false(h.p[i].cut || h.p[i].encrypted);
    }
    vq_engine_tap(h.f.e, NULL, NULL);
    feed_rtp(&h.f, 200, &a, &b, 7, 110, 1600, 8);
    assert_int_equal(h.n, 10);
}

/* A candidate that came to nothing leaves its handle to another stream, which then begins. */
static void test_candidate(void **state)
{
    (void)state;
    feed_rtp(&h.f, 0, &a, &b, 7, 100, 0, 0);
    feed_rtp(&h.f, 20, &a, &b, 7, 40000, 160, 0);
    assert_int_equal(vq_stream_next(h.f.e, 0), 0);
    assert_true(h.n == 2 && h.p[0].begins && h.p[1].begins);
}

static void test_formats(void **state)
{
    struct vq_stream_format x;
    (void)state;
    for (int i = 0; i < 5; i++)
        feed_rtp(&h.f, 20 * i, &a, &b, 7, (uint16_t)(100 + i), (uint32_t)(160 * i), 8);
    uint32_t stream = vq_stream_next(h.f.e, 0);
    assert_true(vq_stream_format(h.f.e, stream, 8, &x));
    assert_string_equal(x.name, "PCMA");
    assert_int_equal(x.clock_hz, 8000);
    assert_true(vq_stream_format(h.f.e, stream, 13, &x));
    assert_int_equal(x.codec->payload, VQ_PAYLOAD_CN);
    assert_false(vq_stream_format(h.f.e, stream, 96, &x)); /* nobody announced it */
    assert_false(vq_stream_format(h.f.e, stream + 1000, 8, &x));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(test_every_packet), T(test_candidate), T(test_formats)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
