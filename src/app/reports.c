/* reports.c - summary, JSON, ladders and plots: to the terminal, to single files, to a folder. */
#include "app/reports.h"

#include "app/plots.h"
#include "app/sink.h"

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SUMMARY_ROWS 40 /* of each table, without --all */

/* ---- style ------------------------------------------------------------------------------------------------------ */

void style_terminal(const struct settings *s, struct vq_report_style *st)
{
    bool tty = isatty(STDOUT_FILENO);
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
    struct winsize w = {0};
    *st = (struct vq_report_style){
        .color = s->color == COLOR_ALWAYS || (s->color == COLOR_AUTO && tty && !(no_color && *no_color) && term &&
                                              strcmp(term, "dumb") != 0),
        .utf8 = !s->ascii && !strcmp(nl_langinfo(CODESET), "UTF-8"),
        .max_rows = s->all ? 0 : SUMMARY_ROWS,
        .rating = (enum vq_rating_scheme)s->rating,
        .tiphon_loss = (enum vq_tiphon_loss)s->tiphon_loss,
        .verbose = s->verbose,
    };
    if (tty && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w))
        st->width = w.ws_col;
}

/* Files do not depend on the terminal or the locale of the moment. */
static void style_file(const struct settings *s, struct vq_report_style *st)
{
    *st = (struct vq_report_style){
        .utf8 = !s->ascii,
        .rating = (enum vq_rating_scheme)s->rating,
        .tiphon_loss = (enum vq_tiphon_loss)s->tiphon_loss,
        .verbose = s->verbose,
    };
}

/* ---- one report, one file --------------------------------------------------------------------------------------- */

struct job {
    const struct settings *s;
    const struct vq_engine *e;
    const struct vq_report_input *in;
    const struct vq_report_wave *waves;
    size_t n_waves;
    struct vq_report_style style;
    uint32_t handle;    /* for ladders */
    bool stdout_closed; /* whoever reads it has seen enough */
};

typedef int report_h(const struct job *j, struct sink *k);

static int text_report(const struct job *j, struct sink *k)
{
    return vq_report_text(j->e, j->in, &j->style, sink_write, k);
}

static int account_report(const struct job *j, struct sink *k)
{
    return vq_report_account(j->e, &j->style, sink_write, k);
}

static int json_report(const struct job *j, struct sink *k)
{
    return vq_report_json(j->e, j->in, &j->style, sink_write, k);
}

static int ladder_call(const struct job *j, struct sink *k)
{
    return vq_report_ladder(j->e, j->handle, &j->style, sink_write, k);
}

static int ladder_registration(const struct job *j, struct sink *k)
{
    return vq_report_ladder_registration(j->e, j->handle, &j->style, sink_write, k);
}

static int ladder_dialog(const struct job *j, struct sink *k)
{
    return vq_report_ladder_dialog(j->e, j->handle, &j->style, sink_write, k);
}

static int could_not_write(const char *path, int rc)
{
    say("%s could not be written: %s", path, strerror(-rc));
    return EXIT_OUTPUT;
}

/* A reader that goes away (voipqos | head) is no failure; nothing more is made for it. */
static int to_stdout(struct job *j, report_h *h)
{
    struct sink k;
    if (j->stdout_closed)
        return EXIT_DONE;
    sink_stdout(&k);
    int rc = h(j, &k), error = sink_close(&k, true);
    if (!rc)
        rc = error;
    j->stdout_closed = rc != 0;
    return rc && rc != -EPIPE ? could_not_write("standard output", rc) : EXIT_DONE;
}

static int to_file(const struct job *j, report_h *h, const char *path)
{
    struct sink k;
    int rc = sink_open(&k, path);
    if (!rc) {
        rc = h(j, &k);
        int error = sink_close(&k, !rc);
        if (!rc)
            rc = error;
    }
    return rc ? could_not_write(path, rc) : EXIT_DONE;
}

/* ---- ladders ---------------------------------------------------------------------------------------------------- */

struct named {
    uint32_t handle, id;
    const char *call_id;
};

static bool call_named(const struct vq_engine *e, uint32_t handle, struct named *out)
{
    struct vq_call c;
    bool ok = vq_call_get(e, handle, &c);
    *out = ok ? (struct named){handle, c.id, c.call_id} : (struct named){0};
    return ok;
}

static bool registration_named(const struct vq_engine *e, uint32_t handle, struct named *out)
{
    struct vq_registration r;
    bool ok = vq_registration_get(e, handle, &r);
    *out = ok ? (struct named){handle, r.id, r.call_id} : (struct named){0};
    return ok;
}

static bool dialog_named(const struct vq_engine *e, uint32_t handle, struct named *out)
{
    struct vq_dialog d;
    bool ok = vq_dialog_get(e, handle, &d);
    *out = ok ? (struct named){handle, d.id, d.call_id} : (struct named){0};
    return ok;
}

