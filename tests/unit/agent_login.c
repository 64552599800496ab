/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent_bench.h"

static struct bench b;

static enum ol_agent_state state_now(void)
{
    return ol_agent_get_state(&b.agent);
}

static const struct bench_event *last_state(void)
{
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_STATE);

    assert_non_null(e);
    return e;
}

/* Opens and gets to CONNECT with the stream opening. */
static void connect(void)
{
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
}

/* ---- Configuration ---- */

static void expect_error(enum ol_agent_error expected)
{
    enum ol_agent_error error = OL_AGENT_ERROR_NONE;

    assert_int_equal(ol_agent_init(&b.agent, &b.config, &error), OL_E_ARG);
    assert_int_equal(error, expected);
    assert_string_not_equal(ol_agent_error_str(error), "unknown");
    assert_int_equal(ol_agent_init(&b.agent, &b.config, NULL), OL_E_ARG);
    bench_init(&b, bench_start_ms);
}

static void refuses_a_wrong_configuration(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.product_id = OL_STR("with space");
    expect_error(OL_AGENT_ERROR_PRODUCT_ID);
    b.config.device_name = OL_STR("");
    expect_error(OL_AGENT_ERROR_DEVICE_NAME);
    b.config.key = OL_STR("no base64!");
    expect_error(OL_AGENT_ERROR_KEY);
    b.config.key = OL_STR("");
    b.config.key_kind = OL_AGENT_KEY_TOKEN;
    expect_error(OL_AGENT_ERROR_KEY);
    b.config.method = NULL;
    expect_error(OL_AGENT_ERROR_METHOD);
    static const char long_name[300] = {'a'};
    b.config.host = ol_str_make(long_name, sizeof long_name);
    expect_error(OL_AGENT_ERROR_HOST);
    b.config.keepalive_s = 9;
    expect_error(OL_AGENT_ERROR_KEEPALIVE);
    b.config.keepalive_s = 1801;
    expect_error(OL_AGENT_ERROR_KEEPALIVE);
    b.config.model = NULL;
    expect_error(OL_AGENT_ERROR_MODEL);
    b.config.slot_count = BENCH_PROPERTIES - 1;
    expect_error(OL_AGENT_ERROR_MODEL);
    b.config.tx_cap = 511;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.rx_cap = 70000;
    expect_error(OL_AGENT_ERROR_MEMORY);
    b.config.stream.ops = NULL;
    expect_error(OL_AGENT_ERROR_LINK);
}

/* ---- The way to the platform ---- */

static void waits_for_link_and_address(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.is_link_up = false;
    b.net.address.family = OL_ADDR_NONE;
    bench_open(&b);
    bench_pass(&b, 5000);
    assert_int_equal(state_now(), OL_AGENT_LINK);
    b.is_link_up = true;
    bench_pass(&b, 600);
    assert_int_equal(state_now(), OL_AGENT_ADDRESS);
    b.net.address = ol_addr_ipv4(192, 0, 2, 10, 0);
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, 3000);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    assert_int_equal(b.opens, 1);
}

static void goes_every_step_of_the_way(void **state)
{
    static const enum ol_agent_state way[] = {
        OL_AGENT_LINK,    OL_AGENT_ADDRESS, OL_AGENT_CLOCK,     OL_AGENT_RESOLVE,
        OL_AGENT_CONNECT, OL_AGENT_LOGIN,   OL_AGENT_SUBSCRIBE, OL_AGENT_ONLINE};
    size_t n = 0;

    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    bench_login(&b);
    for (size_t i = 0; i < b.event_count; i++) {
        if (b.event[i].ev.kind == OL_AGENT_EVENT_STATE) {
            assert_true(n < 8);
            assert_int_equal(b.event[i].ev.state.to, way[n]);
            assert_int_equal(b.event[i].ev.state.cause, OL_AGENT_CAUSE_NONE);
            n++;
        }
    }
    assert_int_equal(n, 8);
    assert_int_equal(b.peer.port, 1883);
    assert_string_equal(bench_find(&b, OL_AGENT_EVENT_HOST)->text, "192.0.2.80");
}

