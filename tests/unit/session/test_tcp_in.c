/* SIP over TCP, in segments made by hand: the same calls as over UDP, and connections that are something else. */
#include "support/check.h"
#include "support/packet.h"

#include <stdio.h>

#include <voipqos/model.h>

#include "net/decode.h"

static struct vq_endpoint phone, pbx;

struct line {
    struct feeder f;
    uint32_t seq[2]; /* next of the phone's and of the server's bytes */
};

static struct line fresh(void)
{
    return (struct line){.f = feeder_new(), .seq = {1000, 4294967000u}};
}

static int setup(void **state)
{
    static struct line l;
    phone = ep("10.0.0.1", 40000);
    pbx = ep("10.0.0.2", 5070);
    l = fresh();
    *state = &l;
    return 0;
}

static int teardown(void **state)
{
    vq_engine_free(((struct line *)*state)->f.e);
    return 0;
}

static void segment_at(struct line *l, double ms, bool by_phone, uint32_t seq, unsigned flags, const void *bytes,
                       size_t n)
{
    struct packet p;
    packet_tcp(&p, by_phone ? &phone : &pbx, by_phone ? &pbx : &phone, seq, flags, bytes, n);
    feed_packet(&l->f, ms, &p);
}

static void segment(struct line *l, double ms, bool by_phone, unsigned flags, const char *bytes, size_t n)
{
    uint32_t *seq = &l->seq[!by_phone];
    segment_at(l, ms, by_phone, *seq, flags, bytes, n);
    *seq += (uint32_t)n + (flags & VQ_TCP_SYN ? 1 : 0);
}

static void say(struct line *l, double ms, bool by_phone, const char *text)
{
    segment(l, ms, by_phone, 0, text, strlen(text));
}

static void handshake(struct line *l, double ms)
{
    segment(l, ms, true, VQ_TCP_SYN, "", 0);
    segment(l, ms, false, VQ_TCP_SYN, "", 0);
    segment(l, ms, true, 0, "", 0);
}

static struct vq_stats stats(const struct line *l)
{
    struct vq_stats st;
    vq_engine_stats(l->f.e, &st);
    uint64_t sum = 0;
    for (int i = 0; i < VQ_DEC_COUNT; i++)
        sum += st.decoded[i];
    for (int i = 0; i < VQ_DROP_COUNT; i++)
        sum += st.not_decoded[i];
    assert_int_equal(sum, st.frames);
    return st;
}

/* ---- a call ------------------------------------------------------------------------------------------------------ */

static const struct step {
    double ms;
    bool by_phone;
    const char *start, *cseq, *to_tag;
    bool sdp;
} call_steps[] = {
    {0, true, "INVITE sip:bob@b SIP/2.0", "1 INVITE", "", true},
    {10, false, "SIP/2.0 100 Trying", "1 INVITE", "", false},
    {90, false, "SIP/2.0 180 Ringing", "1 INVITE", "tb", false},
    {900, false, "SIP/2.0 200 OK", "1 INVITE", "tb", true},
    {920, true, "ACK sip:bob@b SIP/2.0", "1 ACK", "tb", false},
    {5000, true, "BYE sip:bob@b SIP/2.0", "2 BYE", "tb", false},
    {5010, false, "SIP/2.0 200 OK", "2 BYE", "tb", false},
};
#define STEPS (sizeof call_steps / sizeof *call_steps)

static const char *step_text(const struct step *s)
{
    struct sip_text t = {.start = s->start, .call_id = "c1@a", .from = "alice@a", .from_tag = "fa", .to = "bob@b",
                         .to_tag = s->to_tag, .branch = s->cseq, .cseq = s->cseq};
    char branch[40];
    snprintf(branch, sizeof branch, "z9hG4bK%c%c", s->cseq[0], s->cseq[2]);
    t.branch = branch;
    t.sdp = s->sdp ? sdp_build(s->by_phone ? "10.0.0.1" : "10.0.0.2", 4000, "0", "") : NULL;
    return sip_build(&t);
}

