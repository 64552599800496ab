/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* After led_pin was changed and saved while the LED was lit, the pin of before stayed high until
 * the next reboot. Found by reading. */

static struct rig r;

static void test_pin_is_changed(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    rig_configure(&r);
    rig_type(&r, "unset property.led.command\rset led_pin 5\rsave\r", 200);
    rig_run(&r, 3000);
    assert_true(rig_await(&r, "200 success", 30000));
    assert_int_equal(r.gpio[5], 1); /* online: lit */
    rig_type(&r, "unset led_pin\rsave\r", 200);
    rig_run(&r, 3000);
    assert_int_equal(r.gpio[5], 0);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pin_is_changed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