static void logs_in_exactly_as_the_platform_wants(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.port = 2883;
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_int_equal(b.peer.port, 2883);
    assert_int_equal(b.out[0], 0x10);
    struct bench_packet p = bench_read(&b);
    assert_int_equal(p.type, OL_MQTT_CONNECT);
    assert_int_equal(p.connect.flags, 0xC2);
    assert_int_equal(p.connect.keepalive_s, 60);
    assert_true(ol_str_equal(p.connect.client_id, OL_STR("dev-1")));
    assert_true(ol_str_equal(p.connect.user_name, OL_STR("Prod012345")));
    /* Thirty days from now. */
    assert_true(bench_has_text(
        p.connect.password,
        "version=2018-10-31&res=products%2FProd012345%2Fdevices%2Fdev-1&et=1762592000"
        "&method=sha256&sign="));
    bench_connack(&b, 0);
    p = bench_read(&b);
    assert_int_equal(p.type, OL_MQTT_SUBSCRIBE);
    assert_true(bench_has_text(p.subscribe.list, "$sys/Prod012345/dev-1/thing/#"));
    assert_true(bench_has_text(p.subscribe.list, "$sys/Prod012345/dev-1/ota/#"));
}

static void leaves_no_token_in_memory(void **state)
{
    static const uint8_t zeros[OL_ONENET_TOKEN_MAX];

    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_memory_equal(b.scratch.work.login.token, zeros, sizeof zeros);
    assert_false(bench_has_text(ol_str_make(b.rx, sizeof b.rx), "sign="));
}

static void sends_a_ready_token_as_it_is(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.key_kind = OL_AGENT_KEY_TOKEN;
    b.config.key = OL_STR("version=1&ready");
    b.config.method = NULL;
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    struct bench_packet p = bench_read(&b);
    assert_true(ol_str_equal(p.connect.password, OL_STR("version=1&ready")));
    bench_connack(&b, 4);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_REJECTED);
    assert_int_equal(e->ev.rejected.hints[0], OL_AGENT_HINT_NAME);
    assert_int_equal(e->ev.rejected.hints[1], OL_AGENT_HINT_TOKEN);
    assert_int_equal(e->ev.rejected.hints[2], OL_AGENT_HINT_EXPIRED);
}

static void far_expiry_without_a_clock(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_NONE;
    b.config.datagram.ops = NULL;
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    struct bench_packet p = bench_read(&b);
    assert_true(bench_has_text(p.connect.password, "&et=7557387130&"));
}

/* ---- Subscriptions ---- */

static void refused_things_end_the_connection(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 0);
    bench_suback(&b, 0x80, 0);
    assert_string_equal(bench_find(&b, OL_AGENT_EVENT_FILTER)->text, "thing/#");
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    assert_int_equal(last_state()->ev.state.cause, OL_AGENT_CAUSE_SUBSCRIBE);
}

static void refused_ota_is_only_told(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 0);
    bench_suback(&b, 0, 0x80);
    assert_string_equal(bench_find(&b, OL_AGENT_EVENT_FILTER)->text, "ota/#");
    assert_int_equal(state_now(), OL_AGENT_ONLINE);
}

static void no_suback_is_a_failure(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 0);
    bench_pass(&b, 10000);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    assert_int_equal(last_state()->ev.state.cause, OL_AGENT_CAUSE_SUBSCRIBE);
}

/* ---- What can go wrong, and what it is called ---- */

static void expect_cause(enum ol_agent_cause cause)
{
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    assert_int_equal(last_state()->ev.state.cause, cause);
    assert_true(last_state()->ev.state.wait_ms >= 2000);
}

static void tells_causes_of_connecting_apart(void **state)
{
    static const struct {
        int32_t status;
        enum ol_agent_cause cause;
    } rows[] = {{OL_E_IO, OL_AGENT_CAUSE_REFUSED},
                {OL_E_CLOSED, OL_AGENT_CAUSE_REFUSED},
                {OL_E_TIMEOUT, OL_AGENT_CAUSE_TIMEOUT},
                {OL_E_AUTH, OL_AGENT_CAUSE_TLS}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bench_init(&b, bench_start_ms);
        connect();
        b.stream_state = rows[i].status;
        bench_turn(&b);
        expect_cause(rows[i].cause);
    }
}

static void a_stream_that_never_decides_is_given_up(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    bench_pass(&b, 15000);
    expect_cause(OL_AGENT_CAUSE_TIMEOUT);
}

