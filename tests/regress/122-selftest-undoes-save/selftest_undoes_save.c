/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* `selftest` behind `save` put the old settings in force again, and behind `factory-reset yes` it
 * brought the erased keys back: it stores what the agent uses once more, and while the agent
 * says goodbye that is not what is stored. A pasted text of two lines was enough. Found by
 * reading. */

static struct rig r;

static void begin(void)
{
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    rig_configure(&r);
    assert_true(rig_await(&r, "200 success", 30000));
}

static void power_cycle(void)
{
    rig_start(&r);
    rig_run(&r, 200);
}

static void test_save(void **state)
{
    (void)state;
    begin();
    rig_clear(&r);
    rig_type_on(&r, APP_CONSOLE_USB, "set port 1885\rsave\rselftest\r");
    assert_true(rig_await(&r, "flash: settings written", 10000));
    rig_run(&r, 200);
    power_cycle();
    assert_non_null(strstr(rig_type(&r, "show port\r", 100), "port = 1885"));
    rig_close(&r);
}

static void test_factory_reset(void **state)
{
    (void)state;
    begin();
    rig_clear(&r);
    rig_type_on(&r, APP_CONSOLE_USB, "factory-reset yes\rselftest\r");
    assert_true(rig_await(&r, "flash: settings written", 10000));
    rig_run(&r, 200);
    power_cycle();
    assert_non_null(
        strstr(rig_type(&r, "show device_key\r", 100), "device_key = not set"));
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_save),
        cmocka_unit_test(test_factory_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
