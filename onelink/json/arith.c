/* SPDX-License-Identifier: MIT */
#include "onelink/json/arith.h"

#include "onelink/json/magnitude.h"

/* d without the zeros at its end, which cost digits and say nothing. */
static void shorten(struct ol_dec *d)
{
    struct ol_json_magnitude m = ol_json_magnitude(d->mantissa, d->exponent);
    d->mantissa = (int64_t)(d->mantissa < 0 ? 0 - m.digits : m.digits);
    d->exponent = (int32_t)m.exponent;
}

/* d with a smaller exponent and the same value. */
__attribute__((noinline)) static bool lower_exponent(struct ol_dec *d, int32_t exponent)
{
    for (; d->exponent > exponent; d->exponent--) {
        if (d->mantissa > INT64_MAX / 10 || d->mantissa < INT64_MIN / 10) {
            return false;
        }
        d->mantissa *= 10;
    }
    return true;
}

int32_t ol_dec_add(struct ol_dec a, struct ol_dec b, struct ol_dec *out)
{
    shorten(&a);
    shorten(&b);
    if (a.mantissa == 0 || b.mantissa == 0) {
        *out = a.mantissa == 0 ? b : a;
        return OL_OK;
    }
    /* One of the two calls has nothing to do. */
    if (!lower_exponent(&a, b.exponent) || !lower_exponent(&b, a.exponent) ||
        __builtin_add_overflow(a.mantissa, b.mantissa, &a.mantissa)) {
        return OL_E_NOSPC;
    }
    *out = a;
    return OL_OK;
}

int32_t ol_dec_multiply(struct ol_dec a, struct ol_dec b, struct ol_dec *out)
{
    struct ol_json_magnitude ma = ol_json_magnitude(a.mantissa, a.exponent);
    struct ol_json_magnitude mb = ol_json_magnitude(b.mantissa, b.exponent);
    bool negative = (a.mantissa < 0) != (b.mantissa < 0);
    if (ma.digits != 0 && mb.digits > ((uint64_t)INT64_MAX + negative) / ma.digits) {
        return OL_E_NOSPC;
    }
    uint64_t digits = ma.digits * mb.digits;
    out->mantissa = (int64_t)(negative ? 0 - digits : digits);
    out->exponent = (int32_t)(ma.exponent + mb.exponent);
    return OL_OK;
}
