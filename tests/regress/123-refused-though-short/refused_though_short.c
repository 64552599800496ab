/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* A line that had grown too long and was then wiped with Ctrl-U, or replaced by one of the history,
 * was refused as too long when it ended, though it was "help" by then. Found by reading. */

static struct rig r;

static const char *type_after_long(const char *text)
{
    char line[APP_LINE_CAP + 64];
    size_t len = strlen(text);
    memset(line, 'x', APP_LINE_CAP + 20);
    memcpy(line + APP_LINE_CAP + 20, text, len + 1);
    rig_type(&r, "log\r", 100);
    rig_type(&r, line, 1000);
    return rig_said(&r);
}

static void test_wiped_or_replaced(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    const char *said = type_after_long("\x15log\r");
    assert_null(strstr(said, "too long"));
    assert_non_null(strstr(said, "\r\nlog info"));
    said = type_after_long("\x1B[A\r");
    assert_null(strstr(said, "too long"));
    assert_non_null(strstr(said, "\r\nlog info"));
    /* What lost bytes and has others left is not what was typed. */
    said = type_after_long("\x7F\x7F\r");
    assert_non_null(strstr(said, "! the line is too long"));
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_wiped_or_replaced)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
