/* test_nat.c - the NAT map: STUN, Via and Contact against where messages come from, and what the NAT does with ports;
 * STUN's transactions; ICE; TURN and the media inside it. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>
#include <voipqos/network.h>

static struct vq_endpoint inside, outside, pbx, stun, stun2, peer;

static int start(void **state)
{
    static struct feeder f;
    struct vq_options o;
    vq_options_defaults(&o);
    f = (struct feeder){0};
    assert_int_equal(vq_engine_new(&f.e, &o), 0);
    inside = ep("192.168.1.5", 5060);
    outside = ep("203.0.113.9", 61747);
    pbx = ep("198.51.100.2", 5060);
    stun = ep("198.51.100.3", 3478);
    stun2 = ep("198.51.100.4", 3478);
    peer = ep("198.51.100.12", 16466);
    *state = &f;
    return 0;
}

static int stop(void **state)
{
    struct feeder *f = *state;
    vq_engine_free(f->e);
    return 0;
}

static void feed_bytes(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst,
                       const void *bytes, size_t n)
{
    struct packet p;
    packet_udp(&p, src, dst, bytes, n);
    feed_packet(f, ms, &p);
}

/* A STUN message of `type` and transaction `id` with attributes. */
struct message {
    uint8_t b[256];
    size_t n;
};

static struct message message(uint16_t type, uint8_t id)
{
    struct message m = {.b = {(uint8_t)(type >> 8), (uint8_t)type, 0, 0, 0x21, 0x12, 0xa4, 0x42, [19] = id}, .n = 20};
    return m;
}

static void add(struct message *m, uint16_t type, const void *value, size_t n)
{
    uint8_t head[4] = {(uint8_t)(type >> 8), (uint8_t)type, 0, (uint8_t)n};
    memcpy(m->b + m->n, head, 4);
    if (n)
        memcpy(m->b + m->n + 4, value, n);
    m->n += 4 + (n + 3) / 4 * 4;
    m->b[3] = (uint8_t)(m->n - 20);
}

/* RFC 5389 15.2 */
static void add_address(struct message *m, uint16_t type, const struct vq_endpoint *a)
{
    uint8_t v[8] = {0, 1, (uint8_t)(a->port >> 8 ^ 0x21), (uint8_t)(a->port ^ 0x12)};
    for (int i = 0; i < 4; i++)
        v[4 + i] = (uint8_t)(a->ip[i] ^ m->b[4 + i]);
    add(m, type, v, sizeof v);
}

static void send(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, const struct message *m)
{
    feed_bytes(f, ms, src, dst, m->b, m->n);
}

static void bind(struct feeder *f, double ms, const struct vq_endpoint *client, const struct vq_endpoint *server,
                 const struct vq_endpoint *mapped, uint8_t id)
{
    struct message ask = message(0x0001, id), say = message(0x0101, id);
    add_address(&say, 0x0020, mapped);
    send(f, ms, client, server, &ask);
    send(f, ms + 10, server, client, &say);
}

static struct vq_network network(struct feeder *f)
{
    struct vq_network n;
    assert_int_equal(vq_network_get(f->e, &n), 0);
    return n;
}

static struct vq_endpoint on_port(struct vq_endpoint e, uint16_t port)
{
    e.port = port;
    return e;
}

/* ---- STUN -------------------------------------------------------------------------------------------------------- */

static void tells_nats_apart(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint a = on_port(inside, 4000), b = on_port(inside, 4001);
    struct vq_endpoint out = on_port(outside, 4000), out2 = on_port(outside, 33333);
    bind(f, 0, &a, &stun, &out, 1);
    assert_int_equal(network(f).n_nats, 1);
    assert_int_equal(network(f).nats[0].behaviour, VQ_NAT_UNKNOWN);
    assert_true(network(f).nats[0].ports_kept);
    bind(f, 100, &a, &stun2, &out, 2);
    assert_int_equal(network(f).nats[0].behaviour, VQ_NAT_INDEPENDENT);
    bind(f, 200, &b, &stun, &out2, 3);
    assert_false(network(f).nats[0].ports_kept);
    assert_int_equal(network(f).nats[0].behaviour, VQ_NAT_INDEPENDENT);
    out2.port++;
    bind(f, 300, &b, &stun2, &out2, 4);
    struct vq_network n = network(f);
    assert_int_equal(n.n_nats, 1);
    assert_int_equal(n.nats[0].behaviour, VQ_NAT_DEPENDENT);
    assert_int_equal(n.nats[0].n_mappings, 3);
    assert_true(vq_endpoint_eq(&n.nats[0].mappings[0].inside, &a));
    assert_true(vq_endpoint_eq(&n.nats[0].mappings[0].outside, &out));
    assert_int_equal(n.nats[0].mappings[0].frames[VQ_NAT_BY_STUN], 2);
    assert_int_equal(n.nats[0].mappings[1].frames[VQ_NAT_BY_STUN], 6);
}

