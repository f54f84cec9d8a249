/* test_sip_faults.c - what the grammar of RFC 3261 forbids in values that can be read all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "proto/sip_impl.h"
#include "support/guard.h"

/* Each value is read where its last byte ends the page, and cut at every length too. */
static struct vq_guard guard;

static int start(void **state)
{
    (void)state;
    guard_init(&guard, 4096);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    guard_done(&guard);
    return 0;
}

static struct vq_slice at_the_end(const char *z, size_t n)
{
    return vq_slice(guard_put(&guard, z, n), n);
}

static void addresses(void **state)
{
    static const struct {
        const char *value;
        unsigned faults;
    } rows[] = {
        {"\"Watson, Thomas\" <sip:t.watson@example.org>;tag=1", 0},
        {"sip:a@b.example;tag=1", 0},
        {"\"?\" <sip:a@b.example?Subject=x>", 0},
        {"sip:a@b.example;what=?", 0},
        {"\"a \\\" < b\" <sip:a@b.example>", 0},
        {"<>", 0},
        {"<sip:a@b.example", 0},
        {"", 0},
        {"\"Mr. J. User <sip:j.user@example.com>", VQ_SIP_OPEN_QUOTE},
        {"\"ends in a backslash\\", VQ_SIP_OPEN_QUOTE},
        {"\"closed\" \"not", VQ_SIP_OPEN_QUOTE},
        {"\"Watson, Thomas\" < sip:t.watson@example.org >", VQ_SIP_URI_BLANKS},
        {"<sip:a@b.example\r\n >", VQ_SIP_URI_BLANKS},
        {"sip:user@example.com?Route=%3Csip:sip.example.com%3E", VQ_SIP_BARE_QUERY},
        {"sip:a?b@example.com;tag=1", VQ_SIP_BARE_QUERY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].value);
        if (vq_sip_addr_faults(at_the_end(rows[i].value, n)) != rows[i].faults)
            fail_msg("%s", rows[i].value);
        while (n--)
            vq_sip_addr_faults(at_the_end(rows[i].value, n));
    }
}

static void empty_items(void **state)
{
    static const struct {
        const char *value;
        bool empty;
    } rows[] = {
        {"SIP/2.0/UDP 192.0.2.15;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.1;lr", false},
        {"\"a;;,,\" <sip:a@b.example;;>;x=\";,\"", false},
        {"*", false},
        {"SIP/2.0/UDP 192.0.2.15;;,;,,", true},
        {"\"Joe\" <sip:joe@example.org>;;;;", true},
        {"<sip:a@b.example>;", true},
        {"<sip:a@b.example>; ;lr", true},
        {"<sip:a@b.example> , ", true},
        {",<sip:a@b.example>", true},
        {"", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].value);
        if (vq_sip_has_empty_item(at_the_end(rows[i].value, n)) != rows[i].empty)
            fail_msg("%s", rows[i].value);
        while (n--)
            vq_sip_has_empty_item(at_the_end(rows[i].value, n));
    }
}

static void scalars(void **state)
{
    static const struct {
        const char *value;
        bool beyond;
    } cseqs[] = {
        {"2147483647 INVITE", false}, {"2147483648 INVITE", true}, {"36893488147419103232 REGISTER", true},
        {"9292394834772304023312", false}, {"INVITE", false},       {"", false},
        {"99999999999\r\n INVITE", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cseqs / sizeof cseqs[0]; i++)
        if (vq_sip_cseq_is_beyond(at_the_end(cseqs[i].value, strlen(cseqs[i].value))) != cseqs[i].beyond)
            fail_msg("%s", cseqs[i].value);
    assert_true(vq_sip_branch_is_bare(at_the_end("z9hG4bK", 7)));
    assert_false(vq_sip_branch_is_bare(at_the_end("z9hG4bK1", 8)));
    assert_false(vq_sip_branch_is_bare(at_the_end("", 0)));
    assert_true(vq_sip_date_is_gmt(at_the_end("Sat, 15 Oct 2005 04:44:56 GMT", 29)));
    assert_false(vq_sip_date_is_gmt(at_the_end("Fri, 01 Jan 2010 16:00:00 EST", 29)));
    assert_false(vq_sip_date_is_gmt(at_the_end("MT", 2)));
}

/* RFC 4475 3.1.1.2: a NUL behind a backslash in a quoted string is legal, and nowhere else. */
static void quoted_nul(void **state)
{
    static const char legal[] = "To: \"NUL:\\\0 DEL:\\\177\" <sip:a@b.example>";
    static const char bare[] = "To: \"NUL:\0\" <sip:a@b.example>";
    static const char outside[] = "To: \"NUL:\" \\\0 <sip:a@b.example>";
    (void)state;
    assert_true(vq_sip_nul_is_quoted(at_the_end(legal, sizeof legal - 1)));
    assert_false(vq_sip_nul_is_quoted(at_the_end(bare, sizeof bare - 1)));
    assert_false(vq_sip_nul_is_quoted(at_the_end(outside, sizeof outside - 1)));
    assert_true(vq_sip_nul_is_quoted(at_the_end("\"a\\", 3)));

    static const char message[] =
        "INVITE sip:c@d.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bK1\r\n"
        "From: <sip:a@b.example>;tag=1\r\nTo: \"NUL:\\\0\" <sip:c@d.example>\r\nCall-ID: x@y\r\nCSeq: 7 INVITE\r\n\r\n";
    struct vq_sip_parser parser;
    struct vq_sip m;
    const char *why = NULL;
    vq_sip_parser_init(&parser);
    assert_true(vq_sip_parse(&parser, vq_slice(message, sizeof message - 1), &m, &why));
    assert_null(m.defect);
    assert_false(m.by_osip); /* it would read to the NUL only */
    assert_int_equal(m.to.name.n, 6);
    assert_memory_equal(m.to.uri.p, "sip:c@d.example", 15);
    assert_memory_equal(m.call_id.p, "x@y", 3);
    vq_sip_parser_done(&parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(empty_items),
        cmocka_unit_test(scalars),
        cmocka_unit_test(quoted_nul),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
