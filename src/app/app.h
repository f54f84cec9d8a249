/* app.h - what the parts of the command line share: exit codes, messages, settings. */
#ifndef VQ_APP_APP_H
#define VQ_APP_APP_H

#include "app/codecs.h"
#include "app/paths.h"

#include <voipqos/report.h>

/* Documented in packaging/voipqos.1; scripts rely on them. When two apply, the greater is returned. */
enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 1,   /* the command line cannot be carried out */
    EXIT_INPUT = 2,   /* nothing could be read */
    EXIT_DAMAGED = 3, /* reading ended early; everything before is reported */
    EXIT_OUTPUT = 4,  /* something that was asked for could not be written */
};

/* "voipqos: ..." and a newline on standard error. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define LADDERS_MAX 32

struct real_list {
    double v[VQ_BUFFERS_MAX];
    unsigned n;          /* 0: the engine's default */
};

/* What the command line says, filled in through the option table. */
struct settings {
    struct paths read;   /* each a path or "-" */
    bool no_unpack_limit;
    const char *keylog;  /* path */
    const char *iface;
    bool list;           /* -D */
    const char *filter;
    char *filter_words;  /* the trailing words joined, owned; `filter` then points to it */
    const char *json;    /* path or "-" */
    const char *plots;   /* folder */
    const char *out;     /* folder */
    const char *wav;     /* folder */
    double wav_buffer_ms; /* NAN: none */
    const char *ladders[LADDERS_MAX]; /* call numbers or Call-IDs; "" means all */
    unsigned n_ladders;
    bool quiet, all, ascii, account, help, version;
    unsigned verbose;
    unsigned color;       /* enum color */
    unsigned rating;      /* enum vq_rating_scheme */
    unsigned tiphon_loss; /* enum vq_tiphon_loss */
    uint32_t interval_s, duration_s;
    bool plc, voipmonitor;
    const char *model;
    const char *codecs;  /* path */
    double buffer_ms, delay_ms, advantage, join_threshold; /* NAN: the engine's default */
    struct real_list buffers;
    uint32_t max_calls, max_streams, max_flows, max_registrations, max_dialogs; /* 0: the mode's default */
};

/* The command line's settings as engine options; live captures get the engine's caps, files get room for anything. */
void settings_options(const struct settings *s, const struct codecs *c, struct vq_options *o, bool live);

int run_file(const struct settings *s);
int run_live(const struct settings *s);
int list_interfaces(void);
void print_version(void);

#endif
