/* call.c - INVITE calls: a transition table over what happened, and the times between. */
#include "session/session.h"

#include <string.h>

#include "metrics/legs.h"
#include "util/hostport.h"
#include "util/str.h"

/* ---- states ------------------------------------------------------------------------------------------------------ */

/* What can happen to a call's setup and end. */
enum call_event {
    EV_NONE,
    EV_INVITE,     /* another INVITE for the same call */
    EV_RINGING,    /* 18x */
    EV_OK,         /* 2xx to INVITE */
    EV_REDIRECT,   /* 3xx */
    EV_CHALLENGE,  /* 401, 407 */
    EV_BUSY,       /* 486, 600 */
    EV_TERMINATED, /* 487, or a CANCEL that nobody answered */
    EV_NO_ANSWER,  /* 408, 480 */
    EV_REFUSED,    /* other 4xx, 6xx */
    EV_FAILED,     /* 5xx */
    EV_BYE,
    EV_TIMEOUT,    /* no response at all */
};

#define S(x) (1u << VQ_CALL_##x)
#define SETUP (S(INCOMPLETE) | S(RINGING))
#define FAILED_SETUP (S(CANCELLED) | S(REJECTED) | S(BUSY) | S(NO_ANSWER) | S(REDIRECTED) | S(FAILED) | S(TIMEOUT))

/* The first row whose state and event match is taken; none: the state stays. */
static const struct {
    unsigned from;
    enum call_event event;
    enum vq_call_state to;
} transitions[] = {
    {SETUP, EV_RINGING, VQ_CALL_RINGING},
    {SETUP | FAILED_SETUP, EV_OK, VQ_CALL_IN_CALL}, /* a 200 that crossed the CANCEL wins, RFC 3261 9.1 */
    {SETUP, EV_REDIRECT, VQ_CALL_REDIRECTED},
    {SETUP, EV_CHALLENGE, VQ_CALL_REJECTED}, /* these two once the caller gave up */
    {SETUP, EV_BUSY, VQ_CALL_BUSY},
    {SETUP, EV_TERMINATED, VQ_CALL_CANCELLED},
    {SETUP, EV_NO_ANSWER, VQ_CALL_NO_ANSWER},
    {SETUP, EV_REFUSED, VQ_CALL_REJECTED},
    {SETUP, EV_FAILED, VQ_CALL_FAILED},
    {SETUP, EV_BYE, VQ_CALL_CANCELLED}, /* of an early dialog */
    {S(INCOMPLETE), EV_TIMEOUT, VQ_CALL_TIMEOUT},
    {FAILED_SETUP, EV_INVITE, VQ_CALL_INCOMPLETE}, /* with credentials, to the new contact, with a longer timer ... */
    {S(IN_CALL), EV_BYE, VQ_CALL_COMPLETED},
};

bool vq_call_state_ended(enum vq_call_state s)
{
    return (1u << s) & (FAILED_SETUP | S(COMPLETED));
}

bool vq_call_over(const struct vq_sip_call *c)
{
    return vq_call_state_ended(c->c.state);
}

/* Which event a final status is; the first row that covers it. */
static const struct {
    uint16_t from, to;
    enum call_event event;
    enum vq_party by; /* who is to be named for it */
} finals[] = {
    {200, 299, EV_OK, VQ_PARTY_NONE},           {300, 399, EV_REDIRECT, VQ_PARTY_NETWORK},
    {401, 401, EV_CHALLENGE, VQ_PARTY_NETWORK}, {407, 407, EV_CHALLENGE, VQ_PARTY_NETWORK},
    {408, 408, EV_NO_ANSWER, VQ_PARTY_NETWORK}, {480, 480, EV_NO_ANSWER, VQ_PARTY_NETWORK},
    {486, 486, EV_BUSY, VQ_PARTY_CALLEE},       {487, 487, EV_TERMINATED, VQ_PARTY_CALLER},
    {400, 499, EV_REFUSED, VQ_PARTY_NETWORK},   {500, 599, EV_FAILED, VQ_PARTY_NETWORK},
    {600, 600, EV_BUSY, VQ_PARTY_CALLEE},       {600, 699, EV_REFUSED, VQ_PARTY_CALLEE},
};

