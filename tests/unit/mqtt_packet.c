/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/support/vectors.h"
#include "tests/unit/mqtt_check.h"

#define PACKET_MAX 1024
#define TEXT_MAX   4096

struct row {
    uint8_t bytes[PACKET_MAX];
    size_t len;
    int32_t verdict;
    struct ol_vector fields;
};

static int32_t verdict_of(struct ol_str s)
{
    if (ol_str_equal(s, OL_STR("ok"))) {
        return OL_OK;
    }
    assert_true(ol_str_equal(s, OL_STR("again")) || ol_str_equal(s, OL_STR("proto")));
    return s.ptr[0] == 'a' ? OL_E_AGAIN : OL_E_PROTO;
}

/* Runs `each` over every row and requires at least the number that the file had once. */
static void for_each_row(void (*each)(const struct row *))
{
    struct ol_vectors v = ol_vectors_open("mqtt/packets.txt");
    struct row row;
    size_t count = 0;
    while (ol_vectors_next(&v, &row.fields)) {
        assert_int_equal(row.fields.count, 5);
        row.verdict = verdict_of(row.fields.field[1]);
        row.len = ol_vectors_bytes(row.fields.field[2], row.bytes, sizeof row.bytes);
        each(&row);
        count++;
    }
    assert_true(count >= 249);
    ol_vectors_close(&v);
}

static void check_row(const struct row *row)
{
    char text[TEXT_MAX];
    struct ol_guard g = ol_guard_open(row->len);
    int32_t rc =
        mqtt_check(ol_guard_put(&g, row->bytes, row->len), row->len, text, sizeof text);
    ol_guard_close(&g);
    const char *expected = row->fields.field[3].ptr;
    if (rc != row->verdict || strcmp(text, expected) != 0) {
        fail_msg("packets.txt:%u (%s): status %d, \"%s\"", row->fields.line,
                 row->fields.field[4].ptr, (int)rc, text);
    }
}

static void every_vector_gives_its_verdict(void **state)
{
    (void)state;
    for_each_row(check_row);
}

static void check_prefix(void *ctx, const uint8_t *data, size_t len)
{
    char text[TEXT_MAX];
    const struct row *row = ctx;
    int32_t rc = mqtt_check(data, len, text, sizeof text);
    if (row->verdict == OL_OK && len < row->len) {
        assert_int_equal(rc, OL_E_AGAIN);
    }
}

static void truncate_row(const struct row *row)
{
    struct row copy = *row;
    ol_battery_truncations(row->bytes, row->len, check_prefix, &copy);
}

static void every_truncation_asks_for_more(void **state)
{
    (void)state;
    for_each_row(truncate_row);
}

/* mqtt_check itself holds what must hold: no read outside, and encoding what was decoded.
 */
static void check_any(void *ctx, const uint8_t *data, size_t len)
{
    char text[TEXT_MAX];
    (void)ctx;
    (void)mqtt_check(data, len, text, sizeof text);
}

static void flip_row(const struct row *row)
{
    ol_battery_bit_flips(row->bytes, row->len, check_any, NULL);
}

static void every_single_bit_flip_is_survived(void **state)
{
    (void)state;
    for_each_row(flip_row);
}

static void every_first_byte_has_a_verdict(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        uint8_t bytes[5] = {(uint8_t)first, 0x83, 0x80, 0x80, 0x00};
        struct ol_mqtt_header h;
        int32_t one = ol_mqtt_header_decode(bytes, 1, &h);
        int32_t all = ol_mqtt_header_decode(bytes, 5, &h);
        assert_true(one == OL_E_AGAIN || one == OL_E_PROTO);
        if (one == OL_E_PROTO) {
            assert_int_equal(all, OL_E_PROTO);
        } else if (all == OL_OK) {
            assert_int_equal(h.type, first >> 4);
            assert_int_equal(h.flags, first & 15);
            assert_int_equal(h.remaining, 3);
            assert_int_equal(h.len, 5);
        }
    }
}

