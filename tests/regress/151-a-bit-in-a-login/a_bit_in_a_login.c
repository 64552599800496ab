/* SPDX-License-Identifier: MIT */
/* What was seen: a board whose SPI wires turn round a bit now and then was silent for five minutes.
 * Cause: such a bit in the CONNECT of a new login made the platform refuse it (CONNACK 4), and the
 * agent took that for a wrong key, although the same one had been good before. It tries three times
 * more now before it waits so long, also where no login was good yet. Found by the shipped image in the emulator, with one bit in 1,000
 * bytes of its bus turned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

/* The connection ends, and the next login is refused. Returns how long the agent waits then. */
static uint32_t lose_and_be_rejected(void)
{
    b.has_ended = true;
    bench_turn(&b);
    b.has_ended = false;
    for (int i = 0; i < 300 && ol_agent_get_state(&b.agent) != OL_AGENT_LOGIN; i++) {
        bench_pass(&b, 100);
        b.stream_state = OL_OK;
    }
    bench_connack(&b, 4);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_STATE);
    assert_non_null(e);
    assert_int_equal(e->ev.state.to, OL_AGENT_BACKOFF);
    assert_int_equal(e->ev.state.cause, OL_AGENT_CAUSE_REJECTED);
    return e->ev.state.wait_ms;
}

static void expect_three_doubts(void)
{
    for (int i = 0; i < 3; i++) {
        assert_in_range(lose_and_be_rejected(), 0, 60000);
        bench_forget(&b);
    }
    assert_in_range(lose_and_be_rejected(), 300000, 330000);
}

static void a_login_that_was_good_is_tried_again(void **state)
{
    (void)state;
    bench_init(&b, 1000);
    bench_online(&b);
    expect_three_doubts();
}

static void the_first_login_is_tried_again(void **state)
{
    (void)state;
    bench_init(&b, 1000);
    bench_open(&b);
    expect_three_doubts();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_that_was_good_is_tried_again),
        cmocka_unit_test(the_first_login_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
