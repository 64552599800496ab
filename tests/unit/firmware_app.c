/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

static struct rig r;

static int open_rig(void **state)
{
    (void)state;
    rig_open(&r, 1);
    return 0;
}

static int close_rig(void **state)
{
    (void)state;
    rig_close(&r);
    return 0;
}

static void reports_after_four_settings(void **state)
{
    (void)state;
    rig_start(&r);
    rig_run(&r, 3000);
    assert_non_null(strstr(rig_said(&r), "not configured"));
    rig_configure(&r);
    assert_null(strstr(rig_said(&r), "! "));
    bool ok = rig_await(&r, "200 success", 30000);
    puts(rig_said(&r));
    assert_true(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reports_after_four_settings, open_rig, close_rig),
    };
    return cmocka_run_group_tests_name("firmware_app", tests, NULL, NULL);
}
