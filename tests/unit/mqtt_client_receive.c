/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mqtt_rig.h"

#define TOPIC    OL_STR("a/b")
#define PACKET_X 2048

static void assert_event(struct rig *r, enum ol_mqtt_event_type type)
{
    assert_int_equal(rig_next(r), OL_OK);
    assert_int_equal(r->ev.type, type);
}

static void assert_no_event(struct rig *r)
{
    assert_int_equal(rig_next(r), OL_E_AGAIN);
}

static void assert_fails(struct rig *r, uint8_t reason)
{
    assert_event(r, OL_MQTT_EVENT_FAILED);
    assert_int_equal(r->ev.failed.reason, reason);
    assert_no_event(r);
}

static void feed(struct rig *r, const void *bytes, size_t len)
{
    assert_int_equal(rig_feed(r, bytes, len), len);
}

static void assert_str(struct ol_str s, const char *expected)
{
    assert_true(ol_str_equal(s, ol_str_from(expected)));
}

/* --- messages ---------------------------------------------------------------------- */

static void message_is_delivered_with_all_it_says(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 1);
    uint8_t packet[64];
    size_t len = rig_publish_packet(packet, sizeof packet, "t/1", 1, 7, true, "hello", 5);
    packet[0] |= 1; /* retained */
    rig_login(&r, false);
    feed(&r, packet, len);
    assert_event(&r, OL_MQTT_EVENT_PUBLISH);
    assert_str(r.ev.message.topic, "t/1");
    assert_str(r.ev.message.payload, "hello");
    assert_int_equal(r.ev.message.qos, 1);
    assert_true(r.ev.message.dup && r.ev.message.retain);
    assert_true(r.ev.message.first && r.ev.message.last);
    assert_int_equal(r.ev.message.offset, 0);
    assert_int_equal(r.ev.message.total_len, 5);
    rig_flush(&r);
    assert_int_equal(r.sent_len, 4);
    assert_memory_equal(r.sent, "\x40\x02\x00\x07", 4);
    assert_no_event(&r);
    rig_free(&r);
}

/* The published event stays untouched while its receiver publishes, subscribes and
 * receives: what an answer to a command needs. */
static void publishing_between_events_leaves_them_alone(void **state)
{
    (void)state;
    struct rig r = rig_make(128, 200, 8);
    const struct ol_str filters[] = {OL_STR("f/#")};
    uint8_t packet[64];
    rig_login(&r, false);
    size_t len =
        rig_publish_packet(packet, sizeof packet, "t/1", 1, 7, false, "first", 5);
    feed(&r, packet, len);
    len = rig_publish_packet(packet, sizeof packet, "t/2", 0, 0, false, "second", 6);
    feed(&r, packet, len - 2);
    assert_event(&r, OL_MQTT_EVENT_PUBLISH);
    assert_true(ol_mqtt_client_publish(&r.c, TOPIC, r.ev.message.payload, 1) > 0);
    feed(&r, packet + len - 2, 2);
    rig_flush(&r);
    assert_true(ol_mqtt_client_subscribe(&r.c, filters, 1, 0) > 0);
    rig_pass(&r, 1000);
    assert_str(r.ev.message.topic, "t/1");
    assert_str(r.ev.message.payload, "first");
    assert_event(&r, OL_MQTT_EVENT_PUBLISH);
    assert_str(r.ev.message.payload, "second");
    assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, r.ev.message.payload, 0), 0);
    assert_no_event(&r);
    rig_flush(&r);
    assert_memory_equal(r.sent,
                        "\x40\x02\x00\x07\x32\x0c\x00\x03"
                        "a/b\x00\x01"
                        "first",
                        18);
    rig_free(&r);
}

/* The trap of clients that wait inside publish: a message comes between our PUBLISH and
 * its PUBACK, and its receiver publishes at QoS 1 itself. */
static void message_between_publish_and_puback(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 2);
    uint8_t packet[64];
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("report"), 1), 1);
    rig_flush(&r);
    size_t len = rig_publish_packet(packet, sizeof packet, "set", 0, 0, false, "1", 1);
    memcpy(packet + len, "\x40\x02\x00\x02\x40\x02\x00\x01", 8);
    feed(&r, packet, len);
    assert_event(&r, OL_MQTT_EVENT_PUBLISH);
    assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("reply"), 1), 2);
    rig_flush(&r);
    feed(&r, packet + len, 8);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 2);
    assert_event(&r, OL_MQTT_EVENT_DELIVERED);
    assert_int_equal(r.ev.handle, 1);
    assert_no_event(&r);
    rig_free(&r);
}

