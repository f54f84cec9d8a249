/* test_defrag_bounds.c - reassembly: caps, time, the edge of memory, and any mixture against a model. */
#include "support/defrag_trial.h"
#include "support/frame.h"
#include "support/guard.h"
#include "unit/net/defrag_pieces.h"

static void packet_cap(void **state)
{
    (void)state;
    struct vq_defrag *d = make(1 << 20, 3);
    struct vq_whole w;
    for (uint32_t id = 0; id < 3; id++)
        assert_int_equal(add(d, piece(4, id, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 2, 8, "8", false), &w), VQ_DEFRAG_WHOLE);
    assert_int_equal(add(d, piece(4, 3, 0, "01234567", true), &w), VQ_DEFRAG_HELD); /* the whole one goes first */
    assert_int_equal(vq_defrag_stats(d)->evicted, 0);
    assert_int_equal(add(d, piece(4, 4, 0, "01234567", true), &w), VQ_DEFRAG_HELD); /* then the oldest */
    assert_int_equal(add(d, piece(4, 5, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_stats(d)->evicted, 2);
    assert_int_equal(vq_defrag_packets(d), 3);
    assert_int_equal(vq_defrag_held(d), 3);
    assert_int_equal(vq_defrag_expire(d, START), 3); /* one frame of 0, two of 1 */
    assert_int_equal(add(d, piece(4, 3, 8, "8", false), &w), VQ_DEFRAG_WHOLE);
    vq_defrag_free(d);
}

static void byte_cap(void **state)
{
    (void)state;
    static const uint8_t data[4096];
    struct vq_defrag *d = make(5000, 100);
    struct vq_whole w;
    for (uint32_t id = 0; id < 1000; id++) {
        struct vq_fragment f = piece(4, id, 0, "", true);
        f.data = vq_slice(data, f.wire = 1480);
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
        assert_true(vq_defrag_bytes(d) >= f.wire && vq_defrag_bytes(d) <= 5000);
    }
    assert_int_equal(vq_defrag_packets(d), 3);
    assert_int_equal(vq_defrag_stats(d)->evicted, 997);
    assert_int_equal(vq_defrag_expire(d, START), 997);
    /* A fragment makes room at the cost of others, never of its own packet; here it is the oldest. */
    struct vq_fragment f = piece(4, 997, 1480, "", true);
    f.data = vq_slice(data, f.wire = 2960);
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_packets(d), 1);
    f.offset += f.wire;
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_FULL);
    assert_int_equal(vq_defrag_packets(d), 1);
    assert_int_equal(vq_defrag_held(d), 2);
    assert_int_equal(add(d, piece(4, 998, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_FULL); /* it would not fit without the other either */
    assert_int_equal(vq_defrag_packets(d), 2);
    f = piece(4, 2000, 0, "", true);
    f.wire = 8000;
    f.data = vq_slice(data, sizeof data);
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD); /* charged is what was captured */
    f.id++;
    vq_defrag_free(d);
    d = make(1000, 100);
    assert_int_equal(add(d, piece(4, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_FULL); /* larger than the cap: nobody goes for it */
    assert_int_equal(vq_defrag_packets(d), 1);
    assert_int_equal(vq_defrag_stats(d)->no_memory, 1);
    assert_int_equal(vq_defrag_stats(d)->evicted, 0);
    size_t before = vq_defrag_bytes(d);
    f.data.n = 0;
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD); /* nothing captured is not for nothing */
    assert_true(vq_defrag_bytes(d) >= before + 32);
    vq_defrag_free(d);
}

static void expiry(void **state)
{
    (void)state;
    struct vq_defrag *d = make(1 << 20, 100);
    struct vq_whole w;
    for (uint32_t id = 0; id < 10; id++)
        assert_int_equal(add(d, later(piece(4, id, 0, "01234567", true), id * SECOND), &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_expire(d, START + VQ_DEFRAG_TIMEOUT), 0);
    assert_int_equal(vq_defrag_expire(d, START + VQ_DEFRAG_TIMEOUT + 1), 1);
    /* Counted from the first fragment, in which the last one may still come, whether or not anybody sweeps. */
    assert_int_equal(add(d, later(piece(4, 1, 8, "8", false), VQ_DEFRAG_TIMEOUT + SECOND), &w), VQ_DEFRAG_WHOLE);
    assert_int_equal(add(d, later(piece(4, 2, 8, "8", false), VQ_DEFRAG_TIMEOUT + 2 * SECOND + 1), &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_stats(d)->expired, 2);
    assert_int_equal(vq_defrag_held(d), 8);
    /* Time jumps back by an hour: nothing from that future stays, and what begins now lives. */
    assert_int_equal(add(d, later(piece(4, 50, 0, "01234567", true), -3600 * SECOND), &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_expire(d, START - 3600 * SECOND), 9);
    assert_int_equal(vq_defrag_packets(d), 1);
    assert_int_equal(add(d, later(piece(4, 50, 8, "8", false), -3599 * SECOND), &w), VQ_DEFRAG_WHOLE);
    /* The ends of time. */
    assert_int_equal(add(d, piece(4, 60, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_expire(d, INT64_MIN), 1);
    struct vq_fragment f = piece(4, 61, 0, "01234567", true);
    f.ts = INT64_MAX;
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
    assert_int_equal(vq_defrag_expire(d, INT64_MAX), 1);
    assert_int_equal(vq_defrag_packets(d), 0);
    vq_defrag_free(d);
}

/* ---- nothing read behind the end, and any mixture --------------------------------------------------------------- */

static void stays_inside(void **state)
{
    (void)state;
    static const char text[] = "0123456789abcdef";
    struct vq_guard g;
    guard_init(&g, sizeof text);
    struct vq_defrag *d = make(1 << 20, 100);
    struct vq_whole w;
    for (uint32_t n = 0; n <= 16; n++) {
        struct vq_fragment f = piece(4, n, 0, text, true);
        f.data = vq_slice(guard_put(&g, text, n), n);
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
        f.offset = 8; /* compared up to the edge */
        f.data = vq_slice(guard_put(&g, text + 8, n < 8 ? n : 8), n < 8 ? n : 8);
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
    }
    vq_defrag_free(d);
    guard_done(&g);
}

enum { RECORDS = 400 };

/* Packets cut at random, their fragments in disorder, some missing, repeated, moved, cut or of another content. */
static size_t random_records(uint64_t *seed, uint8_t *bytes)
{
    struct trial_record r[RECORDS];
    size_t n = 0;
    while (n < RECORDS) {
        size_t begin = n;
        uint16_t unit = (uint16_t)(1 + draw(seed) % 40), total = (uint16_t)(9 + draw(seed) % 1500);
        uint8_t packet = draw(seed) % TRIAL_PACKETS, content = draw(seed) % 4;
        for (uint16_t from = 0; from < total && n < RECORDS; from = (uint16_t)(from + unit * 8)) {
            bool more = total - from > unit * 8;
            r[n++] = (struct trial_record){.packet = packet, .content = content, .offset = from / 8, .more = more,
                                           .wire = (uint16_t)(more ? unit * 8 : total - from), .captured = 255};
            if (n < RECORDS && draw(seed) % 4 == 0) {
                r[n] = r[n - 1];
                n++;
            }
        }
        for (size_t i = begin; i < n; i++) {
            size_t k = begin + draw(seed) % (n - begin);
            struct trial_record t = r[i];
            r[i] = r[k];
            r[k] = t;
            switch (draw(seed) % 100) {
            case 0: r[i] = r[begin]; break;
            case 1: r[i].content = draw(seed) % 4; break;
            case 2: r[i].offset = (uint16_t)(r[i].offset + draw(seed) % 3); break;
            case 3: r[i].wire = (uint16_t)(r[i].wire + draw(seed) % 3 * 8); break;
            case 4: r[i].captured = (uint8_t)draw(seed); break;
            case 5: r[i].step = (int8_t)(draw(seed) % 256); break;
            case 6: r[i].expire = true; break;
            default: break;
            }
        }
        if (draw(seed) % 2)
            r[begin].step = (int8_t)(draw(seed) % 32); /* up to 5 s between packets */
    }
    for (size_t i = 0; i < n; i++) {
        if (i && draw(seed) % 8 == 0) { /* of other packets in between */
            struct trial_record t = r[i];
            r[i] = r[i - 1];
            r[i - 1] = t;
        }
    }
    for (size_t i = 0; i < n; i++)
        trial_pack(&r[i], bytes + i * TRIAL_RECORD);
    return n * TRIAL_RECORD;
}

static void as_the_model(void **state)
{
    (void)state;
    struct trial_result all = {0, 0, 0, 0};
    for (uint64_t seed = 1; seed <= 200; seed++) {
        uint8_t bytes[RECORDS * TRIAL_RECORD];
        uint64_t s = seed;
        struct trial_result result;
        const char *why = defrag_trial(bytes, random_records(&s, bytes), &result);
        if (why)
            fail_msg("seed %llu: %s", (unsigned long long)seed, why);
        all.whole += result.whole;
        all.copies += result.copies;
        all.bad += result.bad;
        all.lost += result.lost;
    }
    assert_true(all.whole > 1000 && all.copies > 100 && all.bad > 1000 && all.lost > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packet_cap),   cmocka_unit_test(byte_cap),     cmocka_unit_test(expiry),
        cmocka_unit_test(stays_inside), cmocka_unit_test(as_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
