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

static bool body_has(const char *word)
{
    return bench_has_text(ol_str_from(bench_posted_body(&b)), word);
}

static void start_online(void)
{
    bench_init(&b, bench_start_ms);
    bench_online(&b);
}

/* Loses the connection and logs in again. */
static void reconnect(void)
{
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_BACKOFF);
    b.stream_state = OL_E_AGAIN;
    bench_until(&b, OL_AGENT_CONNECT, 65000);
    bench_forget(&b);
    bench_login(&b);
}

/* ---- The shape of a post ---- */

static void different_properties_share_a_post(void **state)
{
    char body[200];

    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 21);
    bench_sample(&b, BENCH_HUMI, 40);
    bench_turn(&b);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_POSTED);
    assert_int_equal(e->ev.posted.count, 2);
    assert_false(e->ev.posted.again);
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"%llu\",\"version\":\"1.0\",\"params\":{"
                   "\"temp\":{\"value\":21,\"time\":%lld},"
                   "\"humi\":{\"value\":40,\"time\":%lld}}}",
                   (unsigned long long)e->ev.posted.id, (long long)BENCH_UNIX_MS,
                   (long long)BENCH_UNIX_MS);
    assert_string_equal(e->text, body);
    struct bench_packet p = bench_read_publish(&b);
    assert_int_equal(p.publish.qos, 1);
    assert_false(p.publish.dup);
    assert_false(p.publish.retain);
    assert_true(ol_str_equal(p.publish.topic,
                             OL_STR("$sys/Prod012345/dev-1/thing/property/post")));
    assert_true(ol_str_equal(p.publish.payload, ol_str_from(body)));
}

static void samples_of_one_property_are_never_merged(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.posts = 4;
    bench_online(&b);
    for (int i = 1; i <= 3; i++) {
        bench_sample(&b, BENCH_TEMP, i);
    }
    char value[16];
    for (int i = 1; i <= 3; i++) {
        bench_turn(&b);
        (void)snprintf(value, sizeof value, "\"value\":%d,", i);
        assert_true(body_has(value));
        assert_int_equal(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.count, 1);
        bench_pass(&b, 1000);
    }
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 3);
}

static void posts_are_a_second_apart(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_TEMP, 2);
    bench_turn(&b);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 1);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    bench_pass(&b, 999);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 1);
    bench_pass(&b, 1);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 2);
}

static void live_values_go_before_history(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_open(&b);
    bench_sample(&b, BENCH_TEMP, 1); /* before the login: history */
    bench_sample(&b, BENCH_TEMP, 2);
    bench_sample(&b, BENCH_HUMI, 3);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    bench_login(&b);
    assert_true(body_has("\"value\":1,"));
    assert_true(body_has("\"value\":3,"));
    bench_sample(&b, BENCH_TEMP, 9); /* live */
    bench_pass(&b, 1000);
    assert_true(body_has("\"value\":9,"));
    assert_false(body_has("\"value\":2,"));
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    bench_pass(&b, 1000);
    assert_true(body_has("\"value\":2,"));
}

static void a_post_is_never_larger_than_tx(void **state)
{
    char text[300];

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.tx_cap = 512;
    bench_online(&b);
    memset(text, 'x', sizeof text);
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;
    struct ol_onenet_value value = ol_onenet_value_str(ol_str_make(text, sizeof text));
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_NAME, &value, 0, &error), OL_E_ARG);
    assert_int_equal(error, OL_ONENET_VALUE_LENGTH);
    assert_int_equal(stats()->refused_value, 1);
    /* The longest that is accepted does go out. */
    size_t len = sizeof text;
    int32_t rc;
    do {
        value = ol_onenet_value_str(ol_str_make(text, --len));
        rc = ol_agent_sample(&b.agent, BENCH_NAME, &value, 0, NULL);
    } while (rc == OL_E_ARG);
    assert_int_equal(rc, OL_OK);
    bench_sample(&b, BENCH_TEMP, 5);
    bench_turn(&b);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.count, 1);
    assert_true(bench_read_publish(&b).publish.payload.len > len);
}

/* ---- Delivered is what the reply says ---- */

