/* view.c - the engine's registrations, calls and dialogs as the plain structures of signalling.h. */
#include "session/session.h"
#include "session/tls_in.h"

#include <math.h>
#include <string.h>

void vq_engine_stats(const struct vq_engine *e, struct vq_stats *out)
{
    *out = e->stats;
    out->evicted_calls = e->talks[VQ_TALK_CALL].evicted;
    out->evicted_registrations = e->talks[VQ_TALK_REGISTRATION].evicted;
    out->evicted_dialogs = e->talks[VQ_TALK_DIALOG].evicted;
    out->time_jumps_not_kept = vq_clock_not_kept(e);
    out->tls_keylog = e->tls != NULL;
    if (e->tls) {
        out->tls_keys = vq_tls_secrets_count(e->tls->secrets);
        out->tls_keys_evicted = vq_tls_secrets_evicted(e->tls->secrets);
        out->tls_keys_bad = e->tls->bad_lines;
    }
    out->open_flows = e->flows.used;
    out->open_streams = e->streams.used;
    out->open_calls = e->talks[VQ_TALK_CALL].pool.used;
    out->open_registrations = e->talks[VQ_TALK_REGISTRATION].pool.used;
    out->open_dialogs = e->talks[VQ_TALK_DIALOG].pool.used;
}

/* ---- walking ----------------------------------------------------------------------------------------------------- */

static const struct vq_talk *talk(const struct vq_engine *e, enum vq_talk_kind k, uint32_t handle)
{
    const struct vq_pool *p = &e->talks[k].pool;
    return vq_alive(p, handle) ? vq_pool_at(p, handle) : NULL;
}

static uint32_t next_talk(const struct vq_engine *e, enum vq_talk_kind k, uint32_t handle)
{
    const struct vq_talk *t = talk(e, k, handle);
    if (handle && !t)
        return 0;
    const struct vq_list *all = &e->talks[k].all, *l = t ? t->all.next : all->next;
    return l == all ? 0 : VQ_CONTAINER(l, struct vq_talk, all)->handle;
}

uint32_t vq_registration_next(const struct vq_engine *e, uint32_t handle)
{
    return next_talk(e, VQ_TALK_REGISTRATION, handle);
}

uint32_t vq_call_next_id(const struct vq_engine *e, uint32_t handle)
{
    return next_talk(e, VQ_TALK_CALL, handle);
}

uint32_t vq_call_next(const struct vq_engine *e, uint32_t handle)
{
    if (vq_join_update(e))
        return 0;
    do
        handle = vq_call_next_id(e, handle);
    while (handle && vq_joint_of(e, handle) && vq_joint_of(e, handle)->first != handle);
    return handle;
}

uint32_t vq_dialog_next(const struct vq_engine *e, uint32_t handle)
{
    return next_talk(e, VQ_TALK_DIALOG, handle);
}

/* Candidates are nobody's business but the engine's. */
uint32_t vq_stream_next(const struct vq_engine *e, uint32_t handle)
{
    /* A stream names its call by the call's first leg, so these must be known. */
    if (vq_join_update(e) || (handle && !vq_alive(&e->streams, handle)))
        return 0;
    const struct vq_list *l = handle ? vq_rtp_stream_at(e, handle)->all.next : e->stream_all.next;
    for (; l != &e->stream_all; l = l->next)
        if (VQ_CONTAINER(l, struct vq_rtp_stream, all)->confirmed)
            return VQ_CONTAINER(l, struct vq_rtp_stream, all)->handle;
    return 0;
}

/* ---- signalling -------------------------------------------------------------------------------------------------- */

bool vq_registration_get(const struct vq_engine *e, uint32_t handle, struct vq_registration *out)
{
    const struct vq_talk *t = talk(e, VQ_TALK_REGISTRATION, handle);
    if (!t)
        return false;
    *out = VQ_CONTAINER(t, struct vq_sip_registration, talk)->r;
    out->start = t->start;
    out->end = t->last_ts;
    out->retransmissions = t->retransmissions;
    out->messages = t->first;
    out->n_messages = t->n_messages;
    out->messages_not_kept = t->not_kept;
    return true;
}

