/* A conversation of any datagrams between a few hosts, through small tables, and everything that can be read of it
 * afterwards, frame by frame and again all at once. Each piece of input is: one byte of ends, one of time, two of length,
 * the payload. The length's highest bit makes it a TCP segment: then a byte of flags and four of sequence number stand
 * before the payload. */
#include <assert.h>
#include <stdlib.h>

#include <voipqos/kpi.h>
#include <voipqos/model.h>

#include "unit/proto/tls_vectors.h"
#include "util/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define FRAMES_MOST 4096u
#define FRAME_MOST 4096u
#define BYTES_MOST (1u << 20)

struct segment {
    bool tcp;
    uint8_t flags;
    uint32_t seq;
};

static size_t frame_of(uint8_t *out, size_t room, uint8_t ends, const struct segment *s, struct vq_slice payload)
{
    static const uint8_t head[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0};
    const size_t transport = s->tcp ? 20 : 8;
    size_t len = sizeof head + 8 + transport + payload.n;
    if (len > room)
        return 0;
    memcpy(out, head, sizeof head);
    uint8_t *p = out + sizeof head;
    static const uint16_t ports[] = {5060, 4000, 4001, 3478};
    const uint16_t src = ports[ends >> 4 & 3], dst = ports[ends >> 6], udp = (uint16_t)(transport + payload.n), ip = (uint16_t)(udp + 20);
    const uint8_t rest[16] = {10, 0, 0, (uint8_t)(1 + (ends & 3)), 10, 0, 0, (uint8_t)(1 + (ends >> 2 & 3)),
                              (uint8_t)(src >> 8), (uint8_t)src, (uint8_t)(dst >> 8), (uint8_t)dst,
                              (uint8_t)(udp >> 8), (uint8_t)udp};
    memcpy(p, rest, sizeof rest);
    if (s->tcp) {
        const uint8_t segment[16] = {(uint8_t)(s->seq >> 24), (uint8_t)(s->seq >> 16), (uint8_t)(s->seq >> 8),
                                     (uint8_t)s->seq, 0, 0, 0, 0, 0x50, s->flags};
        memcpy(p + 12, segment, sizeof segment);
        out[23] = 6;
    }
    if (payload.n)
        memcpy(p + 8 + transport, payload.p, payload.n);
    out[16] = (uint8_t)(ip >> 8);
    out[17] = (uint8_t)ip;
    return len;
}

/* A hash over all findings: their texts have the figures in them. */
static bool found(const struct vq_finding *f, void *arg)
{
    assert(f->id && f->next_check && f->text[0]);
    uint64_t *hash = arg;
    for (const char *p = f->text; *p; p++)
        *hash = (*hash ^ (uint8_t)*p) * UINT64_C(0x100000001b3); /* FNV-1a */
    *hash += f->n_frames;
    return true;
}

/* No ratio has more hits than it rests on, and every attempt has one outcome. */
static void check_figures(const struct vq_kpi_figures *f)
{
    for (int i = 0; i < VQ_KPI_RATIOS; i++)
        assert(f->ratios[i].hits <= f->ratios[i].n);
    for (int i = 0; i < VQ_KPI_TIMES; i++)
        assert(!f->times[i].n || (f->times[i].min <= f->times[i].p50 && f->times[i].p50 <= f->times[i].p95 &&
                                  f->times[i].p95 <= f->times[i].p99 && f->times[i].p99 <= f->times[i].max));
    assert(f->calls.attempts == f->calls.answered + f->calls.busy + f->calls.no_answer + f->calls.rejected +
                                    f->calls.cancelled + f->calls.redirected + f->calls.failed + f->calls.timeout +
                                    f->calls.pending);
    assert(f->calls.requests >= f->calls.attempts && f->calls.open <= f->calls.answered);
    assert(f->registrations.attempts == f->registrations.succeeded + f->registrations.failed +
                                            f->registrations.unauthorized + f->registrations.redirected +
                                            f->registrations.pending);
    assert(f->options.answered + f->options.pending <= f->options.asked);
}

static void check_kpi(const struct vq_engine *e)
{
    struct vq_kpi *k;
    struct vq_endpoint host;
    const struct vq_kpi_figures *f;
    uint64_t attempts = 0;
    if (vq_kpi_new(&k, e))
        return;
    check_figures(vq_kpi_total(k));
    for (size_t i = 0; (f = vq_kpi_peer(k, i, &host)); i++) {
        check_figures(f);
        attempts += f->calls.attempts;
    }
    /* Too few calls for others; a call of several legs counts once in all, and at each peer that got a leg. */
    assert(attempts >= vq_kpi_total(k)->calls.attempts);
    vq_kpi_free(k);
}

/* What leads from one call to another names calls that there were; one dialog at most was answered first. */
static void check_story(const struct vq_engine *e, const struct vq_call *c)
{
    unsigned winners = 0;
    struct vq_stream s;
    for (const struct vq_leg *l = c->legs; l; l = l->next) {
        winners += l->winner;
        assert(vq_leg_state_name((enum vq_leg_state)l->state));
    }
    assert(winners <= 1 && winners <= c->answers);
    for (const struct vq_offer *o = c->offers; o; o = o->next)
        for (uint32_t h = c->first_stream; h && vq_stream_get(e, h, &s); h = s.next_in_call)
            assert(vq_offer_effect(e, o, &s) <= VQ_EFFECT_RESUMED);
    for (const struct vq_transfer *t = c->story ? c->story->transfers : NULL; t; t = t->next)
        assert(t->frame && vq_party_name((enum vq_party)t->by) && !t->to_call.id == !t->why);
    for (const struct vq_redirect *r = c->story ? c->story->redirects : NULL; r; r = r->next)
        assert(r->frame && !r->to_call.id == !r->followed_frame);
}

