/* test_sip_extra.c - headers that are read on demand: transfers (RFC 3515, 3891, 3892), events (RFC 6665), reasons
 * (RFC 3326), all Contacts, message fragments (RFC 3420), and the causes of Q.850. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include <voipqos/model.h>

#include "proto/sip.h"
#include "support/guard.h"

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

static void assert_slice(struct vq_slice s, const char *want)
{
    if (s.n != strlen(want) || (s.n && memcmp(s.p, want, s.n)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)s.n, s.p ? (const char *)s.p : "", want);
}

#define HEAD(method) \
    method " sip:c@d.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.4:5062;branch=z9hG4bK1\r\n" \
    "From: <sip:a@b.example>;tag=1\r\nTo: <sip:c@d.example>;tag=2\r\nCall-ID: x@y\r\nCSeq: 7 " method "\r\n"

static struct vq_sip parsed(const char *text)
{
    struct vq_sip m;
    const char *why;
    assert_true(vq_sip_parse(&parser, lit(text), &m, &why));
    return m;
}

/* RFC 5589 7.1 (attended transfer), with folding and a compact name beside it. */
static const char refer[] = HEAD("REFER") "Refer-To: <sips:482n4z24kdg@chicago.example.com;gr=8594958?Replaces=090459243588173445"
                                          "%3Bto-tag%3D9m2n3wq%3Bfrom-tag%3D763231>\r\n"
                                          "b: Alice\r\n <sip:transferor@atlanta.example.com>\r\n"
                                          "Content-Length: 0\r\n\r\n";

/* Session-ID as in RFC 7989 8.1, P-Charging-Vector as in RFC 7315 5.6. */
static void other_legs(void **state)
{
    (void)state;
    struct vq_sip m = parsed(HEAD("INVITE") "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2\r\n"
                                            "X-CID: other@h\r\n"
                                            "P-Charging-Vector: icid-value=\"1234bc9876e\";icid-generated-at=192.0.6.8\r\n\r\n");
    struct vq_sip_extra x;
    assert_true(m.has_extra);
    vq_sip_extra_read(&m, &x);
    assert_slice(x.session_id, "ab30317f1a784dc48ff824d0d3715d86");
    assert_slice(x.other_call_id, "other@h");
    assert_slice(x.icid, "1234bc9876e");
    m = parsed(HEAD("INVITE") "session-id:  ab30317f1a784dc48ff824d0d3715d86\r\nX-Call-ID: other2@h\r\n"
                              "P-Charging-Vector: icid-generated-at=192.0.6.8;\r\n ICID-Value=1234bc9876e\r\n\r\n");
    vq_sip_extra_read(&m, &x);
    assert_slice(x.session_id, "ab30317f1a784dc48ff824d0d3715d86");
    assert_slice(x.other_call_id, "other2@h");
    assert_slice(x.icid, "1234bc9876e");
}

static void transfer(void **state)
{
    (void)state;
    struct vq_sip m = parsed(refer);
    struct vq_sip_extra x;
    char id[64];
    assert_true(m.has_extra);
    vq_sip_extra_read(&m, &x);
    assert_slice(x.refer_to.uri, "sips:482n4z24kdg@chicago.example.com");
    assert_slice(x.refer_to.user, "482n4z24kdg");
    assert_slice(x.referred_by.uri, "sip:transferor@atlanta.example.com");
    assert_true(vq_sip_refer_replaces(x.refer_to_headers, id, sizeof id));
    assert_string_equal(id, "090459243588173445");
    assert_true(vq_sip_refer_replaces(lit("a=b&replaces=12%40h%zz"), id, sizeof id));
    assert_string_equal(id, "12@h%zz");
    assert_true(vq_sip_refer_replaces(lit("Replaces=1234567890"), id, 5)); /* cut to its room */
    assert_string_equal(id, "1234");
    assert_false(vq_sip_refer_replaces(lit("Accept-Contact=x"), id, sizeof id));
    assert_false(vq_sip_refer_replaces(lit("Replaces=%3Bto-tag"), id, sizeof id));
    m = parsed(HEAD("INVITE") "Replaces: 425928@bobster.example.org;to-tag=7743;from-tag=6472\r\n\r\n");
    vq_sip_extra_read(&m, &x);
    assert_slice(x.replaces, "425928@bobster.example.org");
    assert_int_equal(x.refer_to.uri.n, 0);
}

