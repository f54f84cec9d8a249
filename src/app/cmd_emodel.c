/* cmd_emodel.c - `voipqos emodel`: reads the numbers, looks up the codec, has the E-model computed and written out. */
#include "app/cmd_emodel.h"

#include "app/app.h"
#include "app/emodel_sheet.h"
#include "util/str.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What the command line says; NAN and NULL: not said. */
struct request {
    const char *codec, *model, *codecs;
    double loss, delay, buffer, burst_r, ie, bpl, advantage;
    unsigned rating, tiphon_loss, class;
    bool json, list, help;
};

enum kind { FLAG, TEXT, REAL, CHOICE };

/* Limits are those of sensible arithmetic; what merely leaves the permitted range of G.107 is computed with a note. */
static const struct row {
    const char *name, *arg;
    enum kind kind;
    size_t at;
    double min, max;
    const char *help;
} rows[] = {
#define AT(member) offsetof(struct request, member)
    {"codec", "NAME", TEXT, AT(codec), 0, 0, "take Ie and Bpl from this row (see --list) or RTP codec name"},
    {"codecs", "FILE", TEXT, AT(codecs), 0, 0, "codec values of your own (docs/metrics.md 2.3 has the format)"},
    {"loss", "PCT", REAL, AT(loss), 0, 100, "packet loss Ppl in percent, de-jitter discards included (0)"},
    {"delay", "MS", REAL, AT(delay), 0, 10000, "one-way delay Ta; T = Ta, Tr = 2 Ta (0)"},
    {"buffer", "MS", REAL, AT(buffer), 0, 10000, "de-jitter buffer, added to Ta (0)"},
    {"burst-r", "X", REAL, AT(burst_r), 0, 1000, "burst ratio; 1 is random loss (1)"},
    {"ie", "X", REAL, AT(ie), 0, 95, "equipment impairment factor (the codec's, else 0)"},
    {"bpl", "X", REAL, AT(bpl), 0.1, 1000, "packet-loss robustness (the codec's, else 4.3)"},
    {"advantage", "A", REAL, AT(advantage), 0, 100, "advantage factor (0)"},
    {"class", "default|low|very-low", CHOICE, AT(class), 0, 0, "delay sensitivity (sT, mT) of G.107 (2015)"},
    {"model", "NAME", TEXT, AT(model), 0, 0, "a simplified model beside G.107 (see --list)"},
    {"rating", "itu|tiphon", CHOICE, AT(rating), 0, 0, "words for the result (itu)"},
    {"tiphon-loss", "point|band", CHOICE, AT(tiphon_loss), 0, 0, "reading of TIPHON's loss column (point)"},
    {"json", NULL, FLAG, AT(json), 0, 0, "one JSON object instead of the worked sheet"},
    {"list", NULL, FLAG, AT(list), 0, 0, "list codec rows and simplified models"},
    {"help", NULL, FLAG, AT(help), 0, 0, "this text"},
#undef AT
};