static void tells_causes_of_a_lost_login_apart(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    b.has_ended = true;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_NO_LOGIN);

    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_pass(&b, 10000);
    expect_cause(OL_AGENT_CAUSE_NO_LOGIN);

    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    b.is_full = true; /* the CONNECT does not get out, but the end gets in */
    b.has_ended = true;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_NO_LOGIN);

    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    memcpy(b.in, "\xF0\x00", 2);
    b.in_len = 2;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_PROTOCOL);
}

static void no_link_ends_a_connection(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    b.is_link_up = false;
    bench_pass(&b, 1100);
    expect_cause(OL_AGENT_CAUSE_LINK);
    bench_pass(&b, 10000);
    assert_int_equal(state_now(), OL_AGENT_LINK);
    b.is_link_up = true;
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, 4000);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
}

static void a_half_open_connection_is_found(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    bench_until(&b, OL_AGENT_BACKOFF, 71000);
    assert_int_equal(bench_read(&b).type, OL_MQTT_PINGREQ);
    expect_cause(OL_AGENT_CAUSE_NO_PING);
}

static void closed_soon_after_login_again_and_again_is_a_twin(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    bench_pass(&b, 1000);
    b.has_ended = true;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_CLOSED);
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, last_state()->ev.state.wait_ms + 10);
    bench_login(&b);
    b.has_ended = true;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_TWIN);
}

static void a_platform_that_was_down_is_no_twin(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    b.has_ended = true;
    bench_turn(&b);
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, last_state()->ev.state.wait_ms + 10);
    b.stream_state = OL_E_IO; /* refused */
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_REFUSED);
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, last_state()->ev.state.wait_ms + 10);
    bench_login(&b);
    b.has_ended = true;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_CLOSED);
}

/* ---- Waiting ---- */

static void waits_double_up_to_a_minute(void **state)
{
    uint32_t longest = 0;

    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    for (int i = 0; i < 40; i++) {
        b.stream_state = OL_E_IO;
        bench_turn(&b);
        expect_cause(OL_AGENT_CAUSE_REFUSED);
        uint32_t wait_ms = last_state()->ev.state.wait_ms;
        assert_true(wait_ms <= (i == 0 ? 4000u : 60000u));
        longest = wait_ms > longest ? wait_ms : longest;
        bench_forget(&b);
        b.stream_state = OL_E_AGAIN;
        bench_pass(&b, wait_ms + 10);
        assert_int_equal(state_now(), OL_AGENT_CONNECT);
    }
    assert_true(longest > 40000);
    bench_login(&b);
    bench_pass(&b, 100); /* a short life proves nothing */
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_true(b.agent.backoff.window_ms > 4000);
}

static void a_good_connection_resets_the_wait(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    b.agent.backoff.window_ms = 32000;
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_true(last_state()->ev.state.wait_ms <= 4000);
}

/* ---- Rejected ---- */

static void a_rejected_login_waits_five_minutes(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 4);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_REJECTED);
    assert_non_null(e);
    assert_int_equal(e->ev.rejected.code, 4);
    assert_string_equal(e->text, "192.0.2.80");
    static const enum ol_agent_hint hints[] = {OL_AGENT_HINT_NAME, OL_AGENT_HINT_KEY,
                                               OL_AGENT_HINT_HOST,
                                               OL_AGENT_HINT_UNPUBLISHED};
    assert_int_equal(e->ev.rejected.hint_count, 4);
    assert_memory_equal(e->ev.rejected.hints, hints, sizeof hints);
    for (int i = 0; i < 3; i++) { /* it may have been damaged on its way */
        expect_cause(OL_AGENT_CAUSE_REJECTED);
        assert_true(last_state()->ev.state.wait_ms <= 60000);
        b.stream_state = OL_E_AGAIN;
        bench_pass(&b, last_state()->ev.state.wait_ms + 10);
        b.stream_state = OL_OK;
        bench_turn(&b);
        bench_connack(&b, 4);
    }
    expect_cause(OL_AGENT_CAUSE_REJECTED);
    assert_in_range(last_state()->ev.state.wait_ms, 300000, 330000);
}

static void an_unavailable_platform_is_not_a_rejection(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 3);
    expect_cause(OL_AGENT_CAUSE_NO_LOGIN);
    assert_true(last_state()->ev.state.wait_ms <= 4000);
}

