/* wav_spandsp.c - G.722, G.726 and GSM full rate through spandsp; the one file that knows it.
 *
 * It is loaded when there is something to decode: with the libraries that it brings along (TIFF, JPEG, C++ ...) it would
 * cost every start of the program a third more. */
#include "app/wav_codec.h"

#ifdef VQ_HAVE_SPANDSP

#include <dlfcn.h>
#include <spandsp.h>
#include <string.h>

#define EACH(X) \
    X(g722_decode_init) X(g722_decode) X(g722_decode_free) X(g726_init) X(g726_decode) X(g726_free) X(gsm0610_init) \
    X(gsm0610_decode) X(gsm0610_free)

struct library {
#define POINTER(name) __typeof__(name) *(name);
    EACH(POINTER)
#undef POINTER
};

static const struct {
    const char *name;
    size_t at;
} functions[] = {
#define ROW(name) {#name, offsetof(struct library, name)},
    EACH(ROW)
#undef ROW
};

static struct library lib;

static bool load(void)
{
    static bool tried, there;
    if (tried)
        return there;
    tried = true;
    void *so = dlopen(VQ_SPANDSP_SO, RTLD_NOW | RTLD_LOCAL); /* stays until the program ends */
    there = so;
    for (size_t i = 0; i < sizeof functions / sizeof *functions && there; i++) {
        void *f = dlsym(so, functions[i].name);
        memcpy((char *)&lib + functions[i].at, &f, sizeof f);
        there = f;
    }
    return there;
}

const char *wav_spandsp_version(void)
{
    return VQ_BUILD_SPANDSP;
}

static void *open_g722(const struct wav_codec *c, unsigned channels)
{
    (void)channels;
    return lib.g722_decode_init(NULL, c->bit_rate, 0);
}

static size_t decode_g722(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = lib.g722_decode(state, out, p, (int)n);
    return samples > 0 ? (size_t)samples : 0;
}

static void close_g722(void *state)
{
    lib.g722_decode_free(state);
}

static void *open_g726(const struct wav_codec *c, unsigned channels)
{
    (void)channels;
    return lib.g726_init(NULL, c->bit_rate, G726_ENCODING_LINEAR, c->packing ? G726_PACKING_LEFT : G726_PACKING_RIGHT);
}

static size_t decode_g726(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = lib.g726_decode(state, out, p, (int)n);
    return samples > 0 ? (size_t)samples : 0;
}

static void close_g726(void *state)
{
    lib.g726_free(state);
}

static void *open_gsm(const struct wav_codec *c, unsigned channels)
{
    (void)c;
    (void)channels;
    return lib.gsm0610_init(NULL, GSM0610_PACKING_VOIP);
}

/* RFC 3551 4.5.8: frames of 33 bytes; what is left over is no frame. */
static size_t decode_gsm(void *state, const uint8_t *p, size_t n, int16_t *out)
{
    int samples = n >= 33 ? lib.gsm0610_decode(state, out, p, (int)(n - n % 33)) : 0;
    return samples > 0 ? (size_t)samples : 0;
}

static void close_gsm(void *state)
{
    lib.gsm0610_free(state);
}

const struct wav_door wav_door_g722 = {load, open_g722, decode_g722, close_g722};
const struct wav_door wav_door_g726 = {load, open_g726, decode_g726, close_g726};
const struct wav_door wav_door_gsm = {load, open_gsm, decode_gsm, close_gsm};

#else

const char *wav_spandsp_version(void)
{
    return NULL;
}

const struct wav_door wav_door_g722 = {0}, wav_door_g726 = {0}, wav_door_gsm = {0};

#endif