static struct vq_call only_call(struct line *l)
{
    struct vq_call c;
    vq_engine_finish(l->f.e);
    uint32_t h = vq_call_next(l->f.e, 0);
    assert_true(vq_call_get(l->f.e, h, &c));
    assert_int_equal(vq_call_next(l->f.e, h), 0);
    return c;
}

/* All that does not depend on how the messages travelled. */
static void same_call(const struct vq_call *a, const struct vq_call *b, enum vq_transport transport)
{
    assert_int_equal(a->state, b->state);
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->released_by, b->released_by);
    assert_true(a->start == b->start && a->answered == b->answered && a->end == b->end && a->talk == b->talk);
    assert_true(a->pdd == b->pdd && a->srd == b->srd && a->ack == b->ack && a->sdd == b->sdd && a->trying == b->trying);
    assert_true(vq_endpoint_eq(&a->caller, &b->caller) && vq_endpoint_eq(&a->callee, &b->callee));
    assert_int_equal(a->retransmissions, b->retransmissions);
    assert_int_equal(a->n_messages, b->n_messages);
    struct vq_message m, n;
    const struct vq_note *x = a->messages, *y = b->messages;
    while (vq_message_read(&x, &m)) {
        assert_true(vq_message_read(&y, &n));
        assert_int_equal(m.transport, VQ_UDP);
        assert_int_equal(n.transport, transport);
        assert_int_equal(m.ts, n.ts);
        assert_int_equal(m.status, n.status);
        assert_int_equal(m.cseq, n.cseq);
        assert_int_equal(m.from_caller, n.from_caller);
        assert_string_equal(m.cseq_method, n.cseq_method);
        assert_true(vq_endpoint_eq(&m.src, &n.src));
        assert_int_equal(m.sdp != NULL, n.sdp != NULL);
        if (m.sdp)
            assert_string_equal(m.sdp, n.sdp);
        assert_null(n.defect);
    }
}

/* The messages in segments of at most `most` bytes. */
static void play(struct line *l, size_t most)
{
    for (size_t i = 0; i < STEPS; i++) {
        const char *text = step_text(&call_steps[i]);
        for (size_t n = strlen(text), at = 0; at < n; at += most)
            segment(l, call_steps[i].ms, call_steps[i].by_phone, 0, text + at, n - at < most ? n - at : most);
    }
}

static void test_same_as_udp(void **state)
{
    struct line *udp = *state;
    for (size_t i = 0; i < STEPS; i++)
        feed_text(&udp->f, call_steps[i].ms, call_steps[i].by_phone ? &phone : &pbx,
                  call_steps[i].by_phone ? &pbx : &phone, step_text(&call_steps[i]));
    struct vq_call want = only_call(udp);
    assert_int_equal(want.n_messages, STEPS);
    static const size_t sizes[] = {2000, 300, 100, 17, 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int from_the_start = 0; from_the_start < 2; from_the_start++) {
            struct line l = fresh();
            if (from_the_start)
                handshake(&l, 0);
            else if (sizes[i] == 1) {
                vq_engine_free(l.f.e); /* eight segments without a line in them are not looked at any longer */
                continue;
            }
            play(&l, sizes[i]);
            struct vq_call got = only_call(&l);
            same_call(&want, &got, VQ_TCP);
            struct vq_stats st = stats(&l);
            assert_int_equal(st.sip_messages, STEPS);
            assert_int_equal(st.decoded[VQ_DEC_TCP], from_the_start ? 3 : 0);
            assert_int_equal(st.decoded[VQ_DEC_SIP], st.frames - st.decoded[VQ_DEC_TCP]);
            assert_int_equal(st.tcp_sip_flows, 1);
            assert_int_equal(st.tcp_gaps, 0);
            vq_engine_free(l.f.e);
        }
}

/* ---- WebSocket: RFC 7118 ---- */

/* In segments of `most` bytes. */
static void say_in(struct line *l, double ms, bool by_phone, const char *text, size_t most)
{
    for (size_t n = strlen(text), at = 0; at < n; at += most)
        segment(l, ms, by_phone, 0, text + at, n - at < most ? n - at : most);
}

