/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/guard.h"

/* A test that cannot fail proves nothing: the case that M0_SELF names must end the image as
 * failed (tests/m0/run tries each). */

static int is_case(const char *name)
{
    const char *set = getenv("M0_SELF");
    return set != NULL && strcmp(set, name) == 0;
}

static void asserts_hold(void **state)
{
    (void)state;
    assert_int_equal(sizeof(size_t), 4);
    assert_int_not_equal(-1, UINT32_MAX); /* compared as uintmax_t, as cmocka does */
    assert_int_equal(1, is_case("assert") ? 2 : 1);
    assert_memory_equal("abc", is_case("memory") ? "abd" : "abc", 3);
    assert_string_equal("abc", is_case("string") ? "abd" : "abc");
    assert_in_range(5, is_case("range") ? 6 : 5, 7);
}

static void past_the_end_traps(void **state)
{
    (void)state;
    struct ol_guard g = ol_guard_open(100);
    volatile uint8_t *p = ol_guard_room(&g, 10);
    assert_int_equal(p[is_case("past-the-end") ? 10 : 9], 0xA5);
    ol_guard_close(&g);
}

static void second_guard_has_a_canary(void **state)
{
    (void)state;
    struct ol_guard first = ol_guard_open(100);
    struct ol_guard second = ol_guard_open(100);
    volatile uint8_t *p = ol_guard_room(&second, 10);
    p[is_case("canary") ? 10 : 9] = 1;
    ol_guard_close(&second);
    ol_guard_close(&first);
}

static void unaligned_traps(void **state)
{
    (void)state;
    static const uint32_t words[2] = {0x04030201, 0x08070605};
    volatile uintptr_t at = (uintptr_t)words + (is_case("unaligned") ? 1 : 0);
    assert_int_equal(*(const volatile uint32_t *)at, 0x04030201);
}

/* NOLINTNEXTLINE(misc-no-recursion) */
static uint32_t dig(uint32_t depth)
{
    volatile uint8_t frame[256];
    memset((void *)(uintptr_t)frame, (int)depth, sizeof frame);
    return depth == 0 ? frame[3] : dig(depth - 1) + frame[7];
}

static void deep_stack_traps(void **state)
{
    (void)state;
    assert_true(dig(is_case("stack") ? 1000 : 10) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asserts_hold),
        cmocka_unit_test(past_the_end_traps),
        cmocka_unit_test(second_guard_has_a_canary),
        cmocka_unit_test(unaligned_traps),
        cmocka_unit_test(deep_stack_traps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
