/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* `save` typed on one console while the board was on its way to the boot ROM because of `bootsel`
 * on the other kept it from going there: only the agent was started anew. Found by reading. */

static struct rig r;

static void test_bootsel_then_save(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    rig_configure(&r);
    assert_true(rig_await(&r, "200 success", 30000));
    rig_type_on(&r, APP_CONSOLE_USB, "bootsel\r");
    rig_type_on(&r, APP_CONSOLE_UART, "set port 1885\rsave\r");
    rig_run(&r, APP_GOODBYE_MS + 500);
    assert_int_equal(r.reboots, 1);
    assert_int_equal(r.reboot_how, APP_REBOOT_BOOTSEL);
    rig_close(&r);
}

/* The other way round there is no doubt: what comes later does more. */
static void test_save_then_reboot(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    rig_configure(&r);
    assert_true(rig_await(&r, "200 success", 30000));
    rig_type_on(&r, APP_CONSOLE_USB, "save\rreboot\r");
    rig_run(&r, APP_GOODBYE_MS + 500);
    assert_int_equal(r.reboots, 1);
    assert_int_equal(r.reboot_how, APP_REBOOT_NORMAL);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bootsel_then_save),
        cmocka_unit_test(test_save_then_reboot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
