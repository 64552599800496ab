/* SPDX-License-Identifier: MIT */

/* What was seen: reports stopped for up to the whole keep alive, 30 minutes, after a command with
 * an absurd name in it. Cause: an answer that can never fit was taken for a full send buffer, and
 * reports waited for room that nothing was to make: the buffer was empty. Found by asking of each
 * flag who clears it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static void what_never_fits_does_not_stop_reports(void **state)
{
    static char payload[600] = "{\"id\":\"12345678901234\",\"params\":{\"";
    size_t head = ol_str_from(payload).len;

    (void)state;
    memset(payload + head, 'x', 480);
    memcpy(payload + head + 480, "\":1}}", 6);
    bench_init(&b, 1000);
    b.config.tx_cap = 512;
    b.config.keepalive_s = 1800;
    bench_online(&b);
    bench_publish(&b, "thing/property/set", payload);
    assert_int_equal(ol_agent_get_stats(&b.agent)->unanswered, 1);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_pass(&b, 2000);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_never_fits_does_not_stop_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
