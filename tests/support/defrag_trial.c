#include "support/defrag_trial.h"

#include <stdlib.h>
#include <string.h>

#include "net/defrag.h"

/* ---- the model --------------------------------------------------------------------------------------------------- */

enum { NEVER = -1, NOT_CAPTURED = 256 }; /* else the byte */
enum model_state { M_NONE, M_HELD, M_WHOLE, M_POISONED };

struct model_packet {
    enum model_state state;
    unsigned long order; /* of its beginning, or of its end */
    int64_t first, last;
    uint64_t frame;
    uint32_t frames, total, end, n_parts;
    struct {
        uint32_t offset, wire;
    } parts[VQ_DEFRAG_PIECES];
    int16_t bytes[VQ_DEFRAG_MAX];
};

struct model {
    struct model_packet packets[TRIAL_PACKETS];
    unsigned long order;
    uint64_t lost, held;
    uint8_t out[VQ_DEFRAG_MAX];
};

static int64_t gap(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a; /* trials last minutes */
}

static bool model_stale(const struct model_packet *p, bool v4, int64_t now)
{
    if (p->state == M_WHOLE)
        return gap(p->last, now) > VQ_DEFRAG_LINGER;
    if (p->state == M_POISONED && v4)
        return gap(p->last, now) > VQ_DEFRAG_REUSE;
    return gap(p->first, now) > VQ_DEFRAG_TIMEOUT;
}

static void model_drop(struct model *m, struct model_packet *p)
{
    m->lost += p->frames;
    m->held -= p->frames;
    p->frames = 0;
    p->state = M_NONE;
}

/* In the order in which packets began, or ended, up to the first that is not stale. */
static void model_sweep(struct model *m, bool held, int64_t now)
{
    for (;;) {
        struct model_packet *oldest = NULL;
        for (unsigned i = 0; i < TRIAL_PACKETS; i++) {
            struct model_packet *p = &m->packets[i];
            if (p->state != M_NONE && (p->state == M_HELD) == held && (!oldest || p->order < oldest->order))
                oldest = p;
        }
        if (!oldest || !model_stale(oldest, (oldest - m->packets) % 2 == 0, now))
            return;
        model_drop(m, oldest);
    }
}

static void model_begin(struct model *m, struct model_packet *p, const struct vq_fragment *f)
{
    p->state = M_HELD;
    p->order = m->order++;
    p->first = f->ts;
    p->frame = f->frame;
    p->frames = p->total = p->end = p->n_parts = 0;
    for (size_t i = 0; i < VQ_DEFRAG_MAX; i++)
        p->bytes[i] = NEVER;
}

struct relation {
    bool same, overlap, contradicts;
};

static struct relation model_relate(const struct model_packet *p, const struct vq_fragment *f)
{
    struct relation r = {false, false, false};
    uint32_t end = f->offset + f->wire;
    if (p->total)
        r.contradicts = f->more ? end >= p->total : end != p->total;
    else
        r.contradicts = !f->more && end <= p->end;
    for (uint32_t i = 0; i < p->n_parts; i++)
        r.same |= p->parts[i].offset == f->offset && p->parts[i].wire == f->wire;
    for (uint32_t i = 0; i < f->wire; i++) {
        int16_t b = p->bytes[f->offset + i];
        r.overlap |= b != NEVER;
        r.contradicts |= b != NEVER && b != NOT_CAPTURED && i < f->data.n && b != f->data.p[i];
    }
    r.contradicts |= !r.same && p->n_parts == VQ_DEFRAG_PIECES;
    r.contradicts |= !r.same && r.overlap && f->src.family == 6;
    return r;
}

static enum vq_defrag_verdict model_store(struct model *m, struct model_packet *p, const struct vq_fragment *f,
                                          struct vq_whole *out)
{
    p->parts[p->n_parts].offset = f->offset;
    p->parts[p->n_parts++].wire = f->wire;
    for (uint32_t i = 0; i < f->wire; i++) {
        int16_t *b = &p->bytes[f->offset + i];
        *b = i < f->data.n ? f->data.p[i] : *b == NEVER ? NOT_CAPTURED : *b;
    }
    p->end = f->offset + f->wire > p->end ? f->offset + f->wire : p->end;
    p->total = f->more ? p->total : f->offset + f->wire;
    p->frames++;
    m->held++;
    p->last = f->ts;
    for (uint32_t i = 0; i < p->total; i++)
        if (p->bytes[i] == NEVER)
            return VQ_DEFRAG_HELD;
    if (!p->total)
        return VQ_DEFRAG_HELD;
    uint32_t n = 0;
    for (; n < p->total && p->bytes[n] != NOT_CAPTURED; n++)
        m->out[n] = (uint8_t)p->bytes[n];
    *out = (struct vq_whole){vq_slice(m->out, n), p->total, p->frames, p->frame, p->first, 0, 0, 0};
    m->held -= p->frames;
    p->frames = 0;
    p->state = M_WHOLE;
    p->order = m->order++;
    return VQ_DEFRAG_WHOLE;
}

