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

static enum ol_agent_cause last_cause(void)
{
    return bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.cause;
}

/* ---- Names ---- */

/* The name server's answer to the query that was sent last. rcode 0 with an address. */
static void answer_dns(uint8_t rcode, const uint8_t *address)
{
    struct bench_datagram *d = &b.waiting;

    *d = b.sent;
    d->bytes[2] = 0x81;
    d->bytes[3] = (uint8_t)(0x80 | rcode);
    if (address != NULL) {
        static const uint8_t record[12] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
        d->bytes[7] = 1;
        memcpy(d->bytes + d->len, record, sizeof record);
        memcpy(d->bytes + d->len + sizeof record, address, 4);
        d->len += sizeof record + 4;
    }
    d->peer.port = 53;
    bench_turn(&b);
}

static bool asked_for(const char *label)
{
    return bench_has_text(ol_str_make(b.sent.bytes, b.sent.len), label);
}

static void start_auto(void)
{
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("auto");
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_RESOLVE);
}

static void auto_asks_for_the_products_own_host_first(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 33};

    (void)state;
    start_auto();
    assert_true(asked_for("\x0AProd012345\x05mqtts\x03"
                          "acc\x0A"
                          "cmcconenet\x02"
                          "cn"));
    assert_true(ol_addr_same_host(&b.sent.peer, &b.net.dns[0]));
    assert_int_equal(b.sent.peer.port, 53);
    b.stream_state = OL_E_AGAIN;
    answer_dns(0, address);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    assert_memory_equal(b.peer.bytes, address, 4);
    assert_string_equal(b.host, "Prod012345.mqtts.acc.cmcconenet.cn");
    assert_false(b.udp_open);
    bench_login(&b);
    assert_string_equal(bench_find(&b, OL_AGENT_EVENT_HOST)->text,
                        "Prod012345.mqtts.acc.cmcconenet.cn");
}

static void auto_goes_on_when_the_name_does_not_exist(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 34};

    (void)state;
    start_auto();
    answer_dns(3, NULL);
    assert_int_equal(state_now(), OL_AGENT_RESOLVE);
    assert_true(asked_for("\x05mqtts\x08heclouds\x03"
                          "com"));
    b.stream_state = OL_E_AGAIN;
    answer_dns(0, address);
    assert_string_equal(b.host, "mqtts.heclouds.com");
    bench_login(&b);
    assert_string_equal(bench_find(&b, OL_AGENT_EVENT_HOST)->text, "mqtts.heclouds.com");
    /* It begins with what worked; the addresses are over by then. */
    bench_pass(&b, 61000);
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    bench_pass(&b, 5000);
    assert_int_equal(state_now(), OL_AGENT_RESOLVE);
    assert_true(asked_for("heclouds"));
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_HOST), 1);
}

static void auto_goes_on_when_refused(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 34};

    (void)state;
    start_auto();
    b.stream_state = OL_E_AGAIN;
    answer_dns(0, address);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_RESOLVE);
    assert_int_equal(last_cause(), OL_AGENT_CAUSE_REFUSED);
    assert_true(asked_for("heclouds"));
    answer_dns(3, NULL);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    assert_int_equal(last_cause(), OL_AGENT_CAUSE_NO_HOST);
    assert_true(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.wait_ms <= 4000);
}

static void auto_goes_on_when_rejected_and_paces_the_logins(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 34};

    (void)state;
    start_auto();
    b.stream_state = OL_E_AGAIN;
    answer_dns(0, address);
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_LOGIN);
    bench_connack(&b, 4);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_REJECTED);
    assert_string_equal(e->text, "Prod012345.mqtts.acc.cmcconenet.cn");
    assert_int_equal(e->ev.rejected.hints[2], OL_AGENT_HINT_HOST);
    b.stream_state = OL_E_AGAIN;
    answer_dns(0, address);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    unsigned opens = b.opens;
    bench_pass(&b, 1990);
    assert_int_equal(b.opens, opens); /* two logins are 2 s apart */
    bench_pass(&b, 10);
    assert_int_equal(b.opens, opens + 1);
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 4);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    /* The whole round is one rejection, which is doubted. */
    assert_int_equal(b.agent.login_doubts, 1);
    assert_in_range(bench_find(&b, OL_AGENT_EVENT_STATE)->ev.state.wait_ms, 2000, 4000);
    /* No other host is left to be tried. */
    e = bench_find(&b, OL_AGENT_EVENT_REJECTED);
    for (uint8_t i = 0; i < e->ev.rejected.hint_count; i++) {
        assert_int_not_equal(e->ev.rejected.hints[i], OL_AGENT_HINT_HOST);
    }
}

