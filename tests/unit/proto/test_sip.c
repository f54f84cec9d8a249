/* test_sip.c - SIP messages: RFC 3665 and RFC 4475, each field, each defect, and the ends of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "proto/sip.h"
#include "support/guard.h"
#include "unit/proto/sip_vectors.h"
#include "util/str.h"

static struct vq_sip_parser parser;

static int start(void **state)
{
    (void)state;
    vq_sip_parser_init(&parser);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    vq_sip_parser_done(&parser);
    return 0;
}

static struct vq_slice lit(const char *z)
{
    return vq_slice(z, strlen(z));
}

static bool parse(const char *text, struct vq_sip *out)
{
    const char *why = NULL;
    bool ok = vq_sip_parse(&parser, lit(text), out, &why);
    assert_true(ok || why);
    return ok;
}

static void assert_slice(struct vq_slice s, const char *want)
{
    if (s.n != strlen(want) || (s.n && memcmp(s.p, want, s.n)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)s.n, s.p ? (const char *)s.p : "", want);
}

static enum sip_path path_of(const char *text)
{
    struct vq_sip m;
    const char *why;
    if (vq_sip_scan_strict(lit(text), &m))
        return BY_STRICT;
    return vq_sip_osip(&parser, lit(text), &m, &why) ? BY_OSIP : BY_LENIENT;
}

static void rfc_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIP_VECTORS; i++) {
        const struct sip_vector *v = &sip_vectors[i];
        struct vq_sip m;
        char begin[80];
        enum sip_path path = path_of(v->text);
        if (!parse(v->text, &m))
            fail_msg("%s is refused", v->name);
        snprintf(begin, sizeof begin, "%u", m.status);
        if (m.request)
            snprintf(begin, sizeof begin, "%.*s", (int)m.method_text.n, (const char *)m.method_text.p);
        if (path != v->path)
            fail_msg("%s: path %d", v->name, path);
        assert_string_equal(begin, v->start);
        assert_slice(m.call_id, v->call_id);
        if (!v->defect != !m.defect || (m.defect && strcmp(m.defect, v->defect)))
            fail_msg("%s: %s", v->name, m.defect ? m.defect : "no defect");
    }
}

#define VIA  "Via: SIP/2.0/UDP 192.0.2.4:5062;rport;branch=z9hG4bK1\r\n"
#define IDS  "From: <sip:a@b.example>;tag=1\r\nTo: <sip:c@d.example>\r\nCall-ID: x@y\r\nCSeq: 7 INVITE\r\n"
#define HEAD "INVITE sip:c@d.example SIP/2.0\r\n" VIA IDS
#define SDP  "v=0\r\nm=audio 1 RTP/AVP 0\r\n" /* 26 bytes */

