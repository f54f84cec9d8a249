/* media.h - RTP streams as the engine found them: what was sent, what of it arrived and when, and how that sounds. How
 * objects are walked, and how long what they point to stays valid, stands in model.h. */
#ifndef VOIPQOS_MEDIA_H
#define VOIPQOS_MEDIA_H

#include <voipqos/emodel.h>
#include <voipqos/engine.h>

enum vq_direction { VQ_DIR_UNKNOWN, VQ_DIR_CALLER_TO_CALLEE, VQ_DIR_CALLEE_TO_CALLER };
const char *vq_direction_name(enum vq_direction d);

/* How a stream came to its call, strongest first. */
enum vq_pairing {
    VQ_PAIR_NONE,        /* no call announced it */
    VQ_PAIR_SDP,         /* destination and source both announced */
    VQ_PAIR_SDP_DST,     /* destination announced, source differs */
    VQ_PAIR_SDP_SRC,     /* source announced, destination differs */
    VQ_PAIR_SYMMETRIC,   /* the reverse of a stream that is bound */
    VQ_PAIR_STUN,        /* announced address is the one STUN mapped for the source */
    VQ_PAIR_SIGNALLING,  /* one end is where the only fitting call's signalling comes from */
};
const char *vq_pairing_name(enum vq_pairing p);
double vq_pairing_confidence(enum vq_pairing p); /* 0..1 */

/* A stretch of one numbering: a new SSRC, a restart or a jump begins another, and is never a loss. */
struct vq_segment {
    const struct vq_segment *next;
    uint32_t ssrc;
    const char *reason;  /* "start", "sequence_restart" */
    uint64_t packets;
    int64_t ts;
};

/* A stretch without packets, of at least 200 ms and three packet times. */
enum vq_gap_kind {
    VQ_GAP_HOLD,        /* while SDP had put a side on hold, or had no audio (T.38) */
    VQ_GAP_SILENCE,     /* the sender had nothing to say: no number is missing, its timestamps went on */
    VQ_GAP_SENDER_STOP, /* the sender paused, timestamps and all */
    VQ_GAP_NETWORK,     /* packets were lost, or held up and came later */
    VQ_GAP_FAILOVER,    /* the packets behind it come another way */
    VQ_GAP_RESTART,     /* the numbering behind it is new */
    VQ_GAP_CLOCK_STEP,  /* none: the capturing machine's clock was set */
    VQ_GAP_UNKNOWN,     /* without the clock of the payload type there is no telling */
};
const char *vq_gap_kind_name(enum vq_gap_kind k); /* "hold", ...; NULL for UNKNOWN */

struct vq_gap {
    int64_t ts;          /* of the packet before it */
    double ms;
    enum vq_gap_kind kind;
    uint64_t frames[2];  /* around it */
    uint32_t missing;    /* numbers left out */
};

/* The packets begin to take another way, or come from another address. */
enum { VQ_PATH_SOURCE = 1, VQ_PATH_LINK = 2, VQ_PATH_TTL = 4, VQ_PATH_DSCP = 8 }; /* LINK: MAC address, VLAN or tunnel */
struct vq_path_change {
    int64_t ts;
    uint64_t frame;
    unsigned what;
    double gap_ms;       /* since the packet before */
    uint32_t missing;    /* numbers left out */
    struct vq_endpoint src_before;
    uint8_t ttl_before, ttl, dscp_before, dscp;
    double mos_before, mos_around, mos_after; /* of the ten seconds before, around and after; NAN: not scored */
};

struct vq_payload_change {
    int64_t ts;
    uint64_t frame;
    uint8_t pt;
    const char *codec;   /* NULL: nobody announced the type */
};

/* Room for a stream's course over time is fixed: the slots are one second wide and double when they run out. */
struct vq_interval {
    int64_t start, width;
    uint32_t packets, lost;
    uint32_t late;           /* of the packets: too late for the assumed de-jitter buffer */
    double jitter_ms;        /* RFC 3550 jitter at the slot's end, NAN without a clock */
    double interarrival_ms;  /* mean, NAN with fewer than one gap */
    double interarrival_max_ms;
    double r, mos;           /* of this slot's loss and late packets with the stream's delay, NAN when not scored */
};

