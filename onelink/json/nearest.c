/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "onelink/json/binary.h"
#include "onelink/json/number.h"

const struct ol_json_format ol_json_binary64 = {.bits = 53,
                                                .digits = 15,
                                                .digits_max = 17,
                                                .digits_limit =
                                                    UINT64_C(100000000000000000),
                                                .exponent_min = -1074,
                                                .exponent_max = 971};
const struct ol_json_format ol_json_binary32 = {.bits = 24,
                                                .digits = 6,
                                                .digits_max = 9,
                                                .digits_limit = 1000000000,
                                                .exponent_min = -149,
                                                .exponent_max = 104};

/* Beyond these every format overflows, or gives 0 whatever the 19 digits are. */
#define POWER_MAX 310
#define POWER_MIN (-345)

/* A mantissa whose lower digits were cut is too small by less than 1 in 10^18, which is
 * less than 19 in 2^64. */
#define CUT_ERROR 24

/* Rounds s to a multiple of 2^shift, shift in 1..64: is it nearer to the upper one? The
 * exact answer of a tie is n compared with the point halfway. */
static bool rounds_up(const struct ol_json_number *n, struct ol_json_scaled s,
                      int32_t shift, struct ol_json_binary lower)
{
    uint64_t half = UINT64_C(1) << (shift - 1);
    uint64_t low = s.bits & (half - 1 + half);
    if (low > half || low + s.error < half) {
        return low > half;
    }
    int side = 0;
    if (s.error != 0) {
        side = ol_json_compare_binary(n, lower.mantissa * 2 + 1, lower.exponent - 1);
    }
    return side > 0 || (side == 0 && (lower.mantissa & 1) != 0);
}

struct ol_json_binary ol_json_nearest(const struct ol_json_number *n,
                                      const struct ol_json_format *format)
{
    struct ol_json_binary v = {0, format->exponent_min};
    if (n->digits == 0 || n->exponent < POWER_MIN) {
        return v;
    }
    if (n->exponent > POWER_MAX) {
        v.exponent = format->exponent_max + 1;
        return v;
    }
    struct ol_json_scaled s = ol_json_scale10(n->digits, (int32_t)n->exponent);
    s.error += n->cut ? CUT_ERROR : 0;
    int32_t shift = 64 - format->bits;
    v.exponent = s.exponent + shift;
    if (v.exponent < format->exponent_min) {
        shift += format->exponent_min - v.exponent;
        v.exponent = format->exponent_min;
    }
    if (shift > 65 || v.exponent > format->exponent_max) {
        return v;
    }
    if (shift == 65) {
        s = (struct ol_json_scaled){s.bits >> 1, s.error / 2 + 1, s.exponent + 1};
        shift = 64;
    }
    v.mantissa = shift < 64 ? s.bits >> shift : 0;
    v.mantissa += rounds_up(n, s, shift, v);
    if (v.mantissa >> format->bits != 0) {
        v.mantissa >>= 1;
        v.exponent++;
    }
    return v;
}

/* The double; an infinity where v overflows. */
static double to_double(struct ol_json_binary v, bool negative)
{
    uint64_t bits = UINT64_C(0x7FF) << 52;
    if (v.exponent <= ol_json_binary64.exponent_max) {
        /* The implicit one adds 1 to the exponent field, which is 0 for subnormals. */
        uint64_t field = (uint64_t)(v.exponent - ol_json_binary64.exponent_min);
        bits = (field << 52) + v.mantissa;
    }
    bits |= (uint64_t)negative << 63;
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

double ol_dec_to_double(struct ol_dec d)
{
    bool negative = d.mantissa < 0;
    struct ol_json_number n = {
        .digits = negative ? 0 - (uint64_t)d.mantissa : (uint64_t)d.mantissa,
        .exponent = d.exponent,
    };
    return to_double(ol_json_nearest(&n, &ol_json_binary64), negative);
}

int32_t ol_double_decode(struct ol_str text, double *out)
{
    struct ol_json_number n;
    int32_t rc = ol_json_parse_number(text, 19, &n);
    if (rc != OL_OK) {
        return rc;
    }
    struct ol_json_binary v = ol_json_nearest(&n, &ol_json_binary64);
    if (v.exponent > ol_json_binary64.exponent_max) {
        return OL_E_ARG;
    }
    *out = to_double(v, n.negative);
    return OL_OK;
}