/* tx is full of publishes and the transport is stalled: the message waits, and comes with
 * its PUBACK as soon as bytes were sent. The PUBACKs that would free tx wait behind it.
 */
static void message_waits_while_tx_has_no_room_for_its_puback(void **state)
{
    (void)state;
    size_t waited = 0;
    for (size_t tx_cap = 40; tx_cap < 120; tx_cap++) {
        struct rig r = rig_make(64, tx_cap, 8);
        uint8_t packet[64];
        size_t unanswered = 0;
        rig_login(&r, false);
        while (ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("x"), 1) > 0) {
            unanswered++;
        }
        assert_true(unanswered > 0);
        rig_flush(&r);
        size_t taken = 0;
        for (uint16_t id = 1; id <= 3; id++) {
            size_t len =
                rig_publish_packet(packet, sizeof packet, "m", 1, id, false, "?", 1);
            feed(&r, packet, len);
        }
        feed(&r, "\x40\x02\x00\x01", 4);
        while (rig_next(&r) == OL_OK) {
            taken += r.ev.type == OL_MQTT_EVENT_PUBLISH;
        }
        assert_true(taken >= 1); /* the reserve has room for one */
        waited += taken < 3;
        rig_flush(&r);
        while (rig_next(&r) == OL_OK) {
            taken += r.ev.type == OL_MQTT_EVENT_PUBLISH;
            rig_flush(&r);
        }
        assert_int_equal(taken, 3);
        assert_int_equal(ol_mqtt_client_get_in_flight(&r.c), unanswered - 1);
        rig_free(&r);
    }
    assert_true(waited > 40);
}

/* --- answers that do not fit ---------------------------------------------------------
 */

static void wrong_pubacks_end_the_connection(void **state)
{
    (void)state;
    static const uint8_t other[] = {0x40, 2, 0, 2};
    for (size_t sent = 0; sent <= 10; sent++) {
        struct rig r = rig_make(64, 64, 2);
        static const uint8_t right[] = {0x40, 2, 0, 1};
        rig_login(&r, false);
        assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("x"), 1), 1);
        assert_int_equal(rig_send(&r, sent), sent);
        if (sent == 10) { /* all of it */
            feed(&r, right, 4);
            assert_event(&r, OL_MQTT_EVENT_DELIVERED);
            feed(&r, right, 4); /* twice */
        } else {
            feed(&r, right, 4);
        }
        assert_fails(&r, OL_MQTT_REASON_WRONG_PACKET_ID);
        rig_free(&r);
    }
    struct rig r = rig_make(64, 64, 2);
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("x"), 1), 1);
    rig_flush(&r);
    feed(&r, other, 4);
    assert_fails(&r, OL_MQTT_REASON_WRONG_PACKET_ID);
    rig_free(&r);
}

static void subscribe_and_unsubscribe_are_matched(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 128, 2);
    const struct ol_str filters[] = {OL_STR("a/#"), OL_STR("b/+")};
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 2, 1), 1);
    assert_int_equal(ol_mqtt_client_unsubscribe(&r.c, filters, 1), 2);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 1, 0), OL_E_NOSPC);
    rig_flush(&r);
    assert_int_equal(r.sends, 1);
    assert_int_equal(r.sent_len, 16 + 9);
    assert_memory_equal(r.sent,
                        "\x82\x0e\x00\x01\x00\x03"
                        "a/#\x01\x00\x03"
                        "b/+\x01"
                        "\xa2\x07\x00\x02\x00\x03"
                        "a/#",
                        16 + 9);
    feed(&r, "\xb0\x02\x00\x02", 4);
    assert_event(&r, OL_MQTT_EVENT_UNSUBACK);
    assert_int_equal(r.ev.suback.packet_id, 2);
    feed(&r, "\x90\x04\x00\x01\x01\x80", 6);
    assert_event(&r, OL_MQTT_EVENT_SUBACK);
    assert_int_equal(r.ev.suback.packet_id, 1);
    assert_int_equal(r.ev.suback.codes.len, 2);
    assert_memory_equal(r.ev.suback.codes.ptr, "\x01\x80", 2);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 1, 0), 3);
    rig_free(&r);
}

