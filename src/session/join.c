/* join.c - which Call-IDs are legs of one call. A B2BUA answers one call and makes others: each later Call-ID looks for the
 * earlier one that it most likely follows from, among those that share something with it. Done when somebody asks, since
 * only then all evidence is there. */
#include "session/session.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/legs.h"

#define HOSTS 4        /* of one call that received its INVITE */
#define LOOK_BACK 16   /* earlier calls with the same key that are weighed: bounds the cost where all have it */
#define LEG_STREAMS 8  /* of a call, compared with those of another */
#define NO_LEG UINT32_MAX

struct leg {
    const struct vq_sip_call *c;
    uint64_t from, to[HOSTS];    /* who sent its INVITE, who received it; 0: free */
    uint64_t call_id, stem;      /* stem: without what a B2BUA appended, 0 when nothing was */
    uint32_t parent, root, last; /* by index; last: of the root's legs */
    uint32_t evidence;
    double confidence;
};

/* Two legs with the same key are worth weighing. */
struct key {
    uint64_t hash;
    uint32_t leg;
    bool first, second; /* may be the earlier or the later one of a pair */
};

struct vq_join {
    bool valid;
    int rc;
    struct vq_joint *joints; /* of calls with several legs, by root and number */
    size_t n_joints;
    uint32_t *of;            /* by the call's handle: index into joints + 1 */
    uint32_t n_of;
};

/* Sets of hashes, two of one size. What is not in a set was never put there; what is in it need not have been, at the cost
 * of a useless comparison. */
struct pair_of_sets {
    uint64_t *bits[2];
    size_t mask; /* bits of each, less one */
};

/* What is needed while the legs are found. */
struct work {
    const struct vq_engine *e;
    struct leg *legs;
    size_t n_legs;
    struct key *keys;
    size_t n_keys, room;
    struct pair_of_sets hosts; /* that receive an INVITE, that send one */
    struct pair_of_sets known; /* keys that some leg has, that several have */
    bool counting;             /* keys are looked at for the first time: which of them are worth keeping? */
    bool no_memory;
};

struct vq_join *vq_join_new(void)
{
    return calloc(1, sizeof(struct vq_join));
}

static void clear(struct vq_join *j)
{
    free(j->joints);
    free(j->of);
    *j = (struct vq_join){.valid = false};
}

void vq_join_free(struct vq_join *j)
{
    if (j)
        clear(j);
    free(j);
}

