/* rules.h - what a rule of the diagnosis is, for the files that hold tables of them.
 *
 * Boundaries are published ones: ITU-T G.1010 (loss 3 %), G.114 (150 and 400 ms), G.109 (R 60 and 70), and the 1 % and 30 ms
 * that Cisco's voice guides ask of a network; where they are this project's own, the rule says so. */
#ifndef VQ_METRICS_RULES_H
#define VQ_METRICS_RULES_H

#include <stdio.h>

#include "metrics/diagnosis.h"

typedef bool vq_when_h(const struct vq_facts *f);
typedef void vq_say_h(const struct vq_facts *f, char *text, size_t n);
typedef uint64_t vq_proof_h(const struct vq_facts *f);

struct vq_rule {
    const char *id;
    enum vq_subject subject;
    enum vq_severity severity;
    vq_when_h *when;
    vq_say_h *say;
    const char *next_check;
    vq_proof_h *frame;       /* the one that proves it; NULL: those of the subject do */
    const char *silenced_by; /* rules of the same subject that tell the same fault better: ids, a space between them */
};

/* One rule's condition and its words stand together. */
#define RULE(name, condition, ...)                                     \
    static bool name##_when(const struct vq_facts *f)                  \
    {                                                                  \
        return condition;                                              \
    }                                                                  \
    static void name##_say(const struct vq_facts *f, char *text, size_t n) \
    {                                                                  \
        snprintf(text, n, __VA_ARGS__);                                \
    }

/* Rows of a table: with the frame that proves it; behind others that tell the same better; and plain. */
#define ROW_FULL(id, name, subject, severity, next, frame, silenced_by) \
    {id, VQ_ABOUT_##subject, VQ_##severity, name##_when, name##_say, next, frame, silenced_by}
#define ROW_AT(id, name, subject, severity, next, frame) ROW_FULL(id, name, subject, severity, next, frame, NULL)
#define ROW_UNLESS(id, name, subject, severity, next, silenced_by) \
    ROW_FULL(id, name, subject, severity, next, NULL, silenced_by)
#define ROW(id, name, subject, severity, next) ROW_FULL(id, name, subject, severity, next, NULL, NULL)

/* "1 packet", "2 packets": for the conversions "%llu %s". */
#define COUNTED(n, one, many) (unsigned long long)(n), (n) == 1 ? (one) : (many)

/* "once", "5 times": for the conversion "%s". */
static inline const char *vq_rule_times(uint64_t n, char text[32])
{
    if (n == 1)
        return "once";
    snprintf(text, 32, "%llu times", (unsigned long long)n);
    return text;
}
#define TIMES(n) vq_rule_times(n, (char[32]){0})

/* "20 ms", "39 s", "5 min", "12.5 h", "907 days": for the conversion "%s". */
static inline const char *vq_rule_span(double s, char text[32])
{
    static const struct {
        double below, unit;
        const char *format;
    } rows[] = {{0.9995, 1e-3, "%.0f ms"}, {9.95, 1, "%.1f s"}, {119.5, 1, "%.0f s"}, {7200, 60, "%.0f min"}, {172800, 3600, "%.1f h"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (s < rows[i].below) {
            snprintf(text, 32, rows[i].format, s / rows[i].unit);
            return text;
        }
    snprintf(text, 32, "%.0f days", s / 86400);
    return text;
}
#define SPAN(s) vq_rule_span(s, (char[32]){0})

/* Addresses in the words of a rule. */
#define HOST(e) vq_endpoint_host(e, (char[VQ_ENDPOINT_TEXT]){0})
#define ENDPOINT(e) vq_endpoint_text(e, (char[VQ_ENDPOINT_TEXT]){0})

#define ALG_CONDITION f->rewritten
#define ALG_WORDS \
    "%s: the same request (same branch) has %s in its Via here and another address elsewhere: something that is no proxy " \
    "rewrites SIP on the way (SIP ALG).", f->name, ENDPOINT(f->rewritten)

/* "nobody listens there" */
const char *vq_icmp_words(enum vq_icmp_kind kind);

/* The rules of a subject, in the order of telling; at most 64. */
struct vq_rules {
    const struct vq_rule *rows;
    unsigned n;
};
extern const struct vq_rules vq_rules_capture, vq_rules_registration, vq_rules_call, vq_rules_stream, vq_rules_icmp, vq_rules_nat,
    vq_rules_stun, vq_rules_peer;

#endif
