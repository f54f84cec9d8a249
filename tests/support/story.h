/* story.h - a call told message by message, between two hosts: what tests of dialogs are made of. */
#ifndef VQ_TESTS_STORY_H
#define VQ_TESTS_STORY_H

#include <voipqos/model.h>

#include "support/packet.h"

#define MS(x) ((int64_t)((x) * 1e6))

struct story {
    struct feeder f;
    struct vq_endpoint alice, bob, carol; /* 10.0.0.1, .2, .3, port 5060 */
    const char *call_id;                  /* of what is said next; "c1@10.0.0.1" at first */
};

void story_begin(struct story *s);
void story_end(struct story *s);
/* As a fixture of cmocka's: the state is a story. */
int story_setup(void **state);
int story_teardown(void **state);

/* One message. `from` and `to` are users ("alice"), whose tags are "t" and their names; `to_tag` "" leaves the To tag out.
 * A branch is made of the CSeq. `extra`: header lines, `sdp`: body, or NULL. */
struct line {
    double ms;
    const struct vq_endpoint *src, *dst;
    const char *start, *cseq, *from, *to, *to_tag, *extra, *sdp;
};
void story_say(struct story *s, const struct line *l);

/* A request of alice's to bob in the call, or his response to it. */
void story_alice(struct story *s, double ms, const char *start, const char *cseq, const char *to_tag, const char *extra,
                 const char *sdp);
void story_bob(struct story *s, double ms, const char *start, const char *cseq, const char *to_tag, const char *extra,
               const char *sdp);
/* A request of bob's to alice in the call, or her response to it. */
void story_bob_asks(struct story *s, double ms, const char *start, const char *cseq, const char *extra);
void story_alice_replies(struct story *s, double ms, const char *start, const char *cseq, const char *extra);
/* INVITE, 180, 200, ACK within 20 ms. */
void story_set_up(struct story *s, double ms);

/* The `n`th call, from 0; the input has ended. */
struct vq_call story_call(struct story *s, unsigned n);
/* The finding with this id, or NULL; valid until asked again. */
const struct vq_finding *story_finding(struct story *s, const char *id);

#endif
