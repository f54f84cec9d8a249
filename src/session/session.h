/* session.h - what the files of this floor ask of each other. */
#ifndef VQ_SESSION_SESSION_H
#define VQ_SESSION_SESSION_H

#include "session/state.h"

/* ---- flow.c ---- */
uint64_t vq_flow_hash(const struct vq_engine *e, const struct vq_dgram *d);
/* By the datagram's ends; `hash` is its vq_flow_hash(). _lookup gives 0 when there is none, _get makes one and gives 0 only
 * without memory. */
uint32_t vq_flow_lookup(const struct vq_engine *e, const struct vq_dgram *d, uint64_t hash, uint32_t likely);
uint32_t vq_flow_get(struct vq_engine *e, const struct vq_dgram *d, uint64_t hash);
uint32_t vq_flow_find(const struct vq_engine *e, const struct vq_endpoint *src, const struct vq_endpoint *dst);
/* Gives the flow its two ports, where media is bound to calls; false without memory. */
bool vq_flow_at_ports(struct vq_engine *e, struct vq_flow *f);
/* Evicts it with its streams. */
void vq_flow_drop(struct vq_engine *e, struct vq_flow *f);
/* A flow's first packet goes from slot to port to promise to call, and each step waits for the one before: fetched ahead,
 * the steps of several packets overlap. Each step needs what the one before it fetched. */
struct vq_fresh {
    uint64_t reverse, hashes[2]; /* of the flow the other way and of both ends */
    uint32_t ports[2];           /* as they seem, 0: none */
};
enum vq_ahead { VQ_AHEAD_PORTS, VQ_AHEAD_PROMISES, VQ_AHEAD_CALLS };
void vq_fresh_find(const struct vq_engine *e, const struct vq_dgram *d, struct vq_fresh *out); /* fetches the slots */
void vq_fresh_prefetch(const struct vq_engine *e, struct vq_fresh *a, enum vq_ahead step);

uint32_t vq_port_find(const struct vq_engine *e, const struct vq_endpoint *ep);
uint32_t vq_port_get(struct vq_engine *e, const struct vq_endpoint *ep);
void vq_port_prefetch(const struct vq_engine *e, const struct vq_endpoint *ep);
void vq_port_release(struct vq_engine *e, uint32_t port); /* frees it when nothing hangs on it */

/* ---- promise.c: SDP, and which call a flow belongs to ---- */
void vq_promise_sdp(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sdp *sdp, const struct vq_dgram *d,
                    bool from_caller);
void vq_promise_drop(struct vq_engine *e, struct vq_promise *p);
/* Looks for the call of an unbound flow; true when the flow is bound now. */
bool vq_flow_bind(struct vq_engine *e, struct vq_flow *f);
void vq_flow_unbind(struct vq_engine *e, struct vq_flow *f);
/* Whether the receiver's SDP has `pt`. */
bool vq_flow_announces(const struct vq_engine *e, const struct vq_flow *f, uint8_t pt);
/* What `pt` means on this flow; false when nobody said and RFC 3551 does not either. */
bool vq_flow_format(const struct vq_engine *e, const struct vq_flow *f, uint8_t pt, struct vq_format *out);

/* ---- stream.c ---- */
/* A packet on a flow that may be RTP. */
enum vq_rtp_verdict {
    VQ_RTP_NOT,      /* or not proven yet */
    VQ_RTP_YES,
    VQ_RTP_MIRRORED, /* a packet that was here already, captured a second time */
};
enum vq_rtp_verdict vq_stream_packet(struct vq_engine *e, struct vq_flow *f, const struct vq_dgram *d);
/* The flow got a binding (or lost it): its streams follow. */
void vq_stream_rebind(struct vq_engine *e, struct vq_flow *f, struct vq_rtp_stream *s);

/* ---- stream_life.c ---- */
/* Packets of one SSRC in sequence that prove an unannounced flow to be RTP. RFC 3550 A.1 takes two (MIN_SEQUENTIAL); one
 * more keeps other protocols out that happen to count. */
