/* plots.h - writes each stream's data and script into a folder and has gnuplot draw them. */
#ifndef VQ_APP_PLOTS_H
#define VQ_APP_PLOTS_H

#include "app/app.h"

#define PLOTS_MAX 200 /* streams drawn without --all: those with the lowest MOS */

/* `waves` are drawn too. EXIT_DONE or EXIT_OUTPUT. A missing gnuplot counts as failure only when `must_draw`. */
int plots_write(const struct settings *s, const struct vq_engine *e, const struct vq_report_wave *waves, size_t n_waves,
                const char *folder, bool must_draw);

/* "5.4 patchlevel 4", or NULL when gnuplot cannot be started. */
const char *gnuplot_version(char text[64]);

#endif
