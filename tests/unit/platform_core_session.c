/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform_peer.h"
#include "tests/support/battery.h"

/* Time, twins, slow clients, commit and memory: what needs more than one exchange of
 * bytes. */

static const struct ol_node_config plain = {0};

#define POST "thing/property/post"
#define GOOD "{\"id\":\"7\",\"params\":{\"count\":{\"value\":42,\"time\":1700000000123}}}"

/* ---- time ---- */

static void test_login_timeout(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    assert_int_equal(ol_node_deadline(&w.node), OL_PEER_NOW + 5000);
    ol_peer_send(&p, "\x10", 1); /* the beginning of a packet buys no time */
    ol_world_pass(&w, 4999);
    assert_false(p.closed);
    ol_world_pass(&w, 1);
    assert_true(p.closed);
    assert_true(ol_peer_got(&p, "", 0));
    ol_peer_close(&p);
    assert_int_equal(ol_node_deadline(&w.node), OL_NEVER);
    ol_world_close(&w);
}

/* Closed after exactly 1.5 times the keep alive without a packet (§1.3). */
static void keep_alive_check(uint16_t keep_alive_s)
{
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", keep_alive_s);
    const ol_ms all = (ol_ms)keep_alive_s * 1500;
    ol_world_pass(&w, all - 1);
    assert_false(p.closed);
    ol_peer_send(&p, "\xc0", 1);
    ol_peer_send(&p, "\x00", 1);
    assert_true(ol_peer_got(&p, "\xd0\x00", 2));
    ol_world_pass(&w, all - 1);
    assert_false(p.closed);
    assert_true(ol_node_is_online(&w.node, 1));
    assert_true(ol_node_deadline(&w.node) <= w.now + 1);
    ol_world_pass(&w, 1);
    assert_true(p.closed);
    assert_true(ol_peer_got(&p, "", 0));
    assert_false(ol_node_is_online(&w.node, 1));
    assert_int_equal(w.store.device[0].presence, OL_PRESENCE_OFFLINE);
    assert_non_null(strstr(w.store.device[0].reason, "keep alive"));
    assert_int_equal(ol_memory_log(&w.store, 0)->code, 1401);
    ol_peer_close(&p);
    ol_world_close(&w);
}

static void test_keep_alive(void **state)
{
    (void)state;
    keep_alive_check(10);
    keep_alive_check(121);
    keep_alive_check(1800);
}

