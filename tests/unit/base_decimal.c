/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>

#include "onelink/base/buf.h"
#include "onelink/base/decimal.h"
#include "tests/support/guard.h"
#include "tests/support/rng.h"

/* Numbers of every size, those at the edges of decimal and binary lengths among them. */
static uint64_t nth_number(struct ol_rng *r, uint32_t i)
{
    if (i < 64 * 3) {
        return (UINT64_C(1) << (i / 3)) + i % 3 - 1;
    }
    if (i < 64 * 3 + 60) {
        uint64_t power = 1;
        for (uint32_t k = 0; k < (i - 64 * 3) / 3; k++) {
            power *= 10;
        }
        return power + i % 3 - 1;
    }
    return ol_rng_u64(r) >> ol_rng_below(r, 64);
}

static void division_by_ten(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_base_decimal", 1));
    for (uint32_t i = 0; i < 1000000; i++) {
        uint64_t v = nth_number(&r, i);
        uint32_t rem;
        assert_true(ol_u64_div10(v, &rem) == v / 10);
        assert_true(rem == v % 10);
    }
    uint32_t rem;
    assert_true(ol_u64_div10(UINT64_MAX, &rem) == UINT64_MAX / 10 && rem == 5);
    for (uint64_t v = UINT32_MAX - UINT64_C(100000); v < UINT32_MAX + UINT64_C(100000);
         v++) {
        assert_true(ol_u64_div10(v, &rem) == v / 10 && rem == v % 10);
    }
}

static void written_as_printf_does(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_base_decimal", 2));
    for (uint32_t i = 0; i < 100000; i++) {
        uint64_t v = nth_number(&r, i);
        char want[64];
        char out[64];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        ol_writer_dec_u64(&w, v);
        ol_writer_u8(&w, ' ');
        ol_writer_dec_i64(&w, (int64_t)v);
        ol_writer_u8(&w, '\0');
        snprintf(want, sizeof want, "%" PRIu64 " %" PRId64, v, (int64_t)v);
        assert_string_equal(out, want);
    }
}

static void number_at_every_capacity(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(32);
    for (size_t cap = 0; cap <= 21; cap++) {
        struct ol_writer w = ol_writer_make(ol_guard_room(&g, cap), cap);
        ol_writer_dec_u64(&w, UINT64_MAX);
        assert_int_equal(w.len, cap >= 20 ? 20 : 0);
        w = ol_writer_make(ol_guard_room(&g, cap), cap);
        ol_writer_dec_i64(&w, INT64_MIN);
        assert_int_equal(w.len, cap >= 20 ? 20 : 0);
        assert_int_equal(ol_writer_status(&w), cap >= 20 ? OL_OK : OL_E_NOSPC);
    }
    ol_guard_close(&g);
}

static void decimal_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t want;
    } good[] = {
        {"0", 0},
        {"00000000000000000007", 7},
        {"18446744073709551615", UINT64_MAX},
        {"18446744073709551609", UINT64_MAX - 6},
        {"4294967296", UINT64_C(1) << 32},
    };
    static const char *const bad[] = {
        "",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1a",
        "a",
        "18446744073709551616",
        "1.",
        "1e1",
        "0x10",
        "\xff",
        "18446744073709551620",
        "99999999999999999999",
        "000000000000000000007",
        "1:",
        "/1",
        "20000000000000000000",
    };
    struct ol_guard g = ol_guard_open(32);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        size_t len = strlen(good[i].text);
        uint64_t v = 99;
        struct ol_str text = ol_str_make(ol_guard_put(&g, good[i].text, len), len);
        assert_int_equal(ol_dec_u64(text, &v), OL_OK);
        assert_true(v == good[i].want);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        size_t len = strlen(bad[i]);
        uint64_t v = 99;
        struct ol_str text = ol_str_make(ol_guard_put(&g, bad[i], len), len);
        assert_int_equal(ol_dec_u64(text, &v), OL_E_ARG);
        assert_true(v == 99);
    }
    ol_guard_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_by_ten),
        cmocka_unit_test(written_as_printf_does),
        cmocka_unit_test(number_at_every_capacity),
        cmocka_unit_test(decimal_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
