/* SPDX-License-Identifier: MIT */
#include "tests/unit/mqtt_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/mqtt/packet.h"
#include "tests/support/require.h"

#define FILTERS_MAX 64

/* One packet being checked. */
struct check {
    const uint8_t *body;
    size_t body_len;
    struct ol_mqtt_header h;
    char *text;
    size_t cap;
    size_t used;
    struct ol_writer *again; /* where the decoded packet is encoded */
};

static void say(struct check *k, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (k->used < k->cap) {
        int n = vsnprintf(k->text + k->used, k->cap - k->used, format, args);
        k->used += n > 0 ? (size_t)n : 0;
    }
    va_end(args);
}

static void require_inside(const struct check *k, struct ol_str s)
{
    const uint8_t *p = (const uint8_t *)s.ptr;
    REQUIRE(s.len == 0 || (p >= k->body && p + s.len <= k->body + k->body_len));
}

/* name="text", with everything but printable ASCII as \xx. */
static void say_str(struct check *k, const char *name, struct ol_str s)
{
    require_inside(k, s);
    say(k, " %s=\"", name);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        say(k, c >= ' ' && c <= '~' && c != '\\' && c != '"' ? "%c" : "\\%02x", c);
    }
    say(k, "\"");
}

static int32_t check_connect(struct check *k)
{
    struct ol_mqtt_connect c;
    int32_t rc = ol_mqtt_connect_decode(k->body, k->body_len, &c);
    require_inside(k, c.protocol_name);
    if (rc != OL_OK) {
        REQUIRE(c.flags == 0 && c.client_id.len == 0 && c.password.len == 0);
        say(k, " level=%u", c.level);
        return rc;
    }
    say(k, " flags=%02x keepalive=%u", c.flags, c.keepalive_s);
    say_str(k, "id", c.client_id);
    if ((c.flags & OL_MQTT_CONNECT_WILL) != 0) {
        say_str(k, "will", c.will_topic);
        say_str(k, "message", c.will_message);
    }
    if ((c.flags & OL_MQTT_CONNECT_USER_NAME) != 0) {
        say_str(k, "user", c.user_name);
    }
    if ((c.flags & OL_MQTT_CONNECT_PASSWORD) != 0) {
        say_str(k, "password", c.password);
    }
    if (c.client_id.len == 0 && (c.flags & OL_MQTT_CONNECT_CLEAN_SESSION) == 0) {
        REQUIRE(ol_mqtt_connect_encode(k->again, &c) == OL_E_ARG);
        return rc; /* a server answers code 2, no client may send it */
    }
    int32_t encoded = ol_mqtt_connect_encode(k->again, &c);
    REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    return rc;
}

static int32_t check_connack(struct check *k)
{
    struct ol_mqtt_connack a;
    int32_t rc = ol_mqtt_connack_decode(k->body, k->body_len, &a);
    if (rc == OL_OK) {
        say(k, " session=%d code=%u", a.session_present, a.code);
        int32_t encoded = ol_mqtt_connack_encode(k->again, a.session_present, a.code);
        REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    }
    return rc;
}

static int32_t check_publish(struct check *k)
{
    struct ol_mqtt_publish p;
    int32_t rc = ol_mqtt_publish_decode(&k->h, k->body, k->body_len, &p);
    if (rc != OL_OK) {
        return rc;
    }
    REQUIRE(p.payload_len >= p.payload.len && p.payload_len <= k->h.remaining);
    say(k, " qos=%u dup=%d retain=%d id=%u", p.qos, p.dup, p.retain, p.packet_id);
    say_str(k, "topic", p.topic);
    say_str(k, "payload", p.payload);
    if (k->body_len < k->h.remaining) {
        say(k, " of %" PRIu32, p.payload_len);
        return OL_E_AGAIN;
    }
    int32_t encoded = ol_mqtt_publish_encode(k->again, &p);
    REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    if (encoded == OL_OK) {
        uint8_t head[65536 + 16];
        struct ol_writer w = ol_writer_make(head, sizeof head);
        REQUIRE(ol_mqtt_publish_head_encode(&w, &p, p.payload_len) == OL_OK);
        REQUIRE(w.len + p.payload_len == k->again->len);
        REQUIRE(memcmp(head, k->again->buf, w.len) == 0);
    }
    return rc;
}

static int32_t check_ack(struct check *k)
{
    uint16_t id;
    int32_t rc = ol_mqtt_ack_decode(k->body, k->body_len, &id);
    if (rc == OL_OK) {
        say(k, " id=%u", id);
        int32_t encoded = ol_mqtt_ack_encode(k->again, k->h.type, id);
        REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    }
    return rc;
}

