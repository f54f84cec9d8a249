/* registration.c - REGISTER attempts (RFC 3261 10): challenge, answer, refresh, unregister, timeout. */
#include "session/session.h"

#include <string.h>

#include "util/hostport.h"
#include "util/str.h"

static struct vq_sip_registration *begin(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_talk *t = vq_talk_new(e, VQ_TALK_REGISTRATION, m->call_id, d);
    if (!t)
        return NULL;
    struct vq_sip_registration *r = VQ_CONTAINER(t, struct vq_sip_registration, talk);
    r->r.handle = t->handle;
    r->r.id = t->id;
    r->r.call_id = t->call_id;
    r->r.expires_asked_s = r->r.expires_granted_s = VQ_NONE;
    r->r.min_expires_s = VQ_NONE;
    r->r.rrd = VQ_NONE;
    r->r.client = m->request ? d->src : d->dst;
    r->r.registrar = m->request ? d->dst : d->src;
    r->asked = d->ts;
    vq_talk_set(t, &r->r.aor, m->to.uri);
    vq_talk_set(t, &r->r.user, m->to.user);
    vq_talk_arm(e, t, d->ts + VQ_TIMEOUT);
    vq_emit(e, VQ_EVENT_REGISTRATION_BEGIN, t->handle, false);
    return r;
}

/* A REGISTER after the final answer is a new attempt on the same Call-ID; the old one keeps its place in the list. */
static struct vq_sip_registration *next_attempt(struct vq_engine *e, struct vq_sip_registration *old,
                                                const struct vq_sip *m, const struct vq_dgram *d)
{
    bool renewed = old->r.outcome == VQ_REG_REGISTERED || old->r.outcome == VQ_REG_REFRESHED;
    unsigned refused = old->r.outcome == VQ_REG_REJECTED ? old->r.refused_before + 1 : 0;
    uint32_t follows = old->talk.id; /* `old` may have to go for the new one */
    struct vq_talk_kind_state *k = &e->talks[VQ_TALK_REGISTRATION];
    vq_table_remove(&k->by_call_id, old->talk.hash, old->talk.handle);
    struct vq_sip_registration *r = begin(e, m, d);
    if (r) {
        r->renewed = renewed;
        r->r.refused_before = refused;
        r->r.follows = follows;
    }
    return r;
}

static void set_final(struct vq_engine *e, struct vq_sip_registration *r, enum vq_registration_outcome o)
{
    r->r.outcome = o;
    r->final = true;
    vq_talk_end(e, &r->talk, false);
}

static void request(struct vq_sip_registration *r, const struct vq_sip *m, int64_t ts)
{
    if (r->r.attempts && m->cseq == r->cseq)
        return; /* a proxy's copy */
    r->r.attempts++;
    r->cseq = m->cseq;
    r->asked = ts;
    r->sent_again = r->talk.retransmissions;
    r->r.status = 0; /* what the request before was told is no answer to this one */
    r->r.reason = NULL;
    r->r.outcome = VQ_REG_INCOMPLETE;
    r->star = m->contact_star;
    if (m->expires >= 0)
        r->r.expires_asked_s = m->expires;
    if (!r->r.contact)
        vq_hostport_read(m->contact.host, 5060, &r->contact_at);
    vq_talk_set(&r->talk, &r->r.contact, m->contact.uri);
    vq_talk_set(&r->talk, &r->r.user_agent, m->user_agent);
    vq_talk_set(&r->talk, &r->r.realm, m->credentials.realm);
    /* Credentials for another nonce than the one given here were kept from before: a challenge may follow. */
    if (m->credentials.present && r->nonce && !vq_str_eq(m->credentials.nonce, vq_slice(r->nonce, strlen(r->nonce))))
        r->nonce = NULL;
    r->answered_challenge = m->credentials.present && r->nonce;
}

#define MOST_BINDINGS 16

/* RFC 3261 10.3: the 200 lists everybody who is registered under the address. Only the client's own contact counts as
 * what was granted; that one alone is no list. */
static void read_bindings(struct vq_sip_registration *r, const struct vq_sip *m)
{
    struct vq_sip_contacts at = {.rest = m->headers};
    struct vq_sip_addr a;
    int64_t expires, own = -1;
    unsigned n = 0;
    while (vq_sip_contact_next(&at, &a, &expires) && n < MOST_BINDINGS) {
        n++;
        if (r->r.contact && vq_str_eq(a.uri, vq_slice(r->r.contact, strlen(r->r.contact)))) {
            own = expires;
            continue;
        }
        if (n > 1 || r->r.contact)
            r->others = true;
    }
    if (own >= 0)
        r->r.expires_granted_s = own;
    if (!r->others)
        return;
    at = (struct vq_sip_contacts){.rest = m->headers};
    for (n = 0; n < MOST_BINDINGS && vq_sip_contact_next(&at, &a, &expires); n++) {
        struct vq_binding *b = vq_arena_alloc(&r->talk.arena, sizeof *b);
        if (!b)
            return;
        *b = (struct vq_binding){.uri = vq_talk_text(&r->talk, a.uri), .expires_s = expires < 0 ? VQ_NONE : expires};
        if (r->last_binding)
            r->last_binding->next = b;
        else
            r->r.bindings = b;
        r->last_binding = b;
    }
}

