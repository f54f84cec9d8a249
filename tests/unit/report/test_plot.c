/* test_plot.c - the plot's table, and a script in which nothing from the wire can act. */
#include "fake_model.h"

#include "report/plot.c"
#include "report/plot_wave.c"

static struct vq_engine full(void)
{
    struct vq_engine e = {.n_calls = 1, .n_streams = 1, .t_calls = 1, .t_streams = 1, .t_intervals = 4};
    e.stats.start = T0;
    e.calls[0] = fake_call(NULL, 0);
    e.streams[0] = fake_stream();
    e.streams[0].n_intervals = 4;
    e.intervals[0] = (struct vq_interval){.width = S, .packets = 50, .jitter_ms = 1, .interarrival_ms = 20,
                                          .interarrival_max_ms = 25, .r = 93.2, .mos = 4.41};
    e.intervals[1] = (struct vq_interval){.width = S, .packets = 45, .lost = 5, .jitter_ms = 2.5, .interarrival_ms = 22,
                                          .interarrival_max_ms = 61, .r = 50, .mos = 2.58};
    e.intervals[2] = (struct vq_interval){.width = S, .jitter_ms = NAN, .interarrival_ms = NAN,
                                          .interarrival_max_ms = NAN, .r = NAN, .mos = NAN};
    e.intervals[3] = (struct vq_interval){.width = S, .packets = 50, .jitter_ms = 0.5, .interarrival_ms = 20,
                                          .interarrival_max_ms = 21, .r = 93.2, .mos = 4.41};
    return e;
}

static struct vq_buf data_of(const struct vq_engine *e)
{
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_plot_data(e, 1, take, &b), 0);
    return b;
}

static struct vq_buf script_of(const struct vq_engine *e, const char *name)
{
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_plot_script(e, 1, name, take, &b), 0);
    return b;
}

static void writes_a_table(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.intervals[1].late = 9; /* of 50 */
    struct vq_buf b = data_of(&e);
    double v[11];
    const char *line = strchr(b.p, '\n') + 1;
    static const double want[4][11] = {
        {3, 50, 0, 0, 1, 20, 25, 93.2, 4.41, 1, 0},
        {4, 45, 5, 10, 2.5, 22, 61, 50, 2.58, 1, 18},
        {5, 0, 0, NAN, NAN, NAN, NAN, NAN, NAN, 1, NAN},
        {6, 50, 0, 0, 0.5, 20, 21, 93.2, 4.41, 1, 0},
    };
    for (size_t i = 0; i < 4; i++) {
        char *p = (char *)(uintptr_t)line;
        for (size_t k = 0; k < 11; k++) {
            v[k] = strtod(p, &p);
            if (isnan(want[i][k]))
                assert_true(isnan(v[k]));
            else
                assert_true(fabs(v[k] - want[i][k]) < 1e-6);
        }
        assert_int_equal(*p, '\n');
        line = p + 1;
    }
    assert_int_equal(*line, '\0');
    assert_has(&b, " NaN");
    assert_lacks(&b, "nan");
    vq_buf_done(&b);
}

/* What fills less than half of the last interval is counted, and neither averaged nor scored. */
static void leaves_out_a_stub(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.streams[0].end = e.streams[0].start + 3 * S + S / 2;
    struct vq_buf b = data_of(&e);
    assert_has(&b, "\n     6.000          50           0      0.0000      0.5000     20.0000     21.0000      93.200      4.4100");
    vq_buf_done(&b);
    e.streams[0].end--;
    b = data_of(&e);
    assert_has(&b, "\n     6.000          50           0      0.0000      0.5000         NaN         NaN         NaN         NaN");
    vq_buf_done(&b);
    e.streams[0].n_intervals = 1; /* all that there is */
    e.streams[0].end = e.streams[0].start + S / 4;
    b = data_of(&e);
    assert_has(&b, "\n     3.000          50           0      0.0000      1.0000     20.0000     25.0000      93.200      4.4100");
    vq_buf_done(&b);
}

static size_t lines_of(const struct vq_buf *b)
{
    size_t n = 0;
    for (const char *p = b->p; *p; p++)
        n += *p == '\n';
    return n;
}

