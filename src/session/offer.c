/* offer.c - session descriptions in a call's messages: offers and answers (RFC 3264), and their line in the ladder. */
#include "session/session.h"

#include <stdio.h>
#include <string.h>

#include "util/str.h"

static bool is_hold(const struct vq_sdp *sdp)
{
    for (unsigned i = 0; i < sdp->n_media; i++)
        if (sdp->media[i].media == VQ_MEDIA_AUDIO && sdp->media[i].rtp.port)
            return sdp->media[i].hold_addr || sdp->media[i].dir == VQ_SDP_SENDONLY || sdp->media[i].dir == VQ_SDP_INACTIVE;
    return false;
}

/* Text that stops where its room ends. */
struct line {
    char text[512];
    size_t n;
};

static void add(struct line *l, const void *p, size_t n)
{
    if (n > sizeof l->text - l->n)
        n = sizeof l->text - l->n;
    memcpy(l->text + l->n, p, n);
    l->n += n;
}

static void add_z(struct line *l, const char *z)
{
    add(l, z, strlen(z));
}

/* "PCMU PCMA telephone-event" of one media section. */
static void add_formats(struct line *l, const struct vq_sdp_media *m)
{
    for (unsigned i = 0; i < m->n_formats; i++) {
        const struct vq_sdp_format *f = &m->formats[i];
        char number[4];
        if (i)
            add(l, " ", 1);
        if (f->codec)
            add_z(l, f->codec->name);
        else if (f->name.n)
            add(l, f->name.p, f->name.n);
        else
            add(l, number, (size_t)snprintf(number, sizeof number, "%u", f->pt));
    }
}

static const char *const direction_words[] = {
    [VQ_SDP_SENDRECV] = "", [VQ_SDP_SENDONLY] = " sendonly", [VQ_SDP_RECVONLY] = " recvonly", [VQ_SDP_INACTIVE] = " inactive"};

/* One line for the ladder: each section's formats, address and direction. */
static const char *sdp_text(struct vq_talk *t, const struct vq_sdp *sdp)
{
    struct line l = {.n = 0};
    for (unsigned i = 0; i < sdp->n_media; i++) {
        const struct vq_sdp_media *m = &sdp->media[i];
        char at[VQ_ENDPOINT_TEXT];
        if (i)
            add_z(&l, "; ");
        if (m->media != VQ_MEDIA_AUDIO) {
            add_z(&l, vq_media_name(m->media));
            add_z(&l, " ");
        }
        add_formats(&l, m);
        add_z(&l, " @ ");
        add_z(&l, vq_endpoint_text(&m->rtp, at));
        add_z(&l, direction_words[m->dir]);
    }
    return vq_talk_text(t, vq_slice(l.text, l.n));
}

enum role { OFFER, ANSWER, NOTHING_NEW };

/* RFC 3264, RFC 3261 13.2.1: an INVITE or UPDATE can only offer, what comes back answers, and so does the ACK or PRACK when
 * the response made the offer. The next hop's copy, and a 200 that repeats its 183, say nothing new. */
static enum role role_of(const struct vq_sip_call *c, const struct vq_sip *m, bool from_caller)
{
    bool by_offerer = c->last_offer && from_caller == c->offer_from_caller;
    bool same = c->last_offer && m->cseq == c->offer_cseq;
    if (m->request && m->method != VQ_SIP_ACK && m->method != VQ_SIP_PRACK)
        return by_offerer && same ? NOTHING_NEW : OFFER;
    if (!c->last_offer || by_offerer)
        return same ? NOTHING_NEW : OFFER;
    if (c->offer_open)
        return ANSWER;
    return same || m->method == VQ_SIP_ACK ? NOTHING_NEW : OFFER;
}

static size_t first_word(const char *z)
{
    return strcspn(z, " ");
}

/* What a description changes against the ones before it that were not turned down. */
static uint8_t events_of(const struct vq_sip_call *c, const struct vq_offer *o, bool answer, bool from_response)
{
    const struct vq_offer *own = NULL, *offered = NULL, *answered = NULL;
    struct vq_endpoint media = {.family = 0};
    bool held = false;
    unsigned events = 0;
    for (const struct vq_offer *p = c->first_offer; p; p = p->next) {
        bool is_offer = p->kind[0] == 'o';
        if (p->refused)
            continue;
        *(is_offer ? &offered : &answered) = p;
        if (p->from_caller != o->from_caller)
            continue;
        own = p;
        media = p->media.family ? p->media : media;
        held = p->events & VQ_OFFER_HOLD || (held && !(p->events & VQ_OFFER_RESUME));
    }
    if (!answer && from_response)
        events |= VQ_OFFER_DELAYED;
    if (!own)
        return (uint8_t)events;
    bool forced = answer && offered && offered->hold; /* RFC 3264 6.1: the answer to a hold cannot but agree */
    if (o->hold && !held && !forced)
        events |= VQ_OFFER_HOLD;
    if (!o->hold && held)
        events |= VQ_OFFER_RESUME;
    if (media.family && o->media.family && !vq_endpoint_eq(&media, &o->media))
        events |= VQ_OFFER_MOVED;
    if (answer && answered && *o->audio && *answered->audio &&
        (first_word(o->audio) != first_word(answered->audio) || strncmp(o->audio, answered->audio, first_word(o->audio))))
        events |= VQ_OFFER_CODEC;
    if (*own->audio && !*o->audio)
        events |= VQ_OFFER_NO_AUDIO;
    if (!answer && !events && c->c.answered != VQ_NONE && !strcmp(own->audio, o->audio))
        events |= VQ_OFFER_REFRESH;
    return (uint8_t)events;
}

