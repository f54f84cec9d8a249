/* kpi.c - gathers the facts of calls, registrations and OPTIONS, and adds them up in total and for each peer. */
#include <voipqos/kpi.h>

#include "session/ahead.h"
#include "session/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/sipkpi.h"

struct host {
    struct vq_endpoint ep; /* port 0 */
    uint32_t peer;         /* its place among the peers from 1 on, 0: none */
    uint64_t n;            /* calls, registrations and dialogs that went there */
};

struct vq_kpi {
    struct vq_sipkpi total;
    struct host hosts[VQ_KPI_PEERS]; /* the busiest first */
    size_t n_peers;
    uint64_t other_hosts;
    struct vq_sipkpi *peers; /* of the hosts, then that of all others */
};

/* ---- facts ------------------------------------------------------------------------------------------------------- */

/* What the requests of `method` with a CSeq below `last` were told: the last final response to each. */
static void tally_earlier(const struct vq_talk *t, enum vq_sip_method method, uint32_t last, struct vq_kpi_tally *out)
{
    bool open = false;
    uint32_t cseq = 0;
    unsigned status = 0;
    for (const struct vq_note *n = t->first; n; n = n->next) {
        if (n->method != method || !n->has_cseq || n->cseq >= last)
            continue;
        if (!n->status && n->from_caller && (!open || n->cseq > cseq)) {
            if (open)
                vq_kpi_tally_add(out, status);
            open = true;
            cseq = n->cseq;
            status = 0;
        } else if (n->status >= 200 && open && n->cseq == cseq) {
            status = n->status;
        }
    }
    if (open)
        vq_kpi_tally_add(out, status);
}

/* The BYE was answered, but not with 2xx. */
static bool bye_refused(const struct vq_talk *t)
{
    for (const struct vq_note *n = t->last; n; n = n->prev)
        if (n->method == VQ_SIP_BYE && n->status >= 300)
            return true;
    return false;
}

static void call_facts(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_kpi_call *f)
{
    const struct vq_call *p = &c->c;
    *f = (struct vq_kpi_call){
        .state = p->state, .status = p->status, .mid_dialog = p->mid_dialog, .answered = p->answered != VQ_NONE,
        .rang = c->first_18x != VQ_NONE, .bye = c->bye_ts != VQ_NONE, .pdd = p->pdd, .srd = p->srd, .refused = VQ_NONE,
        .talk = vq_call_talk(e, c), .sdd = p->sdd,
    };
    if (f->bye && f->sdd == VQ_NONE) {
        f->bye_refused = bye_refused(&c->talk);
        f->bye_expired = !f->bye_refused && e->now - c->bye_ts >= VQ_TIMEOUT;
    }
    if (p->end != VQ_NONE && !f->answered)
        f->refused = p->end - p->start;
    if (!p->mid_dialog && c->invite_cseq != c->first_cseq)
        tally_earlier(&c->talk, VQ_SIP_INVITE, c->invite_cseq, &f->earlier);
}

static void registration_facts(const struct vq_sip_registration *r, struct vq_kpi_registration *f)
{
    *f = (struct vq_kpi_registration){
        .outcome = r->r.outcome, .status = r->r.status, .requests = r->r.attempts, .rrd = r->r.rrd,
    };
    if (r->r.attempts > 1)
        tally_earlier(&r->talk, VQ_SIP_REGISTER, r->cseq, &f->earlier);
}

static bool is_options(const struct vq_sip_dialog *d)
{
    return d->d.method && !strcmp(d->d.method, vq_sip_method_name(VQ_SIP_OPTIONS));
}

/* A request that was sent again so often, or so long ago, and has no answer will have none. */
#define SENT_IN_VAIN 2

/* Round trips of the requests that were kept: first sending to first final response, by CSeq. `pings`: one after the
 * other, where they are all of one peer. */
static void round_trips(const struct vq_engine *e, const struct vq_talk *t, struct vq_sipkpi *k, bool pings)
{
    const struct vq_note *asked = NULL;
    unsigned again = 0;
    for (const struct vq_note *n = t->first; n; n = n->next) {
        if (n->method != VQ_SIP_OPTIONS || !n->has_cseq)
            continue;
        if (!n->status) {
            again += n->retransmission;
            if (n->retransmission || (asked && asked->cseq == n->cseq))
                continue;
            if (asked && pings)
                vq_sipkpi_ping(k, asked->ts, 0);
            asked = n;
            again = 0;
        } else if (n->status >= 200 && !n->retransmission && asked && asked->cseq == n->cseq) {
            vq_sipkpi_rtt(k, n->ts - asked->ts);
            if (pings)
                vq_sipkpi_ping(k, n->ts, n->status);
            asked = NULL;
        }
    }
    if (asked && pings && (again >= SENT_IN_VAIN || e->now - asked->ts >= VQ_TIMEOUT))
        vq_sipkpi_ping(k, asked->ts, 0);
}

/* ---- the walk ---------------------------------------------------------------------------------------------------- */

