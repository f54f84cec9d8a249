/* Capture files built by hand, read from memory before a guard page and through a callback, whole and cut anywhere. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/savefile.h"
#include "support/guard.h"
#include "util/bytes.h"

/* ---- building --------------------------------------------------------------------------------------------------- */

#define FRAMES_MAX 16

struct file {
    uint8_t *p;
    size_t n, room;
    bool big;
    size_t block;             /* where the block under way began */
    size_t ends[FRAMES_MAX];  /* offset behind each frame's record */
    struct vq_frame frames[FRAMES_MAX];
    size_t n_frames;
    size_t whole[64];         /* lengths at which the file may end without damage */
    size_t n_whole;
};

static void put(struct file *f, const void *p, size_t n)
{
    if (!f->p || f->n + n > f->room) {
        f->room = 2 * f->room + n + 1;
        f->p = realloc(f->p, f->room);
        assert_non_null(f->p);
    }
    if (n)
        memcpy(f->p + f->n, p, n);
    f->n += n;
}

static void put_number(struct file *f, uint64_t x, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t b = (uint8_t)(x >> 8 * (f->big ? bytes - 1 - i : i));
        put(f, &b, 1);
    }
}

static void put16(struct file *f, unsigned x)
{
    put_number(f, x, 2);
}

static void put32(struct file *f, uint32_t x)
{
    put_number(f, x, 4);
}

static void mark_whole(struct file *f)
{
    f->whole[f->n_whole++] = f->n;
}

/* The frame whose record has just been written, as the reader ought to see it. */
static void expect(struct file *f, int64_t ts, uint32_t caplen, uint32_t len, uint32_t link)
{
    f->ends[f->n_frames] = f->n;
    f->frames[f->n_frames++] = (struct vq_frame){.ts = ts, .caplen = caplen, .len = len, .link = link};
}

static void put_payload(struct file *f, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t b = (uint8_t)(0x40 + i);
        put(f, &b, 1);
    }
}

static void pcap_header(struct file *f, uint32_t magic, uint32_t link)
{
    put32(f, magic);
    put16(f, 2);
    put16(f, 4);
    put32(f, 0);
    put32(f, 0);
    put32(f, 65535);
    put32(f, link);
    mark_whole(f);
}

static void pcap_record(struct file *f, uint32_t sec, uint32_t part, uint32_t caplen, uint32_t len, bool kuznetzov)
{
    put32(f, sec);
    put32(f, part);
    put32(f, caplen);
    put32(f, len);
    if (kuznetzov)
        put_number(f, 0x0102030405060708, 8);
    put_payload(f, caplen);
    mark_whole(f);
}

static void block_begin(struct file *f, uint32_t type)
{
    f->block = f->n;
    put32(f, type);
    put32(f, 0);
}

static void block_end(struct file *f)
{
    while (f->n % 4)
        put(f, "", 1);
    uint32_t total = (uint32_t)(f->n - f->block + 4);
    put32(f, total);
    memcpy(f->p + f->block + 4, f->p + f->n - 4, 4);
    mark_whole(f);
}

static void section(struct file *f, bool big)
{
    f->big = big;
    block_begin(f, 0x0a0d0d0a);
    put32(f, 0x1a2b3c4d);
    put16(f, 1);
    put16(f, 0);
    put_number(f, UINT64_MAX, 8);
    block_end(f);
}

static void interface(struct file *f, uint32_t link, uint32_t snaplen, int tsresol, int64_t tsoffset)
{
    block_begin(f, 1);
    put16(f, link);
    put16(f, 0);
    put32(f, snaplen);
    if (tsresol >= 0) {
        put16(f, 2); /* if_name, to be passed over with its padding */
        put16(f, 3);
        put(f, "eth\0", 4);
        put16(f, 9);
        put16(f, 1);
        put(f, (uint8_t[4]){(uint8_t)tsresol}, 4);
    }
    if (tsoffset) {
        put16(f, 14);
        put16(f, 8);
        put_number(f, (uint64_t)tsoffset, 8);
    }
    if (tsresol >= 0 || tsoffset)
        put32(f, 0); /* opt_endofopt */
    block_end(f);
}

