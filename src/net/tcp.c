/* tcp.c - see tcp.h. Sequence numbers are compared by their distance, which wraps as they do (RFC 9293 3.4). */
#include "net/tcp.h"

#include <errno.h>
#include <stdlib.h>

struct vq_tcp_piece {
    struct vq_tcp_piece *next;
    int64_t ts;
    uint32_t seq, wire; /* the bytes it stands for ... */
    uint32_t n;         /* ... and those of them that were captured */
    uint8_t bytes[];
};

/* A run of bytes on its way in. */
struct run {
    uint32_t seq, wire;
    struct vq_slice bytes;
    int64_t ts;
};

static int32_t distance(uint32_t from, uint32_t to)
{
    return (int32_t)(to - from);
}

static void say(const struct vq_tcp_reader *to, enum vq_tcp_event what)
{
    to->h(what, vq_slice(NULL, 0), to->arg);
}

static uint32_t cost(const struct vq_tcp_piece *p)
{
    return (uint32_t)sizeof *p + p->n;
}

/* The part of a run from `from` on, `wire` bytes long. */
static struct run part(const struct run *r, uint32_t from, uint32_t wire)
{
    uint32_t skip = from - r->seq;
    size_t n = skip < r->bytes.n ? r->bytes.n - skip : 0;
    if (n > wire)
        n = wire;
    return (struct run){from, wire, n ? vq_slice(r->bytes.p + skip, n) : vq_slice(NULL, 0), r->ts};
}

/* Bytes that the snap length cut off will not come any more. */
static void pass_on(struct vq_tcp *t, const struct run *r, const struct vq_tcp_reader *to)
{
    t->next = r->seq + r->wire;
    t->ended = false;
    if (r->bytes.n)
        to->h(VQ_TCP_DATA, r->bytes, to->arg);
    if (r->bytes.n < r->wire)
        say(to, VQ_TCP_HOLE);
}

static void pass_on_first(struct vq_tcp *t, const struct vq_tcp_reader *to)
{
    struct vq_tcp_piece *p = t->early;
    t->early = p->next;
    t->n_pieces--;
    t->kept -= cost(p);
    vq_budget_give(to->budget, cost(p));
    pass_on(t, &(struct run){p->seq, p->wire, vq_slice(p->bytes, p->n), p->ts}, to);
    free(p);
}

static void pass_on_ready(struct vq_tcp *t, const struct vq_tcp_reader *to)
{
    while (t->early && t->early->seq == t->next)
        pass_on_first(t, to);
}

static void give_up_hole(struct vq_tcp *t, const struct vq_tcp_reader *to)
{
    say(to, VQ_TCP_HOLE);
    t->next = t->early->seq;
    pass_on_ready(t, to);
}

/* What begins at `next`, with the pieces that lie in its way. */
static void in_order(struct vq_tcp *t, struct run r, const struct vq_tcp_reader *to)
{
    uint32_t end = r.seq + r.wire;
    while (distance(t->next, end) > 0) {
        uint32_t upto = t->early && distance(t->early->seq, end) > 0 ? t->early->seq : end;
        struct run now = part(&r, t->next, upto - t->next);
        pass_on(t, &now, to);
        pass_on_ready(t, to);
    }
}

/* A copy of the run put at `*at`; false when there is no room or no memory for it. */
static bool insert(struct vq_tcp *t, struct vq_tcp_piece **at, const struct run *r, struct vq_budget *budget, int *rc)
{
    size_t need = sizeof(struct vq_tcp_piece) + r->bytes.n;
    if (t->n_pieces == VQ_TCP_PIECES || t->kept + need > VQ_TCP_KEPT || !vq_budget_take(budget, need))
        return false;
    struct vq_tcp_piece *p = malloc(need);
    if (!p) {
        vq_budget_give(budget, need);
        *rc = -ENOMEM;
        return false;
    }
    *p = (struct vq_tcp_piece){.next = *at, .ts = r->ts, .seq = r->seq, .wire = r->wire, .n = (uint32_t)r->bytes.n};
    if (r->bytes.n)
        memcpy(p->bytes, r->bytes.p, r->bytes.n);
    *at = p;
    t->n_pieces++;
    t->kept += (uint32_t)need;
    return true;
}

