/* What jitter does to a stream's score: discards, buffers, and what each impairment costs. */
#include "support/check.h"
#include "support/packet.h"

#include <errno.h>
#include <math.h>

#include <voipqos/model.h>

static struct vq_endpoint alice, bob;

static struct vq_engine *engine(void)
{
    struct vq_options o;
    struct vq_engine *e;
    vq_options_defaults(&o);
    alice = ep("10.0.0.1", 4000);
    bob = ep("10.0.0.2", 5000);
    assert_int_equal(vq_engine_new(&e, &o), 0);
    return e;
}

static bool is_lost(int i)
{
    return i % 50 == 10 || i % 50 == 11;
}

static bool is_late(int i)
{
    return i % 50 == 12; /* right behind the two that are lost */
}

/* 300 packets of PCMU: 12 lost, 6 come 65 ms late; four others overtake each of those. */
static void feed(struct feeder *f, void (*each)(struct feeder *f))
{
    for (int slot = 0; slot < 305; slot++) {
        int late = slot - 3; /* 60 of its 65 ms */
        if (slot < 300 && !is_lost(slot) && !is_late(slot))
            feed_rtp(f, 20 * slot, &alice, &bob, 1, (uint16_t)(65500 + slot), (uint32_t)(160 * slot), 0);
        if (late >= 0 && late < 300 && is_late(late))
            feed_rtp(f, 20 * slot + 5, &alice, &bob, 1, (uint16_t)(65500 + late), (uint32_t)(160 * late), 0);
        if (each)
            each(f);
    }
}

static struct vq_stream only(struct feeder *f)
{
    struct vq_stream s = {0};
    uint32_t h = vq_stream_next(f->e, 0);
    assert_true(h && vq_stream_get(f->e, h, &s));
    assert_int_equal(vq_stream_next(f->e, h), 0);
    return s;
}

/* Own values for an encoding or for the row that it uses; `f` has fed the same packets each time. */
static struct vq_stream scored_with(const char *file, const char *g711)
{
    static struct vq_codec_own rows[VQ_CODEC_OWN_MAX]; /* outlives the view */
    struct vq_codec_fault fault;
    struct vq_options o;
    struct feeder f = {0};
    vq_options_defaults(&o);
    assert_true(vq_codec_own_parse(file, strlen(file), rows, &o.n_codecs, &fault));
    o.codecs = rows;
    o.g711 = g711;
    alice = ep("10.0.0.1", 4000);
    bob = ep("10.0.0.2", 5000);
    assert_int_equal(vq_engine_new(&f.e, &o), 0);
    feed(&f, NULL);
    struct vq_stream s = only(&f);
    vq_engine_free(f.e);
    return s;
}

static void test_own_codec_values(void **state)
{
    (void)state;
    struct vq_stream s = scored_with("g711 NB 3 12 - - derived a paper\ng711-plc NB 4 13 - - own\n", "g711");
    assert_close(s.emodel_in.ie, 3, 0);
    assert_close(s.emodel_in.bpl, 12, 0);
    assert_string_equal(s.impairment->name, "g711");
    assert_string_equal(s.impairment->source, "a paper; codec file, line 1");
    assert_int_equal(s.impairment->fact, VQ_FACT_DERIVED);
    assert_close(s.ta_lookahead_ms, 0, 0);
    s = scored_with("g711 NB 3 12 - - derived\ng711-plc NB 4 13 - - own\n", "g711-plc");
    assert_close(s.emodel_in.ie, 4, 0);
    /* A line for the encoding comes first, its clock counts, and scale and look-ahead are the line's. */
    s = scored_with("g711 NB 3 12 - - own\npcmu WB 20 - 0 7.5 own\nPCMU/16000 NB 9 9 - - own\nPCMA NB 8 8 - - own\n", "g711");
    assert_string_equal(s.impairment->name, "pcmu");
    assert_int_equal(s.impairment->scale, VQ_SCALE_WB);
    assert_close(s.emodel_in.ie, 20, 0);
    assert_true(s.bpl_assumed);
    assert_close(s.emodel_in.ta, 40 + 20 + 7.5, 1e-9);
    assert_close(s.r_best, 128.846, 0.001);
    /* Of another clock: not meant. */
    s = scored_with("PCMU/16000 NB 9 9 - - own\n", "g711");
    assert_close(s.emodel_in.ie, 0, 0);
}

