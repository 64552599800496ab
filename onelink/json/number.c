/* SPDX-License-Identifier: MIT */
#include "onelink/json/number.h"

#include "onelink/base/decimal.h"
#include "onelink/json/magnitude.h"
#include "onelink/json/scan.h"

#define DEC_DIGITS     18 /* a mantissa of so many digits always fits int64_t */
#define INT64_DIGITS   19
#define EXPONENT_LIMIT 400

int32_t ol_dec_decode(struct ol_str text, struct ol_dec *out)
{
    struct ol_json_number n;
    int32_t rc = ol_json_parse_number(text, DEC_DIGITS, &n);
    if (rc != OL_OK) {
        return rc;
    }
    if (n.exponent > EXPONENT_LIMIT || n.exponent < -EXPONENT_LIMIT) {
        return OL_E_NOSPC;
    }
    out->mantissa = n.negative ? -(int64_t)n.digits : (int64_t)n.digits;
    out->exponent = (int32_t)n.exponent;
    return n.cut ? OL_E_NOSPC : OL_OK;
}

/* The integer (-1)^negative * m, when it is one and fits. */
static int32_t to_int64(struct ol_json_magnitude m, bool negative, int64_t *out)
{
    uint64_t limit = (uint64_t)INT64_MAX + negative;
    for (; m.exponent < 0 && m.digits != 0; m.exponent++) {
        uint32_t last;
        m.digits = ol_u64_div10(m.digits, &last);
        if (last != 0) {
            return OL_E_ARG;
        }
    }
    for (; m.exponent > 0 && m.digits != 0; m.exponent--) {
        if (m.digits > limit / 10) {
            return OL_E_ARG;
        }
        m.digits *= 10;
    }
    if (m.digits > limit) {
        return OL_E_ARG;
    }
    *out = negative ? (int64_t)(0 - m.digits) : (int64_t)m.digits;
    return OL_OK;
}

int32_t ol_dec_to_int64(struct ol_dec d, int64_t *out)
{
    return to_int64(ol_json_magnitude(d.mantissa, d.exponent), d.mantissa < 0, out);
}

int32_t ol_int64_decode(struct ol_str text, int64_t *out)
{
    struct ol_json_number n;
    int32_t rc = ol_json_parse_number(text, INT64_DIGITS, &n);
    if (rc != OL_OK || n.cut) {
        return OL_E_ARG;
    }
    return to_int64((struct ol_json_magnitude){n.digits, n.exponent}, n.negative, out);
}