static void read_everything(const struct vq_engine *e, uint64_t *hash)
{
    struct vq_call c;
    struct vq_registration r;
    struct vq_dialog d;
    struct vq_stream s;
    struct vq_interval iv;
    struct vq_stats st;
    unsigned n = 0;
    for (uint32_t h = vq_call_next(e, 0); h; h = vq_call_next(e, h)) {
        assert(vq_call_get(e, h, &c));
        struct vq_message m;
        for (const struct vq_note *at = c.messages; vq_message_read(&at, &m);)
            n += m.frame != 0 && !m.retransmission == !m.repeat;
        assert(c.call_id);
        check_story(e, &c);
    }
    for (uint32_t h = vq_registration_next(e, 0); h; h = vq_registration_next(e, h))
        assert(vq_registration_get(e, h, &r));
    for (uint32_t h = vq_dialog_next(e, 0); h; h = vq_dialog_next(e, h))
        assert(vq_dialog_get(e, h, &d));
    for (uint32_t h = vq_stream_next(e, 0); h; h = vq_stream_next(e, h)) {
        assert(vq_stream_get(e, h, &s));
        assert(s.lost <= s.expected && s.packets);
        assert(s.n_intervals <= 1025);
        uint64_t packets = 0;
        for (unsigned i = 0; i < s.n_intervals; i++) {
            assert(vq_stream_interval(e, &s, i, &iv));
            packets += iv.packets;
        }
        assert(packets == s.packets);
        uint64_t in_segments = 0;
        for (const struct vq_segment *g = s.segments; g; g = g->next)
            in_segments += g->packets;
        assert(in_segments == s.packets);
    }
    check_kpi(e);
    vq_findings(e, found, hash);
    vq_engine_stats(e, &st);
    uint64_t sum = 0;
    for (int i = 0; i < VQ_DEC_COUNT; i++)
        sum += st.decoded[i];
    for (int i = 0; i < VQ_DROP_COUNT; i++)
        sum += st.not_decoded[i];
    assert(sum == st.frames);
    *hash += st.decoded[VQ_DEC_RTP] + 3 * st.decoded[VQ_DEC_SIP] + 5 * st.evicted_flows + 7 * n;
}

/* The conversation, at most FRAMES_MOST frames and BYTES_MOST of their bytes; how many there are. */
static size_t frames_of(struct vq_rd r, struct vq_frame *frames, uint8_t *bytes)
{
    size_t n = 0, used = 0;
    int64_t ts = 1000000000;
    while (vq_rd_left(&r) && n < FRAMES_MOST && BYTES_MOST - used >= FRAME_MOST) {
        uint8_t ends = vq_rd_u8(&r);
        uint8_t pause = vq_rd_u8(&r);
        uint16_t len = vq_rd_u16(&r);
        struct segment s = {.tcp = len >> 15};
        len &= 0x7fff;
        if (s.tcp) {
            s.flags = vq_rd_u8(&r);
            s.seq = vq_rd_u32(&r);
        }
        if (r.bad)
            break;
        if (len > vq_rd_left(&r))
            len = (uint16_t)vq_rd_left(&r);
        /* Milliseconds, a few seconds forth or back, or years; a savefile reader keeps times within these. */
        if (ts > INT64_MAX / 4 || ts < 0)
            ts = 1000000000;
        ts += pause < 200 ? pause * 1000000 : pause < 250 ? (pause - 202) * INT64_C(1000000000) : (pause - 252) * INT64_C(99999999999999999);
        uint32_t size = (uint32_t)frame_of(bytes + used, FRAME_MOST, ends, &s, vq_rd_slice(&r, len));
        if (!size)
            continue;
        frames[n] = (struct vq_frame){.ts = ts, .number = n + 1, .data = bytes + used, .caplen = size, .len = size, .link = 1};
        used += size;
        n++;
    }
    return n;
}

/* Feeds the frames in pieces of `cut` and reads everything; a hash of it. */
static uint64_t hear(const struct vq_frame *frames, size_t n, size_t cut, bool tiny)
{
    struct vq_options o;
    struct vq_engine *e;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    vq_options_defaults(&o);
    o.max_calls = o.max_registrations = o.max_dialogs = tiny ? 1 : 3;
    o.max_streams = tiny ? 2 : 5;
    o.max_flows = tiny ? 2 : 9;
    o.max_messages = 12;
    o.voipmonitor = true;
    if (vq_engine_new(&e, &o))
        return 0;
    if (vq_engine_keylog(e, RFC8448_LOG, sizeof RFC8448_LOG - 1))
        abort();
    for (size_t i = 0; i < n; i += cut)
        vq_engine_feed(e, frames + i, n - i < cut ? n - i : cut);
    read_everything(e, &hash);
    vq_engine_finish(e);
    read_everything(e, &hash);
    vq_engine_free(e);
    return hash;
}

/* Frames are worked on in groups, several at once: what comes out must be what comes out of one after the other. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct vq_frame frames[FRAMES_MOST];
    static uint8_t bytes[BYTES_MOST];
    size_t got = frames_of(vq_rd(data, n), frames, bytes);
    uint64_t alone = hear(frames, got, 1, n % 2);
    if (got > 1 && hear(frames, got, got, n % 2) != alone)
        abort();
    return 0;
}
