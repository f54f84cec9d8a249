/* json_dialog.c - what happens within a call and leads from one call to another, as JSON: offers and answers with their
 * effect, transfers, redirections, reasons. */
#include "report/json.h"

static const struct {
    uint8_t event;
    const char *name;
} offer_events[] = {
    {VQ_OFFER_DELAYED, "delayed_offer"}, {VQ_OFFER_HOLD, "hold"},       {VQ_OFFER_RESUME, "resume"},
    {VQ_OFFER_MOVED, "media_moved"},     {VQ_OFFER_CODEC, "codec"},     {VQ_OFFER_REFRESH, "refresh"},
    {VQ_OFFER_NO_AUDIO, "no_audio"},
};

static json_t *codecs(struct vq_json *j, const char *names)
{
    json_t *audio = json_array();
    for (const char *a = names ? names : ""; *a;) {
        size_t n = strcspn(a, " ");
        if (n) {
            char name[64];
            struct vq_buf *t = &j->tmp;
            size_t kept = n < sizeof name ? n : sizeof name - 1;
            memcpy(name, a, kept);
            name[kept] = '\0';
            vq_buf_clear(t);
            vq_buf_terminal(t, name);
            vq_json_append(j, audio, json_stringn_nocheck(t->p, t->n));
        }
        a += n + (a[n] == ' ');
    }
    return audio;
}

/* Of the streams that had packets shortly before or after. */
static json_t *effects(struct vq_json *j, const struct vq_call *c, const struct vq_offer *f)
{
    json_t *list = json_array();
    struct vq_stream s;
    for (uint32_t h = c->first_stream; h && vq_stream_get(j->e, h, &s); h = s.next_in_call) {
        const char *name = s.leg == c->leg ? vq_effect_name(vq_offer_effect(j->e, f, &s)) : NULL;
        if (!name)
            continue;
        json_t *o = json_object();
        vq_json_int(j, o, "stream", s.id);
        vq_json_str(j, o, "what", name);
        vq_json_append(j, list, o);
    }
    return list;
}

static void offers_of(struct vq_json *j, json_t *list, const struct vq_call *c)
{
    for (const struct vq_offer *f = c->offers; f; f = f->next) {
        json_t *o = json_object(), *events = json_array();
        vq_json_int(j, o, "leg", c->leg);
        vq_json_t_s(j, o, f->ts);
        vq_json_int(j, o, "frame", f->frame);
        vq_json_str(j, o, "kind", f->kind);
        vq_json_str(j, o, "from", f->from_caller ? "caller" : "callee");
        vq_json_put(j, o, "audio", codecs(j, f->audio));
        if (f->media.family)
            vq_json_endpoint(j, o, "media", &f->media);
        else
            vq_json_why(j, o, "media", "no address for audio");
        vq_json_bool(j, o, "hold", f->hold);
        for (size_t i = 0; i < sizeof offer_events / sizeof offer_events[0]; i++)
            if (f->events & offer_events[i].event)
                vq_json_append(j, events, json_string(offer_events[i].name));
        vq_json_put(j, o, "event", events);
        if (f->refused)
            vq_json_int(j, o, "refused", f->refused);
        if (f->events)
            vq_json_put(j, o, "effect", effects(j, c, f));
        vq_json_append(j, list, o);
    }
}

typedef void of_leg_h(struct vq_json *j, json_t *list, const struct vq_call *c);

/* The same list of each leg's, one after the other. */
static json_t *of_legs(struct vq_json *j, const struct vq_call *c, of_leg_h *h)
{
    json_t *list = json_array();
    struct vq_call leg = *c;
    h(j, list, c);
    while (leg.next_leg && vq_call_get(j->e, leg.next_leg, &leg))
        h(j, list, &leg);
    return list;
}

json_t *vq_json_offers(struct vq_json *j, const struct vq_call *c)
{
    return of_legs(j, c, offers_of);
}

static void number_or(struct vq_json *j, json_t *o, const char *key, uint64_t n, const char *why)
{
    if (n)
        vq_json_int(j, o, key, n);
    else
        vq_json_why(j, o, key, why);
}