static void the_remembered_host_is_tried_first(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("");
    b.config.last_host = OL_STR("mqtts.heclouds.com");
    bench_open(&b);
    bench_turn(&b);
    assert_true(asked_for("heclouds"));
    answer_dns(3, NULL);
    assert_true(asked_for("cmcconenet"));
}

static void every_address_of_a_name_is_tried(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("mqtt.example");
    bench_open(&b);
    bench_turn(&b);
    struct bench_datagram *d = &b.waiting;
    *d = b.sent;
    d->bytes[2] = 0x81;
    d->bytes[3] = 0x80;
    d->bytes[7] = 2;
    for (uint8_t i = 1; i <= 2; i++) {
        static const uint8_t record[12] = {0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
        memcpy(d->bytes + d->len, record, sizeof record);
        memcpy(d->bytes + d->len + 12, (uint8_t[]){192, 0, 2, i}, 4);
        d->len += 16;
    }
    d->peer.port = 53;
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    assert_int_equal(b.peer.bytes[3], 1);
    b.stream_state = OL_E_TIMEOUT;
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF); /* both failed in this turn */
    assert_int_equal(b.opens, 2);
    assert_int_equal(b.peer.bytes[3], 2);
}

static void silence_of_the_name_servers_has_an_end(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("mqtt.example");
    bench_open(&b);
    bench_pass(&b, 15000);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_STATE) >= 5, true);
    size_t backoffs = 0;
    for (size_t i = 0; i < b.event_count; i++) {
        if (b.event[i].ev.kind == OL_AGENT_EVENT_STATE &&
            b.event[i].ev.state.cause == OL_AGENT_CAUSE_DNS) {
            backoffs++;
        }
    }
    assert_int_equal(backoffs, 1);
}

static void the_last_address_does_when_no_name_server_answers(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 33};

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("mqtt.example");
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    answer_dns(0, address);
    bench_login(&b);
    bench_pass(&b, 61000); /* what was told is over */
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    bench_until(&b, OL_AGENT_RESOLVE, 5000);
    bench_until(&b, OL_AGENT_CONNECT, 15000);
    assert_int_equal(last_cause(), OL_AGENT_CAUSE_DNS);
    assert_memory_equal(b.peer.bytes, address, 4);
}

static void no_name_server_and_no_entropy_are_told(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("mqtt.example");
    b.net.dns[0].family = OL_ADDR_NONE;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(last_cause(), OL_AGENT_CAUSE_DNS);

    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("mqtt.example");
    b.entropy_result = OL_E_AGAIN;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(last_cause(), OL_AGENT_CAUSE_LOCAL);

    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("not a name");
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(last_cause(), OL_AGENT_CAUSE_NO_HOST);
}

static void known_hosts_need_no_server(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("known.local");
    b.config.datagram.ops = NULL;
    b.stream_state = OL_E_AGAIN;
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    assert_int_equal(b.peer.bytes[3], 44);
}

/* ---- The clock ---- */

static void put_stamp(uint8_t *out, int64_t unix_ms)
{
    uint64_t s = (uint64_t)(unix_ms / 1000) + UINT64_C(2208988800);

    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(s >> (24 - 8 * i));
        out[4 + i] = 0;
    }
}

static void answer_ntp(int64_t unix_ms)
{
    struct bench_datagram *d = &b.waiting;

    memset(d->bytes, 0, 48);
    d->peer = b.sent.peer;
    d->len = 48;
    d->bytes[0] = 0x24;
    d->bytes[1] = 1;
    memcpy(d->bytes + 12, "GPS", 3);
    put_stamp(d->bytes + 16, unix_ms);
    memcpy(d->bytes + 24, b.sent.bytes + 40, 8);
    put_stamp(d->bytes + 32, unix_ms);
    put_stamp(d->bytes + 40, unix_ms);
    bench_turn(&b);
}

