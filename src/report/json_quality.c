/* json_quality.c - what endpoints report of their own media, as a JSON list. */
#include "report/json.h"

#include <math.h>

static json_t *told(struct vq_json *j, const struct vq_endpoint_report *r)
{
    json_t *o = json_object();
    for (int i = 0; i < VQ_QUALITY_FIELDS; i++)
        if (!isnan(r->v[i]))
            vq_json_real(j, o, vq_quality_field_name((enum vq_quality_field)i), r->v[i], NULL);
    if (r->jitter_why)
        vq_json_why(j, o, "jitter_ms", r->jitter_why);
    return o;
}

static void endpoint_or_why(struct vq_json *j, json_t *o, const char *key, const struct vq_endpoint *ep)
{
    if (ep->family)
        vq_json_endpoint(j, o, key, ep);
    else
        vq_json_why(j, o, key, "not told");
}

json_t *vq_json_endpoint_report(struct vq_json *j, const struct vq_endpoint_report *r)
{
    struct vq_call c;
    struct vq_stream s;
    json_t *o = json_object();
    vq_json_t_s(j, o, r->ts);
    vq_json_int(j, o, "frame", r->frame);
    vq_json_str(j, o, "source", r->source);
    vq_json_str(j, o, "kind", vq_quality_kind_name(r->kind));
    vq_json_endpoint(j, o, "reporter", &r->reporter);
    vq_json_str_why(j, o, "by", vq_party_name(r->by), "neither party's address");
    vq_json_str(j, o, "measured_by", r->of_peer ? "peer" : "reporter");
    vq_json_str_why(j, o, "call_id", r->call_id, "no readable Call-ID");
    if (r->call && vq_call_get(j->e, r->call, &c))
        vq_json_int(j, o, "call", c.id);
    else
        vq_json_why(j, o, "call", "the call is not in the capture");
    if (r->stream && vq_stream_get(j->e, r->stream, &s))
        vq_json_int(j, o, "stream", s.id);
    else
        vq_json_why(j, o, "stream", r->call ? "no stream fits, or several do" : "the call is not in the capture");
    endpoint_or_why(j, o, "local", &r->local);
    endpoint_or_why(j, o, "remote", &r->remote);
    vq_json_str_why(j, o, "codec", r->codec, "not told");
    vq_json_put(j, o, "figures", told(j, r));
    return o;
}
