/* quality.h - the figures that an endpoint gives of its own media, whatever they came in. */
#ifndef VQ_PROTO_QUALITY_H
#define VQ_PROTO_QUALITY_H

#include <voipqos/model.h>

#include "util/bytes.h"

/* An SSRC as text: nobody agrees whether it is written in hexadecimal digits or decimal ones. */
struct vq_quality_ssrc {
    bool given;
    uint32_t hex, dec;
};

struct vq_quality {
    double v[VQ_QUALITY_FIELDS]; /* NAN: not told */
    struct vq_slice codec;       /* that it receives; borrowed, like all text here */
    struct vq_endpoint local, remote; /* of the media; family 0: not told */
    struct vq_quality_ssrc local_ssrc, remote_ssrc;
};

void vq_quality_init(struct vq_quality *q); /* nothing told */
bool vq_quality_told(const struct vq_quality *q);
/* "0x2468abcd", "1a3b5c7d", "1739025823" */
void vq_quality_ssrc_read(struct vq_slice text, struct vq_quality_ssrc *out);
/* A decimal number, maybe with a sign; false for anything else. */
bool vq_quality_number(struct vq_slice text, double *out);

#endif
