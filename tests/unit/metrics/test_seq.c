/* The numbers are checked against a slow model that remembers every packet, on thousands of random arrivals. */
#include "support/check.h"

#include <stdlib.h>

#include "metrics/seq.h"

static void feed(struct vq_seq *s, const int *n, int count)
{
    for (int i = 0; i < count; i++)
        vq_seq_add(s, (uint16_t)n[i], VQ_SEQ_NO_HINT);
}

#define FEED(s, ...) feed(s, (const int[]){__VA_ARGS__}, (int)(sizeof((const int[]){__VA_ARGS__}) / sizeof(int)))

static void test_duplicate_hides_no_loss(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    FEED(&s, 1, 2, 2, 4, 5, 5, 5, 6);
    vq_seq_loss(&s, &l);
    assert_int_equal(l.expected, 6);
    assert_int_equal(l.lost, 1);
    assert_int_equal(s.duplicates, 3);
    assert_int_equal(s.reordered, 0);
}

static void test_late_gives_back(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    FEED(&s, 10, 12, 13, 11, 14);
    assert_int_equal(vq_seq_lost(&s), 0);
    vq_seq_loss(&s, &l);
    assert_int_equal(l.lost, 0);
    assert_int_equal(s.reordered, 1);
    assert_int_equal(l.n_runs, 0);
}

static void test_first_overtaken(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    FEED(&s, 1, 0, 65535, 2, 3); /* over the wrap, too */
    vq_seq_loss(&s, &l);
    assert_int_equal(l.expected, 5);
    assert_int_equal(l.lost, 0);
    assert_int_equal(s.reordered, 2);
    assert_int_equal(s.segments, 1);
}

static void test_wrap(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    for (int i = 65000; i < 65536 * 3 + 10; i++)
        if (i % 1000 != 0)
            vq_seq_add(&s, (uint16_t)i, VQ_SEQ_NO_HINT);
    vq_seq_loss(&s, &l);
    assert_int_equal(s.segments, 1);
    assert_int_equal(l.expected, 65536 * 3 + 10 - 65001);
    assert_int_equal(l.lost, 196 - 66 + 1);
    assert_int_equal(l.runs[0], l.lost);
}

static void test_restart_needs_two(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    FEED(&s, 100, 101, 102, 40000, 103, 104);
    assert_int_equal(s.stray, 1);
    assert_int_equal(s.segments, 1);
    FEED(&s, 20000, 20001, 20002, 20004);
    vq_seq_loss(&s, &l);
    assert_int_equal(s.segments, 2);
    assert_int_equal(s.stray, 1);
    assert_int_equal(l.expected, 5 + 5);
    assert_int_equal(l.lost, 1);
    assert_int_equal(s.distinct, 9);
}

/* Loss, overtaking and copies at a restart: all of its packets belong to the new numbering. */
static void test_restart_with_impairments(void **state)
{
    (void)state;
    struct vq_loss l;
    struct vq_seq lossy = {0}, overtaken = {0}, doubled = {0}, far = {0};
    FEED(&lossy, 100, 101, 40000, 40003, 40004);
    vq_seq_loss(&lossy, &l);
    assert_int_equal(lossy.segments, 2);
    assert_int_equal(lossy.stray, 0);
    assert_int_equal(l.expected, 2 + 5);
    assert_int_equal(l.lost, 2);
    assert_int_equal(l.runs[1], 1);

    FEED(&overtaken, 100, 101, 40002, 40000, 40003, 40001);
    vq_seq_loss(&overtaken, &l);
    assert_int_equal(overtaken.segments, 2);
    assert_int_equal(overtaken.stray, 0);
    assert_int_equal(overtaken.reordered, 2);
    assert_int_equal(l.expected, 2 + 4);
    assert_int_equal(l.lost, 0);

    FEED(&doubled, 100, 101, 40000, 40000, 40001, 40001, 40002);
    vq_seq_loss(&doubled, &l);
    assert_int_equal(doubled.segments, 2);
    assert_int_equal(doubled.stray, 0);
    assert_int_equal(doubled.duplicates, 2);
    assert_int_equal(l.expected, 5);
    assert_int_equal(l.lost, 0);

    FEED(&far, 100, 101, 40000, 40017, 102, 103);
    assert_int_equal(far.segments, 1);
    assert_int_equal(far.stray, 2);
}

/* 200 ahead and 100 behind would be loss and duplicates, were it not for the timestamps. */
static void test_restart_within_reach(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    for (uint16_t i = 0; i < 150; i++)
        vq_seq_add(&s, (uint16_t)(1000 + i), VQ_SEQ_NO_HINT);
    assert_int_equal(vq_seq_add(&s, 1350, VQ_SEQ_RENUMBERED), VQ_SEQ_STRAY);
    assert_int_equal(vq_seq_add(&s, 1351, VQ_SEQ_RENUMBERED), VQ_SEQ_RESTART);
    assert_int_equal(vq_seq_add(&s, 1251, VQ_SEQ_RENUMBERED), VQ_SEQ_STRAY);
    assert_int_equal(vq_seq_add(&s, 1252, VQ_SEQ_RENUMBERED), VQ_SEQ_RESTART);
    vq_seq_loss(&s, &l);
    assert_int_equal(s.segments, 3);
    assert_int_equal(s.stray, 0);
    assert_int_equal(s.duplicates, 0);
    assert_int_equal(l.expected, 154);
    assert_int_equal(l.lost, 0);
}

