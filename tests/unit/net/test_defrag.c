/* test_defrag.c - reassembly: every order, what belongs together, copies, overlaps of both versions, lengths that
 * contradict each other, identifications that come round, what the snap length cut. */
#include "support/fragment.h"
#include "unit/net/defrag_pieces.h"

/* ---- frames ------------------------------------------------------------------------------------------------------ */

/* The fragment in a frame that fragment_udp made. */
static struct vq_fragment read_frame(const struct packet *p, uint64_t number)
{
    const uint8_t *ip = p->bytes + 14;
    struct vq_fragment f = {.frame = number, .ts = START + (int64_t)number};
    bool v4 = ip[0] >> 4 == 4;
    size_t head = v4 ? 20 : 48, n = v4 ? 4 : 16;
    f.src.family = f.dst.family = v4 ? 4 : 6;
    memcpy(f.src.ip, ip + (v4 ? 12 : 8), n);
    memcpy(f.dst.ip, ip + (v4 ? 16 : 24), n);
    f.id = v4 ? vq_be16(ip + 4) : vq_be32(ip + 44);
    f.proto = v4 ? ip[9] : ip[40];
    f.ttl = v4 ? ip[8] : ip[7];
    f.more = v4 ? ip[6] & 0x20 : ip[43] & 1;
    f.offset = v4 ? (vq_be16(ip + 6) & 0x1fffu) * 8u : vq_be16(ip + 42) & 0xfff8u;
    f.wire = v4 ? vq_be16(ip + 2) - 20u : vq_be16(ip + 4) - 8u;
    f.data = vq_slice(ip + head, p->n - 14 - head);
    return f;
}

static void assert_datagram(const struct vq_whole *w, const uint8_t *payload, size_t n)
{
    assert_int_equal(w->wire, n + 8);
    assert_int_equal(w->data.n, n + 8);
    assert_int_equal(vq_be16(w->data.p), 5060);
    assert_int_equal(vq_be16(w->data.p + 4), n + 8);
    assert_memory_equal(w->data.p + 8, payload, n);
    assert_int_equal(w->proto, 17);
    assert_int_equal(w->ttl, 64);
}

static void every_order(void **state)
{
    (void)state;
    uint8_t payload[3000];
    for (size_t i = 0; i < sizeof payload; i++)
        payload[i] = (uint8_t)(i * 7 + i / 251);
    struct vq_defrag *d = make(1 << 20, 100);
    for (int family = 4; family <= 6; family += 2) {
        struct vq_endpoint src = ep(family == 4 ? "10.0.0.1" : "fd00::1", 5060);
        struct vq_endpoint dst = ep(family == 4 ? "10.0.0.2" : "fd00::2", 5062);
        unsigned orders = 0;
        for (unsigned o = 0; o < 256; o++) {
            const unsigned order[4] = {o & 3, o >> 2 & 3, o >> 4 & 3, o >> 6};
            if ((1u << order[0] | 1u << order[1] | 1u << order[2] | 1u << order[3]) != 15)
                continue;
            struct packet frames[4];
            assert_int_equal(fragment_udp(frames, 4, &src, &dst, 100000 + o, payload, sizeof payload, 800), 4);
            for (unsigned i = 0; i < 4; i++) {
                struct vq_fragment f = read_frame(&frames[order[i]], 4 * o + i + 1);
                struct vq_whole w;
                assert_int_equal(vq_defrag_add(d, &f, &w), i < 3 ? VQ_DEFRAG_HELD : VQ_DEFRAG_WHOLE);
                if (i < 3)
                    continue;
                assert_datagram(&w, payload, sizeof payload);
                assert_int_equal(w.frames, 4);
                assert_int_equal(w.frame, 4 * o + 1);
                assert_int_equal(w.ts, START + (int64_t)w.frame);
                orders++;
            }
        }
        assert_int_equal(orders, 24);
    }
    assert_int_equal(vq_defrag_held(d), 0);
    assert_int_equal(vq_defrag_stats(d)->whole, 48);
    assert_int_equal(vq_defrag_expire(d, INT64_MAX), 0);
    assert_int_equal(vq_defrag_bytes(d), 0);
    vq_defrag_free(d);
}

/* ---- what belongs together --------------------------------------------------------------------------------------- */

