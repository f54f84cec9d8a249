/* wav_file.h - tracks become a WAV file, which appears whole or not at all. */
#ifndef VQ_APP_WAV_FILE_H
#define VQ_APP_WAV_FILE_H

#include "app/wav_wave.h"

#define WAV_BYTES_MAX (1u << 30) /* of a file; its silence takes no room on the disk */
#define WAV_HEADER    44u
#define WAV_NAME_ROOM 48

struct wav_out {
    char name[WAV_NAME_ROOM];
    unsigned channels;
    uint32_t rate;
    int64_t zero, end; /* times of the first sample and of the last packet */
    uint64_t limit;    /* samples of a channel */
};

/* Samples of a channel that the file will have. */
uint64_t wav_file_frames(const struct wav_out *o, const struct wav_track *tracks);
/* One track for each channel; `v`, begun with wave_begin(), gets the envelope, NULL: it is not wanted. 0 or -Exxx. */
int wav_file_write(const char *folder, const struct wav_out *o, struct wav_track *tracks, struct vq_report_wave *v);

#endif
