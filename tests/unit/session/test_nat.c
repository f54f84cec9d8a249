/* test_nat.c - the NAT map: STUN, Via and Contact against where messages come from, and what the NAT does with ports;
 * STUN's transactions; ICE; TURN and the media inside it. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>
#include <voipqos/network.h>

static const struct vq_endpoint inside = EP4(192, 168, 1, 5, 5060), outside = EP4(203, 0, 113, 9, 61747),
                                pbx = EP4(198, 51, 100, 2, 5060), stun = EP4(198, 51, 100, 3, 3478),
                          stun2 = EP4(198, 51, 100, 4, 3478), peer = EP4(198, 51, 100, 12, 16466);

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
    /* IPv6: link-local, loopback and unspecified addresses say nothing either. */
    static const char *const vias6[] = {"[fe80::1]:5060", "[::1]:5060", "[::]:5060"};
    struct vq_endpoint outside6 = ep("2001:db8::9", 61747), pbx6 = ep("2001:db8::1", 5060);
    for (size_t i = 0; i < sizeof vias6 / sizeof vias6[0]; i++) {
        char via[200], text[1500];
        snprintf(via, sizeof via, VIA "%s;branch=z9hG4bK6%zu\r\n", vias6[i], i);
        snprintf(text, sizeof text, "%s", sip(REGISTER, via, "192.168.1.5"));
        text[strstr(text, "Call-ID: c1") - text + 10] = (char)('p' + i);
        feed_text(f, 100 + (double)i, &outside6, &pbx6, text);
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

/* ---- findings ------------------------------------------------------------------------------------------------------ */

struct found {
    struct vq_finding f[16];
    size_t n;
};

static bool note(const struct vq_finding *f, void *arg)
{
    struct found *all = arg;
    if (all->n < 16)
        all->f[all->n++] = *f;
    return true;
}

/* The finding with this id, or NULL. */
static const struct vq_finding *finding(struct feeder *f, const char *id)
{
    static struct found all;
    all.n = 0;
    assert_int_equal(vq_findings(f->e, note, &all), 0);
    for (size_t i = 0; i < all.n; i++)
        if (!strcmp(all.f[i].id, id))
            return &all.f[i];
    return NULL;
}

/* A call from behind the NAT, captured at `from`: INVITE with the private SDP, 200, BYE five seconds later. */
static void call(struct feeder *f, const struct vq_endpoint *from, const char *via, const char *response_via, const char *sdp_ip)
{
    static const char format[] = "%s\r\nVia: SIP/2.0/UDP %s\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>%s\r\nCall-ID: c9\r\n"
                                 "CSeq: %s\r\nContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s";
    char m[2000];
    const char *sdp = sdp_build(sdp_ip, 4000, "0", "");
    snprintf(m, sizeof m, format, "INVITE sip:b@h SIP/2.0", via, "", "1 INVITE", strlen(sdp), sdp);
    feed_text(f, 1000, from, &pbx, m);
    sdp = sdp_build("198.51.100.12", 5000, "0", "");
    snprintf(m, sizeof m, format, "SIP/2.0 200 OK", response_via, ";tag=2", "1 INVITE", strlen(sdp), sdp);
    feed_text(f, 1100, &pbx, from, m);
    snprintf(m, sizeof m, format, "BYE sip:b@h SIP/2.0", via, ";tag=2", "2 BYE", (size_t)0, "");
    feed_text(f, 6000, from, &pbx, m);
}

#define VIA_OUT "192.168.1.5;rport;branch=z9hG4bK1"
#define VIA_BACK "192.168.1.5;rport=61747;received=203.0.113.9;branch=z9hG4bK1"

static void media(struct feeder *f, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc)
{
    for (uint16_t i = 0; i < 20; i++)
        feed_rtp(f, 1200 + 20 * i, src, dst, ssrc, i, i * 160u, 0);
}

static struct vq_endpoint rtp_in, rtp_out, rtp_peer;

static void rtp_ends(void)
{
    rtp_in = ep("192.168.1.5", 4000);
    rtp_out = ep("203.0.113.9", 4000);
    rtp_peer = ep("198.51.100.12", 5000);
}

/* One way only, captured inside of the NAT as well as outside: the caller is not reached. */
static void private_sdp(void **state)
{
    struct feeder *f = *state;
    rtp_ends();
    media(f, &rtp_out, &rtp_peer, 1);
    call(f, &outside, VIA_OUT, VIA_BACK, "192.168.1.5");
    vq_engine_finish(f->e);
    const struct vq_finding *x = finding(f, "call-one-way-nat");
    assert_non_null(x);
    assert_int_equal(x->severity, VQ_ERROR);
    assert_string_equal(x->text, "Call 1 has audio in one direction only: the caller hears nothing. Its SDP names "
                                 "192.168.1.5:4000, an address inside its NAT (outside it is 203.0.113.9): what is sent there "
                                 "gets lost.");
    assert_null(finding(f, "call-private-sdp")); /* the same fault */
    assert_null(finding(f, "call-private-sdp-works"));
    assert_null(finding(f, "stream-astray"));
    assert_null(finding(f, "stream-other-source")); /* the NAT explains it */
}

static void private_sdp_inside(void **state)
{
    struct feeder *f = *state;
    rtp_ends();
    media(f, &rtp_in, &rtp_peer, 1);
    call(f, &inside, VIA_OUT, VIA_BACK, "192.168.1.5");
    vq_engine_finish(f->e);
    assert_non_null(finding(f, "call-one-way-nat"));
}

/* The other side sends to where media comes from: no harm. */
static void private_sdp_latched(void **state)
{
    struct feeder *f = *state;
    rtp_ends();
    media(f, &rtp_out, &rtp_peer, 1);
    media(f, &rtp_peer, &rtp_out, 2);
    call(f, &outside, VIA_OUT, VIA_BACK, "192.168.1.5");
    vq_engine_finish(f->e);
    assert_null(finding(f, "call-private-sdp"));
    assert_non_null(finding(f, "call-private-sdp-works"));
    assert_int_equal(finding(f, "call-private-sdp-works")->severity, VQ_INFO);
    assert_null(finding(f, "stream-astray"));
    struct vq_network n = network(f);
    assert_int_equal(n.nats[0].n_mappings, 2);
    assert_true(n.nats[0].mappings[0].frames[VQ_NAT_BY_MEDIA] == 1);
}

/* It sends to the announced address, out there where nobody has it. */
static void media_astray(void **state)
{
    struct feeder *f = *state;
    rtp_ends();
    media(f, &rtp_out, &rtp_peer, 1);
    media(f, &rtp_peer, &rtp_in, 2);
    call(f, &outside, VIA_OUT, VIA_BACK, "192.168.1.5");
    vq_engine_finish(f->e);
    const struct vq_finding *x = finding(f, "stream-astray");
    assert_non_null(x);
    assert_int_equal(x->severity, VQ_ERROR);
    assert_non_null(strstr(x->text, "is sent to 192.168.1.5:4000, an address inside the receiver's NAT (outside it is 203.0.113.9)"));
    assert_non_null(finding(f, "call-private-sdp"));
}

/* Everybody in one network: private addresses are as good as any. */
static void no_nat_no_finding(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint a = ep("192.168.1.5", 4000), b = ep("198.51.100.12", 5000);
    media(f, &a, &b, 1);
    media(f, &b, &a, 2);
    call(f, &inside, VIA_OUT, VIA_OUT, "192.168.1.5");
    vq_engine_finish(f->e);
    struct found all = {.n = 0};
    assert_int_equal(vq_findings(f->e, note, &all), 0);
    assert_int_equal(all.n, 1);
    assert_string_equal(all.f[0].id, "capture-backwards"); /* media is fed ahead of the call here */
}

static void other_source(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = ep("192.168.1.77", 4444), b = ep("198.51.100.12", 5000), a = ep("192.168.1.5", 4000);
    media(f, &other, &b, 1);
    media(f, &b, &a, 2);
    call(f, &inside, VIA_OUT, VIA_OUT, "192.168.1.5");
    vq_engine_finish(f->e);
    const struct vq_finding *x = finding(f, "stream-other-source");
    assert_non_null(x);
    assert_non_null(strstr(x->text, "comes from 192.168.1.77:4444, although its sender announced 192.168.1.5:4000."));
}

static void private_contact(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &outside, &pbx, sip(REGISTER, VIA "192.168.1.5;rport;branch=z9hG4bK1\r\n", "192.168.1.5:5062"));
    assert_null(finding(f, "registration-private-contact")); /* not before it is registered */
    feed_text(f, 9, &pbx, &outside, sip("SIP/2.0 200 OK", VIA VIA_BACK "\r\n", NULL));
    const struct vq_finding *x = finding(f, "registration-private-contact");
    assert_non_null(x);
    assert_non_null(strstr(x->text, "gives 192.168.1.5:5062 as Contact, an address inside its NAT (outside it is 203.0.113.9:61747)"));
}

