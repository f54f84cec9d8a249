/* signalling.c - a SIP datagram finds what it belongs to: a registration, a call or another dialog. */
#include "session/session.h"

/* What a method means for the kind of object; a row for each in enum vq_sip_method. */
enum { MAKES_CALL = 1, IN_CALL = 2, REGISTERS = 4 };

static const uint8_t traits[VQ_SIP_METHODS] = {
    [VQ_SIP_INVITE] = MAKES_CALL | IN_CALL, [VQ_SIP_ACK] = MAKES_CALL | IN_CALL, [VQ_SIP_BYE] = MAKES_CALL | IN_CALL,
    [VQ_SIP_CANCEL] = MAKES_CALL | IN_CALL, [VQ_SIP_PRACK] = MAKES_CALL | IN_CALL,
    [VQ_SIP_UPDATE] = MAKES_CALL | IN_CALL, [VQ_SIP_REFER] = IN_CALL,       [VQ_SIP_INFO] = MAKES_CALL | IN_CALL,
    [VQ_SIP_REGISTER] = REGISTERS,          [VQ_SIP_OPTIONS] = IN_CALL,     [VQ_SIP_SUBSCRIBE] = IN_CALL,
    [VQ_SIP_NOTIFY] = IN_CALL,              [VQ_SIP_PUBLISH] = IN_CALL,     [VQ_SIP_MESSAGE] = IN_CALL,
    [VQ_SIP_UNKNOWN] = IN_CALL,
};

static bool route(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d)
{
    uint8_t t = traits[m->method];
    if (t & REGISTERS)
        return vq_registration_message(e, m, d);
    if (t & MAKES_CALL || vq_talk_find(e, VQ_TALK_CALL, m->call_id))
        return vq_call_message(e, m, d);
    return vq_dialog_message(e, m, d);
}

/* Where the Call-ID most likely leads; being wrong costs nothing but the fetch. */
static enum vq_talk_kind likely_kind(const struct vq_sip *m)
{
    return traits[m->method] & REGISTERS ? VQ_TALK_REGISTRATION : traits[m->method] & MAKES_CALL ? VQ_TALK_CALL : VQ_TALK_DIALOG;
}

uint64_t vq_sip_prefetch(const struct vq_engine *e, const struct vq_sip *m)
{
    enum vq_talk_kind k = likely_kind(m);
    uint64_t hash = vq_talk_hash(e, k, m->call_id);
    vq_table_prefetch(&e->talks[k].by_call_id, hash);
    return hash;
}

uint32_t vq_sip_prefetch_talk(const struct vq_engine *e, const struct vq_sip *m, uint64_t hash)
{
    enum vq_talk_kind k = likely_kind(m);
    uint32_t h = vq_table_peek(&e->talks[k].by_call_id, hash);
    if (h)
        vq_talk_prefetch(e, k, h);
    return h;
}

void vq_sip_prefetch_room(const struct vq_engine *e, const struct vq_sip *m, uint32_t talk)
{
    enum vq_talk_kind k = likely_kind(m);
    const struct vq_talk *t = vq_pool_at(&e->talks[k].pool, talk);
    vq_arena_prefetch(&t->arena);
    __builtin_prefetch(t->last, 1);
    if (k != VQ_TALK_CALL || !m->body.n)
        return;
    const struct vq_sip_call *c = VQ_CONTAINER(t, struct vq_sip_call, talk);
    __builtin_prefetch(c->last_offer, 1);
    __builtin_prefetch(c->promises.next, 1);
}

bool vq_sip_packet(struct vq_engine *e, const struct vq_dgram *d, const struct vq_sip *m)
{
    struct vq_sip now;
    const char *why;
    if (!m) {
        if (!vq_sip_parse(&e->sip, d->payload, &now, &why))
            return false;
        m = &now;
    }
    e->stats.sip_messages++;
    e->stats.sip_defective += m->defect != NULL;
    vq_quality_body(e, m, d);
    route(e, m, d); /* a message without memory for it is counted all the same; feed() reports -ENOMEM */
    return true;
}
