/* fragment.h - a UDP datagram cut into IP fragments, each in an Ethernet frame. */
#ifndef VQ_TESTS_FRAGMENT_H
#define VQ_TESTS_FRAGMENT_H

#include "support/packet.h"

/* What a frame has of the datagram: `unit` bytes of the UDP header and payload (a multiple of 8, at most 1900) in
 * every fragment but the last, under one identification (IPv4: its lower 16 bits). Addresses and ports as in
 * packet_udp, TTL 64; the UDP checksum is 0. Frames are written in order of offset; a test shuffles, repeats or
 * leaves them out.
 *
 * Returns how many there are, at most `room`. A datagram that fits in one unit becomes one frame: whole in IPv4, an
 * atomic fragment (RFC 6946) in IPv6. */
size_t fragment_udp(struct packet *frames, size_t room, const struct vq_endpoint *src, const struct vq_endpoint *dst,
                    uint32_t id, const void *payload, size_t n, size_t unit);

#endif
