/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A finding, where it does not hold. */
static inline void require(int condition)
{
    if (!condition) {
        abort();
    }
}

/* An input that is read as a list of commands and their arguments. */
struct fuzz_input {
    const uint8_t *data;
    size_t left;
};

/* The next byte; 0 when there is none. */
static inline uint8_t fuzz_next(struct fuzz_input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->data++;
}

#endif
