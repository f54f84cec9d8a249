/* test_keylog.c - a key log that grows, in pieces of any size, becomes shorter, or holds what is none. */
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <voipqos/model.h>

#include "app/app.h"
#include "app/keylog.h"

/* The program's voice; the test listens to exit codes. */
void say(const char *fmt, ...)
{
    (void)fmt;
}

struct log {
    struct vq_engine *e;
    struct keylog k;
    int fd;
    char path[64];
};

static int setup(void **state)
{
    static struct log l;
    struct vq_options o;
    vq_options_defaults(&o);
    strcpy(l.path, "/tmp/voipqos-keylog-XXXXXX");
    l.fd = mkstemp(l.path);
    *state = &l;
    return l.fd < 0 || vq_engine_new(&l.e, &o) || keylog_open(&l.k, l.path) != EXIT_DONE;
}

static int teardown(void **state)
{
    struct log *l = *state;
    keylog_close(&l->k);
    close(l->fd);
    unlink(l->path);
    vq_engine_free(l->e);
    return 0;
}

static void put(struct log *l, const char *text, size_t n)
{
    assert_int_equal(write(l->fd, text, n), n);
}

/* A secret of the `i`th connection, 170 characters and the line's end. */
static size_t line(char *to, size_t room, unsigned i)
{
    char random[65], secret[97];
    snprintf(random, sizeof random, "%064x", i + 1);
    snprintf(secret, sizeof secret, "%096x", i + 7);
    int n = snprintf(to, room, "CLIENT_RANDOM %s %s\n", random, secret);
    assert_true(n > 0 && (size_t)n < room);
    return (size_t)n;
}

static struct vq_stats stats(const struct log *l)
{
    struct vq_stats st;
    vq_engine_stats(l->e, &st);
    return st;
}

/* Whatever is written between two readings, no line is lost, doubled or torn. */
static void grows(void **state)
{
    struct log *l = *state;
    static char all[100 * 256];
    size_t n = 0;
    for (unsigned i = 0; i < 100; i++)
        n += line(all + n, sizeof all - n, i);
    for (size_t at = 0, step = 1; at < n; at += step, step = step * 3 % 5003 + 1) {
        put(l, all + at, n - at < step ? n - at : step);
        assert_int_equal(keylog_read(&l->k, l->e, false), EXIT_DONE);
    }
    assert_int_equal(stats(l).tls_keys, 100);
    assert_int_equal(stats(l).tls_keys_bad, 0);
}

/* The last line may have no end, but only where the file has one. */
static void ends_within_a_line(void **state)
{
    struct log *l = *state;
    char text[256];
    size_t n = line(text, sizeof text, 0);
    put(l, text, n - 1);
    assert_int_equal(keylog_read(&l->k, l->e, false), EXIT_DONE);
    assert_int_equal(stats(l).tls_keys, 0);
    assert_int_equal(keylog_read(&l->k, l->e, true), EXIT_DONE);
    assert_int_equal(stats(l).tls_keys, 1);
    assert_int_equal(stats(l).tls_keys_bad, 0);
}

/* A shorter file is another one: it is read from its start, without what was left of the old one's last line. */
static void begins_anew(void **state)
{
    struct log *l = *state;
    char text[512];
    size_t n = line(text, sizeof text, 0);
    put(l, text, n);
    put(l, "CLIENT_RAN", 10);
    assert_int_equal(keylog_read(&l->k, l->e, false), EXIT_DONE);
    assert_int_equal(ftruncate(l->fd, 0), 0);
    assert_int_equal(lseek(l->fd, 0, SEEK_SET), 0);
    put(l, text, line(text, sizeof text, 1));
    assert_int_equal(keylog_read(&l->k, l->e, false), EXIT_DONE);
    assert_int_equal(stats(l).tls_keys, 2);
    assert_int_equal(stats(l).tls_keys_bad, 0);
}

/* Nothing that is longer than any line keeps the next one away. */
static void passes_a_long_line(void **state)
{
    struct log *l = *state;
    static char rubbish[3 * KEYLOG_LINE + 17];
    char text[256];
    memset(rubbish, 'x', sizeof rubbish);
    rubbish[sizeof rubbish - 1] = '\n';
    put(l, rubbish, sizeof rubbish);
    put(l, text, line(text, sizeof text, 0));
    assert_int_equal(keylog_read(&l->k, l->e, false), EXIT_DONE);
    assert_int_equal(stats(l).tls_keys, 1);
    assert_true(stats(l).tls_keys_bad > 0);
    assert_int_equal(l->k.n, 0);
}

/* A full line of the room's size with its end is one line, and the room is used to its last byte. */
static void fills_the_room(void **state)
{
    struct log *l = *state;
    static char comment[KEYLOG_LINE];
    char text[256];
    memset(comment, '#', sizeof comment);
    comment[sizeof comment - 1] = '\n';
    for (int i = 0; i < 3; i++) {
        put(l, comment, sizeof comment);
        put(l, text, line(text, sizeof text, (unsigned)i));
    }
    assert_int_equal(keylog_read(&l->k, l->e, false), EXIT_DONE);
    assert_int_equal(stats(l).tls_keys, 3);
    assert_int_equal(stats(l).tls_keys_bad, 0);
}

static void refuses(void **state)
{
    struct log *l = *state;
    struct keylog k;
    assert_int_equal(keylog_open(&k, "/nonexistent-folder/keys"), EXIT_INPUT);
    assert_int_equal(keylog_open(&k, "/tmp"), EXIT_INPUT);
    keylog_close(&k);
    assert_int_equal(keylog_open(&k, NULL), EXIT_DONE);
    assert_int_equal(keylog_read(&k, l->e, true), EXIT_DONE);
    keylog_close(&k);
    assert_false(stats(l).tls_keylog);
    int write_only = open(l->path, O_WRONLY);
    k = (struct keylog){.path = l->path, .fd = write_only};
    assert_int_equal(keylog_read(&k, l->e, false), EXIT_INPUT);
    keylog_close(&k);
    assert_int_equal(fcntl(write_only, F_GETFD), -1);
    assert_int_equal(errno, EBADF);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(grows), T(ends_within_a_line), T(begins_anew), T(passes_a_long_line), T(fills_the_room),
                                       T(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
