/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value_step.h"

#include "onelink/base/decimal.h"

/* All arithmetic stays below this, so that sums and doubles of two cannot overflow. */
#define LIMIT INT64_C(1000000000000000000)

static bool is_small(int64_t v)
{
    return v > -LIMIT && v < LIMIT;
}

/* d as a multiple of 10^exponent, which is at most d.exponent. */
static bool scale_up(const struct ol_dec *d, int32_t exponent, int64_t *out)
{
    int64_t m = d->mantissa;
    for (int32_t e = m == 0 ? exponent : d->exponent; e > exponent; e--) {
        if (m > LIMIT / 10 || m < -LIMIT / 10) {
            return false;
        }
        m *= 10;
    }
    *out = m;
    return is_small(m);
}

/* floor(d / 10^exponent) for an exponent above d.exponent. What is left of it is given in
 * tenths, which are exact at 0 and at 5, one half, and else lie on its side of these. */
static int32_t scale_down(const struct ol_dec *d, int32_t exponent, int64_t *out)
{
    bool negative = d->mantissa < 0;
    uint64_t m = negative ? 0 - (uint64_t)d->mantissa : (uint64_t)d->mantissa;
    uint32_t digit = 0;
    bool sticky = false;
    for (int32_t e = d->exponent; e < exponent && (m > 0 || digit > 0); e++) {
        sticky = sticky || digit > 0;
        m = ol_u64_div10(m, &digit);
    }
    int32_t rest = (int32_t)digit + (sticky && (digit == 0 || digit == 5));
    *out = negative ? -(int64_t)m : (int64_t)m;
    if (negative && rest != 0) {
        *out -= 1;
        rest = 10 - rest;
    }
    return rest;
}

/* a - floor(a / b) * b for b above 0, without 64-bit division where 32 bits do. */
static int64_t modulo(int64_t a, int64_t b)
{
    if (b == 1) {
        return 0;
    }
    if (a >= 0 && a <= UINT32_MAX && b <= UINT32_MAX) {
        return (int64_t)((uint32_t)a % (uint32_t)b);
    }
    /* Unsigned, because that division is there anyway. */
    if (a >= 0) {
        return (int64_t)((uint64_t)a % (uint64_t)b);
    }
    return b - 1 - (int64_t)((uint64_t)(-1 - a) % (uint64_t)b);
}

/* Whether remainder and the tenths of rest are nearer to the step above; a tie goes away
 * from zero. */
static bool rounds_up(int64_t remainder, int32_t rest, int64_t step, bool negative)
{
    int64_t twice = step - 2 * remainder; /* the way to half of the step, doubled */
    if (twice < 0 || twice > 1) {
        return twice < 0;
    }
    return rest + !negative > 5 * (int32_t)twice;
}

/* Like ol_dec_compare, without its cost for numbers of everyday size. */
static int compare(const struct ol_dec *a, const struct ol_dec *b)
{
    static const int32_t powers[] = {1, 10, 100, 1000, 10000};
    /* Wraps only for exponents that no limit has. */
    int32_t up = (int32_t)((uint32_t)a->exponent - (uint32_t)b->exponent);
    const struct ol_dec *scaled = up > 0 ? a : b;
    int64_t x = a->mantissa;
    int64_t y = b->mantissa;
    if (up != 0) {
        uint32_t digits = up > 0 ? (uint32_t)up : 0u - (uint32_t)up;
        int32_t small = (int32_t)scaled->mantissa;
        if (digits > 4 || small != scaled->mantissa || small > 100000 ||
            small < -100000) {
            return ol_dec_compare(*a, *b);
        }
        *(up > 0 ? &x : &y) = small * powers[digits];
    }
    return (x > y) - (x < y);
}

bool ol_onenet_step_round(struct ol_dec *v, const struct ol_dec *base,
                          const struct ol_dec *step, const struct ol_dec *max)
{
    int32_t exponent = step->exponent;
    if (base->exponent < exponent && base->mantissa != 0) {
        exponent = base->exponent;
    }
    /* A step of 0.1 and tenths, or coarser, as long as ol_dec_is_step says so too. */
    if (step->mantissa == 1 && exponent == step->exponent && v->exponent >= exponent &&
        v->exponent <= exponent + 8 && v->mantissa == (int32_t)v->mantissa) {
        return true;
    }
    int64_t value = 0;
    int64_t from = 0;
    int64_t size = 0;
    int32_t rest = 0;
    if (!scale_up(base, exponent, &from)) {
        from = 0; /* a min near the limit of its type: steps count from 0 in effect */
    }
    if (v->exponent < exponent) {
        rest = scale_down(v, exponent, &value);
    } else if (!scale_up(v, exponent, &value)) {
        return false;
    }
    if (!scale_up(step, exponent, &size) || !is_small(value - from)) {
        return false;
    }
    if (size <= 0) {
        return true; /* no step at all, as in ol_dec_is_step */
    }
    int64_t remainder = modulo(value - from, size);
    if (remainder == 0 && rest == 0) {
        return true;
    }
    int64_t below = value - remainder;
    bool up = rounds_up(remainder, rest, size, v->mantissa < 0);
    struct ol_dec rounded = {up ? below + size : below, exponent};
    if (up && max != NULL && compare(&rounded, max) > 0 && compare(v, max) <= 0) {
        rounded.mantissa = below;
    }
    v->mantissa = rounded.mantissa;
    v->exponent = rounded.exponent;
    return true;
}

/* The exponents let all but extreme values pass without a comparison: a mantissa has at
 * most 19 digits. */
static bool fits_type(enum ol_onenet_type type, const struct ol_dec *v)
{
    static const struct ol_dec float_min = {-INT64_C(340282346638528860), 21};
    static const struct ol_dec double_min = {-INT64_C(179769313486231571), 291};
    int32_t harmless = type == OL_ONENET_FLOAT ? 19 : 289;
    if (v->exponent <= harmless || v->mantissa == 0) {
        return true;
    }
    const struct ol_dec negative = {v->mantissa > 0 ? -v->mantissa : v->mantissa,
                                    v->exponent};
    return compare(&negative, type == OL_ONENET_FLOAT ? &float_min : &double_min) >= 0;
}

static inline bool is_above(const struct ol_dec *a, const struct ol_dec *b)
{
    return a->exponent == b->exponent ? a->mantissa > b->mantissa : compare(a, b) > 0;
}

enum ol_onenet_value_error ol_onenet_number_check(const struct ol_onenet_field *field,
                                                  const struct ol_dec *v, bool with_step)
{
    bool real = field->type == OL_ONENET_FLOAT || field->type == OL_ONENET_DOUBLE;
    if ((real && v->exponent > 0 && !fits_type(field->type, v)) ||
        (field->has_min && is_above(&field->min, v)) ||
        (field->has_max && is_above(v, &field->max))) {
        return OL_ONENET_VALUE_RANGE;
    }
    if (with_step && field->has_step &&
        !ol_dec_is_step(v, ol_onenet_step_base(field), &field->step)) {
        return OL_ONENET_VALUE_STEP;
    }
    return OL_ONENET_VALUE_OK;
}