#define VQ_STREAM_PROOF 3
/* The flow's stream of this SSRC, one on trial too; NULL: none. */
struct vq_rtp_stream *vq_stream_find(const struct vq_engine *e, const struct vq_flow *f, uint32_t ssrc);
/* A stream on trial; NULL without memory, or when the flow disappointed too often. */
struct vq_rtp_stream *vq_stream_begin(struct vq_engine *e, struct vq_flow *f, uint32_t ssrc, const struct vq_dgram *d);
/* It was no RTP after all. */
void vq_stream_refuse(struct vq_engine *e, struct vq_flow *f, struct vq_rtp_stream *candidate);
void vq_stream_drop(struct vq_engine *e, struct vq_rtp_stream *s);
/* What it is worth now, and whether it had packets within the last second. */
enum vq_worth vq_stream_weigh(const struct vq_engine *e, const struct vq_rtp_stream *s, bool *used);
/* Announces its end, counts it as evicted and drops it. */
void vq_stream_evict(struct vq_engine *e, struct vq_rtp_stream *s);
void vq_stream_end(struct vq_engine *e, struct vq_rtp_stream *s, bool evicted);
/* No packet will be added to it any more, whatever SSRC it carries; a candidate is dropped. */
void vq_stream_close(struct vq_engine *e, struct vq_rtp_stream *s);
void vq_stream_idle(struct vq_engine *e, struct vq_rtp_stream *s);
/* What RTCP said of it, or that it said nothing. */
const struct vq_stream_rtcp *vq_stream_rtcp(const struct vq_stream_cold *c);
/* What its receiver reported, held against what was measured. */
void vq_stream_judge(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_peer_verdict *out);
/* The stream with this SSRC between two hosts; 0 when there is none. */
uint32_t vq_stream_by_ssrc(const struct vq_engine *e, uint32_t ssrc, const struct vq_endpoint *src,
                           const struct vq_endpoint *dst);

/* ---- relay.c: payloads by which a relayed stream is known again ---- */
#define VQ_RELAY_PACKETS 128u /* of a stream, among which one in sixteen is remembered */
#define VQ_RELAY_SHORTEST 16u /* bytes that tell one payload from another */
static inline bool vq_relay_picks(struct vq_slice payload)
{
    return payload.n >= VQ_RELAY_SHORTEST && (vq_be32(payload.p + 4) * UINT32_C(0x9e3779b1)) >> 28 == 0;
}
void vq_relay_note(struct vq_engine *e, struct vq_stream_cold *c, struct vq_slice payload);
bool vq_relay_same(const struct vq_engine *e, const struct vq_rtp_stream *a, const struct vq_rtp_stream *b);

/* ---- dtmf_in.c ---- */
/* A packet of telephone-events, whose timestamps count at `clock_hz` (0: unknown). */
struct vq_rtp;
void vq_dtmf_packet(struct vq_engine *e, struct vq_rtp_stream *s, const struct vq_rtp *r, const struct vq_dgram *d,
                    uint32_t clock_hz);
/* An INFO that tells of a key; other messages are nothing to it. */
void vq_dtmf_info(struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d, bool from_caller);

/* Steps of the transit time that no queue makes: the sender's timestamps jumped, or stood still while it was silent. */
#define VQ_RESYNC_MS 1000

/* ---- course.c ---- */
/* Before a packet is added that comes after a pause, earlier than the one before, or another way; `missing`: numbers that
 * it leaves out. */
void vq_course_packet(struct vq_engine *e, struct vq_rtp_stream *s, const struct vq_rtp *r, const struct vq_dgram *d,
                      enum vq_seq_verdict v, uint32_t missing);
/* The packet before, which seemed to be stray, began a new numbering. */
void vq_course_restart(struct vq_stream_cold *c, const struct vq_rtp_stream *s);
void vq_course_payload(struct vq_stream_cold *c, const struct vq_dgram *d, uint8_t pt, const char *name);

/* ---- clock.c: jumps of the capture's time, and what they were ---- */
#define VQ_JUMP_NS (VQ_S / 4) /* shorter ones are not looked at */
struct vq_clock *vq_clock_new(void); /* NULL without memory; free() */
size_t vq_clock_ceiling(void);
void vq_clock_outdate(struct vq_engine *e);
/* Time went on by VQ_JUMP_NS or more without a frame; a frame is earlier by that than one before it. */
void vq_clock_forward(struct vq_engine *e, int64_t before, int64_t after, uint64_t frame);
void vq_clock_back(struct vq_engine *e, int64_t ts, uint64_t frame);
/* A stream's next packet comes at `end`, its sender's clock advanced by `beyond_ms` less than the capture's. `goes_on`: no
 * number is missing, the timestamps are a packet apart. True when it seems to have seen a step at the latest jump. */
