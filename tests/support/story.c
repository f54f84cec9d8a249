#include "support/story.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "support/check.h"

void story_begin(struct story *s)
{
    *s = (struct story){.f = feeder_new(), .call_id = "c1@10.0.0.1"};
    s->alice = ep("10.0.0.1", 5060);
    s->bob = ep("10.0.0.2", 5060);
    s->carol = ep("10.0.0.3", 5060);
}

void story_end(struct story *s)
{
    vq_engine_free(s->f.e);
}

int story_setup(void **state)
{
    static struct story s;
    story_begin(&s);
    *state = &s;
    return 0;
}

int story_teardown(void **state)
{
    story_end(*state);
    return 0;
}

void story_say(struct story *s, const struct line *l)
{
    char from[64], to[64], tag[32], branch[64];
    snprintf(from, sizeof from, "%s@x", l->from);
    snprintf(to, sizeof to, "%s@x", l->to);
    snprintf(tag, sizeof tag, "t%s", l->from);
    snprintf(branch, sizeof branch, "z9hG4bK%s%.20s", l->from, l->cseq);
    for (char *c = branch; *c; c++)
        *c = *c == ' ' ? '-' : *c;
    struct sip_text t = {.start = l->start, .call_id = s->call_id, .from = from, .from_tag = tag, .to = to,
                         .to_tag = l->to_tag, .branch = branch, .cseq = l->cseq, .extra = l->extra, .sdp = l->sdp};
    feed_text(&s->f, l->ms, l->src, l->dst, sip_build(&t));
}

void story_alice(struct story *s, double ms, const char *start, const char *cseq, const char *to_tag, const char *extra,
                 const char *sdp)
{
    story_say(s, &(struct line){ms, &s->alice, &s->bob, start, cseq, "alice", "bob", to_tag, extra, sdp});
}

void story_bob(struct story *s, double ms, const char *start, const char *cseq, const char *to_tag, const char *extra,
               const char *sdp)
{
    story_say(s, &(struct line){ms, &s->bob, &s->alice, start, cseq, "alice", "bob", to_tag, extra, sdp});
}

void story_bob_asks(struct story *s, double ms, const char *start, const char *cseq, const char *extra)
{
    story_say(s, &(struct line){ms, &s->bob, &s->alice, start, cseq, "bob", "alice", "talice", extra, NULL});
}

void story_alice_replies(struct story *s, double ms, const char *start, const char *cseq, const char *extra)
{
    story_say(s, &(struct line){ms, &s->alice, &s->bob, start, cseq, "bob", "alice", "talice", extra, NULL});
}

void story_set_up(struct story *s, double ms)
{
    story_alice(s, ms, "INVITE sip:bob@x SIP/2.0", "1 INVITE", "", NULL, NULL);
    story_bob(s, ms + 5, "SIP/2.0 180 Ringing", "1 INVITE", "tbob", NULL, NULL);
    story_bob(s, ms + 10, "SIP/2.0 200 OK", "1 INVITE", "tbob", NULL, NULL);
    story_alice(s, ms + 20, "ACK sip:bob@x SIP/2.0", "1 ACK", "tbob", NULL, NULL);
}

struct vq_call story_call(struct story *s, unsigned n)
{
    struct vq_call c;
    vq_engine_finish(s->f.e);
    uint32_t h = vq_call_next(s->f.e, 0);
    while (n--)
        h = vq_call_next(s->f.e, h);
    assert_true(vq_call_get(s->f.e, h, &c));
    return c;
}

struct search {
    const char *id;
    struct vq_finding found;
    bool any;
};

static bool looks_at(const struct vq_finding *f, void *arg)
{
    struct search *s = arg;
    if (strcmp(f->id, s->id))
        return true;
    s->found = *f;
    s->any = true;
    return false;
}

const struct vq_finding *story_finding(struct story *s, const char *id)
{
    static struct search search;
    search = (struct search){.id = id};
    vq_engine_finish(s->f.e);
    assert_int_equal(vq_findings(s->f.e, looks_at, &search), 0);
    return search.any ? &search.found : NULL;
}
