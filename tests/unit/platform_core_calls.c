/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform_peer.h"

/* property/set and property/get from an application: docs/protocol.md §4.3, §4.12, §8.3.
 */

struct fixture {
    struct ol_world w;
    struct ol_peer p;
};

static void open_with(struct fixture *f, const struct ol_node_config *config)
{
    ol_world_open(&f->w, config);
    ol_peer_open(&f->p, &f->w);
    ol_peer_login(&f->p, "dev-1", 60);
    ol_peer_subscribe(&f->p, "dev-1");
}

static void open_plain(struct fixture *f)
{
    open_with(f, &(struct ol_node_config){0});
}

static void done(struct fixture *f)
{
    ol_peer_close(&f->p);
    ol_world_close(&f->w);
}

static uint32_t begin(struct fixture *f, const char *params)
{
    struct ol_call_start start;
    assert_int_equal(
        ol_node_set_begin(&f->w.node, 1, ol_str_from(params), f, f->w.now, &start),
        OL_OK);
    assert_int_equal(start.code, 0);
    assert_int_not_equal(start.handle, 0);
    (void)ol_world_turn(&f->w);
    return start.handle;
}

static bool str_is(struct ol_str s, const char *text)
{
    return ol_str_equal(s, ol_str_from(text));
}

static void test_set(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    open_plain(&f);
    uint32_t handle = begin(&f, "{\"led\":true,\"mode\":2}");
    static const char want[] =
        "\x30\x63\x00\x28$sys/" OL_PEER_PID "/dev-1/thing/property/set"
        "{\"id\":\"1\",\"version\":\"1.0\",\"params\":{\"led\":true,\"mode\":2}}";
    assert_int_equal(f.p.got_len, sizeof want - 1);
    assert_true(ol_peer_got(&f.p, want, sizeof want - 1));
    assert_int_equal(ol_memory_log(&f.w.store, 0)->direction, OL_MSGLOG_DOWN);
    assert_int_equal(ol_memory_log(&f.w.store, 0)->qos, 0);
    assert_false(ol_node_next_event(&f.w.node, &ev));
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}", 1);
    assert_true(ol_peer_got(&f.p, "\x40\x02\x00\x01", 4));
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ev.kind, OL_NODE_CALL_DONE);
    assert_int_equal(ev.handle, handle);
    assert_ptr_equal(ev.user, &f);
    assert_int_equal(ev.device, 1);
    assert_int_equal(ev.api_code, 0);
    assert_true(str_is(ev.api_msg, "succ"));
    assert_true(str_is(ev.id, "1"));
    assert_int_equal(ev.code, 200);
    assert_true(str_is(ev.msg, "success"));
    assert_true(str_is(ev.data, ""));
    assert_false(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ol_node_deadline(&f.w.node), f.p.session->timer_at_ms);
    done(&f);
}

/* The device's own failure is its answer, not the platform's. */
static void test_device_refuses(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    open_plain(&f);
    (void)begin(&f, "{\"led\":false}");
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":400,\"message\":\"jammed\"}", 0);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ev.api_code, 0);
    assert_int_equal(ev.code, 400);
    assert_true(str_is(ev.msg, "jammed"));
    done(&f);
}

static void test_get(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    struct ol_call_start start;
    open_plain(&f);
    assert_int_equal(ol_node_get_begin(&f.w.node, 1, OL_STR("[\"temp\",\"led\"]"), NULL,
                                       f.w.now, &start),
                     OL_OK);
    (void)ol_world_turn(&f.w);
    assert_true(ol_peer_saw(
        &f.p, "thing/property/"
              "get{\"id\":\"1\",\"version\":\"1.0\",\"params\":[\"temp\",\"led\"]}"));
    /* The answer to a set is no answer to a get. */
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_false(ol_node_next_event(&f.w.node, &ev));
    ol_peer_publish(
        &f.p, "dev-1", "thing/property/get_reply",
        "{\"id\":\"1\",\"code\":200,\"msg\":\"success\",\"data\":{\"temp\":1.5}}", 0);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ev.kind, OL_NODE_CALL_DONE);
    assert_true(str_is(ev.data, "{\"temp\":1.5}"));
    assert_int_equal(
        ol_node_get_begin(&f.w.node, 1, OL_STR("[\"no\"]"), NULL, f.w.now, &start),
        OL_E_ARG);
    assert_int_equal(start.code, 10411);
    assert_int_equal(
        ol_node_get_begin(&f.w.node, 1, OL_STR("{\"temp\":1}"), NULL, f.w.now, &start),
        OL_E_ARG);
    assert_int_equal(start.code, 10001);
    assert_int_equal(ol_node_get_begin(&f.w.node, 1, OL_STR("[]"), NULL, f.w.now, &start),
                     OL_E_ARG);
    done(&f);
}