static void wrong_subacks_end_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        uint8_t reason;
    } wrong[] = {
        {"\x90\x03\x00\x02\x00", 5, OL_MQTT_REASON_WRONG_PACKET_ID},
        {"\x90\x03\x00\x01\x00", 5, OL_MQTT_REASON_WRONG_COUNT},
        {"\x90\x05\x00\x01\x00\x00\x00", 7, OL_MQTT_REASON_WRONG_COUNT},
        {"\x90\x04\x00\x01\x00\x03", 6, OL_MQTT_REASON_BAD_PACKET},
        {"\x90\x02\x00\x01", 4, OL_MQTT_REASON_BAD_PACKET},
        {"\xb0\x02\x00\x01", 4, OL_MQTT_REASON_WRONG_PACKET_ID},
        {"\xb0\x02\x00\x00", 4, OL_MQTT_REASON_BAD_PACKET},
        {"\x40\x02\x00\x01", 4, OL_MQTT_REASON_WRONG_PACKET_ID},
    };
    const struct ol_str filters[] = {OL_STR("a/#"), OL_STR("b/+")};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rig r = rig_make(64, 64, 2);
        rig_login(&r, false);
        assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 2, 0), 1);
        rig_flush(&r);
        feed(&r, wrong[i].bytes, wrong[i].len);
        assert_fails(&r, wrong[i].reason);
        rig_free(&r);
    }
}

static void subscribe_refuses_what_cannot_be_sent(void **state)
{
    (void)state;
    struct rig r = rig_make(64, 64, 2);
    static struct ol_str many[256];
    for (size_t i = 0; i < 256; i++) {
        many[i] = OL_STR("a");
    }
    const struct ol_str bad[] = {OL_STR("a#")};
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, many, 1, 0), OL_E_CLOSED);
    rig_login(&r, false);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, bad, 1, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, many, 0, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, many, 256, 0), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, many, 1, 2), OL_E_ARG);
    assert_int_equal(ol_mqtt_client_subscribe(&r.c, many, 20, 0), OL_E_NOSPC);
    assert_int_equal(rig_flush(&r), 0);
    assert_int_equal(ol_mqtt_client_deadline(&r.c), r.now + 60000); /* none is open */
    for (int i = 0; i < 3; i++) { /* a failed one takes no place in the table */
        assert_int_equal(ol_mqtt_client_subscribe(&r.c, bad, 1, 0), OL_E_ARG);
    }
    assert_true(ol_mqtt_client_subscribe(&r.c, many, 11, 0) > 0);
    rig_free(&r);
}

/* Of every size of tx: what is refused for want of room leaves nothing behind. */
static void requests_fit_or_leave_nothing(void **state)
{
    (void)state;
    const struct ol_str filters[] = {OL_STR("$sys/p/d/thing/#"),
                                     OL_STR("$sys/p/d/ota/#")};
    for (size_t tx_cap = 32; tx_cap < 64; tx_cap++) {
        struct rig r = rig_make(64, tx_cap, 2);
        rig_login(&r, false);
        int32_t id = ol_mqtt_client_subscribe(&r.c, filters, 2, 0);
        size_t size = 4 + 2 + 16 + 1 + 2 + 14 + 1;
        assert_int_equal(id > 0, size + OL_MQTT_TX_RESERVE <= tx_cap);
        assert_int_equal(rig_flush(&r), id > 0 ? size : 0);
        assert_true(id > 0 || id == OL_E_NOSPC);
        rig_free(&r);
    }
}

/* --- every split ---------------------------------------------------------------------
 */

/* A session's worth of packets from a server that answers two publishes, a subscribe and
 * a ping. */
static size_t server_script(uint8_t *out)
{
    static const char answers[] = "\x20\x02\x00\x00\x40\x02\x00\x03\x90\x03\x00\x05\x01"
                                  "\xd0\x00\x40\x02\x00\x04";
    char long_text[200];
    size_t n = sizeof answers - 1;
    memset(long_text, 'z', sizeof long_text);
    memcpy(out, answers, n);
    n += rig_publish_packet(out + n, 512, "m/0", 0, 0, false, "zero", 4);
    n += rig_publish_packet(out + n, 512, "m/1", 1, 77, false, long_text, 200);
    n += rig_publish_packet(out + n, 512, "m/2", 1, 78, true, "", 0);
    n += rig_publish_packet(out + n, 512, "m/3", 0, 0, false, long_text, 123);
    return n;
}