bool vq_clock_pause(struct vq_engine *e, const struct vq_rtp_stream *s, int64_t end, double beyond_ms, bool goes_on);
/* Is a pause none but a step of the clock? */
bool vq_clock_stepped(const struct vq_engine *e, const struct vq_pause *p, double later_ms);
uint64_t vq_clock_not_kept(const struct vq_engine *e);

/* ---- view_windows.c: fills in `windows` of a view that is complete otherwise ---- */
void vq_stream_view_windows(const struct vq_engine *e, struct vq_stream *st);

/* ---- view_score.c: R and MOS, by what `out` holds of loss and delay; then what only the whole view has ---- */
void vq_stream_view_score(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_stream *out);
void vq_stream_view_scores(const struct vq_engine *e, struct vq_stream *out);
/* As if so much (0 .. 1) had been lost at random; only of a stream that is scored. */
void vq_stream_rescore(const struct vq_engine *e, const struct vq_stream *st, double loss, double *r, double *mos);

/* view_stream.c: what the receiver's SDP asked for. */
struct vq_promised {
    uint16_t ptime_ms, ptime_max_ms; /* 0: not declared */
    bool codec_missing;              /* it does not have the stream's payload type */
};
struct vq_promised vq_stream_promised(const struct vq_engine *e, const struct vq_rtp_stream *s);

/* ---- view_course.c ---- */
/* The transit time some while behind a stream's i-th pause. */
double vq_pause_later_ms(const struct vq_course *c, unsigned i, const struct vq_rtp_stream *s);
/* The packets behind the pause were sent during it: their transit times come down again later. */
bool vq_pause_held_up(const struct vq_pause *p, double later_ms);
/* The stream that this one goes on from under another SSRC or address, 0: none; `why` then says what changed. */
uint32_t vq_stream_previous(const struct vq_engine *e, const struct vq_rtp_stream *s, const char **why);
/* What its receiver heard in all: the stream, those that it goes on from, and what is missing between them. s->brief is
 * filled in. */
struct vq_heard {
    double r_nb, mos;
    uint32_t missing; /* packets between the streams; 0: the stream's own score stands here */
};
void vq_stream_heard(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_heard *out);

/* ---- view_kin.c ---- */
/* Another stream of the call with this SSRC at the same time, and the last stream of another call between the same ports;
 * 0: none. */
uint32_t vq_stream_collision(const struct vq_engine *e, const struct vq_rtp_stream *s);
uint32_t vq_stream_ports_before(const struct vq_engine *e, const struct vq_rtp_stream *s);

/* ---- transit_in.c: what becomes of the arrivals that a stream noted ---- */
/* The second of the stream's age in which its present interval began. */
static inline uint64_t vq_slot_second(const struct vq_rtp_stream *s)
{
    return (uint64_t)(s->slot_end - s->series.width - s->series.start) / VQ_S;
}
/* Of the noted packets that arrived in [from, to), how many the buffer of the score discards; those that were folded stand in
 * the intervals already. */
uint32_t vq_stream_late(const struct vq_engine *e, const struct vq_rtp_stream *s, int64_t from, int64_t to);
/* The older ones go into its figures; there is room for more afterwards. */
void vq_stream_fold(struct vq_engine *e, struct vq_rtp_stream *s);
/* What folding all of them would give; `out` is a copy. */
void vq_stream_transit(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_transit *out);
/* Whether the buffer of the score discards any packet; then `out` has the whole figures. */
bool vq_stream_discards(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_transit *out);

/* ---- vm_in.c ---- */
/* One packet of a stream as VoIPmonitor takes it; only with vq_options.voipmonitor. */
void vq_stream_vm_packet(struct vq_engine *e, const struct vq_flow *f, struct vq_rtp_stream *s, const struct vq_rtp *r,
                         const struct vq_dgram *d);

/* view_playout.c: the least of vq_discard_sizes_ms that would have discarded less than 1 %; NAN: none. */
double vq_playout_enough_ms(const struct vq_spread *pdv);

