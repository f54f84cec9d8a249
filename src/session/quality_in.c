/* quality_in.c - what endpoints report of their own media: statistics in the BYE and its answer, and RFC 6035 bodies,
 * which go to a collector in dialogs of their own and name the call. They are kept with the call, those of calls that are
 * not in the capture in a short list; to which stream they belong is found out when somebody asks. */
#include "session/session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/rtpstat.h"
#include "proto/vqrtcpxr.h"
#include "util/str.h"

/* A message passes several hops on its way, and says the same at each. */
static bool same(const struct vq_quality_note *a, const struct vq_quality_note *b)
{
    for (size_t i = 0; i < sizeof a->v / sizeof *a->v; i++)
        if (a->v[i] < b->v[i] || a->v[i] > b->v[i] || isnan(a->v[i]) != isnan(b->v[i]))
            return false;
    return a->peer == b->peer && a->by == b->by &&
           vq_endpoint_eq(&a->local, &b->local) && vq_endpoint_eq(&a->remote, &b->remote);
}

static void copy_text(char *to, size_t room, struct vq_slice text)
{
    size_t n = text.n < room - 1 ? text.n : room - 1;
    for (size_t i = 0; i < n; i++)
        to[i] = text.p[i] ? (char)text.p[i] : '?';
    to[n] = '\0';
}

static struct vq_quality_note note_of(const struct vq_quality *q, const struct vq_dgram *d, const char *source)
{
    struct vq_quality_note n = {.ts = d->ts, .frame = d->frame, .source = source, .reporter = d->src, .local = q->local,
                                .remote = q->remote, .local_ssrc = q->local_ssrc, .remote_ssrc = q->remote_ssrc};
    memcpy(n.v, q->v, sizeof n.v);
    copy_text(n.codec, sizeof n.codec, q->codec);
    return n;
}

/* ---- with a call --------------------------------------------------------------------------------------------------- */

static void keep(struct vq_engine *e, struct vq_sip_call *c, const struct vq_quality_note *n)
{
    struct vq_call_more *more = vq_call_more(c);
    for (const struct vq_quality_note *o = more ? more->quality : NULL; o; o = o->next)
        if (same(o, n))
            return;
    struct vq_quality_note *k = NULL;
    if (more && more->n_quality < VQ_QUALITY_PER_CALL)
        k = vq_arena_alloc(&c->talk.arena, sizeof *k);
    if (!k) {
        e->stats.endpoint_reports_not_kept++;
        return;
    }
    *k = *n;
    if (more->last_quality)
        more->last_quality->next = k;
    else
        more->quality = k;
    more->last_quality = k;
    more->n_quality++;
}

void vq_quality_bye(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                    bool from_caller)
{
    struct vq_slice lines = m->headers, name, value;
    struct vq_quality q;
    const char *source = NULL, *why = NULL;
    if (!m->has_extra || m->method != VQ_SIP_BYE || (!m->request && (m->status < 200 || m->status > 299)))
        return;
    vq_quality_init(&q);
    while (vq_sip_header_next(&lines, &name, &value)) {
        /* Cisco phones tell of both directions in a header each: together they are one report. */
        const char *header = vq_rtpstat_header(name);
        if (header && vq_rtpstat_read(name, value, &q, &why) && !source)
            source = header;
    }
    if (!source)
        return;
    struct vq_quality_note n = note_of(&q, d, source);
    n.by = from_caller ? VQ_PARTY_CALLER : VQ_PARTY_CALLEE;
    n.jitter_why = why;
    keep(e, c, &n);
}

/* ---- on their own -------------------------------------------------------------------------------------------------- */

static void keep_loose(struct vq_engine *e, struct vq_slice call_id, const struct vq_quality_note *n)
{
    if (!e->loose && !(e->loose = calloc(VQ_QUALITY_LOOSE, sizeof *e->loose))) {
        e->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < e->n_loose; i++)
        if (same(&e->loose[i].n, n))
            return;
    if (e->n_loose == VQ_QUALITY_LOOSE) {
        e->stats.endpoint_reports_not_kept++;
        return;
    }
    struct vq_quality_loose *l = &e->loose[e->n_loose++];
    l->n = *n;
    copy_text(l->call_id, sizeof l->call_id, call_id);
}

static enum vq_party party_of(const struct vq_sip_call *c, const struct vq_quality_note *n)
{
    const struct vq_endpoint *at = n->peer ? &n->remote : &n->local;
    if (vq_endpoint_same_host(&n->reporter, &c->c.caller) || vq_endpoint_same_host(at, &c->c.caller))
        return VQ_PARTY_CALLER;
    if (vq_endpoint_same_host(&n->reporter, &c->c.callee) || vq_endpoint_same_host(at, &c->c.callee))
        return VQ_PARTY_CALLEE;
    return VQ_PARTY_NONE;
}

