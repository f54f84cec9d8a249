/* detail.c - what a message says beside its method or status, in a few words for the ladder and the report. */
#include "session/session.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/str.h"

/* Text that stops where its room ends. */
struct words {
    char text[200];
    size_t n;
};

static void say(struct words *w, const char *z, struct vq_slice s)
{
    int n = snprintf(w->text + w->n, sizeof w->text - w->n, "%s%.*s", z, (int)(s.n < 160 ? s.n : 160),
                     s.n ? (const char *)s.p : "");
    if (n > 0)
        w->n += (size_t)n < sizeof w->text - w->n ? (size_t)n : sizeof w->text - w->n - 1;
}

/* "Signal=5\r\nDuration=160" (application/dtmf-relay), "5" (application/dtmf). */
static void dtmf(struct words *w, const struct vq_sip *m)
{
    struct vq_slice rest = m->body, line;
    if (!vq_str_istarts(m->content_type, "application/dtmf"))
        return;
    bool relay = vq_str_istarts(m->content_type, "application/dtmf-relay");
    while (vq_str_line(&rest, &line)) {
        struct vq_slice value = line, key = vq_str_trim(vq_str_cut(&value, '='));
        if (!relay)
            say(w, "DTMF ", key);
        else if (vq_str_ieq_z(key, "signal"))
            say(w, "DTMF ", vq_str_trim(value));
        if (w->n)
            return;
    }
}

static void refer(struct words *w, const struct vq_sip_extra *x)
{
    char id[128];
    say(w, "to ", x->refer_to.uri);
    if (vq_sip_refer_replaces(x->refer_to_headers, id, sizeof id)) {
        say(w, ", replaces ", vq_slice(id, strlen(id)));
    }
}

static void notify(struct words *w, const struct vq_sip *m, const struct vq_sip_extra *x)
{
    struct vq_slice phrase;
    unsigned status = vq_str_istarts(m->content_type, "message/sipfrag") ? vq_sip_frag_status(m->body, &phrase) : 0;
    if (status) {
        char number[16];
        snprintf(number, sizeof number, "%u ", status);
        say(w, number, phrase);
        return;
    }
    say(w, "", x->event);
    if (x->subscription_state.n)
        say(w, x->event.n ? ", " : "", x->subscription_state);
}

static void reason(struct words *w, const struct vq_sip *m, const struct vq_sip_extra *x)
{
    char cause[32];
    if (x->reason_text.n) {
        say(w, "", x->reason_text);
    } else if (m->q850 >= 0) {
        const char *z = vq_q850_text(m->q850);
        snprintf(cause, sizeof cause, "Q.850 %d%s", m->q850, z ? " " : "");
        say(w, cause, z ? vq_slice(z, strlen(z)) : vq_slice(NULL, 0));
    } else if (x->reason_protocol.n && x->reason_cause >= 0) {
        say(w, "", x->reason_protocol);
        snprintf(cause, sizeof cause, " %d", x->reason_cause);
        say(w, cause, vq_slice(NULL, 0));
    }
}

static void request(struct words *w, const struct vq_sip *m, const struct vq_sip_extra *x)
{
    switch (m->method) {
    case VQ_SIP_REFER:
        refer(w, x);
        break;
    case VQ_SIP_NOTIFY:
        notify(w, m, x);
        break;
    case VQ_SIP_SUBSCRIBE:
    case VQ_SIP_PUBLISH:
        say(w, "", x->event);
        break;
    case VQ_SIP_PRACK:
        if (x->rack.n)
            say(w, "RAck ", x->rack);
        break;
    case VQ_SIP_INFO:
        dtmf(w, m);
        break;
    case VQ_SIP_INVITE:
        if (x->replaces.n)
            say(w, "replaces ", x->replaces);
        break;
    default:
        reason(w, m, x);
    }
}

static void response(struct words *w, const struct vq_sip *m, const struct vq_sip_extra *x)
{
    char seconds[40];
    if (m->status / 100 == 3 && m->contact.uri.n)
        say(w, "to ", m->contact.uri);
    if (m->status == 423 && x->min_expires >= 0) {
        snprintf(seconds, sizeof seconds, "at least %lld s", (long long)x->min_expires);
        say(w, seconds, vq_slice(NULL, 0));
    }
    if (m->status >= 300)
        reason(w, m, x);
}

void vq_talk_detail(struct vq_talk *t, struct vq_note *n, const struct vq_sip *m)
{
    if (!m->has_extra && m->method != VQ_SIP_INFO && m->status / 100 != 3)
        return;
    struct words w = {.n = 0};
    struct vq_sip_extra x;
    vq_sip_extra_read(m, &x);
    if (m->request)
        request(&w, m, &x);
    else
        response(&w, m, &x);
    struct vq_oddity *o = w.n ? vq_note_odd(t, n) : NULL;
    if (o)
        o->detail = vq_arena_text(&t->arena, vq_slice(w.text, w.n));
}
