/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "onelink/json/binary.h"
#include "onelink/json/number.h"
#include "tests/support/guard.h"
#include "tests/support/rng.h"
#include "tests/support/vectors.h"

#define RANDOM_COUNT (1000000 / OL_TEST_SCALE)

static uint64_t bits_of(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static float float_of(uint32_t bits)
{
    float v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void exact_vectors(void **state)
{
    (void)state;
    struct ol_vectors v = ol_vectors_open("json/double.tsv");
    struct ol_vector row;
    struct ol_guard g = ol_guard_open(4096);
    unsigned rows = 0;
    while (ol_vectors_next(&v, &row)) {
        double got = 77.0;
        struct ol_str text = row.field[0];
        text.ptr = (const char *)ol_guard_put(&g, text.ptr, text.len);
        int32_t rc = ol_double_decode(text, &got);
        bool in_range = !ol_str_equal(row.field[1], OL_STR("range"));
        uint64_t want = in_range ? strtoull(row.field[1].ptr, NULL, 16) : bits_of(77.0);
        if (rc != (in_range ? OL_OK : OL_E_ARG) || bits_of(got) != want) {
            fail_msg("line %u: %s: %a", row.line, row.field[0].ptr, got);
        }
        rows++;
    }
    assert_true(rows > 250);
    ol_guard_close(&g);
    ol_vectors_close(&v);
}

static void shortest_vectors(void **state)
{
    (void)state;
    struct ol_vectors v = ol_vectors_open("json/shortest.tsv");
    struct ol_vector row;
    unsigned rows = 0;
    while (ol_vectors_next(&v, &row)) {
        uint64_t bits = strtoull(row.field[1].ptr, NULL, 16);
        bool is_double = ol_str_equal(row.field[0], OL_STR("double"));
        struct ol_dec d = {0, 0};
        int32_t rc = is_double ? ol_dec_from_double(double_of(bits), &d)
                               : ol_dec_from_float(float_of((uint32_t)bits), &d);
        assert_int_equal(rc, OL_OK);
        if (d.mantissa != strtoll(row.field[2].ptr, NULL, 10) ||
            d.exponent != strtol(row.field[3].ptr, NULL, 10)) {
            fail_msg("line %u: %" PRId64 "e%" PRId32, row.line, d.mantissa, d.exponent);
        }
        rows++;
    }
    assert_true(rows > 250);
    ol_vectors_close(&v);
}

/* What the fast path promises of its 64 bits holds for every power of ten, so its table
 * is right: the exact comparison, which knows no table, finds the value between its
 * bounds. */
static void scaled_bounds_hold(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_double", 13));
    for (int32_t power = -322; power <= 290; power++) {
        for (int i = 0; i < 50; i++) {
            uint64_t m =
                i == 0 ? 10000000000000000000U : ol_rng_u64(&r) | UINT64_C(1) << 63;
            struct ol_json_scaled s = ol_json_scale10(m, power);
            struct ol_json_number n = {.digits = m, .exponent = power};
            int above = ol_json_compare_binary(&n, s.bits, s.exponent);
            assert_true(s.error == 0   ? above == 0
                        : s.error == 1 ? above > 0
                                       : above >= 0);
            if (s.bits <= UINT64_MAX - s.error) {
                int below = ol_json_compare_binary(&n, s.bits + s.error, s.exponent);
                assert_true(below <= 0);
            }
        }
    }
}

static void no_json_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "-",    "1.",  ".5",  "+1",  "01", "1e",
                                      "1e+",  "NaN",  "inf", "0x1", "1 ",  " 1", "1,0",
                                      "1e5.", "1.e5", "e5",  "1d5", "--1", "1f", "1__0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double v = 77.0;
        assert_int_equal(ol_double_decode(ol_str_from(bad[i]), &v), OL_E_ARG);
        assert_true(v == 77.0);
    }
}

/* printf writes "e+05", which is JSON too. */
static void check_decode(const char *text)
{
    double got = 0;
    double want = strtod(text, NULL);
    int32_t rc = ol_double_decode(ol_str_from(text), &got);
    if (isinf(want)) {
        assert_int_equal(rc, OL_E_ARG);
    } else if (rc != OL_OK || bits_of(got) != bits_of(want)) {
        fail_msg("%s: %a instead of %a", text, got, want);
    }
}

static unsigned digit_count(int64_t mantissa)
{
    unsigned n = 0;
    do {
        n++;
        mantissa /= 10;
    } while (mantissa != 0);
    return n;
}

/* d is v's shortest decimal: it reads back, and no correctly rounded decimal with a digit
 * less does; and of its own length it is the nearest, where that one reads back. */
