/* SPDX-License-Identifier: MIT */

/* What was seen: a command whose id was a JSON number was answered with a string, which is another
 * id, when the application answered it, but with the number when the agent refused it at once.
 * Cause: the form of the id was not kept with the command. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static void a_number_is_answered_with_the_number(void **state)
{
    (void)state;
    bench_init(&b, 1000);
    bench_online(&b);
    bench_publish(&b, "thing/property/set", "{\"id\":5,\"params\":{\"level\":7}}");
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_SET);
    assert_non_null(e);
    assert_int_equal(ol_agent_set_reply(&b.agent, e->ev.set.handle, 200, OL_STR("")),
                     OL_OK);
    bench_turn(&b);
    assert_true(bench_has_text(bench_read_publish(&b).publish.payload, "{\"id\":5,"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_answered_with_the_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