static void events(void **state)
{
    (void)state;
    struct vq_slice phrase;
    struct vq_sip m = parsed(HEAD("NOTIFY") "o: refer;id=93809824\r\nSubscription-State: terminated;reason=noresource;expires=7\r\n"
                                            "Content-Type: message/sipfrag\r\nContent-Length: 18\r\n\r\nSIP/2.0 200 OK\r\n\r\n");
    struct vq_sip_extra x;
    vq_sip_extra_read(&m, &x);
    assert_slice(x.event, "refer");
    assert_slice(x.event_id, "93809824");
    assert_slice(x.subscription_state, "terminated");
    assert_slice(x.sub_reason, "noresource");
    assert_int_equal(x.sub_expires, 7);
    assert_int_equal(vq_sip_frag_status(m.body, &phrase), 200);
    assert_slice(phrase, "OK");
    assert_int_equal(vq_sip_frag_status(lit("SIP/2.0 100 Trying"), &phrase), 100);
    assert_int_equal(vq_sip_frag_status(lit("INVITE sip:a@b SIP/2.0\r\n"), &phrase), 0);
    assert_int_equal(vq_sip_frag_status(lit("SIP/2.0 99 No"), &phrase), 0);
    assert_int_equal(vq_sip_frag_status(lit(""), &phrase), 0);
    m = parsed(HEAD("PRACK") "RAck: 776656 1 INVITE\r\n\r\n");
    vq_sip_extra_read(&m, &x);
    assert_slice(x.rack, "776656 1 INVITE");
    m = parsed(HEAD("REGISTER") "Min-Expires: 60\r\n\r\n");
    vq_sip_extra_read(&m, &x);
    assert_int_equal(x.min_expires, 60);
    assert_int_equal(x.sub_expires, -1);
}

static void reasons(void **state)
{
    (void)state;
    struct vq_sip_extra x;
    struct vq_sip m = parsed(HEAD("BYE") "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\nReason: Q.850;cause=26\r\n\r\n");
    vq_sip_extra_read(&m, &x);
    assert_slice(x.reason_protocol, "SIP");
    assert_slice(x.reason_text, "Call completed elsewhere");
    assert_int_equal(x.reason_cause, 200);
    assert_int_equal(m.q850, 26);
    m = parsed(HEAD("BYE") "Subject: x\r\n\r\n");
    assert_false(m.has_extra);
    assert_string_equal(vq_q850_text(16), "normal call clearing");
    assert_string_equal(vq_q850_text(127), "interworking, unspecified");
    assert_null(vq_q850_text(0));
    assert_null(vq_q850_text(128));
    assert_null(vq_q850_text(-1));
}

static void contacts(void **state)
{
    (void)state;
    struct vq_sip m = parsed(HEAD("REGISTER") "Contact: <sip:1@a;x=\"?\">;expires=60, \"B, C\" <sip:1@b>\r\nSubject: y\r\n"
                                              "m: sip:1@c;expires=3600\r\n\r\n");
    struct vq_sip_contacts at = {.rest = m.headers};
    struct vq_sip_addr a;
    static const struct {
        const char *uri;
        int64_t expires;
    } want[] = {{"sip:1@a", 60}, {"sip:1@b", -1}, {"sip:1@c", 3600}};
    int64_t expires;
    for (size_t i = 0; i < 3; i++) {
        assert_true(vq_sip_contact_next(&at, &a, &expires));
        assert_slice(a.uri, want[i].uri);
        assert_int_equal(expires, want[i].expires);
    }
    assert_false(vq_sip_contact_next(&at, &a, &expires));
    m = parsed(HEAD("REGISTER") "Contact: *\r\n\r\n");
    at = (struct vq_sip_contacts){.rest = m.headers};
    assert_false(vq_sip_contact_next(&at, &a, &expires));
}

/* Every prefix of a message, with the byte behind it out of bounds. */
static void stays_inside(void **state)
{
    (void)state;
    static const char text[] = HEAD("REFER") "Refer-To: <sip:a@b?Replaces=1%40h%3Bto-tag%3D9>\r\nReason: SIP;cause=200\r\n"
                                             "Event: refer;id=1\r\nContact: <sip:1@a>;expires=1,<sip:1@b>\r\n"
                                             "Content-Type: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\n";
    struct vq_guard g;
    guard_init(&g, sizeof text);
    unsigned read = 0;
    for (size_t n = 40; n < sizeof text; n++) {
        struct vq_sip m;
        struct vq_sip_extra x;
        struct vq_sip_addr a;
        struct vq_slice phrase;
        const char *why;
        char id[16];
        int64_t expires;
        if (!vq_sip_parse(&parser, vq_slice(guard_put(&g, text, n), n), &m, &why))
            continue;
        vq_sip_extra_read(&m, &x);
        struct vq_sip_contacts at = {.rest = m.headers};
        while (vq_sip_contact_next(&at, &a, &expires))
            read++;
        vq_sip_refer_replaces(x.refer_to_headers, id, sizeof id);
        vq_sip_frag_status(m.body, &phrase);
    }
    guard_done(&g);
    assert_true(read > 20);
}

/* A list without end is looked at for a while only. */
static void hostile_list(void **state)
{
    (void)state;
    static char text[66000];
    size_t n = (size_t)snprintf(text, sizeof text, "%s", HEAD("REGISTER") "Contact: ");
    while (n < 65000)
        n += (size_t)snprintf(text + n, sizeof text - n, "<,");
    snprintf(text + n, sizeof text - n, "\r\n\r\n");
    struct vq_sip m = parsed(text);
    struct vq_sip_contacts at = {.rest = m.headers};
    struct vq_sip_addr a;
    int64_t expires;
    unsigned k = 0;
    while (vq_sip_contact_next(&at, &a, &expires))
        k++;
    assert_true(k <= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_legs), cmocka_unit_test(transfer), cmocka_unit_test(events),       cmocka_unit_test(reasons),
        cmocka_unit_test(contacts), cmocka_unit_test(stays_inside), cmocka_unit_test(hostile_list),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
