/* wav.h - `--wav DIR`: what was said, as files to listen to. */
#ifndef VQ_APP_WAV_H
#define VQ_APP_WAV_H

#include "app/app.h"

/* A file that was written, for who wants to draw it. */
#define WAVE_COLUMNS 1200u
struct wave {
    char name[48];           /* without suffix */
    uint32_t call;           /* handle, 0: a stream alone ... */
    uint32_t stream;         /* ... this one (id) */
    uint32_t rate;
    unsigned channels;
    double start_s, duration_s; /* since the first frame */
    int16_t low[2][WAVE_COLUMNS], high[2][WAVE_COLUMNS];
};

struct wav;

/* Makes the folder and listens to the engine. `*out` stays NULL when nobody asked for it. EXIT_DONE or EXIT_OUTPUT. */
int wav_start(struct wav **out, const struct settings *s, struct vq_engine *e);
/* After vq_engine_finish(): writes the files. EXIT_DONE or EXIT_OUTPUT, having said why. */
int wav_write(struct wav *w, const struct vq_engine *e);
/* What came of each stream, for the reports; it lives as long as `w`. NULL is allowed. */
const struct vq_report_audio *wav_audio(const struct wav *w, size_t *n);
void wav_free(struct wav *w); /* NULL is allowed */

#endif
