/* hosts.c - who the hosts are: the part each one plays, told from what it did, in one walk over what the engine keeps. */
#include "session/ahead.h"
#include "session/hosts.h"

#include <string.h>

/* ---- signalling -------------------------------------------------------------------------------------------------- */

#define LOOK_BACK 32  /* messages that may stand between a request and its copy on the next hop */
#define TALK_HOSTS 16 /* of one Call-ID that are told apart */

/* Who passed requests of one Call-ID on. */
struct talk_hosts {
    uint32_t passed_on[TALK_HOSTS];
    size_t n;
};

static bool passed_on(const struct talk_hosts *t, uint32_t host)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->passed_on[i] == host)
            return true;
    return false;
}

static void count_sip(const struct vq_engine *e, uint32_t from, uint32_t to, uint64_t n)
{
    struct vq_host_link *l = vq_host_link_of(e, from, to);
    if (from)
        e->hosts->hosts[from - 1].sip_messages += n;
    if (to && to != from)
        e->hosts->hosts[to - 1].sip_messages += n;
    if (l)
        l->sip_messages += n;
}

/* Whether the sender of a request had received the same one before (RFC 3261 16.6): then it passed it on. With a single
 * Via it made a request of its own out of it, as a B2BUA does that keeps the Call-ID. */
static void look_for_copy(const struct vq_engine *e, const struct vq_note *n, uint32_t from, struct talk_hosts *t)
{
    const struct vq_note *p = n->prev;
    for (int i = 0; p && i < LOOK_BACK; i++, p = p->prev) {
        if (p->reason || p->method != n->method || p->cseq != n->cseq ||
            !vq_endpoint_same_host(&p->path->dst, &n->path->src) || vq_endpoint_eq(&p->path->src, &n->path->dst) ||
            (vq_endpoint_same_host(&p->path->src, &n->path->src) && vq_endpoint_same_host(&p->path->dst, &n->path->dst)))
            continue;
        vq_host_add_role(e, from, n->path->vias == 1 ? VQ_ROLE_B2BUA : VQ_ROLE_PROXY);
        if (!passed_on(t, from) && t->n < TALK_HOSTS)
            t->passed_on[t->n++] = from;
        return;
    }
}

static void talk_messages(const struct vq_engine *e, const struct vq_talk *t, struct talk_hosts *hosts)
{
    if (!t->others) {
        /* Two hosts and nothing between them, as most Call-IDs have: no need to read each message. */
        uint32_t a = vq_host_number(e, &t->there.src), b = vq_host_number(e, &t->there.dst);
        count_sip(e, a, b, t->n_messages + (uint64_t)t->not_kept);
        vq_host_add_agent(e, a, t->there.agent);
        vq_host_add_agent(e, b, t->back.agent);
        return;
    }
    for (const struct vq_note *n = t->first; n; n = n->next) {
        uint32_t from = vq_host_number(e, &n->path->src), to = vq_host_number(e, &n->path->dst);
        count_sip(e, from, to, 1);
        if (!n->reason)
            look_for_copy(e, n, from, hosts);
    }
    for (const struct vq_note *n = t->first; n; n = n->next) {
        uint32_t from = vq_host_number(e, &n->path->src);
        /* A proxy that answers for itself says so in requests' answers only it can give; what it passes on is another's. */
        if (n->path->agent && !passed_on(hosts, from))
            vq_host_add_agent(e, from, n->path->agent);
        else if (n->path->agent && n->reason && (n->status == 100 || n->status == 407))
            vq_host_add_agent(e, from, n->path->agent);
    }
}

/* More than one Via: somebody before it began. */
static bool is_relayed(const struct vq_path *p)
{
    return p->vias > 1;
}

