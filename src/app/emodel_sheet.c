/* emodel_sheet.c - writes a worked E-model: formulas with their numbers put in, or JSON. */
#include "app/emodel_sheet.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct scale {
    const char *standard, *band, *mos;
    double ceiling; /* of Ie,eff */
} scales[] = {
    [VQ_SCALE_NB] = {"ITU-T G.107 (06/2015)", "narrowband", "MOS-CQEN", 95},
    [VQ_SCALE_WB] = {"ITU-T G.107.1 (06/2019)", "wideband", "MOS-CQEW", 95},
    [VQ_SCALE_FB] = {"ITU-T G.107.2 (06/2019)", "fullband", "MOS-CQEF", 132},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

void emodel_sheet_note(struct emodel_sheet *s, const char *fmt, ...)
{
    if (s->n_notes == EMODEL_NOTES)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s->notes[s->n_notes], sizeof s->notes[0], fmt, ap);
    va_end(ap);
    s->n_notes++;
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

/* A number as it stands inside a sum: four decimals, a negative one in parentheses. */
static const char *put(char text[32], double v)
{
    char digits[30];
    snprintf(digits, sizeof digits, "%.4f", v);
    const char *d = digits;
    bool zero = strspn(digits, "-0.") == strlen(digits);
    if (zero && *d == '-')
        d++;
    snprintf(text, 32, *d == '-' ? "(%s)" : "%s", d);
    return text;
}

#define N(v) put((char[32]){0}, (v))

static void print_given(const struct emodel_sheet *s)
{
    const struct vq_emodel_in *in = &s->in;
    printf("Given\n");
    if (s->row)
        printf("  Codec        %s [%s] %s\n", s->row->name, vq_fact_name(s->row->fact), s->row->source);
    printf("  Equipment    Ie = %g (%s), ", in->ie, s->ie_from);
    if (isnan(in->bpl))
        printf("Bpl: none published, not needed without loss\n");
    else
        printf("Bpl = %g (%s)\n", in->bpl, s->bpl_from);
    if (s->scale == VQ_SCALE_NB)
        printf("  Packet loss  Ppl = %g %%, BurstR = %g\n", in->ppl, in->burst_r);
    else
        printf("  Packet loss  Ppl = %g %%\n", in->ppl);
    if (s->buffer_ms > 0)
        printf("  Delay        Ta = %g + %g (de-jitter buffer) = %g ms one way", s->delay_ms, s->buffer_ms, in->ta);
    else
        printf("  Delay        Ta = %g ms one way", in->ta);
    printf("; T = Ta, Tr = 2 Ta = %g ms\n", in->tr);
    printf("  Sensitivity  class \"%s\": sT = %g, mT = %g ms\n", s->class, in->st, in->mt);
    if (s->scale != VQ_SCALE_NB) {
        printf(s->scale == VQ_SCALE_WB ? "  G.107.1 defaults: TELR %g, WEPL %g\n\n" : "\n", in->telr, in->wepl);
        return;
    }
    printf("  Advantage    A = %g\n", in->a);
    printf("  G.107 defaults: SLR %g, RLR %g, STMR %g, LSTR %g, Ds %g, Dr %g, TELR %g, WEPL %g, qdu %g,\n"
           "               Nc %g, Nfor %g, Ps %g, Pr %g\n\n",
           in->slr, in->rlr, in->stmr, in->lstr, in->ds, in->dr, in->telr, in->wepl, in->qdu, in->nc, in->nfor, in->ps,
           in->pr);
}

static void print_ro_is(const struct emodel_sheet *s)
{
    const struct vq_emodel_in *in = &s->in;
    const struct vq_emodel_out *o = &s->out;
    double olr = in->slr + in->rlr;
    printf("Ro: signal to noise (G.107 clause 7.2)\n");
    printf("  Nos = Ps - SLR - Ds - 100 + 0.004 (Ps - OLR - Ds - 14)^2, OLR = SLR + RLR\n"
           "      = %g - %g - %g - 100 + 0.004 (%g - %g - %g - 14)^2 = %.4f   room noise, sender\n",
           in->ps, in->slr, in->ds, in->ps, olr, in->ds, o->nos);
    printf("  Nor = RLR - 121 + Pre + 0.008 (Pre - 35)^2, Pre = Pr + 10 lg(1 + 10^((10 - LSTR)/10))\n"
           "      = %.4f   room noise, receiver\n",
           o->nor);
    printf("  Nfo = Nfor + RLR = %g + %g = %g   noise floor\n", in->nfor, in->rlr, o->nfo);
    printf("  No  = 10 lg(10^(Nc/10) + 10^(Nos/10) + 10^(Nor/10) + 10^(Nfo/10))\n"
           "      = 10 lg(10^%.4f + 10^%.4f + 10^%.4f + 10^%.4f) = %.4f\n",
           in->nc / 10, o->nos / 10, o->nor / 10, o->nfo / 10, o->no);
    printf("  Ro  = 15 - 1.5 (SLR + No) = 15 - 1.5 (%g + %s) = %.4f\n\n", in->slr, N(o->no), o->ro);

    printf("Is: what comes with the voice (clause 7.3)\n");
    printf("  Iolr = %.4f (too loud)   Ist = %.4f (sidetone)   Iq = %.4f (quantizing)\n", o->iolr, o->ist, o->iq);
    printf("  Is  = Iolr + Ist + Iq = %s + %s + %s = %.4f\n\n", N(o->iolr), N(o->ist), N(o->iq), o->is);
}

static void print_idd(const char *name, const struct vq_emodel_in *in, double idd)
{
    if (in->ta <= in->mt) {
        printf("  %s = 0, because Ta = %g ms <= mT = %g ms\n", name, in->ta, in->mt);
        return;
    }
    double x = log2(in->ta / in->mt), n = 6 * in->st;
    printf("  %s = 25 ((1 + X^(6 sT))^(1/(6 sT)) - 3 (1 + (X/3)^(6 sT))^(1/(6 sT)) + 2), X = lg(Ta/mT) / lg 2\n"
           "    X = lg(%g/%g) / lg 2 = %.4f\n"
           "      = 25 ((1 + %.4f^%g)^(1/%g) - 3 (1 + %.4f^%g)^(1/%g) + 2) = %.4f\n",
           name, in->ta, in->mt, x, x, n, n, x / 3, n, n, idd);
}

static void print_id(const struct emodel_sheet *s)
{
    const struct vq_emodel_in *in = &s->in;
    const struct vq_emodel_out *o = &s->out;
    printf("Id: what comes with the delay (clause 7.4)\n");
    printf("  Idte = %.4f (talker echo, T = %g ms)   Idle = %.4f (listener echo, Tr = %g ms)\n",
           o->idte, in->t, o->idle, in->tr);
    print_idd("Idd", in, o->idd);
    printf("  Id  = Idte + Idle + Idd = %s + %s + %s = %.4f\n\n", N(o->idte), N(o->idle), N(o->idd), o->id);
}

/* G.107.1 7.4 with Roe = 129 (Cor. 1); G.107.2 (2019) has no echo. */
static void print_id_wide(const struct emodel_sheet *s)
{
    const struct vq_emodel_in *in = &s->in;
    const struct vq_emodel_out *o = &s->out;
    double span = vq_emodel_span(s->scale);
    printf("Id: what comes with the delay\n");
    if (s->scale == VQ_SCALE_WB && in->t >= 1) {
        double k = in->t < 100 ? 0.08 * in->t + 10 : 18;
        double terv = in->telr + k - 40 * log10((1 + in->t / 10) / (1 + in->t / 150)) + 6 * exp(-0.3 * in->t * in->t);
        printf("  TERV = TELR + K - 40 lg((1 + T/10)/(1 + T/150)) + 6 e^(-0.3 T^2), K = %s\n"
               "       = %g + %g - 40 lg((1 + %g/10)/(1 + %g/150)) + 6 e^(-0.3 x %g^2) = %.4f\n"
               "  Re   = 80 + 3 (TERV - 14) = %.4f\n"
               "  Idte = ((129 - Re)/2 + sqrt((129 - Re)^2/4 + 100) - 1) (1 - e^-T) = %.4f   talker echo\n",
               in->t < 100 ? "0.08 T + 10" : "18", in->telr, k, in->t, in->t, in->t, terv, 80 + 3 * (terv - 14), o->idte);
    } else if (s->scale == VQ_SCALE_WB) {
        printf("  Idte = 0, because T = %g ms < 1 ms   talker echo\n", in->t);
    }
    if (s->scale == VQ_SCALE_WB) {
        double rle = 10.5 * (in->wepl + 7) * pow(in->tr + 1, -0.25);
        printf("  Rle  = 10.5 (WEPL + 7) (Tr + 1)^(-1/4) = 10.5 x %g x %g^(-1/4) = %.4f\n"
               "  Idle = (129 - Rle)/2 + sqrt((129 - Rle)^2/4 + 169) = %.4f   listener echo\n",
               in->wepl + 7, in->tr + 1, rle, o->idle);
    }
    print_idd("Idd of G.107", in, o->idd / span);
    printf("  Idd  = %g x %s = %.4f\n", span, N(o->idd / span), o->idd);
    if (s->scale == VQ_SCALE_WB)
        printf("  Id   = Idte + Idle + Idd = %s + %s + %s = %.4f\n\n", N(o->idte), N(o->idle), N(o->idd), o->id);
    else
        printf("  Id   = Idd = %.4f; echo has no term in this Recommendation\n\n", o->id);
}

static void print_ie_eff(const struct emodel_sheet *s)
{
    const struct vq_emodel_in *in = &s->in;
    bool wide = s->scale != VQ_SCALE_NB;
    double top = scales[s->scale].ceiling;
    printf(wide ? "Ie,eff: codec and loss\n" : "Ie,eff: codec and loss (clause 7.5)\n");
    printf("  Ie,eff = Ie + (%g - Ie) Ppl / (%s + Bpl)\n", top, wide ? "Ppl" : "Ppl/BurstR");
    if (wide && in->ppl > 0)
        printf("         = %g + (%g - %g) x %g / (%g + %g) = %.4f\n\n", in->ie, top, in->ie, in->ppl, in->ppl, in->bpl,
               s->out.ie_eff);
    else if (in->ppl > 0)
        printf("         = %g + (95 - %g) x %g / (%g/%g + %g) = %.4f\n\n", in->ie, in->ie, in->ppl, in->ppl,
               in->burst_r, in->bpl, s->out.ie_eff);
    else
        printf("         = Ie = %g, because Ppl = 0\n\n", in->ie);
}

static void print_mos(const char *indent, double r, double mos)
{
    if (r > 100 || mos <= 1)
        printf("%sMOS = %.4f: the end of the scale for R %s\n", indent, mos, r > 100 ? "> 100" : "<= 6.5153");
    else
        printf("%sMOS = 1 + 0.035 R + R (R - 60) (100 - R) 7e-6\n"
               "%s    = 1 + 0.035 x %.4f + %.4f x (%.4f - 60) x (100 - %.4f) x 7e-6 = %.4f\n",
               indent, indent, r, r, r, r, mos);
}

static void print_simple(const struct emodel_sheet *s)
{
    const struct vq_simple_model *m = s->simple;
    double d = s->in.ta, e = s->in.ppl / 100, over = d > 177.3 ? d - 177.3 : 0;
    printf("\nSimplified E-model \"%s\"%s\n  %s\n", m->name, m->standard ? "" : " - NOT A STANDARD", m->source);
    printf("  Id  = 0.024 d + 0.11 (d - 177.3) H(d - 177.3) = 0.024 x %g + 0.11 x %g = %.5f\n", d, over,
           0.024 * d + 0.11 * over);
    printf("  Ie  = g1 + g2 ln(1 + g3 e) = %g + %g ln(1 + %g x %g) = %.5f\n", m->g1, m->g2, m->g3, e,
           m->g1 + m->g2 * log(1 + m->g3 * e));
    printf("  R   = %g - Id - Ie = %.5f\n", m->r0, s->simple_r);
    print_mos("  ", s->simple_r, s->simple_mos);
}

/* Only delay and loss are known here, so that the mean is theirs. */
static double tiphon_mean(const struct emodel_sheet *s)
{
    return (vq_tiphon_delay(s->in.ta) + vq_tiphon_loss(s->in.ppl, s->tiphon_loss)) / 2.0;
}

static const char *loss_reading(const struct emodel_sheet *s)
{
    return s->tiphon_loss == VQ_TIPHON_BAND ? "band" : "point";
}

static void print_rating(const struct emodel_sheet *s)
{
    if (s->rating == VQ_RATING_ITU) {
        printf("Rating: %s (ITU-T G.109, by R); delay %s (ITU-T G.114)\n", vq_rating_g109(s->out.r / vq_emodel_span(s->scale)),
               vq_rating_g114(s->in.ta));
        return;
    }
    int delay = vq_tiphon_delay(s->in.ta), loss = vq_tiphon_loss(s->in.ppl, s->tiphon_loss);
    printf("Rating (TIPHON TR 101 329, loss read by %s): delay %d %s, loss %d %s; mean of these two %g %s\n",
           loss_reading(s), delay, vq_tiphon_name(delay), loss, vq_tiphon_name(loss), tiphon_mean(s),
           vq_tiphon_mean_name(tiphon_mean(s)));
}

static void print_narrow(const struct emodel_sheet *s)
{
    const struct vq_emodel_out *o = &s->out;
    printf("  R = Ro - Is - Id - Ie,eff + A   (7-1)\n\n");
    print_given(s);
    print_ro_is(s);
    print_id(s);
    print_ie_eff(s);
    printf("Result\n");
    printf("  R   = %s - %s - %s - %s + %s = %.4f\n", N(o->ro), N(o->is), N(o->id), N(o->ie_eff), N(s->in.a), o->r);
    printf("  (Annex B)\n");
    print_mos("  ", o->r, o->mos);
    printf("  good or better (GoB) %.1f %%, poor or worse (PoW) %.1f %%, terminate early (TME) %.1f %%\n\n", o->gob_pct,
           o->pow_pct, o->tme_pct);
}

static void print_wide(const struct emodel_sheet *s)
{
    const struct vq_emodel_out *o = &s->out;
    double span = vq_emodel_span(s->scale);
    printf("  R = Ro - Is - Id - Ie,eff + A, Ro = %g, Is = 0, A = 0\n\n", o->ro);
    print_given(s);
    print_id_wide(s);
    print_ie_eff(s);
    printf("Result\n");
    printf("  R   = %g - %s - %s = %.4f on the %s scale\n", o->ro, N(o->id), N(o->ie_eff), o->r, vq_scale_name(s->scale));
    printf("  (G.107 Annex B at R/%g = %.4f)\n", span, o->r / span);
    print_mos("  ", o->r / span, o->mos);
    printf("\n");
}

void emodel_sheet_text(const struct emodel_sheet *s)
{
    const struct vq_emodel_out *o = &s->out;
    const struct scale *sc = &scales[s->scale];
    printf("E-model, %s, %s\n\n", sc->standard, sc->band);
    if (s->scale == VQ_SCALE_NB)
        print_narrow(s);
    else
        print_wide(s);
    printf("R = %.2f, MOS = %.2f (%s: estimated, conversational, %s)\n", o->r, o->mos, sc->mos, sc->band);
    print_rating(s);
    if (s->simple)
        print_simple(s);
    if (s->n_notes)
        printf("\nNotes\n");
    for (unsigned i = 0; i < s->n_notes; i++)
        printf("  - %s\n", s->notes[i]);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

/* Every string here comes from the program's own tables; quotes and backslashes are escaped all the same. */
static void json_string(const char *z)
{
    if (!z) {
        printf("null");
        return;
    }
    putchar('"');
    for (; *z; z++) {
        if (*z == '"' || *z == '\\')
            putchar('\\');
        putchar(*z);
    }
    putchar('"');
}

static void json_number(double v)
{
    if (isfinite(v))
        printf("%.10g", v);
    else
        printf("null");
}

static void json_key(const char *indent, const char *key)
{
    printf(",\n%s\"%s\": ", indent, key);
}

static const struct member {
    const char *name;
    bool result; /* of struct vq_emodel_out */
    size_t at;
} members[] = {
#define IN(name, m) {name, false, offsetof(struct vq_emodel_in, m)}
#define OUT(name, m) {name, true, offsetof(struct vq_emodel_out, m)}
    OUT("nos", nos), OUT("nor", nor), OUT("nfo", nfo), OUT("no", no), OUT("ro", ro),
    OUT("iolr", iolr), OUT("ist", ist), OUT("iq", iq), OUT("is", is),
    OUT("idte", idte), OUT("idle", idle), OUT("idd", idd), OUT("id", id),
    IN("ie", ie), IN("bpl", bpl), IN("ppl_pct", ppl), IN("burst_r", burst_r), OUT("ie_eff", ie_eff), IN("a", a),
    IN("ta_ms", ta), IN("t_ms", t), IN("tr_ms", tr), IN("st", st), IN("mt_ms", mt),
    IN("slr", slr), IN("rlr", rlr), IN("stmr", stmr), IN("lstr", lstr), IN("ds", ds), IN("dr", dr), IN("telr", telr),
    IN("wepl", wepl), IN("qdu", qdu), IN("nc", nc), IN("nfor", nfor), IN("ps", ps), IN("pr", pr),
#undef IN
#undef OUT
};

/* A term that the scale does not have is null; Bpl has a reason of its own. */
static void json_value(const char *indent, const char *name, double v)
{
    json_key(indent, name);
    json_number(v);
    if (!isfinite(v) && strcmp(name, "bpl"))
        printf(",\n%s\"%s_why\": \"not part of this model\"", indent, name);
}

static void json_emodel(const struct emodel_sheet *s)
{
    printf("{\n    \"standard\": \"%s\",\n    \"scale\": \"%s\"", scales[s->scale].standard, vq_scale_name(s->scale));
    json_key("    ", "sensitivity");
    json_string(s->class);
    json_key("    ", "ie_source");
    json_string(s->ie_from);
    json_key("    ", "bpl_source");
    json_string(s->bpl_from);
    for (size_t i = 0; i < COUNT(members); i++) {
        double v;
        memcpy(&v, (members[i].result ? (const char *)&s->out : (const char *)&s->in) + members[i].at, sizeof v);
        json_value("    ", members[i].name, v);
    }
    json_key("    ", "bpl_why");
    json_string(isnan(s->in.bpl) ? "no Bpl is published for this codec; without loss none is needed" : NULL);
    json_key("    ", "ta_parts");
    printf("{\"network_ms\": ");
    json_number(s->delay_ms);
    printf(", \"buffer_ms\": ");
    json_number(s->buffer_ms);
    printf("}\n  }");
}

static void json_rating(const struct emodel_sheet *s)
{
    bool itu = s->rating == VQ_RATING_ITU;
    int delay = vq_tiphon_delay(s->in.ta), loss = vq_tiphon_loss(s->in.ppl, s->tiphon_loss);
    json_key("  ", "rating");
    json_string(itu ? vq_rating_g109(s->out.r / vq_emodel_span(s->scale)) : vq_tiphon_mean_name(tiphon_mean(s)));
    json_key("  ", "rating_scheme");
    json_string(itu ? "itu" : "tiphon");
    json_key("  ", "delay_rating");
    json_string(itu ? vq_rating_g114(s->in.ta) : vq_tiphon_name(delay));
    if (itu)
        return;
    json_key("  ", "loss_rating");
    json_string(vq_tiphon_name(loss));
    json_key("  ", "tiphon");
    printf("{\"loss_reading\": \"%s\", \"delay_index\": %d, \"loss_index\": %d, \"mean_index\": ", loss_reading(s),
           delay, loss);
    json_number(tiphon_mean(s));
    printf("}");
}

static void json_simple(const struct emodel_sheet *s)
{
    const struct vq_simple_model *m = s->simple;
    json_key("  ", "simple");
    if (!m) {
        printf("null");
        return;
    }
    printf("{\"model\": ");
    json_string(m->name);
    printf(", \"standard\": %s, \"source\": ", m->standard ? "true" : "false");
    json_string(m->source);
    printf(", \"r0\": %.10g, \"g1\": %.10g, \"g2\": %.10g, \"g3\": %.10g, \"d_ms\": ", m->r0, m->g1, m->g2, m->g3);
    json_number(s->in.ta);
    printf(", \"e\": ");
    json_number(s->in.ppl / 100);
    printf(", \"r\": ");
    json_number(s->simple_r);
    printf(", \"mos\": ");
    json_number(s->simple_mos);
    printf("}");
}

void emodel_sheet_json(const struct emodel_sheet *s)
{
    static const struct {
        const char *name;
        size_t at;
    } results[] = {
        {"r", offsetof(struct vq_emodel_out, r)},
        {"mos", offsetof(struct vq_emodel_out, mos)},
        {"gob_pct", offsetof(struct vq_emodel_out, gob_pct)},
        {"pow_pct", offsetof(struct vq_emodel_out, pow_pct)},
        {"tme_pct", offsetof(struct vq_emodel_out, tme_pct)},
    };
    printf("{\n  \"schema\": \"voipqos.emodel/1\"");
    json_key("  ", "codec");
    json_string(s->row ? s->row->name : NULL);
    json_key("  ", "codec_status");
    json_string(s->row ? vq_fact_name(s->row->fact) : NULL);
    json_key("  ", "codec_source");
    json_string(s->row ? s->row->source : NULL);
    json_key("  ", "emodel");
    json_emodel(s);
    for (size_t i = 0; i < COUNT(results); i++) {
        double v;
        memcpy(&v, (const char *)&s->out + results[i].at, sizeof v);
        json_value("  ", results[i].name, v);
    }
    json_rating(s);
    json_simple(s);
    json_key("  ", "notes");
    putchar('[');
    for (unsigned i = 0; i < s->n_notes; i++) {
        fputs(i ? ", " : "", stdout);
        json_string(s->notes[i]);
    }
    printf("]\n}\n");
}