static void delivered_only_by_the_reply(void **state)
{
    (void)state;
    start_online();
    b.is_ackless = true;
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    struct bench_packet p = bench_read_publish(&b);
    bench_puback(&b, p.publish.packet_id);
    assert_int_equal(stats()->delivered, 0);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 1);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_DELIVERED);
    assert_int_equal(e->ev.delivered.id, bench_posted_id(&b));
    assert_int_equal(e->ev.delivered.count, 1);
    assert_int_equal(stats()->delivered, 1);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
}

static void a_reply_on_another_topic_or_to_another_id_is_none(void **state)
{
    char body[100];

    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    (void)snprintf(body, sizeof body, "{\"id\":\"%llu\",\"code\":200,\"msg\":\"\"}",
                   (unsigned long long)bench_posted_id(&b));
    bench_publish(&b, "thing/event/post/reply", body);
    bench_reply(&b, bench_posted_id(&b) + 1, 200, "success");
    bench_publish(&b, "thing/property/post/reply", "not json");
    assert_int_equal(stats()->delivered, 0);
    assert_int_equal(stats()->strays, 3);
}

static void the_same_body_goes_out_again_after_a_reconnect(void **state)
{
    char body[BENCH_TEXT];

    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_HUMI, 2);
    bench_turn(&b);
    (void)snprintf(body, sizeof body, "%s", bench_posted_body(&b));
    bench_sample(&b, BENCH_TEMP, 3);
    reconnect();
    assert_string_equal(bench_posted_body(&b), body);
    assert_true(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.again);
    assert_int_equal(stats()->reposts, 1);
    /* After the subscription, with no DUP. */
    struct bench_packet p = bench_read_publish(&b);
    assert_false(p.publish.dup);
    assert_true(ol_str_equal(p.publish.payload, ol_str_from(body)));
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    assert_int_equal(stats()->delivered, 2);
    bench_pass(&b, 1000);
    assert_true(body_has("\"value\":3,"));
}

static void the_same_body_goes_out_again_without_a_reply(void **state)
{
    char body[BENCH_TEXT];

    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    (void)snprintf(body, sizeof body, "%s", bench_posted_body(&b));
    bench_pass(&b, 4999);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 1);
    bench_pass(&b, 1);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_TIMEOUT), 1);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 2);
    assert_string_equal(bench_posted_body(&b), body);
}

static void a_late_reply_counts(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.posts = 2;
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    uint64_t id = bench_posted_id(&b);
    bench_pass(&b, 4500);
    bench_sample(&b, BENCH_TEMP, 2);
    bench_turn(&b); /* so that the repetition has to wait for its second */
    bench_pass(&b, 600);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_TIMEOUT), 1);
    bench_reply(&b, id, 200, "success");
    assert_int_equal(stats()->delivered, 1);
    assert_int_equal(stats()->reposts, 0);
}

static void a_platform_that_never_answers_is_left(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_until(&b, OL_AGENT_BACKOFF, 21000);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 4);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause,
                     OL_AGENT_CAUSE_NO_REPLY);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 1);
}

static void posts_without_acknowledgement_end_the_connection(void **state)
{
    (void)state;
    start_online();
    b.is_ackless = true;
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    bench_until(&b, OL_AGENT_BACKOFF, 21000);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause,
                     OL_AGENT_CAUSE_NO_REPLY);
}

static void only_so_many_posts_wait_for_replies(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.posts = 3;
    bench_online(&b);
    for (int i = 0; i < 5; i++) {
        bench_sample(&b, BENCH_TEMP, i);
    }
    bench_turn(&b);
    bench_pass(&b, 4000);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 3);
}

static void a_full_stream_delays_and_does_not_spin(void **state)
{
    (void)state;
    start_online();
    b.is_full = true;
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    assert_true(ol_agent_has_output(&b.agent));
    bench_pass(&b, 4000); /* fails when a deadline stands in the past */
    b.is_full = false;
    bench_turn(&b);
    assert_int_equal(bench_read_publish(&b).type, OL_MQTT_PUBLISH);
    assert_false(ol_agent_has_output(&b.agent));
}

/* ---- Refused ---- */

