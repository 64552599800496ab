/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/value.h"

#include "onelink/onenet/refusal.h"
#include "tests/support/battery.h"
#include "tests/unit/onenet_util.h"

static struct model_box box;

static const struct ol_onenet_model *sample_model(void)
{
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    free(file);
    return &box.model;
}

static const struct ol_onenet_field *field_of(const struct ol_onenet_model *m,
                                              const char *identifier)
{
    int32_t i = ol_onenet_property_find(m, ol_str_from(identifier));
    assert_true(i >= 0);
    return &m->fields[i];
}

#define OK       OL_ONENET_VALUE_OK
#define TYPE     OL_ONENET_VALUE_TYPE
#define RANGE    OL_ONENET_VALUE_RANGE
#define STEP     OL_ONENET_VALUE_STEP
#define LENGTH   OL_ONENET_VALUE_LENGTH
#define ENUM     OL_ONENET_VALUE_ENUM
#define MEMBER   OL_ONENET_VALUE_MEMBER
#define NONE     OL_ONENET_VALUE_NULL
#define NOT_JSON OL_ONENET_VALUE_NOT_JSON

struct check_row {
    const char *property;
    const char *json;
    enum ol_onenet_value_error error;
};

/* docs/protocol.md §3.2, one row a rule. The model is tests/vectors/onenet/model.json. */
static const struct check_row check_rows[] = {
    {"temp", "23.6", OK},
    {"temp", "23", OK},
    {"temp", "-40", OK},
    {"temp", "-4e1", OK},
    {"temp", "85.0", OK},
    {"temp", "85.1", RANGE},
    {"temp", "-40.1", RANGE},
    {"temp", "23.65", STEP},
    {"temp", "\"23.6\"", TYPE},
    {"temp", "true", TYPE},
    {"temp", "{}", TYPE},
    {"temp", "[23.6]", TYPE},
    {"temp", "null", NONE},
    {"temp", "", NONE},
    {"temp", "NaN", NOT_JSON},
    {"temp", "23.", NOT_JSON},
    {"temp", "23.6 1", NOT_JSON},
    {"temp", " 23.6 ", OK},
    {"temp", "1e400", RANGE},
    {"temp", "-1e999999999999", RANGE},
    {"temp", "0e999999999999", OK},
    {"count", "5", OK},
    {"count", "0", OK},
    {"count", "-0", OK},
    {"count", "1000", OK},
    {"count", "1005", RANGE},
    {"count", "-5", RANGE},
    {"count", "7", STEP},
    {"count", "5.0", TYPE},
    {"count", "5e0", TYPE},
    {"count", "5E0", TYPE},
    {"count", "2147483648", RANGE},
    {"count", "99999999999999999999", RANGE},
    {"count", "\"5\"", TYPE},
    {"count", "false", TYPE},
    {"total", "9223372036854775807", OK},
    {"total", "-9223372036854775808", OK},
    {"total", "9223372036854775808", RANGE},
    {"total", "1.0", TYPE},
    {"ratio", "1.7976931348623157e308", OK},
    {"ratio", "1.8e308", RANGE},
    {"ratio", "-1.8e308", RANGE},
    {"ratio", "5e-324", OK},
    {"ratio", "1e-500", RANGE},
    {"ratio", "0.1234567890123456789012345678901234567890", OK},
    {"led", "true", OK},
    {"led", "false", OK},
    {"led", "0", TYPE},
    {"led", "1", TYPE},
    {"led", "\"true\"", TYPE},
    {"led", "null", NONE},
    {"mode", "0", OK},
    {"mode", "7", OK},
    {"mode", "2", ENUM},
    {"mode", "-1", ENUM},
    {"mode", "1.0", TYPE},
    {"mode", "\"off\"", TYPE},
    {"mode", "99999999999999999999", RANGE},
    {"label", "\"\"", OK},
    {"label", "\"0123456789abcdef\"", OK},
    {"label", "\"0123456789abcdefg\"", LENGTH},
    {"label", "\"一二三四五六七八九十一二三四五六\"", OK},
    {"label", "\"一二三四五六七八九十一二三四五六七\"", LENGTH},
    {"label", "\"\\u4e00\\n\\\"\\\\56789abcdef0\"", OK},
    {"label", "\"\\u4e00\\n\\\"\\\\56789abcdef012\"", LENGTH},
    {"label", "on", NOT_JSON},
    {"label", "7", TYPE},
    {"label", "\"\xFF\"", NOT_JSON},
    {"since", "1524448722123", OK},
    {"since", "0", OK},
    {"since", "-1", RANGE},
    {"since", "1524448722.5", TYPE},
    {"since", "\"1524448722123\"", TYPE},
    {"alarms", "3", OK},
    {"alarms", "-1", RANGE},
    {"alarms", "true", TYPE},
    {"place", "{\"lon\":121.5,\"valid\":true}", OK},
    {"place", "{\"valid\":false,\"lon\":-180}", OK},
    {"place", "{\"l\\u006fn\":1,\"valid\":true}", OK},
    {"place", "{\"lon\":181,\"valid\":true}", RANGE},
    {"place", "{\"lon\":1,\"valid\":1}", TYPE},
    {"place", "{\"lon\":null,\"valid\":true}", NONE},
    {"place", "{\"lon\":1}", MEMBER},
    {"place", "{}", MEMBER},
    {"place", "{\"lon\":1,\"valid\":true,\"x\":1}", MEMBER},
    {"place", "{\"lon\":1,\"lon\":1}", MEMBER},
    {"place", "[1,true]", TYPE},
    {"place", "{\"lon\":1,\"valid\":true", NOT_JSON},
    {"place", "{\"lon\":{},\"valid\":true}", TYPE},
    {"samples", "[]", OK},
    {"samples", "[1,2,9]", OK},
    {"samples", "[1,2,3,4]", LENGTH},
    {"samples", "[10]", RANGE},
    {"samples", "[1,null]", NONE},
    {"samples", "[1,[2]]", TYPE},
    {"samples", "{}", TYPE},
    {"samples", "[1,]", NOT_JSON},
    {"$OneNET_LBS", "[{\"mnc\":1,\"networkType\":\"4g\"}]", OK},
    {"$OneNET_LBS", "[{\"mnc\":1}]", MEMBER},
    {"$OneNET_LBS", "[{\"mnc\":1,\"networkType\":\"123456789\"}]", LENGTH},
    {"$OneNET_LBS", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]", NOT_JSON},
};

