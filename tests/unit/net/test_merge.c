/* Several inputs as one row, held against the plain rule; an input's bytes are overwritten at each pull, as a reader's
 * window is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/merge.h"

#define INPUTS_MAX 12
#define FRAMES_MAX 400

struct source {
    int64_t ts[FRAMES_MAX];
    unsigned id[FRAMES_MAX]; /* what the frame's bytes say */
    size_t n, at;
    size_t most;             /* frames in a batch, 0: as many as fit */
    unsigned pulls;
    bool ended;
    unsigned window[VQ_BATCH];
};

static size_t pull(struct vq_frame *frames, size_t max, void *arg)
{
    struct source *s = arg;
    size_t n = 0, most = s->most && s->most < max ? s->most : max;
    assert_false(s->ended);
    assert_true(max <= VQ_BATCH);
    memset(s->window, 0xee, sizeof s->window);
    s->pulls++;
    for (; n < most && s->at < s->n; n++, s->at++) {
        s->window[n] = s->id[s->at];
        frames[n] = (struct vq_frame){.ts = s->ts[s->at], .number = s->at + 1, .data = (const uint8_t *)&s->window[n],
                                      .caplen = sizeof s->window[n], .len = sizeof s->window[n], .link = 1};
    }
    s->ended = !n;
    return n;
}

static void frame(struct source *s, int64_t ts, unsigned id)
{
    assert_true(s->n < FRAMES_MAX);
    s->ts[s->n] = ts;
    s->id[s->n++] = id;
}

static struct vq_merge *merge_of(struct source *s, size_t n)
{
    struct vq_merge *m;
    assert_int_equal(vq_merge_new(&m), 0);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(vq_merge_add(m, s[i].n ? s[i].ts[0] : 0, pull, &s[i]), 0);
    return m;
}

/* Reads all, `max` at a time, and checks the ids. */
static void check_row(struct source *s, size_t n, size_t max, const unsigned *want, size_t n_want)
{
    struct vq_frame frames[2 * VQ_BATCH];
    struct vq_merge *m = merge_of(s, n);
    size_t at = 0, got;
    while ((got = vq_merge_next(m, frames, max))) {
        assert_true(got <= max);
        for (size_t i = 0; i < got; i++) {
            unsigned id;
            memcpy(&id, frames[i].data, sizeof id);
            assert_true(at < n_want);
            assert_int_equal(id, want[at++]);
            assert_int_equal(frames[i].number, at);
        }
    }
    assert_int_equal(at, n_want);
    assert_int_equal(vq_merge_next(m, frames, max), 0);
    vq_merge_free(m);
}

static void test_nothing(void **state)
{
    (void)state;
    struct source s[2] = {{.n = 0}, {.n = 0}};
    check_row(s, 0, 1, NULL, 0);
    check_row(s, 2, VQ_BATCH, NULL, 0);
}

static void test_order(void **state)
{
    (void)state;
    struct source s[3] = {{.n = 0}, {.n = 0}, {.n = 0}};
    frame(&s[0], 50, 3);
    frame(&s[0], 50, 4);
    frame(&s[0], 60, 7);
    /* Equal times: this one began earlier, so its frame comes before those of the input added first. */
    frame(&s[1], 10, 0);
    frame(&s[1], 50, 2);
    frame(&s[1], 55, 6);
    /* Equal times and equal beginnings: the one added first. */
    frame(&s[2], 50, 5);
    frame(&s[2], 20, 20); /* goes back in time: follows at once, as in its file */
    static const unsigned want[] = {0, 2, 3, 4, 5, 20, 6, 7};
    check_row(s, 3, 1, want, sizeof want / sizeof *want);
}