/* Only whole packets count; half of one does not keep a connection. */
static void test_half_packet_is_silence(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 10);
    ol_world_pass(&w, 14000);
    ol_peer_send(&p, "\x82\x20\x00", 3);
    ol_world_pass(&w, 1000);
    assert_true(p.closed);
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* A client that never reads its CONNACK 4 is not waited for. */
static void test_refused_login_lingers_not(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    w.store.device[0].key[0] = 'A';
    p.blocked = true;
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_peer_send(&p, packet, out.len);
    assert_false(p.closed);
    assert_false(ol_session_is_reading(p.session));
    ol_world_pass(&w, 4999);
    assert_false(p.closed);
    ol_world_pass(&w, 1);
    assert_true(p.closed);
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* ---- twins, §1.4 ---- */

static void test_twin(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer old;
    struct ol_peer intruder;
    struct ol_peer twin;
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_world_open(&w, &plain);
    ol_peer_open(&old, &w);
    ol_peer_login(&old, "dev-1", 60);
    ol_peer_subscribe(&old, "dev-1");

    /* A wrong token does not touch the session that is there. */
    ol_peer_open(&intruder, &w);
    ol_peer_connect_encode(&out, "dev-1", 60);
    packet[out.len - 5] ^= 1; /* a character of the signature */
    ol_peer_send(&intruder, packet, out.len);
    assert_true(ol_peer_got(&intruder, "\x20\x02\x00\x04", 4));
    assert_true(intruder.closed);
    assert_int_equal(ol_memory_log(&w.store, 0)->code, 1106);
    assert_false(old.closed);
    assert_int_equal(w.store.device[0].presence_count, 1);

    /* The same device with its key does. */
    ol_peer_open(&twin, &w);
    ol_peer_login(&twin, "dev-1", 60);
    assert_true(old.closed);
    assert_true(ol_peer_got(&old, "", 0));
    assert_true(ol_node_is_online(&w.node, 1));
    assert_int_equal(w.store.device[0].presence, OL_PRESENCE_ONLINE);
    assert_int_equal(ol_node_stats(&w.node).online, 1);

    /* The end of the old connection says nothing about the device. */
    ol_peer_close(&old);
    (void)ol_world_turn(&w);
    assert_int_equal(w.store.device[0].presence, OL_PRESENCE_ONLINE);

    /* Another device is no twin. */
    struct ol_peer other;
    ol_peer_open(&other, &w);
    ol_peer_login(&other, "dev-2", 60);
    assert_false(twin.closed);
    ol_peer_close(&intruder);
    ol_peer_close(&twin);
    ol_peer_close(&other);
    (void)ol_world_turn(&w);
    assert_int_equal(w.store.device[0].presence, OL_PRESENCE_OFFLINE);
    ol_world_close(&w);
}

/* Devices do not hear each other (§1.6): a reply goes to the one that posted. */
static void test_devices_apart(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer a;
    struct ol_peer b;
    ol_world_open(&w, &plain);
    ol_peer_open(&a, &w);
    ol_peer_open(&b, &w);
    ol_peer_login(&a, "dev-1", 60);
    ol_peer_login(&b, "dev-2", 60);
    ol_peer_subscribe(&a, "dev-1");
    ol_peer_subscribe(&b, "dev-2");
    ol_peer_publish(&a, "dev-1", POST, GOOD, 0);
    assert_true(ol_peer_saw(&a, "\"code\":200"));
    assert_true(ol_peer_got(&b, "", 0));
    ol_peer_close(&a);
    ol_peer_close(&b);
    ol_world_close(&w);
}

/* ---- slow clients ---- */

static void test_slow_client(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &(struct ol_node_config){.output_max = 2000});
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    p.blocked = true;
    size_t before = w.node.mem.used;
    for (int i = 0; i < 1000; i++) {
        ol_peer_send(&p, "\xc0\x00", 2);
        assert_false(p.closed);
        assert_in_range(w.node.mem.used, 0, before + 4096);
    }
    ol_peer_send(&p, "\xc0\x00", 2);
    assert_true(p.closed);
    assert_non_null(strstr(w.store.device[0].reason, "does not read"));
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* Output that is taken in small bites arrives whole, and the queue does not creep. */
static void test_partial_output(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    p.blocked = true;
    ol_peer_send(&p, "\xc0\x00\xc0\x00\xc0\x00", 6);
    for (size_t i = 0; i < 6; i++) {
        size_t len;
        const uint8_t *data = ol_session_output(p.session, &len);
        assert_non_null(data);
        assert_int_equal(len, 6 - i);
        assert_int_equal(data[0], i % 2 == 0 ? 0xD0 : 0);
        ol_node_output_done(&w.node, p.session, 1, w.now);
    }
    size_t len;
    assert_null(ol_session_output(p.session, &len));
    assert_int_equal(len, 0);
    assert_int_equal(p.session->out.cap, 0);
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* A client that is always two bytes behind is not slow, and its queue does not grow. */
static void test_never_caught_up(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &(struct ol_node_config){.output_max = 600});
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    p.blocked = true;
    ol_peer_send(&p, "\xc0\x00", 2);
    for (int i = 0; i < 2000; i++) {
        size_t len;
        ol_peer_send(&p, "\xc0\x00", 2);
        const uint8_t *data = ol_session_output(p.session, &len);
        assert_int_equal(len, 4);
        assert_memory_equal(data, "\xd0\x00\xd0\x00", 4);
        ol_node_output_done(&w.node, p.session, 2, w.now);
        assert_in_range(p.session->out.cap, 1, 600);
    }
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* An idle session holds its subscriptions and nothing else. */
static void test_idle_memory(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_subscribe(&p, "dev-1");
    ol_peer_publish(&p, "dev-1", POST, GOOD, 1);
    assert_int_equal(p.session->in.cap, 0);
    assert_int_equal(p.session->out.cap, 0);
    assert_int_equal(p.session->filters.cap, 2 + strlen("thing/#"));
    assert_in_range(sizeof *p.session, 1, 400);
    size_t before = w.allocations;
    for (int i = 0; i < 100; i++) {
        ol_peer_publish(&p, "dev-1", POST, GOOD, 1);
    }
    assert_int_equal(w.allocations, before); /* a post allocates nothing */
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* ---- commit ---- */

static void feed_post(struct ol_peer *p, uint16_t id)
{
    /* ol_peer_publish runs a turn; here the commit must wait. */
    static const char topic[] = "$sys/" OL_PEER_PID "/dev-1/" POST;
    uint8_t packet[300];
    struct ol_writer w = ol_writer_make(packet, sizeof packet);
    const struct ol_mqtt_publish publish = {
        .topic = OL_STR(topic), .payload = OL_STR(GOOD), .qos = 1, .packet_id = id};
    assert_int_equal(ol_mqtt_publish_encode(&w, &publish), OL_OK);
    ol_peer_feed(p, packet, w.len);
}

static void test_answer_follows_commit(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    size_t len;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_subscribe(&p, "dev-1");
    ol_peer_feed(&p, "\xc0\x00", 2); /* an answer before the post need not wait */
    feed_post(&p, 1);
    ol_peer_feed(&p, "\xc0\x00", 2); /* one behind it must */
    assert_non_null(ol_session_output(p.session, &len));
    assert_int_equal(len, 2);
    assert_null(ol_memory_value(&w.store, 1, PEER_COUNT, 0));
    assert_int_equal(ol_node_commit(&w.node, w.now), OL_OK);
    assert_string_equal(ol_memory_value(&w.store, 1, PEER_COUNT, 1700000000123), "42");
    const uint8_t *data = ol_session_output(p.session, &len);
    assert_memory_equal(data, "\xd0\x00\x40\x02\x00\x01\x30", 7);
    assert_memory_equal(data + len - 2, "\xd0\x00", 2);
    ol_peer_close(&p);
    ol_world_close(&w);
}

static void test_commit_fails(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    struct ol_peer idle;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_open(&idle, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_login(&idle, "dev-2", 60);
    ol_peer_subscribe(&p, "dev-1");
    feed_post(&p, 1);
    w.store.fail_commits = 1;
    assert_int_equal(ol_world_turn(&w), OL_E_IO);
    assert_true(p.closed);
    assert_true(ol_peer_got(&p, "", 0));
    assert_false(idle.closed);
    assert_null(ol_memory_value(&w.store, 1, PEER_COUNT, 0));
    assert_int_equal(ol_world_turn(&w), OL_OK);
    ol_peer_close(&p);
    ol_peer_close(&idle);
    ol_world_close(&w);
}

static void test_put_fails(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_subscribe(&p, "dev-1");
    w.store.fail_put_at = 1;
    ol_peer_publish(&p, "dev-1", POST, GOOD, 1);
    assert_true(p.closed);
    assert_true(ol_peer_got(&p, "", 0));
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* A login that cannot be noted is none, and the store that cannot tell is no proof. */
static void test_login_without_store(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    uint8_t packet[600];
    for (int how = 0; how < 3; how++) {
        struct ol_writer out = ol_writer_make(packet, sizeof packet);
        ol_world_open(&w, &plain);
        ol_peer_open(&p, &w);
        w.store.fail_presence = how == 0;
        w.store.fail_commits = how == 1;
        w.store.fail_find = how == 2;
        ol_peer_connect_encode(&out, "dev-1", 60);
        ol_peer_send(&p, packet, out.len);
        assert_true(p.closed);
        assert_true(ol_peer_got(&p, "\x20\x02\x00\x04", how == 2 ? 4 : 0));
        assert_false(ol_node_is_online(&w.node, 1));
        ol_peer_close(&p);
        ol_world_close(&w);
    }
}

/* A client too slow for its PUBACK is dropped while its message, which was kept because
 * it came in pieces, is still being read (a sanitizer sees it when it is gone too early).
 */
static void test_slow_for_puback(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    char payload[900];
    uint8_t packet[1100];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_world_open(&w, &(struct ol_node_config){.output_max = 100});
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    p.blocked = true;
    for (int i = 0; i < 50; i++) {
        ol_peer_send(&p, "\xc0\x00", 2);
    }
    memset(payload, ' ', sizeof payload);
    memcpy(payload, "{\"id\":\"1\",\"code\":200}", 21);
    const struct ol_mqtt_publish publish = {
        .topic = OL_STR("$sys/" OL_PEER_PID "/dev-1/thing/property/set_reply"),
        .payload = ol_str_make(payload, sizeof payload),
        .qos = 1,
        .packet_id = 1};
    assert_int_equal(ol_mqtt_publish_encode(&out, &publish), OL_OK);
    ol_peer_send(&p, packet, 600);
    assert_false(p.closed);
    ol_peer_send(&p, packet + 600, out.len - 600);
    assert_true(p.closed);
    assert_int_equal(ol_memory_log(&w.store, 0)->code, 1028);
    assert_non_null(strstr(w.store.device[0].reason, "does not read"));
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* What was answered survives a crash; what was not answered may be gone, and the same
 * report sent again is stored once. */
static void test_crash(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_subscribe(&p, "dev-1");
    ol_peer_publish(&p, "dev-1", POST,
                    "{\"id\":\"1\",\"params\":{\"count\":{\"value\":1,\"time\":1000}}}",
                    1);
    assert_true(ol_peer_saw(&p, "\"code\":200"));
    ol_peer_forget(&p);
    feed_post(&p, 2);
    ol_memory_crash(&w.store);
    assert_true(ol_peer_got(&p, "", 0));
    assert_string_equal(ol_memory_value(&w.store, 1, PEER_COUNT, 1000), "1");
    assert_null(ol_memory_value(&w.store, 1, PEER_COUNT, 1700000000123));
    feed_post(&p, 3);
    feed_post(&p, 4);
    (void)ol_world_turn(&w);
    assert_int_equal(w.store.stored.count, 2);
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* A refused post stores nothing of its good members; untimed posts within one millisecond
 * are two samples. */
static void test_what_is_stored(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_publish(&p, "dev-1", POST,
                    "{\"id\":\"1\",\"params\":{\"count\":{\"value\":1},"
                    "\"led\":{\"value\":1}}}",
                    0);
    assert_int_equal(w.store.puts, 0);
    assert_int_equal(ol_memory_log_count(&w.store, OL_MSGLOG_REFUSED, 2271), 1);
    ol_peer_publish(&p, "dev-1", POST,
                    "{\"id\":\"1\",\"params\":{\"count\":{\"value\":1}}}", 0);
    ol_peer_publish(&p, "dev-1", POST,
                    "{\"id\":\"2\",\"params\":{\"count\":{\"value\":2}}}", 0);
    const int64_t wall = OL_PEER_WALL_S * 1000;
    assert_string_equal(ol_memory_value(&w.store, 1, PEER_COUNT, wall), "1");
    assert_string_equal(ol_memory_value(&w.store, 1, PEER_COUNT, wall + 1), "2");
    ol_peer_publish(&p, "dev-1", POST,
                    "{\"id\":\"3\",\"params\":{\"text\":{\"value\":\"a\\\"b\"},"
                    "\"temp\":{\"value\":23.5,\"time\":9999999999999}}}",
                    0);
    assert_string_equal(ol_memory_value(&w.store, 1, PEER_TEXT, wall + 2), "\"a\\\"b\"");
    assert_string_equal(ol_memory_value(&w.store, 1, PEER_TEMP, 9999999999999), "23.5");
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* Hostile ids and names do not come back at full length. */
static void test_long_echo(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    char *payload = malloc(100100);
    assert_non_null(payload);
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_subscribe(&p, "dev-1");
    strcpy(payload, "{\"id\":\"");
    memset(payload + 7, '1', 100000);
    strcpy(payload + 100007, "\",\"params\":{}}");
    ol_peer_publish(&p, "dev-1", POST, payload, 0);
    assert_true(ol_peer_saw(&p, "{\"id\":\"\",\"code\":2405,"));
    strcpy(payload, "{\"id\":\"1\",\"params\":{\"");
    memset(payload + 21, 'x', 90000);
    strcpy(payload + 90021, "\":{\"value\":1}}}");
    ol_peer_publish(&p, "dev-1", POST, payload, 0);
    assert_true(ol_peer_saw(&p, "{\"id\":\"1\",\"code\":2306,"));
    assert_in_range(p.got_len, 1, 1000);
    assert_false(p.closed);
    free(payload);
    ol_peer_close(&p);
    ol_world_close(&w);
}

static void test_no_model(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_subscribe(&p, "dev-1");
    w.store.product[0].model = NULL;
    ol_peer_publish(&p, "dev-1", POST, GOOD, 1);
    assert_true(ol_peer_saw(&p, "\"code\":2305,\"msg\":\"thing model not exist\""));
    assert_true(ol_memory_log(&w.store, 0)->ours);
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* ---- hostile bytes ---- */

static void connect_variant(void *ctx, const uint8_t *data, size_t len)
{
    struct ol_world *w = ctx;
    struct ol_peer p;
    ol_peer_open(&p, w);
    ol_node_input(&w->node, p.session, data, len, w->now);
    (void)ol_world_turn(w);
    /* Nothing, CONNACK 0 or CONNACK 4 and the end. */
    bool fine = p.got_len == 4 && p.got[3] == 0;
    bool refused = p.got_len == 4 && p.got[3] == 4;
    assert_true(p.got_len == 0 || fine || refused);
    if (refused) {
        assert_true(p.closed);
    }
    if (fine) {
        assert_true(ol_node_is_online(&w->node, 1));
    }
    ol_peer_close(&p);
}

static void test_connect_battery(void **state)
{
    (void)state;
    struct ol_world w;
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_world_open(&w, &(struct ol_node_config){.limits = OL_LIMITS_OFF});
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_battery_truncations(packet, out.len, connect_variant, &w);
    assert_int_equal(ol_node_stats(&w.node).logins, 1); /* only the whole one */
    ol_battery_bit_flips(packet, out.len, connect_variant, &w);
    /* Bits of the keep alive may flip within 10 to 1800 s, nothing else. */
    assert_in_range(ol_node_stats(&w.node).logins, 1, 1 + 16);
    ol_world_close(&w);
}

static void split_variant(void *ctx, const uint8_t *head, size_t head_len,
                          const uint8_t *tail, size_t tail_len)
{
    struct ol_world *w = ctx;
    struct ol_peer p;
    ol_peer_open(&p, w);
    ol_node_input(&w->node, p.session, head, head_len, w->now);
    ol_node_input(&w->node, p.session, tail, tail_len, w->now);
    (void)ol_world_turn(w);
    assert_int_equal(p.got_len, 4);
    assert_int_equal(p.got[3], 0);
    ol_peer_close(&p);
}

static void test_connect_splits(void **state)
{
    (void)state;
    struct ol_world w;
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_world_open(&w, &(struct ol_node_config){.limits = OL_LIMITS_OFF});
    ol_peer_connect_encode(&out, "dev-1", 60);
    ol_battery_splits(packet, out.len, split_variant, &w);
    ol_world_close(&w);
}

/* All 256 flag bytes: only 0xC2 gets an answer (§1.3). */
static void test_all_connect_flags(void **state)
{
    (void)state;
    struct ol_world w;
    uint8_t packet[600];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    ol_world_open(&w, &plain);
    ol_peer_connect_encode(&out, "dev-1", 60);
    const size_t at = 3 + 2 + 4 + 1; /* two bytes of length, "MQTT", level */
    assert_int_equal(packet[at], 0xC2);
    for (unsigned flags = 0; flags < 256; flags++) {
        struct ol_peer p;
        packet[at] = (uint8_t)flags;
        ol_peer_open(&p, &w);
        ol_peer_send(&p, packet, out.len);
        assert_int_equal(p.closed, flags != 0xC2);
        assert_int_equal(p.got_len, flags == 0xC2 ? 4 : 0);
        ol_peer_close(&p);
    }
    ol_world_close(&w);
}

/* A packet that is announced but does not come costs no more than what came. */
static void test_announced_length(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &plain);
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    size_t before = w.live;
    ol_peer_send(&p, "\x30\x80\x80\x10", 4); /* 256 KB to come */
    assert_in_range(w.live, before, before + 512);
    ol_peer_close(&p);
    ol_world_close(&w);
}

/* Memory that ends at any allocation ends connections, never the node. */
static void test_no_memory(void **state)
{
    (void)state;
    bool reached_end = false;
    for (size_t n = 1; !reached_end; n++) {
        struct ol_world w;
        struct ol_peer p;
        uint8_t packet[600];
        struct ol_writer out = ol_writer_make(packet, sizeof packet);
        ol_world_open(&w, &plain);
        ol_peer_open(&p, &w);
        w.fail_at = w.allocations + n;
        ol_peer_connect_encode(&out, "dev-1", 60);
        ol_peer_send(&p, packet, 20);
        ol_peer_send(&p, packet + 20, out.len - 20);
        static const char sub[] =
            "\x82\x22\x00\x01\x00\x1d$sys/" OL_PEER_PID "/dev-1/thing/#\x00";
        if (!p.closed) {
            ol_peer_send(&p, sub, sizeof sub - 1);
        }
        if (!p.closed) {
            ol_peer_publish(&p, "dev-1", POST, GOOD, 1);
        }
        struct ol_call_start start;
        int32_t rc =
            ol_node_set_begin(&w.node, 1, OL_STR("{\"led\":true}"), NULL, w.now, &start);
        assert_true(rc == OL_OK || (rc == OL_E_NOSPC && start.code == 10500) ||
                    (rc == OL_E_ARG && start.code == 10421));
        (void)ol_world_turn(&w);
        reached_end = w.allocations < w.fail_at;
        assert_true(!reached_end || (!p.closed && rc == OL_OK));
        ol_peer_close(&p);
        ol_world_close(&w);
        assert_in_range(n, 1, 100);
    }
}

/* ---- many ---- */

#define MANY 1500

static void test_many_devices(void **state)
{
    (void)state;
    struct ol_world w;
    static struct ol_peer peer[MANY];
    char name[16];
    ol_world_open(&w, &(struct ol_node_config){.connections_max = MANY});
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof name, "many-%d", i);
        (void)ol_memory_add_device(&w.store, &w.store.product[0], name,
                                   OL_PEER_DEVICE_KEY);
        ol_peer_open(&peer[i], &w);
        /* Keep alives in no order, so that the heap has work. */
        ol_peer_login(&peer[i], name, (uint16_t)(10 + (i * 7919) % 1791));
        w.now += 3;
    }
    struct ol_session extra = {0};
    assert_int_equal(ol_node_open(&w.node, &extra, NULL, w.now), OL_E_NOSPC);
    assert_int_equal(ol_node_stats(&w.node).online, MANY);
    /* Every one goes at its own instant, never before. */
    ol_ms began = w.now;
    while (ol_node_stats(&w.node).online > 0) {
        ol_ms next = ol_node_deadline(&w.node);
        assert_true(next > w.now && next <= began + 2700000);
        w.now = next - 1;
        uint32_t online = ol_node_stats(&w.node).online;
        (void)ol_world_turn(&w);
        assert_int_equal(ol_node_stats(&w.node).online, online);
        w.now = next;
        (void)ol_world_turn(&w);
    }
    for (int i = 0; i < MANY; i++) {
        assert_true(peer[i].closed);
        ol_peer_close(&peer[i]);
    }
    ol_world_close(&w);
}

static void test_close_all_and_kick(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p[3];
    ol_world_open(&w, &plain);
    for (int i = 0; i < 3; i++) {
        ol_peer_open(&p[i], &w);
    }
    ol_peer_login(&p[0], "dev-1", 60);
    ol_peer_login(&p[1], "dev-2", 60);
    ol_node_kick(&w.node, 99, w.now);
    ol_node_kick(&w.node, 2, w.now);
    (void)ol_world_turn(&w);
    assert_true(p[1].closed);
    assert_false(p[0].closed);
    feed_post(&p[0], 1); /* what is under way is still answered */
    ol_node_close_all(&w.node, w.now);
    (void)ol_world_turn(&w);
    for (int i = 0; i < 3; i++) {
        assert_true(p[i].closed);
    }
    assert_true(ol_peer_got(&p[0], "\x40\x02\x00\x01", 4));
    assert_string_equal(w.store.device[0].reason, "the platform ends");
    for (int i = 0; i < 3; i++) {
        ol_peer_close(&p[i]);
    }
    ol_world_close(&w);
}

static void test_log_off(void **state)
{
    (void)state;
    struct ol_world w;
    struct ol_peer p;
    ol_world_open(&w, &(struct ol_node_config){.log_off = true});
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_publish(&p, "dev-1", POST, GOOD, 1);
    assert_int_equal(w.store.log_count, 0);
    ol_peer_close(&p);
    ol_world_close(&w);
}

static void test_init_refuses(void **state)
{
    (void)state;
    struct ol_node node;
    struct ol_node_config c = {0};
    assert_int_equal(ol_node_init(&node, &c), OL_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_login_timeout),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_half_packet_is_silence),
        cmocka_unit_test(test_refused_login_lingers_not),
        cmocka_unit_test(test_twin),
        cmocka_unit_test(test_devices_apart),
        cmocka_unit_test(test_slow_client),
        cmocka_unit_test(test_partial_output),
        cmocka_unit_test(test_never_caught_up),
        cmocka_unit_test(test_idle_memory),
        cmocka_unit_test(test_answer_follows_commit),
        cmocka_unit_test(test_commit_fails),
        cmocka_unit_test(test_put_fails),
        cmocka_unit_test(test_login_without_store),
        cmocka_unit_test(test_slow_for_puback),
        cmocka_unit_test(test_crash),
        cmocka_unit_test(test_what_is_stored),
        cmocka_unit_test(test_long_echo),
        cmocka_unit_test(test_no_model),
        cmocka_unit_test(test_connect_battery),
        cmocka_unit_test(test_connect_splits),
        cmocka_unit_test(test_all_connect_flags),
        cmocka_unit_test(test_announced_length),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_many_devices),
        cmocka_unit_test(test_close_all_and_kick),
        cmocka_unit_test(test_log_off),
        cmocka_unit_test(test_init_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
