/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "onelink/mqtt/packet.h"
#include "platform/core/mask.h"
#include "platform_peer.h"

/* What the message log tells of packets, and what it must not tell. */

/* ---- masking ---- */

static void signatures_are_masked(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *want;
    } rows[] = {
        {"et=1&sign=aB1%2B%2F%3D&x=1", "et=1&sign=************&x=1"},
        {"sign=abc", "sign=***"},
        {"SIGN=abc", "SIGN=***"},
        {"sign=", "sign="},
        {"sign=&a", "sign=&a"},
        {"sign=a\"b", "sign=*\"b"},
        {"sign%3Dabc", "sign%3D***"},
        {"sign%3dabc d", "sign%3d*** d"},
        {"%73%69%67%6E%3Dabc", "%73%69%67%6E%3D***"},
        {"sign%253Dabc", "sign%253D***"},
        {"sign%25253Dabc", "sign%25253D***"},
        {"%2573ign=abc", "%2573ign=***"},
        {"ssign=a sign=b\nsign=c", "ssign=* sign=*\nsign=*"},
        {"sisign=abc", "sisign=***"},
        {"sign=ab\\/cd\"", "sign=******\""},
        {"sign=ab-_cd}", "sign=******}"},
        {"signal=abc", "signal=abc"},
        {"sig=abc", "sig=abc"},
        {"sign abc", "sign abc"},
        {"%", "%"},
        {"%7", "%7"},
        {"s%69gn%3", "s%69gn%3"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s", rows[i].text);
        ol_mask(text, strlen(text));
        assert_string_equal(text, rows[i].want);
    }
}

/* Wherever the log cuts a text: nothing of the value stays. */
static void no_cut_shows_a_value(void **state)
{
    (void)state;
    static const char whole[] = "xx&sign%3DQUJDREVGRw%3D%3D&yy";
    for (size_t len = 0; len < sizeof whole; len++) {
        char text[sizeof whole];
        memcpy(text, whole, len);
        ol_mask(text, len);
        for (size_t i = 0; i < len; i++) {
            assert_true(i < 10 || text[i] == '*' || whole[i] == '&' || whole[i] == 'y' ||
                        whole[i] == '\0');
            assert_true(i >= 10 || text[i] == whole[i]);
        }
    }
}

static void long_runs_may_be_keys(void **state)
{
    (void)state;
    char text[] = "MQTT short MDEyMzQ1Njc4OWFiY2RlZg== end";
    ol_mask_keys(text, strlen(text));
    assert_string_equal(text, "MQTT short ************************ end");
}

/* ---- the node ---- */

static struct ol_world w;

static void peer_str(void *user, char text[OL_NODE_PEER_CAP])
{
    (void)snprintf(text, OL_NODE_PEER_CAP, "192.0.2.7:%u", user == NULL ? 0U : 49152U);
}

static int set_up(void **state)
{
    (void)state;
    ol_world_open(&w, &(struct ol_node_config){.peer_str = peer_str});
    w.store.keep_sent = true;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ol_world_close(&w);
    return 0;
}

static const struct ol_msglog *line_of(enum ol_msglog_direction direction, uint8_t packet)
{
    for (size_t i = 0; ol_memory_log(&w.store, i) != NULL; i++) {
        const struct ol_msglog *l = ol_memory_log(&w.store, i);
        if (l->direction == direction && l->packet == packet) {
            return l;
        }
    }
    return NULL;
}

static bool contains(struct ol_str s, const char *text)
{
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= s.len; i++) {
        if (memcmp(s.ptr + i, text, n) == 0) {
            return true;
        }
    }
    return false;
}

