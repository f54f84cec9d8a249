/* wav_track.c - see wav_track.h. */
#include "app/wav_track.h"

#include "app/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CELL_NS 10000000 /* 10 ms */

/* ---- the scratch file ------------------------------------------------------------------------------------------- */

int wav_track_open(struct wav_track *t, const char *folder)
{
    int fd = scratch_open(folder);
    *t = (struct wav_track){.fd = fd < 0 ? -1 : fd};
    return fd < 0 ? fd : 0;
}

void wav_track_close(struct wav_track *t)
{
    if (t->fd >= 0)
        close(t->fd);
    free(t->covered);
    t->fd = -1;
    t->covered = NULL;
}

int wav_track_begin(struct wav_track *t, uint32_t rate, int64_t zero, uint64_t limit)
{
    free(t->covered);
    t->rate = rate;
    t->zero = zero;
    t->limit = limit;
    t->samples = t->at = 0;
    t->n = 0;
    t->error = 0;
    t->cells = limit * 100 / rate + 1;
    t->covered = calloc(1, t->cells / 8 + 1);
    if (!t->covered)
        return -ENOMEM;
    return ftruncate(t->fd, 0) ? -errno : 0;
}

static void flush(struct wav_track *t)
{
    size_t bytes = t->n * sizeof *t->buffer, done = 0;
    while (!t->error && done < bytes) {
        ssize_t n = pwrite(t->fd, (char *)t->buffer + done, bytes - done, (off_t)(t->at * sizeof *t->buffer + done));
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            t->error = -errno;
    }
    t->at += t->n;
    t->n = 0;
}

static void put(struct wav_track *t, uint64_t at, const int16_t *v, size_t n)
{
    if (at != t->at + t->n) {
        flush(t);
        t->at = at;
    }
    while (n) {
        size_t part = TRACK_BUFFER - t->n < n ? TRACK_BUFFER - t->n : n;
        memcpy(t->buffer + t->n, v, part * sizeof *v);
        t->n += part;
        v += part;
        n -= part;
        if (t->n == TRACK_BUFFER)
            flush(t);
    }
    if (t->at + t->n > t->samples)
        t->samples = t->at + t->n;
}

int wav_track_read(struct wav_track *t, uint64_t at, int16_t *to, size_t n)
{
    size_t bytes = n * sizeof *to, done = 0;
    flush(t);
    while (done < bytes) {
        ssize_t got = pread(t->fd, (char *)to + done, bytes - done, (off_t)(at * sizeof *to + done));
        if (got > 0)
            done += (size_t)got;
        else if (!got)
            break;
        else if (errno != EINTR)
            return -errno;
    }
    memset((char *)to + done, 0, bytes - done); /* it ends before: silence */
    return t->error;
}

/* ---- what is where ---------------------------------------------------------------------------------------------- */

static uint64_t cell_of(const struct wav_track *t, uint64_t sample)
{
    uint64_t cell = sample * 100 / t->rate;
    return cell < t->cells ? cell : t->cells - 1;
}

size_t wav_track_overlaps(const struct wav_track *t, const struct wav_packet *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!p[i].placed || p[i].late || p[i].start < t->zero)
            continue;
        uint64_t cell = (uint64_t)(p[i].start - t->zero) / CELL_NS;
        count += cell < t->cells && t->covered[cell / 8] >> cell % 8 & 1;
    }
    return count;
}

/* ---- decoding --------------------------------------------------------------------------------------------------- */

#define DECODERS 8

struct decoder {
    const struct wav_codec *codec;
    void *state;
};

/* One stream on its way into the track. */
struct feed {
    struct wav_track *t;
    const struct wav_formats *f;
    struct wav_heard *out;
    struct decoder decoders[DECODERS];
    uint32_t level_rate;  /* the level's clock */
    int64_t next;         /* sample of the track behind the last one, -1: none yet */
    int16_t last;         /* sample before resampling */
    uint8_t payload[WAV_PAYLOAD_MAX];
    int16_t raw[WAV_SAMPLES_MAX];
    int16_t *fit;         /* resampled */
    size_t fit_room;
};

static struct decoder *decoder_of(struct feed *x, const struct wav_codec *c)
{
    for (size_t i = 0; i < DECODERS; i++) {
        struct decoder *d = &x->decoders[i];
        if (d->codec == c)
            return d;
        if (!d->codec) {
            d->state = c->door->open(c, x->f->channels);
            d->codec = d->state ? c : NULL;
            return d->state ? d : NULL;
        }
    }
    return NULL;
}

