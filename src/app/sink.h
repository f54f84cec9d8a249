/* sink.h - where reports go: standard output, or a file that appears whole or not at all. */
#ifndef VQ_APP_SINK_H
#define VQ_APP_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct sink {
    int fd;
    int error;      /* first -Exxx, 0 */
    char *path;     /* final name, owned; NULL for standard output */
    char *tmp;      /* what is written until then, owned; NULL when `path` is written directly */
    size_t n;       /* bytes in buf */
    bool skipped;   /* the last bytes are such that were not written */
    char buf[16384];
};

/* Standard output. */
void sink_stdout(struct sink *k);
/* A file beside `path`, that takes its name in sink_close(). What is no regular file (a device, a pipe) is written
 * directly. 0 or -Exxx. */
int sink_open(struct sink *k, const char *path);
/* A vq_write_h; `arg` is the sink. */
int sink_write(const char *text, size_t n, void *arg);
/* `n` zero bytes, which take no room on the disk. 0 or the first error. */
int sink_skip(struct sink *k, size_t n);
/* Writes out what is left and gives the file its name; with `whole` false, or after an error, removes it instead.
 * 0 or the first error. */
int sink_close(struct sink *k, bool whole);

/* A file in `folder` for what does not fit into memory: without a name, gone with its descriptor. That or -Exxx. */
int scratch_open(const char *folder);
/* "folder/.voipqos-XXXXXX", as mkstemp() and mkdtemp() want it; 0 or -ENAMETOOLONG. */
int scratch_name(const char *folder, char *text, size_t room);

/* Makes a folder, its parents being there; one that exists is good. 0 or -Exxx. */
int folder_make(const char *path);

#endif
