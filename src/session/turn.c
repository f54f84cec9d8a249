/* turn.c - media between a client and its TURN server: ChannelData (RFC 8656 12), taken out of its four bytes of header
 * and told as what it is, datagrams between the client and the peer that the channel is bound to. */
#include "session/session.h"

#include "proto/stun.h"

void vq_turn_bind(struct vq_nat *n, uint16_t channel, const struct vq_endpoint *peer)
{
    struct vq_turn_channel *c = &n->channels[0];
    for (size_t i = 0; i < VQ_TURN_CHANNELS; i++) {
        if (n->channels[i].number == channel) {
            c = &n->channels[i];
            break;
        }
        if (!n->channels[i].number && c->number)
            c = &n->channels[i];
    }
    *c = (struct vq_turn_channel){.number = channel, .peer = *peer};
}

static const struct vq_endpoint *peer_of(const struct vq_nat *n, uint16_t channel)
{
    for (size_t i = 0; i < VQ_TURN_CHANNELS; i++)
        if (n->channels[i].number == channel)
            return &n->channels[i].peer;
    return NULL;
}

enum vq_turn_verdict vq_turn_unwrap(struct vq_engine *e, const struct vq_dgram *d, struct vq_dgram *inner)
{
    struct vq_turn_data data;
    if (!vq_turn_data_parse(d->payload, d->wire, &data))
        return VQ_TURN_NONE;
    struct vq_nat *n = vq_nat_between(e, &d->src, &d->dst);
    bool to_server = n != NULL;
    if (!n)
        n = vq_nat_between(e, &d->dst, &d->src);
    const struct vq_endpoint *peer = n ? peer_of(n, data.channel) : NULL;
    if (n)
        n->s.channel_frames++;
    if (!peer)
        return VQ_TURN_UNBOUND;
    *inner = *d;
    inner->payload = data.data;
    inner->wire = data.wire;
    if (to_server)
        inner->dst = *peer;
    else
        inner->src = *peer;
    return VQ_TURN_BOUND;
}
