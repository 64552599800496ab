/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

enum { ND = 0x20 };

/* Clean connect, data both ways, orderly end; MODEL 10.1, 10.2, 10.4, 10.6, 10.11. */
static void test_connect_talk_close(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    char text[64] = {0};
    join(r, 1, 2, ND);
    assert_int_equal(rd8(a, REGS(1), 0x03), 0x17);
    assert_int_equal(rd8(b, REGS(2), 0x03), 0x17);
    assert_true(send_all(a, 1, "hello", 5));
    assert_true(wait_bits(b, 2, 0x02, 0x04, SEC));
    assert_int_equal(take(b, 2, text, sizeof text), 5);
    assert_string_equal(text, "hello");
    assert_true(send_all(b, 2, "answer", 6));
    assert_true(wait_bits(a, 1, 0x02, 0x04, SEC));
    assert_int_equal(take(a, 1, text, sizeof text), 6);
    command(a, 1, 0x08);
    assert_true(wait_value(b, 2, 0x03, 0x1C, SEC));
    assert_true((rd8(b, REGS(2), 0x02) & 0x02) != 0);
    command(b, 2, 0x08);
    assert_true(wait_value(b, 2, 0x03, 0x00, SEC));
    assert_true(wait_value(a, 1, 0x03, 0x00, SEC));
    assert_true((rd8(a, REGS(1), 0x02) & 0x0A) == 0x02);
    assert_int_equal(sim_w5500_get_stats(a->chip)->misuse, 0);
    assert_int_equal(sim_w5500_get_stats(b->chip)->misuse, 0);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect_talk_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
