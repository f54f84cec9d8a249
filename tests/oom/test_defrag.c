/* Fails the 1st, 2nd, 3rd ... allocation of a reassembly, one of them or all from there on: what cannot be kept is
 * refused with VQ_DEFRAG_FULL, every frame is accounted for, nothing leaks, and what comes when there is memory
 * again is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>

#include "net/defrag.h"
#include "oom/failing.h"

enum { PACKETS = 1500, PARTS = 3 }; /* enough for the table and the pool to grow */

static struct vq_fragment part(uint32_t id, uint32_t i)
{
    static const char text[] = "0123456789abcdefXYZ";
    struct vq_fragment f = {.id = id, .proto = 17, .offset = 8 * i, .more = i < PARTS - 1};
    f.src.family = f.dst.family = 4;
    f.wire = f.more ? 8 : 3;
    f.data = vq_slice(text + f.offset, f.wire);
    return f;
}

/* What became of the frames; WHOLE frames are counted from their packets. */
static void run(struct vq_defrag *d)
{
    unsigned long in = 0, out = 0, whole = 0;
    for (uint32_t i = 0; i < PARTS; i++)
        for (uint32_t id = 0; id < PACKETS; id++) {
            struct vq_fragment f = part(id, i);
            struct vq_whole w;
            enum vq_defrag_verdict v = vq_defrag_add(d, &f, &w);
            in++;
            assert_true(v == VQ_DEFRAG_HELD || v == VQ_DEFRAG_WHOLE || v == VQ_DEFRAG_FULL);
            if (v == VQ_DEFRAG_WHOLE) {
                assert_int_equal(w.data.n, 19);
                assert_memory_equal(w.data.p, "0123456789abcdefXYZ", 19);
                out += w.frames;
                whole++;
            } else if (v == VQ_DEFRAG_FULL) {
                out++;
            }
            assert_int_equal(in, out + vq_defrag_held(d));
        }
    const struct vq_defrag_stats *st = vq_defrag_stats(d);
    assert_true(mode != FAIL_ONE || !failed || whole == PACKETS - 1);
    assert_true(mode != FAIL_NONE || whole == PACKETS);
    assert_true((st->no_memory > 0) == (failed > 0));
    mode = FAIL_NONE;
    assert_int_equal(in, out + vq_defrag_expire(d, INT64_MAX));
    assert_int_equal(vq_defrag_packets(d), 0);
    for (uint32_t i = 0; i < PARTS; i++) {
        struct vq_fragment f = part(PACKETS, i);
        struct vq_whole w;
        assert_int_equal(vq_defrag_add(d, &f, &w), i < PARTS - 1 ? VQ_DEFRAG_HELD : VQ_DEFRAG_WHOLE);
    }
}

/* False when fewer allocations were asked for. */
static bool attempt(enum mode m, unsigned long at)
{
    struct vq_defrag *d = NULL;
    arm(m, at);
    int rc = vq_defrag_new(&d, 1 << 20, 2 * PACKETS, 3);
    if (rc) {
        assert_int_equal(rc, -ENOMEM);
        assert_null(d);
    } else {
        run(d);
    }
    bool reached = failed > 0;
    arm(FAIL_NONE, 0);
    vq_defrag_free(d);
    assert_int_equal(live, 0);
    return reached;
}

static void one_fails(void **state)
{
    (void)state;
    assert_false(attempt(FAIL_NONE, 0));
    unsigned long at = 1;
    while (attempt(FAIL_ONE, at))
        at += at < 100 ? 1 : 37;
    assert_true(at > PACKETS * PARTS);
}

static void all_fail_from(void **state)
{
    (void)state;
    unsigned long at = 1;
    while (attempt(FAIL_FROM, at))
        at += at < 100 ? 1 : 37;
    assert_true(at > PACKETS * PARTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_fails), cmocka_unit_test(all_fail_from)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