static void note(char *log, const struct ol_mqtt_event *ev)
{
    size_t used = strlen(log);
    char *at = log + used;
    size_t cap = 8192 - used;
    switch (ev->type) {
    case OL_MQTT_EVENT_DELIVERED:
        snprintf(at, cap, "delivered %u\n", ev->handle);
        break;
    case OL_MQTT_EVENT_PUBLISH:
        snprintf(at, cap, "%.*s qos %u dup %d %.*s\n", (int)ev->message.topic.len,
                 ev->message.topic.ptr, ev->message.qos, ev->message.dup,
                 (int)ev->message.payload.len, ev->message.payload.ptr);
        break;
    case OL_MQTT_EVENT_SUBACK:
        snprintf(at, cap, "suback %u %02x\n", ev->suback.packet_id,
                 ev->suback.codes.ptr[0]);
        break;
    default:
        snprintf(at, cap, "event %d\n", (int)ev->type);
    }
}

/* Feeds script in pieces that end at `split` and then every `piece` bytes, and notes the
 * events. */
static void run_script(const uint8_t *script, size_t len, size_t split, size_t piece,
                       char *log)
{
    struct rig r = rig_make(256, 256, 4);
    const struct ol_str filters[] = {OL_STR("m/#")};
    size_t at = 0;
    log[0] = '\0';
    assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
    assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("1"), 1), 1);
    assert_int_equal(ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("2"), 1), 2);
    assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
    rig_flush(&r);
    while (at < len) {
        size_t end = at < split ? split : at + piece;
        end = end < len ? end : len;
        at += rig_feed(&r, script + at, end - at);
        while (rig_next(&r) == OL_OK) {
            note(log, &r.ev);
            assert_int_not_equal(r.ev.type, OL_MQTT_EVENT_FAILED);
            if (r.ev.type == OL_MQTT_EVENT_LOGIN) {
                assert_int_equal(ol_mqtt_client_subscribe(&r.c, filters, 1, 1), 5);
            }
            rig_flush(&r);
        }
    }
    assert_true(ol_mqtt_client_is_online(&r.c));
    rig_free(&r);
}

static void input_may_be_split_at_every_byte(void **state)
{
    (void)state;
    uint8_t script[PACKET_X];
    static char want[8192];
    static char got[8192];
    size_t len = server_script(script);
    /* A server does not answer before it is asked, so the login comes in the first piece.
     */
    run_script(script, len, 4, SIZE_MAX / 2, want);
    assert_non_null(strstr(want, "delivered 1\nsuback 5 01\ndelivered 2\n"
                                 "m/0 qos 0 dup 0 zero\n"));
    assert_non_null(strstr(want, "m/2 qos 1 dup 1 \n"));
    for (size_t split = 1; split <= len; split++) {
        run_script(script, len, split < 4 ? split : 4, split, got);
        assert_string_equal(got, want);
        run_script(script, len, 4, split, got);
        assert_string_equal(got, want);
    }
}

/* --- messages larger than rx ----------------------------------------------------------
 */

static void fill(uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        p[i] = (uint8_t)(i * 31 + i / 256);
    }
}

/* Feeds as much as there is room for, at most `piece` at a time, and lets on_event look
 * at each event. */
static void feed_all(struct rig *r, const uint8_t *data, size_t len, size_t piece,
                     void (*on_event)(struct rig *, void *), void *ctx)
{
    size_t at = 0;
    unsigned idle = 0;
    while (at < len) {
        size_t n = rig_feed(r, data + at, len - at < piece ? len - at : piece);
        at += n;
        idle = n > 0 ? 0 : idle + 1;
        assert_true(idle < 3); /* there is always progress */
        while (rig_next(r) == OL_OK) {
            on_event(r, ctx);
        }
    }
}

struct parts {
    uint8_t bytes[PACKET_X];
    size_t len;
    unsigned messages;
    unsigned parts;
    unsigned skipped;
    unsigned small;
};

