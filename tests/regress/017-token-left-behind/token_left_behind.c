/* SPDX-License-Identifier: MIT */

/* What was seen: the password of a login that a stalled transport never took stayed in the receive
 * buffer. Cause: it was wiped when the transport closed on a CONNECT that was still going out, but
 * not when the time limit of the login had ended that state before. Found by reading. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "onelink/mqtt/client.h"

static void a_login_that_timed_out_leaves_no_password(void **state)
{
    static uint8_t rx[128];
    static uint8_t tx[64];
    static const struct ol_mqtt_client_config config = {
        .rx = rx, .rx_cap = sizeof rx, .tx = tx, .tx_cap = sizeof tx};
    const struct ol_mqtt_connect connect = {.flags = OL_MQTT_CONNECT_CLEAN_SESSION |
                                                     OL_MQTT_CONNECT_USER_NAME |
                                                     OL_MQTT_CONNECT_PASSWORD,
                                            .client_id = OL_STR("c"),
                                            .user_name = OL_STR("u"),
                                            .password = OL_STR("very secret indeed")};
    struct ol_mqtt_client c;
    struct ol_mqtt_event ev;

    (void)state;
    assert_int_equal(ol_mqtt_client_init(&c, &config), OL_OK);
    assert_int_equal(ol_mqtt_client_open(&c, &connect, 1000), OL_OK);
    ol_mqtt_client_output_done(&c, 5);
    ol_mqtt_client_step(&c, ol_mqtt_client_deadline(&c));
    assert_int_equal(ol_mqtt_client_next_event(&c, &ev), OL_OK);
    assert_int_equal(ev.failed.reason, OL_MQTT_REASON_NO_CONNACK);
    ol_mqtt_client_closed(&c, 20000);
    for (size_t i = 0; i < sizeof rx; i++) {
        assert_int_equal(rx[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_that_timed_out_leaves_no_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
