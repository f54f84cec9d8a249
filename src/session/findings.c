/* findings.c - gathers the facts of each object and asks the rules about them. */
#include "session/ahead.h"
#include "session/session.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/diagnosis.h"

/* The finding that any rule about an object would fill in, and what the object is called in it. */
struct case_file {
    struct vq_finding finding;
    char name[120];
};

/* Which rules hold of which object: 16 bytes each instead of the words. */
struct record {
    uint64_t rules;
    uint32_t handle;
};

struct vq_diagnosis {
    struct records {
        struct record *r;
        size_t n, room;
    } of[VQ_SUBJECTS];
    uint64_t counts[VQ_ERROR + 1];
    uint64_t of_severity[VQ_SUBJECTS][VQ_ERROR + 1]; /* rules, as vq_diagnose() numbers them */
    struct vq_totals totals;
    struct vq_pinged_list peers;
    uint64_t lost;   /* packets, of all streams */
    bool of_the_end; /* made after vq_engine_finish(): stays true */
};

static void add_frame(struct vq_finding *f, uint64_t frame)
{
    if (frame && f->n_frames < sizeof f->frames / sizeof *f->frames)
        f->frames[f->n_frames++] = frame;
}

/* ---- each subject: its facts, and for the rules that hold its name and frames -------------------------------------- */

static void capture(const struct vq_engine *e, uint32_t handle, struct vq_facts *f)
{
    struct vq_stats st;
    struct vq_clock_step step = {.frame = 0};
    (void)handle;
    vq_engine_stats(e, &st);
    size_t steps = vq_clock_steps(e, &step, 1);
    *f = (struct vq_facts){
        .subject = VQ_ABOUT_CAPTURE,
        .kernel_dropped = st.kernel_dropped,
        .frames = st.frames,
        .lost_of_all = e->diagnosis->lost,
        .snap_cut = st.snap_cut_frames,
        .backwards = st.time_backwards,
        .backwards_ms = (double)st.time_backwards_max / 1e6,
        .clock_steps = steps,
        .clock_step_frame = step.frame,
        .clock_step_ms = step.step_ms,
        .fragments = st.not_decoded[VQ_DROP_IP_FRAGMENT],
        .bad_sip = st.not_decoded[VQ_DROP_SIP_BAD],
        .no_memory = st.not_decoded[VQ_DROP_NO_MEMORY],
        .evicted = st.evicted_calls + st.evicted_streams + st.evicted_flows + st.evicted_registrations + st.evicted_dialogs,
        .tcp_gaps = st.tcp_gaps,
        .tls = st.tcp_tls_sip_flows,
        .tls_unread = e->stats.tcp_tls_unread,
        .tls_decrypted = st.tcp_tls_decrypted_flows,
        .tls_suite = st.tcp_tls_unread_suite,
        .keylog = st.tls_keylog,
        .streams_without_sip = vq_without_sip(e) ? e->diagnosis->totals.streams : 0,
    };
    vq_capture_hole_facts(e, f);
}

static void capture_evidence(const struct vq_engine *e, uint32_t handle, struct case_file *c)
{
    (void)e;
    (void)handle;
    (void)c; /* no one frame stands for the whole */
}

static void registration(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    struct vq_registration r;
    vq_registration_get(e, h, &r);
    *f = (struct vq_facts){.subject = VQ_ABOUT_REGISTRATION, .outcome = r.outcome, .status = r.status,
                           .reason = r.reason ? r.reason : "",
                           .challenged = r.challenged, .attempts = r.attempts, .retransmissions = r.retransmissions};
    const struct vq_sip_registration *sr = vq_pool_at(&e->talks[VQ_TALK_REGISTRATION].pool, h);
    const struct vq_endpoint *outside = vq_registration_hidden(sr);
    if (outside)
        f->hidden[0] = (struct vq_hidden_facts){.inside = &sr->contact_at, .outside = outside};
    f->rewritten = sr->talk.alg ? &sr->talk.alg->sent_by : NULL;
    vq_registration_sip_facts(e, h, f);
}