/* Who sent the first request, as far as the capture shows. */
static void originator(const struct vq_engine *e, const struct vq_talk *t, const struct talk_hosts *hosts, const char *user)
{
    uint32_t from = vq_host_number(e, &t->there.src);
    if (is_relayed(&t->there)) {
        vq_host_add_role(e, from, VQ_ROLE_PROXY);
        return;
    }
    if (passed_on(hosts, from))
        return;
    vq_host_add_role(e, from, VQ_ROLE_USER_AGENT);
    vq_host_add_user(e, from, user);
}

/* Whether a Contact may be that of the host itself: the same, or the other side of a NAT. */
static bool is_own(const struct vq_engine *e, const struct vq_endpoint *contact, const struct vq_endpoint *host)
{
    return vq_endpoint_same_host(contact, host) || vq_natmap_knows(e, contact, host) || vq_natmap_knows(e, host, contact) ||
           (vq_endpoint_is_private(contact) && !vq_endpoint_is_private(host));
}

/* Who makes another leg of a call that it received (RFC 7092). */
static void find_b2bua(const struct vq_engine *e, const struct vq_sip_call *c)
{
    const struct vq_joint *j = vq_joint_of(e, c->talk.handle);
    if (!j || !j->joined_to || is_relayed(&c->talk.there))
        return;
    const struct vq_talk *before = &vq_sip_call_at(e, j->joined_to)->talk;
    vq_host_add_role(e, vq_host_number(e, &c->talk.there.src), VQ_ROLE_B2BUA);
    bool received = vq_endpoint_same_host(&before->there.dst, &c->talk.there.src);
    for (const struct vq_path *p = before->others; p && !received; p = p->next)
        received = vq_endpoint_same_host(&p->dst, &c->talk.there.src);
    if (!received) /* it has an address for each side */
        vq_host_add_role(e, vq_host_number(e, &before->there.dst), VQ_ROLE_B2BUA);
}

/* The calls of a B2BUA are others' calls, and so are the names in them. */
static void settle(const struct vq_engine *e)
{
    for (size_t i = 0; i < e->hosts->n_hosts; i++) {
        struct vq_host *h = &e->hosts->hosts[i];
        if (!(h->roles & 1u << VQ_ROLE_B2BUA))
            continue;
        h->roles &= ~(1u << VQ_ROLE_USER_AGENT);
        memset(h->users, 0, sizeof h->users);
    }
}

static void read_call(const struct vq_engine *e, const struct vq_sip_call *c)
{
    struct talk_hosts hosts = {.n = 0};
    const struct vq_talk *t = &c->talk;
    talk_messages(e, t, &hosts);
    find_b2bua(e, c);
    if (c->c.mid_dialog)
        return; /* who began is not known */
    originator(e, t, &hosts, c->c.from);
    if (!t->others) {
        uint32_t to = vq_host_number(e, &t->there.dst);
        const struct vq_endpoint *own = &c->answer_contact;
        if (own->family && !is_own(e, own, &t->there.dst)) {
            vq_host_add_role(e, to, VQ_ROLE_PROXY);
        } else if (own->family || c->c.answered != VQ_NONE) { /* its Contact may be a name */
            vq_host_add_role(e, to, VQ_ROLE_USER_AGENT);
            vq_host_add_user(e, to, c->c.to);
        }
        return;
    }
    for (const struct vq_note *n = t->first; n; n = n->next) {
        uint32_t from = vq_host_number(e, &n->path->src);
        if (n->reason && n->method == VQ_SIP_INVITE && n->status >= 180 && n->status < 300 && !n->from_caller &&
            !passed_on(&hosts, from)) {
            vq_host_add_role(e, from, VQ_ROLE_USER_AGENT);
            vq_host_add_user(e, from, c->c.to);
        }
    }
}

