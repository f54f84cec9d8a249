/* dialog.c - requests outside calls and registrations (OPTIONS, SUBSCRIBE, NOTIFY, MESSAGE, PUBLISH ...) by Call-ID. */
#include "session/session.h"

#include <string.h>

#include "util/str.h"

static struct vq_sip_dialog *begin(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_talk *t = vq_talk_new(e, VQ_TALK_DIALOG, m->call_id, d);
    if (!t)
        return NULL;
    struct vq_sip_dialog *g = VQ_CONTAINER(t, struct vq_sip_dialog, talk);
    g->d.handle = t->handle;
    g->d.id = t->id;
    g->d.call_id = t->call_id;
    g->d.rtt = g->d.expires_asked_s = g->d.expires_granted_s = VQ_NONE;
    g->d.client = m->request ? d->src : d->dst;
    g->d.server = m->request ? d->dst : d->src;
    vq_talk_set(t, &g->d.from_uri, m->from.uri);
    vq_talk_set(t, &g->d.to_uri, m->to.uri);
    vq_talk_arm(e, t, d->ts + VQ_TIMEOUT);
    return g;
}

/* RFC 6665: what is subscribed to or published, for how long, and in which state it is. */
static void subscription(struct vq_sip_dialog *g, const struct vq_sip *m)
{
    struct vq_dialog *p = &g->d;
    bool asks = m->method == VQ_SIP_SUBSCRIBE || m->method == VQ_SIP_PUBLISH;
    struct vq_sip_extra x = {.sub_expires = -1};
    if (m->has_extra)
        vq_sip_extra_read(m, &x);
    if (m->request)
        vq_talk_set(&g->talk, &p->event, x.event);
    if (asks && m->request && m->expires >= 0)
        p->expires_asked_s = m->expires;
    if (asks && m->status >= 200 && m->status < 300 && m->expires >= 0)
        p->expires_granted_s = m->expires;
    if (!m->request || m->method != VQ_SIP_NOTIFY)
        return;
    struct vq_slice known = {(const uint8_t *)p->subscription, p->subscription ? strlen(p->subscription) : 0};
    if (x.subscription_state.n && !vq_str_eq(x.subscription_state, known))
        p->subscription = vq_talk_text(&g->talk, x.subscription_state);
    vq_talk_set(&g->talk, &p->subscription_reason, x.sub_reason);
    if (x.sub_expires >= 0 && p->expires_granted_s == VQ_NONE)
        p->expires_granted_s = x.sub_expires;
}

/* A dialog may ask many times (OPTIONS as keep-alive). What another hop repeats has the same CSeq. */
static void ask(struct vq_sip_dialog *g, uint32_t cseq, int64_t ts)
{
    if (g->asked && cseq == g->cseq)
        return;
    g->cseq = cseq;
    g->asked_ts = ts;
    g->asked++;
    g->open = true;
}

static void answer(struct vq_sip_dialog *g, uint32_t cseq, int64_t ts)
{
    if (!g->open || cseq != g->cseq)
        return;
    g->open = false;
    g->answered++;
    if (g->d.rtt == VQ_NONE && ts >= g->asked_ts) /* a clock that was set back measures nothing */
        g->d.rtt = ts - g->asked_ts;
}

bool vq_dialog_message(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_talk *t = vq_talk_find(e, VQ_TALK_DIALOG, m->call_id);
    struct vq_sip_dialog *g = t ? VQ_CONTAINER(t, struct vq_sip_dialog, talk) : begin(e, m, d);
    if (!g)
        return false;
    bool again;
    struct vq_note *n = vq_talk_note(e, &g->talk, m, d, &again);
    if (n)
        n->from_caller = vq_endpoint_same_host(&d->src, &g->d.client);
    if (!g->d.method)
        g->d.method = m->method != VQ_SIP_UNKNOWN ? vq_sip_method_name(m->method) : vq_talk_text(&g->talk, m->method_text);
    if (again)
        return true;
    if (m->method != VQ_SIP_OPTIONS)
        subscription(g, m);
    if (m->request) {
        ask(g, m->cseq, d->ts);
        g->d.notifies += m->method == VQ_SIP_NOTIFY;
        if (g->d.outcome == VQ_DIALOG_TIMEOUT)
            g->d.outcome = VQ_DIALOG_INCOMPLETE; /* asked again after all */
    } else {
        g->talk.worth = VQ_WORTH_ACTIVE;
        if (m->status >= 200) {
            answer(g, m->cseq, d->ts);
            g->d.status = m->status;
            g->d.reason = n ? n->reason : "";
            g->d.outcome = m->status < 300 ? VQ_DIALOG_ANSWERED : VQ_DIALOG_REJECTED;
            vq_talk_arm(e, &g->talk, e->now + VQ_TIMEOUT);
        }
    }
    return true;
}

/* Quiet for as long as a transaction lasts. */
void vq_dialog_timer(struct vq_engine *e, struct vq_sip_dialog *d)
{
    if (e->now - d->talk.last_ts < VQ_TIMEOUT) {
        vq_talk_arm(e, &d->talk, d->talk.last_ts + VQ_TIMEOUT);
        return;
    }
    if (!d->d.status)
        d->d.outcome = VQ_DIALOG_TIMEOUT;
    vq_talk_end(e, &d->talk, false);
}
