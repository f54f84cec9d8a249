/* The ring and the chain: order, and removal from every place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "util/list.h"

struct item {
    int n;
    struct vq_list l;
    struct vq_link k;
};

static void ring_keeps_the_order_of_use(void **state)
{
    struct vq_list head;
    struct item a = {.n = 1}, b = {.n = 2}, c = {.n = 3};
    (void)state;
    vq_list_init(&head);
    vq_list_append(&head, &a.l);
    vq_list_append(&head, &b.l);
    vq_list_append(&head, &c.l);
    vq_list_touch(&head, &a.l);
    int want[] = {2, 3, 1}, i = 0;
    for (struct vq_list *l = head.next; l != &head; l = l->next)
        assert_int_equal(VQ_CONTAINER(l, struct item, l)->n, want[i++]);
    assert_int_equal(i, 3);
    vq_list_remove(&b.l);
    vq_list_remove(&b.l);
    vq_list_remove(&a.l);
    vq_list_remove(&c.l);
    assert_true(vq_list_empty(&head));
}

static void chain_has_the_latest_first(void **state)
{
    struct item items[3];
    (void)state;
    for (int gone = 0; gone < 3; gone++) {
        struct vq_chain chain = {.first = NULL};
        for (int i = 0; i < 3; i++) {
            items[i] = (struct item){.n = i};
            vq_chain_push(&chain, &items[i].k);
        }
        vq_chain_remove(&items[gone].k);
        vq_chain_remove(&items[gone].k); /* harmless */
        int left = 2, n = 0;
        for (struct vq_link *l = chain.first; l; l = l->next, left--, n++) {
            left -= left == gone;
            assert_int_equal(VQ_CONTAINER(l, struct item, k)->n, left);
        }
        assert_int_equal(n, 2);
        for (int i = 0; i < 3; i++)
            vq_chain_remove(&items[i].k);
        assert_null(chain.first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ring_keeps_the_order_of_use),
        cmocka_unit_test(chain_has_the_latest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
