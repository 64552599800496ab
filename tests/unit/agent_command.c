/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static const struct ol_agent_stats *stats(void)
{
    return ol_agent_get_stats(&b.agent);
}

static void start_online(void)
{
    bench_init(&b, bench_start_ms);
    bench_online(&b);
}

static uint8_t set(const char *payload)
{
    bench_publish(&b, "thing/property/set", payload);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_SET);
    assert_non_null(e);
    return e->ev.set.handle;
}

static void expect_answer(const char *topic_end, const char *payload)
{
    struct bench_packet p = bench_read_publish(&b);

    assert_int_equal(p.type, OL_MQTT_PUBLISH);
    assert_int_equal(p.publish.qos, 0);
    assert_true(bench_has_text(p.publish.topic, topic_end));
    if (!ol_str_equal(p.publish.payload, ol_str_from(payload))) {
        fail_msg("answered %.*s", (int)p.publish.payload.len, p.publish.payload.ptr);
    }
}

static void a_set_is_one_event_answered_and_reported(void **state)
{
    (void)state;
    start_online();
    uint8_t handle =
        set("{\"id\":\"16\",\"version\":\"1.0\",\"params\":{\"led\":true,\"level\":7}}");
    assert_int_not_equal(handle, 0);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_SET), 1);
    assert_int_equal(bench_read_publish(&b).type,
                     0); /* nothing before the application says so */
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 200, OL_STR("")), OL_OK);
    bench_turn(&b);
    expect_answer("thing/property/set_reply",
                  "{\"id\":\"16\",\"code\":200,\"msg\":\"success\"}");
    struct bench_packet p = bench_read_publish(&b);
    assert_true(bench_has_text(p.publish.payload, "\"led\":{\"value\":true,\"time\":"));
    assert_true(bench_has_text(p.publish.payload, "\"level\":{\"value\":7,\"time\":"));
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 200, OL_STR("")), OL_E_NOENT);
    assert_int_equal(stats()->commands, 1);
}

static void the_items_of_a_set_can_be_walked(void **state)
{
    struct ol_agent_event ev;
    struct ol_onenet_set_item item;

    (void)state;
    start_online();
    struct ol_writer w = ol_writer_make(b.in, sizeof b.in);
    const struct ol_mqtt_publish publish = {
        .topic = OL_STR("$sys/Prod012345/dev-1/thing/property/set"),
        .payload = OL_STR("{\"id\":\"1\",\"params\":{\"level\":5,\"led\":1}}")};
    assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    b.in_len = w.len;
    ol_agent_step(&b.agent, b.now, b.wall);
    assert_true(ol_agent_next_event(&b.agent, &ev));
    assert_int_equal(ev.kind, OL_AGENT_EVENT_SET);
    struct ol_onenet_params params = ev.set.params;
    assert_true(ol_agent_set_next(&b.agent, &params, &item));
    assert_int_equal(item.field, BENCH_LEVEL);
    assert_int_equal(item.value.as.i, 5);
    assert_true(ol_agent_set_next(&b.agent, &params, &item));
    assert_int_equal(item.field, BENCH_LED);
    assert_true(item.value.as.b);
    assert_true(item.coerced); /* a bool set with 1 is obeyed, and can be logged */
    assert_false(ol_agent_set_next(&b.agent, &params, &item));
    /* Answered while the event lives. */
    assert_int_equal(ol_agent_set_reply(&b.agent, ev.set.handle, 200, OL_STR("done")),
                     OL_OK);
    bench_turn(&b);
    expect_answer("set_reply", "{\"id\":\"1\",\"code\":200,\"msg\":\"done\"}");
    assert_true(bench_has_text(bench_read_publish(&b).publish.payload,
                               "\"led\":{\"value\":true,"));
}

static void a_failed_set_is_not_reported(void **state)
{
    (void)state;
    start_online();
    uint8_t handle = set("{\"id\":\"2\",\"params\":{\"level\":7}}");
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 100, OL_STR("jammed")), OL_OK);
    bench_pass(&b, 2000);
    expect_answer("set_reply", "{\"id\":\"2\",\"code\":100,\"msg\":\"jammed\"}");
    assert_int_equal(bench_read_publish(&b).type, 0);
    assert_int_equal(b.agent.queue.len, 0);
}

