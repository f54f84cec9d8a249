/* leg.c - the dialogs of a call: (Call-ID, From tag, To tag), RFC 3261 12. A proxy that forks the INVITE makes several. */
#include "session/session.h"

#define MAX_LEGS 16

static bool same_text(const char *z, struct vq_slice s)
{
    return z && strlen(z) == s.n && !memcmp(z, s.p, s.n);
}

static struct vq_leg *new_leg(struct vq_sip_call *c, struct vq_slice to_tag)
{
    struct vq_leg *l = &c->leg;
    if (c->n_legs)
        l = c->n_legs < MAX_LEGS ? vq_arena_alloc(&c->talk.arena, sizeof *l) : NULL;
    if (!l)
        return NULL;
    *l = (struct vq_leg){.from_tag = c->leg.from_tag, .to_tag = vq_talk_text(&c->talk, to_tag), .caller = c->c.caller,
                         .callee = c->c.callee, .first = VQ_NONE, .answered = VQ_NONE};
    if (c->last_leg)
        c->last_leg->next = l;
    c->last_leg = l;
    c->n_legs++;
    return l;
}

/* Made by the first response with its To tag. Most calls have a single one. A challenge makes no dialog: its To tag is
 * the challenger's (12.1). */
static struct vq_leg *leg_of(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, bool from_caller)
{
    /* The callee's, which stands in the From of what it asks. */
    struct vq_slice to_tag = from_caller == m->request ? m->to.tag : m->from.tag;
    uint64_t hash = vq_tag_hash(e, to_tag);
    bool names = m->method == VQ_SIP_INVITE ? !m->request && m->status != 401 && m->status != 407 : m->request;
    if (!c->n_legs) {
        c->to_tag_hash = names || m->to.tag.n ? hash : 0;
        return new_leg(c, c->to_tag_hash ? to_tag : vq_slice(NULL, 0));
    }
    if (!hash || hash == c->to_tag_hash)
        return &c->leg;
    if (!c->to_tag_hash) {
        if (!names || m->method == VQ_SIP_ACK)
            return NULL;
        c->to_tag_hash = hash;
        c->leg.to_tag = vq_talk_text(&c->talk, to_tag);
        return &c->leg;
    }
    for (struct vq_leg *l = (struct vq_leg *)c->leg.next; l; l = (struct vq_leg *)l->next)
        if (same_text(l->to_tag, to_tag))
            return l;
    return names && m->method != VQ_SIP_ACK ? new_leg(c, to_tag) : NULL;
}

static void describe(struct vq_sip_call *c, struct vq_leg *l, const struct vq_sip *m, const struct vq_dgram *d)
{
    if (l->first == VQ_NONE && m->status > 100) {
        l->first = d->ts;
        if (vq_endpoint_eq(&d->dst, &c->c.caller) || l != &c->leg || m->status >= 180)
            l->callee = d->src;
    }
    if (m->status > 100 && m->status < 300)
        vq_talk_set(&c->talk, &l->contact, m->contact.uri);
    if (!l->user_agent && m->status > 100 && !same_text(c->c.user_agent_callee, m->user_agent))
        vq_talk_set(&c->talk, &l->user_agent, m->user_agent);
}

/* 16.7: the proxy cancels the other branches once one answered. One of them may have answered already. */
static void win(struct vq_sip_call *c, struct vq_leg *winner)
{
    winner->winner = true;
    for (struct vq_leg *l = &c->leg; l; l = (struct vq_leg *)l->next)
        if (l != winner && l->state <= VQ_LEG_EARLY)
            l->state = VQ_LEG_CANCELLED;
}

static void responded(struct vq_sip_call *c, struct vq_leg *l, const struct vq_sip *m, const struct vq_dgram *d)
{
    if (l->status >= 200 && !(l->status >= 300 && m->status < 300))
        return; /* to a re-INVITE, or another hop's copy */
    l->status = m->status;
    if (m->status < 200) {
        if (l->state == VQ_LEG_PROCEEDING && l->to_tag && m->status > 100)
            l->state = VQ_LEG_EARLY;
        return;
    }
    if (m->status >= 300) {
        l->state = m->status == 487 ? VQ_LEG_CANCELLED : m->status < 400 ? VQ_LEG_REDIRECTED : VQ_LEG_REJECTED;
        return;
    }
    l->answered = d->ts;
    l->state = VQ_LEG_CONFIRMED;
    if (c->c.answers++ == 0)
        win(c, l);
}

void vq_call_leg(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                 bool from_caller)
{
    struct vq_leg *l = leg_of(e, c, m, from_caller);
    if (!l)
        return;
    if (!m->request && m->method == VQ_SIP_INVITE && !from_caller && m->status != 401 && m->status != 407) {
        describe(c, l, m, d);
        responded(c, l, m, d);
    } else if (m->request && m->method == VQ_SIP_BYE) {
        if (l->state == VQ_LEG_CONFIRMED)
            l->state = l->winner || c->c.mid_dialog ? VQ_LEG_TERMINATED : VQ_LEG_CLEARED;
        else if (l->state <= VQ_LEG_EARLY)
            l->state = c->c.mid_dialog ? VQ_LEG_TERMINATED : VQ_LEG_CANCELLED;
    }
}
