/* SPDX-License-Identifier: MIT */

/* What was seen: a machine in the neighbourhood that sent datagrams without end to the port of the
 * time client kept the device from answering commands, for up to nine seconds at a time. Cause: a
 * turn of the loop that had taken a datagram did nothing else. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static struct ol_addr stranger;

/* There is always another one. */
static int32_t flood(void *ctx, void *buf, size_t cap, struct ol_addr *from)
{
    (void)ctx;
    memset(buf, 0, cap);
    *from = stranger;
    return 48;
}

static void commands_are_answered_in_a_flood(void **state)
{
    static struct ol_datagram_ops ops;

    (void)state;
    bench_init(&b, 1000);
    stranger = ol_addr_ipv4(192, 0, 2, 66, 123);
    ops = *b.config.datagram.ops;
    b.config.datagram.ops = &ops;
    b.config.ntp[0] = OL_STR("192.0.2.123");
    b.wall.quality = OL_CLOCK_COARSE;
    bench_online(&b);
    assert_true(b.udp_open); /* a time server was asked */
    ops.recv = flood;
    bench_publish(&b, "thing/property/get", "{\"id\":\"1\",\"params\":[\"led\"]}");
    assert_true(bench_has_text(bench_read_publish(&b).publish.topic, "get_reply"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_answered_in_a_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
