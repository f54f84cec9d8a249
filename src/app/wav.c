/* wav.c - which streams make which file, and the files themselves.
 *
 * A leg of a call becomes one stereo file, the caller on the left. What was never bound to a call, whose direction is
 * unknown, or which sounds at the same time as another stream of its direction, becomes a mono file. */
#include "app/wav.h"

#include "app/plots.h"
#include "app/sink.h"
#include "app/wav_file.h"
#include "util/buf.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define RATE_MAX  48000u
#define MUTES_MAX 32u /* kinds of streams without sound that are told apart in messages */

struct item {
    uint32_t handle, id;
    uint32_t call_id;    /* 0: a file of its own */
    uint32_t call;
    unsigned leg, side;
    int64_t start;
    struct vq_report_audio *audio;
    char *file, *why;
};

#define WHY_ROOM 96

struct mute {
    char why[WHY_ROOM];
    unsigned streams;
};

struct wav {
    const char *folder;
    bool made;                   /* it was not there before */
    double buffer_ms;
    struct wav_spool *spool;
    struct wav_track tracks[2];
    struct item *items;
    struct vq_report_audio *audio;
    char (*files)[WAV_NAME_ROOM], (*whys)[WHY_ROOM];
    size_t n;
    struct mute mutes[MUTES_MAX];
    size_t n_mutes;
    size_t n_files;
    struct vq_report_wave *waves;
    size_t n_waves, waves_max;   /* those that are drawn */
};

/* ---- beginning and end ------------------------------------------------------------------------------------------ */

static int could_not(const char *what, int rc)
{
    say("%s could not be written: %s", what, strerror(-rc));
    return EXIT_OUTPUT;
}

int wav_start(struct wav **out, const struct settings *s, struct vq_engine *e)
{
    if (!s->wav)
        return EXIT_DONE;
    struct wav *w = calloc(1, sizeof *w);
    bool made = access(s->wav, F_OK) != 0;
    int rc = w ? folder_make(s->wav) : -ENOMEM;
    if (rc == -ENOENT && s->out && !folder_make(s->out)) /* a folder in that of -o */
        rc = folder_make(s->wav);
    if (rc) {
        free(w);
        return could_not(s->wav, rc);
    }
    w->folder = s->wav;
    w->made = made;
    w->buffer_ms = s->wav_buffer_ms;
    w->waves_max = !s->plots && !s->out ? 0 : s->all ? SIZE_MAX : PLOTS_MAX;
    w->tracks[0].fd = w->tracks[1].fd = -1;
    rc = wav_spool_open(&w->spool, s->wav);
    for (unsigned i = 0; i < 2 && !rc; i++)
        rc = wav_track_open(&w->tracks[i], s->wav);
    if (rc) {
        wav_free(w);
        return could_not(s->wav, rc);
    }
    vq_engine_tap(e, wav_spool_tap, w->spool);
    *out = w;
    return EXIT_DONE;
}

void wav_free(struct wav *w)
{
    if (!w)
        return;
    wav_track_close(&w->tracks[0]);
    wav_track_close(&w->tracks[1]);
    wav_spool_close(w->spool);
    if (w->made)
        (void)rmdir(w->folder); /* goes only if nothing was put into it */
    free(w->items);
    free(w->audio);
    free(w->files);
    free(w->whys);
    for (size_t i = 0; i < w->n_waves; i++)
        free((void *)(uintptr_t)w->waves[i].file);
    free(w->waves);
    free(w);
}

const struct vq_report_audio *wav_audio(const struct wav *w, size_t *n)
{
    *n = w ? w->n : 0;
    return w ? w->audio : NULL;
}

const struct vq_report_wave *wav_waves(const struct wav *w, size_t *n)
{
    *n = w ? w->n_waves : 0;
    return w ? w->waves : NULL;
}

/* ---- what there is to decode ------------------------------------------------------------------------------------ */

static void mute(struct wav *w, struct item *it, const char *why)
{
    size_t i = 0;
    snprintf(it->why, WHY_ROOM, "%s", why);
    it->audio->why = it->why;
    while (i < w->n_mutes && strcmp(w->mutes[i].why, it->why) != 0)
        i++;
    if (i == MUTES_MAX)
        return;
    if (i == w->n_mutes)
        snprintf(w->mutes[w->n_mutes++].why, WHY_ROOM, "%s", it->why);
    w->mutes[i].streams++;
}

static bool speech(const struct vq_stream_format *f)
{
    return !f->codec || (f->codec->media == VQ_MEDIA_AUDIO && f->codec->payload != VQ_PAYLOAD_EVENT &&
                         f->codec->payload != VQ_PAYLOAD_CN);
}

