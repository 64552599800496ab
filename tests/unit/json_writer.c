/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "onelink/json/reader.h"
#include "onelink/json/writer.h"
#include "tests/support/guard.h"
#include "tests/support/rng.h"

static void write_sample(struct ol_json_writer *w)
{
    ol_json_object_begin(w);
    ol_json_key(w, OL_STR("id"));
    ol_json_str(w, OL_STR("1\n\"\\/\x01\x1f\x7f\xE6\xB8\xA9"));
    ol_json_key(w, OL_STR("a\tb"));
    ol_json_array_begin(w);
    ol_json_int(w, INT64_MIN);
    ol_json_int(w, INT64_MAX);
    ol_json_int(w, 0);
    ol_json_dec(w, (struct ol_dec){2360, -2});
    ol_json_dec(w, (struct ol_dec){-5, -9});
    ol_json_double(w, 0.1);
    ol_json_bool(w, true);
    ol_json_bool(w, false);
    ol_json_null(w);
    ol_json_array_begin(w);
    ol_json_array_end(w);
    ol_json_object_begin(w);
    ol_json_object_end(w);
    ol_json_raw(w, OL_STR("{\"x\": 1}"));
    ol_json_array_end(w);
    ol_json_key(w, (struct ol_str){NULL, 0});
    ol_json_str(w, (struct ol_str){NULL, 0});
    ol_json_object_end(w);
}

static const char sample[] =
    "{\"id\":\"1\\n\\\"\\\\/"
    "\\u0001\\u001f\x7f\xE6\xB8\xA9\",\"a\\tb\":[-9223372036854775808,"
    "9223372036854775807,0,23.6,-5e-9,0.1,true,false,null,[],{},{\"x\": 1}],\"\":\"\"}";

static void writes_the_sample(void **state)
{
    (void)state;
    char out[512];
    struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
    assert_int_equal(ol_json_writer_status(&w), OL_E_AGAIN);
    write_sample(&w);
    assert_int_equal(ol_json_writer_status(&w), OL_OK);
    assert_int_equal(w.out.len, strlen(sample));
    assert_memory_equal(out, sample, strlen(sample));
    assert_int_equal(ol_json_check(out, w.out.len), OL_OK);
}

/* Whatever the capacity, the text is a prefix of the right one, nothing lies behind it,
 * and the status tells. */
static void every_capacity(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(512);
    for (size_t cap = 0; cap <= strlen(sample) + 3; cap++) {
        uint8_t *out = ol_guard_room(&g, cap);
        struct ol_json_writer w = ol_json_writer_make(out, cap);
        write_sample(&w);
        bool fits = cap >= strlen(sample);
        assert_int_equal(ol_json_writer_status(&w), fits ? OL_OK : OL_E_NOSPC);
        assert_true(w.out.len <= cap);
        assert_memory_equal(out, sample, w.out.len);
    }
    ol_guard_close(&g);
}

/* Calls by letter: { } [ ] k(ey) v(alue); one program a row. */
static void play(struct ol_json_writer *w, const char *calls)
{
    for (; *calls != '\0'; calls++) {
        switch (*calls) {
        case '{':
            ol_json_object_begin(w);
            break;
        case '}':
            ol_json_object_end(w);
            break;
        case '[':
            ol_json_array_begin(w);
            break;
        case ']':
            ol_json_array_end(w);
            break;
        case 'k':
            ol_json_key(w, OL_STR("k"));
            break;
        default:
            ol_json_int(w, 1);
            break;
        }
    }
}

