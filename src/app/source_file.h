/* source_file.h - the bytes of a capture file or of standard input, unpacked when gzip or zstd packed them. */
#ifndef VQ_APP_SOURCE_FILE_H
#define VQ_APP_SOURCE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A few bytes that unpack to a file without end cost nothing to send and hours to read. A capture of real traffic packs
 * to a fifth, one of silence perhaps to a fiftieth; what unpacks to more than UNPACK_RATIO times its size is no such
 * thing. Small output is over before it harms anybody, and 1 TiB is more than any single capture. */
#define UNPACK_FREE  (UINT64_C(256) << 20)
#define UNPACK_RATIO 200u
#define UNPACK_TOTAL (UINT64_C(1) << 40)

struct source {
    int fd;
    bool pipe;       /* not a regular file */
    uint64_t size;   /* of a regular file */
    uint64_t device, inode;
    bool no_limit;   /* unpack whatever it becomes */
    uint64_t taken;  /* bytes read from the file */
    uint64_t made;   /* bytes unpacked */
    char why[256];   /* what was wrong with the packed bytes, "" nothing */

    const struct unpacker *packed; /* NULL: the bytes are as they are in the file */
    void *z;
    uint8_t *in;     /* what was read and not yet used: the first bytes, or packed ones */
    size_t n_in, at_in;
    bool begun, between, eof;
};

/* "-" is standard input. 0 or -Exxx (-EISDIR for a folder); nothing is read yet. */
int source_open(struct source *s, const char *path, bool no_limit);
void source_close(struct source *s);
/* A vq_savefile_read_h; `arg` is the source. -EBADMSG: see s->why. -EINTR: a signal asks to stop. */
ptrdiff_t source_read(void *to, size_t n, void *arg);
/* "gzip", "zstd", or NULL; known once something was read. */
const char *source_packed(const struct source *s);
/* Whether a signal asks to stop reading. Ctrl-C in "tcpdump -w - | voipqos -r -" reaches both; what tcpdump still holds
 * follows, so reading a pipe goes on. */
bool source_stopped(const struct source *s);

#endif