/* Linear between neighbours, which is enough to listen to; a sample late, as the next packet is not known. */
static size_t resample(struct feed *x, size_t n, uint32_t rate)
{
    size_t m = (size_t)((uint64_t)n * x->t->rate / rate);
    if (m > x->fit_room) {
        int16_t *more = realloc(x->fit, m * sizeof *more);
        if (!more)
            return 0;
        x->fit = more;
        x->fit_room = m;
    }
    if (rate == x->t->rate) {
        memcpy(x->fit, x->raw, n * sizeof *x->fit);
        return n;
    }
    for (size_t k = 0; k < m; k++) {
        uint64_t where = (uint64_t)k * rate;
        size_t i = (size_t)(where / x->t->rate);
        int64_t part = (int64_t)(where % x->t->rate), before = i ? x->raw[i - 1] : x->last;
        x->fit[k] = (int16_t)(before + (x->raw[i] - before) * part / (int64_t)x->t->rate);
    }
    return m;
}

/* Rounding may part what belongs together by a sample. */
static int64_t sample_at(const struct feed *x, const struct wav_packet *p)
{
    double s = (double)(p->start - x->t->zero) * x->t->rate / 1e9;
    int64_t at = (int64_t)(s < 0 ? s - 0.5 : s + 0.5);
    return x->next >= 0 && (at == x->next - 1 || at == x->next + 1) ? x->next : at;
}

static void cover(struct wav_track *t, uint64_t from, uint64_t n)
{
    for (uint64_t c = cell_of(t, from), end = cell_of(t, from + n - 1); c <= end; c++)
        t->covered[c / 8] = (uint8_t)(t->covered[c / 8] | 1u << c % 8);
}

static void measure(struct feed *x, const struct wav_codec *c, uint32_t rate, size_t n, int64_t at)
{
    struct wav_heard *o = x->out;
    if (o->first == VQ_NONE) {
        o->first = x->t->zero + (int64_t)((double)at * 1e9 / x->t->rate);
        vq_level_init(&o->level, rate, c->peak);
        x->level_rate = rate;
    } else if (at > x->next) {
        vq_level_pause(&o->level, (uint64_t)(at - x->next) * x->level_rate / x->t->rate);
    }
    vq_level_add(&o->level, x->raw, n);
    o->decoded_s += (double)n / rate;
}

static int add(struct feed *x, const struct wav_spool *sp, const struct wav_packet *p)
{
    const struct wav_codec *c = x->f->codec[p->pt & 127];
    uint32_t rate = c->rate ? c->rate : x->f->clock_hz[p->pt & 127];
    struct decoder *d = decoder_of(x, c);
    int rc = wav_spool_payload(sp, p, x->payload);
    if (!d || rc)
        return rc ? rc : -ENOMEM;
    size_t n = c->door->decode(d->state, x->payload, p->n, x->raw);
    int64_t at = sample_at(x, p);
    if (!n)
        return 0;
    if (at != x->next)
        x->last = x->raw[0];
    size_t m = resample(x, n, rate);
    x->last = x->raw[n - 1];
    measure(x, c, rate, n, at);
    x->next = at + (int64_t)m;
    size_t skip = at < 0 ? (size_t)-at : 0;
    if (skip >= m || at + (int64_t)skip >= (int64_t)x->t->limit)
        return 0;
    uint64_t from = (uint64_t)at + skip;
    size_t fit = m - skip < x->t->limit - from ? m - skip : (size_t)(x->t->limit - from);
    put(x->t, from, x->fit + skip, fit);
    cover(x->t, from, fit);
    return x->t->error;
}

int wav_track_add(struct wav_track *t, const struct wav_spool *sp, const struct wav_packet *p, size_t n,
                  const struct wav_formats *f, struct wav_heard *out)
{
    struct feed *x = malloc(sizeof *x);
    int rc = 0;
    *out = (struct wav_heard){.first = VQ_NONE};
    vq_level_init(&out->level, f->rate, INT16_MAX);
    if (!x)
        return -ENOMEM;
    x->t = t;
    x->f = f;
    x->out = out;
    memset(x->decoders, 0, sizeof x->decoders);
    x->next = -1;
    x->last = 0;
    x->level_rate = f->rate;
    x->fit = NULL;
    x->fit_room = 0;
    for (size_t i = 0; i < n && !rc; i++) {
        out->late += p[i].placed && p[i].late;
        if (p[i].placed && !p[i].late && f->codec[p[i].pt & 127])
            rc = add(x, sp, &p[i]);
    }
    for (size_t i = 0; i < DECODERS; i++)
        if (x->decoders[i].codec)
            x->decoders[i].codec->door->close(x->decoders[i].state);
    free(x->fit);
    free(x);
    return rc;
}