static void asks_time_servers_when_there_is_no_clock(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.ntp[0] = OL_STR("192.0.2.5");
    b.stream_state = OL_E_AGAIN;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_CLOCK);
    assert_int_equal(b.sent.peer.port, 123);
    assert_int_equal(b.sent.peer.bytes[3], 5);
    bench_sample(&b, BENCH_TEMP, 1); /* has no date yet */
    bench_pass(&b, 250);
    bench_sample(&b, BENCH_TEMP, 2);
    b.stream_state = OL_E_AGAIN;
    answer_ntp(BENCH_UNIX_MS);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_CLOCK);
    assert_non_null(e);
    assert_int_equal(e->ev.clock.wall.quality, OL_CLOCK_SYNCED);
    /* The server's instant lies half a round trip back. */
    int64_t unix_ms = ol_agent_get_wall(&b.agent).unix_ms;
    assert_in_range(unix_ms - BENCH_UNIX_MS, 0, 250);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    assert_false(b.udp_open);
    b.stream_state = OL_OK;
    bench_turn(&b);
    assert_true(bench_has_text(bench_read(&b).connect.password, "&et=1762592000&"));
    bench_connack(&b, 0);
    bench_suback(&b, 0, 0);
    /* The first sample was taken 250 ms before. */
    char time[40];
    (void)snprintf(time, sizeof time, "\"value\":1,\"time\":%lld",
                   (long long)((unix_ms - 250) / 4 * 4));
    assert_true(bench_has_text(ol_str_from(bench_posted_body(&b)), time));
}

static void goes_on_without_a_clock_when_nobody_answers(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.ntp[0] = OL_STR("192.0.2.5");
    bench_open(&b);
    bench_pass(&b, 2900);
    assert_int_equal(state_now(), OL_AGENT_CLOCK);
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, 10000);
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    bench_login(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    bench_turn(&b);
    assert_false(bench_has_text(ol_str_from(bench_posted_body(&b)), "time"));
    char body[BENCH_TEXT];
    (void)snprintf(body, sizeof body, "%s", bench_posted_body(&b));
    /* The date comes, but what went out without one goes out again without one. */
    b.wall = (struct ol_wall_time){BENCH_UNIX_MS, OL_CLOCK_SYNCED};
    bench_pass(&b, 5000);
    assert_string_equal(bench_posted_body(&b), body);
    bench_sample(&b, BENCH_TEMP, 2);
    bench_pass(&b, 1000);
    assert_true(
        bench_has_text(ol_str_from(bench_posted_body(&b)), "\"value\":2,\"time\":176"));
}

static void a_synced_machine_asks_nobody(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.ntp[0] = OL_STR("192.0.2.5");
    bench_online(&b);
    bench_pass(&b, 5000);
    assert_int_equal(b.sent_count, 0);
}

static void servers_of_the_network_are_asked_too(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_COARSE;
    b.net.ntp[0] = ol_addr_ipv4(192, 0, 2, 9, 0);
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(b.sent.peer.bytes[3], 9);
    /* The clock is good enough not to wait for. */
    assert_int_not_equal(state_now(), OL_AGENT_CLOCK);
}

static void names_of_time_servers_are_looked_up(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 55};

    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_NONE;
    b.config.ntp[0] = OL_STR("gone.example");
    b.config.ntp[1] = OL_STR("time.example");
    bench_open(&b);
    bench_turn(&b);
    assert_true(asked_for("\x04gone\x07"
                          "example"));
    answer_dns(3, NULL);
    assert_true(asked_for("\x04time\x07"
                          "example"));
    answer_dns(0, address);
    assert_int_equal(b.sent.peer.port, 123);
    assert_int_equal(b.sent.peer.bytes[3], 55);
}

/* RFC 1034 5.3.3: the answers of this bench live for 60 s. */
static void an_address_is_asked_for_again_when_its_time_is_over(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 34};

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.host = OL_STR("mqtt.example");
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    answer_dns(0, address);
    bench_login(&b);
    unsigned asked = b.sent_count;
    b.stream_state = OL_E_IO;
    bench_until(&b, OL_AGENT_CONNECT, 10000);
    assert_int_equal(b.sent_count, asked);
    assert_memory_equal(b.peer.bytes, address, 4);

    /* It did not help: asked at once. */
    b.stream_state = OL_E_IO;
    bench_until(&b, OL_AGENT_RESOLVE, 10000);
    bench_turn(&b);
    assert_int_equal(b.sent_count, asked + 1);
    answer_dns(0, address);
    bench_pass(&b, 2000);
    bench_login(&b);

    /* Its time is over. */
    bench_pass(&b, 61000);
    asked = b.sent_count;
    b.stream_state = OL_E_IO;
    bench_until(&b, OL_AGENT_RESOLVE, 10000);
    bench_turn(&b);
    assert_int_equal(b.sent_count, asked + 1);
}

