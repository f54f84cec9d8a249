#include "oom/capture.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "support/frame.h"
#include "unit/proto/tls_vectors.h"

#define MS INT64_C(1000000)

/* An Ethernet frame with a UDP datagram from 10.0.0.`from`:sport to 10.0.0.`to`:dport. */
static void add_frame(struct capture *c, int64_t later, unsigned from, unsigned sport, unsigned to, unsigned dport,
                      const void *payload, size_t n)
{
    uint8_t *p = c->bytes + c->used;
    assert(c->used + FRAME_HEADERS + n <= sizeof c->bytes && c->n < sizeof c->frames / sizeof *c->frames);
    uint32_t len = (uint32_t)frame_headers(p, n, 0x0a000000u + from, 0x0a000000u + to, (uint16_t)sport, (uint16_t)dport,
                                           FRAME_UDP);
    memcpy(p + FRAME_HEADERS, payload, n);
    c->now += later;
    c->frames[c->n] = (struct vq_frame){c->now, c->n + 1, p, len, len, 1};
    c->n++;
    c->used += len;
}

/* A TCP segment without options between the ports 5062 of two hosts. */
static void add_segment(struct capture *c, unsigned from, unsigned to, uint32_t seq, const void *payload, size_t n)
{
    uint8_t p[1024] = {0}; /* the header from its sequence number on, then the payload */
    assert(n + 16 <= sizeof p);
    put_be32(p, seq);
    p[8] = 0x50;
    memcpy(p + 16, payload, n);
    size_t before = c->used;
    add_frame(c, MS, from, 5062, to, 5062, p, n + 16);
    /* What add_frame() writes as UDP: the header's last four bytes are TCP's sequence number, the protocol is another. */
    uint8_t *ip = c->bytes + before + 14;
    ip[9] = FRAME_TCP;
    memmove(ip + 24, ip + 28, n + 16);
    put_be16(ip + 2, (unsigned)(40 + n));
    c->used -= 4;
    c->frames[c->n - 1].caplen -= 4;
    c->frames[c->n - 1].len -= 4;
}

/* A message in three segments, of which the second comes last. */
static void add_stream(struct capture *c)
{
    static const char text[] =
        "OPTIONS sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1:5062;branch=z9hG4bKtcp\r\nMax-Forwards: 70\r\n"
        "From: <sip:a@example.com>;tag=a\r\nTo: <sip:b@example.com>\r\nCall-ID: tcp@example\r\nCSeq: 1 OPTIONS\r\n"
        "Content-Length: 0\r\n\r\n";
    size_t n = sizeof text - 1;
    add_segment(c, 1, 2, 100, text, 80);
    add_segment(c, 1, 2, 180, text + 80, 40);
    add_segment(c, 1, 2, 260, text + 160, n - 160);
    add_segment(c, 1, 2, 220, text + 120, 40);
}

/* RFC 8448 3 up to the client's content, which is no SIP. The server's hello comes last: the client's records wait. */
static void add_tls(struct capture *c)
{
    uint8_t bytes[1024];
    static const char *const client[] = {RFC8448_CLIENT_HELLO, RFC8448_CLIENT_FINISHED, RFC8448_CLIENT_DATA};
    uint32_t seq = 100;
    for (size_t i = 0; i < sizeof client / sizeof *client; i++) {
        size_t n = unhex(client[i], bytes);
        add_segment(c, 3, 4, seq, bytes, n);
        seq += (uint32_t)n;
    }
    add_segment(c, 4, 3, 500, bytes, unhex(RFC8448_SERVER_HELLO, bytes));
}

const char capture_keylog[] = RFC8448_LOG;

struct message {
    const char *start_line, *method;
    unsigned cseq;
    bool answer, sdp;
    const char *extra; /* whole header lines */
};

static void add_message(struct capture *c, const char *id, unsigned caller, const struct message *m)
{
    char sdp[256] = "", text[1500];
    unsigned callee = caller + 1, from = m->answer ? callee : caller, to = m->answer ? caller : callee;
    if (m->sdp)
        snprintf(
            sdp, sizeof sdp,
            "v=0\r\no=- 1 1 IN IP4 10.0.0.%u\r\ns=-\r\nc=IN IP4 10.0.0.%u\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 101\r\n"
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n",
            from, from);
    int n = snprintf(
        text, sizeof text,
        "%s\r\nVia: SIP/2.0/UDP 10.0.0.%u:5060;branch=z9hG4bK%s%u%s\r\nMax-Forwards: 70\r\n"
        "From: \"Alice\" <sip:alice@example.com>;tag=a%s\r\nTo: <sip:bob@example.com>%s\r\nCall-ID: %s@example\r\n"
        "CSeq: %u %s\r\nContact: <sip:user@10.0.0.%u>\r\nUser-Agent: test\r\n%s%sContent-Length: %zu\r\n\r\n%s",
        m->start_line, caller, id, m->cseq, m->method, id, m->answer || m->cseq > 1 ? ";tag=b" : "", id, m->cseq,
        m->method, from, m->extra ? m->extra : "", m->sdp ? "Content-Type: application/sdp\r\n" : "", strlen(sdp), sdp);
    add_frame(c, 10 * MS, from, 5060, to, 5060, text, (size_t)n);
}

