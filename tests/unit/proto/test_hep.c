/* test_hep.c - HEP 1, 2 and 3: inner addresses and time, what is not HEP, what is cut, and the ends of memory. */
#include "support/check.h"
#include "support/guard.h"
#include "support/packet.h"

#include "proto/hep.h"

#define S INT64_C(1000000000)
#define OUTER (1481455196 * S)

#define V1 "\x01\x10\x02\x11\x13\xc4\x13\xc5\x0a\x00\x00\x01\x0a\x00\x00\x02"
#define V2_BIG "\x02\x1c\x02\x11\x13\xc4\x13\xc5\x0a\x00\x00\x01\x0a\x00\x00\x02\x58\x4d\x36\x5d\x00\x00\x00\x64\x00\x07\x00\x00"
#define V2_LITTLE "\x02\x1a\x02\x06\x13\xc4\x13\xc5\x0a\x00\x00\x01\x0a\x00\x00\x02\x5d\x36\x4d\x58\x64\x00\x00\x00\x07\x00"
#define V1_IP6                                                                                                         \
    "\x01\x28\x0a\x11\x13\xc4\x13\xc5\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
#define V3_HEAD(total)                                                                                                 \
    "HEP3\x00" total "\0\0\0\x01\0\x07\x02\0\0\0\x02\0\x07\x11\0\0\0\x03\0\x0a\x0a\0\0\x01\0\0\0\x04\0\x0a\x0a\0\0\x02"       \
    "\0\0\0\x07\0\x08\x13\xc4\0\0\0\x08\0\x08\x13\xc5\0\0\0\x09\0\x0a\x58\x4d\x36\x5d\0\0\0\x0a\0\x0a\0\0\0\x64"             \
    "\x00\x09\0\x01\0\x08\x01\x02" /* another vendor's chunk */
#define V3 V3_HEAD("\x5f") "\0\0\0\x0f\0\x0bhello"

#define V3_IP6                                                                                                         \
    "HEP3\x00\x5b\0\0\0\x01\0\x07\x0a\0\0\0\x02\0\x07\x11\0\0\0\x05\0\x16\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"                  \
    "\0\0\0\x06\0\x16\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\0\0\0\x07\0\x08\x13\xc4\0\0\0\x08\0\x08\x13\xc5"                        \
    "\0\0\0\x0f\0\x0bhello"

static struct vq_dgram unwrap(const void *p, size_t n, size_t cut)
{
    struct vq_dgram d = {.ts = OUTER, .frame = 3, .payload = vq_slice(p, n), .wire = (uint32_t)(n + cut),
                         .src = ep("192.0.2.1", 40000), .dst = ep("192.0.2.2", 9060), .carrier = VQ_CARRIER_UDP, .ttl = 64};
    if (vq_hep_begins(&d))
        vq_hep_unwrap(&d);
    return d;
}

static const struct {
    const char *name, *src, *dst, *bytes;
    size_t n;
    int64_t ts;
} rows[] = {
    {"version 1", "10.0.0.1", "10.0.0.2", V1 "hello", sizeof(V1 "hello") - 1, OUTER},
    {"version 1, IPv6", "2001:db8::1", "2001:db8::2", V1_IP6 "hello", sizeof(V1_IP6 "hello") - 1, OUTER},
    {"version 2", "10.0.0.1", "10.0.0.2", V2_BIG "hello", sizeof(V2_BIG "hello") - 1, OUTER + S + 100000},
    {"version 2, little-endian", "10.0.0.1", "10.0.0.2", V2_LITTLE "hello", sizeof(V2_LITTLE "hello") - 1, OUTER + S + 100000},
    {"version 3", "10.0.0.1", "10.0.0.2", V3, sizeof V3 - 1, OUTER + S + 100000},
    {"version 3, IPv6", "2001:db8::1", "2001:db8::2", V3_IP6, sizeof V3_IP6 - 1, OUTER},
};
#define ROWS (sizeof rows / sizeof *rows)

static void takes_the_inner_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct vq_dgram d = unwrap(rows[i].bytes, rows[i].n, 0);
        struct vq_endpoint src = ep(rows[i].src, 5060), dst = ep(rows[i].dst, 5061);
        if (d.carrier != VQ_CARRIER_UDP || !vq_endpoint_eq(&d.src, &src) || !vq_endpoint_eq(&d.dst, &dst) || d.ts != rows[i].ts)
            fail_msg("%s: not unwrapped", rows[i].name);
        assert_int_equal(d.payload.n, 5);
        assert_memory_equal(d.payload.p, "hello", 5);
        assert_int_equal(d.wire, 5);
        assert_int_equal(d.frame, 3);
        assert_int_equal(d.tunnels, 1u << VQ_TUNNEL_HEP);
    }
}