static void collect(struct rig *r, void *ctx)
{
    struct parts *p = ctx;
    const struct ol_mqtt_message *m = &r->ev.message;
    if (r->ev.type == OL_MQTT_EVENT_SKIPPED) {
        assert_str(m->topic, "large/topic");
        assert_int_equal(m->payload.len, 0);
        p->len = m->total_len;
        p->skipped++;
        return;
    }
    assert_int_equal(r->ev.type, OL_MQTT_EVENT_PUBLISH);
    if (m->topic.len == 5) {
        assert_str(m->topic, "small");
        assert_str(m->payload, "s");
        p->small++;
        return;
    }
    assert_str(m->topic, "large/topic");
    assert_int_equal(m->first, p->len == 0);
    assert_int_equal(m->offset, p->len);
    assert_true(m->payload.len > 0);
    assert_true(p->len + m->payload.len <= sizeof p->bytes);
    memcpy(p->bytes + p->len, m->payload.ptr, m->payload.len);
    p->len += m->payload.len;
    p->parts++;
    assert_int_equal(m->last, p->len == m->total_len);
    p->messages += m->last;
}

/* small, large, small in a row: every size around rx and several times it, in every
 * piece. */
static void large_messages(uint8_t large, uint8_t qos, size_t payload_len, size_t piece)
{
    struct rig r = rig_make(64, 64, 1);
    uint8_t payload[PACKET_X];
    uint8_t stream[PACKET_X + 64];
    struct parts got = {.len = 0};
    fill(payload, payload_len);
    size_t n = rig_publish_packet(stream, sizeof stream, "small", 0, 0, false, "s", 1);
    size_t size = rig_publish_packet(stream + n, sizeof stream - n, "large/topic", qos,
                                     qos > 0 ? 300 : 0, false, payload, payload_len);
    n += size;
    n += rig_publish_packet(stream + n, sizeof stream - n, "small", 0, 0, false, "s", 1);
    r.config.large = large;
    rig_login(&r, false);
    feed_all(&r, stream, n, piece, collect, &got);
    assert_int_equal(got.small, 2);
    assert_int_equal(got.len, payload_len);
    if (large == OL_MQTT_LARGE_SKIP && size > 64) {
        assert_int_equal(got.skipped, 1);
        assert_int_equal(got.parts, 0);
    } else {
        assert_int_equal(got.messages, 1);
        assert_memory_equal(got.bytes, payload, payload_len);
        /* As few parts as rx allows. */
        size_t head = size - payload_len;
        size_t fewest = (payload_len + 64 - head - 1) / (64 - head);
        assert_true(got.parts <= fewest);
    }
    rig_flush(&r);
    assert_int_equal(r.sent_len, qos > 0 ? 4 : 0);
    assert_true(ol_mqtt_client_is_online(&r.c));
    rig_free(&r);
}

static void messages_larger_than_rx_are_skipped_or_streamed(void **state)
{
    (void)state;
    static const size_t pieces[] = {1, 2, 3, 7, 63, 64, 1000};
    for (size_t payload_len = 1; payload_len <= 300; payload_len++) {
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            for (uint8_t qos = 0; qos < 2; qos++) {
                large_messages(OL_MQTT_LARGE_SKIP, qos, payload_len, pieces[i]);
                large_messages(OL_MQTT_LARGE_STREAM, qos, payload_len, pieces[i]);
            }
        }
    }
}

/* A head that leaves no room for a payload byte, or is itself larger than rx. */
static void large_messages_with_a_topic_like_rx_end_the_connection(void **state)
{
    (void)state;
    for (size_t topic_len = 50; topic_len < 80; topic_len++) {
        for (uint8_t large = 0; large < 2; large++) {
            struct rig r = rig_make(64, 64, 1);
            char topic[128];
            uint8_t packet[PACKET_X];
            uint8_t payload[100];
            memset(topic, 't', topic_len);
            topic[topic_len] = '\0';
            fill(payload, sizeof payload);
            size_t len = rig_publish_packet(packet, sizeof packet, topic, 0, 0, false,
                                            payload, sizeof payload);
            r.config.large = large;
            rig_login(&r, false);
            size_t at = 0;
            int32_t rc = OL_E_AGAIN;
            while (at < len && rc == OL_E_AGAIN) {
                at += rig_feed(&r, packet + at, len - at);
                rc = rig_next(&r);
            }
            assert_int_equal(rc, OL_OK);
            bool fits = 3 + 2 + topic_len < 64;
            if (fits) {
                assert_int_not_equal(r.ev.type, OL_MQTT_EVENT_FAILED);
            } else {
                assert_int_equal(r.ev.type, OL_MQTT_EVENT_FAILED);
                assert_int_equal(r.ev.failed.reason, OL_MQTT_REASON_TOO_LARGE);
            }
            rig_free(&r);
        }
    }
}

