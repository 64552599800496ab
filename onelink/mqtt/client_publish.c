/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"
#include "onelink/mqtt/copy.h"
#include "onelink/mqtt/wire.h"

#define WORD       sizeof(uint32_t)
#define FIRST_QOS0 OL_MQTT_FIRST(OL_MQTT_PUBLISH)
#define FIRST_QOS1 (OL_MQTT_FIRST(OL_MQTT_PUBLISH) | 0x02u)

static int32_t may_publish(const struct ol_mqtt_client *c, const struct ol_str *topic,
                           uint8_t qos)
{
    if (qos > 1 || !ol_mqtt_is_topic_name(*topic)) {
        return OL_E_ARG;
    }
    if (c->state == OL_MQTT_STATE_ENDING ||
        (qos == 0 && c->state != OL_MQTT_STATE_ONLINE)) {
        return OL_E_CLOSED;
    }
    return qos != 0 && ol_mqtt_flow_is_full(&c->flow) ? OL_E_NOSPC : OL_OK;
}

/* Bytes to leave out so that the payload gets the same place within a word as
 * payload_from has: then words can be copied. Only where that hole harms nobody: nothing
 * waits in front to be sent in one piece, and room is plenty. */
static size_t alignment(const struct ol_mqtt_client *c, size_t payload_at, size_t len,
                        uintptr_t payload_from)
{
    size_t room = c->config->tx_cap - c->tx_end;
    if (c->tx_sent != c->tx_end || room < len + OL_MQTT_PUBLISH_RESERVE + WORD) {
        return 0;
    }
    return (payload_from - (uintptr_t)(c->config->tx + payload_at)) % WORD;
}

/* The fixed header is written last, when the length is known. Room is left for the
 * largest it can become; what is left over in front of a smaller one is a hole like
 * others in tx. */
static int32_t begin(struct ol_mqtt_client *c, struct ol_str topic, uint8_t qos,
                     size_t payload_cap, const char *payload_from,
                     struct ol_writer *payload)
{
    int32_t rc = may_publish(c, &topic, qos);
    if (rc != OL_OK) {
        return rc;
    }
    if (payload_cap > c->config->tx_cap) {
        return OL_E_NOSPC;
    }
    size_t head = OL_MQTT_LENGTH_LEN + topic.len + (qos != 0 ? OL_MQTT_ID_LEN : 0);
    size_t fixed = ol_mqtt_header_size(head + payload_cap);
    if (!ol_mqtt_tx_make_room(c, fixed + head + payload_cap, OL_MQTT_PUBLISH_RESERVE)) {
        return OL_E_NOSPC;
    }
    size_t at = c->tx_end + fixed;
    at += alignment(c, at + head, fixed + head + payload_cap, (uintptr_t)payload_from);
    uint8_t *p = c->config->tx + at;
    p[0] = (uint8_t)(topic.len >> 8);
    p[1] = (uint8_t)topic.len;
    ol_mqtt_copy_down(p + OL_MQTT_LENGTH_LEN, (const uint8_t *)topic.ptr, topic.len);
    c->draft_at = (uint16_t)at;
    c->draft_cap = (uint16_t)payload_cap;
    c->draft_qos1 = qos != 0;
    ol_mqtt_writer_set(payload, p + head, payload_cap);
    return OL_OK;
}

int32_t ol_mqtt_client_publish_begin(struct ol_mqtt_client *c, struct ol_str topic,
                                     uint8_t qos, size_t payload_cap,
                                     struct ol_writer *payload)
{
    return begin(c, topic, qos, payload_cap, NULL, payload);
}

/* Gives the packet that begins at `at` its final place and makes it part of tx. The
 * common case, nothing else to be sent, moves nothing. */
static size_t place(struct ol_mqtt_client *c, size_t at, size_t len)
{
    if (c->tx_sent == c->tx_end) {
        c->tx_sent = (uint16_t)at;
    } else {
        ol_mqtt_copy_down(c->config->tx + c->tx_end, c->config->tx + at, len);
        at = c->tx_end;
    }
    c->tx_end = (uint16_t)(at + len);
    return at;
}

/* Writes a fixed header that ends in front of p and gives its place. tx_cap keeps
 * remaining within three bytes. */
static uint8_t *header_put_before(uint8_t *p, uint8_t first, size_t remaining)
{
    if (remaining > 0x3FFF) {
        *--p = (uint8_t)(remaining >> 14);
        remaining = (remaining & 0x3FFF) | 0x4000;
    }
    if (remaining > 0x7F) {
        *--p = (uint8_t)(remaining >> 7);
        remaining |= 0x80;
    }
    *--p = (uint8_t)remaining;
    *--p = first;
    return p;
}

int32_t ol_mqtt_client_publish_commit(struct ol_mqtt_client *c, size_t payload_len)
{
    if (c->draft_at == 0 || payload_len > c->draft_cap) {
        return OL_E_ARG;
    }
    uint8_t *tx = c->config->tx;
    uint8_t *topic = tx + c->draft_at;
    size_t head = OL_MQTT_LENGTH_LEN + (size_t)(topic[0] << 8 | topic[1]);
    head += c->draft_qos1 ? OL_MQTT_ID_LEN : 0;
    size_t remaining = head + payload_len;
    uint8_t *p =
        header_put_before(topic, c->draft_qos1 ? FIRST_QOS1 : FIRST_QOS0, remaining);
    size_t at = place(c, (size_t)(p - tx), (size_t)(topic - p) + remaining);
    c->draft_at = 0;
    if (!c->draft_qos1) {
        return 0;
    }
    ol_mqtt_client_ack_start(c);
    const struct ol_mqtt_flow_record *r =
        ol_mqtt_flow_add(&c->flow, (uint16_t)at, (uint16_t)(c->tx_end - at));
    uint8_t *id = tx + c->tx_end - payload_len - OL_MQTT_ID_LEN;
    id[0] = (uint8_t)(r->packet_id >> 8);
    id[1] = (uint8_t)r->packet_id;
    return r->handle;
}

void ol_mqtt_client_publish_cancel(struct ol_mqtt_client *c)
{
    c->draft_at = 0;
}

int32_t ol_mqtt_client_publish(struct ol_mqtt_client *c, struct ol_str topic,
                               struct ol_str payload, uint8_t qos)
{
    struct ol_writer w;
    int32_t rc = begin(c, topic, qos, payload.len, payload.ptr, &w);
    if (rc != OL_OK) {
        return rc;
    }
    ol_mqtt_copy_down(w.buf, (const uint8_t *)payload.ptr, payload.len);
    return ol_mqtt_client_publish_commit(c, payload.len);
}