static void long_words_are_cut_between_characters(void **state)
{
    (void)state;
    start_online();
    uint8_t handle = set("{\"id\":\"2\",\"params\":{\"level\":7}}");
    /* 38 bytes, then one character of three. */
    assert_int_equal(
        ol_agent_set_reply(&b.agent, handle, 100,
                           OL_STR("12345678901234567890123456789012345678\xE6\xB8\xA9")),
        OL_OK);
    bench_turn(&b);
    expect_answer("set_reply", "{\"id\":\"2\",\"code\":100,"
                               "\"msg\":\"12345678901234567890123456789012345678\"}");
}

static void kept_values_are_answered_by_the_agent(void **state)
{
    (void)state;
    start_online();
    assert_int_equal(ol_agent_set_policy(&b.agent, BENCH_LED, OL_AGENT_KEEP), OL_OK);
    assert_int_equal(ol_agent_set_policy(&b.agent, 99, OL_AGENT_KEEP), OL_E_ARG);
    assert_int_equal(set("{\"id\":\"3\",\"params\":{\"led\":false}}"), 0);
    expect_answer("set_reply", "{\"id\":\"3\",\"code\":200,\"msg\":\"success\"}");
    assert_true(bench_has_text(bench_read_publish(&b).publish.payload,
                               "\"led\":{\"value\":false,"));
    /* With another property in it the application decides. */
    assert_int_not_equal(set("{\"id\":\"4\",\"params\":{\"led\":true,\"level\":1}}"), 0);
}

static void own_reports_are_left_to_the_application(void **state)
{
    (void)state;
    start_online();
    assert_int_equal(ol_agent_set_policy(&b.agent, BENCH_LEVEL, OL_AGENT_OWN_REPORT),
                     OL_OK);
    uint8_t handle = set("{\"id\":\"5\",\"params\":{\"level\":7}}");
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 200, OL_STR("")), OL_OK);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
}

static void a_value_of_a_property_set_aside_is_obeyed_but_not_reported(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_LEVEL, 1);
    bench_turn(&b);
    bench_refuse(&b, 2306, "identifier not exist:identifier:level");
    for (int i = 0; i < 3; i++) {
        (void)bench_read_publish(&b);
    }
    uint8_t handle = set("{\"id\":\"5\",\"params\":{\"level\":7}}");
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 200, OL_STR("")), OL_OK);
    bench_turn(&b);
    expect_answer("set_reply", "{\"id\":\"5\",\"code\":200,\"msg\":\"success\"}");
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
    assert_int_equal(stats()->refused_aside, 1);
}

static void handles_are_never_zero(void **state)
{
    (void)state;
    start_online();
    b.agent.next_handle = UINT8_MAX;
    assert_int_equal(set("{\"id\":\"5\",\"params\":{\"level\":7}}"), 1);
}

static void a_silent_application_is_answered_for(void **state)
{
    (void)state;
    start_online();
    uint8_t handle = set("{\"id\":\"6\",\"params\":{\"level\":7}}");
    bench_pass(&b, 3999);
    assert_int_equal(bench_read_publish(&b).type, 0);
    bench_pass(&b, 1);
    expect_answer("set_reply", "{\"id\":\"6\",\"code\":400,\"msg\":\"busy\"}");
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_SET_LATE)->ev.late.handle, handle);
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 200, OL_STR("")), OL_E_NOENT);
    assert_int_equal(stats()->late, 1);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
}

