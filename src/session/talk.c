/* talk.c - what registrations, calls and other dialogs share: the Call-ID, the list of messages, the caps. */
#include "session/session.h"

#include <string.h>

/* Bytes of messages and texts of one object at most. */
const uint32_t vq_talk_arena[VQ_TALKS] = {
    [VQ_TALK_REGISTRATION] = 16384, [VQ_TALK_CALL] = 65536, [VQ_TALK_DIALOG] = 16384};

struct id_key {
    struct vq_slice call_id;
    enum vq_talk_kind kind;
};

static struct vq_talk *talk_at(const struct vq_engine *e, enum vq_talk_kind kind, uint32_t handle)
{
    return vq_pool_at(&e->talks[kind].pool, handle);
}

static bool talk_eq(uint32_t handle, const void *key, const void *arg)
{
    const struct id_key *k = key;
    const struct vq_talk *t = talk_at(arg, k->kind, handle);
    size_t n = k->call_id.n, head = n < VQ_ID_HEAD ? n : VQ_ID_HEAD;
    if (t->call_id_n != n || (n && memcmp(t->call_id_head, k->call_id.p, head)))
        return false;
    return n == head || !memcmp(t->call_id + head, k->call_id.p + head, n - head);
}

uint64_t vq_talk_hash(const struct vq_engine *e, enum vq_talk_kind kind, struct vq_slice call_id)
{
    return vq_hash(e, call_id.n ? call_id.p : (const void *)"", call_id.n, 16 + kind);
}

void vq_talk_prefetch(const struct vq_engine *e, enum vq_talk_kind kind, uint32_t handle)
{
    const char *t = (const char *)talk_at(e, kind, handle);
    for (size_t at = 0; at < e->talks[kind].pool.size; at += 64)
        __builtin_prefetch(t + at, 1);
}

struct vq_talk *vq_talk_find(const struct vq_engine *e, enum vq_talk_kind kind, struct vq_slice call_id)
{
    struct id_key k = {call_id, kind};
    uint32_t h = vq_table_find(&e->talks[kind].by_call_id, vq_talk_hash(e, kind, call_id), talk_eq, &k, e);
    if (!h)
        return NULL;
    struct vq_talk *t = talk_at(e, kind, h);
    __builtin_prefetch(t->last, 1);
    return t;
}

static const enum vq_event_kind end_event[VQ_TALKS] = {
    [VQ_TALK_REGISTRATION] = VQ_EVENT_REGISTRATION_END,
    [VQ_TALK_CALL] = VQ_EVENT_CALL_END,
};

void vq_talk_end(struct vq_engine *e, struct vq_talk *t, bool evicted)
{
    if (t->ended)
        return;
    t->ended = true;
    /* What nobody ever answered is still the first to go. */
    if (t->worth != VQ_WORTH_UNPROVEN)
        t->worth = VQ_WORTH_FINISHED;
    if (t->kind != VQ_TALK_DIALOG)
        vq_emit(e, end_event[t->kind], t->handle, evicted);
}

void vq_talk_drop(struct vq_engine *e, struct vq_talk *t)
{
    struct vq_talk_kind_state *k = &e->talks[t->kind];
    if (t->kind == VQ_TALK_CALL)
        vq_call_release(e, VQ_CONTAINER(t, struct vq_sip_call, talk));
    vq_list_remove(&t->all);
    vq_place_leave(&k->places, &t->place);
    vq_timer_cancel(&t->timer);
    vq_table_remove(&k->by_call_id, t->hash, t->handle);
    vq_arena_done(&t->arena);
    vq_pool_give(&k->pool, t->handle);
}

static enum vq_worth weigh_talk(struct vq_place *o, void *arg)
{
    (void)arg;
    return VQ_CONTAINER(o, struct vq_talk, place)->worth;
}

static void evict_talk(struct vq_engine *e, enum vq_talk_kind kind)
{
    struct vq_talk_kind_state *k = &e->talks[kind];
    struct vq_talk *t = VQ_CONTAINER(vq_places_victim(&k->places, weigh_talk, NULL), struct vq_talk, place);
    e->stats.evicted_finished += t->worth == VQ_WORTH_FINISHED && kind == VQ_TALK_CALL;
    vq_talk_end(e, t, true);
    vq_talk_drop(e, t);
    k->evicted++;
}

