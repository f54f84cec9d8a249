/* test_mirror.c - packets that a capture saw twice count once; packets that the network doubled do not hide among them. */
#include "support/check.h"
#include "support/packet.h"
#include "support/tunnel.h"

#include <voipqos/model.h>

enum how { SAME, TTL, VLAN, MAC, HOW };

/* The second sight of a packet. */
static struct packet again(const struct packet *p, enum how how)
{
    struct packet q = *p;
    if (how == TTL)
        q.bytes[14 + 8]--;
    else if (how == MAC)
        q.bytes[5] ^= 1;
    else if (how == VLAN)
        tunnel_wrap(tunnel_at(0), p, &q);
    return q;
}

static struct vq_stream only_stream(const struct feeder *f)
{
    struct vq_stream s = {0};
    uint32_t h = vq_stream_next(f->e, 0);
    assert_true(vq_stream_get(f->e, h, &s));
    assert_int_equal(vq_stream_next(f->e, h), 0);
    return s;
}

static void numbered(struct packet *p, uint16_t id)
{
    p->bytes[14 + 4] = (uint8_t)(id >> 8);
    p->bytes[14 + 5] = (uint8_t)id;
}

static void counts_rtp_once(void **state)
{
    (void)state;
    struct vq_endpoint a = ep("10.0.0.1", 4000), b = ep("10.0.0.2", 5000);
    for (enum how how = SAME; how < HOW; how++) {
        struct feeder f = feeder_new();
        for (unsigned i = 0; i < 50; i++) {
            struct packet p, q;
            packet_rtp(&p, &a, &b, 0x1234, (uint16_t)(65500 + i), i * 160, 0);
            numbered(&p, (uint16_t)i);
            q = again(&p, how);
            feed_packet(&f, i * 20.0, &p);
            feed_packet(&f, i * 20.0 + 0.5, &q);
        }
        vq_engine_finish(f.e);
        struct vq_stream s = only_stream(&f);
        struct vq_stats st;
        vq_engine_stats(f.e, &st);
        assert_int_equal(s.lost, 0);
        assert_int_equal(s.packets, how == SAME ? 100 : 50);
        assert_int_equal(s.duplicates, how == SAME ? 50 : 0); /* the network may have doubled those */
        assert_int_equal(s.mirror_duplicates, how == SAME ? 0 : 50);
        assert_int_equal(st.not_decoded[VQ_DROP_MIRRORED], how == SAME ? 0 : 50);
        assert_int_equal(st.decoded[VQ_DEC_RTP] + st.not_decoded[VQ_DROP_MIRRORED], 100);
        if (how != SAME)
            assert_true(s.jitter_max_ms < 1e-6 && s.interarrival_ms.min > 19.9);
        vq_engine_free(f.e);
    }
}

/* Another IP id, or later than two sights of one packet can be apart: sent twice. */
static void counts_what_was_sent_twice(void **state)
{
    (void)state;
    struct vq_endpoint a = ep("10.0.0.1", 4000), b = ep("10.0.0.2", 5000);
    for (int late = 0; late < 2; late++) {
        struct feeder f = feeder_new();
        for (unsigned i = 0; i < 50; i++) {
            struct packet p, q;
            packet_rtp(&p, &a, &b, 0x1234, (uint16_t)i, i * 320, 0);
            numbered(&p, (uint16_t)i);
            q = again(&p, TTL);
            if (!late)
                numbered(&q, (uint16_t)(i + 1000));
            feed_packet(&f, i * 40.0, &p);
            feed_packet(&f, i * 40.0 + (late ? 25 : 1), &q);
        }
        vq_engine_finish(f.e);
        struct vq_stream s = only_stream(&f);
        assert_int_equal(s.duplicates, 50);
        assert_int_equal(s.mirror_duplicates, 0);
        vq_engine_free(f.e);
    }
}

static void counts_sip_once(void **state)
{
    (void)state;
    struct vq_endpoint a = ep("10.0.0.1", 5060), b = ep("10.0.0.2", 5060);
    for (enum how how = SAME; how < HOW; how++) {
        struct feeder f = feeder_new();
        const char *text = sip_build(&(struct sip_text){.start = "OPTIONS sip:b@10.0.0.2 SIP/2.0", .call_id = "c1", .from = "a",
                                                        .from_tag = "ta", .to = "b", .to_tag = "", .branch = "z9hG4bKx",
                                                        .cseq = "1 OPTIONS", .extra = "", .sdp = ""});
        struct packet p, q;
        packet_udp(&p, &a, &b, text, strlen(text));
        numbered(&p, 77);
        q = again(&p, how);
        feed_packet(&f, 0, &p);
        feed_packet(&f, 0.3, &q);
        feed_packet(&f, 500, &p); /* a retransmission, whatever its IP id */
        vq_engine_finish(f.e);
        struct vq_stats st;
        vq_engine_stats(f.e, &st);
        struct vq_dialog d;
        assert_true(vq_dialog_get(f.e, vq_dialog_next(f.e, 0), &d));
        assert_int_equal(st.sip_messages, how == SAME ? 3 : 2);
        assert_int_equal(d.n_messages, how == SAME ? 3 : 2);
        assert_int_equal(d.retransmissions, how == SAME ? 2 : 1);
        assert_int_equal(st.not_decoded[VQ_DROP_MIRRORED], how == SAME ? 0 : 1);
        vq_engine_free(f.e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_rtp_once), cmocka_unit_test(counts_what_was_sent_twice),
                                       cmocka_unit_test(counts_sip_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