static void other_packets_larger_than_rx_end_the_connection(void **state)
{
    (void)state;
    struct rig r = rig_make(32, 64, 1);
    rig_login(&r, false);
    feed(&r, "\x90\x1f\x00\x01", 4);
    assert_fails(&r, OL_MQTT_REASON_TOO_LARGE);
    rig_free(&r);
}

/* A large QoS 1 message ends while tx has no room for its PUBACK. */
static void end_of_a_large_message_waits_for_room(void **state)
{
    (void)state;
    for (uint8_t large = 0; large < 2; large++) {
        struct rig r = rig_make(64, 40, 8);
        uint8_t payload[200];
        uint8_t packet[PACKET_X];
        struct parts got = {.len = 0};
        fill(payload, sizeof payload);
        size_t len = rig_publish_packet(packet, sizeof packet, "large/topic", 1, 5, false,
                                        payload, sizeof payload);
        r.config.large = large;
        rig_login(&r, false);
        while (ol_mqtt_client_publish(&r.c, TOPIC, OL_STR("x"), 1) > 0) {
        }
        uint8_t small[32];
        size_t small_len =
            rig_publish_packet(small, sizeof small, "small", 1, 6, false, "s", 1);
        size_t waiting = 0;
        do {
            feed(&r, small, small_len);
            waiting++;
        } while (rig_next(&r) == OL_OK && rig_next(&r) == OL_E_AGAIN);
        assert_true(waiting >= 2); /* one went into the reserve, this one waits */
        rig_flush(&r);
        assert_event(&r, OL_MQTT_EVENT_PUBLISH);
        feed_all(&r, packet, len - 1, SIZE_MAX, collect, &got);
        assert_no_event(&r);
        assert_int_equal(rig_feed(&r, packet + len - 1, 1), 1);
        /* The reserve holds one PUBACK, which waits to be sent. */
        assert_no_event(&r);
        assert_no_event(&r);
        rig_flush(&r);
        while (rig_next(&r) == OL_OK) {
            collect(&r, &got);
        }
        assert_int_equal(got.messages + got.skipped, 1);
        rig_flush(&r);
        assert_memory_equal(r.sent + r.sent_len - 4, "\x40\x02\x00\x05", 4);
        rig_free(&r);
    }
}

/* The connection is lost in the middle of a large message: the next one begins anew. */
static void half_a_large_message_is_forgotten(void **state)
{
    (void)state;
    for (uint8_t large = 0; large < 2; large++) {
        struct rig r = rig_make(64, 64, 1);
        uint8_t payload[200];
        uint8_t packet[PACKET_X];
        struct parts none = {.len = 0};
        struct parts got = {.len = 0};
        fill(payload, sizeof payload);
        size_t len = rig_publish_packet(packet, sizeof packet, "large/topic", 0, 0, false,
                                        payload, sizeof payload);
        r.config.large = large;
        rig_login(&r, false);
        feed_all(&r, packet, 150, SIZE_MAX, collect, &none);
        ol_mqtt_client_closed(&r.c, r.now);
        rig_login(&r, false);
        feed_all(&r, packet, len, SIZE_MAX, collect, &got);
        assert_int_equal(got.messages + got.skipped, 1);
        assert_int_equal(got.len, sizeof payload);
        rig_free(&r);
    }
}

/* --- what a server must not send ------------------------------------------------------
 */

