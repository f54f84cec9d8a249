/* Files that appear whole or not at all. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/sink.h"

static char dir[] = "/tmp/voipqos-test-sink-XXXXXX";
static char path[128];

static int setup(void **state)
{
    (void)state;
    strcpy(dir + sizeof dir - 7, "XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/report", dir);
    return 0;
}

static unsigned files_in(const char *where, bool remove_them)
{
    char name[512];
    unsigned n = 0;
    DIR *d = opendir(where);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..")) {
            n++;
            snprintf(name, sizeof name, "%s/%s", where, e->d_name);
            if (remove_them)
                assert_int_equal(remove(name), 0);
        }
    closedir(d);
    return n;
}

static int teardown(void **state)
{
    (void)state;
    files_in(dir, true);
    return rmdir(dir);
}

/* The whole file, NUL-terminated; the caller frees. */
static char *slurp(size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *text = malloc(1 << 20);
    assert_non_null(text);
    *n = fread(text, 1, (1 << 20) - 1, f);
    text[*n] = 0;
    fclose(f);
    return text;
}

static void expect_text(const char *want)
{
    size_t n;
    char *text = slurp(&n);
    assert_string_equal(text, want);
    free(text);
}

static void test_whole(void **state)
{
    (void)state;
    struct sink k;
    assert_int_equal(sink_open(&k, path), 0);
    assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
    assert_int_equal(files_in(dir, false), 1);
    assert_int_equal(sink_write("ab", 2, &k), 0);
    assert_int_equal(sink_write("", 0, &k), 0);
    assert_int_equal(sink_write("c", 1, &k), 0);
    assert_int_equal(sink_close(&k, true), 0);
    expect_text("abc");
    assert_int_equal(files_in(dir, false), 1);
    /* Again, over the old one. */
    assert_int_equal(sink_open(&k, path), 0);
    sink_write("new", 3, &k);
    expect_text("abc");
    assert_int_equal(sink_close(&k, true), 0);
    expect_text("new");
}

static void test_given_up(void **state)
{
    (void)state;
    struct sink k;
    assert_int_equal(sink_open(&k, path), 0);
    sink_write("half", 4, &k);
    assert_int_equal(sink_close(&k, false), 0);
    assert_int_equal(files_in(dir, false), 0);
}

static void test_long_pieces(void **state)
{
    (void)state;
    struct sink k;
    size_t want = 0, n;
    static char piece[50000];
    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = (char)('a' + i % 23);
    assert_int_equal(sink_open(&k, path), 0);
    for (size_t len = 1; len < sizeof piece; len = len * 3 + 1) {
        assert_int_equal(sink_write(piece, len, &k), 0);
        want += len;
    }
    assert_true(want > 2 * sizeof k.buf);
    assert_int_equal(sink_close(&k, true), 0);
    char *text = slurp(&n), *at = text;
    assert_int_equal(n, want);
    for (size_t len = 1; len < sizeof piece; len = len * 3 + 1) {
        assert_memory_equal(at, piece, len);
        at += len;
    }
    free(text);
}

static void test_mode_follows_umask(void **state)
{
    (void)state;
    struct sink k;
    struct stat st;
    mode_t old = umask(027);
    assert_int_equal(sink_open(&k, path), 0);
    assert_int_equal(sink_close(&k, true), 0);
    umask(old);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void test_left_over_temporary(void **state)
{
    (void)state;
    struct sink k;
    char tmp[192];
    snprintf(tmp, sizeof tmp, "%s/.voipqos-%ld.tmp", dir, (long)getpid());
    FILE *f = fopen(tmp, "w");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(sink_open(&k, path), 0);
    sink_write("x", 1, &k);
    assert_int_equal(sink_close(&k, true), 0);
    expect_text("x");
    assert_int_equal(files_in(dir, false), 1);
}

static void test_refused(void **state)
{
    (void)state;
    struct sink k;
    assert_int_equal(sink_open(&k, "/nonexistent-folder/report"), -ENOENT);
    assert_int_equal(sink_open(&k, dir), -EISDIR);
    assert_int_equal(sink_open(&k, ""), -ENOENT);
    assert_int_equal(files_in(dir, false), 0);
}

static void test_full_device(void **state)
{
    (void)state;
    struct sink k;
    static char piece[40000];
    if (access("/dev/full", W_OK))
        skip();
    assert_int_equal(sink_open(&k, "/dev/full"), 0);
    assert_int_equal(sink_write(piece, sizeof piece, &k), -ENOSPC);
    assert_int_equal(sink_write("x", 1, &k), -ENOSPC);
    assert_int_equal(sink_close(&k, true), -ENOSPC);
    assert_int_equal(access("/dev/full", F_OK), 0); /* devices are written to, not replaced */
}

static void test_folder(void **state)
{
    (void)state;
    assert_int_equal(folder_make(path), 0);
    assert_int_equal(folder_make(path), 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(folder_make("/nonexistent-folder/a"), -ENOENT);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(folder_make(path), -ENOTDIR);
}

int main(void)
{
#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_whole),   TEST(test_given_up),   TEST(test_long_pieces), TEST(test_mode_follows_umask),
        TEST(test_refused), TEST(test_full_device), TEST(test_folder),     TEST(test_left_over_temporary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
