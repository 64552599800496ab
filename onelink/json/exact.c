/* SPDX-License-Identifier: MIT */
#include "onelink/base/decimal.h"
#include "onelink/json/binary.h"

#define WORDS        34 /* 10^310 and 2^-1075 need 1030 and 1075 bits */
#define CHUNK_DIGITS 9  /* decimal digits that a word holds */

/* Yields the digits of a number, then zeros for ever. */
struct digits {
    const char *p;
    const char *end;
    int32_t zeros; /* zeros to give first */
};

static bool at_digit(struct digits *d)
{
    if (d->p != d->end && *d->p == '.') {
        d->p++;
    }
    return d->p != d->end && ol_json_is_digit(*d->p);
}

/* The next count digits as one number. */
static uint32_t next_chunk(struct digits *d, int32_t count)
{
    uint32_t v = 0;
    for (; count > 0; count--) {
        v *= 10;
        if (d->zeros > 0) {
            d->zeros--;
        } else if (at_digit(d)) {
            v += (uint32_t)(*d->p++ - '0');
        }
    }
    return v;
}

/* 1 if a digit other than 0 is left, else 0. */
static int sign_of_rest(struct digits *d)
{
    for (; at_digit(d); d->p++) {
        if (*d->p != '0') {
            return 1;
        }
    }
    return 0;
}

/* A natural number in words, lowest first; words at and above used are 0, those below
 * first too. */
struct big {
    uint32_t w[WORDS];
    int32_t first;
    int32_t used;
};

/* b * factor + add, kept to `words` words; gives what does not fit. */
static uint32_t multiply_add(struct big *b, int32_t words, uint32_t factor, uint32_t add)
{
    uint32_t carry = add;
    for (int32_t i = b->first; i < words && (i < b->used || carry != 0); i++) {
        uint64_t product = (uint64_t)b->w[i] * factor + carry;
        b->w[i] = (uint32_t)product;
        carry = (uint32_t)(product >> 32);
        if (i >= b->used) {
            b->used = i + 1;
            return 0;
        }
    }
    return carry;
}

/* Word i of mantissa * 2^shift. */
static uint32_t word_of(uint64_t mantissa, int32_t shift, int32_t i)
{
    int32_t offset = 32 * i - shift;
    if (offset >= 64 || offset <= -32) {
        return 0;
    }
    return (uint32_t)(offset >= 0 ? mantissa >> offset : mantissa << -offset);
}

/* d, with its first `point` digits before the point, against an integer. */
static int compare_integer(struct digits *d, int32_t point, uint64_t mantissa,
                           int32_t exponent)
{
    struct big b = {.used = 0};
    while (point > 0) {
        int32_t count = point < CHUNK_DIGITS ? point : CHUNK_DIGITS;
        uint32_t factor = 1;
        for (int32_t i = 0; i < count; i++) {
            factor *= 10;
        }
        multiply_add(&b, WORDS, factor, next_chunk(d, count));
        point -= count;
    }
    for (int32_t i = WORDS - 1; i >= 0; i--) {
        uint32_t word = word_of(mantissa, exponent, i);
        if (b.w[i] != word) {
            return b.w[i] > word ? 1 : -1;
        }
    }
    return sign_of_rest(d);
}

/* d against the fraction mantissa / 2^scale, which is below 1: both give nine decimal
 * digits a turn until they differ or one has no more. */
static int compare_fraction(struct digits *d, uint64_t mantissa, int32_t scale)
{
    struct big b = {.used = 0};
    int32_t words = (scale + 31) / 32;
    for (int32_t i = 0; i < words && i < 3; i++) {
        b.w[i] = word_of(mantissa, 32 * words - scale, i);
        b.used = i + 1;
    }
    for (;;) {
        while (b.first < b.used && b.w[b.first] == 0) {
            b.first++;
        }
        if (b.first == b.used) {
            return sign_of_rest(d);
        }
        uint32_t chunk = next_chunk(d, CHUNK_DIGITS);
        uint32_t other = multiply_add(&b, words, 1000000000, 0);
        if (chunk != other) {
            return chunk > other ? 1 : -1;
        }
    }
}

int ol_json_compare_binary(const struct ol_json_number *n, uint64_t mantissa,
                           int32_t exponent)
{
    char room[OL_U64_DIGITS];
    struct digits d = {.p = n->significant.ptr};
    int32_t point = (int32_t)n->exponent + n->count;
    if (n->significant.len > 0) {
        d.end = d.p + n->significant.len;
    } else {
        d.end = room + sizeof room;
        d.p = ol_u64_digits(room + sizeof room, n->digits);
        point = (int32_t)(n->exponent + (d.end - d.p));
    }
    if (exponent >= 0) {
        return compare_integer(&d, point, mantissa, exponent);
    }
    uint64_t whole = exponent > -64 ? mantissa >> -exponent : 0;
    uint64_t text_whole = 0;
    for (; point > 0; point--) {
        text_whole = text_whole * 10 + next_chunk(&d, 1);
    }
    if (text_whole != whole) {
        return text_whole > whole ? 1 : -1;
    }
    d.zeros = -point;
    uint64_t fraction = whole == 0 ? mantissa : mantissa - (whole << -exponent);
    return compare_fraction(&d, fraction, -exponent);
}
