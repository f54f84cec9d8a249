/* wav_wave.h - the envelope of a WAV file, taken while it is written, for a plot of it. */
#ifndef VQ_APP_WAV_WAVE_H
#define VQ_APP_WAV_WAVE_H

#include "app/wav_track.h"

#include <voipqos/report.h>

/* `frames`: samples of a channel, at least one. */
void wave_begin(struct vq_report_wave *v, uint64_t frames);
/* Samples of channel `c` from `at` on. */
void wave_add(struct vq_report_wave *v, uint64_t frames, unsigned c, uint64_t at, const int16_t *samples, size_t n);
/* Where channel `c` has no sound. */
void wave_missing(struct vq_report_wave *v, uint64_t frames, unsigned c, const struct wav_track *t);

#endif
