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

/* RFC 5769 2.4, sample request with long-term authentication. */
static const uint8_t request_long[] = {
    0x00, 0x01, 0x00, 0x60, 0x21, 0x12, 0xa4, 0x42, 0x78, 0xad, 0x34, 0x33, 0xc6, 0xad, 0x72, 0xc0, 0x29, 0xda, 0x41, 0x2e,
    0x00, 0x06, 0x00, 0x12, 0xe3, 0x83, 0x9e, 0xe3, 0x83, 0x88, 0xe3, 0x83, 0xaa, 0xe3, 0x83, 0x83, 0xe3, 0x82, 0xaf, 0xe3,
    0x82, 0xb9, 0x00, 0x00, 0x00, 0x15, 0x00, 0x1c, 0x66, 0x2f, 0x2f, 0x34, 0x39, 0x39, 0x6b, 0x39, 0x35, 0x34, 0x64, 0x36,
    0x4f, 0x4c, 0x33, 0x34, 0x6f, 0x4c, 0x39, 0x46, 0x53, 0x54, 0x76, 0x79, 0x36, 0x34, 0x73, 0x41, 0x00, 0x14, 0x00, 0x0b,
    0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x2e, 0x6f, 0x72, 0x67, 0x00, 0x00, 0x08, 0x00, 0x14, 0xf6, 0x70, 0x24, 0x65,
    0x6d, 0xd6, 0x4a, 0x3e, 0x02, 0xb8, 0xe0, 0x71, 0x2e, 0x85, 0xc9, 0xa2, 0x8c, 0xa8, 0x96, 0x66,
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
    assert_int_equal(m.class, VQ_STUN_REQUEST);
    assert_int_equal(m.method, VQ_STUN_BINDING);
    assert_true(m.has_priority && m.controlled && !m.controlling && !m.use_candidate);
    assert_int_equal(m.username.n, 9);
    assert_memory_equal(m.username.p, "evtj:h6vY", 9);
    assert_int_equal(m.software.n, 16);
    assert_memory_equal(m.software.p, "STUN test client", 16);
    assert_true(parse(response4, sizeof response4, &m));
    assert_int_equal(m.type, 0x0101);
    assert_int_equal(m.class, VQ_STUN_SUCCESS);
    assert_false(m.has_priority);
    assert_int_equal(m.mapped.family, 4);
    assert_int_equal(m.mapped.port, 32853);
    assert_memory_equal(m.mapped.ip, ip4, 16);
    assert_true(parse(response6, sizeof response6, &m));
    assert_int_equal(m.mapped.family, 6);
    assert_int_equal(m.mapped.port, 32853);
    assert_memory_equal(m.mapped.ip, ip6, 16);
}

static void long_term(void **state)
{
    (void)state;
    struct vq_stun_msg m;
    assert_true(parse(request_long, sizeof request_long, &m));
    assert_int_equal(m.username.n, 18); /* six katakana; the padding does not count */
    assert_false(m.has_priority);
}

/* Every class and a method beyond the first sixteen, RFC 5389 6. */
static void types(void **state)
{
    static const struct {
        uint16_t type, method;
        enum vq_stun_class class;
    } rows[] = {
        {0x0001, VQ_STUN_BINDING, VQ_STUN_REQUEST},    {0x0011, VQ_STUN_BINDING, VQ_STUN_INDICATION},
        {0x0101, VQ_STUN_BINDING, VQ_STUN_SUCCESS},    {0x0111, VQ_STUN_BINDING, VQ_STUN_ERROR},
        {0x0113, VQ_STUN_ALLOCATE, VQ_STUN_ERROR},     {0x0104, VQ_STUN_REFRESH, VQ_STUN_SUCCESS},
        {0x0009, VQ_STUN_CHANNEL_BIND, VQ_STUN_REQUEST}, {0x3eff, 0xfff, VQ_STUN_INDICATION},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t b[20] = {(uint8_t)(rows[i].type >> 8), (uint8_t)rows[i].type, 0, 0, 0x21, 0x12, 0xa4, 0x42};
        struct vq_stun_msg m;
        assert_true(parse(b, sizeof b, &m));
        assert_int_equal(m.method, rows[i].method);
        assert_int_equal(m.class, rows[i].class);
    }
}

