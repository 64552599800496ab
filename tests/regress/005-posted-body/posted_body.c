/* SPDX-License-Identifier: MIT */

/* What was seen: the transcript showed a report without its first brace and with one too many at
 * its end. Cause: the event pointed where the body was written; when something else waits to be
 * sent, the commit of a short one moves it a byte down. Found by reading where the commit copies. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

/* A message of the platform that is there before the next turn. */
static void put(const char *topic, const char *payload)
{
    struct ol_writer w = ol_writer_make(b.in, sizeof b.in);
    const struct ol_mqtt_publish publish = {.topic = ol_str_from(topic),
                                            .payload = ol_str_from(payload)};

    assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    b.in_len = w.len;
}

static void the_body_told_is_the_body_sent(void **state)
{
    struct ol_agent_event ev;
    char told[BENCH_TEXT] = "";

    (void)state;
    bench_init(&b, 1000);
    b.wall.quality = OL_CLOCK_NONE; /* no times, so that the body is short */
    b.config.clock_wait_ms = 1;
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    put("$sys/Prod012345/dev-1/thing/property/get",
        "{\"id\":\"1\",\"params\":[\"level\"]}");
    ol_agent_step(&b.agent, b.now, b.wall);
    while (ol_agent_next_event(&b.agent, &ev)) {
        if (ev.kind == OL_AGENT_EVENT_POSTED) {
            assert_true(ev.posted.body.len < sizeof told);
            memcpy(told, ev.posted.body.ptr, ev.posted.body.len);
        }
    }
    assert_true(bench_has_text(bench_read_publish(&b).publish.topic, "get_reply"));
    struct bench_packet post = bench_read_publish(&b);
    assert_int_equal(post.publish.qos, 1);
    assert_int_equal(post.publish.payload.len, ol_str_from(told).len);
    assert_memory_equal(post.publish.payload.ptr, told, post.publish.payload.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_body_told_is_the_body_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
