/* options.h - the option table: parsing, --help, the man page and the shell completion all follow it. */
#ifndef VQ_APP_OPTIONS_H
#define VQ_APP_OPTIONS_H

#include "app/app.h"

#include <stdio.h>

enum option_kind {
    OPTION_GROUP,  /* a heading of --help; `help` is its text */
    OPTION_FLAG,   /* bool */
    OPTION_COUNT,  /* unsigned, once more each time */
    OPTION_TEXT,   /* const char *, given once */
    OPTION_PATHS,  /* struct paths, one more each time */
    OPTION_CHOICE, /* unsigned: which of the words in `arg`, separated by '|' */
    OPTION_NUMBER, /* uint32_t from 1 on */
    OPTION_REAL,   /* double from 0 on */
    OPTION_LIST,   /* struct real_list: numbers from 1 on, separated by commas */
    OPTION_LADDER, /* optional argument, may be repeated */
};

enum { WITH_FILE = 1, WITH_LIVE = 2, WITH_BOTH = 3 };

struct option_row {
    enum option_kind kind;
    char letter;       /* 0: none */
    const char *name;
    const char *arg;   /* name of the argument, NULL: none */
    size_t at;         /* offset in struct settings */
    unsigned with;     /* modes in which it means something */
    const char *help;  /* lines are broken by '\n' */
};

size_t option_count(void);
const struct option_row *option_at(size_t i);

/* Fills in `s`; EXIT_DONE, or EXIT_USAGE after saying what is wrong. settings_done() frees what it holds. */
int settings_parse(struct settings *s, int argc, char **argv);
void settings_done(struct settings *s);

void options_print(FILE *to);

#endif