void vq_quality_body(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    struct vq_vqreport r;
    if (!m->request || !vq_str_istarts(m->content_type, "application/vq-rtcpxr") || !vq_vqreport_read(m->body, &r))
        return;
    struct vq_talk *t = vq_talk_find(e, VQ_TALK_CALL, r.call_id);
    struct vq_sip_call *c = t ? VQ_CONTAINER(t, struct vq_sip_call, talk) : NULL;
    for (int peer = 0; peer < 2; peer++) {
        if (!(peer ? r.has_remote : r.has_local))
            continue;
        struct vq_quality_note n = note_of(peer ? &r.remote : &r.local, d, "vq-rtcpxr");
        n.kind = (uint8_t)r.kind;
        n.peer = peer;
        if (c) {
            n.by = (uint8_t)party_of(c, &n);
            keep(e, c, &n);
        } else {
            keep_loose(e, r.call_id, &n);
        }
    }
}

/* ---- the view ------------------------------------------------------------------------------------------------------ */

static bool ssrc_is(const struct vq_quality_ssrc *s, uint32_t ssrc)
{
    return s->given && (s->hex == ssrc || s->dec == ssrc);
}

/* How well a stream fits what the endpoint received: its SSRC, where it went, and whether it went to that party. */
static unsigned fit(const struct vq_engine *e, const struct vq_rtp_stream *s, const struct vq_quality_note *n)
{
    const struct vq_flow *f = vq_flow_at(e, s->flow);
    enum vq_party to = n->by;
    if (n->peer && to != VQ_PARTY_NONE)
        to = to == VQ_PARTY_CALLER ? VQ_PARTY_CALLEE : VQ_PARTY_CALLER;
    if (s->media != VQ_MEDIA_AUDIO && s->media != VQ_MEDIA_UNKNOWN && !n->remote_ssrc.given)
        return 0;
    if (n->remote_ssrc.given && !ssrc_is(&n->remote_ssrc, s->ssrc))
        return 0;
    if (to != VQ_PARTY_NONE && s->direction != VQ_DIR_UNKNOWN &&
        (s->direction == VQ_DIR_CALLEE_TO_CALLER) != (to == VQ_PARTY_CALLER))
        return 0;
    return (n->remote_ssrc.given ? 16u : 0) + (n->local.port && n->local.port == f->dst.port ? 8u : 0) +
           (n->remote.port && n->remote.port == f->src.port ? 4u : 0) +
           (!n->peer && vq_endpoint_same_host(&n->reporter, &f->dst) ? 2u : 0) + (to != VQ_PARTY_NONE ? 1u : 0);
}

/* The one stream that fits best; 0 when none does, or two as well as each other. */
static uint32_t stream_of(const struct vq_engine *e, const struct vq_sip_call *c, const struct vq_quality_note *n)
{
    unsigned best = 0;
    uint32_t which = 0;
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        const struct vq_rtp_stream *s = VQ_CONTAINER(l, struct vq_rtp_stream, in_call);
        unsigned now = fit(e, s, n);
        if (now && now >= best) {
            which = now > best ? s->handle : 0;
            best = now;
        }
    }
    return which;
}

static void view(const struct vq_quality_note *n, struct vq_endpoint_report *out)
{
    *out = (struct vq_endpoint_report){.ts = n->ts, .frame = n->frame, .source = n->source, .reporter = n->reporter,
                                       .kind = (enum vq_quality_kind)n->kind, .by = (enum vq_party)n->by, .of_peer = n->peer,
                                       .codec = n->codec[0] ? n->codec : NULL, .local = n->local, .remote = n->remote,
                                       .jitter_why = n->jitter_why};
    memcpy(out->v, n->v, sizeof out->v);
}

bool vq_endpoint_report_get(const struct vq_engine *e, uint32_t call, unsigned i, struct vq_endpoint_report *out)
{
    if (!call) {
        if (i >= e->n_loose)
            return false;
        view(&e->loose[i].n, out);
        out->call_id = e->loose[i].call_id;
        return true;
    }
    if (!vq_alive(&e->talks[VQ_TALK_CALL].pool, call))
        return false;
    for (uint32_t h = call; h; h = vq_join_next(e, h)) {
        const struct vq_sip_call *c = vq_sip_call_at(e, h);
        const struct vq_quality_note *n = c->more ? c->more->quality : NULL;
        for (; n && i; i--)
            n = n->next;
        if (!n)
            continue;
        view(n, out);
        out->call = call;
        out->call_id = c->c.call_id;
        out->stream = stream_of(e, c, n);
        return true;
    }
    return false;
}