struct vq_talk *vq_talk_new(struct vq_engine *e, enum vq_talk_kind kind, struct vq_slice call_id, const struct vq_dgram *d)
{
    struct vq_talk_kind_state *k = &e->talks[kind];
    if (k->pool.used == k->pool.cap)
        evict_talk(e, kind);
    uint32_t h = vq_pool_take(&k->pool);
    if (!h)
        goto fail;
    struct vq_talk *t = talk_at(e, kind, h);
    vq_arena_init_pool(&t->arena, vq_talk_arena[kind], &e->chunks);
    t->call_id = vq_arena_text(&t->arena, call_id);
    t->call_id_n = (uint32_t)call_id.n;
    if (call_id.n)
        memcpy(t->call_id_head, call_id.p, call_id.n < VQ_ID_HEAD ? call_id.n : VQ_ID_HEAD);
    t->hash = vq_talk_hash(e, kind, call_id);
    if (!t->call_id || vq_table_add(&k->by_call_id, t->hash, h)) {
        vq_arena_done(&t->arena);
        vq_pool_give(&k->pool, h);
        goto fail;
    }
    t->handle = h;
    t->kind = (uint8_t)kind;
    t->id = ++k->n_ids;
    t->start = t->last_ts = d->ts;
    t->there = (struct vq_path){.src = d->src, .dst = d->dst};
    t->back = (struct vq_path){.src = d->dst, .dst = d->src};
    t->timer.kind = VQ_TIMER_TALK;
    vq_list_append(&k->all, &t->all);
    vq_place_enter(&k->places, &t->place);
    return t;
fail:
    e->no_memory = true;
    return NULL;
}

const char *vq_talk_text(struct vq_talk *t, struct vq_slice s)
{
    return s.n ? vq_arena_text(&t->arena, s) : NULL;
}

void vq_talk_set(struct vq_talk *t, const char **where, struct vq_slice s)
{
    if (!*where && s.n)
        *where = vq_arena_text(&t->arena, s);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

uint64_t vq_tag_hash(const struct vq_engine *e, struct vq_slice tag)
{
    return tag.n ? vq_hash(e, tag.p, tag.n, 7) | 1 : 0;
}

/* Tells an object's paths apart, the same in every run. */
static uint64_t path_number(const struct vq_engine *e, const struct vq_talk *t, const struct vq_path *p)
{
    if (p == &t->there || p == &t->back)
        return p == &t->there ? 1 : 2;
    return p ? vq_hash(e, &p->src, sizeof p->src + sizeof p->dst, 8) : 0;
}

/* A message sent again has the same ends, the same branch and the same start line and CSeq (RFC 3261 17.1.3, 17.2.3).
 * Forked responses differ in the To tag. */
static uint32_t note_key(const struct vq_engine *e, const struct vq_talk *t, const struct vq_sip *m,
                         const struct vq_path *path)
{
    const struct {
        uint64_t path, branch, to_tag, numbers;
    } k = {
        .path = path_number(e, t, path),
        .branch = m->branch.n ? vq_hash(e, m->branch.p, m->branch.n, 6) : 0,
        .to_tag = vq_tag_hash(e, m->to.tag),
        .numbers = (uint64_t)m->cseq << 32 | (uint64_t)m->status << 16 | (uint64_t)m->method,
    };
    uint64_t key = vq_hash(e, &k, sizeof k, 9);
    if (m->method == VQ_SIP_UNKNOWN && m->method_text.n)
        key ^= vq_hash(e, m->method_text.p, m->method_text.n, 8);
    return (uint32_t)key;
}

/* Two bits of a key. */
static uint64_t marks(uint32_t key)
{
    return UINT64_C(1) << key % 64 | UINT64_C(1) << (key >> 6) % 64;
}

static bool seen_before(const struct vq_talk *t, uint32_t key)
{
    if ((t->keys & marks(key)) != marks(key))
        return false;
    const struct vq_note *n = t->last;
    for (int i = 0; n && i < VQ_LOOK_BACK; i++, n = n->prev)
        if (n->key == key)
            return true;
    return false;
}

static bool goes(const struct vq_path *p, const struct vq_dgram *d)
{
    return vq_endpoint_eq(&p->src, &d->src) && vq_endpoint_eq(&p->dst, &d->dst);
}

/* The pair is shared by all messages that went this way; NULL without room. */
static struct vq_path *path_of(struct vq_talk *t, const struct vq_dgram *d)
{
    if (goes(&t->there, d))
        return &t->there;
    if (goes(&t->back, d))
        return &t->back;
    int looked = 0;
    for (struct vq_path *p = t->others; p && looked < VQ_LOOK_BACK; p = p->next, looked++)
        if (goes(p, d))
            return p;
    struct vq_path *p = vq_arena_alloc(&t->arena, sizeof *p);
    if (!p)
        return NULL;
    *p = (struct vq_path){.next = t->others, .src = d->src, .dst = d->dst};
    t->others = p;
    return p;
}

struct vq_oddity *vq_note_odd(struct vq_talk *t, struct vq_note *n)
{
    if (!n->odd)
        n->odd = vq_arena_alloc(&t->arena, sizeof *n->odd);
    return n->odd;
}

void vq_talk_defect(struct vq_talk *t, struct vq_note *n, const char *defect)
{
    if (!defect)
        return;
    if (!t->defect)
        t->defect = defect;
    struct vq_oddity *o = n ? vq_note_odd(t, n) : NULL;
    if (o && !o->defect)
        o->defect = defect;
}

/* Reason phrases repeat from call to call; the usual ones cost the arena nothing. */
#define PHRASE(z) {z, sizeof(z) - 1}
static const struct {
    const char *text;
    size_t n;
} phrases[] = {PHRASE("OK"), PHRASE("Trying"), PHRASE("Ringing"), PHRASE("Unauthorized"), PHRASE("Session Progress"),
               PHRASE("Busy Here"), PHRASE("Request Terminated"), PHRASE("Proxy Authentication Required"),
               PHRASE("Not Found")};

static const char *phrase(struct vq_talk *t, struct vq_slice s)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].n == s.n && !memcmp(phrases[i].text, s.p, s.n))
            return phrases[i].text;
    const char *z = vq_talk_text(t, s);
    return z ? z : ""; /* no phrase at all, or no room for it */
}

