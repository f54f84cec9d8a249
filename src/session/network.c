/* network.c - the NAT map by client, keep-alives and hosts as the plain lists of network.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session/hosts.h"

/* ---- media against SDP --------------------------------------------------------------------------------------------- */

struct announced {
    const struct vq_endpoint *mapped; /* an address whose outside is where the stream comes from */
    const struct vq_endpoint *last;   /* what SDP named last */
    bool exact;                       /* one is where the stream comes from */
    bool several;                     /* hosts: a relay on the way named itself, for example */
    bool signals;                     /* the party's SIP comes from where the stream does */
};

static struct announced look(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_endpoint *src = &vq_flow_at(e, s->flow)->src;
    const struct vq_sip_call *c = vq_sip_call_at(e, s->call);
    bool by_caller = s->direction == VQ_DIR_CALLER_TO_CALLEE;
    struct announced a = {.last = NULL};
    for (const struct vq_list *l = c->promises.next; l != &c->promises; l = l->next) {
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_call);
        const struct vq_endpoint *ep = &vq_port_at(e, p->port)->ep;
        if (p->signalling) {
            a.signals |= p->by_caller == by_caller && vq_endpoint_same_host(ep, src);
            continue;
        }
        a.exact |= vq_endpoint_eq(ep, src);
        if (p->by_caller != by_caller || p->media != s->media)
            continue;
        if (vq_natmap_knows(e, ep, src))
            a.mapped = ep;
        a.several |= a.last && !vq_endpoint_same_host(a.last, ep);
        a.last = ep;
    }
    return a;
}

const struct vq_endpoint *vq_stream_announced(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    /* Where SDP announced both ends the source is one of them, as most are. */
    if (!s->call || s->direction == VQ_DIR_UNKNOWN || s->pairing == VQ_PAIR_SDP)
        return NULL;
    struct announced a = look(e, s);
    if (vq_call_offers_ice(vq_sip_call_at(e, s->call), s->direction == VQ_DIR_CALLER_TO_CALLEE))
        return NULL;
    for (size_t i = 0; a.last && i < e->n_nats; i++)
        if (vq_endpoint_eq(&e->nats[i].s.relayed, a.last))
            return NULL; /* it announced its TURN relay, and was captured on the way there */
    return a.exact ? NULL : a.mapped ? a.mapped : a.several ? NULL : a.last;
}

/* RTP from where its sender's SIP comes from, and not from the private address in its SDP: a NAT is between. */
static void read_media(const struct vq_engine *e)
{
    for (const struct vq_list *l = e->stream_all.next; l != &e->stream_all; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, all);
        const struct vq_endpoint *inside = s->confirmed ? vq_stream_announced(e, s) : NULL;
        if (!inside || !vq_natmap_may_be_inside(inside))
            continue;
        const struct vq_endpoint *outside = &vq_flow_at(e, s->flow)->src;
        if ((look(e, s).signals || vq_natmap_knows(e, inside, outside)) && !vq_natmap_inside(e, outside))
            vq_natmap_add(e, inside, outside, VQ_NAT_BY_MEDIA, s->first_frame);
    }
}

/* ---- the NAT map ------------------------------------------------------------------------------------------------- */

static uint64_t first_frame(const struct vq_nat_mapping *m)
{
    uint64_t first = UINT64_MAX;
    for (int i = 0; i < VQ_NAT_EVIDENCES; i++)
        if (m->frames[i] && m->frames[i] < first)
            first = m->frames[i];
    return first;
}

static int compare_hosts(const struct vq_endpoint *a, const struct vq_endpoint *b)
{
    return a->family != b->family ? (a->family > b->family) - (a->family < b->family) : memcmp(a->ip, b->ip, sizeof a->ip);
}

static int compare_frames(const struct vq_nat_mapping *x, const struct vq_nat_mapping *y)
{
    uint64_t fx = first_frame(x), fy = first_frame(y);
    return fx != fy ? (fx > fy) - (fx < fy) : memcmp(&x->inside, &y->inside, 2 * sizeof x->inside);
}

/* Those of one client stand together, in the order in which they were seen. */
static int by_client(const void *a, const void *b)
{
    const struct vq_nat_mapping *x = a, *y = b;
    int d = compare_hosts(&x->inside, &y->inside);
    d = d ? d : compare_hosts(&x->outside, &y->outside);
    return d ? d : compare_frames(x, y);
}

static int by_appearance(const void *a, const void *b)
{
    const struct vq_nat_client *x = a, *y = b;
    return compare_frames(x->mappings, y->mappings);
}