uint32_t vq_call_ref_id(const struct vq_engine *e, struct vq_call_ref r)
{
    const struct vq_talk *t = r.id ? talk(e, VQ_TALK_CALL, r.handle) : NULL;
    const struct vq_joint *j = t && t->id == r.id ? vq_joint_of(e, r.handle) : NULL;
    return j ? vq_sip_call_at(e, j->first)->talk.id : r.id;
}

bool vq_dialog_get(const struct vq_engine *e, uint32_t handle, struct vq_dialog *out)
{
    const struct vq_talk *t = talk(e, VQ_TALK_DIALOG, handle);
    if (!t)
        return false;
    const struct vq_sip_dialog *g = VQ_CONTAINER(t, struct vq_sip_dialog, talk);
    *out = g->d;
    out->requests = g->asked;
    out->answered = g->answered;
    out->start = t->start;
    out->end = t->last_ts;
    out->retransmissions = t->retransmissions;
    out->messages = t->first;
    out->n_messages = t->n_messages;
    out->messages_not_kept = t->not_kept;
    return true;
}

bool vq_message_read(const struct vq_note **at, struct vq_message *out)
{
    const struct vq_note *n = *at;
    if (!n)
        return false;
    const char *method = n->odd && n->odd->method ? n->odd->method : NULL;
    if (n->method != VQ_SIP_UNKNOWN)
        method = vq_sip_method_name((enum vq_sip_method)n->method);
    *out = (struct vq_message){
        .ts = n->ts,
        .frame = n->frame,
        .src = n->path->src,
        .dst = n->path->dst,
        .method = n->reason ? NULL : method,
        .cseq_method = n->has_cseq ? method : NULL,
        .reason = n->reason,
        .sdp = n->sdp,
        .defect = n->odd ? n->odd->defect : NULL,
        .detail = n->odd ? n->odd->detail : NULL,
        .cseq = n->cseq,
        .status = n->status,
        .transport = n->transport,
        .retransmission = n->retransmission,
        .hold = n->hold,
        .from_caller = n->from_caller,
    };
    if (n->retransmission)
        out->timer = vq_resend_name(vq_note_resend(n, &out->repeat));
    *at = n->next;
    return true;
}

void vq_reader_init(struct vq_reader *r, const struct vq_note *messages, const char *call_id)
{
    r->at[0] = messages;
    r->call_id[0] = call_id;
    r->n = 1;
}

void vq_reader_init_call(struct vq_reader *r, const struct vq_engine *e, uint32_t call)
{
    const struct vq_talk *t = talk(e, VQ_TALK_CALL, call);
    const struct vq_joint *j = vq_joint_of(e, call);
    vq_reader_init(r, t ? t->first : NULL, t ? t->call_id : NULL);
    for (uint32_t h = j && j->first == call ? j->next : 0; h && r->n < VQ_LEGS_MAX; h = vq_joint_of(e, h)->next) {
        r->at[r->n] = talk(e, VQ_TALK_CALL, h)->first;
        r->call_id[r->n++] = talk(e, VQ_TALK_CALL, h)->call_id;
    }
}

bool vq_reader_next(struct vq_reader *r, struct vq_message *out)
{
    unsigned first = r->n;
    for (unsigned i = 0; i < r->n; i++)
        if (r->at[i] && (first == r->n || r->at[i]->frame < r->at[first]->frame))
            first = i;
    if (first == r->n || !vq_message_read(&r->at[first], out))
        return false;
    out->call_id = r->call_id[first];
    out->leg = first + 1;
    return true;
}

