/* state_media.h - of the engine's state: flows, ports, promises and streams. state.h has the rest and includes this. */
#ifndef VQ_SESSION_STATE_MEDIA_H
#define VQ_SESSION_STATE_MEDIA_H

#include <voipqos/network.h>

#include "metrics/jitter.h"
#include "metrics/peer.h"
#include "metrics/rtt.h"
#include "metrics/seq.h"
#include "metrics/series.h"
#include "metrics/transit.h"
#include "net/decode.h"
#include "proto/rtcp_xr.h"
#include "session/worth.h"
#include "util/arena.h"
#include "util/list.h"
#include "util/wheel.h"

#define VQ_S (INT64_C(1000000000)) /* a second in ns */

struct vq_flow {
    /* one cache line for every packet */
    uint32_t handle;
    struct vq_endpoint src, dst;
    uint32_t stream;             /* of the last RTP packet, 0: none */
    uint32_t call;               /* 0: not bound */
    uint32_t n_streams;
    bool is_rtp;                 /* a stream on it was proven */
    uint8_t refused;             /* RTP candidates that came to nothing; saturates */
    uint8_t candidates;          /* streams on trial */
    bool touched;                /* since it was last looked at for eviction */
    uint8_t pairing, direction;  /* enum vq_pairing, enum vq_direction; its streams take them over */

    uint32_t port_src, port_dst; /* media ports, 0 while no RTP was suspected */
    uint32_t promise;            /* whose formats say what the payload types are, 0: none */
    uint64_t hash;
    struct vq_place place;
    struct vq_link at_src, at_dst; /* in the ports' chains */
    struct vq_list in_call;
    struct vq_list streams;
};

struct vq_port {
    uint32_t handle;
    struct vq_endpoint ep;
    uint64_t hash;
    struct vq_list promises;     /* newest last */
    struct vq_chain from, to;    /* flows */
};

struct vq_format {
    const struct vq_codec *codec;
    const char *name;            /* when not in the codec table */
    uint32_t clock_hz;
    uint8_t pt;
};

struct vq_promise {
    /* one cache line */
    uint32_t handle, port, call;
    uint8_t media;               /* enum vq_media */
    bool by_caller;              /* the caller's side said that it receives here */
    bool signalling;             /* not SDP: only where this side's signalling comes from */
    bool encrypted;
    bool rtcp;                   /* the SDP spoke of RTCP */
    uint8_t n_formats;
    uint16_t ptime_ms, maxptime_ms; /* a=ptime, a=maxptime; 0: not declared */
    const struct vq_format *formats; /* in the call's arena */
    struct vq_list in_port, in_call;
};

/* Four hypotheses stand in for a clock that SDP may name later, so that the jitter of early media is exact too. */
#define VQ_CLOCKS 4
extern const uint32_t vq_clocks[VQ_CLOCKS];

/* What a stream's receiver said in RTCP XR: the latest of each kind, and the loss RLE summed up. */
struct vq_stream_xr {
    bool has_loss, has_statistics, has_voip;
    uint16_t loss_told;          /* the loss RLE reported on all numbers before this one */
    uint32_t loss_received, loss_lost, loss_longest;
    uint8_t loss_thinning;
    struct vq_xr_statistics statistics;
    struct vq_xr_voip voip;
};

/* What RTCP said about a stream. */
struct vq_stream_rtcp {
    struct vq_rtt rtt;           /* from here to the receiver and back */
    struct vq_rtt rtt_back;      /* to the sender and back, by the receiver's reference times (RFC 3611 4.5) */
    struct vq_peer peer;
    struct vq_stream_xr *xr;     /* in the arena, NULL: nothing */
    const char *cname;
    int64_t reported_lost;
    uint32_t sr, rr, n_xr;
    uint32_t reported_jitter;
    uint8_t reported_fraction, reported_fraction_max;
    bool bye;
};

/* A key that was pressed; the public answer is made of it. */
struct vq_dtmf_note {
    struct vq_dtmf_note *next;
    int64_t ts;
    uint64_t frame;
    uint32_t tag;                /* the event's RTP timestamp, or the CSeq of the INFO: to know it again */
    float duration_ms;           /* NAN: not told */
    char digit;
    bool ended, info, from_caller;
};

struct vq_dtmf_list {
    struct vq_dtmf_note *first, *last;
    uint32_t n, not_kept;
};

#define VQ_DTMF_PER_STREAM 64u

/* The telephone-events of a stream, and the one that is going on. */
struct vq_stream_dtmf {
    struct vq_dtmf_list list;
    struct vq_dtmf_note *note;   /* of the latest event, NULL: it was not kept */
    uint32_t ts, ticks;          /* of its latest segment (RFC 4733 2.5.1.3) */
    uint32_t ticks_before;       /* of the segments before */
    uint32_t past[4];            /* timestamps of the events before: a packet may hold several, and come again */
    uint16_t seq;                /* of its newest packet */
    uint8_t code, next_past;
    bool known, ended;
};

/* A stream's course, as far as it is not steady. */
#define VQ_PAUSES 16u
#define VQ_SWITCHES 8u
#define VQ_PAYLOAD_CHANGES 8u
#define VQ_PAUSE_NS (VQ_S / 5) /* shorter ones are jitter or a few losses, which other figures tell */

