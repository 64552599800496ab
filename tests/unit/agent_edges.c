/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

/* What a user may leave out, set to its limits or get wrong, and what a port may say no to. */

static struct bench b;

/* ---- Configuration ---- */

static void expect_error(enum ol_agent_error expected)
{
    enum ol_agent_error error = OL_AGENT_ERROR_NONE;

    assert_int_equal(ol_agent_init(&b.agent, &b.config, &error), OL_E_ARG);
    assert_int_equal(error, expected);
    bench_init(&b, bench_start_ms);
}

static void each_thing_that_is_missing_is_told(void **state)
{
    static const struct ol_onenet_model empty = {0};

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.rx = NULL;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.rx_cap = 511;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.tx = NULL;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.queue = NULL;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.queue_cap = OL_QUEUE_RECORD_LEN;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.scratch = NULL;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.model = &empty;
    expect_error(OL_AGENT_ERROR_MODEL);
    b.config.slots = NULL;
    expect_error(OL_AGENT_ERROR_MODEL);
    b.config.netif.ops = NULL;
    expect_error(OL_AGENT_ERROR_LINK);
    b.config.entropy.fill = NULL;
    expect_error(OL_AGENT_ERROR_LINK);
    static const char token[OL_ONENET_TOKEN_MAX + 1] = {'v'};
    b.config.key_kind = OL_AGENT_KEY_TOKEN;
    b.config.key = ol_str_make(token, sizeof token);
    expect_error(OL_AGENT_ERROR_KEY);
}

static void limits_are_taken(void **state)
{
    enum ol_agent_error error = OL_AGENT_ERROR_KEY;

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.keepalive_s = 10;
    b.config.posts = UINT8_MAX;
    assert_int_equal(ol_agent_init(&b.agent, &b.config, &error), OL_OK);
    assert_int_equal(error, OL_AGENT_ERROR_NONE);
    assert_int_equal(b.agent.post_max, OL_ONENET_PENDING_MAX);
}

static void there_are_words_for_everything(void **state)
{
    (void)state;
    for (int i = OL_AGENT_ERROR_NONE; i <= OL_AGENT_ERROR_LINK; i++) {
        assert_string_not_equal(ol_agent_error_str((enum ol_agent_error)i), "unknown");
    }
    for (int i = OL_AGENT_CLOSED; i <= OL_AGENT_CLOSING; i++) {
        assert_string_not_equal(ol_agent_state_str((enum ol_agent_state)i), "unknown");
    }
    assert_string_equal(ol_agent_error_str((enum ol_agent_error)99), "unknown");
    assert_string_equal(ol_agent_state_str((enum ol_agent_state)99), "unknown");
}

/* ---- Login ---- */

static void connect(void)
{
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_CONNECT);
}

static void expect_expiry(const char *text)
{
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_true(bench_has_text(bench_read(&b).connect.password, text));
}

static void the_life_of_a_token_can_be_set(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){BENCH_UNIX_MS, OL_CLOCK_SYNCED};
    b.config.token_days = 1;
    connect();
    expect_expiry("&et=1760086400&");
}

static void a_date_before_1970_is_none(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){-1000, OL_CLOCK_COARSE};
    connect();
    bench_sample(&b, BENCH_TEMP, 1);
    char far[40];
    (void)snprintf(far, sizeof far, "&et=%lld&", (long long)OL_ONENET_TOKEN_ET_FAR);
    expect_expiry(far);
    bench_connack(&b, 0);
    bench_suback(&b, 0, 0);
    assert_null(strstr(bench_posted_body(&b), "time"));
}

static void the_time_for_connecting_can_be_set(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.connect_timeout_ms = 1000;
    connect();
    bench_until(&b, OL_AGENT_BACKOFF, 1000 + 2 * OL_AGENT_LOGIN_SPACE_MS);
}

/* ---- Names and time servers ---- */

