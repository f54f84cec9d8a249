/* json_vm.c - what VoIPmonitor would show for a stream as JSON. */
#include "report/json.h"

static json_t *buffer(struct vq_json *j, const struct vq_voipmonitor *v, int i)
{
    const struct vq_voipmonitor_mos *m = &v->by[i];
    json_t *o = json_object();
    vq_json_real(j, o, "mos_min", m->min, v->why);
    vq_json_real(j, o, "mos_mean", m->mean, v->why);
    vq_json_real(j, o, "mos_min_to_end", m->min_to_end, v->why);
    vq_json_real(j, o, "mos_mean_to_end", m->mean_to_end, v->why);
    vq_json_int(j, o, "missing_frames", m->lost);
    return o;
}

void vq_json_voipmonitor(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    struct vq_voipmonitor v;
    if (!vq_stream_voipmonitor(j->e, s, &v))
        return;
    json_t *vm = json_object();
    vq_json_int(j, vm, "packets", v.packets);
    vq_json_int(j, vm, "lost", v.lost);
    vq_json_real(j, vm, "loss_pct", v.loss_pct, v.why);
    vq_json_int(j, vm, "intervals", v.intervals);
    vq_json_put(j, vm, "f1", buffer(j, &v, VQ_VOIPMONITOR_F1));
    vq_json_put(j, vm, "f2", buffer(j, &v, VQ_VOIPMONITOR_F2));
    vq_json_put(j, vm, "adaptive", buffer(j, &v, VQ_VOIPMONITOR_ADAPTIVE));
    vq_json_put(j, o, "voipmonitor", vm);
}