static void success(struct vq_engine *e, struct vq_sip_registration *r, const struct vq_sip *m, int64_t ts)
{
    if (m->expires >= 0)
        r->r.expires_granted_s = m->expires;
    read_bindings(r, m);
    r->r.rrd = ts - r->talk.start;
    bool gone = r->r.expires_asked_s == 0 || (r->star && r->r.expires_asked_s == VQ_NONE);
    set_final(e, r, gone ? VQ_REG_UNREGISTERED : r->renewed ? VQ_REG_REFRESHED : VQ_REG_REGISTERED);
}

/* A second challenge to credentials that answered the first means that they are wrong, unless the nonce was stale. */
static void challenge(struct vq_engine *e, struct vq_sip_registration *r, const struct vq_sip *m)
{
    r->r.challenged = true;
    r->r.challenges++;
    r->r.stale += m->challenge.stale;
    vq_talk_set(&r->talk, &r->r.realm, m->challenge.realm);
    vq_talk_set(&r->talk, &r->r.algorithm, m->challenge.algorithm);
    vq_talk_set(&r->talk, &r->r.qop, m->challenge.qop);
    if (r->answered_challenge && !m->challenge.stale) {
        r->r.wrong_password = true;
        set_final(e, r, VQ_REG_REJECTED);
        return;
    }
    r->nonce = vq_talk_text(&r->talk, m->challenge.nonce);
    vq_talk_arm(e, &r->talk, e->now + VQ_TIMEOUT);
}

/* RFC 3261 10.2.8: the client asks again with more. */
static void too_brief(struct vq_engine *e, struct vq_sip_registration *r, const struct vq_sip *m)
{
    struct vq_sip_extra x;
    vq_sip_extra_read(m, &x);
    if (x.min_expires >= 0)
        r->r.min_expires_s = x.min_expires;
    vq_talk_arm(e, &r->talk, e->now + VQ_TIMEOUT);
}

static void response(struct vq_engine *e, struct vq_sip_registration *r, const struct vq_sip *m, int64_t ts)
{
    r->talk.worth = VQ_WORTH_ACTIVE;
    if (m->status < 200 || m->cseq != r->cseq)
        return;
    r->r.status = m->status;
    r->r.reason = r->talk.last ? r->talk.last->reason : "";
    if (m->status < 300)
        success(e, r, m, ts);
    else if (m->status == 401 || m->status == 407)
        challenge(e, r, m);
    else if (m->status == 423)
        too_brief(e, r, m);
    else
        set_final(e, r, VQ_REG_REJECTED);
}

/* RFC 3581: the first server writes it into the client's Via; without that the packet shows it, if no proxy is between. */
static void see_client(struct vq_sip_registration *r, const struct vq_sip *m, const struct vq_dgram *d)
{
    uint32_t port;
    if (vq_host_read(m->origin.received, &r->seen_at)) {
        if (vq_str_u32(m->origin.rport, &port) && port <= UINT16_MAX)
            r->seen_at.port = (uint16_t)port;
    } else if (m->request && m->vias == 1) {
        r->seen_at = d->src;
    }
}

bool vq_registration_message(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_talk *t = vq_talk_find(e, VQ_TALK_REGISTRATION, m->call_id);
    struct vq_sip_registration *r = t ? VQ_CONTAINER(t, struct vq_sip_registration, talk) : NULL;
    if (!r)
        r = begin(e, m, d);
    else if (m->request && r->final && m->cseq != r->cseq)
        r = next_attempt(e, r, m, d);
    if (!r)
        return false;
    bool again;
    struct vq_note *n = vq_talk_note(e, &r->talk, m, d, &again);
    if (n)
        n->from_caller = m->request;
    if (again || r->final)
        return true;
    see_client(r, m, d);
    if (m->request)
        request(r, m, d->ts);
    else
        response(e, r, m, d->ts);
    return true;
}

void vq_registration_timer(struct vq_engine *e, struct vq_sip_registration *r)
{
    int64_t heard = r->r.status ? r->talk.last_ts : r->asked;
    if (!r->final && e->now < heard + VQ_TIMEOUT)
        vq_talk_arm(e, &r->talk, heard + VQ_TIMEOUT);
    else
        vq_registration_finish(e, r);
}

/* RFC 3261 17.1.2.2: Timer E doubles from 500 ms to 4 s until Timer F stops it: eleven REGISTERs in all. */
#define LAST_RETRANSMISSION 10

/* No answer for as long as a client waits: timeout. A challenge that was never answered, or a 423: the refusal stands. */
void vq_registration_finish(struct vq_engine *e, struct vq_sip_registration *r)
{
    if (r->final)
        return;
    bool waited = e->now - r->asked >= VQ_TIMEOUT || r->talk.retransmissions - r->sent_again >= LAST_RETRANSMISSION;
    if (waited && !r->r.status)
        set_final(e, r, VQ_REG_TIMEOUT);
    else if (r->r.status && e->now - r->talk.last_ts >= VQ_TIMEOUT)
        set_final(e, r, VQ_REG_REJECTED);
    else
        vq_talk_end(e, &r->talk, false);
}
