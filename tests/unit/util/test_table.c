#include "support/check.h"

#include <stdlib.h>

#include "util/table.h"

static bool is(uint32_t handle, const void *key, const void *arg)
{
    (void)arg;
    return handle == *(const uint32_t *)key;
}

/* A weak hash on purpose: long probe sequences and many equal hashes. */
static uint64_t weak(uint32_t i)
{
    return i % 97;
}

static void test_model(void **state)
{
    (void)state;
    enum { N = 5000 };
    static bool in[N + 1];
    memset(in, 0, sizeof in);
    struct vq_table t;
    assert_int_equal(vq_table_init(&t), 0);
    uint32_t x = 12345;
    for (int step = 0; step < 20000; step++) {
        x = x * 1664525 + 1013904223;
        uint32_t i = 1 + (x >> 8) % N;
        uint64_t h = i % 2 ? weak(i) : (uint64_t)i * 2654435761u;
        if (in[i])
            vq_table_remove(&t, h, i);
        else
            assert_int_equal(vq_table_add(&t, h, i), 0);
        in[i] = !in[i];
    }
    uint32_t used = 0;
    for (uint32_t i = 1; i <= N; i++) {
        uint64_t h = i % 2 ? weak(i) : (uint64_t)i * 2654435761u;
        assert_int_equal(vq_table_find(&t, h, is, &i, NULL), in[i] ? i : 0);
        used += in[i];
    }
    assert_int_equal(t.used, used);
    vq_table_done(&t);
}

static void test_remove_absent(void **state)
{
    (void)state;
    struct vq_table t;
    assert_int_equal(vq_table_init(&t), 0);
    assert_int_equal(vq_table_add(&t, 7, 1), 0);
    vq_table_remove(&t, 7, 2);
    vq_table_remove(&t, 8, 1);
    uint32_t one = 1;
    assert_int_equal(vq_table_find(&t, 7, is, &one, NULL), 1);
    assert_int_equal(vq_table_peek(&t, 7), 1);
    assert_int_equal(vq_table_peek(&t, 7 + 1024), 0);
    vq_table_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_model), cmocka_unit_test(test_remove_absent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
