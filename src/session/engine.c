/* engine.c - the one path of a packet, top to bottom. */
#include "session/session.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/classify.h"
#include "proto/hep.h"
#include "proto/inflate.h"
#include "proto/rtcp.h"

void vq_emit(struct vq_engine *e, enum vq_event_kind kind, uint32_t handle, bool evicted)
{
    if (e->event)
        e->event(&(struct vq_event){.kind = kind, .ts = e->now, .handle = handle, .evicted = evicted}, e->event_arg);
}

/* ---- the path ---------------------------------------------------------------------------------------------------- */

struct packet {
    struct vq_dgram d;
    uint64_t hash;
    uint32_t flow;            /* as it seems, 0: not known */
    uint32_t len;
    bool cut;
    bool rtp_like;            /* may_be_rtp(); `hash` is good only then */
    const struct vq_sip *sip; /* read ahead, NULL: not yet */
    uint64_t talk_hash;
    uint32_t talk;            /* as it seems, 0: not known */
};

static void decoded(struct vq_engine *e, enum vq_decoded what)
{
    e->stats.decoded[what]++;
}

static void dropped(struct vq_engine *e, enum vq_drop why)
{
    e->stats.not_decoded[why]++;
}

/* RFC 5761 4: on a muxed port the second byte of RTCP (192..223) is no RTP payload type in use. */
static bool is_rtcp_mux(struct vq_slice p)
{
    return p.n >= 8 && p.p[1] >= 192 && p.p[1] <= 223;
}

static void rtp(struct vq_engine *e, struct vq_flow *f, const struct vq_dgram *d)
{
    f->touched = true;
    enum vq_rtp_verdict v = vq_stream_packet(e, f, d);
    if (v == VQ_RTP_MIRRORED)
        dropped(e, VQ_DROP_MIRRORED);
    else
        decoded(e, v == VQ_RTP_YES ? VQ_DEC_RTP : VQ_DEC_OTHER_UDP);
}

static void sip(struct vq_engine *e, const struct packet *p)
{
    const struct vq_dgram *d = &p->d;
    if (vq_sip_packet(e, d, p->sip))
        decoded(e, VQ_DEC_SIP);
    else
        dropped(e, d->payload.n < d->wire ? VQ_DROP_SNAP_CUT : VQ_DROP_SIP_BAD);
}

static void candidate(struct vq_engine *e, const struct packet *p)
{
    uint32_t h = vq_flow_get(e, &p->d, p->hash);
    if (h) {
        rtp(e, vq_flow_at(e, h), &p->d);
        return;
    }
    e->no_memory = true;
    dropped(e, VQ_DROP_NO_MEMORY);
}

/* RTP and RTCP begin with version 2 in two bits; nothing else that is told apart here does. */
static bool may_be_rtp(const struct vq_dgram *d)
{
    return d->payload.n && d->payload.p[0] >> 6 == 2 && d->carrier == VQ_CARRIER_UDP;
}

/* What can be told of a datagram before its turn. */
static inline void seem(const struct vq_engine *e, struct packet *p)
{
    p->rtp_like = may_be_rtp(&p->d);
    if (p->rtp_like)
        p->hash = vq_flow_hash(e, &p->d);
}

static void datagram(struct vq_engine *e, const struct packet *p);

/* ChannelData of TURN holds another datagram; what it holds counts where the channel's peer is known. */
static void other(struct vq_engine *e, const struct packet *p)
{
    struct packet inner = {.len = p->len, .cut = p->cut};
    switch (p->d.tunnels & 1u << VQ_TUNNEL_TURN ? VQ_TURN_NONE : vq_turn_unwrap(e, &p->d, &inner.d)) {
    case VQ_TURN_NONE:
        decoded(e, VQ_DEC_OTHER_UDP);
        return;
    case VQ_TURN_UNBOUND:
        decoded(e, VQ_DEC_TURN_DATA);
        return;
    case VQ_TURN_BOUND:
        e->stats.tunnels[VQ_TUNNEL_TURN]++;
        inner.d.tunnels |= 1u << VQ_TUNNEL_TURN;
        seem(e, &inner);
        datagram(e, &inner);
        return;
    }
}

