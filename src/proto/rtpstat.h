/* rtpstat.h - the statistics that phones and gateways put into the BYE and its answer: X-RTP-Stat (AVM, baresip,
 * AudioCodes), P-RTP-Stat (Cisco, Yate), RTP-RxStat and RTP-TxStat (Cisco phones), X-Siemens-RTP-stats. */
#ifndef VQ_PROTO_RTPSTAT_H
#define VQ_PROTO_RTPSTAT_H

#include "proto/quality.h"

/* The header's name as reports write it, NULL for any other header. */
const char *vq_rtpstat_header(struct vq_slice name);
/* Adds what the header tells to `q`. False when it tells nothing that is known. `jitter_why`: static text, set when a
 * jitter stands there in a unit that cannot be known. */
bool vq_rtpstat_read(struct vq_slice name, struct vq_slice value, struct vq_quality *q, const char **jitter_why);

#endif