static void check_shortest(double v, struct ol_dec d)
{
    char text[64];
    char nearest[64];
    int digits = (int)digit_count(d.mantissa);
    struct ol_writer w = ol_writer_make(text, sizeof text);
    ol_dec_encode(&w, d);
    ol_writer_u8(&w, '\0');
    if (strtod(text, NULL) != v || ol_dec_to_double(d) != v || digits > 17) {
        fail_msg("%a: %s does not read back", v, text);
    }
    snprintf(nearest, sizeof nearest, "%.*e", digits - 1, v);
    if (strtod(nearest, NULL) == v) {
        struct ol_dec near_dec;
        assert_int_equal(ol_dec_decode(ol_str_from(nearest), &near_dec), OL_OK);
        if (ol_dec_compare(near_dec, d) != 0) {
            fail_msg("%a: %s is nearer than %s", v, nearest, text);
        }
    }
    if (digits > 1) {
        snprintf(nearest, sizeof nearest, "%.*e", digits - 2, v);
        if (strtod(nearest, NULL) == v) {
            fail_msg("%a: %s is shorter than %s", v, nearest, text);
        }
    }
}

static void check_double(double v)
{
    char text[64];
    struct ol_dec d = {77, 7};
    if (!isfinite(v)) {
        assert_int_equal(ol_dec_from_double(v, &d), OL_E_ARG);
        assert_true(d.mantissa == 77);
        return;
    }
    snprintf(text, sizeof text, "%.17g", v);
    check_decode(text);
    assert_int_equal(ol_dec_from_double(v, &d), OL_OK);
    check_shortest(v, d);
}

static void check_float(float v)
{
    char text[64];
    struct ol_dec d = {77, 7};
    if (!isfinite(v)) {
        assert_int_equal(ol_dec_from_float(v, &d), OL_E_ARG);
        assert_true(d.mantissa == 77);
        return;
    }
    assert_int_equal(ol_dec_from_float(v, &d), OL_OK);
    struct ol_writer w = ol_writer_make(text, sizeof text);
    ol_dec_encode(&w, d);
    ol_writer_u8(&w, '\0');
    int digits = (int)digit_count(d.mantissa);
    if (strtof(text, NULL) != v || digits > 9) {
        fail_msg("%a: %s does not read back", (double)v, text);
    }
    if (digits > 1) {
        snprintf(text, sizeof text, "%.*e", digits - 2, (double)v);
        if (strtof(text, NULL) == v) {
            fail_msg("%a: %s is shorter", (double)v, text);
        }
    }
}

static void random_doubles(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_double", 8));
    for (unsigned i = 0; i < RANDOM_COUNT; i++) {
        uint64_t bits = ol_rng_u64(&r);
        switch (i % 4) {
        case 0: /* any bits */
            break;
        case 1: /* near 1, where values of sensors lie */
            bits = (bits & ~(UINT64_C(0x7FF) << 52)) | (1000 + bits % 60) << 52;
            break;
        case 2: /* subnormal */
            bits = (bits & UINT64_C(0x800FFFFFFFFFFFFF)) >> (bits % 52);
            break;
        default: /* few bits set: halves, quarters, large powers */
            bits &= ~UINT64_C(0) << (bits % 53);
            break;
        }
        check_double(double_of(bits));
    }
}

static void random_floats(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_double", 9));
    for (unsigned i = 0; i < RANDOM_COUNT; i++) {
        uint32_t bits = (uint32_t)ol_rng_u64(&r);
        if (i % 8 == 0) {
            bits = (bits & UINT32_C(0x807FFFFF)) >> (bits % 23);
        }
        check_float(float_of(bits));
    }
}

/* What people write: up to 15 digits come back as they were (6 for a float). */
static void short_decimals_come_back(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_double", 10));
    for (unsigned i = 0; i < RANDOM_COUNT / 5; i++) {
        int64_t mantissa = (int64_t)ol_rng_below(&r, 999999999999999);
        mantissa >>= ol_rng_below(&r, 50);
        mantissa += mantissa % 10 == 0;
        struct ol_dec d = {i % 2 == 0 ? mantissa : -mantissa,
                           (int32_t)ol_rng_below(&r, 580) - 300};
        struct ol_dec back = {0, 0};
        assert_int_equal(ol_dec_from_double(ol_dec_to_double(d), &back), OL_OK);
        assert_true(back.mantissa == d.mantissa);
        assert_int_equal(back.exponent, d.exponent);
    }
    for (int64_t i = -999999; i <= 999999; i += 7 * OL_TEST_SCALE) {
        struct ol_dec back = {0, 0};
        struct ol_dec d = {i % 10 == 0 ? i + 1 : i, -2};
        assert_int_equal(ol_dec_from_float((float)ol_dec_to_double(d), &back), OL_OK);
        assert_true(back.mantissa == d.mantissa && back.exponent == -2);
    }
}

