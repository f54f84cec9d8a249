/* json_sip.c - registrations, calls and other dialogs as JSON objects. */
#include "report/json.h"

#include <math.h>

#include "report/out.h"

static json_t *frames_of(struct vq_json *j, const struct vq_note *n)
{
    json_t *list = json_array();
    struct vq_message m;
    while (vq_message_read(&n, &m))
        vq_json_append(j, list, json_integer((json_int_t)m.frame));
    return list;
}

static json_t *message(struct vq_json *j, const struct vq_message *m)
{
    json_t *o = json_object();
    vq_json_int(j, o, "frame", m->frame);
    vq_json_t_s(j, o, m->ts);
    vq_json_endpoint(j, o, "src", &m->src);
    vq_json_endpoint(j, o, "dst", &m->dst);
    vq_json_str(j, o, "transport", vq_transport_name((enum vq_transport)m->transport));
    vq_json_str(j, o, "method", m->method);
    vq_json_put(j, o, "status", m->status ? json_integer(m->status) : json_null());
    vq_json_str(j, o, "reason", m->reason);
    if (m->cseq_method) {
        vq_json_int(j, o, "cseq", m->cseq);
        vq_json_str(j, o, "cseq_method", m->cseq_method);
    } else {
        vq_json_why(j, o, "cseq", "no readable CSeq");
        vq_json_why(j, o, "cseq_method", "no readable CSeq");
    }
    vq_json_str_why(j, o, "call_id", m->call_id, "no readable Call-ID");
    vq_json_bool(j, o, "retransmission", m->retransmission);
    if (m->retransmission) {
        vq_json_int(j, o, "repeat", m->repeat);
        vq_json_str_why(j, o, "timer", m->timer, "no timer of SIP sends again over a reliable transport");
    }
    if (m->detail)
        vq_json_str(j, o, "detail", m->detail);
    vq_json_bool(j, o, "sdp", m->sdp != NULL);
    if (m->sdp) {
        vq_json_str(j, o, "sdp_summary", m->sdp);
        vq_json_bool(j, o, "hold", m->hold);
    }
    if (m->defect)
        vq_json_str(j, o, "defect", m->defect);
    return o;
}

static json_t *messages(struct vq_json *j, struct vq_reader *r)
{
    json_t *list = json_array();
    struct vq_message m;
    while (vq_reader_next(r, &m))
        vq_json_append(j, list, message(j, &m));
    return list;
}

static json_t *messages_of(struct vq_json *j, const struct vq_note *notes, const char *call_id)
{
    struct vq_reader r;
    vq_reader_init(&r, notes, call_id);
    return messages(j, &r);
}

static void final_status(struct vq_json *j, json_t *o, unsigned status, const char *reason)
{
    if (status) {
        vq_json_int(j, o, "status", status);
        vq_json_str(j, o, "reason", reason ? reason : "");
    } else {
        vq_json_why(j, o, "status", "no response seen");
        vq_json_why(j, o, "reason", "no response seen");
    }
}

static void seconds_or_null(struct vq_json *j, json_t *o, const char *key, int64_t s, const char *why)
{
    if (s == VQ_NONE)
        vq_json_why(j, o, key, why);
    else
        vq_json_put(j, o, key, json_integer(s));
}

/* Facts of the challenge; what could help to guess the secret is not even kept. */
static json_t *digest(struct vq_json *j, const struct vq_registration *r)
{
    json_t *o = json_object();
    vq_json_str_why(j, o, "algorithm", r->algorithm, r->challenged ? "not named, so MD5 (RFC 7616)" : "not challenged");
    vq_json_str_why(j, o, "qop", r->qop, r->challenged ? "not named" : "not challenged");
    vq_json_int(j, o, "challenges", r->challenges);
    vq_json_int(j, o, "stale", r->stale);
    vq_json_bool(j, o, "wrong_password", r->wrong_password);
    return o;
}