static void lengths_round_trip_at_their_edges(void **state)
{
    static const uint32_t edges[] = {0,       1,       127,       128,      16383,
                                     16384,   2097151, 2097152,   65535,    65536,
                                     1000000, 123456,  268435454, 268435455};
    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        uint8_t bytes[32];
        struct ol_writer w = ol_writer_make(bytes, sizeof bytes);
        struct ol_mqtt_publish p = {.topic = OL_STR("t")};
        if (edges[i] < 3) {
            continue; /* the topic alone takes three */
        }
        assert_int_equal(ol_mqtt_publish_head_encode(&w, &p, edges[i] - 3), OL_OK);
        struct ol_mqtt_header h;
        assert_int_equal(ol_mqtt_header_decode(bytes, w.len, &h), OL_OK);
        assert_int_equal(h.remaining, edges[i]);
        assert_int_equal(h.len + 3, w.len);
    }
}

static void publish_longer_than_the_standard_allows_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[32];
    struct ol_writer w = ol_writer_make(bytes, sizeof bytes);
    struct ol_mqtt_publish p = {.topic = OL_STR("t")};
    uint32_t too_long = OL_MQTT_REMAINING_MAX - 2;
    assert_int_equal(ol_mqtt_publish_head_encode(&w, &p, too_long), OL_E_ARG);
    assert_int_equal(ol_mqtt_publish_head_encode(&w, &p, UINT32_MAX), OL_E_ARG);
    assert_int_equal(w.len, 0);
}

static void wrong_publishes_are_not_encoded(void **state)
{
    (void)state;
    static const struct ol_mqtt_publish wrong[] = {
        {.topic = OL_STR_INIT("t"), .qos = 3, .packet_id = 1},
        {.topic = OL_STR_INIT("t"), .qos = 1},
        {.topic = OL_STR_INIT("t"), .qos = 2},
        {.topic = OL_STR_INIT("t"), .packet_id = 1},
        {.topic = OL_STR_INIT("t"), .dup = true},
        {.topic = OL_STR_INIT("")},
        {.topic = OL_STR_INIT("a/#")},
        {.topic = OL_STR_INIT("a/+/b")},
        {.topic = OL_STR_INIT("\xff")},
        {.topic = {"a\0b", 3}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t bytes[32];
        struct ol_writer w = ol_writer_make(bytes, sizeof bytes);
        assert_int_equal(ol_mqtt_publish_encode(&w, &wrong[i]), OL_E_ARG);
        assert_int_equal(ol_mqtt_publish_head_encode(&w, &wrong[i], 0), OL_E_ARG);
        assert_int_equal(w.len, 0);
        assert_false(w.over);
    }
}

static char long_text[65536];

static void wrong_connects_are_not_encoded(void **state)
{
    (void)state;
    memset(long_text, 'a', sizeof long_text);
    const struct ol_str too_long = {long_text, sizeof long_text};
    const struct ol_mqtt_connect wrong[] = {
        {.flags = 0x01, .client_id = OL_STR("d")},
        {.flags = 0x0A, .client_id = OL_STR("d")},
        {.flags = 0x22, .client_id = OL_STR("d")},
        {.flags = 0x42, .client_id = OL_STR("d")},
        {.flags = 0x1E, .client_id = OL_STR("d"), .will_topic = OL_STR("w")},
        {.flags = 0x00},
        {.flags = 0x02, .client_id = OL_STR("\xc0\x80")},
        {.flags = 0x02, .client_id = too_long},
        {.flags = 0x06, .client_id = OL_STR("d")},
        {.flags = 0x06, .client_id = OL_STR("d"), .will_topic = OL_STR("w/+")},
        {.flags = 0x06,
         .client_id = OL_STR("d"),
         .will_topic = OL_STR("w"),
         .will_message = too_long},
        {.flags = 0x82, .client_id = OL_STR("d"), .user_name = OL_STR("\xff")},
        {.flags = 0xC2, .client_id = OL_STR("d"), .password = too_long},
    };
    static uint8_t bytes[4 * 65536];
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ol_writer w = ol_writer_make(bytes, sizeof bytes);
        assert_int_equal(ol_mqtt_connect_encode(&w, &wrong[i]), OL_E_ARG);
        assert_int_equal(w.len, 0);
    }
}