static void a_named_member_is_set_aside_and_the_rest_posted_again(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_HUMI, 2);
    bench_turn(&b);
    uint64_t id = bench_posted_id(&b);
    bench_sample(&b, BENCH_HUMI, 3); /* waits */
    bench_refuse(&b, 2306, "identifier not exist:identifier:humi");
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_REFUSED);
    assert_int_equal(e->ev.refused.code, 2306);
    assert_int_equal(e->ev.refused.property, BENCH_HUMI);
    assert_int_equal(e->ev.refused.dropped, 2);
    assert_string_equal(e->text, "identifier not exist:identifier:humi");
    assert_true(ol_agent_is_aside(&b.agent, BENCH_HUMI));
    assert_int_equal(stats()->dropped_aside, 2);
    bench_pass(&b, 1000);
    assert_true(body_has("\"temp\":{\"value\":1,"));
    assert_false(body_has("humi"));
    assert_true(bench_posted_id(&b) != id);
    struct ol_onenet_value value = ol_onenet_value_int(4);
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_HUMI, &value, 0, NULL), OL_E_AUTH);
    assert_int_equal(stats()->refused_aside, 1);
}

static void an_unnamed_refusal_is_narrowed_by_halves(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_HUMI, 2);
    bench_sample(&b, BENCH_LED, 1);
    bench_sample(&b, BENCH_LEVEL, 3);
    /* The platform refuses whatever has "humi" in it, and never says why. */
    for (int i = 0; i < 12 && ol_agent_get_waiting(&b.agent) > 0; i++) {
        bench_turn(&b);
        bool is_bad = body_has("humi");
        bench_reply(&b, bench_posted_id(&b), is_bad ? 2402 : 200,
                    is_bad ? "request format error" : "success");
        bench_pass(&b, 1000);
    }
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
    assert_true(ol_agent_is_aside(&b.agent, BENCH_HUMI));
    assert_false(ol_agent_is_aside(&b.agent, BENCH_TEMP));
    assert_int_equal(stats()->delivered, 3);
    assert_int_equal(stats()->dropped_aside, 1);
    /* Refused: all four three times, humi with another one, humi alone three times. */
    assert_in_range(stats()->posts, 8, 11);
    assert_int_equal(stats()->reposts, 4);
    /* And all is as before: the others share a post again. */
    bench_sample(&b, BENCH_TEMP, 5);
    bench_sample(&b, BENCH_LED, 0);
    bench_sample(&b, BENCH_LEVEL, 6);
    bench_turn(&b);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.count, 3);
}

static void a_name_that_was_not_posted_is_no_help(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_LEVEL, 2);
    bench_turn(&b);
    bench_reply(&b, bench_posted_id(&b), 2306, "identifier not exist:identifier:humi");
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_REFUSED)->ev.refused.property, -1);
    assert_true(bench_find(&b, OL_AGENT_EVENT_REFUSED)->ev.refused.again);
    assert_false(ol_agent_is_aside(&b.agent, BENCH_HUMI));
    bench_pass(&b, 1000);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.count, 2);
    bench_reply(&b, bench_posted_id(&b), 2306, "identifier not exist:identifier:humi");
    bench_pass(&b, 1000);
    bench_reply(&b, bench_posted_id(&b), 2306, "identifier not exist:identifier:humi");
    assert_false(bench_find(&b, OL_AGENT_EVENT_REFUSED)->ev.refused.again);
    bench_pass(&b, 1000);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.count, 1);
}

/* Refused for this, then for that: a bus may do so. Believed when one comes three times. */
static void a_refusal_is_believed_when_it_comes_again(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_LEVEL, 2);
    bench_turn(&b);
    uint64_t id = bench_posted_id(&b);
    bench_reply(&b, id, 2306, "identifier not exist:identifier:temp");
    bench_pass(&b, 1000);
    bench_reply(&b, id, 2306, "identifier not exist:identifier:temp");
    bench_pass(&b, 1000);
    bench_refuse(&b, 2306, "identifier not exist:identifier:level");
    assert_false(ol_agent_is_aside(&b.agent, BENCH_TEMP));
    assert_true(ol_agent_is_aside(&b.agent, BENCH_LEVEL));
}

