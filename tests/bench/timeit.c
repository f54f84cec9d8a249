/* Runs commands in turn, several rounds, and prints what each cost: CPU seconds, wall seconds and peak memory.
 *
 *     timeit [-n ROUNDS] COMMAND WORD... [-- COMMAND WORD...]...
 *
 * Running them in turn puts the machine's noise on all alike. One line for each command, tab-separated: least and
 * median CPU seconds (user and system), median wall seconds, largest resident set in MiB, CPU relative to the first
 * command: of the least values, and the median over the rounds. Their standard output goes to /dev/null. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 8, MAX_ROUNDS = 99 };

struct cost {
    double cpu[MAX_ROUNDS], wall[MAX_ROUNDS], ratio[MAX_ROUNDS];
    double rss_mib;
};

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run_once(char **argv, struct cost *c, int round)
{
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        execvp(argv[0], argv);
        fprintf(stderr, "timeit: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    struct rusage use;
    int status;
    if (pid < 0 || wait4(pid, &status, 0, &use) != pid) {
        perror("timeit");
        exit(2);
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "timeit: %s failed\n", argv[0]);
        exit(2);
    }
    c->wall[round] = now() - start;
    c->cpu[round] = seconds(use.ru_utime) + seconds(use.ru_stime);
    double mib = (double)use.ru_maxrss / 1024;
    if (mib > c->rss_mib)
        c->rss_mib = mib;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Cuts the words after the options at each "--"; returns the number of commands. */
static int split(char **words, char **commands[MAX_COMMANDS])
{
    int n = 0;
    while (*words) {
        if (n == MAX_COMMANDS || !strcmp(*words, "--")) {
            fprintf(stderr, "timeit: an empty command, or more than %d\n", MAX_COMMANDS);
            exit(1);
        }
        commands[n++] = words;
        while (*words && strcmp(*words, "--"))
            words++;
        if (*words)
            *words++ = NULL;
    }
    return n;
}

int main(int argc, char **argv)
{
    static struct cost costs[MAX_COMMANDS];
    char **commands[MAX_COMMANDS];
    int rounds = 5, first = 1;
    if (argc > 2 && !strcmp(argv[1], "-n")) {
        rounds = atoi(argv[2]);
        first = 3;
    }
    if (rounds < 1 || rounds > MAX_ROUNDS || first >= argc) {
        fprintf(stderr, "usage: timeit [-n ROUNDS] COMMAND WORD... [-- COMMAND WORD...]...\n");
        return 1;
    }
    int n = split(argv + first, commands);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < n; i++) {
            run_once(commands[i], &costs[i], round);
            costs[i].ratio[round] = costs[i].cpu[round] / costs[0].cpu[round];
        }
    double least0 = 0;
    for (int i = 0; i < n; i++) {
        double mid = median(costs[i].cpu, rounds), least = costs[i].cpu[0];
        least0 = i == 0 ? least : least0;
        printf("%.4f\t%.4f\t%.4f\t%.1f\t%.2f\t%.2f\n", least, mid, median(costs[i].wall, rounds), costs[i].rss_mib,
               least / least0, median(costs[i].ratio, rounds));
    }
    return 0;
}