static void http_in(struct line *l, size_t most)
{
    say_in(l, 0, true, "GET /ws HTTP/1.1\r\nHost: pbx\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
                    "Sec-WebSocket-Version: 13\r\n\r\n", most);
    say_in(l, 0, false, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n", most);
}

static void http(struct line *l)
{
    http_in(l, 3000);
}

/* A frame as RFC 6455 5.2 draws it: text, final; from a client masked. */
static size_t ws_frame(uint8_t *to, const char *text, bool masked)
{
    static const uint8_t mask[4] = {0x37, 0xfa, 0x21, 0x3d};
    size_t n = strlen(text), at = 2;
    to[0] = 0x81;
    to[1] = (uint8_t)((masked ? 0x80 : 0) | (n < 126 ? n : 126));
    if (n >= 126) {
        to[2] = (uint8_t)(n >> 8);
        to[3] = (uint8_t)n;
        at = 4;
    }
    if (masked) {
        memcpy(to + at, mask, 4);
        at += 4;
    }
    for (size_t i = 0; i < n; i++)
        to[at + i] = (uint8_t)(text[i] ^ (masked ? mask[i % 4] : 0));
    return at + n;
}

static void test_websocket(void **state)
{
    struct line *udp = *state;
    for (size_t i = 0; i < STEPS; i++)
        feed_text(&udp->f, call_steps[i].ms, call_steps[i].by_phone ? &phone : &pbx,
                  call_steps[i].by_phone ? &pbx : &phone, step_text(&call_steps[i]));
    struct vq_call want = only_call(udp);
    static const size_t sizes[] = {3000, 300, 7, 1};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct line l = fresh();
        uint8_t b[4000];
        handshake(&l, 0);
        http_in(&l, sizes[k] < 4 ? 4 : sizes[k]); /* fewer do not say what they begin */
        for (size_t i = 0; i < STEPS; i++) {
            size_t n = ws_frame(b, step_text(&call_steps[i]), call_steps[i].by_phone);
            for (size_t at = 0; at < n; at += sizes[k])
                segment(&l, call_steps[i].ms, call_steps[i].by_phone, 0, (const char *)b + at,
                        n - at < sizes[k] ? n - at : sizes[k]);
        }
        size_t n = ws_frame(b, "\r\n\r\n", true);
        segment(&l, 6000, true, 0, (const char *)b, n);
        struct vq_call got = only_call(&l);
        same_call(&want, &got, VQ_WS);
        struct vq_stats st = stats(&l);
        assert_int_equal(st.sip_messages, STEPS);
        assert_int_equal(st.tcp_sip_flows, 1);
        assert_int_equal(st.tcp_keep_alives, 1);
        assert_int_equal(st.tcp_gaps, 0);
        vq_engine_free(l.f.e);
    }
}

/* Behind a hole no frame can be found again: the messages before it stay, the other direction goes on. */
static void test_websocket_hole(void **state)
{
    struct line *l = *state;
    uint8_t b[4000];
    handshake(l, 0);
    http(l);
    size_t n = ws_frame(b, step_text(&call_steps[0]), true);
    segment(l, 1, true, 0, (const char *)b, n);
    l->seq[0] += 500;
    segment(l, 2, true, 0, (const char *)b, n);
    n = ws_frame(b, step_text(&call_steps[1]), false);
    segment(l, 10000, false, 0, (const char *)b, n);
    struct vq_call c = only_call(l);
    assert_int_equal(c.n_messages, 2);
    assert_int_equal(stats(l).tcp_gaps, 1);
}