/* ---- quality_in.c: what endpoints report of their own media ---- */
/* A BYE or its answer, if there are statistics in it. */
void vq_quality_bye(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                    bool from_caller);
/* A request with an RFC 6035 body. */
void vq_quality_body(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d);

/* ---- mirror.c: the same IP packet, captured twice ---- */
/* Of an RTP packet, by the stream's last one; of anything else, by what was seen lately. */
bool vq_mirror_of_last(const struct vq_rtp_stream *s, uint16_t seq, const struct vq_dgram *d);
bool vq_mirror_seen(struct vq_engine *e, const struct vq_dgram *d);

/* ---- rtcp_in.c ---- */
bool vq_rtcp_packet(struct vq_engine *e, const struct vq_dgram *d);

/* ---- ws_in.c: one direction of a connection that may turn into WebSocket frames with SIP ---- */
struct vq_ws_way;
struct vq_budget;
enum vq_ws_state {
    VQ_WS_UNKNOWN, /* the opening is not complete */
    VQ_WS_FOREIGN, /* HTTP, but no WebSocket for SIP */
    VQ_WS_IS_SIP,
    VQ_WS_BROKEN,  /* frames cannot be read any more */
};
/* `message`: a whole one, borrowed. */
typedef void vq_ws_message_h(struct vq_slice message, void *arg);
bool vq_ws_may_open(struct vq_slice first_bytes);
struct vq_ws_way *vq_ws_way_new(struct vq_budget *budget); /* NULL without room or memory */
void vq_ws_way_free(struct vq_ws_way *w, struct vq_budget *budget);
enum vq_ws_state vq_ws_way_put(struct vq_ws_way *w, struct vq_slice bytes, vq_ws_message_h *h, void *arg);

/* ---- tcp_in.c ---- */
/* Connections that are remembered, and bytes of early segments and unfinished messages, at most. */
#define VQ_TCP_FLOWS 16384u
#define VQ_TCP_BYTES ((size_t)16 << 20)
struct vq_tcp_in *vq_tcp_in_new(void); /* NULL without memory */
void vq_tcp_in_free(struct vq_tcp_in *in);
size_t vq_tcp_in_ceiling(void); /* the most bytes it can hold */
/* A segment; the frame is counted. */
void vq_tcp_packet(struct vq_engine *e, const struct vq_dgram *d);
void vq_tcp_timer(struct vq_engine *e, struct vq_timer *t);
/* Hands over what still waits for something before it. */
void vq_tcp_finish(struct vq_engine *e);

/* ---- nat.c: STUN ---- */
bool vq_nat_packet(struct vq_engine *e, const struct vq_dgram *d);
/* The address that STUN gave to `local`; NULL when none did. */
const struct vq_endpoint *vq_nat_mapped(const struct vq_engine *e, const struct vq_endpoint *local);

struct vq_nat *vq_nat_between(const struct vq_engine *e, const struct vq_endpoint *client, const struct vq_endpoint *server);

/* ---- engine.c: of what HEP brings compressed ---- */
#define VQ_UNPACKED_MOST  65535u                 /* bytes: no datagram is longer */
#define VQ_UNPACKED_BYTES ((size_t)112 << 10)    /* with what zlib takes, made when first needed */

/* ---- turn.c ---- */
void vq_turn_bind(struct vq_nat *n, uint16_t channel, const struct vq_endpoint *peer);
/* The datagram inside ChannelData, between client and peer. */
enum vq_turn_verdict {
    VQ_TURN_NONE,    /* no ChannelData */
    VQ_TURN_UNBOUND, /* nobody saw its channel being bound */
    VQ_TURN_BOUND,
};
enum vq_turn_verdict vq_turn_unwrap(struct vq_engine *e, const struct vq_dgram *d, struct vq_dgram *inner);

/* ---- natmap.c ---- */
struct vq_natmap *vq_natmap_new(void); /* NULL without memory */
void vq_natmap_free(struct vq_natmap *map);
size_t vq_natmap_ceiling(void);
/* A mapping without room or memory is counted. */
void vq_natmap_add(const struct vq_engine *e, const struct vq_endpoint *inside, const struct vq_endpoint *outside,
                   enum vq_nat_evidence by, uint64_t frame);
