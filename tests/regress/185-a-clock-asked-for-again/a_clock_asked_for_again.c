/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ports/rp2040/bus_master.h"

/* The clock of the board's bus was told in whole Hz, rounded down, and what was told gave the next
 * slower one when it was asked for: 20.8 MHz became 15.6 at each start. */

static const uint32_t steps[] = {62500000, 66500000, 31250000, 33250000};

static void test_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        for (uint32_t divider = 1; divider <= 65535; divider++) {
            uint32_t hz = steps[i] / divider;
            assert_int_equal(steps[i] / ol_rp_bus_divider(steps[i], hz, 65535), hz);
        }
    }
}

static void test_not_above_and_no_slower(void **state)
{
    (void)state;
    for (uint32_t hz = 300000; hz < 70000000; hz += 12347) {
        uint32_t divider = ol_rp_bus_divider(62500000, hz, 256);
        assert_true(62500000 / divider <= hz);
        assert_true(divider == 1 || 62500000 / (divider - 1) > hz);
    }
    assert_int_equal(ol_rp_bus_divider(62500000, 0, 256), 256);
    assert_int_equal(ol_rp_bus_divider(62500000, 1, 256), 256);
    assert_int_equal(ol_rp_bus_divider(62500000, UINT32_MAX, 256), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_not_above_and_no_slower),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
