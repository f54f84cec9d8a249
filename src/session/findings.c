/* findings.c - gathers the facts of each object and asks the rules about them. */
#include "session/session.h"

#include <math.h>
#include <stdio.h>

#include "metrics/diagnosis.h"

/* Three passes, one for each severity, keep the worst first without a list to sort. */
struct sieve {
    enum vq_severity want;
    vq_finding_h *h;
    void *arg;
};

static void sift(const struct vq_finding *f, void *arg)
{
    const struct sieve *s = arg;
    if (f->severity == s->want)
        s->h(f, s->arg);
}

static void add_frame(struct vq_finding *f, uint64_t frame)
{
    if (frame && f->n_frames < sizeof f->frames / sizeof *f->frames)
        f->frames[f->n_frames++] = frame;
}

static void capture(const struct vq_engine *e, struct sieve *s)
{
    struct vq_stats st;
    vq_engine_stats(e, &st);
    struct vq_facts facts = {
        .subject = VQ_ABOUT_CAPTURE,
        .snap_cut = st.snap_cut_frames,
        .backwards = st.time_backwards,
        .backwards_ms = (double)st.time_backwards_max / 1e6,
        .fragments = st.not_decoded[VQ_DROP_IP_FRAGMENT],
        .bad_sip = st.not_decoded[VQ_DROP_SIP_BAD],
        .no_memory = st.not_decoded[VQ_DROP_NO_MEMORY],
        .evicted = st.evicted_calls + st.evicted_streams + st.evicted_flows + st.evicted_registrations + st.evicted_dialogs,
    };
    vq_diagnose(&facts, &(struct vq_finding){0}, sift, s);
}

static void registration(const struct vq_engine *e, uint32_t h, struct sieve *s)
{
    struct vq_registration r;
    vq_registration_get(e, h, &r);
    char name[80];
    snprintf(name, sizeof name, "Registration %u of %.40s", r.id, r.user ? r.user : "an unnamed user");
    struct vq_facts facts = {.subject = VQ_ABOUT_REGISTRATION, .name = name, .outcome = r.outcome, .status = r.status,
                             .challenged = r.challenged, .attempts = r.attempts, .retransmissions = r.retransmissions};
    struct vq_finding f = {.registration = h};
    add_frame(&f, r.messages ? r.messages->frame : 0);
    for (const struct vq_message *m = r.messages; m; m = m->next)
        if (m->status >= 300)
            add_frame(&f, m->frame);
    vq_diagnose(&facts, &f, sift, s);
}

/* The messages that tell a call's story: first, first retransmission or defect, answer, last. */
static void call_frames(const struct vq_call *c, struct vq_finding *f)
{
    const struct vq_message *m = c->messages;
    if (!m)
        return;
    add_frame(f, m->frame);
    for (; m; m = m->next)
        if (f->n_frames < 3 && (m->retransmission || m->defect || (m->status >= 200 && m != c->messages)))
            add_frame(f, m->frame);
}

static void call(const struct vq_engine *e, uint32_t h, struct sieve *s)
{
    struct vq_call c;
    vq_call_get(e, h, &c);
    char name[80];
    snprintf(name, sizeof name, "Call %u", c.id);
    struct vq_facts facts = {
        .subject = VQ_ABOUT_CALL, .name = name, .state = c.state, .status = c.status,
        .answered = c.answered != VQ_NONE, .mid_dialog = c.mid_dialog, .retransmissions = c.retransmissions,
        .talk_s = c.talk == VQ_NONE ? 0 : (double)c.talk / 1e9,
    };
    facts.no_ack = facts.answered && !c.mid_dialog && c.ack == VQ_NONE && c.talk >= VQ_TIMEOUT / 2;
    struct vq_finding f = {.call = h};
    for (const struct vq_message *m = c.messages; m && !facts.defect; m = m->next)
        facts.defect = m->defect;
    struct vq_stream st;
    for (uint32_t i = c.first_stream; i && vq_stream_get(e, i, &st); i = st.next_in_call) {
        facts.streams_to_caller += st.direction == VQ_DIR_CALLEE_TO_CALLER;
        facts.streams_to_callee += st.direction == VQ_DIR_CALLER_TO_CALLEE;
    }
    call_frames(&c, &f);
    vq_diagnose(&facts, &f, sift, s);
}

static const char *const direction_words[] = {"", ", caller to callee", ", callee to caller"};

static void stream(const struct vq_engine *e, uint32_t h, struct sieve *s)
{
    struct vq_stream st;
    vq_stream_get(e, h, &st);
    char name[120];
    snprintf(name, sizeof name, "Stream %u (%.32s%s)", st.id, st.codec ? st.codec : "unknown codec",
             direction_words[st.direction]);
    struct vq_facts facts = {
        .subject = VQ_ABOUT_STREAM, .name = name, .loss_pct = st.loss_pct, .jitter_max_ms = st.jitter_max_ms,
        .one_way_ms = st.one_way_ms, .one_way_measured = st.rtt_ms.n > 0, .r = st.r, .mos = st.mos, .packets = st.packets,
        .lost = st.lost, .duplicates = st.duplicates, .reordered = st.reordered, .stray = st.out_of_range,
        .reported_lost = st.reported_lost, .scored = st.scored, .bound = st.call != 0, .codec_known = st.codec != NULL,
    };
    for (const struct vq_segment *g = st.segments; g; g = g->next)
        facts.segments++;
    struct vq_finding f = {.stream = h, .call = st.call};
    add_frame(&f, st.first_frame);
    add_frame(&f, st.last_frame);
    vq_diagnose(&facts, &f, sift, s);
}

void vq_findings(const struct vq_engine *e, vq_finding_h *h, void *arg)
{
    for (int severity = VQ_ERROR; severity >= VQ_INFO; severity--) {
        struct sieve s = {(enum vq_severity)severity, h, arg};
        capture(e, &s);
        for (uint32_t i = vq_registration_next(e, 0); i; i = vq_registration_next(e, i))
            registration(e, i, &s);
        for (uint32_t i = vq_call_next(e, 0); i; i = vq_call_next(e, i))
            call(e, i, &s);
        for (uint32_t i = vq_stream_next(e, 0); i; i = vq_stream_next(e, i))
            stream(e, i, &s);
    }
}