static void an_unsure_clock_is_doubted_after_a_rejection(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_COARSE;
    connect();
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_true(bench_has_text(bench_read(&b).connect.password, "&et=1762592000&"));
    bench_connack(&b, 4);
    assert_int_equal(bench_find(&b, OL_AGENT_EVENT_REJECTED)->ev.rejected.hints[2],
                     OL_AGENT_HINT_EXPIRED);
    b.stream_state = OL_E_AGAIN;
    bench_until(&b, OL_AGENT_CONNECT, 331000 + 10000);
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_true(bench_has_text(bench_read(&b).connect.password, "&et=7557387130&"));
}

/* ---- Leaving ---- */

static void says_goodbye(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 7);
    ol_agent_close(&b.agent, b.now);
    bench_turn(&b);
    assert_int_equal(bench_read(&b).type, OL_MQTT_DISCONNECT);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);
    assert_int_equal(ol_agent_deadline(&b.agent), OL_NEVER);
    /* What waits is kept for the next time. */
    b.stream_state = OL_E_AGAIN;
    ol_agent_open(&b.agent, b.now);
    bench_until(&b, OL_AGENT_CONNECT, 3000);
    bench_pass(&b, 2000);
    bench_login(&b);
    assert_true(bench_has_text(ol_str_from(bench_posted_body(&b)), "\"temp\""));
}

static void goodbye_does_not_wait_for_ever(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    b.is_full = true;
    ol_agent_close(&b.agent, b.now);
    bench_pass(&b, 1999);
    assert_int_equal(state_now(), OL_AGENT_CLOSING);
    bench_pass(&b, 1);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);
}

static void closes_from_every_state(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.is_link_up = false;
    bench_open(&b);
    bench_turn(&b);
    ol_agent_close(&b.agent, b.now);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);

    bench_init(&b, bench_start_ms);
    connect();
    ol_agent_close(&b.agent, b.now);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);

    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    ol_agent_close(&b.agent, b.now);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);
}

/* ---- States ---- */

static void only_legal_changes_of_state(void **state)
{
    static const char *const names[] = {"closed",  "link",     "address", "clock",
                                        "resolve", "connect",  "login",   "subscribe",
                                        "online",  "back off", "closing"};

    (void)state;
    for (int i = OL_AGENT_CLOSED; i <= OL_AGENT_CLOSING; i++) {
        assert_string_equal(ol_agent_state_str((enum ol_agent_state)i), names[i]);
        assert_false(ol_agent_may_enter((enum ol_agent_state)i, OL_AGENT_CLOSED) &&
                     (i == OL_AGENT_ONLINE || i == OL_AGENT_CLOSED));
    }
    assert_string_equal(ol_agent_state_str((enum ol_agent_state)99), "unknown");
    assert_false(ol_agent_may_enter(OL_AGENT_LINK, OL_AGENT_ONLINE));
    assert_false(ol_agent_may_enter(OL_AGENT_CONNECT, OL_AGENT_ONLINE));
    assert_true(ol_agent_may_enter(OL_AGENT_SUBSCRIBE, OL_AGENT_ONLINE));
    /* An illegal one leads to a wait, never into a state that is not prepared. */
    bench_init(&b, bench_start_ms);
    connect();
    ol_agent_enter(&b.agent, OL_AGENT_ONLINE, OL_AGENT_CAUSE_NONE, 0);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
}

static void no_more_than_so_many_turns_in_one_call(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    /* Empty answers to pings never asked for would end it; empty messages do not. */
    for (int i = 0; i < 110; i++) {
        struct ol_writer w = ol_writer_make(b.in + b.in_len, sizeof b.in - b.in_len);
        const struct ol_mqtt_publish publish = {
            .topic = OL_STR("elsewhere/123456789012345"), .payload = OL_STR("")};
        assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
        b.in_len += w.len;
    }
    ol_agent_step(&b.agent, b.now, b.wall);
    ol_agent_step(&b.agent, b.now, b.wall);
    assert_int_equal(ol_agent_get_stats(&b.agent)->strays, 110);
    assert_int_equal(ol_agent_get_state(&b.agent), OL_AGENT_ONLINE);
}

