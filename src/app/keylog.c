/* keylog.c - reads on where it stopped; a file that became shorter is another one and is read from its start. */
#include "app/keylog.h"

#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const struct keylog *k, int rc)
{
    say("key log %s: %s", k->path, strerror(rc));
    return EXIT_INPUT;
}

int keylog_open(struct keylog *k, const char *path)
{
    struct stat st;
    *k = (struct keylog){.path = path, .fd = -1};
    if (!path)
        return EXIT_DONE;
    k->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (k->fd < 0 || fstat(k->fd, &st))
        return failed(k, errno);
    return S_ISDIR(st.st_mode) ? failed(k, EISDIR) : EXIT_DONE;
}

void keylog_close(struct keylog *k)
{
    if (k->path && k->fd >= 0)
        close(k->fd);
    k->fd = -1;
}

/* Whole lines go to the engine; the rest, or a line longer than any secret's, stays or goes. */
static int hand_over(struct keylog *k, struct vq_engine *e, bool all)
{
    size_t n = k->n;
    while (!all && n && k->line[n - 1] != '\n')
        n--;
    if (!n && k->n == sizeof k->line)
        n = k->n;
    if (vq_engine_keylog(e, k->line, n))
        return failed(k, ENOMEM);
    memmove(k->line, k->line + n, k->n - n);
    k->n -= n;
    return EXIT_DONE;
}

int keylog_read(struct keylog *k, struct vq_engine *e, bool whole)
{
    struct stat st;
    if (!k->path)
        return EXIT_DONE;
    if (!fstat(k->fd, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size < k->taken) {
        lseek(k->fd, 0, SEEK_SET);
        k->taken = k->n = 0;
    }
    for (;;) {
        ssize_t got = read(k->fd, k->line + k->n, sizeof k->line - k->n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(k, errno);
        k->taken += (uint64_t)got;
        k->n += (size_t)got;
        int status = hand_over(k, e, whole && !got);
        if (status != EXIT_DONE || !got)
            return status;
    }
}
