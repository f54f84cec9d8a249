/* test_sdp.c - session descriptions: RFC 4566, RFC 3264, RFC 3605, hold, encryption, and what is wrong in practice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "proto/sdp.h"
#include "support/guard.h"
#include "support/sdp_agree.h"

static bool parse(const char *text, struct vq_sdp *out)
{
    return vq_sdp_parse(vq_slice(text, strlen(text)), out);
}

/* A description without defect but for what stands in its media part. */
#define SESSION "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"

static void assert_ip4(const struct vq_endpoint *e, uint8_t a, uint8_t b, uint8_t c, uint8_t d, unsigned port)
{
    const uint8_t ip[16] = {a, b, c, d};
    assert_int_equal(e->family, 4);
    assert_memory_equal(e->ip, ip, 16);
    assert_int_equal(e->port, port);
}

/* RFC 4566 5. */
static void rfc4566_example(void **state)
{
    static const char text[] = "v=0\r\n"
                               "o=jdoe 2890844526 2890842807 IN IP4 10.47.16.5\r\n"
                               "s=SDP Seminar\r\n"
                               "i=A Seminar on the session description protocol\r\n"
                               "u=http://www.example.com/seminars/sdp.pdf\r\n"
                               "e=j.doe@example.com (Jane Doe)\r\n"
                               "c=IN IP4 224.2.17.12/127\r\n"
                               "t=2873397496 2873404696\r\n"
                               "a=recvonly\r\n"
                               "m=audio 49170 RTP/AVP 0\r\n"
                               "m=video 51372 RTP/AVP 99\r\n"
                               "a=rtpmap:99 h263-1998/90000\r\n";
    (void)state;
    struct vq_sdp s;
    assert_true(parse(text, &s));
    assert_null(s.defect);
    assert_int_equal(s.n_media, 2);
    assert_int_equal(s.media[0].media, VQ_MEDIA_AUDIO);
    assert_ip4(&s.media[0].rtp, 224, 2, 17, 12, 49170);
    assert_ip4(&s.media[0].rtcp, 224, 2, 17, 12, 49171);
    assert_int_equal(s.media[0].dir, VQ_SDP_RECVONLY);
    assert_int_equal(s.media[1].dir, VQ_SDP_RECVONLY);
    assert_int_equal(s.media[0].n_formats, 1);
    assert_int_equal(s.media[0].formats[0].pt, 0);
    assert_ptr_equal(s.media[0].formats[0].codec, vq_codec_by_pt(0));
    assert_int_equal(s.media[0].formats[0].clock_hz, 8000);
    assert_null(s.media[0].formats[0].name.p);
    assert_int_equal(s.media[1].media, VQ_MEDIA_VIDEO);
    assert_int_equal(s.media[1].formats[0].pt, 99);
    assert_int_equal(s.media[1].formats[0].clock_hz, 90000);
    assert_memory_equal(s.media[1].formats[0].name.p, "h263-1998", 9);
    assert_false(s.media[0].encrypted || s.media[0].rtcp_mux || s.media[0].hold_addr);
}

static void formats(void **state)
{
    (void)state;
    struct vq_sdp s;
    assert_true(parse(SESSION "m=audio 4000/2 RTP/AVP 8 96 97 101 9 300 x\r\na=rtpmap:96 opus/48000/2\r\n"
                              "a=rtpmap:97 nonesuch/12345\r\na=rtpmap:101 telephone-event/8000\r\n"
                              "a=rtpmap:9 G722/16000\r\na=rtpmap:120 PCMU/8000\r\na=ptime:30\r\na=maxptime:150\r\n",
                      &s));
    const struct vq_sdp_media *m = &s.media[0];
    assert_int_equal(m->rtp.port, 4000);
    assert_int_equal(m->n_formats, 5); /* 300 and x are no payload types */
    assert_ptr_equal(m->formats[0].codec, vq_codec_by_pt(8));
    assert_ptr_equal(m->formats[1].codec, vq_codec_by_name("opus", 4, 48000));
    assert_non_null(m->formats[1].codec);
    assert_int_equal(m->formats[1].clock_hz, 48000);
    assert_null(m->formats[2].codec);
    assert_int_equal(m->formats[2].clock_hz, 12345);
    assert_int_equal(m->formats[2].name.n, 8);
    assert_non_null(m->formats[3].codec);
    /* The clock is as declared, the codec known all the same (RFC 3551 4.5.2). */
    assert_ptr_equal(m->formats[4].codec, vq_codec_by_name("G722", 4, 0));
    assert_int_equal(m->formats[4].clock_hz, 16000);
    assert_int_equal(m->ptime_ms, 30);
    assert_int_equal(m->maxptime_ms, 150);
    assert_int_equal(m->dir, VQ_SDP_SENDRECV);
}

