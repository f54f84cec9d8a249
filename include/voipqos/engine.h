/* engine.h - packets in, calls out. One engine is one analysis; engines share nothing and may live in different threads.
 *
 * The engine never prints, never reads the clock and opens nothing: time is the frames' own. The same frames give the
 * same answers however they are cut into batches. */
#ifndef VOIPQOS_ENGINE_H
#define VOIPQOS_ENGINE_H

#include <voipqos/codec.h>
#include <voipqos/frame.h>

struct vq_engine;

/* Caps and assumptions. vq_options_defaults() fills in every member; change what you want to differ.
 * A full table ends its longest-idle member, counts it as evicted and goes on: first of those that only one side was heard
 * of; then of the active ones while the finished fill less than half of the table, else of the finished. */
#define VQ_BUFFERS_MAX 8
struct vq_options {
    uint32_t max_flows;          /* UDP flows by source and destination that may carry RTP */
    uint32_t max_streams;        /* RTP streams, candidates included */
    uint32_t max_calls;
    uint32_t max_registrations;
    uint32_t max_dialogs;        /* OPTIONS, SUBSCRIBE, MESSAGE ... by Call-ID */
    uint32_t max_tls_keys;       /* TLS connections whose secrets are kept; the ones that came first are pushed out */
    uint32_t max_messages;       /* SIP messages kept for one call, registration or dialog; more are counted, not kept */
    uint64_t hash_seed;          /* any number; live captures want an unpredictable one */
    double buffer_ms;            /* assumed de-jitter buffer: its delay enters Ta, its discards Ppl; default 40, at most 10000 */
    double buffers_ms[VQ_BUFFERS_MAX]; /* fixed buffers tried beside it, 1 .. 10000; default 20, 40, 60, 100, 200 */
    unsigned n_buffers;
    double network_ms;           /* declared one-way network delay; NAN: take RTCP's, else assume 0 */
    double advantage;            /* E-model A; default 0 */
    const char *g711;            /* impairment row for G.711: "g711" (no concealment, default) or "g711-plc" */
    const char *simple_model;    /* name of a struct vq_simple_model; default "cole-rosenbluth" (by codec) */
    bool voipmonitor;            /* reproduce VoIPmonitor's scores as well (vq_stream_voipmonitor()); default off */
    double join_threshold;       /* confidence from which Call-IDs count as legs of one call, 0..1; above 1: never; default 0.7 */
    const struct vq_codec_own *codecs; /* codec values that replace the tables'; they stay the caller's until the engine is freed */
    size_t n_codecs;
    int64_t stream_idle;         /* silence after which a stream is called ended; default 30 s */
};

void vq_options_defaults(struct vq_options *o);
/* The most bytes that an engine with these caps can hold at once, by the equation in docs/live.md. */
uint64_t vq_options_ceiling(const struct vq_options *o);

/* 0, -EINVAL (a cap is 0, an unknown model or G.711 row) or -ENOMEM. `*out` is set only on success. */
int vq_engine_new(struct vq_engine **out, const struct vq_options *o);
void vq_engine_free(struct vq_engine *e); /* NULL is allowed */

/* Analyses `n` frames in order. 0, or -ENOMEM when at least one of them could not be followed up for want of memory; the
 * engine stays usable. Takes up to 64 KiB of stack. */
int vq_engine_feed(struct vq_engine *e, const struct vq_frame *frames, size_t n);
/* Takes secrets of TLS connections: text in the format of SSLKEYLOGFILE (TLS 1.2 and 1.3), whole lines, as often as there
 * are more. SIP over TLS is read from then on; connections whose secrets come a little later than their first records are
 * read too. With no text at all the engine knows that secrets are to come. 0, or -ENOMEM: some are not known now. */
int vq_engine_keylog(struct vq_engine *e, const char *text, size_t n);
/* So many packets of the input were dropped before they could be fed, all told so far: by the kernel of the capturing
 * machine, as the interface says when live, and pcapng's interface statistics in a file. What streams miss may be these. */
void vq_engine_drops(struct vq_engine *e, uint64_t n);
/* Lets time pass where no packet does; a time in the past is ignored. */
void vq_engine_tick(struct vq_engine *e, int64_t now);
/* Ends whatever is open, as at the end of a file. Feeding after it is a bug. */
void vq_engine_finish(struct vq_engine *e);

/* Things happen to calls, streams and registrations; observers hear of them while they happen. */
enum vq_event_kind {
    VQ_EVENT_REGISTRATION_BEGIN,
    VQ_EVENT_REGISTRATION_END,   /* has an outcome */
    VQ_EVENT_CALL_BEGIN,
    VQ_EVENT_CALL_STATE,         /* state or status changed */
    VQ_EVENT_CALL_END,
    VQ_EVENT_STREAM_BEGIN,       /* the candidate turned out to be RTP */
    VQ_EVENT_STREAM_CHANGE,      /* bound to a call, new segment */
    VQ_EVENT_STREAM_END,
};

struct vq_event {
    enum vq_event_kind kind;
    int64_t ts;
    uint32_t handle;  /* of the registration, call or stream */
    bool evicted;     /* for _END: pushed out by a full table */
};

typedef void vq_event_h(const struct vq_event *ev, void *arg);

/* At most one observer; NULL removes it. The engine must not be fed or freed from inside the observer. */
void vq_engine_observe(struct vq_engine *e, vq_event_h *h, void *arg);

/* An RTP packet, as it is added to its stream. Copies of a packet made by the capture are left out. */
struct vq_tapped {
    uint32_t stream;         /* handle; of a candidate too, which may turn out to be no RTP and never be seen in a walk */
    bool begins;             /* the stream's first: whatever had this handle before is gone */
    bool encrypted;          /* as far as the SDP has told until now ... */
    uint8_t media;           /* ... enum vq_media */
    uint8_t pt;
    uint16_t seq;
    uint32_t timestamp;
    int64_t ts;              /* arrival */
    const uint8_t *payload;  /* without padding, borrowed for the call; shorter than it was sent where `cut` */
    size_t n;
    bool cut;                /* by the snap length */
};

typedef void vq_tap_h(const struct vq_tapped *p, void *arg);

/* At most one tap; NULL removes it. The engine must not be fed or freed from inside. */
void vq_engine_tap(struct vq_engine *e, vq_tap_h *h, void *arg);

#endif
