/* rules_network.c - rules about what lies around the calls: NATs, STUN servers, hosts that cannot be reached or do not answer. */
#include "metrics/rules.h"

/* ---- NATs and STUN ---- */
RULE(symmetric, f->nat_symmetric, "The NAT between %s and the outside (%s) gives one port different numbers towards different servers (symmetric "
     "NAT): an address learned by STUN is no good for media.", HOST(f->nat_inside), HOST(f->nat_outside))
RULE(stun_silent, f->stun_silent, "%s asked the STUN server %s %s and got no answer: it does not learn its outer address.",
     HOST(f->stun_client), ENDPOINT(f->stun_server), TIMES(f->stun_asked))

/* ---- ICMP errors ---- */
const char *vq_icmp_words(enum vq_icmp_kind kind)
{
    switch (kind) {
    case VQ_ICMP_PORT_UNREACHABLE:
        return "nobody listens there";
    case VQ_ICMP_PROHIBITED:
        return "a firewall forbids it";
    case VQ_ICMP_TOO_BIG:
        return "packets are too big for the path";
    case VQ_ICMP_TTL_EXCEEDED:
        return "packets run in a circle or too far";
    default:
        return "there is no way to it";
    }
}
/* When the phones hang up their ports close before the last packets arrive: only what happens during the talk counts. */
RULE(icmp_media, f->icmp_while_talking > 0, "%s: media sent to %s does not arrive: %s (ICMP from %s, %s).", f->name,
     ENDPOINT(f->icmp_about), vq_icmp_words(f->icmp_kind), HOST(f->icmp_reporter), TIMES(f->icmp_while_talking))
#define ICMP_SIP_WORDS "SIP sent to %s does not arrive: %s (ICMP from %s, %s)."
#define ICMP_SIP ENDPOINT(f->icmp_about), vq_icmp_words(f->icmp_kind), HOST(f->icmp_reporter), TIMES(f->icmp_count)
RULE(icmp_sip, f->icmp_sip && f->icmp_count > 1, ICMP_SIP_WORDS, ICMP_SIP)
/* A phone that is switched off, or a last packet that crossed that. */
RULE(icmp_sip_once, f->icmp_sip && f->icmp_count == 1, ICMP_SIP_WORDS, ICMP_SIP)

/* ---- peers that are asked by OPTIONS ---- */
RULE(peer_silent, f->peer_asked > 1 && !f->peer_answered,
     "%s was asked %llu times by OPTIONS whether it lives, and never answered.",
     HOST(f->peer), (unsigned long long)f->peer_asked)
RULE(peer_gaps, f->peer_answered && f->peer_asked > f->peer_answered,
     "%s left %llu of %llu OPTIONS without an answer.", HOST(f->peer),
     (unsigned long long)(f->peer_asked - f->peer_answered), (unsigned long long)f->peer_asked)

static const struct vq_rule nat[] = {
    ROW("nat-symmetric", symmetric, NAT, WARNING, "Use a relay (TURN, media proxy), or set the router to endpoint-independent mapping."),
};

static const struct vq_rule stun[] = {
    ROW("stun-unanswered", stun_silent, STUN, WARNING, "Is the STUN server's address right, and is UDP to it open in the firewall?"),
};

static const struct vq_rule icmp[] = {
    ROW("icmp-media", icmp_media, ICMP, ERROR, "Is that the right media address? Check SDP, NAT and firewall of that side."),
    ROW("icmp-sip", icmp_sip, ICMP, WARNING, "Is the SIP server or phone running there, on that port and protocol, and does a firewall let it through?"),
    ROW("icmp-sip", icmp_sip_once, ICMP, INFO, "Is the SIP server or phone running there, on that port and protocol, and does a firewall let it through?"),
};

static const struct vq_rule peer[] = {
    ROW("peer-silent", peer_silent, PEER, ERROR, "Is that gateway up, its address right, and SIP to it open in the firewall?"),
    ROW("peer-gaps", peer_gaps, PEER, WARNING, "Is the way to that gateway losing packets, or was it down for a while?"),
};

const struct vq_rules vq_rules_nat = {nat, sizeof nat / sizeof *nat};
const struct vq_rules vq_rules_stun = {stun, sizeof stun / sizeof *stun};
const struct vq_rules vq_rules_icmp = {icmp, sizeof icmp / sizeof *icmp};
const struct vq_rules vq_rules_peer = {peer, sizeof peer / sizeof *peer};