static void addresses(void **state)
{
    (void)state;
    struct vq_sdp s;
    assert_true(parse(SESSION "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 198.51.100.7\r\na=rtcp:5001\r\n"
                              "m=audio 4002 RTP/AVP 0\r\na=rtcp:53020 IN IP4 126.16.64.4\r\na=sendonly\r\n"
                              "m=audio 4004 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=inactive\r\n"
                              "m=audio 65535 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\n"
                              "m=audio 0 RTP/AVP 0\r\nc=IN IP4 pc.example.com\r\n",
                      &s));
    assert_null(s.defect);
    assert_int_equal(s.n_media, 5);
    assert_ip4(&s.media[0].rtp, 198, 51, 100, 7, 4000);
    assert_ip4(&s.media[0].rtcp, 198, 51, 100, 7, 5001);
    assert_ip4(&s.media[1].rtp, 192, 0, 2, 1, 4002);
    assert_ip4(&s.media[1].rtcp, 126, 16, 64, 4, 53020);
    assert_int_equal(s.media[1].dir, VQ_SDP_SENDONLY);
    assert_ip4(&s.media[2].rtp, 0, 0, 0, 0, 4004);
    assert_true(s.media[2].hold_addr && s.media[2].rtcp_mux);
    assert_int_equal(s.media[2].dir, VQ_SDP_INACTIVE);
    assert_int_equal(s.media[3].rtp.family, 6);
    assert_int_equal(s.media[3].rtp.ip[0], 0x20);
    assert_int_equal(s.media[3].rtp.ip[15], 1);
    assert_int_equal(s.media[3].rtcp.port, 0); /* there is no port 65536 */
    assert_int_equal(s.media[4].rtp.family, 0);
    assert_int_equal(s.media[4].rtp.port, 0);
    assert_int_equal(s.media[4].rtcp.port, 0);
    assert_false(s.media[1].hold_addr || s.media[1].rtcp_mux);
}

