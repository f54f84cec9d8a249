/* clark.h - the burst-aware E-model of ETSI TS 101 329-5 Annex E (A. Clark): listeners notice a change of quality late, and
 * remember the end of a call best. */
#ifndef VQ_METRICS_CLARK_H
#define VQ_METRICS_CLARK_H

struct vq_clark_in {
    double ie, bpl;             /* of the codec, narrowband */
    double burst_ppl, gap_ppl;  /* percent lost inside bursts and inside gaps */
    double burst_s, gap_s;      /* their mean lengths; 0: there is none */
    double since_s;             /* from the end of the last burst to the end; NAN: no burst */
};

struct vq_clark_out {
    double ie_burst, ie_gap; /* Ie,eff at the two densities; NAN where there is no burst or gap */
    double ie_av;            /* averaged as it is perceived */
    double ie_end;           /* with recency */
};

void vq_clark(const struct vq_clark_in *in, struct vq_clark_out *out);

#endif
