/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/json/arith.h"
#include "tools/decimal.h"
#include "tools/misfit.h"
#include "tools/sim.h"
#include "tools_help.h"

/* --- decimals ----------------------------------------------------------------------- */

static void test_decimal_arithmetic(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *offset, *scale, *result;
    } rows[] = {
        {"45312", "0", "0.001", "45.312"}, /* thermal zone */
        {"27315", "-27315", "0.01", "0"},
        {"1523", "-400", "0.0625", "70.1875"}, /* IIO: (raw + offset) * scale */
        {"0.1", "0.2", "1", "0.3"},            /* not 0.30000000000000004 */
        {"-5", "0.5", "2", "-9"},
        {"900000000000000000", "1", "1", "900000000000000001"},
        {"5e200", "0", "1e100", "5e300"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ol_dec d;
        assert_int_equal(ol_dec_add(dec(rows[i].raw), dec(rows[i].offset), &d), OL_OK);
        assert_int_equal(ol_dec_multiply(d, dec(rows[i].scale), &d), OL_OK);
        check_dec(d, rows[i].result);
    }
}

static void test_decimal_too_long(void **state)
{
    (void)state;
    struct ol_dec d = {7, 7};
    assert_int_equal(ol_dec_multiply(dec("123456789012"), dec("123456789012"), &d),
                     OL_E_NOSPC);
    assert_int_equal(ol_dec_add(dec("123456789012345678"), dec("1e-6"), &d), OL_E_NOSPC);
    assert_int_equal(ol_dec_add(dec("9e300"), dec("1"), &d), OL_E_NOSPC);
    assert_true(d.mantissa == 7 && d.exponent == 7);
}

static void test_decimal_find(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned field;
        const char *result; /* NULL: none */
    } rows[] = {
        {"0.20 0.18 0.12 1/80 11206\n", 1, "0.2"},
        {"0.20 0.18 0.12 1/80 11206\n", 3, "0.12"},
        {"0.20 0.18 0.12 1/80 11206\n", 5, "80"},
        {"0.20 0.18 0.12 1/80 11206\n", 6, "11206"},
        {"0.20 0.18 0.12 1/80 11206\n", 7, NULL},
        {"45312\n", 1, "45312"},
        {"-12", 1, "-12"},
        {"MemTotal:       16309580 kB\n", 1, "16309580"},
        {"temp1: +45.5C (high = +80.0C)", 1, "45.5"},
        {"temp1: +45.5C (high = +80.0C)", 2, "80"},
        {"007", 1, "7"},
        {"-00.50", 1, "-0.5"},
        {".5", 1, "0.5"},
        {"5.", 1, "5"},
        {"1e3", 1, "1000"},
        {"1e", 1, "1"},
        {"2026-11-24", 2, "11"},
        {"eth0 v1.2.3 0x1F 5", 1, "5"},
        {"12_3 4", 1, "4"},
        {"a=1,b=2;c=3", 3, "3"},
        {"", 1, NULL},
        {"none", 1, NULL},
        {"-", 1, NULL},
        {"1234567890123456789012", 1, NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ol_dec d;
        bool found = cli_dec_find(ol_str_from(rows[i].text), rows[i].field, &d);
        if (found != (rows[i].result != NULL)) {
            fail_msg("%s, field %u", rows[i].text, rows[i].field);
        }
        if (found) {
            check_dec(d, rows[i].result);
        }
    }
}

/* --- simulation --------------------------------------------------------------------- */

static struct cli_sim sim(const char *text)
{
    struct cli_sim s;
    const char *reason, *allowed;
    assert_true(cli_sim_decode(ol_str_from(text), &s, &reason, &allowed));
    return s;
}

static void check_sim(struct cli_sim *s, ol_ms elapsed, const char *expected)
{
    struct ol_dec d;
    assert_true(cli_sim_next(s, elapsed, &d));
    check_dec(d, expected);
}

static void test_sim(void **state)
{
    (void)state;
    struct cli_sim sine = sim("sine,min=18,max=28,period=60");
    check_sim(&sine, 0, "23");
    check_sim(&sine, 15000, "28");
    check_sim(&sine, 45000, "18");
    check_sim(&sine, 60000, "23");
    check_sim(&sine, UINT64_C(60000) * 1000000, "23");
    sine = sim("sine,min=5,max=5.0");
    check_sim(&sine, 7000, "5");
    struct cli_sim ramp = sim("ramp,min=-1,max=1,period=2");
    check_sim(&ramp, 0, "-1");
    check_sim(&ramp, 1000, "0");
    check_sim(&ramp, 1999, "0.999");
    check_sim(&ramp, 2000, "-1");
    struct cli_sim counter = sim("counter");
    check_sim(&counter, 0, "1");
    check_sim(&counter, 0, "2");
    counter = sim("counter,start=10,step=-0.5");
    check_sim(&counter, 0, "10");
    check_sim(&counter, 0, "9.5");
}