static void read_registration(const struct vq_engine *e, const struct vq_sip_registration *r)
{
    struct talk_hosts hosts = {.n = 0};
    const struct vq_talk *t = &r->talk;
    talk_messages(e, t, &hosts);
    originator(e, t, &hosts, r->r.user);
    if (!t->others) {
        if (r->r.status || r->r.challenged)
            vq_host_add_role(e, vq_host_number(e, &r->r.registrar), VQ_ROLE_REGISTRAR);
        return;
    }
    for (const struct vq_note *n = t->first; n; n = n->next) {
        uint32_t from = vq_host_number(e, &n->path->src);
        if (n->reason && n->status >= 200 && !passed_on(&hosts, from))
            vq_host_add_role(e, from, VQ_ROLE_REGISTRAR);
    }
}

/* OPTIONS, SUBSCRIBE and the like come from agents and servers alike: they show proxies only. */
static void read_dialog(const struct vq_engine *e, const struct vq_sip_dialog *g)
{
    struct talk_hosts hosts = {.n = 0};
    talk_messages(e, &g->talk, &hosts);
    if (is_relayed(&g->talk.there))
        vq_host_add_role(e, vq_host_number(e, &g->talk.there.src), VQ_ROLE_PROXY);
}

/* ---- media ------------------------------------------------------------------------------------------------------- */

#define RELAYED_STREAMS 32 /* of one call that are held against each other */

static const struct vq_flow *flow_of(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    return vq_flow_at(e, s->flow);
}

/* A host that does nothing else is the party itself, or speaks for it. */
static void media_end(const struct vq_engine *e, const struct vq_endpoint *ep, const char *user)
{
    uint32_t host = vq_host_number(e, ep);
    if (!host || e->hosts->hosts[host - 1].roles & ~(1u << VQ_ROLE_MEDIA_END))
        return;
    vq_host_add_role(e, host, VQ_ROLE_MEDIA_END);
    vq_host_add_user(e, host, user);
}

/* The streams of all legs of a call, as many as are looked at. */
static size_t all_streams(const struct vq_engine *e, const struct vq_sip_call *c, const struct vq_rtp_stream *s[RELAYED_STREAMS])
{
    size_t n = 0;
    for (uint32_t h = c->talk.handle; h;) {
        const struct vq_list *streams = &vq_sip_call_at(e, h)->streams;
        for (const struct vq_list *l = streams->next; l != streams && n < RELAYED_STREAMS; l = l->next)
            s[n++] = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        const struct vq_joint *j = vq_joint_of(e, h);
        h = j ? j->next : 0;
    }
    return n;
}

/* What a host receives for one party of a call and sends on to it. */
static void find_relays(const struct vq_engine *e, const struct vq_sip_call *c)
{
    const struct vq_rtp_stream *s[RELAYED_STREAMS];
    const struct vq_joint *joint = vq_joint_of(e, c->talk.handle);
    if (joint && joint->first != c->talk.handle)
        return; /* the first leg speaks for all */
    size_t n = all_streams(e, c, s);
    for (size_t i = 0; i < n; i++) {
        const struct vq_flow *in = flow_of(e, s[i]);
        for (size_t k = 0; k < n; k++) {
            const struct vq_flow *out = flow_of(e, s[k]);
            if (i != k && s[i]->direction == s[k]->direction && s[i]->direction != VQ_DIR_UNKNOWN &&
                s[i]->media == s[k]->media && vq_endpoint_same_host(&in->dst, &out->src) &&
                !vq_endpoint_same_host(&in->src, &out->dst))
                vq_host_add_role(e, vq_host_number(e, &in->dst), VQ_ROLE_MEDIA_RELAY);
        }
    }
    for (size_t i = 0; i < n; i++) {
        const struct vq_flow *f = flow_of(e, s[i]);
        if (s[i]->direction == VQ_DIR_UNKNOWN)
            continue;
        const struct vq_call *own = &vq_sip_call_at(e, s[i]->call)->c;
        bool from_caller = s[i]->direction == VQ_DIR_CALLER_TO_CALLEE;
        media_end(e, &f->src, from_caller ? own->from : own->to);
        media_end(e, &f->dst, from_caller ? own->to : own->from);
    }
}

