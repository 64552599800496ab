/* SPDX-License-Identifier: MIT */

/* What was seen: a device on a connection that takes no bytes spun at full speed for ten seconds
 * after the platform had closed it. Cause: as long as the CONNECT was not out there was no room to
 * receive into, so the end of the stream stayed unread and "readable". Found by the simulator:
 * a stalled connection that the platform gives up for want of a CONNECT. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static void the_end_is_seen_before_the_connect_is_out(void **state)
{
    static struct bench b;

    (void)state;
    bench_init(&b, 1000);
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    b.stream_state = OL_OK;
    b.is_full = true;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_LOGIN);
    b.has_ended = true;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_BACKOFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_is_seen_before_the_connect_is_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