static void fields(void **state)
{
    static const char text[] =
        "REGISTER sip:example.com;transport=udp SIP/2.0\r\n"
        "v: SIP/2.0/UDP [2001:db8::9]:5062;branch=z9hG4bKabc;received=10.0.0.9\r\n"
        "Via: SIP/2.0/TCP proxy.example.com;branch=z9hG4bKdef\r\n"
        "f: \"Ann, A.\" <sip:1001@10.0.0.2:5060;user=phone>;tag=ft;x=\"y;z\"\r\n"
        "t: Bob B <sips:%42ob@example.com>;tag=tt\r\n"
        "i: 8a@h\r\nCSeq: 2147483647 REGISTER\r\n"
        "m: <sip:1001@10.0.0.2;ob>;expires=60;+sip.instance=\"<urn:uuid:1>\", sip:1001@10.0.0.3\r\n"
        "Expires: 3600\r\nUser-Agent: Phone/1.0 (x)\r\n"
        "Reason: SIP;cause=200;text=\"a, b\", Q.850;cause=16;text=\"x\"\r\n"
        "Authorization: Digest username=\"1001\", realm=\"as,terisk\", nonce=\"5f\", uri=\"sip:x\", "
        "response=\"0123456789abcdef0123456789abcdef\", algorithm=MD5\r\n"
        "l: 0\r\n\r\n";
    (void)state;
    struct vq_sip m;
    assert_int_equal(path_of(text), BY_STRICT);
    assert_true(parse(text, &m));
    assert_true(m.request && m.has_cseq && !m.by_osip && !m.contact_star);
    assert_null(m.defect);
    assert_int_equal(m.method, VQ_SIP_REGISTER);
    assert_int_equal(m.status, 0);
    assert_slice(m.request_uri, "sip:example.com;transport=udp");
    assert_slice(m.sent_by, "[2001:db8::9]:5062");
    assert_slice(m.branch, "z9hG4bKabc");
    assert_slice(m.from.name, "Ann, A.");
    assert_slice(m.from.uri, "sip:1001@10.0.0.2:5060");
    assert_slice(m.from.user, "1001");
    assert_slice(m.from.host, "10.0.0.2:5060");
    assert_slice(m.from.tag, "ft");
    assert_slice(m.to.name, "Bob B");
    assert_slice(m.to.uri, "sips:%42ob@example.com");
    assert_slice(m.to.tag, "tt");
    assert_slice(m.call_id, "8a@h");
    assert_int_equal(m.cseq, INT32_MAX);
    assert_slice(m.contact.uri, "sip:1001@10.0.0.2");
    assert_int_equal(m.expires, 60); /* the Contact's wins over the header's */
    assert_slice(m.user_agent, "Phone/1.0 (x)");
    assert_int_equal(m.q850, 16);
    assert_true(m.credentials.present && !m.challenge.present);
    assert_slice(m.credentials.username, "1001");
    assert_slice(m.credentials.realm, "as,terisk");
    assert_slice(m.credentials.nonce, "5f");
    assert_slice(m.credentials.algorithm, "MD5");
    assert_int_equal(m.body.n, 0);
}

/* RFC 3581: what each hop saw of the one before it. The topmost Via is the receiver's of a response, the last one belongs
 * to whoever began. By every way through the parser: folding leads to libosip2, a second Call-ID to the lenient scan. */
static void vias(void **state)
{
    static const struct {
        const char *fold, *extra;
        enum sip_path path;
    } ways[] = {{"", "", BY_STRICT}, {"\r\n ", "", BY_OSIP}, {"", "i: d\r\n", BY_LENIENT}};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char text[600];
        struct vq_sip m;
        snprintf(text, sizeof text,
                 "SIP/2.0 200 OK\r\n"
                 "Via: SIP/2.0/UDP 10.71.0.2%s;branch=z9hG4bKp,SIP/2.0/UDP 10.0.0.9:5080;branch=z9hG4bKq\r\n"
                 "v: SIP/2.0/UDP 192.168.71.10:5060;received=10.71.0.71;branch=z9hG4bKu;rport=29953\r\n"
                 "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\n%sCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n",
                 ways[i].fold, ways[i].extra);
        assert_int_equal(path_of(text), ways[i].path);
        assert_true(parse(text, &m));
        assert_int_equal(m.vias, 3);
        assert_slice(m.sent_by, "10.71.0.2");
        assert_slice(m.branch, "z9hG4bKp");
        assert_int_equal(m.received.n, 0);
        assert_slice(m.origin.sent_by, "192.168.71.10:5060");
        assert_slice(m.origin.branch, "z9hG4bKu");
        assert_slice(m.origin.received, "10.71.0.71");
        assert_slice(m.origin.rport, "29953");
    }
    struct vq_sip m;
    assert_true(parse("OPTIONS sip:x@h SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.2;rport;branch=z9hG4bK1;received=192.0.2.7\r\n"
                      "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n",
                      &m));
    assert_int_equal(m.vias, 1);
    assert_slice(m.received, "192.0.2.7");
    assert_int_equal(m.rport.n, 0);
    assert_slice(m.origin.sent_by, "192.168.1.2");
}

