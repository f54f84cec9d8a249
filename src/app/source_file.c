/* source_file.c - reading, recognising what is packed, unpacking within limits. */
#include "app/source_file.h"

#include "app/signals.h"
#include "app/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IN_ROOM (64u << 10)

int source_open(struct source *s, const char *path, bool no_limit)
{
    struct stat st;
    *s = (struct source){.fd = -1, .no_limit = no_limit};
    int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (fd < 0)
        return -errno;
    int rc = fstat(fd, &st) ? -errno : S_ISDIR(st.st_mode) ? -EISDIR : 0;
    if (!rc && !(s->in = malloc(IN_ROOM)))
        rc = -ENOMEM;
    if (rc) {
        if (fd > STDIN_FILENO)
            close(fd);
        return rc;
    }
    s->fd = fd;
    s->pipe = !S_ISREG(st.st_mode);
    s->size = s->pipe ? 0 : (uint64_t)st.st_size;
    s->device = (uint64_t)st.st_dev;
    s->inode = (uint64_t)st.st_ino;
    return 0;
}

void source_close(struct source *s)
{
    if (s->packed)
        s->packed->stop(s->z);
    free(s->in);
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    s->packed = NULL;
    s->in = NULL;
    s->fd = -1;
}

bool source_stopped(const struct source *s)
{
    int sig = signals_caught();
    return sig == SIGTERM || (sig && !s->pipe);
}

const char *source_packed(const struct source *s)
{
    return s->packed ? s->packed->name : NULL;
}

static ptrdiff_t read_some(struct source *s, void *to, size_t n)
{
    for (;;) {
        ssize_t got = read(s->fd, to, n);
        if (got >= 0) {
            s->taken += (uint64_t)got;
            s->eof = !got;
            return got;
        }
        if (errno != EINTR)
            return -errno;
        if (source_stopped(s))
            return -EINTR;
    }
}

/* Reads until `n` (of at most UNPACK_HEAD) unused bytes are there or the file ends. 0 or -Exxx. */
static int want(struct source *s, size_t n)
{
    if (s->n_in - s->at_in >= n)
        return 0;
    memmove(s->in, s->in + s->at_in, s->n_in - s->at_in);
    s->n_in -= s->at_in;
    s->at_in = 0;
    while (s->n_in < n && !s->eof) {
        /* The first bytes of a file that is not packed are all that is ever copied of it. */
        size_t room = s->packed ? IN_ROOM : n;
        ptrdiff_t got = read_some(s, s->in + s->n_in, room - s->n_in);
        if (got < 0)
            return (int)got;
        s->n_in += (size_t)got;
    }
    return 0;
}

static int begin(struct source *s)
{
    static const struct unpacker *const known[] = {&unpack_gzip, &unpack_zstd};
    int rc = want(s, UNPACK_HEAD);
    if (rc)
        return rc;
    s->begun = true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i]->begins(s->in, s->n_in)) {
            rc = known[i]->start(&s->z, s->no_limit);
            s->packed = rc ? NULL : known[i];
            return rc;
        }
    return 0;
}

/* Offset in the file of what has been unpacked. */
static uint64_t used(const struct source *s)
{
    return s->taken - (s->n_in - s->at_in);
}

/* After a member: 1 another follows, 0 the file ends, or -Exxx. Tapes pad with zeros, which says nothing. */
static int next_member(struct source *s)
{
    do {
        while (s->at_in < s->n_in && !s->in[s->at_in])
            s->at_in++;
        int rc = want(s, UNPACK_HEAD);
        if (rc)
            return rc;
    } while (s->at_in < s->n_in && !s->in[s->at_in]);
    size_t n = s->n_in - s->at_in;
    const uint8_t *p = s->in + s->at_in;
    if (!n)
        return 0;
    s->between = false;
    if (s->packed->begins(p, n))
        return 1;
    snprintf(s->why, sizeof s->why, "what follows the %s data at byte %llu is none: it begins with %02x %02x",
             s->packed->name, (unsigned long long)used(s), p[0], n > 1 ? p[1] : 0);
    return -EBADMSG;
}

static bool too_much(struct source *s)
{
    uint64_t from = used(s);
    if (s->no_limit || s->made <= UNPACK_FREE || (s->made / UNPACK_RATIO <= from && s->made <= UNPACK_TOTAL))
        return false;
    snprintf(s->why, sizeof s->why,
             "unpacking was stopped: %llu bytes of %s became more than %llu MiB (the limits are %u times as much, and "
             "%llu GiB); if that is right, --no-unpack-limit reads on",
             (unsigned long long)from, s->packed->name, (unsigned long long)(s->made >> 20), UNPACK_RATIO,
             (unsigned long long)(UNPACK_TOTAL >> 30));
    return true;
}

/* More packed bytes when all are used; 0 or -Exxx. */
static int refill(struct source *s)
{
    if (s->at_in < s->n_in || s->eof)
        return 0;
    int rc = want(s, 1);
    if (rc && rc != -EINTR)
        snprintf(s->why, sizeof s->why, "reading failed at byte %llu: %s", (unsigned long long)s->taken, strerror(-rc));
    return rc;
}

static ptrdiff_t unpack(struct source *s, uint8_t *to, size_t n)
{
    char why[UNPACK_WHY];
    while (!*s->why) {
        int rc = s->between ? next_member(s) : 1;
        if (rc <= 0)
            return rc;
        if (too_much(s))
            break;
        rc = refill(s);
        if (rc)
            return rc;
        struct unpack_io io = {s->in + s->at_in, s->n_in - s->at_in, to, n};
        size_t had = io.n_in;
        enum unpack_step step = s->packed->step(s->z, &io, why);
        s->at_in = s->n_in - io.n_in;
        s->made += n - io.n_out;
        s->between = step == UNPACK_MEMBER;
        if (step == UNPACK_BAD)
            snprintf(s->why, sizeof s->why, "the %s data are damaged near byte %llu: %s", s->packed->name,
                     (unsigned long long)used(s), why);
        else if (step == UNPACK_ON && !had && io.n_out == n)
            snprintf(s->why, sizeof s->why, "the %s data are cut off at byte %llu", s->packed->name,
                     (unsigned long long)s->taken);
        if (io.n_out < n)
            return (ptrdiff_t)(n - io.n_out);
    }
    return -EBADMSG;
}

ptrdiff_t source_read(void *to, size_t n, void *arg)
{
    struct source *s = arg;
    int rc = s->begun ? 0 : begin(s);
    if (rc)
        return rc;
    if (s->packed)
        return unpack(s, to, n);
    size_t left = s->n_in - s->at_in;
    if (!left)
        return read_some(s, to, n);
    n = left < n ? left : n;
    memcpy(to, s->in + s->at_in, n);
    s->at_in += n;
    return (ptrdiff_t)n;
}
