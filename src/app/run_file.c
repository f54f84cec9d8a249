/* run_file.c - `voipqos -r FILE`: reads a capture to its end, or to its damage, and reports. */
#include "app/reports.h"
#include "app/signals.h"
#include "app/source_pcap.h"
#include "net/savefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX      64
#define PROGRESS_BYTES (256u << 20) /* shorter files are done before anybody looks */

struct input {
    const struct settings *s;
    int fd;
    bool pipe;                /* not a regular file */
    uint64_t size;            /* of a regular file */
    int percent;              /* shown last, -1: none */
    struct vq_savefile *save;
    struct filter *filter;
    uint32_t links[LINKS_MAX];
    size_t n_links;
    bool no_memory;
    char damage[SOURCE_WHY];  /* why reading ended early, "" when it did not */
};

/* Ctrl-C in "tcpdump -w - | voipqos -r -" reaches both; what tcpdump still holds follows, so reading goes on. */
static bool stopped(const struct input *in)
{
    int sig = signals_caught();
    return sig == SIGTERM || (sig && !in->pipe);
}

static ptrdiff_t read_some(void *to, size_t n, void *arg)
{
    const struct input *in = arg;
    for (;;) {
        ssize_t got = read(in->fd, to, n);
        if (got >= 0)
            return got;
        if (errno != EINTR)
            return -errno;
        if (stopped(in))
            return -EINTR;
    }
}

static void note_links(struct input *in, const struct vq_frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < in->n_links && in->links[at] != frames[i].link)
            at++;
        if (at == in->n_links && at < LINKS_MAX)
            in->links[in->n_links++] = frames[i].link;
    }
}

static void progress(struct input *in)
{
    int percent = (int)(vq_savefile_offset(in->save) * 100 / in->size);
    if (percent != in->percent)
        fprintf(stderr, "\rvoipqos: %d %% read", percent);
    in->percent = percent;
}

static void progress_end(const struct input *in)
{
    if (in->percent >= 0)
        fprintf(stderr, "\r\033[K");
}

static int input_open(struct input *in, const char *path)
{
    struct stat st;
    in->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (in->fd < 0 || fstat(in->fd, &st)) {
        say("%s: %s", path, strerror(errno));
        return EXIT_INPUT;
    }
    if (S_ISDIR(st.st_mode)) {
        say("%s is a folder, not a capture file", path);
        return EXIT_INPUT;
    }
    if (in->fd == STDIN_FILENO && isatty(STDIN_FILENO)) {
        say("standard input is the keyboard: redirect a capture to it, as in zcat FILE.gz | voipqos -r -");
        return EXIT_USAGE;
    }
    in->pipe = !S_ISREG(st.st_mode);
    in->size = in->pipe ? 0 : (uint64_t)st.st_size;
    in->percent = -1;
    if (vq_savefile_new(&in->save, read_some, in) || (in->s->filter && filter_new(&in->filter, in->s->filter))) {
        say("no memory");
        return EXIT_INPUT;
    }
    return EXIT_DONE;
}

static int read_all(struct input *in, struct vq_engine *e)
{
    struct vq_frame frames[VQ_BATCH];
    bool show = in->size >= PROGRESS_BYTES && isatty(STDERR_FILENO);
    uint64_t last = 0;
    size_t n;
    while ((n = vq_savefile_next(in->save, frames, VQ_BATCH))) {
        last = frames[n - 1].number;
        note_links(in, frames, n);
        if (in->filter) {
            int rc = filter_apply(in->filter, frames, &n, in->damage);
            if (rc) {
                progress_end(in);
                say("%s", in->damage);
                return rc == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
            }
        }
        if (vq_engine_feed(e, frames, n) == -ENOMEM)
            in->no_memory = true;
        if (show)
            progress(in);
        if (stopped(in))
            break;
    }
    progress_end(in);
    if (stopped(in) && vq_savefile_state(in->save) != VQ_SAVEFILE_WHOLE)
        snprintf(in->damage, sizeof in->damage, "reading was stopped after frame %llu", (unsigned long long)last);
    return EXIT_DONE;
}

static int analyse(struct input *in, struct vq_engine *e)
{
    const char *path = in->s->read, *name = in->fd == STDIN_FILENO ? "standard input" : path;
    int status = read_all(in, e);
    if (status != EXIT_DONE)
        return status;
    enum vq_savefile_state state = vq_savefile_state(in->save);
    const char *why = vq_savefile_why(in->save);
    if (state == VQ_SAVEFILE_FOREIGN || (state == VQ_SAVEFILE_FAILED && !vq_savefile_format(in->save))) {
        say("%s: %s", name, why);
        return EXIT_INPUT;
    }
    if (why && !*in->damage)
        snprintf(in->damage, sizeof in->damage, "%s", why);
    if (*in->damage) {
        say("%s: %s; everything before is reported", name, in->damage);
        status = EXIT_DAMAGED;
    }
    if (in->no_memory)
        say("memory ran out; frames not followed up are counted as no_memory");
    vq_engine_finish(e);
    const struct vq_report_input report = {
        .path = path,
        .format = vq_savefile_format(in->save),
        .links = in->links,
        .n_links = in->n_links,
        .truncated = *in->damage ? in->damage : NULL,
    };
    int written = reports_write(in->s, e, &report);
    return written > status ? written : status;
}

int run_file(const struct settings *s)
{
    struct input in = {.s = s, .fd = -1};
    struct vq_options o;
    struct vq_engine *e = NULL;
    signals_catch();
    int status = input_open(&in, s->read);
    if (status == EXIT_DONE) {
        settings_options(s, &o, false);
        int rc = vq_engine_new(&e, &o);
        if (rc) {
            say("the analysis cannot start: %s", strerror(-rc));
            status = rc == -EINVAL ? EXIT_USAGE : EXIT_INPUT;
        }
    }
    if (status == EXIT_DONE)
        status = analyse(&in, e);
    vq_engine_free(e);
    vq_savefile_free(in.save);
    filter_free(in.filter);
    if (in.fd > STDIN_FILENO)
        close(in.fd);
    return status;
}