static void enhanced(struct file *f, uint32_t iface, uint64_t ticks, uint32_t caplen, uint32_t len)
{
    block_begin(f, 6);
    put32(f, iface);
    put32(f, (uint32_t)(ticks >> 32));
    put32(f, (uint32_t)ticks);
    put32(f, caplen);
    put32(f, len);
    put_payload(f, caplen);
    block_end(f);
}

#define S INT64_C(1000000000)

/* Everything that pcapng files are made of, in two sections of opposite byte order. */
static void build_pcapng(struct file *f, bool big)
{
    section(f, big);
    interface(f, 1, 65535, -1, 0);
    enhanced(f, 0, 1700000000123456u, 61, 61);
    expect(f, 1700000000 * S + 123456000, 61, 61, 1);
    interface(f, 101, 0, 9, 0);
    enhanced(f, 1, 1700000001000000007u, 20, 1500);
    expect(f, 1700000001 * S + 7, 20, 1500, 101);
    block_begin(f, 5); /* interface statistics: passed over */
    put_payload(f, 24);
    block_end(f);
    block_begin(f, 3); /* a simple packet */
    put32(f, 3);
    put_payload(f, 3);
    block_end(f);
    expect(f, 1700000001 * S + 7, 3, 3, 1);
    block_begin(f, 2); /* an obsolete packet: 16 bits of interface, 16 of drops */
    put16(f, 1);
    put16(f, 0xffff);
    put32(f, (uint32_t)(1700000002000000000u >> 32));
    put32(f, (uint32_t)1700000002000000000u);
    put32(f, 5);
    put32(f, 6);
    put_payload(f, 5);
    block_end(f);
    expect(f, 1700000002 * S, 5, 6, 101);
    section(f, !big);
    interface(f, 113, 4, 0x80 | 20, 1000);
    enhanced(f, 0, (uint64_t)1700000003 << 20 | 1 << 19, 0, 0);
    expect(f, 1700001003 * S + S / 2, 0, 0, 113);
    block_begin(f, 3);
    put32(f, 60);
    put_payload(f, 4); /* the snap length is 4 */
    block_end(f);
    expect(f, 1700001003 * S + S / 2, 4, 60, 113);
}

static void build_pcap(struct file *f, bool big, uint32_t magic)
{
    f->big = big;
    uint32_t unit = magic == 0xa1b23c4d ? 1 : 1000;
    bool kuznetzov = magic == 0xa1b2cd34;
    /* The upper bits of the link type say that frames end in a 4-byte check sequence. */
    pcap_header(f, magic, 0x14000000 | 1);
    pcap_record(f, 1700000000, 999999, 60, 60, kuznetzov);
    expect(f, 1700000000 * S + 999999 * (int64_t)unit, 60, 60, 1);
    pcap_record(f, 1700000001, 0, 0, 0, kuznetzov);
    expect(f, 1700000001 * S, 0, 0, 1);
    pcap_record(f, 0xffffffff, 1, 7, 1500, kuznetzov);
    expect(f, 4294967295 * S + unit, 7, 1500, 1);
    pcap_record(f, 5, 1, 8, 3, kuznetzov); /* a wire length below what is there */
    expect(f, 5 * S + unit, 8, 8, 1);
}

