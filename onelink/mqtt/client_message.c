/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"

/* A whole message. Member by member: an initialiser would clear all of it first. */
static void tell(struct ol_mqtt_event *ev, const struct ol_mqtt_publish *p)
{
    struct ol_mqtt_message *m = &ev->message;
    ev->type = OL_MQTT_EVENT_PUBLISH;
    m->topic = p->topic;
    m->payload = p->payload;
    m->offset = 0;
    m->total_len = p->payload_len;
    m->qos = p->qos;
    m->dup = p->dup;
    m->retain = p->retain;
    m->first = true;
    m->last = true;
}

/* The PUBACK of its last byte, for which tx must have room. */
static bool acknowledge(struct ol_mqtt_client *c, const struct ol_mqtt_publish *p)
{
    return p->qos == 0 || ol_mqtt_tx_puback(c, p->packet_id);
}

/* A message larger than rx: the rest of it, or what there is of it, `have` bytes at
 * `payload`. */
static int32_t deliver_part(struct ol_mqtt_client *c, const struct ol_mqtt_publish *p,
                            size_t payload, size_t have, struct ol_mqtt_event *ev)
{
    bool skips = c->config->large == OL_MQTT_LARGE_SKIP;
    uint32_t left = c->large_left != 0 ? c->large_left : p->payload_len;
    bool is_last = have >= left;
    if (is_last) {
        if (!acknowledge(c, p)) {
            return OL_E_AGAIN;
        }
        have = left;
    } else if (!skips && payload + have < c->config->rx_cap) {
        return OL_E_AGAIN; /* few large parts rather than many small ones */
    }
    c->large_left = left - (uint32_t)have;
    c->rx_taken = (uint16_t)(is_last ? payload + have : have);
    tell(ev, p);
    if (skips) {
        ev->type = OL_MQTT_EVENT_SKIPPED;
        ev->message.payload.len = 0;
        return is_last ? OL_OK : OL_MQTT_NO_EVENT;
    }
    ev->message.payload.len = have;
    ev->message.offset = p->payload_len - left;
    ev->message.first = ev->message.offset == 0;
    ev->message.last = is_last;
    return OL_OK;
}

/* The header of a message larger than rx stays at the front of rx until its last byte
 * came, so that topic and packet identifier are there in each part; the payload passes
 * through the room behind it. */
int32_t ol_mqtt_client_on_publish(struct ol_mqtt_client *c,
                                  const struct ol_mqtt_header *h, size_t here,
                                  struct ol_mqtt_event *ev)
{
    struct ol_mqtt_publish p;
    size_t size = h->len + h->remaining;
    const uint8_t *body = c->config->rx + c->rx_at + h->len;
    int32_t rc =
        ol_mqtt_publish_decode(h, body, (here < size ? here : size) - h->len, &p);
    if (rc == OL_E_PROTO) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    if (size <= c->config->rx_cap) {
        if (!acknowledge(c, &p)) {
            return OL_E_AGAIN;
        }
        c->rx_taken = (uint16_t)size;
        tell(ev, &p);
        return OL_OK;
    }
    size_t payload = rc == OL_OK ? size - p.payload_len : here;
    if (payload == here) {
        return here == c->config->rx_cap
                   ? ol_mqtt_client_fail(c, OL_MQTT_REASON_TOO_LARGE)
                   : OL_E_AGAIN;
    }
    return deliver_part(c, &p, payload, here - payload, ev);
}
