/* keylog.h - the file of TLS secrets that --keylog names, also while it grows. */
#ifndef VQ_APP_KEYLOG_H
#define VQ_APP_KEYLOG_H

#include <voipqos/engine.h>

#define KEYLOG_LINE 4096 /* the longest is some 230 bytes */

struct keylog {
    const char *path;
    int fd;
    uint64_t taken;         /* bytes read */
    size_t n;               /* of a line that is not complete yet */
    char line[KEYLOG_LINE];
};

/* NULL as path: there is none. EXIT_DONE, or EXIT_INPUT after saying what is wrong. */
int keylog_open(struct keylog *k, const char *path);
void keylog_close(struct keylog *k);
/* Gives the engine what the file has got since the last call. `whole`: the file ends here, if within a line. EXIT_DONE,
 * or EXIT_INPUT after saying what is wrong. */
int keylog_read(struct keylog *k, struct vq_engine *e, bool whole);

#endif
