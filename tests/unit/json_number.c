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

static bool is_step(struct ol_dec a, struct ol_dec base, struct ol_dec step)
{
    return ol_dec_is_step(&a, &base, &step);
}

static void steps_by_hand(void **state)
{
    (void)state;
    const struct ol_dec zero = {0, 0};
    const struct ol_dec tenth = {1, -1};
    assert_true(is_step((struct ol_dec){236, -1}, zero, tenth));
    assert_true(is_step((struct ol_dec){2360, -2}, zero, tenth));
    assert_false(is_step((struct ol_dec){2365, -2}, zero, tenth));
    assert_true(is_step((struct ol_dec){2365, -2}, (struct ol_dec){5, -2}, tenth));
    assert_true(
        is_step((struct ol_dec){-40, 0}, (struct ol_dec){-45, 0}, (struct ol_dec){5, 0}));
    assert_true(
        is_step((struct ol_dec){7, 0}, (struct ol_dec){-3, 0}, (struct ol_dec){-5, 0}));
    assert_true(is_step((struct ol_dec){1, -7}, (struct ol_dec){9, 9}, zero));
    assert_true(is_step((struct ol_dec){1, -7}, zero, (struct ol_dec){0, -90}));
    assert_true(is_step(zero, (struct ol_dec){0, -400}, (struct ol_dec){3, 2}));
    assert_true(is_step((struct ol_dec){100000000000000000, -17}, (struct ol_dec){10, 0},
                        (struct ol_dec){1, 0}));
    assert_true(is_step((struct ol_dec){1, 18}, zero, (struct ol_dec){1, 0}));
    assert_true(is_step((struct ol_dec){1, 308}, zero, (struct ol_dec){5, -1}));
    assert_false(is_step((struct ol_dec){1, 308}, zero, (struct ol_dec){3, -1}));
    assert_false(
        is_step((struct ol_dec){1, INT32_MAX}, zero, (struct ol_dec){1, INT32_MIN}));
    assert_false(
        is_step((struct ol_dec){1, 1}, (struct ol_dec){1, -18}, (struct ol_dec){1, 0}));
    /* A min at the limit of its type. */
    static const struct ol_dec float_min = {-34028234663852886, 22};
    static const struct ol_dec int64_min = {INT64_MIN, 0};
    static const struct ol_dec int64_max = {INT64_MAX, 0};
    const struct ol_dec one = {1, 0};
    assert_true(is_step((struct ol_dec){236, -1}, float_min, tenth));
    assert_false(is_step((struct ol_dec){2365, -2}, float_min, tenth));
    assert_true(is_step((struct ol_dec){5, 0}, int64_min, one));
    assert_true(is_step(int64_min, int64_min, one));
    assert_true(is_step(int64_max, int64_min, one));
    assert_true(is_step(int64_max, int64_min, (struct ol_dec){5, 0}));
    assert_false(is_step(int64_max, int64_min, (struct ol_dec){7, 0}));
    assert_false(is_step((struct ol_dec){5, 0}, int64_min, (struct ol_dec){1000, 0}));
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
        cmocka_unit_test(compared_far_apart),
        cmocka_unit_test(steps_by_hand),
        cmocka_unit_test(integers),
        cmocka_unit_test(battery),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
