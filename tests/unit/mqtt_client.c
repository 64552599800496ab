/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mqtt_rig.h"

#define TOPIC OL_STR("a/b")

static const uint8_t connect_bytes[] = {0x10, 25,  0,   4,   'M', 'Q', 'T', 'T', 4,
                                        0xC2, 0,   60,  0,   3,   'd', 'e', 'v', 0,
                                        3,    'p', 'i', 'd', 0,   3,   't', 'o', 'k'};

static void assert_sent(struct rig *r, const void *bytes, size_t len)
{
    assert_int_equal(r->sent_len, len);
    assert_memory_equal(r->sent, bytes, len);
    r->sent_len = 0;
}

static void assert_event(struct rig *r, enum ol_mqtt_event_type type)
{
    assert_int_equal(rig_next(r), OL_OK);
    assert_int_equal(r->ev.type, type);
}

static void assert_no_event(struct rig *r)
{
    assert_int_equal(rig_next(r), OL_E_AGAIN);
}

/* The connection failed for this reason, once, and nothing moves any more. */
static void assert_failed(struct rig *r, uint8_t reason)
{
    size_t len;
    assert_event(r, OL_MQTT_EVENT_FAILED);
    assert_int_equal(r->ev.failed.reason, reason);
    assert_int_equal(r->ev.failed.status,
                     reason >= OL_MQTT_REASON_NO_CONNACK ? OL_E_TIMEOUT : OL_E_PROTO);
    assert_no_event(r);
    assert_false(ol_mqtt_client_is_online(&r->c));
    assert_int_equal(ol_mqtt_client_deadline(&r->c), OL_NEVER);
    (void)ol_mqtt_client_output(&r->c, &len);
    assert_int_equal(len, 0);
    (void)ol_mqtt_client_input(&r->c, &len);
    assert_int_equal(len, 0);
}

static void feed(struct rig *r, const void *bytes, size_t len)
{
    assert_int_equal(rig_feed(r, bytes, len), len);
}

static void feed_puback(struct rig *r, uint16_t id)
{
    uint8_t bytes[] = {0x40, 2, (uint8_t)(id >> 8), (uint8_t)id};
    feed(r, bytes, sizeof bytes);
}

static int32_t publish(struct rig *r, const char *payload, uint8_t qos)
{
    return ol_mqtt_client_publish(&r->c, TOPIC, ol_str_from(payload), qos);
}

/* --- configuration ---------------------------------------------------------------- */

static void init_refuses_what_cannot_work(void **state)
{
    (void)state;
    static uint8_t b[65536];
    static const struct ol_mqtt_client_config wrong[] = {
        {.rx_cap = 64, .tx = b, .tx_cap = 64},
        {.rx = b, .rx_cap = 64, .tx_cap = 64},
        {.rx = b, .rx_cap = 15, .tx = b, .tx_cap = 64},
        {.rx = b, .rx_cap = 64, .tx = b, .tx_cap = 31},
        {.rx = b, .rx_cap = 65536, .tx = b, .tx_cap = 64},
        {.rx = b, .rx_cap = 64, .tx = b, .tx_cap = 65536},
        {.rx = b, .rx_cap = 64, .tx = b, .tx_cap = 64, .window = 9},
        {.rx = b, .rx_cap = 64, .tx = b, .tx_cap = 64, .large = 2},
    };
    struct ol_mqtt_client c;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(ol_mqtt_client_init(&c, &wrong[i]), OL_E_ARG);
    }
    static const struct ol_mqtt_client_config smallest = {
        .rx = b, .rx_cap = 16, .tx = b, .tx_cap = 32};
    assert_int_equal(ol_mqtt_client_init(&c, &smallest), OL_OK);
    static const struct ol_mqtt_client_config largest = {
        .rx = b, .rx_cap = 65535, .tx = b, .tx_cap = 65535, .window = 8, .large = 1};
    assert_int_equal(ol_mqtt_client_init(&c, &largest), OL_OK);
}