static void file_done(struct file *f)
{
    free(f->p);
    *f = (struct file){0};
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

struct dribble {
    const uint8_t *p;
    size_t n, step;
    int fail; /* returned in place of the end */
};

static ptrdiff_t dribble_read(void *to, size_t n, void *arg)
{
    struct dribble *d = arg;
    if (!d->n)
        return d->fail;
    if (n > d->step)
        n = d->step;
    if (n > d->n)
        n = d->n;
    memcpy(to, d->p, n);
    d->p += n;
    d->n -= n;
    return (ptrdiff_t)n;
}

/* Reads all of `s`, at most `max` frames at a time, and compares with what `f` says for its first `cut` bytes. */
static void check(struct vq_savefile *s, const struct file *f, size_t cut, size_t max)
{
    struct vq_frame batch[VQ_BATCH];
    size_t n, got = 0, want = 0;
    while (want < f->n_frames && f->ends[want] <= cut)
        want++;
    while ((n = vq_savefile_next(s, batch, max))) {
        assert_true(n <= max);
        for (size_t i = 0; i < n; i++, got++) {
            assert_true(got < want);
            assert_int_equal(batch[i].number, got + 1);
            assert_true(batch[i].ts == f->frames[got].ts);
            assert_int_equal(batch[i].caplen, f->frames[got].caplen);
            assert_int_equal(batch[i].len, f->frames[got].len);
            assert_int_equal(batch[i].link, f->frames[got].link);
            for (size_t k = 0; k < batch[i].caplen; k++)
                assert_int_equal(batch[i].data[k], (uint8_t)(0x40 + k));
        }
    }
    assert_int_equal(got, want);
    bool whole = false;
    for (size_t i = 0; i < f->n_whole; i++)
        whole |= f->whole[i] == cut;
    enum vq_savefile_state state = vq_savefile_state(s);
    if (whole) {
        assert_int_equal(state, VQ_SAVEFILE_WHOLE);
        assert_null(vq_savefile_why(s));
        assert_int_equal(vq_savefile_offset(s), cut);
    } else {
        assert_true(state == VQ_SAVEFILE_DAMAGED || (state == VQ_SAVEFILE_FOREIGN && !got));
        assert_non_null(vq_savefile_why(s));
    }
    assert_int_equal(vq_savefile_next(s, batch, max), 0);
}

static void check_everywhere(const struct file *f)
{
    struct vq_guard g;
    guard_init(&g, f->n);
    for (size_t cut = 0; cut <= f->n; cut++) {
        struct vq_savefile *s;
        assert_int_equal(vq_savefile_new_memory(&s, guard_put(&g, f->p, cut), cut), 0);
        check(s, f, cut, 3);
        vq_savefile_free(s);
    }
    guard_done(&g);
    static const size_t steps[] = {1, 7, 64, 1u << 20};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        for (size_t cut = 0; cut <= f->n; cut += i ? 1 : f->n / 8) {
            struct dribble d = {f->p, cut, steps[i], 0};
            struct vq_savefile *s;
            assert_int_equal(vq_savefile_new(&s, dribble_read, &d), 0);
            check(s, f, cut, i % 2 ? 1 : VQ_BATCH);
            vq_savefile_free(s);
        }
}

static void test_pcap(void **state)
{
    (void)state;
    static const uint32_t magics[] = {0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34};
    for (unsigned i = 0; i < 6; i++) {
        struct file f = {0};
        build_pcap(&f, i & 1, magics[i / 2]);
        check_everywhere(&f);
        file_done(&f);
    }
}

static void test_pcapng(void **state)
{
    (void)state;
    for (unsigned big = 0; big < 2; big++) {
        struct file f = {0};
        build_pcapng(&f, big);
        check_everywhere(&f);
        file_done(&f);
    }
}

/* ---- time resolutions ------------------------------------------------------------------------------------------- */

static void test_resolutions(void **state)
{
    (void)state;
    static const struct {
        int tsresol;
        int64_t offset;
        uint64_t ticks;
        int64_t ns;
    } rows[] = {
        {0, 0, 1700000000, 1700000000 * S},
        {3, 0, 1700000000001, 1700000000 * S + 1000000},
        {6, 0, 1700000000000001, 1700000000 * S + 1000},
        {9, 0, 1700000000000000001, 1700000000 * S + 1},
        {12, 0, 1700000000001999, 1700 * S + 1}, /* finer than a nanosecond: cut off */
        {19, 0, UINT64_MAX, 1 * S + 844674407},
        {0x80, 0, 1700000000, 1700000000 * S},
        {0x80 | 1, 0, 3, 1 * S + S / 2},
        {0x80 | 32, 0, (uint64_t)1700000000 << 32 | 1u << 30, 1700000000 * S + S / 4},
        {0x80 | 63, 0, (uint64_t)3 << 62, 1 * S + S / 2},
        {6, 1600000000, 5, 1600000000 * S + 5000},
        {6, -10, 15000000, 5 * S},
        {6, -10, 5000000, 0},                     /* before 1970: no such time here */
        {0, 0, UINT64_MAX, 4294967296 * S},       /* garbage: clamped to 2106 */
        {9, 0, UINT64_MAX, 4294967296 * S + 709551615},
        {6, INT64_MAX, 0, 4294967296 * S},
        {6, INT64_MIN, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct file f = {0};
        section(&f, i & 1);
        interface(&f, 1, 0, rows[i].tsresol, rows[i].offset);
        enhanced(&f, 0, rows[i].ticks, 1, 1);
        expect(&f, rows[i].ns, 1, 1, 1);
        struct vq_savefile *s;
        assert_int_equal(vq_savefile_new_memory(&s, f.p, f.n), 0);
        check(s, &f, f.n, VQ_BATCH);
        assert_string_equal(vq_savefile_format(s), "pcapng");
        vq_savefile_free(s);
        file_done(&f);
    }
}

/* ---- statistics -------------------------------------------------------------------------------------------------- */

#define UNKNOWN UINT64_MAX

static void statistics(struct file *f, uint32_t iface, uint64_t ifdrop, uint64_t osdrop)
{
    block_begin(f, 5);
    put32(f, iface);
    put_number(f, 0, 8);
    put16(f, 3); /* isb_endtime, to be passed over */
    put16(f, 8);
    put_number(f, 1700000000, 8);
    put16(f, 5);
    put16(f, 8);
    put_number(f, ifdrop, 8);
    put16(f, 7);
    put16(f, 8);
    put_number(f, osdrop, 8);
    put32(f, 0);
    block_end(f);
}

/* What an interface tells again is not added; what a writer does not know, or nobody described, counts for nothing. */
static void test_statistics(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct file f = {0};
        struct vq_savefile *s;
        struct vq_frame frame;
        section(&f, big);
        interface(&f, 1, 0, -1, 0);
        interface(&f, 1, 0, -1, 0);
        statistics(&f, 0, 10, 3);
        enhanced(&f, 0, 1700000000000000u, 8, 8);
        statistics(&f, 0, 15, 3);
        statistics(&f, 0, 1, 1);
        statistics(&f, 1, UNKNOWN, 100);
        statistics(&f, 2, 1000, 1000);
        block_begin(&f, 5); /* cut off behind the interface, and in an option */
        put32(&f, 0);
        block_end(&f);
        block_begin(&f, 5);
        put32(&f, 0);
        put_number(&f, 0, 8);
        put16(&f, 5);
        put16(&f, 800);
        put_number(&f, 5000, 8);
        block_end(&f);
        section(&f, !big);
        interface(&f, 1, 0, -1, 0);
        statistics(&f, 0, UNKNOWN, UNKNOWN);
        statistics(&f, 0, 7, 0);
        struct vq_guard g;
        guard_init(&g, f.n);
        assert_int_equal(vq_savefile_new_memory(&s, guard_put(&g, f.p, f.n), f.n), 0);
        assert_int_equal(vq_savefile_next(s, &frame, 1), 1);
        assert_int_equal(vq_savefile_drops(s), 13);
        assert_int_equal(vq_savefile_next(s, &frame, 1), 0);
        assert_int_equal(vq_savefile_state(s), VQ_SAVEFILE_WHOLE);
        assert_int_equal(vq_savefile_drops(s), 18 + 100 + 7);
        vq_savefile_free(s);
        guard_done(&g);
        file_done(&f);
    }
}

/* ---- damage ----------------------------------------------------------------------------------------------------- */

/* Reads all and compares the number of frames, the state and the words. */
static void check_why(const struct file *f, size_t frames, enum vq_savefile_state state, const char *why)
{
    struct vq_frame batch[VQ_BATCH];
    struct vq_savefile *s;
    size_t n, got = 0;
    assert_int_equal(vq_savefile_new_memory(&s, f->p, f->n), 0);
    while ((n = vq_savefile_next(s, batch, VQ_BATCH)))
        got += n;
    assert_int_equal(got, frames);
    assert_int_equal(vq_savefile_state(s), state);
    assert_string_equal(vq_savefile_why(s), why);
    vq_savefile_free(s);
}

static void test_damaged_pcap(void **state)
{
    (void)state;
    struct file f = {0};
    pcap_header(&f, 0xa1b2c3d4, 1);
    pcap_record(&f, 1, 0, 10, 10, false);
    pcap_record(&f, 1, 0, 10, 10, false);
    f.n -= 4;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "frame 2 is cut off at byte 72: 6 of 10 bytes are there");
    f.n = 50 + 9;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "frame 2 is cut off at byte 59: 9 of 16 header bytes are there");
    f.n = 50;
    put_number(&f, 0, 8);
    put32(&f, 262145);
    put32(&f, 60);
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "frame 2 at byte 50 claims 262145 bytes, 262144 is the most");
    file_done(&f);
}