/* RFC 3551 6: payload type 10 has two channels. Of others the size tells. */
static unsigned channels_of(const struct vq_stream *s)
{
    if (s->n_payload_types && s->payload_types[0] == 10)
        return 2;
    double bytes = s->packets ? (double)s->bytes / (double)s->packets - 12 : 0; /* without the header */
    double ticks = s->ptime_ms * s->clock_hz / 1000;
    return ticks > 0 && bytes / (2 * ticks) > 1.5 ? 2 : 1;
}

/* True when some of it can be decoded; else `why`. */
static bool formats_of(const struct vq_engine *e, const struct vq_stream *s, struct wav_formats *f, char why[WHY_ROOM])
{
    *f = (struct wav_formats){.channels = channels_of(s)};
    snprintf(why, WHY_ROOM, "no speech in it");
    for (unsigned i = 0; i < s->n_payload_types; i++) {
        struct vq_stream_format x;
        uint8_t pt = s->payload_types[i] & 127;
        if (!vq_stream_format(e, s->handle, pt, &x)) {
            if (!f->rate)
                snprintf(why, WHY_ROOM, "payload type %u was never announced", pt);
            continue;
        }
        if (!speech(&x))
            continue;
        const struct wav_codec *c = wav_codec_by_name(x.name);
        if (!c)
            snprintf(why, WHY_ROOM, "%.40s has no decoder in voipqos", x.name);
        else if (wav_codec_ready(c) != WAV_READY)
            snprintf(why, WHY_ROOM, "%s needs %s, which is not %s", c->name, c->library,
                     wav_codec_ready(c) == WAV_NOT_BUILT_IN ? "built in" : "installed");
        else if (x.clock_hz < 1000 || x.clock_hz > 4 * RATE_MAX)
            snprintf(why, WHY_ROOM, "%s with a clock of %u Hz is not decoded", c->name, x.clock_hz);
        else {
            uint32_t rate = c->rate ? c->rate : x.clock_hz;
            f->codec[pt] = c;
            f->clock_hz[pt] = x.clock_hz;
            f->rate = rate > f->rate ? rate : f->rate;
        }
    }
    return f->rate != 0;
}

static bool audible(struct wav *w, const struct vq_engine *e, struct item *it, const struct vq_stream *s)
{
    struct wav_formats f;
    char why[WHY_ROOM];
    int rc = wav_spool_error(w->spool);
    if (s->media != VQ_MEDIA_AUDIO && s->media != VQ_MEDIA_UNKNOWN)
        snprintf(why, sizeof why, "%s is not sound", vq_media_name(s->media));
    else if (s->encrypted)
        snprintf(why, sizeof why, "encrypted");
    else if (formats_of(e, s, &f, why)) {
        if (rc)
            snprintf(why, sizeof why, "its packets could not be kept: %s", strerror(-rc));
        else if (wav_spool_has(w->spool, s->handle) == WAV_KEPT_CUT)
            snprintf(why, sizeof why, "the capture cut its payload off (snap length)");
        else if (wav_spool_has(w->spool, s->handle) == WAV_KEPT_ALL)
            return true;
        else
            snprintf(why, sizeof why, "no payload");
    }
    mute(w, it, why);
    return false;
}

static struct item item_of(const struct vq_engine *e, const struct vq_stream *s)
{
    struct vq_call c;
    struct item it = {.handle = s->handle, .id = s->id, .start = s->start};
    if (s->direction != VQ_DIR_UNKNOWN && s->call && vq_call_get(e, s->call, &c)) {
        it.call = s->call;
        it.call_id = c.id;
        it.leg = s->leg;
        it.side = s->direction == VQ_DIR_CALLEE_TO_CALLER;
    }
    return it;
}

/* Files in order of calls and legs, streams alone at the end. */
static int by_file(const void *a, const void *b)
{
    const struct item *p = a, *q = b;
    if (p->call_id != q->call_id)
        return p->call_id - 1 > q->call_id - 1 ? 1 : -1; /* 0 comes last */
    if (p->call_id && p->leg != q->leg)
        return p->leg > q->leg ? 1 : -1;
    return (p->id > q->id) - (p->id < q->id);
}

static bool same_file(const struct item *a, const struct item *b)
{
    return a->call_id && a->call_id == b->call_id && a->leg == b->leg;
}

