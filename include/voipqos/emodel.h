/* emodel.h - the E-model: ITU-T G.107 (06/2015), and the simplified forms that lab reports use.
 *
 * Delays are milliseconds one way, loss `ppl` is percent, as in the Recommendation. Numbers in, numbers out: no state,
 * no errors; inputs outside the permitted range of G.107 Table 1 are computed all the same and flagged by
 * vq_emodel_out_of_range(). */
#ifndef VOIPQOS_EMODEL_H
#define VOIPQOS_EMODEL_H

#include <voipqos/codec.h>

/* G.107 Table 1/2: the names are the Recommendation's own. */
struct vq_emodel_in {
    double slr, rlr;          /* dB, 8 / 2 */
    double stmr, lstr;        /* dB, 15 / 18 */
    double ds, dr;            /* 3 / 3 */
    double telr, wepl;        /* dB, 65 / 110 */
    double t, tr, ta;         /* ms, 0 / 0 / 0; for a packet probe T = Ta, Tr = 2 Ta */
    double qdu;               /* 1 */
    double ie, bpl;           /* 0 / 4.3 */
    double ppl;               /* percent, 0 */
    double burst_r;           /* 1; values below 1 are taken as 1 */
    double nc, nfor;          /* dBm0p / dBmp, -70 / -64 */
    double ps, pr;            /* dB(A), 35 / 35 */
    double a;                 /* advantage factor, 0 */
    double st, mt;            /* delay sensitivity, 1 / 100 ms */
};

struct vq_emodel_out {
    double nos, nor, nfo, no, ro;        /* 7.2 */
    double iolr, ist, iq, is;            /* 7.3 */
    double idte, idle, idd, id;          /* 7.4 */
    double ie_eff;                       /* 7.5 */
    double r;                            /* 7-1 */
    double mos, gob_pct, pow_pct, tme_pct; /* Annex B */
};

void vq_emodel_defaults(struct vq_emodel_in *in);
/* Sets Ta, T = Ta and Tr = 2 Ta, the rule for a packet probe. */
void vq_emodel_set_delay(struct vq_emodel_in *in, double ta_ms);
void vq_emodel_g107(const struct vq_emodel_in *in, struct vq_emodel_out *out);
/* Equation 7-1 once more for another Ie, Bpl, Ppl, BurstR or A: the terms that do not depend on them (Ro, Is, Id) stand in
 * `out` already, from a call with otherwise equal input. Sets ie_eff, r and mos; gob_pct, pow_pct and tme_pct it leaves. */
void vq_emodel_rescore(const struct vq_emodel_in *in, struct vq_emodel_out *out);
/* The same on the scale of a codec: G.107 for NB (and NONE), G.107.1 for WB, G.107.2 for FB. Of the latter two, only delay, Ie,
 * Bpl and Ppl are looked at; terms that they do not have are NAN. R of one scale is never compared with that of another;
 * R / span is what G.109's words were made for. */
void vq_emodel_on(enum vq_scale scale, const struct vq_emodel_in *in, struct vq_emodel_out *out);
void vq_emodel_rescore_on(enum vq_scale scale, const struct vq_emodel_in *in, struct vq_emodel_out *out);
double vq_emodel_span(enum vq_scale scale); /* 1, 1.29, 1.48 */
/* Name of the first parameter outside the permitted range of Table 2 ("Ppl"), or NULL. */
const char *vq_emodel_out_of_range(const struct vq_emodel_in *in);

/* G.107 Annex B and Appendix I. vq_emodel_mos() is clamped to 1 below R = 6.5153. */
double vq_emodel_mos(double r);
double vq_emodel_r_of_mos(double mos); /* 1 <= mos <= 4.5 */
double vq_emodel_gob(double r);
double vq_emodel_pow(double r);
double vq_emodel_tme(double r);
/* BurstR of G.107 7.5 from the mean loss-run length and the loss fraction; >= 1. */
double vq_emodel_burst_r(double mean_run, double loss_fraction);

/* Simplified models (Cole & Rosenbluth, ACM CCR 31(2) 2001, and presets of lab reports):
 * R = r0 - 0.024 d - 0.11 (d - 177.3) H(d - 177.3) - g1 - g2 ln(1 + g3 e). */
struct vq_simple_model {
    const char *name;      /* "cole-rosenbluth-g711", "lab-voice", "lab-video", ... */
    double r0, g1, g2, g3;
    bool standard;         /* false: a preset that no publication backs; label it so */
    const char *source;
};
size_t vq_simple_count(void);
const struct vq_simple_model *vq_simple_at(size_t i);
const struct vq_simple_model *vq_simple_by_name(const char *name); /* NULL when unknown */
/* d: mouth-to-ear delay in ms; e: loss as a fraction 0..1. */
double vq_simple_r(const struct vq_simple_model *m, double d_ms, double e);

#endif