static void names_to_fall_back_to_come_after_the_network(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 56};

    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_NONE;
    b.config.ntp_fallback[1] = OL_STR("last.example");
    bench_open(&b);
    bench_turn(&b);
    assert_true(asked_for("\x04last\x07"
                          "example"));
    answer_dns(0, address);
    assert_int_equal(b.sent.peer.port, 123);
    assert_int_equal(b.sent.peer.bytes[3], 56);

    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_NONE;
    b.config.ntp_fallback[0] = OL_STR("last.example");
    b.net.ntp[0] = ol_addr_ipv4(192, 0, 2, 9, 0);
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(b.sent.peer.port, 123);
    assert_int_equal(b.sent.peer.bytes[3], 9);
}

static void a_wrong_clock_found_out_ends_the_wait_after_a_rejection(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){INT64_C(1600000000000), OL_CLOCK_COARSE};
    b.config.ntp[0] = OL_STR("192.0.2.5");
    b.stream_state = OL_E_AGAIN;
    bench_open(&b);
    b.stream_state = OL_E_AGAIN;
    bench_turn(&b);
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 4);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    answer_ntp(BENCH_UNIX_MS);
    b.stream_state = OL_E_AGAIN;
    bench_pass(&b, 2100); /* not five minutes */
    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    b.stream_state = OL_OK;
    b.out_pos = b.out_len;
    bench_turn(&b);
    assert_true(bench_has_text(bench_read(&b).connect.password, "&et=17625"));
}

static void an_overdue_round_of_questions_leaves_no_deadline_behind(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_COARSE;
    b.config.ntp[0] = OL_STR("192.0.2.5");
    bench_online(&b);
    b.now +=
        600000; /* overslept: its answer, the next round and the pings are all overdue */
    bench_turn(&b);
    assert_true(ol_agent_deadline(&b.agent) > b.now);
}

static void without_entropy_the_machines_clock_must_do(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_COARSE;
    b.config.ntp[0] = OL_STR("192.0.2.5");
    b.entropy_result = OL_E_IO;
    bench_online(&b);
    assert_int_equal(b.sent_count, 0);
}

/* ---- The date of a web server ---- */

#define DATE_S    INT64_C(1763282977)
#define DATE_HEAD "HTTP/1.1 200 OK\r\nServer: x\r\n"
#define DATE_LINE "Date: Sun, 16 Nov 2025 08:49:37 GMT\r\n"

/* Nothing knows the time, and the web server's stream is opening. */
static void start_date(const char *host)
{
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.date_host = ol_str_from(host);
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_CLOCK);
}

static void answer_date(const char *text)
{
    assert_int_equal(b.stream_state, OL_OK);
    memcpy(b.in, text, strlen(text));
    b.in_len = strlen(text);
    bench_turn(&b);
}

static void open_date_stream(void)
{
    assert_int_equal(b.stream_state, OL_E_AGAIN);
    b.stream_state = OL_OK;
    bench_turn(&b);
}

/* The stream to the platform is opening; the next login has a token with that et. */
static void expect_login(const char *et)
{
    char word[40];

    assert_int_equal(state_now(), OL_AGENT_CONNECT);
    assert_int_equal(b.peer.bytes[3], 80);
    assert_int_equal(b.peer.port, 1883);
    b.stream_state = OL_OK;
    bench_turn(&b);
    (void)snprintf(word, sizeof word, "&et=%s&", et);
    assert_true(bench_has_text(bench_read(&b).connect.password, word));
}

static void expect_login_without_a_clock(void)
{
    char et[24];

    (void)snprintf(et, sizeof et, "%lld", (long long)OL_ONENET_TOKEN_ET_FAR);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_CLOCK), 0);
    assert_int_equal(ol_agent_get_wall(&b.agent).quality, OL_CLOCK_NONE);
    expect_login(et);
}