static void datagram(struct vq_engine *e, const struct packet *p)
{
    const struct vq_dgram *d = &p->d;
    if (p->rtp_like && !is_rtcp_mux(d->payload)) {
        /* Where RTP has been proven there is nothing to find out. */
        uint32_t h = vq_flow_lookup(e, d, p->hash, p->flow);
        if (h && vq_flow_at(e, h)->is_rtp) {
            rtp(e, vq_flow_at(e, h), d);
            return;
        }
    }
    enum vq_kind kind = p->sip ? VQ_KIND_SIP : vq_classify(d->payload);
    if ((kind == VQ_KIND_SIP || kind == VQ_KIND_RTCP || kind == VQ_KIND_STUN) && vq_mirror_seen(e, d)) {
        dropped(e, VQ_DROP_MIRRORED);
        return;
    }
    switch (kind) {
    case VQ_KIND_SIP:
        sip(e, p);
        return;
    case VQ_KIND_RTP:
        candidate(e, p);
        return;
    case VQ_KIND_RTCP:
        if (vq_rtcp_packet(e, d))
            decoded(e, VQ_DEC_RTCP);
        else
            dropped(e, d->payload.n < d->wire ? VQ_DROP_SNAP_CUT : VQ_DROP_RTCP_BAD);
        return;
    case VQ_KIND_STUN:
        if (vq_nat_packet(e, d))
            decoded(e, VQ_DEC_STUN);
        else
            dropped(e, VQ_DROP_STUN_BAD);
        return;
    case VQ_KIND_EMPTY:
        vq_keep_alive(e, vq_keep_alive_kind(d->payload), d);
        dropped(e, VQ_DROP_UDP_EMPTY);
        return;
    case VQ_KIND_DTLS:
        decoded(e, VQ_DEC_OTHER_UDP);
        return;
    case VQ_KIND_OTHER:
        other(e, p);
        return;
    }
}

static void timer_fired(struct vq_timer *t, void *arg)
{
    struct vq_engine *e = arg;
    if (t->kind == VQ_TIMER_STREAM)
        vq_stream_idle(e, VQ_CONTAINER(t, struct vq_rtp_stream, idle));
    else if (t->kind == VQ_TIMER_TALK)
        vq_talk_timer(e, VQ_CONTAINER(t, struct vq_talk, timer));
    else
        vq_tcp_timer(e, t);
}

/* Frames whose packets will not become whole any more change sides in the account. */
static void expire_fragments(struct vq_engine *e, int64_t now)
{
    uint64_t lost = vq_defrag_expire(e->defrag, now);
    e->stats.decoded[VQ_DEC_FRAGMENT] -= lost;
    e->stats.not_decoded[VQ_DROP_IP_FRAGMENT] += lost;
}

/* `frame`: that came now, or comes next. */
static void pass_time(struct vq_engine *e, int64_t ts, uint64_t frame)
{
    int64_t before = e->now;
    if (ts <= before)
        return;
    e->now = ts;
    if (!vq_wheel_is_due(&e->wheel, ts))
        return;
    if (ts - before >= VQ_JUMP_NS)
        vq_clock_forward(e, before, ts, frame);
    vq_wheel_advance(&e->wheel, ts, timer_fired, e);
    if (vq_defrag_held(e->defrag))
        expire_fragments(e, ts);
}

static void carried(struct vq_engine *e, const struct packet *p);
static void fragment(struct vq_engine *e, const struct vq_dgram *d, bool inside);

/* A fragment inside of what was put together: a tunnel's packet that was too large for the tunnel. Its bytes must be
 * elsewhere before the next fragment is added; a third layer is not followed up. */
