/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sim_chip_rig.h"

static void test_datagram(void **state)
{
    (void)state;
    struct rig *r = rig_new(1);
    struct node *a = &r->node[0];
    struct node *b = &r->node[1];
    uint8_t got[64];
    open_as(a, 0, 2, 1000);
    open_as(b, 7, 2, 2000);
    destination(a, 0, b->ip, 2000);
    assert_true(send_all(a, 0, "ping", 4));
    assert_true(wait_bits(b, 7, 0x02, 0x04, SEC));
    assert_int_equal(take(b, 7, got, sizeof got), 12);
    assert_memory_equal(got,
                        ((const uint8_t[]){10, 0, 0, 1, 1000 >> 8, 1000 & 255, 0, 4}), 8);
    assert_memory_equal(got + 8, "ping", 4);
    rig_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
