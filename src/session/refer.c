/* refer.c - calls that lead to other calls: REFER (RFC 3515, RFC 5589), Replaces (RFC 3891) and 3xx responses. What is
 * asked for waits in a ring of the engine; a new call that fits is tied to it, with the reason. */
#include "session/session.h"

#include <stdlib.h>

#include "util/str.h"

/* The public structure, and what ties later messages to it. */
struct referral {
    struct vq_transfer t;
    uint32_t cseq;
};

struct redirection {
    struct vq_redirect r;
    uint32_t cseq;
};

#define MOST_MOVES 16 /* of one call */

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static uint64_t hash_lower(const struct vq_engine *e, struct vq_slice s, uint64_t salt)
{
    uint8_t text[128];
    size_t n = s.n < sizeof text ? s.n : sizeof text;
    for (size_t i = 0; i < n; i++)
        text[i] = (uint8_t)vq_str_lower(s.p[i]);
    return n ? vq_hash(e, text, n, salt) | 1 : 0;
}

/* RFC 3261 19.1.4 as far as it matters here: user as it is, host in any case, 5060 is the port without a port. */
static uint64_t uri_hash(const struct vq_engine *e, const struct vq_sip_addr *a)
{
    static const char usual[] = ":5060";
    struct vq_slice host = a->host;
    if (host.n > sizeof usual - 1 && !memcmp(host.p + host.n - (sizeof usual - 1), usual, sizeof usual - 1))
        host.n -= sizeof usual - 1;
    return hash_lower(e, host, 31) ^ vq_tag_hash(e, a->user);
}

static struct vq_move *new_move(struct vq_engine *e, const struct vq_sip_call *c, const struct vq_sip_addr *target,
                                const struct vq_dgram *d, const struct vq_endpoint *asked)
{
    struct vq_move *mv = &e->moves[e->n_moves++ % VQ_MOVES];
    *mv = (struct vq_move){.ts = d->ts, .target = uri_hash(e, target), .user = vq_tag_hash(e, target->user),
                           .asked = *asked, .call = c->talk.handle, .id = c->talk.id};
    return mv;
}

static struct vq_call_ref ref_of(const struct vq_sip_call *c)
{
    return (struct vq_call_ref){c->talk.handle, c->talk.id};
}

static struct vq_sip_call *call_by_id(const struct vq_engine *e, struct vq_slice call_id)
{
    struct vq_talk *t = call_id.n ? vq_talk_find(e, VQ_TALK_CALL, call_id) : NULL;
    return t ? VQ_CONTAINER(t, struct vq_sip_call, talk) : NULL;
}

static struct referral *referral_of(const struct vq_sip_call *c, enum vq_party by, uint32_t cseq)
{
    struct referral *last = NULL;
    for (const struct vq_transfer *t = c->more ? c->more->story.transfers : NULL; t; t = t->next) {
        struct referral *r = (struct referral *)VQ_CONTAINER(t, struct referral, t);
        if (t->by != by)
            continue;
        last = r;
        if (r->cseq == cseq)
            return r;
    }
    return cseq ? NULL : last;
}

/* The next hop's copy of a REFER names who is really asked. */
static void asked_is(struct vq_engine *e, const struct vq_transfer *t, const struct vq_endpoint *ep)
{
    for (size_t i = 0; i < VQ_MOVES; i++)
        if (e->moves[i].transfer == t)
            e->moves[i].asked = *ep;
}

static void refer(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                  bool from_caller)
{
    enum vq_party by = from_caller ? VQ_PARTY_CALLER : VQ_PARTY_CALLEE;
    struct vq_sip_extra x;
    char id[256];
    vq_sip_extra_read(m, &x);
    struct referral *r = referral_of(c, by, m->cseq), *last = referral_of(c, by, 0);
    if (!r && last && (last->t.status == 401 || last->t.status == 407)) {
        r = last; /* with credentials */
        r->t.status = 0;
        r->cseq = m->cseq;
    }
    if (r) {
        asked_is(e, &r->t, &d->dst);
        return;
    }
    unsigned n = 0;
    const struct vq_transfer **end = vq_call_more(c) ? &c->more->story.transfers : NULL;
    for (; end && *end && n < MOST_MOVES; n++)
        end = (const struct vq_transfer **)&(*end)->next;
    r = end && n < MOST_MOVES ? vq_arena_alloc(&c->talk.arena, sizeof *r) : NULL;
    if (!r)
        return;
    *r = (struct referral){.cseq = m->cseq, .t = {.ts = d->ts, .frame = d->frame, .by = (uint8_t)by,
                                                  .target = vq_talk_text(&c->talk, x.refer_to.uri)}};
    *end = &r->t;
    struct vq_move *mv = new_move(e, c, &x.refer_to, d, &d->dst);
    mv->transfer = &r->t;
    if (!vq_sip_refer_replaces(x.refer_to_headers, id, sizeof id))
        return;
    struct vq_slice replaces = {(const uint8_t *)id, strlen(id)};
    const struct vq_sip_call *other = call_by_id(e, replaces);
    mv->replaces = vq_tag_hash(e, replaces);
    r->t.replaces = vq_talk_text(&c->talk, replaces);
    if (other)
        r->t.replaces_call = ref_of(other);
}