static void registration_evidence(const struct vq_engine *e, uint32_t h, struct case_file *c)
{
    struct vq_registration r;
    vq_registration_get(e, h, &r);
    snprintf(c->name, sizeof c->name, "Registration %u of %.40s", r.id, r.user ? r.user : "an unnamed user");
    c->finding.registration = h;
    struct vq_message m;
    for (const struct vq_note *n = r.messages; vq_message_read(&n, &m);)
        if (c->finding.n_frames == 0 || m.status >= 300)
            add_frame(&c->finding, m.frame);
}

static void call(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    const struct vq_sip_call *sc = vq_sip_call_at(e, h);
    const struct vq_call *c = &sc->c;
    int64_t talk = vq_call_talk(e, sc);
    *f = (struct vq_facts){
        .subject = VQ_ABOUT_CALL, .state = c->state, .status = c->status, .answered = c->answered != VQ_NONE,
        .mid_dialog = c->mid_dialog, .retransmissions = sc->talk.retransmissions, .defect = sc->talk.defect,
        .talk_s = talk == VQ_NONE ? 0 : (double)talk / 1e9,
    };
    vq_call_sip_facts(e, sc, f);
    f->no_ack |= f->answered && !c->mid_dialog && c->ack == VQ_NONE && talk >= VQ_TIMEOUT / 2;
    vq_call_media_facts(e, sc, f);
    struct vq_hidden hidden;
    for (int callee = 0; callee < 2; callee++)
        if (vq_call_hidden(e, sc, !callee, &hidden))
            f->hidden[callee] = (struct vq_hidden_facts){hidden.announced, hidden.outside, hidden.reached};
    f->rewritten = sc->talk.alg ? &sc->talk.alg->sent_by : NULL;
}

/* The messages that tell a call's story: the first, then retransmissions, defects and final answers. */
static void call_evidence(const struct vq_engine *e, uint32_t h, struct case_file *c)
{
    const struct vq_talk *t = &vq_sip_call_at(e, h)->talk;
    const struct vq_joint *j = vq_joint_of(e, h);
    snprintf(c->name, sizeof c->name, "Call %u", j ? vq_sip_call_at(e, j->first)->talk.id : t->id);
    if (j) {
        size_t n = strlen(c->name);
        snprintf(c->name + n, sizeof c->name - n, ", leg %u", j->leg);
    }
    c->finding.call = j ? j->first : h;
    struct vq_message m;
    for (const struct vq_note *n = t->first; vq_message_read(&n, &m);)
        if (c->finding.n_frames == 0 || (c->finding.n_frames < 3 && (m.retransmission || m.defect || m.status >= 200)))
            add_frame(&c->finding, m.frame);
}

static void stream_evidence(const struct vq_engine *e, uint32_t h, struct case_file *c)
{
    static const char *const direction_words[] = {"", ", caller to callee", ", callee to caller"};
    const struct vq_rtp_stream *s = vq_rtp_stream_at(e, h);
    const char *name = vq_cold_at(e, s->cold)->codec_name;
    if (s->codec)
        name = s->codec->name;
    snprintf(c->name, sizeof c->name, "Stream %u (%.32s%s)", s->id, name ? name : "unknown codec",
             direction_words[s->direction]);
    c->finding.stream = h;
    c->finding.call = vq_joint_of(e, s->call) ? vq_joint_of(e, s->call)->first : s->call;
    add_frame(&c->finding, s->first_frame);
    add_frame(&c->finding, s->last_frame);
}

/* The engine's ICMP errors count from 1 here, like handles. */
static uint32_t next_icmp(const struct vq_engine *e, uint32_t handle)
{
    return handle < e->n_icmps ? handle + 1 : 0;
}

/* The call tells it already: that is why one party hears nothing. */
static bool told_by_call(const struct vq_engine *e, const struct vq_icmp *c)
{
    struct vq_facts f = {.subject = VQ_ABOUT_CALL};
    if (!c->call || !c->while_talking)
        return false;
    vq_call_media_facts(e, vq_sip_call_at(e, c->call), &f);
    return f.hears[0].icmp == c || f.hears[1].icmp == c;
}

static void icmp(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    const struct vq_icmp *c = &e->icmps[h - 1];
    *f = (struct vq_facts){
        .subject = VQ_ABOUT_ICMP, .icmp_kind = c->kind, .icmp_count = c->count, .icmp_while_talking = told_by_call(e, c) ? 0 : c->while_talking,
        .icmp_sip = c->about_dst.port == 5060 || c->about_dst.port == 5061,
        .icmp_reporter = &c->reporter, .icmp_about = &c->about_dst,
    };
}

