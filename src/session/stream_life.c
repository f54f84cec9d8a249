/* stream_life.c - streams begin, are found by SSRC, end and are forgotten. */
#include "session/session.h"

#include <math.h>
#include <string.h>

/* A flow that disappointed this often is no longer asked, unless a promise vouches for it. */
#define PATIENCE 16
/* SSRCs on trial at once on one flow: audio and video may share it. */
#define CANDIDATES 4

/* ---- which stream has this SSRC ------------------------------------------------------------------------------------
 *
 * Most flows have one stream all their life, and the flow itself names it: the table holds those of the others. */

struct key {
    uint32_t flow, ssrc;
};

static bool stream_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_rtp_stream *s = vq_rtp_stream_at(arg, handle);
    const struct key *k = key;
    return s->flow == k->flow && s->ssrc == k->ssrc && !s->closed;
}

static uint64_t key_hash(const struct vq_engine *e, const struct key *k)
{
    return vq_hash(e, k, sizeof *k, 2);
}

static struct vq_rtp_stream *only_stream(const struct vq_flow *f)
{
    return VQ_CONTAINER(f->streams.next, struct vq_rtp_stream, in_flow);
}

static bool key_stream(struct vq_engine *e, struct vq_rtp_stream *s)
{
    struct key k = {s->flow, s->ssrc};
    if (!s->keyed && !s->closed && vq_table_add(&e->stream_by_key, key_hash(e, &k), s->handle))
        return false;
    s->keyed = true;
    return true;
}

struct vq_rtp_stream *vq_stream_find(const struct vq_engine *e, const struct vq_flow *f, uint32_t ssrc)
{
    if (!f->n_streams)
        return NULL;
    struct vq_rtp_stream *first = only_stream(f);
    if (!first->keyed)
        return first->ssrc == ssrc && !first->closed ? first : NULL;
    struct key k = {f->handle, ssrc};
    uint32_t h = vq_table_find(&e->stream_by_key, key_hash(e, &k), stream_eq, &k, e);
    return h ? vq_rtp_stream_at(e, h) : NULL;
}

/* By SSRC and hosts: the SSRC alone is whatever a flood likes it to be. */
static uint64_t ssrc_hash(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src, const struct vq_endpoint *dst)
{
    uint64_t key[5] = {ssrc};
    memcpy(key + 1, src->ip, 16);
    memcpy(key + 3, dst->ip, 16);
    return vq_hash(e, key, sizeof key, 3);
}

static void forget_stream(struct vq_engine *e, const struct vq_flow *f, const struct vq_rtp_stream *s)
{
    struct key k = {s->flow, s->ssrc};
    if (s->keyed)
        vq_table_remove(&e->stream_by_key, key_hash(e, &k), s->handle);
    vq_table_remove(&e->stream_by_ssrc, ssrc_hash(e, s->ssrc, &f->src, &f->dst), s->handle);
}

struct ssrc_key {
    uint32_t ssrc;
    const struct vq_endpoint *src, *dst;
};

static bool ssrc_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct vq_rtp_stream *s = vq_rtp_stream_at(arg, handle);
    const struct ssrc_key *k = key;
    if (s->ssrc != k->ssrc || s->closed)
        return false;
    const struct vq_flow *f = vq_flow_at(arg, s->flow);
    return vq_endpoint_same_host(&f->src, k->src) && vq_endpoint_same_host(&f->dst, k->dst);
}

uint32_t vq_stream_by_ssrc(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                           const struct vq_endpoint *dst)
{
    struct ssrc_key k = {ssrc, src, dst};
    return vq_table_find(&e->stream_by_ssrc, ssrc_hash(e, ssrc, src, dst), ssrc_eq, &k, e);
}

/* ---- birth and death --------------------------------------------------------------------------------------------- */

/* What belongs to no call is the first to go, like a candidate: a flood of RTP is cheap to make. */
enum vq_worth vq_stream_weigh(const struct vq_engine *e, const struct vq_rtp_stream *s, bool *used)
{
    *used = s->confirmed && !s->ended && e->now - s->last_ts < VQ_S;
    if (!s->confirmed || !s->call || s->packets < VQ_STREAM_PROOF)
        return VQ_WORTH_UNPROVEN;
    return s->ended || vq_call_over(vq_sip_call_at(e, s->call)) ? VQ_WORTH_FINISHED : VQ_WORTH_ACTIVE;
}

static enum vq_worth weigh(struct vq_place *o, void *arg)
{
    return vq_stream_weigh(arg, VQ_CONTAINER(o, struct vq_rtp_stream, place), &o->touched);
}

static void evict_stream(struct vq_engine *e)
{
    vq_stream_evict(e, VQ_CONTAINER(vq_places_victim(&e->stream_places, weigh, e), struct vq_rtp_stream, place));
}

void vq_stream_evict(struct vq_engine *e, struct vq_rtp_stream *s)
{
    bool used;
    e->stats.evicted_finished += vq_stream_weigh(e, s, &used) == VQ_WORTH_FINISHED;
    e->stats.evicted_streams++;
    vq_stream_end(e, s, true);
    vq_stream_drop(e, s);
}