/* Where the audio is wanted; family 0 where none is, or on hold by c=0.0.0.0. */
static struct vq_endpoint audio_at(const struct vq_sdp *sdp)
{
    for (unsigned i = 0; i < sdp->n_media; i++)
        if (sdp->media[i].media == VQ_MEDIA_AUDIO && sdp->media[i].rtp.port && !sdp->media[i].hold_addr)
            return sdp->media[i].rtp;
    return (struct vq_endpoint){.family = 0};
}

void vq_call_offer_refused(struct vq_sip_call *c, const struct vq_sip *m)
{
    if (m->status < 300 || !c->offer_open || m->cseq != c->offer_cseq ||
        (m->method != VQ_SIP_INVITE && m->method != VQ_SIP_UPDATE))
        return;
    c->last_offer->refused = m->status;
    c->offer_open = false;
}

static void note_offer(struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d, const struct vq_sdp *sdp,
                       bool from_caller)
{
    enum role role = role_of(c, m, from_caller);
    if (role == NOTHING_NEW)
        return;
    c->offer_open = role == OFFER;
    if (role == OFFER) {
        c->offer_cseq = m->cseq;
        c->offer_from_caller = from_caller;
    }
    struct vq_offer *o = vq_arena_alloc(&c->talk.arena, sizeof *o);
    if (!o)
        return;
    struct line names = {.n = 0};
    for (unsigned i = 0; i < sdp->n_media; i++) {
        if (sdp->media[i].media == VQ_MEDIA_AUDIO && sdp->media[i].rtp.port) {
            add_formats(&names, &sdp->media[i]);
            break;
        }
    }
    const char *audio = c->last_offer ? c->last_offer->audio : "";
    if (strlen(audio) != names.n || memcmp(audio, names.text, names.n))
        audio = vq_talk_text(&c->talk, vq_slice(names.text, names.n));
    *o = (struct vq_offer){.ts = d->ts, .frame = d->frame, .kind = role == ANSWER ? "answer" : "offer",
                           .audio = audio ? audio : "", .from_caller = from_caller, .hold = is_hold(sdp),
                           .media = audio_at(sdp)};
    o->events = events_of(c, o, role == ANSWER, !m->request);
    if (c->last_offer)
        c->last_offer->next = o;
    else
        c->first_offer = o;
    c->last_offer = o;
}

/* Without an address that can be read (no c= line, or a name in it) media is most likely expected where the message
 * came from: true of the first hop only. */
static void guess_addresses(struct vq_sdp *sdp, const struct vq_endpoint *sender)
{
    for (unsigned i = 0; i < sdp->n_media; i++) {
        struct vq_endpoint *const at[] = {&sdp->media[i].rtp, &sdp->media[i].rtcp};
        for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
            uint16_t port = at[k]->port;
            if (at[k]->family || !port)
                continue;
            *at[k] = *sender;
            at[k]->port = port;
        }
    }
}

void vq_call_sdp(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                 struct vq_note *n, bool from_caller, bool again)
{
    struct vq_sdp sdp;
    if (!m->body.n || !(vq_str_istarts(m->content_type, "application/sdp") || vq_str_starts(m->body, "v=")))
        return;
    /* Needed behind the parsing, which takes long enough to have them come. */
    __builtin_prefetch(c->promises.next);
    if (c->last_offer)
        __builtin_prefetch(c->last_offer->audio);
    if (!vq_sdp_parse(m->body, &sdp))
        return;
    if (!again && role_of(c, m, from_caller) != NOTHING_NEW)
        guess_addresses(&sdp, &d->src);
    for (unsigned i = 0; i < sdp.n_media; i++)
        vq_port_prefetch(e, &sdp.media[i].rtp);
    if (n) {
        n->sdp = sdp_text(&c->talk, &sdp);
        n->hold = is_hold(&sdp);
        vq_talk_defect(&c->talk, n, sdp.defect);
    }
    if (!again)
        note_offer(c, m, d, &sdp, from_caller);
    vq_promise_sdp(e, c, &sdp, d, from_caller);
}
