/* test_hosts.c - the part each host plays, by what it did: phones, registrar, proxies seen from one side or both, relays. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>
#include <voipqos/network.h>

static const struct vq_endpoint a = EP4(10, 0, 0, 1, 5060), b = EP4(10, 0, 0, 2, 5060),
                                proxy = EP4(10, 0, 0, 9, 5060), relay = EP4(10, 0, 0, 8, 30000);

/* `vias`: the sender's own comes first; `agent` is the header line. */
struct text {
    const char *start, *call_id, *cseq, *agent, *contact, *sdp;
    unsigned vias;
};

static void say(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, struct text t)
{
    char m[2000], vias[300] = "";
    for (unsigned i = t.vias ? t.vias : 1; i > 0; i--)
        snprintf(vias + strlen(vias), sizeof vias - strlen(vias), "Via: SIP/2.0/UDP hop%u.example;branch=z9hG4bK%u%s\r\n", i, i,
                 t.cseq);
    for (char *p = vias; *p; p++) /* a CSeq has a blank, a branch has not */
        if (*p == ' ' && p[-1] >= '0' && p[-1] <= '9')
            *p = '-';
    snprintf(m, sizeof m,
             "%s\r\n%sFrom: <sip:anna@h>;tag=1\r\nTo: <sip:bert@h>%s\r\nCall-ID: %s\r\nCSeq: %s\r\n%s%s%s%s%s%s"
             "Content-Length: %zu\r\n\r\n%s",
             t.start, vias, strncmp(t.start, "SIP", 3) ? "" : ";tag=2", t.call_id ? t.call_id : "c1", t.cseq,
             t.agent ? t.agent : "", t.agent ? "\r\n" : "", t.contact ? "Contact: <sip:x@" : "", t.contact ? t.contact : "",
             t.contact ? ">\r\n" : "", t.sdp ? "Content-Type: application/sdp\r\n" : "", t.sdp ? strlen(t.sdp) : 0,
             t.sdp ? t.sdp : "");
    feed_text(f, ms, src, dst, m);
}

static const struct vq_host *host(struct feeder *f, const struct vq_endpoint *ep)
{
    static struct vq_network n;
    assert_int_equal(vq_network_get(f->e, &n), 0);
    const struct vq_host *h = vq_network_host(&n, ep);
    assert_non_null(h);
    return h;
}

#define ROLE(x) (1u << VQ_ROLE_##x)

static void registers(void **state)
{
    struct feeder *f = *state;
    say(f, 0, &a, &b, (struct text){"REGISTER sip:h SIP/2.0", NULL, "1 REGISTER", "User-Agent: Phone/1", "10.0.0.1", NULL, 1});
    assert_int_equal(host(f, &b)->roles, 0); /* nobody answered */
    say(f, 9, &b, &a, (struct text){"SIP/2.0 401 Unauthorized", NULL, "1 REGISTER", "Server: PBX/2", NULL, NULL, 1});
    assert_int_equal(host(f, &a)->roles, ROLE(USER_AGENT));
    assert_string_equal(host(f, &a)->users[0], "bert"); /* of To: the address of record */
    assert_string_equal(host(f, &a)->agents[0], "Phone/1");
    assert_null(host(f, &a)->agents[1]);
    assert_int_equal(host(f, &b)->roles, ROLE(REGISTRAR));
    assert_string_equal(host(f, &b)->agents[0], "PBX/2");
    assert_int_equal(host(f, &b)->sip_messages, 2);
}

/* REGISTER by way of a proxy: who passes it on is no registrar, and gives another's Server text. */
static void registers_beyond(void **state)
{
    struct feeder *f = *state;
    say(f, 0, &a, &proxy, (struct text){"REGISTER sip:h SIP/2.0", NULL, "1 REGISTER", "User-Agent: Phone/1", NULL, NULL, 1});
    say(f, 1, &proxy, &b, (struct text){"REGISTER sip:h SIP/2.0", NULL, "1 REGISTER", "User-Agent: Phone/1", NULL, NULL, 2});
    say(f, 2, &b, &proxy, (struct text){"SIP/2.0 200 OK", NULL, "1 REGISTER", "Server: PBX/2", NULL, NULL, 2});
    say(f, 3, &proxy, &a, (struct text){"SIP/2.0 200 OK", NULL, "1 REGISTER", "Server: PBX/2", NULL, NULL, 1});
    assert_int_equal(host(f, &a)->roles, ROLE(USER_AGENT));
    assert_int_equal(host(f, &proxy)->roles, ROLE(PROXY));
    assert_null(host(f, &proxy)->agents[0]);
    assert_int_equal(host(f, &b)->roles, ROLE(REGISTRAR));
    assert_string_equal(host(f, &b)->agents[0], "PBX/2");
}