static void inner_fragment(struct vq_engine *e, struct vq_dgram *d, bool inside)
{
    if (inside) {
        dropped(e, VQ_DROP_IP_FRAGMENT);
        return;
    }
    if (!e->inner && !(e->inner = malloc(VQ_DEFRAG_MAX))) {
        e->no_memory = true;
        dropped(e, VQ_DROP_NO_MEMORY);
        return;
    }
    memcpy(e->inner, d->payload.p, d->payload.n);
    d->payload.p = e->inner;
    fragment(e, d, true);
}

/* The frame that makes a packet whole counts as what the packet is, those before it as fragments. */
static void fragment(struct vq_engine *e, const struct vq_dgram *d, bool inside)
{
    const struct vq_dgram_fragment *g = &d->fragment;
    struct vq_whole whole;
    switch (vq_defrag_add(e->defrag,
                          &(struct vq_fragment){.src = d->src, .dst = d->dst, .id = g->id, .proto = g->proto, .ttl = d->ttl,
                                                .dscp = d->dscp, .more = g->more, .offset = g->offset, .wire = d->wire,
                                                .data = d->payload, .ts = d->ts, .frame = d->frame},
                          &whole)) {
    case VQ_DEFRAG_HELD:
        decoded(e, VQ_DEC_FRAGMENT);
        return;
    case VQ_DEFRAG_WHOLE:
        break;
    case VQ_DEFRAG_COPY:
        dropped(e, VQ_DROP_MIRRORED);
        return;
    case VQ_DEFRAG_BAD:
        dropped(e, VQ_DROP_IP_FRAGMENT);
        return;
    case VQ_DEFRAG_FULL:
        dropped(e, VQ_DROP_NO_MEMORY);
        return;
    }
    struct packet p = {.d = {.ts = d->ts, .frame = d->frame, .src = d->src, .dst = d->dst, .ttl = whole.ttl, .dscp = whole.dscp,
                             .ip_id = d->ip_id, .tunnels = d->tunnels, .route = d->route}};
    vq_decode_whole(whole.data, whole.wire, whole.proto, &p.d);
    if (vq_hep_begins(&p.d))
        vq_hep_unwrap(&p.d);
    seem(e, &p);
    if (p.d.carrier == VQ_CARRIER_NONE && p.d.drop == VQ_DROP_IP_FRAGMENT)
        inner_fragment(e, &p.d, inside);
    else
        carried(e, &p);
}

/* What is inside is taken as it is: HEP in HEP stays a datagram of unknown content. */
static void unpacked(struct vq_engine *e, const struct packet *packed)
{
    struct packet p = *packed;
    struct vq_dgram *d = &p.d;
    uint32_t cut = d->wire - (uint32_t)d->payload.n;
    if (!e->inflate && !(e->inflate = vq_inflate_new(VQ_UNPACKED_MOST))) {
        e->no_memory = true;
        dropped(e, VQ_DROP_NO_MEMORY);
        return;
    }
    if (!vq_inflate_run(e->inflate, d->payload, cut, &d->payload)) {
        dropped(e, VQ_DROP_TUNNEL_BAD);
        return;
    }
    d->wire = (uint32_t)d->payload.n + cut;
    d->carrier = VQ_CARRIER_UDP;
    seem(e, &p);
    datagram(e, &p);
}

static void carried(struct vq_engine *e, const struct packet *p)
{
    switch (p->d.carrier) {
    case VQ_CARRIER_UDP:
        datagram(e, p);
        return;
    case VQ_CARRIER_TCP:
        vq_tcp_packet(e, &p->d);
        return;
    case VQ_CARRIER_PACKED:
        unpacked(e, p);
        return;
    case VQ_CARRIER_ICMP:
        vq_icmp_packet(e, &p->d);
        decoded(e, VQ_DEC_ICMP);
        return;
    default:
        if (p->d.drop == VQ_DROP_IP_FRAGMENT)
            fragment(e, &p->d, false);
        else
            dropped(e, p->d.drop);
    }
}

