/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_JSON_SCAN_H
#define ONELINK_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"

/* Inside of the json layer: the scalars of JSON's grammar that more than one file needs.
 */

static inline bool ol_json_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* An ASCII character that stands in a string for itself: not a quote, a backslash, a
 * control character or a byte above 0x7F. As signed numbers one comparison settles the
 * most frequent ones, and one sees both control characters and bytes above 0x7F. */
static inline bool ol_json_is_plain(char c)
{
    signed char v = (signed char)c;
    return v > '\\' || (v >= ' ' && v != '"' && v != '\\');
}

/* Passes the longest number (RFC 8259 section 6) at p, which is not end. *stop gets where
 * the scan stopped. OL_E_AGAIN: the text ends where a digit must follow ("-", "1.",
 * "1e+"). OL_E_PROTO: no number. */
OL_MUST int32_t ol_json_scan_number(const char *p, const char *end, const char **stop);

/* A whole number, taken apart: value = (-1)^negative * digits * 10^exponent, exactly
 * unless cut is set; then it is between that and the same with digits + 1. */
struct ol_json_number {
    struct ol_str significant; /* the text from its first digit that is not 0 on */
    uint64_t digits;           /* the first significant digits */
    ptrdiff_t exponent;        /* 0 where digits is 0 */
    uint8_t count;             /* how many decimal digits `digits` has */
    bool negative;
    bool cut; /* digits other than 0 did not fit */
};

/* Takes text apart, keeping at most max (1..19) significant digits. OL_E_ARG: not exactly
 * one JSON number. */
OL_MUST int32_t ol_json_parse_number(struct ol_str text, uint8_t max,
                                     struct ol_json_number *out);

#endif
