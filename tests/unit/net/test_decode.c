#include "support/check.h"
#include "support/guard.h"
#include "support/packet.h"

#include "net/decode.h"

static struct vq_dgram decode(uint32_t link, const uint8_t *p, size_t n)
{
    struct vq_frame f = {.data = p, .caplen = (uint32_t)n, .len = (uint32_t)n, .link = link, .number = 1};
    struct vq_dgram d;
    vq_decode(&f, &d);
    return d;
}

/* A frame whose IP packet begins at `ip` of an Ethernet frame, behind another link header. */
static struct vq_dgram relink(uint32_t link, const void *head, size_t n, const struct packet *eth)
{
    uint8_t b[2200];
    memcpy(b, head, n);
    memcpy(b + n, eth->bytes + 14, eth->n - 14);
    return decode(link, b, n + eth->n - 14);
}

static void check(const struct vq_dgram *d)
{
    struct vq_endpoint src = ep("10.1.2.3", 1111), dst = ep("10.4.5.6", 2222);
    assert_int_equal(d->carrier, VQ_CARRIER_UDP);
    assert_true(vq_endpoint_eq(&d->src, &src));
    assert_true(vq_endpoint_eq(&d->dst, &dst));
    assert_int_equal(d->payload.n, 5);
    assert_int_equal(d->wire, 5);
    assert_memory_equal(d->payload.p, "hello", 5);
    assert_int_equal(d->ttl, 64);
}

static struct packet hello(void)
{
    struct vq_endpoint src = ep("10.1.2.3", 1111), dst = ep("10.4.5.6", 2222);
    struct packet p;
    packet_udp(&p, &src, &dst, "hello", 5);
    return p;
}

static void test_links(void **state)
{
    (void)state;
    struct packet p = hello();
    struct vq_dgram d = decode(1, p.bytes, p.n);
    check(&d);
    static const uint8_t vlan[] = {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0x81, 0, 0, 5, 8, 0};
    d = relink(1, vlan, sizeof vlan, &p);
    check(&d);
    static const uint8_t qinq[] = {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0x88, 0xa8, 0, 9, 0x81, 0, 0, 5, 8, 0};
    d = relink(1, qinq, sizeof qinq, &p);
    check(&d);
    static const uint8_t sll[] = {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0, 8, 0};
    d = relink(113, sll, sizeof sll, &p);
    check(&d);
    /* Behind the six bytes of the address stand two that mean nothing. */
    static const uint8_t other_rest[] = {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 77, 78, 8, 0};
    static const uint8_t other_address[] = {0, 0, 0, 1, 0, 6, 1, 2, 3, 4, 5, 7, 0, 0, 8, 0};
    uint16_t route = d.route;
    assert_int_equal(relink(113, other_rest, sizeof other_rest, &p).route, route);
    assert_int_not_equal(relink(113, other_address, sizeof other_address, &p).route, route);
    static const uint8_t sll2[] = {8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 1, 2, 3, 4, 5, 6, 0, 0};
    d = relink(276, sll2, sizeof sll2, &p);
    check(&d);
    d = relink(101, "", 0, &p);
    check(&d);
    d = relink(228, "", 0, &p);
    check(&d);
    static const uint8_t null_le[] = {2, 0, 0, 0}, null_be[] = {0, 0, 0, 2};
    d = relink(0, null_le, 4, &p);
    check(&d);
    d = relink(0, null_be, 4, &p);
    check(&d);
    d = relink(108, null_be, 4, &p);
    check(&d);
    d = decode(147, p.bytes, p.n);
    assert_int_equal(d.drop, VQ_DROP_LINK_UNKNOWN);
    static const uint8_t arp[] = {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 8, 6, 0, 0, 0, 0};
    d = decode(1, arp, sizeof arp);
    assert_int_equal(d.drop, VQ_DROP_NOT_IP);
}