static void read_stream(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_flow *f = flow_of(e, s);
    uint32_t from = vq_host_number(e, &f->src), to = vq_host_number(e, &f->dst);
    struct vq_host_link *l = vq_host_link_of(e, from, to);
    if (from)
        e->hosts->hosts[from - 1].rtp_sent += s->packets;
    if (to)
        e->hosts->hosts[to - 1].rtp_received += s->packets;
    if (l)
        l->rtp_packets += s->packets;
}

/* ---- STUN -------------------------------------------------------------------------------------------------------- */

/* Phones ask each other at their ports for RTP and RTCP (the next one), to open a way through NATs: that makes no server. */
static bool is_media_port(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    struct vq_endpoint below = *ep;
    below.port = (uint16_t)(ep->port - 1);
    return vq_port_find(e, ep) || vq_port_find(e, &below);
}

static void read_stun(const struct vq_engine *e, const struct vq_stun *s)
{
    uint32_t client = vq_host_number(e, &s->client), server = vq_host_number(e, &s->server);
    struct vq_host_link *l = vq_host_link_of(e, client, server);
    if (client)
        e->hosts->hosts[client - 1].stun_requests += s->requests;
    if (server && server != client)
        e->hosts->hosts[server - 1].stun_requests += s->requests;
    if (l)
        l->stun_requests += s->requests;
    if (!server || s->use == VQ_STUN_ICE_USE)
        return;
    if (!s->transactions || is_media_port(e, &s->server))
        return;
    vq_host_add_role(e, server, s->relayed.family ? VQ_ROLE_TURN_SERVER : VQ_ROLE_STUN_SERVER);
    if (*s->software)
        vq_host_add_name(e, server, s->software);
}

/* What is read of calls and streams here, fetched two steps ahead; behind the last of a list it is of no use and does no
 * harm. */
VQ_AHEAD ahead_of_call(const struct vq_sip_call *c)
{
    vq_ahead_bytes(&c->talk, sizeof c->talk);
    __builtin_prefetch(&c->c.from);
    __builtin_prefetch(&c->answer_contact);
}

VQ_AHEAD ahead_of_stream(const struct vq_rtp_stream *s)
{
    __builtin_prefetch(s);
    __builtin_prefetch(&s->packets);
    __builtin_prefetch(&s->all);
}

void vq_hosts_read(const struct vq_engine *e)
{
    vq_hosts_clear(e->hosts);
    const struct vq_list *all = &e->talks[VQ_TALK_CALL].all;
    for (const struct vq_list *l = all->next; l != all; l = l->next) {
        ahead_of_call(VQ_CONTAINER(l->next->next, struct vq_sip_call, talk.all));
        read_call(e, VQ_CONTAINER(l, struct vq_sip_call, talk.all));
    }
    all = &e->talks[VQ_TALK_REGISTRATION].all;
    for (const struct vq_list *l = all->next; l != all; l = l->next)
        read_registration(e, VQ_CONTAINER(l, struct vq_sip_registration, talk.all));
    all = &e->talks[VQ_TALK_DIALOG].all;
    for (const struct vq_list *l = all->next; l != all; l = l->next)
        read_dialog(e, VQ_CONTAINER(l, struct vq_sip_dialog, talk.all));
    for (const struct vq_list *l = e->stream_all.next; l != &e->stream_all; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, all);
        ahead_of_stream(VQ_CONTAINER(l->next->next, struct vq_rtp_stream, all));
        if (l->next != &e->stream_all)
            __builtin_prefetch(vq_flow_at(e, VQ_CONTAINER(l->next, struct vq_rtp_stream, all)->flow));
        if (s->confirmed)
            read_stream(e, s);
    }
    all = &e->talks[VQ_TALK_CALL].all;
    for (const struct vq_list *l = all->next; l != all; l = l->next)
        find_relays(e, VQ_CONTAINER(l, struct vq_sip_call, talk.all));
    for (size_t i = 0; i < e->n_nats; i++)
        read_stun(e, &e->nats[i].s);
    settle(e);
}
