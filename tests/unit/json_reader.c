/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/json/reader.h"
#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/support/json_check.h"
#include "tests/support/rng.h"
#include "tests/support/vectors.h"

static const char post[] = "{\"id\":\"123\",\"version\":\"1.0\",\"params\":"
                           "{\"temp\":{\"value\":23.6},\"humi\":{\"value\":45.2}}}";

static int32_t verdict_status(struct ol_str verdict)
{
    static const struct {
        const char *name;
        int32_t status;
    } verdicts[] = {{"accept", OL_OK},
                    {"reject", OL_E_PROTO},
                    {"short", OL_E_AGAIN},
                    {"deep", OL_E_NOSPC}};
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (ol_str_equal(verdict, ol_str_from(verdicts[i].name))) {
            return verdicts[i].status;
        }
    }
    fail_msg("unknown verdict %s", verdict.ptr);
    return OL_E_ARG;
}

static void conformance(void **state)
{
    (void)state;
    struct ol_vectors v = ol_vectors_open("json/rfc8259.tsv");
    struct ol_vector row;
    unsigned rows = 0;
    struct ol_guard g = ol_guard_open(1024);
    while (ol_vectors_next(&v, &row)) {
        uint8_t bytes[1024];
        assert_int_equal(row.count, 3);
        size_t len = ol_vectors_bytes(row.field[1], bytes, sizeof bytes);
        int32_t want = verdict_status(row.field[0]);
        const uint8_t *text = ol_guard_put(&g, bytes, len);
        if (ol_json_check(text, len) != want || ol_json_check_text(text, len) != want) {
            fail_msg("line %u: %s: %s", row.line, row.field[2].ptr,
                     ol_status_str(ol_json_check(text, len)));
        }
        rows++;
    }
    assert_true(rows >= 400);
    ol_guard_close(&g);
    ol_vectors_close(&v);
}

/* What a text cut short may be told to be: never "not JSON". */
static void check_prefix(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    int32_t rc = ol_json_check_text(data, len);
    assert_true(rc == OL_OK || rc == OL_E_AGAIN);
}

static void check_any(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    (void)ol_json_check_text(data, len);
}

/* In two pieces: the first tells whether the second can matter. */
static void check_split(void *ctx, const uint8_t *head, size_t head_len,
                        const uint8_t *tail, size_t tail_len)
{
    uint8_t whole[1024];
    memcpy(whole, head, head_len);
    memcpy(whole + head_len, tail, tail_len);
    int32_t want = *(const int32_t *)ctx;
    int32_t rc = ol_json_check(head, head_len);
    assert_int_equal(ol_json_check(whole, head_len + tail_len), want);
    if (rc == OL_E_PROTO || rc == OL_E_NOSPC) {
        assert_int_equal(rc, want);
    }
}

static void battery(void **state)
{
    (void)state;
    struct ol_vectors v = ol_vectors_open("json/rfc8259.tsv");
    struct ol_vector row;
    while (ol_vectors_next(&v, &row)) {
        uint8_t bytes[1024];
        size_t len = ol_vectors_bytes(row.field[1], bytes, sizeof bytes);
        int32_t want = verdict_status(row.field[0]);
        ol_battery_truncations(bytes, len, want == OL_OK ? check_prefix : check_any,
                               NULL);
        ol_battery_bit_flips(bytes, len, check_any, NULL);
        ol_battery_splits(bytes, len, check_split, &want);
    }
    ol_vectors_close(&v);
}