static void call_through(struct feeder *f, unsigned second_vias)
{
    say(f, 0, &a, &proxy, (struct text){"INVITE sip:b@h SIP/2.0", NULL, "1 INVITE", "User-Agent: Phone/1", "10.0.0.1", NULL, 1});
    say(f, 1, &proxy, &a, (struct text){"SIP/2.0 100 Trying", NULL, "1 INVITE", "Server: Proxy/3", NULL, NULL, 1});
    say(f, 2, &proxy, &b,
        (struct text){"INVITE sip:b@h SIP/2.0", NULL, "1 INVITE", "User-Agent: Phone/1", "10.0.0.1", NULL, second_vias});
    say(f, 3, &b, &proxy, (struct text){"SIP/2.0 200 OK", NULL, "1 INVITE", "Server: Phone/9", "10.0.0.2", NULL, second_vias});
    say(f, 4, &proxy, &a, (struct text){"SIP/2.0 200 OK", NULL, "1 INVITE", "Server: Phone/9", "10.0.0.2", NULL, 1});
}

static void proxies(void **state)
{
    struct feeder *f = *state;
    call_through(f, 2);
    assert_int_equal(host(f, &a)->roles, ROLE(USER_AGENT));
    assert_int_equal(host(f, &b)->roles, ROLE(USER_AGENT));
    assert_int_equal(host(f, &proxy)->roles, ROLE(PROXY));
    assert_string_equal(host(f, &a)->users[0], "anna");
    assert_string_equal(host(f, &b)->users[0], "bert");
    assert_null(host(f, &proxy)->users[0]);
    assert_string_equal(host(f, &b)->agents[0], "Phone/9");
    assert_string_equal(host(f, &proxy)->agents[0], "Proxy/3");
    assert_null(host(f, &proxy)->agents[1]);
    assert_int_equal(host(f, &proxy)->sip_messages, 5);
    struct vq_network n;
    assert_int_equal(vq_network_get(f->e, &n), 0);
    assert_int_equal(n.n_links, 2);
    assert_int_equal(n.links[0].sip_messages, 3);
    assert_int_equal(n.links[1].sip_messages, 2);
}

/* The same Call-ID on both sides, but a request of its own behind: a B2BUA. */
static void keeps_the_call_id(void **state)
{
    struct feeder *f = *state;
    call_through(f, 1);
    assert_int_equal(host(f, &proxy)->roles, ROLE(B2BUA));
    assert_int_equal(host(f, &a)->roles, ROLE(USER_AGENT));
    assert_int_equal(host(f, &b)->roles, ROLE(USER_AGENT));
}

/* One side of a proxy: its caller's shows by the Contact in the answer, its callee's by the second Via. */
static void one_side(void **state)
{
    struct feeder *f = *state;
    say(f, 0, &a, &proxy, (struct text){"INVITE sip:b@h SIP/2.0", NULL, "1 INVITE", NULL, "10.0.0.1", NULL, 1});
    say(f, 4, &proxy, &a, (struct text){"SIP/2.0 200 OK", NULL, "1 INVITE", "Server: Phone/9", "10.0.0.2", NULL, 1});
    assert_int_equal(host(f, &proxy)->roles, ROLE(PROXY));
    assert_null(host(f, &proxy)->agents[0]);
    say(f, 5, &proxy, &b, (struct text){"INVITE sip:b@h SIP/2.0", "c2", "1 INVITE", "User-Agent: Phone/1", "10.0.0.1", NULL, 2});
    say(f, 6, &b, &proxy, (struct text){"SIP/2.0 200 OK", "c2", "1 INVITE", "Server: Phone/9", "10.0.0.2", NULL, 2});
    assert_int_equal(host(f, &b)->roles, ROLE(USER_AGENT));
    assert_string_equal(host(f, &b)->agents[0], "Phone/9");
    assert_int_equal(host(f, &proxy)->roles, ROLE(PROXY));
}

