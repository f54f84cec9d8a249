/* resend.c - why a message was sent again: RFC 3261 17 and 13.3.1.4, RFC 3262 3. Nothing of it is kept: whoever asks has
 * it read from the list of messages. */
#include "session/session.h"

/* RFC 3261 17.1.1.2: Timer A doubles from T1 = 500 ms until Timer B, 64 T1, ends it. 17.1.2.2, 17.2.1, 13.3.1.4: E, G and
 * the 2xx double up to T2 = 4 s, until F, H or 64 T1. */
#define MOST_A 6
#define MOST_OTHERS 10
/* No T1 in use is below 100 ms: what comes at less than half of that, again and again, has no timer behind it. */
#define TOO_FAST (50 * INT64_C(1000000))
#define TOO_OFTEN 3
/* Twice within this is no timer's work at all: the capture saw it twice (a port that mirrors both ways), or the network
 * doubled it. */
#define COPIED (10 * INT64_C(1000000))

static const char *const names[VQ_RESENDS] = {
    [VQ_RESEND_A] = "A",     [VQ_RESEND_E] = "E",     [VQ_RESEND_G] = "G",
    [VQ_RESEND_2XX] = "2xx", [VQ_RESEND_1XX] = "1xx", [VQ_RESEND_REQUEST] = "request",
    [VQ_RESEND_RESPONSE] = "response", [VQ_RESEND_COPY] = "copy",
};

const char *vq_resend_name(enum vq_resend r)
{
    return r < VQ_RESENDS ? names[r] : NULL;
}

/* `p` came the other way and is what `n` answers: the request of a response, the final response of an ACK. */
static bool answers(const struct vq_note *n, const struct vq_note *p)
{
    if (p->cseq != n->cseq || !vq_endpoint_eq(&p->path->src, &n->path->dst))
        return false;
    return n->status ? !p->status && p->method == n->method : p->status >= 200 && p->method == VQ_SIP_INVITE;
}

/* The same message before this one; `*prompted`: what it answers came in between. */
static const struct vq_note *before(const struct vq_note *n, bool *prompted)
{
    const struct vq_note *p = n->prev;
    *prompted = false;
    for (int i = 0; p && i < VQ_LOOK_BACK; i++, p = p->prev) {
        if (p->key == n->key)
            return p;
        *prompted |= answers(n, p);
    }
    return NULL;
}

static enum vq_resend timer_of(const struct vq_note *n, bool prompted)
{
    bool invite = n->method == VQ_SIP_INVITE;
    if (!n->status && n->method == VQ_SIP_ACK)
        return VQ_RESEND_RESPONSE;
    if (n->status && (prompted || !invite)) /* 17.2.2: nobody repeats another response unasked */
        return VQ_RESEND_REQUEST;
    if (n->status >= 100 && n->status < 300)
        return n->status < 200 ? VQ_RESEND_1XX : VQ_RESEND_2XX;
    if (n->transport != VQ_UDP)
        return VQ_RESEND_NONE;
    return n->status ? VQ_RESEND_G : invite ? VQ_RESEND_A : VQ_RESEND_E;
}

enum vq_resend vq_note_resend(const struct vq_note *n, unsigned *repeat)
{
    bool prompted, any;
    const struct vq_note *p = before(n, &prompted);
    *repeat = 1;
    bool copy = p && n->ts - p->ts < COPIED;
    while (p && (p = before(p, &any)))
        ++*repeat;
    return copy && !prompted ? VQ_RESEND_COPY : timer_of(n, prompted);
}

static bool too_fast(const struct vq_note *n)
{
    bool any;
    for (int i = 0; i < TOO_OFTEN; i++) {
        const struct vq_note *p = before(n, &any);
        if (!p || n->ts - p->ts >= TOO_FAST)
            return false;
        n = p;
    }
    return true;
}

void vq_talk_resends(const struct vq_talk *t, struct vq_resends *out)
{
    struct vq_resends r = {0};
    for (const struct vq_note *n = t->retransmissions ? t->first : NULL; n; n = n->next) {
        unsigned k;
        if (!n->retransmission)
            continue;
        enum vq_resend why = vq_note_resend(n, &k);
        r.copies += why == VQ_RESEND_COPY;
        if (why == VQ_RESEND_REQUEST || why == VQ_RESEND_RESPONSE || why == VQ_RESEND_1XX)
            continue;
        if (k >= r.most) {
            r.most = k;
            r.worst = n;
        }
        r.storm |= k > (n->status || n->method != VQ_SIP_INVITE ? MOST_OTHERS : MOST_A) || too_fast(n);
        if ((why == VQ_RESEND_G || why == VQ_RESEND_2XX) && k >= r.unacked) {
            r.unacked = k;
            r.unacked_status = n->status;
            r.unacked_last = n;
        }
    }
    *out = r;
}