static void a_web_server_tells_the_date(void **state)
{
    static const char request[] = "HEAD / HTTP/1.1\r\nHost: 192.0.2.7\r\n";

    (void)state;
    start_date("192.0.2.7");
    assert_int_equal(b.peer.bytes[3], 7);
    assert_int_equal(b.peer.port, 80);
    assert_string_equal(b.host, "192.0.2.7");
    bench_sample(&b, BENCH_TEMP, 1); /* has no date yet */
    open_date_stream();
    assert_memory_equal(b.out, request, sizeof request - 1);
    answer_date(DATE_HEAD);
    assert_int_equal(state_now(), OL_AGENT_CLOCK);
    bench_pass(&b, 400);
    answer_date(DATE_LINE);
    const struct bench_event *e = bench_find(&b, OL_AGENT_EVENT_CLOCK);
    assert_non_null(e);
    assert_int_equal(e->ev.clock.wall.quality, OL_CLOCK_COARSE);
    assert_true(e->ev.clock.wall.unix_ms == DATE_S * 1000);
    assert_int_equal(e->ev.clock.server.bytes[3], 7);
    assert_int_equal(e->ev.clock.server.port, 80);
    expect_login("1765874977");
    bench_connack(&b, 0);
    bench_suback(&b, 0, 0);
    assert_true(bench_has_text(ol_str_from(bench_posted_body(&b)),
                               "\"value\":1,\"time\":1763282976600"));
    /* It runs on, and the machine's clock is the better one once it is set. */
    bench_pass(&b, 1000);
    assert_true(ol_agent_get_wall(&b.agent).unix_ms == DATE_S * 1000 + 1000);
    b.wall = (struct ol_wall_time){BENCH_UNIX_MS, OL_CLOCK_SYNCED};
    bench_turn(&b);
    assert_true(ol_agent_get_wall(&b.agent).unix_ms == BENCH_UNIX_MS);
}

static void a_known_date_is_not_asked_for_again(void **state)
{
    (void)state;
    start_date("192.0.2.7");
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    bench_login(&b);
    b.stream_state = OL_E_IO;
    bench_turn(&b);
    unsigned opens = b.opens;
    bench_until(&b, OL_AGENT_CONNECT, 5000);
    bench_pass(&b, 100);
    assert_int_equal(b.opens, opens + 1);
    assert_int_equal(b.peer.port, 1883);
}

static void a_web_server_without_a_date_is_left_alone(void **state)
{
    static const char *const answers[] = {
        "SSH-2.0-OpenSSH\r\n", DATE_HEAD "\r\n", DATE_HEAD "Date: yesterday\r\n",
        DATE_HEAD "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        start_date("192.0.2.7");
        open_date_stream();
        answer_date(answers[i]);
        expect_login_without_a_clock();
        assert_int_equal(b.opens, 2);
    }
    /* Bytes that came before the end still count. */
    start_date("192.0.2.7");
    open_date_stream();
    b.has_ended = true;
    answer_date(DATE_HEAD);
    expect_login_without_a_clock();
}

static void an_endless_header_has_an_end(void **state)
{
    char line[1001];

    (void)state;
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    start_date("192.0.2.7");
    open_date_stream();
    answer_date(DATE_HEAD);
    for (unsigned i = 0; i < 4; i++) {
        answer_date(line);
        assert_int_equal(state_now(), OL_AGENT_CLOCK);
    }
    answer_date(line);
    expect_login_without_a_clock();
}

static void a_web_server_that_cannot_be_reached_is_left_alone(void **state)
{
    (void)state;
    start_date("192.0.2.7");
    b.stream_state = OL_E_IO; /* refused */
    bench_turn(&b);
    expect_login_without_a_clock();

    for (int connects = 0; connects < 2; connects++) {
        start_date("192.0.2.7");
        if (connects) {
            open_date_stream();
        }
        bench_pass(&b, 4999);
        assert_int_equal(state_now(), OL_AGENT_CLOCK);
        bench_pass(&b, 1);
        expect_login_without_a_clock();
    }

    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.date_host = OL_STR("not a name");
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    expect_login_without_a_clock();
}

static void a_stream_that_is_not_free_at_once_is_waited_for(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.date_host = OL_STR("192.0.2.7");
    b.open_result = OL_E_AGAIN;
    b.is_lively = true;
    bench_open(&b);
    bench_pass(&b, 200);
    assert_in_range(b.opens, 5, 10);
    b.open_result = OL_OK;
    bench_pass(&b, 50);
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    expect_login("1765874977");
}