static void add_messages(struct capture *c, const char *id, unsigned caller, const struct message *m, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_message(c, id, caller, &m[i]);
}
#define ADD_MESSAGES(c, id, caller, m) add_messages(c, id, caller, m, sizeof(m) / sizeof *(m))

/* Packet i of the RTP stream of one side, 20 ms of PCMU. */
static void add_rtp(struct capture *c, unsigned from, unsigned to, unsigned i)
{
    uint8_t p[172] = {0x80, 0};
    put_be16(p + 2, 65530 + i); /* wraps around */
    put_be32(p + 4, 160 * i);
    put_be32(p + 8, 0x1234 + from);
    memset(p + 12, 0xff, 160);
    add_frame(c, 10 * MS, from, 4000, to, 4000, p, sizeof p);
}

/* Sender report with one report block, and SDES with a CNAME (RFC 3550 6.4.1, 6.5). */
static void add_rtcp(struct capture *c, unsigned from, unsigned to)
{
    uint8_t p[52 + 16] = {0x81, 200, 0, 12};
    put_be32(p + 4, 0x1234 + from);
    put_be32(p + 8, 0xe8000000u);
    put_be32(p + 16, 1600);
    put_be32(p + 20, 10);
    put_be32(p + 24, 1600);
    put_be32(p + 28, 0x1234 + to);
    put_be32(p + 36, 65536 + 3);
    static const uint8_t sdes[4] = {0x81, 202, 0, 3};
    memcpy(p + 52, sdes, sizeof sdes);
    put_be32(p + 56, 0x1234 + from);
    p[60] = 1; /* CNAME */
    p[61] = 3;
    memcpy(p + 62, "a@b", 3);
    add_frame(c, MS, from, 4001, to, 4001, p, sizeof p);
}

static void add_call(struct capture *c, const char *id, unsigned caller)
{
    static const struct message begin[] = {
        {"INVITE sip:bob@example.com SIP/2.0", "INVITE", 1, false, true, NULL},
        {"SIP/2.0 100 Trying", "INVITE", 1, true, false, NULL},
        {"SIP/2.0 180 Ringing", "INVITE", 1, true, false, NULL},
        {"SIP/2.0 200 OK", "INVITE", 1, true, true, NULL},
        {"ACK sip:bob@example.com SIP/2.0", "ACK", 1, false, false, NULL},
    };
    static const struct message end[] = {
        {"BYE sip:bob@example.com SIP/2.0", "BYE", 2, false, false, "Reason: Q.850;cause=16\r\n"},
        {"SIP/2.0 200 OK", "BYE", 2, true, false, NULL},
    };
    unsigned callee = caller + 1;
    ADD_MESSAGES(c, id, caller, begin);
    for (unsigned i = 0; i < CAPTURE_RTP; i++) {
        if (i == CAPTURE_RTP / 2) {
            add_rtcp(c, caller, callee);
            add_rtcp(c, callee, caller);
            c->now += 18 * MS; /* in place of one packet each way */
            continue;
        }
        add_rtp(c, caller, callee, i);
        add_rtp(c, callee, caller, i);
    }
    ADD_MESSAGES(c, id, caller, end);
}

void capture_build(struct capture *c)
{
    static const struct message registration[] = {
        {"REGISTER sip:example.com SIP/2.0", "REGISTER", 1, false, false, "Expires: 60\r\n"},
        {"SIP/2.0 401 Unauthorized", "REGISTER", 1, true, false,
         "WWW-Authenticate: Digest realm=\"example.com\", nonce=\"n\"\r\n"},
        {"REGISTER sip:example.com SIP/2.0", "REGISTER", 2, false, false,
         "Authorization: Digest username=\"alice\", realm=\"example.com\", nonce=\"n\", uri=\"sip:example.com\", "
         "response=\"00000000000000000000000000000000\"\r\nExpires: 60\r\n"},
        {"SIP/2.0 200 OK", "REGISTER", 2, true, false, "Expires: 60\r\n"},
    };
    static const struct message query[] = {
        {"OPTIONS sip:example.com SIP/2.0", "OPTIONS", 1, false, false, NULL},
        {"SIP/2.0 200 OK", "OPTIONS", 1, true, false, NULL},
    };
    /* libosip2 refuses a header line without a colon; the message is kept by the fallback. */
    static const struct message damaged[] = {
        {"MESSAGE sip:bob@example.com SIP/2.0", "MESSAGE", 1, false, false, "no colon here\r\n"},
    };
    /* Binding request and success response with XOR-MAPPED-ADDRESS 192.0.2.1:32853 (RFC 5769 2.1, 2.2 transaction). */
    static const uint8_t request[20] = {0,    1,    0,    0,    0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7,
                                        0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
    static const uint8_t response[32] = {1,    1,    0,    12,   0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7,
                                         0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0,    0x20,
                                         0,    8,    0,    1,    0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43};
    memset(c, 0, sizeof *c);
    c->now = INT64_C(1700000000000) * MS;
    ADD_MESSAGES(c, "registration", 1, registration);
    ADD_MESSAGES(c, "options", 1, query);
    ADD_MESSAGES(c, "damaged", 1, damaged);
    add_frame(c, MS, 1, 4000, 9, 3478, request, sizeof request);
    add_frame(c, MS, 9, 3478, 1, 4000, response, sizeof response);
    add_stream(c);
    add_tls(c);
    add_call(c, "first", 1);
    c->second = c->n;
    add_call(c, "second", 11);
}
