/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/json/number.h"
#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/support/json_check.h"
#include "tests/support/rng.h"

/* The reference is 128-bit arithmetic, which gcc and clang have on 64-bit hosts. */
__extension__ typedef __int128 wide;

static void decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t status;
        int64_t mantissa;
        int32_t exponent;
    } rows[] = {
        {"0", OL_OK, 0, 0},
        {"-0", OL_OK, 0, 0},
        {"0.000", OL_OK, 0, 0},
        {"0e999999999999", OL_OK, 0, 0},
        {"23.6", OL_OK, 236, -1},
        {"-23.60", OL_OK, -2360, -2},
        {"1e3", OL_OK, 1, 3},
        {"1.5E+3", OL_OK, 15, 2},
        {"1.5e-3", OL_OK, 15, -4},
        {"0.00012", OL_OK, 12, -5},
        {"999999999999999999", OL_OK, 999999999999999999, 0},
        {"-999999999999999999", OL_OK, -999999999999999999, 0},
        {"100000000000000000000", OL_OK, 100000000000000000, 3},
        {"1.00000000000000000000", OL_OK, 100000000000000000, -17},
        {"0.000000000000000000000000000001", OL_OK, 1, -30},
        {"1234567890123456789", OL_E_NOSPC, 123456789012345678, 1},
        {"-12345678901234567.89", OL_E_NOSPC, -123456789012345678, -1},
        {"1000000000000000000000001", OL_E_NOSPC, 100000000000000000, 7},
        {"1e400", OL_OK, 1, 400},
        {"1e-400", OL_OK, 1, -400},
        {"1.5e-399", OL_OK, 15, -400},
        {"1e401", OL_E_NOSPC, 77, 7},
        {"1e-401", OL_E_NOSPC, 77, 7},
        {"1.5e-400", OL_E_NOSPC, 77, 7},
        {"1e99999999999999999999", OL_E_NOSPC, 77, 7},
        {"-1e-99999999999999999999", OL_E_NOSPC, 77, 7},
        {"", OL_E_ARG, 77, 7},
        {"-", OL_E_ARG, 77, 7},
        {"1.", OL_E_ARG, 77, 7},
        {"1e", OL_E_ARG, 77, 7},
        {".5", OL_E_ARG, 77, 7},
        {"+1", OL_E_ARG, 77, 7},
        {"01", OL_E_ARG, 77, 7},
        {"1 ", OL_E_ARG, 77, 7},
        {" 1", OL_E_ARG, 77, 7},
        {"1,2", OL_E_ARG, 77, 7},
        {"\"1\"", OL_E_ARG, 77, 7},
        {"true", OL_E_ARG, 77, 7},
        {"NaN", OL_E_ARG, 77, 7},
    };
    struct ol_guard g = ol_guard_open(64);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = strlen(rows[i].text);
        struct ol_str text = ol_str_make(ol_guard_put(&g, rows[i].text, len), len);
        struct ol_dec d = {77, 7};
        assert_int_equal(ol_dec_decode(text, &d), rows[i].status);
        assert_true(d.mantissa == rows[i].mantissa);
        assert_int_equal(d.exponent, rows[i].exponent);
    }
    ol_guard_close(&g);
}

static void encoded(void **state)
{
    (void)state;
    static const struct {
        struct ol_dec d;
        const char *text;
    } rows[] = {
        {{236, -1}, "23.6"},
        {{2360, -2}, "23.6"},
        {{-5, -2}, "-0.05"},
        {{1200, 0}, "1200"},
        {{12, 2}, "1200"},
        {{0, 0}, "0"},
        {{0, -5}, "0"},
        {{0, INT32_MAX}, "0"},
        {{1, 30}, "1e30"},
        {{5, -9}, "5e-9"},
        {{15, -10}, "1.5e-9"},
        {{1, 20}, "100000000000000000000"},
        {{1, 21}, "1e21"},
        {{123, 18}, "123000000000000000000"},
        {{123, 19}, "1.23e21"},
        {{1, -6}, "0.000001"},
        {{1, -7}, "1e-7"},
        {{12, -7}, "0.0000012"},
        {{-12, -8}, "-1.2e-7"},
        {{INT64_MAX, 0}, "9223372036854775807"},
        {{INT64_MIN, 0}, "-9223372036854775808"},
        {{INT64_MIN, 2}, "-922337203685477580800"},
        {{INT64_MIN, 3}, "-9.223372036854775808e21"},
        {{INT64_MIN, -24}, "-0.000009223372036854775808"},
        {{INT64_MIN, -18}, "-9.223372036854775808"},
        {{INT64_MIN, INT32_MIN}, "-9.223372036854775808e-2147483630"},
        {{INT64_MIN, INT32_MAX}, "-9.223372036854775808e2147483665"},
        {{1000, INT32_MAX}, "1e2147483650"},
    };
    struct ol_guard g = ol_guard_open(64);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t want = strlen(rows[i].text);
        assert_true(want <= 33);
        for (size_t cap = 0; cap <= want + 1; cap++) {
            uint8_t *out = ol_guard_room(&g, cap);
            struct ol_writer w = ol_writer_make(out, cap);
            ol_dec_encode(&w, rows[i].d);
            assert_int_equal(w.len, cap >= want ? want : 0);
            assert_memory_equal(out, rows[i].text, w.len);
            assert_true(w.over == (cap < want));
        }
    }
    ol_guard_close(&g);
}

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
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_number", 5));
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

