/* pcap filter expressions over frames of several link types. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/source_pcap.h"

enum { ETHERNET = 1, RAW = 101, SLL = 113 };

/* IPv4 and UDP from port 1000 to port 5060, and the link headers it may stand behind. */
static const uint8_t packet[] = {
    0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, /* IPv4 */
    0x03, 0xe8, 0x13, 0xc4, 0, 12, 0, 0, 'a', 'b', 'c', 'd',            /* UDP */
};
static const uint8_t ether[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
static const uint8_t sll[16] = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0};

static uint8_t room[3][64];

static void frame(struct vq_frame *f, unsigned i, uint32_t link)
{
    const uint8_t *head = link == ETHERNET ? ether : sll;
    size_t n = link == ETHERNET ? sizeof ether : link == SLL ? sizeof sll : 0;
    memcpy(room[i], head, n);
    memcpy(room[i] + n, packet, sizeof packet);
    *f = (struct vq_frame){.number = i + 1, .data = room[i], .link = link};
    f->caplen = f->len = (uint32_t)(n + sizeof packet);
}

/* How many of one frame of each link type pass. */
static size_t passing(const char *expr, struct vq_frame *frames)
{
    static const uint32_t links[] = {ETHERNET, RAW, SLL};
    struct filter *f;
    char why[SOURCE_WHY] = "";
    size_t n = 3;
    for (unsigned i = 0; i < 3; i++)
        frame(&frames[i], i, links[i]);
    assert_int_equal(filter_new(&f, expr), 0);
    int rc = filter_apply(f, frames, &n, why);
    if (rc)
        fail_msg("%s", why);
    filter_free(f);
    return n;
}

/* ---- what the frame's own headers do not show -------------------------------------------------------------------- */

/* Ethernet, `n` bytes of other headers, IPv4 with UDP to port 5060; `fragment` is IPv4's field of flags and offset. */
static void covered(struct vq_frame *f, uint8_t to[96], unsigned type, const void *cover, size_t n, unsigned fragment)
{
    memcpy(to, ether, 12);
    to[12] = (uint8_t)(type >> 8);
    to[13] = (uint8_t)type;
    memcpy(to + 14, cover, n);
    memcpy(to + 14 + n, packet, sizeof packet);
    to[14 + n + 4] = 0x77; /* an id */
    to[14 + n + 6] = (uint8_t)(fragment >> 8);
    to[14 + n + 7] = (uint8_t)fragment;
    *f = (struct vq_frame){.number = 1, .data = to, .link = ETHERNET};
    f->caplen = f->len = (uint32_t)(14 + n + sizeof packet);
}

static const uint8_t vlan[] = {0, 7, 8, 0}, double_vlan[] = {0, 7, 0x81, 0, 0, 8, 8, 0}, mpls[] = {0, 0x10, 1, 64};
static const uint8_t ip_in_ip[] = {0x45, 0, 0, 52, 0, 0, 0, 0, 64, 4, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};
static const uint8_t gre[] = {0x45, 0, 0, 56, 0, 0, 0, 0, 64, 47, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0, 0, 8, 0};

static const struct {
    unsigned type;
    const uint8_t *bytes;
    size_t n;
} covers[] = {{0x8100, vlan, sizeof vlan}, {0x88a8, double_vlan, sizeof double_vlan}, {0x8847, mpls, sizeof mpls},
              {0x0800, ip_in_ip, sizeof ip_in_ip}, {0x0800, gre, sizeof gre}};
#define COVERS (sizeof covers / sizeof *covers)

/* What one filter does with the frames of a row, one after the other; what passed, a digit each. */
static void expect_kept(const char *expr, const struct vq_frame *frames, size_t n, const char *want,
                        struct vq_report_filter *counts)
{
    struct filter *f;
    char why[SOURCE_WHY] = "";
    assert_int_equal(filter_new(&f, expr), 0);
    for (size_t i = 0; i < n; i++) {
        struct vq_frame one = frames[i];
        size_t left = 1;
        assert_int_equal(filter_apply(f, &one, &left, why), 0);
        if (left != (size_t)(want[i] - '0'))
            fail_msg("%s: frame %zu", expr, i + 1);
    }
    filter_report(f, counts);
    assert_string_equal(counts->expression, expr);
    filter_free(f);
}

static void test_looks_inside(void **state)
{
    (void)state;
    struct vq_report_filter c;
    struct vq_frame frames[COVERS];
    uint8_t bytes[COVERS][96];
    for (size_t i = 0; i < COVERS; i++)
        covered(&frames[i], bytes[i], covers[i].type, covers[i].bytes, covers[i].n, 0);
    expect_kept("udp port 5060", frames, COVERS, "11111", &c);
    assert_int_equal(c.kept_tunnelled, COVERS);
    assert_int_equal(c.refused, 0);
    expect_kept("host 10.0.0.2", frames, COVERS, "11111", &c);
    expect_kept("host 192.0.2.1", frames, COVERS, "00011", &c); /* outside it matches as ever */
    assert_int_equal(c.kept_tunnelled, 0);
    assert_int_equal(c.refused, 3);
    expect_kept("udp port 4000", frames, COVERS, "00000", &c);
    assert_int_equal(c.refused, COVERS);
    assert_int_equal(c.unknown_tunnelled, 0);
    expect_kept("ether host 02:00:00:00:00:07", frames, COVERS, "00000", &c);
    assert_int_equal(c.unknown_tunnelled, COVERS);
    assert_int_equal(c.refused, COVERS);
}

