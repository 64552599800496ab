/* SPDX-License-Identifier: MIT */
#include "tests/m0/runner.h"

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf to_runner;
static unsigned tests_run;
static unsigned tests_passed;
static const char *running_program = "-";
static const char *running_test = "-";

void m0_mark(void);
int main(void);

const char *m0_running_program(void)
{
    return running_program;
}

const char *m0_running_test(void)
{
    return running_test;
}

/* The instruction counter (bench/m0/count.c) watches its first instruction. */
__attribute__((noinline)) void m0_mark(void)
{
    __asm__ volatile("nop");
}

void print_message(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
}

void m0_fail(const char *file, int line, const char *format, ...)
{
    printf("%s: %s: %s:%d: ", running_program, running_test, file, line);
    va_list args;
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    longjmp(to_runner, 1);
}

void m0_assert(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        m0_fail(file, line, "%s", what);
    }
}

void m0_assert_equal(uintmax_t a, uintmax_t b, int wanted, const char *file, int line)
{
    if ((a == b) != wanted) {
        m0_fail(file, line, "0x%llx %s 0x%llx", (unsigned long long)a,
                wanted ? "!=" : "==", (unsigned long long)b);
    }
}

void m0_assert_range(uintmax_t value, uintmax_t low, uintmax_t high, const char *file,
                     int line)
{
    if (value < low || value > high) {
        m0_fail(file, line, "%llu is not in %llu..%llu", (unsigned long long)value,
                (unsigned long long)low, (unsigned long long)high);
    }
}

void m0_assert_strings(const char *a, const char *b, int wanted, const char *file,
                       int line)
{
    if ((strcmp(a, b) == 0) != wanted) {
        m0_fail(file, line, "\"%s\" %s \"%s\"", a, wanted ? "!=" : "==", b);
    }
}

void m0_assert_memory(const void *a, const void *b, size_t len, int wanted,
                      const char *file, int line)
{
    if ((memcmp(a, b, len) == 0) == wanted) {
        return;
    }
    const unsigned char *x = a;
    const unsigned char *y = b;
    size_t i = 0;
    while (i < len && x[i] == y[i]) {
        i++;
    }
    if (i == len) {
        m0_fail(file, line, "all %u bytes are equal", (unsigned)len);
    }
    m0_fail(file, line, "byte %u of %u: 0x%02x != 0x%02x", (unsigned)i, (unsigned)len,
            x[i], y[i]);
}

/* 1 when f ran to its end and gave 0. */
static int fixture(CMFixtureFunction f, void **state, const char *what)
{
    if (f == NULL) {
        return 1;
    }
    if (setjmp(to_runner) != 0) {
        return 0;
    }
    if (f(state) == 0) {
        return 1;
    }
    printf("%s: %s: %s failed\n", running_program, running_test, what);
    return 0;
}

static int body(const struct CMUnitTest *test, void **state)
{
    if (setjmp(to_runner) != 0) {
        return 0;
    }
    test->test_func(state);
    return 1;
}

static int run_test(const struct CMUnitTest *test, void *group_state)
{
    void *state = test->initial_state != NULL ? test->initial_state : group_state;
    running_test = test->name;
    int ok = fixture(test->setup_func, &state, "its setup");
    if (ok) {
        ok = body(test, &state);
        ok = fixture(test->teardown_func, &state, "its teardown") && ok;
    }
    running_test = "-";
    tests_run++;
    tests_passed += ok ? 1 : 0;
    return ok;
}

int m0_run_group(const char *name, const struct CMUnitTest *tests, size_t count,
                 CMFixtureFunction setup, CMFixtureFunction teardown)
{
    void *state = NULL;
    int failed = 0;
    running_test = name;
    if (!fixture(setup, &state, "the group's setup")) {
        tests_run += (unsigned)count;
        return (int)count;
    }
    for (size_t i = 0; i < count; i++) {
        failed += !run_test(&tests[i], state);
    }
    running_test = name;
    failed += !fixture(teardown, &state, "the group's teardown");
    return failed;
}

int main(void)
{
    int failed = 0;
    m0_mark();
    for (const struct m0_program *p = m0_programs; p->name != NULL; p++) {
        running_program = p->name;
        unsigned before = tests_run;
        int rc = p->run();
        if (rc != 0 || tests_run == before) {
            printf("%s: %d failed of %u\n", p->name, rc, tests_run - before);
            failed = 1;
        }
        m0_mark();
    }
    printf("m0: %u run %u passed\n", tests_run, tests_passed);
    return failed;
}
