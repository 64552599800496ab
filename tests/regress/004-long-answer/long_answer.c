/* SPDX-License-Identifier: MIT */

/* What was seen: a command was never answered, its caller ran into the platform's time limit, and
 * one of the four places for commands stayed taken for as long as the connection lasted. Cause: the
 * room for an answer was 80 bytes, which an id of 13 digits, a code of three and the 40 bytes of
 * words that the header allows do not fit in, even less when the words need JSON escapes; and "no
 * room" was taken for a full send buffer, where waiting helps. Found by adding up. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static void answer(const char *set, int32_t code, struct ol_str words)
{
    bench_init(&b, 1000);
    bench_online(&b);
    bench_publish(&b, "thing/property/set", set);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_SET);
    assert_non_null(e);
    assert_int_equal(ol_agent_set_reply(&b.agent, e->ev.set.handle, code, words), OL_OK);
    bench_turn(&b);
}

static void expect(const char *body)
{
    struct bench_packet p = bench_read_publish(&b);

    assert_int_equal(p.type, OL_MQTT_PUBLISH);
    assert_int_equal(p.publish.payload.len, ol_str_from(body).len);
    assert_memory_equal(p.publish.payload.ptr, body, p.publish.payload.len);
}

#define LONG_ID "{\"id\":\"1234567890123\",\"params\":{\"level\":7}}"

static void the_longest_answer_goes_out(void **state)
{
    (void)state;
    answer(LONG_ID, INT32_MIN, OL_STR("1234567890123456789012345678901234567890+"));
    expect("{\"id\":\"1234567890123\",\"code\":-2147483648,"
           "\"msg\":\"1234567890123456789012345678901234567890\"}");
}

static void words_are_cut_by_what_they_take_as_json(void **state)
{
    (void)state;
    answer(LONG_ID, 400, OL_STR("12345678901234567890123456789012345\"\\\"\\"));
    expect("{\"id\":\"1234567890123\",\"code\":400,"
           "\"msg\":\"12345678901234567890123456789012345\\\"\\\\\"}");
    answer(LONG_ID, 400, OL_STR("\x01\x01\x01\x01\x01\x01\x01"));
    expect("{\"id\":\"1234567890123\",\"code\":400,"
           "\"msg\":\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\"}");
}

static void words_end_where_they_are_no_utf8(void **state)
{
    (void)state;
    answer(LONG_ID, 400, OL_STR("jammed\xFF shut"));
    expect("{\"id\":\"1234567890123\",\"code\":400,\"msg\":\"jammed\"}");
    answer(LONG_ID, 400, OL_STR("jammed\xE6\xB8"));
    expect("{\"id\":\"1234567890123\",\"code\":400,\"msg\":\"jammed\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_answer_goes_out),
        cmocka_unit_test(words_are_cut_by_what_they_take_as_json),
        cmocka_unit_test(words_end_where_they_are_no_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
