/* wav_spandsp.c - G.722, G.726 and GSM full rate through spandsp; the one file that knows it. */
#include "app/wav_codec.h"

#ifdef VQ_HAVE_SPANDSP

#include <spandsp.h>

const char *wav_spandsp_version(void)
{
    return VQ_BUILD_SPANDSP;
}

static void *open_g722(const struct wav_codec *c, unsigned channels)
{
    (void)channels;
    return g722_decode_init(NULL, c->bit_rate, 0);
}

static size_t decode_g722(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = g722_decode(state, out, p, (int)n);
    return samples > 0 ? (size_t)samples : 0;
}

static void close_g722(void *state)
{
    g722_decode_free(state);
}

static void *open_g726(const struct wav_codec *c, unsigned channels)
{
    (void)channels;
    return g726_init(NULL, c->bit_rate, G726_ENCODING_LINEAR, c->packing ? G726_PACKING_LEFT : G726_PACKING_RIGHT);
}

static size_t decode_g726(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = g726_decode(state, out, p, (int)n);
    return samples > 0 ? (size_t)samples : 0;
}

static void close_g726(void *state)
{
    g726_free(state);
}

static void *open_gsm(const struct wav_codec *c, unsigned channels)
{
    (void)c;
    (void)channels;
    return gsm0610_init(NULL, GSM0610_PACKING_VOIP);
}

/* RFC 3551 4.5.8: frames of 33 bytes; what is left over is no frame. */
static size_t decode_gsm(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = n >= 33 ? gsm0610_decode(state, out, p, (int)(n - n % 33)) : 0;
    return samples > 0 ? (size_t)samples : 0;
}

static void close_gsm(void *state)
{
    gsm0610_free(state);
}

const struct wav_door wav_door_g722 = {open_g722, decode_g722, close_g722};
const struct wav_door wav_door_g726 = {open_g726, decode_g726, close_g726};
const struct wav_door wav_door_gsm = {open_gsm, decode_gsm, close_gsm};

#else

const char *wav_spandsp_version(void)
{
    return NULL;
}

const struct wav_door wav_door_g722 = {0}, wav_door_g726 = {0}, wav_door_gsm = {0};

#endif
