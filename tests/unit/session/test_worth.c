#include "support/check.h"

#include "session/worth.h"

struct thing {
    struct vq_place place;
    int name;
    enum vq_worth worth;
    bool used;
};

static enum vq_worth weigh(struct vq_place *o, void *arg)
{
    struct thing *t = VQ_CONTAINER(o, struct thing, place);
    ++*(int *)arg;
    o->touched = t->used;
    t->used = false;
    return t->worth;
}

static int weighed;

static int victim(struct vq_places *p)
{
    struct vq_place *o = vq_places_victim(p, weigh, &weighed);
    return o ? VQ_CONTAINER(o, struct thing, place)->name : 0;
}

static void test_order(void **state)
{
    (void)state;
    struct vq_places p;
    struct thing t[6] = {{.name = 1}, {.name = 2}, {.name = 3}, {.name = 4}, {.name = 5}, {.name = 6}};
    vq_places_init(&p);
    assert_int_equal(victim(&p), 0);
    for (int i = 0; i < 6; i++)
        vq_place_enter(&p, &t[i].place);
    t[0].worth = VQ_WORTH_FINISHED;
    t[1].worth = VQ_WORTH_ACTIVE;
    assert_int_equal(victim(&p), 3); /* unproven before all else */
    t[2].used = true;
    assert_int_equal(victim(&p), 4); /* a second chance ... */
    vq_place_leave(&p, &t[3].place);
    vq_place_leave(&p, &t[4].place);
    vq_place_leave(&p, &t[5].place);
    assert_int_equal(victim(&p), 3); /* ... not a third */
    vq_place_leave(&p, &t[2].place);
    assert_int_equal(victim(&p), 2); /* one active, one finished: the active goes */
    t[2].worth = VQ_WORTH_FINISHED;
    vq_place_enter(&p, &t[2].place);
    assert_int_equal(victim(&p), 1); /* the finished are the majority: their oldest goes */
    vq_place_leave(&p, &t[1].place);
    vq_place_leave(&p, &t[0].place);
    vq_place_leave(&p, &t[0].place); /* in no list: harmless */
    assert_int_equal(victim(&p), 3);
    t[2].worth = VQ_WORTH_UNPROVEN; /* what falls is found, too */
    assert_int_equal(victim(&p), 3);
    assert_int_equal(p.n[VQ_WORTH_UNPROVEN] + p.n[VQ_WORTH_FINISHED], 1);
}

/* Each object is moved once for each change of its worth, however many victims are asked for. */
static void test_cost(void **state)
{
    (void)state;
    struct vq_places p;
    static struct thing t[1000];
    vq_places_init(&p);
    for (int i = 0; i < 1000; i++) {
        t[i] = (struct thing){.name = i + 1, .worth = i < 990 ? VQ_WORTH_ACTIVE : VQ_WORTH_UNPROVEN};
        vq_place_enter(&p, &t[i].place);
    }
    weighed = 0;
    for (int i = 0; i < 10; i++) {
        int v = victim(&p);
        assert_int_equal(v, 991 + i);
        vq_place_leave(&p, &t[v - 1].place);
    }
    assert_int_equal(weighed, 1000);
    assert_int_equal(victim(&p), 1);
    assert_int_equal(weighed, 1001);
}

static void test_all_used(void **state)
{
    (void)state;
    struct vq_places p;
    static struct thing t[200];
    vq_places_init(&p);
    for (int i = 0; i < 200; i++) {
        t[i] = (struct thing){.name = i + 1, .worth = VQ_WORTH_ACTIVE, .used = true};
        vq_place_enter(&p, &t[i].place);
    }
    assert_int_not_equal(victim(&p), 0); /* somebody has to go, after a bounded search */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_cost),
                                       cmocka_unit_test(test_all_used)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
