/* Command lines, parsed through the option table. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/options.h"

/* main.c is not linked here; messages are checked by the tests of the command line. */
void say(const char *fmt, ...)
{
    (void)fmt;
}

#define WORDS_MAX 16

/* Splits at blanks; getopt_long() permutes the words, so they are the test's own. */
static int parse(struct settings *s, const char *line)
{
    static char text[256];
    char *words[WORDS_MAX + 1] = {"voipqos"};
    int n = 1;
    assert_true(strlen(line) < sizeof text);
    strcpy(text, line);
    for (char *w = strtok(text, " "); w; w = strtok(NULL, " ")) {
        assert_true(n < WORDS_MAX);
        words[n++] = w;
    }
    return settings_parse(s, n, words);
}

static void test_everything(void **state)
{
    (void)state;
    struct settings s;
    assert_int_equal(parse(&s, "-r in.pcap --json=out.json -o dir --plots p -q -v -v --all --ascii --color never"), 0);
    assert_int_equal(s.read.n, 1);
    assert_string_equal(s.read.at[0], "in.pcap");
    assert_string_equal(s.json, "out.json");
    assert_string_equal(s.out, "dir");
    assert_string_equal(s.plots, "p");
    assert_true(s.quiet && s.all && s.ascii && !s.plc && !s.list);
    assert_int_equal(s.verbose, 2);
    assert_int_equal(s.color, COLOR_NEVER);
    assert_null(s.filter);
    settings_done(&s);
    assert_int_equal(
        parse(&s, "-i eth0 --interval 3 --duration 60 --rating tiphon --tiphon-loss band udp port 5060"), 0);
    assert_int_equal(s.interval_s, 3);
    assert_int_equal(s.duration_s, 60);
    assert_int_equal(s.rating, VQ_RATING_TIPHON);
    assert_int_equal(s.tiphon_loss, VQ_TIPHON_BAND);
    assert_string_equal(s.filter, "udp port 5060");
    settings_done(&s);
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings s;
    assert_int_equal(parse(&s, "-r -"), 0);
    assert_string_equal(s.read.at[0], "-");
    assert_int_equal(s.interval_s, 10);
    assert_int_equal(s.duration_s, 0);
    assert_int_equal(s.color, COLOR_AUTO);
    assert_int_equal(s.rating, VQ_RATING_ITU);
    assert_int_equal(s.tiphon_loss, VQ_TIPHON_POINT);
    assert_int_equal(s.n_ladders, 0);
    settings_done(&s);
}

static void test_words_anywhere(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "-r f udp port 5060",    "udp port 5060 -r f",    "-r f -- udp port 5060",
        "udp -r f port 5060",    "-r f -q udp port 5060",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct settings s;
        assert_int_equal(parse(&s, lines[i]), 0);
        assert_string_equal(s.filter, "udp port 5060");
        settings_done(&s);
    }
}

