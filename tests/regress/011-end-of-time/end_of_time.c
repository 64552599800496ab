/* SPDX-License-Identifier: MIT */

/* What was seen: with the sanitizer, a signed overflow. Cause: a sample with the greatest time that
 * there is, given twice, was to become a millisecond later. A program that mixes up units or reads
 * times from elsewhere can do that. Found by trying. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static void a_time_that_cannot_be_is_refused(void **state)
{
    const struct ol_onenet_value value = ol_onenet_value_int(1);
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;

    (void)state;
    bench_init(&b, 1000);
    bench_online(&b);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ol_agent_sample(&b.agent, BENCH_TEMP, &value, INT64_MAX, &error),
                         OL_E_ARG);
    }
    assert_int_equal(error, OL_ONENET_VALUE_RANGE);
    assert_int_equal(ol_agent_get_stats(&b.agent)->refused_value, 2);
    bench_sample(&b, BENCH_TEMP, 1);
}

static void the_last_millisecond_of_9999_is_taken(void **state)
{
    const struct ol_onenet_value value = ol_onenet_value_int(1);

    (void)state;
    bench_init(&b, 1000);
    bench_online(&b);
    assert_int_equal(
        ol_agent_sample(&b.agent, BENCH_TEMP, &value, OL_AGENT_TIME_MAX_MS, NULL), OL_OK);
    assert_int_equal(
        ol_agent_sample(&b.agent, BENCH_TEMP, &value, OL_AGENT_TIME_MAX_MS + 1, NULL),
        OL_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_that_cannot_be_is_refused),
        cmocka_unit_test(the_last_millisecond_of_9999_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
