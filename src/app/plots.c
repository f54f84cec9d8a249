/* plots.c - data, scripts and pictures of streams; the one place that starts gnuplot. */
#define _GNU_SOURCE /* posix_spawn_file_actions_addchdir_np() */
#include "app/plots.h"

#include "app/sink.h"
#include "util/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define FAILURES_MAX 3 /* scripts that gnuplot may refuse before the rest is given up */
#define PATH_ROOM    4096

static const char *const kept[] = {"dat", "gp", "png", "svg"}; /* what becomes of a stream */

struct plot {
    uint32_t handle, id;
    double mos;
    const struct vq_report_wave *wave; /* NULL: it is a stream */
};

struct plots {
    const struct vq_engine *e;
    const char *folder;
    char *work;         /* folder inside `folder` where files are made before they get their place */
    struct plot *list;
    size_t n;
};

/* ---- starting gnuplot ------------------------------------------------------------------------------------------- */

/* Runs gnuplot in `folder` (NULL: here) with its output in `out` and its messages in `err`, file names as seen from
 * there, or the descriptor `out_fd`. The wait status, or -Exxx when it cannot be started. */
static int gnuplot_run(const char *const *args, const char *folder, int out_fd)
{
    posix_spawn_file_actions_t fa;
    posix_spawnattr_t attr;
    sigset_t defaults;
    pid_t pid;
    if (posix_spawn_file_actions_init(&fa))
        return -ENOMEM;
    posix_spawnattr_init(&attr);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* we ignore it, and gnuplot would inherit that */
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    const char *err = folder ? "errors" : "/dev/null";
    int rc = posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
    if (!rc && folder)
        rc = posix_spawn_file_actions_addchdir_np(&fa, folder);
    if (!rc)
        rc = out_fd >= 0 ? posix_spawn_file_actions_adddup2(&fa, out_fd, 1)
                         : posix_spawn_file_actions_addopen(&fa, 1, "/dev/null", O_WRONLY, 0);
    if (!rc)
        rc = posix_spawn_file_actions_addopen(&fa, 2, err, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (!rc)
        rc = posix_spawnp(&pid, "gnuplot", &fa, &attr, (char *const *)(void *)args, environ);
    posix_spawn_file_actions_destroy(&fa);
    posix_spawnattr_destroy(&attr);
    if (rc)
        return -rc;
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return status;
}

const char *gnuplot_version(char text[64])
{
    static const char *const args[] = {"gnuplot", "--version", NULL};
    int fds[2];
    if (pipe(fds))
        return NULL;
    int status = gnuplot_run(args, NULL, fds[1]);
    close(fds[1]);
    ssize_t n = status == 0 ? read(fds[0], text, 63) : 0; /* one short line: it fits the pipe */
    close(fds[0]);
    if (n <= 0)
        return NULL;
    text[n] = 0;
    text[strcspn(text, "\n")] = 0;
    return text;
}

/* ---- choosing --------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    const struct plot *p = a, *q = b;
    return (p->id > q->id) - (p->id < q->id);
}

/* Worst first, unscored last, then in order of appearance. */
static int by_mos(const void *a, const void *b)
{
    const struct plot *p = a, *q = b;
    if (isnan(p->mos) != isnan(q->mos))
        return isnan(p->mos) ? 1 : -1;
    if (p->mos < q->mos || p->mos > q->mos)
        return p->mos < q->mos ? -1 : 1;
    return by_id(a, b);
}

static int choose(struct plots *p, bool all)
{
    size_t room = 0;
    struct vq_stream s;
    for (uint32_t h = vq_stream_next(p->e, 0); h; h = vq_stream_next(p->e, h)) {
        if (!vq_stream_get(p->e, h, &s))
            continue;
        if (p->n == room) {
            room = room ? 2 * room : 64;
            struct plot *more = realloc(p->list, room * sizeof *more);
            if (!more)
                return -ENOMEM;
            p->list = more;
        }
        p->list[p->n++] = (struct plot){h, s.id, s.scored ? s.mos : (double)NAN, NULL};
    }
    if (p->n > PLOTS_MAX && !all) {
        say("%s: %d of %zu streams are drawn, those with the lowest MOS; --all draws every one", p->folder, PLOTS_MAX,
            p->n);
        qsort(p->list, p->n, sizeof *p->list, by_mos);
        p->n = PLOTS_MAX;
        qsort(p->list, p->n, sizeof *p->list, by_id);
    }
    return 0;
}

static int add_waves(struct plots *p, const struct vq_report_wave *waves, size_t n)
{
    struct plot *more = n ? realloc(p->list, (p->n + n) * sizeof *more) : p->list;
    if (n && !more)
        return -ENOMEM;
    p->list = more;
    for (size_t i = 0; i < n; i++)
        p->list[p->n++] = (struct plot){.wave = &waves[i]};
    return 0;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

#define NAME_ROOM 80

/* Of its files, without suffix. */
static const char *name_of(const struct plot *it, char name[NAME_ROOM])
{
    const char *file = it->wave ? it->wave->file : "";
    if (it->wave)
        snprintf(name, NAME_ROOM, "%.*s-audio", (int)strcspn(file, "."), file);
    else
        snprintf(name, NAME_ROOM, "stream-%u", it->id);
    return name;
}

static int write_one(const struct plots *p, const struct plot *it)
{
    char path[PATH_ROOM], name[NAME_ROOM];
    struct sink k;
    name_of(it, name);
    for (int script = 0; script < 2; script++) {
        snprintf(path, sizeof path, "%s/%s.%s", p->work, name, script ? "gp" : "dat");
        int rc = sink_open(&k, path);
        if (rc)
            return rc;
        if (it->wave)
            rc = script ? vq_report_wave_script(p->e, it->wave, name, sink_write, &k)
                        : vq_report_wave_data(it->wave, sink_write, &k);
        else
            rc = script ? vq_report_plot_script(p->e, it->handle, name, sink_write, &k)
                        : vq_report_plot_data(p->e, it->handle, sink_write, &k);
        int error = sink_close(&k, !rc);
        if (rc || error)
            return rc ? rc : error;
    }
    return 0;
}

/* One gnuplot draws many streams, and notes in the file "drawn" how far it came. */
static int write_driver(const struct plots *p, size_t from)
{
    char path[PATH_ROOM], name[NAME_ROOM];
    struct vq_buf b;
    struct sink k;
    vq_buf_init(&b);
    for (size_t i = from; i < p->n; i++)
        vq_buf_fmt(&b, "reset session\nload \"%s.gp\"\nset output\nset print \"drawn\" append\nprint %zu\n",
                   name_of(&p->list[i], name), i);
    snprintf(path, sizeof path, "%s/drawn", p->work);
    unlink(path);
    snprintf(path, sizeof path, "%s/driver", p->work);
    int rc = b.failed ? -ENOMEM : sink_open(&k, path);
    if (!rc) {
        sink_write(b.p, b.n, &k);
        rc = sink_close(&k, true);
    }
    vq_buf_done(&b);
    return rc;
}

static size_t count_drawn(const struct plots *p)
{
    char path[PATH_ROOM];
    size_t lines = 0;
    snprintf(path, sizeof path, "%s/drawn", p->work);
    FILE *f = fopen(path, "r");
    for (int c; f && (c = getc(f)) != EOF;)
        lines += c == '\n';
    if (f)
        fclose(f);
    return lines;
}

static void show_errors(const struct plots *p, const struct plot *it)
{
    char path[PATH_ROOM], text[2048], name[NAME_ROOM];
    struct vq_buf b;
    snprintf(path, sizeof path, "%s/errors", p->work);
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    if (f)
        fclose(f);
    while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    text[n] = 0;
    vq_buf_init(&b);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        vq_buf_str(&b, "\n  ");
        vq_buf_terminal(&b, line);
    }
    if (it->wave)
        say("gnuplot could not draw %s:%s", name_of(it, name), b.n ? b.p : " it gave no reason");
    else
        say("gnuplot could not draw stream %u:%s", it->id, b.n ? b.p : " it gave no reason");
    vq_buf_done(&b);
}

/* EXIT_DONE when every stream was drawn. */
static int draw(const struct plots *p, bool must_draw)
{
    static const char *const args[] = {"gnuplot", "--default-settings", "driver", NULL};
    unsigned failures = 0;
    if (p->n >= 20 && isatty(STDERR_FILENO))
        say("gnuplot makes %zu pictures", p->n);
    for (size_t from = 0; from < p->n;) {
        int rc = write_driver(p, from);
        int status = rc ? rc : gnuplot_run(args, p->work, -1);
        if (status == -ENOENT || status == -EACCES) {
            say("gnuplot is not installed or not in PATH: %s has the data and the scripts without pictures;\n"
                "  install it (apt install gnuplot-nox), then: cd %s && for f in *.gp; do gnuplot \"$f\"; done",
                p->folder, p->folder);
            return must_draw ? EXIT_OUTPUT : EXIT_DONE;
        }
        if (status < 0) {
            say("gnuplot could not be started in %s: %s", p->folder, strerror(-status));
            return EXIT_OUTPUT;
        }
        from += count_drawn(p);
        if (status == 0 || from >= p->n)
            break;
        if (WIFSIGNALED(status)) {
            say("gnuplot was ended by signal %d; %s has the pictures made until then", WTERMSIG(status), p->folder);
            return EXIT_OUTPUT;
        }
        show_errors(p, &p->list[from]);
        /* A picture begun is not a picture. */
        char path[PATH_ROOM], name[NAME_ROOM];
        for (size_t i = 2; i < sizeof kept / sizeof *kept; i++) {
            snprintf(path, sizeof path, "%s/%s.%s", p->work, name_of(&p->list[from], name), kept[i]);
            unlink(path);
        }
        from++;
        if (++failures == FAILURES_MAX) {
            say("no more streams are drawn after %d failures; the data and scripts are in %s", FAILURES_MAX, p->folder);
            break;
        }
    }
    return failures ? EXIT_OUTPUT : EXIT_DONE;
}

/* ---- the folder ------------------------------------------------------------------------------------------------- */

/* Gives what was made its place, or, when writing failed half-way, removes it. */
static int move_out(const struct plots *p, bool keep)
{
    char from[PATH_ROOM], to[PATH_ROOM], name[NAME_ROOM];
    static const char *const own[] = {"driver", "drawn", "errors"};
    int rc = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
            name_of(&p->list[i], name);
            snprintf(from, sizeof from, "%s/%s.%s", p->work, name, kept[k]);
            snprintf(to, sizeof to, "%s/%s.%s", p->folder, name, kept[k]);
            if ((!keep || rename(from, to)) && unlink(from) == 0 && keep)
                rc = -EIO;
        }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        snprintf(from, sizeof from, "%s/%s", p->work, own[i]);
        unlink(from);
    }
    rmdir(p->work);
    return rc;
}