struct vq_min_mean_max {
    double min, mean, max;
    uint64_t n;
};

/* RFC 3611 4.7.2 with Gmin 16, of the losses before the capture point. Lengths are means; NAN: none. */
struct vq_burst_gap {
    unsigned bursts, gaps;
    double burst_density_pct, gap_density_pct;
    double burst_ms, gap_ms; /* NAN also without a packet time */
    double after_last_ms;    /* from the last burst to the end; NAN likewise */
};

/* What cost points of R, each found by adding it to those before it, in this order; together they are `from` less R. */
enum vq_cost { VQ_COST_CODEC, VQ_COST_DELAY, VQ_COST_LOSS, VQ_COST_DISCARD, VQ_COST_BURST, VQ_COST_ADVANTAGE, VQ_COSTS };
const char *vq_cost_name(enum vq_cost c); /* "codec", "delay", ... */

/* The score of ten seconds at a time, each from its own loss; NAN: not scored. */
struct vq_windows {
    int64_t width;                    /* ten seconds, or one slot where slots are wider */
    unsigned n;                       /* side by side */
    double r_min, r_p5, r_p50, r_mean, mos_min, mos_mean;
    double worst_r, worst_mos;        /* the worst ten seconds, wherever they begin ... */
    int64_t worst_ts;                 /* ... which is here */
};

/* What RTCP XR (RFC 3611) says of a stream; the latest report of each kind counts, where not said otherwise. */
struct vq_xr_report {
    bool has_loss;                 /* loss RLE (4.1), all reports together */
    uint32_t loss_received, loss_lost, loss_longest; /* numbers reported on; lost in a row at most */
    uint8_t loss_thinning;         /* one in 2^n numbers is reported on */
    bool has_statistics;           /* 4.6, over the numbers [begin, end) */
    uint16_t statistics_begin, statistics_end;
    double statistics_lost, statistics_duplicates;   /* NAN: not told, like all that follows */
    double statistics_jitter_min_ms, statistics_jitter_mean_ms, statistics_jitter_max_ms, statistics_jitter_dev_ms;
    bool has_voip;                 /* VoIP metrics (4.7): how it sounds at the receiver */
    double loss_pct, discard_pct, burst_density_pct, gap_density_pct;
    double burst_ms, gap_ms, round_trip_ms, end_system_ms;
    double signal_dbm0, noise_dbm0, rerl_db, r, ext_r, mos_lq, mos_cq;
    double gmin, buffer_nominal_ms, buffer_max_ms, buffer_abs_max_ms;
};

/* Where a stream's trouble lies, seen from the capture point. */
enum vq_verdict { VQ_VERDICT_UNKNOWN, VQ_VERDICT_NONE, VQ_VERDICT_BEFORE, VQ_VERDICT_AFTER, VQ_VERDICT_BOTH };
const char *vq_verdict_name(enum vq_verdict v); /* "none", "before_capture", ...; NULL for UNKNOWN */