/* G.107 (2015) delay sensitivity; the order of the words of --class. */
static const struct {
    const char *name;
    double st, mt;
} classes[] = {{"default", 1, 100}, {"low", 0.55, 120}, {"very-low", 0.4, 150}};

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static int usage(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("voipqos emodel: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputs("\n", stderr);
    va_end(ap);
    return EXIT_USAGE;
}

static void print_help(void)
{
    printf("usage: voipqos emodel [options]\n\n"
           "Computes the E-model of ITU-T G.107 (06/2015), and of G.107.1 and G.107.2 for wideband and\n"
           "fullband codecs, and shows every term with its numbers.\n\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        char left[40];
        snprintf(left, sizeof left, "--%s%s%s", rows[i].name, rows[i].arg ? " " : "", rows[i].arg ? rows[i].arg : "");
        printf("  %-30s %s\n", left, rows[i].help);
    }
    printf("\nExamples:\n"
           "  voipqos emodel --codec G729 --loss 1 --delay 80 --buffer 40\n"
           "  voipqos emodel --ie 0 --bpl 25.1 --loss 2 --burst-r 1.5 --json\n"
           "  voipqos emodel --delay 19.97 --model lab-voice --rating tiphon\n"
           "  voipqos emodel --codec G722 --loss 1\n"
           "\nExit status: 0 done, 1 wrong usage (or a codec without published values), 2 the codec file cannot\n"
           "be read, 4 output cannot be written.\n");
}

static void print_row(const struct vq_impairment *m)
{
    char bpl[16] = "-";
    if (!isnan(m->bpl))
        snprintf(bpl, sizeof bpl, "%g", m->bpl);
    printf("%-20s %-5s %6g %6s  %-12s  %s\n", m->name, vq_scale_name(m->scale), m->ie, bpl, vq_fact_name(m->fact), m->source);
}

static void print_lists(const struct codecs *own)
{
    printf("%-20s %-5s %6s %6s  %-12s  %s\n", "codec", "scale", "Ie", "Bpl", "status", "source");
    for (size_t i = 0; i < vq_impairment_count(); i++) {
        const struct vq_codec_own *instead = vq_codec_own_row(own->rows, own->n, vq_impairment_at(i)->name);
        print_row(instead ? &instead->row : vq_impairment_at(i));
    }
    for (size_t i = 0; i < own->n; i++)
        if (!own->rows[i].of_row)
            print_row(&own->rows[i].row);
    printf("\nNB rows are scored by G.107, WB rows by G.107.1, FB rows by G.107.2: three scales of R that do not compare.\n"
           "RTP names stand for rows:");
    for (size_t i = 0; i < vq_codec_count(); i++)
        if (vq_codec_at(i)->impairment)
            printf(" %s=%s", vq_codec_at(i)->name, vq_codec_at(i)->impairment);
    printf("\n\n%-24s %6s %6s %6s %6s  %s\n", "simplified model", "R0", "g1", "g2", "g3", "source");
    for (size_t i = 0; i < vq_simple_count(); i++) {
        const struct vq_simple_model *m = vq_simple_at(i);
        printf("%-24s %6g %6g %6g %6g  %s\n", m->name, m->r0, m->g1, m->g2, m->g3, m->source);
    }
    printf("%-24s the one of the two that fits the codec\n", "cole-rosenbluth");
}

/* ---- command line ---------------------------------------------------------------------------------------------- */

/* Plain decimal notation throughout: no blanks, hexadecimal, "nan" or "inf". */
static bool parse_real(const char *z, double *out)
{
    if (!*z || strspn(z, "0123456789+-.eE") != strlen(z))
        return false;
    char *end;
    errno = 0;
    double v = strtod(z, &end);
    if (*end || !isfinite(v) || (errno == ERANGE && v != 0 && fabs(v) > 1))
        return false;
    *out = v;
    return true;
}

/* Which of the words separated by '|' it is, or -1. */
static int parse_choice(const char *words, const char *z)
{
    struct vq_slice rest = vq_slice(words, strlen(words));
    for (int i = 0; rest.n; i++)
        if (vq_str_ieq_z(vq_str_cut(&rest, '|'), z))
            return i;
    return -1;
}

static int set(struct request *q, const struct row *r, const char *value)
{
    char *at = (char *)q + r->at;
    double v;
    int choice;
    switch (r->kind) {
    case FLAG:
        memcpy(at, &(bool){true}, sizeof(bool));
        break;
    case TEXT:
        memcpy(at, &value, sizeof value);
        break;
    case REAL:
        if (!parse_real(value, &v))
            return usage("--%s wants a number, not \"%s\"", r->name, value);
        if (v < r->min || v > r->max)
            return usage("--%s must lie between %g and %g, not %s", r->name, r->min, r->max, value);
        memcpy(at, &v, sizeof v);
        break;
    case CHOICE:
        choice = parse_choice(r->arg, value);
        if (choice < 0)
            return usage("--%s must be one of %s, not \"%s\"", r->name, r->arg, value);
        memcpy(at, &(unsigned){(unsigned)choice}, sizeof(unsigned));
        break;
    }
    return EXIT_DONE;
}

/* "--name", "--name value" and "--name=value". */
static int parse(struct request *q, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *word = strcmp(argv[i], "-h") ? argv[i] : "--help";
        if (strncmp(word, "--", 2))
            return usage("unexpected \"%s\" (try --help)", word);
        size_t n = strcspn(word + 2, "=");
        const struct row *r = NULL;
        for (size_t k = 0; k < COUNT(rows) && !r; k++)
            if (strlen(rows[k].name) == n && !strncmp(rows[k].name, word + 2, n))
                r = &rows[k];
        if (!r)
            return usage("unknown option \"%.*s\" (try --help)", (int)n + 2, word);
        const char *value = word[2 + n] ? word + 3 + n : NULL;
        if (!r->arg && value)
            return usage("--%s takes no value", r->name);
        if (r->arg && !value && ++i == argc)
            return usage("--%s wants a value: %s", r->name, r->arg);
        int rc = set(q, r, value ? value : argv[i]);
        if (rc)
            return rc;
    }
    return EXIT_DONE;
}

