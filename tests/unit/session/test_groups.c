/* Frames go through the engine in groups, of which several are under way at once: that must never show. Each shipped
 * capture is cut in several ways, with the usual caps and with caps so small that flows, streams and calls are evicted
 * while later groups have found them already. */
#include "support/check.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <voipqos/report.h>

#include "net/savefile.h"

#define FRAMES_MOST 20000

struct text {
    char *p;
    size_t n, room;
};

static int write_text(const char *p, size_t n, void *arg)
{
    struct text *t = arg;
    while (t->room - t->n < n) {
        t->room = t->room ? 2 * t->room : 1 << 16;
        t->p = realloc(t->p, t->room);
        assert_non_null(t->p);
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    return 0;
}

/* The report of all that is in the file when it comes in pieces of `cut` frames. */
static struct text report(const uint8_t *file, size_t n, size_t cut, bool small)
{
    static struct vq_frame frames[FRAMES_MOST];
    struct vq_savefile *s;
    assert_int_equal(vq_savefile_new_memory(&s, file, n), 0);
    size_t n_frames = 0, got;
    while ((got = vq_savefile_next(s, frames + n_frames, FRAMES_MOST - n_frames)))
        n_frames += got;
    assert_true(n_frames > 0 && n_frames < FRAMES_MOST);
    struct vq_options o;
    vq_options_defaults(&o);
    if (small)
        o.max_flows = o.max_streams = o.max_calls = 1;
    struct vq_engine *e;
    assert_int_equal(vq_engine_new(&e, &o), 0);
    for (size_t i = 0; i < n_frames; i += cut)
        assert_int_equal(vq_engine_feed(e, frames + i, n_frames - i < cut ? n_frames - i : cut), 0);
    vq_engine_finish(e);
    const struct vq_report_input input = {.path = "a.pcap", .format = "pcap"};
    const struct vq_report_style style = {.width = 100};
    struct text t = {.p = NULL};
    assert_int_equal(vq_report_json(e, &input, &style, write_text, &t), 0);
    vq_engine_free(e);
    vq_savefile_free(s);
    return t;
}

static void check_file(const char *path, bool small)
{
    static uint8_t file[8 << 20];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(file, 1, sizeof file, f);
    assert_true(n > 0 && n < sizeof file);
    fclose(f);
    static const size_t cuts[] = {3, 16, 50, FRAMES_MOST};
    struct text one = report(file, n, 1, small);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct text t = report(file, n, cuts[i], small);
        if (t.n != one.n || memcmp(t.p, one.p, t.n) != 0)
            fail_msg("%s, %s caps: in pieces of %zu frames it comes to something else", path, small ? "small" : "usual", cuts[i]);
        free(t.p);
    }
    free(one.p);
}

static void test_cuts(void **state)
{
    const char *dir = getenv("CAPTURES");
    char pattern[512];
    snprintf(pattern, sizeof pattern, "%s/*.pcap*", dir ? dir : "captures");
    glob_t g;
    assert_int_equal(glob(pattern, 0, NULL, &g), 0);
    assert_true(g.gl_pathc >= 8);
    for (size_t i = 0; i < g.gl_pathc; i++)
        check_file(g.gl_pathv[i], *(const bool *)*state);
    globfree(&g);
}

int main(void)
{
    static bool usual = false, small = true;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_cuts, &usual),
        cmocka_unit_test_prestate(test_cuts, &small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