static void tokens_of_a_post(void **state)
{
    (void)state;
    static const struct {
        enum ol_json_kind kind;
        const char *text;
    } want[] = {
        {OL_JSON_OBJECT_BEGIN, "{"}, {OL_JSON_KEY, "id"},
        {OL_JSON_STRING, "123"},     {OL_JSON_KEY, "version"},
        {OL_JSON_STRING, "1.0"},     {OL_JSON_KEY, "params"},
        {OL_JSON_OBJECT_BEGIN, "{"}, {OL_JSON_KEY, "temp"},
        {OL_JSON_OBJECT_BEGIN, "{"}, {OL_JSON_KEY, "value"},
        {OL_JSON_NUMBER, "23.6"},    {OL_JSON_OBJECT_END, "}"},
        {OL_JSON_KEY, "humi"},       {OL_JSON_OBJECT_BEGIN, "{"},
        {OL_JSON_KEY, "value"},      {OL_JSON_NUMBER, "45.2"},
        {OL_JSON_OBJECT_END, "}"},   {OL_JSON_OBJECT_END, "}"},
        {OL_JSON_OBJECT_END, "}"},   {OL_JSON_END, ""},
        {OL_JSON_END, ""},
    };
    struct ol_json_reader r = ol_json_reader_make(post, strlen(post));
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        struct ol_json_token t;
        assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
        assert_int_equal(t.kind, want[i].kind);
        assert_true(ol_str_equal(t.text, ol_str_from(want[i].text)));
        assert_false(t.escaped);
    }
}

/* A reader is plain data: a copy goes on from where the original stood. */
static void copies_go_on_alone(void **state)
{
    (void)state;
    struct ol_json_reader r = ol_json_reader_make("[1,2]", 5);
    struct ol_json_token t;
    assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
    struct ol_json_reader copy = r;
    assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
    assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
    assert_true(ol_str_equal(t.text, OL_STR("2")));
    assert_int_equal(ol_json_reader_next(&copy, &t), OL_OK);
    assert_true(ol_str_equal(t.text, OL_STR("1")));
}

static void stops_at_the_first_wrong_byte(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t status;
        uint32_t pos;
    } rows[] = {
        {"{\"a\":01}", OL_E_PROTO, 6}, {"[1,2,]", OL_E_PROTO, 5},
        {"trux", OL_E_PROTO, 3},       {"\"a\x01\"", OL_E_PROTO, 2},
        {"\"ab\\x\"", OL_E_PROTO, 3},  {"[1.x]", OL_E_PROTO, 3},
        {"", OL_E_AGAIN, 0},           {"[tr", OL_E_AGAIN, 3},
        {"{} x", OL_E_PROTO, 3},       {"\"abc", OL_E_AGAIN, 4},
        {"[1  ", OL_E_AGAIN, 4},       {"{\"a\" 1}", OL_E_PROTO, 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ol_json_reader r = ol_json_reader_make(rows[i].text, strlen(rows[i].text));
        struct ol_json_token t;
        int32_t rc = OL_OK;
        while (rc == OL_OK) {
            rc = ol_json_reader_next(&r, &t);
        }
        assert_int_equal(rc, rows[i].status);
        assert_int_equal(r.pos, rows[i].pos);
        struct ol_str span;
        assert_int_equal(ol_json_reader_skip(&r, &t, &span), rc);
    }
}

static struct ol_json_reader reader_at(const char *text, unsigned tokens,
                                       struct ol_json_token *t)
{
    struct ol_json_reader r = ol_json_reader_make(text, strlen(text));
    while (tokens-- > 0) {
        assert_int_equal(ol_json_reader_next(&r, t), OL_OK);
    }
    return r;
}

static void skips_values_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned tokens; /* the last of these is skipped from */
        const char *span;
        const char *next; /* the token behind */
    } rows[] = {
        {"{\"a\":{\"b\":[1,{}]},\"c\":2}", 2, "{\"b\":[1,{}]}", "c"},
        {"{\"a\":{\"b\":[1,{}]},\"c\":2}", 3, "{\"b\":[1,{}]}", "c"},
        {"{\"a\":{\"b\":[1,{}]},\"c\":2}", 1, "{\"a\":{\"b\":[1,{}]},\"c\":2}", ""},
        {"{\"a\" : \"x\\\"y\" , \"c\":2}", 2, "\"x\\\"y\"", "c"},
        {"{\"a\" : \"x\\\"y\" , \"c\":2}", 3, "\"x\\\"y\"", "c"},
        {"[ -1.5e3 , null]", 2, "-1.5e3", "null"},
        {"[ true, false ]", 2, "true", "false"},
        {"[ [ ] ]", 2, "[ ]", "]"},
        {" \"\" ", 1, "\"\"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ol_json_token t;
        struct ol_str span;
        struct ol_json_reader r = reader_at(rows[i].text, rows[i].tokens, &t);
        struct ol_json_reader without_span = r;
        assert_int_equal(ol_json_reader_skip(&r, &t, &span), OL_OK);
        assert_true(ol_str_equal(span, ol_str_from(rows[i].span)));
        assert_int_equal(ol_json_reader_skip(&without_span, &t, NULL), OL_OK);
        assert_int_equal(r.pos, without_span.pos);
        assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
        assert_true(ol_str_equal(t.text, ol_str_from(rows[i].next)));
    }
}