static void edges(void **state)
{
    (void)state;
    static const float floats[] = {
        0.0F,      -0.0F,
        1.0F,      0x1p-149F,
        0x1p-126F, 0x1.fffffep127F,
        0x1p24F,   0x1.fffffcp-127F,
        0.1F,      16777215.0F,
        -23.6F,    INFINITY,
        -INFINITY, NAN,
    };
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        check_float(floats[i]);
        check_double((double)floats[i]);
    }
    for (int e = -1074; e < 1024; e++) {
        double v = ldexp(1.0, e);
        check_double(v);
        check_double(-nextafter(v, 0.0));
        check_double(nextafter(v, 1e308));
        check_float(e < 128 ? (float)v : 1.0F);
        check_float(e < 128 ? nextafterf((float)v, 0.0F) : 1.0F);
    }
    check_double(1.7976931348623157e308);
    check_double(0x1p53 + 2);
    struct ol_dec d = {77, 7};
    assert_int_equal(ol_dec_from_double(-0.0, &d), OL_OK);
    assert_true(d.mantissa == 0 && d.exponent == 0);
    assert_int_equal(ol_dec_from_double(1200.0, &d), OL_OK);
    assert_true(d.mantissa == 12 && d.exponent == 2);
}

static void decimals_out_of_range(void **state)
{
    (void)state;
    static const int64_t mantissas[] = {1, INT64_MAX, INT64_MIN, 1000000000000000000};
    for (size_t i = 0; i < sizeof mantissas / sizeof mantissas[0]; i++) {
        int64_t m = mantissas[i];
        double infinity = m < 0 ? -(double)INFINITY : (double)INFINITY;
        assert_true(ol_dec_to_double((struct ol_dec){m, INT32_MAX}) == infinity);
        assert_true(ol_dec_to_double((struct ol_dec){m, 309}) == infinity);
        assert_true(ol_dec_to_double((struct ol_dec){m, INT32_MIN}) == 0.0);
        assert_true(ol_dec_to_double((struct ol_dec){m, -346}) == 0.0);
        for (int32_t e = -360; e <= 320; e++) {
            char text[64];
            snprintf(text, sizeof text, "%" PRId64 "e%" PRId32, m, e);
            assert_true(ol_dec_to_double((struct ol_dec){m, e}) == strtod(text, NULL));
        }
    }
    assert_true(ol_dec_to_double((struct ol_dec){0, INT32_MAX}) == 0.0);
}

#define E18 UINT64_C(1000000000000000000)

/* Writes odd / 2^scale + delta / 10^(scale + 1). With an odd of 54 bits that is a point
 * halfway between two doubles, or next to one. Its digits, at most 54 bits times 10 * 5^28,
 * are high and eighteen low ones; the low ones are never all 0, since only one factor is even. */
static void halfway_text(uint64_t odd, unsigned scale, int delta, char *out, size_t cap)
{
    uint64_t high = 0;
    uint64_t low = odd;
    for (unsigned i = 0; i <= scale; i++) {
        uint64_t factor = i < scale ? 5 : 10;
        low *= factor;
        high = high * factor + low / E18;
        low %= E18;
    }
    low = delta < 0 ? low - 1 : low + (unsigned)delta;
    if (high != 0) {
        snprintf(out, cap, "%" PRIu64 "%018" PRIu64 "e-%u", high, low, scale + 1);
    } else {
        snprintf(out, cap, "%" PRIu64 "e-%u", low, scale + 1);
    }
}

static void halfway(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_double", 11));
    for (unsigned i = 0; i < RANDOM_COUNT / 10; i++) {
        uint64_t odd = ol_rng_u64(&r) >> 11 | UINT64_C(1) << 53 | 1;
        for (int delta = -1; delta <= 1; delta++) {
            char text[96];
            halfway_text(odd, i % 29, delta, text, sizeof text);
            check_decode(text);
        }
    }
}

static void long_random_texts(void **state)
{
    (void)state;
    struct ol_rng r = ol_rng_make(ol_rng_seed("test_json_double", 12));
    for (unsigned i = 0; i < RANDOM_COUNT / 10; i++) {
        char text[256];
        size_t len = 0;
        size_t whole = ol_rng_below(&r, 60);
        size_t fraction = 1 + ol_rng_below(&r, 60);
        text[len++] = (char)('1' + ol_rng_below(&r, 9));
        for (size_t k = 0; k < whole; k++) {
            text[len++] = (char)('0' + ol_rng_below(&r, i % 2 == 0 ? 10 : 2));
        }
        text[len++] = '.';
        for (size_t k = 0; k < fraction; k++) {
            text[len++] = (char)('0' + ol_rng_below(&r, 10));
        }
        int exponent = (int)ol_rng_below(&r, 740) - 400;
        snprintf(text + len, sizeof text - len, "e%d", exponent);
        check_decode(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_vectors),
        cmocka_unit_test(shortest_vectors),
        cmocka_unit_test(scaled_bounds_hold),
        cmocka_unit_test(no_json_number_is_refused),
        cmocka_unit_test(random_doubles),
        cmocka_unit_test(random_floats),
        cmocka_unit_test(short_decimals_come_back),
        cmocka_unit_test(edges),
        cmocka_unit_test(decimals_out_of_range),
        cmocka_unit_test(halfway),
        cmocka_unit_test(long_random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
