/* packet.h - frames made by hand: Ethernet, IPv4 or IPv6, UDP or TCP; SIP and RTP in them. */
#ifndef VQ_TESTS_PACKET_H
#define VQ_TESTS_PACKET_H

#include <voipqos/engine.h>

/* "10.0.0.1", "fd00::1" and a port. */
struct vq_endpoint ep(const char *ip, unsigned port);
/* The same for a constant: EP4(10, 0, 0, 1, 5060). */
#define EP4(a, b, c, d, p) {.family = 4, .ip = {a, b, c, d}, .port = p}

struct packet {
    uint8_t bytes[2048];
    size_t n;
};

/* A UDP datagram in an Ethernet frame. */
void packet_udp(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, const void *payload, size_t n);
/* A TCP segment without options; `flags` as in net/decode.h. */
void packet_tcp(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t seq, unsigned flags,
                const void *payload, size_t n);
void packet_rtp(struct packet *p, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc, uint16_t seq,
                uint32_t ts, uint8_t pt);

/* An engine with a clock: each call feeds one frame at `ms` milliseconds and numbers it. */
struct feeder {
    struct vq_engine *e;
    uint64_t frames;
};

struct feeder feeder_new(void); /* with the default options */
/* As a fixture of cmocka's: the state is a feeder. */
int feeder_setup(void **state);
int feeder_teardown(void **state);

void feed_packet(struct feeder *f, double ms, const struct packet *p);
void feed_text(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, const char *text);
void feed_rtp(struct feeder *f, double ms, const struct vq_endpoint *src, const struct vq_endpoint *dst, uint32_t ssrc,
              uint16_t seq, uint32_t ts, uint8_t pt);

/* A SIP message: start line, the headers every message needs, `extra` header lines ("X: y\r\n" each, or ""), body. The
 * From and To tags and the branch are taken as they are; an empty tag is left out. */
struct sip_text {
    const char *start, *call_id, *from, *from_tag, *to, *to_tag, *branch, *cseq, *extra, *sdp;
    const char *type; /* of the body `sdp`; NULL: application/sdp */
};
const char *sip_build(const struct sip_text *t); /* in a static buffer */
/* "v=0 ... m=audio PORT RTP/AVP 0" with one address. */
const char *sdp_build(const char *ip, unsigned port, const char *formats, const char *attributes);

#endif
