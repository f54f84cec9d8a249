/* dtmf.h - keys that are pressed during a call: RTP telephone-events (RFC 4733) and the bodies of SIP INFO. */
#ifndef VQ_PROTO_DTMF_H
#define VQ_PROTO_DTMF_H

#include "util/bytes.h"

/* RFC 4733 2.3: one event report of four bytes. */
struct vq_dtmf_event {
    uint8_t code;
    uint8_t volume;    /* -dBm0 */
    bool end;
    uint16_t duration; /* timestamp units since the event (or the segment of it) began */
};

#define VQ_DTMF_EVENT_SIZE 4u

/* The first report of a payload; more than one may stand there, each of VQ_DTMF_EVENT_SIZE bytes (2.5.1.5). */
bool vq_dtmf_event_read(struct vq_slice payload, struct vq_dtmf_event *out);

/* RFC 4733 3.2: '0' to '9', '*', '#', 'A' to 'D'; '!' for the hook flash that events 16 means; 0 for what is no key. */
char vq_dtmf_digit(uint32_t code);

struct vq_dtmf_info {
    char digit;
    bool has_duration;
    uint32_t duration_ms;
};

/* The body of an INFO of type application/dtmf-relay ("Signal=5", "Duration=160", one on each line) or application/dtmf
 * (the key alone). False for other types and where no key can be read. */
bool vq_dtmf_info_read(struct vq_slice content_type, struct vq_slice body, struct vq_dtmf_info *out);

#endif
