/* test_tunnel.c - every tag, label and tunnel: what lies inside is found, cut anywhere nothing is read behind the end, and
 * what only uses a tunnel's number is left alone. */
#include "support/check.h"
#include "support/guard.h"
#include "support/tunnel.h"

#include "net/decode.h"
#include "net/tunnel.h"

static struct vq_dgram decode(uint32_t link, const uint8_t *p, size_t n)
{
    struct vq_frame f = {.data = p, .caplen = (uint32_t)n, .len = (uint32_t)n, .link = link, .number = 7, .ts = 5};
    struct vq_dgram d;
    vq_decode(&f, &d);
    return d;
}

static struct packet hello(const char *from, const char *to)
{
    struct vq_endpoint src = ep(from, 1111), dst = ep(to, 2222);
    struct packet p;
    packet_udp(&p, &src, &dst, "hello", 5);
    return p;
}

static void check(const char *name, const struct vq_dgram *d, const char *from, const char *to)
{
    struct vq_endpoint src = ep(from, 1111), dst = ep(to, 2222);
    if (d->carrier != VQ_CARRIER_UDP || !vq_endpoint_eq(&d->src, &src) || !vq_endpoint_eq(&d->dst, &dst) ||
        d->payload.n != 5 || d->wire != 5 || memcmp(d->payload.p, "hello", 5) || d->frame != 7 || d->ts != 5)
        fail_msg("%s: carrier %u, drop %s, %zu bytes", name, d->carrier, vq_drop_name((enum vq_drop)d->drop), d->payload.n);
}

static void finds_what_is_inside(void **state)
{
    (void)state;
    struct packet v4 = hello("10.1.2.3", "10.4.5.6"), v6 = hello("2001:db8::1", "2001:db8::2"), p;
    for (size_t i = 0; i < tunnel_count(); i++) {
        const struct tunnel_case *t = tunnel_at(i);
        tunnel_wrap(t, &v4, &p);
        struct vq_dgram d = decode(t->link, p.bytes, p.n);
        check(t->name, &d, "10.1.2.3", "10.4.5.6");
        if (t->kind && !(d.tunnels & 1u << t->kind))
            fail_msg("%s: not noted as %s", t->name, vq_tunnel_name(t->kind));
        tunnel_wrap(t, &v6, &p); /* what the head says of the IP version does not matter */
        d = decode(t->link, p.bytes, p.n);
        check(t->name, &d, "2001:db8::1", "2001:db8::2");
    }
}

static void finds_one_in_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < tunnel_count(); i++)
        for (size_t k = 0; k < tunnel_count(); k++) {
            const struct tunnel_case *in = tunnel_at(i), *out = tunnel_at(k);
            if (in->at == AT_LINK || (in->at == AT_ETHER && !out->whole_frame))
                continue;
            struct packet p = hello("10.1.2.3", "10.4.5.6"), q;
            tunnel_wrap(in, &p, &q);
            tunnel_wrap(out, &q, &p);
            struct vq_dgram d = decode(out->link, p.bytes, p.n);
            check(in->name, &d, "10.1.2.3", "10.4.5.6");
        }
}

static void stays_inside_the_frame(void **state)
{
    (void)state;
    struct packet inner = hello("10.1.2.3", "10.4.5.6"), p;
    struct vq_guard g;
    guard_init(&g, sizeof p.bytes);
    for (size_t i = 0; i < tunnel_count(); i++) {
        const struct tunnel_case *t = tunnel_at(i);
        tunnel_wrap(t, &inner, &p);
        for (size_t n = 0; n < p.n; n++) {
            struct vq_dgram d = decode(t->link, guard_put(&g, p.bytes, n), n);
            if (d.carrier == VQ_CARRIER_UDP && d.dst.port == 2222)
                assert_true(d.wire == 5 && d.payload.n == n + 5 - p.n);
        }
    }
    guard_done(&g);
}

/* A forged pile of tags ends, and says why. */
static void stops_at_a_depth(void **state)
{
    (void)state;
    uint8_t b[14 + 4 * 40] = {0};
    for (size_t i = 12; i + 1 < sizeof b; i += 4) {
        b[i] = 0x81;
        b[i + 1] = 0;
    }
    struct vq_dgram d = decode(1, b, sizeof b);
    assert_int_equal(d.carrier, VQ_CARRIER_NONE);
    assert_int_equal(d.drop, VQ_DROP_TUNNEL_DEPTH);
    d = decode(1, b, 15);
    assert_int_equal(d.drop, VQ_DROP_TUNNEL_BAD);
}

/* RTP to a port that a tunnel uses as well is RTP; so is a header with a bit that the tunnel's version does not have. */
static void leaves_others_alone(void **state)
{
    (void)state;
    static const uint16_t ports[] = {2152, 4789, 6081, 8472, 37008};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        struct vq_endpoint src = ep("10.1.2.3", 1111), dst = ep("10.4.5.6", ports[i]);
        struct packet p;
        packet_rtp(&p, &src, &dst, 0x1234, 1, 160, 0);
        struct vq_dgram d = decode(1, p.bytes, p.n);
        assert_int_equal(d.carrier, VQ_CARRIER_UDP);
        assert_true(vq_endpoint_eq(&d.dst, &dst));
        assert_int_equal(d.payload.n, 172);
        assert_int_equal(d.tunnels, 0);
    }
    static const struct {
        uint16_t at;
        uint8_t is, drop;
    } odd[] = {{14, 0x22, VQ_DROP_NOT_IP}, {15, 0xa7, VQ_DROP_NOT_IP} /* PPPoE discovery, of another version */};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct packet inner = hello("10.1.2.3", "10.4.5.6"), p;
        tunnel_wrap(tunnel_at(3), &inner, &p);
        p.bytes[odd[i].at] = odd[i].is;
        struct vq_dgram d = decode(1, p.bytes, p.n);
        assert_int_equal(d.carrier, VQ_CARRIER_NONE);
        assert_int_equal(d.drop, odd[i].drop);
    }
}

static void knows_its_ports_at_a_glance(void **state)
{
    (void)state;
    for (unsigned port = 0; port <= UINT16_MAX; port++)
        assert_int_equal(vq_tunnel_port((uint16_t)port), vq_tunnel_find(VQ_SPACE_UDP, (uint16_t)port) != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(knows_its_ports_at_a_glance),
                                       cmocka_unit_test(finds_what_is_inside), cmocka_unit_test(finds_one_in_another),
                                       cmocka_unit_test(stays_inside_the_frame), cmocka_unit_test(stops_at_a_depth),
                                       cmocka_unit_test(leaves_others_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
