/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"

#define FILTERS_MAX 255u

/* Writes the request behind tx_end. */
static int32_t encode(struct ol_mqtt_client *c, uint8_t type, uint16_t id,
                      const struct ol_str *filters, size_t count, uint8_t qos)
{
    if (!ol_mqtt_tx_make_room(c, 0, OL_MQTT_PUBLISH_RESERVE)) {
        return OL_E_NOSPC;
    }
    ol_mqtt_tx_squeeze(c, false);
    struct ol_writer w;
    ol_mqtt_writer_set(&w, c->config->tx + c->tx_end,
                       c->config->tx_cap - c->tx_end - OL_MQTT_PUBLISH_RESERVE);
    int32_t rc = ol_mqtt_subscribe_encode(&w, type, id, filters, count, qos);
    c->tx_end = (uint16_t)(c->tx_end + w.len);
    return rc;
}

static int32_t request(struct ol_mqtt_client *c, uint8_t type,
                       const struct ol_str *filters, size_t count, uint8_t qos)
{
    if (count > FILTERS_MAX || qos > 1) {
        return OL_E_ARG;
    }
    if (c->state != OL_MQTT_STATE_ONLINE) {
        return OL_E_CLOSED;
    }
    ol_mqtt_client_ack_start(c);
    int32_t id = ol_mqtt_flow_request_add(&c->flow, type, (uint8_t)count);
    if (id < 0) {
        return id;
    }
    int32_t rc = encode(c, type, (uint16_t)id, filters, count, qos);
    if (rc != OL_OK) {
        int32_t undone = ol_mqtt_flow_request_take(&c->flow, type, (uint16_t)id);
        return undone < 0 ? undone : rc;
    }
    return id;
}

int32_t ol_mqtt_client_subscribe(struct ol_mqtt_client *c, const struct ol_str *filters,
                                 size_t count, uint8_t qos)
{
    return request(c, OL_MQTT_SUBSCRIBE, filters, count, qos);
}

int32_t ol_mqtt_client_unsubscribe(struct ol_mqtt_client *c, const struct ol_str *filters,
                                   size_t count)
{
    return request(c, OL_MQTT_UNSUBSCRIBE, filters, count, 0);
}
