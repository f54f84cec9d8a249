/* run_file.c - `voipqos -r FILE`: reads captures to their end, or to their damage, and reports. */
#include "app/inputs.h"
#include "app/keylog.h"
#include "app/reports.h"
#include "app/signals.h"
#include "app/source_pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_BYTES (256u << 20) /* shorter input is done before anybody looks */

struct run {
    const struct settings *s;
    struct inputs in;
    struct wav *wav;          /* NULL: nobody wants to listen */
    struct filter *filter;
    int percent;              /* shown last, -1: none */
    bool no_memory;
    char stopped[SOURCE_WHY]; /* why reading ended before the inputs did, "" when it did not */
};

static void progress(struct run *r)
{
    int percent = (int)(r->in.taken * 100 / r->in.size);
    if (percent != r->percent)
        fprintf(stderr, "\rvoipqos: %d %% read", percent);
    r->percent = percent;
}

static void progress_end(const struct run *r)
{
    if (r->percent >= 0)
        fprintf(stderr, "\r\033[K");
}

static int read_all(struct run *r, struct vq_engine *e)
{
    struct vq_frame frames[VQ_BATCH];
    bool show = !r->in.pipe && r->in.size >= PROGRESS_BYTES && isatty(STDERR_FILENO);
    bool stopped = false;
    uint64_t last = 0;
    size_t n;
    while (!stopped && (n = inputs_next(&r->in, frames, VQ_BATCH))) {
        last = frames[n - 1].number;
        if (r->filter) {
            int rc = filter_apply(r->filter, frames, &n, r->stopped);
            if (rc) {
                progress_end(r);
                say("%s", r->stopped);
                return rc == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
            }
        }
        if (vq_engine_feed(e, frames, n) == -ENOMEM)
            r->no_memory = true;
        if (show)
            progress(r);
        stopped = inputs_stopped(&r->in);
    }
    progress_end(r);
    if (stopped || r->in.interrupted)
        snprintf(r->stopped, sizeof r->stopped, "reading was stopped after frame %llu", (unsigned long long)last);
    return EXIT_DONE;
}

/* ---- what the reports are told ----------------------------------------------------------------------------------- */

struct account {
    struct vq_report_input input;
    struct vq_report_file *files;
    struct vq_report_filter filter;
    uint32_t links[LINKS_MAX];
    char path[512], format[64], truncated[1024];
};

/* Adds a word to a list for people: "pcap", "pcap, pcapng". */
static void add_word(char *list, size_t room, const char *word)
{
    size_t n = strlen(list);
    if (word && !strstr(list, word))
        snprintf(list + n, room - n, "%s%s", n ? ", " : "", word);
}

static void add_links(struct account *a, const struct input *f)
{
    for (size_t i = 0; i < f->n_links; i++) {
        size_t at = 0;
        while (at < a->input.n_links && a->links[at] != f->links[i])
            at++;
        if (at == a->input.n_links && at < LINKS_MAX)
            a->links[a->input.n_links++] = f->links[i];
    }
}

/* All damage in one line: the first in words, of the others how many. */
static void tell_damage(struct account *a, const struct run *r)
{
    size_t damaged = 0;
    for (size_t i = 0; i < r->in.n; i++) {
        const struct input *f = &r->in.at[i];
        if (!*f->why || damaged++)
            continue;
        if (r->in.n == 1)
            snprintf(a->truncated, sizeof a->truncated, "%s", f->why);
        else
            snprintf(a->truncated, sizeof a->truncated, "%.400s: %s", f->path, f->why);
    }
    size_t n = strlen(a->truncated);
    if (damaged > 1)
        snprintf(a->truncated + n, sizeof a->truncated - n, "; and %zu more file%s", damaged - 1,
                 damaged > 2 ? "s" : "");
    if (*r->stopped)
        snprintf(a->truncated, sizeof a->truncated, "%s", r->stopped);
    a->input.truncated = *a->truncated ? a->truncated : NULL;
}

