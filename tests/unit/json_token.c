/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/json/reader.h"
#include "tests/support/guard.h"

struct row {
    const char *escaped;
    struct ol_str plain;
    size_t chars;
};

static const struct row rows[] = {
    {"", OL_STR_INIT(""), 0},
    {"temp", OL_STR_INIT("temp"), 4},
    {"\\u0074emp", OL_STR_INIT("temp"), 4},
    {"\\u0054\\u0065\\u006D\\u006d", OL_STR_INIT("Temm"), 4},
    {"\\\"\\\\\\/\\b\\f\\n\\r\\t", OL_STR_INIT("\"\\/\b\f\n\r\t"), 8},
    {"a\\u0000b", OL_STR_INIT("a\0b"), 3},
    {"\\u00e9\\u00E9", OL_STR_INIT("\xC3\xA9\xC3\xA9"), 2},
    {"\xE6\xB8\xA9\\u5ea6", OL_STR_INIT("\xE6\xB8\xA9\xE5\xBA\xA6"), 2},
    {"\xE6\xB8\xA9\xE5\xBA\xA6", OL_STR_INIT("\xE6\xB8\xA9\xE5\xBA\xA6"), 2},
    {"\xF0\x9F\x98\x80x", OL_STR_INIT("\xF0\x9F\x98\x80x"), 2},
    {"\\ud83d\\ude00", OL_STR_INIT("\xF0\x9F\x98\x80"), 1},
    {"\\uD800\\uDC00", OL_STR_INIT("\xF0\x90\x80\x80"), 1},
    {"\\uDBFF\\uDFFF", OL_STR_INIT("\xF4\x8F\xBF\xBF"), 1},
    {"\\ud83d", OL_STR_INIT("\xEF\xBF\xBD"), 1},
    {"\\ude00", OL_STR_INIT("\xEF\xBF\xBD"), 1},
    {"\\ud83dx", OL_STR_INIT("\xEF\xBF\xBDx"), 2},
    {"\\ud83d\\n", OL_STR_INIT("\xEF\xBF\xBD\n"), 2},
    {"\\ud83d\\u0041",
     OL_STR_INIT("\xEF\xBF\xBD"
                 "A"),
     2},
    {"\\ud83d\\ud83d\\ude00", OL_STR_INIT("\xEF\xBF\xBD\xF0\x9F\x98\x80"), 2},
    {"\\ude00\\ud83d", OL_STR_INIT("\xEF\xBF\xBD\xEF\xBF\xBD"), 2},
    {"\\ud7ff\\ue000", OL_STR_INIT("\xED\x9F\xBF\xEE\x80\x80"), 2},
    {"\\\\u0041", OL_STR_INIT("\\u0041"), 6},
    {"\\u007f\\u0080\\u07ff\\u0800\\uffff",
     OL_STR_INIT("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF"), 5},
};

/* The token of the string, from the reader, over memory that ends behind the quote. */
static struct ol_json_token token_of(struct ol_guard *g, const char *escaped)
{
    char text[128];
    int len = snprintf(text, sizeof text, "\"%s\"", escaped);
    struct ol_json_reader r =
        ol_json_reader_make(ol_guard_put(g, text, (size_t)len), (size_t)len);
    struct ol_json_token t;
    assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
    assert_int_equal(t.kind, OL_JSON_STRING);
    return t;
}

static void decoded_at_every_capacity(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(128);
    struct ol_guard out = ol_guard_open(128);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ol_json_token t = token_of(&g, rows[i].escaped);
        struct ol_str want = rows[i].plain;
        for (size_t cap = 0; cap <= want.len + 2; cap++) {
            char *room = (char *)ol_guard_room(&out, cap);
            int32_t len = ol_json_token_decode(&t, room, cap);
            assert_int_equal(len, cap < want.len ? OL_E_NOSPC : (int32_t)want.len);
            if (len >= 0) {
                assert_memory_equal(room, want.ptr, want.len);
            }
        }
        assert_int_equal(ol_json_token_chars(&t), rows[i].chars);
    }
    ol_guard_close(&g);
    ol_guard_close(&out);
}

static void equal_to_itself_alone(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(128);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ol_json_token t = token_of(&g, rows[i].escaped);
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
            assert_true(ol_json_token_equal(&t, rows[k].plain) ==
                        ol_str_equal(rows[i].plain, rows[k].plain));
        }
    }
    ol_guard_close(&g);
}

/* A token that no reader made: nothing is read beyond its span. */
static void handmade_tokens_stay_inside(void **state)
{
    (void)state;
    static const char *const cut[] = {"\\",     "\\u",       "\\u1",
                                      "\\u123", "\\ud83d\\", "\\ud83d\\u12"};
    struct ol_guard g = ol_guard_open(64);
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        size_t len = strlen(cut[i]);
        struct ol_json_token t = {.kind = OL_JSON_STRING, .escaped = true};
        t.text = ol_str_make(ol_guard_put(&g, cut[i], len), len);
        char out[64];
        int32_t n = ol_json_token_decode(&t, out, sizeof out);
        assert_true(n > 0 && (size_t)n <= len);
        assert_true(ol_json_token_equal(&t, ol_str_make(out, (size_t)n)));
    }
    ol_guard_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decoded_at_every_capacity),
        cmocka_unit_test(equal_to_itself_alone),
        cmocka_unit_test(handmade_tokens_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