static void skip_fails_where_next_would(void **state)
{
    (void)state;
    struct ol_json_token t;
    struct ol_str span;
    struct ol_json_reader r = reader_at("{\"a\":[1,{\"b\":", 3, &t);
    assert_int_equal(ol_json_reader_skip(&r, &t, &span), OL_E_AGAIN);
    r = reader_at("{\"a\"", 2, &t);
    assert_int_equal(ol_json_reader_skip(&r, &t, &span), OL_E_AGAIN);
    r = reader_at("{\"a\":[1,}", 2, &t);
    assert_int_equal(ol_json_reader_skip(&r, &t, &span), OL_E_PROTO);
    assert_int_equal(ol_json_reader_next(&r, &t), OL_E_PROTO);
    r = reader_at("[1]", 3, &t);
    assert_int_equal(ol_json_reader_skip(&r, &t, &span), OL_E_ARG);
    assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
    assert_int_equal(ol_json_reader_skip(&r, &t, &span), OL_E_ARG);
}

#if SIZE_MAX > UINT32_MAX
/* Only the length is looked at: nothing of such a text may be read. */
static void texts_of_4_gib_are_refused(void **state)
{
    (void)state;
    struct ol_json_token t;
    struct ol_json_reader r = ol_json_reader_make("1", (size_t)UINT32_MAX + 1);
    assert_int_equal(ol_json_reader_next(&r, &t), OL_E_ARG);
    assert_int_equal(ol_json_check("1", (size_t)UINT32_MAX + 2), OL_E_ARG);
}
#endif

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[200];
    for (size_t depth = 1; depth <= 100; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        int32_t want = depth <= OL_JSON_DEPTH_MAX ? OL_OK : OL_E_NOSPC;
        assert_int_equal(ol_json_check(text, 2 * depth), want);
    }
}

/* Texts put together from pieces of JSON: right and wrong ones, deeper than bit flips go.
 */
static void random_texts(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "{",      "}", "[",     "]",      ",",   ":",         "\"a\"", "\"\\u00e9\"",
        "1",      "0", "-1.5",  "1e9",    "-",   ".",         "e",     "true",
        "null",   " ", "\n",    "\"",     "\\",  "\\ud83d",   "\xC3",  "\xA9",
        "\"k\":", ",", "false", "\"k\":", "{\"", "\\ude00\"", "[[",    "]]",
    };
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_json_reader", 3));
    struct ol_guard g = ol_guard_open(512);
    unsigned good = 0;
    for (unsigned i = 0; i < 200000 / OL_TEST_SCALE; i++) {
        char text[512];
        size_t len = 0;
        size_t count = 1 + ol_rng_below(&rng, 12);
        for (size_t k = 0; k < count; k++) {
            const char *piece =
                pieces[ol_rng_below(&rng, sizeof pieces / sizeof pieces[0])];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        good += ol_json_check_text(ol_guard_put(&g, text, len), len) == OL_OK;
    }
    assert_true(good > 1000 / OL_TEST_SCALE);
    ol_guard_close(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conformance),
        cmocka_unit_test(battery),
        cmocka_unit_test(tokens_of_a_post),
        cmocka_unit_test(copies_go_on_alone),
        cmocka_unit_test(stops_at_the_first_wrong_byte),
        cmocka_unit_test(skips_values_whole),
        cmocka_unit_test(skip_fails_where_next_would),
#if SIZE_MAX > UINT32_MAX
        cmocka_unit_test(texts_of_4_gib_are_refused),
#endif
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(random_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
