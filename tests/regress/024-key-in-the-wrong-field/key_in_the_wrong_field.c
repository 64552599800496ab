/* SPDX-License-Identifier: MIT */

/* What was seen: the message log held a key that had been typed where the client id or the user
 * name belongs, and the signature of a token in JSON whose writer escapes the equals sign
 * ("sign\u003d...", as some do by default). Cause: only the password was looked at for keys, and
 * only percent-encoding was seen through. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "onelink/mqtt/packet.h"
#include "platform_peer.h"

#define KEY "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U="

static struct ol_world w;

static int set_up(void **state)
{
    (void)state;
    ol_world_open(&w, &(struct ol_node_config){0});
    w.store.keep_sent = true;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ol_world_close(&w);
    return 0;
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

static bool is_logged(const char *text)
{
    assert_true(w.store.log_count > 0);
    for (size_t i = 0; i < w.store.log_count; i++) {
        const struct ol_msglog *l = &w.store.log[i].line;
        const struct ol_str all[] = {l->raw,    l->topic,      l->body,
                                     l->reason, l->product_id, l->device_name};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
            if (contains(all[k], text)) {
                return true;
            }
        }
    }
    return false;
}

static void send_connect(const char *client_id, const char *user, uint16_t keep_alive)
{
    uint8_t packet[512];
    struct ol_writer out = ol_writer_make(packet, sizeof packet);
    const struct ol_mqtt_connect connect = {.level = OL_MQTT_LEVEL_3_1_1,
                                            .flags = OL_MQTT_CONNECT_CLEAN_SESSION |
                                                     OL_MQTT_CONNECT_USER_NAME |
                                                     OL_MQTT_CONNECT_PASSWORD,
                                            .keepalive_s = keep_alive,
                                            .client_id = ol_str_from(client_id),
                                            .user_name = ol_str_from(user),
                                            .password = OL_STR("version=1&sign=x")};
    struct ol_peer p;
    assert_int_equal(ol_mqtt_connect_encode(&out, &connect), OL_OK);
    ol_peer_open(&p, &w);
    ol_peer_send(&p, packet, out.len);
    assert_true(p.closed);
    ol_peer_close(&p);
}

static void a_key_in_the_wrong_field_is_hidden(void **state)
{
    (void)state;
    send_connect(KEY, OL_PEER_PID, 60);
    send_connect("dev-1", KEY, 60);
    send_connect(KEY "?network=0", KEY, 60);
    send_connect(KEY, KEY, 5); /* no such keep alive */
    assert_false(is_logged("c2VjcmV0"));
    /* What is no key stays to be read. */
    assert_true(is_logged("dev-1"));
    assert_true(is_logged(OL_PEER_PID));
    assert_true(is_logged("?network=0"));
    send_connect("dev 1", "no product", 60);
    assert_true(is_logged("dev 1"));
    assert_true(is_logged("no product"));
}

static void an_escaped_equals_sign_hides_nothing(void **state)
{
    (void)state;
    struct ol_peer p;
    ol_peer_open(&p, &w);
    ol_peer_login(&p, "dev-1", 60);
    ol_peer_publish(&p, "dev-1", "thing/property/post",
                    "{\"a\":\"et=1&sign\\u003dtop%2Bsecret\"}", 0);
    ol_peer_publish(&p, "dev-1", "thing/property/post",
                    "{\"a\":\"{\\\"b\\\":\\\"si\\\\u0067n\\\\u003Dtop\\\\u002bsecret\"}",
                    0);
    ol_peer_close(&p);
    assert_false(is_logged("top"));
    assert_false(is_logged("secret"));
    assert_true(is_logged("et=1"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_key_in_the_wrong_field_is_hidden),
        CASE(an_escaped_equals_sign_hides_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