static int make(struct plots *p, bool must_draw)
{
    int rc = 0;
    for (size_t i = 0; i < p->n && !rc; i++)
        rc = write_one(p, &p->list[i]);
    int status = rc ? EXIT_OUTPUT : draw(p, must_draw);
    int moved = move_out(p, !rc);
    if (rc || moved) {
        say("%s: plots could not be written: %s", p->folder, strerror(rc ? -rc : -moved));
        return EXIT_OUTPUT;
    }
    return status;
}

int plots_write(const struct settings *s, const struct vq_engine *e, const struct vq_report_wave *waves, size_t n_waves,
                const char *folder, bool must_draw)
{
    struct plots p = {.e = e, .folder = folder};
    char work[PATH_ROOM - 64];
    int rc = folder_make(folder);
    if (!rc)
        rc = scratch_name(folder, work, sizeof work);
    if (!rc)
        rc = choose(&p, s->all);
    if (!rc)
        rc = add_waves(&p, waves, n_waves);
    if (!rc && p.n && !(p.work = mkdtemp(work)))
        rc = -errno;
    int status = EXIT_DONE;
    if (rc) {
        say("%s could not be written: %s", folder, strerror(-rc));
        status = EXIT_OUTPUT;
    } else if (!p.n) {
        say("%s: there are no RTP streams to draw", folder);
    } else {
        status = make(&p, must_draw);
    }
    free(p.list);
    return status;
}