static void expect_end_of_resolve(enum ol_agent_cause cause)
{
    bench_open(&b);
    bench_until(&b, OL_AGENT_BACKOFF, 100);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause, cause);
}

static void a_name_without_datagrams_is_not_found(void **state)
{
    static struct ol_netif_ops ops;

    (void)state;
    bench_init(&b, bench_start_ms);
    ops = *b.config.netif.ops;
    ops.find_host = NULL;
    b.config.netif.ops = &ops;
    b.config.host = OL_STR("known.local");
    b.config.datagram.ops = NULL;
    expect_end_of_resolve(OL_AGENT_CAUSE_DNS);
}

static int32_t refuse_open(void *ctx, uint16_t local_port)
{
    (void)ctx;
    (void)local_port;
    return OL_E_NOSPC;
}

static int32_t delay_send(void *ctx, const struct ol_addr *to, const void *data,
                          size_t len)
{
    (void)ctx;
    (void)to;
    (void)data;
    (void)len;
    return OL_E_AGAIN;
}

static struct ol_datagram_ops *own_datagrams(void)
{
    static struct ol_datagram_ops ops;

    ops = *b.config.datagram.ops;
    b.config.datagram.ops = &ops;
    return &ops;
}

static void start_without_date(void)
{
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.ntp[0] = OL_STR("192.0.2.5");
    b.stream_state = OL_E_AGAIN;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_CLOCK);
}

static void no_socket_for_the_time_is_no_end(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    own_datagrams()->open = refuse_open;
    start_without_date();
    bench_until(&b, OL_AGENT_CONNECT, OL_AGENT_CLOCK_WAIT_MS);
}

static void a_question_that_cannot_go_out_now_is_kept(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    int32_t (*send)(void *, const struct ol_addr *, const void *, size_t) =
        b.config.datagram.ops->send;
    struct ol_datagram_ops *ops = own_datagrams();
    ops->send = delay_send;
    start_without_date();
    bench_pass(&b, 100);
    assert_int_equal(b.sent_count, 0);
    ops->send = send;
    bench_turn(&b);
    assert_int_equal(b.sent_count, 1);
}

static void so_is_one_for_a_name(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    int32_t (*send)(void *, const struct ol_addr *, const void *, size_t) =
        b.config.datagram.ops->send;
    struct ol_datagram_ops *ops = own_datagrams();
    ops->send = delay_send;
    b.config.host = OL_STR("mqtt.example");
    bench_open(&b);
    bench_pass(&b, 100);
    assert_int_equal(b.sent_count, 0);
    ops->send = send;
    bench_turn(&b);
    assert_int_equal(b.sent_count, 1);
}

static void more_time_servers_than_can_be_used(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.ntp[1] = OL_STR("192.0.2.6");
    b.config.ntp[2] = OL_STR("192.0.2.7");
    b.net.ntp[0] = ol_addr_ipv4(192, 0, 2, 8, 123);
    start_without_date();
    assert_int_equal(b.agent.ntp_count, OL_AGENT_NTP_MAX);
    assert_int_equal(b.agent.ntp[2].bytes[3], 7);
}

/* ---- Samples and commands ---- */

static void start_online(void)
{
    bench_init(&b, bench_start_ms);
    bench_online(&b);
}

static void properties_that_do_not_exist(void **state)
{
    struct ol_str json;

    (void)state;
    start_online();
    assert_false(ol_agent_is_aside(&b.agent, BENCH_PROPERTIES));
    ol_agent_restore(&b.agent, BENCH_PROPERTIES);
    assert_int_equal(ol_agent_set_policy(&b.agent, BENCH_PROPERTIES, OL_AGENT_KEEP),
                     OL_E_ARG);
    assert_int_equal(ol_agent_get_value(&b.agent, BENCH_PROPERTIES, &json), OL_E_NOENT);
}

