/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_PACK_PACK_H
#define FIRMWARE_PACK_PACK_H

#include <stdbool.h>
#include <stdint.h>

/* Packs texts for the firmware's flash; a program of the build machine uses it. firmware/app/text.c
 * is the other side.
 *
 * The texts of a language, each with a NUL at its end, are a sequence of symbols. At first every
 * character is one. Then, again and again, the most frequent two neighbours become a new symbol,
 * as long as that makes the whole shorter. What is written then is, for each text, the shortest of
 * all ways to put it together from symbols, in a canonical Huffman code. So the decoder needs: how
 * many symbols there are of each code length, which characters they are, and the pairs. */

#define PACK_SYMBOLS 1024
#define PACK_LEN     32768 /* characters of all texts */
#define PACK_BITS    15    /* of a code at most */
#define PACK_STRIDE  4     /* texts from one known place in the bits to the next */

struct pack_symbol {
    uint32_t code;    /* of a character */
    uint16_t pair[2]; /* else */
    uint16_t bits;
    uint8_t len; /* of `bits`; 0: occurs inside pairs only */
};

struct pack {
    unsigned count; /* of the symbols: characters first, each kind by code length */
    unsigned chars;
    struct pack_symbol symbols[PACK_SYMBOLS];
    unsigned lens[PACK_BITS + 1][2]; /* characters and pairs of each code length */
    unsigned len;
    uint16_t text[PACK_LEN]; /* of symbols */
    unsigned plain_len;
    uint16_t plain[PACK_LEN]; /* of characters */
    unsigned depth;           /* right halves of pairs that wait at most */
    unsigned char_width;      /* bits of a character in the list of them */
    unsigned width;           /* bits of a half of a pair */
    uint8_t out[8192];        /* the characters, the pairs, the texts */
    unsigned out_bits;
    unsigned starts[PACK_LEN / PACK_STRIDE]; /* where every PACK_STRIDE-th text begins */
    unsigned start_count;
};

/* Packs texts[0..count). false: more, or other characters, than the limits above allow. */
bool pack_texts(struct pack *k, const char *const *texts, unsigned count);

#endif