struct vq_stream {
    uint32_t handle, id;
    uint32_t call;                 /* handle of the call's first leg, 0: none */
    uint32_t leg_call;             /* handle of the leg it belongs to */
    unsigned leg;                  /* and its number, from 1 */
    uint32_t next_in_call;         /* of any leg */
    enum vq_direction direction;
    enum vq_pairing pairing;
    struct vq_endpoint src, dst;
    uint32_t ssrc;
    enum vq_media media;
    const char *codec;             /* RTP name, NULL when the payload type was never announced */
    uint8_t payload_types[8];      /* in order of appearance */
    unsigned n_payload_types;
    uint32_t clock_hz;             /* 0: unknown */
    double ptime_ms;               /* measured from timestamps, NAN when unknown */
    unsigned ptime_declared_ms;    /* a=ptime of the receiver's SDP, 0: none */
    unsigned ptime_max_ms;         /* its a=maxptime (RFC 4566 6), 0: none */
    bool codec_unannounced;        /* the receiver's SDP does not have the payload type */
    bool encrypted;                /* announced as SAVP or DTLS-SRTP */
    bool ended;
    int64_t start, end;            /* first and last packet */
    uint64_t first_frame, last_frame;
    uint64_t packets;              /* RTP packets, duplicates included */
    uint64_t bytes;                /* IP payload bytes as tshark counts RTP: header and payload */
    uint64_t expected, lost;       /* METRICS: lost = expected - distinct, over all segments */
    uint64_t mirror_duplicates;    /* captured twice, sent once: in no other figure */
    uint64_t duplicates, reordered, out_of_range; /* out_of_range: stray sequence numbers, in no other figure */
    uint64_t event_packets, cn_packets;
    uint64_t loss_runs[10];        /* [0]: single losses ... [9]: runs of ten and more */
    double loss_pct;               /* 100 lost / expected */
    double burst_r;                /* >= 1 */
    unsigned longest_loss;         /* packets in a row */
    struct vq_burst_gap bursts;
    unsigned talk_spurts;          /* packets with the marker bit, RFC 3551 4.1 */
    double jitter_mean_ms, jitter_max_ms, jitter_last_ms;
    const char *jitter_why;        /* when the jitter is NAN */
    struct vq_min_mean_max interarrival_ms; /* n = gaps */
    double interarrival_total_ms;
    double delay_variation_ms;     /* mean |D|, as lab reports take jitter */
    struct vq_min_mean_max rtt_ms; /* RTCP, from this point to the stream's receiver and back */
    struct vq_min_mean_max rtt_sender_ms; /* to its sender and back */
    double one_way_ms;
    const char *one_way_source;    /* "rtcp", "declared", "assumed" */
    uint64_t sr, rr, xr;           /* RTCP packets of this stream's sender, reports on it, XR of its sender */
    int64_t reported_lost;         /* last receiver report; VQ_NONE without */
    double reported_fraction_pct, reported_jitter_ms, reported_fraction_max_pct;
    enum vq_verdict verdict;       /* the reports against what was measured here */
    const char *verdict_why;       /* when it is unknown */
    int64_t lost_after;            /* behind the capture point, by the receiver's count; VQ_NONE: cannot be told */
    int64_t missed_here;           /* the receiver has them, the capture does not; VQ_NONE: cannot be told */
    uint64_t unheard;              /* packets that passed here while the receiver's highest number stood still, at most */
    int64_t unheard_ns;            /* and for how long */
    struct vq_xr_report xr_report;
    uint8_t dscp, ttl;             /* of the first packet */
    const char *cname;             /* RTCP SDES CNAME of the sender */
    bool bye;                      /* RTCP BYE seen */

    bool scored;
    const char *score_why;         /* when not scored */
    bool bpl_assumed;              /* no Bpl is published for the codec: G.107's default 4.3 stands in, provisionally */
    const struct vq_impairment *impairment;
    struct vq_emodel_in emodel_in;
    struct vq_emodel_out emodel;
    uint64_t discarded;            /* packets that a fixed buffer of ta_buffer_ms would have dropped; in emodel_in.ppl */
    double enough_ms;              /* the least fixed buffer that would have dropped less than 1 %; NAN: none, or no packet was late */
    double r_best;                 /* of this scale, without codec, delay, loss */
    double lost_points[VQ_COSTS];
    double ta_network_ms, ta_buffer_ms, ta_packetization_ms, ta_lookahead_ms;
    double r, mos, mos_lq;         /* mos is conversational (with delay), mos_lq listening only (Ta = 0) */
    const char *simple_name;
    double simple_r, simple_mos;

