/* audio.h - what can be said of the sound itself: G.711 as samples, and levels. */
#ifndef VOIPQOS_AUDIO_H
#define VOIPQOS_AUDIO_H

#include <voipqos/types.h>

/* ITU-T G.711: the linear value of a code word, its 13 bits (A-law) or 14 bits (mu-law) shifted to the left of 16. */
int16_t vq_g711_alaw(uint8_t code);
int16_t vq_g711_ulaw(uint8_t code);
#define VQ_ALAW_PEAK 32256 /* the greatest magnitudes that the codes have */
#define VQ_ULAW_PEAK 32124

/* Levels against the overload point, 32768 (RFC 6464, RFC 6465: dBov; a sine at full scale has -3.01). */
#define VQ_SILENCE_DBOV (-50.0) /* 20 ms below it are silence; see docs/metrics.md */
struct vq_level {
    uint32_t block, filled;     /* samples of 20 ms; those of the present one */
    int32_t limit;              /* magnitude from which on a sample is clipped */
    double block_energy, energy;
    uint64_t samples;           /* decoded */
    uint64_t blocks, silent, clipped;
    int32_t peak;
};
/* `limit`: the greatest magnitude that the codec can say. */
void vq_level_init(struct vq_level *l, uint32_t rate, int32_t limit);
void vq_level_add(struct vq_level *l, const int16_t *v, size_t n);
/* Nothing to hear for `n` samples: they are silence, but no part of the level. */
void vq_level_pause(struct vq_level *l, uint64_t n);
/* dBov; NAN without a sample, -96.3 (half a step) at the least. */
double vq_level_rms(const struct vq_level *l);
double vq_level_peak(const struct vq_level *l);
/* Percent of the time, pauses included; NAN below 20 ms. */
double vq_level_silence(const struct vq_level *l);

#endif