/* The same values by way of libosip2: the message is folded, and tabs stand in it. */
static void fields_by_osip(void **state)
{
    static const char text[] =
        "SIP/2.0 401 Who are you?\r\n"
        "Via: SIP/2.0/UDP 192.0.2.4:5062\r\n ;branch=z9hG4bK1\r\n"
        "From:\t\"Ann\" <sip:1001@10.0.0.2>;tag=ft\r\n"
        "To: <sip:b@[2001:db8::1]:5070;user=phone>;tag=tt\r\n"
        "Call-ID: 8a@h\r\nCSeq: 3 REGISTER\r\nContact: *\r\nServer: s/1\r\n"
        "WWW-Authenticate: Digest realm=\"r\",\r\n nonce=\"n\",\r\n\tstale=TRUE, algorithm=SHA-256\r\n"
        "Reason: Q.850;cause=300\r\nExpires: 0\r\n\r\n";
    (void)state;
    struct vq_sip m;
    assert_int_equal(path_of(text), BY_OSIP);
    assert_true(parse(text, &m));
    assert_true(!m.request && m.has_cseq && m.by_osip && m.contact_star);
    assert_null(m.defect);
    assert_int_equal(m.status, 401);
    assert_slice(m.reason_phrase, "Who are you?");
    assert_int_equal(m.method, VQ_SIP_REGISTER);
    assert_slice(m.method_text, "REGISTER");
    assert_int_equal(m.cseq, 3);
    assert_slice(m.branch, "z9hG4bK1");
    assert_slice(m.sent_by, "192.0.2.4:5062");
    assert_slice(m.from.name, "Ann");
    assert_slice(m.from.uri, "sip:1001@10.0.0.2");
    assert_slice(m.to.uri, "sip:b@[2001:db8::1]:5070");
    assert_slice(m.to.host, "[2001:db8::1]:5070");
    assert_slice(m.to.user, "b");
    assert_slice(m.user_agent, "s/1");
    assert_true(m.challenge.present && m.challenge.stale);
    assert_slice(m.challenge.realm, "r");
    assert_slice(m.challenge.nonce, "n");
    assert_slice(m.challenge.algorithm, "SHA-256");
    assert_int_equal(m.q850, -1); /* Q.850 causes end at 127 */
    assert_int_equal(m.expires, 0);
}

