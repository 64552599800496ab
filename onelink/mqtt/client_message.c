/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"

static void tell(struct ol_mqtt_event *ev, const struct ol_mqtt_publish *p)
{
    ev->type = OL_MQTT_EVENT_PUBLISH;
    ev->message = (struct ol_mqtt_message){
        .topic = p->topic,
        .payload = p->payload,
        .total_len = p->payload_len,
        .qos = p->qos,
        .dup = p->dup,
        .retain = p->retain,
        .first = true,
        .last = true,
    };
}

int32_t ol_mqtt_client_on_publish(struct ol_mqtt_client *c,
                                  const struct ol_mqtt_header *h,
                                  struct ol_mqtt_event *ev)
{
    struct ol_mqtt_publish p;
    const uint8_t *body = c->config->rx + c->rx_at + h->len;
    if (ol_mqtt_publish_decode(h, body, h->remaining, &p) != OL_OK) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    if (p.qos != 0 && !ol_mqtt_tx_puback(c, p.packet_id)) {
        return OL_E_AGAIN;
    }
    c->rx_taken = (uint16_t)(h->len + h->remaining);
    tell(ev, &p);
    return OL_OK;
}

/* Where the payload begins in the packet. */
static size_t payload_at(const struct ol_mqtt_header *h, const struct ol_mqtt_publish *p)
{
    size_t id_len = p->qos != 0 ? OL_MQTT_ID_LEN : 0;
    return h->len + OL_MQTT_LENGTH_LEN + p->topic.len + id_len;
}

/* The last of it is in rx: an event for it, and for a skipped one the only event. */
static int32_t take_last(struct ol_mqtt_client *c, const struct ol_mqtt_publish *p,
                         size_t payload, struct ol_mqtt_event *ev)
{
    if (p->qos != 0 && !ol_mqtt_tx_puback(c, p->packet_id)) {
        return OL_E_AGAIN;
    }
    tell(ev, p);
    if (c->config->large == OL_MQTT_LARGE_SKIP) {
        ev->type = OL_MQTT_EVENT_SKIPPED;
        ev->message.payload.len = 0;
    } else {
        ev->message.payload.len = c->large_left;
        ev->message.offset = p->payload_len - c->large_left;
        ev->message.first = ev->message.offset == 0;
    }
    c->rx_taken = (uint16_t)(payload + c->large_left);
    c->large_left = 0;
    return OL_OK;
}

/* The rest of rx, part_len bytes, belongs to it and more will follow. */
static int32_t take_part(struct ol_mqtt_client *c, const struct ol_mqtt_publish *p,
                         size_t part_len, struct ol_mqtt_event *ev)
{
    if (c->config->large == OL_MQTT_LARGE_SKIP) {
        c->large_left -= (uint32_t)part_len;
        c->rx_end = (uint16_t)(c->rx_end - part_len);
        return OL_E_AGAIN;
    }
    if ((size_t)(c->rx_end - c->rx_at) < c->config->rx_cap) {
        return OL_E_AGAIN; /* few large parts rather than many small ones */
    }
    tell(ev, p);
    ev->message.payload.len = part_len;
    ev->message.offset = p->payload_len - c->large_left;
    ev->message.first = ev->message.offset == 0;
    ev->message.last = false;
    c->rx_taken = (uint16_t)part_len;
    c->large_left -= (uint32_t)part_len;
    return OL_OK;
}

/* Its header stays at the front of rx until the last byte came, so that topic and packet
 * identifier are there in each part; the payload passes through the room behind it. */
int32_t ol_mqtt_client_on_large(struct ol_mqtt_client *c, const struct ol_mqtt_header *h,
                                struct ol_mqtt_event *ev)
{
    struct ol_mqtt_publish p;
    size_t here = (size_t)(c->rx_end - c->rx_at);
    bool is_full = here == c->config->rx_cap;
    size_t body_len = here - h->len < h->remaining ? here - h->len : h->remaining;
    int32_t rc =
        ol_mqtt_publish_decode(h, c->config->rx + c->rx_at + h->len, body_len, &p);
    if (rc == OL_E_PROTO) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    size_t payload = rc == OL_OK ? payload_at(h, &p) : here;
    if (is_full && payload == here) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_TOO_LARGE);
    }
    if (rc != OL_OK || payload == here) {
        return OL_E_AGAIN;
    }
    if (c->large_left == 0) {
        c->large_left = p.payload_len;
    }
    return here - payload >= c->large_left ? take_last(c, &p, payload, ev)
                                           : take_part(c, &p, here - payload, ev);
}