/* Whom it was asked of; NULL when it has no place in a peer's account. A dialog that is older than the capture has a
 * first message that may come from either side, and an answer without a request names nobody that was asked. */
static const struct vq_endpoint *peer_of(enum vq_talk_kind k, const struct vq_talk *t)
{
    const struct vq_sip_call *c = VQ_CONTAINER(t, struct vq_sip_call, talk);
    const struct vq_sip_registration *r = VQ_CONTAINER(t, struct vq_sip_registration, talk);
    const struct vq_sip_dialog *d = VQ_CONTAINER(t, struct vq_sip_dialog, talk);
    switch (k) {
    case VQ_TALK_CALL:
        return c->c.mid_dialog ? NULL : &c->c.callee;
    case VQ_TALK_REGISTRATION:
        return r->r.attempts ? &r->r.registrar : NULL;
    default:
        return d->asked && is_options(d) ? &d->d.server : NULL;
    }
}

static void add_options(const struct vq_engine *e, const struct vq_sip_dialog *d, struct vq_sipkpi *to, bool one_peer)
{
    bool pending = d->open && e->now - d->asked_ts < VQ_TIMEOUT;
    vq_sipkpi_options(to, d->asked, d->answered, pending);
    round_trips(e, &d->talk, to, one_peer);
}

/* Into both accounts, since gathering the facts costs more than adding them; NULL: not into that one. */
static void add(const struct vq_engine *e, enum vq_talk_kind k, const struct vq_talk *t, struct vq_sipkpi *total,
                struct vq_sipkpi *peer)
{
    struct vq_sipkpi *to[2];
    size_t n = 0;
    if (total)
        to[n++] = total;
    if (peer)
        to[n++] = peer;
    if (k == VQ_TALK_CALL) {
        struct vq_kpi_call f;
        call_facts(e, VQ_CONTAINER(t, struct vq_sip_call, talk), &f);
        for (size_t i = 0; i < n; i++)
            vq_sipkpi_call(to[i], &f);
    } else if (k == VQ_TALK_REGISTRATION) {
        const struct vq_sip_registration *r = VQ_CONTAINER(t, struct vq_sip_registration, talk);
        struct vq_kpi_registration f;
        registration_facts(r, &f);
        for (size_t i = 0; r->r.attempts && i < n; i++)
            vq_sipkpi_registration(to[i], &f);
    } else {
        const struct vq_sip_dialog *d = VQ_CONTAINER(t, struct vq_sip_dialog, talk);
        for (size_t i = 0; d->asked && is_options(d) && i < n; i++)
            add_options(e, d, to[i], i == 1);
    }
}

/* Calls `h` for each object. */
typedef void talk_h(enum vq_talk_kind k, const struct vq_talk *t, void *arg);

static void walk(const struct vq_engine *e, talk_h *h, void *arg)
{
    for (int k = 0; k < VQ_TALKS; k++) {
        const struct vq_list *all = &e->talks[k].all;
        for (const struct vq_list *l = all->next; l != all; l = l->next) {
            vq_ahead_bytes(VQ_CONTAINER(l->next, struct vq_talk, all), offsetof(struct vq_sip_call, first_rtp)); /* a call's facts */
            h((enum vq_talk_kind)k, VQ_CONTAINER(l, struct vq_talk, all), arg);
        }
    }
}

/* ---- peers ------------------------------------------------------------------------------------------------------- */

/* All hosts that anything went to. */
struct gathering {
    const struct vq_engine *e;
    struct host *hosts;
    size_t n;
    struct vq_table by_address; /* place from 1 on */
    bool no_memory;
};

static bool host_eq(uint32_t place, const void *key, const void *arg)
{
    const struct gathering *g = arg;
    return vq_endpoint_same_host(&g->hosts[place - 1].ep, key);
}

static uint64_t host_hash(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    return vq_hash(e, ep->ip, sizeof ep->ip, 23);
}

static struct host *find_host(const struct gathering *g, const struct vq_endpoint *ep)
{
    uint32_t place = vq_table_find(&g->by_address, host_hash(g->e, ep), host_eq, ep, g);
    return place ? &g->hosts[place - 1] : NULL;
}

static void gather(enum vq_talk_kind k, const struct vq_talk *t, void *arg)
{
    struct gathering *g = arg;
    const struct vq_endpoint *ep = peer_of(k, t);
    if (!ep)
        return;
    struct host *h = find_host(g, ep);
    if (h) {
        h->n++;
        return;
    }
    if (vq_table_add(&g->by_address, host_hash(g->e, ep), (uint32_t)g->n + 1)) {
        g->no_memory = true;
        return;
    }
    g->hosts[g->n] = (struct host){.ep = *ep, .n = 1};
    g->hosts[g->n++].ep.port = 0;
}

static int by_address(const void *a, const void *b)
{
    const struct host *x = a, *y = b;
    int d = (x->ep.family > y->ep.family) - (x->ep.family < y->ep.family);
    return d ? d : memcmp(x->ep.ip, y->ep.ip, sizeof x->ep.ip);
}