static void defects(void **state)
{
    static const struct {
        const char *text;
        const char *defect; /* NULL: none */
        const char *body;
    } list[] = {
        {HEAD "\r\n", NULL, ""},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: 26\r\n\r\n" SDP, NULL, SDP},
        {HEAD "Content-Type: application/sdp\r\n\r\n" SDP, NULL, SDP},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: 26\r\n\r\n" SDP "\r\n\r\n", NULL, SDP},
        {HEAD "Content-Length: 26\r\n\r\n" SDP, "body without Content-Type", SDP},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: 0\r\n\r\n" SDP, "Content-Length 0, but a body follows",
         SDP},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: -5\r\n\r\n" SDP, "Content-Length is negative", SDP},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: x\r\n\r\n" SDP, "Content-Length is not a number", SDP},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: 27\r\n\r\n" SDP, "Content-Length is beyond the data",
         SDP},
        {HEAD "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\n" SDP, "bytes behind the body", "v=0\r\n"},
        {HEAD "Content-Type: sdp\r\n\r\n" SDP, "Content-Type is not <type>/<subtype>", SDP},
        {HEAD "Content-Length: 0\r\n\r\n" HEAD "\r\n", "a second message in the datagram", ""},
        {HEAD "X-None\r\n\r\n", "header line without colon", ""},
        {HEAD "From: <sip:z@b.example>;tag=2\r\n\r\n", "two From headers", ""},
        {HEAD "t: <sip:z@b.example>;tag=2\r\n\r\n", "two To headers", ""},
        {HEAD "i: 2\r\n\r\n", "two Call-ID headers", ""},
        {HEAD "CSeq: 8 INVITE\r\n\r\n", "two CSeq headers", ""},
        {HEAD "l: 0\r\nl: 0\r\n\r\n", "two Content-Length headers", ""},
        {HEAD "c: a/b\r\nc: a/b\r\n\r\n", "two Content-Type headers", ""},
        {HEAD "Contact: 1001@10.0.0.1\r\n\r\n", "Contact URI without scheme", ""},
        {HEAD "Subject: cut", "headers end without an empty line", ""},
        {HEAD, "headers end without an empty line", ""},
        {"INVITE c@d.example SIP/2.0\r\n" VIA IDS "\r\n", "Request-URI without scheme", ""},
        {"INVITE sip:c@d.example sip/2.0\r\n" VIA IDS "\r\n", "version is not SIP/2.0", ""},
        {"INVITE sip:c@d.example SIP/2.0\r\n" IDS "\r\n", "no Via header", ""},
        {"BYE sip:c@d.example SIP/2.0\r\n" VIA IDS "\r\n", "CSeq names another method than the request", ""},
        {"SIP/2.0 200\r\n" VIA IDS "\r\n", "status line ends after the code", ""},
        {"SIP/2.0 099 X\r\n" VIA IDS "\r\n", "status code is not within 100 to 699", ""},
        {" \t" HEAD "\r\n", "bytes before the start line", ""},
        {"\r\n\r\n" HEAD "\r\n", NULL, ""},
        {"ACK sip:a@b SIP/2.0\r\n" VIA "From: a@b\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 ACK\r\n\r\n",
         "From URI without scheme", ""},
        {"ACK sip:a@b SIP/2.0\r\n" VIA "From: <sip:a@b>\r\nTo: c@d\r\nCall-ID: x\r\nCSeq: 1 ACK\r\n\r\n",
         "To URI without scheme", ""},
        {"ACK sip:a@b SIP/2.0\r\n" VIA "From: <sip:a@b>\r\nTo: <sip:c@d>\r\nCSeq: 1 ACK\r\n\r\n", "no Call-ID header",
         ""},
        {"ACK sip:a@b SIP/2.0\r\n" VIA "From: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: x\r\n\r\n", "no CSeq header", ""},
        {"ACK sip:a@b SIP/2.0\r\n" VIA "To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 ACK\r\n\r\n", "no From header", ""},
        {"ACK sip:a@b SIP/2.0\r\n" VIA "From: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 ACK\r\n\r\n", "no To header", ""},
        {"ACK sip:a@b SIP/2.0\nVia: SIP/2.0/UDP h\nFrom: <sip:a@b>\nTo: <sip:c@d>\nCall-ID: x\nCSeq: 1 ACK\n\n", NULL,
         ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        struct vq_sip m;
        if (!parse(list[i].text, &m))
            fail_msg("row %zu is refused", i);
        if (!m.defect != !list[i].defect || (m.defect && strcmp(m.defect, list[i].defect)))
            fail_msg("row %zu: %s", i, m.defect ? m.defect : "no defect");
        assert_slice(m.body, list[i].body);
        if (m.body.n && vq_str_starts(m.body, "v=0") && !strstr(list[i].text, ": sdp"))
            assert_slice(m.content_type, "application/sdp");
    }
}

static void nul_in_a_header(void **state)
{
    static const char text[] = HEAD "Subject: a\0b\r\n\r\n";
    (void)state;
    struct vq_sip m;
    const char *why;
    assert_true(vq_sip_parse(&parser, vq_slice(text, sizeof text - 1), &m, &why));
    assert_string_equal(m.defect, "NUL byte in a header");
    assert_slice(m.call_id, "x@y");
    assert_false(m.by_osip);
}