/* Both ways, byte by byte, but for the signature. */
static void packets_are_logged_as_they_were(void **state)
{
    (void)state;
    struct ol_peer p;
    uint8_t connect[512];
    struct ol_writer c = ol_writer_make(connect, sizeof connect);
    ol_peer_open(&p, &w);
    ol_peer_connect_encode(&c, "dev-1", 60);
    ol_peer_send(&p, connect, c.len);
    const struct ol_msglog *l = line_of(OL_MSGLOG_UP, OL_MQTT_CONNECT);
    assert_non_null(l);
    assert_int_equal(l->raw.len, c.len);
    assert_int_equal(l->raw_len, c.len);
    size_t sign = ol_mask_find(connect, c.len);
    assert_true(sign < c.len);
    assert_memory_equal(l->raw.ptr, connect, sign);
    for (size_t i = sign; i < c.len && connect[i] != '&'; i++) {
        assert_int_equal(l->raw.ptr[i], '*');
    }
    assert_true(contains(l->peer, "192.0.2.7:"));
    l = line_of(OL_MSGLOG_DOWN, OL_MQTT_CONNACK);
    assert_non_null(l);
    assert_memory_equal(l->raw.ptr, "\x20\x02\0\0", 4);

    ol_peer_forget(&p);
    ol_peer_subscribe(&p, "dev-1");
    assert_non_null(line_of(OL_MSGLOG_UP, OL_MQTT_SUBSCRIBE));
    l = line_of(OL_MSGLOG_DOWN, OL_MQTT_SUBACK);
    assert_non_null(l);
    assert_int_equal(l->raw.len, 5);
    ol_peer_publish(&p, "dev-1", "thing/property/post",
                    "{\"id\":\"1\",\"params\":{\"temp\":{\"value\":1}}}", 7);
    l = line_of(OL_MSGLOG_UP, OL_MQTT_PUBLISH);
    assert_non_null(l);
    assert_int_equal(l->raw_len, l->raw.len);
    assert_memory_equal(l->raw.ptr + l->raw.len - l->body.len, l->body.ptr, l->body.len);
    l = line_of(OL_MSGLOG_DOWN, OL_MQTT_PUBACK);
    assert_non_null(l);
    assert_memory_equal(l->raw.ptr, "\x40\x02\0\x07", 4);
    l = line_of(OL_MSGLOG_DOWN, OL_MQTT_PUBLISH);
    assert_non_null(l);
    assert_true(contains(l->raw, "\"code\":200"));
    ol_peer_send(&p, "\xe0\0", 2);
    assert_non_null(line_of(OL_MSGLOG_UP, OL_MQTT_DISCONNECT));
    ol_peer_close(&p);
}

static void pings_are_counted(void **state)
{
    (void)state;
    struct ol_peer p;
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    size_t before = w.store.log_count;
    for (int i = 0; i < 3; i++) {
        ol_world_pass(&w, 2000);
        ol_peer_send(&p, "\xc0\0", 2);
    }
    assert_int_equal(w.store.log_count, before);
    ol_peer_close(&p);
    assert_int_equal(ol_memory_log(&w.store, 0)->verdict, OL_MSGLOG_CLOSED);
    assert_int_equal(ol_memory_log(&w.store, 0)->length, 3);
}

/* What ends the connection is there to be looked at, cut or whole. */
static void a_malformed_packet_is_logged(void **state)
{
    (void)state;
    static const char bad[] = "\x32\x05\0\x09"
                              "abc";
    for (size_t split = 1; split < sizeof bad - 1; split++) {
        struct ol_peer p;
        ol_peer_open(&p, &w);
        ol_peer_login(&p, "dev-1", 60);
        ol_peer_feed(&p, bad, split);
        ol_peer_send(&p, bad + split, sizeof bad - 1 - split);
        assert_true(p.closed);
        const struct ol_msglog *l = ol_memory_log(&w.store, 1);
        assert_int_equal(l->verdict, OL_MSGLOG_CLOSED);
        assert_int_equal(l->raw.len, sizeof bad - 1);
        assert_memory_equal(l->raw.ptr, bad, l->raw.len);
        assert_true(ol_str_equal(l->reason, OL_STR("malformed packet")));
        ol_peer_close(&p);
        ol_world_pass(&w, 10000);
    }
}

static void no_secret_is_logged(void **state)
{
    (void)state;
    /* A key where the token belongs; a token in the topic and the payload; a CONNECT that
     * is none, and one of another level. */
    static const char key[] = "\x10\x40\0\4MQTT\4\xc2\0\x3c\0\5dev-1\0\nP1a2B3c4D5\0"
                              "\x21secretsecretsecretsecretsecret---";
    static const char level5[] = "\x10\x38\0\4MQTT\5\xc2\0\x3c\0\0\5dev-1\0\nP1a2B3c4D5\0"
                                 "\x18secretsecretsecretsecret";
    static const char alien[] = "GET /?sign=secret HTTP/1.1\r\n\r\n";
    static const struct {
        const char *data;
        size_t len;
    } rows[] = {
        {key, sizeof key - 1}, {level5, sizeof level5 - 1}, {alien, sizeof alien - 1}};
    struct ol_peer p;
    for (size_t i = 0; i < 3; i++) {
        ol_peer_open(&p, &w);
        ol_peer_send(&p, rows[i].data, rows[i].len);
        assert_true(p.closed);
        ol_peer_close(&p);
    }
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_publish(&p, "dev-1", "thing/property/post",
                    "{\"id\":\"1\",\"params\":{\"sign=secret\":{\"value\":1}}}", 0);
    ol_peer_publish(&p, "dev-1", "x?sign=secret", "sign%3Dsecret", 0);
    ol_peer_close(&p);
    assert_true(w.store.log_count > 8);
    for (size_t i = 0; i < w.store.log_count; i++) {
        const struct ol_msglog *l = &w.store.log[i].line;
        const struct ol_str all[] = {l->raw,    l->topic,      l->body,
                                     l->reason, l->product_id, l->device_name};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
            assert_false(contains(all[k], "secret"));
        }
    }
}

