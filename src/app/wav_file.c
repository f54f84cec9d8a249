/* wav_file.c - see wav_file.h. */
#include "app/wav_file.h"

#include "app/sink.h"

#include <errno.h>
#include <stdio.h>

#define BLOCK 8192u /* samples of a channel written at once */

static void put16(char *to, unsigned v)
{
    to[0] = (char)(v & 0xff);
    to[1] = (char)(v >> 8 & 0xff);
}

static void put32(char *to, uint32_t v)
{
    put16(to, v & 0xffff);
    put16(to + 2, v >> 16);
}

/* RIFF/WAVE with PCM, as everything reads it. */
static int write_header(struct sink *k, const struct wav_out *o, uint64_t frames)
{
    char h[WAV_HEADER] = "RIFF....WAVEfmt ";
    uint32_t bytes = (uint32_t)(frames * 2 * o->channels);
    put32(h + 4, bytes + WAV_HEADER - 8);
    put32(h + 16, 16);
    put16(h + 20, 1);
    put16(h + 22, o->channels);
    put32(h + 24, o->rate);
    put32(h + 28, o->rate * 2 * o->channels);
    put16(h + 32, 2 * o->channels);
    put16(h + 34, 16);
    put32(h + 36, 0x61746164); /* "data" */
    put32(h + 40, bytes);
    return sink_write(h, sizeof h, k);
}

static bool silent(const int16_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i])
            return false;
    return true;
}

static int write_samples(struct sink *k, const struct wav_out *o, struct wav_track *tracks, uint64_t frames,
                         struct vq_report_wave *v)
{
    static const size_t width = 2;
    int16_t in[2][BLOCK];
    char out[4 * BLOCK];
    int rc = 0;
    for (uint64_t at = 0; at < frames && !rc; at += BLOCK) {
        size_t n = frames - at < BLOCK ? (size_t)(frames - at) : BLOCK;
        bool quiet = true;
        for (unsigned c = 0; c < o->channels && !rc; c++) {
            rc = wav_track_read(&tracks[c], at, in[c], n);
            quiet = quiet && silent(in[c], n);
        }
        for (unsigned c = 0; c < o->channels && v && !rc && !quiet; c++)
            wave_add(v, frames, c, at, in[c], n);
        if (rc || quiet) {
            rc = rc ? rc : sink_skip(k, n * width * o->channels);
            continue;
        }
        for (size_t i = 0; i < n; i++)
            for (unsigned c = 0; c < o->channels; c++)
                put16(out + width * (i * o->channels + c), (uint16_t)in[c][i]);
        rc = sink_write(out, n * width * o->channels, k);
    }
    return rc;
}

uint64_t wav_file_frames(const struct wav_out *o, const struct wav_track *tracks)
{
    uint64_t frames = 0;
    for (unsigned c = 0; c < o->channels; c++)
        frames = tracks[c].samples > frames ? tracks[c].samples : frames;
    return frames;
}

int wav_file_write(const char *folder, const struct wav_out *o, struct wav_track *tracks, struct vq_report_wave *v)
{
    char path[4096];
    struct sink k;
    uint64_t frames = wav_file_frames(o, tracks);
    if (snprintf(path, sizeof path, "%s/%s", folder, o->name) >= (int)sizeof path)
        return -ENAMETOOLONG;
    int rc = sink_open(&k, path);
    if (rc)
        return rc;
    rc = write_header(&k, o, frames);
    if (!rc)
        rc = write_samples(&k, o, tracks, frames, v);
    int error = sink_close(&k, !rc);
    return rc ? rc : error;
}
