/* The decoders of --wav: speech of known level and pitch, encoded by each library, comes out of its door again. */
#include "support/check.h"

#include <stdlib.h>

#include "app/wav_codec.h"

#ifdef VQ_HAVE_OPUS
#include <opus.h>
#endif
#ifdef VQ_HAVE_SPANDSP
#include <spandsp.h>
#endif

#define PI 3.14159265358979323846
#define PACKETS 50
#define PEAK 8000.0
#define HZ 500.0

/* 20 ms of the tone, as packet `k`. */
static void tone(int16_t *v, unsigned rate, int k)
{
    for (unsigned i = 0; i < rate / 50; i++)
        v[i] = (int16_t)lround(PEAK * sin(2 * PI * HZ * ((double)k / 50 + (double)i / rate)));
}

/* What a decoder made: its energy at the tone's frequency, and all of it. Both are mean squares. */
struct sum {
    double re, im, all;
    uint64_t n;
};

static void add(struct sum *s, const int16_t *v, size_t n, unsigned rate)
{
    for (size_t i = 0; i < n; i++, s->n++) {
        double phase = 2 * PI * HZ * (double)s->n / rate;
        s->re += v[i] * cos(phase);
        s->im += v[i] * sin(phase);
        s->all += (double)v[i] * v[i];
    }
}

/* Nearly all of it is the tone, at its level to a decibel. */
static void assert_tone(const struct sum *s)
{
    double n = (double)s->n, at_tone = 2 * (s->re * s->re + s->im * s->im) / (n * n);
    assert_true(s->n > 0);
    assert_close(10 * log10(s->all / n / (PEAK * PEAK / 2)), 0, 1.0);
    assert_true(at_tone > 0.95 * s->all / n);
}

typedef size_t encode_h(void *encoder, const int16_t *v, size_t n, uint8_t *out);

static void through(const char *name, unsigned rate, size_t packet, encode_h *encode, void *encoder)
{
    static int16_t in[960], out[WAV_SAMPLES_MAX];
    static uint8_t bytes[WAV_PAYLOAD_MAX];
    const struct wav_codec *c = wav_codec_by_name(name);
    struct sum s = {0};
    assert_non_null(c);
    assert_int_equal(wav_codec_ready(c), WAV_READY);
    assert_int_equal(c->rate, rate);
    void *state = c->door->open(c, 1);
    assert_non_null(state);
    for (int k = 0; k < PACKETS; k++) {
        tone(in, rate, k);
        size_t n = encode(encoder, in, rate / 50, bytes);
        if (packet)
            assert_int_equal(n, packet);
        size_t samples = c->door->decode(state, bytes, n, out);
        assert_int_equal(samples, rate / 50);
        if (k >= 5) /* once it has settled */
            add(&s, out, samples, rate);
    }
    c->door->close(state);
    assert_tone(&s);
}

#ifdef VQ_HAVE_SPANDSP
static size_t encode_g722(void *e, const int16_t *v, size_t n, uint8_t *out)
{
    return (size_t)g722_encode(e, out, v, (int)n);
}

static size_t encode_g726(void *e, const int16_t *v, size_t n, uint8_t *out)
{
    return (size_t)g726_encode(e, out, v, (int)n);
}

static size_t encode_gsm(void *e, const int16_t *v, size_t n, uint8_t *out)
{
    return (size_t)gsm0610_encode(e, out, v, (int)n);
}

static void test_spandsp(void **state)
{
    (void)state;
    g722_encode_state_t *wide = g722_encode_init(NULL, 64000, 0);
    through("G722", 16000, 160, encode_g722, wide);
    g722_encode_free(wide);
    static const struct {
        const char *name;
        int rate, packing;
    } rows[] = {
        {"G726-32", 32000, G726_PACKING_RIGHT}, {"G726-40", 40000, G726_PACKING_RIGHT},
        {"G726-24", 24000, G726_PACKING_RIGHT}, {"AAL2-G726-32", 32000, G726_PACKING_LEFT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        g726_state_t *e = g726_init(NULL, rows[i].rate, G726_ENCODING_LINEAR, rows[i].packing);
        through(rows[i].name, 8000, (size_t)rows[i].rate / 400, encode_g726, e);
        g726_free(e);
    }
    gsm0610_state_t *gsm = gsm0610_init(NULL, GSM0610_PACKING_VOIP);
    through("gsm", 8000, 33, encode_gsm, gsm);
    gsm0610_free(gsm);
}
#else
static void test_spandsp(void **state)
{
    (void)state;
    skip();
}
#endif

#ifdef VQ_HAVE_OPUS
static size_t encode_opus(void *e, const int16_t *v, size_t n, uint8_t *out)
{
    opus_int32 bytes = opus_encode(e, v, (int)n, out, 1500);
    assert_true(bytes > 0);
    return (size_t)bytes;
}

static void test_opus(void **state)
{
    int error;
    (void)state;
    OpusEncoder *e = opus_encoder_create(48000, 1, OPUS_APPLICATION_AUDIO, &error);
    assert_non_null(e);
    through("opus", 48000, 0, encode_opus, e);
    opus_encoder_destroy(e);
}
#else
static void test_opus(void **state)
{
    (void)state;
    skip();
}
#endif

/* Whatever a packet holds, no decoder writes more than it has room for, nor anything for a packet that is none. */
static void test_any_bytes(void **state)
{
    static const char *const names[] = {"PCMU",    "PCMA",         "L16", "G722", "G726-16",
                                        "G726-40", "AAL2-G726-24", "GSM", "opus"};
    int16_t *out = malloc(WAV_SAMPLES_MAX * sizeof *out); /* of its own, so that a sanitizer sees its end */
    (void)state;
    assert_non_null(out);
    srand(3);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct wav_codec *c = wav_codec_by_name(names[i]);
        if (wav_codec_ready(c) != WAV_READY)
            continue;
        void *d = c->door->open(c, 1);
        for (int k = 0; k < 200; k++) {
            size_t n = k < 2 ? WAV_PAYLOAD_MAX : (size_t)(rand() % 300) + 1;
            uint8_t *bytes = malloc(n);
            assert_non_null(bytes);
            for (size_t b = 0; b < n; b++)
                bytes[b] = (uint8_t)rand();
            assert_true(c->door->decode(d, bytes, n, out) <= WAV_SAMPLES_MAX);
            free(bytes);
        }
        c->door->close(d);
    }
    free(out);
}

static void test_unknown(void **state)
{
    (void)state;
    assert_null(wav_codec_by_name("G729"));
    assert_null(wav_codec_by_name(""));
    assert_non_null(wav_codec_by_name("pcma"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spandsp),
        cmocka_unit_test(test_opus),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