/* Seen outside of the NAT the client has its outer address already. */
static void is_no_nat(void **state)
{
    struct feeder *f = *state;
    bind(f, 0, &outside, &stun, &outside, 1);
    assert_int_equal(network(f).n_nats, 0);
    struct vq_stun s;
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_true(vq_endpoint_eq(&s.mapped, &outside));
}

static void counts_transactions(void **state)
{
    struct feeder *f = *state;
    struct message ask = message(0x0001, 1), no = message(0x0111, 1);
    static const uint8_t code[] = {0, 0, 4, 20};
    send(f, 0, &inside, &stun, &ask);
    send(f, 500, &inside, &stun, &ask);
    add(&no, 0x0009, code, sizeof code);
    add(&no, 0x8022, "server/1\0\0\0", 11);
    send(f, 510, &stun, &inside, &no);
    /* Six more that nobody answers, each a transaction of its own; the last is too young to be given up. */
    for (uint8_t id = 2; id < 8; id++) {
        ask = message(0x0001, id);
        send(f, 1000 + 100 * id, &inside, &stun, &ask);
    }
    struct vq_stun s;
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_false(vq_stun_get(f->e, 1, &s));
    assert_int_equal(s.requests, 7);
    assert_int_equal(s.retransmissions, 1);
    assert_int_equal(s.errors, 1);
    assert_int_equal(s.error, 420);
    assert_int_equal(s.transactions, 0);
    assert_string_equal(s.software, "server/1");
    assert_int_equal(s.unanswered, 2); /* of six: four wait, of which the oldest does so for 300 ms */
    feed_text(f, 5000, &inside, &pbx, "x");
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_int_equal(s.unanswered, 6);
}

static void remaps(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = on_port(outside, 7);
    bind(f, 0, &inside, &stun, &outside, 1);
    bind(f, 100, &inside, &stun, &outside, 2);
    bind(f, 200, &inside, &stun, &other, 3);
    struct vq_stun s;
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_int_equal(s.transactions, 3);
    assert_int_equal(s.remapped, 1);
    assert_int_equal(s.mapped.port, 7);
    assert_int_equal(s.mapped_frame, 6);
    assert_int_equal(network(f).nats[0].n_mappings, 2);
}

/* RFC 8445: both sides check, the controlling one nominates. */
static void follows_ice(void **state)
{
    struct feeder *f = *state;
    static const uint8_t priority[4] = {0x6e, 0, 1, 0xff}, tie[8] = {1};
    struct message check = message(0x0001, 1), back = message(0x0001, 9), final = message(0x0001, 2);
    add(&check, 0x0006, "peer:me", 7);
    add(&check, 0x0024, priority, 4);
    add(&check, 0x802a, tie, 8);
    final.n = check.n;
    memcpy(final.b + 20, check.b + 20, check.n - 20);
    add(&final, 0x0025, NULL, 0);
    add(&back, 0x0006, "me:peer", 7);
    add(&back, 0x0024, priority, 4);
    add(&back, 0x8029, tie, 8);
    send(f, 0, &inside, &peer, &check);
    send(f, 10, &peer, &inside, &back);
    send(f, 20, &inside, &peer, &final);
    struct vq_stun s;
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_int_equal(s.use, VQ_STUN_ICE_USE);
    assert_true(s.controlling);
    assert_int_equal(s.nominated_frame, 3);
    assert_string_equal(s.username, "peer:me");
    assert_true(vq_stun_get(f->e, 1, &s));
    assert_false(s.controlling);
    assert_int_equal(s.nominated_frame, 0);
    assert_string_equal(s.username, "me:peer");
    for (size_t i = 0; i < network(f).n_hosts; i++)
        assert_int_equal(network(f).hosts[i].roles, 0); /* nobody here is a STUN server */
}

static void room_for_a_thousand(void **state)
{
    struct feeder *f = *state;
    for (unsigned i = 0; i < 1030; i++) {
        struct vq_endpoint c = on_port(inside, (uint16_t)(1000 + i));
        struct message ask = message(0x0001, 1);
        send(f, i, &c, &stun, &ask);
    }
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_int_equal(vq_stun_count(f->e), 1024);
    assert_int_equal(st.stun_not_kept, 6);
    assert_int_equal(st.stun_messages, 1030);
}

