/* paths.h - the capture files that the command line names, patterns expanded. */
#ifndef VQ_APP_PATHS_H
#define VQ_APP_PATHS_H

#include <stdbool.h>
#include <stddef.h>

struct paths {
    char **at; /* owned, and each of them */
    size_t n, room;
};

/* Adds a path; one that names no file but is a pattern ("ring*.pcap") adds what it matches, in the order of names, or
 * itself when it matches nothing. 0 or -ENOMEM. */
int paths_add(struct paths *p, const char *word);
void paths_done(struct paths *p);

/* Whether a word behind the options is a file that a shell made of "-r *.pcap", not a word of a filter: it names a file
 * and looks like one. */
bool path_like(const char *word);
/* Both are the same regular file. */
bool path_same(const char *a, const char *b);

#endif
