/* json_dtmf.c - the keys pressed during a call as a JSON list. */
#include "report/json.h"

static json_t *key(struct vq_json *j, const struct vq_dtmf *d)
{
    struct vq_stream s;
    json_t *o = json_object();
    vq_json_t_s(j, o, d->ts);
    vq_json_int(j, o, "frame", d->frame);
    vq_json_str(j, o, "digit", (const char[]){d->digit, '\0'});
    vq_json_str(j, o, "method", vq_dtmf_method_name(d->method));
    vq_json_real(j, o, "duration_ms", d->duration_ms,
                 d->method == VQ_DTMF_SIP_INFO ? "the INFO gives no duration" : "the clock of the events is unknown");
    vq_json_bool(j, o, "end_seen", d->ended);
    vq_json_str_why(j, o, "from", vq_party_name(d->by), "the direction of the stream is unknown");
    if (d->stream && vq_stream_get(j->e, d->stream, &s))
        vq_json_int(j, o, "stream", s.id);
    else
        vq_json_why(j, o, "stream", "came by SIP");
    return o;
}

void vq_json_dtmf(struct vq_json *j, json_t *o, const struct vq_call *c)
{
    struct vq_dtmf keys[VQ_DTMF_PER_CALL];
    uint64_t not_kept;
    unsigned n = vq_call_dtmf(j->e, c->handle, keys, &not_kept);
    json_t *list = json_array();
    for (unsigned i = 0; i < n; i++)
        vq_json_append(j, list, key(j, &keys[i]));
    vq_json_put(j, o, "dtmf", list);
    vq_json_int(j, o, "dtmf_not_kept", not_kept);
}