/* An Allocate success as a TURN server sends it, and a ChannelBind request: addresses are XORed with the cookie. */
static void turn(void **state)
{
    static const uint8_t allocated[] = {
        0x01, 0x03, 0,    36,   0x21, 0x12, 0xa4, 0x42, 1,    2,    3,    4,           5,           6,            7,    8, 9, 10, 11, 12,
        0,    0x16, 0,    8,    0,    1,    0xbd, 0x8e, 0x2b, 0x55, 0xa4, 0x41,        /* 10.71.0.3:40092 */
        0,    0x20, 0,    8,    0,    1,    0x55, 0x13, 0x2b, 0x55, 0xa4, 0x05,        /* 10.71.0.71:29697 */
        0x80, 0x2c, 0,    8,    0,    1,    0x0d, 0x97, 10,   71,   0,    4,           /* 10.71.0.4:3479 */
    };
    static const uint8_t bind[] = {
        0x00, 0x09, 0, 20, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
        0,    0x0c, 0, 4,  0x40, 0x00, 0,    0,                                /* channel */
        0,    0x12, 0, 8,  0,    1,    0x61, 0x71, 0x2b, 0x55, 0xa4, 0x4e,     /* 10.71.0.12:16483 */
    };
    (void)state;
    struct vq_stun_msg m;
    char text[VQ_ENDPOINT_TEXT];
    assert_true(parse(allocated, sizeof allocated, &m));
    assert_string_equal(vq_endpoint_text(&m.relayed, text), "10.71.0.3:40092");
    assert_string_equal(vq_endpoint_text(&m.mapped, text), "10.71.0.71:29697");
    assert_string_equal(vq_endpoint_text(&m.other, text), "10.71.0.4:3479");
    assert_true(parse(bind, sizeof bind, &m));
    assert_int_equal(m.channel, 0x4000);
    assert_string_equal(vq_endpoint_text(&m.peer, text), "10.71.0.12:16483");
}

/* 487 Role Conflict (RFC 8445 7.3.1.1), and a code that is none. */
static void error_code(void **state)
{
    uint8_t b[] = {0x01, 0x11, 0, 8, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 9, 0, 4, 0, 0, 4, 87};
    (void)state;
    struct vq_stun_msg m;
    assert_true(parse(b, sizeof b, &m));
    assert_int_equal(m.error, 487);
    b[27] = 100;
    assert_true(parse(b, sizeof b, &m));
    assert_int_equal(m.error, 0);
}

static void channel_data(void **state)
{
    static const uint8_t b[] = {0x40, 0x00, 0, 5, 0x80, 0, 1, 2, 3, 0, 0, 0};
    struct vq_turn_data t = {.channel = 7};
    (void)state;
    for (uint32_t wire = 9; wire <= 12; wire++) {
        assert_true(vq_turn_data_parse(vq_slice(b, wire), wire, &t));
        assert_int_equal(t.channel, 0x4000);
        assert_int_equal(t.data.n, 5);
        assert_ptr_equal(t.data.p, b + 4);
    }
    /* Cut by the snap length: what is there is handed on, with the length it had. */
    assert_true(vq_turn_data_parse(vq_slice(b, 6), 9, &t));
    assert_int_equal(t.data.n, 2);
    assert_int_equal(t.wire, 5);
    t.channel = 7;
    assert_false(vq_turn_data_parse(vq_slice(b, 8), 8, &t));   /* shorter than it says */
    assert_false(vq_turn_data_parse(vq_slice(b, 12), 13, &t)); /* longer than padding can be */
    assert_false(vq_turn_data_parse(vq_slice(b + 4, 8), 8, &t));
    assert_false(vq_turn_data_parse(vq_slice(b, 3), 3, &t));
    assert_false(vq_turn_data_parse(vq_slice(NULL, 0), 0, &t));
    assert_int_equal(t.channel, 7);
    struct vq_guard g;
    guard_init(&g, sizeof b);
    for (size_t n = 0; n <= sizeof b; n++)
        assert_int_equal(vq_turn_data_parse(vq_slice(guard_put(&g, b, n), n), (uint32_t)n, &t), n >= 9);
    guard_done(&g);
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
    /* Each attribute that is read, too short by each number of bytes. */
    static const uint16_t attributes[] = {1, 5, 6, 9, 0x0c, 0x12, 0x16, 0x20, 0x24, 0x25, 0x8020, 0x8022, 0x8029, 0x802c};
    guard_init(&g, 44);
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        for (uint8_t n = 0; n <= 20; n = (uint8_t)(n + 4)) {
            uint8_t b[44] = {1, 1, 0, (uint8_t)(4 + n), 0x21, 0x12, 0xa4, 0x42};
            struct vq_stun_msg m;
            b[20] = (uint8_t)(attributes[i] >> 8);
            b[21] = (uint8_t)attributes[i];
            b[23] = n;
            b[25] = 2;
            assert_true(parse(guard_put(&g, b, 24u + n), 24u + n, &m));
        }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc5769), cmocka_unit_test(classic),      cmocka_unit_test(the_xored_address_wins),
        cmocka_unit_test(refuses), cmocka_unit_test(stays_inside),   cmocka_unit_test(long_term),
        cmocka_unit_test(types),   cmocka_unit_test(turn),           cmocka_unit_test(error_code),
        cmocka_unit_test(channel_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
