/* tcp_in.c - SIP over TCP: segments become two byte streams, opened with their keys where TLS sealed them, and these
 * the messages that UDP would have brought.
 *
 * A connection is followed while it may be SIP, on any port. The first bytes decide: a direction whose beginning was
 * captured must begin with a start line, or with the empty lines of a keep-alive. Where the capture came later, several
 * segments may pass before one shows a start line. Of all other connections only the ports are remembered. */
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#include "net/tcp.h"
#include "proto/sip_frame.h"
#include "session/tls_in.h"
#include "util/budget.h"

#define TRIES 8u /* segments in the middle of a connection that may show no SIP */
#define IDLE_SIP   (3600 * VQ_S)
#define IDLE_OTHER (120 * VQ_S)
#define BUDGET_ROOM ((size_t)4 * VQ_SIP_FRAME_MOST) /* what one connection may want at once */

enum kind { FOREIGN, UNDECIDED, SIP, KINDS }; /* who goes first when there are too many */

struct way {
    struct vq_tcp tcp;
    struct vq_sip_framer framer;
    struct vq_dgram last;  /* segment; its payload is gone */
    struct vq_ws_way *ws;  /* when it began as HTTP */
    bool begun, gap;       /* bytes have come; some were missing */
    bool deaf;             /* frames that cannot be found again behind a hole */
};

struct tcp_flow {
    uint32_t handle;
    uint8_t kind, tries;
    uint32_t undecided, pings; /* frames counted as TCP that are SIP, or keep-alives of it, if this is SIP */
    struct vq_endpoint ends[2]; /* the lower one first */
    uint64_t hash;
    int64_t last;
    struct vq_list lru;
    struct vq_timer timer;
    struct vq_tls_conn *tls;   /* of an encrypted connection when there are keys, else NULL */
    uint8_t tls_fault;         /* enum vq_tls_fault under which it is counted */
    bool tls_read;             /* counted as decrypted */
    struct way ways[2];        /* from the end of the same index */
};

struct vq_tcp_in {
    struct vq_pool flows;
    struct vq_table by_key;
    struct vq_list lru[KINDS]; /* longest idle first */
    struct vq_budget budget;   /* of early segments and unfinished messages */
};

/* A direction at work. */
struct work {
    struct vq_engine *e;
    struct tcp_flow *f;
    struct way *way;
    uint64_t empty_lines; /* between messages, before this segment */
    unsigned good, bad;   /* messages */
    bool content;         /* of TLS */
};

size_t vq_tcp_in_ceiling(void)
{
    return sizeof(struct vq_tcp_in) + VQ_TCP_BYTES +
           VQ_TCP_FLOWS * (sizeof(struct tcp_flow) + 4 * sizeof(struct vq_table_slot));
}

struct vq_tcp_in *vq_tcp_in_new(void)
{
    struct vq_tcp_in *in = calloc(1, sizeof *in);
    if (!in)
        return NULL;
    vq_pool_init(&in->flows, sizeof(struct tcp_flow), VQ_TCP_FLOWS);
    in->budget.cap = VQ_TCP_BYTES;
    for (int k = 0; k < KINDS; k++)
        vq_list_init(&in->lru[k]);
    if (vq_table_init(&in->by_key)) {
        free(in);
        return NULL;
    }
    return in;
}

static void release(struct vq_tcp_in *in, struct tcp_flow *f)
{
    for (int i = 0; i < 2; i++) {
        vq_tcp_done(&f->ways[i].tcp, &in->budget);
        vq_sip_frame_done(&f->ways[i].framer, &in->budget);
        vq_ws_way_free(f->ways[i].ws, &in->budget);
        f->ways[i] = (struct way){0};
    }
    vq_tls_conn_free(f->tls, &in->budget);
    f->tls = NULL;
}

void vq_tcp_in_free(struct vq_tcp_in *in)
{
    if (!in)
        return;
    for (int k = UNDECIDED; k < KINDS; k++)
        for (struct vq_list *l = in->lru[k].next; l != &in->lru[k]; l = l->next)
            release(in, VQ_CONTAINER(l, struct tcp_flow, lru));
    vq_table_done(&in->by_key);
    vq_pool_done(&in->flows);
    free(in);
}

