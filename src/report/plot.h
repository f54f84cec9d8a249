/* plot.h - what the gnuplot scripts of this folder share. */
#ifndef VQ_REPORT_PLOT_H
#define VQ_REPORT_PLOT_H

#include "report/out.h"

/* gnuplot runs "| cmd" as output and "< cmd" as data, and substitutes back-quotes: a file name must hold none. */
bool vq_plot_name_ok(const char *name);
/* The script's head, up to the terminal that makes the PNG; `size`: "1100,1000". */
void vq_plot_begin(struct vq_out *o, const char *name, const char *size);
/* Wire text, cut before it is escaped: half an escape would not be one. */
void vq_plot_party(struct vq_out *o, const char *z);

#endif