static void test_opened_when_due(void **state)
{
    (void)state;
    struct source s[3] = {{.n = 0}, {.n = 0}, {.n = 0}};
    struct vq_frame frames[VQ_BATCH];
    for (unsigned i = 0; i < 3; i++)
        for (unsigned k = 0; k < 100; k++)
            frame(&s[2 - i], i * 1000 + k, i * 100 + k);
    struct vq_merge *m = merge_of(s, 3);
    for (unsigned seen = 0; seen < 300;) {
        size_t n = vq_merge_next(m, frames, VQ_BATCH);
        assert_true(n > 0);
        seen += (unsigned)n;
        for (unsigned i = 0; i < 3; i++) {
            assert_true(s[2 - i].pulls == 0 || seen > i * 100);
            assert_true(seen <= (i + 1) * 100 || s[2 - i].ended);
        }
    }
    vq_merge_free(m);
}

/* Given up in the middle: nothing may leak (the sanitizers look). */
static void test_given_up(void **state)
{
    (void)state;
    struct source s[2] = {{.n = 0}, {.n = 0}};
    struct vq_frame f;
    for (unsigned k = 0; k < 100; k++)
        frame(&s[k & 1], k, k);
    struct vq_merge *m = merge_of(s, 2);
    assert_int_equal(vq_merge_next(m, &f, 1), 1);
    vq_merge_free(m);
    vq_merge_free(NULL);
}

/* ---- against the plain rule ------------------------------------------------------------------------------------- */

static unsigned seed = 1;

static unsigned dice(unsigned n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % n;
}

/* Of all next frames the earliest; then the input that began earlier; then the one added first. */
static size_t plain(const struct source *s, size_t n, unsigned *ids)
{
    size_t at[INPUTS_MAX] = {0}, out = 0;
    for (;;) {
        size_t best = n;
        for (size_t i = 0; i < n; i++) {
            if (at[i] == s[i].n)
                continue;
            if (best == n || s[i].ts[at[i]] < s[best].ts[at[best]] ||
                (s[i].ts[at[i]] == s[best].ts[at[best]] && s[i].ts[0] < s[best].ts[0]))
                best = i;
        }
        if (best == n)
            return out;
        ids[out++] = s[best].id[at[best]++];
    }
}

static void test_any_inputs(void **state)
{
    (void)state;
    static struct source s[INPUTS_MAX];
    static unsigned want[INPUTS_MAX * FRAMES_MAX];
    for (unsigned round = 0; round < 300; round++) {
        size_t n = 1 + dice(INPUTS_MAX);
        for (unsigned i = 0; i < n; i++) {
            s[i] = (struct source){.most = dice(3) ? 0 : 1 + dice(5)};
            int64_t ts = dice(200);
            unsigned frames = dice(5) ? dice(FRAMES_MAX) : 0, back = dice(2);
            for (unsigned k = 0; k < frames; k++, ts += (int64_t)dice(4) - (back ? 1 : 0))
                frame(&s[i], ts, i * FRAMES_MAX + k);
        }
        size_t n_want = plain(s, n, want);
        check_row(s, n, 1 + dice(2 * VQ_BATCH), want, n_want);
    }
}

/* A ring cut from one capture, times equal across the cuts, its files in any order. */
static void test_ring(void **state)
{
    (void)state;
    static struct source s[INPUTS_MAX];
    static unsigned want[FRAMES_MAX];
    for (unsigned round = 0; round < 200; round++) {
        unsigned n = 2 + dice(INPUTS_MAX - 1), place[INPUTS_MAX];
        for (unsigned i = 0; i < n; i++) {
            unsigned k = dice(i + 1);
            place[i] = place[k];
            place[k] = i;
            s[i] = (struct source){.n = 0};
        }
        int64_t ts = 1000;
        for (unsigned k = 0; k < FRAMES_MAX; k++) {
            struct source *piece = &s[place[k * n / FRAMES_MAX]];
            /* A file all of one time, equal to its neighbour's, would be beyond telling. */
            ts += piece->n == 1 ? 1 : dice(2);
            frame(piece, ts, k);
            want[k] = k;
        }
        check_row(s, n, VQ_BATCH, want, FRAMES_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),       cmocka_unit_test(test_order),
        cmocka_unit_test(test_opened_when_due), cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_any_inputs),    cmocka_unit_test(test_ring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