/* ---- secrets ----------------------------------------------------------------------------------------------------- */

struct told {
    char *p;
    size_t n, room;
    unsigned pieces;
};

static void on_secrets(struct vq_slice text, void *arg)
{
    struct told *t = arg;
    assert_true(text.n > 0 && text.p[text.n - 1] == '\n' && text.n <= t->room - t->n);
    memcpy(t->p + t->n, text.p, text.n);
    t->n += text.n;
    t->pieces++;
}

static void decryption_secrets(struct file *f, uint32_t type, const char *text, size_t n)
{
    block_begin(f, 10);
    put32(f, type);
    put32(f, (uint32_t)n);
    put(f, text, n);
    block_end(f);
}

#define TLS_KEY_LOG 0x544c534b
#define LONG_LINES  20000u /* of 41 bytes: more than the window holds */

/* Two key logs, of which one is longer than anything else may be, something else's secrets, and a length that lies. */
static void build_secrets(struct file *f, bool big, struct told *want)
{
    section(f, big);
    decryption_secrets(f, TLS_KEY_LOG, "short line\n", 11);
    decryption_secrets(f, 0x57474b4c, "WireGuard\n", 10);
    interface(f, 1, 0, -1, 0);
    enhanced(f, 0, 1700000000000000u, 8, 8);
    expect(f, 1700000000 * S, 8, 8, 1);
    *want = (struct told){.p = malloc(2u << 20), .room = 2u << 20};
    memcpy(want->p, "short line\n", 11);
    want->n = 11;
    for (unsigned i = 0; i < LONG_LINES; i++)
        want->n += (size_t)sprintf(want->p + want->n, "line %035u\n", i);
    decryption_secrets(f, TLS_KEY_LOG, want->p + 11, want->n - 11);
    enhanced(f, 0, 1700000001000000u, 8, 8);
    expect(f, 1700000001 * S, 8, 8, 1);
    block_begin(f, 10);
    put32(f, TLS_KEY_LOG);
    put32(f, 4000);
    put(f, "three\n\n\n", 8);
    block_end(f);
    memcpy(want->p + want->n, "three\n\n\n", 8);
    want->n += 8;
}

