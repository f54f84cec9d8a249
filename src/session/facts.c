/* facts.c - what the messages of a call or registration say to the rules of the diagnosis. */
#include "session/session.h"

#include "metrics/diagnosis.h"

/* A final response is given up after this many repetitions at the least: three say that nobody acknowledges. */
#define UNACKED 3

static const char *const requests[VQ_SIP_METHODS] = {
    [VQ_SIP_INVITE] = "INVITE", [VQ_SIP_BYE] = "BYE", [VQ_SIP_CANCEL] = "CANCEL", [VQ_SIP_REGISTER] = "REGISTER",
    [VQ_SIP_ACK] = "ACK", [VQ_SIP_OPTIONS] = "OPTIONS", [VQ_SIP_REFER] = "REFER", [VQ_SIP_NOTIFY] = "NOTIFY"};

static void storm_facts(const struct vq_resends *r, struct vq_facts *f)
{
    if (!r->storm)
        return;
    f->sendings = r->most + 1;
    const char *request = requests[r->worst->method];
    f->sent = r->worst->status ? "a final response" : request ? request : "a request";
}

/* How often the 2xx came again after its ACK, and too late to have crossed it: the first response bounds the round trip
 * from here to the callee. */
static unsigned after_ack(const struct vq_sip_call *c)
{
    const struct vq_call *p = &c->c;
    int64_t rtt = p->srd != VQ_NONE && p->srd < VQ_S ? p->srd : VQ_S;
    unsigned n = 0;
    if (p->answered == VQ_NONE || p->ack == VQ_NONE)
        return 0;
    for (const struct vq_note *k = c->talk.first; k; k = k->next) {
        unsigned repeat;
        if (k->retransmission && k->method == VQ_SIP_INVITE && k->cseq == c->invite_cseq && k->status / 100 == 2 &&
            k->ts > p->answered + p->ack + rtt && vq_note_resend(k, &repeat) == VQ_RESEND_2XX)
            n++;
    }
    return n;
}

static bool acked(const struct vq_talk *t, uint32_t cseq)
{
    for (const struct vq_note *n = t->first; n; n = n->next)
        if (n->method == VQ_SIP_ACK && !n->status && n->cseq == cseq)
            return true;
    return false;
}

static void ack_facts(const struct vq_sip_call *c, struct vq_facts *f)
{
    struct vq_resends r;
    if (!c->talk.retransmissions)
        return;
    vq_talk_resends(&c->talk, &r);
    storm_facts(&r, f);
    f->copies = r.copies;
    f->ack_lost = after_ack(c);
    if (r.unacked < UNACKED || acked(&c->talk, r.unacked_last->cseq))
        return;
    if (r.unacked_status < 300)
        f->no_ack = true;
    else
        f->unacked_status = r.unacked_status;
}

/* INVITEs that were challenged; a challenge that a proxy passes on is one. */
static unsigned challenged(const struct vq_talk *t)
{
    unsigned n = 0;
    uint32_t last = 0;
    for (const struct vq_note *k = t->first; k; k = k->next) {
        if (k->method != VQ_SIP_INVITE || (k->status != 401 && k->status != 407) || (n && k->cseq == last))
            continue;
        last = k->cseq;
        n++;
    }
    return n;
}

/* Whether a dialog that is older than the capture shows nothing but a BYE and what answers it. */
static bool only_bye(const struct vq_talk *t)
{
    bool asked = false;
    for (const struct vq_note *n = t->first; n; n = n->next) {
        if (n->method != VQ_SIP_BYE)
            return false;
        asked |= !n->status;
    }
    return asked;
}

static void bye_facts(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f)
{
    f->bye_status = c->bye_status;
    f->bye_unanswered = c->bye_asked && !c->bye_status && e->now - c->bye_ts >= VQ_TIMEOUT;
    f->only_bye = c->c.mid_dialog && only_bye(&c->talk);
    if (f->only_bye && !f->bye_status)
        f->only_bye = e->now - c->talk.last_ts >= VQ_TIMEOUT; /* or the answer is behind the capture's end */
}

void vq_call_sip_facts(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f)
{
    ack_facts(c, f);
    if (c->c.challenged)
        f->auth_rounds = challenged(&c->talk);
    if (c->bye_ts != VQ_NONE)
        bye_facts(e, c, f);
    f->answers = c->c.answers;
    f->rang = c->first_18x != VQ_NONE;
    if (!c->more)
        return;
    f->late_bye_frame = c->more->story.late_bye_frame;
    for (const struct vq_transfer *t = c->more->story.transfers; t; t = t->next)
        f->transfer = t;
    f->transfer_to = f->transfer ? vq_call_ref_id(e, f->transfer->to_call) : 0;
    for (const struct vq_redirect *r = c->more->story.redirects; r; r = r->next)
        f->redirect = r;
}

void vq_registration_sip_facts(const struct vq_engine *e, uint32_t handle, struct vq_facts *f)
{
    const struct vq_sip_registration *r = vq_pool_at(&e->talks[VQ_TALK_REGISTRATION].pool, handle);
    struct vq_resends again;
    f->wrong_credentials = r->r.wrong_password;
    f->stale = r->r.stale;
    f->refused_before = r->r.refused_before;
    f->min_expires_s = r->r.min_expires_s;
    f->asked_s = r->r.expires_asked_s;
    f->granted_s = r->r.expires_granted_s;
    if (!r->talk.retransmissions)
        return;
    vq_talk_resends(&r->talk, &again);
    storm_facts(&again, f);
    f->copies = again.copies;
}