/* A platform that blames two in turn does not get the same post for ever. */
static void a_platform_that_wavers_is_believed_in_the_end(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_LEVEL, 2);
    bench_turn(&b);
    uint64_t id = bench_posted_id(&b);
    int refusals = 0;
    while (!ol_agent_is_aside(&b.agent, BENCH_TEMP) &&
           !ol_agent_is_aside(&b.agent, BENCH_LEVEL)) {
        assert_int_equal(bench_posted_id(&b), id);
        bench_reply(&b, id, 2306,
                    refusals % 2 == 0 ? "identifier not exist:identifier:temp"
                                      : "identifier not exist:identifier:level");
        refusals++;
        bench_pass(&b, 1000);
    }
    assert_int_equal(refusals, 6);
}

static void trouble_of_the_platform_is_nobodys_fault(void **state)
{
    char body[BENCH_TEXT];

    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    (void)snprintf(body, sizeof body, "%s", bench_posted_body(&b));
    bench_reply(&b, bench_posted_id(&b), 303, "internal error");
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_REFUSED)->ev.refused.property, -1);
    assert_false(ol_agent_is_aside(&b.agent, BENCH_TEMP));
    bench_pass(&b, 9999);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_POSTED), 1);
    bench_pass(&b, 1);
    assert_string_equal(bench_posted_body(&b), body);
}

static void refuse_humi(void)
{
    bench_sample(&b, BENCH_HUMI, 2);
    bench_pass(&b, 1000);
    bench_refuse(&b, 2306, "identifier not exist:identifier:humi");
    assert_true(ol_agent_is_aside(&b.agent, BENCH_HUMI));
}

static void a_property_set_aside_gets_one_more_chance_after_a_login(void **state)
{
    (void)state;
    start_online();
    refuse_humi();
    reconnect();
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_RESTORED)->ev.restored.property,
                     BENCH_HUMI);
    refuse_humi();
    reconnect(); /* it had its chance */
    assert_null(bench_find(&b, OL_AGENT_EVENT_RESTORED));
    assert_true(ol_agent_is_aside(&b.agent, BENCH_HUMI));
    ol_agent_restore(&b.agent, BENCH_HUMI);
    bench_sample(&b, BENCH_HUMI, 3);
    bench_pass(&b, 1000);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    assert_int_equal(stats()->delivered, 1);
}

static void a_property_set_aside_gets_another_chance_after_an_hour(void **state)
{
    (void)state;
    start_online();
    refuse_humi();
    b.agent.restore_at = b.now + 30000; /* an hour without pings would be a long test */
    bench_pass(&b, 30000);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_RESTORED), 1);
    assert_false(ol_agent_is_aside(&b.agent, BENCH_HUMI));
}

/* ---- The queue ---- */

static void a_full_queue_refuses_counts_and_tells_once(void **state)
{
    struct ol_onenet_value value = ol_onenet_value_int(1);
    int32_t rc = OL_OK;
    int accepted = -1;

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.queue_cap = 100;
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    while (rc == OL_OK) {
        rc = ol_agent_sample(&b.agent, BENCH_TEMP, &value, 0, NULL);
        accepted++;
    }
    assert_int_equal(rc, OL_E_NOSPC);
    assert_int_equal(accepted, 5); /* 17 bytes each */
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_TEMP, &value, 0, NULL), OL_E_NOSPC);
    assert_int_equal(stats()->refused_full, 2);
    bench_turn(&b);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_FULL), 1);
    bench_login(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    /* The delivered value gives way to a new sample. */
    bench_sample(&b, BENCH_TEMP, 2);
    assert_int_equal(stats()->accepted, 6);
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_TEMP, &value, 0, NULL), OL_E_NOSPC);
    bench_turn(&b);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_FULL), 2);
}

