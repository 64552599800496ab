/* SPDX-License-Identifier: MIT */
#include "onelink/json/arith.h"

#include "onelink/base/decimal.h"

/* d without the zeros at its end, which cost digits and say nothing. */
static struct ol_dec shorten(struct ol_dec d)
{
    bool negative = d.mantissa < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)d.mantissa : (uint64_t)d.mantissa;
    uint32_t rem = 0;
    if (magnitude == 0) {
        return (struct ol_dec){0, 0};
    }
    for (uint64_t next = ol_u64_div10(magnitude, &rem); rem == 0;
         next = ol_u64_div10(magnitude, &rem)) {
        magnitude = next;
        d.exponent++;
    }
    d.mantissa = (int64_t)(negative ? 0 - magnitude : magnitude);
    return d;
}

/* d with a smaller exponent and the same value. */
static bool lower_exponent(struct ol_dec *d, int32_t exponent)
{
    while (d->exponent > exponent) {
        if (__builtin_mul_overflow(d->mantissa, (int64_t)10, &d->mantissa)) {
            return false;
        }
        d->exponent--;
    }
    return true;
}

int32_t ol_dec_add(struct ol_dec a, struct ol_dec b, struct ol_dec *out)
{
    a = shorten(a);
    b = shorten(b);
    if (a.mantissa == 0 || b.mantissa == 0) {
        *out = a.mantissa == 0 ? b : a;
        return OL_OK;
    }
    struct ol_dec sum = {0, a.exponent < b.exponent ? a.exponent : b.exponent};
    if (!lower_exponent(&a, sum.exponent) || !lower_exponent(&b, sum.exponent) ||
        __builtin_add_overflow(a.mantissa, b.mantissa, &sum.mantissa)) {
        return OL_E_NOSPC;
    }
    *out = sum;
    return OL_OK;
}

int32_t ol_dec_multiply(struct ol_dec a, struct ol_dec b, struct ol_dec *out)
{
    a = shorten(a);
    b = shorten(b);
    struct ol_dec product = {0, a.exponent + b.exponent};
    if (__builtin_mul_overflow(a.mantissa, b.mantissa, &product.mantissa)) {
        return OL_E_NOSPC;
    }
    *out = product;
    return OL_OK;
}
