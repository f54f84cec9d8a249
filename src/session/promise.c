/* promise.c - what SDP promises, and to which call a flow of media therefore belongs. */
#include "session/session.h"

#include <string.h>

#include "proto/candidate.h"

/* ---- promises ---------------------------------------------------------------------------------------------------- */

/* In the call's list, which is short, and not in the port's, which an SBC makes long. */
static struct vq_promise *find_promise(struct vq_sip_call *c, uint32_t port, bool by_caller, bool signalling)
{
    for (struct vq_list *l = c->promises.next; l != &c->promises; l = l->next) {
        struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_call);
        if (p->port == port && p->by_caller == by_caller && p->signalling == signalling)
            return p;
    }
    return NULL;
}

static struct vq_promise *get_promise(struct vq_engine *e, struct vq_sip_call *c, const struct vq_endpoint *ep,
                                      bool by_caller, bool signalling)
{
    uint32_t ph = vq_port_get(e, ep);
    if (!ph) {
        e->no_memory = true;
        return NULL;
    }
    struct vq_promise *p = find_promise(c, ph, by_caller, signalling);
    if (p)
        return p;
    uint32_t h = vq_pool_take(&e->promises);
    if (!h) {
        e->no_memory = true;
        vq_port_release(e, ph);
        return NULL;
    }
    p = vq_promise_at(e, h);
    p->handle = h;
    p->port = ph;
    p->call = c->talk.handle;
    p->by_caller = by_caller;
    p->signalling = signalling;
    vq_list_append(&vq_port_at(e, ph)->promises, &p->in_port);
    vq_list_append(&c->promises, &p->in_call);
    c->n_promises++;
    return p;
}

void vq_promise_drop(struct vq_engine *e, struct vq_promise *p)
{
    struct vq_sip_call *c = vq_sip_call_at(e, p->call);
    for (struct vq_list *l = c->flows.next; l != &c->flows; l = l->next) {
        struct vq_flow *f = VQ_CONTAINER(l, struct vq_flow, in_call);
        if (f->promise == p->handle)
            f->promise = 0;
    }
    c->n_promises--;
    vq_list_remove(&p->in_port);
    vq_list_remove(&p->in_call);
    vq_port_release(e, p->port);
    vq_pool_give(&e->promises, p->handle);
}

static bool same_formats(const struct vq_promise *p, const struct vq_sdp_media *m)
{
    if (p->n_formats != m->n_formats)
        return false;
    for (unsigned i = 0; i < m->n_formats; i++)
        if (p->formats[i].pt != m->formats[i].pt || p->formats[i].codec != m->formats[i].codec ||
            p->formats[i].clock_hz != m->formats[i].clock_hz || !m->formats[i].codec)
            return false;
    return true;
}

static void copy_formats(struct vq_sip_call *c, struct vq_promise *p, const struct vq_sdp_media *m)
{
    struct vq_talk *t = &c->talk;
    /* A repeated SDP costs the arena nothing, and neither does an answer that takes all that was offered. */
    for (const struct vq_list *l = c->promises.next; l != &c->promises; l = l->next) {
        const struct vq_promise *other = VQ_CONTAINER(l, struct vq_promise, in_call);
        if (same_formats(other, m)) {
            p->formats = other->formats;
            p->n_formats = other->n_formats;
            return;
        }
    }
    struct vq_format *f = vq_arena_alloc(&t->arena, m->n_formats * sizeof *f + 1);
    if (!f)
        return;
    for (unsigned i = 0; i < m->n_formats; i++) {
        const struct vq_sdp_format *s = &m->formats[i];
        f[i] = (struct vq_format){.codec = s->codec, .clock_hz = s->clock_hz, .pt = s->pt};
        if (!s->codec && s->name.n)
            f[i].name = vq_arena_text(&t->arena, s->name);
    }
    p->formats = f;
    p->n_formats = (uint8_t)m->n_formats;
}

/* How many flows or promises of one port are looked at, the newest first: a port has one or two, unless it is flooded. */
#define LOOK 64