static void encryption(void **state)
{
    static const struct {
        const char *media;
        bool encrypted;
    } list[] = {
        {"m=audio 4000 RTP/AVP 0\r\n", false},
        {"m=audio 4000 RTP/SAVP 0\r\n", true},
        {"m=audio 4000 RTP/SAVPF 0\r\n", true},
        {"m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n", true},
        {"m=audio 4000 RTP/AVPF 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n", true},
        {"m=audio 4000 RTP/AVP 0\r\na=fingerprint:sha-1 4A:AD\r\n", true},
        {"a=fingerprint:sha-1 4A:AD\r\nm=audio 4000 RTP/AVP 0\r\n", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char text[400] = SESSION;
        struct vq_sdp s;
        strcat(text, list[i].media);
        assert_true(parse(text, &s));
        assert_int_equal(s.media[0].encrypted, list[i].encrypted);
    }
}

static void media_types(void **state)
{
    static const struct {
        const char *media;
        enum vq_media type;
    } list[] = {
        {"m=image 4000 udptl t38\r\n", VQ_MEDIA_FAX},     {"m=audio 4000 UDPTL t38\r\n", VQ_MEDIA_FAX},
        {"m=text 4000 RTP/AVP 98\r\n", VQ_MEDIA_TEXT},    {"m=application 9 UDP/BFCP *\r\n", VQ_MEDIA_APPLICATION},
        {"m=message 9 TCP/MSRP *\r\n", VQ_MEDIA_UNKNOWN}, {"m=video 4000 RTP/AVP 31\r\n", VQ_MEDIA_VIDEO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char text[300] = SESSION;
        struct vq_sdp s;
        strcat(text, list[i].media);
        assert_true(parse(text, &s));
        assert_int_equal(s.media[0].media, list[i].type);
        assert_null(s.defect);
    }
}

static void defects(void **state)
{
    static const struct {
        const char *text;
        const char *defect;
    } list[] = {
        {SESSION "m=audio 4000 RTP/AVP 0", "the last SDP line has no line end"},
        {SESSION "m=audio 4000 RTP/AVP\r\n", "an SDP m= line has no format"},
        {SESSION "m=audio x RTP/AVP 0\r\n", "an SDP m= line cannot be read"},
        {SESSION "m=audio 492170 RTP/AVP 0\r\n", "an SDP m= line cannot be read"},
        {SESSION "garbage\r\nm=audio 4000 RTP/AVP 0\r\n", "an SDP line is not <type>=<value>"},
        {"o=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
         "SDP does not begin with v=0"},
        {"v=0\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", "SDP has no o= line"},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
         "SDP has no s= line"},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP 0\r\n",
         "SDP has no t= line"},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
         "an SDP m= line has no c= line to it"},
        {"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nt=0 0\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nm=audio 4000 RTP/AVP 0\r\n",
         "SDP lines are not in the order of RFC 4566"},
        {SESSION "t=0 0\r\nr=604800 3600 0 90000\r\nt=1 1\r\nm=audio 4000 RTP/AVP 0\r\n", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        struct vq_sdp s;
        assert_true(parse(list[i].text, &s));
        if (list[i].defect)
            assert_string_equal(s.defect, list[i].defect);
        else
            assert_null(s.defect);
    }
    struct vq_sdp s = {.n_media = 9};
    assert_false(parse("", &s));
    assert_false(parse("Signal=5\r\nDuration=160\r\n", &s));
    assert_false(parse("v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\n", &s));
    assert_int_equal(s.n_media, 9);
}

/* The order of lines, unknown lines and LF alone lose nothing. */
static void lenient(void **state)
{
    (void)state;
    struct vq_sdp s;
    assert_true(parse("v=0\ns=misesion\nX-what\nm=audio 7001 RTP\na=rtpmap:0 PCMU\nc=IN IP4 127.0.0.1\n", &s));
    assert_ip4(&s.media[0].rtp, 127, 0, 0, 1, 7001);
}

static void more_than_there_is_room_for(void **state)
{
    (void)state;
    char text[4000] = SESSION;
    struct vq_sdp s;
    for (unsigned i = 0; i < VQ_SDP_MEDIA + 2; i++) {
        strcat(text, "m=audio 4000 RTP/AVP");
        for (unsigned k = 0; k < VQ_SDP_FORMATS + 5; k++)
            strcat(text, " 0");
        strcat(text, "\r\n");
    }
    strcat(text, "a=inactive\r\n"); /* belongs to none that is kept */
    assert_true(parse(text, &s));
    assert_int_equal(s.n_media, VQ_SDP_MEDIA);
    assert_int_equal(s.media[0].n_formats, VQ_SDP_FORMATS);
    assert_int_equal(s.media[VQ_SDP_MEDIA - 1].dir, VQ_SDP_SENDRECV);
    assert_string_equal(s.defect, "more SDP m= lines than are kept");
}

/* One audio section as phones write it, and a few changes: each is either read the same by both readers, or left to the
 * one that reads all. */
