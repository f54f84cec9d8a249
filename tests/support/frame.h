/* frame.h - generated traffic: Ethernet/IPv4 frames, pcap records and repeatable random numbers. */
#ifndef VQ_TESTS_FRAME_H
#define VQ_TESTS_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { FRAME_HEADERS = 14 + 20 + 8, FRAME_UDP = 17, FRAME_TCP = 6 };

static inline void put_be16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
    put_be16(p, v >> 16);
    put_be16(p + 2, v & 0xffff);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

/* Headers before a payload of n bytes that stands at frame + FRAME_HEADERS; checksums are 0. Of TCP only the ports are
 * written: the rest of its header is the payload's beginning. Returns the length of the frame. */
static inline size_t frame_headers(uint8_t *frame, size_t n, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport,
                                   uint8_t protocol)
{
    static const uint8_t ethernet[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};
    uint8_t *ip = frame + 14, *udp = ip + 20;
    memcpy(frame, ethernet, sizeof ethernet);
    memset(ip, 0, 28);
    ip[0] = 0x45;
    put_be16(ip + 2, (unsigned)(28 + n));
    ip[8] = 64;
    ip[9] = protocol;
    put_be32(ip + 12, src);
    put_be32(ip + 16, dst);
    put_be16(udp, sport);
    put_be16(udp + 2, dport);
    if (protocol == FRAME_UDP)
        put_be16(udp + 4, (unsigned)(8 + n));
    return FRAME_HEADERS + n;
}

/* The header of a little-endian pcap file of Ethernet frames with microseconds. */
static inline void pcap_file_header(uint8_t h[24])
{
    static const uint8_t begin[8] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0};
    memset(h, 0, 24);
    memcpy(h, begin, sizeof begin);
    put_le32(h + 16, 262144); /* snap length */
    put_le32(h + 20, 1);      /* LINKTYPE_ETHERNET */
}

static inline void pcap_record_header(uint8_t h[16], int64_t us, size_t n)
{
    put_le32(h, (uint32_t)(us / 1000000));
    put_le32(h + 4, (uint32_t)(us % 1000000));
    put_le32(h + 8, (uint32_t)n);
    put_le32(h + 12, (uint32_t)n);
}

/* splitmix64 (Steele, Lea and Flood, OOPSLA 2014, public domain): the same seed draws the same numbers. */
static inline uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

#endif