/* Media that came before its SDP, or that belonged to a call which is over, is looked at again. */
static void revisit(struct vq_engine *e, const struct vq_chain *flows, bool to, uint32_t call)
{
    int looked = 0;
    for (struct vq_link *l = flows->first, *next; l && looked < LOOK; l = next, looked++) {
        next = l->next;
        struct vq_flow *f = to ? VQ_CONTAINER(l, struct vq_flow, at_dst) : VQ_CONTAINER(l, struct vq_flow, at_src);
        if (f->call && f->call != call && vq_call_over(vq_sip_call_at(e, f->call))) {
            /* The endpoint has a new owner: what the old call sent there is complete. */
            for (struct vq_list *s = f->streams.next, *after; s != &f->streams; s = after) {
                after = s->next;
                vq_stream_close(e, VQ_CONTAINER(s, struct vq_rtp_stream, in_flow));
            }
            vq_flow_unbind(e, f);
            continue;
        }
        if (!f->call || f->pairing >= VQ_PAIR_SDP_DST)
            vq_flow_bind(e, f);
    }
}

static void promise_media(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sdp_media *m, bool by_caller)
{
    struct vq_promise *p = get_promise(e, c, &m->rtp, by_caller, false);
    if (!p)
        return;
    p->media = (uint8_t)m->media;
    p->ptime_ms = (uint16_t)m->ptime_ms; /* 10 s at most, sdp.c sees to it */
    p->maxptime_ms = (uint16_t)m->maxptime_ms;
    p->encrypted = m->encrypted;
    p->rtcp = m->rtcp_named;
    copy_formats(c, p, m);
    struct vq_port *port = vq_port_at(e, p->port);
    /* The newest promise stands last, also when an old one was renewed. */
    vq_list_touch(&port->promises, &p->in_port);
    revisit(e, &port->to, true, c->talk.handle);
    revisit(e, &port->from, false, c->talk.handle);
}

static void make_room(struct vq_engine *e, struct vq_sip_call *c)
{
    while (c->n_promises + 2 > VQ_PROMISES_PER_CALL)
        vq_promise_drop(e, VQ_CONTAINER(c->promises.next, struct vq_promise, in_call));
}

/* What a party offers for ICE: each once, whatever re-INVITEs and proxies repeat. */
static void note_candidate(struct vq_engine *e, struct vq_sip_call *c, const struct vq_candidate_line *l, uint64_t frame,
                           bool by_caller)
{
    for (const struct vq_candidate *x = c->first_candidate; x; x = x->next)
        if (vq_endpoint_eq(&x->at, &l->at) && x->type == l->type && x->by_caller == by_caller && x->tcp == l->tcp &&
            (l->at.family || x->component == l->component))
            return;
    /* RFC 8839 5.1: the related address of a reflexive candidate is its base, the host's own. */
    if ((l->type == VQ_CANDIDATE_SRFLX || l->type == VQ_CANDIDATE_PRFLX) && !l->tcp && vq_natmap_may_be_inside(&l->related))
        vq_natmap_add(e, &l->related, &l->at, VQ_NAT_BY_CANDIDATE, frame);
    struct vq_candidate *x = c->n_candidates < VQ_CANDIDATES_PER_CALL ? vq_arena_alloc(&c->talk.arena, sizeof *x) : NULL;
    if (!x)
        return;
    *x = (struct vq_candidate){.at = l->at, .related = l->related, .frame = frame, .type = l->type,
                               .component = (uint16_t)l->component, .tcp = l->tcp, .by_caller = by_caller};
    if (c->last_candidate)
        c->last_candidate->next = x;
    else
        c->first_candidate = x;
    c->last_candidate = x;
    c->n_candidates++;
}

static void note_candidates(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sdp_media *m, uint64_t frame,
                            bool by_caller)
{
    struct vq_candidate_line l;
    for (unsigned i = 0; i < m->n_candidates; i++)
        if (vq_candidate_parse(m->candidates[i], &l))
            note_candidate(e, c, &l, frame, by_caller);
}

void vq_promise_sdp(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sdp *sdp, const struct vq_dgram *d,
                    bool from_caller)
{
    for (unsigned i = 0; i < sdp->n_media; i++) {
        const struct vq_sdp_media *m = &sdp->media[i];
        note_candidates(e, c, m, d->frame, from_caller);
        if (!m->rtp.family || !m->rtp.port)
            continue;
        make_room(e, c);
        promise_media(e, c, m, from_caller);
        /* The address announced is not where the signalling comes from: perhaps a NAT stands between. */
        if (!vq_endpoint_same_host(&m->rtp, &d->src)) {
            struct vq_endpoint host = d->src;
            host.port = 0;
            c->sdp_from_others = true;
            get_promise(e, c, &host, from_caller, true);
        }
    }
}