static void the_request_waits_for_room(void **state)
{
    (void)state;
    start_date("192.0.2.7");
    assert_false(ol_agent_has_output(&b.agent));
    b.is_full = true;
    open_date_stream();
    assert_int_equal(b.out_len, 0);
    assert_true(ol_agent_has_output(&b.agent));
    b.is_full = false;
    bench_turn(&b);
    assert_true(b.out_len > 0);
    assert_false(ol_agent_has_output(&b.agent));
}

static void the_web_servers_name_is_looked_up(void **state)
{
    static const uint8_t address[4] = {192, 0, 2, 77};

    (void)state;
    start_date("www.example");
    assert_int_equal(b.opens, 0);
    assert_true(asked_for("\x03www\x07"
                          "example"));
    answer_dns(0, address);
    assert_memory_equal(b.peer.bytes, address, 4);
    assert_string_equal(b.host, "www.example");
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    expect_login("1765874977");

    start_date("www.example");
    answer_dns(3, NULL);
    expect_login_without_a_clock();
}

static void a_name_without_an_answer_is_not_waited_for_long(void **state)
{
    (void)state;
    start_date("www.example");
    bench_pass(&b, 5000);
    expect_login_without_a_clock();
    assert_false(b.udp_open);
}

/* A time server and a web server, and the web server's turn has come. */
static ol_ms start_both(uint32_t wait_ms)
{
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
    b.config.ntp[0] = OL_STR("192.0.2.5");
    b.config.date_host = OL_STR("192.0.2.7");
    b.config.clock_wait_ms = wait_ms;
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    ol_ms begin = b.now;
    while (b.opens == 0 && b.now < begin + 20000) {
        assert_int_equal(state_now(), OL_AGENT_CLOCK);
        bench_pass(&b, 50);
    }
    assert_int_equal(b.opens, 1);
    assert_int_equal(b.peer.bytes[3], 7);
    return b.now - begin;
}

static void time_servers_come_before_web_servers(void **state)
{
    (void)state;
    assert_in_range(start_both(0), 2000, 10000);
    assert_true(b.sent_count > 0);
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    expect_login("1765874977");
    bench_connack(&b, 0);
    bench_suback(&b, 0, 0);
    /* A time server that answers in the end is believed more. */
    unsigned asked = b.sent_count;
    while (b.sent_count == asked) {
        bench_pass(&b, 1000);
        bench_forget(&b);
    }
    answer_ntp(BENCH_UNIX_MS);
    assert_int_equal(ol_agent_get_wall(&b.agent).quality, OL_CLOCK_SYNCED);
    assert_in_range(ol_agent_get_wall(&b.agent).unix_ms - BENCH_UNIX_MS, 0, 1000);
}

static void neither_server_is_waited_for_when_the_web_server_has_no_date(void **state)
{
    (void)state;
    (void)start_both(100);
    open_date_stream();
    answer_date(DATE_HEAD "\r\n");
    expect_login_without_a_clock();
}

static void a_time_server_that_is_late_ends_the_asking_for_the_date(void **state)
{
    (void)state;
    assert_in_range(start_both(100), 100, 150);
    open_date_stream();
    answer_ntp(BENCH_UNIX_MS);
    assert_int_equal(ol_agent_get_wall(&b.agent).quality, OL_CLOCK_SYNCED);
    expect_login("1762592000");
}

static void a_clock_of_its_own_is_enough(void **state)
{
    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall.quality = OL_CLOCK_COARSE;
    b.config.date_host = OL_STR("192.0.2.7");
    bench_online(&b);
    assert_int_equal(b.opens, 1);
    assert_int_equal(b.peer.port, 1883);
}

/* In the state CONNECT: the platform says no, and time passes until the web server is asked. */
static void be_rejected(void)
{
    b.stream_state = OL_OK;
    bench_turn(&b);
    bench_connack(&b, 4);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    bench_forget(&b);
    bench_until(&b, OL_AGENT_CLOCK, 330000);
    assert_int_equal(b.peer.port, 80);
}

