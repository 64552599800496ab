/* SPDX-License-Identifier: MIT */

/* What was seen: a device that was told to stop while its login was not answered spun at full
 * speed for the two seconds of the goodbye. Cause: the time limit of the CONNACK still counted in
 * the deadline, but nobody told the MQTT client the time any more. Found by going through the
 * deadlines of each state. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static void a_goodbye_sleeps_to_its_own_end(void **state)
{
    (void)state;
    bench_init(&b, 1000);
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    b.stream_state = OL_OK;
    b.is_full = true;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_LOGIN);
    bench_pass(&b, 9500);
    ol_agent_close(&b.agent, b.now);
    bench_turn(&b);
    b.now += 600;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_CLOSING);
    assert_int_equal(ol_agent_deadline(&b.agent), b.now - 600 + OL_AGENT_GOODBYE_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_goodbye_sleeps_to_its_own_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