static json_t *binding(struct vq_json *j, const char *uri, int64_t expires_s)
{
    json_t *o = json_object();
    vq_json_str_why(j, o, "contact", uri, "not readable");
    seconds_or_null(j, o, "expires_s", expires_s, "not said");
    return o;
}

/* Who is registered under the address after the 200: the client alone needs no list in the engine. */
static json_t *bindings(struct vq_json *j, const struct vq_registration *r)
{
    json_t *list = json_array();
    bool alone = !r->bindings && r->contact && (r->outcome == VQ_REG_REGISTERED || r->outcome == VQ_REG_REFRESHED);
    if (alone)
        vq_json_append(j, list, binding(j, r->contact, r->expires_granted_s));
    for (const struct vq_binding *b = r->bindings; b; b = b->next)
        vq_json_append(j, list, binding(j, b->uri, b->expires_s));
    return list;
}

json_t *vq_json_registration(struct vq_json *j, const struct vq_registration *r)
{
    json_t *o = json_object();
    vq_json_int(j, o, "id", r->id);
    vq_json_str_why(j, o, "aor", r->aor, "no readable To");
    vq_json_str_why(j, o, "user", r->user, "the To URI has no user part");
    vq_json_endpoint(j, o, "client", &r->client);
    vq_json_endpoint(j, o, "registrar", &r->registrar);
    vq_json_str_why(j, o, "call_id", r->call_id, "no readable Call-ID");
    vq_json_str(j, o, "outcome", vq_registration_outcome_name(r->outcome));
    final_status(j, o, r->status, r->reason);
    vq_json_bool(j, o, "challenged", r->challenged);
    vq_json_str_why(j, o, "realm", r->realm, "not challenged");
    vq_json_put(j, o, "digest", digest(j, r));
    vq_json_int(j, o, "attempts", r->attempts);
    vq_json_int(j, o, "refused_before", r->refused_before);
    if (r->follows)
        vq_json_int(j, o, "follows", r->follows);
    else
        vq_json_why(j, o, "follows", "the first attempt of its Call-ID");
    vq_json_int(j, o, "retransmissions", r->retransmissions);
    seconds_or_null(j, o, "expires_asked_s", r->expires_asked_s, "not asked for");
    seconds_or_null(j, o, "expires_granted_s", r->expires_granted_s, "not granted");
    seconds_or_null(j, o, "min_expires_s", r->min_expires_s, "no 423 response");
    vq_json_str_why(j, o, "contact", r->contact, "no Contact");
    vq_json_put(j, o, "bindings", bindings(j, r));
    vq_json_str_why(j, o, "user_agent", r->user_agent, "no User-Agent");
    vq_json_duration(j, o, "rrd_ms", r->rrd, VQ_JSON_MS, "no 200 to a REGISTER");
    vq_json_t_s(j, o, r->start);
    vq_json_put(j, o, "frames", frames_of(j, r->messages));
    vq_json_int(j, o, "messages_not_kept", r->messages_not_kept);
    vq_json_put(j, o, "messages", messages_of(j, r->messages, r->call_id));
    return o;
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

static void since_start(struct vq_json *j, json_t *o, const char *key, const struct vq_call *c, int64_t ts,
                        const char *why)
{
    bool known = ts != VQ_NONE && c->start != VQ_NONE && !c->mid_dialog;
    vq_json_duration(j, o, key, known ? ts - c->start : VQ_NONE, VQ_JSON_MS,
                     c->mid_dialog ? "the capture began after the INVITE" : why);
}

static void leg_evidence(struct vq_json *j, json_t *o, const struct vq_call *c)
{
    static const char first[] = "the call's first leg";
    if (!c->joined_to) {
        vq_json_why(j, o, "joined_by", first);
        vq_json_why(j, o, "confidence", first);
        return;
    }
    json_t *by = json_array();
    for (int i = 0; i < VQ_EVIDENCES; i++)
        if (c->evidence >> i & 1)
            vq_json_append(j, by, json_string(vq_evidence_name((enum vq_evidence)i)));
    vq_json_put(j, o, "joined_by", by);
    vq_json_real(j, o, "confidence", c->confidence, NULL);
}

/* Of the legs before it, from 1: how many B2BUAs lie between the caller and this leg, plus one. */
static unsigned depth_of(struct vq_json *j, const struct vq_call *c)
{
    struct vq_call before;
    unsigned n = 1;
    for (uint32_t h = c->joined_to; h && n < VQ_LEGS_MAX && vq_call_get(j->e, h, &before); h = before.joined_to)
        n++;
    return n;
}

static void dialogs_of(struct vq_json *j, json_t *list, const struct vq_call *c)
{
    for (const struct vq_leg *l = c->legs; l; l = l->next) {
        json_t *o = json_object();
        vq_json_int(j, o, "leg", c->leg);
        vq_json_int(j, o, "hop", depth_of(j, c));
        vq_json_str_why(j, o, "call_id", c->call_id, "no readable Call-ID");
        vq_json_str_why(j, o, "from_tag", l->from_tag, "no tag");
        vq_json_str_why(j, o, "to_tag", l->to_tag, "no dialog yet");
        vq_json_str_why(j, o, "from", c->from, "no readable From");
        vq_json_str_why(j, o, "to", c->to, "no readable To");
        vq_json_endpoint(j, o, "caller", &l->caller);
        vq_json_endpoint(j, o, "callee", &l->callee);
        vq_json_str(j, o, "state", vq_call_state_name(c->state));
        if (l->status)
            vq_json_int(j, o, "status", l->status);
        else
            vq_json_why(j, o, "status", "no response seen");
        vq_json_str(j, o, "dialog_state", vq_leg_state_name((enum vq_leg_state)l->state));
        vq_json_bool(j, o, "winner", l->winner);
        since_start(j, o, "first_response_ms", c, l->first, "no response seen");
        since_start(j, o, "answered_ms", c, l->answered, "not answered");
        vq_json_str_why(j, o, "contact", l->contact, "no Contact in a response");
        vq_json_str_why(j, o, "user_agent", l->user_agent ? l->user_agent : c->user_agent_callee, "no User-Agent");
        vq_json_t_s(j, o, c->start);
        leg_evidence(j, o, c);
        vq_json_append(j, list, o);
    }
}

static json_t *legs(struct vq_json *j, const struct vq_call *c)
{
    json_t *list = json_array();
    struct vq_call leg = *c;
    dialogs_of(j, list, c);
    while (leg.next_leg && vq_call_get(j->e, leg.next_leg, &leg))
        dialogs_of(j, list, &leg);
    return list;
}

static json_t *hops(struct vq_json *j, const struct vq_call *c)
{
    struct vq_hop h[VQ_HOPS_MAX];
    size_t n = vq_call_hops(j->e, c->handle, h, VQ_HOPS_MAX);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object();
        vq_json_int(j, o, "hop", i + 1);
        if (h[i].after == VQ_NO_HOP)
            vq_json_why(j, o, "after", "the first that the capture has");
        else
            vq_json_int(j, o, "after", h[i].after + 1);
        vq_json_int(j, o, "leg", h[i].leg);
        vq_json_endpoint(j, o, "src", &h[i].src);
        vq_json_endpoint(j, o, "dst", &h[i].dst);
        vq_json_int(j, o, "frame", h[i].frame);
        vq_json_t_s(j, o, h[i].ts);
        vq_json_duration(j, o, "latency_ms", h[i].latency, VQ_JSON_MS, "no hop before it");
        vq_json_duration(j, o, "reply_ms", h[i].reply, VQ_JSON_MS, "no response over this hop");
        if (h[i].status)
            vq_json_int(j, o, "status", h[i].status);
        else
            vq_json_why(j, o, "status", "no response over this hop");
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *timing(struct vq_json *j, const struct vq_call *c)
{
    const char *begin = c->mid_dialog ? "the capture began after the INVITE" : NULL;
    const struct {
        const char *key;
        int64_t ns;
        const char *why;
    } rows[] = {
        {"trying_ms", c->trying, begin ? begin : "no 100 Trying"},
        {"pdd_ms", c->pdd, begin ? begin : "no 18x response"},
        {"srd_ms", c->srd, begin ? begin : "no response but 100 Trying"},
        {"ring_ms", c->ring, begin ? begin : "did not ring, or was not answered"},
        {"answer_ms", c->answer, begin ? begin : "not answered"},
        {"ack_ms", c->ack, begin ? begin : "no ACK to a 2xx"},
        {"sdd_ms", c->sdd, "no answered BYE"},
        {"first_media_ms", c->first_media, "not answered, or no media of the call seen"},
    };
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        vq_json_duration(j, o, rows[i].key, rows[i].ns, VQ_JSON_MS, rows[i].why);
    return o;
}

static void streams_and_quality(struct vq_json *j, json_t *o, const struct vq_call *c)
{
    static const char why[] = "no scored stream";
    json_t *list = json_array(), *q = json_object();
    struct vq_stream s;
    for (uint32_t h = c->first_stream; h && vq_stream_get(j->e, h, &s); h = s.next_in_call)
        vq_json_append(j, list, json_integer(s.id));
    vq_json_put(j, o, "streams", list);
    vq_json_real(j, q, "mos_min", c->mos_min, why);
    vq_json_real(j, q, "mos_mean", c->mos_mean, why);
    vq_json_real(j, q, "r_min", c->r_min, why);
    vq_json_str_why(j, q, "rating", vq_rating_g109(c->r_min), why);
    vq_json_int(j, q, "lost_between_streams", c->lost_between);
    vq_json_put(j, o, "quality", q);
}

static void parties(struct vq_json *j, json_t *o, const struct vq_call *c)
{
    vq_json_int(j, o, "id", c->id);
    vq_json_str_why(j, o, "call_id", c->call_id, "no readable Call-ID");
    vq_json_str_why(j, o, "from", c->from, "no readable From");
    vq_json_str_why(j, o, "to", c->to, "no readable To");
    vq_json_str_why(j, o, "from_uri", c->from_uri, "no readable From");
    vq_json_str_why(j, o, "to_uri", c->to_uri, "no readable To");
    vq_json_str_why(j, o, "from_name", c->from_name, "no display name");
    vq_json_endpoint(j, o, "caller", &c->caller);
    vq_json_endpoint(j, o, "callee", &c->callee);
    vq_json_str_why(j, o, "caller_user_agent", c->user_agent_caller, "no User-Agent");
    vq_json_str_why(j, o, "callee_user_agent", c->user_agent_callee, "no User-Agent");
}

static json_t *candidates(struct vq_json *j, const struct vq_call *c)
{
    json_t *list = json_array();
    for (const struct vq_candidate *x = c->candidates; x; x = x->next) {
        json_t *o = json_object();
        vq_json_str(j, o, "from", x->by_caller ? "caller" : "callee");
        vq_json_str(j, o, "type", vq_candidate_type_name(x->type));
        vq_json_int(j, o, "component", x->component);
        vq_json_str(j, o, "transport", x->tcp ? "TCP" : "UDP");
        if (x->at.family)
            vq_json_endpoint(j, o, "address", &x->at);
        else
            vq_json_why(j, o, "address", "given by name");
        if (x->related.family)
            vq_json_endpoint(j, o, "related", &x->related);
        vq_json_int(j, o, "frame", x->frame);
        vq_json_append(j, list, o);
    }
    return list;
}

json_t *vq_json_call(struct vq_json *j, const struct vq_call *c)
{
    json_t *o = json_object();
    struct vq_reader r;
    parties(j, o, c);
    vq_json_str(j, o, "state", vq_call_state_name(c->state));
    final_status(j, o, c->status, c->reason);
    if (c->q850 >= 0)
        vq_json_int(j, o, "q850", (uint64_t)c->q850);
    else
        vq_json_why(j, o, "q850", "no Reason header with a Q.850 cause");
    vq_json_str_why(j, o, "q850_text", vq_q850_text(c->q850), c->q850 < 0 ? "no cause" : "no cause of Q.850");
    vq_json_str_why(j, o, "released_by", vq_party_name(c->released_by), "no release seen");
    vq_json_bool(j, o, "challenged", c->challenged);
    vq_json_bool(j, o, "mid_dialog", c->mid_dialog);
    vq_json_t_s(j, o, c->start);
    vq_json_time(j, o, "start", c->start, "not seen");
    vq_json_time(j, o, "answered", c->answered, "not answered");
    vq_json_time(j, o, "end", c->end, "not seen");
    vq_json_duration(j, o, "duration_s", c->end == VQ_NONE || c->start == VQ_NONE ? VQ_NONE : c->end - c->start,
                     VQ_JSON_S, "not seen");
    vq_json_duration(j, o, "talk_s", c->talk, VQ_JSON_S, "not answered");
    vq_json_put(j, o, "legs", legs(j, c));
    vq_json_put(j, o, "hops", hops(j, c));
    vq_json_put(j, o, "timing", timing(j, c));
    vq_json_int(j, o, "retransmissions", c->retransmissions);
    vq_json_int(j, o, "messages_not_kept", c->messages_not_kept);
    vq_reader_init_call(&r, j->e, c->handle);
    vq_json_put(j, o, "messages", messages(j, &r));
    vq_json_put(j, o, "offer_answer", vq_json_offers(j, c));
    if (c->candidates)
        vq_json_put(j, o, "ice_candidates", candidates(j, c));
    vq_json_dtmf(j, o, c);
    vq_json_call_more(j, o, c);
    streams_and_quality(j, o, c);
    return o;
}

json_t *vq_json_dialog(struct vq_json *j, const struct vq_dialog *d)
{
    json_t *o = json_object();
    vq_json_int(j, o, "id", d->id);
    vq_json_str_why(j, o, "method", d->method, "only responses seen");
    vq_json_str_why(j, o, "call_id", d->call_id, "no readable Call-ID");
    vq_json_str_why(j, o, "from_uri", d->from_uri, "no readable From");
    vq_json_str_why(j, o, "to_uri", d->to_uri, "no readable To");
    vq_json_endpoint(j, o, "client", &d->client);
    vq_json_endpoint(j, o, "server", &d->server);
    vq_json_str(j, o, "outcome", vq_dialog_outcome_name(d->outcome));
    final_status(j, o, d->status, d->reason);
    vq_json_int(j, o, "requests", d->requests);
    vq_json_int(j, o, "answered", d->answered);
    if (d->event) {
        vq_json_str(j, o, "event", d->event);
        vq_json_str_why(j, o, "subscription", d->subscription, "no NOTIFY told it");
        if (d->subscription_reason)
            vq_json_str(j, o, "subscription_reason", d->subscription_reason);
        vq_json_int(j, o, "notifies", d->notifies);
        seconds_or_null(j, o, "expires_asked_s", d->expires_asked_s, "not asked for");
        seconds_or_null(j, o, "expires_granted_s", d->expires_granted_s, "not granted");
    }
    vq_json_int(j, o, "retransmissions", d->retransmissions);
    vq_json_t_s(j, o, d->start);
    vq_json_duration(j, o, "duration_s", d->end == VQ_NONE || d->start == VQ_NONE ? VQ_NONE : d->end - d->start,
                     VQ_JSON_S, "not seen");
    vq_json_duration(j, o, "rtt_ms", d->rtt, VQ_JSON_MS, "no request was answered");
    vq_json_int(j, o, "messages_not_kept", d->messages_not_kept);
    vq_json_put(j, o, "messages", messages_of(j, d->messages, d->call_id));
    return o;
}