static void test_ip6_extensions(void **state)
{
    (void)state;
    struct vq_endpoint src = ep("2001:db8::1", 5060), dst = ep("2001:db8::2", 5061);
    struct packet p;
    packet_udp(&p, &src, &dst, "hello", 5);
    struct vq_dgram d = decode(1, p.bytes, p.n);
    assert_int_equal(d.carrier, VQ_CARRIER_UDP);
    assert_true(vq_endpoint_eq(&d.dst, &dst));
    /* hop-by-hop (8 bytes) and destination options (16 bytes) before UDP */
    struct packet q = p;
    static const uint8_t ext[24] = {60, 0, 1, 4, 0, 0, 0, 0, 17, 1};
    q.bytes[14 + 6] = 0;
    q.bytes[14 + 5] = (uint8_t)(q.bytes[14 + 5] + sizeof ext);
    memcpy(q.bytes + 54, ext, sizeof ext);
    memcpy(q.bytes + 54 + sizeof ext, p.bytes + 54, p.n - 54);
    q.n += sizeof ext;
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.carrier, VQ_CARRIER_UDP);
    assert_memory_equal(d.payload.p, "hello", 5);
    /* an authentication header (RFC 4302): three words and a check value of three more, its length told without two */
    static const uint8_t ah[24] = {17, 4, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1};
    q.bytes[14 + 6] = 51;
    memcpy(q.bytes + 54, ah, sizeof ah);
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.carrier, VQ_CARRIER_UDP);
    assert_memory_equal(d.payload.p, "hello", 5);
    /* the traffic class lies across two bytes (RFC 8200 3); its upper six bits are the DSCP */
    q.bytes[14] = 0x6b;
    q.bytes[15] = 0x80;
    assert_int_equal(decode(1, q.bytes, q.n).dscp, 46);
    /* a fragment header: an atomic fragment is a packet, any other is not */
    q.bytes[14 + 6] = 44;
    memcpy(q.bytes + 54, (const uint8_t[]){17, 0, 0, 0, 0, 0, 0, 1}, 8);
    memcpy(q.bytes + 62, p.bytes + 54, p.n - 54);
    q.bytes[14 + 5] = (uint8_t)(8 + 8 + 5);
    d = decode(1, q.bytes, p.n + 8);
    assert_int_equal(d.carrier, VQ_CARRIER_UDP);
    q.bytes[57] = 1;
    d = decode(1, q.bytes, p.n + 8);
    assert_int_equal(d.drop, VQ_DROP_IP_FRAGMENT);
}

static void test_contradictions(void **state)
{
    (void)state;
    struct packet p = hello(), q = p;
    q.bytes[14] = 0x44; /* header of 16 bytes */
    struct vq_dgram d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_IP_BAD);
    q = p;
    q.bytes[14 + 6] = 0x20; /* more fragments */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_IP_FRAGMENT);
    q = p;
    q.bytes[14 + 9] = 132; /* SCTP */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_IP_OTHER);
    q = p;
    q.bytes[14 + 20 + 5] = 7; /* UDP shorter than its header */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_UDP_BAD);
    q.bytes[14 + 20 + 5] = 200; /* beyond the IP packet */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_UDP_BAD);
    q = p;
    q.bytes[14] = 0x55;
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_IP_BAD);
    q = p; /* Ethernet padding is no payload */
    q.n = 80;
    d = decode(1, q.bytes, q.n);
    check(&d);
    q = p;
    q.bytes[14 + 9] = 6;
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_TCP_TRUNCATED);
    q.bytes[14 + 9] = 1;
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.carrier, VQ_CARRIER_ICMP);
}

static void test_tcp(void **state)
{
    (void)state;
    struct vq_endpoint src = ep("10.1.2.3", 5060), dst = ep("10.4.5.6", 40000);
    struct packet p, q;
    packet_tcp(&p, &src, &dst, 0xfedcba98, VQ_TCP_SYN | VQ_TCP_FIN, "hello", 5);
    struct vq_dgram d = decode(1, p.bytes, p.n);
    assert_int_equal(d.carrier, VQ_CARRIER_TCP);
    assert_true(vq_endpoint_eq(&d.src, &src) && vq_endpoint_eq(&d.dst, &dst));
    assert_int_equal(d.tcp_seq, 0xfedcba98);
    assert_int_equal(d.tcp_flags, VQ_TCP_SYN | VQ_TCP_FIN);
    assert_int_equal(d.payload.n, 5);
    assert_int_equal(d.wire, 5);
    assert_memory_equal(d.payload.p, "hello", 5);
    q = p;
    q.bytes[14 + 20 + 12] = 0x60; /* the first four bytes are an option */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.payload.n, 1);
    assert_int_equal(d.payload.p[0], 'o');
    q.bytes[14 + 20 + 12] = 0x70; /* beyond the IP packet */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_TCP_BAD);
    q.bytes[14 + 20 + 12] = 0x40; /* shorter than the header */
    d = decode(1, q.bytes, q.n);
    assert_int_equal(d.drop, VQ_DROP_TCP_BAD);
    struct vq_guard g;
    guard_init(&g, sizeof p.bytes);
    p.bytes[14 + 20 + 12] = 0x60;
    for (size_t n = 34; n <= p.n; n++) {
        d = decode(1, guard_put(&g, p.bytes, n), n);
        if (n < 58)
            assert_int_equal(d.drop, VQ_DROP_TCP_TRUNCATED);
        else
            assert_true(d.carrier == VQ_CARRIER_TCP && d.payload.n == n - 58 && d.wire == 1);
    }
    guard_done(&g);
    src = ep("2001:db8::1", 5060);
    dst = ep("2001:db8::2", 40000);
    packet_tcp(&p, &src, &dst, 7, 0, "hello", 5);
    d = decode(1, p.bytes, p.n);
    assert_true(d.carrier == VQ_CARRIER_TCP && d.payload.n == 5 && vq_endpoint_eq(&d.dst, &dst));
}