static void test_outage_is_loss_when_proven(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    FEED(&s, 1, 2);
    assert_true(vq_seq_is_jump(&s, 6000));
    assert_int_equal(vq_seq_add(&s, 6000, VQ_SEQ_OUTAGE), VQ_SEQ_NEXT);
    vq_seq_loss(&s, &l);
    assert_int_equal(l.lost, 5997);
    assert_int_equal(l.runs[9], 1);
    assert_int_equal(s.segments, 1);
}

static void test_runs(void **state)
{
    (void)state;
    struct vq_seq s = {0};
    struct vq_loss l;
    FEED(&s, 1, 3, 4, 7, 8, 20, 21, 32, 33, 43);
    vq_seq_loss(&s, &l);
    assert_int_equal(l.runs[0], 1);
    assert_int_equal(l.runs[1], 1);
    assert_int_equal(l.runs[8], 1); /* 34..42 */
    assert_int_equal(l.runs[9], 2); /* 9..19 and 22..31: ten or more */
    assert_int_equal(l.n_runs, 5);
    assert_int_equal(l.lost, 1 + 2 + 11 + 10 + 9);
    assert_close(l.mean_run, 33.0 / 5, 1e-12);
}

/* Arrivals of a stream with loss, duplicates and reordering of less than the window. */
static int arrivals(unsigned *seed, int n, int *out)
{
    struct {
        int seq;
        double at;
    } *a = malloc(2 * (size_t)n * sizeof *a);
    int m = 0;
    for (int i = 0; i < n; i++) {
        if (rand_r(seed) % 20 == 0 && i)
            continue;
        int copies = 1 + (rand_r(seed) % 25 == 0);
        for (int c = 0; c < copies; c++) {
            a[m].seq = i;
            a[m++].at = i + (rand_r(seed) % 10 == 0 ? rand_r(seed) % 300 : rand_r(seed) % 3);
        }
    }
    for (int i = 1; i < m; i++)
        for (int j = i; j && a[j].at < a[j - 1].at; j--) {
            int s = a[j].seq;
            double t = a[j].at;
            a[j] = a[j - 1];
            a[j - 1].seq = s;
            a[j - 1].at = t;
        }
    for (int i = 0; i < m; i++)
        out[i] = a[i].seq;
    free(a);
    return m;
}

static void test_against_model(void **state)
{
    (void)state;
    enum { N = 3000 };
    static int order[2 * N];
    for (unsigned round = 0; round < 200; round++) {
        unsigned seed = round + 1;
        int m = arrivals(&seed, N, order), base = rand_r(&seed) % 65536;
        static unsigned char seen[N];
        memset(seen, 0, sizeof seen);
        struct vq_seq s = {0}, slow = {0};
        int max = -1, min = N, dup = 0, late = 0, distinct = 0;
        for (int i = 0; i < m; i++) {
            int q = order[i];
            assert_int_equal(vq_seq_add(&s, (uint16_t)(base + q), VQ_SEQ_NO_HINT),
                             vq_seq_add_any(&slow, (uint16_t)(base + q), VQ_SEQ_NO_HINT));
            assert_memory_equal(&s, &slow, sizeof s); /* the short cut for the next number leaves nothing out */
            if (seen[q]) {
                dup++;
            } else {
                distinct++;
                late += q < max;
            }
            seen[q] = 1;
            max = q > max ? q : max;
            min = q < min ? q : min;
        }
        uint64_t runs[VQ_SEQ_RUNS] = {0};
        for (int q = min, run = 0; q <= max; q++) {
            if (!seen[q]) {
                run++;
            } else if (run) {
                runs[(run < VQ_SEQ_RUNS ? run : VQ_SEQ_RUNS) - 1]++;
                run = 0;
            }
        }
        struct vq_loss l;
        vq_seq_loss(&s, &l);
        assert_int_equal(l.expected, max - min + 1);
        assert_int_equal(l.lost, max - min + 1 - distinct);
        assert_int_equal(vq_seq_lost(&s), l.lost);
        assert_int_equal(s.duplicates, dup);
        assert_int_equal(s.reordered, late);
        assert_memory_equal(l.runs, runs, sizeof runs);
        assert_int_equal(s.segments, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duplicate_hides_no_loss), cmocka_unit_test(test_late_gives_back),
        cmocka_unit_test(test_first_overtaken),         cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_restart_with_impairments), cmocka_unit_test(test_restart_within_reach),
        cmocka_unit_test(test_restart_needs_two),       cmocka_unit_test(test_outage_is_loss_when_proven),
        cmocka_unit_test(test_runs),                    cmocka_unit_test(test_against_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