static void other_wrong_packets_are_not_encoded(void **state)
{
    (void)state;
    uint8_t bytes[32];
    struct ol_writer w = ol_writer_make(bytes, sizeof bytes);
    static const uint8_t codes[] = {0, 3};
    const struct ol_str bad[] = {OL_STR("a"), OL_STR("b#")};
    assert_int_equal(ol_mqtt_connack_encode(&w, true, 4), OL_E_ARG);
    assert_int_equal(ol_mqtt_connack_encode(&w, false, 6), OL_E_ARG);
    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBLISH, 1), OL_E_ARG);
    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_SUBACK, 1), OL_E_ARG);
    assert_int_equal(ol_mqtt_ack_encode(&w, 200, 1), OL_E_ARG);
    assert_int_equal(ol_mqtt_suback_encode(&w, 0, codes, 1), OL_E_ARG);
    assert_int_equal(ol_mqtt_suback_encode(&w, 1, codes, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_suback_encode(&w, 1, codes, 2), OL_E_ARG);
    assert_int_equal(ol_mqtt_empty_encode(&w, OL_MQTT_CONNACK), OL_E_ARG);
    assert_int_equal(ol_mqtt_empty_encode(&w, 15), OL_E_ARG);
    uint8_t type = OL_MQTT_SUBSCRIBE;
    assert_int_equal(ol_mqtt_subscribe_encode(&w, type, 0, bad, 1, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_subscribe_encode(&w, type, 1, bad, 0, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_subscribe_encode(&w, type, 1, bad, 1, 3), OL_E_ARG);
    assert_int_equal(ol_mqtt_subscribe_encode(&w, type, 1, bad, 2, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_subscribe_encode(&w, OL_MQTT_SUBACK, 1, bad, 1, 0),
                     OL_E_ARG);
    assert_int_equal(w.len, 0);
    assert_false(w.over);
}

static void a_packet_is_appended_behind_another(void **state)
{
    (void)state;
    uint8_t bytes[8];
    struct ol_writer w = ol_writer_make(bytes, sizeof bytes);
    assert_int_equal(ol_mqtt_empty_encode(&w, OL_MQTT_PINGRESP), OL_OK);
    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, 0x1234), OL_OK);
    assert_int_equal(ol_mqtt_ack_encode(&w, OL_MQTT_PUBACK, 0x5678), OL_E_NOSPC);
    assert_true(w.over);
    w.over = false;
    assert_int_equal(ol_mqtt_empty_encode(&w, OL_MQTT_DISCONNECT), OL_OK);
    assert_memory_equal(bytes, "\xd0\x00\x40\x02\x12\x34\xe0\x00", 8);
}

static void names_of_types_and_codes(void **state)
{
    (void)state;
    assert_string_equal(ol_mqtt_type_str(OL_MQTT_CONNECT), "CONNECT");
    assert_string_equal(ol_mqtt_type_str(OL_MQTT_DISCONNECT), "DISCONNECT");
    assert_string_equal(ol_mqtt_type_str(0), "?");
    assert_string_equal(ol_mqtt_type_str(15), "?");
    assert_string_equal(ol_mqtt_type_str(255), "?");
    assert_string_equal(ol_mqtt_connack_code_str(4), "bad user name or password");
    assert_string_equal(ol_mqtt_connack_code_str(0), "accepted");
    assert_string_equal(ol_mqtt_connack_code_str(6), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_gives_its_verdict),
        cmocka_unit_test(every_truncation_asks_for_more),
        cmocka_unit_test(every_single_bit_flip_is_survived),
        cmocka_unit_test(every_first_byte_has_a_verdict),
        cmocka_unit_test(lengths_round_trip_at_their_edges),
        cmocka_unit_test(publish_longer_than_the_standard_allows_is_refused),
        cmocka_unit_test(wrong_publishes_are_not_encoded),
        cmocka_unit_test(wrong_connects_are_not_encoded),
        cmocka_unit_test(other_wrong_packets_are_not_encoded),
        cmocka_unit_test(a_packet_is_appended_behind_another),
        cmocka_unit_test(names_of_types_and_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
