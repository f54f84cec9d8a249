/* inputs.c - opening captures, once ahead to learn when they begin when there are several, and following them. */
#include "app/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- one input -------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct input *f)
{
    return strcmp(f->path, "-") ? f->path : "standard input";
}

static void unreadable(struct input *f, int rc)
{
    f->unreadable = true;
    snprintf(f->why, sizeof f->why, "%s", rc == -EISDIR ? "is a folder, not a capture file" : strerror(-rc));
}

static int open_one(struct input *f)
{
    int rc = source_open(&f->src, f->path, f->all->no_limit);
    if (!rc) {
        f->taken = 0;
        rc = vq_savefile_new(&f->save, source_read, &f->src);
        if (rc)
            source_close(&f->src);
        else
            vq_savefile_secrets(f->save, f->all->secrets, f->all->secrets_arg);
    }
    if (rc)
        unreadable(f, rc);
    return rc;
}

static void close_one(struct input *f)
{
    if (!f->save)
        return;
    vq_savefile_free(f->save);
    source_close(&f->src);
    f->save = NULL;
}

/* Why no more frames come, when that is not because all were read. */
static void note_end(struct input *f)
{
    enum vq_savefile_state state = vq_savefile_state(f->save);
    const char *why = vq_savefile_why(f->save);
    if (state == VQ_SAVEFILE_FOREIGN || (state == VQ_SAVEFILE_FAILED && !vq_savefile_format(f->save)))
        f->unreadable = true;
    if (state == VQ_SAVEFILE_FAILED && !f->unreadable && source_stopped(&f->src))
        f->all->interrupted = true;
    else if (*f->src.why && !f->frames)
        snprintf(f->why, sizeof f->why, "%s", f->src.why);
    else if (*f->src.why)
        snprintf(f->why, sizeof f->why, "after frame %llu: %s", (unsigned long long)f->frames, f->src.why);
    else if (why)
        snprintf(f->why, sizeof f->why, "%s", why);
}

static size_t next_of(struct input *f, struct vq_frame *frames, size_t max)
{
    size_t n = vq_savefile_next(f->save, frames, max);
    f->all->taken += f->src.taken - f->taken;
    f->taken = f->src.taken;
    f->drops = vq_savefile_drops(f->save);
    f->format = vq_savefile_format(f->save);
    f->packed = source_packed(&f->src);
    return n;
}

static void note_links(struct input *f, const struct vq_frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < f->n_links && f->links[at] != frames[i].link)
            at++;
        if (at == f->n_links && at < LINKS_MAX)
            f->links[f->n_links++] = frames[i].link;
    }
    f->frames += n;
}

static void note_times(struct input *f, const struct vq_frame *frames, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (f->start == VQ_NONE || frames[i].ts < f->start)
            f->start = frames[i].ts;
        if (f->end == VQ_NONE || frames[i].ts > f->end)
            f->end = frames[i].ts;
    }
}

