/* fuzz_defrag.c - records of 8 bytes as fragments, see defrag_trial.h: the reassembly does what the model does,
 * keeps to its caps and accounts for every frame once. */
#include <stdlib.h>

#include "support/defrag_trial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct trial_result result;
    if (defrag_trial(data, n, &result))
        abort();
    return 0;
}
