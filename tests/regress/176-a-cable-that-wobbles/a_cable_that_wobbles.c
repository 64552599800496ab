/* SPDX-License-Identifier: MIT */
/* What was seen: a board whose network chip was mended, its link up, stood still for 12 s. Cause: the
 * link had gone several times before a login, and each time doubled the wait that is meant for a
 * platform in trouble, up to a minute. Found in the recovery table by a time that was longer than
 * its cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static uint32_t wait_after_pull(void)
{
    b.stream_state = OL_E_AGAIN;
    bench_until(&b, OL_AGENT_CONNECT, 10000);
    b.is_link_up = false;
    bench_forget(&b);
    bench_until(&b, OL_AGENT_BACKOFF, OL_AGENT_LINK_MS + 1000);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_STATE);
    assert_int_equal(e->ev.state.cause, OL_AGENT_CAUSE_LINK);
    b.is_link_up = true;
    return e->ev.state.wait_ms;
}

static void the_wait_stays_short(void **state)
{
    (void)state;
    bench_init(&b, 1000);
    bench_open(&b);
    for (int i = 0; i < 10; i++) {
        assert_true(wait_after_pull() <= OL_BACKOFF_FLOOR_MS + OL_BACKOFF_WINDOW_MS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_wait_stays_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