/* A vq_merge_pull_h: a file is open from its first frame to its last. */
static size_t pull(struct vq_frame *frames, size_t max, void *arg)
{
    struct input *f = arg;
    size_t n = f->n_kept;
    if (n) {
        memcpy(frames, f->kept, n * sizeof *frames);
        f->n_kept = 0;
    } else if (f->save || !open_one(f)) {
        n = next_of(f, frames, max);
        if (!n) {
            note_end(f);
            close_one(f);
        }
    }
    note_links(f, frames, n);
    note_times(f, frames, n);
    return n;
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

static bool twice(const struct inputs *in, const struct input *f)
{
    for (const struct input *other = in->at; other < f; other++)
        if (!other->unreadable && other->src.device == f->src.device && other->src.inode == f->src.inode) {
            say("%s is the same file as %s and is read once", name_of(f), name_of(other));
            return true;
        }
    return false;
}

/* When an input begins: reads ahead, then lets go of it when it can be had again. Of what cannot, all is kept that came
 * along with the first frame. */
static int join(struct inputs *in, struct input *f)
{
    struct vq_frame first;
    if (f->src.pipe && !(f->kept = malloc(VQ_BATCH * sizeof *f->kept)))
        return -ENOMEM;
    size_t n = f->src.pipe ? next_of(f, f->kept, VQ_BATCH) : next_of(f, &first, 1);
    int64_t begin = !n ? 0 : f->src.pipe ? f->kept[0].ts : first.ts;
    if (!n)
        note_end(f);
    if (!n || !f->src.pipe) {
        in->taken -= f->src.taken;
        close_one(f);
    } else {
        f->n_kept = n;
    }
    return n ? vq_merge_add(in->merge, begin, pull, f) : 0;
}

static int open_all(struct inputs *in, const struct paths *paths)
{
    for (size_t i = 0; i < paths->n; i++) {
        struct input *f = &in->at[in->n];
        *f = (struct input){.all = in, .path = paths->at[i], .start = VQ_NONE, .end = VQ_NONE};
        if (!strcmp(f->path, "-") && isatty(STDIN_FILENO)) {
            say("standard input is the keyboard: redirect a capture to it, as in tcpdump -w - | voipqos -r -");
            return EXIT_USAGE;
        }
        if (open_one(f)) {
            in->n++;
            continue;
        }
        if (twice(in, f)) {
            close_one(f);
            continue;
        }
        in->n++;
        in->pipe |= f->src.pipe;
        in->size += f->src.size;
        if (in->merge && join(in, f)) {
            say("no memory");
            return EXIT_INPUT;
        }
    }
    return EXIT_DONE;
}

int inputs_open(struct inputs *in, const struct paths *paths, bool no_limit, vq_savefile_secrets_h *secrets,
                void *arg)
{
    *in = (struct inputs){.no_limit = no_limit, .secrets = secrets, .secrets_arg = arg};
    in->at = calloc(paths->n, sizeof *in->at);
    if (!in->at || (paths->n > 1 && vq_merge_new(&in->merge))) {
        say("no memory");
        return EXIT_INPUT;
    }
    int status = open_all(in, paths);
    if (status != EXIT_DONE)
        return status;
    size_t good = 0;
    for (size_t i = 0; i < in->n; i++) {
        struct input *f = &in->at[i];
        good += !f->unreadable;
        f->said = f->unreadable;
        if (f->unreadable)
            say("%s: %s", name_of(f), f->why);
    }
    return good ? EXIT_DONE : EXIT_INPUT;
}

void inputs_close(struct inputs *in)
{
    for (size_t i = 0; i < in->n; i++) {
        close_one(&in->at[i]);
        free(in->at[i].kept);
    }
    vq_merge_free(in->merge);
    free(in->at);
    *in = (struct inputs){0};
}

size_t inputs_next(struct inputs *in, struct vq_frame *frames, size_t max)
{
    if (in->merge)
        return vq_merge_next(in->merge, frames, max);
    struct input *f = in->at;
    size_t n = next_of(f, frames, max);
    note_links(f, frames, n);
    if (!n)
        note_end(f);
    return n;
}

bool inputs_stopped(const struct inputs *in)
{
    struct source any = {.pipe = in->pipe};
    return source_stopped(&any);
}

int inputs_verdict(struct inputs *in)
{
    size_t good = 0;
    int status = EXIT_DONE;
    for (size_t i = 0; i < in->n; i++) {
        struct input *f = &in->at[i];
        good += !f->unreadable;
        if (*f->why)
            status = EXIT_DAMAGED;
        if (*f->why && !f->said)
            say("%s: %s%s", name_of(f), f->why, f->unreadable ? "" : "; everything before is reported");
        f->said = true;
    }
    return good ? status : EXIT_INPUT;
}

uint64_t inputs_drops(const struct inputs *in)
{
    uint64_t drops = 0;
    for (size_t i = 0; i < in->n; i++)
        drops += in->at[i].drops;
    return drops;
}

#define OVERLAP_NOTED 1000000u /* ns: several capture queues mix up packets by microseconds, also where a ring turns */

static int by_start(const void *a, const void *b)
{
    const struct input *const *x = a, *const *y = b;
    return ((*x)->start > (*y)->start) - ((*x)->start < (*y)->start);
}

/* In order of their starts, an input overlaps one before it when it starts before the latest end so far; both count. */
uint64_t inputs_overlapping(const struct inputs *in)
{
    const struct input **order = calloc(in->n, sizeof *order);
    uint64_t overlapping = 0;
    size_t n = 0, latest = 0;
    bool counted = false; /* the one that ends latest */
    for (size_t i = 0; order && i < in->n; i++)
        if (in->at[i].start != VQ_NONE)
            order[n++] = &in->at[i];
    if (n)
        qsort(order, n, sizeof *order, by_start);
    for (size_t i = 1; i < n; i++) {
        int64_t start = order[i]->start, end = order[latest]->end;
        bool overlaps = start < end && (uint64_t)end - (uint64_t)start > OVERLAP_NOTED;
        overlapping += overlaps ? 1u + !counted : 0;
        counted |= overlaps;
        if (order[i]->end > order[latest]->end) {
            latest = i;
            counted = overlaps;
        }
    }
    free(order);
    return overlapping;
}
