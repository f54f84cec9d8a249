/* test_hostport.c - literal addresses with and without ports, and what only looks like one. */
#include "support/check.h"
#include "support/guard.h"

#include "support/packet.h"
#include "util/hostport.h"

static bool host(const char *z, struct vq_endpoint *out)
{
    return vq_host_read(vq_slice(z, strlen(z)), out);
}

static bool hostport(const char *z, struct vq_endpoint *out)
{
    return vq_hostport_read(vq_slice(z, strlen(z)), 5060, out);
}

static void reads(void **state)
{
    static const struct {
        const char *text, *ip;
        unsigned port;
    } rows[] = {
        {"10.0.0.1", "10.0.0.1", 5060},    {"10.0.0.1:5062", "10.0.0.1", 5062}, {"255.255.255.255:0", "255.255.255.255", 0},
        {"[fd00::1]", "fd00::1", 5060},    {"[fd00::1]:65535", "fd00::1", 65535},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_endpoint want = ep(rows[i].ip, rows[i].port), got;
        assert_true(hostport(rows[i].text, &got));
        assert_true(vq_endpoint_eq(&want, &got));
    }
    struct vq_endpoint got, want = ep("fd00::1", 0);
    assert_true(host("fd00::1", &got) && vq_endpoint_eq(&want, &got));
    assert_true(host("[fd00::1]", &got) && vq_endpoint_eq(&want, &got));
}

static void refuses(void **state)
{
    static const char *const no[] = {"",          "10.0.0",        "10.0.0.256",  "10.0.0.01",   "10.0.0.1.", "example.org",
                                     "10.0.0.1:", "10.0.0.1:5060x", "10.0.0.1:65536", "[fd00::1",    "[fd00::1]x",  "[]",
                                     "[10.0.0.1]", "fd00::1:5060:", "localhost:5060"};
    (void)state;
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        struct vq_endpoint e = {.port = 77};
        assert_false(hostport(no[i], &e));
        assert_int_equal(e.port, 77);
    }
    struct vq_endpoint e;
    assert_false(vq_host_read(VQ_SLICE_LIT("fd00::1\0x"), &e));
    assert_false(vq_host_read(VQ_SLICE_LIT("[fd00::1\0]"), &e));
}

static void stays_inside(void **state)
{
    static const char *const texts[] = {"192.168.100.200:65535", "[2001:db8::ffff:1]:5060", "2001:db8::1"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t all = strlen(texts[i]);
        struct vq_guard g;
        guard_init(&g, all);
        for (size_t n = 0; n <= all; n++) {
            struct vq_endpoint e = {0};
            const uint8_t *p = guard_put(&g, texts[i], n);
            bool whole = vq_hostport_read(vq_slice(p, n), 1, &e);
            assert_int_equal(whole, e.family != 0);
            vq_host_read(vq_slice(p, n), &e);
        }
        guard_done(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(stays_inside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
