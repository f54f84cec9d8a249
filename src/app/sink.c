/* sink.c - buffered output, and files that appear whole or not at all. */
#include "app/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void flush(struct sink *k)
{
    size_t done = 0;
    while (!k->error && done < k->n) {
        ssize_t n = write(k->fd, k->buf + done, k->n - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            k->error = -errno;
    }
    k->n = 0;
}

void sink_stdout(struct sink *k)
{
    k->fd = STDOUT_FILENO;
    k->error = 0;
    k->path = k->tmp = NULL;
    k->n = 0;
    k->skipped = false;
}

/* In the folder of `path`, as rename() does not cross file systems. One file at a time is written by a process. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t dir = slash ? (size_t)(slash - path) + 1 : 0, room = dir + 40;
    char *tmp = malloc(room);
    if (tmp)
        snprintf(tmp, room, "%.*s.voipqos-%ld.tmp", (int)dir, path, (long)getpid());
    return tmp;
}

static int open_temporary(const char *tmp)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = open(tmp, flags, 0666);
    /* Its process is gone, or it would not have our number. */
    if (fd < 0 && errno == EEXIST && !unlink(tmp))
        fd = open(tmp, flags, 0666);
    return fd < 0 ? -errno : fd;
}

int sink_open(struct sink *k, const char *path)
{
    struct stat st;
    sink_stdout(k);
    if (!*path)
        return -ENOENT;
    bool there = !stat(path, &st);
    /* A symbolic link keeps pointing where it does: the file behind it is replaced. */
    k->path = there ? realpath(path, NULL) : strdup(path);
    if (!k->path)
        return -errno;
    int fd = -ENOMEM;
    if (there && !S_ISREG(st.st_mode)) {
        fd = open(k->path, O_WRONLY | O_CLOEXEC);
        fd = fd < 0 ? -errno : fd;
    } else if ((k->tmp = temporary_name(k->path))) {
        fd = open_temporary(k->tmp);
    }
    if (fd >= 0) {
        k->fd = fd;
        return 0;
    }
    free(k->path);
    free(k->tmp);
    k->path = k->tmp = NULL;
    return fd;
}

int sink_write(const char *text, size_t n, void *arg)
{
    struct sink *k = arg;
    while (n && !k->error) {
        if (k->n == sizeof k->buf)
            flush(k);
        size_t part = sizeof k->buf - k->n;
        if (part > n)
            part = n;
        memcpy(k->buf + k->n, text, part);
        k->n += part;
        text += part;
        n -= part;
    }
    return k->error;
}

int sink_skip(struct sink *k, size_t n)
{
    static const char zeros[4096];
    if (k->tmp) {
        flush(k);
        if (!k->error && n && lseek(k->fd, (off_t)n, SEEK_CUR) < 0)
            k->error = -errno;
        k->skipped = true;
        return k->error;
    }
    for (; n && !k->error; n -= n < sizeof zeros ? n : sizeof zeros)
        sink_write(zeros, n < sizeof zeros ? n : sizeof zeros, k);
    return k->error;
}

/* A file ends where the last byte was written, unless told otherwise. */
static void end_skip(struct sink *k)
{
    off_t end = lseek(k->fd, 0, SEEK_CUR);
    if (!k->error && (end < 0 || ftruncate(k->fd, end)))
        k->error = -errno;
}

int sink_close(struct sink *k, bool whole)
{
    flush(k);
    if (k->skipped)
        end_skip(k);
    if (!k->path)
        return k->error;
    if (close(k->fd) && !k->error)
        k->error = -errno;
    if (k->tmp) {
        if (!k->error && whole && rename(k->tmp, k->path))
            k->error = -errno;
        if (k->error || !whole)
            unlink(k->tmp);
    }
    free(k->path);
    free(k->tmp);
    k->path = k->tmp = NULL;
    return k->error;
}

int scratch_name(const char *folder, char *text, size_t room)
{
    return snprintf(text, room, "%s/.voipqos-XXXXXX", folder) >= (int)room ? -ENAMETOOLONG : 0;
}

int scratch_open(const char *folder)
{
    char path[4096];
    int rc = scratch_name(folder, path, sizeof path);
    if (rc)
        return rc;
    int fd = mkstemp(path);
    if (fd < 0)
        return -errno;
    unlink(path);
    return fd;
}

int folder_make(const char *path)
{
    struct stat st;
    if (!mkdir(path, 0777))
        return 0;
    int rc = -errno;
    if (rc == -EEXIST && !stat(path, &st))
        return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
    return rc;
}
