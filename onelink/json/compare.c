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

/* n modulo m by shifts instead of a 64-bit division; n below 2^63, m below 10^18, not 0. */
static uint64_t modulo(uint64_t n, uint64_t m)
{
    uint64_t shifted = m;
    while (shifted <= n / 2) {
        shifted *= 2;
    }
    for (; shifted >= m; shifted /= 2) {
        if (n >= shifted) {
            n -= shifted;
        }
    }
    return n;
}

/* m in units of 10^exponent, which is not above its own, modulo size. */
static uint64_t residue(const struct ol_json_magnitude *m, int64_t exponent,
                        uint64_t size)
{
    uint64_t r = modulo(m->digits, size);
    for (int64_t e = m->exponent; r != 0 && e > exponent; e--) {
        r *= 10;
        while (r >= size) {
            r -= size;
        }
    }
    return r;
}

/* m is a whole number of 10^exponent, and not so many that residue() would take long. */
static bool is_whole(const struct ol_json_magnitude *m, int64_t exponent)
{
    return m->digits == 0 ||
           (m->exponent >= exponent && m->exponent - exponent <= EXPONENTS_MAX);
}

/* The last digits of step and base make a grid. What has digits below it is no step; all
 * else is a whole number of its units, and only what that leaves modulo the step counts:
 * a min at the limit of its type has more digits than any integer here holds. */
bool ol_dec_is_step(struct ol_dec a, struct ol_dec base, struct ol_dec step)
{
    if (step.mantissa == 0) {
        return true;
    }
    struct ol_json_magnitude ma = ol_json_magnitude(a.mantissa, a.exponent);
    struct ol_json_magnitude mb = ol_json_magnitude(base.mantissa, base.exponent);
    struct ol_json_magnitude ms = ol_json_magnitude(step.mantissa, step.exponent);
    int64_t grid =
        mb.digits != 0 && mb.exponent < ms.exponent ? mb.exponent : ms.exponent;
    if (!is_whole(&ma, grid) || !is_whole(&mb, grid)) {
        return false;
    }
    uint64_t size = ms.digits;
    for (; ms.exponent > grid && size < POW10_18; ms.exponent--) {
        size *= 10;
    }
    if (size >= POW10_18) {
        return false;
    }
    if (size == 1) {
        return true;
    }
    uint64_t ra = residue(&ma, grid, size);
    uint64_t rb = residue(&mb, grid, size);
    bool same_sign = (a.mantissa < 0) == (base.mantissa < 0);
    return same_sign ? ra == rb : ra + rb == 0 || ra + rb == size;
}
