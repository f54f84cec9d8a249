/* emodel_wide.c - the wideband and fullband E-models, ITU-T G.107.1 (06/2019 with Cor. 1 01/2020) and G.107.2 (06/2019), as
 * far as delay and loss go: Is and A are 0 in both, neither has BurstR, and each has a scale of its own. */
#include <voipqos/emodel.h>

#include <math.h>

/* What the two differ in. NB stands there so that callers need not tell scales apart. */
static const struct scale {
    double span;    /* R of the scale over R of the narrowband one; MOS is Annex B's of R / span */
    double ro;
    double ceiling; /* of Ie,eff */
} scales[] = {
    [VQ_SCALE_NB] = {1, 0, 95},
    [VQ_SCALE_WB] = {1.29, 129, 95},
    [VQ_SCALE_FB] = {1.48, 148, 132},
};

double vq_emodel_span(enum vq_scale scale)
{
    return scale == VQ_SCALE_NONE ? 1 : scales[scale].span;
}

/* G.107.1 7.4: talker echo. Roe is 129 as in Cor. 1. */
static double talker_echo_wb(const struct vq_emodel_in *in)
{
    if (in->t < 1)
        return 0;
    double k = in->t < 100 ? 0.08 * in->t + 10 : 18;
    double terv = in->telr + k - 40 * log10((1 + in->t / 10) / (1 + in->t / 150)) + 6 * exp(-0.3 * in->t * in->t);
    double half = (scales[VQ_SCALE_WB].ro - (80 + 3 * (terv - 14))) / 2;
    return (half + sqrt(half * half + 100) - 1) * (1 - exp(-in->t));
}

static double listener_echo_wb(const struct vq_emodel_in *in)
{
    double rle = 10.5 * (in->wepl + 7) * pow(in->tr + 1, -0.25);
    double half = (scales[VQ_SCALE_WB].ro - rle) / 2;
    return half + sqrt(half * half + 169);
}

void vq_emodel_rescore_on(enum vq_scale scale, const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    if (scale != VQ_SCALE_WB && scale != VQ_SCALE_FB) {
        vq_emodel_rescore(in, out);
        return;
    }
    const struct scale *s = &scales[scale];
    out->ie_eff = in->ppl > 0 ? in->ie + (s->ceiling - in->ie) * in->ppl / (in->ppl + in->bpl) : in->ie;
    out->r = out->ro - out->id - out->ie_eff;
    out->mos = vq_emodel_mos(out->r / s->span);
}

void vq_emodel_on(enum vq_scale scale, const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    struct vq_emodel_out nb;
    vq_emodel_g107(in, &nb);
    if (scale != VQ_SCALE_WB && scale != VQ_SCALE_FB) {
        *out = nb;
        return;
    }
    const struct scale *s = &scales[scale];
    const double none = (double)NAN;
    *out = (struct vq_emodel_out){
        .nos = none, .nor = none, .nfo = none, .no = none, .ro = s->ro, .iolr = none, .ist = none, .iq = none, .is = 0,
        .idd = s->span * nb.idd, .gob_pct = none, .pow_pct = none, .tme_pct = none,
    };
    out->idte = scale == VQ_SCALE_WB ? talker_echo_wb(in) : 0;
    out->idle = scale == VQ_SCALE_WB ? listener_echo_wb(in) : 0;
    out->id = out->idte + out->idle + out->idd;
    vq_emodel_rescore_on(scale, in, out);
}