static struct vq_rtp_stream *new_stream(struct vq_engine *e, struct vq_flow *f, uint32_t ssrc, const struct vq_dgram *d)
{
    if (e->streams.used == e->opt.max_streams)
        evict_stream(e);
    uint32_t h = vq_pool_take(&e->streams), c = vq_pool_take(&e->colds);
    if (!h || !c)
        goto fail;
    struct vq_rtp_stream *s = vq_rtp_stream_at(e, h);
    s->handle = h;
    s->cold = c;
    s->flow = f->handle;
    s->ssrc = ssrc;
    if (vq_table_add(&e->stream_by_ssrc, ssrc_hash(e, ssrc, &f->src, &f->dst), h))
        goto fail;
    if (f->n_streams && (!key_stream(e, only_stream(f)) || !key_stream(e, s))) {
        vq_table_remove(&e->stream_by_ssrc, ssrc_hash(e, ssrc, &f->src, &f->dst), h);
        goto fail;
    }
    s->start = s->last_ts = d->ts;
    s->first_frame = d->frame;
    s->ttl = d->ttl;
    s->dscp = d->dscp;
    s->pt = NO_PT;
    s->media = VQ_MEDIA_UNKNOWN;
    s->gap_min_ms = HUGE_VAL;
    s->idle.kind = VQ_TIMER_STREAM;
    vq_series_init(&s->series, d->ts);
    s->slot_end = d->ts + s->series.width;
    s->slot.jitter_ms = -1;
    struct vq_stream_cold *cold = vq_cold_at(e, c);
    cold->first = (struct vq_segment){.ssrc = ssrc, .reason = "start", .ts = d->ts};
    cold->last_segment = &cold->first;
    vq_arena_init_pool(&cold->arena, VQ_STREAM_ARENA, &e->chunks);
    vq_list_append(&f->streams, &s->in_flow);
    f->n_streams++;
    f->candidates++;
    vq_list_append(&e->stream_all, &s->all);
    vq_place_enter(&e->stream_places, &s->place);
    vq_timer_arm(&e->wheel, &s->idle, d->ts + e->opt.stream_idle);
    return s;
fail:
    if (h)
        vq_pool_give(&e->streams, h);
    if (c)
        vq_pool_give(&e->colds, c);
    e->no_memory = true;
    return NULL;
}

void vq_stream_drop(struct vq_engine *e, struct vq_rtp_stream *s)
{
    struct vq_flow *f = vq_flow_at(e, s->flow);
    if (f->stream == s->handle)
        f->stream = 0;
    f->n_streams--;
    f->candidates = (uint8_t)(f->candidates - !s->confirmed);
    vq_list_remove(&s->in_flow);
    vq_list_remove(&s->in_call);
    vq_list_remove(&s->all);
    vq_place_leave(&e->stream_places, &s->place);
    vq_timer_cancel(&s->idle);
    forget_stream(e, f, s);
    vq_series_done(&s->series);
    vq_arena_done(&vq_cold_at(e, s->cold)->arena);
    if (s->transit)
        vq_pool_give(&e->transits, s->transit);
    if (vq_cold_at(e, s->cold)->vm)
        vq_pool_give(&e->vms, vq_cold_at(e, s->cold)->vm);
    vq_pool_give(&e->colds, s->cold);
    vq_pool_give(&e->streams, s->handle);
}

void vq_stream_refuse(struct vq_engine *e, struct vq_flow *f, struct vq_rtp_stream *candidate)
{
    vq_stream_drop(e, candidate);
    if (f->refused < UINT8_MAX)
        f->refused++;
}

static struct vq_rtp_stream *oldest_candidate(struct vq_flow *f)
{
    struct vq_list *l = f->streams.next;
    while (VQ_CONTAINER(l, struct vq_rtp_stream, in_flow)->confirmed)
        l = l->next;
    return VQ_CONTAINER(l, struct vq_rtp_stream, in_flow);
}

struct vq_rtp_stream *vq_stream_begin(struct vq_engine *e, struct vq_flow *f, uint32_t ssrc, const struct vq_dgram *d)
{
    vq_table_prefetch(&e->stream_by_ssrc, ssrc_hash(e, ssrc, &f->src, &f->dst)); /* new_stream() writes there */
    if (f->candidates == CANDIDATES)
        vq_stream_refuse(e, f, oldest_candidate(f));
    if (!f->port_dst && !vq_flow_at_ports(e, f)) {
        e->no_memory = true;
        return NULL;
    }
    if (!f->call)
        vq_flow_bind(e, f);
    if (!f->call && f->refused >= PATIENCE)
        return NULL;
    return new_stream(e, f, ssrc, d);
}

void vq_stream_end(struct vq_engine *e, struct vq_rtp_stream *s, bool evicted)
{
    if (s->ended)
        return;
    s->ended = true;
    if (s->confirmed)
        vq_emit(e, VQ_EVENT_STREAM_END, s->handle, evicted);
}

void vq_stream_close(struct vq_engine *e, struct vq_rtp_stream *s)
{
    if (!s->confirmed) {
        vq_stream_drop(e, s);
        return;
    }
    vq_stream_end(e, s, false);
    s->closed = true;
    struct vq_flow *f = vq_flow_at(e, s->flow);
    forget_stream(e, f, s);
    if (f->stream == s->handle)
        f->stream = 0;
}

void vq_stream_idle(struct vq_engine *e, struct vq_rtp_stream *s)
{
    int64_t due = s->last_ts + e->opt.stream_idle;
    if (s->ended)
        return;
    if (due > e->now)
        vq_timer_arm(&e->wheel, &s->idle, due);
    else if (s->confirmed)
        vq_stream_end(e, s, false);
    else
        vq_stream_drop(e, s); /* a candidate that came to nothing: its packets stay "other" */
}
