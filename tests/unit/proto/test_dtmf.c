/* test_dtmf.c - event reports of RFC 4733 and the bodies of SIP INFO. */
#include "support/check.h"

#include "proto/dtmf.h"
#include "support/guard.h"

/* RFC 4733 2.3: event, E R volume, duration. */
static void reads_a_report(void **state)
{
    (void)state;
    static const uint8_t pound[] = {11, 0x8a, 0x06, 0x40};
    struct vq_dtmf_event e;
    assert_true(vq_dtmf_event_read(vq_slice(pound, sizeof pound), &e));
    assert_int_equal(e.code, 11);
    assert_true(e.end);
    assert_int_equal(e.volume, 10);
    assert_int_equal(e.duration, 1600);
    static const uint8_t going_on[] = {0, 0x3f, 0xff, 0xff, 99};
    assert_true(vq_dtmf_event_read(vq_slice(going_on, sizeof going_on), &e));
    assert_false(e.end);
    assert_int_equal(e.volume, 63);
    assert_int_equal(e.duration, 65535);
}

/* RFC 4733 3.2, Table 7; 16 is the hook flash of RFC 2833. */
static void names_the_keys(void **state)
{
    (void)state;
    static const char keys[] = "0123456789*#ABCD!";
    for (uint32_t i = 0; i < 17; i++)
        assert_int_equal(vq_dtmf_digit(i), keys[i]);
    assert_int_equal(vq_dtmf_digit(17), 0);
    assert_int_equal(vq_dtmf_digit(32), 0); /* ANS of a modem, RFC 4734 */
    assert_int_equal(vq_dtmf_digit(UINT32_MAX), 0);
}

static void reads_info(void **state)
{
    static const struct {
        const char *type, *body;
        char digit;
        int duration; /* -1: none */
    } rows[] = {
        {"application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5', 160},
        {"application/dtmf-relay", "Signal= 0\r\nDuration= 250", '0', 250},
        {"Application/DTMF-Relay;charset=x", "signal=#\nduration=100\n", '#', 100},
        {"application/dtmf-relay", "Signal=*\r\n", '*', -1},
        {"application/dtmf-relay", "Signal=10\r\nDuration=250\r\n", '*', 250},
        {"application/dtmf-relay", "Signal=11\r\n", '#', -1},
        {"application/dtmf-relay", "Signal=d\r\nDuration=x\r\n", 'D', -1},
        {"application/dtmf-relay", "Signal=16\r\n", '!', -1},
        {"application/dtmf-relay", "Duration=70\r\nSignal=9\r\n", '9', 70},
        {"application/dtmf-relay", "Signal=1\r\nSignal=2\r\n", '1', -1},
        {"application/dtmf", "7\r\n", '7', -1},
        {"application/dtmf", "#", '#', -1},
        {"application/dtmf", "Signal=8\r\nDuration=120\r\n", '8', 120},
        {"application/dtmf-relay", "", 0, 0},
        {"application/dtmf-relay", "Signal=\r\n", 0, 0},
        {"application/dtmf-relay", "Signal=17\r\n", 0, 0},
        {"application/dtmf-relay", "Signal=99999999999\r\n", 0, 0},
        {"application/dtmf-relay", "Signal=xy\r\n", 0, 0},
        {"application/dtmf-relay", "5", 0, 0},
        {"application/media_control+xml", "5", 0, 0},
        {"", "5", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_dtmf_info info;
        bool read = vq_dtmf_info_read(vq_slice(rows[i].type, strlen(rows[i].type)),
                                      vq_slice(rows[i].body, strlen(rows[i].body)), &info);
        assert_int_equal(read, rows[i].digit != 0);
        if (!read)
            continue;
        assert_int_equal(info.digit, rows[i].digit);
        assert_int_equal(info.has_duration, rows[i].duration >= 0);
        if (info.has_duration)
            assert_int_equal(info.duration_ms, rows[i].duration);
    }
}

static void reads_no_byte_too_many(void **state)
{
    (void)state;
    static const char body[] = "Signal=5\r\nDuration=160\r\n";
    static const uint8_t report[] = {5, 0x80, 1, 64};
    struct vq_guard g;
    struct vq_dtmf_info info;
    struct vq_dtmf_event e;
    guard_init(&g, sizeof body);
    for (size_t n = 0; n <= sizeof report; n++)
        assert_int_equal(vq_dtmf_event_read(vq_slice(guard_put(&g, report, n), n), &e), n == sizeof report);
    for (size_t n = 0; n < sizeof body; n++)
        assert_int_equal(
            vq_dtmf_info_read(VQ_SLICE_LIT("application/dtmf-relay"), vq_slice(guard_put(&g, body, n), n), &info), n >= 8);
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_report),
        cmocka_unit_test(names_the_keys),
        cmocka_unit_test(reads_info),
        cmocka_unit_test(reads_no_byte_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