static void delivered_values_give_way_to_new_samples(void **state)
{
    struct ol_onenet_value value = ol_onenet_value_int(1);
    struct ol_str json;
    int accepted = 0;

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.queue_cap = 100;
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_sample(&b, BENCH_LEVEL, 2);
    bench_turn(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    assert_int_equal(b.agent.queue.count[OL_QUEUE_LAST], 2);
    b.is_full = true;
    while (ol_agent_sample(&b.agent, BENCH_HUMI, &value, 0, NULL) == OL_OK) {
        accepted++;
    }
    assert_int_equal(accepted, 5); /* as if the queue had been empty */
    assert_int_equal(ol_agent_get_value(&b.agent, BENCH_TEMP, &json), OL_E_NOENT);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 5);
}

static void a_wrong_value_is_refused_with_its_reason(void **state)
{
    enum ol_onenet_value_error error = OL_ONENET_VALUE_OK;
    struct ol_onenet_value value = ol_onenet_value_int(101);

    (void)state;
    start_online();
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_HUMI, &value, 0, &error), OL_E_ARG);
    assert_int_equal(error, OL_ONENET_VALUE_RANGE);
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_HUMI, &value, 0, NULL), OL_E_ARG);
    assert_int_equal(ol_agent_sample(&b.agent, 99, &value, 0, &error), OL_E_ARG);
    assert_int_equal(error, OL_ONENET_VALUE_MEMBER);
    assert_int_equal(stats()->refused_value, 3);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 0);
}

static void the_newest_value_can_be_asked_for(void **state)
{
    struct ol_str json;

    (void)state;
    start_online();
    assert_int_equal(ol_agent_get_value(&b.agent, BENCH_TEMP, &json), OL_E_NOENT);
    assert_int_equal(ol_agent_get_value(&b.agent, 99, &json), OL_E_NOENT);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    assert_int_equal(ol_agent_get_value(&b.agent, BENCH_TEMP, &json), OL_OK);
    assert_true(ol_str_equal(json, OL_STR("1")));
    bench_sample(&b, BENCH_TEMP, 2);
    assert_int_equal(ol_agent_get_value(&b.agent, BENCH_TEMP, &json), OL_OK);
    assert_true(ol_str_equal(json, OL_STR("2")));
    bench_pass(&b, 1000);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    assert_int_equal(b.agent.queue.count[OL_QUEUE_LAST], 1); /* the older one is gone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_properties_share_a_post),
        cmocka_unit_test(samples_of_one_property_are_never_merged),
        cmocka_unit_test(posts_are_a_second_apart),
        cmocka_unit_test(live_values_go_before_history),
        cmocka_unit_test(a_post_is_never_larger_than_tx),
        cmocka_unit_test(delivered_only_by_the_reply),
        cmocka_unit_test(a_reply_on_another_topic_or_to_another_id_is_none),
        cmocka_unit_test(the_same_body_goes_out_again_after_a_reconnect),
        cmocka_unit_test(the_same_body_goes_out_again_without_a_reply),
        cmocka_unit_test(a_late_reply_counts),
        cmocka_unit_test(a_platform_that_never_answers_is_left),
        cmocka_unit_test(only_so_many_posts_wait_for_replies),
        cmocka_unit_test(a_full_stream_delays_and_does_not_spin),
        cmocka_unit_test(a_named_member_is_set_aside_and_the_rest_posted_again),
        cmocka_unit_test(an_unnamed_refusal_is_narrowed_by_halves),
        cmocka_unit_test(a_name_that_was_not_posted_is_no_help),
        cmocka_unit_test(a_refusal_is_believed_when_it_comes_again),
        cmocka_unit_test(a_platform_that_wavers_is_believed_in_the_end),
        cmocka_unit_test(trouble_of_the_platform_is_nobodys_fault),
        cmocka_unit_test(a_property_set_aside_gets_one_more_chance_after_a_login),
        cmocka_unit_test(a_property_set_aside_gets_another_chance_after_an_hour),
        cmocka_unit_test(a_full_queue_refuses_counts_and_tells_once),
        cmocka_unit_test(delivered_values_give_way_to_new_samples),
        cmocka_unit_test(posts_without_acknowledgement_end_the_connection),
        cmocka_unit_test(a_wrong_value_is_refused_with_its_reason),
        cmocka_unit_test(the_newest_value_can_be_asked_for),
    };
    int failed = 0;

    BENCH_RUN(tests, failed);
    return failed;
}
