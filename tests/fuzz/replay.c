/* Feeds a fuzz target every file named on the command line (or in the folders named), each placed before a guard page:
 * what the fuzzer once found stays found without a fuzzer. */
#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "support/guard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static unsigned fed;

static void feed_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    static uint8_t data[1 << 20];
    size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    struct vq_guard g;
    guard_init(&g, n + 1);
    LLVMFuzzerTestOneInput(guard_put(&g, data, n), n);
    guard_done(&g);
    fed++;
}

static void feed(const char *path)
{
    struct stat st;
    if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
        feed_file(path);
        return;
    }
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    assert(n >= 0);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
        if (!stat(file, &st) && S_ISREG(st.st_mode))
            feed_file(file);
        free(names[i]);
    }
    free(names);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        feed(argv[i]);
    printf("%u inputs replayed\n", fed);
    return fed ? 0 : 1;
}
