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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_link_type), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