static void test_secrets(void **state)
{
    (void)state;
    static const size_t steps[] = {0, 777, 1u << 20};
    for (unsigned i = 0; i < 6; i++) {
        struct file f = {0};
        struct told want, told = {.p = malloc(2u << 20), .room = 2u << 20};
        build_secrets(&f, i & 1, &want);
        struct dribble d = {f.p, f.n, steps[i / 2], 0};
        struct vq_savefile *s;
        assert_int_equal(d.step ? vq_savefile_new(&s, dribble_read, &d) : vq_savefile_new_memory(&s, f.p, f.n), 0);
        vq_savefile_secrets(s, on_secrets, &told);
        check(s, &f, f.n, 3);
        vq_savefile_free(s);
        assert_int_equal(told.n, want.n);
        assert_memory_equal(told.p, want.p, want.n);
        assert_true(told.pieces >= 4);
        free(told.p);
        free(want.p);
        file_done(&f);
    }
}

/* The file ends within a long key log: what was there is told. */
static void test_cut_secrets(void **state)
{
    (void)state;
    struct file f = {0};
    struct told want, told = {.p = malloc(2u << 20), .room = 2u << 20};
    build_secrets(&f, false, &want);
    struct vq_savefile *s;
    struct vq_frame frame;
    assert_int_equal(vq_savefile_new_memory(&s, f.p, 400000), 0);
    vq_savefile_secrets(s, on_secrets, &told);
    assert_int_equal(vq_savefile_next(s, &frame, 1), 1);
    assert_int_equal(vq_savefile_next(s, &frame, 1), 0);
    assert_int_equal(vq_savefile_state(s), VQ_SAVEFILE_DAMAGED);
    assert_non_null(strstr(vq_savefile_why(s), "after frame 1 a pcapng block is cut off at byte 400000"));
    assert_true(told.n > 390000 && told.n < 400000);
    assert_memory_equal(told.p, want.p, told.n);
    vq_savefile_free(s);
    free(told.p);
    free(want.p);
    file_done(&f);
}

/* ---- damage ------------------------------------------------------------------------------------------------------ */

