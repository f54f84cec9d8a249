/* wav_codec.h - the codecs whose packets become samples. One row each in wav_codec.c; libraries have a file each. */
#ifndef VQ_APP_WAV_CODEC_H
#define VQ_APP_WAV_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAV_PAYLOAD_MAX 8192u /* bytes of a packet that are looked at */
#define WAV_SAMPLES_MAX 40960u /* that they can become: 248 frames of GSM */

struct wav_codec;

/* A way to decode. What is not built in has no `open`. */
struct wav_door {
    bool (*load)(void);  /* what it needs, when it is needed; false: it is not installed. NULL: nothing */
    void *(*open)(const struct wav_codec *c, unsigned channels); /* NULL without memory */
    /* One packet, made mono; the samples written, 0: it cannot be decoded. `out` has room for WAV_SAMPLES_MAX. */
    size_t (*decode)(void *state, const uint8_t *p, size_t n, int16_t *out);
    void (*close)(void *state);
};

struct wav_codec {
    const char *name;    /* RTP name */
    const char *library; /* what decodes it, NULL: this program itself */
    const struct wav_door *door;
    uint32_t rate;       /* of the samples, 0: the RTP clock */
    int32_t peak;        /* the greatest magnitude that it can say */
    int bit_rate, packing; /* for the door, where it asks */
};

/* NULL: nothing here decodes it. */
const struct wav_codec *wav_codec_by_name(const char *name);

enum wav_ready { WAV_READY, WAV_NOT_BUILT_IN, WAV_NOT_INSTALLED };
/* Whether its door can be opened; its library is loaded for it. */
enum wav_ready wav_codec_ready(const struct wav_codec *c);

extern const struct wav_door wav_door_g722, wav_door_g726, wav_door_gsm; /* wav_spandsp.c */
extern const struct wav_door wav_door_opus;                              /* wav_opus.c */

/* Their versions, or NULL when built without. */
const char *wav_spandsp_version(void);
const char *wav_opus_version(void);

#endif