/* A clock that is days away says nothing about now. */
static void believes_near_times_only(void **state)
{
    (void)state;
    uint8_t b[sizeof V3 - 1];
    memcpy(b, V3, sizeof b);
    assert_int_equal(b[62], 0x58); /* the seconds' first byte */
    b[62] = 0x57;
    assert_int_equal(unwrap(b, sizeof b, 0).ts, OUTER);
}

static void leaves_others_alone(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
    } no[] = {
        {"\x01\x01\x00\x08\x21\x12\xa4\x42" "0123456789ab", 20}, /* STUN */
        {"\x01\x10\x02\x84\x13\xc4\x13\xc5\x0a\x00\x00\x01\x0a\x00\x00\x02xx", 18}, /* SCTP */
        {"\x02\x10\x03\x11\x13\xc4\x13\xc5\x0a\x00\x00\x01\x0a\x00\x00\x02xx", 18}, /* no such family */
        {"\x01\x28\x02\x11\x13\xc4\x13\xc5\x0a\x00\x00\x01\x0a\x00\x00\x02xx", 18}, /* IPv4 with IPv6's length */
        {"HEP2\x00\x10" "0123456789", 16},
    };
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        struct vq_dgram d = unwrap(no[i].bytes, no[i].n, 0);
        assert_int_equal(d.carrier, VQ_CARRIER_UDP);
        assert_int_equal(d.payload.n, no[i].n);
        assert_int_equal(d.dst.port, 9060);
        assert_int_equal(d.tunnels, 0);
    }
}

static void names_what_contradicts_itself(void **state)
{
    (void)state;
    uint8_t b[sizeof V3 - 1];
    static const struct {
        size_t at;
        uint8_t is;
    } bad[] = {{11, 5} /* a chunk shorter than its head */, {22, 9} /* no source address */, {sizeof V3 - 1 - 6, 0xff}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memcpy(b, V3, sizeof b);
        b[bad[i].at] = bad[i].is;
        struct vq_dgram d = unwrap(b, sizeof b, 0);
        assert_int_equal(d.carrier, VQ_CARRIER_NONE);
        assert_int_equal(d.drop, VQ_DROP_TUNNEL_BAD);
    }
}

/* What chunk 16 holds is for the engine to unpack. */
static void marks_what_is_packed(void **state)
{
    (void)state;
    static const char bytes[] = V3_HEAD("\x5f") "\0\0\0\x10\0\x0bhello";
    struct vq_endpoint src = ep("10.0.0.1", 5060);
    struct vq_dgram d = unwrap(bytes, sizeof bytes - 1, 0);
    assert_int_equal(d.carrier, VQ_CARRIER_PACKED);
    assert_int_equal(d.tunnels, 1u << VQ_TUNNEL_HEP);
    assert_true(vq_endpoint_eq(&d.src, &src));
    assert_int_equal(d.wire, 5);
    assert_memory_equal(d.payload.p, "hello", 5);
    d = unwrap(bytes, sizeof bytes - 3, 2);
    assert_int_equal(d.carrier, VQ_CARRIER_PACKED);
    assert_int_equal(d.wire, 5);
    assert_int_equal(d.payload.n, 3);
}

/* HEP inside HEP: one layer, no loop. */
static void takes_off_one_layer(void **state)
{
    (void)state;
    struct vq_dgram d = unwrap(V1 V1 "hello", 2 * (sizeof V1 - 1) + 5, 0);
    assert_int_equal(d.payload.n, sizeof V1 - 1 + 5);
    assert_memory_equal(d.payload.p, V1 "hello", d.payload.n);
}

static void keeps_to_the_payload(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, 256);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t n = 0; n < rows[i].n; n++) {
            struct vq_dgram d = unwrap(guard_put(&g, rows[i].bytes, n), n, rows[i].n - n);
            if (d.carrier == VQ_CARRIER_UDP && d.tunnels) {
                assert_int_equal(d.wire, 5); /* what the snap length cut is missing inside */
                assert_int_equal(d.payload.n, n + 5 - rows[i].n);
            }
        }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_the_inner_place), cmocka_unit_test(believes_near_times_only),
                                       cmocka_unit_test(leaves_others_alone), cmocka_unit_test(names_what_contradicts_itself),
                                       cmocka_unit_test(marks_what_is_packed), cmocka_unit_test(takes_off_one_layer), cmocka_unit_test(keeps_to_the_payload)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
