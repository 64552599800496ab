/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onelink/json/number.h"
#include "tests/support/rng.h"

/* The reference is 128-bit arithmetic, which gcc and clang have on 64-bit hosts. */
__extension__ typedef __int128 wide;

static wide scaled(struct ol_dec d, int32_t exponent)
{
    wide v = d.mantissa;
    for (int32_t e = d.exponent; e > exponent; e--) {
        v *= 10;
    }
    return v;
}

static int64_t some_mantissa(struct ol_rng *r)
{
    int64_t v = (int64_t)(ol_rng_u64(r) >> ol_rng_below(r, 64));
    return ol_rng_below(r, 8) == 0 ? v / 1000 * 1000 : v;
}

static struct ol_dec some_decimal(struct ol_rng *r)
{
    return (struct ol_dec){some_mantissa(r), (int32_t)ol_rng_below(r, 19) - 9};
}

/* |mantissa| below 2^63 and 10^18 between the exponents stay below 2^123. */
static void compared_with_wide_integers(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_wide", 5));
    for (unsigned i = 0; i < 500000; i++) {
        struct ol_dec a = some_decimal(&r);
        struct ol_dec b = some_decimal(&r);
        if (ol_rng_below(&r, 4) == 0) { /* the same number in another form, or near it */
            b = a;
            while (b.mantissa % 10 == 0 && b.mantissa != 0 && b.exponent < 9) {
                b.mantissa /= 10;
                b.exponent++;
            }
            b.mantissa ^= ol_rng_below(&r, 2) == 0;
        }
        wide wa = scaled(a, -9);
        wide wb = scaled(b, -9);
        assert_int_equal(ol_dec_compare(a, b), (wa > wb) - (wa < wb));
        assert_int_equal(ol_dec_compare(b, a), (wb > wa) - (wb < wa));
        assert_int_equal(ol_dec_compare(a, a), 0);
    }
}

static void strip(struct ol_dec *d)
{
    while (d->mantissa != 0 && d->mantissa % 10 == 0) {
        d->mantissa /= 10;
        d->exponent++;
    }
}

/* d in units of 10^grid modulo size, the sign kept. */
static wide rest_of(struct ol_dec d, int32_t grid, wide size)
{
    wide v = d.mantissa % size;
    for (int32_t e = d.exponent; v != 0 && e > grid; e--) {
        v = v * 10 % size;
    }
    return v;
}

/* As the header says it: exact, and false where the step does not fit 18 digits. */
static bool reference_is_step(struct ol_dec a, struct ol_dec base, struct ol_dec step)
{
    strip(&a);
    strip(&base);
    strip(&step);
    if (step.mantissa == 0) {
        return true;
    }
    int32_t grid = step.exponent;
    grid = base.mantissa != 0 && base.exponent < grid ? base.exponent : grid;
    if (a.mantissa != 0 && a.exponent < grid) {
        return false;
    }
    wide size = step.mantissa;
    for (int32_t e = step.exponent; e > grid; e--) {
        size *= 10;
        if (size >= (wide)1000000000000000000 || size <= -(wide)1000000000000000000) {
            return false;
        }
    }
    if (size >= (wide)1000000000000000000 || size <= -(wide)1000000000000000000) {
        return false;
    }
    return (rest_of(a, grid, size) - rest_of(base, grid, size)) % size == 0;
}

static void steps_against_wide_integers(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_wide", 6));
    unsigned yes = 0;
    for (unsigned i = 0; i < 500000; i++) {
        struct ol_dec base = some_decimal(&r);
        struct ol_dec step = some_decimal(&r);
        step.mantissa >>= ol_rng_below(&r, 64);
        base.mantissa >>= ol_rng_below(&r, 64);
        step.mantissa += step.mantissa == 0;
        struct ol_dec a = some_decimal(&r);
        if (i % 2 == 0) { /* mostly a true multiple */
            int64_t n = (int64_t)ol_rng_below(&r, 2000) - 1000;
            base.exponent = step.exponent;
            wide v = (wide)base.mantissa + (wide)step.mantissa * n;
            if (v > INT64_MAX || v < INT64_MIN) {
                continue;
            }
            a = (struct ol_dec){(int64_t)v, step.exponent};
        }
        bool want = reference_is_step(a, base, step);
        yes += want;
        assert_true(ol_dec_is_step(&a, &base, &step) == want);
    }
    assert_true(yes > 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compared_with_wide_integers),
        cmocka_unit_test(steps_against_wide_integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