/* What has a ladder. A number on the command line means a call. */
static const struct ladder_kind {
    const char *name;
    uint32_t (*next)(const struct vq_engine *e, uint32_t handle);
    bool (*get)(const struct vq_engine *e, uint32_t handle, struct named *out);
    report_h *write;
    bool by_number;
} ladder_kinds[] = {
    {"call", vq_call_next, call_named, ladder_call, true},
    {"registration", vq_registration_next, registration_named, ladder_registration, false},
    {"dialog", vq_dialog_next, dialog_named, ladder_dialog, false},
};

#define N_LADDER_KINDS (sizeof ladder_kinds / sizeof *ladder_kinds)

static bool is_named(const struct ladder_kind *kind, const struct named *it, const char *which)
{
    if (!*which || (it->call_id && !strcmp(it->call_id, which)))
        return true;
    return kind->by_number && !which[strspn(which, "0123456789")] && strtoull(which, NULL, 10) == it->id;
}

/* A call also goes by the numbers and Call-IDs of its further legs. */
static bool wanted(const struct vq_engine *e, const struct ladder_kind *kind, const struct named *it, const char *which)
{
    struct named leg = *it;
    struct vq_call c;
    bool yes = is_named(kind, it, which);
    while (!yes && kind->get == call_named && vq_call_get(e, leg.handle, &c) && call_named(e, c.next_leg, &leg))
        yes = is_named(kind, &leg, which);
    return yes;
}

static int ladders_to_stdout(struct job *j, const char *which)
{
    int rc = EXIT_DONE;
    size_t found = 0;
    for (size_t i = 0; i < N_LADDER_KINDS; i++) {
        const struct ladder_kind *kind = &ladder_kinds[i];
        struct named it;
        for (uint32_t h = kind->next(j->e, 0); h && rc == EXIT_DONE; h = kind->next(j->e, h))
            if (kind->get(j->e, h, &it) && wanted(j->e, kind, &it, which)) {
                found++;
                j->handle = h;
                rc = to_stdout(j, kind->write);
            }
    }
    if (!found && *which) {
        say("--ladder %s: there is no such call; the summary numbers them", which);
        return EXIT_USAGE;
    }
    return rc;
}

static int ladders_to_folder(struct job *j, const char *folder)
{
    char path[4096];
    int rc = folder_make(folder);
    if (rc)
        return could_not_write(folder, rc);
    for (size_t i = 0; i < N_LADDER_KINDS; i++) {
        const struct ladder_kind *kind = &ladder_kinds[i];
        struct named it;
        for (uint32_t h = kind->next(j->e, 0); h; h = kind->next(j->e, h)) {
            if (!kind->get(j->e, h, &it))
                continue;
            snprintf(path, sizeof path, "%s/%s-%u.txt", folder, kind->name, it.id);
            j->handle = h;
            /* One failure means a full or vanished disk: thousands more would say the same. */
            if (to_file(j, kind->write, path) != EXIT_DONE)
                return EXIT_OUTPUT;
        }
    }
    return EXIT_DONE;
}

/* ---- everything ------------------------------------------------------------------------------------------------- */

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static int folder_write(const struct job *from, const char *folder)
{
    char path[4096 - 64];
    struct job j = *from;
    style_file(j.s, &j.style);
    if (snprintf(path, sizeof path, "%s/report.json", folder) >= (int)sizeof path)
        return could_not_write(folder, -ENAMETOOLONG);
    int rc = folder_make(folder);
    if (rc)
        return could_not_write(folder, rc);
    int status = to_file(&j, json_report, path);
    snprintf(path, sizeof path, "%s/summary.txt", folder);
    status = worse(status, to_file(&j, text_report, path));
    snprintf(path, sizeof path, "%s/ladders", folder);
    status = worse(status, ladders_to_folder(&j, path));
    snprintf(path, sizeof path, "%s/plots", folder);
    return worse(status, plots_write(j.s, j.e, j.waves, j.n_waves, path, false));
}

int reports_write(const struct settings *s, const struct vq_engine *e, const struct vq_report_input *in, struct wav *w)
{
    struct vq_report_input heard = *in;
    struct job j = {.s = s, .e = e, .in = &heard};
    int written = wav_write(w, e), status = EXIT_DONE;
    heard.audio = wav_audio(w, &heard.n_audio);
    j.waves = wav_waves(w, &j.n_waves);
    bool json_only = s->json && !strcmp(s->json, "-");
    style_terminal(s, &j.style);
    if (json_only)
        status = to_stdout(&j, json_report);
    else if (!s->quiet)
        status = to_stdout(&j, text_report);
    if (s->account && !json_only)
        status = worse(status, to_stdout(&j, account_report));
    for (unsigned i = 0; i < s->n_ladders; i++)
        status = worse(status, ladders_to_stdout(&j, s->ladders[i]));
    if (s->out) /* first: the others may lie in it */
        status = worse(status, folder_write(&j, s->out));
    if (s->json && !json_only)
        status = worse(status, to_file(&j, json_report, s->json));
    if (s->plots)
        status = worse(status, plots_write(s, e, j.waves, j.n_waves, s->plots, true));
    return worse(status, written);
}
