/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/base/decimal.h"
#include "onelink/json/binary.h"
#include "onelink/json/magnitude.h"
#include "onelink/json/number.h"

/* A value cut to the digits that tell all of its format apart, or one more:
 * digits * 10^exponent <= value, equal unless sticky. Where the power of ten was inexact
 * (outside 0..26) sticky is always set. It matters only to values halfway between shorter
 * decimals, and none is out there: tiny ones would need 5^27 in fewer digits than that
 * has, huge ones have too many factors of two. */
struct cut {
    uint64_t digits;
    int32_t exponent;
    bool sticky;
};

/* The sign of digits * 10^exponent - v. */
static int compare(uint64_t digits, int32_t exponent, struct ol_json_binary v)
{
    struct ol_json_number n = {.digits = digits, .exponent = exponent};
    return ol_json_compare_binary(&n, v.mantissa, v.exponent);
}

static struct cut cut_value(struct ol_json_binary v, int32_t digits)
{
    int32_t log2 = v.exponent + 63 - __builtin_clzll(v.mantissa);
    int32_t power = digits - 1 - ((log2 * 78913) >> 18); /* floor(log10(2^log2)) */
    struct ol_json_scaled s = ol_json_scale10(v.mantissa, power);
    int32_t shift = -(s.exponent + v.exponent); /* 6 bits of fraction or more */
    uint64_t mask = (UINT64_C(1) << shift) - 1;
    uint64_t low = s.bits & mask;
    struct cut c = {s.bits >> shift, -power, low != 0 || s.error != 0};
    if (s.error > 1 && low + s.error > mask) {
        c.digits += compare(c.digits + 1, c.exponent, v) <= 0;
    }
    return c;
}

/* v, cut to c, without the last `drop` digits, rounded down; *up: the next above is
 * nearer. */
static struct ol_json_number drop_digits(struct cut c, int32_t drop,
                                         struct ol_json_binary v, bool *up)
{
    uint32_t last = 0;
    if (drop == 0 && c.sticky) {
        int side = compare(c.digits * 10 + 5, c.exponent - 1, v);
        *up = side < 0 || (side == 0 && (c.digits & 1) != 0);
        return (struct ol_json_number){.digits = c.digits, .exponent = c.exponent};
    }
    for (int32_t i = 0; i < drop; i++) {
        c.sticky = c.sticky || last != 0;
        c.digits = ol_u64_div10(c.digits, &last);
    }
    *up = last > 5 || (last == 5 && (c.sticky || (c.digits & 1) != 0));
    return (struct ol_json_number){.digits = c.digits, .exponent = c.exponent + drop};
}

static bool reads_back(const struct ol_json_number *n, struct ol_json_binary v,
                       const struct ol_json_format *format)
{
    struct ol_json_binary back = ol_json_nearest(n, format);
    return back.mantissa == v.mantissa && back.exponent == v.exponent;
}

/* Decimals of format->digits digits survive reading and printing, so for a normal value
 * at most one of them, or of fewer digits, reads back, and it is the nearest. A subnormal
 * has fewer bits: every length is tried. */
struct ol_json_number ol_json_shortest(struct ol_json_binary v,
                                       const struct ol_json_format *format)
{
    struct cut c = cut_value(v, format->digits_max);
    int32_t have = format->digits_max + (c.digits >= format->digits_limit);
    bool is_normal = v.mantissa >> (format->bits - 1) != 0;
    for (int32_t want = is_normal ? format->digits : 1;; want++) {
        bool up;
        struct ol_json_number n = drop_digits(c, have - want, v, &up);
        n.digits += up;
        if (want == format->digits_max || reads_back(&n, v, format)) {
            return n;
        }
        n.digits += up ? UINT64_MAX : 1; /* the neighbour on the other side */
        if (reads_back(&n, v, format)) {
            return n;
        }
    }
}

/* Takes a format's bits apart (without the sign) and converts them. */
static int32_t from_bits(uint64_t bits, bool negative,
                         const struct ol_json_format *format, struct ol_dec *out)
{
    uint64_t implicit = UINT64_C(1) << (format->bits - 1);
    int32_t field = (int32_t)(bits >> (format->bits - 1));
    struct ol_json_binary v = {bits & (implicit - 1), format->exponent_min};
    if (field != 0) {
        v.mantissa |= implicit;
        v.exponent += field - 1;
    }
    if (v.exponent > format->exponent_max) {
        return OL_E_ARG;
    }
    struct ol_dec d = {0, 0};
    if (v.mantissa != 0) {
        struct ol_json_number n = ol_json_shortest(v, format);
        struct ol_json_magnitude m =
            ol_json_magnitude((int64_t)n.digits, (int32_t)n.exponent);
        d.mantissa = negative ? -(int64_t)m.digits : (int64_t)m.digits;
        d.exponent = (int32_t)m.exponent;
    }
    *out = d;
    return OL_OK;
}

int32_t ol_dec_from_double(double v, struct ol_dec *out)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return from_bits(bits << 1 >> 1, bits >> 63 != 0, &ol_json_binary64, out);
}

int32_t ol_dec_from_float(float v, struct ol_dec *out)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return from_bits(bits & 0x7FFFFFFF, bits >> 31 != 0, &ol_json_binary32, out);
}