static int32_t check_subscribe(struct check *k)
{
    struct ol_mqtt_subscribe s;
    int32_t rc = ol_mqtt_subscribe_decode(k->h.type, k->body, k->body_len, &s);
    if (rc != OL_OK) {
        return rc;
    }
    say(k, " id=%u", s.packet_id);
    struct ol_str filters[FILTERS_MAX];
    struct ol_mqtt_filter f;
    size_t pos = 0;
    size_t n = 0;
    unsigned qos = 0;
    bool is_uniform = true; /* the encoder asks for one QoS */
    while (ol_mqtt_filter_next(&s, &pos, &f)) {
        say_str(k, "filter", f.filter);
        if (k->h.type == OL_MQTT_SUBSCRIBE) {
            say(k, ":%u", f.qos);
        }
        is_uniform = is_uniform && (n == 0 || f.qos == qos);
        qos = f.qos;
        if (n < FILTERS_MAX) {
            filters[n] = f.filter;
        }
        n++;
    }
    REQUIRE(n == s.count && n > 0 && pos == s.list.len);
    REQUIRE(!ol_mqtt_filter_next(&s, &pos, &f));
    if (is_uniform && n <= FILTERS_MAX) {
        int32_t encoded = ol_mqtt_subscribe_encode(k->again, k->h.type, s.packet_id,
                                                   filters, n, (uint8_t)qos);
        REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    }
    return rc;
}

static int32_t check_suback(struct check *k)
{
    struct ol_mqtt_suback a;
    int32_t rc = ol_mqtt_suback_decode(k->body, k->body_len, &a);
    if (rc == OL_OK) {
        say(k, " id=%u", a.packet_id);
        say_str(k, "codes", a.codes);
        int32_t encoded = ol_mqtt_suback_encode(
            k->again, a.packet_id, (const uint8_t *)a.codes.ptr, a.codes.len);
        REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    }
    return rc;
}

static int32_t check_empty(struct check *k)
{
    int32_t encoded = ol_mqtt_empty_encode(k->again, k->h.type);
    REQUIRE(encoded == OL_OK || encoded == OL_E_NOSPC);
    return OL_OK;
}

static int32_t check_body(struct check *k)
{
    k->used = 0;
    say(k, "%s", ol_mqtt_type_str(k->h.type));
    switch (k->h.type) {
    case OL_MQTT_CONNECT:
        return check_connect(k);
    case OL_MQTT_CONNACK:
        return check_connack(k);
    case OL_MQTT_PUBLISH:
        return check_publish(k);
    case OL_MQTT_SUBSCRIBE:
    case OL_MQTT_UNSUBSCRIBE:
        return check_subscribe(k);
    case OL_MQTT_SUBACK:
        return check_suback(k);
    case OL_MQTT_PINGREQ:
    case OL_MQTT_PINGRESP:
    case OL_MQTT_DISCONNECT:
        return check_empty(k);
    default:
        return check_ack(k);
    }
}

/* The encoder wrote the packet again, and what it wrote is the body that was read. */
static void require_same(const struct check *k, uint8_t first)
{
    const struct ol_writer *w = k->again;
    if (w->len == 0) {
        return; /* of a kind that is not encoded */
    }
    struct ol_mqtt_header h;
    REQUIRE(ol_mqtt_header_decode(w->buf, w->len, &h) == OL_OK);
    REQUIRE(w->buf[0] == first && h.remaining == k->h.remaining);
    REQUIRE(h.len <= k->h.len && w->len == h.len + h.remaining);
    REQUIRE(memcmp(w->buf + h.len, k->body, h.remaining) == 0);
}

int32_t mqtt_check(const uint8_t *data, size_t len, char *text, size_t cap)
{
    struct check k = {.text = text, .cap = cap};
    text[0] = '\0';
    int32_t rc = ol_mqtt_header_decode(data, len, &k.h);
    if (rc != OL_OK) {
        REQUIRE(rc == OL_E_AGAIN || rc == OL_E_PROTO);
        return rc;
    }
    REQUIRE(k.h.len >= 2 && k.h.len <= OL_MQTT_HEADER_MAX && k.h.len <= len);
    REQUIRE(k.h.remaining <= OL_MQTT_REMAINING_MAX);
    size_t here = len - k.h.len;
    bool is_whole = here >= k.h.remaining;
    if (!is_whole && k.h.type != OL_MQTT_PUBLISH) {
        return OL_E_AGAIN;
    }
    k.body = data + k.h.len;
    k.body_len = is_whole ? k.h.remaining : here;
    uint8_t *copy = malloc(len + 1);
    REQUIRE(copy != NULL);
    struct ol_writer again = ol_writer_make(copy, len);
    k.again = &again;
    rc = check_body(&k);
    REQUIRE(rc == OL_OK || rc == OL_E_PROTO || (rc == OL_E_AGAIN && !is_whole));
    if (rc == OL_OK && is_whole) {
        require_same(&k, data[0]);
        size_t written = again.len;
        if (written > 0) {
            again = ol_writer_make(copy, written - 1);
            REQUIRE(check_body(&k) == OL_OK);
            REQUIRE(again.len == 0 && again.over);
        }
    }
    free(copy);
    return rc;
}
