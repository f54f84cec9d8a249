/* signals.h - Ctrl-C and SIGTERM as a question that loops ask. */
#ifndef VQ_APP_SIGNALS_H
#define VQ_APP_SIGNALS_H

#include <signal.h>

/* The first SIGINT or SIGTERM is noted, the second one kills. Writing to a closed pipe gives EPIPE, not SIGPIPE. */
void signals_catch(void);
/* The signal noted, or 0. */
int signals_caught(void);

#endif