static void a_rejected_login_makes_the_clock_doubtful(void **state)
{
    char far[24];

    (void)state;
    bench_init(&b, bench_start_ms);
    b.wall = (struct ol_wall_time){INT64_C(1600000000000), OL_CLOCK_COARSE};
    b.config.date_host = OL_STR("192.0.2.7");
    b.is_lively = true;
    bench_open(&b);
    bench_turn(&b);
    be_rejected();
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    assert_int_equal(bench_count(&b, OL_AGENT_EVENT_CLOCK), 1);
    expect_login("1765874977");
    bench_connack(&b, 4);
    bench_until(&b, OL_AGENT_CLOCK, 330000);
    /* The same date again was not the reason. */
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    (void)snprintf(far, sizeof far, "%lld", (long long)OL_ONENET_TOKEN_ET_FAR);
    expect_login(far);
}

static void asking_for_the_date_can_be_broken_off(void **state)
{
    (void)state;
    start_date("192.0.2.7");
    b.is_full = true;
    open_date_stream();
    ol_agent_close(&b.agent, b.now);
    bench_turn(&b);
    assert_int_equal(state_now(), OL_AGENT_CLOSED);
    assert_int_equal(b.stream_state, OL_E_CLOSED);
    assert_false(ol_agent_has_output(&b.agent));
    assert_true(ol_agent_deadline(&b.agent) == OL_NEVER);

    start_date("192.0.2.7");
    open_date_stream();
    b.is_link_up = false;
    bench_pass(&b, 1000);
    assert_int_equal(state_now(), OL_AGENT_BACKOFF);
    assert_int_equal(b.stream_state, OL_E_CLOSED);
    b.is_link_up = true;
    bench_until(&b, OL_AGENT_CLOCK, 10000);
    open_date_stream();
    answer_date(DATE_HEAD DATE_LINE);
    expect_login("1765874977");
}

/* Whatever call of the machine fails, there is a login in the end. */
static void no_fault_on_the_way_to_the_date_is_the_end(void **state)
{
    (void)state;
    for (unsigned fail_at = 1; fail_at < 40; fail_at++) {
        bench_init(&b, bench_start_ms);
        b.wall = (struct ol_wall_time){0, OL_CLOCK_NONE};
        b.config.date_host = OL_STR("192.0.2.7");
        b.is_lively = true;
        b.fail_at = fail_at;
        bench_open(&b);
        bench_turn(&b);
        for (unsigned i = 0; i < 1000 && state_now() != OL_AGENT_ONLINE; i++) {
            bench_serve(&b);
            if (state_now() == OL_AGENT_CLOCK && b.stream_state == OL_OK) {
                answer_date(DATE_HEAD DATE_LINE);
            }
            bench_pass(&b, 100);
            bench_forget(&b);
        }
        assert_int_equal(state_now(), OL_AGENT_ONLINE);
    }
}

/* ---- Times of samples ---- */

static int64_t posted_time(void)
{
    const char *at = strstr(bench_posted_body(&b), "\"time\":");
    long long time_ms = 0;

    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"time\":%lld", &time_ms), 1);
    return time_ms;
}

/* The times of the next count posts of one property, each answered. */
static void read_times(int64_t *times, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bench_pass(&b, 1000);
        times[i] = posted_time();
        bench_reply(&b, bench_posted_id(&b), 200, "success");
    }
}

static void times_are_unique_within_a_burst(void **state)
{
    int64_t times[5];

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.posts = 1;
    bench_online(&b);
    for (int i = 0; i < 5; i++) {
        bench_sample(&b, BENCH_TEMP, i);
    }
    read_times(times, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(times[i], BENCH_UNIX_MS + 4 * i);
    }
}

static void times_stay_unique_when_the_clock_is_set_back(void **state)
{
    int64_t times[16];

    (void)state;
    bench_init(&b, bench_start_ms);
    bench_online(&b);
    /* Three times over the same five seconds, with the same phase. */
    size_t n = 0;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 5; i++) {
            b.wall.unix_ms = BENCH_UNIX_MS + 10000 + 1000 * i;
            bench_turn(&b);
            bench_sample(&b, BENCH_TEMP, i);
            b.now += 1000;
            bench_turn(&b);
            bench_reply(&b, bench_posted_id(&b), 200, "success");
            times[n++] = posted_time();
            b.out_pos = b.ack_pos = b.out_len = 0;
            bench_forget(&b);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(times[i], times[k]);
        }
        /* And each is right. */
        assert_in_range(times[i] - (BENCH_UNIX_MS + 10000 + 1000 * (int64_t)(i % 5)), 0,
                        3);
    }
}

