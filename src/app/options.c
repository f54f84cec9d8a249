/* options.c - the option table and the parsing that it drives. */
#include "app/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT(member) offsetof(struct settings, member)

static const struct option_row options[] = {
    {OPTION_GROUP, 0, NULL, NULL, 0, 0, "Input"},
    {OPTION_PATHS, 'r', "read", "FILE", AT(read), WITH_FILE,
     "read a capture (pcap or pcapng, also packed by gzip or zstd),\n"
     "- for standard input; several (again, or 'ring*.pcap') become\n"
     "one in order of time, frames counted over all of them"},
    {OPTION_FLAG, 0, "no-unpack-limit", NULL, AT(no_unpack_limit), WITH_FILE,
     "unpack also what grows more than 200 times, or above 1 TiB"},
    {OPTION_TEXT, 0, "keylog", "FILE", AT(keylog), WITH_BOTH,
     "read SIP over TLS with the secrets in FILE, as SSLKEYLOGFILE\nmakes software write them (TLS 1.2 and 1.3); live: as it grows"},
    {OPTION_TEXT, 'i', "interface", "IF", AT(iface), WITH_LIVE,
     "capture live from a network interface (any: all of them)"},
    {OPTION_FLAG, 'D', "list-interfaces", NULL, AT(list), WITH_BOTH, "list the interfaces that can be captured from"},
    {OPTION_TEXT, 'f', "filter", "EXPR", AT(filter), WITH_BOTH,
     "look only at frames that match a pcap filter expression;\n"
     "may also follow the options: voipqos -r FILE udp port 5060"},

    {OPTION_GROUP, 0, NULL, NULL, 0, 0, "Reports"},
    {OPTION_TEXT, 0, "json", "FILE", AT(json), WITH_BOTH,
     "write the report as JSON; - for standard output, then no summary"},
    {OPTION_LADDER, 0, "ladder", "N|Call-ID", AT(ladders), WITH_BOTH,
     "print the SIP ladder of a call by its number or Call-ID\n(without argument: of everything)"},
    {OPTION_TEXT, 0, "plots", "DIR", AT(plots), WITH_BOTH,
     "draw each RTP stream with gnuplot: PNG, SVG, data and script"},
    {OPTION_TEXT, 'o', "output", "DIR", AT(out), WITH_BOTH,
     "write everything: report.json, summary.txt, ladders/, plots/"},
    {OPTION_TEXT, 0, "wav", "DIR", AT(wav), WITH_BOTH,
     "write what was said: each call as a stereo WAV (left: caller),\nother streams as mono; level and silence into the reports"},
    {OPTION_REAL, 0, "wav-buffer", "MS", AT(wav_buffer_ms), WITH_BOTH,
     "as a fixed jitter buffer would have played it: later packets\nare left out (default: in their place, however late)"},
    {OPTION_FLAG, 0, "account", NULL, AT(account), WITH_BOTH,
     "account for every frame: decoded as what, or not for which\nreason; the sum is the number of frames"},
    {OPTION_FLAG, 'q', "quiet", NULL, AT(quiet), WITH_BOTH, "print nothing but what was asked for"},
    {OPTION_COUNT, 'v', "verbose", NULL, AT(verbose), WITH_BOTH, "more detail in the summary; twice for more"},
    {OPTION_FLAG, 0, "all", NULL, AT(all), WITH_BOTH, "no limit to the rows of the summary and the streams drawn"},
    {OPTION_FLAG, 0, "ascii", NULL, AT(ascii), WITH_BOTH, "no line drawing characters, only ASCII"},
    {OPTION_CHOICE, 0, "color", "auto|always|never", AT(color), WITH_BOTH, "colours on the terminal (default auto)"},

    {OPTION_GROUP, 0, NULL, NULL, 0, 0, "Rating and assumptions"},
    {OPTION_CHOICE, 0, "rating", "itu|tiphon", AT(rating), WITH_BOTH, "words for the numbers (default itu)"},
    {OPTION_CHOICE, 0, "tiphon-loss", "point|band", AT(tiphon_loss), WITH_BOTH,
     "how to read TIPHON's table of packet loss (default point)"},
    {OPTION_TEXT, 0, "model", "NAME", AT(model), WITH_BOTH,
     "simplified E-model shown beside G.107\n(default cole-rosenbluth, by codec)"},
    {OPTION_TEXT, 0, "codecs", "FILE", AT(codecs), WITH_BOTH,
     "Ie, Bpl, scale, frame and look-ahead of codecs in place of\nthe built-in ones; docs/metrics.md 2.3 has the format"},
    {OPTION_FLAG, 0, "plc", NULL, AT(plc), WITH_BOTH, "G.711 receivers conceal losses (G.113 row g711-plc)"},
    {OPTION_REAL, 0, "buffer", "MS", AT(buffer_ms), WITH_BOTH, "jitter buffer of the receiver (default 40): its delay and\nwhat comes too late for it are in R and MOS"},
    {OPTION_LIST, 0, "buffers", "MS,MS...", AT(buffers), WITH_BOTH,
     "jitter buffers tried beside it, up to 8 (default\n20,40,60,100,200)"},
    {OPTION_FLAG, 0, "voipmonitor", NULL, AT(voipmonitor), WITH_BOTH,
     "VoIPmonitor's MOS F1, F2 and adaptive beside ours, by its\nown rules, to compare with it"},
    {OPTION_REAL, 0, "delay", "MS", AT(delay_ms), WITH_BOTH, "one-way network delay (default: from RTCP, else 0)"},
    {OPTION_REAL, 0, "advantage", "A", AT(advantage), WITH_BOTH, "E-model advantage factor (default 0)"},

    {OPTION_REAL, 0, "join-threshold", "0..1", AT(join_threshold), WITH_BOTH,
     "how sure it must be that Call-IDs are legs of one call\n(default 0.7; 2: never join)"},

    {OPTION_GROUP, 0, NULL, NULL, 0, 0, "Live"},
    {OPTION_NUMBER, 0, "interval", "S", AT(interval_s), WITH_LIVE, "seconds between tables (default 10)"},
    {OPTION_NUMBER, 0, "duration", "S", AT(duration_s), WITH_LIVE, "stop after so many seconds"},

    {OPTION_GROUP, 0, NULL, NULL, 0, 0, "Limits"},
    {OPTION_NUMBER, 0, "max-calls", "N", AT(max_calls), WITH_BOTH, "calls kept in memory"},
    {OPTION_NUMBER, 0, "max-streams", "N", AT(max_streams), WITH_BOTH, "RTP streams kept in memory"},
    {OPTION_NUMBER, 0, "max-flows", "N", AT(max_flows), WITH_BOTH, "UDP flows kept in memory"},
    {OPTION_NUMBER, 0, "max-registrations", "N", AT(max_registrations), WITH_BOTH, "registrations kept in memory"},
    {OPTION_NUMBER, 0, "max-dialogs", "N", AT(max_dialogs), WITH_BOTH, "other SIP dialogs kept in memory"},

    {OPTION_GROUP, 0, NULL, NULL, 0, 0, "Other"},
    {OPTION_FLAG, 'h', "help", NULL, AT(help), WITH_BOTH, "show this text"},
    {OPTION_FLAG, 'V', "version", NULL, AT(version), WITH_BOTH, "show the version, and those of the libraries"},
};