static bool step(struct vq_engine *e, struct vq_sip_call *c, enum call_event ev)
{
    enum vq_call_state was = c->c.state;
    for (size_t i = 0; i < sizeof transitions / sizeof *transitions; i++) {
        if (transitions[i].event != ev || !(transitions[i].from & (1u << was)))
            continue;
        c->c.state = transitions[i].to;
        if (c->c.state != was)
            vq_emit(e, VQ_EVENT_CALL_STATE, c->talk.handle, false);
        return true;
    }
    return false;
}

/* ---- birth ------------------------------------------------------------------------------------------------------- */

/* Requests, and the responses to them, that only an established dialog has; an INVITE with a To tag is one too, but the
 * response to an INVITE may be the first one's. */
static const bool in_dialog[VQ_SIP_METHODS] = {
    [VQ_SIP_BYE] = true, [VQ_SIP_UPDATE] = true, [VQ_SIP_INFO] = true, [VQ_SIP_REFER] = true};

static uint32_t party_key(const struct vq_engine *e, struct vq_slice user)
{
    char number[VQ_LEG_NUMBER];
    return vq_leg_number(user, number) ? (uint32_t)vq_hash(e, number, strlen(number), 0) | 1 : 0;
}

static uint64_t link_hash(const struct vq_engine *e, struct vq_slice s)
{
    return s.n ? vq_hash(e, s.p, s.n, 0) | 1 : 0;
}

/* What may tie it to another Call-ID (join.c). */
static void keep_links(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m)
{
    struct vq_sip_extra x;
    c->caller_key = party_key(e, m->from.user);
    c->callee_key = party_key(e, m->to.user);
    if (!m->has_extra)
        return;
    vq_sip_extra_read(m, &x);
    if (!x.session_id.n && !x.other_call_id.n && !x.icid.n)
        return;
    struct vq_call_links *l = vq_arena_alloc(&c->talk.arena, sizeof *l);
    if (l)
        *l = (struct vq_call_links){link_hash(e, x.session_id), link_hash(e, x.other_call_id), link_hash(e, x.icid)};
    c->links = l;
}

static struct vq_sip_call *begin(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_talk *t = vq_talk_new(e, VQ_TALK_CALL, m->call_id, d);
    if (!t)
        return NULL;
    struct vq_sip_call *c = VQ_CONTAINER(t, struct vq_sip_call, talk);
    vq_list_init(&c->promises);
    vq_list_init(&c->flows);
    vq_list_init(&c->streams);
    c->first_18x = c->bye_ts = c->first_rtp = VQ_NONE;
    struct vq_call *p = &c->c;
    p->handle = t->handle;
    p->id = t->id;
    p->call_id = t->call_id;
    p->q850 = -1;
    p->start = d->ts;
    p->answered = p->end = VQ_NONE;
    p->trying = p->pdd = p->srd = p->ring = p->answer = p->ack = p->sdd = VQ_NONE;
    /* A dialog that is older than the capture: only there a request has a To tag, or no INVITE comes first. */
    p->mid_dialog = !m->request || m->method != VQ_SIP_INVITE || m->to.tag.n;
    if (p->mid_dialog && (in_dialog[m->method] || (m->request && m->method == VQ_SIP_INVITE)))
        p->state = VQ_CALL_IN_CALL;
    p->caller = m->request ? d->src : d->dst;
    p->callee = m->request ? d->dst : d->src;
    vq_talk_set(t, &p->from_uri, m->from.uri);
    vq_talk_set(t, &p->to_uri, m->to.uri);
    vq_talk_set(t, &p->from, m->from.user.n ? m->from.user : m->from.host);
    vq_talk_set(t, &p->to, m->to.user.n ? m->to.user : m->to.host);
    vq_talk_set(t, &p->from_name, m->from.name);
    keep_links(e, c, m);
    c->leg.from_tag = vq_talk_text(t, m->from.tag);
    c->from_tag_hash = vq_tag_hash(e, m->from.tag);
    c->invite_cseq = c->first_cseq = m->cseq;
    vq_talk_arm(e, t, d->ts + VQ_TIMEOUT);
    vq_emit(e, VQ_EVENT_CALL_BEGIN, t->handle, false);
    return c;
}