static uint8_t transport(const struct vq_dgram *d)
{
    if (d->carrier != VQ_CARRIER_TCP)
        return VQ_UDP;
    return d->tls ? (d->ws ? VQ_WSS : VQ_TLS) : d->ws ? VQ_WS : VQ_TCP;
}

/* What a message tells about its sender and the way to it, the first of its kind on a path tells for all. */
static void first_on_path(struct vq_engine *e, struct vq_talk *t, struct vq_path *p, const struct vq_sip *m,
                          const struct vq_dgram *d)
{
    uint8_t kind = m->request ? 1 : 2;
    if (!p->agent && m->user_agent.n && vq_agent_is_senders(m, d))
        p->agent = vq_agent_number(e, m->user_agent);
    if (p->seen & kind)
        return;
    p->seen |= kind;
    if (m->request)
        p->vias = m->vias;
    vq_natmap_sip(e, t, m, d);
}

struct vq_note *vq_talk_note(struct vq_engine *e, struct vq_talk *t, const struct vq_sip *m, const struct vq_dgram *d,
                             bool *again)
{
    struct vq_path *path = path_of(t, d);
    uint32_t key = note_key(e, t, m, path);
    *again = seen_before(t, key);
    t->retransmissions += *again;
    if (d->ts > t->last_ts)
        t->last_ts = d->ts;
    t->place.touched = t->n_messages > 0;
    if (path)
        first_on_path(e, t, path, m, d);
    struct vq_note *n = path && t->n_messages < e->opt.max_messages ? vq_arena_alloc(&t->arena, sizeof *n) : NULL;
    if (!n) {
        t->not_kept++;
        e->stats.messages_not_kept++;
        return NULL;
    }
    t->keys |= marks(key);
    *n = (struct vq_note){
        .prev = t->last,
        .ts = d->ts,
        .frame = d->frame,
        .path = path,
        .reason = m->request ? NULL : phrase(t, m->reason_phrase),
        .key = key,
        .cseq = m->cseq,
        .status = m->status,
        .method = (uint8_t)m->method,
        .has_cseq = m->has_cseq,
        .retransmission = *again,
        .transport = transport(d),
    };
    struct vq_oddity *o = m->method == VQ_SIP_UNKNOWN ? vq_note_odd(t, n) : NULL;
    if (o)
        o->method = vq_talk_text(t, m->method_text);
    vq_talk_defect(t, n, m->defect);
    vq_talk_detail(t, n, m);
    if (t->last)
        t->last->next = n;
    else
        t->first = n;
    t->last = n;
    t->n_messages++;
    return n;
}

void vq_talk_arm(struct vq_engine *e, struct vq_talk *t, int64_t due)
{
    t->deadline = due;
    if (!t->timer.next)
        vq_timer_arm(&e->wheel, &t->timer, due);
}

void vq_talk_timer(struct vq_engine *e, struct vq_talk *t)
{
    if (t->ended)
        return;
    if (e->now < t->deadline) {
        vq_timer_arm(&e->wheel, &t->timer, t->deadline);
        return;
    }
    switch (t->kind) {
    case VQ_TALK_REGISTRATION:
        vq_registration_timer(e, VQ_CONTAINER(t, struct vq_sip_registration, talk));
        return;
    case VQ_TALK_CALL:
        vq_call_timer(e, VQ_CONTAINER(t, struct vq_sip_call, talk));
        return;
    default:
        vq_dialog_timer(e, VQ_CONTAINER(t, struct vq_sip_dialog, talk));
    }
}