static void a_small_step_back_is_bridged(void **state)
{
    int64_t times[2];

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.posts = 1;
    bench_online(&b);
    bench_sample(&b, BENCH_TEMP, 1);
    b.wall.unix_ms -= 500;
    bench_turn(&b);
    bench_sample(&b, BENCH_TEMP, 2);
    times[0] = posted_time();
    bench_reply(&b, bench_posted_id(&b), 200, "success");
    read_times(times + 1, 1);
    assert_int_equal(times[1], times[0] + 4);
}

static void times_of_the_application_are_kept(void **state)
{
    static const int64_t given[] = {1234567890123, 1234567890123, 1234567890123,
                                    1234567890001};
    static const int64_t expected[] = {1234567890123, 1234567890124, 1234567890125,
                                       1234567890001};
    struct ol_onenet_value value = ol_onenet_value_int(1);
    int64_t times[4];

    (void)state;
    bench_init(&b, bench_start_ms);
    b.config.posts = 1;
    bench_online(&b);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(ol_agent_sample(&b.agent, BENCH_TEMP, &value, given[i], NULL),
                         OL_OK);
    }
    read_times(times, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(times[i], expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_asks_for_the_products_own_host_first),
        cmocka_unit_test(auto_goes_on_when_the_name_does_not_exist),
        cmocka_unit_test(auto_goes_on_when_refused),
        cmocka_unit_test(auto_goes_on_when_rejected_and_paces_the_logins),
        cmocka_unit_test(the_remembered_host_is_tried_first),
        cmocka_unit_test(every_address_of_a_name_is_tried),
        cmocka_unit_test(silence_of_the_name_servers_has_an_end),
        cmocka_unit_test(the_last_address_does_when_no_name_server_answers),
        cmocka_unit_test(no_name_server_and_no_entropy_are_told),
        cmocka_unit_test(known_hosts_need_no_server),
        cmocka_unit_test(asks_time_servers_when_there_is_no_clock),
        cmocka_unit_test(goes_on_without_a_clock_when_nobody_answers),
        cmocka_unit_test(a_synced_machine_asks_nobody),
        cmocka_unit_test(servers_of_the_network_are_asked_too),
        cmocka_unit_test(names_of_time_servers_are_looked_up),
        cmocka_unit_test(an_address_is_asked_for_again_when_its_time_is_over),
        cmocka_unit_test(names_to_fall_back_to_come_after_the_network),
        cmocka_unit_test(a_wrong_clock_found_out_ends_the_wait_after_a_rejection),
        cmocka_unit_test(an_overdue_round_of_questions_leaves_no_deadline_behind),
        cmocka_unit_test(without_entropy_the_machines_clock_must_do),
        cmocka_unit_test(a_web_server_tells_the_date),
        cmocka_unit_test(a_known_date_is_not_asked_for_again),
        cmocka_unit_test(a_web_server_without_a_date_is_left_alone),
        cmocka_unit_test(an_endless_header_has_an_end),
        cmocka_unit_test(a_web_server_that_cannot_be_reached_is_left_alone),
        cmocka_unit_test(a_stream_that_is_not_free_at_once_is_waited_for),
        cmocka_unit_test(the_request_waits_for_room),
        cmocka_unit_test(the_web_servers_name_is_looked_up),
        cmocka_unit_test(a_name_without_an_answer_is_not_waited_for_long),
        cmocka_unit_test(time_servers_come_before_web_servers),
        cmocka_unit_test(neither_server_is_waited_for_when_the_web_server_has_no_date),
        cmocka_unit_test(a_time_server_that_is_late_ends_the_asking_for_the_date),
        cmocka_unit_test(a_clock_of_its_own_is_enough),
        cmocka_unit_test(a_rejected_login_makes_the_clock_doubtful),
        cmocka_unit_test(asking_for_the_date_can_be_broken_off),
        cmocka_unit_test(no_fault_on_the_way_to_the_date_is_the_end),
        cmocka_unit_test(times_are_unique_within_a_burst),
        cmocka_unit_test(times_stay_unique_when_the_clock_is_set_back),
        cmocka_unit_test(a_small_step_back_is_bridged),
        cmocka_unit_test(times_of_the_application_are_kept),
    };
    int failed = 0;

    BENCH_RUN(tests, failed);
    return failed;
}