static void compared_far_apart(void **state)
{
    (void)state;
    const struct ol_dec rows[] = {
        {INT64_MIN, INT32_MAX},
        {-1, INT32_MAX},
        {-1, 0},
        {-1, INT32_MIN},
        {0, INT32_MAX},
        {1, INT32_MIN},
        {1, -18},
        {1, 0},
        {1, 1},
        {INT64_MAX, 0},
        {1, INT32_MAX},
        {INT64_MAX, INT32_MAX},
    };
    int count = (int)(sizeof rows / sizeof rows[0]);
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
            assert_int_equal(ol_dec_compare(rows[i], rows[k]), (i > k) - (i < k));
        }
    }
    assert_int_equal(
        ol_dec_compare((struct ol_dec){0, INT32_MIN}, (struct ol_dec){0, INT32_MAX}), 0);
    assert_int_equal(
        ol_dec_compare((struct ol_dec){10, INT32_MAX - 1}, (struct ol_dec){1, INT32_MAX}),
        0);
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
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_number", 6));
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
        assert_true(ol_dec_is_step(a, base, step) == want);
    }
    assert_true(yes > 100000);
}

static void steps_by_hand(void **state)
{
    (void)state;
    const struct ol_dec zero = {0, 0};
    const struct ol_dec tenth = {1, -1};
    assert_true(ol_dec_is_step((struct ol_dec){236, -1}, zero, tenth));
    assert_true(ol_dec_is_step((struct ol_dec){2360, -2}, zero, tenth));
    assert_false(ol_dec_is_step((struct ol_dec){2365, -2}, zero, tenth));
    assert_true(ol_dec_is_step((struct ol_dec){2365, -2}, (struct ol_dec){5, -2}, tenth));
    assert_true(ol_dec_is_step((struct ol_dec){-40, 0}, (struct ol_dec){-45, 0},
                               (struct ol_dec){5, 0}));
    assert_true(ol_dec_is_step((struct ol_dec){7, 0}, (struct ol_dec){-3, 0},
                               (struct ol_dec){-5, 0}));
    assert_true(ol_dec_is_step((struct ol_dec){1, -7}, (struct ol_dec){9, 9}, zero));
    assert_true(ol_dec_is_step((struct ol_dec){1, -7}, zero, (struct ol_dec){0, -90}));
    assert_true(ol_dec_is_step(zero, (struct ol_dec){0, -400}, (struct ol_dec){3, 2}));
    assert_true(ol_dec_is_step((struct ol_dec){100000000000000000, -17},
                               (struct ol_dec){10, 0}, (struct ol_dec){1, 0}));
    assert_true(ol_dec_is_step((struct ol_dec){1, 18}, zero, (struct ol_dec){1, 0}));
    assert_true(ol_dec_is_step((struct ol_dec){1, 308}, zero, (struct ol_dec){5, -1}));
    assert_false(ol_dec_is_step((struct ol_dec){1, 308}, zero, (struct ol_dec){3, -1}));
    assert_false(ol_dec_is_step((struct ol_dec){1, INT32_MAX}, zero,
                                (struct ol_dec){1, INT32_MIN}));
    assert_false(ol_dec_is_step((struct ol_dec){1, 1}, (struct ol_dec){1, -18},
                                (struct ol_dec){1, 0}));
    /* A min at the limit of its type. */
    static const struct ol_dec float_min = {-34028234663852886, 22};
    static const struct ol_dec int64_min = {INT64_MIN, 0};
    static const struct ol_dec int64_max = {INT64_MAX, 0};
    const struct ol_dec one = {1, 0};
    assert_true(ol_dec_is_step((struct ol_dec){236, -1}, float_min, tenth));
    assert_false(ol_dec_is_step((struct ol_dec){2365, -2}, float_min, tenth));
    assert_true(ol_dec_is_step((struct ol_dec){5, 0}, int64_min, one));
    assert_true(ol_dec_is_step(int64_min, int64_min, one));
    assert_true(ol_dec_is_step(int64_max, int64_min, one));
    assert_true(ol_dec_is_step(int64_max, int64_min, (struct ol_dec){5, 0}));
    assert_false(ol_dec_is_step(int64_max, int64_min, (struct ol_dec){7, 0}));
    assert_false(
        ol_dec_is_step((struct ol_dec){5, 0}, int64_min, (struct ol_dec){1000, 0}));
}

