/* defrag.h - IP fragments put together: RFC 791 3.2 (IPv4), RFC 8200 4.5 and RFC 5722 (IPv6).
 *
 * Fragments belong together by source, destination, identification and, for IPv4, protocol. They may come in any
 * order. What makes this an observer's reassembly rather than a receiver's:
 *
 * - Copies are expected, since a mirror port may show each frame twice. A fragment that came before, same place and
 *   same bytes, changes nothing. A packet that was handed out is remembered for VQ_DEFRAG_LINGER, so that the copy
 *   of its last fragment does not begin one that never ends.
 * - IPv4 fragments that overlap are taken while they agree; where they differ the packet is given up. Receivers
 *   differ in which copy they keep (the first, the last, neither), so nobody who only watches can say what arrived.
 *   IPv6 fragments must not overlap at all: the packet is dropped with whatever of it is still to come (RFC 5722
 *   4).
 * - The 16 bits of an IPv4 identification come round within seconds on a busy path. A fragment that contradicts a
 *   packet of which nothing was seen for VQ_DEFRAG_REUSE, or one that is whole, begins a new packet. IPv6 has 32
 *   bits: there only a packet that is whole makes room.
 *
 * Memory is bounded whatever comes: `max_bytes` for fragments, charged before they are stored and with what
 * managing them takes; about 200 bytes for each of `max_packets`; and 80 KiB. When room is needed, packets that are
 * only remembered go first, then the oldest. The work for a fragment is bounded by VQ_DEFRAG_PIECES. */
#ifndef VQ_NET_DEFRAG_H
#define VQ_NET_DEFRAG_H

#include <voipqos/types.h>

#include "util/bytes.h"

#define VQ_DEFRAG_TIMEOUT INT64_C(60000000000) /* from the first fragment seen: RFC 8200 4.5, RFC 1122 3.3.2 */
#define VQ_DEFRAG_REUSE INT64_C(2000000000)    /* fragments of one packet leave the sender back to back */
#define VQ_DEFRAG_LINGER INT64_C(250000000)    /* less than SIP's T1, with which a poor stack repeats id and bytes */
#define VQ_DEFRAG_MAX 65535u                   /* bytes of a packet behind its headers */
#define VQ_DEFRAG_PIECES 256u                  /* in one packet; the smallest IPv6 MTU makes 54, 576 bytes make 119 */

struct vq_fragment {
    struct vq_endpoint src, dst; /* ports 0; of one family */
    uint32_t id;                 /* IPv4: 16 bits */
    uint8_t proto;               /* IPv4: the protocol; IPv6: the next header of the fragment header */
    uint8_t ttl, dscp;
    bool more;                   /* more fragments follow */
    uint32_t offset;             /* bytes: 8 times the field of the header */
    uint32_t wire;               /* bytes of this fragment on the wire, link padding cut off; >= data.n */
    struct vq_slice data;        /* as captured */
    int64_t ts;
    uint64_t frame;
};

/* A packet put together. */
struct vq_whole {
    struct vq_slice data; /* up to the first byte that was not captured; borrowed, see vq_defrag_add */
    uint32_t wire;        /* bytes on the wire, >= data.n */
    uint32_t frames;      /* that it came in, this one and copies included */
    uint64_t frame;       /* of the fragment seen first */
    int64_t ts;           /* the same one's */
    uint8_t proto;        /* with ttl and dscp that of the fragment at offset 0 (RFC 8200 4.5) */
    uint8_t ttl, dscp;
};

enum vq_defrag_verdict {
    VQ_DEFRAG_HELD,  /* kept, or a copy of what is kept; the frame will be counted later */
    VQ_DEFRAG_WHOLE, /* completes a packet */
    VQ_DEFRAG_COPY,  /* of a fragment of a packet that was handed out before: nothing new, nothing lost */
    VQ_DEFRAG_BAD,   /* refused: empty, not of whole 8-byte units, beyond 65535, of a packet that contradicts itself */
    VQ_DEFRAG_FULL,  /* refused: no memory, or larger than the cap */
};

struct vq_defrag_stats {
    uint64_t whole;         /* packets put together */
    uint64_t duplicates;    /* fragments that came again, same place and same bytes */
    uint64_t overlaps;      /* IPv4 fragments that overlap others and agree with them */
    uint64_t bad_fragments; /* refused by themselves; their packet stays */
    /* Packets given up. */
    uint64_t contradictory; /* overlaps that differ (IPv6: any), two ends, data behind the end, too many pieces */
    uint64_t expired;       /* incomplete for VQ_DEFRAG_TIMEOUT */
    uint64_t evicted;       /* oldest when room was needed */
    uint64_t reused;        /* incomplete when their identification came round */
    uint64_t lost_frames;   /* frames of these packets whose verdict was HELD */
    uint64_t no_memory;     /* fragments refused with VQ_DEFRAG_FULL */
};

struct vq_defrag;

/* 0 or -ENOMEM. `max_packets` 1..2^31; `seed` keeps an attacker from choosing the place in the hash table. */
int vq_defrag_new(struct vq_defrag **out, size_t max_bytes, uint32_t max_packets, uint64_t seed);
void vq_defrag_free(struct vq_defrag *d);

/* Takes the bytes of a fragment in. `out` is written for WHOLE only; its data is valid until the next call and as
 * long as the fragment's own data. A fragment that is a packet by itself (offset 0, no more; RFC 6946) is handed
 * out at once and touches no other.
 *
 * Each frame is accounted for once: by its own verdict, or, after HELD, either in the `frames` of a whole packet or
 * in what vq_defrag_expire() returns. */
enum vq_defrag_verdict vq_defrag_add(struct vq_defrag *d, const struct vq_fragment *f, struct vq_whole *out);

/* Gives up what was begun more than VQ_DEFRAG_TIMEOUT before `now`, or as much after it: time that jumps back makes
 * nothing immortal. INT64_MAX gives everything up. Returns the frames lost since the last call, for whatever reason. */
uint64_t vq_defrag_expire(struct vq_defrag *d, int64_t now);

uint64_t vq_defrag_held(const struct vq_defrag *d);  /* frames that wait for others */
size_t vq_defrag_bytes(const struct vq_defrag *d);   /* charged; at most max_bytes */
uint32_t vq_defrag_packets(const struct vq_defrag *d); /* begun, or remembered; at most max_packets */
const struct vq_defrag_stats *vq_defrag_stats(const struct vq_defrag *d);

#endif