static int account(struct account *a, const struct run *r)
{
    *a = (struct account){.files = calloc(r->in.n, sizeof *a->files)};
    if (!a->files)
        return -ENOMEM;
    a->input = (struct vq_report_input){
        .path = r->in.at[0].path,
        .links = a->links,
        .files = a->files,
        .n_files = r->in.n,
        .overlapping_files = inputs_overlapping(&r->in),
    };
    if (r->filter) {
        filter_report(r->filter, &a->filter);
        a->input.filter = &a->filter;
    }
    for (size_t i = 0; i < r->in.n; i++) {
        const struct input *f = &r->in.at[i];
        const char *why = *f->why ? f->why : NULL;
        a->files[i] = (struct vq_report_file){f->path, f->format, f->packed, f->links, f->n_links, why};
        add_links(a, f);
        add_word(a->format, sizeof a->format, f->format);
    }
    for (size_t i = 0; i < r->in.n; i++)
        add_word(a->format, sizeof a->format, r->in.at[i].packed);
    a->input.format = *a->format ? a->format : NULL;
    if (r->in.n > 1) {
        snprintf(a->path, sizeof a->path, "%.440s and %zu more", r->in.at[0].path, r->in.n - 1);
        a->input.path = a->path;
    }
    tell_damage(a, r);
    return 0;
}

static int analyse(struct run *r, struct vq_engine *e)
{
    struct account a;
    int status = read_all(r, e);
    if (status != EXIT_DONE)
        return status;
    status = inputs_verdict(&r->in);
    if (status == EXIT_INPUT)
        return status;
    if (*r->stopped) {
        say("%s; everything before is reported", r->stopped);
        status = EXIT_DAMAGED;
    }
    if (r->no_memory)
        say("memory ran out; frames not followed up are counted as no_memory");
    vq_engine_drops(e, inputs_drops(&r->in));
    vq_engine_finish(e);
    if (account(&a, r)) {
        say("no memory");
        return EXIT_INPUT;
    }
    int written = reports_write(r->s, e, &a.input, r->wav);
    free(a.files);
    return written > status ? written : status;
}

static int read_keylog(const char *path, struct vq_engine *e)
{
    struct keylog k;
    struct vq_stats st;
    int status = keylog_open(&k, path);
    if (status == EXIT_DONE)
        status = keylog_read(&k, e, true);
    keylog_close(&k);
    vq_engine_stats(e, &st);
    if (status == EXIT_DONE && path && !st.tls_keys)
        say("key log %s: there is no TLS secret in it; lines look like CLIENT_RANDOM 0a1b.. 2c3d..", path);
    return status;
}

/* A vq_savefile_secrets_h: what a pcapng file brings itself. */
static void secrets(struct vq_slice text, void *arg)
{
    if (vq_engine_keylog(arg, (const char *)text.p, text.n))
        say("no memory for all TLS secrets");
}

int run_file(const struct settings *s)
{
    struct run r = {.s = s, .percent = -1};
    struct vq_options o;
    struct vq_engine *e = NULL;
    struct codecs codecs;
    signals_catch();
    int rc = codecs_load(&codecs, s->codecs);
    int status = rc == EINVAL ? EXIT_USAGE : rc ? EXIT_INPUT : EXIT_DONE;
    settings_options(s, &codecs, &o, false);
    rc = status == EXIT_DONE ? vq_engine_new(&e, &o) : 0;
    if (rc) {
        say("the analysis cannot start: %s", strerror(-rc));
        status = rc == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
    }
    if (status == EXIT_DONE)
        status = read_keylog(s->keylog, e);
    if (status == EXIT_DONE)
        status = inputs_open(&r.in, &s->read, s->no_unpack_limit, secrets, e);
    if (status == EXIT_DONE && s->filter && filter_new(&r.filter, s->filter)) {
        say("no memory");
        status = EXIT_INPUT;
    }
    if (status == EXIT_DONE)
        status = wav_start(&r.wav, s, e);
    if (status == EXIT_DONE)
        status = analyse(&r, e);
    wav_free(r.wav);
    vq_engine_free(e);
    inputs_close(&r.in);
    filter_free(r.filter);
    codecs_done(&codecs);
    return status;
}