static void integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t status;
        int64_t value;
    } rows[] = {
        {"0", OL_OK, 0},
        {"-0", OL_OK, 0},
        {"-0.0e5", OL_OK, 0},
        {"0e-99999999999", OL_OK, 0},
        {"12", OL_OK, 12},
        {"-12", OL_OK, -12},
        {"1.0", OL_OK, 1},
        {"1e3", OL_OK, 1000},
        {"1.25e2", OL_OK, 125},
        {"12500e-2", OL_OK, 125},
        {"9223372036854775807", OL_OK, INT64_MAX},
        {"-9223372036854775808", OL_OK, INT64_MIN},
        {"9223372036854775807.000", OL_OK, INT64_MAX},
        {"92233720368547758070e-1", OL_OK, INT64_MAX},
        {"-922337203685477580800000e-5", OL_OK, INT64_MIN},
        {"9.223372036854775807e18", OL_OK, INT64_MAX},
        {"1e18", OL_OK, 1000000000000000000},
        {"9e18", OL_OK, 9000000000000000000},
        {"9223372036854775808", OL_E_ARG, 77},
        {"-9223372036854775809", OL_E_ARG, 77},
        {"9223372036854775807.5", OL_E_ARG, 77},
        {"1e19", OL_E_ARG, 77},
        {"18446744073709551616", OL_E_ARG, 77},
        {"1.5", OL_E_ARG, 77},
        {"1e-1", OL_E_ARG, 77},
        {"1e-999999999", OL_E_ARG, 77},
        {"1e999999999999999999999", OL_E_ARG, 77},
        {"", OL_E_ARG, 77},
        {"1x", OL_E_ARG, 77},
        {"-", OL_E_ARG, 77},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t v = 77;
        assert_int_equal(ol_int64_decode(ol_str_from(rows[i].text), &v), rows[i].status);
        assert_true(v == rows[i].value);
    }
    int64_t v = 77;
    assert_int_equal(ol_dec_to_int64((struct ol_dec){INT64_MIN, 0}, &v), OL_OK);
    assert_true(v == INT64_MIN);
    assert_int_equal(ol_dec_to_int64((struct ol_dec){-1200, -2}, &v), OL_OK);
    assert_true(v == -12);
    assert_int_equal(ol_dec_to_int64((struct ol_dec){0, INT32_MAX}, &v), OL_OK);
    assert_true(v == 0);
    assert_int_equal(ol_dec_to_int64((struct ol_dec){1, INT32_MAX}, &v), OL_E_ARG);
    assert_int_equal(ol_dec_to_int64((struct ol_dec){1, INT32_MIN}, &v), OL_E_ARG);
    assert_int_equal(ol_dec_to_int64((struct ol_dec){INT64_MIN, 1}, &v), OL_E_ARG);
    assert_true(v == 0);
}

static void check_text(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    ol_json_check_number(ol_str_make(data, len));
}

static void battery(void **state)
{
    (void)state;
    static const char *const seeds[] = {
        "23.6",
        "-0.05e+12",
        "1e-400",
        "123456789012345678901234567890.5",
        "9007199254740993",
        "2.2250738585072011e-308",
    };
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        ol_battery_truncations(seeds[i], strlen(seeds[i]), check_text, NULL);
        ol_battery_bit_flips(seeds[i], strlen(seeds[i]), check_text, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoded),
        cmocka_unit_test(encoded),
        cmocka_unit_test(compared_with_wide_integers),
        cmocka_unit_test(compared_far_apart),
        cmocka_unit_test(steps_against_wide_integers),
        cmocka_unit_test(steps_by_hand),
        cmocka_unit_test(integers),
        cmocka_unit_test(battery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
