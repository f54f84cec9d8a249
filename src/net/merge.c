/* merge.c - a heap of inputs, ordered by the times of their next frames. */
#include "net/merge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct input {
    int64_t first;             /* as declared; then the tie-break */
    int64_t due;               /* time of its next frame */
    size_t order;              /* of adding */
    vq_merge_pull_h *pull;
    void *arg;
    size_t n, at;              /* frames in the batch, and which is next */
    struct vq_frame batch[VQ_BATCH];
};

struct vq_merge {
    struct input **heap;       /* the next frame of heap[0] is the next of all */
    size_t n, room;
    size_t added;
    uint64_t number;
    bool ordered;              /* the heap is one */
};

int vq_merge_new(struct vq_merge **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? 0 : -ENOMEM;
}

void vq_merge_free(struct vq_merge *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        free(m->heap[i]);
    free(m->heap);
    free(m);
}

int vq_merge_add(struct vq_merge *m, int64_t first, vq_merge_pull_h *pull, void *arg)
{
    if (m->n == m->room) {
        size_t room = m->room ? 2 * m->room : 16;
        struct input **heap = realloc(m->heap, room * sizeof *heap);
        if (!heap)
            return -ENOMEM;
        m->heap = heap;
        m->room = room;
    }
    struct input *in = calloc(1, sizeof *in);
    if (!in)
        return -ENOMEM;
    in->first = in->due = first;
    in->order = m->added++;
    in->pull = pull;
    in->arg = arg;
    m->heap[m->n++] = in;
    return 0;
}

static bool before(const struct input *a, const struct input *b)
{
    if (a->due != b->due)
        return a->due < b->due;
    return a->first != b->first ? a->first < b->first : a->order < b->order;
}

static void sift_down(struct vq_merge *m, size_t at)
{
    for (;;) {
        size_t least = at, child = 2 * at + 1;
        for (size_t i = child; i < child + 2 && i < m->n; i++)
            if (before(m->heap[i], m->heap[least]))
                least = i;
        if (least == at)
            return;
        struct input *in = m->heap[at];
        m->heap[at] = m->heap[least];
        m->heap[least] = in;
        at = least;
    }
}

static void drop_top(struct vq_merge *m)
{
    free(m->heap[0]);
    m->heap[0] = m->heap[--m->n];
    sift_down(m, 0);
}

/* The input that is due after heap[0], NULL: there is none. */
static const struct input *second(const struct vq_merge *m)
{
    if (m->n < 2)
        return NULL;
    return m->n > 2 && before(m->heap[2], m->heap[1]) ? m->heap[2] : m->heap[1];
}

/* Makes heap[0] an input with a frame at hand; false when no input has any left. Earlier frames become invalid. */
static bool refill(struct vq_merge *m)
{
    while (m->n && m->heap[0]->at == m->heap[0]->n) {
        struct input *in = m->heap[0];
        in->n = in->pull(in->batch, VQ_BATCH, in->arg);
        in->at = 0;
        if (in->n) {
            in->due = in->batch[0].ts;
            sift_down(m, 0);
        } else {
            drop_top(m);
        }
    }
    return m->n > 0;
}

size_t vq_merge_next(struct vq_merge *m, struct vq_frame *frames, size_t max)
{
    size_t n = 0;
    for (size_t i = m->ordered ? 0 : m->n / 2; i--;)
        sift_down(m, i);
    m->ordered = true;
    if (!refill(m))
        return 0;
    while (n < max && m->heap[0]->at < m->heap[0]->n) {
        struct input *in = m->heap[0];
        const struct input *next = second(m);
        do {
            frames[n] = in->batch[in->at++];
            frames[n++].number = ++m->number;
            /* What comes after its batch is known only by a pull, which would take away the frames handed out. */
            if (in->at == in->n)
                return n;
            in->due = in->batch[in->at].ts;
        } while (n < max && (!next || before(in, next)));
        sift_down(m, 0);
    }
    return n;
}
