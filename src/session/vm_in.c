/* vm_in.c - streams as VoIPmonitor sees them: its packets' way into vmsim.h, where that was asked for. */
#include "session/session.h"

#include <math.h>
#include <string.h>

#include "proto/rtp.h"

/* Bytes per ms of the codecs whose packet time it takes from the payload's length; the first three at once. */
static const struct {
    const char *name;
    uint8_t bytes, ms;
    bool at_once;
} lengths[] = {
    {"PCMU", 8, 1, true}, {"PCMA", 8, 1, true}, {"G722", 8, 1, true}, {"GSM", 33, 20, true}, {"G729", 10, 10, false}, {"iLBC", 50, 30, false},
};

static void length(const struct vq_codec *c, size_t n, struct vq_vm_packet *p)
{
    for (size_t i = 0; c && i < sizeof lengths / sizeof *lengths; i++)
        if (!strcmp(c->name, lengths[i].name)) {
            p->at_once = lengths[i].at_once;
            p->ms = p->at_once || n % lengths[i].bytes == 0 ? (uint32_t)(n / lengths[i].bytes) * lengths[i].ms : 0;
        }
}

static uint8_t kind_of(enum vq_payload what)
{
    return what == VQ_PAYLOAD_EVENT ? VQ_VM_EVENT : what == VQ_PAYLOAD_CN ? VQ_VM_COMFORT_NOISE : VQ_VM_VOICE;
}

void vq_stream_vm_packet(struct vq_engine *e, const struct vq_flow *f, struct vq_rtp_stream *s, const struct vq_rtp *r,
                         const struct vq_dgram *d)
{
    struct vq_stream_cold *c = vq_cold_at(e, s->cold);
    struct vq_format fmt = {.codec = r->pt == s->pt ? s->codec : NULL};
    if (!s->clock_hz)
        return; /* nor does it take what nobody announced */
    if (!c->vm) {
        c->vm = vq_pool_take(&e->vms);
        if (!c->vm) {
            e->no_memory = true;
            return;
        }
        vq_vmsim_init(vq_vm_at(e, c->vm), s->clock_hz);
    }
    if (r->pt != s->pt && !vq_flow_format(e, f, r->pt, &fmt))
        return;
    struct vq_vm_packet p = {.ts = d->ts, .rtp = r->ts, .seq = r->seq, .marker = r->marker,
                             .kind = kind_of(fmt.codec ? fmt.codec->payload : VQ_PAYLOAD_MEDIA)};
    /* Whole, where the snap length cut it. */
    length(fmt.codec, r->payload.n ? r->payload.n + d->wire - d->payload.n : d->wire - VQ_RTP_HEADER, &p);
    vq_vmsim_packet(vq_vm_at(e, c->vm), &p);
}

bool vq_stream_voipmonitor(const struct vq_engine *e, const struct vq_stream *st, struct vq_voipmonitor *out)
{
    if (!e->opt.voipmonitor || st->media == VQ_MEDIA_VIDEO || !vq_alive(&e->streams, st->handle))
        return false;
    const double none = (double)NAN;
    const struct vq_stream_cold *c = vq_cold_at(e, vq_rtp_stream_at(e, st->handle)->cold);
    struct vq_vm_result r = {0};
    memset(out, 0, sizeof *out);
    if (c->vm)
        vq_vmsim_result(vq_vm_at(e, c->vm), &r);
    else
        out->why = "the clock of the payload type is unknown: no SDP announced it";
    out->packets = r.packets;
    out->lost = (uint64_t)r.lost;
    out->loss_pct = c->vm ? r.loss_pct : none;
    out->intervals = r.intervals;
    if (!out->why && !r.intervals)
        out->why = "VoIPmonitor scores nothing before ten seconds and twenty packets have passed";
    for (int i = 0; i < VQ_VM_BUFFERS; i++) {
        const struct vq_vm_mos *m = &r.mos[i];
        out->by[i] = c->vm ? (struct vq_voipmonitor_mos){m->min, m->mean, m->min_to_end, m->mean_to_end, m->lost}
                           : (struct vq_voipmonitor_mos){none, none, none, none, 0};
    }
    return true;
}
