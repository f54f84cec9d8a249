/* Packed bytes, read back whole, cut anywhere and spoilt anywhere. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "app/source_file.h"

/* ---- packing ---------------------------------------------------------------------------------------------------- */

#define ROOM (1u << 20)

struct bytes {
    uint8_t p[ROOM];
    size_t n;
};

static struct bytes original, packed, got;

static void add_gzip(const uint8_t *p, size_t n)
{
    z_stream z = {.next_in = (z_const Bytef *)p, .avail_in = (uInt)n, .next_out = packed.p + packed.n,
                  .avail_out = (uInt)(ROOM - packed.n)};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    packed.n += z.total_out;
    deflateEnd(&z);
}

static void add_zstd(const uint8_t *p, size_t n)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    assert_non_null(c);
    ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    size_t made = ZSTD_compress2(c, packed.p + packed.n, ROOM - packed.n, p, n);
    assert_false(ZSTD_isError(made));
    packed.n += made;
    ZSTD_freeCCtx(c);
}

static void add_raw(const char *p, size_t n)
{
    memcpy(packed.p + packed.n, p, n);
    packed.n += n;
}

typedef void add_h(const uint8_t *p, size_t n);
static const struct {
    const char *name;
    add_h *add;
    size_t head; /* bytes that must be there to be recognised */
} formats[] = {{"gzip", add_gzip, 2}, {"zstd", add_zstd, 4}};

#define FORMATS (sizeof formats / sizeof *formats)

static unsigned seed;

/* Bytes of few values: they pack, but not to nothing. */
static void make_original(size_t n)
{
    seed = 7;
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1103515245 + 12345;
        original.p[i] = (uint8_t)(seed >> 24 & 15);
    }
    original.n = n;
    packed.n = 0;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

/* The file of the first `n` packed bytes, read `step` bytes at a time: 0 or the error; s is closed, its words stay. */
static int read_back(struct source *s, size_t n, size_t step, bool no_limit)
{
    char path[] = "/tmp/voipqos-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, packed.p, n), n);
    close(fd);
    assert_int_equal(source_open(s, path, no_limit), 0);
    unlink(path);
    assert_int_equal(s->size, n);
    got.n = 0;
    for (;;) {
        size_t room = ROOM - got.n < step ? ROOM - got.n : step;
        ptrdiff_t some = source_read(got.p + got.n, room, s);
        if (some > 0) {
            got.n += (size_t)some;
            assert_true(got.n < ROOM);
            continue;
        }
        if (some < 0)
            assert_int_equal(source_read(got.p + got.n, room, s), some); /* an error stays */
        const char *name = source_packed(s);
        source_close(s);
        assert_true(!name || !strcmp(name, "gzip") || !strcmp(name, "zstd"));
        return (int)some;
    }
}

static void check_prefix(void)
{
    assert_true(got.n <= original.n);
    assert_memory_equal(got.p, original.p, got.n);
}

static void test_whole(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 777, ROOM};
    for (size_t f = 0; f < FORMATS; f++)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            struct source s;
            make_original(300000);
            formats[f].add(original.p, 100);
            formats[f].add(original.p + 100, 0); /* a member of nothing */
            formats[f].add(original.p + 100, 299900);
            assert_int_equal(read_back(&s, packed.n, steps[i], false), 0);
            assert_int_equal(got.n, original.n);
            check_prefix();
            assert_int_equal(s.made, original.n);
            assert_int_equal(s.taken, packed.n);
            assert_string_equal(s.why, "");
        }
}

static void test_not_packed(void **state)
{
    (void)state;
    static const char *const files[] = {"", "a", "\x1f", "\x28\xb5\x2f", "plain bytes"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct source s;
        packed.n = 0;
        add_raw(files[i], strlen(files[i]));
        assert_int_equal(read_back(&s, packed.n, 5, false), 0);
        assert_int_equal(got.n, packed.n);
        assert_memory_equal(got.p, packed.p, got.n);
        assert_int_equal(s.made, 0);
    }
}

static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        make_original(600);
        formats[f].add(original.p, 200);
        size_t first = packed.n;
        formats[f].add(original.p + 200, 400);
        for (size_t n = formats[f].head; n < packed.n; n++) {
            struct source s;
            int rc = read_back(&s, n, ROOM, false);
            check_prefix();
            if (n == first) {
                assert_int_equal(rc, 0);
                assert_int_equal(got.n, 200);
                continue;
            }
            assert_int_equal(rc, -EBADMSG);
            assert_true(n < first || got.n >= 200);
            char want[80];
            /* A beginning too short to be known for one is something else. */
            if (n > first && n < first + formats[f].head)
                snprintf(want, sizeof want, "what follows the %s data at byte %zu", formats[f].name, first);
            else
                snprintf(want, sizeof want, "the %s data are cut off at byte %zu", formats[f].name, n);
            assert_memory_equal(s.why, want, strlen(want));
        }
    }
}