static void a_wrong_set_is_refused_as_a_whole(void **state)
{
    static const struct {
        const char *payload;
        const char *answer;
    } rows[] = {{"{\"id\":\"7\",\"params\":{\"level\":1,\"nothing\":2}}",
                 "{\"id\":\"7\",\"code\":2306,\"msg\":\"identifier not "
                 "exist:identifier:nothing\"}"},
                {"{\"id\":\"8\",\"params\":{\"level\":\"high\"}}", NULL},
                {"{\"id\":\"9\",\"params\":{\"temp\":1}}", NULL}, /* read only */
                {"{\"id\":\"10\",\"params\":{\"level\":1", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        start_online();
        bench_publish(&b, "thing/property/set", rows[i].payload);
        assert_null(bench_find(&b, OL_AGENT_EVENT_SET));
        if (rows[i].answer != NULL) {
            expect_answer("set_reply", rows[i].answer);
            assert_non_null(bench_find(&b, OL_AGENT_EVENT_SET_BAD));
        }
        assert_int_equal(b.agent.queue.len, 0);
    }
}

static void an_id_that_no_platform_gives_is_answered_too(void **state)
{
    (void)state;
    start_online();
    bench_publish(&b, "thing/property/set",
                  "{\"id\":\"12345678901234\",\"params\":{\"level\":1}}");
    struct bench_packet p = bench_read_publish(&b);
    assert_true(
        bench_has_text(p.publish.payload, "{\"id\":\"12345678901234\",\"code\":"));
    assert_false(bench_has_text(p.publish.payload, "200"));
}

static void more_commands_than_can_wait_are_refused_at_once(void **state)
{
    char payload[80];

    (void)state;
    start_online();
    for (int i = 0; i < OL_AGENT_COMMANDS_MAX; i++) {
        (void)snprintf(payload, sizeof payload,
                       "{\"id\":\"%d\",\"params\":{\"level\":%d}}", i, i);
        bench_publish(&b, "thing/property/set", payload);
    }
    assert_int_equal(bench_read_publish(&b).type, 0);
    bench_publish(&b, "thing/property/set", "{\"id\":\"77\",\"params\":{\"level\":1}}");
    expect_answer("set_reply", "{\"id\":\"77\",\"code\":400,\"msg\":\"busy\"}");
    assert_int_equal(stats()->commands, OL_AGENT_COMMANDS_MAX);
}

static void a_set_without_room_for_its_values_is_refused(void **state)
{
    struct ol_onenet_value value = ol_onenet_value_int(1);

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.queue_cap = 100;
    bench_online(&b);
    b.is_full = true;
    while (ol_agent_sample(&b.agent, BENCH_TEMP, &value, 0, NULL) == OL_OK) {
    }
    b.is_full = false;
    b.agent.post_at = OL_NEVER;
    bench_publish(&b, "thing/property/set", "{\"id\":\"1\",\"params\":{\"level\":1}}");
    expect_answer("set_reply", "{\"id\":\"1\",\"code\":400,\"msg\":\"no room\"}");
}

static void answers_wait_for_room_and_go_before_posts(void **state)
{
    (void)state;
    start_online();
    b.is_full = true;
    for (int i = 0; i < 8; i++) { /* fills tx with answers that cannot go out */
        bench_publish(&b, "thing/property/get", "{\"id\":\"1\",\"params\":[\"temp\"]}");
        bench_publish(&b, "thing/property/set", "{\"id\":\"2\",\"params\":{\"gone\":1}}");
    }
    assert_true(b.agent.tx_full);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_pass(&b, 1000); /* nothing spins */
    b.is_full = false;
    bench_turn(&b);
    bench_turn(&b);
    size_t answers = 0;
    struct bench_packet p = bench_read_publish(&b);
    while (p.type == OL_MQTT_PUBLISH && p.publish.qos == 0) {
        answers++;
        p = bench_read_publish(&b);
    }
    assert_int_equal(p.publish.qos, 1); /* the post comes last */
    assert_int_equal(answers + stats()->unanswered, 16);
    assert_true(stats()->unanswered < 8);
}

static void commands_are_forgotten_with_the_connection(void **state)
{
    (void)state;
    start_online();
    uint8_t handle = set("{\"id\":\"6\",\"params\":{\"level\":7}}");
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 200, OL_STR("")), OL_E_NOENT);
    assert_int_equal(b.agent.queue.len, 0);
}