static void open_refuses_what_cannot_be_sent(void **state)
{
    (void)state;
    struct rig r = rig_make(26, 64, 1);
    struct ol_mqtt_connect bad = rig_connect;
    bad.client_id = OL_STR("\xff");
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(ol_mqtt_client_open(&r.c, &bad, r.now), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_E_NOSPC);
    rig_free(&r);
    r = rig_make(27, 64, 1);
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
    assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_E_ARG);
    rig_free(&r);
}

/* --- login ------------------------------------------------------------------------ */

static bool holds_password(const struct rig *r)
{
    for (size_t i = 0; i + 3 <= r->config.rx_cap; i++) {
        if (memcmp(r->config.rx + i, "tok", 3) == 0) {
            return true;
        }
    }
    return false;
}

static void connect_goes_out_in_one_piece_and_leaves_no_password(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    memset(r.config.rx, 0, 64);
    rig_login(&r, false);
    assert_int_equal(r.sends, 0); /* rig_login has forgotten them */
    ol_mqtt_client_closed(&r.c, r.now);
    assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
    assert_true(holds_password(&r));
    rig_flush(&r);
    assert_int_equal(r.sends, 1);
    assert_sent(&r, connect_bytes, sizeof connect_bytes);
    assert_false(holds_password(&r));
    rig_free(&r);
}

/* At every byte: partial output, and the connection lost there. */
static void connect_may_be_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof connect_bytes; cut++) {
        struct rig r = rig_make(64, 64, 1);
        size_t cap;
        memset(r.config.rx, 0, 64);
        assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
        assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
        assert_int_equal(rig_send(&r, cut), cut);
        (void)ol_mqtt_client_input(&r.c, &cap);
        assert_int_equal(cap, 0);
        ol_mqtt_client_input_done(&r.c, 5); /* not asked for: no effect */
        ol_mqtt_client_closed(&r.c, r.now);
        assert_false(holds_password(&r));
        assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
        r.sent_len = 0;
        assert_int_equal(rig_send(&r, cut), cut);
        while (rig_send(&r, 1) == 1) {
        }
        assert_sent(&r, connect_bytes, sizeof connect_bytes);
        assert_false(holds_password(&r));
        rig_free(&r);
    }
}

static void refusal_is_told_with_its_code(void **state)
{
    (void)state;
    for (uint8_t code = 1; code <= 5; code++) {
        struct rig r = rig_make(64, 64, 1);
        uint8_t connack[] = {0x20, 2, 0, code};
        size_t len;
        assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
        assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
        rig_flush(&r);
        feed(&r, connack, sizeof connack);
        assert_event(&r, OL_MQTT_EVENT_REFUSED);
        assert_int_equal(r.ev.code, code);
        assert_no_event(&r);
        assert_false(ol_mqtt_client_is_online(&r.c));
        (void)ol_mqtt_client_input(&r.c, &len);
        assert_int_equal(len, 0);
        ol_mqtt_client_closed(&r.c, r.now);
        rig_login(&r, false);
        rig_free(&r);
    }
}

static void login_may_take_only_its_time(void **state)
{
    (void)state;
    for (int flushed = 0; flushed < 2; flushed++) {
        struct rig r = rig_make(64, 64, 1);
        r.config.connack_timeout_ms = flushed != 0 ? 0 : 3000;
        ol_ms limit = flushed != 0 ? 10000 : 3000;
        assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
        assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
        if (flushed != 0) {
            rig_flush(&r);
        }
        assert_int_equal(ol_mqtt_client_deadline(&r.c), RIG_START + limit);
        rig_pass(&r, limit - 1);
        assert_no_event(&r);
        rig_pass(&r, 1);
        assert_failed(&r, OL_MQTT_REASON_NO_CONNACK);
        ol_mqtt_client_closed(&r.c, r.now);
        rig_login(&r, false);
        rig_free(&r);
    }
}

/* --- keep alive -------------------------------------------------------------------- */

static const uint8_t pingreq[] = {0xC0, 0};
static const uint8_t pingresp[] = {0xD0, 0};

static void ping_is_due_after_silence(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 60000);
    rig_pass(&r, 59999);
    assert_int_equal(rig_flush(&r), 0);
    rig_pass(&r, 1);
    rig_flush(&r);
    assert_sent(&r, pingreq, 2);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 10000);
    rig_pass(&r, 9999);
    feed(&r, pingresp, 2);
    assert_no_event(&r);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now - 9999 + 60000);
    rig_free(&r);
}

