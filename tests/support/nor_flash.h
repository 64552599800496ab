/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_NOR_FLASH_H
#define TESTS_SUPPORT_NOR_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/link/flash.h"
#include "tests/support/rng.h"

/* A NOR flash in memory whose power can fail during any program or erase. What the operation
 * in hand then did is drawn from the seed: nothing, a part of its bytes, a part of its bits; and
 * bits that were on their way may be weak: they read as 0 or 1 anew at each read, until their
 * block is erased. Copying the struct is a snapshot. */

#define OL_NOR_CAP 16384u

struct ol_nor {
    uint8_t bytes[OL_NOR_CAP];
    uint8_t weak[OL_NOR_CAP];    /* bits that read at random */
    uint8_t touched[OL_NOR_CAP]; /* programmed, or begun to be, since the last erase */
    uint8_t intent[OL_NOR_CAP];  /* with this byte: it, or 0, can be programmed again */
    uint32_t size, erase_size, program_size;
    struct ol_rng rng;
    uint32_t operations; /* programs and erases so far */
    uint32_t cut_at;     /* the operation that is cut, from 1; 0: none */
    bool weak_bits;      /* a cut may leave weak bits */
    bool is_off;         /* the power has failed: every call gives OL_E_IO */
    const char *misuse;  /* the first thing a caller did that flash forbids; NULL: none */
    uint32_t erases[64]; /* of each block */
    uint32_t bad_at; /* a program of this offset leaves a bit wrong; UINT32_MAX: none */
};

/* An erased flash, or one full of random bytes. size is at most OL_NOR_CAP. */
void ol_nor_init(struct ol_nor *nor, uint32_t size, uint32_t erase_size,
                 uint32_t program_size, uint64_t seed);
void ol_nor_fill(struct ol_nor *nor);

/* The power is back. */
void ol_nor_power_on(struct ol_nor *nor);

/* The flash as a store wants it; nor must stay where it is. */
struct ol_flash ol_nor_link(struct ol_nor *nor);

#endif
