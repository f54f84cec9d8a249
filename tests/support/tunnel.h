/* tunnel.h - every tag, label and tunnel as the bytes that stand before an inner packet. */
#ifndef VQ_TESTS_TUNNEL_H
#define VQ_TESTS_TUNNEL_H

#include <voipqos/model.h>

#include "support/packet.h"

struct tunnel_case {
    const char *name;
    uint32_t link;
    enum vq_tunnel kind;
    /* Where the header goes: behind an EtherType, an IP protocol or a UDP port; or, at the link, at the front. */
    enum { AT_LINK, AT_ETHER, AT_IP, AT_UDP } at;
    uint16_t number;
    const char *head;
    size_t n;
    bool whole_frame; /* the inner packet keeps its Ethernet header */
};

size_t tunnel_count(void);
const struct tunnel_case *tunnel_at(size_t i);

/* Puts `inner` (an Ethernet frame) into the tunnel. */
void tunnel_wrap(const struct tunnel_case *t, const struct packet *inner, struct packet *out);

#endif
