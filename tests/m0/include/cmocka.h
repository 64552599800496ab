/* SPDX-License-Identifier: MIT */
#ifndef TESTS_M0_INCLUDE_CMOCKA_H
#define TESTS_M0_INCLUDE_CMOCKA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* The part of cmocka's interface that the unit tests use, for a machine that has no cmocka
 * (tests/m0/runner.c implements it). As there, integers are compared as uintmax_t: what
 * differs in sign or width on this machine differs here too. */

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
    const char *name;
    CMUnitTestFunction test_func;
    CMFixtureFunction setup_func;
    CMFixtureFunction teardown_func;
    void *initial_state;
};

#define cmocka_unit_test(f)                                                              \
    {                                                                                    \
#f, f, NULL, NULL, NULL                                                          \
    }
#define cmocka_unit_test_setup_teardown(f, set, tear)                                    \
    {                                                                                    \
#f, f, set, tear, NULL                                                           \
    }

/* Runs the tests one after the other; a failed one does not keep the others from running.
 * Returns how many failed. */
int m0_run_group(const char *name, const struct CMUnitTest *tests, size_t count,
                 CMFixtureFunction setup, CMFixtureFunction teardown);

#define cmocka_run_group_tests_name(name, tests, setup, teardown)                        \
    m0_run_group(name, tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)
#define cmocka_run_group_tests(tests, setup, teardown)                                   \
    cmocka_run_group_tests_name(#tests, tests, setup, teardown)

/* Each ends the running test as failed if what it says does not hold. */
void m0_assert(int holds, const char *what, const char *file, int line);
void m0_assert_equal(uintmax_t a, uintmax_t b, int wanted, const char *file, int line);
void m0_assert_range(uintmax_t value, uintmax_t low, uintmax_t high, const char *file,
                     int line);
void m0_assert_strings(const char *a, const char *b, int wanted, const char *file,
                       int line);
void m0_assert_memory(const void *a, const void *b, size_t len, int wanted,
                      const char *file, int line);
_Noreturn void m0_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void print_message(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define m0_at         __FILE__, __LINE__
#define m0_integer(v) ((uintmax_t)(v))
#define m0_address(p) ((uintmax_t)(uintptr_t)(p))

#define assert_true(c)     m0_assert(!!(c), #c, m0_at)
#define assert_false(c)    m0_assert(!(c), "not: " #c, m0_at)
#define assert_non_null(p) m0_assert((p) != NULL, #p " is not NULL", m0_at)
#define assert_null(p)     m0_assert((p) == NULL, #p " is NULL", m0_at)

#define assert_int_equal(a, b)     m0_assert_equal(m0_integer(a), m0_integer(b), 1, m0_at)
#define assert_int_not_equal(a, b) m0_assert_equal(m0_integer(a), m0_integer(b), 0, m0_at)
#define assert_ptr_equal(a, b)     m0_assert_equal(m0_address(a), m0_address(b), 1, m0_at)
#define assert_ptr_not_equal(a, b) m0_assert_equal(m0_address(a), m0_address(b), 0, m0_at)
#define assert_in_range(v, low, high)                                                    \
    m0_assert_range(m0_integer(v), m0_integer(low), m0_integer(high), m0_at)

#define assert_string_equal(a, b)          m0_assert_strings(a, b, 1, m0_at)
#define assert_string_not_equal(a, b)      m0_assert_strings(a, b, 0, m0_at)
#define assert_memory_equal(a, b, len)     m0_assert_memory(a, b, len, 1, m0_at)
#define assert_memory_not_equal(a, b, len) m0_assert_memory(a, b, len, 0, m0_at)

#define fail()        m0_fail(m0_at, "%s", "fail()")
#define fail_msg(...) m0_fail(m0_at, __VA_ARGS__)

#endif