static void test_sim_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"", "there is no such simulation"},
        {"cosine", "there is no such simulation"},
        {"sine,phase=1", "the simulation has no such option"},
        {"sine,min", "the simulation has no such option"},
        {"sine,,", "the simulation has no such option"},
        {"counter,period=1", "the simulation has no such option"},
        {"sine,min=x", "an option of the simulation is not a number"},
        {"ramp,period=0", "the period of the simulation is not above 0"},
        {"ramp,period=-1", "the period of the simulation is not above 0"},
        {"sine,min=50,max=10", "the min of the simulation is above its max"},
        {"ramp,min=1.5", "the min of the simulation is above its max"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cli_sim s;
        const char *reason = NULL, *allowed = NULL;
        assert_false(cli_sim_decode(ol_str_from(rows[i].text), &s, &reason, &allowed));
        assert_string_equal(reason, rows[i].reason);
        assert_non_null(allowed);
    }
}

static void test_sim_too_long(void **state)
{
    (void)state;
    struct ol_dec d;
    struct cli_sim s = sim("ramp,min=0,max=1e300");
    assert_false(cli_sim_next(&s, 30000, &d));
    s = sim("counter,start=0.000000000000000001,step=1000");
    check_sim(&s, 0, "1e-18");
    assert_false(cli_sim_next(&s, 0, &d));
}

/* --- values that do not fit --------------------------------------------------------- */

static const struct ol_onenet_label labels[] = {
    {0, OL_STR_INIT("off")}, {1, OL_STR_INIT("slow")}, {7, OL_STR_INIT("fast")}};
static const struct ol_onenet_field fields[] = {
    {.identifier = OL_STR_INIT("count"),
     .type = OL_ONENET_INT32,
     .has_min = true,
     .has_max = true,
     .max = {1000, 0}},
    {.identifier = OL_STR_INIT("five"),
     .type = OL_ONENET_INT64,
     .has_step = true,
     .step = {5, 0}},
    {.identifier = OL_STR_INIT("temp"),
     .type = OL_ONENET_FLOAT,
     .has_min = true,
     .min = {-405, -1},
     .has_max = true,
     .max = {85, 0},
     .has_step = true,
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("low"),
     .type = OL_ONENET_DOUBLE,
     .has_min = true,
     .min = {1, 0}},
    {.identifier = OL_STR_INIT("high"),
     .type = OL_ONENET_DOUBLE,
     .has_max = true,
     .max = {1, 0}},
    {.identifier = OL_STR_INIT("free"), .type = OL_ONENET_FLOAT},
    {.identifier = OL_STR_INIT("door"), .type = OL_ONENET_BOOL},
    {.identifier = OL_STR_INIT("mode"), .type = OL_ONENET_ENUM, .label_count = 3},
    {.identifier = OL_STR_INIT("note"), .type = OL_ONENET_STRING, .length = 4},
    {.identifier = OL_STR_INIT("text"), .type = OL_ONENET_STRING},
    {.identifier = OL_STR_INIT("since"), .type = OL_ONENET_DATE},
    {.identifier = OL_STR_INIT("list"), .type = OL_ONENET_ARRAY},
};
static const struct ol_onenet_model small = {.fields = fields,
                                             .field_count = 12,
                                             .property_count = 12,
                                             .labels = labels,
                                             .label_count = 3};

/* A value as standard input gives it. */
static struct ol_onenet_value value_of(const char *text)
{
    struct ol_str s = ol_str_from(text);
    if (text[0] == '"') {
        return ol_onenet_value_str(ol_str_make(text + 1, s.len - 2));
    }
    if (text[0] == '{' || text[0] == '[') {
        return ol_onenet_value_json(s);
    }
    return text[0] == 't' ? ol_onenet_value_bool(true) : ol_onenet_value_dec(dec(text));
}