/* ---- TURN -------------------------------------------------------------------------------------------------------- */

static void rtp_in_channel(struct feeder *f, double ms, bool to_server, uint16_t channel, uint16_t seq)
{
    uint8_t b[4 + 12 + 160] = {(uint8_t)(channel >> 8), (uint8_t)channel, 0, 12 + 160, 0x80, 0, (uint8_t)(seq >> 8), (uint8_t)seq};
    uint32_t ts = seq * 160u;
    b[8] = (uint8_t)(ts >> 24);
    b[9] = (uint8_t)(ts >> 16);
    b[10] = (uint8_t)(ts >> 8);
    b[11] = (uint8_t)ts;
    b[15] = to_server ? 7 : 8; /* SSRC */
    feed_bytes(f, ms, to_server ? &inside : &stun, to_server ? &stun : &inside, b, sizeof b);
}

static void opens_channels(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint relayed = on_port(stun, 40092);
    struct message allocate = message(0x0003, 1), done = message(0x0103, 1), channel = message(0x0009, 2);
    rtp_in_channel(f, 0, true, 0x4000, 1); /* nobody knows yet where that leads */
    send(f, 1, &inside, &stun, &allocate);
    add_address(&done, 0x0016, &relayed);
    add_address(&done, 0x0020, &outside);
    send(f, 2, &stun, &inside, &done);
    static const uint8_t number[4] = {0x40, 0};
    add(&channel, 0x000c, number, 4);
    add_address(&channel, 0x0012, &peer);
    send(f, 3, &inside, &stun, &channel);
    for (uint16_t i = 0; i < 20; i++) {
        rtp_in_channel(f, 20 + 20 * i, true, 0x4000, i);
        rtp_in_channel(f, 25 + 20 * i, false, 0x4000, i);
        rtp_in_channel(f, 26 + 20 * i, false, 0x4001, i);
    }
    vq_engine_finish(f->e);
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.tunnels[VQ_TUNNEL_TURN], 40);
    assert_int_equal(st.decoded[VQ_DEC_TURN_DATA], 21);
    struct vq_stun s;
    assert_true(vq_stun_get(f->e, 0, &s));
    assert_int_equal(s.use, VQ_STUN_TURN_USE);
    assert_true(vq_endpoint_eq(&s.relayed, &relayed));
    assert_int_equal(s.channel_frames, 60);
    struct vq_stream r;
    uint32_t h = vq_stream_next(f->e, 0);
    assert_true(vq_stream_get(f->e, h, &r));
    assert_true(vq_endpoint_eq(&r.src, &inside) && vq_endpoint_eq(&r.dst, &peer));
    assert_int_equal(r.packets, 20);
    h = vq_stream_next(f->e, h);
    assert_true(vq_stream_get(f->e, h, &r));
    assert_true(vq_endpoint_eq(&r.src, &peer) && vq_endpoint_eq(&r.dst, &inside));
    assert_int_equal(vq_stream_next(f->e, h), 0);
    const struct vq_network n = network(f);
    assert_int_equal(vq_network_host(&n, &stun)->roles, 1u << VQ_ROLE_TURN_SERVER);
}

/* ChannelData in ChannelData is no way to loop. */
static void opens_channels_once(void **state)
{
    struct feeder *f = *state;
    struct message channel = message(0x0009, 2);
    static const uint8_t number[4] = {0x40, 0}, nested[] = {0x40, 0, 0, 8, 0x40, 0, 0, 4, 1, 2, 3, 4};
    add(&channel, 0x000c, number, 4);
    add_address(&channel, 0x0012, &stun); /* the peer is the server itself */
    send(f, 3, &inside, &stun, &channel);
    feed_bytes(f, 4, &inside, &stun, nested, sizeof nested);
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.tunnels[VQ_TUNNEL_TURN], 1);
    assert_int_equal(st.decoded[VQ_DEC_OTHER_UDP], 1);
}

/* ---- SIP --------------------------------------------------------------------------------------------------------- */

static const char *sip(const char *start, const char *vias, const char *contact)
{
    static char b[1500];
    snprintf(b, sizeof b,
             "%s\r\n%sFrom: <sip:a@h>;tag=1\r\nTo: <sip:a@h>\r\nCall-ID: c1\r\nCSeq: 1 REGISTER\r\n%s%s%sContent-Length: 0\r\n\r\n",
             start, vias, contact ? "Contact: <sip:a@" : "", contact ? contact : "", contact ? ">\r\n" : "");
    return b;
}