static void plain_ones(void **state)
{
#define ZEROS "0000000000000000000000000000000000000000"
#define PLAIN SESSION "m=audio 31106 RTP/AVP 0 8 101\r\n"
    static const struct {
        const char *text;
        bool plain;
    } rows[] = {
        {PLAIN, true},
        {PLAIN "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 pcma/8000/1\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
               "a=ptime:20\r\na=maxptime:150\r\na=sendrecv\r\n", true},
        {PLAIN "a=sendonly\r\n", true},
        {PLAIN "a=recvonly\r\na=inactive\r\n", true},
        {PLAIN "a=silenceSupp:off - - - -\r\n", true},
        {PLAIN "a=rtpmap:97 iLBC/8000\r\na=ptime:0\r\n", true}, /* of no format */
        {PLAIN "a=rtpmap:0 PCMU/16000\r\na=rtpmap:0 GSM/8000\r\n", true},
        {"v=0\r\no=-\ns=\nc=IN IP4 0.0.0.0\r\nt=\nm=audio 0 RTP/AVP 127\r\n", true},
        {SESSION "m=audio 65535 RTP/AVP 0\r\na=rtpmap:0 PCMU/0\r\n", true},
        {SESSION "m=audio 65536 RTP/AVP 0\r\n", false},
        {SESSION "m=audio 4000 RTP/AVP 128\r\n", false},
        {SESSION "m=audio 4000 RTP/AVP\r\n", false},
        {SESSION "m=audio 4000/2 RTP/AVP 0\r\n", false},
        {SESSION "m=audio 4000 RTP/SAVP 0\r\n", false},
        {SESSION "m=video 4000 RTP/AVP 31\r\n", false},
        {SESSION "a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n", false},
        {PLAIN "m=audio 4002 RTP/AVP 0\r\n", false},
        {PLAIN "a=sendrecv \r\n", false},
        {PLAIN "a= sendonly\r\n", false},
        {PLAIN "a=SENDONLY\r\n", false},
        {PLAIN "a=ptime:20.5\r\n", false},
        {PLAIN "a=ptime:10001\r\n", false},
        {PLAIN "a=ptime:" ZEROS ZEROS "20\r\n", false}, /* more digits than a number has */
        {PLAIN "a=rtpmap:0 PCMU\r\n", false},
        {PLAIN "a=rtpmap: 0 PCMU/8000\r\n", false},
        {PLAIN "a=rtcp:53020\r\n", false},
        {PLAIN "a=rtcp-mux\r\n", false},
        {PLAIN "a=rtcp-fb:0 nack\r\n", false},
        {PLAIN "a=crypto:1 x\r\n", false},
        {PLAIN "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host\r\n", false},
        {PLAIN "a=\r\n", false},
        {PLAIN "\r\n", false},
        {PLAIN "c=IN IP4 192.0.2.9\r\n", false},
        {PLAIN "a=sendrecv", false},
        {"v=1\r\no=-\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", false},
        {"v=0\r\no=-\r\ns=-\r\nt=0 0\r\nc=IN IP4 192.0.2.1\r\nm=audio 4000 RTP/AVP 0\r\n", false},
        {"v=0\r\no=-\r\ns=-\r\nc=IN IP4 224.2.17.12/127\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", false},
        {"v=0\r\no=-\r\ns=-\r\nc=IN IP4 192.0.2.256\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", false},
        {"v=0\r\no=-\r\ns=-\r\nc=IN IP6 2001:db8::7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", false},
    };
    (void)state;
    struct vq_guard g;
    guard_init(&g, 1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool plain;
        for (size_t n = 0; n <= strlen(rows[i].text); n++)
            if (!sdp_agree(vq_slice(guard_put(&g, rows[i].text, n), n), &plain))
                fail_msg("row %zu, %zu bytes of it: the readers differ", i, n);
        if (plain != rows[i].plain)
            fail_msg("row %zu is %s", i, plain ? "taken as plain" : "not taken as plain");
    }
    guard_done(&g);
}

static void stays_inside(void **state)
{
    static const char text[] = SESSION "a=sendonly\r\nm=audio 4000/2 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\n"
                                       "a=rtcp:53020 IN IP6 2001:db8::7\r\na=ptime:20.5\r\na=crypto:1 x\r\n";
    (void)state;
    struct vq_guard g;
    guard_init(&g, sizeof text);
    for (size_t n = 0; n < sizeof text; n++) {
        struct vq_sdp s;
        const uint8_t *p = guard_put(&g, text, n);
        assert_int_equal(vq_sdp_parse(vq_slice(p, n), &s), n >= sizeof SESSION - 1 + 14);
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc4566_example), cmocka_unit_test(formats),
        cmocka_unit_test(addresses),       cmocka_unit_test(encryption),
        cmocka_unit_test(media_types),     cmocka_unit_test(defects),
        cmocka_unit_test(lenient),         cmocka_unit_test(more_than_there_is_room_for),
        cmocka_unit_test(plain_ones),      cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