#define N_OPTIONS (sizeof options / sizeof *options)

size_t option_count(void)
{
    return N_OPTIONS;
}

const struct option_row *option_at(size_t i)
{
    return &options[i];
}

/* ---- help ------------------------------------------------------------------------------------------------------- */

void options_print(FILE *to)
{
    const int column = 30;
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option_row *o = &options[i];
        if (o->kind == OPTION_GROUP) {
            fprintf(to, "\n%s:\n", o->help);
            continue;
        }
        int n = o->letter ? fprintf(to, "  -%c, --%s", o->letter, o->name) : fprintf(to, "      --%s", o->name);
        if (o->arg)
            n += fprintf(to, o->kind == OPTION_LADDER ? "[=%s]" : " %s", o->arg);
        if (n > column - 2) {
            fputc('\n', to);
            n = 0;
        }
        for (const char *line = o->help; line;) {
            const char *end = strchr(line, '\n');
            int width = end ? (int)(end - line) : (int)strlen(line);
            fprintf(to, "%*s%.*s\n", column - n, "", width, line);
            line = end ? end + 1 : NULL;
            n = 0;
        }
    }
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static int set_choice(const struct option_row *o, unsigned *at, const char *value)
{
    unsigned which = 0;
    size_t n = strlen(value);
    for (const char *word = o->arg; word; which++) {
        const char *end = strchr(word, '|');
        size_t len = end ? (size_t)(end - word) : strlen(word);
        if (len == n && !memcmp(word, value, n)) {
            *at = which;
            return EXIT_DONE;
        }
        word = end ? end + 1 : NULL;
    }
    say("--%s takes one of %s, not '%s'", o->name, o->arg, value);
    return EXIT_USAGE;
}

