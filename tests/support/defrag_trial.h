/* defrag_trial.h - fragments from a list of records, given to the reassembly and to a model that is too simple to
 * be wrong (an array of bytes for each packet), which must agree in everything. For the fuzz target and for random
 * trials. */
#ifndef VQ_TESTS_DEFRAG_TRIAL_H
#define VQ_TESTS_DEFRAG_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fragment, in 8 bytes when it comes from a file. */
enum { TRIAL_RECORD = 8, TRIAL_PACKETS = 8 };

struct trial_record {
    uint8_t packet;     /* 0..7, odd ones IPv6 */
    uint8_t content;    /* 0..3: which bytes the packet has */
    bool more, expire;  /* expire: vq_defrag_expire() is called first */
    uint16_t offset;    /* in units of 8 bytes, 13 bits */
    uint16_t wire;
    uint8_t captured;   /* 255: all of it, else so many 256ths */
    int8_t step;        /* time since the one before: sign and square, times 5 ms */
};

void trial_pack(const struct trial_record *r, uint8_t bytes[TRIAL_RECORD]);

struct trial_result {
    unsigned whole, copies, bad, lost; /* packets and fragments: a test asks whether anything happened at all */
};

/* What went wrong, or NULL. */
const char *defrag_trial(const uint8_t *records, size_t n, struct trial_result *out);

#endif
