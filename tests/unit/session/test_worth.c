#include "support/check.h"

#include "session/worth.h"

struct thing {
    struct vq_place place;
    int name;
};

static int victim(struct vq_places *p)
{
    struct vq_place *o = vq_places_victim(p);
    return o ? VQ_CONTAINER(o, struct thing, place)->name : 0;
}

static void test_order(void **state)
{
    (void)state;
    struct vq_places p;
    struct thing t[6] = {{.name = 1}, {.name = 2}, {.name = 3}, {.name = 4}, {.name = 5}, {.name = 6}};
    vq_places_init(&p);
    assert_null(vq_places_victim(&p));
    for (int i = 0; i < 6; i++)
        vq_place_set(&p, &t[i].place, VQ_WORTH_UNPROVEN);
    vq_place_set(&p, &t[0].place, VQ_WORTH_FINISHED);
    vq_place_set(&p, &t[1].place, VQ_WORTH_ACTIVE);
    assert_int_equal(victim(&p), 3); /* unproven before all else */
    t[2].place.touched = true;
    assert_int_equal(victim(&p), 4); /* a second chance ... */
    vq_place_leave(&p, &t[3].place);
    vq_place_leave(&p, &t[4].place);
    vq_place_leave(&p, &t[5].place);
    assert_int_equal(victim(&p), 3); /* ... not a third */
    vq_place_leave(&p, &t[2].place);
    assert_int_equal(victim(&p), 2); /* one active, one finished: the active goes */
    vq_place_set(&p, &t[2].place, VQ_WORTH_FINISHED);
    assert_int_equal(victim(&p), 1); /* the finished are the majority: their oldest goes */
    vq_place_leave(&p, &t[1].place);
    vq_place_leave(&p, &t[0].place);
    vq_place_leave(&p, &t[0].place); /* in no list: harmless */
    assert_int_equal(victim(&p), 3);
}

/* Objects that rose are not moved at once; they are found all the same, and the lower lists lose them. */
static void test_risen(void **state)
{
    (void)state;
    struct vq_places p;
    static struct thing t[100];
    memset(t, 0, sizeof t);
    vq_places_init(&p);
    for (int i = 0; i < 100; i++) {
        t[i].name = i + 1;
        vq_place_set(&p, &t[i].place, VQ_WORTH_UNPROVEN);
    }
    for (int i = 0; i < 99; i++)
        vq_place_set(&p, &t[i].place, VQ_WORTH_ACTIVE);
    assert_int_equal(victim(&p), 100);
    vq_place_leave(&p, &t[99].place);
    for (int i = 40; i < 99; i++)
        vq_place_set(&p, &t[i].place, VQ_WORTH_FINISHED);
    assert_int_equal(victim(&p), 41); /* 59 finished, 40 active */
    for (int i = 40; i < 60; i++)
        vq_place_leave(&p, &t[i].place);
    assert_int_equal(victim(&p), 1); /* 39 finished, 40 active */
    assert_int_equal(p.n[VQ_WORTH_UNPROVEN], 0);
    assert_int_equal(p.n[VQ_WORTH_ACTIVE], 40);
    assert_int_equal(p.n[VQ_WORTH_FINISHED], 39);
}

static void test_all_touched(void **state)
{
    (void)state;
    struct vq_places p;
    static struct thing t[200];
    vq_places_init(&p);
    for (int i = 0; i < 200; i++) {
        t[i].name = i + 1;
        vq_place_set(&p, &t[i].place, VQ_WORTH_ACTIVE);
        t[i].place.touched = true;
    }
    assert_int_not_equal(victim(&p), 0); /* somebody has to go, after a bounded search */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_risen), cmocka_unit_test(test_all_touched)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