void vq_call_release(struct vq_engine *e, struct vq_sip_call *c)
{
    while (!vq_list_empty(&c->flows)) {
        struct vq_flow *f = VQ_CONTAINER(c->flows.next, struct vq_flow, in_call);
        vq_flow_unbind(e, f);
    }
    while (!vq_list_empty(&c->streams)) {
        struct vq_rtp_stream *s = VQ_CONTAINER(c->streams.next, struct vq_rtp_stream, in_call);
        vq_list_remove(&s->in_call);
        s->call = 0;
        s->direction = VQ_DIR_UNKNOWN;
        s->pairing = VQ_PAIR_NONE;
    }
    while (!vq_list_empty(&c->promises))
        vq_promise_drop(e, VQ_CONTAINER(c->promises.next, struct vq_promise, in_call));
}

struct vq_call_more *vq_call_more(struct vq_sip_call *c)
{
    if (!c->more) {
        c->more = vq_arena_alloc(&c->talk.arena, sizeof *c->more);
        if (c->more)
            c->more->story.reason_cause = -1;
    }
    return c->more;
}

/* ---- requests and responses -------------------------------------------------------------------------------------- */

/* Durations are between first occurrences: a retransmission never starts a clock again (RFC 6076 4). */
static void once(int64_t *where, int64_t from, int64_t to)
{
    if (*where == VQ_NONE && from != VQ_NONE && to >= from) /* a clock that was set back measures nothing */
        *where = to - from;
}

static void revive(struct vq_engine *e, struct vq_sip_call *c)
{
    c->talk.ended = false;
    c->c.released_by = VQ_PARTY_NONE;
    c->cancel_seen = false;
    c->c.end = VQ_NONE;
    vq_talk_arm(e, &c->talk, e->now + VQ_TIMEOUT);
    c->talk.worth = VQ_WORTH_ACTIVE;
}

static void invite(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m)
{
    if (m->cseq == c->invite_cseq || m->to.tag.n || c->c.answered != VQ_NONE)
        return;
    /* The same call asked for again: with credentials, or where a 3xx pointed. */
    c->invite_cseq = m->cseq;
    c->refusal = EV_NONE;
    c->c.status = 0; /* what the INVITE before was told is no answer to this one */
    c->c.reason = NULL;
    step(e, c, EV_INVITE);
    revive(e, c);
}

/* `to_tag`: hash of the callee's tag. Of a forked call that two answered, the first answer is the call; the caller
 * clears the other one away (RFC 3261 13.2.2.4). */
static void bye(struct vq_engine *e, struct vq_sip_call *c, int64_t ts, bool from_caller, uint64_t to_tag)
{
    if (c->bye_ts != VQ_NONE || (c->answer_tag && to_tag && to_tag != c->answer_tag))
        return;
    c->bye_ts = c->c.end = ts;
    if (c->c.state == VQ_CALL_IN_CALL || c->c.state == VQ_CALL_RINGING || c->c.state == VQ_CALL_INCOMPLETE)
        c->c.released_by = from_caller ? VQ_PARTY_CALLER : VQ_PARTY_CALLEE;
    step(e, c, EV_BYE);
    vq_talk_arm(e, &c->talk, ts + VQ_TIMEOUT);
}

/* Another hop's copy of the message that came last. */
static bool passed_on(const struct vq_talk *t, const struct vq_sip *m)
{
    const struct vq_note *n = t->last ? t->last->prev : NULL;
    for (int i = 0; n && i < VQ_LOOK_BACK; i++, n = n->prev)
        if (!n->status && n->method == m->method && n->cseq == m->cseq)
            return true;
    return false;
}

/* A BYE to a call that is over: its own was answered, or it never came about. */
static bool late(const struct vq_sip_call *c, struct vq_slice callee_tag, const struct vq_engine *e)
{
    uint64_t tag = vq_tag_hash(e, callee_tag);
    return vq_call_over(c) && (c->c.sdd != VQ_NONE || c->bye_ts == VQ_NONE) && (!c->answer_tag || tag == c->answer_tag);
}

