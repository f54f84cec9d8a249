/* test_stun.c - STUN: the vectors of RFC 5769, classic RFC 3489 messages, and what only looks like STUN. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/stun.h"
#include "support/guard.h"

/* RFC 5769 2.1, sample request. */
static const uint8_t request[] = {
    0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87,
    0xdf, 0xae, 0x80, 0x22, 0x00, 0x10, 0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
    0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff, 0x80, 0x29, 0x00, 0x08, 0x93, 0x2f,
    0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36, 0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
    0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c, 0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e,
    0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49, 0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};

/* RFC 5769 2.2, sample IPv4 response: 192.0.2.1:32853. */
static const uint8_t response4[] = {
    0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
    0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
    0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
    0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9,
    0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};

/* RFC 5769 2.3, sample IPv6 response: [2001:db8:1234:5678:11:2233:4455:6677]:32853. */
static const uint8_t response6[] = {
    0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
    0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20,
    0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe,
    0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c,
    0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};

static bool parse(const uint8_t *p, size_t n, struct vq_stun_msg *out)
{
    return vq_stun_parse(vq_slice(p, n), out);
}

static void rfc5769(void **state)
{
    static const uint8_t ip6[16] = {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78,
                                    0,    0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};
    static const uint8_t ip4[16] = {192, 0, 2, 1};
    (void)state;
    struct vq_stun_msg m;
    assert_true(parse(request, sizeof request, &m));
    assert_int_equal(m.type, 0x0001);
    assert_true(m.cookie);
    assert_memory_equal(m.id, request + 4, 16);
    assert_int_equal(m.mapped.family, 0);
    assert_true(parse(response4, sizeof response4, &m));
    assert_int_equal(m.type, 0x0101);
    assert_int_equal(m.mapped.family, 4);
    assert_int_equal(m.mapped.port, 32853);
    assert_memory_equal(m.mapped.ip, ip4, 16);
    assert_true(parse(response6, sizeof response6, &m));
    assert_int_equal(m.mapped.family, 6);
    assert_int_equal(m.mapped.port, 32853);
    assert_memory_equal(m.mapped.ip, ip6, 16);
}

/* RFC 3489 11: no cookie; MAPPED-ADDRESS and, as servers of the time sent it, XOR-MAPPED-ADDRESS as 0x8020. */
static void classic(void **state)
{
    uint8_t b[] = {0x01, 0x01, 0,    24,   1,  2, 3, 4, 5,    6,    7,   8,    9,    10,  11,
                   12,   13,   14,   15,   16, 0, 1, 0, 8,    0,    1,   0x13, 0xc4, 203, 0,
                   113,  9,    0x80, 0x20, 0,  8, 0, 1, 0x12, 0xc6, 202, 2,    114,  13};
    (void)state;
    struct vq_stun_msg m;
    assert_true(parse(b, sizeof b, &m));
    assert_false(m.cookie);
    assert_int_equal(m.mapped.port, 0x13c4);
    assert_int_equal(m.mapped.ip[0], 203);
    assert_int_equal(m.mapped.ip[3], 9);
    b[3] = 12; /* only the plain attribute */
    assert_true(parse(b, 32, &m));
    assert_int_equal(m.mapped.port, 5060);
    b[0] = 0x01;
    b[1] = 0x03; /* a TURN type, not to be believed without the cookie */
    assert_false(parse(b, 32, &m));
}

static void the_xored_address_wins(void **state)
{
    /* Both attributes, the plain one rewritten by an application layer gateway, in either order. */
    uint8_t b[44] = {0x01, 0x01, 0, 24, 0x21, 0x12, 0xa4, 0x42};
    static const uint8_t plain[12] = {0, 1, 0, 8, 0, 1, 0, 1, 10, 0, 0, 1};
    static const uint8_t xored[12] = {0, 0x20, 0, 8, 0, 1, 0x21, 0x12 ^ 2, 0x21 ^ 198, 0x12 ^ 51, 0xa4 ^ 100, 0x42 ^ 7};
    (void)state;
    for (unsigned order = 0; order < 2; order++) {
        struct vq_stun_msg m;
        memcpy(b + 20, order ? plain : xored, 12);
        memcpy(b + 32, order ? xored : plain, 12);
        assert_true(parse(b, sizeof b, &m));
        assert_int_equal(m.mapped.port, 2);
        assert_int_equal(m.mapped.ip[0], 198);
        assert_int_equal(m.mapped.ip[3], 7);
    }
}

static void refuses(void **state)
{
    uint8_t b[sizeof response4];
    (void)state;
    struct vq_stun_msg m = {.type = 99};
    memcpy(b, response4, sizeof b);
    b[0] = 0x81; /* the two upper bits are zero, RFC 5389 6 */
    assert_false(parse(b, sizeof b, &m));
    memcpy(b, response4, sizeof b);
    b[3] = 0x38;
    assert_false(parse(b, sizeof b, &m));
    b[3] = 0x3d;
    assert_false(parse(b, sizeof b, &m));
    memcpy(b, response4, sizeof b);
    b[23] = 0x50; /* an attribute longer than the message */
    assert_false(parse(b, sizeof b, &m));
    memcpy(b, response4, sizeof b);
    b[41] = 3; /* no such address family: the message stands, the address does not */
    assert_true(parse(b, sizeof b, &m));
    assert_int_equal(m.mapped.family, 0);
    m.type = 99;
    assert_false(parse(NULL, 0, &m));
    assert_int_equal(m.type, 99);
}

static void stays_inside(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, sizeof response6);
    for (size_t n = 0; n <= sizeof response6; n++) {
        struct vq_stun_msg m;
        uint8_t *p = (uint8_t *)(uintptr_t)guard_put(&g, response6, n);
        assert_int_equal(parse(p, n, &m), n == sizeof response6);
        /* The same with a length that fits, so that the attributes are read up to the edge. */
        if (n >= 20) {
            p[3] = (uint8_t)(n - 20);
            parse(p, n, &m);
        }
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc5769), cmocka_unit_test(classic),      cmocka_unit_test(the_xored_address_wins),
        cmocka_unit_test(refuses), cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