static void test_discards_enter_the_score(void **state)
{
    (void)state;
    struct feeder f = {.e = engine()};
    struct vq_emodel_in in;
    struct vq_emodel_out out;
    feed(&f, NULL);
    struct vq_stream s = only(&f);
    assert_int_equal(s.lost, 12);
    assert_int_equal(s.discarded, 6);
    assert_close(s.enough_ms, 80, 0);
    assert_int_equal(s.longest_loss, 2);
    /* Ppl = 18/300; six runs of three: BurstR = 3 (1 - 0.06); Ta = 40 + 20 ms. */
    vq_emodel_defaults(&in);
    vq_emodel_set_delay(&in, 60);
    in.ppl = 6;
    in.burst_r = 3 * 0.94;
    vq_emodel_g107(&in, &out);
    assert_close(s.emodel_in.ppl, 6, 1e-12);
    assert_close(s.emodel_in.burst_r, 2.82, 1e-12);
    assert_close(s.r, out.r, 1e-9);
    double sum = 0;
    for (int c = 0; c < VQ_COSTS; c++)
        sum += s.lost_points[c];
    assert_close(s.r_best, 93.206208, 1e-6);
    assert_close(s.r_best - sum, s.r, 1e-9);
    assert_true(s.lost_points[VQ_COST_LOSS] > 0 && s.lost_points[VQ_COST_DISCARD] > 0 && s.lost_points[VQ_COST_BURST] > 0);
    assert_close(s.lost_points[VQ_COST_CODEC], 0, 0);
    vq_engine_free(f.e);
}

/* Also while the last packets wait to be looked at, at any moment. */
static void add_up(struct feeder *f)
{
    if (!vq_stream_next(f->e, 0))
        return; /* not proven yet */
    struct vq_stream s = only(f);
    struct vq_interval v;
    uint64_t late = 0;
    for (unsigned i = 0; vq_stream_interval(f->e, &s, i, &v); i++)
        late += v.late;
    assert_int_equal(late, s.discarded);
}

/* Each in the second in which it came, and in R of that second and of ten. */
static void test_discards_in_time(void **state)
{
    (void)state;
    struct feeder f = {.e = engine()};
    struct vq_interval v;
    struct vq_emodel_in in;
    struct vq_emodel_out out;
    feed(&f, add_up);
    struct vq_stream s = only(&f);
    assert_int_equal(s.n_intervals, 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_true(vq_stream_interval(f.e, &s, i, &v));
        assert_int_equal(v.late, 1);
        assert_int_equal(v.lost, 2);
    }
    vq_emodel_defaults(&in);
    vq_emodel_set_delay(&in, 60);
    in.ppl = 100.0 * 3 / (v.packets + 2);
    vq_emodel_g107(&in, &out);
    assert_close(v.r, out.r, 1e-9);
    in.ppl = 6; /* of the whole, as nothing but BurstR differs */
    vq_emodel_g107(&in, &out);
    assert_close(s.windows.r_min, out.r, 1e-9);
    assert_close(s.windows.worst_r, out.r, 1e-9);
    vq_engine_free(f.e);
}

/* An hour of silence between two late ones: each stands where it came. */
static void test_discards_after_silence(void **state)
{
    (void)state;
    struct feeder f = {.e = engine()};
    struct vq_interval v;
    uint64_t late[2] = {0};
    for (int i = 0; i < 100; i++) {
        int hour = i < 50 ? 0 : 3600000;
        feed_rtp(&f, 20 * i + hour + (i % 50 == 25 ? 60 : 0), &alice, &bob, 1, (uint16_t)i, (uint32_t)(160 * i + 8 * hour), 0);
        if (i % 50 == 25)
            for (int n = 0; n < 3; n++, i++)
                feed_rtp(&f, 20 * 25 + hour + 60 + n, &alice, &bob, 1, (uint16_t)(i + 1), (uint32_t)(160 * (i + 1) + 8 * hour), 0);
    }
    struct vq_stream s = only(&f);
    for (unsigned i = 0; vq_stream_interval(f.e, &s, i, &v); i++)
        late[v.start - s.start > 1800 * INT64_C(1000000000)] += v.late;
    assert_int_equal(late[0] + late[1], s.discarded);
    assert_true(late[0] > 0 && late[1] > 0);
    vq_engine_free(f.e);
}

