/* reports.h - writes every report that the command line asks for; the same for files and live captures. */
#ifndef VQ_APP_REPORTS_H
#define VQ_APP_REPORTS_H

#include "app/wav.h"

/* How reports look on this terminal. */
void style_terminal(const struct settings *s, struct vq_report_style *st);

/* After vq_engine_finish(); `w`: NULL without --wav. EXIT_DONE, EXIT_USAGE (a ladder that is not there) or EXIT_OUTPUT, having said why. */
int reports_write(const struct settings *s, const struct vq_engine *e, const struct vq_report_input *in, struct wav *w);

#endif
