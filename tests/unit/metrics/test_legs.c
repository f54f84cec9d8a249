/* What counts as evidence that two Call-IDs are one call, and what it amounts to: the products worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "metrics/legs.h"

#define S INT64_C(1000000000)
#define SIGN(e) (UINT32_C(1) << VQ_EV_##e)

static double confidence(struct vq_leg_pair p, uint32_t want)
{
    uint32_t evidence = 0;
    double c = vq_leg_confidence(&p, &evidence);
    if (c > 0)
        assert_int_equal(evidence, want);
    return c;
}

static void signs_combine(void **state)
{
    (void)state;
    struct vq_leg_pair p = {.first_start = 10 * S, .first_answered = 14 * S, .first_end = 20 * S, .second_start = 10 * S + 1,
                            .second_answered = 14 * S - 1, .second_end = 20 * S + 1,
                            .signs = SIGN(HOST) | SIGN(CALLER) | SIGN(CALLEE)};
    uint32_t all = p.signs | SIGN(SETUP_AT_ONCE) | SIGN(ANSWER) | SIGN(END);
    assert_true(fabs(confidence(p, all) - (1 - 0.7 * 0.6 * 0.6 * 0.5 * 0.6 * 0.6)) < 1e-12);
    /* Later, but before the answer; answered and ended apart. */
    p.second_start = 13 * S;
    p.second_answered = 15 * S;
    p.second_end = VQ_NONE;
    assert_true(fabs(confidence(p, p.signs | SIGN(SETUP_WHILE)) - (1 - 0.7 * 0.6 * 0.6 * 0.7)) < 1e-12);
    /* In mid-call, the time speaks for nothing. */
    p.second_start = 16 * S;
    assert_true(fabs(confidence(p, p.signs) - (1 - 0.7 * 0.6 * 0.6)) < 1e-12);
    p.signs = SIGN(SESSION_ID);
    assert_true(fabs(confidence(p, p.signs) - 0.97) < 1e-12);
}

static void something_must_bind(void **state)
{
    (void)state;
    struct vq_leg_pair p = {.first_start = 0, .first_answered = VQ_NONE, .first_end = 9 * S, .second_start = 0,
                            .second_answered = VQ_NONE, .second_end = VQ_NONE, .signs = SIGN(CALLER) | SIGN(CALLEE)};
    assert_true(confidence(p, 0) <= 0);
    /* ... or the whole story agree: then a host may go by two addresses. */
    p.second_end = 9 * S;
    assert_true(confidence(p, p.signs | SIGN(SETUP_AT_ONCE) | SIGN(END)) > 0.85);
    p.signs = SIGN(CALLER);
    assert_true(confidence(p, 0) <= 0);
}

static void what_is_over_has_no_further_leg(void **state)
{
    (void)state;
    struct vq_leg_pair p = {.first_start = 0, .first_answered = VQ_NONE, .first_end = S, .second_start = S + 50000000,
                            .second_answered = VQ_NONE, .second_end = VQ_NONE, .signs = SIGN(ICID) | SIGN(HOST)};
    assert_true(confidence(p, 0) <= 0);
    p.second_start = S;
    assert_true(confidence(p, p.signs | SIGN(SETUP_WHILE)) > 0.9);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *user, *number; /* NULL: nobody's */
    } rows[] = {
        {"1001", "1001"},
        {"+62 21", "+62 21"}, /* a blank belongs to no number */
        {"+62-21-555.1234", "5551234"},
        {"00622(15)551234", "5551234"},
        {"5551234", "5551234"},
        {"Alice", "alice"},
        {"", NULL},
        {"Anonymous", NULL},
        {"anonymous2", "anonymous2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char number[VQ_LEG_NUMBER];
        bool ok = vq_leg_number(vq_slice(rows[i].user, strlen(rows[i].user)), number);
        assert_int_equal(ok, rows[i].number != NULL);
        if (ok)
            assert_string_equal(number, rows[i].number);
    }
    char room[VQ_LEG_NUMBER], name[3 * VQ_LEG_NUMBER];
    memset(name, 'n', sizeof name);
    assert_true(vq_leg_number(vq_slice(name, sizeof name), room));
    assert_int_equal(strlen(room), VQ_LEG_NUMBER - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_combine),
        cmocka_unit_test(something_must_bind),
        cmocka_unit_test(what_is_over_has_no_further_leg),
        cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