static bool busier(const struct host *x, const struct host *y)
{
    return x->n != y->n ? x->n > y->n : by_address(x, y) < 0;
}

/* In its place among the busiest so far, or left out. */
static void choose(struct vq_kpi *k, const struct host *h)
{
    size_t i = k->n_peers;
    if (i == VQ_KPI_PEERS && !busier(h, &k->hosts[i - 1]))
        return;
    if (i < VQ_KPI_PEERS)
        k->n_peers++;
    else
        i--;
    for (; i && busier(h, &k->hosts[i - 1]); i--)
        k->hosts[i] = k->hosts[i - 1];
    k->hosts[i] = *h;
}

/* Counts all hosts before it chooses, so that a flood of strangers pushes no busy peer out. */
static int choose_peers(struct gathering *g, struct vq_kpi *k)
{
    size_t room = 1;
    for (int i = 0; i < VQ_TALKS; i++)
        room += g->e->talks[i].pool.used;
    g->hosts = malloc(room * sizeof *g->hosts);
    if (!g->hosts || vq_table_init(&g->by_address))
        return -ENOMEM;
    walk(g->e, gather, g);
    for (size_t i = 0; i < g->n; i++)
        choose(k, &g->hosts[i]);
    for (size_t i = 0; i < k->n_peers; i++)
        find_host(g, &k->hosts[i].ep)->peer = (uint32_t)i + 1;
    k->other_hosts = g->n - k->n_peers;
    return g->no_memory ? -ENOMEM : 0;
}

struct adding {
    const struct gathering *g;
    struct vq_kpi *k;
};

static void add_everywhere(enum vq_talk_kind kind, const struct vq_talk *t, void *arg)
{
    const struct adding *a = arg;
    const struct vq_endpoint *ep = peer_of(kind, t);
    size_t peer = ep ? find_host(a->g, ep)->peer : 0;
    struct vq_sipkpi *to = peer ? &a->k->peers[peer - 1] : ep ? &a->k->peers[a->k->n_peers] : NULL;
    /* An attempt counts once in all, however many legs a B2BUA makes of it; a peer answers for every leg it is given. */
    const struct vq_joint *j = kind == VQ_TALK_CALL ? vq_joint_of(a->g->e, t->handle) : NULL;
    add(a->g->e, kind, t, j && j->first != t->handle ? NULL : &a->k->total, to);
}

/* Hosts are out of reach one by one: all together have the longest and the sum, and those beyond the list, whose requests
 * are one heap, have neither. */
static void outages(const struct vq_engine *e, struct vq_kpi *k)
{
    for (size_t i = 0; i < k->n_peers; i++) {
        struct vq_sipkpi *p = &k->peers[i];
        vq_sipkpi_pings_end(p, e->now);
        k->total.f.options.outages += p->f.options.outages;
        if (p->f.options.longest_outage > k->total.f.options.longest_outage)
            k->total.f.options.longest_outage = p->f.options.longest_outage;
    }
    struct vq_kpi_figures *others = &k->peers[k->n_peers].f;
    others->options.last_status = 0;
    others->options.outages = 0;
    others->options.longest_outage = VQ_NONE;
}

static int make(struct vq_kpi *k, struct gathering *g)
{
    int rc = vq_join_update(g->e);
    rc = rc ? rc : choose_peers(g, k);
    if (rc)
        return rc;
    k->peers = calloc(k->n_peers + 1, sizeof *k->peers);
    if (!k->peers)
        return -ENOMEM;
    walk(g->e, add_everywhere, &(struct adding){g, k});
    outages(g->e, k);
    vq_sipkpi_derive(&k->total);
    for (size_t i = 0; i <= k->n_peers; i++)
        vq_sipkpi_derive(&k->peers[i]);
    return 0;
}

int vq_kpi_new(struct vq_kpi **out, const struct vq_engine *e)
{
    struct vq_kpi *k = calloc(1, sizeof *k);
    struct gathering g = {.e = e};
    int rc = k ? make(k, &g) : -ENOMEM;
    vq_table_done(&g.by_address);
    free(g.hosts);
    if (rc)
        vq_kpi_free(k);
    else
        *out = k;
    return rc;
}

void vq_kpi_free(struct vq_kpi *k)
{
    if (k)
        free(k->peers);
    free(k);
}

const struct vq_kpi_figures *vq_kpi_total(const struct vq_kpi *k)
{
    return &k->total.f;
}

const struct vq_kpi_figures *vq_kpi_peer(const struct vq_kpi *k, size_t i, struct vq_endpoint *host)
{
    if (i >= k->n_peers)
        return NULL;
    *host = k->hosts[i].ep;
    return &k->peers[i].f;
}

const struct vq_kpi_figures *vq_kpi_others(const struct vq_kpi *k, uint64_t *hosts)
{
    if (!k->other_hosts)
        return NULL;
    *hosts = k->other_hosts;
    return &k->peers[k->n_peers].f;
}
