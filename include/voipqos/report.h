/* report.h - the engine's findings as text, JSON, ladders and gnuplot scripts.
 *
 * Every report is written through a callback, piece by piece, so that a large one needs little memory. Functions
 * return 0, -ENOMEM, or whatever non-zero value the callback returned. */
#ifndef VOIPQOS_REPORT_H
#define VOIPQOS_REPORT_H

#include <voipqos/model.h>
#include <voipqos/rating.h>

/* Takes `n` bytes; non-zero stops the report. */
typedef int vq_write_h(const char *text, size_t n, void *arg);

/* One of the files that were read. */
struct vq_report_file {
    const char *path;             /* "-" for standard input */
    const char *format;           /* "pcap", "pcapng", NULL: not known */
    const char *compression;      /* "gzip", "zstd", NULL: none */
    const uint32_t *links;        /* link types met in it, in order of appearance */
    size_t n_links;
    const char *truncated;        /* what is damaged, NULL when whole */
};

/* What became of frames by a filter expression. */
struct vq_report_filter {
    const char *expression;
    uint64_t refused;             /* frames, of which the engine knows nothing; live: see `by_kernel` */
    uint64_t kept_tunnelled;      /* matched by what their tags or tunnels carry */
    uint64_t kept_fragments;      /* later ones of packets whose first one matched, and first ones of IPv6 */
    uint64_t unknown_tunnelled;   /* of the refused: the expression cannot be asked about what they carry */
    uint64_t unknown_fragments;   /* of the refused: fragments whose first one had not been seen */
    bool by_kernel;               /* most are refused before anybody could count them */
};

/* The sound of a stream, where it was decoded. */
struct vq_report_audio {
    uint32_t stream;              /* id */
    const char *file;             /* name of the WAV file in its folder; NULL: there is none ... */
    const char *why;              /* ... because */
    double offset_s;              /* the stream's first sample in the file */
    double decoded_s;             /* speech that was decoded, pauses not counted */
    double level_dbov, peak_dbov; /* NAN: no sample */
    double silence_pct;           /* of the time from the first sample to the last */
    uint64_t clipped_samples;
    uint64_t late_packets;        /* that the simulated buffer dropped */
};

/* What the reports need to know about the input that the engine does not. Text for people has `path`, `format` and
 * `links`; JSON lists `files` when they are given. */
struct vq_report_input {
    const char *path;             /* "-" for standard input, "eth0" when live */
    const char *format;           /* "pcap", "pcapng", "live" */
    const uint32_t *links;        /* link types met, in order of appearance */
    size_t n_links;
    const char *truncated;        /* what is damaged ("frame 812 is cut off at byte 40960"), NULL when whole */
    bool live;
    const struct vq_report_file *files; /* NULL: the one above */
    size_t n_files;
    const struct vq_report_filter *filter; /* NULL: none */
    uint64_t overlapping_files;   /* how many share some of their time with another */
    const struct vq_report_audio *audio; /* in the order of ids; NULL: nothing was to be decoded */
    size_t n_audio;
};

struct vq_report_style {
    bool color;                   /* ANSI colours */
    bool utf8;                    /* box drawing and arrows; false: ASCII */
    unsigned width;               /* columns of the terminal, 0: no limit (a file or pipe: 100) */
    unsigned max_rows;            /* calls, registrations ... shown by the summary, 0: all */
    enum vq_rating_scheme rating;
    enum vq_tiphon_loss tiphon_loss;
    unsigned verbose;
};

/* The terminal summary. */
int vq_report_text(const struct vq_engine *e, const struct vq_report_input *in, const struct vq_report_style *st,
                   vq_write_h *w, void *arg);
/* The JSON report, schema reports/voipqos.report.schema.json. */
int vq_report_json(const struct vq_engine *e, const struct vq_report_input *in, const struct vq_report_style *st,
                   vq_write_h *w, void *arg);
/* What became of each frame: decoded as what, or not for which reason; the rows add up to the frames read. */
int vq_report_account(const struct vq_engine *e, const struct vq_report_style *st, vq_write_h *w, void *arg);
/* The ladder of one call. -ENOENT: no such call. */
int vq_report_ladder(const struct vq_engine *e, uint32_t call, const struct vq_report_style *st, vq_write_h *w, void *arg);
/* The ladder of one registration or other dialog, in the same form. */
int vq_report_ladder_registration(const struct vq_engine *e, uint32_t reg, const struct vq_report_style *st, vq_write_h *w,
                                  void *arg);
int vq_report_ladder_dialog(const struct vq_engine *e, uint32_t dialog, const struct vq_report_style *st, vq_write_h *w,
                            void *arg);

/* Plots: the data of one stream as a whitespace-separated table, and the gnuplot script that draws it to
 * "<name>.png" and "<name>.svg" from "<name>.dat" in gnuplot's working directory. -ENOENT: no such stream. -EINVAL: `name` is
 * empty or holds what gnuplot would act on in a file name (quotes, back-quotes, | < > and control characters). */
#define VQ_PLOT_MAX_POINTS 4000
int vq_report_plot_data(const struct vq_engine *e, uint32_t stream, vq_write_h *w, void *arg);
int vq_report_plot_script(const struct vq_engine *e, uint32_t stream, const char *name, vq_write_h *w, void *arg);

/* The same for the sound of a file: who makes it fills this in. */
#define VQ_WAVE_COLUMNS 1200u
struct vq_wave_column {
    int16_t low, high;            /* least and greatest sample */
    float missing;                /* share of the time for which nothing was received, 0..1 */
};
struct vq_report_wave {
    const char *file;             /* shown in the picture */
    uint32_t call;                /* handle, 0: no call's */
    uint32_t stream;              /* id, of a file without call */
    unsigned channels;            /* 1 or 2: then caller and callee */
    unsigned n;                   /* columns */
    double start_s, duration_s;   /* since the first frame */
    struct vq_wave_column column[2][VQ_WAVE_COLUMNS];
};
int vq_report_wave_data(const struct vq_report_wave *w, vq_write_h *wr, void *arg);
int vq_report_wave_script(const struct vq_engine *e, const struct vq_report_wave *w, const char *name, vq_write_h *wr,
                          void *arg);

#endif