static void transfers_of(struct vq_json *j, json_t *list, const struct vq_call *c)
{
    for (const struct vq_transfer *t = c->story ? c->story->transfers : NULL; t; t = t->next) {
        json_t *o = json_object();
        vq_json_int(j, o, "leg", c->leg);
        vq_json_t_s(j, o, t->ts);
        vq_json_int(j, o, "frame", t->frame);
        vq_json_str(j, o, "kind", vq_lead_name(t->replaces ? VQ_LEAD_ATTENDED : VQ_LEAD_BLIND));
        vq_json_str(j, o, "by", vq_party_name((enum vq_party)t->by));
        vq_json_str_why(j, o, "target", t->target, "no readable Refer-To");
        number_or(j, o, "refer_status", t->status, "no response seen");
        number_or(j, o, "progress", t->progress, "no NOTIFY told any");
        if (t->progress)
            vq_json_str(j, o, "progress_reason", t->progress_reason ? t->progress_reason : "");
        vq_json_str_why(j, o, "replaces_call_id", t->replaces, "the Refer-To replaces no call");
        number_or(j, o, "replaces_call", vq_call_ref_id(j->e, t->replaces_call),
                  t->replaces ? "not in this capture" : "the Refer-To replaces no call");
        number_or(j, o, "to_call", vq_call_ref_id(j->e, t->to_call), "no new call that fits was seen");
        if (t->to_call.id)
            vq_json_str(j, o, "evidence", t->why);
        vq_json_append(j, list, o);
    }
}

static void redirects_of(struct vq_json *j, json_t *list, const struct vq_call *c)
{
    for (const struct vq_redirect *r = c->story ? c->story->redirects : NULL; r; r = r->next) {
        json_t *o = json_object();
        vq_json_int(j, o, "leg", c->leg);
        vq_json_t_s(j, o, r->ts);
        vq_json_int(j, o, "frame", r->frame);
        vq_json_int(j, o, "status", r->status);
        vq_json_str_why(j, o, "target", r->target, "no readable Contact");
        number_or(j, o, "to_call", vq_call_ref_id(j->e, r->to_call), "no INVITE that goes there was seen");
        number_or(j, o, "followed_frame", r->followed_frame, "no INVITE that goes there was seen");
        if (r->to_call.id)
            vq_json_str(j, o, "evidence", r->why);
        vq_json_append(j, list, o);
    }
}

static void led_by(struct vq_json *j, json_t *o, const struct vq_call_story *m)
{
    bool redirect = m->lead == VQ_LEAD_REDIRECT;
    json_t *l = json_object();
    vq_json_int(j, l, "call", vq_call_ref_id(j->e, m->from_call));
    if (!redirect)
        vq_json_str(j, l, "kind", vq_lead_name(m->lead));
    vq_json_str(j, l, "evidence", m->lead_why);
    vq_json_put(j, o, redirect ? "redirected_from" : "transferred_from", l);
}

void vq_json_call_more(struct vq_json *j, json_t *o, const struct vq_call *c)
{
    const struct vq_call_story *m = c->story;
    vq_json_int(j, o, "answers", c->answers);
    vq_json_put(j, o, "transfers", of_legs(j, c, transfers_of));
    vq_json_put(j, o, "redirects", of_legs(j, c, redirects_of));
    if (!m)
        return;
    if (m->lead)
        led_by(j, o, m);
    if (m->replaces) {
        vq_json_str(j, o, "replaces_call_id", m->replaces);
        number_or(j, o, "replaces_call", vq_call_ref_id(j->e, m->replaces_call), "not in this capture");
    }
    if (m->replaced_by.id)
        vq_json_int(j, o, "replaced_by", vq_call_ref_id(j->e, m->replaced_by));
    if (m->reason_protocol) {
        json_t *r = json_object();
        vq_json_int(j, r, "frame", m->reason_frame);
        vq_json_str(j, r, "protocol", m->reason_protocol);
        if (m->reason_cause >= 0)
            vq_json_int(j, r, "cause", (uint64_t)m->reason_cause);
        else
            vq_json_why(j, r, "cause", "not said");
        vq_json_str_why(j, r, "text", m->reason_text, "not said");
        vq_json_put(j, o, "reason_header", r);
    }
    if (m->late_bye_frame)
        vq_json_int(j, o, "late_bye_frame", m->late_bye_frame);
}
