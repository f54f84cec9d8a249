/* ahead.h - for walks over all calls or streams: what the next few steps are going to read is fetched while this one is
 * worked on. With tens of thousands of objects a walk costs cache misses, not arithmetic. Inline to the last: a compiler
 * leaves out calls of a function that does nothing but prefetch. */
#ifndef VQ_SESSION_AHEAD_H
#define VQ_SESSION_AHEAD_H

#include "session/state.h"

#define VQ_AHEAD static inline __attribute__((always_inline)) void

VQ_AHEAD vq_ahead_bytes(const void *p, size_t n)
{
    for (size_t at = 0; at < n; at += 64)
        __builtin_prefetch((const char *)p + at);
}

/* What others ask of a stream of their call: when it went, which way, and who is next. */
VQ_AHEAD vq_ahead_of_sibling(const struct vq_list *in_call)
{
    const char *s = (const char *)VQ_CONTAINER(in_call, struct vq_rtp_stream, in_call);
    const size_t from = offsetof(struct vq_rtp_stream, cold), to = offsetof(struct vq_rtp_stream, transit);
    __builtin_prefetch(s);
    vq_ahead_bytes(s + from, to - from);
}

/* A stream is fetched three steps ahead, what it names two or one: by then it is here to be asked. */
VQ_AHEAD vq_ahead_of_stream(const struct vq_engine *e, const struct vq_rtp_stream *s)
{
    const struct vq_list *next[4] = {&s->all};
    for (int i = 1; i < 4; i++) {
        next[i] = next[i - 1]->next;
        if (next[i] == &e->stream_all)
            return;
    }
    const struct vq_rtp_stream *first = VQ_CONTAINER(next[1], struct vq_rtp_stream, all),
                               *second = VQ_CONTAINER(next[2], struct vq_rtp_stream, all),
                               *third = VQ_CONTAINER(next[3], struct vq_rtp_stream, all);
    const struct vq_flow *flow = vq_flow_at(e, first->flow);
    if (flow->promise)
        vq_ahead_bytes(vq_promise_at(e, flow->promise), sizeof(struct vq_promise));
    if (first->call) {
        const struct vq_list *streams = &vq_sip_call_at(e, first->call)->streams;
        vq_ahead_of_sibling(streams->next == &first->in_call ? streams->prev : streams->next);
    }
    vq_ahead_bytes(vq_flow_at(e, second->flow), sizeof(struct vq_flow));
    vq_ahead_bytes(vq_cold_at(e, second->cold), offsetof(struct vq_stream_cold, marks));
    if (second->call) {
        const struct vq_sip_call *c = vq_sip_call_at(e, second->call);
        __builtin_prefetch(&c->c.mid_dialog);
        __builtin_prefetch(&c->streams);
    }
    vq_ahead_bytes(third, offsetof(struct vq_rtp_stream, arrivals[24]));
}

/* A call three steps ahead, its first and last stream two, and what is asked of these one: most calls have no more. */
VQ_AHEAD vq_ahead_of_call(const struct vq_engine *e, const struct vq_sip_call *c)
{
    const struct vq_list *all = &e->talks[VQ_TALK_CALL].all, *next[4] = {&c->talk.all};
    for (int i = 1; i < 4; i++) {
        next[i] = next[i - 1]->next;
        if (next[i] == all)
            return;
    }
    const struct vq_sip_call *first = VQ_CONTAINER(next[1], struct vq_sip_call, talk.all),
                             *second = VQ_CONTAINER(next[2], struct vq_sip_call, talk.all);
    for (int i = 0; i < 2; i++) {
        const struct vq_list *l = i ? first->streams.prev : first->streams.next;
        if (l != &first->streams)
            __builtin_prefetch(vq_cold_at(e, VQ_CONTAINER(l, struct vq_rtp_stream, in_call)->cold));
        l = i ? second->streams.prev : second->streams.next;
        if (l != &second->streams)
            vq_ahead_of_sibling(l);
    }
    vq_ahead_bytes(VQ_CONTAINER(next[3], struct vq_sip_call, talk.all), sizeof *c);
}

#endif
