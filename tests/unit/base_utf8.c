/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/base/utf8.h"
#include "tests/support/guard.h"

/* The straightforward definition (RFC 3629 section 3), against which the code is
 * compared. */
static int32_t reference_encode(uint32_t code, uint8_t out[4])
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 63));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (code & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (code & 63));
    return 4;
}

static void every_character_and_no_other(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(8);
    for (uint32_t code = 0; code < 0x120000; code++) {
        uint8_t bytes[4];
        int32_t len = reference_encode(code, bytes);
        int32_t got = ol_utf8_len(ol_guard_put(&g, bytes, (size_t)len), (size_t)len);
        bool is_scalar = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        assert_int_equal(got, is_scalar ? len : OL_E_PROTO);
        uint8_t *out = ol_guard_room(&g, is_scalar ? (size_t)len : 4);
        if (is_scalar) {
            assert_int_equal(ol_utf8_encode(code, bytes), len);
            memcpy(out, bytes, (size_t)len);
            reference_encode(code, bytes);
            assert_memory_equal(out, bytes, (size_t)len);
        } else {
            assert_int_equal(ol_utf8_encode(code, out), 3);
            assert_memory_equal(out, "\xEF\xBF\xBD", 3);
        }
    }
    ol_guard_close(&g);
}

/* All 2- and 3-byte beginnings: a sequence is short exactly when some character begins
 * so. */
static void every_beginning(void **state)
{
    (void)state;
    static uint8_t begins[65536];
    memset(begins, 0, sizeof begins);
    for (uint32_t code = 0x80; code <= 0x10FFFF; code++) {
        uint8_t bytes[4];
        if (code < 0xD800 || code > 0xDFFF) {
            int32_t len = reference_encode(code, bytes);
            begins[bytes[0] << 8 | bytes[1]] = (uint8_t)len;
        }
    }
    struct ol_guard g = ol_guard_open(2);
    for (uint32_t i = 0; i < 65536; i++) {
        uint8_t two[2] = {(uint8_t)(i >> 8), (uint8_t)i};
        int32_t want = begins[i] > 2 ? OL_E_AGAIN : begins[i] == 2 ? 2 : OL_E_PROTO;
        if (two[0] < 0x80) {
            want = 1;
        }
        assert_int_equal(ol_utf8_len(ol_guard_put(&g, two, 2), 2), want);
    }
    assert_int_equal(ol_utf8_len(ol_guard_put(&g, NULL, 0), 0), OL_E_AGAIN);
    assert_int_equal(ol_utf8_len("\xE4\xB8", 2), OL_E_AGAIN);
    assert_int_equal(ol_utf8_len("\xE4\xB8\x20", 3), OL_E_PROTO);
    assert_int_equal(ol_utf8_len("\xF0\x9F\x98", 3), OL_E_AGAIN);
    assert_int_equal(ol_utf8_len("\xF0\x9F\x98\x7F", 4), OL_E_PROTO);
    ol_guard_close(&g);
}

static void whole_strings(void **state)
{
    (void)state;
    assert_true(ol_utf8_is_valid((struct ol_str){NULL, 0}));
    assert_true(ol_utf8_is_valid(OL_STR("a\0\xC3\xA9\xE6\xB8\xA9\xF0\x9F\x98\x80")));
    assert_false(ol_utf8_is_valid(OL_STR("a\xC3")));
    assert_false(ol_utf8_is_valid(OL_STR("\x80")));
    assert_false(ol_utf8_is_valid(OL_STR("a\xC0\x80")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_and_no_other),
        cmocka_unit_test(every_beginning),
        cmocka_unit_test(whole_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
