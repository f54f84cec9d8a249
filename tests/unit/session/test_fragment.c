/* test_fragment.c - SIP in IP fragments stands in the ladder like any other, and every frame is accounted for. */
#include "support/check.h"
#include "support/fragment.h"
#include "support/tunnel.h"

#include <voipqos/model.h>

static const char *invite(void)
{
    static char extra[1400];
    memset(extra, 'x', sizeof extra - 1);
    memcpy(extra, "X-Long: ", 8);
    memcpy(extra + sizeof extra - 3, "\r\n", 3);
    return sip_build(&(struct sip_text){.start = "INVITE sip:b@10.0.0.2 SIP/2.0", .call_id = "c1", .from = "a", .from_tag = "ta",
                                        .to = "b", .to_tag = "", .branch = "z9hG4bKx", .cseq = "1 INVITE", .extra = extra,
                                        .sdp = sdp_build("10.0.0.1", 4000, "0", "")});
}

static void check_account(const struct feeder *f, uint64_t sip, uint64_t fragments, uint64_t lost)
{
    struct vq_stats st;
    uint64_t sum = 0;
    vq_engine_stats(f->e, &st);
    for (int i = 0; i < VQ_DEC_COUNT; i++)
        sum += st.decoded[i];
    for (int i = 0; i < VQ_DROP_COUNT; i++)
        sum += st.not_decoded[i];
    assert_int_equal(sum, st.frames);
    assert_int_equal(st.decoded[VQ_DEC_SIP], sip);
    assert_int_equal(st.decoded[VQ_DEC_FRAGMENT], fragments);
    assert_int_equal(st.not_decoded[VQ_DROP_IP_FRAGMENT], lost);
}

static const char *const hosts[][2] = {{"10.0.0.1", "10.0.0.2"}, {"2001:db8::1", "2001:db8::2"}};

static void puts_messages_together(void **state)
{
    (void)state;
    for (size_t family = 0; family < 2; family++)
        for (size_t tunnel = 0; tunnel <= tunnel_count(); tunnel++) {
            struct feeder f = feeder_new();
            struct vq_endpoint a = ep(hosts[family][0], 5060), b = ep(hosts[family][1], 5060);
            struct packet frames[16], wrapped;
            const char *text = invite();
            size_t n = fragment_udp(frames, 16, &a, &b, 7, text, strlen(text), 560);
            assert_int_equal(n, 4);
            for (size_t i = n; i-- > 0;) { /* the last one first */
                if (tunnel == tunnel_count()) {
                    feed_packet(&f, (double)i, &frames[i]);
                    continue;
                }
                if (tunnel_at(tunnel)->link != 1)
                    break;
                tunnel_wrap(tunnel_at(tunnel), &frames[i], &wrapped);
                feed_packet(&f, (double)i, &wrapped);
            }
            vq_engine_finish(f.e);
            struct vq_call c;
            if (f.frames) {
                assert_true(vq_call_get(f.e, vq_call_next(f.e, 0), &c));
                assert_int_equal(c.n_messages, 1);
                struct vq_message m;
                const struct vq_note *at = c.messages;
                assert_true(vq_message_read(&at, &m));
                assert_string_equal(m.sdp, "PCMU @ 10.0.0.1:4000");
                assert_int_equal(m.frame, 4); /* the one that made it whole */
                check_account(&f, 1, 3, 0);
            }
            vq_engine_free(f.e);
        }
}

/* What waits in vain changes sides in the account: after a minute, or at the end. */
static void gives_up_in_time(void **state)
{
    (void)state;
    for (int later = 0; later < 2; later++) {
        struct feeder f = feeder_new();
        struct vq_endpoint a = ep("10.0.0.1", 5060), b = ep("10.0.0.2", 5060);
        struct packet frames[16];
        const char *text = invite();
        size_t n = fragment_udp(frames, 16, &a, &b, 7, text, strlen(text), 560);
        for (size_t i = 0; i + 1 < n; i++)
            feed_packet(&f, (double)i, &frames[i]);
        check_account(&f, 0, 3, 0);
        if (later) {
            struct vq_endpoint c = ep("10.0.0.3", 9), d = ep("10.0.0.4", 9);
            feed_text(&f, 61000, &c, &d, "x");
            check_account(&f, 0, 0, 3);
        }
        vq_engine_finish(f.e);
        check_account(&f, 0, 0, 3);
        vq_engine_free(f.e);
    }
}

/* A tunnel's packet can be too large for the tunnel: fragments whose whole is a fragment. */
static void looks_inside_fragments(void **state)
{
    (void)state;
    struct feeder f = feeder_new();
    struct vq_endpoint a = ep("10.0.0.1", 5060), b = ep("10.0.0.2", 5060), from = ep("192.0.2.1", 2152), to = ep("192.0.2.2", 2152);
    struct packet inner[4], outer[4];
    const char *text = invite();
    size_t n = fragment_udp(inner, 4, &a, &b, 7, text, strlen(text), 1200);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++) {
        uint8_t gtp[2000] = {0x30, 255, 0, 0, 0, 0, 0, 1};
        memcpy(gtp + 8, inner[i].bytes + 14, inner[i].n - 14);
        size_t k = fragment_udp(outer, 4, &from, &to, 100 + (uint32_t)i, gtp, 8 + inner[i].n - 14, 800);
        for (size_t j = 0; j < k; j++)
            feed_packet(&f, (double)(i * 10 + j), &outer[j]);
    }
    vq_engine_finish(f.e);
    struct vq_call c;
    assert_true(vq_call_get(f.e, vq_call_next(f.e, 0), &c));
    assert_int_equal(c.n_messages, 1);
    check_account(&f, 1, f.frames - 1, 0);
    vq_engine_free(f.e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(puts_messages_together), cmocka_unit_test(gives_up_in_time),
                                       cmocka_unit_test(looks_inside_fragments)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