void vq_join_outdate(struct vq_engine *e)
{
    e->join->valid = false;
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */

/* Where everything runs on one host, its ports are the hosts. */
static uint64_t host_key(const struct vq_engine *e, const struct vq_sip_call *c, const struct vq_endpoint *ep)
{
    uint64_t port = vq_endpoint_same_host(&c->c.caller, &c->c.callee) ? ep->port : 0;
    return vq_hash(e, ep->ip, sizeof ep->ip, port << 8 | ep->family) | 1;
}

static void add_receiver(struct leg *l, uint64_t host)
{
    for (size_t i = 0; i < HOSTS && host != l->from; i++) {
        if (l->to[i] == host)
            return;
        if (!l->to[i]) {
            l->to[i] = host;
            return;
        }
    }
}

/* Where "-b2b", "_b2b" or ".b2b" begins, as SBCs write it; the length when nowhere. */
static size_t stem_length(const char *id, size_t n)
{
    for (size_t i = 1; i + 4 <= n; i++)
        if (id[i + 2] == '2' && (id[i + 1] | 0x20) == 'b' && (id[i + 3] | 0x20) == 'b' && strchr("-_.;", id[i]))
            return i;
    return n;
}

static void gather(const struct vq_engine *e, const struct vq_sip_call *c, struct leg *l)
{
    const struct vq_talk *t = &c->talk;
    /* Most are short enough to stand whole in what is here anyway. */
    const char *id = t->call_id_n <= VQ_ID_HEAD ? t->call_id_head : t->call_id;
    size_t stem = stem_length(id, t->call_id_n);
    *l = (struct leg){.c = c, .parent = NO_LEG, .confidence = (double)NAN};
    l->from = host_key(e, c, &c->c.caller);
    add_receiver(l, host_key(e, c, &c->c.callee));
    /* Behind a proxy it is the last hop that the INVITE came to. */
    for (const struct vq_path *p = t->others; p; p = p->next)
        add_receiver(l, host_key(e, c, &p->dst));
    l->call_id = vq_hash(e, id, t->call_id_n, 0) | 1;
    if (stem < t->call_id_n)
        l->stem = vq_hash(e, id, stem, 0) | 1;
}

/* ---- evidence ---------------------------------------------------------------------------------------------------- */

static bool same(uint64_t a, uint64_t b)
{
    return a && a == b;
}

static bool received_at(const struct leg *l, uint64_t host)
{
    for (size_t i = 0; i < HOSTS && l->to[i]; i++)
        if (l->to[i] == host)
            return true;
    return false;
}

/* Both SDPs promise media at one address: the B2BUA leaves the media alone. */
static bool share_media(const struct vq_engine *e, const struct vq_sip_call *a, const struct vq_sip_call *b)
{
    for (const struct vq_list *l = a->promises.next; l != &a->promises; l = l->next) {
        const struct vq_promise *p = VQ_CONTAINER(l, struct vq_promise, in_call);
        const struct vq_list *at = &vq_port_at(e, p->port)->promises;
        for (const struct vq_list *k = at->next; !p->signalling && k != at; k = k->next) {
            const struct vq_promise *q = VQ_CONTAINER(k, struct vq_promise, in_port);
            if (q->call == b->talk.handle && !q->signalling)
                return true;
        }
    }
    return false;
}

/* A relay that does not transcode hands on SSRC, sequence numbers and timestamps, within milliseconds. */
#define RELAY_DELAY (200 * INT64_C(1000000))

/* A relay that makes streams of its own hands on what is in them. */
static bool same_payload(const struct vq_engine *e, const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    return a->start <= b->last_ts && b->start <= a->last_ts && vq_relay_same(e, a, b);
}

static bool same_rtp(const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    int64_t apart = a->last_ts - b->last_ts;
    int32_t ticks = (int32_t)(a->last_rtp - b->last_rtp);
    return a->ssrc == b->ssrc && apart <= RELAY_DELAY && apart >= -RELAY_DELAY &&
           (double)(ticks < 0 ? -ticks : ticks) * a->ms_per_tick <= (double)RELAY_DELAY / 1e6;
}

/* The evidence in two streams, 0: none. */
static uint32_t relayed(const struct vq_engine *e, const struct vq_rtp_stream *a, const struct vq_rtp_stream *b)
{
    const struct vq_flow *f = vq_flow_at(e, a->flow), *g = vq_flow_at(e, b->flow);
    if (!a->confirmed || !b->confirmed ||
        !(vq_endpoint_same_host(&f->dst, &g->src) || vq_endpoint_same_host(&f->src, &g->dst)))
        return 0;
    return same_rtp(a, b) ? UINT32_C(1) << VQ_EV_RTP : same_payload(e, a, b) ? UINT32_C(1) << VQ_EV_PAYLOAD : 0;
}

/* The strongest of what their streams tell. */
static uint32_t relay_media(const struct vq_engine *e, const struct vq_sip_call *a, const struct vq_sip_call *b)
{
    unsigned n = 0, m;
    uint32_t found = 0;
    for (const struct vq_list *l = a->streams.next; l != &a->streams && n < LEG_STREAMS; l = l->next, n++) {
        m = 0;
        for (const struct vq_list *k = b->streams.next; k != &b->streams && m < LEG_STREAMS; k = k->next, m++)
            found |= relayed(e, VQ_CONTAINER(l, struct vq_rtp_stream, in_call), VQ_CONTAINER(k, struct vq_rtp_stream, in_call));
    }
    return found & UINT32_C(1) << VQ_EV_RTP ? UINT32_C(1) << VQ_EV_RTP : found;
}

static uint32_t signs_of(const struct vq_engine *e, const struct leg *a, const struct leg *b)
{
    static const struct vq_call_links none;
    const struct vq_call_links *la = a->c->links ? a->c->links : &none, *lb = b->c->links ? b->c->links : &none;
    const struct {
        enum vq_evidence sign;
        bool there;
    } rows[] = {
        {VQ_EV_SESSION_ID, same(la->session_id, lb->session_id)},
        {VQ_EV_OTHER_CALL_ID, same(la->other_call_id, b->call_id) || same(lb->other_call_id, a->call_id) ||
                              same(la->other_call_id, lb->other_call_id)},
        {VQ_EV_ICID, same(la->icid, lb->icid)},
        {VQ_EV_CALL_ID, same(a->call_id, b->stem) || same(b->call_id, a->stem)},
        {VQ_EV_MEDIA_ADDRESS, share_media(e, a->c, b->c)},
        {VQ_EV_HOST, received_at(a, b->from)},
        {VQ_EV_CALLER, same(a->c->caller_key, b->c->caller_key)},
        {VQ_EV_CALLEE, same(a->c->callee_key, b->c->callee_key)},
    };
    uint32_t signs = relay_media(e, a->c, b->c);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        signs |= (uint32_t)rows[i].there << rows[i].sign;
    return signs;
}

/* ---- candidates -------------------------------------------------------------------------------------------------- */

enum { RECEIVES, SENDS };
enum { ONE, SEVERAL };

/* Sixteen bits or more for each leg: few of them meet by chance. */
static bool sets_init(struct pair_of_sets *s, size_t legs)
{
    size_t bits = 1024;
    while (bits < 16 * legs)
        bits *= 2;
    s->bits[0] = calloc(2 * bits / 64, sizeof *s->bits[0]);
    s->bits[1] = s->bits[0] ? s->bits[0] + bits / 64 : NULL;
    s->mask = bits - 1;
    return s->bits[0];
}

static bool is_in(const struct pair_of_sets *s, int which, uint64_t hash)
{
    size_t i = (size_t)(hash >> 24) & s->mask;
    return s->bits[which][i / 64] >> i % 64 & 1;
}

static void put(struct pair_of_sets *s, int which, uint64_t hash)
{
    size_t i = (size_t)(hash >> 24) & s->mask;
    s->bits[which][i / 64] |= UINT64_C(1) << i % 64;
}

/* A key that a single leg has joins nothing: only what several have is kept. */
static void add_key(struct work *w, enum vq_evidence kind, uint64_t hash, uint32_t leg, bool first, bool second)
{
    hash = hash * UINT64_C(0x9e3779b97f4a7c15) + kind;
    if (w->counting) {
        put(&w->known, is_in(&w->known, ONE, hash) ? SEVERAL : ONE, hash);
        return;
    }
    if (!is_in(&w->known, SEVERAL, hash))
        return;
    if (w->n_keys == w->room) {
        size_t room = w->room ? 2 * w->room : 256;
        struct key *p = realloc(w->keys, room * sizeof *p);
        if (!p) {
            w->no_memory = true;
            return;
        }
        w->keys = p;
        w->room = room;
    }
    w->keys[w->n_keys++] = (struct key){hash, leg, first, second};
}

static void add_host_keys(struct work *w, uint32_t i, uint64_t host, bool first)
{
    const struct vq_sip_call *c = w->legs[i].c;
    if (!is_in(&w->hosts, RECEIVES, host) || !is_in(&w->hosts, SENDS, host))
        return;
    add_key(w, VQ_EV_HOST, host, i, first, !first);
    if (c->caller_key)
        add_key(w, VQ_EV_CALLER, host ^ (uint64_t)c->caller_key << 32, i, first, !first);
    if (c->callee_key)
        add_key(w, VQ_EV_CALLEE, host ^ (uint64_t)c->callee_key << 32, i, first, !first);
}

static void add_keys(struct work *w, uint32_t i)
{
    const struct leg *l = &w->legs[i];
    const struct vq_sip_call *c = l->c;
    add_host_keys(w, i, l->from, false);
    for (size_t k = 0; k < HOSTS && l->to[k]; k++)
        add_host_keys(w, i, l->to[k], true);
    if (c->caller_key && c->callee_key)
        add_key(w, VQ_EV_SETUP_AT_ONCE, (uint64_t)c->caller_key << 32 | c->callee_key, i, true, true);
    if (l->stem)
        add_key(w, VQ_EV_CALL_ID, l->stem, i, true, true);
    if (!c->links)
        return;
    if (c->links->session_id)
        add_key(w, VQ_EV_SESSION_ID, c->links->session_id, i, true, true);
    if (c->links->icid)
        add_key(w, VQ_EV_ICID, c->links->icid, i, true, true);
    if (c->links->other_call_id)
        add_key(w, VQ_EV_CALL_ID, c->links->other_call_id, i, true, true);
}

/* Only where somebody's Call-ID may be named by another are all of them worth a key. */
static void add_call_ids(struct work *w)
{
    bool wanted = false;
    for (size_t i = 0; i < w->n_legs; i++)
        wanted |= w->legs[i].stem || (w->legs[i].c->links && w->legs[i].c->links->other_call_id);
    for (size_t i = 0; wanted && i < w->n_legs; i++)
        add_key(w, VQ_EV_CALL_ID, w->legs[i].call_id, (uint32_t)i, true, true);
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->leg < y->leg ? -1 : x->leg > y->leg;
}

/* ---- joining ----------------------------------------------------------------------------------------------------- */

/* The better one wins; of two alike the one that began last, since a B2BUA acts at once. */
static void weigh(const struct work *w, uint32_t first, uint32_t second)
{
    const struct leg *a = &w->legs[first];
    struct leg *b = &w->legs[second];
    const struct vq_call *ca = &a->c->c, *cb = &b->c->c;
    /* The same phone twice is no B2BUA, nor is one that calls back; of older dialogs nobody knows how they began. */
    bool odd = a->from == b->from || ca->mid_dialog || cb->mid_dialog ||
               (vq_endpoint_eq(&ca->caller, &cb->callee) && vq_endpoint_eq(&ca->callee, &cb->caller));
    if (odd && !(a->c->links && b->c->links))
        return;
    struct vq_leg_pair p = {.signs = signs_of(w->e, a, b), .first_start = ca->start, .first_answered = ca->answered,
                            .first_end = ca->end, .second_start = cb->start, .second_answered = cb->answered,
                            .second_end = cb->end};
    uint32_t evidence;
    double confidence = vq_leg_confidence(&p, &evidence);
    if (confidence < w->e->opt.join_threshold || confidence <= 0)
        return;
    if (b->parent != NO_LEG && (confidence < b->confidence || (!(confidence > b->confidence) && first <= b->parent)))
        return;
    b->parent = first;
    b->confidence = confidence;
    b->evidence = evidence;
}

static void weigh_all(struct work *w)
{
    if (w->n_keys) /* qsort() wants an array even for nothing */
        qsort(w->keys, w->n_keys, sizeof *w->keys, by_key);
    uint32_t latest[LOOK_BACK]; /* that may be the first of a pair */
    size_t n = 0;
    for (size_t i = 0; i < w->n_keys; i++) {
        const struct key *k = &w->keys[i];
        if (i && w->keys[i - 1].hash != k->hash)
            n = 0;
        for (size_t back = 1; k->second && back <= LOOK_BACK && back <= n; back++)
            if (latest[(n - back) % LOOK_BACK] != k->leg)
                weigh(w, latest[(n - back) % LOOK_BACK], k->leg);
        if (k->first)
            latest[n++ % LOOK_BACK] = k->leg;
    }
}

/* Chains the legs of each call; a parent always comes before its children. */
static int chain(struct work *w, struct vq_join *j)
{
    size_t n = 0;
    uint32_t top = 0;
    for (size_t i = 0; i < w->n_legs; i++) {
        struct leg *l = &w->legs[i];
        l->root = l->last = (uint32_t)i;
        n += l->parent != NO_LEG;
    }
    if (!n)
        return 0;
    for (size_t i = 0; i < w->n_legs; i++)
        top = w->legs[i].c->talk.handle > top ? w->legs[i].c->talk.handle : top;
    j->joints = calloc(2 * n, sizeof *j->joints); /* each joined one brings at most one root along */
    j->of = calloc((size_t)top + 1, sizeof *j->of);
    if (!j->joints || !j->of)
        return -ENOMEM;
    j->n_of = top + 1;
    for (size_t i = 0; i < w->n_legs; i++) {
        struct leg *l = &w->legs[i];
        if (l->parent == NO_LEG)
            continue;
        struct leg *root = &w->legs[w->legs[l->parent].root];
        uint32_t *at = &j->of[root->c->talk.handle];
        if (!*at) {
            j->joints[j->n_joints++] = (struct vq_joint){.handle = root->c->talk.handle, .first = root->c->talk.handle,
                                                         .leg = 1, .n_legs = 1, .confidence = (double)NAN};
            *at = (uint32_t)j->n_joints;
        }
        struct vq_joint *head = &j->joints[*at - 1], *last = &j->joints[j->of[w->legs[root->last].c->talk.handle] - 1];
        if (head->n_legs == VQ_LEGS_MAX)
            continue;
        l->root = w->legs[l->parent].root;
        root->last = (uint32_t)i;
        last->next = l->c->talk.handle;
        j->joints[j->n_joints++] = (struct vq_joint){
            .handle = l->c->talk.handle, .first = head->handle, .joined_to = w->legs[l->parent].c->talk.handle,
            .evidence = l->evidence, .leg = ++head->n_legs, .confidence = l->confidence};
        j->of[l->c->talk.handle] = (uint32_t)j->n_joints;
    }
    return 0;
}

static int find_legs(struct work *w, struct vq_join *j)
{
    const struct vq_talk_kind_state *k = &w->e->talks[VQ_TALK_CALL];
    if (k->pool.used < 2 || w->e->opt.join_threshold > 1)
        return 0;
    w->legs = malloc(k->pool.used * sizeof *w->legs);
    if (!w->legs || !sets_init(&w->hosts, k->pool.used) || !sets_init(&w->known, k->pool.used))
        return -ENOMEM;
    for (const struct vq_list *l = k->all.next; l != &k->all; l = l->next) {
        struct leg *g = &w->legs[w->n_legs++];
        gather(w->e, VQ_CONTAINER(l, struct vq_sip_call, talk.all), g);
        put(&w->hosts, SENDS, g->from);
        for (size_t i = 0; i < HOSTS && g->to[i]; i++)
            put(&w->hosts, RECEIVES, g->to[i]);
    }
    for (int round = 0; round < 2; round++) {
        w->counting = round == 0;
        for (size_t i = 0; i < w->n_legs; i++)
            add_keys(w, (uint32_t)i);
        add_call_ids(w);
    }
    if (w->no_memory)
        return -ENOMEM;
    weigh_all(w);
    return chain(w, j);
}

int vq_join_update(const struct vq_engine *e)
{
    struct vq_join *j = e->join;
    if (j->valid)
        return j->rc;
    struct work w = {.e = e};
    clear(j);
    j->rc = find_legs(&w, j);
    if (j->rc) {
        int rc = j->rc;
        clear(j);
        j->rc = rc;
    }
    j->valid = true;
    free(w.legs);
    free(w.keys);
    free(w.hosts.bits[0]);
    free(w.known.bits[0]);
    return j->rc;
}

const struct vq_joint *vq_joint_of(const struct vq_engine *e, uint32_t call)
{
    const struct vq_join *j = e->join;
    return j->valid && call < j->n_of && j->of[call] ? &j->joints[j->of[call] - 1] : NULL;
}
