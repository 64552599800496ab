/* SPDX-License-Identifier: MIT */
#include "tests/support/rng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void ol_rng_fill(struct ol_rng *r, void *out, size_t len)
{
    uint8_t *p = out;
    for (size_t i = 0; i < len; i++) {
        p[i] = (uint8_t)(ol_rng_u64(r) >> 56);
    }
}

uint64_t ol_rng_seed(const char *test, uint64_t fallback)
{
    const char *set = getenv("OL_SEED");
    uint64_t seed = set != NULL ? strtoull(set, NULL, 0) : fallback;
    printf("seed 0x%" PRIx64 "; replay: OL_SEED=0x%" PRIx64 " ctest -R '^%s$' -V\n", seed,
           seed, test);
    return seed;
}
