/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/topic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/guard.h"
#include "tests/support/vectors.h"

#define TEXT_MAX 256

static struct ol_str guarded(struct ol_guard *g, struct ol_str field)
{
    uint8_t bytes[TEXT_MAX];
    size_t len = ol_vectors_bytes(field, bytes, sizeof bytes);
    return ol_str_make(ol_guard_put(g, bytes, len), len);
}

static bool answer(struct ol_str kind, struct ol_str a, struct ol_str b)
{
    if (ol_str_equal(kind, OL_STR("name"))) {
        return ol_mqtt_is_topic_name(a);
    }
    if (ol_str_equal(kind, OL_STR("filter"))) {
        return ol_mqtt_is_topic_filter(a);
    }
    assert_true(ol_str_equal(kind, OL_STR("match")));
    assert_true(ol_mqtt_is_topic_filter(a) && ol_mqtt_is_topic_name(b));
    return ol_mqtt_topic_matches(a, b);
}

static void every_vector_gives_its_answer(void **state)
{
    (void)state;
    struct ol_guard first = ol_guard_open(TEXT_MAX);
    struct ol_guard second = ol_guard_open(TEXT_MAX);
    struct ol_vectors v = ol_vectors_open("mqtt/topics.txt");
    struct ol_vector row;
    size_t count = 0;
    while (ol_vectors_next(&v, &row)) {
        bool expected = ol_str_equal(row.field[4], OL_STR("yes"));
        struct ol_str a = guarded(&first, row.field[2]);
        struct ol_str b = guarded(&second, row.field[3]);
        if (answer(row.field[1], a, b) != expected) {
            fail_msg("topics.txt:%u: \"%s\" \"%s\" is not %s", row.line, row.field[2].ptr,
                     row.field[3].ptr, row.field[4].ptr);
        }
        count++;
    }
    assert_true(count >= 87);
    ol_vectors_close(&v);
    ol_guard_close(&first);
    ol_guard_close(&second);
}

/* The check looks at four bytes at once where it can: every byte value at every place of
 * names of every length and alignment must get the answer of the plain rule. */
static void every_byte_at_every_place_of_a_name(void **state)
{
    (void)state;
    _Alignas(8) char text[64];
    for (size_t offset = 0; offset < 4; offset++) {
        for (size_t len = 1; len <= 21; len++) {
            for (size_t at = 0; at < len; at++) {
                for (unsigned byte = 0; byte < 256; byte++) {
                    memset(text, 'a', sizeof text);
                    text[offset + at] = (char)byte;
                    bool expected =
                        byte != 0 && byte < 0x80 && byte != '+' && byte != '#';
                    struct ol_str name = {text + offset, len};
                    assert_int_equal(ol_mqtt_is_topic_name(name), expected);
                }
            }
        }
    }
}

static void two_special_bytes_do_not_hide_each_other(void **state)
{
    (void)state;
    _Alignas(8) char text[17];
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            memset(text, 'a', sizeof text);
            text[8] = (char)a;
            text[9] = (char)b;
            bool has_wildcard = a == '+' || a == '#' || b == '+' || b == '#';
            struct ol_str name = {text, 16};
            bool expected = ol_mqtt_is_utf8(name) && !has_wildcard;
            assert_int_equal(ol_mqtt_is_topic_name(name), expected);
        }
    }
}

static void strings_end_at_65535_bytes(void **state)
{
    (void)state;
    static char text[65536];
    memset(text, 'a', sizeof text);
    assert_true(ol_mqtt_is_topic_name(ol_str_make(text, 65535)));
    assert_false(ol_mqtt_is_topic_name(ol_str_make(text, 65536)));
    assert_true(ol_mqtt_is_topic_filter(ol_str_make(text, 65535)));
    assert_false(ol_mqtt_is_topic_filter(ol_str_make(text, 65536)));
    assert_true(ol_mqtt_is_utf8(ol_str_make(text, 65535)));
    assert_false(ol_mqtt_is_utf8(ol_str_make(text, 65536)));
    assert_true(ol_mqtt_is_utf8(ol_str_make(NULL, 0)));
}

/* Matching is asked only for what was checked, but stays inside both spans for all
 * others. */
static void matching_stays_inside_any_spans(void **state)
{
    (void)state;
    static const char alphabet[] = {'a', '/', '+', '#', '$'};
    struct ol_guard f = ol_guard_open(4);
    struct ol_guard n = ol_guard_open(4);
    char text[4];
    for (unsigned code = 0; code < 5 * 5 * 5 * 5; code++) {
        unsigned rest = code;
        for (size_t i = 0; i < 4; i++, rest /= 5) {
            text[i] = alphabet[rest % 5];
        }
        for (size_t len = 0; len <= 4; len++) {
            struct ol_str filter = ol_str_make(ol_guard_put(&f, text, len), len);
            struct ol_str name = ol_str_make(ol_guard_put(&n, "a//a", 4), 4);
            (void)ol_mqtt_topic_matches(filter, name);
            (void)ol_mqtt_topic_matches(name, filter);
            if (ol_mqtt_is_topic_name(filter)) {
                assert_true(ol_mqtt_topic_matches(filter, filter));
                assert_int_equal(ol_mqtt_topic_matches(OL_STR("#"), filter),
                                 filter.ptr[0] != '$');
            }
        }
    }
    ol_guard_close(&f);
    ol_guard_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_gives_its_answer),
        cmocka_unit_test(every_byte_at_every_place_of_a_name),
        cmocka_unit_test(two_special_bytes_do_not_hide_each_other),
        cmocka_unit_test(strings_end_at_65535_bytes),
        cmocka_unit_test(matching_stays_inside_any_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