/* What became of it, as the referred party tells: 2.4.5 of RFC 3515. */
static void notify(struct vq_sip_call *c, const struct vq_sip *m, bool from_caller)
{
    struct vq_slice phrase;
    unsigned status = vq_str_istarts(m->content_type, "message/sipfrag") ? vq_sip_frag_status(m->body, &phrase) : 0;
    enum vq_party by = from_caller ? VQ_PARTY_CALLEE : VQ_PARTY_CALLER;
    uint32_t id = 0;
    struct vq_sip_extra x;
    if (!status)
        return;
    vq_sip_extra_read(m, &x);
    vq_str_u32(x.event_id, &id);
    struct referral *r = referral_of(c, by, id);
    if (!r)
        r = referral_of(c, by, 0);
    if (!r || (r->t.progress >= 200 && status < 200))
        return;
    if (r->t.progress != status)
        r->t.progress_reason = vq_talk_text(&c->talk, phrase);
    r->t.progress = (uint16_t)status;
}

static void redirected(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d)
{
    unsigned n = 0;
    const struct vq_redirect **end = vq_call_more(c) ? &c->more->story.redirects : NULL;
    for (; end && *end && n < MOST_MOVES; end = (const struct vq_redirect **)&(*end)->next, n++)
        if (((const struct redirection *)VQ_CONTAINER(*end, struct redirection, r))->cseq == m->cseq)
            return; /* the next hop's copy */
    struct redirection *r = end && n < MOST_MOVES ? vq_arena_alloc(&c->talk.arena, sizeof *r) : NULL;
    if (!r)
        return;
    *r = (struct redirection){.cseq = m->cseq, .r = {.ts = d->ts, .frame = d->frame, .status = m->status,
                                                     .target = vq_talk_text(&c->talk, m->contact.uri)}};
    *end = &r->r;
    if (m->contact.uri.n)
        new_move(e, c, &m->contact, d, &d->dst)->redirect = &r->r;
}

static void reason(struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_sip_extra x;
    if (m->method == VQ_SIP_CANCEL && c->c.answered != VQ_NONE)
        return; /* why another branch was given up, RFC 3326 3.1; the call goes on */
    vq_sip_extra_read(m, &x);
    if (!x.reason_protocol.n || !vq_call_more(c) || c->more->story.reason_frame)
        return;
    c->more->story.reason_protocol = vq_talk_text(&c->talk, x.reason_protocol);
    c->more->story.reason_text = vq_talk_text(&c->talk, x.reason_text);
    c->more->story.reason_cause = x.reason_cause;
    c->more->story.reason_frame = d->frame;
}

/* An INVITE of the same call that goes where a 3xx pointed. */
static void follow_within(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_sip_addr a = {0};
    vq_sip_uri_read(m->request_uri, &a);
    uint64_t hash = uri_hash(e, &a);
    for (size_t i = 0; i < VQ_MOVES; i++) {
        struct vq_move *mv = &e->moves[i];
        if (!mv->redirect || mv->call != c->talk.handle || mv->id != c->talk.id || mv->redirect->to_call.id ||
            mv->target != hash)
            continue;
        mv->redirect->to_call = ref_of(c);
        mv->redirect->followed_frame = d->frame;
        mv->redirect->why = "an INVITE with the same Call-ID goes to the Contact of the 3xx";
    }
}

void vq_call_moves(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                   bool from_caller)
{
    if (m->request && m->method == VQ_SIP_REFER)
        refer(e, c, m, d, from_caller);
    else if (m->request && m->method == VQ_SIP_NOTIFY)
        notify(c, m, from_caller);
    else if (m->request && m->method == VQ_SIP_INVITE && c->more && c->more->story.redirects)
        follow_within(e, c, m, d);
    else if (m->status >= 200 && m->method == VQ_SIP_REFER) {
        struct referral *r = referral_of(c, from_caller ? VQ_PARTY_CALLEE : VQ_PARTY_CALLER, m->cseq);
        if (r && !r->t.status)
            r->t.status = m->status;
    } else if (m->status / 100 == 3 && m->method == VQ_SIP_INVITE && !from_caller && c->c.answered == VQ_NONE) {
        redirected(e, c, m, d);
    }
    if (m->has_extra && (m->status >= 300 || m->method == VQ_SIP_BYE || m->method == VQ_SIP_CANCEL))
        reason(c, m, d);
}

