/* SPDX-License-Identifier: MIT */
#include "onelink/json/magnitude.h"

#define POW10_18 UINT64_C(1000000000000000000)

static int sign(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* |mantissa| * 10^exponent, not 0, scaled up to 19 digits, where uint64_t still holds it:
 * numbers so scaled compare by exponent first. */
static struct ol_json_magnitude scale_up(int64_t mantissa, int64_t exponent)
{
    uint64_t digits = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
    while (digits < POW10_18) {
        digits *= 10;
        exponent--;
    }
    return (struct ol_json_magnitude){digits, exponent};
}

int ol_dec_compare(struct ol_dec a, struct ol_dec b)
{
    int sign_a = sign(a.mantissa);
    int sign_b = sign(b.mantissa);
    if (sign_a != sign_b || sign_a == 0) {
        return (sign_a > sign_b) - (sign_a < sign_b);
    }
    struct ol_json_magnitude ma = scale_up(a.mantissa, a.exponent);
    struct ol_json_magnitude mb = scale_up(b.mantissa, b.exponent);
    if (ma.exponent != mb.exponent) {
        return ma.exponent > mb.exponent ? sign_a : -sign_a;
    }
    return ma.digits == mb.digits ? 0 : ma.digits > mb.digits ? sign_a : -sign_a;
}

/* Rewrites m with the given exponent, not above its own; false beyond 18 digits. */
static bool align(struct ol_json_magnitude *m, int64_t exponent)
{
    for (; m->digits != 0 && m->exponent > exponent; m->exponent--) {
        if (m->digits >= POW10_18 / 10) {
            return false;
        }
        m->digits *= 10;
    }
    return m->digits < POW10_18;
}

/* a is a multiple of b; both below 2^63, b not 0. Shifts instead of a 64-bit division. */
static bool is_multiple(uint64_t a, uint64_t b)
{
    uint64_t shifted = b;
    while (shifted <= a / 2) {
        shifted *= 2;
    }
    for (; shifted >= b; shifted /= 2) {
        if (a >= shifted) {
            a -= shifted;
        }
    }
    return a == 0;
}

static int64_t lower_exponent(int64_t lowest, const struct ol_json_magnitude *m)
{
    return m->digits != 0 && m->exponent < lowest ? m->exponent : lowest;
}

bool ol_dec_is_step(struct ol_dec a, struct ol_dec base, struct ol_dec step)
{
    if (step.mantissa == 0) {
        return true;
    }
    struct ol_json_magnitude ma = ol_json_magnitude(a.mantissa, a.exponent);
    struct ol_json_magnitude mb = ol_json_magnitude(base.mantissa, base.exponent);
    struct ol_json_magnitude ms = ol_json_magnitude(step.mantissa, step.exponent);
    int64_t lowest = lower_exponent(lower_exponent(ms.exponent, &ma), &mb);
    if (!align(&ma, lowest) || !align(&mb, lowest) || !align(&ms, lowest)) {
        return false;
    }
    bool same_sign = (a.mantissa < 0) == (base.mantissa < 0);
    uint64_t distance = !same_sign              ? ma.digits + mb.digits
                        : ma.digits > mb.digits ? ma.digits - mb.digits
                                                : mb.digits - ma.digits;
    return is_multiple(distance, ms.digits);
}
