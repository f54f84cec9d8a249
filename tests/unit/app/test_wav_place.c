/* Where packets go on the time line of a WAV file. */
#include "support/check.h"

#include <stdlib.h>

#include "app/wav_place.h"

#define MS INT64_C(1000000)
#define T0 INT64_C(1700000000000000000)
#define N 400

static uint32_t clocks[128];
static struct wav_packet p[N];

static int setup(void **state)
{
    (void)state;
    memset(clocks, 0, sizeof clocks);
    clocks[0] = 8000;
    for (int i = 0; i < N; i++)
        p[i] = (struct wav_packet){.ts = T0 + i * 20 * MS, .seq = (uint16_t)(65500 + i), .n = 160,
                                   .timestamp = UINT32_MAX - 1600u + (uint32_t)i * 160u};
    return 0;
}

static void place(size_t n, double buffer_ms)
{
    assert_int_equal(wav_place(p, n, clocks, buffer_ms), 0);
}

/* Milliseconds after the stream's first arrival. */
static double at(int i)
{
    assert_true(p[i].placed);
    return (double)(p[i].start - T0) / MS;
}

static void test_steady(void **state)
{
    (void)state;
    place(N, NAN); /* over the wrap of both numbers */
    for (int i = 0; i < N; i++)
        assert_close(at(i), 20 * i, 1e-5);
}

/* Jitter moves arrivals, not sound; the first packet's does neither. */
static void test_jitter(void **state)
{
    (void)state;
    srand(1);
    for (int i = 0; i < N; i++)
        p[i].ts += (i == 0 ? 30 : rand() % 15) * MS;
    p[7].ts = p[8].ts = p[9].ts; /* a burst */
    int64_t first = p[0].ts;
    place(N, NAN);
    for (int i = 1; i < N; i++)
        assert_int_equal(p[i].start - p[i - 1].start, 20 * MS);
    assert_close((double)(first - p[0].start) / MS, 30, 1.01); /* the least of the jitter is about nothing */
}

/* Three seconds held up in a queue, then all at once: no pause, no packet lost. */
static void test_held_up(void **state)
{
    (void)state;
    for (int i = 100; i < 250; i++)
        p[i].ts = T0 + 250 * 20 * MS + i * MS / 100;
    place(N, NAN);
    for (int i = 0; i < N; i++)
        assert_close(at(i), 20 * i, 1e-5);
}

/* The sender stops for three seconds, its timestamps with it: the pause is heard. */
static void test_pause_without_timestamps(void **state)
{
    (void)state;
    for (int i = 100; i < N; i++)
        p[i].ts += 3000 * MS;
    place(N, NAN);
    assert_close(at(99), 99 * 20, 1e-5);
    assert_close(at(100), 100 * 20 + 3000, 1e-5);
    assert_close(at(N - 1), (N - 1) * 20 + 3000, 1e-5);
}

/* ... or its timestamps go on: the same. */
static void test_pause_with_timestamps(void **state)
{
    (void)state;
    for (int i = 100; i < N; i++) {
        p[i].ts += 3000 * MS;
        p[i].timestamp += 24000;
    }
    place(N, NAN);
    assert_close(at(100), 100 * 20 + 3000, 1e-5);
}

/* A restart has timestamps of its own, forward or backward by hours. */
static void test_restart(void **state)
{
    (void)state;
    for (int i = 100; i < N; i++)
        p[i].timestamp += i < 250 ? 0x70000000u : 0x10000000u;
    place(N, NAN);
    for (int i = 0; i < N; i++)
        assert_close(at(i), 20 * i, 1e-5);
}

/* Timestamps that mean nothing must not put sound far from where it came. */
static void test_hostile(void **state)
{
    (void)state;
    srand(2);
    for (int i = 0; i < N; i++)
        p[i].timestamp = (uint32_t)rand() * 2654435761u;
    place(N, NAN);
    for (int i = 0; i < N; i++)
        if (p[i].placed)
            assert_true(p[i].start > T0 - 61000 * MS && p[i].start < T0 + (N * 20 + 2001) * MS);
}

static void test_order_and_copies(void **state)
{
    (void)state;
    struct wav_packet v = p[50];
    p[50] = p[51];
    p[51] = v;
    p[80] = p[79]; /* a copy; packet 80 never came */
    p[80].ts += MS;
    place(N, NAN);
    for (int i = 0; i < N; i++) {
        if (i == 80)
            assert_false(p[i].placed);
        else
            assert_close(at(i), 20 * i, 1e-5);
        assert_int_equal(p[i].seq, (uint16_t)(65500 + (i == 80 ? 79 : i)));
    }
}

/* What has no clock has no place, and disturbs nobody. */
static void test_foreign_types(void **state)
{
    (void)state;
    unsigned foreign = 0, placed = 0;
    for (int i = 10; i < N; i += 10) {
        p[i].pt = 101;
        foreign++;
    }
    place(N, NAN);
    for (int i = 0; i < N; i++) {
        assert_int_equal(p[i].placed, p[i].pt == 0);
        placed += p[i].placed;
    }
    assert_int_equal(placed + foreign, N);
}

static void test_buffer(void **state)
{
    (void)state;
    p[100].ts += 39 * MS;
    p[200].ts += 41 * MS;
    p[300].ts += 500 * MS;
    place(N, 40);
    unsigned late = 0;
    for (int i = 0; i < N; i++)
        late += p[i].late;
    assert_int_equal(late, 2);
    for (int i = 0; i < N; i++)
        if (p[i].late)
            assert_true(p[i].seq == (uint16_t)(65500 + 200) || p[i].seq == (uint16_t)(65500 + 300));
}

static void test_nothing(void **state)
{
    (void)state;
    assert_int_equal(wav_place(NULL, 0, clocks, NAN), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
    const struct CMUnitTest tests[] = {
        T(test_steady), T(test_jitter), T(test_held_up), T(test_pause_without_timestamps),
        T(test_pause_with_timestamps), T(test_restart), T(test_hostile), T(test_order_and_copies),
        T(test_foreign_types), T(test_buffer), T(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
