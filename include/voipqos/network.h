/* network.h - the network around the calls: the NATs between the hosts, keep-alives, and what part each host plays.
 *
 *     struct vq_network n;
 *     if (vq_network_get(e, &n) == 0)
 *         for (size_t i = 0; i < n.n_hosts; i++)
 *             ... n.hosts[i] ...
 *
 * It is found in one walk over what the engine keeps, once more only after the engine was fed. What the structure points
 * to stays valid until the engine is next fed, ticked, finished, asked again or freed. Wire text is as in model.h. */
#ifndef VOIPQOS_NETWORK_H
#define VOIPQOS_NETWORK_H

#include <voipqos/model.h>

/* ---- NAT ------------------------------------------------------------------------------------------------------- */

/* Why an address is believed to be another one's outside, strongest first. */
enum vq_nat_evidence {
    VQ_NAT_BY_STUN,      /* a STUN or TURN server, or an ICE peer, told the client */
    VQ_NAT_BY_CANDIDATE, /* the client itself offers both as an ICE candidate (RFC 8839) */
    VQ_NAT_BY_VIA,       /* Via names one, the message came from the other (source, or received and rport of RFC 3581) */
    VQ_NAT_BY_CONTACT,   /* the same of Contact */
    VQ_NAT_BY_MEDIA,     /* SDP announces one, RTP comes from the other */
    VQ_NAT_EVIDENCES
};
const char *vq_nat_evidence_name(enum vq_nat_evidence e); /* "stun", "candidate", "via", "contact", "media" */

/* One address and port inside, and how it is seen outside; a port of 0 was not told. */
struct vq_nat_mapping {
    struct vq_endpoint inside, outside;
    uint64_t frames[VQ_NAT_EVIDENCES]; /* the first that shows it, 0: that evidence is missing */
};

/* How ports are mapped, RFC 4787 4.1. */
enum vq_nat_behaviour {
    VQ_NAT_UNKNOWN,     /* only one server was asked from each port */
    VQ_NAT_INDEPENDENT, /* endpoint-independent: every server sees the same */
    VQ_NAT_DEPENDENT,   /* address- or port-dependent ("symmetric"): STUN's answer is good for its server alone */
};
const char *vq_nat_behaviour_name(enum vq_nat_behaviour b); /* NULL, "endpoint_independent", "symmetric" */

/* A host behind a NAT. */
struct vq_nat_client {
    struct vq_endpoint inside, outside;    /* hosts, port 0 */
    const struct vq_nat_mapping *mappings; /* in the order in which they were seen */
    size_t n_mappings;
    enum vq_nat_behaviour behaviour;
    bool ports_kept;                       /* each mapping whose ports are known has the same one on both sides */
};

/* ---- keep-alives ----------------------------------------------------------------------------------------------- */

enum vq_keep_alive_kind {
    VQ_KEEP_CRLF,  /* line ends: RFC 5626 3.5.1 and its UDP relatives */
    VQ_KEEP_ZERO,  /* bytes of zero, mostly four */
    VQ_KEEP_EMPTY, /* datagrams without payload */
    VQ_KEEP_STUN,  /* STUN binding indications, RFC 8445 11 */
    VQ_KEEP_KINDS
};
const char *vq_keep_alive_name(enum vq_keep_alive_kind k); /* "crlf", "zero", "empty", "stun_indication" */

/* UDP datagrams from one endpoint to another that only keep a NAT's mapping open. */
struct vq_keep_alive {
    struct vq_endpoint src, dst;
    enum vq_keep_alive_kind kind;
    uint64_t count, frame;   /* how many, and the first */
    int64_t start, end;      /* first and last */
    double interval_s;       /* median of the last 15 gaps, NAN with less than two packets */
};

/* ---- hosts ----------------------------------------------------------------------------------------------------- */

/* What a host was seen doing; a bit each. */
enum vq_role {
    VQ_ROLE_USER_AGENT,  /* began or ended calls, or registered */
    VQ_ROLE_REGISTRAR,   /* answered REGISTER itself */
    VQ_ROLE_PROXY,       /* passed requests of one Call-ID on */
    VQ_ROLE_B2BUA,       /* is called in one call and calls in another that belongs to it */
    VQ_ROLE_MEDIA_RELAY, /* passed RTP on */
    VQ_ROLE_MEDIA_END,   /* sends or receives the RTP of a party whose SIP goes another way */
    VQ_ROLE_STUN_SERVER,
    VQ_ROLE_TURN_SERVER,
    VQ_ROLES
};
const char *vq_role_name(enum vq_role r);  /* "user_agent" */
const char *vq_role_title(enum vq_role r); /* "user agent", as people write it */

#define VQ_HOST_NAMES 4

struct vq_host {
    struct vq_endpoint address;               /* port 0 */
    unsigned roles;                           /* bit set of enum vq_role */
    const char *agents[VQ_HOST_NAMES];        /* its own User-Agent, Server or SOFTWARE; NULL: no more */
    const char *users[VQ_HOST_NAMES];         /* whose calls and registrations it made or took */
    uint64_t sip_messages;                    /* sent or received, of what is kept */
    uint64_t rtp_sent, rtp_received;          /* packets */
    uint64_t stun_requests;                   /* sent or received */
};

struct vq_host_link {
    uint32_t a, b;                            /* places in `hosts`, a < b */
    uint64_t sip_messages, rtp_packets, stun_requests;
};

#define VQ_NETWORK_HOSTS 4096u
#define VQ_NETWORK_LINKS 8192u

struct vq_network {
    const struct vq_host *hosts;              /* in order of appearance: calls, registrations, dialogs, streams, STUN */
    size_t n_hosts;
    const struct vq_host_link *links;
    size_t n_links;
    uint64_t hosts_not_kept, links_not_kept;  /* how often one was met that had no room */
    const struct vq_nat_client *nats;
    size_t n_nats;
    uint64_t nat_not_kept;                    /* mappings beyond 4,096 */
    const struct vq_keep_alive *keep_alives;
    size_t n_keep_alives;
    uint64_t keep_alives_not_kept;            /* datagrams beyond 1,024 pairs */
};

int vq_network_get(const struct vq_engine *e, struct vq_network *out); /* 0 or -ENOMEM */

/* The host with this address; NULL when it is not in the list. */
const struct vq_host *vq_network_host(const struct vq_network *n, const struct vq_endpoint *address);

#endif