static enum vq_defrag_verdict model_add(struct model *m, unsigned packet, const struct vq_fragment *f,
                                        struct vq_whole *out)
{
    struct model_packet *p = &m->packets[packet];
    bool v4 = f->src.family == 4;
    if (!f->offset && !f->more) {
        *out = (struct vq_whole){f->data, f->wire, 1, f->frame, f->ts, 0, 0, 0};
        return VQ_DEFRAG_WHOLE;
    }
    if (!f->wire || (f->more && f->wire % 8) || f->offset + f->wire > VQ_DEFRAG_MAX)
        return VQ_DEFRAG_BAD;
    if (p->state != M_NONE && model_stale(p, v4, f->ts))
        model_drop(m, p);
    if (p->state == M_POISONED)
        return VQ_DEFRAG_BAD;
    if (p->state == M_NONE) {
        model_begin(m, p, f);
        return model_store(m, p, f, out);
    }
    struct relation r = model_relate(p, f);
    if (r.same && !r.contradicts) {
        if (p->state == M_WHOLE)
            return VQ_DEFRAG_COPY;
        m->held++;
        p->frames++;
        p->last = f->ts;
        return VQ_DEFRAG_HELD;
    }
    bool came_round = v4 && gap(p->last, f->ts) > VQ_DEFRAG_REUSE && (r.contradicts || r.overlap);
    if (p->state == M_WHOLE || came_round) {
        model_drop(m, p);
        model_begin(m, p, f);
        return model_store(m, p, f, out);
    }
    if (r.contradicts) {
        model_drop(m, p);
        p->state = M_POISONED;
        p->order = m->order++;
        p->last = f->ts;
        return VQ_DEFRAG_BAD;
    }
    return model_store(m, p, f, out);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

void trial_pack(const struct trial_record *r, uint8_t b[TRIAL_RECORD])
{
    b[0] = (uint8_t)((r->packet & 7) | (r->content & 3) << 4 | (r->more ? 0x40 : 0) | (r->expire ? 0x80 : 0));
    b[1] = (uint8_t)(r->offset >> 8 & 0x1f);
    b[2] = (uint8_t)r->offset;
    b[3] = (uint8_t)(r->wire >> 8);
    b[4] = (uint8_t)r->wire;
    b[5] = r->captured;
    b[6] = (uint8_t)r->step;
    b[7] = 0;
}

static struct trial_record unpack(const uint8_t b[TRIAL_RECORD])
{
    return (struct trial_record){
        .packet = b[0] & 7, .content = b[0] >> 4 & 3, .more = b[0] & 0x40, .expire = b[0] & 0x80,
        .offset = vq_be16(b + 1) & 0x1fff, .wire = vq_be16(b + 3), .captured = b[5], .step = (int8_t)b[6],
    };
}

/* The same place has the same byte in every fragment of one content. */
static uint8_t content_byte(unsigned content, size_t at)
{
    return (uint8_t)(at * 31 + (at >> 8) * 7 + content * 97);
}

static struct vq_fragment fragment_of(const struct trial_record *r, int64_t ts, uint64_t frame, uint8_t *data)
{
    struct vq_fragment f = {.id = 77u + r->packet / 2u, .proto = 17, .more = r->more, .offset = r->offset * 8u,
                            .wire = r->wire, .ts = ts, .frame = frame};
    f.src.family = f.dst.family = r->packet % 2 ? 6 : 4;
    f.src.ip[0] = 10;
    f.dst.ip[0] = 20;
    size_t n = r->captured == 255 ? r->wire : (size_t)r->wire * r->captured / 256;
    for (size_t i = 0; i < n; i++)
        data[i] = content_byte(r->content, f.offset + i);
    f.data = vq_slice(data, n);
    return f;
}

/* ---- the trial --------------------------------------------------------------------------------------------------- */

/* A reassembly with its account: every frame is in one place. */
struct subject {
    struct vq_defrag *d;
    size_t max_bytes;
    uint32_t max_packets;
    uint64_t in, out, lost;
};

static const char *account(struct subject *s, enum vq_defrag_verdict v, const struct vq_whole *w)
{
    s->in++;
    if (v == VQ_DEFRAG_WHOLE)
        s->out += w->frames;
    else if (v != VQ_DEFRAG_HELD)
        s->out++;
    if (vq_defrag_bytes(s->d) > s->max_bytes || vq_defrag_packets(s->d) > s->max_packets)
        return "more memory than the cap";
    const struct vq_defrag_stats *st = vq_defrag_stats(s->d);
    if (st->lost_frames < s->lost || s->in != s->out + vq_defrag_held(s->d) + st->lost_frames)
        return "a frame is not accounted for once";
    if (v == VQ_DEFRAG_WHOLE && (w->data.n > w->wire || w->wire > VQ_DEFRAG_MAX))
        return "a packet of impossible length";
    return NULL;
}

static const char *compare(enum vq_defrag_verdict v, const struct vq_whole *w, enum vq_defrag_verdict mv,
                           const struct vq_whole *mw)
{
    if (v != mv)
        return "another verdict than the model's";
    if (v != VQ_DEFRAG_WHOLE)
        return NULL;
    if (w->wire != mw->wire || w->data.n != mw->data.n || (w->data.n && memcmp(w->data.p, mw->data.p, w->data.n)))
        return "other bytes than the model's";
    if (w->frames != mw->frames || w->frame != mw->frame || w->ts != mw->ts)
        return "other frames than the model's";
    return NULL;
}

static const char *step(struct subject *s, struct model *m, const struct trial_record *r, int64_t ts,
                        struct trial_result *result)
{
    static const uint8_t empty;
    size_t room = r->wire ? r->wire : sizeof empty;
    uint8_t *data = malloc(room); /* of its own, so that a byte too many is seen */
    if (!data)
        return "no memory for the trial";
    struct vq_fragment f = fragment_of(r, ts, s->in + 1, data);
    struct vq_whole w = {.wire = 0}, mw = {.wire = 0};
    if (r->expire) {
        s->lost += vq_defrag_expire(s->d, ts);
        if (m) {
            model_sweep(m, false, ts);
            model_sweep(m, true, ts);
        }
    }
    enum vq_defrag_verdict v = vq_defrag_add(s->d, &f, &w);
    const char *why = account(s, v, &w);
    if (m && !why) {
        why = compare(v, &w, model_add(m, r->packet, &f, &mw), &mw);
        if (!why && (m->lost != vq_defrag_stats(s->d)->lost_frames || m->held != vq_defrag_held(s->d)))
            why = "another account than the model's";
        result->whole += v == VQ_DEFRAG_WHOLE && f.offset + f.more != 0;
        result->copies += v == VQ_DEFRAG_COPY;
        result->bad += v == VQ_DEFRAG_BAD;
    }
    free(data);
    return why;
}

static const char *finish(struct subject *s)
{
    s->lost += vq_defrag_expire(s->d, INT64_MAX);
    if (vq_defrag_held(s->d) || vq_defrag_bytes(s->d) || vq_defrag_packets(s->d))
        return "something is left";
    return s->in == s->out + s->lost ? NULL : "a frame is not accounted for at the end";
}

const char *defrag_trial(const uint8_t *records, size_t n, struct trial_result *out)
{
    /* One that never runs out and must do what the model does, one that always does. */
    struct subject s[2] = {{.max_bytes = 64u << 20, .max_packets = 64}, {.max_bytes = 4000, .max_packets = 3}};
    struct model *m = calloc(1, sizeof *m);
    const char *why = m ? NULL : "no memory for the trial";
    for (int i = 0; i < 2 && !why; i++)
        if (vq_defrag_new(&s[i].d, s[i].max_bytes, s[i].max_packets, 1))
            why = "no memory for the trial";
    *out = (struct trial_result){0, 0, 0, 0};
    int64_t ts = INT64_C(1700000000000000000);
    for (; n >= TRIAL_RECORD && !why; records += TRIAL_RECORD, n -= TRIAL_RECORD) {
        struct trial_record r = unpack(records);
        ts += INT64_C(5000000) * r.step * (r.step < 0 ? -r.step : r.step);
        why = step(&s[0], m, &r, ts, out);
        if (!why)
            why = step(&s[1], NULL, &r, ts, out);
    }
    for (int i = 0; i < 2; i++) {
        if (!why)
            why = finish(&s[i]);
        vq_defrag_free(s[i].d);
    }
    out->lost = (unsigned)s[0].lost;
    free(m);
    return why;
}