/* ---- who follows it ---------------------------------------------------------------------------------------------- */

/* What is known of a new call. */
struct newcomer {
    uint64_t target, user, replaces;
    const struct vq_endpoint *src;
    const char *from;
    bool referred;               /* has a Referred-By */
};

#define SOON (10 * VQ_S) /* a phone that was asked calls at once */

/* Why the call must be what the REFER asked for; NULL when it need not. */
static const char *follows_transfer(const struct vq_move *mv, const struct newcomer *n, int64_t ts)
{
    bool same_host = vq_endpoint_same_host(&mv->asked, n->src), soon = ts - mv->ts <= SOON;
    if (mv->replaces && mv->replaces == n->replaces)
        return "its Replaces header is that of the Refer-To";
    if (mv->replaces && !n->referred)
        return NULL;
    if (mv->target == n->target && same_host)
        return n->referred ? "from the referred host to the Refer-To address, with Referred-By"
                           : "from the referred host to the Refer-To address";
    if (mv->target == n->target && n->referred)
        return "to the Refer-To address, with Referred-By";
    if (mv->user && mv->user == n->user && soon && (same_host || n->referred))
        return same_host ? "from the referred host to the user of the Refer-To"
                         : "to the user of the Refer-To, with Referred-By";
    return NULL;
}

static const char *follows_redirect(const struct vq_engine *e, const struct vq_move *mv, const struct newcomer *n,
                                    int64_t ts)
{
    const struct vq_sip_call *old = vq_sip_call_at(e, mv->call);
    bool same_caller = old->c.from && n->from && !strcmp(old->c.from, n->from);
    if (!vq_endpoint_same_host(&mv->asked, n->src) && !same_caller)
        return NULL;
    if (mv->target == n->target)
        return same_caller ? "the same caller's INVITE to the Contact of the 3xx"
                           : "the same host's INVITE to the Contact of the 3xx";
    bool user = mv->user && mv->user == n->user && same_caller && ts - mv->ts <= SOON;
    return user ? "the same caller's INVITE to the user that the 3xx named" : NULL;
}

static void tie(struct vq_sip_call *c, struct vq_move *mv, const char *why, uint64_t frame)
{
    if (!vq_call_more(c))
        return;
    c->more->story.from_call = (struct vq_call_ref){mv->call, mv->id};
    c->more->story.lead_why = why;
    if (mv->transfer) {
        c->more->story.lead = mv->transfer->replaces ? VQ_LEAD_ATTENDED : VQ_LEAD_BLIND;
        mv->transfer->to_call = ref_of(c);
        mv->transfer->why = why;
    } else {
        c->more->story.lead = VQ_LEAD_REDIRECT;
        mv->redirect->to_call = ref_of(c);
        mv->redirect->followed_frame = frame;
        mv->redirect->why = why;
    }
}

static void replaces(struct vq_engine *e, struct vq_sip_call *c, struct vq_slice call_id)
{
    struct vq_sip_call *old = call_by_id(e, call_id);
    if (!vq_call_more(c))
        return;
    c->more->story.replaces = vq_talk_text(&c->talk, call_id);
    if (!old || old == c)
        return;
    c->more->story.replaces_call = ref_of(old);
    if (vq_call_more(old))
        old->more->story.replaced_by = ref_of(c);
}

void vq_call_follow(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d)
{
    if (!e->n_moves && !m->has_extra)
        return;
    struct vq_sip_extra x = {0};
    struct vq_sip_addr target = {0};
    if (m->has_extra)
        vq_sip_extra_read(m, &x);
    vq_sip_uri_read(m->request_uri, &target);
    struct newcomer n = {.target = uri_hash(e, &target), .user = vq_tag_hash(e, target.user), .src = &d->src,
                         .replaces = vq_tag_hash(e, x.replaces), .from = c->c.from, .referred = x.referred_by.uri.n > 0};
    if (x.replaces.n)
        replaces(e, c, x.replaces);
    for (uint32_t i = 0; i < VQ_MOVES && i < e->n_moves; i++) { /* the latest first */
        struct vq_move *mv = &e->moves[(e->n_moves - 1 - i) % VQ_MOVES];
        if (!vq_alive(&e->talks[VQ_TALK_CALL].pool, mv->call) || d->ts - mv->ts > VQ_TIMEOUT)
            continue;
        const struct vq_sip_call *from = vq_sip_call_at(e, mv->call);
        if (from == c || from->talk.id != mv->id)
            continue;
        if (!mv->target || (mv->transfer ? mv->transfer->to_call : mv->redirect->to_call).id)
            continue;
        const char *why = mv->transfer ? follows_transfer(mv, &n, d->ts) : follows_redirect(e, mv, &n, d->ts);
        if (why) {
            tie(c, mv, why, d->frame);
            return;
        }
    }
}