static void what_is_sent_postpones_the_ping(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    rig_login(&r, false);
    for (int i = 0; i < 5; i++) {
        rig_pass(&r, 59000);
        assert_int_equal(publish(&r, "x", 0), 0);
        rig_flush(&r);
        r.sent_len = 0;
        assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 60000);
    }
    rig_free(&r);
}

static void missing_pingresp_ends_the_connection(void **state)
{
    (void)state;
    for (int sent = 0; sent < 2; sent++) {
        struct rig r = rig_make(64, 64, 1);
        r.config.pingresp_timeout_ms = 7000;
        rig_login(&r, false);
        rig_pass(&r, 60000);
        if (sent != 0) {
            rig_flush(&r);
        }
        rig_pass(&r, 6999);
        assert_no_event(&r);
        rig_pass(&r, 1);
        assert_failed(&r, OL_MQTT_REASON_NO_PINGRESP);
        rig_free(&r);
    }
}

static void keep_alive_0_never_pings(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    struct ol_mqtt_connect connect = rig_connect;
    connect.keepalive_s = 0;
    rig_login_with(&r, &connect, false);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), OL_NEVER);
    rig_pass(&r, UINT64_C(1) << 40);
    assert_int_equal(rig_flush(&r), 0);
    assert_true(ol_mqtt_client_is_online(&r.c));
    rig_free(&r);
}

/* A server that answers before it is asked cannot make the client ping faster, nor fill
 * tx. */
static void pings_come_at_most_once_a_second(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    struct ol_mqtt_connect connect = rig_connect;
    connect.keepalive_s = 1;
    rig_login_with(&r, &connect, false);
    for (int ms = 0; ms < 10000; ms += 10) {
        rig_pass(&r, 10);
        feed(&r, pingresp, 2);
        assert_no_event(&r);
        rig_flush(&r);
    }
    assert_int_equal(r.sent_len, 10 * 2);
    /* The same while the transport takes nothing. */
    r.sent_len = 0;
    for (int ms = 0; ms < 20000; ms += 10) {
        rig_pass(&r, 10);
        feed(&r, pingresp, 2);
        assert_no_event(&r);
    }
    rig_flush(&r);
    assert_int_equal(r.sent_len, 20 * 2);
    rig_free(&r);
}

/* One that takes nothing and a server that says nothing. */
static void stalled_transport_ends_the_connection(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 32, 1);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "fills all of it", 0), 0);
    rig_pass(&r, 60000);
    rig_pass(&r, 10000);
    assert_failed(&r, OL_MQTT_REASON_NO_PINGRESP);
    rig_free(&r);
}

static void a_ping_is_forgotten_with_its_connection(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    rig_login(&r, false);
    rig_pass(&r, 60000);
    rig_flush(&r);
    ol_mqtt_client_closed(&r.c, r.now);
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 60000);
    rig_pass(&r, 59999);
    assert_no_event(&r);
    assert_int_equal(rig_flush(&r), 0);
    rig_free(&r);
}

/* The clock of a publish starts with it, not with the login. */
static void publish_has_its_whole_time(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    rig_login(&r, false);
    rig_pass(&r, 30000);
    assert_int_equal(publish(&r, "1", 1), 1);
    rig_flush(&r);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 20000);
    rig_pass(&r, 19999);
    assert_no_event(&r);
    rig_free(&r);
}

static void unanswered_publish_ends_the_connection(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "1", 1), 1);
    rig_pass(&r, 15000);
    assert_int_equal(publish(&r, "2", 1), 2);
    rig_flush(&r);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), RIG_START + 20000);
    rig_pass(&r, 4999);
    feed_puback(&r, 1); /* progress: the clock starts anew for the other */
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 20000);
    rig_pass(&r, 20000);
    assert_failed(&r, OL_MQTT_REASON_NO_ACK);
    assert_int_equal(ol_mqtt_client_get_in_flight(&r.c), 1);
    rig_free(&r);
}

