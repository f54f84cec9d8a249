#include "support/check.h"
#include "support/packet.h"

static void test_text(void **state)
{
    (void)state;
    char t[VQ_ENDPOINT_TEXT];
    struct vq_endpoint a = ep("10.0.0.1", 5060), b = ep("2001:db8::7", 65535), none = {0};
    assert_string_equal(vq_endpoint_text(&a, t), "10.0.0.1:5060");
    assert_string_equal(vq_endpoint_text(&b, t), "[2001:db8::7]:65535");
    assert_string_equal(vq_endpoint_host(&b, t), "2001:db8::7");
    assert_string_equal(vq_endpoint_text(&none, t), "-");
    struct vq_endpoint longest = ep("1111:2222:3333:4444:5555:6666:7777:8888", 12345);
    assert_string_equal(vq_endpoint_text(&longest, t), "[1111:2222:3333:4444:5555:6666:7777:8888]:12345");
}

static void test_private(void **state)
{
    (void)state;
    static const char *const inside[] = {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
                                         "100.127.255.255", "127.0.0.1", "169.254.3.4", "fd00::1", "fe80::1", "::1"};
    static const char *const outside[] = {"9.255.255.255", "11.0.0.0", "172.32.0.0", "172.15.255.255", "192.169.0.0",
                                          "100.128.0.0", "100.63.255.255", "8.8.8.8", "2001:db8::1", "::2", "fec0::1"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        struct vq_endpoint e = ep(inside[i], 1);
        assert_true(vq_endpoint_is_private(&e));
    }
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        struct vq_endpoint e = ep(outside[i], 1);
        assert_false(vq_endpoint_is_private(&e));
    }
}

static void test_equal(void **state)
{
    (void)state;
    struct vq_endpoint a = ep("10.0.0.1", 1), b = ep("10.0.0.1", 2), c = ep("10.0.0.2", 1);
    assert_true(vq_endpoint_eq(&a, &a));
    assert_false(vq_endpoint_eq(&a, &b));
    assert_true(vq_endpoint_same_host(&a, &b));
    assert_false(vq_endpoint_same_host(&a, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text), cmocka_unit_test(test_private), cmocka_unit_test(test_equal)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
