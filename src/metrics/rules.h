/* rules.h - what a rule of the diagnosis is, for the files that hold tables of them. */
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

/* Addresses in the words of a rule. */
#define HOST(e) vq_endpoint_host(e, (char[VQ_ENDPOINT_TEXT]){0})
#define ENDPOINT(e) vq_endpoint_text(e, (char[VQ_ENDPOINT_TEXT]){0})

/* rules_media.c: who hears whom in a call, and what its media looks like beside SIP. */
extern const struct vq_rule vq_rules_media[];
extern const unsigned vq_rules_media_n;

#endif