/* Cut anywhere, every link type: nothing is read behind the end, and what the snap length cut is told from what is bad. */
static void test_truncations(void **state)
{
    (void)state;
    struct packet p = hello();
    struct vq_guard g;
    guard_init(&g, sizeof p.bytes);
    static const uint32_t links[] = {0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 228, 229, 276, 999};
    for (size_t l = 0; l < sizeof links / sizeof *links; l++)
        for (size_t n = 0; n <= p.n; n++)
            decode(links[l], guard_put(&g, p.bytes, n), n);
    for (size_t n = 0; n < p.n; n++) {
        struct vq_dgram d = decode(1, guard_put(&g, p.bytes, n), n);
        if (n < 14)
            assert_int_equal(d.drop, VQ_DROP_LINK_TRUNCATED);
        else if (n < 34)
            assert_int_equal(d.drop, VQ_DROP_IP_TRUNCATED);
        else if (n < 42)
            assert_int_equal(d.drop, VQ_DROP_UDP_TRUNCATED);
        else
            assert_true(d.carrier == VQ_CARRIER_UDP && d.payload.n == n - 42 && d.wire == 5);
    }
    guard_done(&g);
}

static void same(const struct vq_dgram *a, const struct vq_dgram *b)
{
    assert_int_equal(a->carrier, b->carrier);
    if (a->carrier == VQ_CARRIER_NONE) {
        assert_int_equal(a->drop, b->drop);
        return;
    }
    assert_true(vq_endpoint_eq(&a->src, &b->src) && vq_endpoint_eq(&a->dst, &b->dst));
    assert_true(a->ttl == b->ttl && a->dscp == b->dscp && a->ip_id == b->ip_id && a->tunnels == b->tunnels);
    assert_true(a->wire == b->wire && a->payload.n == b->payload.n);
    assert_true(!a->payload.n || !memcmp(a->payload.p, b->payload.p, a->payload.n));
}

/* Plain Ethernet frames are read in one go, raw IP header by header: both come to the same, however odd the packet. */
static void test_short_cut(void **state)
{
    (void)state;
    struct packet whole = hello();
    uint32_t seed = 1;
    unsigned udp = 0, other = 0;
    for (int round = 0; round < 200000; round++) {
        struct packet p = whole;
        for (int k = round % 4; k; k--) {
            seed = seed * 1664525u + 1013904223u; /* Knuth's */
            uint8_t *b = &p.bytes[14 + (seed >> 16) % 28];
            *b = (uint8_t)(seed >> 8 & 1 ? *b ^ 1u << (seed >> 9 & 7) : seed >> 24);
        }
        size_t n = round % 3 ? p.n : 15 + (seed >> 11) % (p.n - 14);
        struct vq_dgram d = decode(1, p.bytes, n), slow = decode(101, p.bytes + 14, n - 14);
        same(&d, &slow);
        *(d.carrier == VQ_CARRIER_UDP ? &udp : &other) += 1;
    }
    assert_true(udp > 50000 && other > 50000);
    /* Link addresses are noted either way. */
    struct packet options = whole;
    memmove(options.bytes + 38, options.bytes + 34, whole.n - 34);
    options.bytes[14]++;
    memset(options.bytes + 34, 1, 4); /* RFC 791 3.1: no operation */
    options.bytes[17] = (uint8_t)(options.bytes[17] + 4);
    struct vq_dgram d = decode(1, whole.bytes, whole.n), slow = decode(1, options.bytes, whole.n + 4);
    same(&d, &slow);
    assert_true(d.route && d.route == slow.route);
    options.bytes[3] ^= 1;
    assert_int_not_equal(decode(1, options.bytes, whole.n + 4).route, d.route);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_short_cut), cmocka_unit_test(test_links), cmocka_unit_test(test_ip6_extensions),
                                       cmocka_unit_test(test_contradictions), cmocka_unit_test(test_tcp),
                                       cmocka_unit_test(test_truncations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
