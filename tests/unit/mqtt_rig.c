/* SPDX-License-Identifier: MIT */
#include "tests/unit/mqtt_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/require.h"

const struct ol_mqtt_connect rig_connect = {.flags = OL_MQTT_CONNECT_CLEAN_SESSION |
                                                     OL_MQTT_CONNECT_USER_NAME |
                                                     OL_MQTT_CONNECT_PASSWORD,
                                            .keepalive_s = 60,
                                            .client_id = OL_STR_INIT("dev"),
                                            .user_name = OL_STR_INIT("pid"),
                                            .password = OL_STR_INIT("tok")};

static void *take_memory(size_t size)
{
    void *p = malloc(size);
    REQUIRE(p != NULL);
    return p;
}

struct rig rig_make(size_t rx_cap, size_t tx_cap, uint8_t window)
{
    return (struct rig){.config = {.rx = take_memory(rx_cap),
                                   .rx_cap = rx_cap,
                                   .tx = take_memory(tx_cap),
                                   .tx_cap = tx_cap,
                                   .window = window},
                        .now = RIG_START,
                        .sent = take_memory(RIG_SENT_MAX)};
}

void rig_free(struct rig *r)
{
    free(r->config.rx);
    free(r->config.tx);
    free(r->sent);
}

size_t rig_send(struct rig *r, size_t n)
{
    size_t len;
    const uint8_t *p = ol_mqtt_client_output(&r->c, &len);
    n = n < len ? n : len;
    REQUIRE(r->sent_len + n <= RIG_SENT_MAX);
    memcpy(r->sent + r->sent_len, p, n);
    r->sent_len += n;
    ol_mqtt_client_output_done(&r->c, n);
    r->sends += n > 0;
    return n;
}

size_t rig_flush(struct rig *r)
{
    size_t total = 0;
    size_t n;
    while ((n = rig_send(r, SIZE_MAX)) > 0) {
        total += n;
    }
    return total;
}

size_t rig_feed(struct rig *r, const void *data, size_t len)
{
    size_t cap;
    uint8_t *room = ol_mqtt_client_input(&r->c, &cap);
    len = len < cap ? len : cap;
    if (len > 0) {
        memcpy(room, data, len);
    }
    ol_mqtt_client_input_done(&r->c, len);
    return len;
}

int32_t rig_next(struct rig *r)
{
    return ol_mqtt_client_next_event(&r->c, &r->ev);
}

void rig_login_with(struct rig *r, const struct ol_mqtt_connect *connect,
                    bool session_present)
{
    uint8_t connack[] = {0x20, 2, session_present, 0};
    if (r->c.config == NULL) {
        REQUIRE(ol_mqtt_client_init(&r->c, &r->config) == OL_OK);
    }
    REQUIRE(ol_mqtt_client_open(&r->c, connect, r->now) == OL_OK);
    REQUIRE(rig_flush(r) > 0);
    REQUIRE(rig_feed(r, connack, sizeof connack) == sizeof connack);
    REQUIRE(rig_next(r) == OL_OK && r->ev.type == OL_MQTT_EVENT_LOGIN);
    REQUIRE(r->ev.session_present == session_present);
    REQUIRE(ol_mqtt_client_is_online(&r->c));
    r->sent_len = 0;
    r->sends = 0;
}

void rig_login(struct rig *r, bool session_present)
{
    struct ol_mqtt_connect connect = rig_connect;
    if (session_present) {
        connect.flags &= (uint8_t)~OL_MQTT_CONNECT_CLEAN_SESSION;
    }
    rig_login_with(r, &connect, session_present);
}

const uint8_t *rig_take(struct rig *r, struct ol_mqtt_header *h)
{
    static uint8_t packet[RIG_SENT_MAX];
    if (ol_mqtt_header_decode(r->sent, r->sent_len, h) != OL_OK) {
        return NULL;
    }
    size_t size = h->len + h->remaining;
    if (size > r->sent_len) {
        return NULL;
    }
    memcpy(packet, r->sent, size);
    r->sent_len -= size;
    memmove(r->sent, r->sent + size, r->sent_len);
    return packet + h->len;
}

void rig_pass(struct rig *r, ol_ms ms)
{
    r->now += ms;
    ol_mqtt_client_step(&r->c, r->now);
}

size_t rig_publish_packet(uint8_t *out, size_t cap, const char *topic, uint8_t qos,
                          uint16_t id, bool dup, const void *payload, size_t len)
{
    struct ol_writer w = ol_writer_make(out, cap);
    struct ol_mqtt_publish p = {.topic = ol_str_from(topic),
                                .payload = ol_str_make(payload, len),
                                .packet_id = id,
                                .qos = qos,
                                .dup = dup};
    REQUIRE(ol_mqtt_publish_encode(&w, &p) == OL_OK);
    return w.len;
}