/* ---- from request to sheet -------------------------------------------------------------------------------------- */

static int find_codec(struct emodel_sheet *s, const struct codecs *own, const char *name)
{
    const struct vq_codec *rtp = vq_codec_by_name(name, strlen(name), 0);
    s->row = codecs_find(own, name);
    if (!s->row && rtp)
        return usage("no impairment factor is known for %s; choose a row of --list, or give --ie and --bpl",
                     rtp->name);
    if (!s->row)
        return usage("unknown codec \"%s\" (--list shows all)", name);
    s->scale = s->row->scale;
    if (s->row->fact != VQ_FACT_ITU)
        emodel_sheet_note(s, "The figures of %s are not checked ITU figures (%s): %s.", s->row->name,
                          vq_fact_name(s->row->fact), s->row->source);
    const struct vq_impairment *of_streams = rtp && rtp->impairment ? codecs_find(own, rtp->impairment) : NULL;
    if (of_streams && of_streams != s->row && vq_impairment_by_name(name) != vq_impairment_by_name(rtp->impairment))
        emodel_sheet_note(s, "%s is the row of that very name; streams of the RTP codec %s are scored by %s "
                             "(Ie %g, Bpl %g).",
                          s->row->name, rtp->name, of_streams->name, of_streams->ie, of_streams->bpl);
    return EXIT_DONE;
}

static void fill_equipment(struct emodel_sheet *s, const struct request *q)
{
    bool given = !isnan(q->ie);
    s->in.ie = given ? q->ie : s->row ? s->row->ie : s->in.ie;
    s->ie_from = given ? "given" : s->row ? "codec" : "default";

    s->bpl_from = "default";
    if (!isnan(q->bpl)) {
        s->in.bpl = q->bpl;
        s->bpl_from = "given";
    } else if (s->row && !isnan(s->row->bpl)) {
        s->in.bpl = s->row->bpl;
        s->bpl_from = "codec";
    } else if (s->row && s->in.ppl > 0) {
        /* the default of G.107 is its worst case, hence on the safe side */
        s->bpl_from = "provisional";
        emodel_sheet_note(s, "No Bpl is published for %s. Bpl = %g, the worst case, was assumed: what loss costs "
                             "here is PROVISIONAL. Published is only Ie = %g.", s->row->name, s->in.bpl, s->row->ie);
    } else if (s->row) {
        s->in.bpl = NAN;
        s->bpl_from = "unpublished";
    }
}

/* G.107.1 and G.107.2 have neither A nor BurstR; what was asked for does not vanish in silence. */
static void note_wide(struct emodel_sheet *s)
{
    const char *standard = s->scale == VQ_SCALE_WB ? "G.107.1" : "G.107.2 (2019)";
    if (s->in.a != 0)
        emodel_sheet_note(s, "%s has no advantage factor: A = %g was not used.", standard, s->in.a);
    if (s->in.burst_r != 1)
        emodel_sheet_note(s, "%s has no burst ratio: BurstR = %g was not used.", standard, s->in.burst_r);
    s->in.a = 0;
    s->in.burst_r = 1;
    emodel_sheet_note(s, "R is on the %s scale, up to %g: never compare it with the R of a narrowband codec.",
                      vq_scale_name(s->scale), s->scale == VQ_SCALE_WB ? 129.0 : 148.0);
}

static void note_ranges(struct emodel_sheet *s)
{
    if (s->scale != VQ_SCALE_NB) {
        note_wide(s);
        return;
    }
    if (s->in.burst_r < 1) {
        emodel_sheet_note(s, "BurstR = %g is below 1 (burstier is greater); 1 was used.", s->in.burst_r);
        s->in.burst_r = 1;
    }
    struct vq_emodel_in in = s->in;
    if (isnan(in.bpl)) /* takes no part */
        in.bpl = 4.3;
    const char *out = vq_emodel_out_of_range(&in);
    if (out)
        emodel_sheet_note(s, "Warning: %s is outside the range that G.107 permits; the result is an extrapolation.",
                          out);
    if (in.burst_r > 2 && in.ppl >= 2)
        emodel_sheet_note(s, "Warning: G.107 validated BurstR > 2 only for Ppl < 2 %%.");
}

