/* What the capturing machine dropped, and what is told of it. */
#include "support/check.h"
#include "support/packet.h"

#include <voipqos/model.h>

/* 500 packets, every 25th missing: 4 %. Then so many are told to have been dropped. */
static struct feeder capture(uint64_t dropped)
{
    struct feeder f = feeder_new();
    struct vq_endpoint a = ep("10.0.0.1", 4000), b = ep("10.0.0.2", 5000);
    for (int i = 0; i < 500; i++)
        if (i % 25 != 12)
            feed_rtp(&f, 20 * i, &a, &b, 7, (uint16_t)i, (uint32_t)(160 * i), 0);
    vq_engine_drops(f.e, dropped);
    vq_engine_finish(f.e);
    return f;
}

struct heard {
    const char *id;
    struct vq_finding f;
    unsigned place, n;
};

static bool hear(const struct vq_finding *f, void *arg)
{
    struct heard *h = arg;
    if (!strcmp(f->id, h->id)) {
        h->f = *f;
        h->place = h->n;
    }
    h->n++;
    return true;
}

static struct heard find(const struct feeder *f, const char *id)
{
    struct heard h = {.id = id, .place = 99};
    assert_int_equal(vq_findings(f->e, hear, &h), 0);
    return h;
}

static void test_none(void **state)
{
    (void)state;
    struct feeder f = capture(0);
    assert_int_equal(find(&f, "capture-drops").place, 99);
    assert_null(strstr(find(&f, "stream-loss-heavy").f.text, "capture"));
    vq_engine_free(f.e);
}

/* Told before any loss, and the loss says that it may be that. */
static void test_many(void **state)
{
    (void)state;
    struct feeder f = capture(25);
    struct vq_stats st;
    struct heard drops = find(&f, "capture-drops"), loss = find(&f, "stream-loss-heavy");
    vq_engine_stats(f.e, &st);
    assert_int_equal(st.kernel_dropped, 25);
    assert_int_equal(drops.place, 0);
    assert_int_equal(drops.f.severity, VQ_ERROR);
    assert_non_null(strstr(drops.f.text, "dropped 25 packets (4.95 %) before they could be kept. The 20 packets that streams miss"));
    assert_non_null(strstr(loss.f.text, "It may be the capture's: the capturing machine dropped 25 packets."));
    vq_engine_free(f.e);
}

/* One packet of 481 is more than 0.1 %; how many frames there are decides, and what streams miss. */
static void test_few(void **state)
{
    (void)state;
    struct feeder f = feeder_new();
    struct vq_endpoint a = ep("10.0.0.1", 4000), b = ep("10.0.0.2", 5000);
    for (int i = 0; i < 5000; i++)
        if (i != 2500)
            feed_rtp(&f, 20 * i, &a, &b, 7, (uint16_t)i, (uint32_t)(160 * i), 0);
    vq_engine_drops(f.e, 1);
    assert_int_equal(find(&f, "capture-drops").f.severity, VQ_WARNING);
    for (int i = 5100; i < 5150; i++)
        feed_rtp(&f, 20 * i, &a, &b, 7, (uint16_t)i, (uint32_t)(160 * i), 0);
    assert_int_equal(find(&f, "capture-drops").f.severity, VQ_INFO);
    vq_engine_free(f.e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_none), cmocka_unit_test(test_many), cmocka_unit_test(test_few)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