static void unanswered_subscribe_ends_the_connection(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    const struct ol_str filters[] = {OL_STR("a/#")};
    r.config.ack_timeout_ms = 500;
    rig_login(&r, false);
    rig_pass(&r, 1000);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 1, 0), 1);
    rig_flush(&r);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 500);
    rig_pass(&r, 500);
    assert_failed(&r, OL_MQTT_REASON_NO_ACK);
    rig_free(&r);
}

static void timeouts_can_be_switched_off(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    struct ol_mqtt_connect connect = rig_connect;
    connect.keepalive_s = 10;
    r.config.connack_timeout_ms = OL_MQTT_NO_TIMEOUT;
    r.config.pingresp_timeout_ms = OL_MQTT_NO_TIMEOUT;
    r.config.ack_timeout_ms = OL_MQTT_NO_TIMEOUT;
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(ol_mqtt_client_open(&r.c, &connect, r.now), OL_OK);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), OL_NEVER);
    rig_pass(&r, UINT64_C(1) << 40);
    assert_no_event(&r);
    ol_mqtt_client_closed(&r.c, r.now);
    rig_login_with(&r, &connect, false);
    assert_int_equal(publish(&r, "1", 1), 1);
    rig_pass(&r, 10000);
    rig_flush(&r);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), OL_NEVER);
    rig_pass(&r, UINT64_C(1) << 40);
    assert_no_event(&r);
    assert_true(ol_mqtt_client_is_online(&r.c));
    rig_free(&r);
}

/* --- publishing -------------------------------------------------------------------- */

static void publish_writes_the_packet(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "hi", 0), 0);
    assert_int_equal(publish(&r, "yo", 1), 1);
    assert_int_equal(publish(&r, "", 1), 2);
    rig_flush(&r);
    assert_int_equal(r.sends, 1); /* gathered */
    assert_sent(&r,
                "\x30\x07\x00\x03"
                "a/bhi"
                "\x32\x09\x00\x03"
                "a/b\x00\x01yo"
                "\x32\x07\x00\x03"
                "a/b\x00\x02",
                9 + 11 + 9);
    assert_int_equal(ol_mqtt_client_get_in_flight(&r.c), 2);
    feed_puback(&r, 2);
    feed_puback(&r, 1);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 2);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 1);
    assert_no_event(&r);
    assert_int_equal(ol_mqtt_client_get_in_flight(&r.c), 0);
    rig_free(&r);
}

/* Every payload length for room of 300 bytes: both sizes of the fixed header, with
 * nothing and with something waiting in front. */
static void publish_in_place_of_every_length(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 300; len++) {
        for (int waits = 0; waits < 2; waits++) {
            struct rig r = rig_make(64, 400, 4);
            struct ol_writer w;
            uint8_t want[400];
            uint8_t payload[300];
            struct ol_writer expected = ol_writer_make(want, sizeof want);
            rig_login(&r, false);
            if (waits != 0) {
                assert_int_equal(publish(&r, "w", 1), 1);
                assert_int_equal(rig_send(&r, 3), 3);
            }
            int32_t rc = ol_mqtt_client_publish_begin(&r.c, TOPIC, 1, 300, &w);
            assert_int_equal(rc, OL_OK);
            assert_int_equal(w.cap, 300);
            for (size_t i = 0; i < len; i++) {
                payload[i] = (uint8_t)(i * 7);
            }
            ol_writer_bytes(&w, payload, len);
            assert_int_equal(ol_mqtt_client_publish_commit(&r.c, len), waits + 1);
            if (waits != 0) {
                struct ol_mqtt_publish first = {
                    .topic = TOPIC, .payload = OL_STR("w"), .packet_id = 1, .qos = 1};
                assert_int_equal(ol_mqtt_publish_encode(&expected, &first), OL_OK);
            }
            struct ol_mqtt_publish p = {.topic = TOPIC,
                                        .payload = ol_str_make(payload, len),
                                        .packet_id = (uint16_t)(waits + 1),
                                        .qos = 1};
            assert_int_equal(ol_mqtt_publish_encode(&expected, &p), OL_OK);
            rig_flush(&r);
            assert_sent(&r, want, expected.len);
            for (int i = 1; i <= waits + 1; i++) {
                feed_puback(&r, (uint16_t)i);
                assert_event(&r, OL_MQTT_EVENT_DELIVERED);
            }
            rig_free(&r);
        }
    }
}