    const struct vq_segment *segments;
    uint32_t previous;             /* handle of the stream that it goes on from, 0: none */
    const char *previous_why;      /* "ssrc_change", "source_change", "renegotiated" */
    uint32_t ssrc_collision;       /* handle of a stream of the call with this SSRC at the same time; 0: none */
    uint32_t ports_before;         /* handle of the last stream of another call between the same ports; 0: none */
    struct vq_clark {              /* burst-aware score, ETSI TS 101 329-5 Annex E; NAN and `why`: cannot be given */
        const char *why;
        double ie_burst, ie_gap, ie_av, ie_end; /* Ie,eff inside bursts and gaps, their mean in perception, with recency */
        double since_burst_s;      /* from the last burst to the stream's end; NAN: none */
        double r, mos, r_end, mos_end;
    } clark;
    unsigned n_gaps, gaps_not_kept, n_path_changes, path_changes_not_kept;
    const struct vq_payload_change *payload_changes; /* of the main codec */
    unsigned n_payload_changes, payload_changes_not_kept;
    unsigned n_intervals;
    struct vq_windows windows;
};

bool vq_stream_interval(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_interval *out);
/* The longest of them, in order of time. */
bool vq_stream_gap(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_gap *out);
bool vq_stream_path_change(const struct vq_engine *e, const struct vq_stream *s, unsigned i, struct vq_path_change *out);

/* What a payload type means on the stream, by the SDP of its call or RFC 3551; false when neither tells. */
struct vq_stream_format {
    const char *name;              /* RTP name, not NULL */
    const struct vq_codec *codec;  /* NULL: not in the table */
    uint32_t clock_hz;             /* 0: unknown */
};
bool vq_stream_format(const struct vq_engine *e, uint32_t handle, uint8_t pt, struct vq_stream_format *out);

/* What a de-jitter buffer would have made of a stream. */
struct vq_buffer {
    bool adaptive;
    double size_ms;           /* NAN: adaptive */
    uint64_t late;            /* packets that it would have discarded */
    double discard_pct;       /* of the packets that came */
    double playout_ms;        /* mean time above the least transit */
    double burst_r, r, mos;   /* with its discards and its delay; NAN: not scored */
};

#define VQ_DISCARD_SIZES 14
extern const double vq_discard_sizes_ms[VQ_DISCARD_SIZES];

/* Delay variation and what follows from it. Numbers that cannot be given are NAN, `why` then says why. */
struct vq_playout {
    const char *why;          /* NULL: there are figures */
    uint64_t packets;         /* whose transit time was compared */
    struct vq_percentiles {
        double p50, p95, p99, max;
    } ipdv_ms, pdv_ms;        /* RFC 5481: |IPDV|; PDV above the least transit of some eight seconds */
    double skew_ms;           /* nominal less arrival, where it is greatest: negative when packets fell behind */
    double drift_ppm;         /* > 0: the sender's clock is fast */
    const char *drift_why;
    struct vq_buffer buffers[VQ_BUFFERS_MAX + 2]; /* fixed ones ascending, the adaptive one last */
    unsigned n_buffers;
    double discard_pct[VQ_DISCARD_SIZES];         /* of fixed buffers of vq_discard_sizes_ms */
    double enough_ms;         /* the smallest of these with less than 1 % of discards; NAN: none of them */
};
bool vq_stream_playout(const struct vq_engine *e, const struct vq_stream *s, struct vq_playout *out);

/* What VoIPmonitor would show for the stream, so that people can compare. */
enum { VQ_VOIPMONITOR_F1, VQ_VOIPMONITOR_F2, VQ_VOIPMONITOR_ADAPTIVE, VQ_VOIPMONITOR_BUFFERS };
struct vq_voipmonitor {
    const char *why;          /* why there is no MOS; NULL: there is */
    uint64_t packets, lost;   /* by its count: without the first two, and late ones are lost all the same */
    double loss_pct;          /* NAN: none */
    unsigned intervals;       /* of some ten seconds that it scored */
    struct vq_voipmonitor_mos {
        double min, mean;     /* over the intervals; NAN: none */
        double min_to_end, mean_to_end; /* with the end behind the last of them, as where it saves graphs */
        uint64_t lost;        /* frames missing at the buffer's output */
    } by[VQ_VOIPMONITOR_BUFFERS];
};
/* False: not asked for (vq_options.voipmonitor), or no such stream. */
bool vq_stream_voipmonitor(const struct vq_engine *e, const struct vq_stream *s, struct vq_voipmonitor *out);

#endif
