/* signals.c - the one place with a signal handler. */
#include "app/signals.h"

#include <stddef.h>

static volatile sig_atomic_t caught;

static void note(int sig)
{
    caught = sig;
}

void signals_catch(void)
{
    /* No SA_RESTART: a read or poll that waits must come back to ask. */
    struct sigaction sa = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}

int signals_caught(void)
{
    return caught;
}
