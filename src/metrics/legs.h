/* legs.h - how sure it is that two Call-IDs are legs of one call, tied together by a back-to-back user agent.
 *
 * A B2BUA (RFC 3261 6, RFC 7092 3) answers one call and makes another, and no rule says that anything of the first must
 * be found in the second. So every sign counts for as much as it is worth, and the signs are combined as if they were
 * independent: confidence = 1 - product of (1 - weight). The weights are this project's own judgement, no standard's. */
#ifndef VQ_METRICS_LEGS_H
#define VQ_METRICS_LEGS_H

#include <voipqos/model.h>

#include "util/bytes.h"

/* What is known of two Call-IDs, of which `first` began earlier. Times in ns, VQ_NONE: did not happen. */
struct vq_leg_pair {
    uint32_t signs;              /* bit set of enum vq_evidence, as far as the caller can tell without the times */
    int64_t first_start, first_answered, first_end;
    int64_t second_start, second_answered, second_end;
};

/* 0..1, and in `*evidence` the signs that it rests on. 0 when the second cannot be a leg of the first's call: it began
 * when the first was over, or neither an identifier nor a common host ties them. */
double vq_leg_confidence(const struct vq_leg_pair *p, uint32_t *evidence);

/* The part of a user name that survives a PBX: of a telephone number (RFC 3966) the last seven digits, since prefixes come
 * and go on the way; of anything else the name in lower case, cut at the room. False when it hides who it is. */
#define VQ_LEG_NUMBER 40
bool vq_leg_number(struct vq_slice user, char out[VQ_LEG_NUMBER]);

#endif
