/* emodel.c - the narrowband E-model of ITU-T G.107 (06/2015): from transmission parameters to R and from R to MOS. */
#include <voipqos/emodel.h>

#include <float.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
/* Zero of the Annex B polynomial minus 1: R = 80 - sqrt(5400). Below it the polynomial falls under MOS 1. */
#define R_OF_MOS_1 6.515307716504651

/* The permitted ranges of G.107 Table 2. Nfor has none there; sT and mT only have to be positive to be computable. */
static const struct range {
    const char *name;
    size_t at;
    double min, max;
} ranges[] = {
#define AT(member) offsetof(struct vq_emodel_in, member)
    {"SLR", AT(slr), 0, 18},
    {"RLR", AT(rlr), -5, 14},
    {"STMR", AT(stmr), 10, 20},
    {"LSTR", AT(lstr), 13, 23},
    {"Ds", AT(ds), -3, 3},
    {"Dr", AT(dr), -3, 3},
    {"TELR", AT(telr), 5, 65},
    {"WEPL", AT(wepl), 5, 110},
    {"T", AT(t), 0, 500},
    {"Tr", AT(tr), 0, 1000},
    {"Ta", AT(ta), 0, 500},
    {"qdu", AT(qdu), 1, 14},
    {"Ie", AT(ie), 0, 40},
    {"Bpl", AT(bpl), 4.3, 40},
    {"Ppl", AT(ppl), 0, 20},
    {"BurstR", AT(burst_r), 1, 8},
    {"Nc", AT(nc), -80, -40},
    {"Ps", AT(ps), 35, 85},
    {"Pr", AT(pr), 35, 85},
    {"A", AT(a), 0, 20},
    {"sT", AT(st), DBL_MIN, DBL_MAX},
    {"mT", AT(mt), DBL_MIN, DBL_MAX},
#undef AT
};

/* G.107 Table 2, column "default value"; Bpl is 4.3 since the 2011 edition (1 before). */
void vq_emodel_defaults(struct vq_emodel_in *in)
{
    *in = (struct vq_emodel_in){
        .slr = 8, .rlr = 2, .stmr = 15, .lstr = 18, .ds = 3, .dr = 3, .telr = 65, .wepl = 110,
        .t = 0, .tr = 0, .ta = 0, .qdu = 1, .ie = 0, .bpl = 4.3, .ppl = 0, .burst_r = 1,
        .nc = -70, .nfor = -64, .ps = 35, .pr = 35, .a = 0, .st = 1, .mt = 100,
    };
}

void vq_emodel_set_delay(struct vq_emodel_in *in, double ta_ms)
{
    in->ta = ta_ms;
    in->t = ta_ms;
    in->tr = 2 * ta_ms;
}

const char *vq_emodel_out_of_range(const struct vq_emodel_in *in)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        double v;
        memcpy(&v, (const char *)in + ranges[i].at, sizeof v);
        if (!(v >= ranges[i].min && v <= ranges[i].max)) /* so that a NAN is out of range too */
            return ranges[i].name;
    }
    return NULL;
}

static double from_db(double db)
{
    return pow(10, db / 10);
}

static double to_db(double power)
{
    return 10 * log10(power);
}

/* The smooth knee (1 + x^n)^(1/n) that several clauses use. */
static double knee(double x, double n)
{
    return pow(1 + pow(x, n), 1 / n);
}

/* 7.2: basic signal-to-noise ratio. */
static void signal_to_noise(const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    double olr = in->slr + in->rlr;
    double room = in->ps - olr - in->ds - 14;
    out->nos = in->ps - in->slr - in->ds - 100 + 0.004 * room * room;
    double pre = in->pr + to_db(1 + from_db(10 - in->lstr));
    out->nor = in->rlr - 121 + pre + 0.008 * (pre - 35) * (pre - 35);
    out->nfo = in->nfor + in->rlr;
    out->no = to_db(from_db(in->nc) + from_db(out->nos) + from_db(out->nor) + from_db(out->nfo));
    out->ro = 15 - 1.5 * (in->slr + out->no);
}

/* 7.3: impairments that come with the voice signal - too loud, sidetone, quantizing. */
static void simultaneous(const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    double xolr = in->slr + in->rlr + 0.2 * (64 + out->no - in->rlr);
    out->iolr = 20 * (knee(xolr / 8, 8) - xolr / 8);

    double stmro = -to_db(from_db(-in->stmr) + exp(-in->t / 4) * from_db(-in->telr));
    out->ist = 12 * knee((stmro - 13) / 6, 8) - 28 * knee((stmro + 1) / 19.4, 35) -
               13 * knee((stmro - 3) / 33, 13) + 29;

    double q = 37 - 15 * log10(in->qdu);
    double g = 1.07 + 0.258 * q + 0.0602 * q * q;
    double y = (out->ro - 100) / 15 + 46 / 8.4 - g / 9;
    double z = 46.0 / 30 - g / 40;
    out->iq = 15 * log10(1 + pow(10, y) + pow(10, z));

    out->is = out->iolr + out->ist + out->iq;
}