static void forbidden_packets_end_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        uint8_t reason;
    } wrong[] = {
        {"\x10", 2, OL_MQTT_REASON_UNEXPECTED_PACKET}, /* CONNECT, told from its header */
        {"\x20\x02\x00\x00", 4, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x34\x05\x00\x01t\x00\x01", 7, OL_MQTT_REASON_UNEXPECTED_PACKET}, /* QoS 2 */
        {"\x50\x02\x00\x01", 4, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x62\x02\x00\x01", 4, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x70\x02\x00\x01", 4, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x82\x06\x00\x01\x00\x01t\x00", 8, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\xa2\x05\x00\x01\x00\x01t", 7, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\xc0\x00", 2, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\xe0\x00", 2, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x00", 1, OL_MQTT_REASON_BAD_PACKET},
        {"\xf0", 1, OL_MQTT_REASON_BAD_PACKET},
        {"\x36", 1, OL_MQTT_REASON_BAD_PACKET},     /* QoS 3 */
        {"\x38", 1, OL_MQTT_REASON_BAD_PACKET},     /* DUP at QoS 0 */
        {"\x40\x00", 2, OL_MQTT_REASON_BAD_PACKET}, /* PUBACK without identifier */
        {"\x40\x02\x00\x00", 4, OL_MQTT_REASON_BAD_PACKET}, /* identifier 0 */
        {"\x30\x03\x00\x01#", 5, OL_MQTT_REASON_BAD_PACKET},
        {"\x30\x03\x00\x02t", 5, OL_MQTT_REASON_BAD_PACKET},
        {"\x32\x05\x00\x01t\x00\x00", 7, OL_MQTT_REASON_BAD_PACKET},
        {"\x30\xff\xff\xff\xff", 5, OL_MQTT_REASON_BAD_PACKET},
        {"\xd0\x01", 2, OL_MQTT_REASON_BAD_PACKET},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rig r = rig_make(64, 64, 1);
        rig_login(&r, false);
        feed(&r, wrong[i].bytes, wrong[i].len);
        assert_fails(&r, wrong[i].reason);
        rig_free(&r);
    }
}

static void only_a_sound_connack_may_come_first(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        uint8_t reason;
    } wrong[] = {
        {"\x30\x03\x00\x01t", 5, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x40\x02\x00\x01", 4, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x90\x03\x00\x01\x00", 5, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\xd0\x00", 2, OL_MQTT_REASON_UNEXPECTED_PACKET},
        {"\x20\x02\x01\x00", 4,
         OL_MQTT_REASON_BAD_PACKET}, /* a session nobody asked for */
        {"\x20\x02\x01\x05", 4, OL_MQTT_REASON_BAD_PACKET},
        {"\x20\x02\x00\x06", 4, OL_MQTT_REASON_BAD_PACKET},
        {"\x20\x02\x02\x00", 4, OL_MQTT_REASON_BAD_PACKET},
        {"\x20\x03", 2, OL_MQTT_REASON_BAD_PACKET},
        {"HTTP/1.1 400", 12, OL_MQTT_REASON_UNEXPECTED_PACKET},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rig r = rig_make(64, 64, 1);
        assert_int_equal(ol_mqtt_client_init(&r.c, &r.config), OL_OK);
        assert_int_equal(ol_mqtt_client_open(&r.c, &rig_connect, r.now), OL_OK);
        rig_flush(&r);
        feed(&r, wrong[i].bytes, wrong[i].len);
        assert_int_equal(rig_next(&r), OL_OK);
        assert_int_equal(r.ev.type, OL_MQTT_EVENT_FAILED);
        rig_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_is_delivered_with_all_it_says),
        cmocka_unit_test(publishing_between_events_leaves_them_alone),
        cmocka_unit_test(message_between_publish_and_puback),
        cmocka_unit_test(message_waits_while_tx_has_no_room_for_its_puback),
        cmocka_unit_test(wrong_pubacks_end_the_connection),
        cmocka_unit_test(subscribe_and_unsubscribe_are_matched),
        cmocka_unit_test(wrong_subacks_end_the_connection),
        cmocka_unit_test(subscribe_refuses_what_cannot_be_sent),
        cmocka_unit_test(requests_fit_or_leave_nothing),
        cmocka_unit_test(input_may_be_split_at_every_byte),
        cmocka_unit_test(messages_larger_than_rx_are_skipped_or_streamed),
        cmocka_unit_test(large_messages_with_a_topic_like_rx_end_the_connection),
        cmocka_unit_test(other_packets_larger_than_rx_end_the_connection),
        cmocka_unit_test(end_of_a_large_message_waits_for_room),
        cmocka_unit_test(half_a_large_message_is_forgotten),
        cmocka_unit_test(forbidden_packets_end_the_connection),
        cmocka_unit_test(only_a_sound_connack_may_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
