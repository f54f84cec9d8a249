/* What a program needs to use libvoipqos: frames from anywhere, no libpcap, nothing but the public headers.
 *
 * A call is made up in memory (INVITE, 200, two seconds of RTP with every tenth packet missing, BYE) and fed to an engine;
 * then the call, its stream and the JSON report are read back. Exits 0 when they say what was put in. */
#include <stdio.h>
#include <string.h>

#include <voipqos/report.h>

struct frame_builder {
    uint8_t bytes[1500];
    struct vq_frame f;
};

/* A UDP datagram between 192.0.2.1 and 192.0.2.2 in a raw IPv4 packet (LINKTYPE_RAW). */
static void put_datagram(struct frame_builder *b, int from, unsigned sport, unsigned dport, const void *payload, size_t n)
{
    uint8_t *p = b->bytes;
    const size_t udp = n + 8, ip = udp + 20;
    const uint8_t head[28] = {0x45, 0, (uint8_t)(ip >> 8), (uint8_t)ip, 0, 0, 0, 0, 64, 17, 0, 0,
                              192, 0, 2, (uint8_t)from, 192, 0, 2, (uint8_t)(3 - from),
                              (uint8_t)(sport >> 8), (uint8_t)sport, (uint8_t)(dport >> 8), (uint8_t)dport,
                              (uint8_t)(udp >> 8), (uint8_t)udp};
    memcpy(p, head, sizeof head);
    memcpy(p + sizeof head, payload, n);
    b->f.data = p;
    b->f.caplen = b->f.len = (uint32_t)ip;
    b->f.link = 101;
    b->f.number++;
}

static void feed_sip(struct vq_engine *e, struct frame_builder *b, int from, const char *start, const char *cseq,
                     const char *to_tag, unsigned media_port)
{
    char sdp[200] = "", text[1200];
    if (media_port)
        snprintf(sdp, sizeof sdp,
                 "v=0\r\no=- 1 1 IN IP4 192.0.2.%d\r\ns=-\r\nc=IN IP4 192.0.2.%d\r\nt=0 0\r\nm=audio %u RTP/AVP 0\r\n", from,
                 from, media_port);
    int n = snprintf(text, sizeof text,
                     "%s\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%.1s\r\nFrom: <sip:ann@example.com>;tag=a\r\n"
                     "To: <sip:ben@example.com>%s\r\nCall-ID: example\r\nCSeq: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                     start, cseq, to_tag, cseq, media_port ? "Content-Type: application/sdp\r\n" : "", strlen(sdp), sdp);
    put_datagram(b, from, 5060, 5060, text, (size_t)n);
    b->f.ts += 10 * 1000000;
    vq_engine_feed(e, &b->f, 1);
}

static void feed_rtp(struct vq_engine *e, struct frame_builder *b, unsigned seq)
{
    uint8_t rtp[172] = {0x80, 0, (uint8_t)(seq >> 8), (uint8_t)seq};
    const unsigned ts = seq * 160;
    rtp[4] = (uint8_t)(ts >> 24);
    rtp[5] = (uint8_t)(ts >> 16);
    rtp[6] = (uint8_t)(ts >> 8);
    rtp[7] = (uint8_t)ts;
    rtp[11] = 42; /* SSRC */
    put_datagram(b, 1, 4000, 6000, rtp, sizeof rtp);
    vq_engine_feed(e, &b->f, 1);
}

static int count_bytes(const char *text, size_t n, void *arg)
{
    (void)text;
    *(size_t *)arg += n;
    return 0;
}

int main(void)
{
    struct vq_options options;
    struct vq_engine *engine;
    vq_options_defaults(&options);
    if (vq_engine_new(&engine, &options))
        return 1;

    static struct frame_builder b;
    b.f.ts = INT64_C(1700000000) * 1000000000;
    feed_sip(engine, &b, 1, "INVITE sip:ben@example.com SIP/2.0", "1 INVITE", "", 4000);
    feed_sip(engine, &b, 2, "SIP/2.0 200 OK", "1 INVITE", ";tag=b", 6000);
    for (unsigned i = 0; i < 100; i++) {
        b.f.ts += 20 * 1000000;
        if (i % 10 != 5)
            feed_rtp(engine, &b, i);
    }
    feed_sip(engine, &b, 1, "BYE sip:ben@example.com SIP/2.0", "2 BYE", ";tag=b", 0);
    vq_engine_finish(engine);

    struct vq_call call = {0};
    struct vq_stream stream = {0};
    vq_call_get(engine, vq_call_next(engine, 0), &call);
    vq_stream_get(engine, call.first_stream, &stream);
    printf("call %s -> %s: %s; %s, %llu packets, %llu lost, R %.1f, MOS %.2f\n", call.from, call.to,
           vq_call_state_name(call.state), stream.codec, (unsigned long long)stream.packets, (unsigned long long)stream.lost,
           stream.r, stream.mos);

    size_t json = 0;
    const struct vq_report_input input = {.path = "memory", .format = "pcap"};
    const struct vq_report_style style = {0};
    int rc = vq_report_json(engine, &input, &style, count_bytes, &json);
    printf("%zu bytes of JSON\n", json);
    int right = rc == 0 && json > 1000 && call.state == VQ_CALL_COMPLETED && stream.packets == 90 && stream.lost == 10 &&
                stream.scored;
    vq_engine_free(engine);
    return right ? 0 : 1;
}