struct vq_pause {
    int64_t start, length;       /* of the packet before it */
    uint64_t frames[2];          /* around it */
    double transit_ms;           /* before */
    double stamped_ms;           /* by how much the timestamps advanced, NAN: not known */
    double later_ms;             /* transit before the capture's clock was set back, NAN: it was not, or later */
    uint32_t missing;            /* numbers */
    bool marker, after_cn, restart;
};

struct vq_switch {
    int64_t ts, gap;             /* gap: time since the packet before */
    uint64_t frame;
    uint32_t from, to;           /* vq_path_of() */
    uint32_t missing;
};

struct vq_course {
    struct vq_pause pauses[VQ_PAUSES];
    struct vq_switch switches[VQ_SWITCHES];
    struct vq_payload_change payloads[VQ_PAYLOAD_CHANGES];
    unsigned n_pauses, n_switches, n_payloads;
    unsigned pauses_not_kept, switches_not_kept, payloads_not_kept;
};

#define VQ_RELAY_MARKS 12u

/* What a stream's packets rarely touch. */
struct vq_stream_cold {
    struct vq_jitter *guess;     /* VQ_CLOCKS of them in the arena while the clock is unknown, else NULL */
    struct vq_stream_rtcp *rtcp; /* in the arena, NULL: nothing */
    struct vq_stream_dtmf *dtmf; /* in the arena, NULL: no event yet */
    struct vq_course *course;    /* in the arena, NULL: steady */
    uint64_t cn_frame;           /* of the last comfort noise, 0: none */
    struct vq_segment first;     /* packets of the last segment: what is left of the stream's */
    uint32_t packets_before;     /* of the last segment */
    struct vq_segment *last_segment;
    struct vq_arena arena;       /* further segments, RTCP, codec name */
    const char *codec_name;      /* from SDP when the table lacks it */
    uint32_t event_packets, cn_packets, talk_spurts;
    uint32_t vm;                 /* vm_in.c's, 0: none */
    uint32_t marks[VQ_RELAY_MARKS]; /* relay.c's */
    uint8_t n_marks;
};

/* What the walk over all streams needs of each, without the whole view. */
struct vq_brief {
    double loss_pct, r, mos, one_way_ms; /* r and mos NAN: not scored */
    double r_nb;                         /* as it would stand on the narrowband scale */
    double burst_r;                      /* of the losses alone */
    unsigned longest_loss;
    double discard_pct, enough_ms;       /* by the assumed buffer; the one that would have done */
    uint64_t lost;
    bool one_way_measured;
};

#define NO_PT 0xff /* no packet of a codec yet */

/* One SSRC of one flow. What every packet reads and writes comes first, in four cache lines. */
struct vq_rtp_stream {
    uint32_t handle, flow, ssrc;
    uint32_t last_rtp;           /* timestamp of the last packet that entered the jitter ... */
    int64_t jitter_ts;           /* ... and its arrival */
    int64_t last_ts;             /* arrival of the last packet */
    int64_t slot_end;            /* of the current interval */
    double ms_per_tick;          /* 1000 / clock, 0: clock unknown */
    uint32_t ptime_ticks;        /* timestamp step of consecutive packets, by majority vote */
    uint8_t ptime_votes;
    uint8_t pt;                  /* of the main codec's packets */
    uint8_t chain;               /* packets in sequence while unconfirmed */
    bool primed;                 /* last_rtp and jitter_ts may be compared for jitter ... */
    bool anchored;               /* ... and for transit times, which go on behind events and comfort noise */
    bool confirmed, ended, closed; /* closed: its number may come back, but as another stream */
    uint8_t n_arrivals;
    uint16_t arrival_flags;      /* of the next one; from VQ_ARRIVAL_FREE on the second in which its interval began */
    uint16_t last_ip_id;         /* of the last packet, like ... */
    uint32_t last_path;          /* ... vq_path_of() it */

    struct vq_jitter jitter;
    struct vq_slot slot;         /* the interval that is being filled */

    double transit_ms;           /* of the last packet, relative to the first; of which ... */
    double aside_ms;             /* ... because it is a late one or a copy */
    uint64_t packets, bytes, last_frame;
    double gap_min_ms, gap_max_ms;
    uint32_t slot_lost;          /* vq_seq_lost() at the interval's start */
    struct vq_seq seq;

    /* per stream, not per packet */
    uint32_t cold, id;           /* id 0 while unconfirmed */
    uint32_t call;
    uint32_t clock_hz;
    uint64_t first_frame;
    int64_t start;
    const struct vq_codec *codec;
    uint32_t mirrored;           /* packets seen again by the capture, in no other figure */
    uint8_t pairing, direction, media;
    uint8_t dscp, ttl;
    bool encrypted;
    uint8_t payload_types[8];
    uint8_t n_payload_types;
    bool keyed;                  /* stands in the table; a flow's only stream need not */
    bool announced;              /* the receiver's SDP had `pt` when it came */
    struct vq_series series;
    struct vq_list all, in_flow, in_call;
    struct vq_place place;
    struct vq_timer idle;
    struct vq_brief brief;       /* as last asked for */
    uint32_t transit;            /* what was folded of its arrivals, 0: nothing yet */
    struct vq_arrival arrivals[VQ_ARRIVALS]; /* the latest; the packet path only appends */
};

/* What tells that packets come another way: link addresses, VLANs and tunnels; TTL; DSCP. */
static inline uint32_t vq_path_of(const struct vq_dgram *d)
{
    return (uint32_t)d->route << 16 | (uint32_t)d->ttl << 8 | d->dscp;
}

#endif
