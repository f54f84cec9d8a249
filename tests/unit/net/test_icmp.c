/* test_icmp.c - ICMP errors: every type and code of the table, what is quoted, and the ends of memory. */
#include "support/check.h"
#include "support/guard.h"
#include "support/packet.h"

#include "net/icmp.h"

/* The ICMP message about `p`, an Ethernet frame, quoting `quote` bytes of its IP packet. */
static size_t complain(uint8_t *to, uint8_t type, uint8_t code, const struct packet *p, size_t quote)
{
    memset(to, 0, 8);
    to[0] = type;
    to[1] = code;
    memcpy(to + 8, p->bytes + 14, quote);
    return 8 + quote;
}

static bool parse(unsigned family, const uint8_t *p, size_t n, struct vq_icmp_error *out)
{
    struct vq_dgram d = {.payload = vq_slice(p, n), .wire = (uint32_t)n, .carrier = VQ_CARRIER_ICMP,
                         .src.family = (uint8_t)family};
    return vq_icmp_parse(&d, out);
}

static const struct {
    uint8_t family, type, code;
    const char *kind; /* NULL: no error */
} rows[] = {
    /* https://www.iana.org/assignments/icmp-parameters, icmpv6-parameters */
    {4, 3, 0, "net_unreachable"}, {4, 3, 1, "host_unreachable"},    {4, 3, 2, "protocol_unreachable"},
    {4, 3, 3, "port_unreachable"}, {4, 3, 4, "too_big"},            {4, 3, 6, "net_unreachable"},
    {4, 3, 9, "prohibited"},      {4, 3, 10, "prohibited"},         {4, 3, 13, "prohibited"},
    {4, 4, 0, "source_quench"},   {4, 5, 1, "redirect"},            {4, 11, 0, "ttl_exceeded"},
    {4, 11, 1, "reassembly_timeout"}, {4, 0, 0, NULL},              {4, 8, 0, NULL},
    {4, 12, 0, NULL},             {6, 1, 0, "net_unreachable"},     {6, 1, 1, "prohibited"},
    {6, 1, 3, "host_unreachable"}, {6, 1, 4, "port_unreachable"},   {6, 2, 0, "too_big"},
    {6, 3, 0, "ttl_exceeded"},    {6, 3, 1, "reassembly_timeout"},  {6, 128, 0, NULL},
    {6, 135, 0, NULL},
};

static void knows_types_and_codes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool v6 = rows[i].family == 6;
        struct vq_endpoint src = ep(v6 ? "2001:db8::1" : "10.0.0.1", 4000), dst = ep(v6 ? "2001:db8::2" : "10.0.0.2", 5000);
        struct packet p;
        uint8_t b[256];
        struct vq_icmp_error e;
        packet_udp(&p, &src, &dst, "hello", 5);
        size_t n = complain(b, rows[i].type, rows[i].code, &p, v6 ? 48 : 28);
        bool ok = parse(rows[i].family, b, n, &e);
        assert_int_equal(ok, rows[i].kind != NULL);
        if (!ok)
            continue;
        assert_string_equal(vq_icmp_kind_name(e.kind), rows[i].kind);
        assert_true(vq_endpoint_eq(&e.src, &src) && vq_endpoint_eq(&e.dst, &dst));
    }
}

static void reads_what_is_quoted(void **state)
{
    (void)state;
    struct vq_endpoint src = ep("10.0.0.1", 4000), dst = ep("10.0.0.2", 5000);
    struct packet p;
    uint8_t b[256];
    struct vq_icmp_error e;
    struct vq_guard g;
    guard_init(&g, sizeof b);
    packet_udp(&p, &src, &dst, "hello", 5);
    for (size_t quote = 0; quote <= 33; quote++) {
        size_t n = complain(b, 3, 3, &p, quote);
        bool ok = parse(4, guard_put(&g, b, n), n, &e);
        assert_int_equal(ok, quote >= 20);
        if (ok)
            assert_int_equal(e.dst.port, quote >= 24 ? 5000 : 0); /* without ports it still tells the hosts */
    }
    guard_done(&g);
    p.bytes[14 + 6] = 0; /* a later fragment has no ports, whatever stands there */
    p.bytes[14 + 7] = 1;
    assert_true(parse(4, b, complain(b, 11, 1, &p, 28), &e));
    assert_int_equal(e.dst.port, 0);
    assert_int_equal(e.dst.ip[3], 2);
    p.bytes[14] = 0x75; /* no IP at all */
    assert_false(parse(4, b, complain(b, 3, 3, &p, 28), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(knows_types_and_codes), cmocka_unit_test(reads_what_is_quoted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