/* ---- what a direction's bytes are -------------------------------------------------------------------------------- */

static void become(struct work *w, enum kind kind)
{
    w->f->kind = (uint8_t)kind;
    vq_list_touch(&w->e->tcp->lru[kind], &w->f->lru);
}

static void become_sip(struct work *w)
{
    struct vq_stats *st = &w->e->stats;
    become(w, SIP);
    st->tcp_sip_flows++;
    st->decoded[VQ_DEC_SIP] += w->f->undecided;
    st->decoded[VQ_DEC_TCP] -= w->f->undecided;
    st->tcp_keep_alives += w->f->pings;
    w->f->undecided = w->f->pings = 0;
}

static void decide(struct work *w, uint64_t skipped_before)
{
    const struct vq_sip_framer *s = &w->way->framer;
    if (s->begun)
        become_sip(w);
    else if (s->skipped > skipped_before && ((w->way->tcp.syn && !w->way->gap) || ++w->f->tries == TRIES))
        become(w, FOREIGN);
}

static void on_message(struct vq_slice message, enum vq_sip_frame_fault fault, void *arg)
{
    struct work *w = arg;
    struct vq_dgram d = w->way->last;
    struct vq_sip m;
    const char *why;
    d.payload = message;
    d.wire = (uint32_t)message.n;
    d.ws = w->way->ws != NULL;
    d.tls = w->f->tls != NULL;
    if (!vq_sip_parse(&w->e->sip, message, &m, &why)) {
        w->bad++;
        return;
    }
    /* What the parser says of a body that is not there is less than what is known here. */
    if (!m.defect || fault == VQ_FRAME_TOO_LONG || fault == VQ_FRAME_CUT)
        m.defect = vq_sip_frame_fault_text(fault);
    vq_sip_packet(w->e, &d, &m);
    w->good++;
}

/* Nothing but line ends. */
static bool is_blank(struct vq_slice s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == '\r' || s.p[i] == '\n'))
        i++;
    return i == s.n;
}

static void on_ws_message(struct vq_slice message, void *arg)
{
    struct work *w = arg;
    if (is_blank(message))
        w->e->stats.tcp_keep_alives++; /* RFC 7118 6 */
    else
        on_message(message, VQ_FRAME_OK, arg);
}

/* Nothing tells where the next frame begins. */
static void go_deaf(struct work *w)
{
    vq_ws_way_free(w->way->ws, &w->e->tcp->budget);
    w->way->ws = NULL;
    w->way->deaf = true;
}

static void on_ws_bytes(struct work *w, struct vq_slice bytes)
{
    struct way *way = w->way;
    way->begun = true;
    if (!way->ws && !(way->ws = vq_ws_way_new(&w->e->tcp->budget))) {
        w->e->no_memory = true;
        become(w, FOREIGN);
        return;
    }
    enum vq_ws_state s = vq_ws_way_put(way->ws, bytes, on_ws_message, w);
    if (w->f->kind == UNDECIDED && w->good)
        become_sip(w);
    if (s == VQ_WS_FOREIGN) {
        become(w, FOREIGN);
    } else if (s == VQ_WS_BROKEN) {
        w->e->stats.tcp_gaps += w->f->kind == SIP;
        go_deaf(w);
    }
}

/* What SIP, or the WebSocket around it, gets to see. */
static void on_content(struct work *w, enum vq_tcp_event what, struct vq_slice bytes)
{
    struct way *way = w->way;
    const struct vq_sip_reader to = {on_message, w, &w->e->tcp->budget};
    if (w->f->kind == FOREIGN)
        return;
    if (what == VQ_TCP_END) {
        vq_sip_frame_end(&way->framer, &to);
        go_deaf(w);
        way->begun = way->gap = way->deaf = false;
        return;
    }
    if (way->deaf)
        return;
    if (what == VQ_TCP_HOLE) {
        w->e->stats.tcp_gaps += w->f->kind == SIP;
        way->gap = true;
        vq_sip_frame_hole(&way->framer, &to);
        if (way->ws)
            go_deaf(w);
        return;
    }
    if (way->ws || (!way->begun && vq_ws_may_open(bytes))) {
        on_ws_bytes(w, bytes);
        return;
    }
    if (!way->begun && !way->tcp.syn)
        vq_sip_frame_hole(&way->framer, &to);
    way->begun = true;
    uint64_t skipped = way->framer.skipped;
    if (vq_sip_frame_put(&way->framer, bytes, &to))
        w->e->no_memory = true;
    if (w->f->kind == UNDECIDED)
        decide(w, skipped);
}