static void test_buffers(void **state)
{
    (void)state;
    struct feeder f = {.e = engine()};
    struct vq_playout p;
    feed(&f, NULL);
    struct vq_stream s = only(&f);
    assert_true(vq_stream_playout(f.e, &s, &p));
    assert_null(p.why);
    assert_int_equal(p.packets, 288);
    assert_int_equal(p.n_buffers, 6);
    const double sizes[] = {20, 40, 60, 100, 200};
    for (int i = 0; i < 5; i++) {
        assert_close(p.buffers[i].size_ms, sizes[i], 0);
        assert_int_equal(p.buffers[i].late, sizes[i] < 65 ? 6 : 0);
        assert_false(p.buffers[i].adaptive);
    }
    assert_close(p.buffers[1].r, s.r, 1e-9); /* the assumed one */
    assert_true(p.buffers[3].r > s.r);
    assert_true(p.buffers[5].adaptive && isnan(p.buffers[5].size_ms));
    for (int i = 0; i < VQ_DISCARD_SIZES; i++)
        assert_close(p.discard_pct[i], vq_discard_sizes_ms[i] < 65 ? 100.0 * 6 / 288 : 0, 1e-12);
    assert_close(p.pdv_ms.p50, 0, 1 / 16.0);
    assert_close(p.pdv_ms.max, 65, 0.001);
    assert_close(p.ipdv_ms.max, 65, 0.001);
    assert_close(p.skew_ms, -65, 0.001);
    assert_true(isnan(p.drift_ppm) && p.drift_why); /* six seconds */
    vq_engine_free(f.e);
}

/* A packet that 60 others overtook is late by more than a second, but no timestamp jumped: the buffer discards it. */
static void test_far_overtaken_is_late(void **state)
{
    (void)state;
    struct feeder f = {.e = engine()};
    struct vq_playout p;
    for (int i = 0; i < 400; i++) {
        if (i % 100 != 20)
            feed_rtp(&f, 20 * i, &alice, &bob, 1, (uint16_t)(65500 + i), (uint32_t)(160 * i), 0);
        if (i % 100 == 80)
            feed_rtp(&f, 20 * i + 2, &alice, &bob, 1, (uint16_t)(65440 + i), (uint32_t)(160 * (i - 60)), 0);
    }
    struct vq_stream s = only(&f);
    assert_int_equal(s.lost, 0);
    assert_int_equal(s.reordered, 4);
    assert_int_equal(s.discarded, 4);
    assert_close(s.emodel_in.ppl, 1, 1e-12);
    assert_true(vq_stream_playout(f.e, &s, &p));
    assert_close(p.pdv_ms.max, 1202, 0.001);
    vq_engine_free(f.e);
}

/* The network stands still for 1.5 s and then gives out all at once: late packets, though transit times jump as they do when a
 * sender stops together with its timestamps. That, as a third of the stream shows, is no delay. */
static void test_stall_is_delay(void **state)
{
    (void)state;
    for (int first = 300; first < 364; first += 7) { /* wherever the packets are folded */
        struct feeder f = {.e = engine()};
        for (int i = 0; i < 1000; i++) {
            double held = 20 * (first + 75) + (i - first) / 10.0, stop = i >= 700 ? 5000 : 0;
            feed_rtp(&f, i >= first && i < first + 75 ? held : 20 * i + 8 + stop, &alice, &bob, 1, (uint16_t)i, (uint32_t)(160 * i), 0);
        }
        struct vq_stream s = only(&f);
        assert_int_equal(s.reordered, 0);
        assert_int_equal(s.discarded, 73); /* 1492, 1472.1 ... 59.3 ms late */
        vq_engine_free(f.e);
    }
}