/* Its own words for what the application gives none for. */
static void a_failure_without_words(void **state)
{
    (void)state;
    start_online();
    bench_publish(&b, "thing/property/set", "{\"id\":\"3\",\"params\":{\"level\":7}}");
    uint8_t handle = bench_find(&b, OL_AGENT_EVENT_SET)->ev.set.handle;
    assert_int_equal(ol_agent_set_reply(&b.agent, handle, 100, OL_STR("")), OL_OK);
    bench_turn(&b);
    assert_true(bench_has_text(bench_read_publish(&b).publish.payload,
                               "\"code\":100,\"msg\":\"failed\"}"));
}

/* Two commands wait; the answer to one does not touch the values of the other. */
static void commands_wait_side_by_side(void **state)
{
    (void)state;
    start_online();
    bench_publish(&b, "thing/property/set", "{\"id\":\"1\",\"params\":{\"level\":1}}");
    uint8_t first = bench_find(&b, OL_AGENT_EVENT_SET)->ev.set.handle;
    bench_forget(&b);
    bench_publish(&b, "thing/property/set", "{\"id\":\"2\",\"params\":{\"level\":2}}");
    uint8_t second = bench_find(&b, OL_AGENT_EVENT_SET)->ev.set.handle;
    assert_int_not_equal(first, second);
    assert_int_equal(ol_agent_set_reply(&b.agent, second, 200, OL_STR("")), OL_OK);
    bench_turn(&b);
    assert_true(bench_has_text(bench_read_publish(&b).publish.payload, "\"id\":\"2\""));
    assert_true(bench_has_text(bench_read_publish(&b).publish.payload,
                               "\"level\":{\"value\":2,"));
    assert_int_equal(ol_agent_set_reply(&b.agent, first, 400, OL_STR("no")), OL_OK);
    assert_int_equal(b.agent.queue.count[OL_QUEUE_HELD], 0);
}

/* The platform's own trouble: the same post again after a pause, nobody set aside. */
static void every_code_of_trouble(void **state)
{
    static const int codes[] = {303, 306, 500, 599};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        start_online();
        bench_sample(&b, BENCH_TEMP, 1);
        bench_turn(&b);
        uint64_t id = bench_posted_id(&b);
        bench_reply(&b, id, codes[i], "internal");
        assert_false(ol_agent_is_aside(&b.agent, BENCH_TEMP));
        bench_forget(&b);
        bench_pass(&b, OL_AGENT_TROUBLE_MS);
        assert_int_equal(bench_posted_id(&b), id);
    }
}

static void codes_beside_those_of_trouble(void **state)
{
    static const int codes[] = {304, 499, 600};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        start_online();
        bench_sample(&b, BENCH_TEMP, 1);
        bench_turn(&b);
        bench_refuse(&b, codes[i], "no");
        assert_true(ol_agent_is_aside(&b.agent, BENCH_TEMP));
    }
}

/* More connections that end early than a byte counts. */
static void a_twin_that_never_tires(void **state)
{
    (void)state;
    start_online();
    b.agent.short_lives = UINT8_MAX;
    b.has_ended = true;
    bench_turn(&b);
    assert_int_equal(b.agent.short_lives, UINT8_MAX);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause,
                     OL_AGENT_CAUSE_TWIN);
}

/* A post that waits to go out again keeps its number over a restart of the agent. */
static void closing_and_opening_keeps_what_waits(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    uint64_t id = bench_posted_id(&b);
    ol_agent_close(&b.agent, b.now);
    bench_until(&b, OL_AGENT_CLOSED, OL_AGENT_GOODBYE_MS);
    ol_agent_open(&b.agent, b.now);
    bench_forget(&b);
    b.is_lively = true;
    bench_pass(&b, OL_AGENT_LOGIN_SPACE_MS + 100);
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_login(&b);
    bench_pass(&b, OL_AGENT_POST_SPACE_MS);
    assert_int_equal(bench_posted_id(&b), id);
    assert_true(bench_find(&b, OL_AGENT_EVENT_POSTED)->ev.posted.again);
}