/* 7.4: talker echo. */
static double talker_echo(const struct vq_emodel_in *in, const struct vq_emodel_out *out)
{
    double idte = 0;
    if (!(in->t < 1)) { /* below 1 ms an echo is heard as sidetone, which Ist holds */
        double terv = in->telr - 40 * log10((1 + in->t / 10) / (1 + in->t / 150)) + 6 * exp(-0.3 * in->t * in->t);
        if (in->stmr < 9)
            terv += out->ist / 2;
        double roe = -1.5 * (out->no - in->rlr);
        double re = 80 + 2.5 * (terv - 14);
        double half = (roe - re) / 2;
        idte = (half + sqrt(half * half + 100) - 1) * (1 - exp(-in->t));
    }
    return in->stmr > 20 ? sqrt(idte * idte + out->ist * out->ist) : idte;
}

/* 7.4: impairments that come later than the voice signal - echo and delay. */
static void delayed(const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    out->idte = talker_echo(in, out);

    double rle = 10.5 * (in->wepl + 7) * pow(in->tr + 1, -0.25);
    double half = (out->ro - rle) / 2;
    out->idle = half + sqrt(half * half + 169);

    out->idd = 0;
    if (!(in->ta <= in->mt)) {
        double x = log2(in->ta / in->mt), n = 6 * in->st;
        out->idd = 25 * (knee(x, n) - 3 * knee(x / 3, n) + 2);
    }
    out->id = out->idte + out->idle + out->idd;
}

/* 7.5: the equipment with its losses. Without loss Bpl plays no part, so that an unknown one (NAN) does no harm. */
static double equipment(const struct vq_emodel_in *in)
{
    if (in->ppl <= 0)
        return in->ie;
    double burst_r = in->burst_r < 1 ? 1 : in->burst_r;
    return in->ie + (95 - in->ie) * in->ppl / (in->ppl / burst_r + in->bpl);
}

void vq_emodel_g107(const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    struct vq_emodel_out o;
    signal_to_noise(in, &o);
    simultaneous(in, &o);
    delayed(in, &o);
    vq_emodel_rescore(in, &o);
    o.gob_pct = vq_emodel_gob(o.r);
    o.pow_pct = vq_emodel_pow(o.r);
    o.tme_pct = vq_emodel_tme(o.r);
    *out = o;
}

void vq_emodel_rescore(const struct vq_emodel_in *in, struct vq_emodel_out *out)
{
    out->ie_eff = equipment(in);
    out->r = out->ro - out->is - out->id - out->ie_eff + in->a; /* 7-1 */
    out->mos = vq_emodel_mos(out->r);
}

/* Annex B, (B-4), made 1 where the printed polynomial would fall below the end of the scale. */
double vq_emodel_mos(double r)
{
    if (r <= R_OF_MOS_1)
        return 1;
    if (r >= 100)
        return 4.5;
    return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
}

/* Appendix I: the polynomial solved for R. */
double vq_emodel_r_of_mos(double mos)
{
    double m = mos < 1 ? 1 : mos > 4.5 ? 4.5 : mos;
    double h = atan2(15 * sqrt(-903522 + 1113960 * m - 202500 * m * m), 18566 - 6750 * m) / 3;
    return 20.0 / 3 * (8 - sqrt(226) * cos(h + PI / 3));
}

/* Percentage under the normal distribution up to x. */
static double percent_below(double x)
{
    return 50 * erfc(-x / sqrt(2));
}

/* Annex B, (B-1) to (B-3): users who find it good or better, poor or worse, and who terminate early. */
double vq_emodel_gob(double r)
{
    return percent_below((r - 60) / 16);
}

double vq_emodel_pow(double r)
{
    return percent_below((45 - r) / 16);
}

double vq_emodel_tme(double r)
{
    return percent_below((36 - r) / 16);
}

/* 7.5: runs under random loss are 1/(1 - p) long on average; shorter ones than that count as random. */
double vq_emodel_burst_r(double mean_run, double loss_fraction)
{
    double b = mean_run * (1 - loss_fraction);
    return b > 1 ? b : 1;
}