static void large_publishes_have_three_length_bytes(void **state)
{
    (void)state;
    static const size_t lens[] = {16376, 16377, 16378, 16379, 20000, 40000, 60000};
    static uint8_t payload[60000];
    static uint8_t want[65536];
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)(i * 13);
    }
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        struct rig r = rig_make(64, 65535, 4);
        struct ol_writer w;
        struct ol_writer expected = ol_writer_make(want, sizeof want);
        rig_login(&r, false);
        assert_int_equal(ol_mqtt_client_publish_begin(&r.c, TOPIC, 1, 60000, &w), OL_OK);
        ol_writer_bytes(&w, payload, lens[i]);
        assert_int_equal(ol_mqtt_client_publish_commit(&r.c, lens[i]), 1);
        rig_flush(&r);
        struct ol_mqtt_publish p = {.topic = TOPIC,
                                    .payload = ol_str_make(payload, lens[i]),
                                    .packet_id = 1,
                                    .qos = 1};
        assert_int_equal(ol_mqtt_publish_encode(&expected, &p), OL_OK);
        assert_sent(&r, want, expected.len);
        rig_free(&r);
    }
}

static void publish_refuses_what_cannot_be_sent(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 2);
    struct ol_writer w;
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(publish(&r, "x", 0), OL_E_CLOSED);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "x", 2), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_publish(&r.c, OL_STR("a/#"), TOPIC, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_publish(&r.c, OL_STR(""), TOPIC, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 0), OL_E_ARG);
    int32_t rc = ol_mqtt_client_publish_begin(&r.c, TOPIC, 0, SIZE_MAX, &w);
    assert_int_equal(rc, OL_E_NOSPC);
    rc = ol_mqtt_client_publish_begin(&r.c, TOPIC, 0, 64, &w);
    assert_int_equal(rc, OL_E_NOSPC);
    rc = ol_mqtt_client_publish_begin(&r.c, TOPIC, 0, 5, &w);
    assert_int_equal(rc, OL_OK);
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 6), OL_E_ARG);
    ol_mqtt_client_publish_cancel(&r.c);
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 5), OL_E_ARG);
    assert_int_equal(rig_flush(&r), 0);
    rc = ol_mqtt_client_publish_begin(&r.c, TOPIC, 0, 5, &w);
    assert_int_equal(rc, OL_OK);
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 5), 0);
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 5), OL_E_ARG); /* once */
    assert_int_equal(rig_flush(&r), 2 + 5 + 5);
    assert_int_equal(publish(&r, "x", 1), 1);
    assert_int_equal(publish(&r, "y", 1), 2);
    assert_int_equal(publish(&r, "z", 1), OL_E_NOSPC); /* window */
    assert_int_equal(publish(&r, "z", 0), 0);          /* no window at QoS 0 */
    rig_free(&r);
}

/* Whatever else is called between begin and commit, a packet never comes out damaged. */
static void other_calls_cancel_a_publish_that_was_begun(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    struct ol_writer w;
    uint8_t message[32];
    size_t len = rig_publish_packet(message, sizeof message, "m", 1, 9, false, "q", 1);
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_publish_begin(&r.c, TOPIC, 1, 10, &w), OL_OK);
    feed(&r, message, len);
    assert_event(&r, OL_MQTT_EVENT_PUBLISH); /* queues a PUBACK where the draft is */
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 1), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_publish_begin(&r.c, TOPIC, 1, 10, &w), OL_OK);
    ol_writer_str(&w, OL_STR("old"));
    assert_int_equal(ol_mqtt_client_publish_begin(&r.c, OL_STR("c"), 1, 10, &w), OL_OK);
    ol_writer_str(&w, OL_STR("new"));
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 3), 1);
    rig_flush(&r);
    assert_sent(&r,
                "\x40\x02\x00\x09\x32\x08\x00\x01"
                "c\x00\x01new",
                4 + 10);
    rig_free(&r);
}