static void test_check(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = sample_model();
    for (size_t i = 0; i < COUNT(check_rows); i++) {
        const struct check_row *row = &check_rows[i];
        const struct ol_onenet_field *f = field_of(m, row->property);
        enum ol_onenet_value_error got =
            ol_onenet_value_check(m, f, ol_str_from(row->json));
        if (got != row->error) {
            fail_msg("%s %s: %s", row->property, row->json,
                     ol_onenet_value_error_str(got));
        }
    }
}

/* float without limits ends where a 32-bit float does. */
static void test_float_limits(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = model_box_of(
        &box, "{\"identifier\":\"f\",\"accessMode\":\"r\",\"dataType\":{\"type\":"
              "\"float\"}}");
    const struct ol_onenet_field *f = &m->fields[0];
    assert_int_equal(ol_onenet_value_check(m, f, OL_STR("3.4028234663852886e38")), OK);
    assert_int_equal(ol_onenet_value_check(m, f, OL_STR("-3.4028234663852886e38")), OK);
    assert_int_equal(ol_onenet_value_check(m, f, OL_STR("3.41e38")), RANGE);
    assert_int_equal(ol_onenet_value_check(m, f, OL_STR("-1e39")), RANGE);
    assert_int_equal(ol_onenet_value_check(m, f, OL_STR("1e-45")), OK);
    assert_int_equal(
        ol_onenet_value_check(m, f, OL_STR("99999999999999999999999999999999999999")),
        OK);
}

/* The typed value, and it encodes to the same text (where that is the shortest one). */
static void test_decode(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = sample_model();
    static const struct {
        const char *property;
        const char *json;
        enum ol_onenet_value_kind kind;
    } rows[] = {
        {"temp", "23.6", OL_ONENET_VALUE_DEC},
        {"count", "15", OL_ONENET_VALUE_INT},
        {"total", "-9223372036854775808", OL_ONENET_VALUE_INT},
        {"led", "true", OL_ONENET_VALUE_BOOL},
        {"led", "false", OL_ONENET_VALUE_BOOL},
        {"mode", "7", OL_ONENET_VALUE_INT},
        {"label", "\"on\"", OL_ONENET_VALUE_STRING},
        {"label", "\"a\\\"b\\u4e00\"", OL_ONENET_VALUE_STRING},
        {"place", "{\"lon\":1,\"valid\":true}", OL_ONENET_VALUE_JSON},
        {"samples", "[1,2]", OL_ONENET_VALUE_JSON},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_value v;
        bool coerced = true;
        const struct ol_onenet_field *f = field_of(m, rows[i].property);
        struct ol_str json = ol_str_from(rows[i].json);
        assert_int_equal(ol_onenet_value_decode(m, f, json, &v, &coerced), OK);
        assert_int_equal(v.kind, rows[i].kind);
        assert_false(coerced);
        uint8_t out[64];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        ol_onenet_value_encode(&w, &v);
        assert_written(&w, rows[i].json);
        for (size_t cap = 0; cap < json.len; cap++) {
            w = ol_writer_make(out, cap);
            ol_onenet_value_encode(&w, &v);
            assert_true(w.over);
            ol_onenet_value_encode(&w, &v);
            assert_true(w.over && w.len <= cap);
        }
    }
}