static int set_number(const struct option_row *o, uint32_t *at, const char *value)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    if (!isdigit((unsigned char)*value) || *end || errno || !n || n > INT32_MAX) {
        say("--%s takes a whole number from 1 to %d, not '%s'", o->name, INT32_MAX, value);
        return EXIT_USAGE;
    }
    *at = (uint32_t)n;
    return EXIT_DONE;
}

static int set_real(const struct option_row *o, double *at, const char *value)
{
    char *end;
    double x = strtod(value, &end);
    if (end == value || *end || !isfinite(x) || x < 0) {
        say("--%s takes a number from 0 on, not '%s'", o->name, value);
        return EXIT_USAGE;
    }
    *at = x;
    return EXIT_DONE;
}

#define BUFFER_MOST_MS 10000

static int set_list(const struct option_row *o, struct real_list *at, const char *value)
{
    at->n = 0;
    for (const char *p = value; p; p = *p == ',' ? p + 1 : NULL) {
        char *end;
        double x = strtod(p, &end);
        if (end == p || (*end && *end != ',') || !(x >= 1 && x <= BUFFER_MOST_MS) || at->n == VQ_BUFFERS_MAX) {
            say("--%s takes up to %d numbers from 1 to %d, separated by commas, not '%s'", o->name, VQ_BUFFERS_MAX,
                BUFFER_MOST_MS, value);
            return EXIT_USAGE;
        }
        at->v[at->n++] = x;
        p = end;
    }
    return EXIT_DONE;
}

static int set_paths(const struct option_row *o, struct paths *at, const char *value)
{
    if (!*value) {
        say("--%s takes %s, which must not be empty", o->name, o->arg);
        return EXIT_USAGE;
    }
    if (!paths_add(at, value))
        return EXIT_DONE;
    say("no memory");
    return EXIT_USAGE;
}

/* The next word belongs to --ladder when it can be nothing else: a number, or a word with @ as Call-IDs have it. No
 * filter expression consists of the one or contains the other. */
static const char *ladder_word(int argc, char **argv)
{
    if (optind >= argc || !argv[optind][0] || argv[optind][0] == '-')
        return NULL;
    const char *word = argv[optind];
    return !word[strspn(word, "0123456789")] || strchr(word, '@') ? word : NULL;
}

static int set_ladder(struct settings *s, const char *value, int argc, char **argv)
{
    if (!value && (value = ladder_word(argc, argv)))
        optind++;
    if (s->n_ladders == LADDERS_MAX) {
        say("--ladder may be given %d times at most; without argument it prints all", LADDERS_MAX);
        return EXIT_USAGE;
    }
    s->ladders[s->n_ladders++] = value ? value : "";
    return EXIT_DONE;
}