/* Long streams: at most VQ_PLOT_MAX_POINTS lines, no packet and no loss goes missing, and the worst MOS still shows. */
static void merges_intervals(void **state)
{
    (void)state;
    static const unsigned sizes[] = {VQ_PLOT_MAX_POINTS, VQ_PLOT_MAX_POINTS + 1, 3 * VQ_PLOT_MAX_POINTS + 7, 100000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct vq_engine e = full();
        e.streams[0].n_intervals = sizes[i];
        struct vq_buf b = data_of(&e);
        bool merged = sizes[i] > VQ_PLOT_MAX_POINTS;
        assert_true(lines_of(&b) <= (size_t)VQ_PLOT_MAX_POINTS + (merged ? 2 : 1));
        double packets = 0, lost = 0, width = 0, worst = 9, wanted_packets = 0, wanted_lost = 0;
        for (const char *p = b.p; *p; p += strcspn(p, "\n") + 1) {
            if (*p == '#')
                continue;
            char *q = (char *)(uintptr_t)p;
            double v[10];
            for (size_t k = 0; k < 10; k++)
                v[k] = strtod(q, &q);
            packets += v[1];
            lost += v[2];
            worst = v[8] < worst ? v[8] : worst;
            width += v[9];
        }
        for (unsigned k = 0; k < sizes[i]; k++) {
            wanted_packets += e.intervals[k % 4].packets;
            wanted_lost += e.intervals[k % 4].lost;
        }
        assert_true(packets == wanted_packets);
        assert_true(lost == wanted_lost);
        assert_true(fabs(width - sizes[i]) < 1e-6);
        assert_true(fabs(worst - 2.58) < 1e-6);
        vq_buf_done(&b);
    }
}

/* Walks the script as gnuplot's lexer does: no back-quote at all, every quote closed on its line, and nothing but our
 * own commands outside of quotes. */
static void assert_inert(const struct vq_buf *b)
{
    static const char *const commands[] = {"reset", "set",   "unset",  "plot", "if",
                                           "}",     "    set", "} else {", "#",    ""};
    assert_clean(b, false, false);
    assert_lacks(b, "`");
    for (const char *p = b->p; *p;) {
        size_t k = 0, count = sizeof commands / sizeof commands[0];
        while (k < count && (strncmp(p, commands[k], strlen(commands[k])) || (!*commands[k] && *p != '\n')))
            k++;
        assert_true(k < count);
        char quote = 0;
        bool comment = *p == '#';
        for (; *p != '\n'; p++) {
            assert_int_not_equal(*p, '\0');
            if (comment && !quote)
                continue;
            if (quote == '"' && *p == '\\') {
                p++;
                assert_true(*p > ' ');
            } else if (quote && *p == quote) {
                quote = 0;
            } else if (!quote && (*p == '"' || *p == '\'')) {
                quote = *p;
            } else if (!quote) {
                assert_null(strchr("!;", *p));
            }
        }
        assert_int_equal(quote, 0);
        p++;
    }
}

static void writes_a_script(void **state)
{
    (void)state;
    struct vq_engine e = full();
    struct vq_buf b = script_of(&e, "stream-1");
    assert_inert(&b);
    assert_has(&b, "set output 'stream-1.png'");
    assert_has(&b, "set output 'stream-1.svg'");
    assert_has(&b, "'stream-1.dat'");
    assert_has(&b, "Call 1: 1001 → 1002, PCMU");
    assert_has(&b, "10.0.0.1:4000 → 10.0.0.3:4002");
    assert_lacks(&b, " title \"Call");
    assert_has(&b, "set terminal png noenhanced");
    assert_has(&b, "set yrange [1:4.5]");
    assert_has(&b, "($10*0.9) with boxes");
    assert_has(&b, "set ylabel \"interarrival, ms\"\nset yrange [0:84.18]\n"); /* the key stands above the longest, 61 */
    assert_lacks(&b, "too late");
    assert_has(&b, "396 packets, 1.00 % lost, jitter");
    vq_buf_done(&b);
    e.streams[0].discarded = 59;
    e.intervals[1].late = 9;
    b = script_of(&e, "stream-1");
    assert_inert(&b);
    assert_has(&b, "($4+$11):($10*0.9) with boxes lc rgb \"#e8a33d\" title \"too late for the jitter buffer\"");
    assert_has(&b, "396 packets, 1.00 % lost, 14.9 % late, jitter");
    vq_buf_done(&b);
}

static void lets_nothing_hostile_act(void **state)
{
    (void)state;
    static char longest[5000];
    memset(longest, '`', sizeof longest - 1);
    static const char *const texts[] = {HOSTILE, longest,       "\\",       "\"", "a\\\"`id`",
                                        "$(id)", "@a {/*99 b}", "\xe2\x80", "'"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct vq_engine e = full();
        e.calls[0].from = e.calls[0].to = e.streams[0].codec = texts[i];
        struct vq_buf b = script_of(&e, "x");
        assert_inert(&b);
        vq_buf_done(&b);
        e.streams[0] = bare_stream();
        e.streams[0].jitter_why = e.streams[0].score_why = texts[i];
        b = script_of(&e, "x");
        assert_inert(&b);
        vq_buf_done(&b);
    }
}

