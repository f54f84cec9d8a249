/* defrag_pieces.h - fragments by hand, for the two halves of the reassembly's tests. */
#ifndef VQ_TESTS_DEFRAG_PIECES_H
#define VQ_TESTS_DEFRAG_PIECES_H

#include "support/check.h"
#include "support/packet.h"

#include "net/defrag.h"

#define SECOND INT64_C(1000000000)
#define START (INT64_C(1700000000) * SECOND)

static inline struct vq_defrag *make(size_t bytes, uint32_t packets)
{
    struct vq_defrag *d = NULL;
    assert_int_equal(vq_defrag_new(&d, bytes, packets, 7), 0);
    return d;
}

/* A fragment of 10.0.0.1 or fd00::1 seen at START, captured whole. */
static inline struct vq_fragment piece(int family, uint32_t id, uint32_t offset, const char *text, bool more)
{
    struct vq_fragment f = {.id = id, .proto = 17, .ttl = 64, .dscp = 46, .more = more, .offset = offset, .ts = START};
    f.data = vq_slice(text, strlen(text));
    f.wire = (uint32_t)strlen(text);
    f.src = ep(family == 4 ? "10.0.0.1" : "fd00::1", 0);
    f.dst = ep(family == 4 ? "10.0.0.2" : "fd00::2", 0);
    return f;
}

static inline struct vq_fragment later(struct vq_fragment f, int64_t after)
{
    f.ts += after;
    return f;
}

static inline enum vq_defrag_verdict add(struct vq_defrag *d, struct vq_fragment f, struct vq_whole *w)
{
    static uint64_t frame;
    f.frame = ++frame;
    return vq_defrag_add(d, &f, w);
}

static inline void assert_text(const struct vq_whole *w, const char *text)
{
    assert_int_equal(w->data.n, strlen(text));
    assert_memory_equal(w->data.p, text, strlen(text));
}

#endif