static void request(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, int64_t ts, uint64_t frame,
                    bool from_caller)
{
    vq_talk_set(&c->talk, from_caller ? &c->c.user_agent_caller : &c->c.user_agent_callee, m->user_agent);
    switch (m->method) {
    case VQ_SIP_INVITE:
        if (from_caller)
            invite(e, c, m);
        return;
    case VQ_SIP_ACK:
        if (c->c.answered != VQ_NONE && m->cseq == c->invite_cseq)
            once(&c->c.ack, c->c.answered, ts);
        return;
    case VQ_SIP_CANCEL:
        c->cancel_seen = true;
        if (c->c.state == VQ_CALL_INCOMPLETE || c->c.state == VQ_CALL_RINGING) {
            c->c.released_by = VQ_PARTY_CALLER;
            vq_talk_arm(e, &c->talk, ts + VQ_TIMEOUT);
        }
        return;
    case VQ_SIP_BYE:
        c->bye_asked = true;
        if (late(c, from_caller ? m->to.tag : m->from.tag, e) && !passed_on(&c->talk, m) && vq_call_more(c))
            c->more->story.late_bye_frame = frame;
        bye(e, c, ts, from_caller, vq_tag_hash(e, from_caller ? m->to.tag : m->from.tag));
        return;
    default:
        return;
    }
}

static void provisional(struct vq_engine *e, struct vq_sip_call *c, unsigned status, int64_t ts)
{
    if (status == 100) {
        once(&c->c.trying, c->c.start, ts);
        return;
    }
    once(&c->c.srd, c->c.start, ts);
    if (status < 180)
        return;
    if (c->first_18x == VQ_NONE)
        c->first_18x = ts;
    once(&c->c.pdd, c->c.start, ts);
    step(e, c, EV_RINGING);
}

static void answered(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, int64_t ts)
{
    if (c->c.answered != VQ_NONE)
        return;
    c->c.answered = ts;
    c->c.end = c->bye_ts = VQ_NONE; /* a BYE to the early dialog that crossed the answer does not count */
    c->answer_tag = vq_tag_hash(e, m->to.tag);
    vq_hostport_read(m->contact.host, 0, &c->answer_contact);
    if (!c->c.mid_dialog) {
        once(&c->c.srd, c->c.start, ts);
        once(&c->c.answer, c->c.start, ts);
    }
    once(&c->c.ring, c->first_18x, ts);
    step(e, c, EV_OK);
    c->c.released_by = VQ_PARTY_NONE;
    c->talk.ended = false;
    c->talk.worth = VQ_WORTH_ACTIVE;
}

static void refused(struct vq_engine *e, struct vq_sip_call *c, enum call_event ev, enum vq_party by, int64_t ts)
{
    c->c.end = ts;
    if (ev == EV_CHALLENGE || ev == EV_REDIRECT) {
        /* Most likely the caller goes on; the refusal is final when it does not. */
        c->c.challenged |= ev == EV_CHALLENGE;
        c->refusal = (uint8_t)ev;
        vq_talk_arm(e, &c->talk, ts + VQ_TIMEOUT);
        return;
    }
    if (!step(e, c, ev))
        return;
    if (c->c.released_by == VQ_PARTY_NONE)
        c->c.released_by = by;
    vq_talk_end(e, &c->talk, false);
}

/* RFC 3261 17.1.1.2: Timer A doubles from 500 ms until Timer B stops it: seven INVITEs in all. */
#define LAST_RETRANSMISSION 6

/* Nothing more comes: what was left open is settled. */
static void give_up(struct vq_engine *e, struct vq_sip_call *c)
{
    if (vq_call_over(c))
        return;
    if (c->cancel_seen)
        step(e, c, EV_TERMINATED);
    else if (c->refusal && step(e, c, (enum call_event)c->refusal))
        c->c.released_by = VQ_PARTY_NETWORK;
    else if (!c->c.status && (e->now - c->talk.last_ts >= VQ_TIMEOUT || c->talk.retransmissions >= LAST_RETRANSMISSION))
        step(e, c, EV_TIMEOUT);
}