static void begin_pcapng(struct file *f)
{
    file_done(f);
    section(f, false);
    interface(f, 1, 0, -1, 0); /* ends at byte 48 */
    enhanced(f, 0, 0, 4, 4);   /* ends at byte 84 */
}

static void test_damaged_pcapng(void **state)
{
    (void)state;
    struct file f = {0};
    begin_pcapng(&f);
    put32(&f, 6);
    put32(&f, 3);
    put32(&f, 0);
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "block length 3 at byte 84 is impossible");
    f.n -= 8;
    put32(&f, 37);
    put32(&f, 0);
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "block length 37 at byte 84 is impossible");

    begin_pcapng(&f);
    enhanced(&f, 0, 0, 4, 4);
    f.p[f.n - 4] = 40;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "block at byte 84 is 36 bytes long at its start and 40 at its end");

    begin_pcapng(&f);
    enhanced(&f, 1, 0, 4, 4);
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "frame 2 at byte 84 names interface 1, of 1 described");

    begin_pcapng(&f);
    enhanced(&f, 0, 0, 4, 4);
    f.p[84 + 20] = 5;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "frame 2 at byte 84 claims 5 bytes, its block has room for 4");

    begin_pcapng(&f);
    enhanced(&f, 0, 0, 40, 40);
    f.n -= 30;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "frame 2 is cut off at byte 126: 14 of 40 bytes are there");

    begin_pcapng(&f);
    interface(&f, 1, 0, 20, 0);
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "time resolution 20 at byte 84 is impossible");

    begin_pcapng(&f);
    section(&f, false);
    block_begin(&f, 3);
    put32(&f, 0);
    block_end(&f);
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "simple packet 2 at byte 112 is impossible");

    begin_pcapng(&f);
    section(&f, false);
    f.p[84 + 8] = 0;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "byte-order magic 003c2b1a of the pcapng section at byte 84 is impossible");

    begin_pcapng(&f);
    section(&f, false);
    f.p[84 + 12] = 9;
    check_why(&f, 1, VQ_SAVEFILE_DAMAGED, "pcapng version 9 of the section at byte 84 is not known, only 1");
    file_done(&f);
}

static void test_foreign(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *why;
    } rows[] = {
        {"", 0, "the file is empty"},
        {"\x1f\x8b\x08", 3, "compressed with gzip: use zcat FILE | voipqos -r -"},
        {"\x28\xb5\x2f\xfd", 4, "compressed with zstd: use zstdcat FILE | voipqos -r -"},
        {"root:x:0:0:", 11,
         "not a capture (pcap or pcapng): it begins with 72 6f 6f 74 3a 78 3a 30 (\"root:x:0\")"},
        {"\x01\x7f", 2, "not a capture (pcap or pcapng): it begins with 01 7f (\"..\")"},
        {"\xd4\xc3\xb2\xa1\x02\x00\x04", 7, "the pcap file header is cut off: 7 of 24 bytes are there"},
        {"\xa1\xb2\xc3\xd4\x02\x1f\x00\x03"
         "aaaabbbbccccdddd",
         24, "pcap version 543.3 is not known, only 2.x"},
        {"\x0a\x0d\x0d\x0a\0\0\0\x1c"
         "abcd",
         12, "byte-order magic 61626364 of the pcapng section at byte 0 is impossible"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct file f = {0};
        put(&f, rows[i].bytes, rows[i].n);
        check_why(&f, 0, VQ_SAVEFILE_FOREIGN, rows[i].why);
        file_done(&f);
    }
}

/* ---- bounds ----------------------------------------------------------------------------------------------------- */

static void test_long_block_is_passed_over(void **state)
{
    (void)state;
    for (unsigned unfinished = 0; unfinished < 2; unfinished++) {
        struct file f = {0};
        section(&f, true);
        interface(&f, 1, 0, -1, 0);
        enhanced(&f, 0, 1, 4, 4);
        expect(&f, 1000, 4, 4, 1);
        block_begin(&f, 0x0bad);
        put_payload(&f, 3u << 20);
        block_end(&f);
        enhanced(&f, 0, 2, 4, 4);
        expect(&f, 2000, 4, 4, 1);
        size_t cut = unfinished ? f.n - 50 : f.n;
        struct dribble d = {f.p, cut, 100000, 0};
        struct vq_savefile *s;
        assert_int_equal(vq_savefile_new(&s, dribble_read, &d), 0);
        check(s, &f, cut, VQ_BATCH);
        vq_savefile_free(s);
        assert_int_equal(vq_savefile_new_memory(&s, f.p, cut), 0);
        check(s, &f, cut, VQ_BATCH);
        vq_savefile_free(s);
        file_done(&f);
    }
}

