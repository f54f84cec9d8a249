/* inflate.c - one zlib stream, used again for each piece. */
#include "proto/inflate.h"

#include <stdlib.h>
#include <zlib.h>

#define EITHER (15 + 32) /* zlib's or gzip's header, with any window */

struct vq_inflate {
    z_stream z;
    size_t most;
    uint8_t room[];
};

struct vq_inflate *vq_inflate_new(size_t most)
{
    struct vq_inflate *i = calloc(1, sizeof *i + most);
    if (!i)
        return NULL;
    i->most = most;
    if (inflateInit2(&i->z, EITHER) != Z_OK) {
        free(i);
        return NULL;
    }
    return i;
}

void vq_inflate_free(struct vq_inflate *i)
{
    if (i)
        inflateEnd(&i->z);
    free(i);
}

bool vq_inflate_run(struct vq_inflate *i, struct vq_slice in, bool cut, struct vq_slice *out)
{
    if (inflateReset(&i->z) != Z_OK)
        return false;
    i->z.next_in = (z_const Bytef *)in.p;
    i->z.avail_in = (uInt)in.n;
    i->z.next_out = i->room;
    i->z.avail_out = (uInt)i->most;
    int rc = inflate(&i->z, Z_FINISH);
    /* Z_BUF_ERROR: either side has come to its end too early. */
    if (rc != Z_STREAM_END && !(rc == Z_BUF_ERROR && cut && i->z.avail_out))
        return false;
    *out = vq_slice(i->room, i->most - i->z.avail_out);
    return true;
}
