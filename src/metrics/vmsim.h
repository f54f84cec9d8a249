/* vmsim.h - what VoIPmonitor would say of a stream: its MOS F1, F2 and adaptive, its packets and its loss.
 *
 * Not a better score but a way to compare: the rules are those of its sniffer, whole milliseconds and oddities included. A
 * frame is asked of each buffer (vm_buffer.h) once per packet time, though only when a packet arrives. What yields none
 * makes a run; the run counts when the next frame is played, unless that one is marked or its number follows while its
 * timestamp leapt. Every ten seconds and twenty packets the runs become a MOS of its own polynomial, in tenths. */
#ifndef VQ_METRICS_VMSIM_H
#define VQ_METRICS_VMSIM_H

#include "metrics/vm_buffer.h"

enum vq_vm_kind { VQ_VM_VOICE, VQ_VM_COMFORT_NOISE, VQ_VM_EVENT };

struct vq_vm_packet {
    int64_t ts;          /* arrival, ns */
    uint32_t rtp;        /* timestamp */
    uint32_t ms;         /* of speech, as far as the payload's length tells, else 0 ... */
    uint16_t seq;
    bool at_once;        /* ... and it is believed from the first packet on */
    bool marker;
    uint8_t kind;        /* enum vq_vm_kind */
};

enum { VQ_VM_F1, VQ_VM_F2, VQ_VM_ADAPTIVE, VQ_VM_BUFFERS };

/* One of the three. Runs and losses since the last score. */
struct vq_vm_score {
    unsigned burst;              /* what has been missing since the last frame */
    uint16_t last_seq;
    int64_t last_sent;
    uint32_t lost, runs;
    uint64_t lost_all;
    uint8_t least;               /* MOS in tenths; 0: none yet */
    uint64_t sum;                /* of MOS in tenths and seconds */
};

struct vq_vmsim {
    uint32_t ticks_per_ms;
    struct vq_vm_fixed fixed[2];
    struct vq_vm_adaptive adaptive;
    struct vq_vm_score score[VQ_VM_BUFFERS];
    bool created;                /* the buffers hold something */
    int64_t base_us, tick_us;    /* when they were made; when a frame was asked for last */

    uint32_t ms, ms_before;      /* packet time, 0: not known */
    uint8_t ms_votes, ms_changes;

    bool started, marked, lately_event, lately_noise; /* what the last packet was */
    uint16_t last_seq;
    uint32_t last_rtp, timestamp; /* of the last packet; of the last that counted, for pauses */
    int64_t last_us, voice_ts;
    bool last_rtp_known;

    uint8_t probation;           /* RFC 3550 A.1, and what it counts */
    uint32_t base_seq, max_seq, bad_seq;
    int64_t cycles, received, lost_before, lost;
    uint32_t packets, packets_scored;

    int64_t scored_s;            /* second of the last score */
    uint32_t wait;               /* packets until the next */
    uint32_t intervals;
    uint64_t seconds;            /* that the intervals cover */
};

struct vq_vm_result {
    uint32_t packets;
    int64_t lost;
    double loss_pct;
    uint32_t intervals;          /* scored; 0: the stream is too short, and no MOS is given */
    struct vq_vm_mos {
        double min, mean;        /* NAN: none */
        double min_to_end, mean_to_end; /* with the end after the last interval: where graphs are saved */
        uint64_t lost;           /* frames that the buffer had to make up for, as far as they count */
    } mos[VQ_VM_BUFFERS];
};

void vq_vmsim_init(struct vq_vmsim *v, uint32_t clock_hz);
/* In order of arrival, copies of the capture left out. */
void vq_vmsim_packet(struct vq_vmsim *v, const struct vq_vm_packet *p);
void vq_vmsim_result(const struct vq_vmsim *v, struct vq_vm_result *out);

/* Its MOS of `lost` frames in `runs` runs out of `received` packets, in tenths. */
unsigned vq_vm_mos(uint32_t lost, uint32_t runs, uint32_t received);

#endif