static void test_longest_frames(void **state)
{
    (void)state;
    struct file f = {0};
    section(&f, false);
    interface(&f, 1, 0, -1, 0);
    for (unsigned i = 0; i < 9; i++) {
        enhanced(&f, 0, i, VQ_SAVEFILE_FRAME_MAX - i, VQ_SAVEFILE_FRAME_MAX);
        expect(&f, i * 1000, VQ_SAVEFILE_FRAME_MAX - i, VQ_SAVEFILE_FRAME_MAX, 1);
    }
    struct dribble d = {f.p, f.n, 77777, 0};
    struct vq_savefile *s;
    assert_int_equal(vq_savefile_new(&s, dribble_read, &d), 0);
    check(s, &f, f.n, VQ_BATCH);
    vq_savefile_free(s);
    enhanced(&f, 0, 0, VQ_SAVEFILE_FRAME_MAX + 1, VQ_SAVEFILE_FRAME_MAX + 1);
    assert_int_equal(vq_savefile_new_memory(&s, f.p, f.n), 0);
    struct vq_frame batch[VQ_BATCH];
    assert_int_equal(vq_savefile_next(s, batch, VQ_BATCH), 9);
    assert_int_equal(vq_savefile_state(s), VQ_SAVEFILE_DAMAGED);
    vq_savefile_free(s);
    file_done(&f);
}

static void test_interfaces_are_capped(void **state)
{
    (void)state;
    struct file f = {0};
    section(&f, false);
    size_t one = f.n;
    interface(&f, 1, 0, -1, 0);
    uint8_t idb[20];
    assert_int_equal(f.n - one, sizeof idb);
    memcpy(idb, f.p + one, sizeof idb);
    for (unsigned i = 1; i < 65537; i++)
        put(&f, idb, sizeof idb);
    check_why(&f, 0, VQ_SAVEFILE_DAMAGED, "interface description 65536 at byte 1310748 is impossible");
    file_done(&f);
}

static void test_read_error(void **state)
{
    (void)state;
    struct file f = {0};
    build_pcap(&f, false, 0xa1b2c3d4);
    struct vq_frame batch[VQ_BATCH];
    /* Inside the second record, and where a record might end. */
    static const size_t cuts[] = {24 + 16 + 60 + 3, 24 + 16 + 60};
    for (size_t i = 0; i < 2; i++) {
        struct dribble d = {f.p, cuts[i], 1000, -EIO};
        struct vq_savefile *s;
        assert_int_equal(vq_savefile_new(&s, dribble_read, &d), 0);
        assert_int_equal(vq_savefile_next(s, batch, VQ_BATCH), 1);
        assert_int_equal(vq_savefile_next(s, batch, VQ_BATCH), 0);
        assert_int_equal(vq_savefile_state(s), VQ_SAVEFILE_FAILED);
        assert_non_null(strstr(vq_savefile_why(s), "in frame 2: Input/output error"));
        vq_savefile_free(s);
    }
    struct dribble d = {f.p, 0, 1000, -EIO};
    struct vq_savefile *s;
    assert_int_equal(vq_savefile_new(&s, dribble_read, &d), 0);
    assert_int_equal(vq_savefile_next(s, batch, VQ_BATCH), 0);
    assert_string_equal(vq_savefile_why(s), "reading failed: Input/output error");
    assert_null(vq_savefile_format(s));
    vq_savefile_free(s);
    file_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pcap),
        cmocka_unit_test(test_pcapng),
        cmocka_unit_test(test_statistics), cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_cut_secrets),
        cmocka_unit_test(test_resolutions),
        cmocka_unit_test(test_damaged_pcap),
        cmocka_unit_test(test_damaged_pcapng),
        cmocka_unit_test(test_foreign),
        cmocka_unit_test(test_long_block_is_passed_over),
        cmocka_unit_test(test_longest_frames),
        cmocka_unit_test(test_interfaces_are_capped),
        cmocka_unit_test(test_read_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
