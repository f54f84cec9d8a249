/* wav_track.h - one channel of a WAV file while it is made: a scratch file of samples, with holes where nothing was. */
#ifndef VQ_APP_WAV_TRACK_H
#define VQ_APP_WAV_TRACK_H

#include "app/wav_codec.h"
#include "app/wav_place.h"

#include <voipqos/audio.h>

#define TRACK_BUFFER 8192u /* samples */

struct wav_track {
    int fd;
    uint32_t rate;
    int64_t zero;          /* time of sample 0 */
    uint64_t limit;        /* samples; what lies behind is left out */
    uint64_t samples;      /* up to the end of the last one */
    uint8_t *covered;      /* a bit for each 10 ms that has sound */
    uint64_t cells;
    int error;
    uint64_t at;           /* of buffer[0] */
    size_t n;
    int16_t buffer[TRACK_BUFFER];
};

/* What the payload types of a stream mean. */
struct wav_formats {
    const struct wav_codec *codec[128]; /* NULL: makes no sound */
    uint32_t clock_hz[128];             /* 0 likewise */
    unsigned channels;                  /* of L16 */
    uint32_t rate;                      /* the highest of its samples */
};

/* The scratch file, in a folder, without a name. 0 or -Exxx. */
int wav_track_open(struct wav_track *t, const char *folder);
void wav_track_close(struct wav_track *t);
/* Empty again, for `limit` samples from `zero` on. 0 or -Exxx. */
int wav_track_begin(struct wav_track *t, uint32_t rate, int64_t zero, uint64_t limit);

/* What a stream added. */
struct wav_heard {
    struct vq_level level;
    double decoded_s;
    int64_t first;         /* time of its first sample, VQ_NONE: not one */
    uint64_t late;
};

/* How many of the placed packets begin where the track has sound already. */
size_t wav_track_overlaps(const struct wav_track *t, const struct wav_packet *p, size_t n);
/* Decodes packets in the order of play. 0 or -Exxx. */
int wav_track_add(struct wav_track *t, const struct wav_spool *sp, const struct wav_packet *p, size_t n,
                  const struct wav_formats *f, struct wav_heard *out);
/* `n` samples from `at` on. 0 or -Exxx. */
int wav_track_read(struct wav_track *t, uint64_t at, int16_t *to, size_t n);

#endif
