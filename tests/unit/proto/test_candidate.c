/* test_candidate.c - ICE candidates: the examples of RFC 8839, what browsers and phones write, and what is none. */
#include "support/check.h"
#include "support/guard.h"

#include "proto/candidate.h"

static bool parse(const char *z, struct vq_candidate_line *out)
{
    return vq_candidate_parse(vq_slice(z, strlen(z)), out);
}

static void reads(void **state)
{
    static const struct {
        const char *line, *at, *related;
        enum vq_candidate_type type;
        unsigned component;
        bool tcp;
    } rows[] = {
        /* RFC 8839 5.1 and B */
        {"1 1 UDP 2130706431 203.0.113.141 8998 typ host", "203.0.113.141:8998", "-", VQ_CANDIDATE_HOST, 1, false},
        {"2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998", "192.0.2.3:45664",
         "203.0.113.141:8998", VQ_CANDIDATE_SRFLX, 1, false},
        {"1 1 UDP 2130706431 fe80::6676:baff:fe9c:ee4a 8998 typ host", "[fe80::6676:baff:fe9c:ee4a]:8998", "-",
         VQ_CANDIDATE_HOST, 1, false},
        {"7 2 udp 16777215 198.51.100.9 50000 typ relay raddr 192.0.2.3 rport 45664 generation 0 network-cost 50",
         "198.51.100.9:50000", "192.0.2.3:45664", VQ_CANDIDATE_RELAY, 2, false},
        /* RFC 6544: TCP; a browser that hides its address behind an mDNS name, and RFC 8828's blanked related address. */
        {"8 1 TCP 1518280447 10.0.0.5 9 typ host tcptype active", "10.0.0.5:9", "-", VQ_CANDIDATE_HOST, 1, true},
        {"9 1 UDP 1 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host", "-", "-", VQ_CANDIDATE_HOST, 1, false},
        {"9 1 UDP 1 192.0.2.3 54596 typ prflx rport 0 raddr 0.0.0.0", "192.0.2.3:54596", "0.0.0.0:0", VQ_CANDIDATE_PRFLX, 1,
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_candidate_line c;
        char text[VQ_ENDPOINT_TEXT];
        assert_true(parse(rows[i].line, &c));
        assert_string_equal(vq_endpoint_text(&c.at, text), rows[i].at);
        assert_string_equal(vq_endpoint_text(&c.related, text), rows[i].related);
        assert_int_equal(c.type, rows[i].type);
        assert_int_equal(c.component, rows[i].component);
        assert_int_equal(c.tcp, rows[i].tcp);
    }
}

static void refuses(void **state)
{
    static const char *const no[] = {
        "", "1", "1 1 UDP", "1 1 UDP 5 10.0.0.1 typ host", "1 1 UDP 5 10.0.0.1 70000 typ host", "1 1 UDP 5 10.0.0.1 7 type host",
        "1 1 UDP 5 10.0.0.1 7 typ local", "1 0 UDP 5 10.0.0.1 7 typ host", "1 257 UDP 5 10.0.0.1 7 typ host",
        "1 1 UDP x 10.0.0.1 7 typ host"};
    (void)state;
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        struct vq_candidate_line c = {.component = 99};
        assert_false(parse(no[i], &c));
        assert_int_equal(c.component, 99);
    }
}

static void stays_inside(void **state)
{
    static const char line[] = "2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998";
    struct vq_guard g;
    (void)state;
    guard_init(&g, sizeof line);
    for (size_t n = 0; n < sizeof line; n++) {
        struct vq_candidate_line c;
        bool whole = vq_candidate_parse(vq_slice(guard_put(&g, line, n), n), &c);
        assert_int_equal(whole, n >= strlen("2 1 UDP 1694498815 192.0.2.3 45664 typ srflx"));
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(stays_inside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
