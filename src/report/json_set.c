/* json_set.c - the setters of json.h: one member of an object each. */
#include "report/json.h"

#include <math.h>
#include <stdio.h>

#include "report/out.h"

void vq_json_put(struct vq_json *j, json_t *o, const char *key, json_t *v)
{
    if (json_object_set_new_nocheck(o, key, v))
        j->no_memory = true;
}

void vq_json_append(struct vq_json *j, json_t *array, json_t *v)
{
    if (json_array_append_new(array, v))
        j->no_memory = true;
}

void vq_json_int(struct vq_json *j, json_t *o, const char *key, uint64_t v)
{
    vq_json_put(j, o, key, json_integer((json_int_t)v));
}

void vq_json_bool(struct vq_json *j, json_t *o, const char *key, bool v)
{
    vq_json_put(j, o, key, json_boolean(v));
}

json_t *vq_json_text(struct vq_json *j, const char *z)
{
    vq_buf_clear(&j->tmp);
    vq_buf_terminal(&j->tmp, z);
    if (j->tmp.failed)
        j->no_memory = true;
    return json_stringn_nocheck(j->tmp.p, j->tmp.n);
}

void vq_json_str(struct vq_json *j, json_t *o, const char *key, const char *z)
{
    vq_json_put(j, o, key, z ? vq_json_text(j, z) : json_null());
}

void vq_json_why(struct vq_json *j, json_t *o, const char *key, const char *why)
{
    char name[64];
    snprintf(name, sizeof name, "%s_why", key);
    vq_json_put(j, o, key, json_null());
    vq_json_str(j, o, name, why ? why : "not known");
}

void vq_json_str_why(struct vq_json *j, json_t *o, const char *key, const char *z, const char *why)
{
    if (z)
        vq_json_str(j, o, key, z);
    else
        vq_json_why(j, o, key, why);
}

void vq_json_endpoint(struct vq_json *j, json_t *o, const char *key, const struct vq_endpoint *ep)
{
    char text[VQ_ENDPOINT_TEXT];
    if (ep->family)
        vq_json_put(j, o, key, json_string_nocheck(vq_endpoint_text(ep, text)));
    else
        vq_json_why(j, o, key, "not seen");
}

void vq_json_real(struct vq_json *j, json_t *o, const char *key, double v, const char *why)
{
    if (isfinite(v))
        vq_json_put(j, o, key, json_real(v));
    else
        vq_json_why(j, o, key, why);
}

void vq_json_duration(struct vq_json *j, json_t *o, const char *key, int64_t ns, double unit_ns, const char *why)
{
    vq_json_real(j, o, key, ns == VQ_NONE ? NAN : (double)ns / unit_ns, why);
}

void vq_json_time(struct vq_json *j, json_t *o, const char *key, int64_t ns, const char *why)
{
    char text[VQ_NUMBER_TEXT];
    if (ns == VQ_NONE)
        vq_json_why(j, o, key, why);
    else
        vq_json_put(j, o, key, json_string_nocheck(vq_time_text(ns, 9, text)));
}

void vq_json_t_s(struct vq_json *j, json_t *o, int64_t ns)
{
    vq_json_duration(j, o, "t_s", ns == VQ_NONE || j->zero == VQ_NONE ? VQ_NONE : ns - j->zero, VQ_JSON_S, "not seen");
}

json_t *vq_json_frames(struct vq_json *j, const uint64_t *frames, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        if (frames[i])
            vq_json_append(j, list, json_integer((json_int_t)frames[i]));
    return list;
}