static void rtp(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc)
{
    for (uint16_t i = 0; i < 10; i++)
        feed_rtp(f, ms + 20 * i, src, dst, ssrc, i, i * 160u, 0);
}

/* Media by way of a host that never spoke SIP. */
static void relays_media(void **state)
{
    struct feeder *f = *state;
    struct vq_endpoint rtp_a = ep("10.0.0.1", 4000), rtp_b = ep("10.0.0.2", 5000), relay2 = relay;
    char offer[400], answer[400];
    relay2.port = 30002;
    snprintf(offer, sizeof offer, "%s", sdp_build("10.0.0.1", 4000, "0", ""));
    say(f, 0, &a, &proxy, (struct text){"INVITE sip:b@h SIP/2.0", NULL, "1 INVITE", NULL, "10.0.0.1", offer, 1});
    snprintf(offer, sizeof offer, "%s", sdp_build("10.0.0.8", 30000, "0", ""));
    say(f, 1, &proxy, &b, (struct text){"INVITE sip:b@h SIP/2.0", NULL, "1 INVITE", NULL, "10.0.0.1", offer, 2});
    snprintf(answer, sizeof answer, "%s", sdp_build("10.0.0.2", 5000, "0", ""));
    say(f, 2, &b, &proxy, (struct text){"SIP/2.0 200 OK", NULL, "1 INVITE", NULL, "10.0.0.2", answer, 2});
    snprintf(answer, sizeof answer, "%s", sdp_build("10.0.0.8", 30002, "0", ""));
    say(f, 3, &proxy, &a, (struct text){"SIP/2.0 200 OK", NULL, "1 INVITE", NULL, "10.0.0.2", answer, 1});
    rtp(f, 10, &rtp_a, &relay2, 1);
    assert_int_equal(host(f, &relay)->roles, ROLE(MEDIA_END)); /* as far as is known by now */
    rtp(f, 300, &relay, &rtp_b, 1);
    assert_int_equal(host(f, &relay)->roles, ROLE(MEDIA_RELAY));
    assert_int_equal(host(f, &relay)->rtp_sent, 10);
    assert_int_equal(host(f, &relay)->rtp_received, 10);
    assert_int_equal(host(f, &a)->roles, ROLE(USER_AGENT));
    assert_int_equal(host(f, &b)->roles, ROLE(USER_AGENT));
    assert_int_equal(host(f, &proxy)->roles, ROLE(PROXY));
}

static void room_for_hosts(void **state)
{
    struct feeder *f = *state;
    for (unsigned i = 0; i < 4100; i++) {
        char ip[20], id[20];
        snprintf(ip, sizeof ip, "10.1.%u.%u", i / 250, 1 + i % 250);
        snprintf(id, sizeof id, "r%u", i);
        struct vq_endpoint from = ep(ip, 5060);
        say(f, i, &from, &b, (struct text){"REGISTER sip:h SIP/2.0", id, "1 REGISTER", NULL, NULL, NULL, 1});
    }
    struct vq_network n;
    assert_int_equal(vq_network_get(f->e, &n), 0);
    assert_int_equal(n.n_hosts, 4096);
    assert_true(n.hosts_not_kept >= 5);
    assert_int_equal(n.n_links, 4095);
    assert_null(vq_network_host(&n, &proxy));
}

/* More names than are kept, and one that is too long. */
static void room_for_names(void **state)
{
    struct feeder *f = *state;
    char agent[400] = "User-Agent: ";
    memset(agent + 12, 'x', 300);
    for (unsigned i = 0; i < 1200; i++) {
        char id[20];
        snprintf(id, sizeof id, "r%u", i);
        if (i)
            snprintf(agent, sizeof agent, "User-Agent: agent %u", i);
        say(f, i, &a, &b, (struct text){"REGISTER sip:h SIP/2.0", id, "1 REGISTER", agent, NULL, NULL, 1});
    }
    const struct vq_host *h = host(f, &a);
    assert_int_equal(strlen(h->agents[0]), 120);
    assert_string_equal(h->agents[3], "agent 3");
}

#define T(test) cmocka_unit_test_setup_teardown(test, feeder_setup, feeder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(registers), T(registers_beyond), T(proxies), T(keeps_the_call_id), T(one_side), T(relays_media),
        T(room_for_hosts), T(room_for_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