/* The first message of its kind (request or response) that goes its way in this object. */
void vq_natmap_sip(struct vq_engine *e, struct vq_talk *t, const struct vq_sip *m, const struct vq_dgram *d);
bool vq_natmap_is_empty(const struct vq_engine *e); /* nothing shows a NAT, so far */
/* What is known of a host as one inside a NAT; NULL: it is behind none. */
const struct vq_nat_mapping *vq_natmap_inside(const struct vq_engine *e, const struct vq_endpoint *host);
/* The same where its SIP passes the NAT: a phone may learn of its NAT by STUN and call within its own network. */
const struct vq_nat_mapping *vq_natmap_sip_inside(const struct vq_engine *e, const struct vq_endpoint *host);
/* Is one host the other's outside? */
bool vq_natmap_knows(const struct vq_engine *e, const struct vq_endpoint *inside, const struct vq_endpoint *outside);
/* An address that cannot be reached from elsewhere, and no mistake. */
bool vq_natmap_may_be_inside(const struct vq_endpoint *ep);
const struct vq_nat_mapping *vq_natmap_all(const struct vq_engine *e, size_t *n, uint64_t *not_kept);

/* ---- keepalive.c ---- */
struct vq_keep_alives *vq_keep_alives_new(void); /* NULL without memory */
void vq_keep_alives_free(struct vq_keep_alives *k);
size_t vq_keep_alives_ceiling(void);
void vq_keep_alive(struct vq_engine *e, enum vq_keep_alive_kind kind, const struct vq_dgram *d);
enum vq_keep_alive_kind vq_keep_alive_kind(struct vq_slice payload); /* of one with nothing but line ends and zeros */
size_t vq_keep_alive_count(const struct vq_engine *e, uint64_t *not_kept);
void vq_keep_alive_get(const struct vq_engine *e, size_t i, struct vq_keep_alive *out);

/* ---- network.c ---- */
/* Where the sender of a stream said that its media is, when the stream comes from elsewhere; else NULL. */
const struct vq_endpoint *vq_stream_announced(const struct vq_engine *e, const struct vq_rtp_stream *s);

/* ---- hidden.c: addresses inside of a NAT that are announced to those outside ---- */
struct vq_hidden {
    const struct vq_endpoint *announced; /* for media, by SDP */
    const struct vq_endpoint *outside;   /* the host as others see it */
    bool seen_outside;                   /* the SDP came from another host than it names: captured beyond the NAT */
    bool reached;                        /* media goes to that party all the same */
};
/* It names several addresses then, and finds out which one works. */
bool vq_call_offers_ice(const struct vq_sip_call *c, bool by_caller);
bool vq_call_hidden(const struct vq_engine *e, const struct vq_sip_call *c, bool by_caller, struct vq_hidden *out);
/* For a stream that is sent to such an address from outside: what it is called there; else NULL. */
const struct vq_endpoint *vq_stream_astray(const struct vq_engine *e, const struct vq_rtp_stream *s);
/* For a registration with such a Contact: what its host is called outside; else NULL. */
const struct vq_endpoint *vq_registration_hidden(const struct vq_sip_registration *r);

/* ---- host_list.c ---- */
struct vq_hosts *vq_hosts_new(void); /* NULL without memory */
void vq_hosts_free(struct vq_hosts *h);
size_t vq_hosts_ceiling(void);
/* The number of a User-Agent or Server text; 0 without room. */
uint16_t vq_agent_number(struct vq_engine *e, struct vq_slice text);
/* Whether a message's User-Agent or Server is that of the host that it comes from. */
bool vq_agent_is_senders(const struct vq_sip *m, const struct vq_dgram *d);

/* ---- icmp.c ---- */
void vq_icmp_packet(struct vq_engine *e, const struct vq_dgram *d);

/* ---- talk.c: what registrations, calls and dialogs share ---- */
uint64_t vq_talk_hash(const struct vq_engine *e, enum vq_talk_kind kind, struct vq_slice call_id);
/* Fetches an object's cache lines together rather than one after the other. */
void vq_talk_prefetch(const struct vq_engine *e, enum vq_talk_kind kind, uint32_t handle);
struct vq_talk *vq_talk_find(const struct vq_engine *e, enum vq_talk_kind kind, struct vq_slice call_id);
/* A new, zeroed object with its Call-ID; NULL without memory. */
struct vq_talk *vq_talk_new(struct vq_engine *e, enum vq_talk_kind kind, struct vq_slice call_id,
                            const struct vq_dgram *d);
