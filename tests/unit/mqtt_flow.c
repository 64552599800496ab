/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/flow.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "onelink/mqtt/packet.h"

static void starts_empty_with_identifier_1(void **state)
{
    (void)state;
    struct ol_mqtt_flow f;
    ol_mqtt_flow_init(&f, 2);
    assert_false(ol_mqtt_flow_is_waiting(&f));
    assert_false(ol_mqtt_flow_is_full(&f));
    assert_int_equal(ol_mqtt_flow_find(&f, 1), OL_E_NOENT);
    const struct ol_mqtt_flow_record *r = ol_mqtt_flow_add(&f, 10, 20);
    assert_int_equal(r->packet_id, 1);
    assert_int_equal(r->handle, 1);
    assert_int_equal(r->at, 10);
    assert_int_equal(r->len, 20);
    assert_true(ol_mqtt_flow_is_waiting(&f));
}

static void window_is_full_at_its_size(void **state)
{
    (void)state;
    for (uint8_t window = 1; window <= OL_MQTT_WINDOW_MAX; window++) {
        struct ol_mqtt_flow f;
        ol_mqtt_flow_init(&f, window);
        for (uint8_t i = 0; i < window; i++) {
            assert_false(ol_mqtt_flow_is_full(&f));
            (void)ol_mqtt_flow_add(&f, i, 1);
        }
        assert_true(ol_mqtt_flow_is_full(&f));
        ol_mqtt_flow_remove(&f, 0);
        assert_false(ol_mqtt_flow_is_full(&f));
    }
}

static void removal_keeps_the_order_of_the_others(void **state)
{
    (void)state;
    for (size_t gone = 0; gone < 5; gone++) {
        struct ol_mqtt_flow f;
        ol_mqtt_flow_init(&f, 8);
        for (uint16_t i = 0; i < 5; i++) {
            (void)ol_mqtt_flow_add(&f, i, 1);
        }
        ol_mqtt_flow_remove(&f, gone);
        assert_int_equal(f.count, 4);
        for (size_t i = 0; i < 4; i++) {
            size_t before = i < gone ? i : i + 1;
            assert_int_equal(f.record[i].at, before);
            assert_int_equal(f.record[i].packet_id, before + 1);
            assert_int_equal(ol_mqtt_flow_find(&f, f.record[i].packet_id), i);
        }
        assert_int_equal(ol_mqtt_flow_find(&f, (uint16_t)(gone + 1)), OL_E_NOENT);
    }
}

static void identifiers_wrap_past_0_and_those_in_flight(void **state)
{
    (void)state;
    struct ol_mqtt_flow f;
    ol_mqtt_flow_init(&f, 8);
    (void)ol_mqtt_flow_add(&f, 0, 1); /* 1 stays in flight */
    assert_int_equal(ol_mqtt_flow_request_add(&f, OL_MQTT_SUBSCRIBE, 1), 2);
    (void)ol_mqtt_flow_add(&f, 0, 1); /* 3 */
    f.last_id = 65533;
    assert_int_equal(ol_mqtt_flow_add(&f, 0, 1)->packet_id, 65534);
    assert_int_equal(ol_mqtt_flow_add(&f, 0, 1)->packet_id, 65535);
    assert_int_equal(ol_mqtt_flow_add(&f, 0, 1)->packet_id, 4);
    assert_int_equal(ol_mqtt_flow_add(&f, 0, 1)->packet_id, 5);
}

static void every_identifier_is_given_out_once_a_round(void **state)
{
    (void)state;
    struct ol_mqtt_flow f;
    ol_mqtt_flow_init(&f, 1);
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned id = 1; id <= 65535; id++) {
            assert_int_equal(ol_mqtt_flow_add(&f, 0, 1)->packet_id, id);
            ol_mqtt_flow_remove(&f, 0);
        }
    }
}

static void renewing_keeps_the_handle_and_spares_it(void **state)
{
    (void)state;
    struct ol_mqtt_flow f;
    ol_mqtt_flow_init(&f, 8);
    (void)ol_mqtt_flow_add(&f, 0, 1);
    (void)ol_mqtt_flow_add(&f, 5, 1);
    assert_int_equal(ol_mqtt_flow_renew(&f, 0), 3);
    assert_int_equal(ol_mqtt_flow_renew(&f, 1), 4);
    assert_int_equal(f.record[0].handle, 1);
    assert_int_equal(f.record[1].handle, 2);
    assert_int_equal(f.record[1].packet_id, 4);
    f.last_id = 0;
    /* 1 and 2 are handles still, 3 and 4 identifiers: neither may be given out. */
    assert_int_equal(ol_mqtt_flow_add(&f, 0, 1)->packet_id, 5);
}

static void requests_are_taken_by_identifier_and_type(void **state)
{
    (void)state;
    struct ol_mqtt_flow f;
    ol_mqtt_flow_init(&f, 1);
    assert_int_equal(ol_mqtt_flow_request_add(&f, OL_MQTT_SUBSCRIBE, 3), 1);
    assert_int_equal(ol_mqtt_flow_request_add(&f, OL_MQTT_UNSUBSCRIBE, 2), 2);
    assert_int_equal(ol_mqtt_flow_request_add(&f, OL_MQTT_SUBSCRIBE, 1), OL_E_NOSPC);
    assert_true(ol_mqtt_flow_is_waiting(&f));
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_UNSUBSCRIBE, 1), OL_E_NOENT);
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_SUBSCRIBE, 2), OL_E_NOENT);
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_SUBSCRIBE, 0), OL_E_NOENT);
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_SUBSCRIBE, 1), 3);
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_SUBSCRIBE, 1), OL_E_NOENT);
    assert_int_equal(ol_mqtt_flow_request_add(&f, OL_MQTT_SUBSCRIBE, 9), 3);
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_UNSUBSCRIBE, 2), 2);
    ol_mqtt_flow_request_reset(&f);
    assert_false(ol_mqtt_flow_is_waiting(&f));
    assert_int_equal(ol_mqtt_flow_request_take(&f, OL_MQTT_SUBSCRIBE, 3), OL_E_NOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_empty_with_identifier_1),
        cmocka_unit_test(window_is_full_at_its_size),
        cmocka_unit_test(removal_keeps_the_order_of_the_others),
        cmocka_unit_test(identifiers_wrap_past_0_and_those_in_flight),
        cmocka_unit_test(every_identifier_is_given_out_once_a_round),
        cmocka_unit_test(renewing_keeps_the_handle_and_spares_it),
        cmocka_unit_test(requests_are_taken_by_identifier_and_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
