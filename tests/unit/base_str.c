/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onelink/base/status.h"
#include "onelink/base/str.h"
#include "onelink/base/time.h"

static void every_status_has_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"ok",    "again",   "nospc",   "arg",
                                        "proto", "closed",  "timeout", "auth",
                                        "io",    "corrupt", "noent"};
    for (int32_t i = 0; i <= -OL_E_NOENT; i++) {
        assert_string_equal(ol_status_str(-i), names[i]);
    }
    assert_string_equal(ol_status_str(OL_E_NOENT - 1), "unknown");
    assert_string_equal(ol_status_str(1), "unknown");
    assert_string_equal(ol_status_str(INT32_MIN), "unknown");
}

static void spans_compare_by_bytes(void **state)
{
    (void)state;
    const struct ol_str none = {NULL, 0};
    assert_true(ol_str_equal(OL_STR("abc"), ol_str_from("abc")));
    assert_false(ol_str_equal(OL_STR("abc"), OL_STR("abd")));
    assert_false(ol_str_equal(OL_STR("abc"), OL_STR("ab")));
    assert_false(ol_str_equal(OL_STR("ab"), OL_STR("abc")));
    assert_true(ol_str_equal(OL_STR("a\0b"), ol_str_make("a\0b", 3)));
    assert_false(ol_str_equal(OL_STR("a\0b"), OL_STR("a\0c")));
    assert_true(ol_str_equal(none, ol_str_from("")));
    assert_true(ol_str_equal(ol_str_from(NULL), none));
    assert_false(ol_str_equal(none, OL_STR("a")));
    assert_false(ol_str_equal(OL_STR("a"), none));
}

static void prefixes(void **state)
{
    (void)state;
    const struct ol_str none = {NULL, 0};
    assert_true(ol_str_has_prefix(OL_STR("$sys/x"), OL_STR("$sys/")));
    assert_true(ol_str_has_prefix(OL_STR("ab"), OL_STR("ab")));
    assert_false(ol_str_has_prefix(OL_STR("ab"), OL_STR("abc")));
    assert_false(ol_str_has_prefix(OL_STR("ab"), OL_STR("b")));
    assert_true(ol_str_has_prefix(OL_STR("ab"), none));
    assert_true(ol_str_has_prefix(none, none));
    assert_false(ol_str_has_prefix(none, OL_STR("a")));
}

static void deadlines_stop_at_never(void **state)
{
    (void)state;
    assert_true(ol_ms_add(UINT64_C(0xFFFFFFFF), 1) == UINT64_C(0x100000000));
    assert_true(ol_ms_add(OL_NEVER - 1, 1) == OL_NEVER);
    assert_true(ol_ms_add(OL_NEVER - 1, 2) == OL_NEVER);
    assert_true(ol_ms_add(OL_NEVER, OL_NEVER) == OL_NEVER);
    assert_true(ol_ms_add(OL_NEVER, 0) == OL_NEVER);
    assert_true(ol_ms_from_s(0) == 0);
    assert_true(ol_ms_from_s(65535) == 65535000);
    assert_true(ol_ms_from_s(65536) == 65536000);
    assert_true(ol_ms_from_s(UINT32_MAX) == UINT64_C(4294967295000));
    assert_true(ol_ms_min(3, OL_NEVER) == 3 && ol_ms_min(OL_NEVER, 3) == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(spans_compare_by_bytes),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(deadlines_stop_at_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