void vq_talk_drop(struct vq_engine *e, struct vq_talk *t);
/* Appends the message to the ladder; the note (to be completed) or NULL at the cap. `*again` tells a retransmission. */
struct vq_note *vq_talk_note(struct vq_engine *e, struct vq_talk *t, const struct vq_sip *m, const struct vq_dgram *d,
                             bool *again);
/* Room for what few messages have; NULL without. */
struct vq_oddity *vq_note_odd(struct vq_talk *t, struct vq_note *n);
/* The message (NULL: was not kept) and the object have it; the first one counts. */
void vq_talk_defect(struct vq_talk *t, struct vq_note *n, const char *defect);
/* How far back a message is looked for again: RFC 3261 sends one at most 11 times. */
#define VQ_LOOK_BACK 64
/* 0 for an absent tag: comparing tags must not fetch their text. */
uint64_t vq_tag_hash(const struct vq_engine *e, struct vq_slice tag);
const char *vq_talk_text(struct vq_talk *t, struct vq_slice s); /* into its arena */
/* The text if it is not set yet; borrowed slices that are absent leave it alone. */
void vq_talk_set(struct vq_talk *t, const char **where, struct vq_slice s);
/* Calls the kind's _timer function once `due` has passed. Time out late rather than often: the timer moves lazily. */
void vq_talk_arm(struct vq_engine *e, struct vq_talk *t, int64_t due);
void vq_talk_end(struct vq_engine *e, struct vq_talk *t, bool evicted);
void vq_talk_timer(struct vq_engine *e, struct vq_talk *t);

/* ---- resend.c: what retransmissions tell ---- */
enum vq_resend vq_note_resend(const struct vq_note *n, unsigned *repeat);
struct vq_resends {
    unsigned most;               /* of one message; responses that only follow their request left out */
    const struct vq_note *worst; /* the last of them */
    unsigned copies;             /* came twice within so short a time that nobody sent them twice */
    bool storm;                  /* more of them, or faster, than any timer allows */
    unsigned unacked;            /* most repeats of a final response to an INVITE */
    unsigned unacked_status;     /* which */
    const struct vq_note *unacked_last;
};
void vq_talk_resends(const struct vq_talk *t, struct vq_resends *out);

/* ---- detail.c: a message's word for the ladder beside its method or status ---- */
void vq_talk_detail(struct vq_talk *t, struct vq_note *n, const struct vq_sip *m);

/* ---- signalling.c, registration.c, call.c, dialog.c ---- */
/* `m`: the message if it was read already, else NULL. */
bool vq_sip_packet(struct vq_engine *e, const struct vq_dgram *d, const struct vq_sip *m);
/* Fetches ahead the table slot of the message's Call-ID, and returns its hash; then what the slot names, and returns that,
 * 0: nothing; then the room for another message, and what this one is held against. */
uint64_t vq_sip_prefetch(const struct vq_engine *e, const struct vq_sip *m);
uint32_t vq_sip_prefetch_talk(const struct vq_engine *e, const struct vq_sip *m, uint64_t hash);
void vq_sip_prefetch_room(const struct vq_engine *e, const struct vq_sip *m, uint32_t talk);
bool vq_registration_message(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d);
bool vq_call_message(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d);
bool vq_dialog_message(struct vq_engine *e, const struct vq_sip *m, const struct vq_dgram *d);
/* leg.c: the dialog of a message, made or brought up to date. */
void vq_call_leg(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                 bool from_caller);
/* refer.c: calls that lead to other calls. */
/* Takes note of a transfer or redirection that the message asks for or tells about. */
void vq_call_moves(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                   bool from_caller);
/* Ties a new call to the one that led to it; `m` is its INVITE. */
void vq_call_follow(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d);
/* offer.c: the SDP of a message, if it has one; `n`: its note in the ladder, or NULL. */
void vq_call_sdp(struct vq_engine *e, struct vq_sip_call *c, const struct vq_sip *m, const struct vq_dgram *d,
                 struct vq_note *n, bool from_caller, bool again);
