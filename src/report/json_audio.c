/* json_audio.c - what a stream sounds like, beside the stream. */
#include "report/json.h"

#include <math.h>

#include "report/out.h"

void vq_json_audio(struct vq_json *j, json_t *o, const struct vq_stream *s)
{
    static const char short_of_time[] = "less than 20 ms";
    const struct vq_report_audio *a = vq_report_audio_of(j->in, s);
    if (!a)
        return;
    json_t *x = json_object();
    const char *why = a->why ? a->why : "not decoded";
    bool there = a->file != NULL;
    vq_json_str_why(j, x, "file", a->file, why);
    vq_json_real(j, x, "offset_s", there ? a->offset_s : NAN, why);
    vq_json_real(j, x, "decoded_s", there ? a->decoded_s : NAN, why);
    vq_json_real(j, x, "level_dbov", there ? a->level_dbov : NAN, why);
    vq_json_real(j, x, "peak_dbov", there ? a->peak_dbov : NAN, why);
    vq_json_real(j, x, "silence_pct", there ? a->silence_pct : NAN, there ? short_of_time : why);
    if (there) {
        vq_json_int(j, x, "clipped_samples", a->clipped_samples);
        vq_json_int(j, x, "late_packets", a->late_packets);
    } else {
        vq_json_why(j, x, "clipped_samples", why);
        vq_json_why(j, x, "late_packets", why);
    }
    vq_json_put(j, o, "audio", x);
}