static void loss_of_the_connection_cancels_a_publish_that_was_begun(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 4);
    struct ol_writer w;
    rig_login(&r, false);
    assert_int_equal(publish(&r, "before", 1), 1);
    assert_int_equal(ol_mqtt_client_publish_begin(&r.c, TOPIC, 1, 10, &w), OL_OK);
    ol_mqtt_client_closed(&r.c, r.now);
    assert_int_equal(ol_mqtt_client_publish_commit(&r.c, 1), OL_E_ARG);
    rig_free(&r);
}

static void handles_and_identifiers_wrap_past_those_in_flight(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 256, 8);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "stays", 1), 1);
    r.c.flow.last_id = 65534;
    assert_int_equal(publish(&r, "last", 1), 65535);
    assert_int_equal(publish(&r, "wrapped", 1), 2);
    rig_flush(&r);
    feed_puback(&r, 65535);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 65535);
    feed_puback(&r, 2);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 2);
    rig_free(&r);
}

/* The whole traffic of a session leaves in pieces of every size, unchanged. */
static void output_may_be_partial_at_every_byte(void **state)
{
    (void)state;
    uint8_t whole[256];
    size_t whole_len = 0;
    for (size_t piece = 0; piece <= 60; piece++) {
        struct rig r = rig_make(64, 128, 4);
        rig_login(&r, false);
        assert_int_equal(publish(&r, "one", 1), 1);
        assert_int_equal(publish(&r, "two", 0), 0);
        if (piece > 0) {
            (void)rig_send(&r, piece); /* then more is queued behind a half-sent packet */
        }
        assert_int_equal(publish(&r, "three", 1), 2);
        assert_int_equal(publish(&r, "four", 1), 3);
        while (rig_send(&r, piece > 0 ? piece : SIZE_MAX) > 0) {
        }
        if (piece == 0) {
            whole_len = r.sent_len;
            memcpy(whole, r.sent, whole_len);
        }
        assert_sent(&r, whole, whole_len);
        rig_free(&r);
    }
}

/* --- what survives a connection ---------------------------------------------------- */

/* Takes the next PUBLISH that was sent and checks what it is. */
static void assert_published(struct rig *r, uint16_t id, bool dup, const char *payload)
{
    struct ol_mqtt_header h;
    struct ol_mqtt_publish p;
    const uint8_t *body = rig_take(r, &h);
    assert_non_null(body);
    assert_int_equal(h.type, OL_MQTT_PUBLISH);
    assert_int_equal(ol_mqtt_publish_decode(&h, body, h.remaining, &p), OL_OK);
    assert_int_equal(p.packet_id, id);
    assert_int_equal(p.dup, dup);
    assert_true(ol_str_equal(p.payload, ol_str_from(payload)));
}

static void new_session_gets_new_identifiers_in_the_old_order(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 256, 8);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "one", 1), 1);
    assert_int_equal(publish(&r, "two", 1), 2);
    assert_int_equal(publish(&r, "three", 1), 3);
    rig_flush(&r);
    feed_puback(&r, 2);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    ol_mqtt_client_closed(&r.c, r.now);
    assert_int_equal(publish(&r, "offline", 1), 4);
    assert_int_equal(rig_flush(&r), 0);
    rig_login(&r, false);
    rig_flush(&r);
    assert_int_equal(r.sends, 1);
    assert_published(&r, 5, false, "one");
    assert_published(&r, 6, false, "three");
    assert_published(&r, 7, false, "offline");
    assert_int_equal(r.sent_len, 0);
    feed_puback(&r, 6);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 3); /* the handle from before */
    feed_puback(&r, 1);
    assert_failed(&r, OL_MQTT_REASON_WRONG_PACKET_ID); /* the old identifier is gone */
    rig_free(&r);
}

static void kept_session_gets_old_identifiers_and_dup(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 256, 8);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "one", 1), 1);
    assert_int_equal(publish(&r, "two", 1), 2);
    assert_int_equal(rig_send(&r, 14),
                     14); /* all of the first, two bytes of the second */
    assert_int_equal(publish(&r, "three", 1), 3);
    ol_mqtt_client_closed(&r.c, r.now);
    rig_login(&r, true);
    rig_flush(&r);
    assert_published(&r, 1, true, "one");
    assert_published(&r, 2, true, "two");
    assert_published(&r, 3, false, "three"); /* never sent before */
    ol_mqtt_client_closed(&r.c, r.now);
    rig_login(&r, false); /* and now the server has forgotten */
    rig_flush(&r);
    assert_published(&r, 4, false, "one");
    assert_published(&r, 5, false, "two");
    assert_published(&r, 6, false, "three");
    rig_free(&r);
}

