/* Segments of one direction in any order. Each piece of input is: a byte of flags, one of time, four of sequence
 * number, one of bytes cut off by the snap length, one of length, the payload. No more comes out than went in, and what
 * is kept stays within its limits. */
#include <assert.h>

#include "net/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct count {
    size_t bytes, events;
    uint8_t sum;
    bool ended;
};

static void note(enum vq_tcp_event what, struct vq_slice bytes, void *arg)
{
    struct count *c = arg;
    assert((what == VQ_TCP_DATA) == (bytes.n > 0));
    assert(what != VQ_TCP_END || !c->ended);
    for (size_t i = 0; i < bytes.n; i++)
        c->sum = (uint8_t)(c->sum + bytes.p[i]);
    c->bytes += bytes.n;
    c->events++;
    c->ended = what == VQ_TCP_END;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct count c = {.ended = true};
    struct vq_budget budget = {.cap = 1000};
    struct vq_tcp t = {0};
    const struct vq_tcp_reader to = {note, &c, &budget};
    struct vq_rd r = vq_rd(data, n);
    struct vq_dgram d = {.carrier = VQ_CARRIER_TCP};
    size_t fed = 0;
    while (vq_rd_left(&r)) {
        uint8_t flags = vq_rd_u8(&r), later = vq_rd_u8(&r);
        d.tcp_seq = vq_rd_u32(&r);
        uint8_t cut = vq_rd_u8(&r), len = vq_rd_u8(&r);
        if (r.bad)
            break;
        d.tcp_flags = flags;
        d.ts += later * INT64_C(100000000);
        d.payload = vq_rd_slice(&r, len < vq_rd_left(&r) ? len : vq_rd_left(&r));
        d.wire = (uint32_t)d.payload.n + cut;
        fed += d.payload.n;
        assert(vq_tcp_put(&t, &d, &to) == 0);
        if (flags & 0x80)
            vq_tcp_expire(&t, d.ts - VQ_TCP_PATIENCE, &to);
        assert(budget.used <= budget.cap && budget.used == t.kept && t.n_pieces <= VQ_TCP_PIECES);
        assert((vq_tcp_waiting(&t) == VQ_NONE) == (t.n_pieces == 0));
        assert(c.bytes <= fed);
    }
    if (n % 2)
        vq_tcp_flush(&t, &to);
    vq_tcp_done(&t, &budget);
    assert(budget.used == 0);
    return 0;
}