static void get_is_answered_from_the_newest_values(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 21);
    bench_turn(&b);
    (void)bench_read_publish(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    bench_sample(&b, BENCH_HUMI, 40);
    bench_publish(
        &b, "thing/property/get",
        "{\"id\":\"2\",\"version\":\"1.0\",\"params\":[\"humi\",\"temp\",\"level\"]}");
    expect_answer("get_reply", "{\"id\":\"2\",\"code\":200,\"msg\":\"success\","
                               "\"data\":{\"humi\":40,\"temp\":21}}");
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_GET)->ev.get.count, 2);
    bench_publish(&b, "thing/property/get", "{\"id\":\"3\",\"params\":[\"nothing\"]}");
    struct bench_packet p = bench_read_publish(&b);
    assert_true(bench_has_text(p.publish.payload, "\"code\":2306"));
}

static void a_get_that_cannot_fit_is_answered_so(void **state)
{
    char text[400];

    (void)state;
    start_online();
    b.is_ackless = true;
    memset(text, 'x', sizeof text);
    struct ol_onenet_value value = ol_onenet_value_str(ol_str_make(text, sizeof text));
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_NAME, &value, 0, NULL), OL_OK);
    bench_turn(&b); /* the post fills half of tx until its PUBACK */
    (void)bench_read_publish(&b);
    bench_publish(&b, "thing/property/get", "{\"id\":\"3\",\"params\":[\"name\"]}");
    expect_answer("get_reply", "{\"id\":\"3\",\"code\":400,\"msg\":\"no room\"}");
}

static void other_messages_are_handed_on(void **state)
{
    (void)state;
    start_online();
    bench_publish(&b, "ota/inform", "{\"id\":\"1\"}");
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_MESSAGE);
    assert_non_null(e);
    assert_int_equal(e->ev.message.topic.kind, OL_ONENET_TOPIC_OTA_INFORM);
    assert_string_equal(e->text, "{\"id\":\"1\"}");
}

static void a_message_larger_than_rx_is_skipped_and_told(void **state)
{
    static char payload[1500];

    (void)state;
    start_online();
    memset(payload, 'x', sizeof payload - 1);
    bench_publish(&b, "thing/property/set", payload);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_SKIPPED);
    assert_non_null(e);
    assert_int_equal(e->ev.skipped.len, sizeof payload - 1);
    /* And the connection goes on. */
    uint8_t handle = set("{\"id\":\"6\",\"params\":{\"level\":7}}");
    assert_int_not_equal(handle, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_is_one_event_answered_and_reported),
        cmocka_unit_test(the_items_of_a_set_can_be_walked),
        cmocka_unit_test(a_failed_set_is_not_reported),
        cmocka_unit_test(long_words_are_cut_between_characters),
        cmocka_unit_test(kept_values_are_answered_by_the_agent),
        cmocka_unit_test(own_reports_are_left_to_the_application),
        cmocka_unit_test(a_value_of_a_property_set_aside_is_obeyed_but_not_reported),
        cmocka_unit_test(handles_are_never_zero),
        cmocka_unit_test(a_silent_application_is_answered_for),
        cmocka_unit_test(a_wrong_set_is_refused_as_a_whole),
        cmocka_unit_test(an_id_that_no_platform_gives_is_answered_too),
        cmocka_unit_test(more_commands_than_can_wait_are_refused_at_once),
        cmocka_unit_test(a_set_without_room_for_its_values_is_refused),
        cmocka_unit_test(answers_wait_for_room_and_go_before_posts),
        cmocka_unit_test(commands_are_forgotten_with_the_connection),
        cmocka_unit_test(get_is_answered_from_the_newest_values),
        cmocka_unit_test(a_get_that_cannot_fit_is_answered_so),
        cmocka_unit_test(other_messages_are_handed_on),
        cmocka_unit_test(a_message_larger_than_rx_is_skipped_and_told),
    };
    int failed = 0;

    BENCH_RUN(tests, failed);
    return failed;
}
