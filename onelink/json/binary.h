/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_BINARY_H
#define ONELINK_JSON_BINARY_H

#include <stdbool.h>
#include <stdint.h>

#include "onelink/json/scan.h"

/* Inside of the json layer: exact conversion between decimal and binary floating point,
 * in integers alone, so that it neither needs nor links a floating-point library, and
 * gives the same on every machine.
 *
 * How: 64 bits of the result are computed together with a bound of their error. Nearly
 * always that settles the rounding. Where it does not, the decimal is compared digit by
 * digit with the halfway point between two neighbours (exact.c), which is exact and slow.
 */

/* An IEEE 754 format: finite values are mantissa * 2^exponent with these limits. */
struct ol_json_format {
    uint8_t bits;          /* of a mantissa, the implicit one included */
    uint8_t digits;        /* decimals of so many digits survive the format */
    uint8_t digits_max;    /* so many digits tell all values apart */
    uint64_t digits_limit; /* 10^digits_max */
    int16_t exponent_min;  /* of the subnormals and the smallest normals */
    int16_t exponent_max;
};

extern const struct ol_json_format ol_json_binary64;
extern const struct ol_json_format ol_json_binary32;

struct ol_json_binary {
    uint64_t mantissa;
    int32_t exponent; /* above exponent_max: the value overflows the format */
};

/* A positive number known to lie in [bits, bits + error] * 2^exponent; bits has its
 * highest bit set. Where error is 1, it is not bits itself. Where error is 0, it is. */
struct ol_json_scaled {
    uint64_t bits;
    uint32_t error;
    int32_t exponent;
};

/* mantissa * 10^power, mantissa not 0, power in -351..350. */
struct ol_json_scaled ol_json_scale10(uint64_t mantissa, int32_t power);

/* The sign of n - mantissa * 2^exponent, exactly. n is positive and so near the other
 * number that both are below 10^311 and above 10^-325, mantissa is below 2^63, exponent
 * in -1075..971. Where n.significant is empty, n.digits is all of n. */
int ol_json_compare_binary(const struct ol_json_number *n, uint64_t mantissa,
                           int32_t exponent);

/* The value of the format nearest to |n|, ties to even. */
struct ol_json_binary ol_json_nearest(const struct ol_json_number *n,
                                      const struct ol_json_format *format);

/* The shortest decimal that ol_json_nearest gives back as v, not 0 and within the format.
 */
struct ol_json_number ol_json_shortest(struct ol_json_binary v,
                                       const struct ol_json_format *format);

#endif