static int set(struct settings *s, const struct option_row *o, const char *value, int argc, char **argv)
{
    void *at = (char *)s + o->at;
    switch (o->kind) {
    case OPTION_GROUP:
        break;
    case OPTION_FLAG:
        *(bool *)at = true;
        break;
    case OPTION_COUNT:
        ++*(unsigned *)at;
        break;
    case OPTION_TEXT:
        if (*(const char **)at) {
            say("--%s may be given once", o->name);
            return EXIT_USAGE;
        }
        if (!*value) {
            say("--%s takes %s, which must not be empty", o->name, o->arg);
            return EXIT_USAGE;
        }
        *(const char **)at = value;
        break;
    case OPTION_PATHS:
        return set_paths(o, at, value);
    case OPTION_CHOICE:
        return set_choice(o, at, value);
    case OPTION_NUMBER:
        return set_number(o, at, value);
    case OPTION_REAL:
        return set_real(o, at, value);
    case OPTION_LIST:
        return set_list(o, at, value);
    case OPTION_LADDER:
        return set_ladder(s, value, argc, argv);
    }
    return EXIT_DONE;
}

/* ---- the command line ------------------------------------------------------------------------------------------- */

/* A shell turns -r *.pcap into -r A B C: files before any word of a filter are inputs as well. */
static int set_inputs(struct settings *s, int argc, char **argv)
{
    while (s->read.n && optind < argc && path_like(argv[optind]))
        if (paths_add(&s->read, argv[optind++])) {
            say("no memory");
            return EXIT_USAGE;
        }
    return EXIT_DONE;
}

static int set_words(struct settings *s, int argc, char **argv)
{
    if (optind >= argc)
        return EXIT_DONE;
    if (s->filter) {
        say("a filter is given twice: by -f and by '%s ...'", argv[optind]);
        return EXIT_USAGE;
    }
    size_t n = 1;
    for (int i = optind; i < argc; i++)
        n += strlen(argv[i]) + 1;
    s->filter_words = calloc(1, n);
    if (!s->filter_words) {
        say("no memory");
        return EXIT_USAGE;
    }
    char *to = s->filter_words;
    for (int i = optind; i < argc; i++) {
        size_t len = strlen(argv[i]);
        memcpy(to, argv[i], len);
        to[len] = i + 1 < argc ? ' ' : 0;
        to += len + 1;
    }
    s->filter = s->filter_words;
    return EXIT_DONE;
}

#define MODEL_BY_CODEC "cole-rosenbluth" /* the engine's word for the row that fits each stream's codec */