/* A final response turns down the offer of its request, if one is open. */
void vq_call_offer_refused(struct vq_sip_call *c, const struct vq_sip *m);
void vq_registration_timer(struct vq_engine *e, struct vq_sip_registration *r);
void vq_call_timer(struct vq_engine *e, struct vq_sip_call *c);
void vq_dialog_timer(struct vq_engine *e, struct vq_sip_dialog *d);
void vq_registration_finish(struct vq_engine *e, struct vq_sip_registration *r);
void vq_call_finish(struct vq_engine *e, struct vq_sip_call *c);
void vq_call_release(struct vq_engine *e, struct vq_sip_call *c); /* lets go of streams and promises */
bool vq_call_over(const struct vq_sip_call *c);
struct vq_call_more *vq_call_more(struct vq_sip_call *c); /* made when first asked for; NULL without room */

/* ---- join.c: Call-IDs that are legs of one call ---- */
struct vq_joint {
    uint32_t handle, first, next; /* the leg; its call's first, and the next one: 0 at the end */
    uint32_t joined_to, evidence;
    unsigned leg, n_legs;
    double confidence;
};
struct vq_join *vq_join_new(void); /* NULL without memory */
void vq_join_free(struct vq_join *j);
/* Joins what can be joined now; 0 or -ENOMEM, nothing then being joined. Cheap while nothing has changed. */
int vq_join_update(const struct vq_engine *e);
void vq_join_outdate(struct vq_engine *e);
/* The call's place among the legs of its call; NULL when it is the only one, or when nothing was joined yet. */
const struct vq_joint *vq_joint_of(const struct vq_engine *e, uint32_t call);
/* The first stream of the legs after this one; 0: none. */
uint32_t vq_next_leg_stream(const struct vq_engine *e, uint32_t call);
static inline uint32_t vq_join_next(const struct vq_engine *e, uint32_t call) /* the next leg, 0: none */
{
    const struct vq_joint *j = vq_joint_of(e, call);
    return j ? j->next : 0;
}
uint32_t vq_call_next_id(const struct vq_engine *e, uint32_t handle); /* every Call-ID, joined or not */

/* ---- facts.c: what the messages of a call or registration say to the rules ---- */
struct vq_facts;
void vq_call_sip_facts(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f);
void vq_registration_sip_facts(const struct vq_engine *e, uint32_t handle, struct vq_facts *f);

/* ---- hears.c: what media says to them ---- */
void vq_call_media_facts(const struct vq_engine *e, const struct vq_sip_call *c, struct vq_facts *f);
void vq_stream_key_facts(const struct vq_engine *e, const struct vq_rtp_stream *s, struct vq_facts *f);

/* ---- stream_facts.c ---- */
void vq_stream_facts(const struct vq_engine *e, uint32_t handle, struct vq_facts *f);
/* Then one finding about the capture says what would be said of each stream. */
static inline bool vq_without_sip(const struct vq_engine *e)
{
    return !e->stats.decoded[VQ_DEC_SIP];
}
void vq_capture_hole_facts(const struct vq_engine *e, struct vq_facts *f);

/* ---- pinged.c: peers that are asked by OPTIONS whether they live ---- */
#define VQ_PINGED 64u
struct vq_pinged_list {
    struct vq_pinged {
        struct vq_endpoint host;
        uint64_t asked, answered; /* OPTIONS; one that may still be answered is not counted */
        uint64_t frames[4];       /* of those without an answer */
        unsigned n_frames;
    } peer[VQ_PINGED];
    unsigned n;
};
void vq_pinged_gather(const struct vq_engine *e, struct vq_pinged_list *out);

/* ---- findings.c, view_score.c: what they remember between questions; NULL without memory ---- */
struct vq_diagnosis *vq_diagnosis_new(void);
void vq_diagnosis_free(struct vq_diagnosis *d);
struct vq_score_base *vq_score_base_new(void);
/* Fills in s->brief. */
void vq_stream_brief(const struct vq_engine *e, struct vq_rtp_stream *s);
/* How long the two could talk so far; VQ_NONE before the answer. */
int64_t vq_call_talk(const struct vq_engine *e, const struct vq_sip_call *c);

/* RFC 3261 17.1.1.2: Timers B and F, 64 T1. */
#define VQ_TIMEOUT (32 * VQ_S)

#endif
