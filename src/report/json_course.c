/* json_course.c - pauses, path changes and payload changes of a stream as JSON. */
#include "report/json.h"

#include <math.h>

static json_t *gaps(struct vq_json *j, const struct vq_stream *s)
{
    json_t *list = json_array();
    struct vq_gap g;
    for (unsigned i = 0; i < s->n_gaps && vq_stream_gap(j->e, s, i, &g); i++) {
        json_t *o = json_object(), *frames = json_array();
        vq_json_t_s(j, o, g.ts);
        vq_json_real(j, o, "ms", g.ms, NULL);
        vq_json_str_why(j, o, "kind", vq_gap_kind_name(g.kind), "the clock of the payload type is unknown");
        vq_json_int(j, o, "missing", g.missing);
        vq_json_append(j, frames, json_integer((json_int_t)g.frames[0]));
        vq_json_append(j, frames, json_integer((json_int_t)g.frames[1]));
        vq_json_put(j, o, "frames", frames);
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *what(struct vq_json *j, unsigned bits)
{
    static const char *const names[] = {"source", "link", "ttl", "dscp"};
    json_t *list = json_array();
    for (unsigned i = 0; i < 4; i++)
        if (bits >> i & 1)
            vq_json_append(j, list, json_string(names[i]));
    return list;
}

static json_t *path_changes(struct vq_json *j, const struct vq_stream *s)
{
    const char *why = s->score_why ? s->score_why : "no packet in these seconds";
    json_t *list = json_array();
    struct vq_path_change c;
    for (unsigned i = 0; i < s->n_path_changes && vq_stream_path_change(j->e, s, i, &c); i++) {
        json_t *o = json_object();
        vq_json_t_s(j, o, c.ts);
        vq_json_int(j, o, "frame", c.frame);
        vq_json_put(j, o, "what", what(j, c.what));
        vq_json_endpoint(j, o, "src_before", &c.src_before);
        vq_json_int(j, o, "ttl_before", c.ttl_before);
        vq_json_int(j, o, "ttl", c.ttl);
        vq_json_int(j, o, "dscp_before", c.dscp_before);
        vq_json_int(j, o, "dscp", c.dscp);
        vq_json_real(j, o, "gap_ms", c.gap_ms, NULL);
        vq_json_int(j, o, "missing", c.missing);
        vq_json_real(j, o, "mos_before", c.mos_before, why);
        vq_json_real(j, o, "mos_around", c.mos_around, why);
        vq_json_real(j, o, "mos_after", c.mos_after, why);
        vq_json_append(j, list, o);
    }
    return list;
}

static json_t *payload_changes(struct vq_json *j, const struct vq_stream *s)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < s->n_payload_changes; i++) {
        const struct vq_payload_change *p = &s->payload_changes[i];
        json_t *o = json_object();
        vq_json_t_s(j, o, p->ts);
        vq_json_int(j, o, "frame", p->frame);
        vq_json_int(j, o, "payload_type", p->pt);
        vq_json_str_why(j, o, "codec", p->codec, "the payload type was never announced");
        vq_json_append(j, list, o);
    }
    return list;
}

/* The call whose media went between the same ports before. */
static void ports_before(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    struct vq_stream p;
    struct vq_call c;
    if (!s->ports_before || !vq_stream_get(j->e, s->ports_before, &p) || !vq_call_get(j->e, p.call, &c)) {
        vq_json_why(j, o, "ports_before", "no other call used these ports before");
        return;
    }
    json_t *b = json_object();
    vq_json_int(j, b, "call", c.id);
    vq_json_int(j, b, "stream", p.id);
    vq_json_real(j, b, "apart_s", (double)(s->start - p.end) / VQ_JSON_S, NULL);
    vq_json_put(j, o, "ports_before", b);
}

void vq_json_course(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    struct vq_stream p;
    if (s->previous && vq_stream_get(j->e, s->previous, &p))
        vq_json_int(j, o, "continues", p.id);
    else
        vq_json_why(j, o, "continues", "it begins on its own");
    vq_json_str_why(j, o, "continues_because", s->previous ? s->previous_why : NULL, "it begins on its own");
    if (s->ssrc_collision && vq_stream_get(j->e, s->ssrc_collision, &p))
        vq_json_int(j, o, "ssrc_collision", p.id);
    else
        vq_json_why(j, o, "ssrc_collision", "no other stream of the call has this SSRC at the same time");
    ports_before(j, o, s);
    vq_json_put(j, o, "gaps", gaps(j, s));
    vq_json_int(j, o, "gaps_not_kept", s->gaps_not_kept);
    vq_json_put(j, o, "path_changes", path_changes(j, s));
    vq_json_int(j, o, "path_changes_not_kept", s->path_changes_not_kept);
    vq_json_put(j, o, "payload_changes", payload_changes(j, s));
    vq_json_int(j, o, "payload_changes_not_kept", s->payload_changes_not_kept);
}
