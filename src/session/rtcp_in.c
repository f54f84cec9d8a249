/* rtcp_in.c - RTCP finds its streams by SSRC and hosts: ports and SDP need not have been seen. */
#include "session/session.h"

#include "proto/rtcp.h"

const struct vq_stream_rtcp *vq_stream_rtcp(const struct vq_stream_cold *c)
{
    static const struct vq_stream_rtcp nothing = {.reported_lost = VQ_NONE};
    return c->rtcp ? c->rtcp : &nothing;
}

static struct vq_stream_cold *cold_of(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                                      const struct vq_endpoint *dst)
{
    uint32_t h = vq_stream_by_ssrc(e, ssrc, src, dst);
    return h ? vq_cold_at(e, vq_rtp_stream_at(e, h)->cold) : NULL;
}

/* Where to write down what is said of the stream; NULL when there is no such stream, or no room. */
static struct vq_stream_rtcp *rtcp_of(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                                      const struct vq_endpoint *dst)
{
    struct vq_stream_cold *c = cold_of(e, ssrc, src, dst);
    if (c && !c->rtcp) {
        c->rtcp = vq_arena_alloc(&c->arena, sizeof *c->rtcp);
        if (c->rtcp)
            c->rtcp->reported_lost = VQ_NONE;
    }
    return c ? c->rtcp : NULL;
}

static void sender_report(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    struct vq_stream_rtcp *c = rtcp_of(e, p->ssrc, &d->src, &d->dst);
    struct vq_rtcp_sr sr;
    if (!c || !vq_rtcp_sr(p, &sr))
        return;
    c->sr++;
    vq_rtt_sr(&c->rtt, sr.ntp, d->ts);
}

/* A report block speaks of a stream that runs the other way: to the host the report comes from. */
static void report_blocks(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    struct vq_rtcp_block b;
    for (unsigned i = 0; i < p->count && vq_rtcp_block(p, i, &b); i++) {
        struct vq_stream_rtcp *c = rtcp_of(e, b.ssrc, &d->dst, &d->src);
        if (!c)
            continue;
        c->rr++;
        c->reported_lost = b.lost;
        c->reported_fraction = b.fraction;
        if (b.fraction > c->reported_fraction_max)
            c->reported_fraction_max = b.fraction;
        c->reported_jitter = b.jitter;
        vq_rtt_block(&c->rtt, b.lsr, b.dlsr, d->ts);
    }
}

static void source_description(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    uint32_t ssrc;
    struct vq_slice cname;
    for (unsigned i = 0; i < p->count && vq_rtcp_sdes(p, i, &ssrc, &cname); i++) {
        struct vq_stream_rtcp *c = rtcp_of(e, ssrc, &d->src, &d->dst);
        if (c && !c->cname && cname.n)
            c->cname = vq_arena_text(&cold_of(e, ssrc, &d->src, &d->dst)->arena, cname);
    }
}

static void goodbye(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    uint32_t ssrc;
    for (unsigned i = 0; i < p->count && vq_rtcp_bye(p, i, &ssrc); i++) {
        struct vq_stream_rtcp *c = rtcp_of(e, ssrc, &d->src, &d->dst);
        if (c)
            c->bye = true;
    }
}

static void extended_report(struct vq_engine *e, const struct vq_rtcp *p, const struct vq_dgram *d)
{
    struct vq_stream_rtcp *c = rtcp_of(e, p->ssrc, &d->src, &d->dst);
    if (c)
        c->xr++;
}

bool vq_rtcp_packet(struct vq_engine *e, const struct vq_dgram *d)
{
    struct vq_rd r = vq_rd(d->payload.p, d->payload.n);
    struct vq_rtcp p;
    unsigned packets = 0;
    while (vq_rtcp_next(&r, &p)) {
        packets++;
        switch (p.type) {
        case VQ_RTCP_SR:
            sender_report(e, &p, d);
            report_blocks(e, &p, d);
            break;
        case VQ_RTCP_RR:
            report_blocks(e, &p, d);
            break;
        case VQ_RTCP_SDES:
            source_description(e, &p, d);
            break;
        case VQ_RTCP_BYE:
            goodbye(e, &p, d);
            break;
        case VQ_RTCP_XR:
            extended_report(e, &p, d);
            break;
        default:
            break;
        }
    }
    e->stats.rtcp_packets += packets;
    return packets > 0;
}