static void draws_without_data(void **state)
{
    (void)state;
    struct vq_engine e = full();
    e.streams[0] = bare_stream();
    struct vq_buf b = script_of(&e, "x"), d = data_of(&e);
    assert_inert(&b);
    assert_int_equal(lines_of(&d), 1);
    assert_has(&b, "plot NaN notitle");
    assert_has(&b, "clock rate not known");
    assert_has(&b, "codec not known");
    assert_lacks(&b, "nan");
    assert_lacks(&b, "inf");
    assert_lacks(&b, "x.dat' using");
    vq_buf_done(&b);
    vq_buf_done(&d);
}

/* File names that gnuplot would run as a command, or that break out of their quotes. */
static void refuses_names_that_act(void **state)
{
    (void)state;
    static const char *const names[] = {"", "|id", "<id", "a`id`", "a'b", "a\"b", "a\nb", "a\x7f", ">x"};
    struct vq_engine e = full();
    struct vq_buf b;
    vq_buf_init(&b);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_int_equal(vq_report_plot_script(&e, 1, names[i], take, &b), -EINVAL);
    assert_int_equal(vq_report_plot_script(&e, 2, "x", take, &b), -ENOENT);
    assert_int_equal(vq_report_plot_data(&e, 2, take, &b), -ENOENT);
    assert_int_equal(b.n, 0);
    int times = 0;
    assert_int_equal(vq_report_plot_script(&e, 1, "x", refuse, &times), -EPIPE);
    assert_int_equal(times, 1);
    vq_buf_done(&b);
}

static struct vq_report_wave wave(void)
{
    struct vq_report_wave w = {.file = "call-1.wav", .call = 1, .channels = 2, .n = 2, .start_s = 3, .duration_s = 4};
    w.column[0][0] = (struct vq_wave_column){-32768, 16384, 0};
    w.column[1][1] = (struct vq_wave_column){0, 0, 0.25f};
    return w;
}

static void writes_a_wave(void **state)
{
    (void)state;
    struct vq_engine e = full();
    struct vq_report_wave w = wave();
    struct vq_buf b;
    vq_buf_init(&b);
    assert_int_equal(vq_report_wave_data(&w, take, &b), 0);
    assert_int_equal(lines_of(&b), 3);
    assert_has(&b, "\n     4.000 -1.0000  0.5000   0.000  0.0000  0.0000   0.000\n");
    assert_has(&b, "\n     6.000  0.0000  0.0000   0.000  0.0000  0.0000   0.250\n");
    vq_buf_clear(&b);
    assert_int_equal(vq_report_wave_script(&e, &w, "call-1-audio", take, &b), 0);
    assert_inert(&b);
    assert_has(&b, "set output 'call-1-audio.png'");
    assert_has(&b, "set output 'call-1-audio.svg'");
    assert_has(&b, "Call 1: 1001 → 1002");
    assert_has(&b, "1001 (left)");
    assert_has(&b, "1002 (right)");
    assert_has(&b, "red: nothing to play (height: share of the moment)\"");
    assert_has(&b, "set ylabel \"of full scale\"\n");
    assert_int_equal(vq_report_wave_script(&e, &w, "a`id`", take, &b), -EINVAL);
    w.channels = 3;
    assert_int_equal(vq_report_wave_script(&e, &w, "x", take, &b), -EINVAL);
    vq_buf_done(&b);
}

static void lets_nothing_hostile_act_in_a_wave(void **state)
{
    (void)state;
    static const char *const texts[] = {HOSTILE, "\\", "\"", "a\\\"`id`", "$(id)", "@a {/*99 b}", "\xe2\x80", "'"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct vq_engine e = full();
        struct vq_report_wave w = wave();
        struct vq_buf b;
        vq_buf_init(&b);
        e.calls[0].from = e.calls[0].to = w.file = texts[i];
        assert_int_equal(vq_report_wave_script(&e, &w, "x", take, &b), 0);
        assert_inert(&b);
        vq_buf_done(&b);
    }
}

/* Far below 0 R is no number any more. */
static void says_r_below_zero(void **state)
{
    (void)state;
    struct vq_engine e = full();
    struct vq_buf b = script_of(&e, "x");
    assert_lacks(&b, "R < 0");
    vq_buf_done(&b);
    e.streams[0].r = -0.1;
    b = script_of(&e, "x");
    assert_has(&b, ", R < 0, MOS ");
    vq_buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_table), cmocka_unit_test(leaves_out_a_stub), cmocka_unit_test(writes_a_wave),
        cmocka_unit_test(lets_nothing_hostile_act_in_a_wave),
        cmocka_unit_test(merges_intervals),
        cmocka_unit_test(writes_a_script), cmocka_unit_test(says_r_below_zero),
        cmocka_unit_test(lets_nothing_hostile_act),
        cmocka_unit_test(draws_without_data),
        cmocka_unit_test(refuses_names_that_act),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
