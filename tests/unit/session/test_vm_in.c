/* VoIPmonitor's scores of whole streams: asked for, not asked for, and with what a capture does to packets. */
#include "support/check.h"
#include "support/packet.h"

#include <math.h>

#include <voipqos/model.h>

static struct vq_endpoint alice, bob;

static struct feeder begin(bool asked)
{
    struct vq_options o;
    struct vq_engine *e;
    vq_options_defaults(&o);
    o.voipmonitor = asked;
    alice = ep("10.0.0.1", 4000);
    bob = ep("10.0.0.2", 5000);
    assert_int_equal(vq_engine_new(&e, &o), 0);
    return (struct feeder){.e = e};
}

/* 12 s; every 40th packet is lost. */
static void feed(struct feeder *f, uint8_t pt)
{
    for (int i = 0; i < 600; i++)
        if (i % 40 != 20)
            feed_rtp(f, 20 * i, &alice, &bob, 7, (uint16_t)(65000 + i), 4000000000u + (uint32_t)(160 * i), pt);
}

static bool figures(struct feeder *f, struct vq_voipmonitor *out)
{
    struct vq_stream s;
    assert_true(vq_stream_get(f->e, vq_stream_next(f->e, 0), &s));
    return vq_stream_voipmonitor(f->e, &s, out);
}

static void test_only_when_asked(void **state)
{
    (void)state;
    struct feeder f = begin(false);
    struct vq_voipmonitor v;
    feed(&f, 0);
    assert_false(figures(&f, &v));
    vq_engine_free(f.e);
}

/* Numbers wrap on the way. 585 packets, two less by its count; 15 lost, all of one packet. */
static void test_stream(void **state)
{
    (void)state;
    struct feeder f = begin(true);
    struct vq_voipmonitor v;
    feed(&f, 0);
    assert_true(figures(&f, &v));
    assert_null(v.why);
    assert_int_equal(v.packets, 583);
    assert_int_equal(v.lost, 15);
    assert_close(v.loss_pct, 100.0 * 15 / 600, 1e-9);
    assert_int_equal(v.intervals, 1);
    for (int i = 0; i < VQ_VOIPMONITOR_BUFFERS; i++)
        assert_close(v.by[i].mean, 3.9, 1e-9); /* 2.5 %: R 81.1, MOS 3.857 */
    assert_int_equal(v.by[VQ_VOIPMONITOR_F1].lost, 15);
    vq_engine_free(f.e);
}

/* Nobody announced what payload type 100 is. */
static void test_unknown_clock(void **state)
{
    (void)state;
    struct feeder f = begin(true);
    struct vq_voipmonitor v;
    feed(&f, 100);
    assert_true(figures(&f, &v));
    assert_non_null(v.why);
    assert_int_equal(v.packets, 0);
    assert_true(isnan(v.by[VQ_VOIPMONITOR_F2].mean_to_end) && isnan(v.loss_pct));
    vq_engine_free(f.e);
}

/* It is part of what an engine may hold. */
static void test_ceiling(void **state)
{
    (void)state;
    struct vq_options o;
    vq_options_defaults(&o);
    uint64_t without = vq_options_ceiling(&o);
    o.voipmonitor = true;
    assert_true(vq_options_ceiling(&o) > without + (uint64_t)o.max_streams * 8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_when_asked),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_unknown_clock),
        cmocka_unit_test(test_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