static void invite_response(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_note *n,
                            int64_t ts)
{
    /* Later ones answer re-INVITEs, are other hops' copies, or come from branches that lost. */
    if (c->c.state == VQ_CALL_IN_CALL || c->c.answered != VQ_NONE || (vq_call_over(c) && (m->status < 200 || m->status >= 300)))
        return;
    c->c.status = m->status;
    c->c.reason = n ? n->reason : "";
    if (m->status < 200) {
        provisional(e, c, m->status, ts);
        return;
    }
    size_t i = 0;
    while (m->status < finals[i].from || m->status > finals[i].to)
        if (++i == sizeof finals / sizeof *finals)
            return;
    if (finals[i].event == EV_OK)
        answered(e, c, m, ts);
    else
        refused(e, c, finals[i].event, finals[i].by, ts);
}

static void response(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_note *n, int64_t ts,
                     bool from_caller)
{
    /* Seen from both sides, so not invented by one: unless nothing of the request was ever seen. */
    if (c->talk.worth == VQ_WORTH_UNPROVEN && !(c->c.mid_dialog && c->talk.n_messages < 2))
        c->talk.worth = VQ_WORTH_ACTIVE;
    vq_talk_set(&c->talk, from_caller ? &c->c.user_agent_caller : &c->c.user_agent_callee, m->user_agent);
    vq_call_offer_refused(c, m);
    if (m->method == VQ_SIP_INVITE && m->cseq == c->invite_cseq && !from_caller) {
        invite_response(e, c, m, n, ts);
    } else if (m->method == VQ_SIP_BYE && m->status >= 200) {
        if (m->status != 401 && m->status != 407)
            c->bye_status = m->status;
        if (c->c.mid_dialog && c->bye_ts == VQ_NONE && m->status < 300) /* the BYE itself was not seen */
            bye(e, c, ts, !from_caller, 0);
        else if (m->status < 300)
            once(&c->c.sdd, c->bye_ts, ts);
        if (vq_call_over(c) && m->status != 401 && m->status != 407)
            vq_talk_end(e, &c->talk, false);
    }
}

bool vq_call_message(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_talk *t = vq_talk_find(e, VQ_TALK_CALL, m->call_id);
    struct vq_sip_call *c = t ? VQ_CONTAINER(t, struct vq_sip_call, talk) : begin(e, m, d);
    if (!c)
        return false;
    __builtin_prefetch(c->last_offer);
    if (!t && m->request && m->method == VQ_SIP_INVITE && !m->to.tag.n)
        vq_call_follow(e, c, m, d);
    bool again;
    struct vq_note *n = vq_talk_note(e, &c->talk, m, d, &again);
    /* RFC 3261 12.2.1.1: inside a dialog From and To swap with the direction; the caller keeps its tag. */
    bool from_caller = (c->from_tag_hash == vq_tag_hash(e, m->from.tag)) == m->request;
    if (n)
        n->from_caller = from_caller;
    if (m->q850 >= 0 && !(m->method == VQ_SIP_CANCEL && c->c.answered != VQ_NONE))
        c->c.q850 = m->q850;
    vq_call_leg(e, c, m, d, from_caller);
    if (!again)
        vq_call_moves(e, c, m, d, from_caller);
    vq_call_sdp(e, c, m, d, n, from_caller, again);
    if (again)
        return true;
    vq_dtmf_info(c, m, d, from_caller);
    vq_quality_bye(e, c, m, d, from_caller);
    if (m->request)
        request(e, c, m, d->ts, d->frame, from_caller);
    else
        response(e, c, m, n, d->ts, from_caller);
    return true;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

void vq_call_timer(struct vq_engine *e, struct vq_sip_call *c)
{
    if (c->c.state == VQ_CALL_IN_CALL)
        return;
    if (c->c.state == VQ_CALL_RINGING && !c->cancel_seen)
        return; /* may ring for minutes: RFC 3261 sets no limit to the callee */
    give_up(e, c);
    if (c->c.end == VQ_NONE)
        c->c.end = c->talk.last_ts;
    if (vq_call_over(c))
        vq_talk_end(e, &c->talk, false);
}

void vq_call_finish(struct vq_engine *e, struct vq_sip_call *c)
{
    give_up(e, c);
    vq_talk_end(e, &c->talk, false);
}