/* ---- TLS --------------------------------------------------------------------------------------------------------- */

#define SIPS_PORT 5061

/* Counts the connection under why it cannot be read; what is only late changes its place when it comes. */
static void count_tls(struct vq_engine *e, struct tcp_flow *f, enum vq_tls_fault fault)
{
    struct vq_stats *st = &e->stats;
    bool sips = f->ends[0].port == SIPS_PORT || f->ends[1].port == SIPS_PORT;
    if (f->tls_fault == fault)
        return;
    if (f->tls_fault == VQ_TLS_READABLE)
        st->tcp_tls_sip_flows += sips;
    else
        st->tcp_tls_unread[f->tls_fault]--;
    if (fault == VQ_TLS_READABLE)
        st->tcp_tls_sip_flows -= sips;
    else
        st->tcp_tls_unread[fault]++;
    f->tls_fault = (uint8_t)fault;
}

/* Another connection, or the first bytes of one. */
static void begin_tls(struct work *w)
{
    struct vq_engine *e = w->e;
    e->stats.tcp_tls_flows++;
    w->f->tls_fault = VQ_TLS_READABLE;
    w->f->tls_read = false;
    if (!e->tls) {
        count_tls(e, w->f, VQ_TLS_NO_KEYLOG);
    } else {
        w->f->tls = vq_tls_conn_new(&e->tcp->budget);
        e->no_memory |= !w->f->tls;
    }
    if (!w->f->tls)
        become(w, FOREIGN);
}

/* A vq_tls_content_h: the direction may be the other one than that of the segment. */
static void on_tls_content(unsigned from, struct vq_slice content, void *arg)
{
    struct work *w = arg;
    struct way *own = w->way;
    w->way = &w->f->ways[from];
    w->content |= w->way == own;
    on_content(w, VQ_TCP_DATA, content);
    w->way = own;
}

static void on_tls_data(struct work *w, struct vq_slice bytes)
{
    struct vq_engine *e = w->e;
    struct tcp_flow *f = w->f;
    struct vq_stats *st = &e->stats;
    const struct vq_tls_reader to = {e->tls, &e->tcp->budget, on_tls_content, w};
    unsigned from = w->way != f->ways;
    if (vq_tls_conn_put(f->tls, from, bytes, &to))
        e->no_memory = true;
    w->content |= vq_tls_conn_in_content(f->tls, from);
    enum vq_tls_fault fault = vq_tls_conn_fault(f->tls);
    if (fault == VQ_TLS_SUITE && !st->tcp_tls_unread[VQ_TLS_SUITE])
        st->tcp_tls_unread_suite = vq_tls_conn_suite(f->tls);
    count_tls(e, f, fault);
    if (vq_tls_conn_decrypted(f->tls) && !f->tls_read) {
        f->tls_read = true;
        st->tcp_tls_decrypted_flows++;
    }
    if (f->kind == UNDECIDED && vq_tls_conn_over(f->tls))
        become(w, FOREIGN);
}

/* A vq_tcp_h. */
static void on_bytes(enum vq_tcp_event what, struct vq_slice bytes, void *arg)
{
    struct work *w = arg;
    struct tcp_flow *f = w->f;
    if (f->kind == FOREIGN)
        return;
    if (what == VQ_TCP_DATA && !f->tls && !w->way->begun && vq_tls_begins(bytes))
        begin_tls(w);
    if (f->kind == FOREIGN)
        return;
    if (f->tls && what == VQ_TCP_DATA) {
        on_tls_data(w, bytes);
        return;
    }
    if (f->tls && what == VQ_TCP_HOLE)
        vq_tls_conn_hole(f->tls, w->way != f->ways, &w->e->tcp->budget);
    on_content(w, what, bytes);
    if (f->tls && what == VQ_TCP_END && vq_tls_conn_end(f->tls, w->way != f->ways, &w->e->tcp->budget)) {
        vq_tls_conn_free(f->tls, &w->e->tcp->budget);
        f->tls = NULL;
    }
}

