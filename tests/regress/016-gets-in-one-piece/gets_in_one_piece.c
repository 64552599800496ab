/* SPDX-License-Identifier: MIT */

/* What was seen: of six questions for values that arrived in one piece only four were answered,
 * with the smallest send buffer. Cause: answers piled up there, because a turn reads everything
 * before it sends, and a get, unlike a set, is not kept until there is room. Found by adding up. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

#define GETS 6

static void each_get_is_answered(void **state)
{
    unsigned answers = 0;

    (void)state;
    bench_init(&b, 1000);
    b.config.tx_cap = 512;
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    struct ol_writer w = ol_writer_make(b.in, sizeof b.in);
    for (int i = 0; i < GETS; i++) {
        const struct ol_mqtt_publish publish = {
            .topic = OL_STR("$sys/Prod012345/dev-1/thing/property/get"),
            .payload = OL_STR("{\"id\":\"1\",\"params\":[\"temp\",\"humi\"]}")};
        assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    }
    b.in_len = w.len;
    bench_turn(&b);
    for (struct bench_packet p = bench_read_publish(&b); p.type != 0;
         p = bench_read_publish(&b)) {
        answers += bench_has_text(p.publish.topic, "get_reply");
    }
    assert_int_equal(answers, GETS);
    assert_int_equal(ol_agent_get_stats(&b.agent)->unanswered, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_get_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
