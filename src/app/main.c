/* main.c - the command line: subcommands, or options and one capture. */
#include "app/cmd_emodel.h"
#include "app/options.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"emodel", cmd_emodel, "compute the E-model (ITU-T G.107) from numbers given by hand"},
};

void say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("voipqos: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
}

static void print_help(void)
{
    printf("usage: voipqos -r FILE ... [options] [filter expression]\n"
           "       voipqos -i INTERFACE [options] [filter expression]\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("       voipqos %s ...\n", commands[i].name);
    printf("\nReconstructs SIP registrations and calls, measures their RTP streams and rates their quality.\n");
    options_print(stdout);
    printf("\nCommands (voipqos COMMAND --help tells more):\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        printf("  %-28s%s\n", commands[i].name, commands[i].help);
    printf("\nExit status: 0 done, 1 wrong usage, 2 input cannot be read, 3 input damaged (everything before\n"
           "is reported), 4 output cannot be written.\n");
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* numbers keep their point, whatever the locale */
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    struct settings s;
    int status = settings_parse(&s, argc, argv);
    if (status == EXIT_DONE) {
        if (s.help)
            print_help();
        else if (s.version)
            print_version();
        else if (s.list)
            status = list_interfaces();
        else
            status = s.read.n ? run_file(&s) : run_live(&s);
    }
    settings_done(&s);
    return status;
}