static void icmp_evidence(const struct vq_engine *e, uint32_t h, struct case_file *f)
{
    struct vq_icmp c;
    vq_icmp_get(e, h - 1, &c);
    snprintf(f->name, sizeof f->name, "Call %u", c.call_id);
    f->finding.call = c.call;
    for (unsigned i = 0; i < c.n_frames; i++)
        add_frame(&f->finding, c.frames[i]);
}

/* NATs by their place in the network's list, counted from 1; likewise STUN. */
static uint32_t next_nat(const struct vq_engine *e, uint32_t handle)
{
    struct vq_network n;
    return vq_network_get(e, &n) == 0 && handle < n.n_nats ? handle + 1 : 0;
}

static void nat(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    struct vq_network n;
    *f = (struct vq_facts){.subject = VQ_ABOUT_NAT};
    if (vq_network_get(e, &n))
        return;
    const struct vq_nat_client *c = &n.nats[h - 1];
    f->nat_inside = &c->inside;
    f->nat_outside = &c->outside;
    f->nat_symmetric = c->behaviour == VQ_NAT_DEPENDENT;
}

static void nat_evidence(const struct vq_engine *e, uint32_t h, struct case_file *c)
{
    struct vq_network n;
    for (size_t i = 0; vq_network_get(e, &n) == 0 && i < n.nats[h - 1].n_mappings; i++)
        add_frame(&c->finding, n.nats[h - 1].mappings[i].frames[VQ_NAT_BY_STUN]);
}

static uint32_t next_stun(const struct vq_engine *e, uint32_t handle)
{
    return handle < e->n_nats ? handle + 1 : 0;
}

/* Where STUN servers listen by custom (RFC 8489 8.1, and Google's). A phone that asks its peer's RTP port only wants to open a way, and an
 * answer is not needed for that. */
static bool is_stun_port(uint16_t port)
{
    return port == 3478 || port == 3479 || port == 5349 || (port >= 19302 && port <= 19309);
}

/* Of several endpoints that ask a server the first one speaks for all: none got an answer. */
static bool is_silent(const struct vq_engine *e, size_t which, uint64_t *asked)
{
    const struct vq_stun *s = &e->nats[which].s;
    *asked = 0;
    for (size_t i = 0; i < e->n_nats; i++) {
        struct vq_stun x;
        if (!vq_endpoint_same_host(&e->nats[i].s.client, &s->client) ||
            !vq_endpoint_same_host(&e->nats[i].s.server, &s->server))
            continue;
        vq_stun_get(e, i, &x);
        if (i < which || x.unanswered != x.requests || x.errors || !is_stun_port(x.server.port))
            return false;
        *asked += x.requests + x.retransmissions;
    }
    return *asked > 1; /* a single one may be lost, or the capture may end too soon */
}

static void stun(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    *f = (struct vq_facts){.subject = VQ_ABOUT_STUN, .stun_client = &e->nats[h - 1].s.client,
                           .stun_server = &e->nats[h - 1].s.server};
    f->stun_silent = is_stun_port(f->stun_server->port) && is_silent(e, h - 1, &f->stun_asked);
}

static void stun_evidence(const struct vq_engine *e, uint32_t h, struct case_file *c)
{
    add_frame(&c->finding, e->nats[h - 1].s.frame);
}

/* Peers by their place in the diagnosis's list, counted from 1. */
static uint32_t next_peer(const struct vq_engine *e, uint32_t handle)
{
    return handle < e->diagnosis->peers.n ? handle + 1 : 0;
}

static void peer(const struct vq_engine *e, uint32_t h, struct vq_facts *f)
{
    const struct vq_pinged *p = &e->diagnosis->peers.peer[h - 1];
    *f = (struct vq_facts){.subject = VQ_ABOUT_PEER, .peer = &p->host, .peer_asked = p->asked, .peer_answered = p->answered};
}

static void peer_evidence(const struct vq_engine *e, uint32_t h, struct case_file *c)
{
    const struct vq_pinged *p = &e->diagnosis->peers.peer[h - 1];
    for (unsigned i = 0; i < p->n_frames; i++)
        add_frame(&c->finding, p->frames[i]);
}

