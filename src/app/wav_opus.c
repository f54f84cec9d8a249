/* wav_opus.c - Opus through libopus; the one file that knows it. */
#include "app/wav_codec.h"

#ifdef VQ_HAVE_OPUS

#include <opus.h>

const char *wav_opus_version(void)
{
    return opus_get_version_string();
}

/* RFC 7587 4.1: whatever the sender's bandwidth and channels are, a decoder may make 48 kHz mono of it. */
static void *open_opus(const struct wav_codec *c, unsigned channels)
{
    int error;
    (void)channels;
    return opus_decoder_create((opus_int32)c->rate, 1, &error);
}

static size_t decode_opus(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = opus_decode(state, p, (opus_int32)n, out, 5760, 0); /* 120 ms, RFC 6716 2.1.4 */
    return samples > 0 ? (size_t)samples : 0;
}

static void close_opus(void *state)
{
    opus_decoder_destroy(state);
}

const struct wav_door wav_door_opus = {NULL, open_opus, decode_opus, close_opus};

#else

const char *wav_opus_version(void)
{
    return NULL;
}

const struct wav_door wav_door_opus = {0};

#endif