/* What is spoilt is noticed, unless it did not matter (a date) or hides that the file is packed. */
static void test_spoilt_anywhere(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        make_original(600);
        formats[f].add(original.p, 200);
        formats[f].add(original.p + 200, 400);
        size_t noticed = 0;
        for (size_t at = formats[f].head; at < packed.n; at++) {
            struct source s;
            packed.p[at] ^= 0x5a;
            int rc = read_back(&s, packed.n, ROOM, false);
            packed.p[at] ^= 0x5a;
            noticed += rc != 0;
            assert_true(rc == 0 || (rc == -EBADMSG && *s.why));
            if (!rc) {
                assert_int_equal(got.n, original.n);
                check_prefix();
            }
        }
        assert_true(noticed > packed.n * 9 / 10);
    }
}

/* All blocks before the damaged one are delivered, whatever the library says of how much it made. */
static void test_blocks_before_damage(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct source s;
        make_original(900000);
        for (size_t i = 0; i < original.n; i++)
            original.p[i] &= i % 16 ? 0 : 1; /* all blocks of it are read at once */
        formats[f].add(original.p, original.n);
        /* Long enough to hit where a block begins, and no block begins so. */
        memset(packed.p + packed.n / 2, 0xff, packed.n / 3);
        assert_int_equal(read_back(&s, packed.n, ROOM, false), -EBADMSG);
        size_t good = original.n / 2 - 2 * (128 << 10);
        assert_true(got.n >= good);
        assert_memory_equal(got.p, original.p, good);
        assert_non_null(strstr(s.why, "damaged near byte"));
    }
}

static void test_what_follows(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMATS; f++) {
        struct source s;
        make_original(500);
        formats[f].add(original.p, 500);
        size_t n = packed.n;
        memset(packed.p + n, 0, 100000); /* tapes and disks fill up with zeros */
        packed.n += 100000;
        assert_int_equal(read_back(&s, packed.n, ROOM, false), 0);
        assert_int_equal(got.n, 500);
        packed.n = n + 70000;
        add_raw("garbage", 7);
        assert_int_equal(read_back(&s, packed.n, ROOM, false), -EBADMSG);
        assert_int_equal(got.n, 500);
        char want[120];
        snprintf(want, sizeof want, "what follows the %s data at byte %zu is none: it begins with 67 61",
                 formats[f].name, n + 70000);
        assert_string_equal(s.why, want);
    }
}

/* RFC 8878 3.1.2: a skippable frame may come first. */
static void test_skippable(void **state)
{
    (void)state;
    struct source s;
    make_original(500);
    add_raw("\x53\x2a\x4d\x18\x05\0\0\0hello", 13);
    add_zstd(original.p, 500);
    assert_int_equal(read_back(&s, packed.n, ROOM, false), 0);
    assert_int_equal(got.n, 500);
    check_prefix();
}

/* A frame that declares a window of 1 GiB and holds one byte. */
static void test_window(void **state)
{
    (void)state;
    struct source s;
    make_original(1);
    add_raw("\x28\xb5\x2f\xfd\x00\xa0\x09\0\0x", 10);
    original.p[0] = 'x';
    assert_int_equal(read_back(&s, packed.n, ROOM, false), -EBADMSG);
    assert_non_null(strstr(s.why, "takes more than 128 MiB of memory; --no-unpack-limit"));
    assert_int_equal(read_back(&s, packed.n, ROOM, true), 0);
    assert_int_equal(got.n, 1);
    check_prefix();
}

static void test_unopenable(void **state)
{
    (void)state;
    struct source s;
    assert_int_equal(source_open(&s, "/nonexistent/file", false), -ENOENT);
    assert_int_equal(source_open(&s, "/", false), -EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),           cmocka_unit_test(test_not_packed),
        cmocka_unit_test(test_cut_anywhere),    cmocka_unit_test(test_spoilt_anywhere),
        cmocka_unit_test(test_blocks_before_damage), cmocka_unit_test(test_what_follows),
        cmocka_unit_test(test_skippable),       cmocka_unit_test(test_window),
        cmocka_unit_test(test_unopenable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