/* ---- the list ---------------------------------------------------------------------------------------------------- */

static uint32_t only_capture(const struct vq_engine *e, uint32_t handle)
{
    (void)e;
    return handle ? 0 : 1;
}

static const struct {
    uint32_t (*next)(const struct vq_engine *e, uint32_t handle);
    void (*gather)(const struct vq_engine *e, uint32_t handle, struct vq_facts *f);
    void (*evidence)(const struct vq_engine *e, uint32_t handle, struct case_file *c);
} subjects[VQ_SUBJECTS] = {
    [VQ_ABOUT_CAPTURE] = {only_capture, capture, capture_evidence},
    [VQ_ABOUT_REGISTRATION] = {vq_registration_next, registration, registration_evidence},
    [VQ_ABOUT_CALL] = {vq_call_next_id, call, call_evidence},
    [VQ_ABOUT_STREAM] = {vq_stream_next, vq_stream_facts, stream_evidence},
    [VQ_ABOUT_ICMP] = {next_icmp, icmp, icmp_evidence},
    [VQ_ABOUT_NAT] = {next_nat, nat, nat_evidence},
    [VQ_ABOUT_STUN] = {next_stun, stun, stun_evidence},
    [VQ_ABOUT_PEER] = {next_peer, peer, peer_evidence},
};

struct vq_diagnosis *vq_diagnosis_new(void)
{
    struct vq_diagnosis *d = calloc(1, sizeof *d);
    for (int i = 0; d && i < VQ_SUBJECTS; i++)
        for (int s = VQ_INFO; s <= VQ_ERROR; s++)
            d->of_severity[i][s] = vq_rules_of_severity((enum vq_subject)i, (enum vq_severity)s);
    return d;
}

void vq_diagnosis_free(struct vq_diagnosis *d)
{
    for (int i = 0; d && i < VQ_SUBJECTS; i++)
        free(d->of[i].r);
    free(d);
}

/* Asks the rules about one object; 0 or -ENOMEM. */
static int examine(const struct vq_engine *e, enum vq_subject subject, uint32_t handle)
{
    struct vq_diagnosis *d = e->diagnosis;
    struct records *l = &d->of[subject];
    struct vq_facts facts;
    subjects[subject].gather(e, handle, &facts);
    uint64_t rules = vq_diagnose(&facts);
    if (!rules)
        return 0;
    if (l->n == l->room) {
        size_t room = l->room ? 2 * l->room : 64;
        struct record *p = realloc(l->r, room * sizeof *p);
        if (!p)
            return -ENOMEM;
        l->r = p;
        l->room = room;
    }
    l->r[l->n++] = (struct record){rules, handle};
    for (int s = VQ_INFO; s <= VQ_ERROR; s++)
        d->counts[s] += (uint64_t)__builtin_popcountll(rules & d->of_severity[subject][s]);
    return 0;
}

static void add_stream(const struct vq_engine *e, uint32_t handle, struct vq_totals *t)
{
    struct vq_rtp_stream *s = vq_rtp_stream_at(e, handle);
    vq_ahead_of_stream(e, s);
    vq_stream_brief(e, s); /* scored here, once for all that follows */
    e->diagnosis->lost += s->brief.lost;
    t->streams++;
    t->streams_without_call += !s->call;
    t->streams_encrypted += s->encrypted;
}

static void worst_of(const struct vq_engine *e, const struct vq_sip_call *c, double *worst)
{
    for (const struct vq_list *l = c->streams.next; l != &c->streams; l = l->next) {
        struct vq_heard heard;
        vq_stream_heard(e, VQ_CONTAINER(l, struct vq_rtp_stream, in_call), &heard);
        if (!isnan(heard.mos) && !(heard.mos >= *worst))
            *worst = heard.mos;
    }
}

