/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value.h"

#include <math.h>

#include "tests/support/rng.h"
#include "tests/unit/onenet_util.h"

#define OK    OL_ONENET_VALUE_OK
#define RANGE OL_ONENET_VALUE_RANGE

static struct model_box box;

/* A field of its own, without limits unless given. */
static struct ol_onenet_field plain(enum ol_onenet_type type)
{
    return (struct ol_onenet_field){.identifier = OL_STR_INIT("x"), .type = type};
}

static struct ol_onenet_field limited(enum ol_onenet_type type, const char *min,
                                      const char *max, const char *step)
{
    struct ol_onenet_field f = plain(type);
    f.has_min = min != NULL;
    f.has_max = max != NULL;
    f.has_step = step != NULL;
    assert_true(min == NULL || ol_dec_decode(ol_str_from(min), &f.min) == OL_OK);
    assert_true(max == NULL || ol_dec_decode(ol_str_from(max), &f.max) == OL_OK);
    assert_true(step == NULL || ol_dec_decode(ol_str_from(step), &f.step) == OL_OK);
    return f;
}

static const struct ol_onenet_label labels[] = {
    {0, OL_STR_INIT("off")}, {1, OL_STR_INIT("slow")}, {7, OL_STR_INIT("fast")}};
static const struct ol_onenet_model label_model = {.labels = labels, .label_count = 3};

/* Converts and writes the result as JSON text; the error's words when there is one. */
static const char *convert(const struct ol_onenet_model *model,
                           const struct ol_onenet_field *f, struct ol_onenet_value in)
{
    static char text[64];
    struct ol_onenet_value out;
    enum ol_onenet_value_error error = ol_onenet_value_convert(model, f, &in, &out);
    if (error != OK) {
        return ol_onenet_value_error_str(error);
    }
    struct ol_writer w = ol_writer_make(text, sizeof text - 1);
    ol_onenet_value_encode(&w, &out);
    assert_false(w.over);
    text[w.len] = '\0';
    return text;
}

/* A source in the words of the table below: a number, true, 'text or @json. */
static struct ol_onenet_value source(const char *text)
{
    if (text[0] == '\'') {
        return ol_onenet_value_str(ol_str_from(text + 1));
    }
    if (text[0] == '@') {
        return ol_onenet_value_json(ol_str_from(text + 1));
    }
    if (text[0] == 't' || text[0] == 'f') {
        return ol_onenet_value_bool(text[0] == 't');
    }
    struct ol_dec dec;
    assert_int_equal(ol_dec_decode(ol_str_from(text), &dec), OL_OK);
    bool integer = strchr(text, '.') == NULL && strchr(text, 'e') == NULL;
    return integer ? ol_onenet_value_int(atoll(text)) : ol_onenet_value_dec(dec);
}

#define E_TYPE   "wrong type"
#define E_RANGE  "out of range"
#define E_ENUM   "not one of the values"
#define E_LENGTH "too long"
#define E_JSON   "not a JSON value"