static void a_server_that_speaks_first_is_left(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    connect();
    b.stream_state = OL_OK;
    b.is_full = true;
    memcpy(b.in, "\x20\x02\x00\x00", 4);
    b.in_len = 4;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_PROTOCOL);
}

static void a_cable_pulled_early_is_noticed(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.net.address.family = OL_ADDR_NONE;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_ADDRESS);
    b.is_link_up = false;
    bench_pass(&b, 600);
    expect_cause(OL_AGENT_CAUSE_LINK);
}

static void an_untrusted_peer_of_an_open_connection_is_told(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    b.stream_state = OL_E_AUTH;
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_TLS);
}

static void opening_and_closing_twice_is_harmless(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    ol_agent_open(&b.agent, b.now);
    assert_int_equal(state_now(), OL_AGENT_ONLINE);
    ol_agent_close(&b.agent, b.now);
    ol_agent_close(&b.agent, b.now);
    bench_turn(&b);
    ol_agent_close(&b.agent, b.now);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);
}

static void a_stream_without_a_socket_is_a_local_failure(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.open_result = OL_E_NOSPC;
    bench_open(&b);
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_LOCAL);
    bench_init(&b, bench_start_ms);
    b.open_result = OL_E_ARG;
    bench_open(&b);
    bench_turn(&b);
    expect_cause(OL_AGENT_CAUSE_NO_HOST);
}

static void a_flood_does_not_keep_the_caller(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    /* More messages than one call works off, none of which makes an event. */
    for (int i = 0; i < 40; i++) {
        struct ol_writer w = ol_writer_make(b.in + b.in_len, sizeof b.in - b.in_len);
        const struct ol_mqtt_publish publish = {
            .topic = OL_STR("$sys/Prod012345/dev-1/thing/property/post/reply"),
            .payload = OL_STR("{}")};
        assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
        b.in_len += w.len;
    }
    bench_turn(&b);
    bench_turn(&b);
    assert_int_equal(b.in_len, 0);
    assert_int_equal(ol_agent_get_stats(&b.agent)->strays, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_wrong_configuration),
        cmocka_unit_test(waits_for_link_and_address),
        cmocka_unit_test(goes_every_step_of_the_way),
        cmocka_unit_test(logs_in_exactly_as_the_platform_wants),
        cmocka_unit_test(leaves_no_token_in_memory),
        cmocka_unit_test(sends_a_ready_token_as_it_is),
        cmocka_unit_test(far_expiry_without_a_clock),
        cmocka_unit_test(refused_things_end_the_connection),
        cmocka_unit_test(refused_ota_is_only_told),
        cmocka_unit_test(no_suback_is_a_failure),
        cmocka_unit_test(tells_causes_of_connecting_apart),
        cmocka_unit_test(a_stream_that_never_decides_is_given_up),
        cmocka_unit_test(tells_causes_of_a_lost_login_apart),
        cmocka_unit_test(no_link_ends_a_connection),
        cmocka_unit_test(a_half_open_connection_is_found),
        cmocka_unit_test(closed_soon_after_login_again_and_again_is_a_twin),
        cmocka_unit_test(a_platform_that_was_down_is_no_twin),
        cmocka_unit_test(waits_double_up_to_a_minute),
        cmocka_unit_test(a_good_connection_resets_the_wait),
        cmocka_unit_test(a_rejected_login_waits_five_minutes),
        cmocka_unit_test(an_unavailable_platform_is_not_a_rejection),
        cmocka_unit_test(an_unsure_clock_is_doubted_after_a_rejection),
        cmocka_unit_test(says_goodbye),
        cmocka_unit_test(goodbye_does_not_wait_for_ever),
        cmocka_unit_test(closes_from_every_state),
        cmocka_unit_test(only_legal_changes_of_state),
        cmocka_unit_test(a_flood_does_not_keep_the_caller),
        cmocka_unit_test(no_more_than_so_many_turns_in_one_call),
        cmocka_unit_test(a_server_that_speaks_first_is_left),
        cmocka_unit_test(a_cable_pulled_early_is_noticed),
        cmocka_unit_test(an_untrusted_peer_of_an_open_connection_is_told),
        cmocka_unit_test(opening_and_closing_twice_is_harmless),
        cmocka_unit_test(a_stream_without_a_socket_is_a_local_failure),
    };
    int failed = 0;

    BENCH_RUN(tests, failed);
    return failed;
}