/* Every stream gets its place in the reports; `*n` of them have something to decode. 0 or -ENOMEM. */
static int collect(struct wav *w, const struct vq_engine *e, size_t *n)
{
    struct vq_stream s;
    for (uint32_t h = vq_stream_next(e, 0); h; h = vq_stream_next(e, h))
        w->n++;
    size_t room = w->n ? w->n : 1;
    *n = 0;
    w->items = calloc(room, sizeof *w->items);
    w->audio = calloc(room, sizeof *w->audio);
    w->files = calloc(room, sizeof *w->files);
    w->whys = calloc(room, sizeof *w->whys);
    if (!w->items || !w->audio || !w->files || !w->whys) {
        w->n = 0;
        return -ENOMEM;
    }
    for (uint32_t h = vq_stream_next(e, 0); h; h = vq_stream_next(e, h))
        if (vq_stream_get(e, h, &s) && *n < w->n)
            w->items[(*n)++] = (struct item){.handle = h, .id = s.id};
    w->n = *n;
    qsort(w->items, w->n, sizeof *w->items, by_file);
    *n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (!vq_stream_get(e, w->items[i].handle, &s))
            continue;
        w->audio[i] = (struct vq_report_audio){.stream = s.id, .level_dbov = NAN, .peak_dbov = NAN, .silence_pct = NAN};
        struct item *it = &w->items[*n];
        *it = item_of(e, &s);
        it->audio = &w->audio[i];
        it->file = w->files[i];
        it->why = w->whys[i];
        *n += audible(w, e, it, &s);
    }
    qsort(w->items, *n, sizeof *w->items, by_file);
    return 0;
}

/* ---- one file --------------------------------------------------------------------------------------------------- */

/* A stream's packets in their places. */
struct part {
    struct wav_packet *p;
    size_t n;
    struct wav_formats f;
};

static int part_load(struct wav *w, const struct vq_engine *e, const struct item *it, struct part *x)
{
    struct vq_stream s;
    char why[WHY_ROOM];
    *x = (struct part){0};
    if (!vq_stream_get(e, it->handle, &s) || !formats_of(e, &s, &x->f, why))
        return 0;
    int rc = wav_spool_read(w->spool, it->handle, &x->p, &x->n);
    if (!rc)
        rc = wav_place(x->p, x->n, x->f.clock_hz, w->buffer_ms);
    if (rc)
        free(x->p);
    return rc;
}

/* How long it is, and at which rate, before anything is decoded. */
static int measure(struct wav *w, const struct vq_engine *e, const struct item *it, size_t n, struct wav_out *o)
{
    o->zero = INT64_MAX;
    o->end = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        struct part x;
        int rc = part_load(w, e, &it[i], &x);
        if (rc)
            return rc;
        o->rate = x.f.rate > o->rate ? x.f.rate : o->rate;
        for (size_t k = 0; k < x.n; k++) {
            const struct wav_packet *p = &x.p[k];
            if (!p->placed || p->late)
                continue;
            o->zero = p->start < o->zero ? p->start : o->zero;
            o->end = p->start > o->end ? p->start : o->end;
        }
        free(x.p);
    }
    o->rate = o->rate < RATE_MAX ? o->rate : RATE_MAX;
    if (o->end < o->zero || !o->rate)
        return -ENODATA;
    /* The last packet has a length, too: no more than its bytes can become. */
    double samples = ((double)(o->end - o->zero) / 1e9 + 1) * o->rate + WAV_SAMPLES_MAX;
    double most = (WAV_BYTES_MAX - WAV_HEADER) / (2.0 * o->channels);
    o->limit = (uint64_t)(samples < most ? samples : most);
    return 0;
}

static void tell(struct wav *w, struct item *it, const struct wav_out *o, const struct wav_heard *h)
{
    struct vq_report_audio *a = it->audio;
    if (h->first == VQ_NONE) {
        mute(w, it, h->late ? "every packet came too late for the buffer" : "no packet could be decoded");
        return;
    }
    snprintf(it->file, WAV_NAME_ROOM, "%s", o->name);
    a->file = it->file;
    a->why = NULL;
    a->offset_s = fmax(0, (double)(h->first - o->zero) / 1e9);
    a->decoded_s = h->decoded_s;
    a->level_dbov = vq_level_rms(&h->level);
    a->peak_dbov = vq_level_peak(&h->level);
    a->silence_pct = vq_level_silence(&h->level);
    a->clipped_samples = h->level.clipped;
    a->late_packets = h->late;
}