static void add_call(const struct vq_engine *e, uint32_t handle, struct vq_totals *t)
{
    const struct vq_sip_call *c = vq_sip_call_at(e, handle);
    const struct vq_joint *j = vq_joint_of(e, handle);
    double worst = (double)NAN;
    vq_ahead_of_call(e, c);
    if (j && j->first != handle)
        return; /* a call counts once, with all its legs */
    worst_of(e, c, &worst);
    for (uint32_t h = j ? j->next : 0; h; h = vq_joint_of(e, h)->next)
        worst_of(e, vq_sip_call_at(e, h), &worst);
    t->calls++;
    t->calls_by_state[c->c.state]++;
    if (isnan(worst))
        return;
    t->scored_calls++;
    t->mos_mean_of_worst = (t->scored_calls > 1 ? t->mos_mean_of_worst : 0) + worst; /* the sum, for now */
    if (!(worst >= t->mos_worst))
        t->mos_worst = worst;
}

/* Goes through everything once, streams before the calls that are judged by them; after the end of the input nothing
 * changes any more, and the lists are kept. */
static int diagnose(const struct vq_engine *e)
{
    static const struct {
        enum vq_subject subject;
        void (*add)(const struct vq_engine *e, uint32_t handle, struct vq_totals *t);
    } rounds[] = {{VQ_ABOUT_STREAM, add_stream},
                  {VQ_ABOUT_CALL, add_call},
                  {VQ_ABOUT_REGISTRATION, NULL},
                  {VQ_ABOUT_ICMP, NULL},
                  {VQ_ABOUT_NAT, NULL},
                  {VQ_ABOUT_STUN, NULL},
                  {VQ_ABOUT_PEER, NULL},
                  {VQ_ABOUT_CAPTURE, NULL}};
    struct vq_diagnosis *d = e->diagnosis;
    int joined = vq_join_update(e);
    if (joined || d->of_the_end)
        return joined;
    struct vq_network network; /* completes the NAT map, which rules about calls ask */
    int rc = vq_network_get(e, &network);
    if (rc)
        return rc;
    memset(d->counts, 0, sizeof d->counts);
    d->lost = 0;
    vq_pinged_gather(e, &d->peers);
    d->totals = (struct vq_totals){.mos_worst = (double)NAN, .mos_mean_of_worst = (double)NAN};
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        enum vq_subject s = rounds[i].subject;
        d->of[s].n = 0;
        for (uint32_t h = subjects[s].next(e, 0); h; h = subjects[s].next(e, h)) {
            if (rounds[i].add)
                rounds[i].add(e, h, &d->totals);
            rc = examine(e, s, h);
            if (rc)
                return rc;
        }
    }
    if (d->totals.scored_calls)
        d->totals.mos_mean_of_worst /= (double)d->totals.scored_calls;
    d->of_the_end = e->finished;
    return 0;
}

static bool tell(const struct vq_engine *e, int subject, uint32_t handle, uint64_t rules, vq_finding_h *h, void *arg)
{
    struct case_file c = {.name = ""};
    struct vq_facts facts;
    subjects[subject].gather(e, handle, &facts);
    subjects[subject].evidence(e, handle, &c);
    facts.name = c.name;
    for (; rules; rules &= rules - 1) {
        struct vq_finding f = c.finding;
        vq_rule_say((unsigned)__builtin_ctzll(rules), &facts, &f);
        if (!h(&f, arg))
            return false;
    }
    return true;
}

int vq_findings(const struct vq_engine *e, vq_finding_h *h, void *arg)
{
    int rc = diagnose(e);
    if (rc)
        return rc;
    const struct vq_diagnosis *d = e->diagnosis;
    for (int severity = VQ_ERROR; severity >= VQ_INFO; severity--) {
        for (int s = 0; s < VQ_SUBJECTS; s++)
            for (size_t i = 0; i < d->of[s].n; i++) {
                uint64_t rules = d->of[s].r[i].rules & d->of_severity[s][severity];
                if (rules && !tell(e, s, d->of[s].r[i].handle, rules, h, arg))
                    return 0;
            }
    }
    return 0;
}

int vq_findings_count(const struct vq_engine *e, uint64_t counts[3])
{
    int rc = diagnose(e);
    for (int i = 0; !rc && i < 3; i++)
        counts[i] = e->diagnosis->counts[i];
    return rc;
}

int vq_totals_get(const struct vq_engine *e, struct vq_totals *out)
{
    int rc = diagnose(e);
    if (!rc)
        *out = e->diagnosis->totals;
    return rc;
}