static int check_model(const struct settings *s)
{
    if (!s->model || !strcmp(s->model, MODEL_BY_CODEC) || vq_simple_by_name(s->model))
        return EXIT_DONE;
    fprintf(stderr, "voipqos: --model '%s' is not known; there are %s (by codec)", s->model, MODEL_BY_CODEC);
    for (size_t i = 0; i < vq_simple_count(); i++)
        fprintf(stderr, ", %s", vq_simple_at(i)->name);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

/* Options that contradict each other, or that the chosen mode has no use for. */
static int check(const struct settings *s, const bool *given)
{
    if (s->help || s->version || s->list)
        return EXIT_DONE;
    bool file = s->read.n > 0;
    if (file == (s->iface != NULL)) {
        if (file)
            say("-r and -i exclude each other");
        else if (s->filter_words) /* mostly a file without its -r */
            say("nothing to read: give -r FILE or -i INTERFACE; '%s' by itself is a filter expression", s->filter_words);
        else
            say("nothing to read: give -r FILE or -i INTERFACE");
        return EXIT_USAGE;
    }
    if (s->join_threshold > 2) {
        say("--join-threshold takes a number from 0 to 1 (2: never join), not '%g'", s->join_threshold);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (given[i] && !(options[i].with & (file ? WITH_FILE : WITH_LIVE))) {
            say("--%s has no meaning with %s", options[i].name, file ? "-r" : "-i");
            return EXIT_USAGE;
        }
    if (s->json && !strcmp(s->json, "-") && s->n_ladders) {
        say("--json - and --ladder both want standard output: give --json a file");
        return EXIT_USAGE;
    }
    if (s->buffer_ms > BUFFER_MOST_MS) {
        say("--buffer takes at most %d ms", BUFFER_MOST_MS);
        return EXIT_USAGE;
    }
    if (!isnan(s->wav_buffer_ms) && (!s->wav || s->wav_buffer_ms > BUFFER_MOST_MS)) {
        if (s->wav)
            say("--wav-buffer takes at most %d ms", BUFFER_MOST_MS);
        else
            say("--wav-buffer has no meaning without --wav");
        return EXIT_USAGE;
    }
    /* A report would take the name of the capture it was made from. */
    for (size_t i = 0; s->json && i < s->read.n; i++)
        if (path_same(s->json, s->read.at[i])) {
            say("--json would overwrite the capture %s", s->read.at[i]);
            return EXIT_USAGE;
        }
    return check_model(s);
}

int settings_parse(struct settings *s, int argc, char **argv)
{
    struct option longs[N_OPTIONS + 1];
    char letters[2 * N_OPTIONS + 1], *l = letters;
    bool given[N_OPTIONS] = {false};
    size_t n = 0;
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const struct option_row *o = &options[i];
        if (o->kind == OPTION_GROUP)
            continue;
        int has = !o->arg ? no_argument : o->kind == OPTION_LADDER ? optional_argument : required_argument;
        longs[n++] = (struct option){o->name, has, NULL, 256 + (int)i};
        if (o->letter) {
            *l++ = o->letter;
            if (o->arg)
                *l++ = ':';
        }
    }
    longs[n] = (struct option){NULL, 0, NULL, 0};
    *l = 0;

    *s = (struct settings){.buffer_ms = NAN, .delay_ms = NAN, .advantage = NAN, .join_threshold = NAN, .wav_buffer_ms = NAN,
                           .interval_s = 10};
    int c, rc = EXIT_DONE;
    optind = 0; /* glibc: start anew, also after an earlier command line */
    while (rc == EXIT_DONE && (c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        size_t i = c >= 256 ? (size_t)c - 256 : 0;
        while (c < 256 && i < N_OPTIONS && options[i].letter != c)
            i++;
        if (c == '?' || i == N_OPTIONS) {
            rc = EXIT_USAGE;
        } else {
            given[i] = true;
            rc = set(s, &options[i], optarg, argc, argv);
        }
    }
    if (rc == EXIT_DONE)
        rc = set_inputs(s, argc, argv);
    if (rc == EXIT_DONE)
        rc = set_words(s, argc, argv);
    if (rc == EXIT_DONE)
        rc = check(s, given);
    if (rc != EXIT_DONE)
        fprintf(stderr, "voipqos --help lists the options.\n");
    return rc;
}

void settings_done(struct settings *s)
{
    free(s->filter_words);
    s->filter_words = NULL;
    paths_done(&s->read);
}

/* A capture file has an end, and whoever reads it wants all of it: caps that only a hostile file meets. */
#define FILE_CAP (1u << 24)

void settings_options(const struct settings *s, const struct codecs *c, struct vq_options *o, bool live)
{
    vq_options_defaults(o);
    o->codecs = c->rows;
    o->n_codecs = c->n;
    const struct {
        uint32_t *cap, wanted;
    } caps[] = {
        {&o->max_flows, s->max_flows},     {&o->max_streams, s->max_streams},
        {&o->max_calls, s->max_calls},     {&o->max_registrations, s->max_registrations},
        {&o->max_dialogs, s->max_dialogs},
    };
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
        if (caps[i].wanted)
            *caps[i].cap = caps[i].wanted;
        else if (!live)
            *caps[i].cap = FILE_CAP;
    if (!isnan(s->buffer_ms))
        o->buffer_ms = s->buffer_ms;
    if (s->buffers.n) {
        memcpy(o->buffers_ms, s->buffers.v, sizeof o->buffers_ms);
        o->n_buffers = s->buffers.n;
    }
    if (!isnan(s->delay_ms))
        o->network_ms = s->delay_ms;
    if (!isnan(s->advantage))
        o->advantage = s->advantage;
    if (!isnan(s->join_threshold))
        o->join_threshold = s->join_threshold;
    if (s->plc)
        o->g711 = "g711-plc";
    o->voipmonitor = s->voipmonitor;
    if (s->model)
        o->simple_model = s->model;
}