/* The key of the token begins right before the bound. */
static void a_value_at_the_bound_is_masked(void **state)
{
    (void)state;
    static char payload[3000];
    struct ol_peer p;
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    for (size_t at = 1960; at < OL_MSGLOG_RAW_MAX; at++) {
        memset(payload, '.', sizeof payload - 1);
        memcpy(payload + at, "sign=secret", 11);
        ol_world_pass(&w, 2000);
        ol_peer_publish(&p, "dev-1", "thing/property/post", payload, 0);
        const struct ol_msglog *l = line_of(OL_MSGLOG_UP, OL_MQTT_PUBLISH);
        assert_int_equal(l->raw.len, OL_MSGLOG_RAW_MAX);
        assert_in_range(l->raw_len, sizeof payload, sizeof payload + 100);
        assert_false(contains(l->raw, "=s"));
        assert_false(contains(l->body, "=s"));
    }
    ol_peer_close(&p);
}

static void a_twin_is_told_by_its_address(void **state)
{
    (void)state;
    struct ol_peer a;
    struct ol_peer b;
    ol_peer_open(&a, &w);
    ol_peer_login(&a, "dev-1", 60);
    assert_memory_equal(w.store.device[0].reason, "from 192.0.2.7:", 15);
    assert_int_equal(ol_node_last_seen(&w.node, 1),
                     (int64_t)(w.now - OL_PEER_NOW) + OL_PEER_WALL_S * 1000);
    assert_int_equal(ol_node_last_seen(&w.node, 2), 0);
    ol_peer_open(&b, &w);
    uint8_t connect[512];
    struct ol_writer c = ol_writer_make(connect, sizeof connect);
    ol_peer_connect_encode(&c, "dev-1", 60);
    ol_peer_feed(&b, connect, c.len);
    assert_int_equal(w.store.device[0].presence, OL_PRESENCE_ONLINE);
    bool told = false;
    for (size_t i = 0; i < w.store.log_count; i++) {
        const struct ol_msglog *l = &w.store.log[i].line;
        told = told || (contains(l->reason, "logged in again") &&
                        contains(l->peer, "192.0.2.7:"));
    }
    assert_true(told);
    (void)ol_world_turn(&w);
    ol_peer_close(&a);
    ol_peer_close(&b);
}

/* What nobody reads is not made: without a log only what the watch tells is left. */
static void a_brief_log_has_what_is_told(void **state)
{
    (void)state;
    struct ol_peer p;
    w.node.config.log_brief = true;
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    assert_int_equal(w.store.log_count, 1);
    assert_int_equal(ol_memory_log(&w.store, 0)->packet, OL_MQTT_CONNECT);
    ol_peer_subscribe(&p, "dev-1");
    ol_peer_publish(&p, "dev-1", "thing/property/post",
                    "{\"id\":\"1\",\"params\":{\"temp\":{\"value\":1}}}", 7);
    assert_int_equal(w.store.log_count, 1);
    ol_world_pass(&w, 1000);
    ol_peer_publish(&p, "dev-1", "thing/property/post", "no JSON", 8);
    assert_int_equal(ol_memory_log(&w.store, 0)->verdict, OL_MSGLOG_REFUSED);
    assert_int_equal(w.store.log_count, 2);
    ol_world_pass(&w, 1000);
    ol_peer_publish(&p, "dev-1", "thing/nothing", "", 0);
    assert_int_equal(w.store.log_count, 4);
    assert_true(p.closed);
    ol_peer_close(&p);
    assert_int_equal(w.store.log_count, 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_masked),
        cmocka_unit_test(no_cut_shows_a_value),
        cmocka_unit_test(long_runs_may_be_keys),
        CASE(packets_are_logged_as_they_were),
        CASE(pings_are_counted),
        CASE(a_malformed_packet_is_logged),
        CASE(no_secret_is_logged),
        CASE(a_value_at_the_bound_is_masked),
        CASE(a_twin_is_told_by_its_address),
        CASE(a_brief_log_has_what_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
