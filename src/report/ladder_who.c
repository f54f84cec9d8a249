/* ladder_who.c - who is who in a ladder: the part, the user and the program that a lane's title names. */
#include "report/ladder.h"

#include <string.h>

#include <voipqos/network.h>

static struct vq_lane *lane_of(struct vq_ladder *l, const struct vq_endpoint *ep)
{
    for (unsigned i = 0; i < l->n_lanes; i++) {
        struct vq_lane *a = &l->lanes[i];
        if (a->by_port ? vq_endpoint_eq(&a->ep, ep) : vq_endpoint_same_host(&a->ep, ep))
            return a;
    }
    return NULL;
}

void vq_ladder_name(struct vq_ladder *l, const struct vq_endpoint *ep, const char *role, const char *user,
                    const char *agent)
{
    struct vq_lane *a = lane_of(l, ep);
    if (!a)
        return;
    a->role = a->role ? a->role : role;
    a->user = a->user ? a->user : user;
    a->agent = a->agent ? a->agent : agent;
}

/* Who is who, by the way the first INVITE took: whoever received it and sent it on, or asked for credentials as proxies
 * do (407, RFC 3261 22.3), is a proxy; whoever made another leg of it is a B2BUA; whoever only received it is called. */
void vq_ladder_name_parties(struct vq_ladder *l, const struct vq_call *c, struct vq_reader r)
{
    bool proxy[VQ_LANES] = {false};
    unsigned received[VQ_LANES] = {0}; /* in which leg; 0: not yet */
    vq_ladder_name(l, &c->caller, "caller", c->from, c->user_agent_caller);
    struct vq_message m;
    while (vq_reader_next(&r, &m) && !(m.leg == 1 && m.status >= 200 && m.status < 300)) {
        struct vq_lane *from = lane_of(l, &m.src), *to = lane_of(l, &m.dst);
        if (!from || !to || from == to)
            continue;
        if (m.status == 407)
            proxy[from - l->lanes] = true;
        if (!m.method || strcmp(m.method, "INVITE"))
            continue;
        proxy[from - l->lanes] = true;
        if (!from->role && received[from - l->lanes] && received[from - l->lanes] != m.leg)
            from->role = "B2BUA";
        if (!received[to - l->lanes])
            received[to - l->lanes] = m.leg;
    }
    for (unsigned i = 0; i < l->n_lanes; i++) {
        struct vq_lane *a = &l->lanes[i];
        if (a->role || !received[i])
            continue;
        a->role = proxy[i] ? "proxy" : "callee";
        a->user = proxy[i] ? NULL : c->to;
    }
    struct vq_lane *callee = lane_of(l, &c->callee);
    if (callee && !callee->agent)
        callee->agent = c->user_agent_callee;
}

/* A lane's host by what it does everywhere: a proxy and a B2BUA are that on each side of them, even where only one side was
 * captured, and their own name is not that of the phone behind them. Outside a call it counts for more who asks whom. */
static void name_lane_host(struct vq_lane *a, const struct vq_host *h, bool of_call)
{
    static const enum vq_role between[] = {VQ_ROLE_B2BUA, VQ_ROLE_PROXY};
    static const enum vq_role besides[] = {VQ_ROLE_MEDIA_RELAY, VQ_ROLE_REGISTRAR, VQ_ROLE_TURN_SERVER, VQ_ROLE_STUN_SERVER,
                                           VQ_ROLE_MEDIA_END};
    for (size_t i = 0; i < sizeof between / sizeof between[0] && (of_call || !a->role); i++)
        if (h->roles & 1u << between[i]) {
            a->role = vq_role_title(between[i]);
            a->user = NULL;
            a->agent = h->agents[0];
            return;
        }
    for (size_t i = 0; i < sizeof besides / sizeof besides[0] && !a->role; i++)
        if (h->roles & 1u << besides[i]) {
            a->role = vq_role_title(besides[i]);
            a->user = besides[i] == VQ_ROLE_MEDIA_END ? h->users[0] : NULL;
        }
    a->agent = a->agent ? a->agent : h->agents[0];
}

/* The lanes' hosts as the network's list knows them. Several programs on one host are not told apart there. */
void vq_ladder_name_hosts(struct vq_ladder *l, const struct vq_engine *e, bool of_call)
{
    struct vq_network n;
    if (vq_network_get(e, &n)) {
        l->o.b.failed = true;
        return;
    }
    for (unsigned i = 0; i < l->n_lanes; i++) {
        struct vq_lane *a = &l->lanes[i];
        const struct vq_host *h = a->by_port || a->others ? NULL : vq_network_host(&n, &a->ep);
        if (h)
            name_lane_host(a, h, of_call);
    }
}
