/* SPDX-License-Identifier: MIT */
#include "onelink/mqtt/client_state.h"

int32_t ol_mqtt_client_on_connack(struct ol_mqtt_client *c, const uint8_t *body,
                                  size_t len, struct ol_mqtt_event *ev)
{
    struct ol_mqtt_connack ack;
    if (ol_mqtt_connack_decode(body, len, &ack) != OL_OK ||
        (ack.session_present && c->clean)) { /* MQTT-3.2.2-1 */
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    if (ack.code != OL_MQTT_ACCEPTED) {
        c->state = OL_MQTT_STATE_OVER;
        ev->type = OL_MQTT_EVENT_REFUSED;
        ev->code = ack.code;
        return OL_OK;
    }
    c->state = OL_MQTT_STATE_ONLINE;
    ol_mqtt_tx_resume(c, ack.session_present);
    c->ack_from = c->now;
    ev->type = OL_MQTT_EVENT_LOGIN;
    ev->session_present = ack.session_present;
    return OL_OK;
}

int32_t ol_mqtt_client_on_puback(struct ol_mqtt_client *c, const uint8_t *body,
                                 size_t len, struct ol_mqtt_event *ev)
{
    uint16_t id;
    if (ol_mqtt_ack_decode(body, len, &id) != OL_OK) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    int32_t index = ol_mqtt_flow_find(&c->flow, id);
    if (index < 0) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_WRONG_PACKET_ID);
    }
    const struct ol_mqtt_flow_record *r = &c->flow.record[index];
    if (r->at + r->len > c->tx_sent) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_WRONG_PACKET_ID);
    }
    ev->type = OL_MQTT_EVENT_DELIVERED;
    ev->handle = r->handle;
    ol_mqtt_flow_remove(&c->flow, (size_t)index);
    c->ack_from = c->now;
    ol_mqtt_tx_rewind(c);
    return OL_OK;
}

int32_t ol_mqtt_client_on_suback(struct ol_mqtt_client *c, uint8_t type,
                                 const uint8_t *body, size_t len,
                                 struct ol_mqtt_event *ev)
{
    bool is_suback = type == OL_MQTT_SUBACK;
    uint8_t asked_by = is_suback ? OL_MQTT_SUBSCRIBE : OL_MQTT_UNSUBSCRIBE;
    struct ol_mqtt_suback *ack = &ev->suback;
    ack->codes = (struct ol_str){NULL, 0};
    int32_t rc = is_suback ? ol_mqtt_suback_decode(body, len, ack)
                           : ol_mqtt_ack_decode(body, len, &ack->packet_id);
    if (rc != OL_OK) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_BAD_PACKET);
    }
    int32_t asked = ol_mqtt_flow_request_take(&c->flow, asked_by, ack->packet_id);
    if (asked < 0) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_WRONG_PACKET_ID);
    }
    if (is_suback && (size_t)asked != ack->codes.len) {
        return ol_mqtt_client_fail(c, OL_MQTT_REASON_WRONG_COUNT);
    }
    c->ack_from = c->now;
    ev->type = is_suback ? OL_MQTT_EVENT_SUBACK : OL_MQTT_EVENT_UNSUBACK;
    return OL_OK;
}
