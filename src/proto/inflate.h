/* inflate.h - what zlib or gzip packed, unpacked in one go and within a limit: the library's one door to zlib. */
#ifndef VQ_PROTO_INFLATE_H
#define VQ_PROTO_INFLATE_H

#include "util/bytes.h"

struct vq_inflate;

/* `most`: the bytes that anything may become. NULL without memory. */
struct vq_inflate *vq_inflate_new(size_t most);
void vq_inflate_free(struct vq_inflate *z);

/* Unpacks `in` (RFC 1950 or RFC 1952) to `out`, which lives until the next call. `cut`: the end of `in` is missing, and
 * so may be that of what it holds. False when it is damaged, or would become more than the limit. */
bool vq_inflate_run(struct vq_inflate *z, struct vq_slice in, bool cut, struct vq_slice *out);

#endif