static void packet(struct vq_engine *e, const struct packet *p)
{
    struct vq_stats *st = &e->stats;
    if (!st->frames++)
        st->start = st->end = e->now = p->d.ts;
    st->bytes += p->len;
    st->snap_cut_frames += p->cut;
    for (unsigned t = p->d.tunnels; t; t &= t - 1)
        st->tunnels[__builtin_ctz(t)]++;
    if (p->d.ts >= e->now) {
        pass_time(e, p->d.ts, p->d.frame);
    } else {
        st->time_backwards++;
        if (e->now - p->d.ts > st->time_backwards_max)
            st->time_backwards_max = e->now - p->d.ts;
        vq_clock_back(e, p->d.ts, p->d.frame);
    }
    st->end = e->now;
    carried(e, p);
}

/* ---- in groups ---------------------------------------------------------------------------------------------------
 *
 * At 20,000 streams the look-ups cost the time, not the arithmetic. So frames go through in groups, and each group in
 * stages: a stage fetches what the next one reads, and while it comes the other groups are worked on. What a stage finds
 * may be gone when the packet's turn comes; only the last one believes nothing and changes something. */

#define GROUP 16

struct group {
    struct packet p[GROUP];
    struct vq_sip sip[GROUP];     /* of regular messages, read before their turn */
    struct vq_fresh fresh[GROUP]; /* of packets whose flow is not known yet */
    const struct vq_rtp_stream *streams[GROUP];
    size_t n, n_fresh, n_streams;
};

/* A flow's first cache line, a stream's first five and the room for its next arrival serve a packet. */
#define HOT_LINES 5
_Static_assert(offsetof(struct vq_flow, port_src) <= 64, "a packet reads one line of its flow");
_Static_assert(offsetof(struct vq_rtp_stream, seq.duplicates) <= 64 * HOT_LINES, "and five of its stream");

/* Regular SIP is read without looking at the state: then its Call-ID is known in time to fetch the call. */
static bool read_ahead(struct vq_engine *e, struct packet *p, struct vq_sip *m)
{
    struct vq_slice s = p->d.payload;
    if (p->d.carrier != VQ_CARRIER_UDP || s.n < 16 || s.p[0] < 'A' || s.p[0] > 'Z' || !vq_sip_scan_strict(s, m))
        return false;
    p->talk_hash = vq_sip_prefetch(e, m);
    return true;
}

/* Decodes; fetches the slots of flows and Call-IDs. */
static void look(struct vq_engine *e, struct group *g, const struct vq_frame *frames, size_t n)
{
    g->n = n;
    for (size_t i = 0; i < n; i++) {
        struct packet *p = &g->p[i];
        vq_decode(&frames[i], &p->d);
        if (!may_be_rtp(&p->d) && vq_hep_begins(&p->d))
            vq_hep_unwrap(&p->d);
        p->len = frames[i].len;
        p->cut = frames[i].caplen < frames[i].len;
        p->sip = NULL;
        seem(e, p);
        if (p->rtp_like) {
            vq_table_prefetch(&e->flow_by_key, p->hash);
        } else if (read_ahead(e, p, &g->sip[i])) {
            p->sip = &g->sip[i];
        }
    }
}

/* Fetches flows, the slots of what a new flow needs, and calls. */
static void find(struct vq_engine *e, struct group *g)
{
    g->n_fresh = 0;
    for (size_t i = 0; i < g->n; i++) {
        struct packet *p = &g->p[i];
        p->flow = p->rtp_like ? vq_table_peek(&e->flow_by_key, p->hash) : 0;
        if (p->flow)
            __builtin_prefetch(vq_flow_at(e, p->flow), 1);
        else if (p->rtp_like)
            vq_fresh_find(e, &p->d, &g->fresh[g->n_fresh++]);
        p->talk = p->sip ? vq_sip_prefetch_talk(e, p->sip, p->talk_hash) : 0;
    }
}