static void look(struct feeder *f)
{
    struct vq_stream s;
    struct vq_playout p;
    uint32_t h = vq_stream_next(f->e, 0);
    if (h && vq_stream_get(f->e, h, &s))
        assert_true(vq_stream_playout(f->e, &s, &p));
}

/* Whoever looks on, live, changes nothing. */
static void test_looking_changes_nothing(void **state)
{
    (void)state;
    struct feeder a = {.e = engine()}, b = {.e = engine()};
    struct vq_playout p, q;
    feed(&a, NULL);
    feed(&b, look);
    struct vq_stream s = only(&a), t = only(&b);
    assert_true(vq_stream_playout(a.e, &s, &p) && vq_stream_playout(b.e, &t, &q));
    assert_memory_equal(p.discard_pct, q.discard_pct, sizeof p.discard_pct);
    assert_memory_equal(p.buffers, q.buffers, sizeof p.buffers);
    assert_close(s.r, t.r, 0);
    vq_engine_free(a.e);
    vq_engine_free(b.e);
}

static void test_sizes_are_checked(void **state)
{
    (void)state;
    struct vq_options o;
    struct vq_engine *e;
    const double bad[] = {0, -1, 10001, NAN};
    for (int i = 0; i < 4; i++) {
        vq_options_defaults(&o);
        o.buffers_ms[1] = bad[i];
        assert_int_equal(vq_engine_new(&e, &o), -EINVAL);
    }
    vq_options_defaults(&o);
    o.n_buffers = VQ_BUFFERS_MAX + 1;
    assert_int_equal(vq_engine_new(&e, &o), -EINVAL);
    o.n_buffers = 0; /* that of the score remains */
    assert_int_equal(vq_engine_new(&e, &o), 0);
    vq_engine_free(e);
}

/* A minute with a loss of 20 % from 25 s to 32 s: the worst ten seconds are found where they are. */
static void test_windows(void **state)
{
    (void)state;
    struct feeder f = {.e = engine()};
    struct vq_emodel_in in;
    struct vq_emodel_out out;
    int lost = 0;
    for (int i = 0; i < 3000; i++) {
        if (i >= 1250 && i < 1600 && i % 5 == 2)
            lost++;
        else
            feed_rtp(&f, 20 * i, &alice, &bob, 1, (uint16_t)i, (uint32_t)(160 * i), 0);
    }
    assert_int_equal(lost, 70);
    struct vq_stream s = only(&f);
    const struct vq_windows *w = &s.windows;
    vq_emodel_defaults(&in);
    vq_emodel_set_delay(&in, 60);
    in.ppl = 100.0 * 70 / 500;
    vq_emodel_g107(&in, &out);
    assert_int_equal(w->n, 6);
    assert_int_equal(w->width, 10 * INT64_C(1000000000));
    assert_close(w->worst_r, out.r, 1e-9);
    assert_close(w->worst_mos, out.mos, 1e-9);
    assert_in_range((w->worst_ts - s.start) / 1000000000, 22, 25);
    /* Side by side: 25 .. 30 s lies in the third window, 30 .. 32 s in the fourth. */
    in.ppl = 100.0 * 50 / 500;
    vq_emodel_g107(&in, &out);
    assert_close(w->r_min, out.r, 1e-9);
    assert_close(w->r_p5, out.r, 1e-9);
    in.ppl = 0;
    vq_emodel_g107(&in, &out);
    assert_close(w->r_p50, out.r, 1e-9);
    assert_true(w->r_mean < out.r && w->r_mean > w->r_min && w->mos_mean > w->mos_min);
    vq_engine_free(f.e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_codec_values),
        cmocka_unit_test(test_discards_enter_the_score),
        cmocka_unit_test(test_discards_in_time),
        cmocka_unit_test(test_discards_after_silence),
        cmocka_unit_test(test_buffers),
        cmocka_unit_test(test_far_overtaken_is_late),
        cmocka_unit_test(test_stall_is_delay),
        cmocka_unit_test(test_looking_changes_nothing),
        cmocka_unit_test(test_sizes_are_checked),
        cmocka_unit_test(test_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