/* First fragments, later ones, and one whose first never came. */
static void test_keeps_packets_whole(void **state)
{
    (void)state;
    struct vq_report_filter c;
    for (size_t cover = 0; cover < 3; cover++) { /* also behind tags */
        struct vq_frame frames[6];
        uint8_t bytes[6][96];
        static const unsigned fields[] = {0x2000, 0x2002, 0x0004, 0x2002, 0x2000, 0x0004};
        for (size_t i = 0; i < 6; i++) {
            unsigned type = cover ? covers[cover - 1].type : 0x0800;
            size_t n = cover ? covers[cover - 1].n : 0;
            covered(&frames[i], bytes[i], type, covers[cover ? cover - 1 : 0].bytes, n, fields[i]);
            if (i > 2)
                bytes[i][14 + n + 5] = 9; /* another packet */
        }
        expect_kept("udp port 5060", frames, 6, "111011", &c);
        assert_int_equal(c.kept_fragments, 3);
        assert_int_equal(c.unknown_fragments, 1);
        assert_int_equal(c.refused, 1);
        expect_kept("udp port 4000", frames, 6, "000000", &c);
        assert_int_equal(c.kept_fragments, 0);
        assert_int_equal(c.unknown_fragments, 1); /* of the others it is known where they belong */
        assert_int_equal(c.refused, 6);
    }
}

/* The ports of IPv6 fragments stand behind a header that expressions do not pass. */
static void test_ip6_fragments(void **state)
{
    (void)state;
    static const uint8_t ip6[] = {
        0x60, 0, 0, 0, 0, 20, 44, 64, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xfd, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 2, 17, 0, 0, 1, 0, 0, 0, 9, /* the fragment header: UDP, more to come */
    };
    struct vq_report_filter c;
    struct vq_frame frames[2];
    uint8_t bytes[2][96];
    for (size_t i = 0; i < 2; i++) {
        memcpy(bytes[i], ip6, sizeof ip6);
        memcpy(bytes[i] + sizeof ip6, packet + 20, 12);
        frames[i] = (struct vq_frame){.number = 1, .data = bytes[i], .caplen = 60, .len = 60, .link = RAW};
    }
    bytes[1][43] = 8; /* the last one, one unit of eight bytes on */
    expect_kept("udp port 5060", frames, 2, "11", &c);
    assert_int_equal(c.kept_fragments, 2);
    expect_kept("udp port 4000", frames, 2, "00", &c);
    assert_int_equal(c.unknown_fragments, 0);
    expect_kept("host fd00::2", frames, 2, "11", &c);
    assert_int_equal(c.kept_fragments, 0);
}

static void test_every_link_type(void **state)
{
    (void)state;
    struct vq_frame frames[3];
    assert_int_equal(passing("udp port 5060", frames), 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(frames[i].number, i + 1);
    assert_int_equal(passing("udp port 5061", frames), 0);
    assert_int_equal(passing("host 10.0.0.2 and not tcp", frames), 3);
    assert_int_equal(passing("greater 48", frames), 1);
    assert_int_equal(frames[0].number, 3);
    assert_int_equal(frames[0].link, SLL);
    assert_int_equal(passing("less 46", frames), 2);
    assert_int_equal(frames[1].number, 2);
    assert_int_equal(passing("", frames), 3);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *expr;
        uint32_t link;
        const char *say;
    } rows[] = {
        {"udp prt 5", ETHERNET, "filter 'udp prt 5' on link type"},
        {"port 99999999", ETHERNET, "99999999"},
        {"ether host 02:00:00:00:00:01", RAW, "ethernet"},
        {"udp", 9999, "9999"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct filter *f;
        struct vq_frame one;
        char why[SOURCE_WHY] = "";
        size_t n = 1;
        frame(&one, 0, rows[i].link);
        assert_int_equal(filter_new(&f, rows[i].expr), 0);
        assert_int_equal(filter_apply(f, &one, &n, why), -EINVAL);
        if (!strstr(why, rows[i].say))
            fail_msg("'%s' does not say '%s'", why, rows[i].say);
        filter_free(f);
    }
    filter_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_looks_inside), cmocka_unit_test(test_keeps_packets_whole),
        cmocka_unit_test(test_ip6_fragments),
        cmocka_unit_test(test_every_link_type), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