static void what_is_no_message(void **state)
{
    static const char *const list[] = {"",
                                       "\r\n\r\n",
                                       "HELLO",
                                       "HTTP/1.1 200 OK\r\n\r\n",
                                       "SIP/2.0 xyz\r\n\r\n",
                                       "INVITE  sip:a@b  SIP/2.0\r\nSubject: x\r\n\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        struct vq_sip m = {.cseq = 77};
        const char *why = NULL;
        assert_false(vq_sip_parse(&parser, lit(list[i]), &m, &why));
        assert_string_equal(why, i < 5 ? "no start line" : "neither Call-ID nor CSeq nor From");
        assert_int_equal(m.cseq, 77);
    }
}

/* Hand-made stacks send an exact start line and little more; they are to be seen in the ladder. */
static void a_start_line_is_enough(void **state)
{
    (void)state;
    struct vq_sip m;
    assert_true(parse("SIP/2.0 200 OK\r\n\r\n", &m));
    assert_int_equal(m.status, 200);
    assert_int_equal(m.call_id.n, 0);
    assert_false(m.has_cseq);
    assert_string_equal(m.defect, "no Call-ID header");
    assert_true(parse("INVITE sip:user2 SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n" SDP, &m));
    assert_int_equal(m.method, VQ_SIP_INVITE);
    assert_slice(m.body, SDP);
}

static void multipart(void **state)
{
#define PARTS "--b1\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b1\r\nc: application/sdp\r\nX: y\r\n\r\n" SDP
    static const char closed[] = HEAD "Content-Type: multipart/mixed;boundary=\"b1\"\r\n\r\n" PARTS "--b1--\r\n";
    static const char open[] = HEAD "Content-Type: multipart/mixed; boundary=b1\r\n\r\n" PARTS;
    static const char none[] = HEAD "Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n\r\nx\r\n--b1--\r\n";
#define REPORT "--b1\r\nContent-Type: application/vq-rtcpxr;x=y\r\n\r\nVQSessionReport\r\n"
    static const char report[] = HEAD "Content-Type: multipart/mixed; boundary=b1\r\n\r\n" REPORT "--b1--\r\n";
    static const char both[] = HEAD "Content-Type: multipart/mixed; boundary=b1\r\n\r\n" REPORT PARTS "--b1--\r\n";
    (void)state;
    struct vq_sip m;
    assert_true(parse(closed, &m));
    assert_null(m.defect);
    assert_slice(m.content_type, "application/sdp");
    assert_slice(m.body, SDP);
    assert_true(parse(open, &m));
    assert_string_equal(m.defect, "multipart body ends without its closing boundary");
    assert_slice(m.body, SDP);
    assert_true(parse(none, &m));
    assert_slice(m.content_type, "multipart/mixed; boundary=b1");
    assert_slice(m.body, "--b1\r\n\r\nx\r\n--b1--\r\n");
    assert_true(parse(report, &m));
    assert_slice(m.content_type, "application/vq-rtcpxr");
    assert_slice(m.body, "VQSessionReport\r\n");
    assert_true(parse(both, &m));
    assert_slice(m.content_type, "application/sdp");
    assert_slice(m.body, SDP);
}

static void methods(void **state)
{
    (void)state;
    for (unsigned i = VQ_SIP_UNKNOWN + 1; i < VQ_SIP_METHODS; i++)
        assert_int_equal(vq_sip_method_of(lit(vq_sip_method_name((enum vq_sip_method)i))), i);
    assert_int_equal(vq_sip_method_of(lit("invite")), VQ_SIP_UNKNOWN);
    assert_int_equal(vq_sip_method_of(lit("INVITES")), VQ_SIP_UNKNOWN);
    assert_int_equal(vq_sip_method_of(lit("")), VQ_SIP_UNKNOWN);
}