/* A browser on the same port, and a server that declines. */
static void test_other_http(void **state)
{
    struct line *l = *state;
    handshake(l, 0);
    say(l, 1, true, "GET /index.html HTTP/1.1\r\nHost: pbx\r\n\r\n");
    say(l, 2, false, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    for (unsigned i = 0; i < 20; i++)
        say(l, 3 + i, true, step_text(&call_steps[0])); /* whatever comes later */
    vq_engine_finish(l->f.e);
    struct vq_stats st = stats(l);
    assert_int_equal(st.sip_messages, 0);
    assert_int_equal(st.tcp_sip_flows, 0);
    assert_int_equal(st.decoded[VQ_DEC_TCP], st.frames);
}

/* A request of a browser waits behind a hole until the end of the input: what is taken for reading it is given back, as
 * ASan sees. */
static void test_other_http_at_the_end(void **state)
{
    struct line *l = *state;
    handshake(l, 0);
    l->seq[0] += 100;
    say(l, 1, true, "GET /index.html HTTP/1.1\r\nHost: pbx\r\n\r\n");
    vq_engine_finish(l->f.e);
    assert_int_equal(stats(l).tcp_sip_flows, 0);
    assert_int_equal(stats(l).decoded[VQ_DEC_TCP], stats(l).frames);
}

/* Swapped, doubled and overlapping segments; several messages in one. */
static void test_disorder(void **state)
{
    struct line *l = *state;
    char two[4000];
    snprintf(two, sizeof two, "%s", step_text(&call_steps[0]));
    size_t n = strlen(two);
    handshake(l, 0);
    segment_at(l, 1, true, l->seq[0] + 100, 0, two + 100, n - 100);
    segment_at(l, 2, true, l->seq[0] + 100, 0, two + 100, n - 100);
    assert_int_equal(stats(l).sip_messages, 0);
    segment_at(l, 3, true, l->seq[0], 0, two, 150);
    assert_int_equal(stats(l).sip_messages, 1);
    assert_int_equal(stats(l).decoded[VQ_DEC_SIP], 3);
    segment_at(l, 4, true, l->seq[0], 0, two, n);
    l->seq[0] += (uint32_t)n;
    snprintf(two, sizeof two, "%s", step_text(&call_steps[1]));
    snprintf(two + strlen(two), 2000, "%s", step_text(&call_steps[2]));
    say(l, 50, false, two);
    struct vq_call c = only_call(l);
    assert_int_equal(c.n_messages, 3);
    assert_int_equal(c.retransmissions, 0);
    assert_int_equal(c.state, VQ_CALL_RINGING);
    struct vq_message m;
    const struct vq_note *at = c.messages;
    assert_true(vq_message_read(&at, &m));
    assert_int_equal(m.frame, 6); /* the one that completed it */
    assert_int_equal(stats(l).decoded[VQ_DEC_SIP], 5);
}

/* TCP sends nothing again, but a sender may: it is known again. */
static void test_sent_twice(void **state)
{
    struct line *l = *state;
    say(l, 0, true, step_text(&call_steps[0]));
    say(l, 500, true, step_text(&call_steps[0]));
    struct vq_call c = only_call(l);
    assert_int_equal(c.n_messages, 2);
    assert_int_equal(c.retransmissions, 1);
}

static void test_begins_inside_a_message(void **state)
{
    struct line *l = *state;
    const char *text = step_text(&call_steps[0]);
    say(l, 0, true, text + 50);
    assert_int_equal(stats(l).decoded[VQ_DEC_TCP], 1);
    say(l, 920, true, step_text(&call_steps[4]));
    struct vq_stats st = stats(l);
    assert_int_equal(st.sip_messages, 1);
    assert_int_equal(st.decoded[VQ_DEC_SIP], 2); /* the first, as it turns out */
}

static void test_gap(void **state)
{
    struct line *l = *state;
    handshake(l, 0);
    say(l, 0, true, step_text(&call_steps[0]));
    l->seq[1] += 300; /* what told 100 Trying was not captured */
    say(l, 90, false, step_text(&call_steps[2]));
    assert_int_equal(stats(l).sip_messages, 1);
    vq_engine_tick(l->f.e, 1700000000000000000 + INT64_C(4000000000));
    struct vq_stats st = stats(l);
    assert_int_equal(st.sip_messages, 2);
    assert_int_equal(st.tcp_gaps, 1);
    l->seq[1] += 300;
    say(l, 9000, false, step_text(&call_steps[3]));
    assert_int_equal(stats(l).sip_messages, 2);
    struct vq_call c = only_call(l); /* nothing more comes: what waits is taken */
    assert_int_equal(c.n_messages, 3);
    assert_int_equal(c.state, VQ_CALL_IN_CALL);
    assert_int_equal(stats(l).tcp_gaps, 2);
}

static void test_defects(void **state)
{
    struct line *l = *state;
    say(l, 0, true, "OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n"
                    "From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\nCall-ID: o1\r\nCSeq: 1 OPTIONS\r\n\r\n");
    say(l, 1, true, "INVITE sip:b@b SIP/2.0\r\n\r\nno message can be made of it\r\n");
    say(l, 2, true, step_text(&call_steps[0]));
    struct vq_dialog d;
    assert_true(vq_dialog_get(l->f.e, vq_dialog_next(l->f.e, 0), &d));
    struct vq_message m;
    const struct vq_note *at = d.messages;
    assert_true(vq_message_read(&at, &m));
    assert_non_null(strstr(m.defect, "Content-Length"));
    say(l, 3, false, "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK1\r\n"
                     "From: <sip:a@a>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: o1\r\nCSeq: 1 OPTIONS\r\n"
                     "Content-Length: 1\r\n\r\n");
    segment(l, 4, false, VQ_TCP_RST, "", 0);
    assert_true(vq_dialog_get(l->f.e, vq_dialog_next(l->f.e, 0), &d));
    assert_int_equal(d.n_messages, 2);
    at = d.messages;
    assert_true(vq_message_read(&at, &m) && vq_message_read(&at, &m));
    assert_string_equal(m.defect, "the end of the message was not captured");
}

static void test_keep_alives(void **state)
{
    struct line *l = *state;
    say(l, 0, true, "\r\n\r\n");
    say(l, 0, false, "\r\n");
    assert_int_equal(stats(l).tcp_keep_alives, 0);
    say(l, 10, true, step_text(&call_steps[0]));
    say(l, 20, true, "\r\n\r\n");
    struct vq_stats st = stats(l);
    assert_int_equal(st.tcp_keep_alives, 3);
    assert_int_equal(st.decoded[VQ_DEC_TCP], 3);
    assert_int_equal(st.decoded[VQ_DEC_SIP], 1);
}

/* ---- what is not SIP --------------------------------------------------------------------------------------------- */

static void test_foreign(void **state)
{
    struct line *l = *state;
    handshake(l, 0);
    say(l, 1, true, "GET / HTTP/1.1\r\n\r\n");
    say(l, 2, true, step_text(&call_steps[0])); /* whatever follows */
    say(l, 2, false, step_text(&call_steps[1]));
    struct vq_stats st = stats(l);
    assert_int_equal(st.sip_messages, 0);
    assert_int_equal(st.decoded[VQ_DEC_TCP], 6);
    assert_int_equal(st.tcp_sip_flows, 0);
    l->seq[0] = l->seq[1] = 77; /* another connection on these ports */
    handshake(l, 3);
    say(l, 4, true, step_text(&call_steps[0]));
    assert_int_equal(stats(l).sip_messages, 1);
}

static void test_foreign_from_the_middle(void **state)
{
    struct line *l = *state;
    for (int i = 0; i < 7; i++)
        say(l, i, i % 2, "any text\r\n");
    say(l, 8, true, step_text(&call_steps[0]));
    assert_int_equal(stats(l).sip_messages, 1); /* just in time */
    pbx.port = 80;
    for (int i = 0; i < 8; i++)
        say(l, 10 + i, i % 2, "any text\r\n");
    say(l, 20, true, step_text(&call_steps[0]));
    assert_int_equal(stats(l).sip_messages, 1);
    say(l, 200e3, true, step_text(&call_steps[0])); /* still: the one before kept it in memory ... */
    say(l, 330e3, true, step_text(&call_steps[0])); /* ... but not for ever */
    assert_int_equal(stats(l).sip_messages, 3);
}

struct search {
    const char *id;
    char text[256];
    unsigned n;
};

static bool is_finding(const struct vq_finding *f, void *arg)
{
    struct search *s = arg;
    if (!strcmp(f->id, s->id)) {
        s->n++;
        memcpy(s->text, f->text, sizeof s->text);
    }
    return true;
}

static void test_tls(void **state)
{
    struct line *l = *state;
    static const unsigned ports[] = {443, 5061};
    for (unsigned i = 0; i < 2; i++) {
        struct search s = {.id = "capture-tls"};
        pbx.port = (uint16_t)ports[i];
        handshake(l, i);
        segment(l, i, true, 0, "\x16\x03\x01\x00\x05hello", 10);
        segment(l, i, false, 0, "\x16\x03\x03\x00\x05hello", 10);
        struct vq_stats st = stats(l);
        assert_int_equal(st.tcp_tls_flows, 1 + i);
        assert_int_equal(st.tcp_tls_sip_flows, i);
        assert_int_equal(vq_findings(l->f.e, is_finding, &s), 0);
        assert_int_equal(s.n, i);
        if (i)
            assert_non_null(strstr(s.text, "1 TLS connection could not be read"));
    }
    assert_int_equal(stats(l).sip_messages, 0);
}

/* ---- limits ------------------------------------------------------------------------------------------------------ */

/* A flood of connections pushes out its own kind, not the one with SIP. */
static void test_too_many(void **state)
{
    struct line *l = *state;
    handshake(l, 0);
    say(l, 0, true, step_text(&call_steps[0]));
    const struct vq_endpoint server = pbx;
    for (unsigned i = 0; i < 20000; i++) {
        pbx = ep("10.9.0.0", 80);
        pbx.ip[2] = (uint8_t)(i >> 8);
        pbx.ip[3] = (uint8_t)i;
        segment_at(l, 1, true, i, VQ_TCP_SYN, "", 0);
    }
    pbx = server;
    struct vq_stats st = stats(l);
    assert_int_equal(st.evicted_tcp_flows, 20001 - 16384);
    say(l, 2, false, step_text(&call_steps[1]));
    st = stats(l);
    assert_int_equal(st.sip_messages, 2);
    assert_int_equal(st.tcp_sip_flows, 1);
}

/* Messages that are never finished fill the room for them: the longest idle connections go, with what they had. */
static void test_unfinished(void **state)
{
    struct line *l = *state;
    static char body[1500];
    memset(body, 'x', sizeof body);
    for (unsigned i = 0; i < 400; i++) {
        char head[600];
        int n = snprintf(head, sizeof head,
                         "MESSAGE sip:b SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK%u\r\nFrom: <sip:a@a>;tag=1\r\n"
                         "To: <sip:b@b>\r\nCall-ID: m%u\r\nCSeq: 1 MESSAGE\r\nContent-Length: 65000\r\n\r\n", i, i);
        phone.port = (uint16_t)(10000 + i);
        l->seq[0] = i;
        segment(l, i, true, VQ_TCP_SYN, head, (size_t)n);
        for (int k = 0; k < 40; k++)
            segment(l, i, true, 0, body, sizeof body);
    }
    struct vq_stats st = stats(l);
    assert_true(st.evicted_tcp_flows > 100 && st.evicted_tcp_flows < 300);
    assert_int_equal(st.sip_messages, st.evicted_tcp_flows);
    vq_engine_finish(l->f.e);
    assert_int_equal(stats(l).sip_messages, 400);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_same_as_udp), T(test_websocket), T(test_websocket_hole), T(test_other_http),
        T(test_other_http_at_the_end), T(test_disorder), T(test_sent_twice), T(test_begins_inside_a_message), T(test_gap),
        T(test_defects), T(test_keep_alives), T(test_foreign), T(test_foreign_from_the_middle), T(test_tls),
        T(test_too_many), T(test_unfinished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