/* ---- binding ----------------------------------------------------------------------------------------------------- */

struct binding {
    uint32_t call;
    const struct vq_promise *promise; /* NULL: formats unknown */
    enum vq_pairing pairing;
    bool to_caller;
};

/* The newest promise of a call that still goes on; one that ended a moment ago will do when there is no other. */
static const struct vq_promise *best_promise(const struct vq_engine *e, uint32_t port_handle)
{
    if (!port_handle)
        return NULL;
    const struct vq_port *port = vq_port_at(e, port_handle);
    const struct vq_promise *late = NULL;
    int looked = 0;
    for (const struct vq_list *l = port->promises.prev; l != &port->promises && looked < LOOK; l = l->prev, looked++) {
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_port);
        if (p->signalling)
            continue;
        const struct vq_sip_call *c = vq_sip_call_at(e, p->call);
        if (!vq_call_over(c))
            return p;
        if (!late && e->now - c->talk.last_ts < VQ_TIMEOUT)
            late = p;
    }
    return late;
}

static bool by_sdp(const struct vq_engine *e, const struct vq_flow *f, struct binding *b)
{
    const struct vq_promise *dst = best_promise(e, f->port_dst), *src = best_promise(e, f->port_src);
    if (!dst && !src)
        return false;
    if (dst) {
        bool both = src && src->call == dst->call && src->by_caller != dst->by_caller;
        *b = (struct binding){dst->call, dst, both ? VQ_PAIR_SDP : VQ_PAIR_SDP_DST, dst->by_caller};
    } else {
        *b = (struct binding){src->call, src, VQ_PAIR_SDP_SRC, !src->by_caller};
    }
    return true;
}

/* RFC 4961 symmetric RTP: who receives on a port also sends from it. */
static bool by_reverse(const struct vq_engine *e, const struct vq_flow *f, struct binding *b)
{
    uint32_t h = vq_flow_find(e, &f->dst, &f->src);
    if (!h)
        return false;
    const struct vq_flow *r = vq_flow_at(e, h);
    if (!r->call || r->pairing == VQ_PAIR_SYMMETRIC)
        return false;
    *b = (struct binding){r->call, r->promise ? vq_promise_at(e, r->promise) : NULL, VQ_PAIR_SYMMETRIC,
                          r->direction == VQ_DIR_CALLER_TO_CALLEE};
    return true;
}

static bool by_stun(const struct vq_engine *e, const struct vq_flow *f, struct binding *b)
{
    const struct vq_endpoint *dst = vq_nat_mapped(e, &f->dst), *src = vq_nat_mapped(e, &f->src);
    const struct vq_promise *p = dst ? best_promise(e, vq_port_find(e, dst)) : NULL;
    if (p) {
        *b = (struct binding){p->call, p, VQ_PAIR_STUN, p->by_caller};
        return true;
    }
    p = src ? best_promise(e, vq_port_find(e, src)) : NULL;
    if (!p)
        return false;
    *b = (struct binding){p->call, p, VQ_PAIR_STUN, !p->by_caller};
    return true;
}

/* Exactly one call that goes on has its signalling from this host and media announced elsewhere. */
static const struct vq_promise *only_neighbour(const struct vq_engine *e, const struct vq_endpoint *ep)
{
    struct vq_endpoint host = *ep;
    host.port = 0;
    uint32_t h = vq_port_find(e, &host);
    if (!h)
        return NULL;
    const struct vq_port *port = vq_port_at(e, h);
    const struct vq_promise *only = NULL;
    int looked = 0;
    for (const struct vq_list *l = port->promises.prev; l != &port->promises; l = l->prev) {
        if (++looked > LOOK)
            return NULL; /* too many to say that there is only one */
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_port);
        if (!p->signalling || vq_call_over(vq_sip_call_at(e, p->call)))
            continue;
        if (only && only->call != p->call)
            return NULL;
        only = p;
    }
    return only;
}