static void test_misfit(void **state)
{
    (void)state;
    static const struct {
        const char *identifier, *value, *sentence;
    } rows[] = {
        {"count", "5000", "count = 5000 is out of range; allowed: 0 to 1000"},
        {"count", "-0.6", "count = -0.6 is out of range; allowed: 0 to 1000"},
        {"count", "\"a\"",
         "count = \"a\" is of another type; allowed: a number, 0 to 1000"},
        {"five", "1e19",
         "five = 10000000000000000000 is out of range; allowed: -9223372036854775808 to "
         "9223372036854775807"},
        {"temp", "99", "temp = 99 is out of range; allowed: -40.5 to 85"},
        {"low", "0.5", "low = 0.5 is out of range; allowed: 1 or more"},
        {"high", "1.5", "high = 1.5 is out of range; allowed: 1 or less"},
        {"free", "\"x\"",
         "free = \"x\" is of another type; allowed: a number, what the type can hold"},
        {"door", "2", "door = 2 is out of range; allowed: true, false, 1, 0"},
        {"mode", "2", "mode = 2 is not one of the values; allowed: 0, 1, 7"},
        {"note", "\"abcde\"",
         "note = \"abcde\" is too long; allowed: a string of at most 4 characters"},
        {"note", "5",
         "note = 5 is of another type; allowed: a string of at most 4 characters"},
        {"text", "true", "text = true is of another type; allowed: a string"},
        {"since", "-1",
         "since = -1 is out of range; allowed: a whole number that is not negative"},
        {"list", "{\"a\":1}",
         "list = {\"a\":1} is of another type; allowed: what the model says"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t index = ol_onenet_property_find(&small, ol_str_from(rows[i].identifier));
        struct ol_onenet_value in = value_of(rows[i].value), out;
        char text[512];
        struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
        enum ol_onenet_value_error error =
            ol_onenet_value_convert(&small, &fields[index], &in, &out);
        cli_misfit_encode(&w, &small, &fields[index], &in, error);
        assert_int_equal(ol_writer_status(&w), OL_OK);
        text[w.len] = '\0';
        assert_string_equal(text, rows[i].sentence);
    }
}

/* A long value is cut before a character, not in it. */
static void test_misfit_long(void **state)
{
    (void)state;
    char long_text[200], text[512];
    memset(long_text, 'x', sizeof(long_text));
    memcpy(long_text + 63, "\xE6\xB8\xA9", 3);
    struct ol_onenet_value in =
        ol_onenet_value_str(ol_str_make(long_text, sizeof(long_text)));
    struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
    cli_misfit_encode(&w, &small, &fields[9], &in, OL_ONENET_VALUE_LENGTH);
    text[w.len] = '\0';
    long_text[63] = '\0';
    char expected[512];
    snprintf(expected, sizeof(expected),
             "text = \"%s...\" is too long; allowed: what one report has room for",
             long_text);
    assert_string_equal(text, expected);
}

static void test_rounding(void **state)
{
    (void)state;
    static const struct {
        const char *identifier, *value, *sentence; /* NULL: nothing to say */
    } rows[] = {
        {"count", "5.5", "count takes whole numbers: 5.5 was reported as 6"},
        {"count", "5.0", NULL},
        {"count", "5", NULL},
        {"count", "5000", NULL},
        {"five", "7", "five takes steps of 5: 7 was reported as 5"},
        {"five", "12.6", "five takes whole numbers: 12.6 was reported as 15"},
        {"five", "10", NULL},
        {"temp", "5.55", NULL},
        {"door", "1", NULL},
        {"count", "true", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int32_t index = ol_onenet_property_find(&small, ol_str_from(rows[i].identifier));
        struct ol_onenet_value in = value_of(rows[i].value);
        char text[512];
        struct ol_writer w = ol_writer_make(text, sizeof(text) - 1);
        bool told = cli_misfit_rounding_encode(&w, &small, &fields[index], &in);
        text[w.len] = '\0';
        assert_int_equal(told, rows[i].sentence != NULL);
        assert_string_equal(text, rows[i].sentence ? rows[i].sentence : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decimal_arithmetic),
        cmocka_unit_test(test_decimal_too_long),
        cmocka_unit_test(test_decimal_find),
        cmocka_unit_test(test_sim),
        cmocka_unit_test(test_sim_wrong),
        cmocka_unit_test(test_sim_too_long),
        cmocka_unit_test(test_misfit),
        cmocka_unit_test(test_misfit_long),
        cmocka_unit_test(test_rounding),
    };
    return cmocka_run_group_tests_name("tools: numbers", tests, NULL, NULL);
}