/* The phone knows its NAT by STUN, but the server is on its side of it: nothing is wrong with the private address there. */
static void contact_within(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint server = ep("192.168.1.2", 5060);
    bind(f, 0, &inside, &stun, &outside, 1);
    feed_text(f, 100, &inside, &server, sip(REGISTER, VIA "192.168.1.5;rport;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 109, &server, &inside,
              sip("SIP/2.0 200 OK", VIA "192.168.1.5;rport=5060;received=192.168.1.5;branch=z9hG4bK1\r\n", NULL));
    assert_int_equal(network(f).n_nats, 1);
    assert_null(finding(f, "registration-private-contact"));
    rtp_ends();
    media(f, &rtp_in, &rtp_peer, 1);
    call(f, &inside, VIA_OUT, VIA_OUT, "192.168.1.5");
    vq_engine_finish(f->e);
    assert_null(finding(f, "call-private-sdp"));
    assert_null(finding(f, "call-private-sdp-works"));
}

/* Captured inside, the server's answer shows the NAT between them; a proxy's copy of the REGISTER shows no NAT. */
static void contact_of_another(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &pbx, &peer,
              sip(REGISTER, VIA "198.51.100.2;branch=z9hG4bK2\r\n" VIA "192.168.1.5;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 9, &peer, &pbx,
              sip("SIP/2.0 200 OK", VIA "198.51.100.2;branch=z9hG4bK2\r\n" VIA "192.168.1.5;branch=z9hG4bK1\r\n", NULL));
    assert_null(finding(f, "registration-private-contact"));
}

/* Captured on both sides of a router that rewrites Via: the branch is the same, the address is not. */
static void alg(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &inside, &pbx, sip(REGISTER, VIA "192.168.1.5;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 1, &outside, &pbx, sip(REGISTER, VIA "203.0.113.9:61747;branch=z9hG4bK1\r\n", "203.0.113.9:61747"));
    const struct vq_finding *x = finding(f, "registration-alg");
    assert_non_null(x);
    assert_int_equal(x->severity, VQ_WARNING);
    assert_non_null(strstr(x->text, "203.0.113.9:61747 in its Via"));
}

/* One side is enough when the way back is not undone: the response repeats what arrived. */
static void alg_one_side(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &inside, &pbx, sip(REGISTER, VIA "192.168.1.5;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 1, &pbx, &inside, sip("SIP/2.0 401 No", VIA "203.0.113.9:61747;branch=z9hG4bK1\r\n", NULL));
    assert_non_null(finding(f, "registration-alg"));
}

/* A NAT that leaves SIP alone, and a proxy that adds its own Via, rewrite nothing. */
static void no_alg(void **state)
{
    struct feeder *f = *state;
    feed_text(f, 0, &inside, &pbx, sip(REGISTER, VIA "192.168.1.5;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 1, &outside, &pbx, sip(REGISTER, VIA "192.168.1.5:5060;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 2, &pbx, &peer,
              sip(REGISTER, VIA "198.51.100.2;branch=z9hG4bK2\r\n" VIA "192.168.1.5;branch=z9hG4bK1\r\n", "192.168.1.5"));
    feed_text(f, 3, &pbx, &outside, sip("SIP/2.0 401 No", VIA "192.168.1.5:5060;branch=z9hG4bK1\r\n", NULL));
    assert_null(finding(f, "registration-alg"));
}

static void symmetric_nat(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint other = on_port(outside, 7);
    bind(f, 0, &inside, &stun, &outside, 1);
    assert_null(finding(f, "nat-symmetric"));
    bind(f, 100, &inside, &stun2, &other, 2);
    const struct vq_finding *x = finding(f, "nat-symmetric");
    assert_non_null(x);
    assert_int_equal(x->n_frames, 2);
    assert_int_equal(x->frames[0], 2);
    assert_int_equal(x->frames[1], 4);
}

/* A peer on the same side sees no NAT at all: that is no other mapping. */
static void neighbour_sees_no_nat(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint neighbour = ep("192.168.1.6", 7078);
    bind(f, 0, &inside, &stun, &outside, 1);
    bind(f, 100, &inside, &neighbour, &inside, 2);
    assert_null(finding(f, "nat-symmetric"));
    assert_int_equal(network(f).nats[0].behaviour, VQ_NAT_UNKNOWN);
}

static void silent_server(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint second = on_port(inside, 4001), peers_rtp = on_port(peer, 5004);
    for (uint8_t i = 1; i < 4; i++) {
        struct message ask = message(0x0001, i);
        send(f, 1000 * i, &inside, &stun, &ask);
        send(f, 1000 * i, &second, &stun, &ask);
        send(f, 1000 * i, &inside, &peers_rtp, &ask); /* as phones open a way for RTP */
    }
    feed_text(f, 9000, &inside, &pbx, "x");
    const struct vq_finding *x = finding(f, "stun-unanswered");
    assert_non_null(x);
    assert_string_equal(x->text, "192.168.1.5 asked the STUN server 198.51.100.3:3478 6 times and got no answer: it does not learn "
                                 "its outer address.");
    uint64_t counts[3];
    assert_int_equal(vq_findings_count(f->e, counts), 0);
    assert_int_equal(counts[VQ_WARNING], 1);
    bind(f, 9100, &second, &stun, &outside, 9);
    assert_null(finding(f, "stun-unanswered")); /* it does answer */
}

#define T(test) cmocka_unit_test_setup_teardown(test, feeder_setup, feeder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(tells_nats_apart), T(is_no_nat), T(counts_transactions), T(remaps), T(follows_ice), T(room_for_a_thousand),
        T(opens_channels), T(opens_channels_once), T(via_outside), T(via_inside), T(via_beyond), T(via_of_no_nat),
        T(does_not_turn_round), T(room_for_mappings), T(counts_keep_alives), T(keep_alives_change_pace),
        T(private_sdp), T(private_sdp_inside), T(private_sdp_latched), T(media_astray), T(no_nat_no_finding), T(other_source),
        T(private_contact), T(contact_within), T(contact_of_another), T(alg), T(alg_one_side), T(no_alg), T(symmetric_nat), T(neighbour_sees_no_nat), T(silent_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