#define REGISTER "REGISTER sip:h SIP/2.0"
#define VIA "Via: SIP/2.0/UDP "

static void via_outside(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &outside, &pbx, sip(REGISTER, VIA "192.168.1.5;rport;branch=z9hG4bK1\r\n", "192.168.1.5:5062"));
    feed_text(f, 9, &pbx, &outside,
              sip("SIP/2.0 200 OK", VIA "192.168.1.5;rport=61747;received=203.0.113.9;branch=z9hG4bK1\r\n", NULL));
    struct vq_network n = network(f);
    assert_int_equal(n.n_nats, 1);
    assert_true(vq_endpoint_same_host(&n.nats[0].inside, &inside) && vq_endpoint_same_host(&n.nats[0].outside, &outside));
    assert_int_equal(n.nats[0].n_mappings, 2);
    assert_int_equal(n.nats[0].mappings[0].frames[VQ_NAT_BY_VIA], 1);
    assert_int_equal(n.nats[0].mappings[0].frames[VQ_NAT_BY_STUN], 0);
    assert_int_equal(n.nats[0].mappings[0].inside.port, 5060);
    assert_int_equal(n.nats[0].mappings[0].outside.port, 61747);
    assert_int_equal(n.nats[0].mappings[1].frames[VQ_NAT_BY_CONTACT], 1);
    assert_int_equal(n.nats[0].mappings[1].inside.port, 5062);
    assert_false(n.nats[0].ports_kept);
}

/* Inside the request shows nothing; the response repeats what the server saw. */
static void via_inside(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &inside, &pbx, sip(REGISTER, VIA "192.168.1.5;rport;branch=z9hG4bK1\r\n", "192.168.1.5"));
    assert_int_equal(network(f).n_nats, 0);
    feed_text(f, 9, &pbx, &inside,
              sip("SIP/2.0 200 OK", VIA "192.168.1.5;rport=61747;received=203.0.113.9;branch=z9hG4bK1\r\n", NULL));
    struct vq_network n = network(f);
    assert_int_equal(n.n_nats, 1);
    assert_true(vq_endpoint_eq(&n.nats[0].mappings[0].outside, &outside));
    assert_int_equal(n.nats[0].mappings[0].frames[VQ_NAT_BY_VIA], 2);
}

/* Far beyond the proxy the last Via still tells. */
static void via_beyond(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &pbx, &peer,
              sip(REGISTER, VIA "198.51.100.2;branch=z9hG4bK2," "SIP/2.0/UDP 192.168.1.5;received=203.0.113.9;branch=z9hG4bK1\r\n",
                  "192.168.1.5"));
    struct vq_network n = network(f);
    assert_int_equal(n.n_nats, 1);
    assert_int_equal(n.nats[0].mappings[0].outside.port, 0); /* no rport: nobody asked for it */
    assert_int_equal(vq_network_host(&n, &pbx)->roles, 1u << VQ_ROLE_PROXY);
}

static void via_of_no_nat(void **state)
{
    struct feeder *f = *state;
    static const char *const vias[] = {
        "203.0.113.9:61747", "example.org", "198.51.100.77", /* another public one: several addresses, no NAT */
        "127.0.0.1", "169.254.3.3", "0.0.0.0"};
    for (size_t i = 0; i < sizeof vias / sizeof vias[0]; i++) {
        char via[200], text[1500];
        snprintf(via, sizeof via, VIA "%s;branch=z9hG4bK%zu\r\n", vias[i], i);
        snprintf(text, sizeof text, "%s", sip(REGISTER, via, "192.168.1.5"));
        memcpy(strstr(text, "Call-ID: c1") + 9, "c", 1);
        text[strstr(text, "Call-ID: c1") - text + 10] = (char)('a' + i);
        feed_text(f, (double)i, &outside, &pbx, text);
    }
    assert_int_equal(network(f).n_nats, 0);
}

/* A client that learned its outer address writes that one and sends from its own: the map does not turn round. */
static void does_not_turn_round(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint ten = ep("10.9.9.9", 5060);
    bind(f, 0, &inside, &stun, &ten, 1);
    feed_text(f, 50, &inside, &pbx, sip(REGISTER, VIA "10.9.9.9;branch=z9hG4bK1\r\n", "10.9.9.9"));
    struct vq_network n = network(f);
    assert_int_equal(n.n_nats, 1);
    assert_true(vq_endpoint_same_host(&n.nats[0].inside, &inside));
}