static void order_of_calls(void **state)
{
    (void)state;
    static const struct {
        const char *calls;
        int32_t status;
        const char *text;
    } rows[] = {
        {"", OL_E_AGAIN, ""},
        {"v", OL_OK, "1"},
        {"{}", OL_OK, "{}"},
        {"[]", OL_OK, "[]"},
        {"[vv[v]{kv}v]", OL_OK, "[1,1,[1],{\"k\":1},1]"},
        {"{k{}k[]kv}", OL_OK, "{\"k\":{},\"k\":[],\"k\":1}"},
        {"{", OL_E_AGAIN, "{"},
        {"{k", OL_E_AGAIN, "{\"k\":"},
        {"[v", OL_E_AGAIN, "[1"},
        {"vv", OL_E_ARG, "1"},
        {"[]v", OL_E_ARG, "[]"},
        {"[]]", OL_E_ARG, "[]"},
        {"{}}", OL_E_ARG, "{}"},
        {"v]", OL_E_ARG, "1"},
        {"]", OL_E_ARG, ""},
        {"}", OL_E_ARG, ""},
        {"k", OL_E_ARG, ""},
        {"[k", OL_E_ARG, "["},
        {"[}", OL_E_ARG, "["},
        {"{]", OL_E_ARG, "{"},
        {"{v", OL_E_ARG, "{"},
        {"{{", OL_E_ARG, "{"},
        {"{kk", OL_E_ARG, "{\"k\":"},
        {"{k}", OL_E_ARG, "{\"k\":"},
        {"{kvv", OL_E_ARG, "{\"k\":1"},
        {"{kv]", OL_E_ARG, "{\"k\":1"},
        {"[[]}", OL_E_ARG, "[[]"},
        {"]v", OL_E_ARG, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[64];
        struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
        play(&w, rows[i].calls);
        assert_int_equal(ol_json_writer_status(&w), rows[i].status);
        assert_true(ol_str_equal(ol_str_make(out, w.out.len), ol_str_from(rows[i].text)));
    }
}

static void depth_is_bounded(void **state)
{
    (void)state;
    for (int depth = 31; depth <= 34; depth++) {
        char out[128];
        struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
        for (int i = 0; i < depth; i++) {
            ol_json_array_begin(&w);
        }
        for (int i = 0; i < depth; i++) {
            ol_json_array_end(&w);
        }
        assert_int_equal(ol_json_writer_status(&w), depth <= 32 ? OL_OK : OL_E_ARG);
    }
}

static void what_is_not_json_is_refused(void **state)
{
    (void)state;
    static const struct ol_str bad[] = {OL_STR_INIT("\xFF"), OL_STR_INIT("ab\xC3"),
                                        OL_STR_INIT("\xED\xA0\x80"),
                                        OL_STR_INIT("\xC0\x80x")};
    char out[64];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
        ol_json_str(&w, bad[i]);
        assert_int_equal(ol_json_writer_status(&w), OL_E_ARG);
        w = ol_json_writer_make(out, sizeof out);
        ol_json_object_begin(&w);
        ol_json_key(&w, bad[i]);
        size_t len = w.out.len;
        ol_json_int(&w, 1);
        assert_int_equal(ol_json_writer_status(&w), OL_E_ARG);
        assert_int_equal(w.out.len, len);
    }
    const double numbers[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
        ol_json_double(&w, numbers[i]);
        assert_int_equal(ol_json_writer_status(&w), OL_E_ARG);
        assert_int_equal(w.out.len, 0);
        ol_json_double(&w, 1.0);
        assert_int_equal(ol_json_writer_status(&w), OL_E_ARG);
    }
}

static void the_first_error_stays(void **state)
{
    (void)state;
    char out[2];
    struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
    ol_json_str(&w, OL_STR("long"));
    ol_json_object_end(&w);
    ol_json_double(&w, NAN);
    ol_json_key(&w, OL_STR("k"));
    assert_int_equal(ol_json_writer_status(&w), OL_E_NOSPC);
    w = ol_json_writer_make(out, sizeof out);
    ol_json_str(&w, OL_STR("long"));
    ol_json_double(&w, NAN);
    assert_int_equal(ol_json_writer_status(&w), OL_E_NOSPC);
    w = ol_json_writer_make(out, sizeof out);
    ol_json_object_end(&w);
    ol_json_str(&w, OL_STR("long"));
    assert_int_equal(ol_json_writer_status(&w), OL_E_ARG);
    assert_int_equal(w.out.len, 0);
}

/* Every byte below 0x80 comes back from the reader. */
static void strings_come_back(void **state)
{
    (void)state;
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_json_writer", 4));
    for (unsigned i = 0; i < 20000; i++) {
        char plain[32];
        size_t len = ol_rng_below(&rng, sizeof plain + 1);
        for (size_t k = 0; k < len; k++) {
            plain[k] = (char)(i < 128 ? i : ol_rng_below(&rng, 128));
        }
        char out[256];
        struct ol_json_writer w = ol_json_writer_make(out, sizeof out);
        ol_json_str(&w, ol_str_make(plain, len));
        assert_int_equal(ol_json_writer_status(&w), OL_OK);
        struct ol_json_reader r = ol_json_reader_make(out, w.out.len);
        struct ol_json_token t;
        assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
        assert_true(ol_json_token_equal(&t, ol_str_make(plain, len)));
        assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
        assert_int_equal(t.kind, OL_JSON_END);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_sample),
        cmocka_unit_test(every_capacity),
        cmocka_unit_test(order_of_calls),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(strings_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