/* What the strict scan is unsure of it must leave to others, and every such thing alone is enough. */
static void strict_refuses(void **state)
{
    static const char *const list[] = {
        HEAD,
        HEAD "\r",
        "INVITE sip:c@d.example SIP/2.0\n" VIA IDS "\r\n",
        "INVITE sip:c@d.example  SIP/2.0\r\n" VIA IDS "\r\n",
        "INVITE sip:c:pw@d.example SIP/2.0\r\n" VIA IDS "\r\n",
        "INVITE sip:%4@d.example SIP/2.0\r\n" VIA IDS "\r\n",
        "SIP/2.0 2000 OK\r\n" VIA IDS "\r\n",
        "SIP/2.0 200\r\n" VIA IDS "\r\n",
        "INVITE sip:c@d.example SIP/2.0\r\n" IDS "\r\n",
        "INVITE sip:c@d.example SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n" IDS "\r\n",
        HEAD "X: a\tb\r\n\r\n",
        HEAD "X: a\r\n b\r\n\r\n",
        HEAD "X: a\rb\r\n\r\n",
        HEAD "X : a\r\n\r\n",
        HEAD "Contact: <sip:a@b>, *\r\n\r\n",
        HEAD "Contact: *, <sip:a@b>\r\n\r\n",
        HEAD "Contact: sip:a;b@c\r\n\r\n",
        HEAD "Contact: \"a\\\"b\" <sip:a@b>\r\n\r\n",
        HEAD "Contact: <sip:a@[1]>\r\n\r\n",
        HEAD "Contact: <sip:a@b:123456>\r\n\r\n",
        HEAD "l: 1\r\n\r\n",
        /* Twice a parameter, of which the readers take different ones. */
        "INVITE sip:c@d.example SIP/2.0\r\nVia: SIP/2.0/UDP h;branch;branch=z9hG4bKx\r\n" IDS "\r\n",
        HEAD "Contact: <sip:a@b>;expires=~3;expires=4\r\n\r\n",
    };
    (void)state;
    struct vq_sip m;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (vq_sip_scan_strict(lit(list[i]), &m))
            fail_msg("row %zu is accepted", i);
}

static void stays_inside(void **state)
{
    (void)state;
    struct vq_guard g;
    guard_init(&g, 4096);
    for (size_t i = 0; i < SIP_VECTORS; i++) {
        size_t all = strlen(sip_vectors[i].text);
        for (size_t n = 0; n <= all; n++) {
            struct vq_slice s = {guard_put(&g, sip_vectors[i].text, n), n};
            struct vq_sip m;
            const char *why = NULL;
            bool strict = vq_sip_scan_strict(s, &m);
            assert_true(!strict || n > 200);
            if (!vq_sip_parse(&parser, s, &m, &why))
                assert_non_null(why);
        }
    }
    guard_done(&g);
}

/* Lists without end and brackets without partner must not cost their length squared. */
static void hostile_lengths(void **state)
{
    static const char *const units[] = {"<,", "\",", ";a", ",<sip:a@b>", "\"\\", "(", ";\"", " \t"};
    static const char *const names[] = {"Contact: ", "From: ", "Via: SIP/2.0/UDP h",
                                        "Reason: ", "WWW-Authenticate: Digest "};
    static char text[66000];
    (void)state;
    for (size_t u = 0; u < sizeof units / sizeof units[0]; u++)
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            struct vq_sip m;
            size_t n = (size_t)snprintf(text, sizeof text, "%s%s", HEAD, names[k]);
            while (n < 65000)
                n += (size_t)snprintf(text + n, sizeof text - n, "%s", units[u]);
            snprintf(text + n, sizeof text - n, "\r\n\r\n");
            assert_true(parse(text, &m));
            assert_slice(m.call_id, "x@y");
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_messages),    cmocka_unit_test(fields),
        cmocka_unit_test(vias),
        cmocka_unit_test(fields_by_osip),  cmocka_unit_test(defects),
        cmocka_unit_test(nul_in_a_header), cmocka_unit_test(what_is_no_message),
        cmocka_unit_test(multipart),       cmocka_unit_test(a_start_line_is_enough),
        cmocka_unit_test(methods),         cmocka_unit_test(strict_refuses),
        cmocka_unit_test(stays_inside),    cmocka_unit_test(hostile_lengths),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