/* RFC 4787 4.1, by what several servers said about one and the same port. */
static void find_behaviour(const struct vq_engine *e, struct vq_nat_client *c)
{
    for (size_t i = 0; i < e->n_nats; i++) {
        const struct vq_stun *x = &e->nats[i].s;
        if (!x->mapped.family || !vq_endpoint_same_host(&x->client, &c->inside) ||
            !vq_endpoint_same_host(&x->mapped, &c->outside))
            continue;
        for (size_t k = i + 1; k < e->n_nats; k++) {
            const struct vq_stun *y = &e->nats[k].s;
            if (!vq_endpoint_eq(&x->client, &y->client) || !vq_endpoint_same_host(&y->mapped, &c->outside))
                continue; /* a peer in the same network sees no NAT */
            if (!vq_endpoint_eq(&x->mapped, &y->mapped))
                c->behaviour = VQ_NAT_DEPENDENT;
            else if (c->behaviour == VQ_NAT_UNKNOWN)
                c->behaviour = VQ_NAT_INDEPENDENT;
        }
    }
}

static void add_mapping(struct vq_nat_client *c, const struct vq_nat_mapping *m)
{
    c->n_mappings++;
    if (m->inside.port && m->outside.port)
        c->ports_kept &= m->inside.port == m->outside.port;
}

static bool make_nats(const struct vq_engine *e, struct vq_hosts *h)
{
    size_t n;
    read_media(e);
    const struct vq_nat_mapping *all = vq_natmap_all(e, &n, &h->nat_not_kept);
    h->n_nats = 0;
    if (!n)
        return true;
    free(h->mappings);
    free(h->nats);
    h->mappings = malloc(n * sizeof *h->mappings);
    h->nats = malloc(n * sizeof *h->nats);
    if (!h->mappings || !h->nats)
        return false;
    memcpy(h->mappings, all, n * sizeof *h->mappings);
    qsort(h->mappings, n, sizeof *h->mappings, by_client);
    for (size_t i = 0; i < n; i++) {
        const struct vq_nat_mapping *m = &h->mappings[i];
        struct vq_nat_client *c = h->n_nats ? &h->nats[h->n_nats - 1] : NULL;
        if (!c || !vq_endpoint_same_host(&c->inside, &m->inside) || !vq_endpoint_same_host(&c->outside, &m->outside)) {
            c = &h->nats[h->n_nats++];
            *c = (struct vq_nat_client){.inside = m->inside, .outside = m->outside, .mappings = m, .ports_kept = true};
            c->inside.port = c->outside.port = 0;
        }
        add_mapping(c, m);
    }
    qsort(h->nats, h->n_nats, sizeof *h->nats, by_appearance);
    for (size_t i = 0; i < h->n_nats; i++)
        find_behaviour(e, &h->nats[i]);
    return true;
}

/* ---- the lists ----------------------------------------------------------------------------------------------------- */

static bool make_keep_alives(const struct vq_engine *e, struct vq_hosts *h)
{
    h->n_keep_alives = vq_keep_alive_count(e, &h->keep_alives_not_kept);
    if (!h->n_keep_alives)
        return true;
    struct vq_keep_alive *k = realloc(h->keep_alives, h->n_keep_alives * sizeof *k);
    if (!k) {
        h->n_keep_alives = 0;
        return false;
    }
    h->keep_alives = k;
    for (size_t i = 0; i < h->n_keep_alives; i++)
        vq_keep_alive_get(e, i, &k[i]);
    return true;
}

int vq_network_get(const struct vq_engine *e, struct vq_network *out)
{
    struct vq_hosts *h = e->hosts;
    bool fresh = h->made && h->frames == e->stats.frames && h->now == e->now && h->of_the_end == e->finished;
    if (!fresh) {
        h->no_memory = false;
        h->made = vq_join_update(e) == 0 && make_nats(e, h) && make_keep_alives(e, h);
        if (h->made)
            vq_hosts_read(e);
        h->made = h->made && !h->no_memory;
        if (!h->made)
            return -ENOMEM;
        h->frames = e->stats.frames;
        h->now = e->now;
        h->of_the_end = e->finished;
    }
    *out = (struct vq_network){
        .hosts = h->hosts, .n_hosts = h->n_hosts, .links = h->links, .n_links = h->n_links,
        .hosts_not_kept = h->hosts_not_kept, .links_not_kept = h->links_not_kept,
        .nats = h->nats, .n_nats = h->n_nats, .nat_not_kept = h->nat_not_kept,
        .keep_alives = h->keep_alives, .n_keep_alives = h->n_keep_alives,
        .keep_alives_not_kept = h->keep_alives_not_kept,
    };
    return 0;
}

const struct vq_host *vq_network_host(const struct vq_network *n, const struct vq_endpoint *address)
{
    for (size_t i = 0; i < n->n_hosts; i++)
        if (vq_endpoint_same_host(&n->hosts[i].address, address))
            return &n->hosts[i];
    return NULL;
}
