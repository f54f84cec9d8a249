/* A byte stream cut in two ways gives the same messages. The first byte seeds the second way; a byte 0xff in the stream
 * stands for a hole, 0xfe for an end: they cut both. */
#include <assert.h>

#include "proto/classify.h"
#include "proto/sip_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct sum {
    uint64_t hash, messages, bytes;
};

static void note(struct vq_slice m, enum vq_sip_frame_fault fault, void *arg)
{
    struct sum *s = arg;
    assert(vq_looks_sip(m) && m.n <= VQ_SIP_FRAME_MOST);
    for (size_t i = 0; i < m.n; i++)
        s->hash = (s->hash ^ m.p[i]) * 0x100000001b3u;
    s->hash = (s->hash ^ fault) * 0x100000001b3u;
    s->messages++;
    s->bytes += m.n;
}

static struct sum read_stream(struct vq_slice s, unsigned seed)
{
    struct sum sum = {0};
    struct vq_budget budget = {.cap = 1 << 20};
    struct vq_sip_framer f = {0};
    const struct vq_sip_reader to = {note, &sum, &budget};
    while (s.n) {
        size_t n = 0, most = seed ? seed % 37 + 1 : s.n;
        seed = seed ? seed * 5 + 1 : 0;
        while (n < s.n && n < most && s.p[n] < 0xfe)
            n++;
        if (n)
            assert(vq_sip_frame_put(&f, vq_slice(s.p, n), &to) == 0);
        else if (s.p[0] == 0xff)
            vq_sip_frame_hole(&f, &to);
        else
            vq_sip_frame_end(&f, &to);
        n += n == 0;
        s = vq_slice(s.p + n, s.n - n);
        assert(budget.used == f.room && f.n <= f.room);
    }
    sum.hash ^= f.skipped * 31 + f.empty_lines * 17 + f.begun;
    vq_sip_frame_end(&f, &to);
    vq_sip_frame_done(&f, &budget);
    assert(budget.used == 0);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!n)
        return 0;
    struct vq_slice s = vq_slice(data + 1, n - 1);
    struct sum a = read_stream(s, 0), b = read_stream(s, data[0] | 1u);
    assert(a.hash == b.hash && a.messages == b.messages && a.bytes <= n);
    return 0;
}
