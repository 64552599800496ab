/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/firmware_rig.h"

/* A selftest typed while the board was on its way to a restart waited for the end of that by
 * turning round and round without sleep; so did the wait for the last words of a console to go
 * out, once their time was over and the farewell to the platform was not. Found by
 * fuzz_firmware_console, whose clock stands still unless somebody sleeps. */

static struct rig r;

static void test_selftest_while_ending(void **state)
{
    (void)state;
    rig_open(&r, 1);
    r.has_no_chip = true;
    rig_start(&r);
    rig_run(&r, 100);
    rig_type_on(&r, APP_CONSOLE_USB, "reboot\rselftest\r");
    unsigned feeds = r.feeds;
    while (r.reboots == 0 && r.feeds < feeds + 10000) {
        rig_run(&r, 1);
    }
    assert_int_equal(r.reboots, 1);
    assert_in_range(r.feeds - feeds, 1, 100);
    rig_close(&r);
}

static void test_farewell_to_a_dead_platform(void **state)
{
    (void)state;
    rig_open(&r, 1);
    rig_start(&r);
    rig_run(&r, 100);
    rig_configure(&r);
    assert_true(rig_await(&r, "200 success", 30000));
    sim_lan_cable(r.lan, r.router, false);
    rig_type_on(&r, APP_CONSOLE_USB, "reboot\r");
    unsigned feeds = r.feeds;
    rig_run(&r, APP_GOODBYE_MS + 500);
    assert_int_equal(r.reboots, 1);
    assert_in_range(r.feeds - feeds, 1, 500);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selftest_while_ending),
        cmocka_unit_test(test_farewell_to_a_dead_platform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
