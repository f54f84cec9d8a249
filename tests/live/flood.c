/* Writes a capture of traffic that fills tables: SIP and RTP of thousands who are never heard of again, and in the
 * middle one call that is set up, talks and ends. Its Call-ID is "kept@flood".
 *
 *     flood FRAMES [SEED] >FILE */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/frame.h"

enum { KEPT_RTP = 50 };

static uint64_t rng;
static int64_t now = INT64_C(1700000000) * 1000000;
static uint64_t written;

static void write_frame(uint8_t *frame, size_t payload, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
    uint8_t record[16];
    size_t n = frame_headers(frame, payload, src, dst, sport, dport, FRAME_UDP);
    pcap_record_header(record, now, n);
    fwrite(record, sizeof record, 1, stdout);
    fwrite(frame, n, 1, stdout);
    now += 50;
    written++;
}

struct message {
    const char *start_line, *method;
    unsigned cseq;
    bool answer, sdp;
};

static void write_message(const char *call_id, uint32_t caller, uint32_t callee, uint16_t port, const struct message *m)
{
    static uint8_t frame[2048];
    uint32_t from = m->answer ? callee : caller, to = m->answer ? caller : callee;
    char sdp[256] = "";
    if (m->sdp)
        snprintf(
            sdp, sizeof sdp,
            "v=0\r\no=- 1 1 IN IP4 %u.%u.%u.%u\r\ns=-\r\nc=IN IP4 %u.%u.%u.%u\r\nt=0 0\r\nm=audio %u RTP/AVP 0\r\n",
            from >> 24, from >> 16 & 255, from >> 8 & 255, from & 255, from >> 24, from >> 16 & 255, from >> 8 & 255,
            from & 255, port);
    int n =
        snprintf((char *)frame + FRAME_HEADERS, sizeof frame - FRAME_HEADERS,
                 "%s\r\nVia: SIP/2.0/UDP host.invalid;branch=z9hG4bK%s%u%s\r\nMax-Forwards: 70\r\n"
                 "From: <sip:%08x@example.com>;tag=%x\r\nTo: <sip:%08x@example.com>%s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
                 "Contact: <sip:%08x@host.invalid>\r\n%sContent-Length: %zu\r\n\r\n%s",
                 m->start_line, call_id, m->cseq, m->method, caller, caller, callee, m->answer ? ";tag=b" : "", call_id,
                 m->cseq, m->method, from, m->sdp ? "Content-Type: application/sdp\r\n" : "", strlen(sdp), sdp);
    write_frame(frame, (size_t)n, from, to, 5060, 5060);
}

static void write_rtp(uint32_t src, uint32_t dst, uint16_t port, uint32_t ssrc, unsigned i)
{
    static uint8_t frame[FRAME_HEADERS + 172];
    uint8_t *p = frame + FRAME_HEADERS;
    p[0] = 0x80;
    put_be16(p + 2, i);
    put_be32(p + 4, 160 * i);
    put_be32(p + 8, ssrc);
    write_frame(frame, 172, src, dst, port, port);
}

static const struct message invite = {"INVITE sip:b@example.com SIP/2.0", "INVITE", 1, false, true};
static const struct message ringing = {"SIP/2.0 180 Ringing", "INVITE", 1, true, false};
static const struct message ok = {"SIP/2.0 200 OK", "INVITE", 1, true, true};
static const struct message ack = {"ACK sip:b@example.com SIP/2.0", "ACK", 1, false, false};
static const struct message bye = {"BYE sip:b@example.com SIP/2.0", "BYE", 2, false, false};
static const struct message bye_ok = {"SIP/2.0 200 OK", "BYE", 2, true, false};
static const struct message cancelled = {"CANCEL sip:b@example.com SIP/2.0", "CANCEL", 1, false, false};
static const struct message reg = {"REGISTER sip:example.com SIP/2.0", "REGISTER", 1, false, false};
static const struct message options = {"OPTIONS sip:example.com SIP/2.0", "OPTIONS", 1, false, false};

/* Something by somebody new. */
static void write_stranger(void)
{
    uint64_t r = draw(&rng), r2 = draw(&rng);
    uint32_t a = (uint32_t)r, b = (uint32_t)(r >> 32);
    uint16_t port = (uint16_t)(10000 + 2 * (r2 & 0x3fff));
    char id[32];
    snprintf(id, sizeof id, "%016" PRIx64, r2);
    switch (r2 >> 32 & 7) {
    case 0:
        write_message(id, a, b, port, &invite);
        break;
    case 1:
        write_message(id, a, b, port, &cancelled);
        break;
    case 2:
        write_message(id, a, b, port, &reg);
        break;
    case 3:
        write_message(id, a, b, port, &options);
        break;
    case 4: { /* looks like SIP at first */
        static uint8_t frame[FRAME_HEADERS + 256];
        for (size_t i = 0; i < 256; i += 8) {
            uint64_t v = draw(&rng);
            memcpy(frame + FRAME_HEADERS + i, &v, 8);
        }
        memcpy(frame + FRAME_HEADERS, "INVITE sip:x SIP/2.0\r\n", 22);
        write_frame(frame, 256, a, b, 5060, 5060);
        break;
    }
    default:
        for (unsigned i = 0; i < 6; i++)
            write_rtp(a, b, port, (uint32_t)r2, i);
    }
}

static void write_kept_call(void)
{
    const uint32_t a = 0x0a000001, b = 0x0a000002;
    const uint16_t port = 4000;
    static const char id[] = "kept@flood";
    write_message(id, a, b, port, &invite);
    write_message(id, a, b, port, &ringing);
    write_message(id, a, b, port, &ok);
    write_message(id, a, b, port, &ack);
    for (unsigned i = 0; i < KEPT_RTP; i++) {
        write_rtp(a, b, port, 1, i);
        write_rtp(b, a, port, 2, i);
        now += 20000;
    }
    write_message(id, a, b, port, &bye);
    write_message(id, a, b, port, &bye_ok);
}

int main(int argc, char **argv)
{
    uint64_t frames = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    if (!frames) {
        fprintf(stderr, "usage: flood FRAMES [SEED] >FILE\n");
        return 1;
    }
    rng = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint8_t header[24];
    pcap_file_header(header);
    fwrite(header, sizeof header, 1, stdout);
    while (written < frames / 2)
        write_stranger();
    write_kept_call();
    while (written < frames)
        write_stranger();
    return ferror(stdout) | fclose(stdout) ? 2 : 0;
}