static void room_for_mappings(void **state)
{
    struct feeder *f = *state;
    for (unsigned i = 0; i < 4100; i++) {
        char via[100], text[1500];
        struct vq_endpoint from = on_port(outside, (uint16_t)(1000 + i));
        snprintf(via, sizeof via, VIA "192.168.1.5:%u;branch=z9hG4bK%u\r\n", 1000 + i, i);
        snprintf(text, sizeof text, "%s", sip(REGISTER, via, NULL));
        char *id = strstr(text, "Call-ID: c1") + 9;
        id[0] = (char)('A' + i % 26);
        id[1] = (char)('A' + i / 26 % 26);
        text[strstr(text, "tag=1") - text + 4] = (char)('0' + i % 10);
        /* A Call-ID is longer than two letters where there are 4,100 of them: the From URI does not matter. */
        memmove(id + 3, id + 2, strlen(id + 2) + 1);
        id[2] = (char)('a' + i / 676);
        feed_text(f, i, &from, &pbx, text);
    }
    struct vq_network n = network(f);
    assert_int_equal(n.nats[0].n_mappings, 4096);
    assert_int_equal(n.nat_not_kept, 4);
}

/* ---- keep-alives -------------------------------------------------------------------------------------------------- */

static void counts_keep_alives(void **state)
{
    struct feeder *f = *state;
    static const double at[] = {0, 30, 60, 90, 190}; /* s: gaps of 30, 30, 30, 100 */
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        feed_bytes(f, at[i] * 1000, &inside, &pbx, "\r\n\r\n", 4);
    feed_bytes(f, 191000, &inside, &pbx, "\0\0\0\0", 4);
    feed_bytes(f, 192000, &pbx, &inside, "", 0);
    struct message m = message(0x0011, 1);
    send(f, 193000, &inside, &peer, &m);
    send(f, 208000, &inside, &peer, &m);
    send(f, 228000, &inside, &peer, &m);
    struct vq_network n = network(f);
    assert_int_equal(n.n_keep_alives, 4);
    assert_int_equal(n.keep_alives[0].kind, VQ_KEEP_CRLF);
    assert_int_equal(n.keep_alives[0].count, 5);
    assert_close(n.keep_alives[0].interval_s, 30, 1e-6);
    assert_int_equal(n.keep_alives[0].frame, 1);
    assert_int_equal(n.keep_alives[1].kind, VQ_KEEP_ZERO);
    assert_true(isnan(n.keep_alives[1].interval_s));
    assert_int_equal(n.keep_alives[2].kind, VQ_KEEP_EMPTY);
    assert_true(vq_endpoint_eq(&n.keep_alives[2].src, &pbx));
    assert_int_equal(n.keep_alives[3].kind, VQ_KEEP_STUN);
    assert_close(n.keep_alives[3].interval_s, 17.5, 1e-6);
    struct vq_stats st;
    vq_engine_stats(f->e, &st);
    assert_int_equal(st.not_decoded[VQ_DROP_UDP_EMPTY], 7);
}

/* The latest fifteen gaps: a change of pace shows. */
static void keep_alives_change_pace(void **state)
{
    struct feeder *f = *state;
    double t = 0;
    for (int i = 0; i < 40; i++) {
        feed_bytes(f, t, &inside, &pbx, "\r\n", 2);
        t += i < 25 ? 10000 : 50000;
    }
    assert_close(network(f).keep_alives[0].interval_s, 50, 1e-6);
    assert_int_equal(network(f).keep_alives[0].count, 40);
    for (unsigned i = 0; i < 1030; i++) {
        struct vq_endpoint c = on_port(inside, (uint16_t)(10000 + i));
        feed_bytes(f, t + i, &c, &pbx, "\r\n", 2);
    }
    assert_int_equal(network(f).n_keep_alives, 1024);
    assert_int_equal(network(f).keep_alives_not_kept, 7);
}

#define T(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tells_nats_apart), T(is_no_nat), T(counts_transactions), T(remaps), T(follows_ice), T(room_for_a_thousand),
        T(opens_channels), T(opens_channels_once), T(via_outside), T(via_inside), T(via_beyond), T(via_of_no_nat),
        T(does_not_turn_round), T(room_for_mappings), T(counts_keep_alives), T(keep_alives_change_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
