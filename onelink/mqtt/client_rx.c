/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"
#include "onelink/mqtt/copy.h"

#define BIT(type) (1u << (type))

/* What a server may send once it has accepted the login. */
#define EXPECTED_ONLINE                                                                  \
    (BIT(OL_MQTT_PUBLISH) | BIT(OL_MQTT_PUBACK) | BIT(OL_MQTT_SUBACK) |                  \
     BIT(OL_MQTT_UNSUBACK) | BIT(OL_MQTT_PINGRESP))

#define PUBLISH_QOS_2 0x04u

static bool receives(const struct ol_mqtt_client *c)
{
    return c->state == OL_MQTT_STATE_WAITING || c->state == OL_MQTT_STATE_ONLINE;
}

uint8_t *ol_mqtt_client_input(struct ol_mqtt_client *c, size_t *cap)
{
    uint8_t *rx = c->config->rx;
    if (!receives(c)) {
        *cap = 0;
        return rx;
    }
    if (c->rx_at != 0 && c->rx_taken == 0) {
        ol_mqtt_copy_down(rx, rx + c->rx_at, (size_t)(c->rx_end - c->rx_at));
        c->rx_end = (uint16_t)(c->rx_end - c->rx_at);
        c->rx_at = 0;
    }
    *cap = c->config->rx_cap - c->rx_end;
    return rx + c->rx_end;
}

void ol_mqtt_client_input_done(struct ol_mqtt_client *c, size_t len)
{
    size_t room = c->config->rx_cap - c->rx_end;
    if (receives(c)) {
        c->rx_end = (uint16_t)(c->rx_end + (len < room ? len : room));
    }
}

/* Gives back the bytes of the event before. A part of a large message lies behind its
 * header, which stays until the last part; nothing is behind the part. */
static void release(struct ol_mqtt_client *c)
{
    if (c->large_left != 0) {
        c->rx_end = (uint16_t)(c->rx_end - c->rx_taken);
    } else {
        c->rx_at = (uint16_t)(c->rx_at + c->rx_taken);
    }
    c->rx_taken = 0;
    if (c->rx_at == c->rx_end) {
        c->rx_at = 0;
        c->rx_end = 0;
    }
}

static bool is_expected(const struct ol_mqtt_client *c, const struct ol_mqtt_header *h)
{
    if (c->state == OL_MQTT_STATE_WAITING) {
        return h->type == OL_MQTT_CONNACK; /* MQTT-3.2.0-1 */
    }
    if ((BIT(h->type) & EXPECTED_ONLINE) == 0) {
        return false;
    }
    /* Nothing is ever subscribed at QoS 2. */
    return h->type != OL_MQTT_PUBLISH || (h->flags & PUBLISH_QOS_2) == 0;
}

static int32_t take_answer(struct ol_mqtt_client *c, uint8_t type, const uint8_t *body,
                           size_t len, struct ol_mqtt_event *ev)
{
    if (type == OL_MQTT_PUBACK) {
        return ol_mqtt_client_on_puback(c, body, len, ev);
    }
    if (type == OL_MQTT_PINGRESP) {
        c->pinging = false;
        return OL_MQTT_NO_EVENT;
    }
    if (type == OL_MQTT_CONNACK) {
        return ol_mqtt_client_on_connack(c, body, len, ev);
    }
    return ol_mqtt_client_on_suback(c, type, body, len, ev);
}

/* Takes the next packet, or the next part of one that is larger than rx. */
static int32_t take_packet(struct ol_mqtt_client *c, struct ol_mqtt_event *ev)
{
    const uint8_t *packet = c->config->rx + c->rx_at;
    size_t here = (size_t)(c->rx_end - c->rx_at);
    struct ol_mqtt_header h;
    int32_t rc = ol_mqtt_header_decode(packet, here, &h);
    if (rc == OL_E_AGAIN) {
        return rc;
    }
    if (rc != OL_OK) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    if (!is_expected(c, &h)) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_UNEXPECTED_PACKET);
    }
    size_t size = h.len + h.remaining;
    bool is_large = size > c->config->rx_cap;
    if (here < size && !is_large) {
        return OL_E_AGAIN;
    }
    if (h.type == OL_MQTT_PUBLISH) {
        return ol_mqtt_client_on_publish(c, &h, here, ev);
    }
    if (is_large) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_TOO_LARGE);
    }
    c->rx_taken = (uint16_t)size;
    return take_answer(c, h.type, packet + h.len, h.remaining, ev);
}

int32_t ol_mqtt_client_next_event(struct ol_mqtt_client *c, struct ol_mqtt_event *ev)
{
    int32_t rc;
    do {
        if (c->rx_taken != 0) {
            release(c);
        }
        rc = receives(c) ? take_packet(c, ev) : OL_E_AGAIN;
    } while (rc == OL_MQTT_NO_EVENT);
    if (c->reason == OL_MQTT_REASON_NONE) {
        return rc;
    }
    bool is_late = c->reason >= OL_MQTT_REASON_NO_CONNACK;
    ev->type = OL_MQTT_EVENT_FAILED;
    ev->failed.status = is_late ? OL_E_TIMEOUT : OL_E_PROTO;
    ev->failed.reason = c->reason;
    c->reason = OL_MQTT_REASON_NONE;
    return OL_OK;
}