/* Cole and Rosenbluth fitted two codecs; of any other nothing is known. */
static const struct vq_simple_model *cole_rosenbluth(const struct emodel_sheet *s)
{
    if (!s->row)
        return !strcmp(s->ie_from, "default") ? vq_simple_by_name("cole-rosenbluth-g711") : NULL;
    struct vq_slice name = vq_slice(s->row->name, strlen(s->row->name));
    if (vq_str_starts(name, "g711"))
        return vq_simple_by_name("cole-rosenbluth-g711");
    return vq_str_starts(name, "g729") ? vq_simple_by_name("cole-rosenbluth-g729a") : NULL;
}

static int fill_simple(struct emodel_sheet *s, const char *model)
{
    if (s->scale != VQ_SCALE_NB)
        return model ? usage("the simplified models are narrowband; %s is on the %s scale", s->row->name, vq_scale_name(s->scale))
                     : EXIT_DONE;
    bool by_codec = !model || !strcmp(model, "cole-rosenbluth");
    s->simple = by_codec ? cole_rosenbluth(s) : vq_simple_by_name(model);
    if (!s->simple && model)
        return by_codec ? usage("Cole and Rosenbluth fitted G.711 and G.729A only; name another --model")
                        : usage("unknown model \"%s\" (--list shows all)", model);
    if (!s->simple)
        return EXIT_DONE;
    s->simple_r = vq_simple_r(s->simple, s->in.ta, s->in.ppl / 100);
    s->simple_mos = vq_emodel_mos(s->simple_r);
    if (s->simple->g2 == 30 && s->in.ppl > 0 && s->in.bpl < 20)
        emodel_sheet_note(s, "The loss term of \"%s\" is that of G.711 with concealment: compare it with --codec "
                             "g711-plc.",
                          s->simple->name);
    if (!s->simple->standard)
        emodel_sheet_note(s, "\"%s\" is a preset of lab reports, not a standard; compare with the G.107 result.",
                          s->simple->name);
    return EXIT_DONE;
}

static int fill(struct emodel_sheet *s, const struct request *q, const struct codecs *own)
{
    *s = (struct emodel_sheet){.scale = VQ_SCALE_NB, .rating = (enum vq_rating_scheme)q->rating,
                               .tiphon_loss = (enum vq_tiphon_loss)q->tiphon_loss,
                               .delay_ms = q->delay, .buffer_ms = q->buffer, .class = classes[q->class].name};
    vq_emodel_defaults(&s->in);
    vq_emodel_set_delay(&s->in, q->delay + q->buffer);
    s->in.ppl = q->loss;
    s->in.burst_r = q->burst_r;
    s->in.a = q->advantage;
    s->in.st = classes[q->class].st;
    s->in.mt = classes[q->class].mt;
    int rc = q->codec ? find_codec(s, own, q->codec) : EXIT_DONE;
    if (rc)
        return rc;
    fill_equipment(s, q);
    note_ranges(s);
    vq_emodel_on(s->scale, &s->in, &s->out);
    return fill_simple(s, q->model);
}

static int work(const struct request *q, const struct codecs *own)
{
    struct emodel_sheet s;
    if (q->list) {
        print_lists(own);
        return EXIT_DONE;
    }
    int rc = fill(&s, q, own);
    if (rc)
        return rc;
    if (q->json)
        emodel_sheet_json(&s);
    else
        emodel_sheet_text(&s);
    return EXIT_DONE;
}

int cmd_emodel(int argc, char **argv)
{
    struct request q = {.burst_r = 1, .ie = NAN, .bpl = NAN};
    int rc = parse(&q, argc, argv);
    if (rc)
        return rc;
    if (q.help) {
        print_help();
    } else {
        struct codecs own;
        rc = codecs_load(&own, q.codecs);
        rc = rc == EINVAL ? EXIT_USAGE : rc ? EXIT_INPUT : work(&q, &own);
        codecs_done(&own);
        if (rc)
            return rc;
    }
    if (fflush(stdout) || ferror(stdout)) {
        usage("standard output: %s", strerror(errno));
        return EXIT_OUTPUT;
    }
    return EXIT_DONE;
}
