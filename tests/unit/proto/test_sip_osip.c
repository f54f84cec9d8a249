/* test_sip_osip.c - libosip2 behind its door: agreement with the strict scan, silence, memory that ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/sip_agree.h"
#include "unit/proto/sip_vectors.h"

static struct vq_slice lit(const char *z)
{
    return vq_slice(z, strlen(z));
}

#define VIA  "Via: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1\r\n"
#define IDS  "From: <sip:a@b.example>;tag=1\r\nTo: <sip:c@d.example>\r\nCall-ID: x@y\r\nCSeq: 7 INVITE\r\n"
#define HEAD "INVITE sip:c@d.example SIP/2.0\r\n" VIA IDS

/* Regular messages whose values lie at the edges of what the strict scan lets pass. */
static const char *const edges[] = {
    HEAD "\r\n",
    HEAD "Contact: *\r\n\r\n",
    HEAD "Contact: <sip:[2001:db8::1]>\r\n\r\n",
    HEAD "Contact: <sip:a;b/c@d>\r\n\r\n",
    HEAD "Contact: <sip:a,b@c>,\"x, <y>\" <sips:d@e:5061;lr>;q=0.5\r\n\r\n",
    HEAD "Contact: tel:+15551234\r\n\r\n",
    HEAD "Contact: <tel:+1-555-1234;phone-context=x>\r\n\r\n",
    HEAD "Contact: a.b-c <sip:%41%42@c>;expires=5\r\n\r\n",
    HEAD "c: text/plain;charset=\"utf-8\"\r\nl: 2\r\n\r\nhi",
    HEAD "c: text/plain\r\nl: 0\r\n\r\n",
    HEAD "Via: SIP/2.0/TLS [::1]:5061;branch=2, SIP/2.0/TCP h;branch=3\r\nl:     0   \r\n\r\n",
    HEAD "Subject:\r\nX-Y:\r\nWarning: 399 h \"a, b\"\r\nX: \"\r\nY: <,\r\n\r\n",
    "SIP/2.0 699 \r\n" VIA IDS "\r\n",
    "SIP/2.0 100 a  b \r\n" VIA IDS "\r\n",
    "m tel:123 SIP/2.0\r\n" VIA "f: x<sip:u@h>;tag=t\r\nt:sip:u@h\r\ni:y\r\nCSEQ: 0 m\r\n\r\n",
};

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

static void check_agreement(const char *text)
{
    struct vq_sip strict, osip;
    const char *why;
    if (!vq_sip_scan_strict(lit(text), &strict))
        fail_msg("the strict scan refuses %s", text);
    if (!vq_sip_osip(&parser, lit(text), &osip, &why))
        fail_msg("libosip2 refuses %s", text);
    const char *field = sip_disagreement(&strict, &osip);
    if (field)
        fail_msg("%s differs in %s", field, text);
}

static void agrees_with_the_strict_scan(void **state)
{
    (void)state;
    unsigned compared = 0;
    for (size_t i = 0; i < SIP_VECTORS; i++)
        if (sip_vectors[i].path == BY_STRICT) {
            check_agreement(sip_vectors[i].text);
            compared++;
        }
    assert_true(compared >= 10);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        check_agreement(edges[i]);
}

/* libosip2 of itself writes "Could not parse start line of message" and the like to stdout. */
static void says_nothing(void **state)
{
    (void)state;
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    FILE *f = tmpfile();
    assert_true(kept >= 0 && f);
    dup2(fileno(f), STDOUT_FILENO);
    for (size_t i = 0; i < SIP_VECTORS; i++) {
        struct vq_sip m;
        const char *why;
        vq_sip_osip(&parser, lit(sip_vectors[i].text), &m, &why);
    }
    fflush(stdout);
    long written = lseek(fileno(f), 0, SEEK_END);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    fclose(f);
    assert_int_equal(written, 0);
}

/* A message whose parameters need more than was fetched ahead, in arenas that end at every size. */
static void memory_that_ends(void **state)
{
    char text[2000] = HEAD "Subject: a\r\n b\r\nContact: <sip:a@b>";
    (void)state;
    while (strlen(text) < 1800)
        strcat(text, ";a=b");
    strcat(text, "\r\n\r\n");
    unsigned accepted = 0, without = 0;
    for (uint32_t cap = 0; cap < 200000; cap += 500) {
        struct vq_sip_parser p;
        struct vq_sip m;
        const char *why = NULL;
        vq_sip_parser_init(&p);
        p.arena.cap = cap;
        /* The lenient scan stands in, and blames nobody. */
        assert_true(vq_sip_parse(&p, lit(text), &m, &why));
        assert_null(m.defect);
        assert_true(vq_str_eq(m.call_id, lit("x@y")));
        assert_true(vq_str_eq(m.contact.uri, lit("sip:a@b")));
        accepted += m.by_osip;
        without += !m.by_osip;
        m.cseq = 77;
        if (!vq_sip_osip(&p, lit(text), &m, &why)) {
            assert_string_equal(why, "no memory for libosip2");
            assert_int_equal(m.cseq, 77);
        }
        vq_sip_parser_done(&p);
    }
    assert_true(accepted > 0 && without > 0);
}

static void values_live_until_the_next_parse(void **state)
{
    (void)state;
    struct vq_sip m;
    const char *why;
    for (unsigned round = 0; round < 3; round++) {
        assert_true(vq_sip_parse(&parser, lit(HEAD "Contact: <sip:me@here>\r\nSubject: a\r\n b\r\n\r\n"), &m, &why));
        assert_true(m.by_osip);
        assert_true(vq_str_eq(m.contact.uri, lit("sip:me@here")));
        assert_true(vq_str_eq(m.contact.user, lit("me")));
        assert_true(vq_str_eq(m.contact.host, lit("here")));
    }
}

static void two_parsers(void **state)
{
    (void)state;
    struct vq_sip_parser a, b;
    struct vq_sip m, n;
    const char *why;
    vq_sip_parser_init(&a);
    vq_sip_parser_init(&b);
    assert_true(vq_sip_osip(&a, lit(HEAD "\r\n"), &m, &why));
    assert_true(vq_sip_osip(&b, lit("BYE sip:q@r SIP/2.0\r\n" VIA IDS "\r\n"), &n, &why));
    assert_true(vq_str_eq(m.method_text, lit("INVITE")));
    assert_true(vq_str_eq(n.method_text, lit("BYE")));
    vq_sip_parser_done(&a);
    vq_sip_parser_done(&b);
    vq_sip_parser_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_strict_scan),
        cmocka_unit_test(says_nothing),
        cmocka_unit_test(memory_that_ends),
        cmocka_unit_test(values_live_until_the_next_parse),
        cmocka_unit_test(two_parsers),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
