/* diagnosis.c - asks the rules of a subject about its facts. The rules stand in rules_*.c, one table for each subject. */
#include "metrics/rules.h"

#include <assert.h>
#include <string.h>

static const struct vq_rules *const rules[VQ_SUBJECTS] = {
    [VQ_ABOUT_CAPTURE] = &vq_rules_capture, [VQ_ABOUT_REGISTRATION] = &vq_rules_registration, [VQ_ABOUT_CALL] = &vq_rules_call,
    [VQ_ABOUT_STREAM] = &vq_rules_stream,   [VQ_ABOUT_ICMP] = &vq_rules_icmp,                 [VQ_ABOUT_NAT] = &vq_rules_nat,
    [VQ_ABOUT_STUN] = &vq_rules_stun,       [VQ_ABOUT_PEER] = &vq_rules_peer,
};

/* Whether a list of ids, with a space between them, has this one. */
static bool has_id(const char *list, const char *id)
{
    size_t n = strlen(id);
    for (const char *at = list; (at = strstr(at, id)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

static bool silenced(const struct vq_rules *of, const struct vq_rule *r, uint64_t hold)
{
    for (; r->silenced_by && hold; hold &= hold - 1)
        if (has_id(r->silenced_by, of->rows[__builtin_ctzll(hold)].id))
            return true;
    return false;
}

uint64_t vq_diagnose(const struct vq_facts *facts)
{
    const struct vq_rules *of = rules[facts->subject];
    uint64_t hold = 0, told = 0, bit = 1;
    assert(of->n <= 64); /* a bit for each rule of a subject */
    for (const struct vq_rule *r = of->rows, *end = r + of->n; r < end; r++, bit <<= 1)
        if (r->when(facts))
            hold |= bit;
    for (uint64_t left = hold; left; left &= left - 1)
        if (!silenced(of, &of->rows[__builtin_ctzll(left)], hold))
            told |= left & -left;
    return told;
}

uint64_t vq_rules_of_severity(enum vq_subject subject, enum vq_severity severity)
{
    uint64_t mask = 0;
    for (unsigned n = 0; n < rules[subject]->n; n++)
        mask |= (uint64_t)(rules[subject]->rows[n].severity == severity) << n;
    return mask;
}

void vq_rule_say(unsigned rule, const struct vq_facts *facts, struct vq_finding *f)
{
    const struct vq_rule *r = &rules[facts->subject]->rows[rule];
    f->id = r->id;
    f->severity = r->severity;
    f->next_check = r->next_check;
    r->say(facts, f->text, sizeof f->text);
    uint64_t frame = r->frame ? r->frame(facts) : 0;
    if (frame) {
        f->frames[0] = frame;
        f->n_frames = 1;
    }
}