/* NULL: it is not drawn. */
static struct vq_report_wave *wave_of(struct wav *w, const struct vq_engine *e, const struct item *it,
                                      const struct wav_out *o)
{
    struct vq_stats st;
    uint64_t frames = wav_file_frames(o, w->tracks);
    if (w->n_waves >= w->waves_max || !frames)
        return NULL;
    struct vq_report_wave *v = realloc(w->waves, (w->n_waves + 1) * sizeof *v);
    char *file = strdup(o->name);
    w->waves = v ? v : w->waves;
    if (!v || !file) {
        free(file);
        return NULL;
    }
    v += w->n_waves++;
    vq_engine_stats(e, &st);
    v->file = file;
    v->call = it->call_id ? it->call : 0;
    v->stream = it->id;
    v->channels = o->channels;
    v->start_s = (double)(o->zero - st.start) / 1e9;
    v->duration_s = (double)frames / o->rate;
    wave_begin(v, frames);
    for (unsigned c = 0; c < o->channels; c++)
        wave_missing(v, frames, c, &w->tracks[c]);
    return v;
}

/* Two streams of one direction may take turns. When they sound together, the second gets a file of its own. */
static bool collides(const struct wav_track *t, const struct part *x)
{
    size_t n = wav_track_overlaps(t, x->p, x->n);
    return n > 10 && n > x->n / 10;
}

/* Streams item[0 .. n) into one file; those that must wait for one of their own lose their call. 0 or -Exxx. */
static int make_file(struct wav *w, const struct vq_engine *e, struct item *it, size_t n)
{
    struct wav_out o = {.channels = it->call_id ? 2 : 1};
    unsigned used = 0;
    if (!it->call_id)
        snprintf(o.name, sizeof o.name, "stream-%u.wav", it->id);
    else if (it->leg > 1)
        snprintf(o.name, sizeof o.name, "call-%u-leg-%u.wav", it->call_id, it->leg);
    else
        snprintf(o.name, sizeof o.name, "call-%u.wav", it->call_id);
    int rc = measure(w, e, it, n, &o);
    if (rc == -ENODATA) {
        for (size_t i = 0; i < n; i++)
            mute(w, &it[i], "no packet could be placed");
        return 0;
    }
    for (unsigned c = 0; c < o.channels && !rc; c++)
        rc = wav_track_begin(&w->tracks[c], o.rate, o.zero, o.limit);
    for (size_t i = 0; i < n && !rc; i++) {
        struct wav_track *t = &w->tracks[o.channels == 2 ? it[i].side : 0];
        struct wav_heard h;
        struct part x;
        rc = part_load(w, e, &it[i], &x);
        if (rc)
            break;
        if (collides(t, &x)) {
            it[i].call_id = 0;
        } else {
            rc = wav_track_add(t, w->spool, x.p, x.n, &x.f, &h);
            if (!rc)
                tell(w, &it[i], &o, &h);
            used += !rc && h.first != VQ_NONE;
        }
        free(x.p);
    }
    if (rc || !used)
        return rc;
    rc = wav_file_write(w->folder, &o, w->tracks, wave_of(w, e, it, &o));
    w->n_files += !rc;
    return rc;
}

/* ---- all files -------------------------------------------------------------------------------------------------- */

static void say_mutes(const struct wav *w)
{
    struct vq_buf b;
    vq_buf_init(&b);
    for (size_t i = 0; i < w->n_mutes; i++) {
        vq_buf_clear(&b);
        vq_buf_terminal(&b, w->mutes[i].why);
        say("--wav: %u stream%s left out: %s", w->mutes[i].streams, w->mutes[i].streams == 1 ? "" : "s",
            b.failed ? "no memory" : b.p);
    }
    vq_buf_done(&b);
}

static int write_all(struct wav *w, const struct vq_engine *e, size_t n)
{
    int rc = 0;
    for (size_t from = 0, to; from < n && !rc; from = to) {
        for (to = from + 1; to < n && same_file(&w->items[from], &w->items[to]); to++)
            ;
        uint32_t call = w->items[from].call_id;
        rc = make_file(w, e, &w->items[from], to - from);
        for (size_t i = from; i < to && call && !rc; i++)
            if (!w->items[i].call_id)
                rc = make_file(w, e, &w->items[i], 1);
    }
    return rc;
}

int wav_write(struct wav *w, const struct vq_engine *e)
{
    size_t n = 0;
    if (!w)
        return EXIT_DONE;
    int rc = collect(w, e, &n);
    if (!rc)
        rc = write_all(w, e, n);
    if (!rc)
        rc = wav_spool_error(w->spool);
    say_mutes(w);
    if (!rc && !w->n_files)
        say("%s: there is nothing to listen to", w->folder);
    return rc ? could_not(w->folder, rc) : EXIT_DONE;
}
