/* wav.h - `--wav DIR`: what was said, as files to listen to. */
#ifndef VQ_APP_WAV_H
#define VQ_APP_WAV_H

#include "app/app.h"

struct wav;

/* Makes the folder and listens to the engine. `*out` stays NULL when nobody asked for it. EXIT_DONE or EXIT_OUTPUT. */
int wav_start(struct wav **out, const struct settings *s, struct vq_engine *e);
/* After vq_engine_finish(): writes the files. EXIT_DONE or EXIT_OUTPUT, having said why. */
int wav_write(struct wav *w, const struct vq_engine *e);
/* What came of each stream, for the reports; it lives as long as `w`. NULL is allowed. */
const struct vq_report_audio *wav_audio(const struct wav *w, size_t *n);
/* The files, drawn with --plots and -o: the first PLOTS_MAX, with --all each. Likewise. */
const struct vq_report_wave *wav_waves(const struct wav *w, size_t *n);
void wav_free(struct wav *w); /* NULL is allowed */

#endif
