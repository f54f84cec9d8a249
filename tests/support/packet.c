#include "support/packet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

struct vq_endpoint ep(const char *ip, unsigned port)
{
    struct vq_endpoint e = {.port = (uint16_t)port};
    e.family = strchr(ip, ':') ? 6 : 4;
    int rc = inet_pton(e.family == 4 ? AF_INET : AF_INET6, ip, e.ip);
    assert(rc == 1);
    (void)rc;
    return e;
}

static void put(struct packet *p, const void *data, size_t n)
{
    assert(p->n + n <= sizeof p->bytes);
    memcpy(p->bytes + p->n, data, n);
    p->n += n;
}

static void put16(struct packet *p, size_t v)
{
    put(p, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

static void put32(struct packet *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p, v & 0xffff);
}

static void ip_header(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, unsigned proto,
                      size_t n)
{
    if (src->family == 4) {
        put16(p, 0x4500);
        put16(p, 20 + n);
        put32(p, 0x00010000);
        put32(p, 0x40000000 | proto << 16); /* TTL 64, no checksum */
        put(p, src->ip, 4);
        put(p, dst->ip, 4);
    } else {
        put32(p, 0x60000000);
        put16(p, n);
        put16(p, proto << 8 | 0x40);
        put(p, src->ip, 16);
        put(p, dst->ip, 16);
    }
}

static void headers(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, unsigned proto,
                    size_t n)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    p->n = 0;
    put(p, macs, sizeof macs);
    put16(p, src->family == 4 ? 0x0800 : 0x86dd);
    ip_header(p, src, dst, proto, n);
}

void packet_udp(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, const void *payload, size_t n)
{
    headers(p, src, dst, 17, n + 8);
    put16(p, src->port);
    put16(p, dst->port);
    put16(p, n + 8);
    put16(p, 0);
    put(p, payload, n);
}

void packet_tcp(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t seq, unsigned flags,
                const void *payload, size_t n)
{
    headers(p, src, dst, 6, n + 20);
    put16(p, src->port);
    put16(p, dst->port);
    put32(p, seq);
    put32(p, 0);
    put16(p, 0x5000 | (flags & 0x3f)); /* five words of header */
    put16(p, 0xffff);
    put32(p, 0);
    put(p, payload, n);
}

void packet_rtp(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc, uint16_t seq,
                uint32_t ts, uint8_t pt)
{
    struct packet r = {.n = 0};
    put(&r, (uint8_t[]){0x80, pt}, 2);
    put16(&r, seq);
    put32(&r, ts);
    put32(&r, ssrc);
    uint8_t audio[160];
    memset(audio, 0xd5, sizeof audio);
    put(&r, audio, sizeof audio);
    packet_udp(p, src, dst, r.bytes, r.n);
}

struct feeder feeder_new(void)
{
    struct feeder f = {.e = NULL};
    struct vq_options o;
    vq_options_defaults(&o);
    int rc = vq_engine_new(&f.e, &o);
    assert(!rc);
    (void)rc;
    return f;
}

int feeder_setup(void **state)
{
    static struct feeder f;
    f = feeder_new();
    *state = &f;
    return 0;
}

int feeder_teardown(void **state)
{
    vq_engine_free(((struct feeder *)*state)->e);
    return 0;
}

void feed_packet(struct feeder *f, double ms, const struct packet *p)
{
    struct vq_frame frame = {.ts = 1700000000000000000 + (int64_t)(ms * 1e6), .number = ++f->frames, .data = p->bytes,
                             .caplen = (uint32_t)p->n, .len = (uint32_t)p->n, .link = 1};
    vq_engine_feed(f->e, &frame, 1);
}

void feed_text(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, const char *text)
{
    struct packet p;
    packet_udp(&p, src, dst, text, strlen(text));
    feed_packet(f, ms, &p);
}

void feed_rtp(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc,
              uint16_t seq, uint32_t ts, uint8_t pt)
{
    struct packet p;
    packet_rtp(&p, src, dst, ssrc, seq, ts, pt);
    feed_packet(f, ms, &p);
}

const char *sip_build(const struct sip_text *t)
{
    static char text[1900];
    const char *sdp = t->sdp ? t->sdp : "";
    int n = snprintf(text, sizeof text,
                     "%s\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=%s\r\nMax-Forwards: 70\r\nFrom: <sip:%s>%s%s\r\n"
                     "To: <sip:%s>%s%s\r\nCall-ID: %s\r\nCSeq: %s\r\n%s%s%s%sContent-Length: %zu\r\n\r\n%s",
                     t->start, t->branch, t->from, *t->from_tag ? ";tag=" : "", t->from_tag, t->to, *t->to_tag ? ";tag=" : "",
                     t->to_tag, t->call_id, t->cseq, t->extra ? t->extra : "",
                     *sdp ? "Content-Type: " : "", *sdp ? t->type ? t->type : "application/sdp" : "", *sdp ? "\r\n" : "",
                     strlen(sdp), sdp);
    assert(n > 0 && (size_t)n < sizeof text);
    (void)n;
    return text;
}

const char *sdp_build(const char *ip, unsigned port, const char *formats, const char *attributes)
{
    static char text[800];
    snprintf(text, sizeof text, "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio %u RTP/AVP %s\r\n%s", ip, ip,
             port, formats, attributes);
    return text;
}
