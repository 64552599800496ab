/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_RNG_H
#define TESTS_SUPPORT_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Small seeded generator (splitmix64) for reproducible tests; never for secrets. Any seed
 * is good, equal seeds give equal sequences on every host. */
struct ol_rng {
    uint64_t state;
};

static inline struct ol_rng ol_rng_make(uint64_t seed)
{
    return (struct ol_rng){seed};
}

/* An emulated machine tries that many times fewer random cases. */
#ifndef OL_TEST_SCALE
#define OL_TEST_SCALE 1
#endif

/* The next 64 bits. */
static inline uint64_t ol_rng_u64(struct ol_rng *r)
{
    r->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* A number in 0..bound-1; bound is at least 1. (The bias is below bound / 2^64.) */
static inline uint64_t ol_rng_below(struct ol_rng *r, uint64_t bound)
{
    return ol_rng_u64(r) % bound;
}

/* Fills out[0..len). */
void ol_rng_fill(struct ol_rng *r, void *out, size_t len);

/* The seed of a test: OL_SEED from the environment (any C integer form), else fallback.
 * Prints the seed and the command that replays it; test is the program's name, as in
 * ol_test(). */
uint64_t ol_rng_seed(const char *test, uint64_t fallback);

#endif