/* Every type from every kind of source. */
static void test_matrix(void **state)
{
    (void)state;
    static const char *const sources[] = {"1",   "25",   "-3",    "23.6", "2.0",
                                          "1e3", "true", "false", "'on"};
    static const struct {
        enum ol_onenet_type type;
        const char *results[COUNT(sources)];
    } rows[] = {
        {OL_ONENET_INT32, {"1", "25", "-3", "24", "2", "1000", "1", "0", E_TYPE}},
        {OL_ONENET_INT64, {"1", "25", "-3", "24", "2", "1000", "1", "0", E_TYPE}},
        {OL_ONENET_FLOAT, {"1", "25", "-3", "23.6", "2", "1000", "1", "0", E_TYPE}},
        {OL_ONENET_DOUBLE, {"1", "25", "-3", "23.6", "2", "1000", "1", "0", E_TYPE}},
        {OL_ONENET_BOOL,
         {"true", E_RANGE, E_RANGE, E_RANGE, E_RANGE, E_RANGE, "true", "false", E_TYPE}},
        {OL_ONENET_ENUM, {"1", E_ENUM, E_ENUM, E_ENUM, E_ENUM, E_ENUM, "1", "0", E_TYPE}},
        {OL_ONENET_STRING,
         {E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, "\"on\""}},
        {OL_ONENET_DATE, {"1", "25", E_RANGE, E_RANGE, "2", "1000", "1", "0", E_TYPE}},
        {OL_ONENET_BITMAP, {"1", "25", E_RANGE, E_RANGE, "2", "1000", "1", "0", E_TYPE}},
        {OL_ONENET_STRUCT,
         {E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE}},
        {OL_ONENET_ARRAY,
         {E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE, E_TYPE}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_field f = plain(rows[i].type);
        f.label_count = 3;
        for (size_t k = 0; k < COUNT(sources); k++) {
            const char *got = convert(&label_model, &f, source(sources[k]));
            if (strcmp(got, rows[i].results[k]) != 0) {
                fail_msg("%s from %s: %s", ol_onenet_type_str(rows[i].type), sources[k],
                         got);
            }
        }
    }
}

/* Nearest step, half away from zero, counted from min or from 0. */
static void test_steps(void **state)
{
    (void)state;
    static const struct {
        enum ol_onenet_type type;
        const char *min, *max, *step, *in, *out;
    } rows[] = {
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "23.64", "23.6"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "23.65", "23.7"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "-23.65", "-23.7"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "-23.64999", "-23.6"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "-0.04", "0"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "-0.05", "-0.1"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "23", "23"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.1", "1e3", "1000"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.5", "0.24999", "0"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.5", "0.25", "0.5"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.5", "0.74999999999", "0.5"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.5", "-0.25", "-0.5"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.5", "-0.75", "-1"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.25", "0.3", "0.25"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.25", "0.38", "0.5"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.3", "0.4499", "0.3"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.3", "0.45", "0.6"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.4", "0.1999", "0"},
        {OL_ONENET_FLOAT, NULL, NULL, "0.4", "0.2", "0.4"},
        {OL_ONENET_FLOAT, "0.05", NULL, "0.1", "0.1", "0.15"},
        {OL_ONENET_FLOAT, "0.05", NULL, "0.1", "0.0999", "0.05"},
        {OL_ONENET_FLOAT, "-40", "85", "0.1", "85.04", "85"},
        {OL_ONENET_FLOAT, "-40", "85", "0.1", "85.05", E_RANGE},
        {OL_ONENET_FLOAT, "-40", "85", "0.1", "-40.04", "-40"},
        {OL_ONENET_FLOAT, "-40", "85", "0.1", "-40.05", E_RANGE},
        {OL_ONENET_FLOAT, "0", "10", "4", "10", "8"},
        {OL_ONENET_FLOAT, "0", "10", "4", "9.9", "8"},
        {OL_ONENET_FLOAT, "0", "10", "4", "10.1", E_RANGE},
        {OL_ONENET_FLOAT, "0", "10", NULL, "9.87654", "9.87654"},
        {OL_ONENET_FLOAT, "0", "10", NULL, "10.0001", E_RANGE},
        {OL_ONENET_FLOAT, NULL, NULL, NULL, "1e39", E_RANGE},
        {OL_ONENET_DOUBLE, NULL, NULL, NULL, "1e309", E_RANGE},
        {OL_ONENET_DOUBLE, NULL, NULL, "1e-9", "1e30", "1e30"},
        {OL_ONENET_DOUBLE, NULL, NULL, "3", "1e30", E_RANGE},
        {OL_ONENET_DOUBLE, "-1.7976931348623157e308", NULL, "0.01", "23.456", "23.46"},
        {OL_ONENET_FLOAT, "-3.4028234663852886E38", "3.4028234663852886E38", "0.1",
         "23.55", "23.6"},
        {OL_ONENET_DOUBLE, NULL, NULL, "1000", "1499.999", "1000"},
        {OL_ONENET_DOUBLE, NULL, NULL, "1e3", "1500.0", "2000"},
        {OL_ONENET_DOUBLE, NULL, NULL, "1e3", "1e-17", "0"},
        {OL_ONENET_INT32, "0", "1000", "5", "7", "5"},
        {OL_ONENET_INT32, "0", "1000", "5", "7.5", "10"},
        {OL_ONENET_INT32, "0", "1000", "5", "7.4999", "5"},
        {OL_ONENET_INT32, "1", "1000", "5", "8", "6"},
        {OL_ONENET_INT32, "1", "1000", "5", "9", "11"},
        {OL_ONENET_INT32, "-7", "7", "5", "-4", "-2"},
        {OL_ONENET_INT32, "-7", "7", "5", "-4.5", "-7"},
        {OL_ONENET_INT32, NULL, NULL, NULL, "2.5", "3"},
        {OL_ONENET_INT32, NULL, NULL, NULL, "-2.5", "-3"},
        {OL_ONENET_INT32, NULL, NULL, NULL, "-2.4", "-2"},
        {OL_ONENET_INT32, NULL, NULL, NULL, "2147483647.4", "2147483647"},
        {OL_ONENET_INT32, NULL, NULL, NULL, "2147483647.5", E_RANGE},
        {OL_ONENET_INT32, NULL, NULL, NULL, "-2147483648.4", "-2147483648"},
        {OL_ONENET_INT32, NULL, NULL, NULL, "-2147483649", E_RANGE},
        {OL_ONENET_INT32, NULL, NULL, "1000000", "123456789", "123000000"},
        {OL_ONENET_INT64, NULL, NULL, NULL, "1e19", E_RANGE},
        {OL_ONENET_INT64, NULL, NULL, NULL, "9e18", "9000000000000000000"},
        {OL_ONENET_INT64, NULL, NULL, "5000000000", "7400000000", "5000000000"},
        {OL_ONENET_INT64, NULL, NULL, "5000000000", "-7600000000", "-10000000000"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_field f =
            limited(rows[i].type, rows[i].min, rows[i].max, rows[i].step);
        const char *got = convert(&label_model, &f, source(rows[i].in));
        if (strcmp(got, rows[i].out) != 0) {
            fail_msg("row %d: %s step %s from %s: %s", (int)i,
                     ol_onenet_type_str(rows[i].type),
                     rows[i].step != NULL ? rows[i].step : "-", rows[i].in, got);
        }
    }
}

/* Wide integers are not brought through a rounding. */
static void test_int64_ends(void **state)
{
    (void)state;
    struct ol_onenet_field f = plain(OL_ONENET_INT64);
    assert_string_equal(convert(&label_model, &f, ol_onenet_value_int(INT64_MAX)),
                        "9223372036854775807");
    assert_string_equal(convert(&label_model, &f, ol_onenet_value_int(INT64_MIN)),
                        "-9223372036854775808");
    f.has_min = true;
    f.min.mantissa = INT64_MIN;
    f.has_step = true;
    f.step.mantissa = 1;
    assert_string_equal(convert(&label_model, &f, ol_onenet_value_int(INT64_MAX)),
                        "9223372036854775807");
    assert_string_equal(
        convert(&label_model, &f, ol_onenet_value_dec((struct ol_dec){75, -1})), "8");
}

/* Whatever is converted passes the platform's check, and is no further away from the
 * source than half a step. */
static void test_random_steps(void **state)
{
    (void)state;
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_onenet_convert", 7));
    int converted = 0;
    for (int i = 0; i < 20000; i++) {
        struct ol_onenet_field f = plain(OL_ONENET_DOUBLE);
        f.has_step = true;
        f.step.mantissa = 1 + (int64_t)ol_rng_below(&rng, 50);
        f.step.exponent = -(int32_t)ol_rng_below(&rng, 5);
        f.has_min = ol_rng_below(&rng, 2) == 0;
        f.min.mantissa = (int64_t)ol_rng_below(&rng, 200) - 100;
        f.min.exponent = -(int32_t)ol_rng_below(&rng, 3);
        struct ol_dec v = {(int64_t)ol_rng_below(&rng, 2000000) - 1000000,
                           -(int32_t)ol_rng_below(&rng, 8)};
        struct ol_onenet_value in = ol_onenet_value_dec(v);
        struct ol_onenet_value out;
        if (ol_onenet_value_convert(&label_model, &f, &in, &out) != OK) {
            assert_true(f.has_min && ol_dec_compare(v, f.min) < 0);
            continue;
        }
        uint8_t text[64];
        struct ol_writer w = ol_writer_make(text, sizeof text);
        ol_onenet_value_encode(&w, &out);
        assert_int_equal(
            ol_onenet_value_check(&label_model, &f, ol_str_make(text, w.len)), OK);
        double step = ol_dec_to_double(f.step);
        double away = fabs(ol_dec_to_double(out.as.dec) - ol_dec_to_double(v));
        assert_true(away <= step / 2 * 1.000001);
        converted++;
    }
    assert_true(converted > 10000);
}

static void test_strings(void **state)
{
    (void)state;
    struct ol_onenet_field f = plain(OL_ONENET_STRING);
    f.length = 3;
    assert_string_equal(convert(&label_model, &f, source("'abc")), "\"abc\"");
    assert_string_equal(convert(&label_model, &f, source("'abcd")), E_LENGTH);
    assert_string_equal(convert(&label_model, &f, source("'中文字")), "\"中文字\"");
    assert_string_equal(convert(&label_model, &f, source("'中文字字")), E_LENGTH);
    assert_string_equal(convert(&label_model, &f, source("'\xFF")), E_TYPE);
    assert_string_equal(convert(&label_model, &f, source("'")), "\"\"");
    struct ol_onenet_value escaped = source("'a\\u4e2d\\n");
    escaped.escaped = true;
    assert_string_equal(convert(&label_model, &f, escaped), "\"a\\u4e2d\\n\"");
    /* A backslash of a source is a character, not an escape. */
    assert_string_equal(convert(&label_model, &f, source("'\\\\\\")), "\"\\\\\\\\\\\\\"");
    assert_string_equal(convert(&label_model, &f, source("'\\\\\\\\")), E_LENGTH);
}

static void test_json_sources(void **state)
{
    (void)state;
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    free(file);
    static const struct {
        const char *property, *in, *out;
    } rows[] = {
        {"place", "@{\"lon\":1,\"valid\":true}", "{\"lon\":1,\"valid\":true}"},
        {"place", "@{\"lon\":1}", "a member is unknown, missing or there twice"},
        {"samples", "@[1,2]", "[1,2]"},
        {"samples", "@[1,2,3,4]", E_LENGTH},
        {"samples", "@[1", E_JSON},
        {"temp", "@23.6", "23.6"},
        {"temp", "@23.65", "between two steps"},
        {"led", "@true", "true"},
        {"led", "@1", E_TYPE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t f = ol_onenet_property_find(&box.model, ol_str_from(rows[i].property));
        assert_true(f >= 0);
        assert_string_equal(convert(&box.model, &box.model.fields[f], source(rows[i].in)),
                            rows[i].out);
    }
}

static void test_from_double(void **state)
{
    (void)state;
    struct ol_onenet_field f = limited(OL_ONENET_FLOAT, "-40", "85", "0.1");
    struct ol_onenet_value v;
    assert_int_equal(ol_onenet_value_from_double(23.6, &v), OL_OK);
    assert_string_equal(convert(&label_model, &f, v), "23.6");
    assert_int_equal(ol_onenet_value_from_double(0.1 + 0.2, &v), OL_OK);
    assert_string_equal(convert(&label_model, &f, v), "0.3");
    assert_int_equal(ol_onenet_value_from_double((double)23.6f, &v), OL_OK);
    assert_string_equal(convert(&label_model, &f, v), "23.6");
    assert_int_equal(ol_onenet_value_from_double((double)NAN, &v), OL_E_ARG);
    assert_int_equal(ol_onenet_value_from_double((double)INFINITY, &v), OL_E_ARG);
}

/* On an error the result stays untouched. */
static void test_untouched(void **state)
{
    (void)state;
    struct ol_onenet_field f = limited(OL_ONENET_INT32, "0", "10", NULL);
    struct ol_onenet_value in = ol_onenet_value_int(11);
    struct ol_onenet_value out = ol_onenet_value_int(42);
    assert_int_equal(ol_onenet_value_convert(&label_model, &f, &in, &out), RANGE);
    assert_true(out.kind == OL_ONENET_VALUE_INT && out.as.i == 42);
    f.type = OL_ONENET_FLOAT;
    assert_int_equal(ol_onenet_value_convert(&label_model, &f, &in, &out), RANGE);
    assert_true(out.kind == OL_ONENET_VALUE_INT && out.as.i == 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),      cmocka_unit_test(test_steps),
        cmocka_unit_test(test_int64_ends),  cmocka_unit_test(test_random_steps),
        cmocka_unit_test(test_strings),     cmocka_unit_test(test_json_sources),
        cmocka_unit_test(test_from_double), cmocka_unit_test(test_untouched),
    };
    return cmocka_run_group_tests_name("onenet convert", tests, NULL, NULL);
}