/* A device obeys 0 and 1 for a bool; the platform does not take them. */
static void test_coerced_bool(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = sample_model();
    const struct ol_onenet_field *f = field_of(m, "led");
    struct ol_onenet_value v;
    bool coerced = false;
    assert_int_equal(ol_onenet_value_decode(m, f, OL_STR("1"), &v, &coerced), OK);
    assert_true(coerced && v.kind == OL_ONENET_VALUE_BOOL && v.as.b);
    assert_int_equal(ol_onenet_value_decode(m, f, OL_STR("0"), &v, &coerced), OK);
    assert_true(coerced && !v.as.b);
    assert_int_equal(ol_onenet_value_decode(m, f, OL_STR("2"), &v, &coerced), TYPE);
    assert_int_equal(ol_onenet_value_decode(m, f, OL_STR("1.0"), &v, &coerced), TYPE);
    assert_int_equal(ol_onenet_value_decode(m, f, OL_STR("true"), &v, &coerced), OK);
    assert_false(coerced);
}

static void test_text(void **state)
{
    (void)state;
    char out[16];
    struct ol_onenet_value v = ol_onenet_value_str(OL_STR("plain"));
    assert_int_equal(ol_onenet_value_text(&v, out, sizeof out), 5);
    assert_memory_equal(out, "plain", 5);
    assert_int_equal(ol_onenet_value_text(&v, out, 4), OL_E_NOSPC);
    v = ol_onenet_value_str(OL_STR("a\\n\\u4e00"));
    v.escaped = true;
    assert_int_equal(ol_onenet_value_text(&v, out, sizeof out), 5);
    assert_memory_equal(out, "a\n\xE4\xB8\x80", 5);
    v = ol_onenet_value_str((struct ol_str){NULL, 0});
    assert_int_equal(ol_onenet_value_text(&v, out, sizeof out), 0);
    v = ol_onenet_value_int(5);
    assert_int_equal(ol_onenet_value_text(&v, out, sizeof out), OL_E_ARG);
}

/* Text from a source is escaped on the way out; what is not UTF-8 never gets there. */
static void test_encode_strings(void **state)
{
    (void)state;
    uint8_t out[32];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    struct ol_onenet_value v = ol_onenet_value_str(OL_STR("a\"b\\\n中"));
    ol_onenet_value_encode(&w, &v);
    assert_written(&w, "\"a\\\"b\\\\\\n中\"");
    w = ol_writer_make(out, sizeof out);
    v = ol_onenet_value_str(OL_STR("a\xFF"));
    ol_onenet_value_encode(&w, &v);
    assert_true(w.over && w.len == 0);
}

/* docs/protocol.md §4.11: known codes keep their words, ours are marked. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        enum ol_onenet_type type;
        enum ol_onenet_value_error error;
        int32_t code;
        const char *msg;
        bool ours;
    } rows[] = {
        {OL_ONENET_BOOL, TYPE, 2271, "bool type error:identifier:x", false},
        {OL_ONENET_FLOAT, NONE, 2409, "required value:identifier:x", false},
        {OL_ONENET_INT32, NOT_JSON, 2402, "request format error:identifier:x", false},
        {OL_ONENET_INT32, TYPE, 2211, "int32 type error:identifier:x", true},
        {OL_ONENET_FLOAT, RANGE, 2232, "value range error:identifier:x", true},
        {OL_ONENET_DOUBLE, STEP, 2243, "value step error:identifier:x", true},
        {OL_ONENET_STRING, LENGTH, 2264, "string length error:identifier:x", true},
        {OL_ONENET_ARRAY, LENGTH, 2204, "array length error:identifier:x", true},
        {OL_ONENET_STRUCT, LENGTH, 2204, "string length error:identifier:x", true},
        {OL_ONENET_ENUM, ENUM, 2255, "enum value error:identifier:x", true},
        {OL_ONENET_STRUCT, MEMBER, 2206, "struct member error:identifier:x", true},
        {OL_ONENET_BOOL, OK, 200, "success", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t out[64];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        struct ol_onenet_refusal r =
            ol_onenet_refusal_for_value(rows[i].type, rows[i].error, OL_STR("x"));
        assert_int_equal(r.code, rows[i].code);
        assert_int_equal(r.ours, rows[i].ours);
        ol_onenet_refusal_msg_encode(&w, &r);
        assert_written(&w, rows[i].msg);
    }
    /* Our numbers do not meet each other nor the known ones. */
    int32_t seen[128];
    size_t count = 0;
    for (int t = 0; t <= OL_ONENET_ARRAY; t++) {
        for (int e = TYPE; e <= MEMBER; e++) {
            bool can_be =
                (e != LENGTH || t == OL_ONENET_STRING || t == OL_ONENET_ARRAY) &&
                (t != OL_ONENET_ARRAY || e == TYPE || e == LENGTH) &&
                (t != OL_ONENET_STRUCT || e == TYPE || e == MEMBER);
            if (!can_be) {
                continue;
            }
            struct ol_onenet_refusal r = ol_onenet_refusal_for_value(
                (enum ol_onenet_type)t, (enum ol_onenet_value_error)e, OL_STR("x"));
            assert_true(r.code > 2200 && r.code < 2300);
            for (size_t i = 0; i < count; i++) {
                assert_int_not_equal(seen[i], r.code);
            }
            seen[count++] = r.code;
        }
    }
}