/* Fetches streams, room for messages, and the ports of new flows. */
static void fetch(struct vq_engine *e, struct group *g)
{
    g->n_streams = 0;
    for (size_t i = 0; i < g->n; i++) {
        uint32_t s = g->p[i].flow ? vq_flow_at(e, g->p[i].flow)->stream : 0;
        if (!s)
            continue;
        const char *hot = (const char *)(g->streams[g->n_streams++] = vq_rtp_stream_at(e, s));
        for (size_t line = 0; line < HOT_LINES; line++)
            __builtin_prefetch(hot + 64 * line, 1);
    }
    for (size_t i = 0; i < g->n; i++)
        if (g->p[i].talk)
            vq_sip_prefetch_room(e, g->p[i].sip, g->p[i].talk);
    for (size_t i = 0; i < g->n_fresh; i++)
        vq_fresh_prefetch(e, &g->fresh[i], VQ_AHEAD_PORTS);
}

/* Fetches the rest, and then it is the packets' turn. */
static void work(struct vq_engine *e, struct group *g)
{
    for (size_t i = 0; i < g->n_streams; i++)
        __builtin_prefetch(&g->streams[i]->arrivals[g->streams[i]->n_arrivals % VQ_ARRIVALS], 1);
    for (enum vq_ahead step = VQ_AHEAD_PROMISES; step <= VQ_AHEAD_CALLS; step++)
        for (size_t i = 0; i < g->n_fresh; i++)
            vq_fresh_prefetch(e, &g->fresh[i], step);
    for (size_t i = 0; i < g->n; i++)
        packet(e, &g->p[i]);
}

#define STAGES 4

static void batch(struct vq_engine *e, const struct vq_frame *frames, size_t n)
{
    struct group ring[STAGES];
    size_t groups = (n + GROUP - 1) / GROUP;
    for (size_t i = 0; i < groups + STAGES - 1; i++) {
        if (i < groups)
            look(e, &ring[i % STAGES], frames + i * GROUP, n - i * GROUP < GROUP ? n - i * GROUP : GROUP);
        if (i >= 1 && i - 1 < groups)
            find(e, &ring[(i - 1) % STAGES]);
        if (i >= 2 && i - 2 < groups)
            fetch(e, &ring[(i - 2) % STAGES]);
        if (i >= 3)
            work(e, &ring[(i - 3) % STAGES]);
    }
}

int vq_engine_feed(struct vq_engine *e, const struct vq_frame *frames, size_t n)
{
    assert(!e->finished);
    e->no_memory = false;
    vq_join_outdate(e);
    vq_clock_outdate(e);
    batch(e, frames, n);
    return e->no_memory ? -ENOMEM : 0;
}

void vq_engine_drops(struct vq_engine *e, uint64_t n)
{
    e->stats.kernel_dropped = n;
}

void vq_engine_tick(struct vq_engine *e, int64_t now)
{
    vq_join_outdate(e);
    vq_clock_outdate(e);
    if (e->stats.frames)
        pass_time(e, now, e->stats.frames + 1);
}

void vq_engine_finish(struct vq_engine *e)
{
    vq_join_outdate(e);
    vq_clock_outdate(e);
    vq_tcp_finish(e);
    e->finished = true;
    expire_fragments(e, INT64_MAX);
    for (struct vq_list *l = e->stream_all.next; l != &e->stream_all; l = l->next)
        vq_stream_end(e, VQ_CONTAINER(l, struct vq_rtp_stream, all), false);
    struct vq_list *calls = &e->talks[VQ_TALK_CALL].all, *regs = &e->talks[VQ_TALK_REGISTRATION].all;
    for (struct vq_list *l = regs->next; l != regs; l = l->next)
        vq_registration_finish(e, VQ_CONTAINER(l, struct vq_sip_registration, talk.all));
    for (struct vq_list *l = calls->next; l != calls; l = l->next)
        vq_call_finish(e, VQ_CONTAINER(l, struct vq_sip_call, talk.all));
}

void vq_engine_observe(struct vq_engine *e, vq_event_h *h, void *arg)
{
    e->event = h;
    e->event_arg = arg;
}

void vq_engine_tap(struct vq_engine *e, vq_tap_h *h, void *arg)
{
    e->tap = h;
    e->tap_arg = arg;
    e->watched = h || e->opt.voipmonitor;
}