/* What is refused before anything is sent, with the words of §8.3. */
static void test_set_refused(void **state)
{
    (void)state;
    static const struct {
        const char *params;
        int32_t code;
        const char *msg;
    } rows[] = {
        {"{\"led\":1}", 10411, "属性设置失败:identifier: led, error: bool type error"},
        {"{\"relay\":true}", 10411,
         "属性设置失败:identifier: relay, error: identifier not exist"},
        {"{\"led\":true,\"relay\":true}", 10411,
         "属性设置失败:identifier: relay, error: identifier not exist"},
        {"{\"led\":{\"value\":true}}", 10411,
         "属性设置失败:identifier: led, error: bool type error"},
        {"{\"led\":null}", 10411, NULL},
        {"{\"temp\":20}", 10411, NULL}, /* read only */
        {"{\"mode\":3}", 10411, NULL},
        {"{\"mode\":1.5}", 10411, NULL},
        {"{\"text\":\"123456789\"}", 10411,
         "属性设置失败:identifier: text, error: string length error"},
        {"{}", 10001, NULL},
        {"[]", 10001, NULL},
        {"{\"led\":true", 10001, NULL},
        {"", 10001, NULL},
        {"{\"led\":true}{}", 10001, NULL},
    };
    struct fixture f;
    open_plain(&f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ol_call_start start;
        assert_int_equal(ol_node_set_begin(&f.w.node, 1, ol_str_from(rows[i].params),
                                           NULL, f.w.now, &start),
                         OL_E_ARG);
        assert_int_equal(start.code, rows[i].code);
        assert_int_equal(start.handle, 0);
        struct ol_str msg = {start.msg, start.msg_len};
        if (rows[i].msg != NULL && !str_is(msg, rows[i].msg)) {
            fail_msg("%s: %.*s", rows[i].params, (int)msg.len, msg.ptr);
        }
        assert_int_not_equal(msg.len, 0);
    }
    (void)ol_world_turn(&f.w);
    assert_true(ol_peer_got(&f.p, "", 0));
    done(&f);
}

static void test_not_online(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_call_start start;
    open_plain(&f);
    assert_int_equal(
        ol_node_set_begin(&f.w.node, 2, OL_STR("{\"led\":true}"), NULL, f.w.now, &start),
        OL_E_ARG);
    assert_int_equal(start.code, 10421);
    f.w.store.product[0].model = NULL;
    assert_int_equal(
        ol_node_set_begin(&f.w.node, 1, OL_STR("{\"led\":true}"), NULL, f.w.now, &start),
        OL_E_ARG);
    assert_int_equal(start.code, 10417);
    done(&f);
}

static void test_timeout(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    open_plain(&f);
    uint32_t handle = begin(&f, "{\"led\":true}");
    assert_int_equal(ol_node_deadline(&f.w.node), f.w.now + 5000);
    ol_world_pass(&f.w, 4999);
    assert_false(ol_node_next_event(&f.w.node, &ev));
    ol_world_pass(&f.w, 1);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ev.kind, OL_NODE_CALL_TIMEOUT);
    assert_int_equal(ev.handle, handle);
    assert_int_equal(ev.api_code, 10411);
    assert_true(str_is(ev.api_msg, "设备响应超时"));
    /* An answer now is late (1023); to an id never sent it is unknown (1028). */
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_int_equal(ol_memory_log(&f.w.store, 0)->code, 1023);
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"2\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_int_equal(ol_memory_log(&f.w.store, 0)->code, 1028);
    /* A number for an id, letters, no JSON: 1027. */
    static const char *const bad[] = {"{\"id\":1,\"code\":200}",
                                      "{\"id\":\"x\",\"code\":200}", "ok",
                                      "{\"code\":200}", "{\"id\":\"1\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply", bad[i], 0);
        assert_int_equal(ol_memory_log(&f.w.store, 0)->code, 1027);
    }
    assert_false(ol_node_next_event(&f.w.node, &ev));
    assert_false(f.p.closed);
    done(&f);
}

static void test_timeout_is_configurable(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    open_with(&f, &(struct ol_node_config){.set_timeout_ms = 100});
    (void)begin(&f, "{\"led\":true}");
    ol_world_pass(&f.w, 99);
    assert_false(ol_node_next_event(&f.w.node, &ev));
    ol_world_pass(&f.w, 1);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    done(&f);
}