static void test_refusal_codes(void **state)
{
    (void)state;
    static const struct {
        enum ol_onenet_code code;
        const char *text;
        bool ours;
    } rows[] = {
        {OL_ONENET_CODE_OK, "success", false},
        {OL_ONENET_CODE_BOOL_TYPE, "bool type error", false},
        {OL_ONENET_CODE_NOT_EXIST, "identifier not exist", false},
        {OL_ONENET_CODE_EVENT_COUNT, "event param count error", false},
        {OL_ONENET_CODE_FORMAT, "request format error", false},
        {OL_ONENET_CODE_ID, "msg id invalid", false},
        {OL_ONENET_CODE_REQUIRED, "required value", false},
        {OL_ONENET_CODE_READ_ONLY, "access mode error", true},
        {OL_ONENET_CODE_TIME, "time type error", true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_onenet_refusal r = ol_onenet_refusal_make(rows[i].code, OL_STR(""));
        assert_int_equal(r.code, rows[i].code);
        assert_span(r.text, rows[i].text);
        assert_int_equal(r.ours, rows[i].ours);
    }
}

static void test_refusal_msg_decode(void **state)
{
    (void)state;
    static const struct {
        const char *msg, *text, *identifier;
    } rows[] = {
        {"bool type error:identifier:lock", "bool type error", "lock"},
        {"identifier not exist:identifier:status", "identifier not exist", "status"},
        {"success", "success", ""},
        {"", "", ""},
        {":identifier:", "", ""},
        {"x:identifier:", "x", ""},
        {"x:identifier:a:identifier:b", "x", "a:identifier:b"},
        {"x:identifier", "x:identifier", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ol_str text;
        struct ol_str identifier =
            ol_onenet_refusal_msg_decode(ol_str_from(rows[i].msg), &text);
        assert_span(text, rows[i].text);
        assert_span(identifier, rows[i].identifier);
    }
}

static void check_variant(void *ctx, const uint8_t *data, size_t len)
{
    const struct ol_onenet_field *f = ctx;
    struct ol_str json = ol_str_make(data, len);
    struct ol_onenet_value v;
    enum ol_onenet_value_error error =
        ol_onenet_value_decode(&box.model, f, json, &v, NULL);
    bool is_json = ol_json_check(data, len) == OL_OK;
    /* What passes is JSON, and what is not JSON is called so (or is empty). */
    assert_true(is_json ? error != NOT_JSON : error == NOT_JSON || len == 0);
}

static void test_battery(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = sample_model();
    for (size_t i = 0; i < COUNT(check_rows); i++) {
        const struct ol_onenet_field *f = field_of(m, check_rows[i].property);
        ol_battery_truncations(check_rows[i].json, strlen(check_rows[i].json),
                               check_variant, (void *)(uintptr_t)f);
        ol_battery_bit_flips(check_rows[i].json, strlen(check_rows[i].json),
                             check_variant, (void *)(uintptr_t)f);
    }
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i <= NOT_JSON; i++) {
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(
                ol_onenet_value_error_str((enum ol_onenet_value_error)i),
                ol_onenet_value_error_str((enum ol_onenet_value_error)k));
        }
    }
    assert_string_equal(ol_onenet_value_error_str((enum ol_onenet_value_error)99),
                        "unknown");
    assert_string_equal(ol_onenet_type_str(OL_ONENET_BITMAP), "bitMap");
    assert_string_equal(ol_onenet_type_str((enum ol_onenet_type)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_float_limits),
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_coerced_bool),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_encode_strings),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_refusal_codes),
        cmocka_unit_test(test_refusal_msg_decode),
        cmocka_unit_test(test_battery),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests_name("onenet value", tests, NULL, NULL);
}
