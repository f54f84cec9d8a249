#include "support/check.h"

#include <stdlib.h>

#include "util/wheel.h"

#define S INT64_C(1000000000)

struct log {
    uint32_t fired[64];
    int64_t at[64];
    int n;
    int64_t now;
    struct vq_wheel *w;
    struct vq_timer *again;
};

static void note(struct vq_timer *t, void *arg)
{
    struct log *l = arg;
    l->at[l->n] = l->now;
    l->fired[l->n++] = t->handle;
    if (t == l->again)
        vq_timer_arm(l->w, t, l->now + 2 * S);
}

static void run(struct vq_wheel *w, struct log *l, int64_t from, int64_t to, int64_t step)
{
    for (l->now = from; l->now <= to; l->now += step)
        vq_wheel_advance(w, l->now, note, l);
}

static void test_order_and_time(void **state)
{
    (void)state;
    struct vq_wheel *w = malloc(sizeof *w);
    struct log l = {.w = w};
    struct vq_timer t[5] = {{.handle = 1}, {.handle = 2}, {.handle = 3}, {.handle = 4}, {.handle = 5}};
    int64_t t0 = 1700000000 * S;
    vq_wheel_init(w);
    vq_wheel_advance(w, t0, note, &l);
    vq_timer_arm(w, &t[0], t0 + 5 * S);
    vq_timer_arm(w, &t[1], t0 + 1 * S);
    vq_timer_arm(w, &t[2], t0 + 1000 * S); /* several turns away */
    vq_timer_arm(w, &t[3], t0 + 3 * S);
    vq_timer_arm(w, &t[4], t0 + 2 * S);
    vq_timer_cancel(&t[3]);
    vq_timer_arm(w, &t[4], t0 + 6 * S); /* moved */
    run(w, &l, t0, t0 + 1100 * S, S / 10);
    const uint32_t want[] = {2, 1, 5, 3};
    assert_int_equal(l.n, 4);
    assert_memory_equal(l.fired, want, sizeof want);
    const int64_t due[] = {1, 5, 6, 1000};
    for (int i = 0; i < 4; i++) {
        int64_t late = l.at[i] - (t0 + due[i] * S);
        assert_true(late >= 0 && late <= VQ_WHEEL_TICK + S / 10);
    }
    free(w);
}

static void test_long_silence_fires_all(void **state)
{
    (void)state;
    struct vq_wheel *w = malloc(sizeof *w);
    struct log l = {.w = w};
    vq_wheel_init(w);
    vq_wheel_advance(w, 10 * S, note, &l);
    struct vq_timer a = {.handle = 1}, b = {.handle = 2};
    l.again = &a; /* arms itself while firing */
    vq_timer_arm(w, &a, 12 * S);
    vq_timer_arm(w, &b, 400 * S);
    l.now = 100000 * S;
    vq_wheel_advance(w, l.now, note, &l);
    assert_int_equal(l.n, 2);
    l.now += 3 * S;
    vq_wheel_advance(w, l.now, note, &l);
    assert_int_equal(l.n, 3);
    assert_int_equal(l.fired[2], 1);
    vq_timer_cancel(&a);
    vq_timer_cancel(&a); /* idle: harmless */
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_and_time), cmocka_unit_test(test_long_silence_fires_all)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
