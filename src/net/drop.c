/* drop.c - the reasons for not decoding a frame: one row each. */
#include <voipqos/model.h>

static const struct {
    const char *name, *help;
} drops[VQ_DROP_COUNT] = {
    [VQ_DROP_LINK_UNKNOWN] = {"link_unknown", "the link type is not in the decoder's table"},
    [VQ_DROP_LINK_TRUNCATED] = {"link_truncated", "the frame ends inside its link header"},
    [VQ_DROP_NOT_IP] = {"not_ip", "not an IP packet (ARP, STP, LLDP ...)"},
    [VQ_DROP_IP_TRUNCATED] = {"ip_truncated", "the frame ends inside its IP header"},
    [VQ_DROP_IP_BAD] = {"ip_bad", "the IP header contradicts itself"},
    [VQ_DROP_IP_FRAGMENT] = {"ip_fragment", "an IP fragment whose packet never became whole"},
    [VQ_DROP_IP_OTHER] = {"ip_other", "IP that carries neither UDP, TCP nor ICMP, nor a tunnel that is known"},
    [VQ_DROP_TUNNEL_BAD] = {"tunnel_bad", "a VLAN tag, label or tunnel header that is cut off or contradicts itself"},
    [VQ_DROP_TUNNEL_DEPTH] = {"tunnel_depth", "more headers inside each other than are followed"},
    [VQ_DROP_UDP_TRUNCATED] = {"udp_truncated", "the frame ends inside its UDP header"},
    [VQ_DROP_UDP_BAD] = {"udp_bad", "the UDP length contradicts the IP length"},
    [VQ_DROP_UDP_EMPTY] = {"udp_empty", "UDP keep-alive: nothing in it but CR, LF, NUL or blanks"},
    [VQ_DROP_TCP_TRUNCATED] = {"tcp_truncated", "the frame ends inside its TCP header"},
    [VQ_DROP_TCP_BAD] = {"tcp_bad", "the TCP header length contradicts itself or the IP length"},
    [VQ_DROP_SNAP_CUT] = {"snap_cut", "a SIP or RTCP message that the snap length cut short"},
    [VQ_DROP_SIP_BAD] = {"sip_bad", "looks like SIP, but no message could be made of it"},
    [VQ_DROP_RTCP_BAD] = {"rtcp_bad", "an RTCP packet that contradicts itself"},
    [VQ_DROP_STUN_BAD] = {"stun_bad", "a STUN message that contradicts itself"},
    [VQ_DROP_MIRRORED] = {"mirrored", "a packet that the capture saw a second time, behind a router or in another VLAN"},
    [VQ_DROP_NO_MEMORY] = {"no_memory", "no memory was left to follow it up"},
};

const char *vq_drop_name(enum vq_drop d)
{
    return drops[d].name;
}

const char *vq_drop_help(enum vq_drop d)
{
    return drops[d].help;
}