static void only_publishes_survive(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 256, 8);
    const struct ol_str filters[] = {OL_STR("a/#")};
    uint8_t message[32];
    size_t len = rig_publish_packet(message, sizeof message, "m", 1, 9, false, "q", 1);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "lost", 0), 0);
    assert_int_equal(publish(&r, "kept", 1), 1);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 1, 0), 2);
    feed(&r, message, len);
    assert_event(&r, OL_MQTT_EVENT_PUBLISH);
    feed(&r, message, len - 1); /* half a message is forgotten too */
    rig_pass(&r, 19000);
    ol_mqtt_client_closed(&r.c, r.now);
    rig_login(&r, false);
    rig_flush(&r);
    assert_published(&r, 3, false, "kept");
    assert_int_equal(r.sent_len, 0);
    assert_no_event(&r);
    feed_puback(&r, 3);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 60000);
    rig_free(&r);
}

static void publishes_taken_while_logging_in_follow_the_login(void **state)
{
    (void)state;
    static const uint8_t connack[] = {0x20, 2, 0, 0};
    struct rig r = rig_make(64, 256, 8);
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(publish(&r, "closed", 1), 1);
    assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
    assert_int_equal(publish(&r, "opening", 1), 2);
    assert_int_equal(rig_flush(&r), sizeof connect_bytes);
    assert_int_equal(publish(&r, "waiting", 1), 3);
    assert_int_equal(rig_flush(&r), 0);
    assert_sent(&r, connect_bytes, sizeof connect_bytes);
    feed(&r, connack, 4);
    assert_event(&r, OL_MQTT_EVENT_LOGIN);
    rig_flush(&r);
    assert_published(&r, 4, false, "closed");
    assert_published(&r, 5, false, "opening");
    assert_published(&r, 6, false, "waiting");
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 20000);
    rig_free(&r);
}

static void discard_forgets_and_is_for_closed_clients(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 8);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "one", 1), 1);
    assert_int_equal(ol_mqtt_client_discard(&r.c), OL_E_ARG);
    ol_mqtt_client_closed(&r.c, r.now);
    assert_int_equal(ol_mqtt_client_get_in_flight(&r.c), 1);
    assert_int_equal(ol_mqtt_client_discard(&r.c), OL_OK);
    assert_int_equal(ol_mqtt_client_get_in_flight(&r.c), 0);
    rig_login(&r, false);
    assert_int_equal(rig_flush(&r), 0);
    assert_int_equal(publish(&r, "all of the room is free: 48 bytes...........", 1), 2);
    rig_free(&r);
}

static void disconnect_is_the_last_packet(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 8);
    const struct ol_str filters[] = {OL_STR("a/#")};
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(ol_mqtt_client_disconnect(&r.c), OL_E_CLOSED);
    rig_login(&r, false);
    assert_int_equal(publish(&r, "x", 0), 0);
    assert_int_equal(ol_mqtt_client_disconnect(&r.c), OL_OK);
    assert_int_equal(publish(&r, "y", 0), OL_E_CLOSED);
    assert_int_equal(publish(&r, "y", 1), OL_E_CLOSED);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 1, 0), OL_E_CLOSED);
    assert_int_equal(ol_mqtt_client_disconnect(&r.c), OL_E_CLOSED);
    assert_int_equal(rig_feed(&r, pingresp, 2), 0);
    rig_flush(&r);
    assert_sent(&r,
                "\x30\x06\x00\x03"
                "a/bx\xe0\x00",
                10);
    assert_no_event(&r);
    rig_free(&r);
}

