/* paths.c - a list of paths that grows by patterns. */
#include "app/paths.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int add_one(struct paths *p, const char *path)
{
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 8;
        char **at = realloc(p->at, room * sizeof *at);
        if (!at)
            return -ENOMEM;
        p->at = at;
        p->room = room;
    }
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    p->at[p->n++] = copy;
    return 0;
}

int paths_add(struct paths *p, const char *word)
{
    struct stat st;
    glob_t g = {0};
    /* A file may be called "a[1].pcap". */
    if (!strpbrk(word, "*?[") || !stat(word, &st))
        return add_one(p, word);
    int rc = glob(word, 0, NULL, &g);
    if (rc == GLOB_NOSPACE)
        return -ENOMEM;
    if (rc)
        return add_one(p, word);
    for (size_t i = 0; i < g.gl_pathc && !rc; i++)
        rc = add_one(p, g.gl_pathv[i]);
    globfree(&g);
    return rc;
}

void paths_done(struct paths *p)
{
    for (size_t i = 0; i < p->n; i++)
        free(p->at[i]);
    free(p->at);
    *p = (struct paths){0};
}

bool path_like(const char *word)
{
    struct stat st;
    return strpbrk(word, "./") && !stat(word, &st) && S_ISREG(st.st_mode);
}

bool path_same(const char *a, const char *b)
{
    struct stat x, y;
    return !stat(a, &x) && !stat(b, &y) && S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}