/* Not subscribed: nothing is sent (log 1022), the call times out. */
static void test_not_subscribed(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    ol_world_open(&f.w, &(struct ol_node_config){0});
    ol_peer_open(&f.p, &f.w);
    ol_peer_login(&f.p, "dev-1", 60);
    (void)begin(&f, "{\"led\":true}");
    assert_true(ol_peer_got(&f.p, "", 0));
    assert_int_equal(ol_memory_log_count(&f.w.store, OL_MSGLOG_DROPPED, 1022), 1);
    ol_world_pass(&f.w, 5000);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ev.kind, OL_NODE_CALL_TIMEOUT);
    done(&f);
}

static void test_offline_meanwhile(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    open_plain(&f);
    (void)begin(&f, "{\"led\":true}");
    (void)begin(&f, "{\"mode\":1}");
    struct ol_peer twin;
    ol_peer_open(&twin, &f.w);
    ol_peer_login(&twin, "dev-1", 60);
    for (int i = 0; i < 2; i++) {
        assert_true(ol_node_next_event(&f.w.node, &ev));
        assert_int_equal(ev.kind, OL_NODE_CALL_OFFLINE);
        assert_int_equal(ev.api_code, 10421);
    }
    /* The new connection cannot answer for the old one. */
    ol_peer_publish(&twin, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_int_equal(ol_memory_log(&f.w.store, 0)->code, 1028);
    assert_false(ol_node_next_event(&f.w.node, &ev));
    ol_peer_close(&twin);
    done(&f);
}

/* Only the device that was asked can answer. */
static void test_foreign_answer(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    struct ol_peer other;
    open_plain(&f);
    ol_peer_open(&other, &f.w);
    ol_peer_login(&other, "dev-2", 60);
    (void)begin(&f, "{\"led\":true}");
    ol_peer_publish(&other, "dev-2", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_int_equal(ol_memory_log(&f.w.store, 0)->code, 1028);
    assert_false(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(f.p.session->call_count, 1);
    /* Nor can it with another spelling of the id. */
    static const char *const ids[] = {"\"01\"", "1", "\"0\"", "\" 1\"", "\"1.0\""};
    static const int32_t codes[] = {1028, 1027, 1028, 1027, 1027};
    for (size_t i = 0; i < 5; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"id\":%s,\"code\":200}", ids[i]);
        ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply", body, 0);
        assert_int_equal(ol_memory_log(&f.w.store, 0)->code, codes[i]);
        assert_false(ol_node_next_event(&f.w.node, &ev));
    }
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"1\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(f.p.session->call_count, 0);
    ol_peer_close(&other);
    done(&f);
}

static void test_cancel(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_node_event ev;
    open_plain(&f);
    uint32_t first = begin(&f, "{\"led\":true}");
    uint32_t second = begin(&f, "{\"led\":false}");
    uint32_t third = begin(&f, "{\"mode\":0}");
    ol_node_call_cancel(&f.w.node, first);
    ol_node_call_cancel(&f.w.node, 12345);
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"2\",\"code\":200,\"msg\":\"success\"}", 0);
    ol_node_call_cancel(&f.w.node, second); /* answered, not told yet */
    assert_false(ol_node_next_event(&f.w.node, &ev));
    ol_peer_publish(&f.p, "dev-1", "thing/property/set_reply",
                    "{\"id\":\"3\",\"code\":200,\"msg\":\"success\"}", 0);
    assert_true(ol_node_next_event(&f.w.node, &ev));
    assert_int_equal(ev.handle, third);
    assert_int_equal(f.w.node.call_count, 0);
    done(&f);
}

/* Open calls are bounded, and so is what waits for one device. */
static void test_bounds(void **state)
{
    (void)state;
    struct fixture f;
    struct ol_call_start start;
    open_with(&f, &(struct ol_node_config){.calls_max = 2, .output_max = 4000});
    f.p.blocked = true;
    (void)begin(&f, "{\"led\":true}");
    (void)begin(&f, "{\"led\":true}");
    assert_int_equal(
        ol_node_set_begin(&f.w.node, 1, OL_STR("{\"led\":true}"), NULL, f.w.now, &start),
        OL_E_NOSPC);
    assert_int_equal(start.code, 10500);
    ol_world_pass(&f.w, 5000);
    struct ol_node_event ev;
    while (ol_node_next_event(&f.w.node, &ev)) {
    }
    static char spaces[5000];
    memset(spaces, ' ', sizeof spaces);
    memcpy(spaces, "{\"led\":true}", 12);
    assert_int_equal(ol_node_set_begin(&f.w.node, 1, ol_str_make(spaces, sizeof spaces),
                                       NULL, f.w.now, &start),
                     OL_E_NOSPC);
    assert_false(f.p.closed);
    done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_device_refuses),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_set_refused),
        cmocka_unit_test(test_not_online),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_timeout_is_configurable),
        cmocka_unit_test(test_not_subscribed),
        cmocka_unit_test(test_offline_meanwhile),
        cmocka_unit_test(test_foreign_answer),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