/* ---- Order, memory, time ---- */

static void posts_go_out_again_in_their_order(void **state)
{
    (void)state;
    start_online();
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    uint64_t first = bench_posted_id(&b);
    bench_sample(&b, BENCH_TEMP, 2);
    bench_pass(&b, OL_AGENT_POST_SPACE_MS);
    uint64_t second = bench_posted_id(&b);
    assert_true(second > first);
    /* The later one lies in front of the earlier one. */
    struct ol_agent_post swapped = b.agent.posts[0];
    b.agent.posts[0] = b.agent.posts[1];
    b.agent.posts[1] = swapped;
    struct ol_queue_record r;
    uint32_t at = 0;
    for (uint32_t pos = 0; ol_queue_next(&b.agent.queue, &pos, &r); at = pos) {
        r.post ^= 1;
        ol_queue_set(&b.agent.queue, at, &r);
    }
    bench_forget(&b);
    bench_pass(&b, OL_ONENET_REPLY_TIMEOUT_MS + 3 * OL_AGENT_POST_SPACE_MS);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_TIMEOUT), 2);
    uint64_t ids[2] = {0};
    size_t n = 0;
    for (size_t i = 0; i < b.event_count && n < 2; i++) {
        if (b.event[i].ev.kind == OL_AGENT_EVENT_POSTED) {
            ids[n++] = b.event[i].ev.posted.id;
        }
    }
    assert_int_equal(ids[0], first);
    assert_int_equal(ids[1], second);
}

static void a_value_of_a_waiting_command_is_not_the_newest(void **state)
{
    struct ol_str json;

    (void)state;
    start_online();
    bench_sample(&b, BENCH_LEVEL, 1);
    bench_publish(&b, "thing/property/set", "{\"id\":\"1\",\"params\":{\"level\":9}}");
    assert_int_equal(ol_agent_get_value(&b.agent, BENCH_LEVEL, &json), OL_OK);
    assert_true(ol_str_equal(json, OL_STR("1")));
}

/* Room is made of the value that was delivered, behind one that was not. */
static void what_is_delivered_gives_way_wherever_it_lies(void **state)
{
    const struct ol_onenet_value one = ol_onenet_value_int(1);

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.queue_cap = 3 * (OL_QUEUE_RECORD_LEN + 1);
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    bench_sample(&b, BENCH_HUMI, 1);
    struct ol_queue_record r;
    uint32_t pos = 0;
    assert_true(ol_queue_next(&b.agent.queue, &pos, &r));
    assert_int_equal(r.state, OL_QUEUE_LAST);
    r.state = OL_QUEUE_WAITING;
    ol_queue_set(&b.agent.queue, 0, &r);
    uint32_t second = pos;
    assert_true(ol_queue_next(&b.agent.queue, &pos, &r));
    r.state = OL_QUEUE_LAST;
    ol_queue_set(&b.agent.queue, second, &r);
    bench_sample(&b, BENCH_LEVEL, 1);
    bench_sample(&b, BENCH_LEVEL, 2);
    assert_int_equal(ol_agent_sample(&b.agent, BENCH_LEVEL, &one, 0, NULL), OL_E_NOSPC);
    assert_int_equal(ol_agent_get_waiting(&b.agent), 3);
    assert_int_equal(ol_agent_deadline(&b.agent), b.now); /* "full" waits to be told */
}

static void a_waiting_event_is_a_deadline(void **state)
{
    struct ol_agent_event ev;

    (void)state;
    bench_init(&b, bench_start_ms);
    bench_open(&b);
    ol_agent_step(&b.agent, b.now, b.wall);
    assert_int_equal(ol_agent_deadline(&b.agent), b.now);
    assert_true(ol_agent_next_event(&b.agent, &ev));
}

