/* SPDX-License-Identifier: MIT */

/* What was seen: on a machine whose datagram socket takes a moment to close, a lookup right after
 * a question to a time server failed as "local network failure" and cost a back-off. Cause:
 * OL_E_AGAIN of open, "still closing, call again", was taken for a failure. Found by comparing the
 * agent with each line of the porting contract. A socket that never comes has an end, too. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static int32_t (*bench_udp_open)(void *ctx, uint16_t local_port);
static unsigned closing;

static int32_t slow_open(void *ctx, uint16_t local_port)
{
    if (closing > 0) {
        closing--;
        return OL_E_AGAIN;
    }
    return bench_udp_open(ctx, local_port);
}

static void start(unsigned tries)
{
    static struct ol_datagram_ops ops;

    bench_init(&b, 1000);
    ops = *b.config.datagram.ops;
    bench_udp_open = ops.open;
    ops.open = slow_open;
    b.config.datagram.ops = &ops;
    b.config.host = OL_STR("auto");
    closing = tries;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_RESOLVE);
}

static void a_closing_socket_is_waited_for(void **state)
{
    (void)state;
    start(3);
    bench_pass(&b, 200);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_RESOLVE);
    assert_int_equal(b.sent_count, 1);
}

static void but_not_for_ever(void **state)
{
    (void)state;
    start(UINT32_MAX);
    bench_until(&b, OL_AGENT_BACKOFF, 70000);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause,
                     OL_AGENT_CAUSE_DNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closing_socket_is_waited_for),
        cmocka_unit_test(but_not_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