static struct vq_tcp_reader reader(struct work *w)
{
    return (struct vq_tcp_reader){on_bytes, w, &w->e->tcp->budget};
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

#define KEY_SIZE (2 * sizeof(struct vq_endpoint))

static struct tcp_flow *flow_at(const struct vq_tcp_in *in, uint32_t h)
{
    return VQ_AT(in->flows, struct tcp_flow, h);
}

static bool flow_eq(uint32_t handle, const void *key, const void *arg)
{
    return memcmp(flow_at(arg, handle)->ends, key, KEY_SIZE) == 0;
}

/* What both directions still hold is all there will be. */
static void flush(struct vq_engine *e, struct tcp_flow *f)
{
    for (int i = 0; i < 2; i++) {
        struct work w = {.e = e, .f = f, .way = &f->ways[i]};
        const struct vq_tcp_reader to = reader(&w);
        vq_tcp_flush(&f->ways[i].tcp, &to);
    }
}

static void drop_flow(struct vq_engine *e, struct tcp_flow *f)
{
    struct vq_tcp_in *in = e->tcp;
    flush(e, f);
    release(in, f);
    vq_timer_cancel(&f->timer);
    vq_list_remove(&f->lru);
    vq_table_remove(&in->by_key, f->hash, f->handle);
    vq_pool_give(&in->flows, f->handle);
}

/* The longest idle of the first kind that has one, from `from` on. */
static void evict(struct vq_engine *e, enum kind from)
{
    for (unsigned k = from; k < KINDS; k++)
        if (!vq_list_empty(&e->tcp->lru[k])) {
            drop_flow(e, VQ_CONTAINER(e->tcp->lru[k].next, struct tcp_flow, lru));
            e->stats.evicted_tcp_flows++;
            return;
        }
}

static struct tcp_flow *new_flow(struct vq_engine *e, const struct vq_endpoint *key, uint64_t hash)
{
    struct vq_tcp_in *in = e->tcp;
    if (in->flows.used == in->flows.cap)
        evict(e, FOREIGN);
    uint32_t h = vq_pool_take(&in->flows);
    if (!h)
        return NULL;
    struct tcp_flow *f = flow_at(in, h);
    if (vq_table_add(&in->by_key, hash, h)) {
        vq_pool_give(&in->flows, h);
        return NULL;
    }
    f->handle = h;
    f->hash = hash;
    memcpy(f->ends, key, KEY_SIZE);
    f->kind = UNDECIDED;
    f->timer.kind = VQ_TIMER_TCP;
    vq_list_append(&in->lru[UNDECIDED], &f->lru);
    return f;
}

static void arm(struct vq_engine *e, struct tcp_flow *f)
{
    int64_t due = f->last + (f->kind == SIP ? IDLE_SIP : IDLE_OTHER);
    for (int i = 0; i < 2; i++) {
        int64_t since = vq_tcp_waiting(&f->ways[i].tcp);
        if (since != VQ_NONE && since + VQ_TCP_PATIENCE < due)
            due = since + VQ_TCP_PATIENCE;
    }
    if (!f->timer.next || due < f->timer.due)
        vq_timer_arm(&e->wheel, &f->timer, due);
}

void vq_tcp_timer(struct vq_engine *e, struct vq_timer *t)
{
    struct tcp_flow *f = VQ_CONTAINER(t, struct tcp_flow, timer);
    for (int i = 0; i < 2; i++) {
        struct work w = {.e = e, .f = f, .way = &f->ways[i]};
        const struct vq_tcp_reader to = reader(&w);
        vq_tcp_expire(&f->ways[i].tcp, e->now - VQ_TCP_PATIENCE, &to);
    }
    if (f->kind == FOREIGN)
        release(e->tcp, f);
    if (e->now - f->last >= (f->kind == SIP ? IDLE_SIP : IDLE_OTHER))
        drop_flow(e, f);
    else
        arm(e, f);
}

void vq_tcp_finish(struct vq_engine *e)
{
    /* SIP first: what turns out to be SIP only now joins the list that is done. */
    for (int k = SIP; k >= UNDECIDED; k--)
        for (struct vq_list *l = e->tcp->lru[k].next, *next; l != &e->tcp->lru[k]; l = next) {
            struct tcp_flow *f = VQ_CONTAINER(l, struct tcp_flow, lru);
            next = l->next;
            flush(e, f);
            if (f->kind == FOREIGN)
                release(e->tcp, f);
        }
}

/* ---- every segment ----------------------------------------------------------------------------------------------- */

static bool is_keep_alive(const struct work *w, struct vq_slice s)
{
    bool blank = w->f->tls ? w->content && !w->good && !w->bad : is_blank(s);
    return blank && w->way->framer.empty_lines > w->empty_lines; /* between messages */
}

/* Each frame is counted once, by what its connection is known to be; the undecided are remembered. */
static void account(struct vq_engine *e, const struct work *w, const struct vq_dgram *d)
{
    struct vq_stats *st = &e->stats;
    bool ping = is_keep_alive(w, d->payload);
    bool content = w->f->tls ? w->content : d->payload.n > 0; /* a TLS handshake is no SIP */
    if (w->f->kind == UNDECIDED) {
        w->f->undecided += content && !ping;
        w->f->pings += ping;
    }
    if (w->f->kind != SIP || !content || ping) {
        st->decoded[VQ_DEC_TCP]++;
        st->tcp_keep_alives += w->f->kind == SIP && ping;
    } else if (w->bad && !w->good) {
        st->not_decoded[d->payload.n < d->wire ? VQ_DROP_SNAP_CUT : VQ_DROP_SIP_BAD]++;
    } else {
        st->decoded[VQ_DEC_SIP]++;
    }
}

static void follow(struct vq_engine *e, struct tcp_flow *f, unsigned from, const struct vq_dgram *d)
{
    struct work w = {.e = e, .f = f, .way = &f->ways[from], .empty_lines = f->ways[from].framer.empty_lines};
    const struct vq_tcp_reader to = reader(&w);
    w.way->last = *d;
    w.way->last.payload = vq_slice(NULL, 0);
    if (vq_tcp_put(&w.way->tcp, d, &to))
        e->no_memory = true;
    account(e, &w, d);
    if (d->tcp_flags & VQ_TCP_RST && w.way->tcp.ended)
        flush(e, f);
    if (f->kind == FOREIGN)
        release(e->tcp, f);
}

void vq_tcp_packet(struct vq_engine *e, const struct vq_dgram *d)
{
    struct vq_tcp_in *in = e->tcp;
    unsigned from = memcmp(&d->src, &d->dst, sizeof d->src) > 0;
    const struct vq_endpoint key[2] = {from ? d->dst : d->src, from ? d->src : d->dst};
    uint64_t hash = vq_hash(e, key, KEY_SIZE, 10);
    uint32_t h = vq_table_find(&in->by_key, hash, flow_eq, key, in);
    bool news = d->wire || d->tcp_flags & VQ_TCP_SYN;
    struct tcp_flow *f = h ? flow_at(in, h) : NULL;
    if (!f && news) {
        f = new_flow(e, key, hash);
        if (!f) {
            e->no_memory = true;
            e->stats.not_decoded[VQ_DROP_NO_MEMORY]++;
            return;
        }
    }
    if (!f || (f->kind == FOREIGN && !(d->tcp_flags & VQ_TCP_SYN))) {
        e->stats.decoded[VQ_DEC_TCP]++;
    } else {
        if (f->kind == FOREIGN) { /* another connection on the same ports */
            f->kind = UNDECIDED;
            f->tries = 0;
            f->undecided = f->pings = 0;
        }
        follow(e, f, from, d);
    }
    if (!f)
        return;
    f->last = e->now;
    vq_list_touch(&in->lru[f->kind], &f->lru);
    arm(e, f);
    if (in->budget.cap - in->budget.used < BUDGET_ROOM)
        evict(e, UNDECIDED);
}