static void a_cable_pulled_while_asking_for_the_time(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    start_without_date();
    b.is_link_up = false;
    bench_until(&b, OL_AGENT_BACKOFF, OL_AGENT_LINK_MS);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause,
                     OL_AGENT_CAUSE_LINK);
}

static void a_long_life_is_no_twins(void **state)
{
    (void)state;
    start_online();
    b.agent.short_lives = 1;
    bench_pass(&b, OL_AGENT_SHORT_LIFE_MS);
    b.has_ended = true;
    bench_turn(&b);
    assert_int_equal(b.agent.short_lives, 0);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause,
                     OL_AGENT_CAUSE_CLOSED);
}

/* Set back so often that no level is left: times go on, and nothing is refused. */
static void a_clock_that_is_set_back_again_and_again(void **state)
{
    (void)state;
    start_online();
    for (int i = 0; i < 2 * OL_AGENT_COMMANDS_MAX; i++) {
        b.wall.unix_ms -= 60000;
        bench_turn(&b);
        bench_sample(&b, BENCH_TEMP, i);
    }
    assert_int_equal(b.slots[BENCH_TEMP].level, 3);
}

/* One host is down and the other says no: the first may be the right one, so soon again. */
static void down_and_rejected_is_not_rejected(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("auto");
    b.config.last_host = OL_STR(OL_AGENT_HOST_FIXED);
    bench_open(&b);
    bench_turn(&b);
    b.agent.transient = 1;
    b.agent.host_tried = 1;
    b.agent.state = OL_AGENT_LOGIN;
    ol_agent_fail(&b.agent, OL_AGENT_CAUSE_REJECTED);
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_BACKOFF);
    assert_true(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.wait_ms <=
                OL_BACKOFF_TOP_MS);
}

static void a_stream_that_breaks_ends_the_goodbye(void **state)
{
    (void)state;
    start_online();
    b.is_full = true;
    ol_agent_close(&b.agent, b.now);
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_CLOSING);
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_that_is_missing_is_told),
        cmocka_unit_test(limits_are_taken),
        cmocka_unit_test(there_are_words_for_everything),
        cmocka_unit_test(the_life_of_a_token_can_be_set),
        cmocka_unit_test(a_date_before_1970_is_none),
        cmocka_unit_test(the_time_for_connecting_can_be_set),
        cmocka_unit_test(a_name_without_datagrams_is_not_found),
        cmocka_unit_test(no_socket_for_the_time_is_no_end),
        cmocka_unit_test(a_question_that_cannot_go_out_now_is_kept),
        cmocka_unit_test(so_is_one_for_a_name),
        cmocka_unit_test(more_time_servers_than_can_be_used),
        cmocka_unit_test(properties_that_do_not_exist),
        cmocka_unit_test(a_failure_without_words),
        cmocka_unit_test(commands_wait_side_by_side),
        cmocka_unit_test(every_code_of_trouble),
        cmocka_unit_test(codes_beside_those_of_trouble),
        cmocka_unit_test(a_twin_that_never_tires),
        cmocka_unit_test(closing_and_opening_keeps_what_waits),
        cmocka_unit_test(posts_go_out_again_in_their_order),
        cmocka_unit_test(a_value_of_a_waiting_command_is_not_the_newest),
        cmocka_unit_test(what_is_delivered_gives_way_wherever_it_lies),
        cmocka_unit_test(a_waiting_event_is_a_deadline),
        cmocka_unit_test(a_cable_pulled_while_asking_for_the_time),
        cmocka_unit_test(a_long_life_is_no_twins),
        cmocka_unit_test(a_clock_that_is_set_back_again_and_again),
        cmocka_unit_test(down_and_rejected_is_not_rejected),
        cmocka_unit_test(a_stream_that_breaks_ends_the_goodbye),
    };
    int failed = 0;

    BENCH_RUN(tests, failed);
    return failed;
}