static void test_ladder(void **state)
{
    (void)state;
    static const struct {
        const char *line, *ladder, *filter;
    } rows[] = {
        {"-r f --ladder", "", NULL},
        {"--ladder -r f", "", NULL},
        {"-r f --ladder 12", "12", NULL},
        {"-r f --ladder=12", "12", NULL},
        {"-r f --ladder ab@10.0.0.1", "ab@10.0.0.1", NULL},
        {"-r f --ladder=abc", "abc", NULL},
        {"-r f --ladder udp", "", "udp"},
        {"-r f --ladder 12 udp", "12", "udp"},
        {"-r f udp --ladder 12 port 5", "12", "udp port 5"},
        {"-r f --ladder -- 12", "", "12"},
        {"-r f --ladder 1.2.3.4", "", "1.2.3.4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings s;
        assert_int_equal(parse(&s, rows[i].line), 0);
        assert_int_equal(s.n_ladders, 1);
        assert_string_equal(s.ladders[0], rows[i].ladder);
        if (rows[i].filter)
            assert_string_equal(s.filter, rows[i].filter);
        else
            assert_null(s.filter);
        settings_done(&s);
    }
    struct settings s;
    assert_int_equal(parse(&s, "-r f --ladder 1 --ladder=2 --ladder"), 0);
    assert_int_equal(s.n_ladders, 3);
    assert_string_equal(s.ladders[1], "2");
    settings_done(&s);
}

/* Several captures: named, by a pattern, and as a shell expands one. */
static void test_paths(void **state)
{
    (void)state;
    char folder[] = "/tmp/voipqos-test-XXXXXX", line[256], file[64];
    assert_non_null(mkdtemp(folder));
    static const char *const names[] = {"b.pcap", "a.pcap", "c[1].pcap"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, names[i]);
        FILE *f = fopen(file, "w");
        assert_non_null(f);
        fclose(f);
    }
    static const struct {
        const char *words; /* % is the folder */
        const char *paths, *filter;
    } rows[] = {
        {"-r x -r % -r -", "x % -", NULL},
        {"-r %/*.pcap", "%/a.pcap %/b.pcap %/c[1].pcap", NULL},
        {"-r %/?.pcap udp", "%/a.pcap %/b.pcap", "udp"},
        {"-r %/c[1].pcap", "%/c[1].pcap", NULL},
        {"-r %/*.none", "%/*.none", NULL},
        {"-r %/b.pcap %/a.pcap udp", "%/b.pcap %/a.pcap", "udp"},
        {"-r %/b.pcap -q %/a.pcap %/c[1].pcap", "%/b.pcap %/a.pcap %/c[1].pcap", NULL},
        {"-r %/b.pcap host %/a.pcap", "%/b.pcap", "host %/a.pcap"},
        {"-r x %", "x", "%"}, /* a folder is no capture */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[3][256] = {"", "", ""};
        const char *from[3] = {rows[i].words, rows[i].paths, rows[i].filter ? rows[i].filter : ""};
        for (unsigned k = 0; k < 3; k++)
            for (const char *p = from[k]; *p; p++) {
                size_t n = strlen(want[k]);
                snprintf(want[k] + n, sizeof want[k] - n, "%.*s", *p == '%' ? (int)sizeof folder : 1,
                         *p == '%' ? folder : p);
            }
        struct settings s;
        assert_int_equal(parse(&s, want[0]), 0);
        *line = 0;
        for (size_t k = 0; k < s.read.n; k++)
            snprintf(line + strlen(line), sizeof line - strlen(line), "%s%s", k ? " " : "", s.read.at[k]);
        assert_string_equal(line, want[1]);
        assert_string_equal(s.filter ? s.filter : "", want[2]);
        settings_done(&s);
    }
    for (size_t i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, names[i]);
        assert_int_equal(remove(file), 0);
    }
    assert_int_equal(remove(folder), 0);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "udp",
        "-r",
        "-r f -i lo",
        "-r f -o a -o b",
        "-r f --no-unpack-limit=1",
        "-i lo --no-unpack-limit",
        "-r f --duration 5",
        "-i lo --interval 0",
        "-i lo --interval 1.5",
        "-i lo --interval -1",
        "-r f --max-calls 2147483648",
        "-r f --max-calls 99999999999999999999999",
        "-r f --buffer x",
        "-r f --buffer inf",
        "-r f --buffer 1,5",
        "-r f --buffer 10001",
        "-r f --buffers 20,",
        "-r f --buffers 0",
        "-r f --buffers 20,,40",
        "-r f --buffers 20;40",
        "-r f --buffers 10001",
        "-r f --buffers 1,2,3,4,5,6,7,8,9",
        "-r f --rating ITU",
        "-r f --rating itu|tiphon",
        "-r f --color always|",
        "-r f --model none",
        "-r f --json=",
        "-r f -f a b",
        "-r f --json - --ladder",
        "-r f --quiet=yes",
        "--none",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct settings s;
        assert_int_equal(parse(&s, lines[i]), EXIT_USAGE);
        settings_done(&s);
    }
}

static void test_engine_options(void **state)
{
    (void)state;
    struct settings s;
    struct vq_codec_own row;
    const struct codecs own = {&row, 1};
    struct vq_options o, d;
    vq_options_defaults(&d);
    assert_int_equal(parse(&s, "-r f"), 0);
    settings_options(&s, &own, &o, false);
    assert_true(o.max_calls > d.max_calls && o.max_streams > d.max_streams && o.max_flows > d.max_flows);
    assert_true(o.max_registrations > d.max_registrations && o.max_dialogs > d.max_dialogs);
    assert_true(o.buffer_ms == d.buffer_ms && isnan(o.network_ms) && o.advantage == d.advantage);
    assert_string_equal(o.g711, d.g711);
    assert_true(o.codecs == &row && o.n_codecs == 1);
    settings_options(&s, &own, &o, true);
    assert_int_equal(o.max_calls, d.max_calls);
    assert_int_equal(o.max_flows, d.max_flows);
    settings_done(&s);
    assert_int_equal(parse(&s, "-i lo --max-calls 7 --max-dialogs 8 --buffer 60 --delay 0 --advantage 5.5 --plc --buffers 30,500"), 0);
    settings_options(&s, &own, &o, true);
    assert_int_equal(o.max_calls, 7);
    assert_int_equal(o.max_dialogs, 8);
    assert_int_equal(o.max_streams, d.max_streams);
    assert_true(o.n_buffers == 2 && o.buffers_ms[0] == 30 && o.buffers_ms[1] == 500);
    assert_true(o.buffer_ms == 60 && o.network_ms == 0 && o.advantage == 5.5);
    assert_string_equal(o.g711, "g711-plc");
    settings_done(&s);
}

/* What the table itself must fulfil: names once, letters once, choices with words, flags without argument. */
static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        const struct option_row *o = option_at(i);
        assert_non_null(o->help);
        if (o->kind == OPTION_GROUP)
            continue;
        assert_non_null(o->name);
        bool flag = o->kind == OPTION_FLAG || o->kind == OPTION_COUNT;
        assert_true(flag == !o->arg);
        assert_true(o->with != 0);
        assert_true((o->kind == OPTION_CHOICE) == (o->arg && o->kind != OPTION_LADDER && strchr(o->arg, '|')));
        for (size_t k = i + 1; k < option_count(); k++) {
            const struct option_row *p = option_at(k);
            if (p->kind == OPTION_GROUP)
                continue;
            assert_string_not_equal(o->name, p->name);
            assert_true(!o->letter || o->letter != p->letter);
            assert_true(o->at != p->at);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),    cmocka_unit_test(test_defaults), cmocka_unit_test(test_words_anywhere),
        cmocka_unit_test(test_ladder),        cmocka_unit_test(test_paths),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_engine_options), cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