static bool by_signalling(const struct vq_engine *e, const struct vq_flow *f, struct binding *b)
{
    const struct vq_promise *dst = only_neighbour(e, &f->dst), *src = only_neighbour(e, &f->src);
    if (dst && src && dst->call != src->call)
        return false;
    const struct vq_promise *p = dst ? dst : src;
    if (!p)
        return false;
    *b = (struct binding){p->call, NULL, VQ_PAIR_SIGNALLING, dst ? dst->by_caller : !src->by_caller};
    return true;
}

/* Strongest evidence first. */
typedef bool binding_h(const struct vq_engine *e, const struct vq_flow *f, struct binding *b);
static binding_h *const evidence[] = {by_sdp, by_reverse, by_stun, by_signalling};

void vq_flow_unbind(struct vq_engine *e, struct vq_flow *f)
{
    vq_list_remove(&f->in_call);
    f->call = f->promise = 0;
    f->pairing = VQ_PAIR_NONE;
    f->direction = VQ_DIR_UNKNOWN;
    (void)e;
}

static void bind(struct vq_engine *e, struct vq_flow *f, const struct binding *b)
{
    struct vq_sip_call *c = vq_sip_call_at(e, b->call);
    vq_list_remove(&f->in_call);
    vq_list_append(&c->flows, &f->in_call);
    f->call = b->call;
    f->promise = b->promise ? b->promise->handle : 0;
    f->pairing = (uint8_t)b->pairing;
    f->direction = b->to_caller ? VQ_DIR_CALLEE_TO_CALLER : VQ_DIR_CALLER_TO_CALLEE;
    for (struct vq_list *l = f->streams.next; l != &f->streams; l = l->next) {
        struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_flow);
        if (s->closed)
            continue;
        vq_stream_rebind(e, f, s);
        if (s->confirmed)
            vq_emit(e, VQ_EVENT_STREAM_CHANGE, s->handle, false);
    }
}

/* The other direction may have waited for this one. */
static void bind_reverse(struct vq_engine *e, const struct vq_flow *f)
{
    uint32_t h = vq_flow_find(e, &f->dst, &f->src);
    struct binding b;
    if (h && !vq_flow_at(e, h)->call && vq_flow_at(e, h)->n_streams && by_reverse(e, vq_flow_at(e, h), &b))
        bind(e, vq_flow_at(e, h), &b);
}

bool vq_flow_bind(struct vq_engine *e, struct vq_flow *f)
{
    struct binding b;
    for (size_t i = 0; i < sizeof evidence / sizeof *evidence; i++) {
        if (!evidence[i](e, f, &b))
            continue;
        if (f->call == b.call && f->pairing <= b.pairing)
            return true; /* nothing better came up */
        /* Two calls may announce one endpoint (a B2BUA that stays out of the media): the first keeps it while it lasts. */
        if (f->call && f->call != b.call && !vq_call_over(vq_sip_call_at(e, f->call)) &&
            (f->pairing <= VQ_PAIR_SDP_SRC || b.pairing >= f->pairing))
            return true;
        bind(e, f, &b);
        bind_reverse(e, f);
        return true;
    }
    return false;
}

/* ---- payload types ----------------------------------------------------------------------------------------------- */

static bool format_in(const struct vq_promise *p, uint8_t pt, struct vq_format *out)
{
    for (unsigned i = 0; i < p->n_formats; i++) {
        if (p->formats[i].pt == pt) {
            *out = p->formats[i];
            return true;
        }
    }
    return false;
}

bool vq_flow_announces(const struct vq_engine *e, const struct vq_flow *f, uint8_t pt)
{
    struct vq_format any;
    return f->promise && format_in(vq_promise_at(e, f->promise), pt, &any);
}

bool vq_flow_format(const struct vq_engine *e, const struct vq_flow *f, uint8_t pt, struct vq_format *out)
{
    if (f->promise && format_in(vq_promise_at(e, f->promise), pt, out))
        return true;
    /* Answers repeat the offer's numbers, but not every agent does: the other promises of the call are asked too. */
    if (f->call) {
        const struct vq_sip_call *c = vq_sip_call_at(e, f->call);
        for (const struct vq_list *l = c->promises.next; l != &c->promises; l = l->next)
            if (format_in(VQ_CONTAINER(l, struct vq_promise, in_call), pt, out))
                return true;
    }
    *out = (struct vq_format){.codec = vq_codec_by_pt(pt), .pt = pt};
    if (out->codec)
        out->clock_hz = out->codec->clock_hz;
    return out->codec != NULL;
}