/* Keeps what no piece covers yet; false when some of it found no room. */
static bool keep(struct vq_tcp *t, const struct run *r, struct vq_budget *budget, int *rc)
{
    uint32_t from = r->seq, end = r->seq + r->wire;
    struct vq_tcp_piece **at = &t->early;
    while (distance(from, end) > 0) {
        struct vq_tcp_piece *p = *at;
        if (p && distance(p->seq, from) >= 0) {
            uint32_t p_end = p->seq + p->wire;
            if (distance(from, p_end) > 0)
                from = p_end;
            at = &p->next;
            continue;
        }
        uint32_t upto = p && distance(p->seq, end) > 0 ? p->seq : end;
        struct run now = part(r, from, upto - from);
        if (!insert(t, at, &now, budget, rc))
            return false;
        at = &(*at)->next;
        from = upto;
    }
    return true;
}

static void take(struct vq_tcp *t, struct run r, const struct vq_tcp_reader *to, int *rc)
{
    for (;;) {
        if (distance(t->next, r.seq + r.wire) <= 0)
            return; /* sent again */
        if (distance(t->next, r.seq) < 0)
            r = part(&r, t->next, r.seq + r.wire - t->next);
        if (r.seq == t->next) {
            in_order(t, r, to);
            return;
        }
        if (keep(t, &r, to->budget, rc))
            return;
        /* No room: the oldest hole goes, and if it is this segment's own, nothing has to be kept. */
        if (!t->early || distance(r.seq, t->early->seq) > 0) {
            say(to, VQ_TCP_HOLE);
            t->next = r.seq;
        } else {
            give_up_hole(t, to);
        }
    }
}

void vq_tcp_flush(struct vq_tcp *t, const struct vq_tcp_reader *to)
{
    while (t->early)
        give_up_hole(t, to);
    if (t->started && !t->ended) {
        t->ended = true;
        say(to, VQ_TCP_END);
    }
}

/* A SYN says where the stream begins. One whose first byte is known already was sent again or came late. */
static void begin(struct vq_tcp *t, uint32_t first, const struct vq_tcp_reader *to)
{
    if (!t->started || t->first != first) {
        vq_tcp_flush(t, to);
        *t = (struct vq_tcp){.first = first, .next = first, .started = true, .ended = true}; /* nothing yet that could end */
    }
    t->syn = true;
}

static bool is_near(const struct vq_tcp *t, uint32_t seq)
{
    int32_t ahead = distance(t->next, seq);
    return ahead <= VQ_TCP_WINDOW && ahead >= -VQ_TCP_WINDOW;
}

/* Far from everything before: a mistake or a forgery, unless the next segment goes on from there. */
static bool believable(struct vq_tcp *t, const struct run *r, const struct vq_tcp_reader *to)
{
    if (is_near(t, r->seq)) {
        t->strayed = false;
        return true;
    }
    if (!t->strayed || t->stray_next != r->seq) {
        t->strayed = true;
        t->stray_next = r->seq + r->wire;
        return false;
    }
    t->strayed = false;
    while (t->early)
        give_up_hole(t, to);
    say(to, VQ_TCP_HOLE);
    t->next = r->seq;
    return true;
}

int vq_tcp_put(struct vq_tcp *t, const struct vq_dgram *d, const struct vq_tcp_reader *to)
{
    int rc = 0;
    struct run r = {d->tcp_seq, d->wire, d->payload, d->ts};
    if (d->tcp_flags & VQ_TCP_SYN)
        begin(t, ++r.seq, to);
    if (d->tcp_flags & VQ_TCP_RST) { /* what it may carry is a text for people (RFC 9293 3.10.7) */
        if (t->started && is_near(t, r.seq))
            vq_tcp_flush(t, to);
        return 0;
    }
    if (r.wire) {
        if (!t->started) {
            t->started = true;
            t->first = t->next = r.seq;
        }
        if (!believable(t, &r, to))
            return 0;
        take(t, r, to, &rc);
    }
    if (d->tcp_flags & VQ_TCP_FIN && t->started && is_near(t, r.seq)) {
        t->fin = true;
        t->fin_seq = r.seq + r.wire;
    }
    if (t->fin && t->next == t->fin_seq)
        vq_tcp_flush(t, to);
    return rc;
}

void vq_tcp_expire(struct vq_tcp *t, int64_t since, const struct vq_tcp_reader *to)
{
    while (t->early && t->early->ts <= since)
        give_up_hole(t, to);
    if (t->fin && t->next == t->fin_seq)
        vq_tcp_flush(t, to);
}

int64_t vq_tcp_waiting(const struct vq_tcp *t)
{
    return t->early ? t->early->ts : VQ_NONE;
}

void vq_tcp_done(struct vq_tcp *t, struct vq_budget *budget)
{
    for (struct vq_tcp_piece *p = t->early, *next; p; p = next) {
        next = p->next;
        vq_budget_give(budget, cost(p));
        free(p);
    }
    *t = (struct vq_tcp){0};
}