static void disconnect_waits_for_a_stalled_transport_only_so_long(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 8);
    size_t len;
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_disconnect(&r.c), OL_OK);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 10000);
    rig_pass(&r, 9999);
    (void)ol_mqtt_client_output(&r.c, &len);
    assert_int_equal(len, 2);
    rig_pass(&r, 1);
    (void)ol_mqtt_client_output(&r.c, &len);
    assert_int_equal(len, 0);
    assert_no_event(&r);
    rig_free(&r);
}

/* A copy of the context with a copy of the buffers goes on as the original does. */
static void context_can_be_copied(void **state)
{
    (void)state;
    struct rig a = rig_make(64, 128, 4);
    rig_login(&a, false);
    assert_int_equal(publish(&a, "one", 1), 1);
    assert_int_equal(rig_send(&a, 3), 3);
    struct rig b = rig_make(64, 128, 4);
    memcpy(&b.c, &a.c, sizeof a.c);
    b.c.config = &b.config;
    memcpy(b.config.rx, a.config.rx, 64);
    memcpy(b.config.tx, a.config.tx, 128);
    b.now = a.now;
    assert_int_equal(publish(&a, "two", 1), publish(&b, "two", 1));
    rig_flush(&a);
    rig_flush(&b);
    assert_int_equal(a.sent_len, b.sent_len + 3);
    assert_memory_equal(a.sent + 3, b.sent, b.sent_len);
    rig_free(&a);
    rig_free(&b);
}

static void reasons_have_words(void **state)
{
    (void)state;
    for (uint8_t i = 0; i <= OL_MQTT_REASON_NO_ACK; i++) {
        assert_non_null(ol_mqtt_reason_str(i));
        assert_string_not_equal(ol_mqtt_reason_str(i), "unknown");
    }
    assert_string_equal(ol_mqtt_reason_str(OL_MQTT_REASON_NO_PINGRESP),
                        "no answer to ping");
    assert_string_equal(ol_mqtt_reason_str(200), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_refuses_what_cannot_work),
        cmocka_unit_test(open_refuses_what_cannot_be_sent),
        cmocka_unit_test(connect_goes_out_in_one_piece_and_leaves_no_password),
        cmocka_unit_test(connect_may_be_cut_at_every_byte),
        cmocka_unit_test(refusal_is_told_with_its_code),
        cmocka_unit_test(login_may_take_only_its_time),
        cmocka_unit_test(ping_is_due_after_silence),
        cmocka_unit_test(what_is_sent_postpones_the_ping),
        cmocka_unit_test(missing_pingresp_ends_the_connection),
        cmocka_unit_test(keep_alive_0_never_pings),
        cmocka_unit_test(pings_come_at_most_once_a_second),
        cmocka_unit_test(stalled_transport_ends_the_connection),
        cmocka_unit_test(a_ping_is_forgotten_with_its_connection),
        cmocka_unit_test(publish_has_its_whole_time),
        cmocka_unit_test(unanswered_publish_ends_the_connection),
        cmocka_unit_test(unanswered_subscribe_ends_the_connection),
        cmocka_unit_test(timeouts_can_be_switched_off),
        cmocka_unit_test(publish_writes_the_packet),
        cmocka_unit_test(publish_in_place_of_every_length),
        cmocka_unit_test(large_publishes_have_three_length_bytes),
        cmocka_unit_test(publish_refuses_what_cannot_be_sent),
        cmocka_unit_test(other_calls_cancel_a_publish_that_was_begun),
        cmocka_unit_test(loss_of_the_connection_cancels_a_publish_that_was_begun),
        cmocka_unit_test(handles_and_identifiers_wrap_past_those_in_flight),
        cmocka_unit_test(output_may_be_partial_at_every_byte),
        cmocka_unit_test(new_session_gets_new_identifiers_in_the_old_order),
        cmocka_unit_test(kept_session_gets_old_identifiers_and_dup),
        cmocka_unit_test(only_publishes_survive),
        cmocka_unit_test(publishes_taken_while_logging_in_follow_the_login),
        cmocka_unit_test(discard_forgets_and_is_for_closed_clients),
        cmocka_unit_test(disconnect_is_the_last_packet),
        cmocka_unit_test(disconnect_waits_for_a_stalled_transport_only_so_long),
        cmocka_unit_test(context_can_be_copied),
        cmocka_unit_test(reasons_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
