/* SPDX-License-Identifier: MIT */
#include "onelink/json/magnitude.h"

#define POW10_18      UINT64_C(1000000000000000000)
#define EXPONENTS_MAX 1000 /* more than those of two doubles are apart */

static int sign(int64_t v)
{
    return (v > 0) - (v < 0);
}

/* |mantissa| * 10^exponent, not 0, scaled up to 19 digits, where uint64_t still holds it:
 * numbers so scaled compare by exponent first. */
__attribute__((noinline)) static struct ol_json_magnitude scale_up(int64_t mantissa,
                                                                   int64_t exponent)
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

/* d in units of 10^exponent, modulo size, which is below 10^18. UINT64_MAX: it is no whole
 * number of these, or so many that counting them would take long. */
__attribute__((noinline)) static uint64_t residue(const struct ol_dec *d,
                                                  int64_t exponent, uint64_t size)
{
    struct ol_json_magnitude m = ol_json_magnitude(d->mantissa, d->exponent);
    int64_t above = m.exponent - exponent;
    if (m.digits == 0) {
        return 0;
    }
    if (above < 0 || above > EXPONENTS_MAX) {
        return UINT64_MAX;
    }
    uint64_t r = size == 1 ? 0 : m.digits % size;
    for (int32_t n = (int32_t)above; r != 0 && n > 0; n--) {
        r *= 10;
        while (r >= size) {
            r -= size;
        }
    }
    return r;
}

/* The last digits of step and base make a grid. What has digits below it is no step; all
 * else is a whole number of its units, and only what that leaves modulo the step counts:
 * a min at the limit of its type has more digits than any integer here holds. */
bool ol_dec_is_step(const struct ol_dec *a, const struct ol_dec *base,
                    const struct ol_dec *step)
{
    if (step->mantissa == 0) {
        return true;
    }
    struct ol_json_magnitude mb = ol_json_magnitude(base->mantissa, base->exponent);
    struct ol_json_magnitude ms = ol_json_magnitude(step->mantissa, step->exponent);
    for (; mb.digits != 0 && ms.exponent > mb.exponent && ms.digits < POW10_18;
         ms.exponent--) {
        ms.digits *= 10;
    }
    if (ms.digits >= POW10_18) {
        return false;
    }
    uint64_t ra = residue(a, ms.exponent, ms.digits);
    uint64_t rb = residue(base, ms.exponent, ms.digits);
    if (ra == UINT64_MAX || rb == UINT64_MAX) {
        return false;
    }
    bool same_sign = (a->mantissa < 0) == (base->mantissa < 0);
    return same_sign ? ra == rb : ra + rb == 0 || ra + rb == ms.digits;
}