static void keys(void **state)
{
    (void)state;
    struct vq_whole w;
    for (int family = 4; family <= 6; family += 2) {
        struct vq_defrag *d = make(1 << 20, 100);
        assert_int_equal(add(d, piece(family, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
        assert_int_equal(add(d, piece(family, 2, 8, "id", false), &w), VQ_DEFRAG_HELD);
        struct vq_fragment f = piece(family, 1, 8, "source", false);
        f.src.ip[3]++;
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
        f = piece(family, 1, 8, "destination", false);
        f.dst.ip[3]++;
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
        f = piece(family, 1, 8, "protocol", false);
        f.proto = 6;
        f.ttl = f.dscp = 1; /* the first fragment's are given */
        assert_int_equal(add(d, f, &w), family == 4 ? VQ_DEFRAG_HELD : VQ_DEFRAG_WHOLE);
        if (family == 4)
            assert_int_equal(add(d, piece(4, 1, 8, "protocol", false), &w), VQ_DEFRAG_WHOLE);
        assert_text(&w, "01234567protocol");
        assert_true(w.proto == 17 && w.ttl == 64 && w.dscp == 46);
        vq_defrag_free(d);
    }
}

static void whole_by_itself(void **state)
{
    (void)state;
    struct vq_defrag *d = make(1000, 2);
    struct vq_whole w;
    assert_int_equal(add(d, piece(6, 1, 0, "12345678", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(6, 1, 0, "atomic", false), &w), VQ_DEFRAG_WHOLE); /* RFC 6946 4 */
    assert_text(&w, "atomic");
    assert_int_equal(w.frames, 1);
    assert_int_equal(add(d, piece(6, 1, 8, "9", false), &w), VQ_DEFRAG_WHOLE);
    assert_text(&w, "123456789");
    vq_defrag_free(d);
}

/* ---- copies and overlaps ----------------------------------------------------------------------------------------- */

static void copies(void **state)
{
    (void)state;
    for (int family = 4; family <= 6; family += 2) {
        struct vq_defrag *d = make(1 << 20, 100);
        struct vq_whole w;
        assert_int_equal(add(d, piece(family, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
        size_t bytes = vq_defrag_bytes(d);
        assert_int_equal(add(d, piece(family, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
        assert_int_equal(vq_defrag_bytes(d), bytes);
        assert_int_equal(vq_defrag_held(d), 2);
        assert_int_equal(add(d, piece(family, 1, 8, "8", false), &w), VQ_DEFRAG_WHOLE);
        assert_int_equal(w.frames, 3);
        /* The mirror's copy of the last one, and of both in their order: nothing begins anew. */
        assert_int_equal(add(d, piece(family, 1, 8, "8", false), &w), VQ_DEFRAG_COPY);
        assert_int_equal(add(d, piece(family, 1, 0, "01234567", true), &w), VQ_DEFRAG_COPY);
        assert_int_equal(vq_defrag_stats(d)->duplicates, 3);
        assert_int_equal(vq_defrag_held(d), 0);
        /* Later the same bytes are another packet. */
        struct vq_fragment f = later(piece(family, 1, 8, "8", false), VQ_DEFRAG_LINGER + 1);
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
        assert_int_equal(vq_defrag_stats(d)->expired, 0); /* it was whole */
        vq_defrag_free(d);
    }
}

static void overlaps4(void **state)
{
    (void)state;
    struct vq_defrag *d = make(1 << 20, 100);
    struct vq_whole w;
    assert_int_equal(add(d, piece(4, 1, 16, "ghijklmn", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 1, 0, "0123456789abcdefghijklmn", true), &w), VQ_DEFRAG_HELD); /* all around it */
    assert_int_equal(add(d, piece(4, 1, 8, "89abcdef", true), &w), VQ_DEFRAG_HELD);                 /* inside */
    struct vq_fragment f = piece(4, 1, 0, "01234567", true);
    f.ttl = 1;
    assert_int_equal(add(d, f, &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 1, 16, "ghijklmnop", false), &w), VQ_DEFRAG_WHOLE);            /* at its edge */
    assert_text(&w, "0123456789abcdefghijklmnop");
    assert_int_equal(w.frames, 5);
    assert_int_equal(w.ttl, 64); /* of the first that began there */
    assert_int_equal(vq_defrag_stats(d)->overlaps, 4);
    /* One byte differs: what there was is lost, what comes is refused. */
    assert_int_equal(add(d, piece(4, 2, 0, "0123456789abcdef", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 2, 8, "89abcdeFghijklmn", true), &w), VQ_DEFRAG_BAD);
    assert_int_equal(vq_defrag_held(d), 0);
    assert_int_equal(add(d, piece(4, 2, 16, "end", false), &w), VQ_DEFRAG_BAD);
    assert_int_equal(vq_defrag_stats(d)->contradictory, 1);
    assert_int_equal(vq_defrag_expire(d, START), 1);
    assert_int_equal(vq_defrag_expire(d, START), 0);
    /* Seconds later it is another packet's identification. */
    assert_int_equal(add(d, later(piece(4, 2, 16, "end", false), VQ_DEFRAG_REUSE + 1), &w), VQ_DEFRAG_HELD);
    vq_defrag_free(d);
}

static void overlaps6(void **state)
{
    (void)state;
    static const struct {
        uint32_t offset;
        const char *text;
    } second[] = {{0, "01234567"}, {8, "89abcdef"}, {8, "89abcdefghijklmn"}, {0, "0123456789abcdefghijklmn"}};
    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        struct vq_defrag *d = make(1 << 20, 100);
        struct vq_whole w;
        assert_int_equal(add(d, piece(6, 1, 0, "0123456789abcdef", true), &w), VQ_DEFRAG_HELD);
        struct vq_fragment f = later(piece(6, 1, second[i].offset, second[i].text, true), 10 * SECOND);
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_BAD); /* they agree, and are not allowed to overlap */
        f = later(piece(6, 1, 16, "end", false), 59 * SECOND);
        assert_int_equal(add(d, f, &w), VQ_DEFRAG_BAD); /* RFC 5722 4: nor what is still to come */
        assert_int_equal(add(d, later(f, 2 * SECOND), &w), VQ_DEFRAG_HELD);
        assert_int_equal(vq_defrag_stats(d)->contradictory, 1);
        assert_int_equal(vq_defrag_expire(d, START + 61 * SECOND), 1);
        vq_defrag_free(d);
    }
}

/* Two ends, or bytes behind the end. */
static void ends(void **state)
{
    (void)state;
    static const struct {
        uint32_t offset[2];
        const char *text[2];
        bool more[2];
    } pairs[] = {{{16, 24}, {"end", "end"}, {false, false}},          {{16, 8}, {"end", "end"}, {false, false}},
                 {{16, 16}, {"01234567", "end"}, {true, false}},      {{16, 8}, {"end", "01234567"}, {false, false}},
                 {{8, 16}, {"01234567", "01234567"}, {false, true}},  {{8, 8}, {"01234567", "01234567"}, {false, true}},
                 {{16, 8}, {"01234567", "01234567"}, {true, false}}, {{8, 8}, {"01234567", "01234567"}, {true, false}}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct vq_defrag *d = make(1 << 20, 100);
        struct vq_whole w;
        for (int k = 0; k < 2; k++) {
            struct vq_fragment f = piece(4, 1, pairs[i].offset[k], pairs[i].text[k], pairs[i].more[k]);
            assert_int_equal(add(d, f, &w), k ? VQ_DEFRAG_BAD : VQ_DEFRAG_HELD);
        }
        assert_int_equal(vq_defrag_stats(d)->contradictory, 1);
        vq_defrag_free(d);
    }
}

/* Bad by itself: its packet is not touched. */
static void bad_fragments(void **state)
{
    (void)state;
    static const uint8_t data[65535];
    static const struct {
        uint32_t offset, wire;
        bool more, good;
    } rows[] = {{0, 0, true, false},      {8, 0, false, false},    {8, 9, true, false},     {8, 7, true, false},
                {4, 8, true, false},      {65528, 8, false, false}, {65528, 8, true, false}, {8, 65528, false, false},
                {8, 70000, false, false}, {65536, 8, true, false}, {UINT32_MAX - 7, 16, true, false},
                {0, 65536, false, false}, {65528, 7, false, true}, {8, 65527, false, true}, {0, 65528, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vq_defrag *d = make(1 << 20, 100);
        struct vq_whole w;
        struct vq_fragment f = piece(4, 1, rows[i].offset, "", rows[i].more);
        f.wire = rows[i].wire;
        f.data = vq_slice(data, f.wire < sizeof data ? f.wire : sizeof data);
        assert_int_equal(add(d, f, &w), rows[i].good ? VQ_DEFRAG_HELD : VQ_DEFRAG_BAD);
        assert_int_equal(vq_defrag_stats(d)->bad_fragments, !rows[i].good);
        if (!rows[i].good) {
            assert_int_equal(vq_defrag_packets(d), 0);
            assert_int_equal(add(d, piece(4, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
            assert_int_equal(add(d, f, &w), VQ_DEFRAG_BAD);
            assert_int_equal(add(d, piece(4, 1, 8, "8", false), &w), VQ_DEFRAG_WHOLE);
        }
        vq_defrag_free(d);
    }
}

static void largest(void **state)
{
    (void)state;
    static uint8_t data[65535];
    struct vq_defrag *d = make(1 << 20, 100);
    struct vq_whole w;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i / 3);
    /* From the last to the first, in as many pieces as are taken; one more is too many. */
    for (uint32_t n = VQ_DEFRAG_PIECES; n--;) {
        struct vq_fragment f = piece(6, 1, 256 * n, "", n < 255);
        f.wire = n < 255 ? 256 : 255;
        f.data = vq_slice(data + f.offset, f.wire);
        assert_int_equal(add(d, f, &w), n ? VQ_DEFRAG_HELD : VQ_DEFRAG_WHOLE);
    }
    assert_int_equal(w.wire, 65535);
    assert_memory_equal(w.data.p, data, sizeof data);
    for (uint32_t n = 0; n <= VQ_DEFRAG_PIECES; n++)
        assert_int_equal(add(d, piece(4, 1, 8 * n, "01234567", true), &w),
                         n < VQ_DEFRAG_PIECES ? VQ_DEFRAG_HELD : VQ_DEFRAG_BAD);
    assert_int_equal(vq_defrag_expire(d, START), VQ_DEFRAG_PIECES);
    vq_defrag_free(d);
}

static void came_round(void **state)
{
    (void)state;
    struct vq_defrag *d = make(1 << 20, 100);
    struct vq_whole w;
    /* Of a whole packet: any fragment that is not a copy begins anew, whatever the version. */
    for (int family = 4; family <= 6; family += 2) {
        assert_int_equal(add(d, piece(family, 1, 0, "0123456789abcdef", true), &w), VQ_DEFRAG_HELD);
        assert_int_equal(add(d, piece(family, 1, 16, "g", false), &w), VQ_DEFRAG_WHOLE);
        assert_int_equal(add(d, piece(family, 1, 0, "01234567", true), &w), VQ_DEFRAG_HELD); /* another length */
        assert_int_equal(add(d, piece(family, 1, 8, "h", false), &w), VQ_DEFRAG_WHOLE);
        assert_text(&w, "01234567h");
        assert_int_equal(w.frames, 2);
    }
    /* Of an incomplete one: at once it is a contradiction, when it is old IPv4 begins anew. */
    for (int old = 0; old < 2; old++)
        for (int family = 4; family <= 6; family += 2) {
            uint32_t id = 2 + (uint32_t)old;
            int64_t after = VQ_DEFRAG_REUSE + old;
            bool anew = family == 4 && old;
            assert_int_equal(add(d, piece(family, id, 0, "0123456789abcdef", true), &w), VQ_DEFRAG_HELD);
            assert_int_equal(add(d, later(piece(family, id, 0, "ABCDEFGH", true), after), &w),
                             anew ? VQ_DEFRAG_HELD : VQ_DEFRAG_BAD);
            assert_int_equal(add(d, later(piece(family, id, 8, "I", false), after), &w),
                             anew ? VQ_DEFRAG_WHOLE : VQ_DEFRAG_BAD);
            if (anew)
                assert_text(&w, "ABCDEFGHI");
        }
    assert_int_equal(vq_defrag_stats(d)->reused, 1);
    assert_int_equal(vq_defrag_stats(d)->contradictory, 3);
    assert_int_equal(vq_defrag_expire(d, START), 4);
    vq_defrag_free(d);
}

/* ---- snap length ------------------------------------------------------------------------------------------------- */

static void snap_cut(void **state)
{
    (void)state;
    struct vq_defrag *d = make(1 << 20, 100);
    struct vq_whole w;
    struct vq_fragment first = piece(4, 1, 0, "0123456789abcdef", true);
    first.data.n = 5;
    assert_int_equal(add(d, first, &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 1, 16, "end", false), &w), VQ_DEFRAG_WHOLE);
    assert_int_equal(w.wire, 19);
    assert_text(&w, "01234");
    struct vq_fragment last = piece(6, 1, 8, "end", false);
    last.data.n = 0;
    last.data.p = NULL;
    assert_int_equal(add(d, last, &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(6, 1, 0, "01234567", true), &w), VQ_DEFRAG_WHOLE);
    assert_int_equal(w.wire, 11);
    assert_text(&w, "01234567");
    /* What one fragment lacks an overlapping one may have; bytes that were not captured contradict nothing. */
    first.id = 2;
    assert_int_equal(add(d, first, &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 2, 0, "01234567", true), &w), VQ_DEFRAG_HELD);
    assert_int_equal(add(d, piece(4, 2, 8, "89", false), &w), VQ_DEFRAG_BAD); /* but lengths do */
    vq_defrag_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order), cmocka_unit_test(keys),      cmocka_unit_test(whole_by_itself),
        cmocka_unit_test(copies),      cmocka_unit_test(overlaps4), cmocka_unit_test(overlaps6),
        cmocka_unit_test(ends),        cmocka_unit_test(largest),   cmocka_unit_test(bad_fragments),
        cmocka_unit_test(came_round),  cmocka_unit_test(snap_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
