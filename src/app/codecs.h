/* codecs.h - the file of codec values that --codecs names. */
#ifndef VQ_APP_CODECS_H
#define VQ_APP_CODECS_H

#include <voipqos/codec.h>

struct codecs {
    struct vq_codec_own *rows; /* owned */
    size_t n;
};

/* NULL as path: there is none. 0, or an errno value after saying what is wrong: EINVAL when it is in the file. */
int codecs_load(struct codecs *c, const char *path);
void codecs_done(struct codecs *c);

/* The row that `voipqos emodel --codec` means: a row's exact spelling first, then the RTP name; NULL: none. */
const struct vq_impairment *codecs_find(const struct codecs *c, const char *name);

#endif
