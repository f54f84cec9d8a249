/* wav_codec.c - the table of codecs, and those that need no library. */
#include "app/wav_codec.h"

#include <voipqos/audio.h>

#include <stdlib.h>
#include <strings.h>

/* Stateless: the row is all there is to know. */
static void *open_row(const struct wav_codec *c, unsigned channels)
{
    (void)channels;
    return (void *)(uintptr_t)c;
}

static void close_nothing(void *state)
{
    (void)state;
}

static size_t decode_alaw(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    (void)state;
    for (size_t i = 0; i < n; i++)
        out[i] = vq_g711_alaw(p[i]);
    return n;
}

static size_t decode_ulaw(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    (void)state;
    for (size_t i = 0; i < n; i++)
        out[i] = vq_g711_ulaw(p[i]);
    return n;
}

static void *open_l16(const struct wav_codec *c, unsigned channels)
{
    unsigned *state = malloc(sizeof *state);
    (void)c;
    if (state)
        *state = channels ? channels : 1;
    return state;
}

/* RFC 3551 4.5.11: network byte order, channels interleaved; their mean makes them one. */
static size_t decode_l16(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    unsigned channels = *(unsigned *)state;
    size_t samples = n / 2 / channels;
    for (size_t i = 0; i < samples; i++) {
        int32_t sum = 0;
        for (unsigned c = 0; c < channels; c++, p += 2)
            sum += (int16_t)(uint16_t)(p[0] << 8 | p[1]);
        out[i] = (int16_t)(sum / (int32_t)channels);
    }
    return samples;
}

static const struct wav_door alaw = {NULL, open_row, decode_alaw, close_nothing};
static const struct wav_door ulaw = {NULL, open_row, decode_ulaw, close_nothing};
static const struct wav_door l16 = {NULL, open_l16, decode_l16, free};

/* RFC 3551 4.5.4: the first code word in the least significant bits; AAL2 the other way round. */
enum { PACK_RIGHT, PACK_LEFT };

#define SPANDSP "spandsp"
static const struct wav_codec codecs[] = {
    {"PCMA", NULL, &alaw, 0, VQ_ALAW_PEAK, 0, 0},
    {"PCMU", NULL, &ulaw, 0, VQ_ULAW_PEAK, 0, 0},
    {"L16", NULL, &l16, 0, INT16_MAX, 0, 0},
    {"G722", SPANDSP, &wav_door_g722, 16000, INT16_MAX, 64000, 0},
    {"G726-16", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 16000, PACK_RIGHT},
    {"G726-24", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 24000, PACK_RIGHT},
    {"G726-32", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 32000, PACK_RIGHT},
    {"G726-40", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 40000, PACK_RIGHT},
    {"AAL2-G726-16", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 16000, PACK_LEFT},
    {"AAL2-G726-24", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 24000, PACK_LEFT},
    {"AAL2-G726-32", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 32000, PACK_LEFT},
    {"AAL2-G726-40", SPANDSP, &wav_door_g726, 8000, INT16_MAX, 40000, PACK_LEFT},
    {"GSM", SPANDSP, &wav_door_gsm, 8000, INT16_MAX, 0, 0},
    {"opus", "libopus", &wav_door_opus, 48000, INT16_MAX, 0, 0},
};

const struct wav_codec *wav_codec_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (!strcasecmp(codecs[i].name, name))
            return &codecs[i];
    return NULL;
}

enum wav_ready wav_codec_ready(const struct wav_codec *c)
{
    if (!c->door->open)
        return WAV_NOT_BUILT_IN;
    return c->door->load && !c->door->load() ? WAV_NOT_INSTALLED : WAV_READY;
}
