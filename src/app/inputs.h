/* inputs.h - the capture files of one run as one row of frames, and what became of each file. */
#ifndef VQ_APP_INPUTS_H
#define VQ_APP_INPUTS_H

#include "app/app.h"
#include "app/source_file.h"
#include "net/merge.h"
#include "net/savefile.h"

#define LINKS_MAX 64

struct input {
    struct inputs *all;
    const char *path;
    struct source src;
    struct vq_savefile *save;  /* while it is open */
    struct vq_frame *kept;     /* read ahead of an input that cannot be opened again, NULL: it can */
    size_t n_kept;
    uint64_t drops;            /* packets lost before they were written, as the file tells */
    uint64_t frames, taken;    /* delivered; bytes read of it, as counted in `all` */
    int64_t start, end;        /* of its frames, VQ_NONE: none; only when there are several inputs */
    uint32_t links[LINKS_MAX];
    size_t n_links;
    const char *format, *packed;
    bool unreadable, said;     /* no capture at all; the message is out */
    char why[512];             /* what is wrong with it, "" nothing */
};

struct inputs {
    struct input *at;
    size_t n;
    struct vq_merge *merge;    /* NULL: there is one input, and its frames go straight through */
    vq_savefile_secrets_h *secrets;
    void *secrets_arg;
    bool no_limit, pipe;       /* unpack whatever it becomes; some input is no regular file */
    bool interrupted;          /* by a signal while waiting for more of an input */
    uint64_t size, taken;      /* bytes of regular files; bytes read */
};

/* Opens all; says what is unreadable. EXIT_DONE, or what to leave with when nothing can be read. `secrets` is told what the
 * files hold for decrypting, from now on and maybe several times. */
int inputs_open(struct inputs *in, const struct paths *paths, bool no_limit, vq_savefile_secrets_h *secrets,
                void *arg);
void inputs_close(struct inputs *in);
/* The next frames, valid until the next call; 0: no more. */
size_t inputs_next(struct inputs *in, struct vq_frame *frames, size_t max);
/* A signal asks to stop. */
bool inputs_stopped(const struct inputs *in);
/* After the last frame: says what is damaged. EXIT_DONE, EXIT_DAMAGED, or EXIT_INPUT when no input was a capture. */
int inputs_verdict(struct inputs *in);
/* Packets that the capturing machines dropped, as far as the inputs told. */
uint64_t inputs_drops(const struct inputs *in);
/* How many inputs share more than a millisecond with another one. */
uint64_t inputs_overlapping(const struct inputs *in);

#endif