/* Adds one leg's streams to what is known of the call; `*sum`, `*n`: of the MOS of those scored. */
static void call_quality(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_call *out, double *sum,
                         unsigned *n)
{
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        out->n_streams++;
        vq_stream_brief(e, s);
        if (isnan(s->brief.r))
            continue;
        struct vq_heard heard;
        vq_stream_heard(e, s, &heard);
        *sum += s->brief.mos;
        ++*n;
        out->lost_between += heard.missing;
        if (*n == 1 || heard.r_nb < out->r_min) {
            out->r_min = heard.r_nb;
            out->mos_min = heard.mos;
        }
    }
}

static uint32_t first_stream(const struct vq_sip_call *c)
{
    return vq_list_empty(&c->streams) ? 0 : VQ_CONTAINER(c->streams.next, struct vq_rtp_stream, in_call)->handle;
}

/* What a call is told by: messages, streams and quality of all its legs, where there are several. */
static void call_legs(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_call *out)
{
    const struct vq_joint *j = vq_joint_of(e, out->handle);
    double sum = 0;
    unsigned n = 0;
    out->first_leg = out->handle;
    out->leg = out->n_legs = 1;
    out->confidence = (double)NAN;
    if (j) {
        out->first_leg = j->first;
        out->next_leg = j->next;
        out->leg = j->leg;
        out->n_legs = vq_joint_of(e, j->first)->n_legs;
        out->joined_to = j->joined_to;
        out->evidence = j->evidence;
        out->confidence = j->confidence;
    }
    out->r_min = out->mos_min = out->mos_mean = (double)NAN;
    out->retransmissions = out->n_messages = out->messages_not_kept = 0;
    for (;;) {
        out->retransmissions += c->talk.retransmissions;
        out->n_messages += c->talk.n_messages;
        out->messages_not_kept += c->talk.not_kept;
        out->first_stream = out->first_stream ? out->first_stream : first_stream(c);
        call_quality(e, c, out, &sum, &n);
        if (!j || !j->next || out->first_leg != out->handle)
            break;
        c = vq_sip_call_at(e, j->next);
        j = vq_joint_of(e, j->next);
    }
    if (n)
        out->mos_mean = sum / n;
}

uint32_t vq_next_leg_stream(const struct vq_engine *e, uint32_t call)
{
    for (const struct vq_joint *j = vq_joint_of(e, call); j && j->next; j = vq_joint_of(e, j->next))
        if (first_stream(vq_sip_call_at(e, j->next)))
            return first_stream(vq_sip_call_at(e, j->next));
    return 0;
}

int64_t vq_call_talk(const struct vq_engine *e, const struct vq_sip_call *c)
{
    if (c->c.answered == VQ_NONE)
        return VQ_NONE;
    int64_t talk = (c->bye_ts != VQ_NONE ? c->bye_ts : e->now) - c->c.answered;
    return talk < 0 ? VQ_NONE : talk; /* the clock was set back */
}

bool vq_call_get(const struct vq_engine *e, uint32_t handle, struct vq_call *out)
{
    const struct vq_talk *t = talk(e, VQ_TALK_CALL, handle);
    if (!t)
        return false;
    const struct vq_sip_call *c = VQ_CONTAINER(t, struct vq_sip_call, talk);
    *out = c->c;
    if (out->end == VQ_NONE)
        out->end = t->last_ts;
    if (out->end < out->start)
        out->end = out->start; /* the clock was set back */
    out->talk = vq_call_talk(e, c);
    out->first_media = VQ_NONE;
    if (out->answered != VQ_NONE && c->first_rtp != VQ_NONE)
        out->first_media = c->first_rtp - out->answered;
    out->messages = t->first;
    out->story = c->more ? &c->more->story : NULL;
    out->offers = c->first_offer;
    out->candidates = c->first_candidate;
    out->legs = c->n_legs ? &c->leg : NULL;
    call_legs(e, c, out);
    return true;
}

